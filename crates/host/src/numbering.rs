//! Document numbers: `INV-2026-00001`, counted per series and fiscal year.

use chrono::{Datelike, NaiveDate};

use crate::HostError;
use crate::id::shortened;

/// How the documents of a series are numbered. Each series has a sequence per fiscal year.
///
/// Claimed in the append that stores the document, the numbers have no gap: a posting that does not take effect gives
/// its number back. Claimed in an append of their own beforehand, they are never waited for, and lost if the posting
/// fails.
///
/// ```
/// # use l2c_host::{NaiveDate, NumberSeries};
/// let invoices = NumberSeries::new("INV", 5, 4)?; // five digits, fiscal year from April
/// let march = NaiveDate::from_ymd_opt(2026, 3, 31).unwrap();
/// assert_eq!(invoices.sequence(march), "INV-2025");
/// assert_eq!(invoices.number(march, 7), "INV-2025-00007");
/// # Ok::<(), l2c_host::HostError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberSeries {
    series: String,
    digits: u8,
    first_month: u32,
}

impl NumberSeries {
    /// A series: its name, the digits that numbers are padded to (longer ones stand in full), and the month in which
    /// the fiscal year starts.
    ///
    /// # Errors
    /// [`HostError::NumberSeries`] if the name is empty, longer than 64 characters or holds control characters, the
    /// digits are more than 40 or the month is none.
    pub fn new(series: &str, digits: u8, fiscal_year_start_month: u32) -> Result<Self, HostError> {
        let legal = !series.trim().is_empty()
            && series.chars().count() <= 64
            && !series.chars().any(char::is_control);
        if !legal || digits > 40 || !(1..=12).contains(&fiscal_year_start_month) {
            let series = shortened(series);
            return Err(HostError::NumberSeries {
                series,
                digits,
                month: fiscal_year_start_month,
            });
        }
        Ok(Self {
            series: series.to_owned(),
            digits,
            first_month: fiscal_year_start_month,
        })
    }

    /// The fiscal year of a date, named by the calendar year in which it starts.
    pub fn fiscal_year(&self, date: NaiveDate) -> i32 {
        // A NaiveDate's years are far from the ends of i32.
        if date.month() < self.first_month {
            date.year().saturating_sub(1)
        } else {
            date.year()
        }
    }

    /// The sequence that a document of this date counts in.
    pub fn sequence(&self, date: NaiveDate) -> String {
        format!("{}-{}", self.series, self.fiscal_year(date))
    }

    /// The number of a document as it is printed.
    pub fn number(&self, date: NaiveDate, number: u64) -> String {
        format!(
            "{}-{number:0width$}",
            self.sequence(date),
            width = usize::from(self.digits)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn numbers_are_padded_and_never_cut() {
        let series = NumberSeries::new("A", 1, 1).unwrap();
        assert_eq!(series.number(day(2026, 12, 31), 10), "A-2026-10");
        let series = NumberSeries::new("CRN", 5, 1).unwrap();
        assert_eq!(series.number(day(2026, 1, 1), 1), "CRN-2026-00001");
        assert_eq!(
            series.number(day(2026, 1, 1), u64::MAX),
            "CRN-2026-18446744073709551615"
        );
    }

    #[test]
    fn the_fiscal_year_is_named_by_its_start() {
        let series = NumberSeries::new("INV", 4, 4).unwrap();
        assert_eq!(series.sequence(day(2026, 3, 31)), "INV-2025");
        assert_eq!(series.sequence(day(2026, 4, 1)), "INV-2026");
        assert_eq!(series.sequence(day(2027, 3, 31)), "INV-2026");
    }

    #[test]
    fn malformed_series_are_refused() {
        for (name, digits, month) in [
            ("", 5, 1),
            (" ", 5, 1),
            ("A\n", 5, 1),
            ("A", 41, 1),
            ("A", 5, 0),
            ("A", 5, 13),
        ] {
            assert_eq!(
                NumberSeries::new(name, digits, month).unwrap_err().code(),
                "number_series"
            );
        }
    }
}
