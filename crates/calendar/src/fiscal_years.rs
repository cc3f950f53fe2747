use serde::{Deserialize, Serialize};

use crate::error::excerpt;
use crate::{CalendarError, FiscalMonth, Period, Quarter};

/// Fiscal years that all begin with the same month: year `Y` begins in it in calendar year `Y`.
///
/// ```
/// # use l2c_calendar::FiscalYears;
/// let years = FiscalYears::starting_in(4)?;
/// assert_eq!(years.period("2026")?.to_string(), "2026-04-01 to 2027-03-31");
/// assert_eq!(years.period("2026-Q4")?.to_string(), "2027-01-01 to 2027-03-31");
/// assert_eq!(years.period("2026-03")?.to_string(), "2026-03-01 to 2026-03-31"); // a month is a month
/// # Ok::<(), l2c_calendar::CalendarError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct FiscalYears {
    first_month: u32,
}

impl FiscalYears {
    /// Years that are those of the calendar.
    pub const CALENDAR: Self = Self { first_month: 1 };

    /// Years that begin with this month, 1 to 12.
    ///
    /// # Errors
    /// [`CalendarError::InvalidMonth`].
    pub fn starting_in(month: u32) -> Result<Self, CalendarError> {
        if (1..=12).contains(&month) {
            Ok(Self { first_month: month })
        } else {
            Err(CalendarError::InvalidMonth {
                text: month.to_string(),
            })
        }
    }

    /// The days of a year.
    ///
    /// # Errors
    /// [`CalendarError::InvalidMonth`], [`CalendarError::DateOutOfRange`] for a year that dates cannot hold.
    pub fn year(&self, year: i32) -> Result<Period, CalendarError> {
        Period::months(FiscalMonth::new(year, self.first_month)?.first_day(), 12)
    }

    /// The days of quarter 1 to 4 of a year.
    ///
    /// # Errors
    /// [`CalendarError::InvalidQuarter`], [`CalendarError::DateOutOfRange`] for a year that dates cannot hold.
    pub fn quarter(&self, year: i32, quarter: u32) -> Result<Period, CalendarError> {
        let of_calendar = FiscalMonth::of(Quarter::new(year, quarter)?.first_day());
        // From 0 to 11.
        let later = i32::try_from(self.first_month.saturating_sub(1)).unwrap_or_default();
        Period::months(of_calendar.plus(later)?.first_day(), 3)
    }

    /// The days of the period with this name: a month `2026-03`, a quarter `2026-Q1`, a year `2026`.
    ///
    /// # Errors
    /// [`CalendarError::InvalidPeriods`] for another text; [`CalendarError::DateOutOfRange`] for the last period that
    /// dates can hold.
    pub fn period(&self, name: &str) -> Result<Period, CalendarError> {
        let fault = || CalendarError::InvalidPeriods {
            found: format!("`{}`", excerpt(name)),
            expected: "the name of a month YYYY-MM, of a quarter YYYY-Qn or of a year YYYY",
        };
        if let Ok(quarter) = name.parse::<Quarter>() {
            return self.quarter(quarter.year(), quarter.quarter());
        }
        if let Ok(month) = name.parse::<FiscalMonth>() {
            return month.period();
        }
        if name.len() == 4 && name.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.year(name.parse().map_err(|_| fault())?);
        }
        Err(fault())
    }
}

impl Default for FiscalYears {
    fn default() -> Self {
        Self::CALENDAR
    }
}

impl TryFrom<u32> for FiscalYears {
    type Error = CalendarError;
    fn try_from(month: u32) -> Result<Self, CalendarError> {
        Self::starting_in(month)
    }
}

impl From<FiscalYears> for u32 {
    fn from(years: FiscalYears) -> Self {
        years.first_month
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarters_and_months_of_a_year_follow_one_another() {
        for month in 1..=12 {
            let years = FiscalYears::starting_in(month).unwrap();
            let year = years.year(2026).unwrap();
            let quarters: Vec<Period> = (1..=4).map(|q| years.quarter(2026, q).unwrap()).collect();
            assert_eq!(
                (quarters[0].start(), quarters[3].end()),
                (year.start(), year.end())
            );
            for pair in quarters.windows(2) {
                assert_eq!(pair[0].end(), pair[1].start());
            }
            assert_eq!(years.year(2027).unwrap().start(), year.end());
            assert_eq!(FiscalMonth::of(year.start()).month(), month);
        }
    }

    #[test]
    fn a_name_of_no_period_is_refused() {
        for name in [
            "",
            "26",
            "02026",
            "2026-13",
            "2026-Q5",
            "2026-Q",
            "2026-03-01",
            "FY26",
            "2026-Q01",
            "+026",
        ] {
            let error = FiscalYears::CALENDAR.period(name).unwrap_err();
            assert_eq!(error.code(), "invalid_period", "{name}");
        }
        assert_eq!(FiscalYears::starting_in(0).unwrap_err().code(), "invalid_month");
        assert_eq!(FiscalYears::starting_in(13).unwrap_err().code(), "invalid_month");
    }
}
