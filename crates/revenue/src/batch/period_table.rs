#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "days are counted from the first and are at most 365,250; a batch asks for days of the periods only"
)]

use l2c_calendar::{FiscalMonth, NaiveDate, Period};

use crate::RevenueError;

/// The periods that the schedules of a batch are cut into: months, quarters, weeks of a 4-4-5 calendar, whatever
/// tiles the time. A row names its period by its place in here.
///
/// ```
/// use l2c_revenue::batch::PeriodTable;
///
/// let months = PeriodTable::months("2026-01".parse()?, "2027-12".parse()?)?;
/// assert_eq!(months.len(), 24);
/// assert_eq!(months.get(13).map(|period| period.to_string()).as_deref(), Some("2027-02-01 to 2027-02-28"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodTable {
    /// The first day of the first period, counted from 1970-01-01.
    pub(super) epoch: i32,
    /// The first day of each period and the day after the last, counted from the first.
    starts: Vec<u32>,
    /// The period of the first day of every `1 << bucket` days. No bucket holds two starts of a period.
    periods: Vec<u16>,
    bucket: u32,
    /// Whether every period is a calendar month.
    pub(super) is_monthly: bool,
}

/// The largest number of periods.
const MAX_PERIODS: usize = u16::MAX as usize;
/// The longest time, in days: 1,000 years.
const MAX_DAYS: i32 = 365_250;

impl PeriodTable {
    /// The calendar months from `first` to `last`, both included.
    ///
    /// # Errors
    /// As [`PeriodTable::new`].
    pub fn months(first: FiscalMonth, last: FiscalMonth) -> Result<Self, RevenueError> {
        if last.first_day().to_epoch_days() - first.first_day().to_epoch_days() > MAX_DAYS {
            return Err(fault(0, "a time of at most 1,000 years"));
        }
        let months = first.through(last);
        let periods: Result<Vec<Period>, _> = months.iter().map(FiscalMonth::period).collect();
        Self::new(&periods?)
    }

    /// Periods of any length, each beginning where the one before ends.
    ///
    /// # Errors
    /// [`RevenueError::InvalidPeriods`] for none, for a gap or an overlap, for more than 65,535 periods, and for
    /// more than 1,000 years.
    pub fn new(periods: &[Period]) -> Result<Self, RevenueError> {
        if periods.is_empty() || periods.len() > MAX_PERIODS {
            return Err(fault(periods.len().min(MAX_PERIODS), "1 to 65,535 periods"));
        }
        let epoch = periods[0].start().to_epoch_days();
        let mut starts = vec![0_u32];
        let mut shortest = u32::MAX;
        let mut is_monthly = true;
        for (index, period) in periods.iter().enumerate() {
            let (before, since) = (starts[index], |day: NaiveDate| day.to_epoch_days() - epoch);
            if since(period.start()) != before as i32 {
                return Err(fault(index, "a period that begins where the one before ends"));
            }
            let end = since(period.end());
            if end > MAX_DAYS {
                return Err(fault(index, "a time of at most 1,000 years"));
            }
            let end = end as u32;
            starts.push(end);
            shortest = shortest.min(end - before);
            is_monthly &= FiscalMonth::of(period.start())
                .period()
                .is_ok_and(|month| month == *period);
        }
        let bucket = shortest.ilog2();
        let mut period = 0;
        let buckets = (0..starts[periods.len()]).step_by(1 << bucket).map(|first| {
            while starts[usize::from(period) + 1] <= first {
                period += 1;
            }
            period
        });
        Ok(Self {
            epoch,
            periods: buckets.collect(),
            starts,
            bucket,
            is_monthly,
        })
    }

    /// The number of periods; at least one.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "it is never empty")]
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The period at an index.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Period> {
        let date = |days: &u32| NaiveDate::from_epoch_days(self.epoch + *days as i32);
        let (start, end) = (self.starts.get(index)?, self.starts.get(index + 1)?);
        Period::new(date(start)?, date(end)?).ok()
    }

    /// The first day, and the day after the last, counted from 1970-01-01.
    pub(super) fn span(&self) -> (i32, i32) {
        (self.epoch, self.epoch + self.starts[self.len()] as i32)
    }

    /// The index of the period of a day, counted from the first of them all.
    #[inline]
    pub(super) fn find(&self, day: u32) -> usize {
        let guess = usize::from(self.periods[(day >> self.bucket) as usize]);
        // A bucket holds one start at most.
        guess + usize::from(self.starts[guess + 1] <= day)
    }

    /// The first day of a period and the day after its last, counted from the first of them all.
    #[inline]
    pub(super) fn days(&self, index: usize) -> (u32, u32) {
        (self.starts[index], self.starts[index + 1])
    }

    /// The days on which the periods after each of `from..to` begin, counted from the first of them all.
    #[inline]
    pub(super) fn ends(&self, from: usize, to: usize) -> &[u32] {
        &self.starts[from + 1..=to]
    }
}

fn fault(index: usize, expected: &'static str) -> RevenueError {
    RevenueError::InvalidPeriods { index, expected }
}
