use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::excerpt;
use crate::fiscal_month::Year;
use crate::{CalendarError, FiscalMonth, Period};

/// A quarter of a calendar year. As text and in serde `2017-Q2`.
///
/// ```
/// # use l2c_calendar::Quarter;
/// let quarter = Quarter::of("2017-05-14".parse()?);
/// assert_eq!(quarter.to_string(), "2017-Q2");
/// assert_eq!(quarter.period()?.to_string(), "2017-04-01 to 2017-06-30");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quarter {
    first_month: FiscalMonth,
}

impl Quarter {
    /// Quarter 1 to 4 of a year.
    ///
    /// # Errors
    /// [`CalendarError::InvalidQuarter`] for another quarter, or a year that dates cannot hold.
    pub fn new(year: i32, quarter: u32) -> Result<Self, CalendarError> {
        let fault = || CalendarError::InvalidQuarter {
            text: format!("{}-Q{quarter}", Year(year)),
        };
        let month = match quarter {
            1 => 1,
            2 => 4,
            3 => 7,
            4 => 10,
            _ => return Err(fault()),
        };
        FiscalMonth::new(year, month)
            .map(|first_month| Self { first_month })
            .map_err(|_| fault())
    }

    /// The quarter that `date` belongs to.
    #[must_use]
    pub fn of(date: NaiveDate) -> Self {
        let month = FiscalMonth::of(date);
        let month_of_quarter = i32::try_from(date.month0() % 3).unwrap_or(0);
        // The range of dates begins with the first month of a quarter.
        Self {
            first_month: month.plus(month_of_quarter.saturating_neg()).unwrap_or(month),
        }
    }

    /// The year.
    #[must_use]
    pub fn year(&self) -> i32 {
        self.first_month.year()
    }

    /// The quarter of the year, 1 to 4.
    #[must_use]
    pub fn quarter(&self) -> u32 {
        self.first_month.month().div_ceil(3)
    }

    /// The first day.
    #[must_use]
    pub const fn first_day(&self) -> NaiveDate {
        self.first_month.first_day()
    }

    /// The last day.
    #[must_use]
    pub fn last_day(&self) -> NaiveDate {
        self.first_month.plus(2).unwrap_or(self.first_month).last_day()
    }

    /// The days of the quarter.
    ///
    /// # Errors
    /// [`CalendarError::DateOutOfRange`] for the last quarter that dates can hold, since a period names the day
    /// after its last.
    pub fn period(&self) -> Result<Period, CalendarError> {
        Period::months(self.first_day(), 3)
    }

    /// The quarter after.
    ///
    /// # Errors
    /// [`CalendarError::DateOutOfRange`] after the last quarter that dates can hold.
    pub fn next(&self) -> Result<Self, CalendarError> {
        self.first_month.plus(3).map(|first_month| Self { first_month })
    }

    /// The quarter before.
    ///
    /// # Errors
    /// [`CalendarError::DateOutOfRange`] before the first quarter that dates can hold.
    pub fn previous(&self) -> Result<Self, CalendarError> {
        self.first_month.plus(-3).map(|first_month| Self { first_month })
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}-Q{}", Year(self.year()), self.quarter()))
    }
}

impl FromStr for Quarter {
    type Err = CalendarError;

    /// Reads what [`Display`](fmt::Display) writes.
    fn from_str(text: &str) -> Result<Self, CalendarError> {
        let fault = || CalendarError::InvalidQuarter { text: excerpt(text) };
        let (year, quarter) = text.split_once("-Q").ok_or_else(fault)?;
        let read = Self::new(
            year.parse().map_err(|_| fault())?,
            quarter.parse().map_err(|_| fault())?,
        )?;
        if read.to_string() == text {
            Ok(read)
        } else {
            Err(fault())
        }
    }
}

impl Serialize for Quarter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Quarter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Quarter {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Quarter".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "description": "A quarter of a year.", "pattern": "^[0-9]{4}-Q[1-4]$"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Period;

    #[test]
    fn months_quarters_and_periods_stand_in_columns() {
        let (month, quarter) = (FiscalMonth::new(2017, 5).unwrap(), Quarter::new(2017, 2).unwrap());
        assert_eq!(format!("[{month:>9}] [{quarter:<9}]"), "[  2017-05] [2017-Q2  ]");
        let period: Period = quarter.period().unwrap();
        assert_eq!(format!("[{period:>26}]"), "[  2017-04-01 to 2017-06-30]");
    }
}
