//! Workloads by the million: data that a seed makes, the l2c crates on them, and hand-written loops as the limit.
//!
//! Only workload A is here: revenue contracts to monthly schedules.
#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "the figures are made here and are small"
)]

pub mod generator;
pub mod limit;
pub mod parallel;
pub mod revenue;

/// The weight of a key in a checksum.
#[must_use]
pub const fn weight(key: u64) -> i128 {
    (key % 9_973) as i128 + 1
}
