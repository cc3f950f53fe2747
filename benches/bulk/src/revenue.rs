//! Workload A: contracts to monthly schedules, by l2c-revenue or by the limit.

use l2c_revenue::batch::{Batch, Columns, PeriodTable, ScheduleColumns};
use l2c_revenue::calendar::FiscalMonth;
use l2c_revenue::{RevenueError, RevenuePolicy};

use crate::generator::Contracts;
use crate::limit::revenue as limit;
use crate::{Engine, Mode, parallel, weight};

/// Schedules lie in the hundred months from 2024-01 on.
pub const MONTHS: usize = 100;

/// How many contracts a thread takes at once.
const CHUNK: usize = 1_024;

/// Rows of the limit, column by column.
#[derive(Debug, Default)]
pub struct Rows {
    /// Eight times the contract, plus the place of the obligation in it.
    pub key: Vec<u32>,
    /// The month, from 2024-01.
    pub month: Vec<u16>,
    /// Cents.
    pub amount: Vec<i64>,
}

/// What a run leaves.
#[derive(Debug)]
pub enum Output {
    /// Rows of the crate.
    Columns(Vec<ScheduleColumns>),
    /// Rows of the limit.
    Rows(Vec<Rows>),
    /// Cents by month.
    Totals(Vec<[i64; MONTHS]>),
}

/// The columns of the crate.
#[must_use]
pub fn columns(contracts: &Contracts) -> Columns<'_> {
    Columns {
        price: &contracts.price,
        offsets: &contracts.offsets,
        ssp: &contracts.ssp,
        first_day: &contracts.first_day,
        last_day: &contracts.last_day,
    }
}

/// The periods of the crate.
///
/// # Errors
/// None: there are such months.
pub fn months() -> Result<PeriodTable, RevenueError> {
    let first = FiscalMonth::new(2024, 1)?;
    PeriodTable::months(first, first.plus(MONTHS as i32 - 1)?)
}

/// Runs the workload once. All of it is timed: the checks, the tables, the threads.
///
/// # Errors
/// None for generated contracts.
pub fn run(
    contracts: &Contracts,
    engine: Engine,
    mode: Mode,
    threads: usize,
) -> Result<Output, RevenueError> {
    let n = contracts.price.len();
    Ok(match engine {
        Engine::L2c => {
            let months = months()?;
            let batch = Batch::new(columns(contracts), &months, &RevenuePolicy::standard())?;
            match mode {
                Mode::Mat => Output::Columns(parallel::map(n, CHUNK, threads, |range| {
                    let mut rows = ScheduleColumns::default();
                    batch.append(range, &mut rows);
                    rows
                })),
                Mode::Sink => Output::Totals(parallel::map(n, CHUNK, threads, |range| {
                    let mut totals = [0; MONTHS];
                    batch.stream(range, |schedule| {
                        for (total, amount) in totals[schedule.period..].iter_mut().zip(schedule.amounts) {
                            *total += amount;
                        }
                    });
                    totals
                })),
            }
        }
        Engine::Limit => {
            let months = limit::months();
            match mode {
                Mode::Mat => Output::Rows(parallel::map(n, CHUNK, threads, |range| {
                    limit::rows(contracts, &months, range)
                })),
                Mode::Sink => Output::Totals(parallel::map(n, CHUNK, threads, |range| {
                    limit::totals(contracts, &months, range)
                })),
            }
        }
    })
}

impl Output {
    /// The three figures that every correct run has in common: rows, cents and weighted cents; of totals, the months
    /// that are not zero, cents and cents weighted by month.
    #[must_use]
    pub fn checksums(&self, contracts: &Contracts) -> [i128; 3] {
        match self {
            Self::Columns(parts) => {
                // The key of an obligation is eight times its contract, plus its place in it.
                let mut keys = Vec::with_capacity(contracts.ssp.len());
                for (contract, ends) in contracts.offsets.windows(2).enumerate() {
                    keys.extend((0..ends[1] - ends[0]).map(|place| contract as u32 * 8 + place));
                }
                sum(parts.iter().flat_map(|part| {
                    let keys = part
                        .obligation
                        .iter()
                        .map(|obligation| keys[*obligation as usize]);
                    keys.zip(&part.period).zip(&part.amount)
                }))
            }
            Self::Rows(parts) => sum(parts
                .iter()
                .flat_map(|part| part.key.iter().copied().zip(&part.month).zip(&part.amount))),
            Self::Totals(parts) => {
                let mut totals = [0_i128; MONTHS];
                for part in parts {
                    for (total, amount) in totals.iter_mut().zip(part) {
                        *total += i128::from(*amount);
                    }
                }
                [
                    totals.iter().filter(|total| **total != 0).count() as i128,
                    totals.iter().sum(),
                    (1..).zip(totals).map(|(month, total)| month * total).sum(),
                ]
            }
        }
    }
}

fn sum<'a>(rows: impl Iterator<Item = ((u32, &'a u16), &'a i64)>) -> [i128; 3] {
    let mut sums = [0; 3];
    for ((key, month), amount) in rows {
        let amount = i128::from(*amount);
        sums[0] += 1;
        sums[1] += amount;
        sums[2] += amount * weight(u64::from(key) * 64 + u64::from(*month));
    }
    sums
}
