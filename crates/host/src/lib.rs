//! Parties and ids, the Decider shape, the ports a host implements and their contract suite.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod append;
mod command;
pub mod contract;
mod decider;
mod error;
mod event;
mod flow;
mod id;
mod machine;
mod memory;
mod numbering;
mod outbox;
mod party;
mod run;
mod store;
mod stream;
mod upcast;

pub use chrono::{DateTime, NaiveDate, Utc};
pub use uuid::Uuid;

pub use crate::append::{
    Append, Appended, IdempotencyRecord, NewMessage, NumberClaim, OutboxMessage, StreamWrite,
};
pub use crate::command::CommandOn;
pub use crate::decider::{Decider, DomainEvent};
pub use crate::error::HostError;
pub use crate::event::{Envelope, Metadata, NewEvent};
pub use crate::flow::{
    Decision, Flow, FlowError, Handler, HandlerError, Loaded, Outcome, Progress, Recording, Reply,
    RequestKey, Step,
};
pub use crate::id::MAX_KEY_LENGTH;
pub use crate::machine::{Machine, MachineFault, Transition};
pub use crate::memory::MemoryStore;
pub use crate::numbering::NumberSeries;
pub use crate::outbox::{Inbox, RelayError, relay};
pub use crate::party::{Address, Contact, Party, PartyId, PartyKind, PartyRole, PartyRoles, Personal, TaxId};
pub use crate::run::{run, run_async};
pub use crate::store::{AsyncStore, Immediate, Store, StoreError, all_events};
pub use crate::stream::{Expected, StreamHead, StreamId};
pub use crate::upcast::{Upcast, Upcasters};

#[doc(hidden)]
pub use crate::id::private as __private;
