use chrono::{Days, NaiveDate};
use l2c_calendar::{CalendarError, FiscalMonth};
use serde::{Deserialize, Serialize};

/// When an invoice is due (BT-9, BT-20).
///
/// In serde `{"net_days": 30}` or `{"days_after_month_end": 10}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentTerms {
    /// So many days after the issue date; 0 is due on receipt.
    NetDays(u16),
    /// So many days after the last day of the month of the issue date.
    DaysAfterMonthEnd(u16),
}

impl PaymentTerms {
    /// The due date of an invoice issued on `date`; never before it.
    ///
    /// # Errors
    /// [`CalendarError::DateOutOfRange`] beyond the range of dates.
    pub fn due_date(&self, date: NaiveDate) -> Result<NaiveDate, CalendarError> {
        let (from, days) = match *self {
            Self::NetDays(days) => (date, days),
            Self::DaysAfterMonthEnd(days) => (FiscalMonth::of(date).last_day(), days),
        };
        from.checked_add_days(Days::new(u64::from(days)))
            .ok_or_else(|| CalendarError::DateOutOfRange {
                date: from,
                moved_by: format!("{days} days"),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap_or_default()
    }

    #[test]
    fn due_dates_count_from_the_issue_date_or_the_end_of_its_month() {
        for (terms, issued, due) in [
            (PaymentTerms::NetDays(0), "2017-02-28", "2017-02-28"),
            (PaymentTerms::NetDays(30), "2017-01-30", "2017-03-01"),
            (PaymentTerms::DaysAfterMonthEnd(0), "2016-02-03", "2016-02-29"),
            (PaymentTerms::DaysAfterMonthEnd(10), "2017-12-31", "2018-01-10"),
        ] {
            assert_eq!(
                terms.due_date(day(issued)),
                Ok(day(due)),
                "{terms:?} from {issued}"
            );
        }
        let late = PaymentTerms::NetDays(1).due_date(NaiveDate::MAX);
        assert_eq!(late.map_err(|e| e.code()), Err("date_out_of_range"));
    }
}
