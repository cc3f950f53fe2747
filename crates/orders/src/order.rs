use std::collections::BTreeSet;

use chrono::NaiveDate;
use l2c_host::{Decider, PartyRoles};
use l2c_money::{Currency, Exact, Money, Quantity};
use l2c_rules::{FactTypes, Facts};
use serde::Serialize;

use crate::{
    Delivery, Fulfilment, Hold, HoldRelease, OrderCommand, OrderContext, OrderEvent, OrderFact, OrderId,
    OrderLine, OrderLineId, OrderRefusal, OrderStatus, OrderTerms,
};

/// An order: what was ordered, delivered and cancelled, and what stops it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Order {
    pub(crate) head: Option<Head>,
    pub(crate) lines: Vec<OrderLine>,
    pub(crate) holds: Vec<Hold>,
}

/// What is there from the placing on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Head {
    pub id: OrderId,
    pub parties: PartyRoles,
    pub source: String,
    pub currency: Currency,
    pub placed_on: NaiveDate,
    pub confirmed_on: Option<NaiveDate>,
}

impl Order {
    /// Its id; none before it is placed.
    #[must_use]
    pub fn id(&self) -> Option<&OrderId> {
        self.head.as_ref().map(|head| &head.id)
    }

    /// Who buys, receives, is invoiced and pays.
    #[must_use]
    pub fn parties(&self) -> Option<&PartyRoles> {
        self.head.as_ref().map(|head| &head.parties)
    }

    /// The document it comes from; empty if there is none.
    #[must_use]
    pub fn source(&self) -> &str {
        self.head.as_ref().map_or("", |head| &head.source)
    }

    /// The currency of all its amounts.
    #[must_use]
    pub fn currency(&self) -> Option<Currency> {
        self.head.as_ref().map(|head| head.currency)
    }

    /// When it was placed.
    #[must_use]
    pub fn placed_on(&self) -> Option<NaiveDate> {
        self.head.as_ref().map(|head| head.placed_on)
    }

    /// When it was confirmed.
    #[must_use]
    pub fn confirmed_on(&self) -> Option<NaiveDate> {
        self.head.as_ref().and_then(|head| head.confirmed_on)
    }

    /// The lines, in the order of the document.
    #[must_use]
    pub fn lines(&self) -> &[OrderLine] {
        &self.lines
    }

    /// A line by its id.
    #[must_use]
    pub fn line(&self, id: &OrderLineId) -> Option<&OrderLine> {
        self.lines.iter().find(|line| line.id() == id)
    }

    /// All holds there have been, in the order of placing.
    #[must_use]
    pub fn holds(&self) -> &[Hold] {
        &self.holds
    }

    /// The holds that stand.
    pub fn standing_holds(&self) -> impl Iterator<Item = &Hold> {
        self.holds.iter().filter(|hold| hold.stands())
    }

    /// What was ordered, without tax; none before it is placed. Cancelling does not change it.
    #[must_use]
    pub fn net(&self) -> Option<Money> {
        Money::sum(self.lines.iter().map(|line| &line.terms.net), self.currency()?).ok()
    }

    /// How far it is fulfilled, computed from the quantities of its lines.
    #[must_use]
    pub fn fulfilment(&self) -> Fulfilment {
        let any = |quantity: fn(&OrderLine) -> Quantity| {
            self.lines.iter().any(|l| quantity(l).exact().is_positive())
        };
        Fulfilment::of(
            any(OrderLine::fulfilled),
            any(OrderLine::open),
            any(OrderLine::cancelled),
        )
    }

    /// Where it stands, computed from what has happened.
    #[must_use]
    pub fn status(&self) -> OrderStatus {
        let Some(head) = &self.head else {
            return OrderStatus::Draft;
        };
        match self.fulfilment() {
            Fulfilment::Cancelled => OrderStatus::Cancelled,
            Fulfilment::Fulfilled | Fulfilment::FulfilledShort => OrderStatus::Completed,
            Fulfilment::PartiallyFulfilled => OrderStatus::InFulfilment,
            Fulfilment::Unfulfilled if head.confirmed_on.is_some() => OrderStatus::Confirmed,
            Fulfilment::Unfulfilled => OrderStatus::Placed,
        }
    }

    /// The day on which the last unit was delivered, once nothing is open and something was delivered.
    #[must_use]
    pub fn completed_on(&self) -> Option<NaiveDate> {
        let complete = self.status() == OrderStatus::Completed;
        let last = self
            .lines
            .iter()
            .flat_map(|line| line.deliveries())
            .map(|delivery| delivery.on)
            .max();
        last.filter(|_| complete)
    }

    /// The facts of an order that rules can test; a host adds its own.
    #[must_use]
    pub fn fact_types() -> FactTypes {
        FactTypes::new()
            .number("net")
            .text("currency")
            .number("lines")
            .date("placed_on")
            .text("sold_to")
    }

    /// The values of [`Order::fact_types`]; none before it is placed.
    #[must_use]
    pub fn facts(&self) -> Facts {
        let (Some(head), Some(net)) = (&self.head, self.net()) else {
            return Facts::new();
        };
        let lines = Exact::from(i64::try_from(self.lines.len()).unwrap_or(i64::MAX));
        Facts::new()
            .number("net", net.exact())
            .text("currency", head.currency.code())
            .number("lines", lines)
            .date("placed_on", head.placed_on)
            .text("sold_to", head.parties.sold_to().as_str())
    }
}

impl Decider for Order {
    type Command = OrderCommand;
    type Event = OrderEvent;
    type Context = OrderContext;
    type Refusal = OrderRefusal;

    fn decide(
        &self,
        command: &OrderCommand,
        context: &OrderContext,
    ) -> Result<Vec<OrderEvent>, OrderRefusal> {
        let facts = self.answer(command)?;
        let event = |what| OrderEvent {
            on: command.on(),
            by: context.by.clone(),
            what,
        };
        Ok(facts.into_iter().map(event).collect())
    }

    fn evolve(mut self, event: &OrderEvent) -> Self {
        match &event.what {
            OrderFact::Placed { terms } => return Self::placed(terms, event.on),
            OrderFact::Confirmed {} => {
                if let Some(head) = &mut self.head {
                    head.confirmed_on = Some(event.on);
                }
            }
            OrderFact::HoldPlaced { hold } => self.holds.push(Hold {
                terms: hold.clone(),
                placed_on: event.on,
                placed_by: event.by.clone(),
                release: None,
            }),
            OrderFact::HoldReleased { reason, scope } => {
                let standing = |hold: &&mut Hold| {
                    hold.stands() && hold.terms.reason == *reason && hold.terms.scope == *scope
                };
                if let Some(hold) = self.holds.iter_mut().find(standing) {
                    hold.release = Some(HoldRelease {
                        on: event.on,
                        by: event.by.clone(),
                    });
                }
            }
            OrderFact::LineFulfilled { line, quantity } => {
                if let Some(line) = self.line_mut(line) {
                    line.deliver(*quantity, event.on);
                }
            }
            OrderFact::ServiceStarted { line, period } => {
                if let Some(line) = self.line_mut(line) {
                    line.service_period = Some(*period);
                    line.deliver(line.open(), period.start());
                }
            }
            OrderFact::Cancelled { .. } => {
                for line in &mut self.lines {
                    line.cancelled = line.cancelled.checked_add(&line.open()).unwrap_or(line.cancelled);
                }
            }
        }
        self
    }
}

impl Order {
    fn placed(terms: &OrderTerms, on: NaiveDate) -> Self {
        let OrderTerms {
            id,
            parties,
            source,
            currency,
            lines,
        } = terms.clone();
        let mut seen = BTreeSet::new();
        // A second line of the same id was refused; evolving stays total without trusting that.
        let fresh = lines.into_iter().filter(|line| seen.insert(line.id.clone()));
        Self {
            head: Some(Head {
                id,
                parties,
                source,
                currency,
                placed_on: on,
                confirmed_on: None,
            }),
            lines: fresh.map(OrderLine::new).collect(),
            holds: Vec::new(),
        }
    }

    fn line_mut(&mut self, id: &OrderLineId) -> Option<&mut OrderLine> {
        self.lines.iter_mut().find(|line| line.id() == id)
    }
}

impl OrderLine {
    /// At most what is open, whatever an event says: the quantities stay conserved.
    fn deliver(&mut self, quantity: Quantity, on: NaiveDate) {
        let quantity = if quantity.exact() > self.open().exact() {
            self.open()
        } else {
            quantity
        };
        if let Ok(fulfilled) = self.fulfilled.checked_add(&quantity) {
            self.fulfilled = fulfilled;
            self.deliveries.push(Delivery { quantity, on });
        }
    }
}
