#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "lengths and offsets are checked before they are used, and sums against their limit"
)]

use crate::batch::PeriodTable;
use crate::{MAX_MINOR_UNITS, RevenueError};

/// The longest service in a batch, in days: a hundred years.
pub const MAX_TERM_DAYS: i32 = 36_525;

/// Contracts and their obligations, column by column.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'a> {
    /// The transaction price of each contract, in minor units; below zero for a credit.
    pub price: &'a [i64],
    /// The index of each contract's first obligation, and in the end the number of obligations.
    pub offsets: &'a [u32],
    /// The stand-alone selling price of each obligation.
    pub ssp: &'a [i64],
    /// The first day of each service.
    pub first_day: &'a [i32],
    /// The last day of each service.
    pub last_day: &'a [i32],
}

impl Columns<'_> {
    /// Whether a batch can compute with every value.
    pub(super) fn check(&self, periods: &PeriodTable) -> Result<(), RevenueError> {
        let Columns {
            price,
            offsets,
            ssp,
            first_day,
            last_day,
        } = self;
        for (column, found, expected) in [
            ("offsets", offsets.len(), price.len() + 1),
            ("first_day", first_day.len(), ssp.len()),
            ("last_day", last_day.len(), ssp.len()),
        ] {
            if found != expected {
                return Err(RevenueError::ColumnLength {
                    column,
                    found,
                    expected,
                });
            }
        }
        let value = |column, row, found, expected: String| {
            Err(RevenueError::ColumnValue {
                column,
                row,
                found,
                expected,
            })
        };
        if offsets[0] != 0 {
            return value("offsets", 0, i64::from(offsets[0]), "0".to_owned());
        }
        for (contract, (price, ends)) in price.iter().zip(offsets.windows(2)).enumerate() {
            if price.unsigned_abs() > MAX_MINOR_UNITS.unsigned_abs() {
                return value(
                    "price",
                    contract,
                    *price,
                    format!("-{MAX_MINOR_UNITS} to {MAX_MINOR_UNITS}"),
                );
            }
            let (from, to) = (ends[0] as usize, ends[1] as usize);
            if to <= from || to > ssp.len() {
                let expected = format!("{} to {}", from + 1, ssp.len());
                return value("offsets", contract + 1, i64::from(ends[1]), expected);
            }
            let mut sum = 0;
            for (row, ssp) in (from..).zip(&ssp[from..to]) {
                if *ssp < 0 || *ssp > MAX_MINOR_UNITS - sum {
                    let expected = format!(
                        "zero or above, with those before it in the contract at most {MAX_MINOR_UNITS}"
                    );
                    return value("ssp", row, *ssp, expected);
                }
                sum += ssp;
            }
            if sum == 0 {
                return value(
                    "ssp",
                    from,
                    0,
                    "at least one of the contract above zero".to_owned(),
                );
            }
        }
        let obligations = offsets[price.len()] as usize;
        if obligations != ssp.len() {
            return Err(RevenueError::ColumnLength {
                column: "ssp",
                found: ssp.len(),
                expected: obligations,
            });
        }
        check_days(first_day, last_day, periods)
    }
}

fn check_days(first_day: &[i32], last_day: &[i32], periods: &PeriodTable) -> Result<(), RevenueError> {
    let (begin, end) = periods.span();
    let span = end.abs_diff(begin);
    // A difference below zero is a large one without a sign.
    let fits = |(first, last): (&i32, &i32)| {
        let since = |day: &i32| day.wrapping_sub(begin) as u32;
        (since(first) < span)
            & (since(last) < span)
            & ((last.wrapping_sub(*first) as u32) < MAX_TERM_DAYS as u32)
    };
    let days = || first_day.iter().zip(last_day);
    // No branch: several rows are looked at at once.
    if days().fold(true, |all, day| all & fits(day)) {
        return Ok(());
    }
    let Some((row, (first, last))) = days().enumerate().find(|(_, day)| !fits(*day)) else {
        return Ok(());
    };
    let end = end - 1;
    let (column, found, expected) = if *first < begin || *first > end {
        (
            "first_day",
            *first,
            format!("{begin} to {end}: a day of the periods"),
        )
    } else {
        let end = end.min(first + MAX_TERM_DAYS - 1);
        let of = format!("in the periods, and of a service of 1 to {MAX_TERM_DAYS} days");
        ("last_day", *last, format!("{first} to {end}: {of}"))
    };
    Err(RevenueError::ColumnValue {
        column,
        row,
        found: found.into(),
        expected,
    })
}
