//! Data that depend on nothing but a seed: every value is a function of its table, row and column.

mod contracts;
mod quote_lines;

use std::sync::LazyLock;

pub(crate) use contracts::days;
pub use contracts::{Contracts, contracts};
pub use quote_lines::{PRODUCTS, QuoteLines, TIER_SETS, quote_lines};

/// The seed: the hexadecimal value of `PERF_SEED`, if there is one.
static SEED: LazyLock<u64> = LazyLock::new(|| {
    std::env::var("PERF_SEED")
        .ok()
        .and_then(|seed| u64::from_str_radix(&seed, 16).ok())
        .unwrap_or(0x4C32_4320_2020_2601)
});

const fn mix(mut z: u64) -> u64 {
    z ^= z >> 30;
    z = z.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z ^= z >> 27;
    z = z.wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A number below `n`, uniform.
fn uniform(table: u64, row: u64, column: u64, n: u64) -> i64 {
    let key = mix(*SEED ^ (table * 1000 + column));
    (mix(row.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ key) % n) as i64
}
