use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use crate::CalendarError;

/// The largest number of business days that are counted at once: about forty years.
pub const MAX_BUSINESS_DAYS: u32 = 10_000;

/// The days on which somebody works: all but those of the weekend and the holidays.
///
/// ```
/// use l2c_calendar::BusinessCalendar;
///
/// let calendar: BusinessCalendar = serde_json::from_str(r#"{"holidays": ["2026-12-25"]}"#)?;
/// let day = |text: &str| text.parse();
/// // Thursday, one day on: Friday is a holiday, then comes the weekend.
/// assert_eq!(calendar.after(day("2026-12-24")?, 1)?, day("2026-12-28")?);
/// assert_eq!(calendar.on_or_before(day("2026-12-27")?)?, day("2026-12-24")?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BusinessCalendar {
    /// The days of the week on which nobody works: `["Sat", "Sun"]`, which is meant if it is absent.
    #[serde(default = "saturday_and_sunday")]
    pub weekend: Vec<Weekday>,
    /// The dates on which nobody works.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub holidays: BTreeSet<NaiveDate>,
}

fn saturday_and_sunday() -> Vec<Weekday> {
    vec![Weekday::Sat, Weekday::Sun]
}

impl Default for BusinessCalendar {
    /// Monday to Friday, without holidays.
    fn default() -> Self {
        Self {
            weekend: saturday_and_sunday(),
            holidays: BTreeSet::new(),
        }
    }
}

impl BusinessCalendar {
    /// Whether somebody works on a day.
    #[must_use]
    pub fn is_business_day(&self, day: NaiveDate) -> bool {
        !self.weekend.contains(&day.weekday()) && !self.holidays.contains(&day)
    }

    /// The day itself if it is a business day, else the next one.
    ///
    /// # Errors
    /// [`CalendarError::NoBusinessDay`] if there is none within ten years; [`CalendarError::DateOutOfRange`].
    pub fn on_or_after(&self, day: NaiveDate) -> Result<NaiveDate, CalendarError> {
        Self::common_on_or_after(&[self], day)
    }

    /// The day itself if it is a business day, else the last one before it.
    ///
    /// # Errors
    /// As [`BusinessCalendar::on_or_after`].
    pub fn on_or_before(&self, day: NaiveDate) -> Result<NaiveDate, CalendarError> {
        Self::common_on_or_before(&[self], day)
    }

    /// So many business days after a day, which is moved on to a business day first.
    ///
    /// # Errors
    /// As [`BusinessCalendar::on_or_after`]; [`CalendarError::TooManyDays`] beyond [`MAX_BUSINESS_DAYS`].
    pub fn after(&self, day: NaiveDate, days: u32) -> Result<NaiveDate, CalendarError> {
        within(days)?;
        let mut day = self.on_or_after(day)?;
        for _ in 0..days {
            day = self.on_or_after(next(day)?)?;
        }
        Ok(day)
    }

    /// So many business days before a day, which is moved back to a business day first.
    ///
    /// # Errors
    /// As [`BusinessCalendar::after`].
    pub fn before(&self, day: NaiveDate, days: u32) -> Result<NaiveDate, CalendarError> {
        within(days)?;
        let mut day = self.on_or_before(day)?;
        for _ in 0..days {
            day = self.on_or_before(previous(day)?)?;
        }
        Ok(day)
    }

    /// The first day from a day on that is a business day of all calendars.
    ///
    /// # Errors
    /// As [`BusinessCalendar::on_or_after`].
    pub fn common_on_or_after(calendars: &[&Self], day: NaiveDate) -> Result<NaiveDate, CalendarError> {
        first(calendars, day, next)
    }

    /// The last day up to a day that is a business day of all calendars.
    ///
    /// # Errors
    /// As [`BusinessCalendar::on_or_after`].
    pub fn common_on_or_before(calendars: &[&Self], day: NaiveDate) -> Result<NaiveDate, CalendarError> {
        first(calendars, day, previous)
    }
}

/// Ten years of days.
const LONGEST_WAIT: u32 = 3_653;

fn first(
    calendars: &[&BusinessCalendar],
    from: NaiveDate,
    step: fn(NaiveDate) -> Result<NaiveDate, CalendarError>,
) -> Result<NaiveDate, CalendarError> {
    let mut day = from;
    for _ in 0..LONGEST_WAIT {
        if calendars.iter().all(|calendar| calendar.is_business_day(day)) {
            return Ok(day);
        }
        day = step(day)?;
    }
    Err(CalendarError::NoBusinessDay { from })
}

fn next(day: NaiveDate) -> Result<NaiveDate, CalendarError> {
    day.succ_opt().ok_or_else(|| out_of_range(day, "1 day"))
}

fn previous(day: NaiveDate) -> Result<NaiveDate, CalendarError> {
    day.pred_opt().ok_or_else(|| out_of_range(day, "-1 day"))
}

fn out_of_range(date: NaiveDate, moved_by: &str) -> CalendarError {
    let moved_by = moved_by.to_owned();
    CalendarError::DateOutOfRange { date, moved_by }
}

const fn within(days: u32) -> Result<(), CalendarError> {
    if days > MAX_BUSINESS_DAYS {
        let limit = MAX_BUSINESS_DAYS;
        return Err(CalendarError::TooManyDays { days, limit });
    }
    Ok(())
}
