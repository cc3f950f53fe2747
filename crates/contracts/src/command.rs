use chrono::NaiveDate;
use l2c_host::{PartyId, PartyRoles};
use l2c_money::Currency;
use serde::{Deserialize, Serialize};

use crate::{ContractId, ContractItem};

/// What holds for the contract as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContractTerms {
    /// The contract's id.
    pub id: ContractId,
    /// Who buys, receives, is invoiced and pays.
    pub parties: PartyRoles,
    /// The document it comes from: "ord_17".
    pub source: String,
    /// The currency of every item.
    pub currency: Currency,
    /// Days from an invoice to its due date; at most 3,660.
    pub payment_days: u32,
}

/// What can be asked of a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub enum ContractCommand {
    /// Make it bind, as version 1. The same terms and items again are nothing to do.
    Activate {
        /// The terms.
        terms: ContractTerms,
        /// At least one item.
        items: Vec<ContractItem>,
        /// Effective date.
        on: NaiveDate,
    },
    /// Close it after its last day. If it is expired, there is nothing to do.
    Expire {
        /// The day after the last day, or later.
        on: NaiveDate,
    },
    /// End it before its last day is over. What that means for money is not decided here.
    Terminate {
        /// Why, as a code of the host; no personal data.
        reason: String,
        /// The first day it does not bind any more.
        on: NaiveDate,
    },
}

impl ContractCommand {
    /// Its name, as in its serde form and in [`CONTRACT_MACHINE`](crate::CONTRACT_MACHINE).
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Activate { .. } => "activate",
            Self::Expire { .. } => "expire",
            Self::Terminate { .. } => "terminate",
        }
    }

    /// Its effective date.
    #[must_use]
    pub const fn on(&self) -> NaiveDate {
        match self {
            Self::Activate { on, .. } | Self::Expire { on } | Self::Terminate { on, .. } => *on,
        }
    }
}

/// What a decision needs beside the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractContext {
    /// Who acts: a person, or the party that stands for a system.
    pub by: PartyId,
}
