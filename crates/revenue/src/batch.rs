//! Allocation and schedules of many contracts at once, over columns of integers: the figures of
//! [`project`](crate::project) to the minor unit, without a document per contract.
//!
//! A [`Batch`] checks its [`Columns`] once. Then each range of contracts is a pure function: call it from as many
//! threads as there are, in any order; what it gives depends on the contracts alone.
//!
//! ```
//! use l2c_revenue::RevenuePolicy;
//! use l2c_revenue::batch::{Batch, Columns, PeriodTable, ScheduleColumns};
//! use l2c_revenue::chrono::NaiveDate;
//!
//! let day = |text: &str| text.parse::<NaiveDate>().map(|day| day.to_epoch_days());
//! // 1,000.00 for two services of a year that sell for 900.00 and 300.00, and a credit of 10.00 on a third.
//! let columns = Columns {
//!     price: &[100_000, -1_000],
//!     offsets: &[0, 2, 3],
//!     ssp: &[90_000, 30_000, 500],
//!     first_day: &[day("2026-01-01")?, day("2026-03-20")?, day("2026-01-15")?],
//!     last_day: &[day("2026-12-31")?, day("2027-03-19")?, day("2026-02-14")?],
//! };
//! let months = PeriodTable::months("2026-01".parse()?, "2027-12".parse()?)?;
//! let batch = Batch::new(columns, &months, &RevenuePolicy::standard())?;
//!
//! // Revenue by month. Nothing is kept.
//! let mut totals = vec![0; months.len()];
//! batch.stream(0..2, |schedule| {
//!     for (total, amount) in totals[schedule.period..].iter_mut().zip(schedule.amounts) {
//!         *total += amount;
//!     }
//! });
//! assert_eq!(totals[..3], [5_822, 5_301, 7_192]);
//! assert_eq!(totals.iter().sum::<i64>(), 99_000);
//!
//! // Rows, in columns of your own that are used again and again.
//! let mut rows = ScheduleColumns::default();
//! batch.append(1..2, &mut rows);
//! assert_eq!((rows.obligation, rows.period, rows.amount), (vec![2, 2], vec![0, 1], vec![-548, -452]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Units
//! An amount is a whole number of minor units, whatever the currency: nothing here asks how many decimals there are,
//! and contracts in different currencies may stand in one batch. Stand-alone selling prices are weights, in any unit
//! that is the same within a contract. Days are counted from 1970-01-01, as in [`NaiveDate::to_epoch_days`](chrono::NaiveDate::to_epoch_days) and in the
//! `Date32` of Arrow.
//!
//! # Policies
//! Every rounding, remainder and [`Convention`] of a [`RevenuePolicy`]. Those that weigh months need a table of calendar
//! months.
//!
//! # Limits
//! Checked once, before anything is computed; what lies outside is refused with its column and row.
//!
//! | column | limit |
//! |---|---|
//! | `price` | -10^18 to 10^18 |
//! | `offsets` | begins with 0, ends with the number of obligations; every contract has an obligation |
//! | `ssp` | zero or above; within a contract they add up to more than zero and at most 10^18 |
//! | `first_day`, `last_day` | within the periods; both belong to the service, which has at most 36,525 days |
//!
//! Within them everything is exact. Products are wider than 64 bits where a contract needs it, and only there.
//!
//! # Cost
//! No allocation per contract, obligation or row. A row costs two multiplications and no division. Memory beyond the
//! caller's is a few kilobytes: the periods, and room for the shares and the rows of one contract at a time.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "`Columns::check` holds every value that is computed with to the limits above, and offsets and days to their columns"
)]

use std::ops::{ControlFlow, Range};

use l2c_money::{Remainder, Rounding};

use crate::{Convention, RevenueBase, RevenueError, RevenuePolicy};

mod columns;
mod kernel;
mod month_weights;
mod period_table;

pub use columns::{Columns, MAX_TERM_DAYS};
pub use period_table::PeriodTable;

use kernel::{Shares, Slope};
use month_weights::MonthWeights;

/// The number of contracts after which a run asks whether to go on.
pub const CHUNK: usize = 1_024;

/// Checked columns, the periods to cut schedules into, and the conventions to do it by.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    columns: Columns<'a>,
    periods: &'a PeriodTable,
    rounding: Rounding,
    remainder: Remainder,
    convention: Convention,
}

/// The schedule of one obligation: consecutive periods, each with what it recognises.
#[derive(Debug, Clone, Copy)]
pub struct Schedule<'a> {
    /// The index of the contract.
    pub contract: usize,
    /// The index of the obligation in its columns.
    pub obligation: usize,
    /// The share of the price, in minor units: the sum of the amounts.
    pub allocated: i64,
    /// The index of the first period.
    pub period: usize,
    /// What each period recognises, in minor units.
    pub amounts: &'a [i64],
}

impl Schedule<'_> {
    /// The index of each period. There are at most 65,535 of them.
    #[inline]
    fn periods(&self) -> Range<u16> {
        self.period as u16..(self.period + self.amounts.len()) as u16
    }
}

/// Schedule rows, column by column: 14 bytes a row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScheduleColumns {
    /// The index of the obligation in its columns.
    pub obligation: Vec<u32>,
    /// The index of the period.
    pub period: Vec<u16>,
    /// What the period recognises, in minor units.
    pub amount: Vec<i64>,
}

/// One period of one schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The index of the obligation in its columns.
    pub obligation: u32,
    /// The index of the period.
    pub period: u16,
    /// What the period recognises, in minor units.
    pub amount: i64,
}

impl ScheduleColumns {
    /// Room for so many more rows.
    pub fn reserve(&mut self, rows: usize) {
        self.obligation.reserve_exact(rows);
        self.period.reserve_exact(rows);
        self.amount.reserve_exact(rows);
    }

    /// Forgets the rows and keeps the room.
    pub fn clear(&mut self) {
        self.obligation.clear();
        self.period.clear();
        self.amount.clear();
    }

    /// Appends the rows of a schedule.
    #[inline]
    pub fn push(&mut self, schedule: Schedule<'_>) {
        let obligation = schedule.obligation as u32;
        self.obligation
            .extend(std::iter::repeat_n(obligation, schedule.amounts.len()));
        self.period.extend(schedule.periods());
        self.amount.extend_from_slice(schedule.amounts);
    }
}

impl<'a> Batch<'a> {
    /// Checks columns against the limits, the periods and the policy.
    ///
    /// # Errors
    /// [`RevenueError::PolicyNotInBatch`] for a policy that recognises from unrounded shares;
    /// [`RevenueError::ConventionNeedsMonths`] for a policy that weighs months and periods that are none;
    /// [`RevenueError::ColumnLength`] for columns that do not fit each other, [`RevenueError::ColumnValue`] for the
    /// first value outside the limits.
    pub fn new(
        columns: Columns<'a>,
        periods: &'a PeriodTable,
        policy: &RevenuePolicy,
    ) -> Result<Self, RevenueError> {
        // All of a policy is named, so that what is added to it is either done here or refused.
        let RevenuePolicy {
            id: _,
            version: _,
            rounding,
            remainder,
            convention,
            revenue_base,
            // What these say of other measures, of modifications and of balances, a service at a fixed price has not.
            billing: _,
            progress_decimals: _,
            unbilled_right: _,
            loss_provision: _,
            loss_price: _,
            shipping_as_fulfilment: _,
            contract_asset_monetary: _,
            exclude_sales_tax: _,
            one_year_expedient: _,
            financing: _,
            performance_before_contract: _,
            standalone_at_modification: _,
            rights_join_modifications: _,
        } = policy;
        if *revenue_base != RevenueBase::Posted {
            return Err(RevenueError::PolicyNotInBatch {
                field: "revenue_base",
            });
        }
        if *convention != Convention::Daily && !periods.is_monthly {
            return Err(RevenueError::ConventionNeedsMonths {
                convention: *convention,
            });
        }
        columns.check(periods)?;
        Ok(Self {
            columns,
            periods,
            rounding: *rounding,
            remainder: *remainder,
            convention: *convention,
        })
    }

    /// The number of contracts.
    #[must_use]
    pub const fn contracts(&self) -> usize {
        self.columns.price.len()
    }

    /// The number of rows that contracts have. Contracts beyond the last have none, here and below.
    #[must_use]
    pub fn count(&self, contracts: Range<usize>) -> usize {
        let Range { start, end } = self.clamped(contracts);
        let obligations = self.columns.offsets[start] as usize..self.columns.offsets[end] as usize;
        let days = self.columns.first_day[obligations.clone()]
            .iter()
            .zip(&self.columns.last_day[obligations]);
        days.map(|(first, last)| self.periods.find(self.day(*last)) - self.periods.find(self.day(*first)) + 1)
            .sum()
    }

    /// Hands the schedule of each obligation to `sink`, in order. Nothing is kept.
    pub fn stream(&self, contracts: Range<usize>, sink: impl FnMut(Schedule<'_>)) {
        let _ = self.run(contracts, sink, |_| ControlFlow::Continue(()));
    }

    /// Appends the rows of contracts, in order, and reserves exactly the room that they need.
    pub fn append(&self, contracts: Range<usize>, rows: &mut ScheduleColumns) {
        rows.reserve(self.count(contracts.clone()));
        self.stream(contracts, |schedule| rows.push(schedule));
    }

    /// Every row, in order.
    #[must_use]
    pub fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::with_capacity(self.count(0..self.contracts()));
        self.stream(0..self.contracts(), |schedule| {
            let obligation = schedule.obligation as u32;
            let row = |(period, amount): (u16, &i64)| Row {
                obligation,
                period,
                amount: *amount,
            };
            rows.extend(schedule.periods().zip(schedule.amounts).map(row));
        });
        rows
    }

    /// Like [`Batch::stream`], for long runs. After every [`CHUNK`] contracts `watch` hears how many are done, and says
    /// whether to go on; a run that it breaks off has handed over these contracts and no other.
    pub fn run(
        &self,
        contracts: Range<usize>,
        mut sink: impl FnMut(Schedule<'_>),
        mut watch: impl FnMut(usize) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let contracts = self.clamped(contracts);
        let mut scratch = Scratch {
            shares: Shares::default(),
            rows: vec![0; self.periods.len()],
        };
        for start in contracts.clone().step_by(CHUNK) {
            let end = contracts.end.min(start + CHUNK);
            match self.rounding {
                Rounding::HalfEven => self.chunk::<true>(start..end, &mut scratch, &mut sink),
                _ => self.chunk::<false>(start..end, &mut scratch, &mut sink),
            }
            watch(end - contracts.start)?;
        }
        ControlFlow::Continue(())
    }

    #[inline]
    fn chunk<const EVEN: bool>(
        &self,
        contracts: Range<usize>,
        scratch: &mut Scratch,
        sink: &mut impl FnMut(Schedule<'_>),
    ) {
        let Columns {
            price,
            offsets,
            ssp,
            first_day,
            last_day,
        } = self.columns;
        let Scratch { shares, rows } = scratch;
        for contract in contracts {
            let obligations = offsets[contract] as usize..offsets[contract + 1] as usize;
            let ssp = &ssp[obligations.clone()];
            let days = first_day[obligations.clone()]
                .iter()
                .zip(&last_day[obligations.clone()]);
            let negative = price[contract] < 0;
            let sum: i64 = ssp.iter().sum();
            shares.split(price[contract].unsigned_abs(), sum as u64, ssp, self.remainder);
            for ((obligation, (first, last)), share) in obligations.zip(days).zip(&shares.of) {
                let (first, last) = (self.day(*first), self.day(*last));
                let (from, to) = (self.periods.find(first), self.periods.find(last));
                let rows = &mut rows[..=to - from];
                let slope = |of| Slope::new(*share, u64::from(of), self.rounding, negative);
                if self.convention == Convention::Daily {
                    let done = self.periods.ends(from, to).iter().map(|end| end - first);
                    slope(last - first + 1).rows::<EVEN>(*share, done, rows);
                } else {
                    let months = MonthWeights::of(self.convention, self.periods, first, last);
                    let done = (0..).map(|n| months.first + n * months.between);
                    slope(months.sum).rows::<EVEN>(*share, done, rows);
                }
                let mut allocated = *share as i64;
                if negative {
                    allocated = -allocated;
                    rows.iter_mut().for_each(|row| *row = -*row);
                }
                sink(Schedule {
                    contract,
                    obligation,
                    allocated,
                    period: from,
                    amounts: rows,
                });
            }
        }
    }

    /// A checked day, counted from the first day of the periods.
    #[inline]
    fn day(&self, day: i32) -> u32 {
        (day - self.periods.epoch) as u32
    }

    fn clamped(&self, contracts: Range<usize>) -> Range<usize> {
        let end = contracts.end.min(self.contracts());
        contracts.start.min(end)..end
    }
}

/// Room that a run uses again for each contract.
struct Scratch {
    shares: Shares,
    rows: Vec<i64>,
}
