//! Orders: what a customer has ordered, what of it is delivered, and what stops it.
//!
//! An [`Order`] is a [decider](l2c_host::Decider): a command is decided on its state into events, and events
//! make its state. Status is computed from quantities and never stored beside them.
//!
//! ```
//! use l2c_host::{Decider, PartyId, PartyRoles};
//! use l2c_money::{Currency, Money, Quantity};
//! use l2c_orders::*;
//!
//! let on: chrono::NaiveDate = "2017-05-14".parse()?;
//! let context = OrderContext { by: PartyId::from_key("sales")? };
//! let line = OrderLineId::from_key("1")?;
//! let terms = OrderTerms {
//!     id: OrderId::from_key("17")?, parties: PartyRoles::new(PartyId::from_key("acme")?),
//!     source: "quo_17 v1".into(), currency: Currency::USD,
//!     lines: vec![LineTerms {
//!         id: line.clone(), product: "GTXPro".into(), kind: LineKind::Licence,
//!         quantity: Quantity::pieces(3), net: Money::from_minor(10_000, Currency::USD)?,
//!     }],
//! };
//! let mut order = Order::default();
//! for command in [
//!     OrderCommand::Place { terms, on },
//!     OrderCommand::Confirm { on },
//!     OrderCommand::Fulfil { line, quantity: Quantity::pieces(1), on },
//! ] {
//!     for event in order.decide(&command, &context)? {
//!         order = order.evolve(&event);
//!     }
//! }
//! assert_eq!(order.status(), OrderStatus::InFulfilment);
//! assert_eq!(order.lines()[0].net_fulfilled().to_string(), "33.33 USD");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where things are
//! - [`Order`], [`OrderLine`], [`OrderCommand`], [`OrderEvent`], [`OrderRefusal`]: the life of an order.
//! - [`ORDER_MACHINE`]: which command is legal where; [`OrderStatus`] and [`Fulfilment`] are computed.
//! - [`LineKind`]: goods and licences are delivered, also in parts; a service starts as a whole and runs over
//!   its term. A service counts as fulfilled when it starts: what runs then is the contract's.
//! - [`Hold`]: a record that stops deliveries on the days it covers. [`HoldPolicy`]: which orders get one.
//! - [`Supply`]: what can be promised when, and which commitment stands in the way. [`DiscreteAvailability`]: the same
//!   in periods.
//! - [`StockAllocation`]: scarce stock given to orders. [`DeliveryRoute`]: when goods leave and arrive.
//! - [`OrderAmounts`]: what an order comes to, and what some units of a line carry of it; [`OrderAmounts::split`],
//!   [`Exchange`]: the same to the cent for parts of an order, and for goods that go back for others.
//! - [`StatusAxes`]: where an order stands, on axes computed from its [`LineUnits`]; [`RolledUpState`]: from the
//!   states of its items, as TM Forum names them.
//! - [`Lifecycle`]: states of a host's own as checked, versioned data, laid over others.
//! - [`CreditCheck`]: whether an order is to be held for what the customer owes.
//!
//! # Nothing to do
//! What asks for what is already so is accepted without an event: the same order placed again, an order
//! confirmed again, a hold that stands already, the release of one that does not, a service started again on
//! the same day. An act (a delivery, a cancellation) is never that: whether a delivery was sent twice, the
//! host's idempotency key tells.
//!
//! # Errors
//! Refusals, in the order in which they are looked for:
//!
//! | code | what the caller does |
//! |---|---|
//! | `already_placed` | Use another id: this one stands for another order. |
//! | `illegal_transition` | Do what comes first: [`ORDER_MACHINE`] shows the way. |
//! | `terminal_state` | Nothing: the life of the order is over. |
//! | `no_lines`, `duplicate_line`, `invalid_amount`, `invalid_term` | Correct the terms. |
//! | `not_found` | Name a line of the order. |
//! | `wrong_kind` | Deliver goods and licences, start services. |
//! | `already_started` | Nothing, or correct the day: the service runs. |
//! | `invalid_quantity`, `invalid_reason` | Correct the command. |
//! | `on_hold` | Release the holds named, or use a day after their release. |
//! | `too_early` | Use the date named or a later one. |
//! | `over_fulfilment` | Deliver at most what is open. |
//! | codes of `l2c-money`, `l2c-calendar` | As their pages say. |
//!
//! Codes of [`OrderError`], of questions about amounts, supply, dates and credit: `invalid_quantity`, `invalid_amount`,
//! `no_lines`, `duplicate_line`, `discount_exceeds_line`, `discount_exceeds_total`, `not_found`, `over_return`,
//! `duplicate_part`, `split_mismatch`, `inconsistent_quantities`, `length_mismatch`, and codes of `l2c-money` and `l2c-calendar`.
//!
//! `unknown_state`, `terminal_state` and `illegal_transition` are also codes of a step of a [`Lifecycle`]; the faults of
//! its document are `duplicate_state`, `undeclared_state`, `self_transition`, `duplicate_transition` and `too_many`.
//!
//! Faults of a hold policy, all of them with their paths: `invalid_text`, `reversed_validity`,
//! `invalid_release`, and the codes of `l2c-rules`.
//!
//! # What it is not
//! Not a stock ledger: what is on the shelf is told to it. It sends nothing and bills nothing; it says
//! what was delivered when, and what that is worth.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod amounts;
mod available_to_promise;
mod command;
mod credit_check;
mod decide;
mod delivery_dates;
mod discrete_available_to_promise;
mod error;
mod event;
mod exchange;
mod hold;
mod hold_policy;
mod id;
mod item_state;
mod lifecycle;
mod line;
mod order;
mod order_split;
mod refusal;
mod status;
mod status_axes;
mod stock_allocation;

// What the public API names of other crates, so that a program needs this one alone.
pub use chrono;
pub use l2c_calendar as calendar;
pub use l2c_host as host;
pub use l2c_money as money;
pub use l2c_rules as rules;

pub use amounts::{LineAmounts, LinePrice, NetAndTax, OrderAmounts, OrderPrices};
pub use available_to_promise::{DatedQuantity, Promise, Supply};
pub use command::{OrderCommand, OrderContext, OrderTerms};
pub use credit_check::{CreditCheck, CreditDecision, CreditReason};
pub use delivery_dates::{DeliveryDates, DeliveryRoute, LatestDates};
pub use discrete_available_to_promise::DiscreteAvailability;
pub use error::OrderError;
pub use event::{OrderEvent, OrderFact};
pub use exchange::{AdvanceSettlement, Exchange, ExchangeDirection, ExchangeSettlement};
pub use hold::{Hold, HoldRelease, HoldScope, HoldTerms};
pub use hold_policy::{HoldPolicy, HoldPolicyDocument, HoldRuleDocument};
pub use id::{OrderId, OrderLineId};
pub use item_state::{ItemState, RejectedAndCancelled, RolledUpState};
pub use l2c_documents::{Fault, Faults};
pub use lifecycle::{
    Lifecycle, LifecycleAnalysis, LifecycleDocument, LifecycleOverlayDocument, LifecycleStep,
    LifecycleTransitionDocument, MAX_LIFECYCLE_STATES, OverlayMode,
};
pub use line::{Delivery, LineKind, LineTerms, OrderLine};
pub use order::Order;
pub use order_split::{LineQuantity, OrderPart, SplitBy, SplitPart};
pub use refusal::OrderRefusal;
pub use status::{Fulfilment, ORDER_MACHINE, OrderStatus};
pub use status_axes::{
    DeliveryStatus, InvoicePolicy, InvoiceStatus, LineUnits, OrderFlag, OrderSummary, ReturnStatus,
    ReturnedUnits, StatusAxes, percent_delivered,
};
pub use stock_allocation::{
    AllocatedLine, AllocationFill, AllocationRule, AllocationRun, StockAllocation, StockReceipt, WaitingLine,
    WaitingOrder,
};
