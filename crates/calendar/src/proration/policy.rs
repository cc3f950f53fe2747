use std::num::NonZeroU32;

use chrono::NaiveDate;
use l2c_money::Exact;
use serde::{Deserialize, Serialize};

use super::{Count, Proration, cut, fixed_month_days};
use crate::{BillingCycle, CalendarError, Period};

/// How a period becomes a part of the price of a whole term.
///
/// The price is for a [`PriceTerm`]; a mode that names a term of its own counts by that instead. The default
/// is [`BillingCycle`](Self::BillingCycle): a year of any length costs a year, and a day of it 1/365 or 1/366.
///
/// | mode | factor | 2024-01-01 to 2024-12-31, price per year |
/// |---|---|---|
/// | `days` | days / days of the term | 366/365 |
/// | `months_up` | months, one that is begun counts whole, / months of the term | 1 |
/// | `months_days` | (whole months + days left x 12/365) / months of the term | 1 |
/// | `calendar_months` | sum over the months touched of days / days of the month, / months of the term | 1 |
/// | `billing_cycle` | sum over the cycles touched of days / days of the cycle | 1 |
/// | `fixed_month` | days / days of a month, / months of the term; at most one month | refused |
///
/// Whole months are counted from the start of the period: the most that end on or before its end.
///
/// ```
/// use l2c_calendar::{Period, PriceTerm, ProrationPolicy};
/// use l2c_money::Exact;
///
/// let policy: ProrationPolicy = serde_json::from_str(r#"{"mode": "months_days"}"#)?;
/// let period = Period::inclusive("2019-06-18".parse()?, "2020-08-21".parse()?)?;
/// let proration = policy.prorate(period, PriceTerm::YEAR)?;
/// assert_eq!((proration.months(), proration.rest_days()), (Some(14), Some(4)));
/// assert_eq!(*proration.factor(), Exact::ratio(14 * 365 + 4 * 12, 12 * 365)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "mode", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum ProrationPolicy {
    /// Days over the days of a term of fixed length, so that a leap year costs more than a year.
    Days {
        /// The days of the term. Absent: 365 for twelve months of the price's term, and in proportion.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        term_days: Option<NonZeroU32>,
    },
    /// Months, of which one that is begun counts whole.
    MonthsUp {
        /// The months of the term; absent: those of the price.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        term_months: Option<NonZeroU32>,
    },
    /// Whole months, and the days left at 12/365 of a month each.
    MonthsDays {
        /// The months of the term; absent: those of the price.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        term_months: Option<NonZeroU32>,
    },
    /// Each calendar month by its own days.
    CalendarMonths {
        /// The months of the term; absent: those of the price.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        term_months: Option<NonZeroU32>,
    },
    /// Each billing cycle by its own days; a whole cycle costs the price.
    BillingCycle {
        /// The months of a cycle; absent: those of the price.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cycle_months: Option<NonZeroU32>,
        /// A day on which a cycle begins; absent: that of the price, else the start of the period.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        anchor: Option<NaiveDate>,
    },
    /// Days of months that all have the same number of days; for periods of at most one month.
    FixedMonth {
        /// The days of every month; 30 if absent.
        #[serde(default = "thirty")]
        month_days: NonZeroU32,
        /// The months of the term; absent: those of the price.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        term_months: Option<NonZeroU32>,
    },
}

const TWELVE: NonZeroU32 = NonZeroU32::MIN.saturating_add(11);

const fn thirty() -> NonZeroU32 {
    NonZeroU32::MIN.saturating_add(29)
}

/// What a price is for: a number of months, and the day from which they count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PriceTerm {
    /// The months: 12 for a price per year.
    pub months: NonZeroU32,
    /// A day on which such a term begins; none: the start of the period that is prorated.
    pub anchor: Option<NaiveDate>,
}

impl PriceTerm {
    /// A price per month.
    pub const MONTH: Self = Self {
        months: NonZeroU32::MIN,
        anchor: None,
    };
    /// A price per year.
    pub const YEAR: Self = Self {
        months: TWELVE,
        anchor: None,
    };

    /// A price for a number of months.
    ///
    /// # Errors
    /// [`CalendarError::InvalidCycle`] for no months.
    pub fn of_months(months: u32) -> Result<Self, CalendarError> {
        let months = NonZeroU32::new(months).ok_or(CalendarError::InvalidCycle { months })?;
        Ok(Self { months, anchor: None })
    }

    /// With a day on which a term begins.
    #[must_use]
    pub const fn anchored(mut self, anchor: NaiveDate) -> Self {
        self.anchor = Some(anchor);
        self
    }
}

impl Default for ProrationPolicy {
    fn default() -> Self {
        Self::BillingCycle {
            cycle_months: None,
            anchor: None,
        }
    }
}

impl ProrationPolicy {
    /// Its name, as in its serde form.
    #[must_use]
    pub const fn mode(&self) -> &'static str {
        match self {
            Self::Days { .. } => "days",
            Self::MonthsUp { .. } => "months_up",
            Self::MonthsDays { .. } => "months_days",
            Self::CalendarMonths { .. } => "calendar_months",
            Self::BillingCycle { .. } => "billing_cycle",
            Self::FixedMonth { .. } => "fixed_month",
        }
    }

    /// The part of a price for `term` that `period` costs.
    ///
    /// # Errors
    /// [`CalendarError::TermTooLong`] where `fixed_month` meets more than a month;
    /// [`CalendarError::TooManyPeriods`] beyond [`MAX_PERIODS`](crate::MAX_PERIODS) parts;
    /// [`CalendarError::DateOutOfRange`] if a cycle leaves the range of dates.
    pub fn prorate(&self, period: Period, term: PriceTerm) -> Result<Proration, CalendarError> {
        let days = period.days();
        let of = |own: Option<NonZeroU32>| own.unwrap_or(term.months);
        let count = match *self {
            Self::Days { .. } => return self.prorate_days(days, term),
            Self::MonthsUp { .. } | Self::MonthsDays { .. } => {
                let (months, rest_days) = period.whole_months()?;
                self.months(months, rest_days, term)?
            }
            Self::CalendarMonths { term_months } => {
                let month = BillingCycle::new(crate::FiscalMonth::of(period.start()).first_day(), 1)?;
                let (parts, of) = (cut(period, month)?, of(term_months));
                Count::CalendarMonths { parts, of }
            }
            Self::BillingCycle { cycle_months, anchor } => {
                let anchor = anchor.or(term.anchor).unwrap_or(period.start());
                let cycle = BillingCycle::new(anchor, of(cycle_months).get())?;
                Count::Cycles {
                    parts: cut(period, cycle)?,
                }
            }
            Self::FixedMonth {
                month_days,
                term_months,
            } => {
                let days = fixed_month_days(period, month_days)?;
                let of_days = Exact::from(month_days.get()) * Exact::from(of(term_months).get());
                return Proration::of(Some(days), Count::Days { days, of_days });
            }
        };
        Proration::of(Some(days), count)
    }

    /// The part of a price that a number of days costs; for `days` alone, since days without dates have no
    /// months.
    ///
    /// # Errors
    /// [`CalendarError::DatesNeeded`] in another mode.
    pub fn prorate_days(&self, days: u32, term: PriceTerm) -> Result<Proration, CalendarError> {
        let Self::Days { term_days } = *self else {
            return Err(CalendarError::DatesNeeded { mode: self.mode() });
        };
        let of_days = match term_days {
            Some(days) => Exact::from(days.get()),
            None => Exact::from(term.months.get()) * Exact::ratio(365, 12).unwrap_or_default(),
        };
        Proration::of(Some(days), Count::Days { days, of_days })
    }

    /// The part of a price that a number of months and days costs; for `months_up` and `months_days`.
    ///
    /// # Errors
    /// [`CalendarError::DatesNeeded`] in another mode.
    pub fn prorate_months(
        &self,
        months: u32,
        rest_days: u32,
        term: PriceTerm,
    ) -> Result<Proration, CalendarError> {
        Proration::of(None, self.months(months, rest_days, term)?)
    }

    fn months(&self, months: u32, rest_days: u32, term: PriceTerm) -> Result<Count, CalendarError> {
        match *self {
            Self::MonthsUp { term_months } => {
                let of = term_months.unwrap_or(term.months);
                Ok(Count::StartedMonths {
                    months,
                    rest_days,
                    of,
                })
            }
            Self::MonthsDays { term_months } => {
                let of = term_months.unwrap_or(term.months);
                Ok(Count::MonthsAndDays {
                    months,
                    rest_days,
                    of,
                })
            }
            _ => Err(CalendarError::DatesNeeded { mode: self.mode() }),
        }
    }
}
