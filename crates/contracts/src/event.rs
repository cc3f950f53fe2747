use chrono::NaiveDate;
use l2c_host::{DomainEvent, PartyId};
use serde::{Deserialize, Serialize};

use crate::{ContractTerms, ItemChange};

/// What has happened to a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContractEvent {
    /// Effective date.
    pub on: NaiveDate,
    /// Who acted.
    pub by: PartyId,
    /// What happened.
    pub what: ContractFact,
}

/// What can happen to a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum ContractFact {
    /// It binds, as version 1.
    Activated {
        /// The terms.
        terms: ContractTerms,
        /// The items, each as an addition: the first of the changes.
        changes: Vec<ItemChange>,
    },
    /// Its last term has ended.
    Expired {},
    /// It was ended early.
    Terminated {
        /// Why.
        reason: String,
    },
}

impl ContractEvent {
    /// What the event changes about the items.
    #[must_use]
    pub fn changes(&self) -> &[ItemChange] {
        match &self.what {
            ContractFact::Activated { changes, .. } => changes,
            ContractFact::Expired {} | ContractFact::Terminated { .. } => &[],
        }
    }
}

impl DomainEvent for ContractEvent {
    const CATEGORY: &'static str = "contract";
    const VERSION: u32 = 1;

    fn name(&self) -> &'static str {
        match self.what {
            ContractFact::Activated { .. } => "activated",
            ContractFact::Expired {} => "expired",
            ContractFact::Terminated { .. } => "terminated",
        }
    }
}
