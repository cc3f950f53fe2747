use l2c_host::{Machine, Transition};
use serde::{Deserialize, Serialize};

/// Where an order stands, computed from what was fulfilled and cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Nothing has happened yet.
    Draft,
    /// The customer has ordered.
    Placed,
    /// The seller has promised to deliver.
    Confirmed,
    /// Some units are delivered, some are open.
    InFulfilment,
    /// No unit is open, and some were delivered.
    Completed,
    /// Every unit was cancelled.
    Cancelled,
}

use OrderStatus::{Cancelled, Completed, Confirmed, Draft, InFulfilment, Placed};

const fn t(from: OrderStatus, on: &'static str, to: OrderStatus) -> Transition<OrderStatus> {
    Transition { from, on, to }
}

/// The life of an order, by the names of its commands. `fulfil` and `start_service` are legal
/// where `fulfil` is; when they leave no unit open, what happens is `complete`.
///
/// Cancelling an order of which units are delivered cancels the rest and completes it: what was delivered
/// stays sold.
pub const MACHINE: Machine<OrderStatus> = Machine {
    name: "order",
    initial: Draft,
    terminal: &[Completed, Cancelled],
    states: &[Draft, Placed, Confirmed, InFulfilment, Completed, Cancelled],
    transitions: &[
        t(Draft, "place", Placed),
        t(Placed, "confirm", Confirmed),
        t(Placed, "place_hold", Placed),
        t(Placed, "release_hold", Placed),
        t(Placed, "cancel", Cancelled),
        // Confirming again asks for what is: nothing to do.
        t(Confirmed, "confirm", Confirmed),
        t(Confirmed, "place_hold", Confirmed),
        t(Confirmed, "release_hold", Confirmed),
        t(Confirmed, "fulfil", InFulfilment),
        t(Confirmed, "complete", Completed),
        t(Confirmed, "cancel", Cancelled),
        t(InFulfilment, "confirm", InFulfilment),
        t(InFulfilment, "place_hold", InFulfilment),
        t(InFulfilment, "release_hold", InFulfilment),
        t(InFulfilment, "fulfil", InFulfilment),
        t(InFulfilment, "complete", Completed),
        t(InFulfilment, "cancel", Completed),
        // A hold outlives deliveries: it can also stop what comes after them.
        t(Completed, "confirm", Completed),
        t(Completed, "place_hold", Completed),
        t(Completed, "release_hold", Completed),
        t(Cancelled, "release_hold", Cancelled),
    ],
};

/// How far an order or a line is fulfilled: one of the axes of its status, computed from quantities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fulfilment {
    /// Nothing is delivered, something is open.
    Unfulfilled,
    /// Something is delivered, something is open.
    PartiallyFulfilled,
    /// Everything ordered is delivered.
    Fulfilled,
    /// Nothing is open; some units were delivered, some cancelled.
    FulfilledShort,
    /// Nothing is open, nothing was delivered.
    Cancelled,
}
