use l2c_calendar::{FiscalMonth, NaiveDate, Period};
use l2c_explain::Measure;
use l2c_money::Exact;
use serde::{Deserialize, Serialize};

/// How the days of a service are counted: the weight that each part of it has.
///
/// By months, a month that the service touches has a weight that accrues as a whole on the last day served of it;
/// what is earned by a day is the weights accrued by then over all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Convention {
    /// Days served over days of the service; both ends of the service belong to it.
    #[default]
    Daily,
    /// Every month that the service touches weighs the same.
    MonthsTouched,
    /// A month weighs the days served of it over its days.
    MonthsProrated,
    /// A month served in full weighs 1, one served in part 1/2.
    MonthsHalf,
}

impl Convention {
    /// What it counts, and how that is shown.
    pub(crate) const fn counts(self) -> (&'static str, Measure) {
        match self {
            Self::Daily => ("days", Measure::Days),
            Self::MonthsTouched | Self::MonthsProrated | Self::MonthsHalf => ("months", Measure::Number),
        }
    }

    /// The weight accrued by the end of `through`, and that of the whole service; the latter is above zero.
    pub(crate) fn served(self, period: &Period, through: NaiveDate) -> (Exact, Exact) {
        let whole = self.weight_until(period, period.last_day());
        if through < period.start() {
            return (Exact::ZERO, whole);
        }
        if through >= period.last_day() {
            return (whole.clone(), whole);
        }
        (self.weight_until(period, through), whole)
    }

    /// What the served part of a month that is not over on `through` adds to the weight accrued by then. A month is
    /// over on its last day, or with the service.
    #[allow(dead_code, reason = "what a modification in the middle of a month stands on")]
    pub(crate) fn broken_month(self, period: &Period, through: NaiveDate) -> Exact {
        let month = FiscalMonth::of(through);
        if !period.contains(through) || through == month.last_day().min(period.last_day()) {
            return Exact::ZERO;
        }
        match self {
            Self::Daily | Self::MonthsTouched => Exact::ZERO,
            Self::MonthsProrated => share_of_month(month, period.start(), through),
            Self::MonthsHalf => self.weight_of(month, period) * half(),
        }
    }

    /// The weights that accrue from the start of the service to the end of a day in it. Only its first and its last
    /// month can be served in part, so no other is looked at.
    fn weight_until(self, period: &Period, through: NaiveDate) -> Exact {
        if self == Self::Daily {
            return days(period.start(), through);
        }
        let first = FiscalMonth::of(period.start());
        let last = FiscalMonth::of(through);
        let is_over = through == last.last_day().min(period.last_day());
        let months = months_between(first, last);
        let mut weight = if is_over {
            self.weight_of(last, period)
        } else {
            Exact::ZERO
        };
        if months > 0 {
            weight += &self.weight_of(first, period);
            weight += &Exact::integer(months.saturating_sub(1));
        }
        weight
    }

    /// The weight of a month that the service touches.
    fn weight_of(self, month: FiscalMonth, period: &Period) -> Exact {
        let (first, last) = (
            month.first_day().max(period.start()),
            month.last_day().min(period.last_day()),
        );
        match self {
            Self::Daily => days(first, last),
            Self::MonthsTouched => Exact::ONE,
            Self::MonthsProrated => share_of_month(month, first, last),
            Self::MonthsHalf if first == month.first_day() && last == month.last_day() => Exact::ONE,
            Self::MonthsHalf => half(),
        }
    }
}

/// The days of a month from `first`, or from its own first day, to `last` over all its days.
fn share_of_month(month: FiscalMonth, first: NaiveDate, last: NaiveDate) -> Exact {
    let whole = days(month.first_day(), month.last_day());
    // A month has days.
    days(first.max(month.first_day()), last)
        .checked_div(&whole)
        .unwrap_or_default()
}

/// The days from one to another, both counted.
fn days(first: NaiveDate, last: NaiveDate) -> Exact {
    Exact::integer(last.signed_duration_since(first).num_days().saturating_add(1))
}

/// How many months later the other month is.
fn months_between(first: FiscalMonth, last: FiscalMonth) -> i64 {
    let ordinal = |month: FiscalMonth| {
        i64::from(month.year())
            .saturating_mul(12)
            .saturating_add(i64::from(month.month()))
    };
    ordinal(last).saturating_sub(ordinal(first))
}

fn half() -> Exact {
    Exact::ratio(1, 2).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Convention; 4] = [
        Convention::Daily,
        Convention::MonthsTouched,
        Convention::MonthsProrated,
        Convention::MonthsHalf,
    ];

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap_or_default()
    }

    fn term(first: &str, last: &str) -> Period {
        Period::inclusive(day(first), day(last)).unwrap()
    }

    fn shown((served, whole): (Exact, Exact)) -> String {
        format!("{served} of {whole}")
    }

    #[test]
    fn a_month_accrues_as_a_whole_on_its_last_day_served() {
        let term = term("2025-01-15", "2026-01-14");
        let served = |on: &str| ALL.map(|convention| shown(convention.served(&term, day(on))));
        assert_eq!(
            served("2025-01-14"),
            ["0 of 365", "0 of 13", "0 of 12", "0 of 12"]
        );
        assert_eq!(
            served("2025-01-30"),
            ["16 of 365", "0 of 13", "0 of 12", "0 of 12"]
        );
        assert_eq!(
            served("2025-01-31"),
            ["17 of 365", "1 of 13", "17/31 of 12", "0.5 of 12"]
        );
        assert_eq!(
            served("2025-03-31"),
            ["76 of 365", "3 of 13", "79/31 of 12", "2.5 of 12"]
        );
        assert_eq!(
            served("2026-01-13"),
            ["364 of 365", "12 of 13", "358/31 of 12", "11.5 of 12"]
        );
        assert_eq!(
            served("2026-01-14"),
            ["365 of 365", "13 of 13", "12 of 12", "12 of 12"]
        );
        assert_eq!(
            served("2030-01-01"),
            ["365 of 365", "13 of 13", "12 of 12", "12 of 12"]
        );
    }

    #[test]
    fn a_service_within_a_month_accrues_on_its_last_day() {
        let term = term("2024-02-10", "2024-02-19");
        let served = |on: &str| ALL.map(|convention| shown(convention.served(&term, day(on))));
        assert_eq!(
            served("2024-02-18"),
            ["9 of 10", "0 of 1", "0 of 10/29", "0 of 0.5"]
        );
        assert_eq!(
            served("2024-02-19"),
            ["10 of 10", "1 of 1", "10/29 of 10/29", "0.5 of 0.5"]
        );
    }

    #[test]
    fn the_served_part_of_a_month_that_is_not_over_adds_by_days_or_by_halves() {
        let term = term("2025-01-15", "2026-01-14");
        let broken = |on: &str| ALL.map(|convention| convention.broken_month(&term, day(on)).to_string());
        assert_eq!(broken("2025-01-14"), ["0", "0", "0", "0"]);
        assert_eq!(broken("2025-01-20"), ["0", "0", "6/31", "0.25"]);
        assert_eq!(broken("2025-01-31"), ["0", "0", "0", "0"]);
        assert_eq!(broken("2025-06-15"), ["0", "0", "0.5", "0.5"]);
        assert_eq!(broken("2026-01-13"), ["0", "0", "13/31", "0.25"]);
        assert_eq!(broken("2026-01-14"), ["0", "0", "0", "0"]);
    }

    #[test]
    fn a_plain_sum_over_the_days_gives_the_same_weights() {
        for (first, last) in [
            ("2023-12-31", "2024-03-01"),
            ("2024-02-01", "2024-02-29"),
            ("2024-01-01", "2024-12-31"),
            ("2024-02-29", "2025-02-27"),
            ("2024-05-31", "2024-05-31"),
        ] {
            let term = term(first, last);
            for convention in ALL {
                let mut plain = Exact::ZERO;
                for on in term.start().iter_days().take_while(|on| *on <= term.last_day()) {
                    if convention == Convention::Daily {
                        plain += &Exact::ONE;
                    } else if on == FiscalMonth::of(on).last_day() || on == term.last_day() {
                        plain += &convention.weight_of(FiscalMonth::of(on), &term);
                    }
                    assert_eq!(
                        convention.served(&term, on).0,
                        plain,
                        "{convention:?} {first} {on}"
                    );
                }
                assert_eq!(convention.served(&term, term.start()).1, plain);
            }
        }
    }
}
