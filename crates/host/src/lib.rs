//! Parties and ids, the Decider shape, the ports a host implements and their contract suite.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod decider;
mod error;
mod id;
mod machine;
mod party;

pub use chrono::{DateTime, NaiveDate, Utc};
pub use uuid::Uuid;

pub use crate::decider::{Decider, DomainEvent};
pub use crate::error::HostError;
pub use crate::id::MAX_KEY_LENGTH;
pub use crate::machine::{Machine, MachineFault, Transition};
pub use crate::party::{Address, Contact, Party, PartyId, PartyKind, PartyRole, PartyRoles, Personal, TaxId};

#[doc(hidden)]
pub use crate::id::private as __private;
