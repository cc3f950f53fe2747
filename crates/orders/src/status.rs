use std::fmt;

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

impl fmt::Display for OrderStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Draft => "draft",
            Self::Placed => "placed",
            Self::Confirmed => "confirmed",
            Self::InFulfilment => "in_fulfilment",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        })
    }
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
pub const ORDER_MACHINE: Machine<OrderStatus> = Machine {
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

impl fmt::Display for Fulfilment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Unfulfilled => "unfulfilled",
            Self::PartiallyFulfilled => "partially_fulfilled",
            Self::Fulfilled => "fulfilled",
            Self::FulfilledShort => "fulfilled_short",
            Self::Cancelled => "cancelled",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_shown_by_their_words() {
        for status in ORDER_MACHINE.states {
            let word = status.to_string();
            assert_eq!(serde_json::to_value(status).unwrap(), word.as_str());
            assert_eq!(format!("{status:>24}"), format!("{word:>24}"));
        }
        for fulfilment in [
            Fulfilment::Unfulfilled,
            Fulfilment::PartiallyFulfilled,
            Fulfilment::Fulfilled,
            Fulfilment::FulfilledShort,
            Fulfilment::Cancelled,
        ] {
            let word = fulfilment.to_string();
            assert_eq!(serde_json::to_value(fulfilment).unwrap(), word.as_str());
            assert_eq!(format!("{fulfilment:>24}"), format!("{word:>24}"));
        }
    }
}
