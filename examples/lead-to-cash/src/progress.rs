//! What the run is doing: a bar per stage with counts and the time left, and one line below for what is short.

use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often what is shown is drawn anew, whether or not a step is done.
const TICK: Duration = Duration::from_millis(100);

/// Shows how far the run is; silent with `--quiet` and where the error stream is no terminal.
pub struct Progress {
    bars: MultiProgress,
    /// What is being done now; it goes at the end.
    now: ProgressBar,
}

impl Progress {
    /// Bars on the error stream, or none at all.
    pub fn new(quiet: bool) -> Self {
        let target = if quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bars = MultiProgress::with_draw_target(target);
        let now = bars.add(ProgressBar::new_spinner());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed:>4}  {msg}") {
            now.set_style(style);
        }
        now.enable_steady_tick(TICK);
        Self { bars, now }
    }

    /// Says what is being done.
    pub fn doing(&self, what: &str) {
        self.now.set_message(what.to_owned());
    }

    /// The bar of a stage with `total` steps; it stays when the stage is done.
    pub fn stage(&self, name: &str, total: usize) -> ProgressBar {
        self.doing(name);
        let length = u64::try_from(total).unwrap_or(u64::MAX);
        let bar = self.bars.insert_before(&self.now, ProgressBar::new(length));
        let style =
            ProgressStyle::with_template("{msg:<24} {bar:32} {human_pos:>8}/{human_len:<8} {eta:>4} left");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        bar.set_message(name.to_owned());
        bar.enable_steady_tick(TICK);
        bar
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.now.finish_and_clear();
    }
}
