//! Contracts: the living agreement between seller and buyer, with its terms, items and versions.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod command;
mod contract;
mod decide;
mod event;
mod id;
mod item;
mod refusal;
mod status;

pub use command::{ContractCommand, ContractContext, ContractTerms};
pub use contract::Contract;
pub use event::{ContractEvent, ContractFact};
pub use id::{ContractId, ContractItemId};
pub use item::{ContractItem, ItemChange, ItemKind, TermBilling};
pub use refusal::ContractRefusal;
pub use status::{ContractStatus, MACHINE};
