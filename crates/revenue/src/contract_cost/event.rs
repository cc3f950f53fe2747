use l2c_calendar::NaiveDate;
use l2c_host::{DateTime, Utc};
use l2c_money::Money;
use serde::{Deserialize, Serialize};

use super::Span;

/// Something that happened to the costs of a contract, with when it became true and when it became known.
///
/// Facts are ordered by (effective date, sequence); in which order they arrive makes no difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostEvent {
    /// When it became true; whether at the opening or at the closing of that day is a matter of the policy.
    pub effective: NaiveDate,
    /// When it became known.
    pub recorded_at: DateTime<Utc>,
    /// The host's number for it, which orders the facts of one day.
    pub sequence: u64,
    /// What happened.
    pub fact: CostFact,
}

/// What happened to contract costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum CostFact {
    /// Assets were tested for impairment, together (340-40-35-3, IFRS 15.101). A loss is split over them by carrying
    /// amount; a reversal, under IFRS 15 alone, by what each lost.
    ImpairmentTest {
        /// The costs tested; absent: all that the contract carries on that day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        costs: Option<Vec<String>>,
        /// What is expected to be recovered of them.
        recoverable: Recoverable,
    },
    /// The goods or services are expected to be transferred over another time (340-40-35-2, IFRS 15.100): the
    /// carrying amount is spread over what is left of it, and nothing is restated.
    LifeRevised {
        /// The cost.
        cost: String,
        /// The whole amortisation period, from its first day.
        span: Span,
    },
    /// The customer is lost or the contract ended: what is carried is written off, and the cost takes no more events.
    Terminated {
        /// The costs written off; absent: all that the contract carries on that day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        costs: Option<Vec<String>>,
        /// What the payees have to pay back; zero or above. Absent: nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        clawback: Option<Money>,
    },
    /// A bonus was earned for several contracts together: split over their costs by value, carried forward with a
    /// catch-up of the amortisation that the part would have had by then, and amortised with the rest.
    BonusPool {
        /// The bonus; zero or above.
        amount: Money,
        /// The costs that take a part of it, in order.
        by_value: Vec<PoolShare>,
    },
}

/// What is expected to be recovered of contract costs; below zero it counts as zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Recoverable {
    /// The amount as the host found it.
    Amount(Money),
    /// What is still to be received or recognised, less the costs still to be spent (340-40-35-3, IFRS 15.101).
    Remaining {
        /// Consideration not yet recognised as revenue, received or expected, the constraint disregarded
        /// (340-40-35-4, IFRS 15.102).
        consideration: Money,
        /// Consideration of renewals and extensions that are anticipated with the same customer.
        renewals: Money,
        /// Costs that relate directly to the goods or services and are not yet an expense.
        costs: Money,
    },
}

/// A cost that takes a part of a bonus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolShare {
    /// The cost.
    pub cost: String,
    /// The value that weighs it: of its contract, say. Zero or above.
    pub value: Money,
}
