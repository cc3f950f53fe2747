//! Contracts to schedules.

use std::ops::Range;

use crate::generator::{Contracts, days};
use crate::revenue::{MONTHS, Rows};

/// The first day of each month from 2024-01 on.
#[must_use]
pub fn months() -> Vec<i32> {
    (0..=MONTHS as i64)
        .map(|month| days(2024 + month / 12, month % 12 + 1, 1) as i32)
        .collect()
}

#[inline]
fn month(months: &[i32], day: i32) -> usize {
    let mut month = ((day - months[0]) / 31) as usize;
    while months[month + 1] <= day {
        month += 1;
    }
    month
}

/// Half up.
#[inline]
const fn ratio(amount: i64, part: i64, of: i64) -> i64 {
    (2 * amount * part + of) / (2 * of)
}

/// Allocation and schedule: key, month and cents of each row.
#[inline]
pub fn schedule(
    contracts: &Contracts,
    months: &[i32],
    range: Range<usize>,
    mut emit: impl FnMut(u32, u16, i64),
) {
    let mut shares = [0; 8];
    let mut cut_off = [0; 8];
    for c in range {
        let (from, to) = (contracts.offsets[c] as usize, contracts.offsets[c + 1] as usize);
        let price = contracts.price[c];
        let mut sum = 0;
        for k in from..to {
            sum += contracts.ssp[k];
        }
        let mut left = price;
        for k in from..to {
            let product = price * contracts.ssp[k];
            let whole = product / sum;
            shares[k - from] = whole;
            cut_off[k - from] = product - whole * sum;
            left -= whole;
        }
        while left > 0 {
            let mut largest = 0;
            for k in 1..to - from {
                if cut_off[k] > cut_off[largest] {
                    largest = k;
                }
            }
            shares[largest] += 1;
            cut_off[largest] = -1;
            left -= 1;
        }
        for k in from..to {
            let (first, last) = (contracts.first_day[k], contracts.last_day[k]);
            let days = i64::from(last - first + 1);
            let key = c as u32 * 8 + u32::from(contracts.place[k]);
            let (mut m, end) = (month(months, first), month(months, last));
            let amount = shares[k - from];
            let mut before = 0;
            while m < end {
                let earned = ratio(amount, i64::from(months[m + 1] - first), days);
                emit(key, m as u16, earned - before);
                before = earned;
                m += 1;
            }
            emit(key, m as u16, amount - before);
        }
    }
}

/// The number of rows.
#[must_use]
pub fn count(contracts: &Contracts, months: &[i32], range: Range<usize>) -> usize {
    let obligations = contracts.offsets[range.start] as usize..contracts.offsets[range.end] as usize;
    obligations
        .map(|k| month(months, contracts.last_day[k]) - month(months, contracts.first_day[k]) + 1)
        .sum()
}

/// Every row of a range, kept.
#[must_use]
pub fn rows(contracts: &Contracts, months: &[i32], range: Range<usize>) -> Rows {
    let count = count(contracts, months, range.clone());
    let mut rows = Rows {
        key: Vec::with_capacity(count),
        month: Vec::with_capacity(count),
        amount: Vec::with_capacity(count),
    };
    schedule(contracts, months, range, |key, month, amount| {
        rows.key.push(key);
        rows.month.push(month);
        rows.amount.push(amount);
    });
    rows
}

/// Revenue by month, no row kept.
#[must_use]
pub fn totals(contracts: &Contracts, months: &[i32], range: Range<usize>) -> [i64; MONTHS] {
    let mut totals = [0; MONTHS];
    schedule(contracts, months, range, |_, month, amount| {
        totals[usize::from(month)] += amount;
    });
    totals
}
