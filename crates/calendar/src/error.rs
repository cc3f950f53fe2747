use chrono::NaiveDate;

use crate::{FiscalMonth, Period};

/// What can be wrong with a date, a period or a calendar.
///
/// The text of a message may change; [`CalendarError::code`] is stable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CalendarError {
    /// A period does not start before it ends.
    #[error("a period from {start} to {end} (exclusive) holds no day: the start must be before the end")]
    EmptyPeriod {
        /// The first day.
        start: NaiveDate,
        /// The day after the last day.
        end: NaiveDate,
    },
    /// A computed date lies outside the range of dates.
    #[error("{date} moved by {moved_by} is outside the range of dates")]
    DateOutOfRange {
        /// The date that was moved.
        date: NaiveDate,
        /// By how much, with its unit: `3 months`.
        moved_by: String,
    },
    /// A billing cycle of no months.
    #[error("a billing cycle of {months} months is refused: write 1 or more")]
    InvalidCycle {
        /// The length found.
        months: u32,
    },
    /// A term is cut into more periods than [`MAX_PERIODS`](crate::MAX_PERIODS).
    #[error("a term cut into more than {limit} periods is refused")]
    TooManyPeriods {
        /// The limit.
        limit: usize,
    },
    /// Days of months of a fixed length are counted within one month.
    #[error("{period} is longer than the one month that fixed_month counts: take another mode")]
    TermTooLong {
        /// The period.
        period: Period,
    },
    /// A mode of proration that looks at dates was given a number of days or months.
    #[error("proration by {mode} needs the dates of the period")]
    DatesNeeded {
        /// The mode.
        mode: &'static str,
    },
    /// Not a month: `YYYY-MM` with a month from 01 to 12 of a year that dates can hold.
    #[error("`{text}` is not a month: write YYYY-MM")]
    InvalidMonth {
        /// What was found, cut to 60 characters.
        text: String,
    },
    /// Not a quarter: `YYYY-Qn` with n from 1 to 4 of a year that dates can hold.
    #[error("`{text}` is not a quarter: write YYYY-Qn")]
    InvalidQuarter {
        /// What was found, cut to 60 characters.
        text: String,
    },
    /// A calendar without a business day for ten years.
    #[error(
        "there is no business day within ten years of {from}: leave a day of the week out of the weekend"
    )]
    NoBusinessDay {
        /// Where the search began.
        from: NaiveDate,
    },
    /// More business days than are counted at once.
    #[error("{days} business days: at most {limit} are counted at once")]
    TooManyDays {
        /// How many.
        days: u32,
        /// The limit.
        limit: u32,
    },
    /// Neither a day nor an instant.
    #[error("`{text}` is neither a day nor an instant: write YYYY-MM-DD or YYYY-MM-DDThh:mm:ss")]
    InvalidMoment {
        /// What was found, cut to 60 characters.
        text: String,
    },
    /// Periods of the books that cannot be cut or told apart.
    #[error("{found}: periods need {expected}")]
    InvalidPeriods {
        /// What was found.
        found: String,
        /// What would be right.
        expected: &'static str,
    },
    /// Months close in order: one before this is still open.
    #[error("{month} cannot close before {first_open}, which is still open")]
    EarlierMonthOpen {
        /// The month to close.
        month: FiscalMonth,
        /// The first month that is open.
        first_open: FiscalMonth,
    },
    /// A month that is not closed cannot be reopened.
    #[error("{month} is not closed: only a closed month can be reopened")]
    NotClosed {
        /// The month.
        month: FiscalMonth,
    },
    /// A closed month is reopened on somebody's authority, which must be named.
    #[error("the authority to reopen a month is 1 to {limit} characters, found {found}")]
    InvalidAuthority {
        /// The number of characters found, without surrounding space.
        found: usize,
        /// The largest number allowed.
        limit: usize,
    },
}

impl CalendarError {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::EmptyPeriod { .. } => "empty_period",
            Self::DateOutOfRange { .. } => "date_out_of_range",
            Self::InvalidCycle { .. } => "invalid_cycle",
            Self::TooManyPeriods { .. } => "too_many_periods",
            Self::TermTooLong { .. } => "term_too_long",
            Self::DatesNeeded { .. } => "dates_needed",
            Self::InvalidMonth { .. } => "invalid_month",
            Self::InvalidQuarter { .. } => "invalid_quarter",
            Self::NoBusinessDay { .. } => "no_business_day",
            Self::TooManyDays { .. } => "invalid_days",
            Self::InvalidMoment { .. } => "invalid_moment",
            Self::InvalidPeriods { .. } => "invalid_period",
            Self::EarlierMonthOpen { .. } => "earlier_month_open",
            Self::NotClosed { .. } => "not_closed",
            Self::InvalidAuthority { .. } => "invalid_authority",
        }
    }
}

/// The first 60 characters of something that came from outside.
pub(crate) fn excerpt(text: &str) -> String {
    text.chars().take(60).collect()
}
