//! Criterion benches of the l2c crates; see `benches/`.
