use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{CalendarError, FiscalMonth};

/// Which months of the books are open for posting.
///
/// Months close one after the other: all before the first open month are closed, except those that were
/// reopened on somebody's authority. What belongs to a closed month is posted in the first open month after it.
///
/// ```
/// # use l2c_calendar::{FiscalCalendar, FiscalMonth};
/// let month = |text: &str| text.parse::<FiscalMonth>();
/// let mut books = FiscalCalendar::open_from(month("2017-03")?);
/// books.close(month("2017-03")?)?;
/// assert_eq!(books.posting_month("2017-01-15".parse()?), month("2017-04")?);
/// books.reopen(month("2017-02")?, "CFO, memo of 2 May")?;
/// assert_eq!(books.posting_month("2017-01-15".parse()?), month("2017-02")?);
/// assert!(books.close(month("2017-06")?).is_err()); // April and May are still open
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Document", into = "Document")]
pub struct FiscalCalendar {
    first_open: FiscalMonth,
    reopened: BTreeMap<FiscalMonth, String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    first_open: FiscalMonth,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    reopened: BTreeMap<FiscalMonth, String>,
}

const MAX_AUTHORITY: usize = 200;

impl FiscalCalendar {
    /// Books whose first open month is `month`; all before are closed.
    #[must_use]
    pub const fn open_from(month: FiscalMonth) -> Self {
        Self {
            first_open: month,
            reopened: BTreeMap::new(),
        }
    }

    /// Whether `month` is open for posting.
    #[must_use]
    pub fn is_open(&self, month: FiscalMonth) -> bool {
        month >= self.first_open || self.reopened.contains_key(&month)
    }

    /// Closes `month`. A month that is closed already stays so.
    ///
    /// # Errors
    /// [`CalendarError::EarlierMonthOpen`] unless it is the first month that never closed, or a reopened one;
    /// [`CalendarError::DateOutOfRange`] for the last month that dates can hold.
    pub fn close(&mut self, month: FiscalMonth) -> Result<(), CalendarError> {
        if month > self.first_open {
            return Err(CalendarError::EarlierMonthOpen {
                month,
                first_open: self.first_open,
            });
        }
        if month == self.first_open {
            self.first_open = month.next()?;
        }
        self.reopened.remove(&month);
        Ok(())
    }

    /// Opens a closed month again, alone, on the authority of a person or a document, which is kept.
    ///
    /// # Errors
    /// [`CalendarError::NotClosed`] if it is open; [`CalendarError::InvalidAuthority`] unless the authority has
    /// 1 to 200 characters.
    pub fn reopen(&mut self, month: FiscalMonth, authority: &str) -> Result<(), CalendarError> {
        if self.is_open(month) {
            return Err(CalendarError::NotClosed { month });
        }
        self.reopened.insert(month, checked_authority(authority)?);
        Ok(())
    }

    /// The reopened months, each with the authority for it.
    #[must_use]
    pub const fn reopened(&self) -> &BTreeMap<FiscalMonth, String> {
        &self.reopened
    }

    /// The first open month at or after `from`.
    #[must_use]
    pub fn first_open(&self, from: FiscalMonth) -> FiscalMonth {
        let reopened = self.reopened.range(from..).next().map(|(month, _)| *month);
        reopened.unwrap_or(self.first_open).min(self.first_open).max(from)
    }

    /// The month in which something of `date` is posted: the first open one at or after its own.
    #[must_use]
    pub fn posting_month(&self, date: NaiveDate) -> FiscalMonth {
        self.first_open(FiscalMonth::of(date))
    }
}

fn checked_authority(authority: &str) -> Result<String, CalendarError> {
    let authority = authority.trim();
    let found = authority.chars().count();
    if found == 0 || found > MAX_AUTHORITY {
        return Err(CalendarError::InvalidAuthority {
            found,
            limit: MAX_AUTHORITY,
        });
    }
    Ok(authority.to_owned())
}

impl TryFrom<Document> for FiscalCalendar {
    type Error = CalendarError;

    fn try_from(document: Document) -> Result<Self, CalendarError> {
        let mut calendar = Self::open_from(document.first_open);
        for (month, authority) in document.reopened {
            calendar.reopen(month, &authority)?;
        }
        Ok(calendar)
    }
}

impl From<FiscalCalendar> for Document {
    fn from(calendar: FiscalCalendar) -> Self {
        Self {
            first_open: calendar.first_open,
            reopened: calendar.reopened,
        }
    }
}
