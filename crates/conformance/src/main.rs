//! Runs vector files.
fn main() {}
