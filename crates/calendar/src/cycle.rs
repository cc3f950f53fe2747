use std::num::NonZeroU32;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::{CalendarError, Period, add_months};

/// The largest number of periods that a term is cut into.
pub const MAX_PERIODS: usize = 10_000;

/// An endless grid of periods of some months each, fixed by an anchor date.
///
/// Boundary k is the anchor moved by k times the months of the cycle, clamped to the end of a shorter month and
/// always counted from the anchor: monthly from 31 January the boundaries are 31 January, 28 or 29 February,
/// 31 March. Period k runs from boundary k up to boundary k + 1; k may be below zero.
///
/// ```
/// # use l2c_calendar::{BillingCycle, NaiveDate};
/// let cycle = BillingCycle::new("2017-01-31".parse()?, 3)?;
/// assert_eq!(cycle.period(1)?.to_string(), "2017-04-30 to 2017-07-30");
/// assert_eq!(cycle.index_of("2017-04-29".parse()?)?, 0);
/// assert_eq!(cycle.index_of("2016-12-31".parse()?)?, -1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Document", into = "Document")]
pub struct BillingCycle {
    anchor: NaiveDate,
    months: NonZeroU32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    anchor: NaiveDate,
    months: u32,
}

impl BillingCycle {
    /// A cycle of `months` months anchored at `anchor`: 1 is monthly, 3 quarterly, 12 yearly.
    ///
    /// # Errors
    /// [`CalendarError::InvalidCycle`] for no months.
    pub fn new(anchor: NaiveDate, months: u32) -> Result<Self, CalendarError> {
        let months = NonZeroU32::new(months).ok_or(CalendarError::InvalidCycle { months })?;
        Ok(Self { anchor, months })
    }

    /// The date that fixes the grid; boundary 0.
    #[must_use]
    pub const fn anchor(&self) -> NaiveDate {
        self.anchor
    }

    /// The months of one period.
    #[must_use]
    pub const fn months(&self) -> NonZeroU32 {
        self.months
    }

    /// Boundary `k`: the first day of period `k`.
    ///
    /// # Errors
    /// [`CalendarError::DateOutOfRange`] beyond the range of dates.
    pub fn boundary(&self, k: i32) -> Result<NaiveDate, CalendarError> {
        // Two 32-bit factors fit 64 bits.
        let months = i64::from(self.months.get()).saturating_mul(i64::from(k));
        match i32::try_from(months) {
            Ok(months) => add_months(self.anchor, months),
            Err(_) => Err(CalendarError::DateOutOfRange {
                date: self.anchor,
                moved_by: format!("{months} months"),
            }),
        }
    }

    /// Period `k`; period 0 starts at the anchor.
    ///
    /// # Errors
    /// [`CalendarError::DateOutOfRange`] beyond the range of dates.
    pub fn period(&self, k: i32) -> Result<Period, CalendarError> {
        Period::new(self.boundary(k)?, self.boundary(k.saturating_add(1))?)
    }

    /// The `k` of the period that `date` belongs to.
    ///
    /// # Errors
    /// [`CalendarError::DateOutOfRange`] if that period starts outside the range of dates.
    pub fn index_of(&self, date: NaiveDate) -> Result<i32, CalendarError> {
        let months = month_number(date).saturating_sub(month_number(self.anchor));
        let every = i64::from(self.months.get());
        // Years have at most six digits, so the quotient fits.
        let k = i32::try_from(months.div_euclid(every)).unwrap_or(i32::MAX);
        // Boundary k lies in the month of the date or before; in the same month it may come after the date.
        let k = if self.boundary(k)? > date {
            k.saturating_sub(1)
        } else {
            k
        };
        self.boundary(k).map(|_| k)
    }

    /// The `count` months from `start`. Where `start` is the anchor moved by a whole number of months, they go
    /// on counting from the anchor, so that a day lost in a short month comes back.
    ///
    /// ```
    /// # use l2c_calendar::BillingCycle;
    /// let cycle = BillingCycle::new("2024-01-31".parse()?, 12)?;
    /// assert_eq!(cycle.months_from("2024-02-29".parse()?, 1)?.to_string(), "2024-02-29 to 2024-03-30");
    /// assert_eq!(cycle.months_from("2024-02-28".parse()?, 1)?.to_string(), "2024-02-28 to 2024-03-27");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`CalendarError::EmptyPeriod`] for no months; [`CalendarError::DateOutOfRange`] beyond the range of dates.
    pub fn months_from(&self, start: NaiveDate, count: u32) -> Result<Period, CalendarError> {
        let by_month = Self {
            anchor: self.anchor,
            months: NonZeroU32::MIN,
        };
        let k = by_month.index_of(start)?;
        if by_month.boundary(k)? != start {
            return Period::months(start, count);
        }
        let count = i32::try_from(count).unwrap_or(i32::MAX);
        Period::new(start, by_month.boundary(k.saturating_add(count))?)
    }

    /// The periods cut to `term`: disjoint, in order, and together exactly the term.
    ///
    /// Only the first and the last may be shorter than a whole period.
    ///
    /// # Errors
    /// [`CalendarError::TooManyPeriods`] beyond [`MAX_PERIODS`]; [`CalendarError::DateOutOfRange`] if the whole
    /// period around the first day of the term starts outside the range of dates.
    pub fn tiling(&self, term: Period) -> Result<Vec<Period>, CalendarError> {
        let mut tiles = Vec::new();
        let mut k = self.index_of(term.start())?;
        let mut start = term.start();
        while start < term.end() {
            if tiles.len() >= MAX_PERIODS {
                return Err(CalendarError::TooManyPeriods { limit: MAX_PERIODS });
            }
            k = k.saturating_add(1);
            // A boundary that no date can hold comes after every term.
            let end = self
                .boundary(k)
                .map_or(term.end(), |boundary| boundary.min(term.end()));
            tiles.push(Period::new(start, end)?);
            start = end;
        }
        Ok(tiles)
    }
}

/// Months since year 0.
pub(crate) fn month_number(date: NaiveDate) -> i64 {
    i64::from(date.year())
        .saturating_mul(12)
        .saturating_add(i64::from(date.month0()))
}

impl TryFrom<Document> for BillingCycle {
    type Error = CalendarError;

    fn try_from(document: Document) -> Result<Self, CalendarError> {
        Self::new(document.anchor, document.months)
    }
}

impl From<BillingCycle> for Document {
    fn from(cycle: BillingCycle) -> Self {
        Self {
            anchor: cycle.anchor,
            months: cycle.months.get(),
        }
    }
}
