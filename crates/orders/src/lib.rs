//! Orders: what a customer has ordered, what of it is delivered, and what stops it.
//!
//! An [`Order`] is a decider: commands are decided on its state into events, events make its state. Status is
//! computed from quantities and never stored.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod command;
mod decide;
mod event;
mod hold;
mod hold_policy;
mod id;
mod line;
mod order;
mod refusal;
mod status;

pub use command::{OrderCommand, OrderContext, OrderTerms};
pub use event::{OrderEvent, OrderFact};
pub use hold::{Hold, HoldRelease, HoldScope, HoldTerms};
pub use hold_policy::{HoldPolicy, HoldPolicyDocument, HoldRuleDocument, OrderError};
pub use id::{OrderId, OrderLineId};
pub use line::{Delivery, LineKind, LineTerms, OrderLine};
pub use order::Order;
pub use refusal::OrderRefusal;
pub use status::{Fulfilment, MACHINE, OrderStatus};
