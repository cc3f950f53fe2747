use chrono::NaiveDate;
use l2c_host::{PartyId, PartyRoles};
use l2c_money::{Currency, Quantity};
use serde::{Deserialize, Serialize};

use crate::{HoldScope, HoldTerms, LineTerms, OrderId, OrderLineId};

/// An order as the customer places it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderTerms {
    /// The order's id.
    pub id: OrderId,
    /// Who buys, receives, is invoiced and pays.
    pub parties: PartyRoles,
    /// The document it comes from: "quo_17 v2"; empty if there is none.
    pub source: String,
    /// The currency of every line.
    pub currency: Currency,
    /// At least one line.
    pub lines: Vec<LineTerms>,
}

/// What can be asked of an order. Every command has its effective date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub enum OrderCommand {
    /// The customer orders. The same terms again are nothing to do.
    Place {
        /// What is ordered.
        terms: OrderTerms,
        /// Effective date.
        on: NaiveDate,
    },
    /// Promise to deliver. A hold does not stop it. Confirming again is nothing to do.
    Confirm {
        /// Effective date.
        on: NaiveDate,
    },
    /// Stop deliveries. If a hold of this reason and scope stands, there is nothing to do.
    PlaceHold {
        /// The hold.
        hold: HoldTerms,
        /// The first day it holds.
        on: NaiveDate,
    },
    /// Let deliveries go on. If no hold of this reason and scope stands, there is nothing to do.
    ReleaseHold {
        /// The hold's reason.
        reason: String,
        /// The hold's scope.
        scope: HoldScope,
        /// The first day it does not hold any more.
        on: NaiveDate,
    },
    /// Record a delivery of goods or of a licence.
    Fulfil {
        /// The line.
        line: OrderLineId,
        /// How much, above zero and at most what is open.
        quantity: Quantity,
        /// The day of the delivery.
        on: NaiveDate,
    },
    /// Start a service: the whole line, for its term from this day. Starting it again on the same day is
    /// nothing to do.
    StartService {
        /// The line.
        line: OrderLineId,
        /// The first day of the term.
        on: NaiveDate,
    },
    /// Cancel every unit that is open.
    Cancel {
        /// Why, as a code of the host; no personal data.
        reason: String,
        /// Effective date.
        on: NaiveDate,
    },
}

impl OrderCommand {
    /// Its name, as in its serde form. [`ORDER_MACHINE`](crate::ORDER_MACHINE) knows `fulfil` and `start_service` as
    /// `fulfil` or `complete`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Place { .. } => "place",
            Self::Confirm { .. } => "confirm",
            Self::PlaceHold { .. } => "place_hold",
            Self::ReleaseHold { .. } => "release_hold",
            Self::Fulfil { .. } => "fulfil",
            Self::StartService { .. } => "start_service",
            Self::Cancel { .. } => "cancel",
        }
    }

    /// Its effective date.
    #[must_use]
    pub const fn on(&self) -> NaiveDate {
        match self {
            Self::Place { on, .. }
            | Self::Confirm { on }
            | Self::PlaceHold { on, .. }
            | Self::ReleaseHold { on, .. }
            | Self::Fulfil { on, .. }
            | Self::StartService { on, .. }
            | Self::Cancel { on, .. } => *on,
        }
    }
}

/// What a decision needs beside the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderContext {
    /// Who acts: a person, or the party that stands for a system.
    pub by: PartyId,
}
