//! Periods, validities, billing cycles, proration and fiscal months: the calendar that every part of lead to cash shares.
//!
//! A [`Period`] is half-open and never empty, the tiles of a [`BillingCycle`] cover a term without gap or
//! overlap, and a proration is exact until somebody rounds it.
//!
//! ```
//! use l2c_calendar::{BillingCycle, NaiveDate, Period};
//! use l2c_money::Exact;
//!
//! let day = |text: &str| text.parse::<NaiveDate>();
//! let term = Period::new(day("2024-01-31")?, day("2024-04-10")?)?;
//! let tiles = BillingCycle::new(day("2024-01-31")?, 1)?.tiling(term)?;
//! let shown: Vec<String> = tiles.iter().map(ToString::to_string).collect();
//! assert_eq!(shown, ["2024-01-31 to 2024-02-28", "2024-02-29 to 2024-03-30", "2024-03-31 to 2024-04-09"]);
//!
//! let shares: Exact = tiles.iter().map(|tile| term.prorate(tile)).sum();
//! assert_eq!(shares, Exact::ONE);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where things are
//! - [`Period`]: a half-open span of days; [`add_months`]: month arithmetic, clamped to the end of the month.
//! - [`BusinessCalendar`]: the days on which somebody works, and counting in them.
//! - [`Validity`]: from when until when something holds, in days or instants ([`Moment`]).
//! - [`BillingCycle`]: an anchored grid of periods, and the tiling of a term by it.
//! - [`ProrationPolicy`]: the part of the price of a [`PriceTerm`] that a period costs, as a [`Proration`].
//! - [`FiscalMonth`], [`Quarter`]: parts of a calendar year. [`FiscalCalendar`]: which months are open.
//! - [`FiscalYears`]: years that begin in any month, and the days of their quarters.
//! - [`FiscalPeriods`]: periods by name, of the calendar, of years of weeks ([`WeekPattern`], 4-4-5) or listed.
//!
//! # Errors
//! | code | what the caller does |
//! |---|---|
//! | `empty_period` | refuse the input: the end must come after the start |
//! | `date_out_of_range` | refuse the input: no date can hold the result |
//! | `invalid_cycle` | ask for a cycle of at least one month |
//! | `term_too_long` | prorate at most one month, or by another mode |
//! | `dates_needed` | give a period instead of a number of days or months |
//! | `too_many_periods` | ask for a shorter term or a longer cycle |
//! | `invalid_month`, `invalid_quarter`, `invalid_moment` | show the expected form |
//! | `no_business_day`, `invalid_days` | leave a day to work on; count fewer days |
//! | `invalid_period` | correct the periods: the message says what they need |
//! | `earlier_month_open` | close the earlier month first |
//! | `not_closed` | nothing: the month is open |
//! | `invalid_authority` | ask who allows it |
//!
//! # What it is not
//! It has no clock and no time zone: the host chooses the dates. It knows no country's holidays: the host lists them.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod business_calendar;
mod cycle;
mod error;
mod fiscal_calendar;
mod fiscal_month;
mod fiscal_periods;
mod fiscal_years;
mod months;
mod period;
mod proration;
mod quarter;
mod validity;

pub use business_calendar::{BusinessCalendar, MAX_BUSINESS_DAYS};
pub use chrono::NaiveDate;
pub use cycle::{BillingCycle, MAX_PERIODS};
pub use error::CalendarError;
pub use fiscal_calendar::FiscalCalendar;
pub use fiscal_month::FiscalMonth;
pub use fiscal_periods::{CalendarUnit, FiscalPeriods, NamedPeriod, WeekPattern};
pub use fiscal_years::FiscalYears;
pub use months::add_months;
pub use period::Period;
pub use proration::{PriceTerm, ProratedAmount, Proration, ProrationPart, ProrationPolicy};
pub use quarter::Quarter;
pub use validity::{Moment, Validity};
