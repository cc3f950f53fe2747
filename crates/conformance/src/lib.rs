//! Runs vector files against the l2c crates.
