//! The contract suite: what every [`Store`] promises, as checks that a host runs against its own store in its tests.
//!
//! ```
//! use l2c_host::{MemoryStore, contract};
//!
//! contract::check(MemoryStore::new)?; // every call gives an empty store
//! let kept = MemoryStore::new();
//! contract::check_reopened(|| kept.clone())?; // every call opens the same store again
//! let shared = MemoryStore::new();
//! contract::check_concurrent(|| shared.clone())?; // several handles at the same time, from several threads
//! # Ok::<(), contract::Broken>(())
//! ```
//!
//! [`run_script`] compares a store with a naive model under a sequence of operations that bytes stand for: give it
//! bytes from a property test or a fuzzer.

mod cases;
mod concurrent;
mod fixture;
mod model;
mod reads;
mod reopened;
mod writes;

use std::fmt;

use crate::Store;

pub use concurrent::check_concurrent;
pub use model::run_script;
pub use reopened::check_reopened;

/// The promises that a store breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Each with the name of the check and what came instead.
    pub promises: Vec<(&'static str, String)>,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the store breaks {} of its promises", self.promises.len())?;
        self.promises
            .iter()
            .try_for_each(|(name, what)| write!(f, "\n  {name}: {what}"))
    }
}

impl std::error::Error for Broken {}

/// Runs every check that one handle can show. `fresh` gives an empty store each time.
///
/// # Errors
/// Every promise that is broken.
pub fn check<S: Store>(mut fresh: impl FnMut() -> S) -> Result<(), Broken> {
    let mut promises = Vec::new();
    for (name, case) in cases::CASES {
        if let Err(what) = case(&fresh()) {
            promises.push((*name, what));
        }
    }
    for seed in 0..20 {
        if let Err(what) = run_script(&fresh(), &noise(seed, 200)) {
            promises.push((
                "random operations agree with the model",
                format!("seed {seed}: {what}"),
            ));
            break;
        }
    }
    if promises.is_empty() {
        Ok(())
    } else {
        Err(Broken { promises })
    }
}

/// Bytes that look random and are the same on every machine (SplitMix64).
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    let mut next = move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)).to_le_bytes()[3]
    };
    (0..length).map(|_| next()).collect()
}

/// Ends a check with what came instead.
macro_rules! ensure {
    ($holds:expr, $($what:tt)+) => {
        if !$holds {
            return Err(format!($($what)+));
        }
    };
}

/// Ends a check if two values differ.
macro_rules! ensure_eq {
    ($got:expr, $due:expr, $what:expr) => {{
        let (got, due) = (&$got, &$due);
        if got != due {
            return Err(format!("{}: got {:?}, due {:?}", $what, got, due));
        }
    }};
}

pub(crate) use {ensure, ensure_eq};
