//! Progress bars: one per stage, with counts and the time left.

use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shows how far the run is; silent with `--quiet` and where the output is no terminal.
pub struct Progress {
    bars: MultiProgress,
}

impl Progress {
    /// Bars on the error stream, or none at all.
    pub fn new(quiet: bool) -> Self {
        let target = if quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        Self {
            bars: MultiProgress::with_draw_target(target),
        }
    }

    /// The bar of a stage with `total` steps.
    pub fn stage(&self, name: &str, total: usize) -> ProgressBar {
        let bar = self
            .bars
            .add(ProgressBar::new(u64::try_from(total).unwrap_or(u64::MAX)));
        let style =
            ProgressStyle::with_template("{msg:<24} {bar:32} {human_pos:>8}/{human_len:<8} {eta:>4} left");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        bar.set_message(name.to_owned());
        bar.enable_steady_tick(Duration::from_millis(100));
        bar
    }
}
