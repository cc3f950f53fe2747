//! Killed at any moment and started again, a run ends like one that nothing disturbed. `.ci/kills` does it more often
//! and on other data.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

mod job;

use std::path::Path;
use std::process::Stdio;
use std::time::SystemTime;

use job::*;
use l2c::host::{Envelope, all_events};
use l2c_sqlite::SqliteStore;

/// Random numbers from a seed that is printed; `L2C_KILL_SEED` sets it.
struct Random(u64);

impl Random {
    fn new() -> Self {
        let clock = || {
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
            now.unwrap().as_micros() as u64
        };
        let seed = std::env::var("L2C_KILL_SEED").map_or_else(|_| clock(), |seed| seed.parse().unwrap());
        println!("L2C_KILL_SEED={seed}");
        Self(seed)
    }

    /// A number below a bound (SplitMix64).
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// Starts a run and kills it at a random moment; whether it was still going.
fn kill(out: &Path, random: &mut Random) -> bool {
    let mut child = program(out, &["--quiet"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let per_mille = random.below(1_000) as u32;
    std::thread::sleep(UNDISTURBED.took * per_mille / 1_000);
    child.kill().unwrap();
    // A run that was through before it could be killed has an exit code.
    child.wait().unwrap().code().is_none()
}

/// Every event, in the order of the store.
fn events(store: &Path) -> Vec<Envelope> {
    let store = SqliteStore::open(store).unwrap();
    all_events(&store, 0, 10_000).map(Result::unwrap).collect()
}

#[test]
fn a_run_that_is_killed_and_started_again_ends_like_one_that_was_not() {
    let scratch = Scratch::new("killed");
    let (out, whole) = (scratch.path("out"), scratch.path("whole"));
    write(&whole, &UNDISTURBED.files);
    let mut random = Random::new();
    let mut killed = 0;
    // On the way, several in a row; then in a folder that is finished.
    for _ in 0..4 {
        killed += u32::from(kill(&out, &mut random));
    }
    let output = run(&out, &[]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_same(&results(&files(&out)), &results(&UNDISTURBED.files));
    let finished = files(&out);
    for _ in 0..2 {
        killed += u32::from(kill(&out, &mut random));
    }
    assert!(killed > 0, "no run was still going when it was to be killed");
    let again = run(&out, &[]);
    assert!(
        text(&again.stdout).contains("Nothing changed"),
        "{}",
        text(&again.stdout)
    );
    assert_same(&files(&out), &finished);

    // The store has every event, and none twice.
    let (events, undisturbed) = (
        events(&out.join("store.sqlite")),
        events(&whole.join("store.sqlite")),
    );
    assert_eq!(events.len(), undisturbed.len());
    let first = events
        .iter()
        .zip(&undisturbed)
        .find(|(left, right)| left != right);
    assert_eq!(first, None);
}
