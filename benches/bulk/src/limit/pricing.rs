//! Lines of quotes to amounts.

use std::ops::Range;

use crate::generator::QuoteLines;

/// Amounts and whether the floor was hit, kept.
#[derive(Debug, Default)]
pub struct Prices {
    /// Minor units.
    pub amount: Vec<i64>,
    /// One where the floor was hit, else zero.
    pub floored: Vec<u8>,
}

/// Half up.
#[inline]
const fn basis_points(amount: i64, part: i64) -> i64 {
    (amount * part + 5_000) / 10_000
}

/// The amount of a line in minor units, whether its floor was hit, and the decimals of its currency.
#[inline]
fn price(lines: &QuoteLines, line: usize) -> (i64, bool, u8) {
    let product = lines.product[line] as usize;
    let quantity = i64::from(lines.quantity[line]);
    let list = lines.price[product];
    let set = lines.tier_set[product] as usize;
    let (bounds, factors) = (&lines.bound[set], &lines.factor[set]);
    let units = match lines.model[product] {
        0 => quantity * 10_000,
        1 => {
            let (mut sum, mut before) = (0, 0);
            for k in 0..4 {
                let upto = quantity.min(bounds[k]);
                sum += (upto - before) * factors[k];
                before = upto;
            }
            sum
        }
        _ => {
            let beyond = |k: usize| usize::from(quantity > bounds[k]);
            quantity * factors[beyond(0) + beyond(1) + beyond(2)]
        }
    };
    let amount = basis_points(list, units);
    let amount = basis_points(amount, 10_000 - i64::from(lines.first_discount[line]));
    let amount = basis_points(amount, 10_000 - i64::from(lines.second_discount[line]));
    let floor = basis_points(list * quantity, lines.floor[product]);
    let hit = amount < floor;
    let amount = if hit { floor } else { amount };
    let digits = lines.digits[product];
    let whole = 365 * [10_000, 1_000, 100, 10, 1][digits as usize];
    let amount = (2 * amount * i64::from(lines.days[line]) + whole) / (2 * whole);
    (amount, hit, digits)
}

/// Every amount of a range, kept.
#[must_use]
pub fn prices(lines: &QuoteLines, range: Range<usize>) -> Prices {
    let mut prices = Prices {
        amount: Vec::with_capacity(range.len()),
        floored: Vec::with_capacity(range.len()),
    };
    for line in range {
        let (amount, hit, _) = price(lines, line);
        prices.amount.push(amount);
        prices.floored.push(u8::from(hit));
    }
    prices
}

/// Sums by decimals of the currency, and how many floors were hit; no amount kept.
#[must_use]
pub fn totals(lines: &QuoteLines, range: Range<usize>) -> ([i64; 4], i64) {
    let (mut totals, mut floored) = ([0; 4], 0);
    for line in range {
        let (amount, hit, digits) = price(lines, line);
        totals[digits as usize] += amount;
        floored += i64::from(hit);
    }
    (totals, floored)
}
