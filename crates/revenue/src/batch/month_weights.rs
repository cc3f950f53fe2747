#![expect(
    clippy::arithmetic_side_effects,
    reason = "a service of at most 36,525 days touches at most 1,201 months, each of which weighs at most 31 x 31"
)]

use crate::Convention;
use crate::batch::PeriodTable;

/// What the months of a service weigh by a [`Convention`], in a unit in which all of it are whole numbers.
pub(super) struct MonthWeights {
    pub(super) first: u32,
    /// Of each month between the first and the last.
    pub(super) between: u32,
    pub(super) sum: u32,
}

impl MonthWeights {
    /// The weights of a service from `first` to `last`, in the months of a table that has months only.
    pub(super) fn of(convention: Convention, months: &PeriodTable, first: u32, last: u32) -> Self {
        let (from, to) = (months.find(first), months.find(last));
        let ((from_start, from_end), (to_start, to_end)) = (months.days(from), months.days(to));
        let (from_days, to_days) = (from_end - from_start, to_end - to_start);
        let (from_served, to_served) = (from_end - first, last + 1 - to_start);
        let (first, between, last) = match convention {
            Convention::Daily | Convention::MonthsTouched => (1, 1, 1),
            Convention::MonthsProrated => (from_served * to_days, from_days * to_days, to_served * from_days),
            Convention::MonthsHalf => {
                let weight = |served, days| if served == days { 2 } else { 1 };
                (weight(from_served, from_days), 2, weight(to_served, to_days))
            }
        };
        let sum = match (to - from) as u32 {
            // Whatever a single month weighs, it is the whole.
            0 => first,
            months => first + between * (months - 1) + last,
        };
        Self { first, between, sum }
    }
}
