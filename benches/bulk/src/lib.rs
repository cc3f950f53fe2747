//! Workloads by the million: data that a seed makes, the l2c crates on them, and hand-written loops as the limit.
//!
//! Workload A: revenue contracts to monthly schedules. Workload B: lines of quotes to amounts. Beside
//! them a quote as a document.
#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "the figures are made here and are small"
)]

pub mod generator;
pub mod limit;
pub mod parallel;
pub mod pricing;
pub mod quote;
pub mod revenue;

/// Whose loop computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// The crate.
    L2c,
    /// The loop by hand.
    Limit,
}

/// What becomes of the results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// All are kept.
    Mat,
    /// They are added up as they come.
    Sink,
}

/// The weight of a key in a checksum.
#[must_use]
pub const fn weight(key: u64) -> i128 {
    (key % 9_973) as i128 + 1
}
