use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::excerpt;
use crate::{CalendarError, Period, add_months};

/// A month of the books: a calendar month. As text and in serde `2017-05`.
///
/// ```
/// # use l2c_calendar::FiscalMonth;
/// let may: FiscalMonth = "2017-05".parse()?;
/// assert_eq!(may, FiscalMonth::of("2017-05-14".parse()?));
/// assert_eq!(may.next()?.last_day().to_string(), "2017-06-30");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FiscalMonth {
    first_day: NaiveDate,
}

impl FiscalMonth {
    /// Month 1 to 12 of a year.
    ///
    /// # Errors
    /// [`CalendarError::InvalidMonth`] for another month, or a year that dates cannot hold.
    pub fn new(year: i32, month: u32) -> Result<Self, CalendarError> {
        NaiveDate::from_ymd_opt(year, month, 1)
            .map(|first_day| Self { first_day })
            .ok_or_else(|| CalendarError::InvalidMonth {
                text: format!("{}-{month:02}", Year(year)),
            })
    }

    /// The month that `date` belongs to.
    #[must_use]
    pub fn of(date: NaiveDate) -> Self {
        // Every month has a first day, and the range of dates begins with one.
        Self {
            first_day: date.with_day(1).unwrap_or(date),
        }
    }

    /// The year.
    #[must_use]
    pub fn year(&self) -> i32 {
        self.first_day.year()
    }

    /// The month of the year, 1 to 12.
    #[must_use]
    pub fn month(&self) -> u32 {
        self.first_day.month()
    }

    /// The first day.
    #[must_use]
    pub const fn first_day(&self) -> NaiveDate {
        self.first_day
    }

    /// The last day.
    #[must_use]
    pub fn last_day(&self) -> NaiveDate {
        // The range of dates ends with the last day of a month; only of that month the next cannot be had.
        self.next()
            .ok()
            .and_then(|next| next.first_day.pred_opt())
            .unwrap_or(NaiveDate::MAX)
    }

    /// The days of the month.
    ///
    /// # Errors
    /// [`CalendarError::DateOutOfRange`] for the last month that dates can hold, since a period names the day
    /// after its last.
    pub fn period(&self) -> Result<Period, CalendarError> {
        Period::months(self.first_day, 1)
    }

    /// The month after.
    ///
    /// # Errors
    /// [`CalendarError::DateOutOfRange`] after the last month that dates can hold.
    pub fn next(&self) -> Result<Self, CalendarError> {
        self.plus(1)
    }

    /// The month before.
    ///
    /// # Errors
    /// [`CalendarError::DateOutOfRange`] before the first month that dates can hold.
    pub fn previous(&self) -> Result<Self, CalendarError> {
        self.plus(-1)
    }

    /// The month that is `months` later, or (below zero) earlier.
    ///
    /// # Errors
    /// [`CalendarError::DateOutOfRange`] beyond the range of dates.
    pub fn plus(&self, months: i32) -> Result<Self, CalendarError> {
        add_months(self.first_day, months).map(|first_day| Self { first_day })
    }

    /// The months from this to `last`, both included; none if `last` is earlier.
    #[must_use]
    pub fn through(self, last: Self) -> Vec<Self> {
        let mut months = Vec::new();
        let mut next = Some(self);
        while let Some(month) = next.filter(|month| *month <= last) {
            months.push(month);
            next = month.next().ok();
        }
        months
    }
}

/// At least four digits, after the sign of a year before year 0.
pub(crate) struct Year(pub(crate) i32);

impl fmt::Display for Year {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{:04}", self.0.unsigned_abs())
    }
}

impl fmt::Display for FiscalMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}-{:02}", Year(self.year()), self.month()))
    }
}

impl FromStr for FiscalMonth {
    type Err = CalendarError;

    /// Reads what [`Display`](fmt::Display) writes.
    fn from_str(text: &str) -> Result<Self, CalendarError> {
        let fault = || CalendarError::InvalidMonth { text: excerpt(text) };
        let (year, month) = text.rsplit_once('-').ok_or_else(fault)?;
        let read = Self::new(
            year.parse().map_err(|_| fault())?,
            month.parse().map_err(|_| fault())?,
        )?;
        // One month, one text: no sign, blank or zero more or less than `Display` writes.
        if read.to_string() == text {
            Ok(read)
        } else {
            Err(fault())
        }
    }
}

impl Serialize for FiscalMonth {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FiscalMonth {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}
