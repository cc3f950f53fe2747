//! Contracts: the living agreement between seller and buyer, with its terms, items and versions.
//!
//! A [`Contract`] is a [decider](l2c_host::Decider). Its events carry changes of items; who bills, recognises
//! revenue or credits commissions follows the changes.
//!
//! ```
//! use l2c_calendar::Period;
//! use l2c_contracts::*;
//! use l2c_host::{Decider, PartyId, PartyRoles};
//! use l2c_money::{Currency, Money, Quantity};
//!
//! let on: chrono::NaiveDate = "2017-05-14".parse()?;
//! let terms = ContractTerms {
//!     id: ContractId::from_key("17")?, parties: PartyRoles::new(PartyId::from_key("acme")?),
//!     source: "ord_17".into(), currency: Currency::USD, payment_days: 30,
//! };
//! let support = ContractItem {
//!     id: ContractItemId::from_key("17.support")?, source: "ord_17 oln_2".into(), product: "GTXPro/support".into(),
//!     quantity: Quantity::pieces(1), net: Money::from_minor(90_000, Currency::USD)?,
//!     supply: ItemKind::Term {
//!         period: Period::months(on, 12)?, billing: TermBilling::InAdvance { every_months: 3 },
//!     },
//! };
//! let context = ContractContext { by: PartyId::from_key("sales")? };
//! let command = ContractCommand::Activate { terms, items: vec![support], on };
//! let events = Contract::default().decide(&command, &context)?;
//! let contract = Contract::replay(&events);
//! assert_eq!(contract.status(), ContractStatus::Active);
//! assert_eq!(contract.last_day(), Some("2018-05-13".parse()?));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where things are
//! - [`Contract`], [`ContractCommand`], [`ContractEvent`], [`ContractRefusal`], [`CONTRACT_MACHINE`]: its life.
//! - [`ContractItem`], [`ItemKind`], [`TermBilling`]: what is supplied when, and how a term is billed.
//! - [`ItemChange`], [`ContractEvent::changes`]: the stream that the rooms behind a contract follow.
//!
//! # Nothing to do
//! Activating the same terms and items again on the same day, and expiring an expired contract, are accepted
//! without an event.
//!
//! # Errors
//! Refusals, in the order in which they are looked for:
//!
//! | code | what the caller does |
//! |---|---|
//! | `already_activated` | Use another id: this one stands for another contract. |
//! | `illegal_transition` | Activate it first. |
//! | `terminal_state` | Nothing: the life of the contract is over. |
//! | `invalid_terms`, `no_items`, `duplicate_item`, `invalid_quantity`, `invalid_amount` | Correct terms and items. |
//! | `wrong_date` | Use a date on the side of the bound that is named. |
//! | `invalid_reason` | Give a reason as a code. |
//! | codes of `l2c-money` | As its page says. |
//!
//! # What it is not
//! It does not bill, and what a termination means for money is not decided here. Amendments, renewals and
//! suspensions will be further changes in the same stream.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod command;
mod contract;
mod decide;
mod event;
mod id;
mod item;
mod refusal;
mod status;

// What the public API names of other crates, so that a program needs this one alone.
pub use chrono;
pub use l2c_calendar as calendar;
pub use l2c_host as host;
pub use l2c_money as money;

pub use command::{ContractCommand, ContractContext, ContractTerms};
pub use contract::Contract;
pub use event::{ContractEvent, ContractFact};
pub use id::{ContractId, ContractItemId};
pub use item::{ContractItem, ItemChange, ItemKind, TermBilling};
pub use refusal::ContractRefusal;
pub use status::{CONTRACT_MACHINE, ContractStatus};
