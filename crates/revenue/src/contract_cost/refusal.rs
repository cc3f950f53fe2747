use l2c_calendar::NaiveDate;
use l2c_money::Money;

use super::paragraph;
use crate::RevenueContractId;

/// Why facts about contract costs give no figures.
///
/// The text of a message may change; [`ContractCostRefusal::code`] is stable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContractCostRefusal {
    /// A cost that the contract does not have.
    #[error("{contract} has no cost `{cost}`")]
    UnknownCost {
        /// The contract.
        contract: RevenueContractId,
        /// The name asked for.
        cost: String,
    },
    /// Something is said to have happened to a cost before it was incurred.
    #[error("the fact of {effective} is before `{cost}` was incurred, on {incurred}: date it then or later")]
    BeforeIncurred {
        /// The cost.
        cost: String,
        /// The day of the fact.
        effective: NaiveDate,
        /// The day on which the cost was incurred.
        incurred: NaiveDate,
    },
    /// Nothing of the cost is carried under contract costs: it was an expense at once, is an asset of another standard,
    /// or was written off.
    #[error("the fact of {effective} is about `{cost}`, which is {state}: leave it out")]
    CostClosed {
        /// The cost.
        cost: String,
        /// The day of the fact.
        effective: NaiveDate,
        /// What has become of it.
        state: &'static str,
    },
    /// A fact inside a month of a schedule by months, which the policy refuses.
    #[error(
        "the fact of {effective} lies inside a month, and `{cost}` is amortised by months: date it at the opening or \
         the closing of one, by the policy's `takes_effect`, or let `inside_month` accept it"
    )]
    InsideMonth {
        /// The cost.
        cost: String,
        /// The day of the fact.
        effective: NaiveDate,
    },
    /// An amount is to be carried on, and the amortisation period has passed.
    #[error(
        "on {effective} nothing is left of the amortisation period of `{cost}` over which {carrying} could be spread \
         ({})",
        paragraph::REVISION
    )]
    NothingLeft {
        /// The cost.
        cost: String,
        /// The day of the fact.
        effective: NaiveDate,
        /// What would be carried on.
        carrying: Money,
    },
    /// A life is revised of a cost whose steps say themselves what lies ahead.
    #[error("`{cost}` is amortised by steps, not over a time: give steps with another estimate")]
    NoTerm {
        /// The cost.
        cost: String,
    },
    /// A cost follows the progress of an obligation that was not given.
    #[error(
        "`{cost}` follows the progress of `{obligation}`, and none was given: give its points, if only `[]`"
    )]
    NoProgress {
        /// The cost.
        cost: String,
        /// The obligation.
        obligation: String,
    },
    /// A progress outside 0 to 1, or not after the point before.
    #[error(
        "the progress of `{obligation}` on {on} is {progress}: it is from 0 to 1, and each day comes once, in order"
    )]
    InvalidProgress {
        /// The obligation.
        obligation: String,
        /// The day.
        on: NaiveDate,
        /// The progress.
        progress: String,
    },
    /// An amount that no such fact can have.
    #[error("the fact of {effective} has {amount} as {field}; expected {expected}")]
    InvalidAmount {
        /// The day of the fact.
        effective: NaiveDate,
        /// The field.
        field: &'static str,
        /// The amount.
        amount: Money,
        /// What would be right.
        expected: String,
    },
    /// An amount below zero where it means nothing.
    #[error("the fact of {effective} has {amount} as {field}; expected zero or above")]
    NegativeAmount {
        /// The day of the fact.
        effective: NaiveDate,
        /// The field.
        field: &'static str,
        /// The amount.
        amount: Money,
    },
    /// Two facts that nothing puts in an order.
    #[error("two facts of {effective} have the sequence {sequence}: give each its own")]
    SequenceUsed {
        /// Their day.
        effective: NaiveDate,
        /// Their sequence.
        sequence: u64,
    },
}

impl ContractCostRefusal {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownCost { .. } => "unknown_cost",
            Self::BeforeIncurred { .. } => "before_incurred",
            Self::CostClosed { .. } => "cost_closed",
            Self::InsideMonth { .. } => "inside_month",
            Self::NothingLeft { .. } => "nothing_left",
            Self::NoTerm { .. } => "no_term",
            Self::NoProgress { .. } => "no_progress",
            Self::InvalidProgress { .. } => "invalid_progress",
            Self::InvalidAmount { .. } => "invalid_amount",
            Self::NegativeAmount { .. } => "negative_amount",
            Self::SequenceUsed { .. } => "sequence_used",
        }
    }
}
