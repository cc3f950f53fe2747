use l2c_calendar::NaiveDate;
use l2c_money::Money;
use serde::Serialize;

/// An event, and what it came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CostEventFigures {
    /// When the event became true.
    pub effective: NaiveDate,
    /// The host's number for it.
    pub sequence: u64,
    /// What it came to.
    pub outcome: CostOutcome,
}

/// What an event came to. Amounts are zero or above, unless they say otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum CostOutcome {
    /// Of an impairment test, over all assets tested.
    ImpairmentTest {
        /// What they carried.
        carrying: Money,
        /// What is expected to be recovered.
        recoverable: Money,
        /// What is lost.
        impairment: Money,
        /// What comes back of earlier losses.
        reversal: Money,
        /// What they carry on.
        carrying_after: Money,
    },
    /// Of a revision of life.
    LifeRevised {
        /// What the asset carries on.
        carrying: Money,
        /// Over how long.
        remaining: Option<Remaining>,
    },
    /// Of a termination.
    Terminated {
        /// What was carried and is written off.
        written_off: Money,
        /// What payees have to pay back.
        receivable: Money,
        /// The one less the other; below zero where more comes back than was carried.
        net_expense: Money,
    },
    /// Of a bonus of several contracts.
    BonusPool {
        /// The parts, in the order of the fact.
        parts: Vec<PoolPart>,
    },
}

/// A cost's part of a bonus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PoolPart {
    /// The cost.
    pub cost: String,
    /// Its part, which is capitalised.
    pub allocated: Money,
    /// What of it is amortised at once.
    pub catch_up: Money,
}

/// What is left of an amortisation period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Remaining {
    /// Calendar months, one served in part counted as one.
    Months(u32),
    /// Days.
    Days(u32),
}
