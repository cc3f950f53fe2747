use chrono::NaiveDate;
use l2c_calendar::Period;
use l2c_money::{Exact, Money, Quantity, Rounding};
use serde::{Deserialize, Serialize};

use crate::{Fulfilment, OrderLineId};

/// What a line sells, as far as fulfilment tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum LineKind {
    /// Things that are delivered, possibly in parts.
    Goods,
    /// A right to use that is handed over at a date, possibly in parts.
    Licence,
    /// Something that runs over a term from its start.
    Service {
        /// The length of the term in months, above zero.
        months: u32,
    },
}

/// A line as it is ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineTerms {
    /// The line's id, unique in the order.
    pub id: OrderLineId,
    /// The product's code in the catalogue.
    pub product: String,
    /// What kind of thing it is.
    pub kind: LineKind,
    /// How much is ordered, above zero.
    pub quantity: Quantity,
    /// What the whole line costs without tax, zero or above, in whole minor units.
    pub net: Money,
}

/// One delivery on a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// How much was delivered.
    pub quantity: Quantity,
    /// When.
    pub on: NaiveDate,
}

/// A line of an order: its terms and what has been done about them.
///
/// Always `ordered = fulfilled + cancelled + open`, and none of them is below zero.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrderLine {
    pub(crate) terms: LineTerms,
    pub(crate) fulfilled: Quantity,
    pub(crate) cancelled: Quantity,
    pub(crate) deliveries: Vec<Delivery>,
    pub(crate) service_period: Option<Period>,
}

impl OrderLine {
    pub(crate) fn new(terms: LineTerms) -> Self {
        // Nothing in the unit of the line; a quantity less itself is always within the bounds.
        let none = terms
            .quantity
            .checked_sub(&terms.quantity)
            .unwrap_or(terms.quantity);
        Self {
            terms,
            fulfilled: none,
            cancelled: none,
            deliveries: Vec::new(),
            service_period: None,
        }
    }

    /// The line's id.
    #[must_use]
    pub const fn id(&self) -> &OrderLineId {
        &self.terms.id
    }

    /// What was ordered.
    #[must_use]
    pub const fn terms(&self) -> &LineTerms {
        &self.terms
    }

    /// How much was ordered.
    #[must_use]
    pub const fn ordered(&self) -> Quantity {
        self.terms.quantity
    }

    /// How much was delivered; of a service that has started, all.
    #[must_use]
    pub const fn fulfilled(&self) -> Quantity {
        self.fulfilled
    }

    /// How much was cancelled.
    #[must_use]
    pub const fn cancelled(&self) -> Quantity {
        self.cancelled
    }

    /// How much is still to be delivered.
    #[must_use]
    pub fn open(&self) -> Quantity {
        let open = self
            .ordered()
            .checked_sub(&self.fulfilled)
            .and_then(|rest| rest.checked_sub(&self.cancelled));
        open.unwrap_or(self.ordered())
    }

    /// The deliveries, in the order in which they were recorded; for a service, its start.
    #[must_use]
    pub fn deliveries(&self) -> &[Delivery] {
        &self.deliveries
    }

    /// The term of a service that has started.
    #[must_use]
    pub const fn service_period(&self) -> Option<Period> {
        self.service_period
    }

    /// How far the line is fulfilled.
    #[must_use]
    pub fn fulfilment(&self) -> Fulfilment {
        Fulfilment::of(
            self.fulfilled.exact().is_positive(),
            self.open().exact().is_positive(),
            self.cancelled.exact().is_positive(),
        )
    }

    /// The net amount of what is delivered: `round(net * fulfilled / ordered)`, half up to the minor unit. A
    /// further delivery carries the new figure less the former one, so that all of them carry the whole.
    #[must_use]
    pub fn net_fulfilled(&self) -> Money {
        self.net_of(&self.fulfilled)
    }

    /// The net amount of what is cancelled: what was neither delivered nor is open.
    #[must_use]
    pub fn net_cancelled(&self) -> Money {
        let kept = self
            .ordered()
            .checked_sub(&self.cancelled)
            .unwrap_or(self.ordered());
        let kept = self.net_of(&kept);
        self.terms.net.checked_sub(&kept).unwrap_or(kept)
    }

    /// The quantity is part of the ordered one, so the amount lies between zero and the line's net.
    fn net_of(&self, part: &Quantity) -> Money {
        let net = self.terms.net;
        let fraction = part
            .exact()
            .checked_div(&self.ordered().exact())
            .unwrap_or(Exact::ZERO);
        net.cumulative_part(&fraction, &Money::zero(net.currency()), Rounding::HalfUp)
            .unwrap_or(net)
    }
}

impl Fulfilment {
    pub(crate) const fn of(delivered: bool, open: bool, cancelled: bool) -> Self {
        match (delivered, open, cancelled) {
            (false, true, _) => Self::Unfulfilled,
            (true, true, _) => Self::PartiallyFulfilled,
            (true, false, true) => Self::FulfilledShort,
            (true, false, false) => Self::Fulfilled,
            (false, false, _) => Self::Cancelled,
        }
    }
}
