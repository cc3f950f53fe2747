use chrono::NaiveDate;
use l2c_calendar::Period;
use l2c_host::{DomainEvent, PartyId};
use l2c_money::Quantity;
use serde::{Deserialize, Serialize};

use crate::{HoldScope, HoldTerms, OrderLineId, OrderTerms};

/// What has happened to an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderEvent {
    /// Effective date.
    pub on: NaiveDate,
    /// Who acted.
    pub by: PartyId,
    /// What happened.
    pub what: OrderFact,
}

/// What can happen to an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum OrderFact {
    /// The customer ordered.
    Placed {
        /// What was ordered.
        terms: OrderTerms,
    },
    /// The seller promised to deliver.
    Confirmed {},
    /// Deliveries were stopped.
    HoldPlaced {
        /// The hold.
        hold: HoldTerms,
    },
    /// Deliveries may go on.
    HoldReleased {
        /// The hold's reason.
        reason: String,
        /// The hold's scope.
        scope: HoldScope,
    },
    /// Goods or a licence were delivered.
    LineFulfilled {
        /// The line.
        line: OrderLineId,
        /// How much.
        quantity: Quantity,
    },
    /// A service began.
    ServiceStarted {
        /// The line.
        line: OrderLineId,
        /// Its term.
        period: Period,
    },
    /// Every unit that was open is cancelled.
    Cancelled {
        /// Why.
        reason: String,
    },
}

impl DomainEvent for OrderEvent {
    const CATEGORY: &'static str = "order";
    const VERSION: u32 = 1;

    fn name(&self) -> &'static str {
        match self.what {
            OrderFact::Placed { .. } => "placed",
            OrderFact::Confirmed {} => "confirmed",
            OrderFact::HoldPlaced { .. } => "hold_placed",
            OrderFact::HoldReleased { .. } => "hold_released",
            OrderFact::LineFulfilled { .. } => "line_fulfilled",
            OrderFact::ServiceStarted { .. } => "service_started",
            OrderFact::Cancelled { .. } => "cancelled",
        }
    }
}
