use std::fmt;

use chrono::{Datelike, Days, NaiveDate};
use l2c_money::Exact;
use serde::{Deserialize, Serialize};

use crate::cycle::month_number;
use crate::{CalendarError, FiscalMonth, add_months};

/// A span of days, half-open: the start belongs to it, the end does not.
///
/// It always holds at least one day. Periods that meet share a date: the end of one is the start of the next.
/// In serde it is `{"start": "2017-01-01", "end": "2017-04-01"}`; as text `2017-01-01 to 2017-03-31`, which
/// names the last day, as people do.
///
/// ```
/// # use l2c_calendar::{NaiveDate, Period};
/// # use l2c_money::Exact;
/// let day = |text: &str| text.parse::<NaiveDate>();
/// let january = Period::months(day("2017-01-01")?, 1)?;
/// assert_eq!((january.end().to_string(), january.days()), ("2017-02-01".to_owned(), 31));
/// let used = Period::inclusive(day("2017-01-16")?, day("2017-03-31")?)?;
/// assert_eq!(january.prorate(&used), Exact::ratio(16, 31)?);
/// assert!(Period::new(day("2017-01-02")?, day("2017-01-02")?).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "schema",
    schemars(description = "A span of days: the start belongs to it, the end does not.")
)]
#[serde(try_from = "Document", into = "Document")]
pub struct Period {
    start: NaiveDate,
    end: NaiveDate,
}

#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Document {
    /// The first day.
    start: NaiveDate,
    /// The day after the last.
    end: NaiveDate,
}

impl Period {
    /// From `start` up to, not including, `end`.
    ///
    /// # Errors
    /// [`CalendarError::EmptyPeriod`] unless `start` is before `end`.
    pub fn new(start: NaiveDate, end: NaiveDate) -> Result<Self, CalendarError> {
        if start < end {
            Ok(Self { start, end })
        } else {
            Err(CalendarError::EmptyPeriod { start, end })
        }
    }

    /// From `first` to `last`, both included.
    ///
    /// # Errors
    /// [`CalendarError::EmptyPeriod`] if `last` is before `first`; [`CalendarError::DateOutOfRange`] if there is
    /// no date after `last`.
    pub fn inclusive(first: NaiveDate, last: NaiveDate) -> Result<Self, CalendarError> {
        let end = last
            .checked_add_days(Days::new(1))
            .ok_or_else(|| CalendarError::DateOutOfRange {
                date: last,
                moved_by: "1 day".to_owned(),
            })?;
        Self::new(first, end)
    }

    /// The `count` months that begin at `start`: up to [`add_months`]`(start, count)`.
    ///
    /// # Errors
    /// [`CalendarError::EmptyPeriod`] for no months; [`CalendarError::DateOutOfRange`] beyond the range of dates.
    pub fn months(start: NaiveDate, count: u32) -> Result<Self, CalendarError> {
        let months = i32::try_from(count).map_err(|_| CalendarError::DateOutOfRange {
            date: start,
            moved_by: format!("{count} months"),
        })?;
        Self::new(start, add_months(start, months)?)
    }

    /// The first day.
    #[must_use]
    pub const fn start(&self) -> NaiveDate {
        self.start
    }

    /// The day after the last day.
    #[must_use]
    pub const fn end(&self) -> NaiveDate {
        self.end
    }

    /// The last day.
    #[must_use]
    pub fn last_day(&self) -> NaiveDate {
        // The end is after the start, so there is a day before it.
        self.end.pred_opt().unwrap_or(self.start)
    }

    /// The number of days; at least 1.
    #[must_use]
    pub fn days(&self) -> u32 {
        // The range of dates has fewer than 2^28 days.
        u32::try_from(self.end.signed_duration_since(self.start).num_days()).unwrap_or(u32::MAX)
    }

    /// Whether `date` is one of the days.
    #[must_use]
    pub fn contains(&self, date: NaiveDate) -> bool {
        self.start <= date && date < self.end
    }

    /// The days that both have, if any.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Option<Self> {
        Self::new(self.start.max(other.start), self.end.min(other.end)).ok()
    }

    /// The share of this period that `part` covers: days of `part` inside this period over days of this period.
    ///
    /// Exact, from 0 to 1. Days of `part` outside do not count. Parts that tile the period have shares that sum
    /// to 1.
    #[must_use]
    pub fn prorate(&self, part: &Self) -> Exact {
        let covered = self.intersect(part).map_or(0, |both| both.days());
        // A period has at least one day, so there is no division by zero.
        Exact::ratio(i64::from(covered), i64::from(self.days())).unwrap_or_default()
    }

    /// The whole months from its start, and the days after the last of them.
    ///
    /// The months are the most that end on or before the end, each counted from the start: 31 January to
    /// 27 February is a whole month.
    ///
    /// # Errors
    /// [`CalendarError::DateOutOfRange`] does not come up: every month lies inside the period.
    pub fn whole_months(&self) -> Result<(u32, u32), CalendarError> {
        let between = month_number(self.end).saturating_sub(month_number(self.start));
        let mut months = i32::try_from(between).unwrap_or(i32::MAX);
        let mut after = add_months(self.start, months)?;
        if after > self.end {
            months = months.saturating_sub(1);
            after = add_months(self.start, months)?;
        }
        let rest = Self::new(after, self.end).map_or(0, |rest| rest.days());
        Ok((months.unsigned_abs(), rest))
    }

    /// Whether it begins with the first day of a month and ends with the last day of one.
    #[must_use]
    pub fn is_whole_months(&self) -> bool {
        self.start.day() == 1 && self.end.day() == 1
    }

    /// The months that this period touches, in order.
    #[must_use]
    pub fn fiscal_months(&self) -> Vec<FiscalMonth> {
        FiscalMonth::of(self.start).through(FiscalMonth::of(self.last_day()))
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} to {}", self.start, self.last_day()))
    }
}

impl TryFrom<Document> for Period {
    type Error = CalendarError;

    fn try_from(document: Document) -> Result<Self, CalendarError> {
        Self::new(document.start, document.end)
    }
}

impl From<Period> for Document {
    fn from(period: Period) -> Self {
        Self {
            start: period.start,
            end: period.end,
        }
    }
}
