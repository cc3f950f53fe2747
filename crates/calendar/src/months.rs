use chrono::{Months, NaiveDate};

use crate::CalendarError;

/// `date` moved by a number of months, forward or (below zero) back.
///
/// The day of the month is kept where the month has it, else it becomes the last day of the month. Count from
/// the original date each time: 31 January + 1 is 28 February and 31 January + 2 is 31 March, but 28 February
/// + 1 is 28 March.
///
/// ```
/// # use l2c_calendar::{NaiveDate, add_months};
/// let from: NaiveDate = "2024-01-31".parse()?;
/// assert_eq!(add_months(from, 1)?.to_string(), "2024-02-29");
/// assert_eq!(add_months(from, 2)?.to_string(), "2024-03-31");
/// assert_eq!(add_months(from, -2)?.to_string(), "2023-11-30");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`CalendarError::DateOutOfRange`] beyond the range of [`NaiveDate`].
pub fn add_months(date: NaiveDate, months: i32) -> Result<NaiveDate, CalendarError> {
    let by = Months::new(months.unsigned_abs());
    let moved = if months < 0 {
        date.checked_sub_months(by)
    } else {
        date.checked_add_months(by)
    };
    moved.ok_or_else(|| CalendarError::DateOutOfRange {
        date,
        moved_by: format!("{months} months"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap_or_default()
    }

    #[test]
    fn the_day_is_clamped_to_the_month_and_comes_back() {
        let anchor = day("2024-01-31");
        let moved: Vec<String> = [1, 2, 3, 13, -2]
            .into_iter()
            .filter_map(|k| add_months(anchor, k).ok())
            .map(|d| d.to_string())
            .collect();
        assert_eq!(
            moved,
            [
                "2024-02-29",
                "2024-03-31",
                "2024-04-30",
                "2025-02-28",
                "2023-11-30"
            ]
        );
    }

    #[test]
    fn beyond_the_range_of_dates_is_an_error() {
        for (date, months) in [
            (NaiveDate::MAX, 1),
            (NaiveDate::MIN, -1),
            (day("2024-01-31"), i32::MAX),
            (day("2024-01-31"), i32::MIN),
        ] {
            assert_eq!(
                add_months(date, months).map_err(|e| e.code()),
                Err("date_out_of_range")
            );
        }
    }
}
