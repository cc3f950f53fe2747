//! An order against a model that keeps every single unit: units and cents are conserved, replay is the state.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use l2c_host::{Decider, PartyId, PartyRoles};
use l2c_money::{Currency, Money, Quantity};
use l2c_orders::*;
use proptest::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Open,
    Delivered,
    Cancelled,
}

/// Every unit of every line by itself, and the reasons of the holds that stand. No dates: all is one day.
#[derive(Debug, Clone, Default)]
struct Model {
    lines: Vec<(bool, Vec<Unit>)>,
    confirmed: bool,
    holds: BTreeSet<String>,
}

impl Model {
    fn count(&self, line: usize, unit: Unit) -> usize {
        self.lines[line].1.iter().filter(|u| **u == unit).count()
    }

    fn any(&self, unit: Unit) -> bool {
        (0..self.lines.len()).any(|line| self.count(line, unit) > 0)
    }

    fn status(&self) -> OrderStatus {
        match (
            self.lines.is_empty(),
            self.any(Unit::Open),
            self.any(Unit::Delivered),
        ) {
            (true, ..) => OrderStatus::Draft,
            (_, false, false) => OrderStatus::Cancelled,
            (_, false, true) => OrderStatus::Completed,
            (_, true, true) => OrderStatus::InFulfilment,
            (_, true, false) if self.confirmed => OrderStatus::Confirmed,
            (_, true, false) => OrderStatus::Placed,
        }
    }

    /// Does the command if it may, and says whether it may.
    fn act(&mut self, act: &Act) -> bool {
        let status = self.status();
        let running = matches!(status, OrderStatus::Confirmed | OrderStatus::InFulfilment);
        match act {
            Act::Place(lines) => {
                let fresh = status == OrderStatus::Draft;
                if fresh {
                    self.lines = lines
                        .iter()
                        .map(|(s, n)| (*s, vec![Unit::Open; usize::from(*n)]))
                        .collect();
                }
                fresh
            }
            Act::Confirm => {
                // Confirming what is confirmed is nothing to do, so long as it was not cancelled.
                let may = !matches!(status, OrderStatus::Draft | OrderStatus::Cancelled);
                self.confirmed |= may;
                may
            }
            Act::Hold(reason) => {
                let may = !matches!(status, OrderStatus::Draft | OrderStatus::Cancelled);
                if may {
                    self.holds.insert(reason.to_string());
                }
                may
            }
            Act::Release(reason) => {
                self.holds.remove(&reason.to_string());
                status != OrderStatus::Draft
            }
            Act::Fulfil(line, quantity) => {
                let may = running
                    && self.holds.is_empty()
                    && *line < self.lines.len()
                    && !self.lines[*line].0
                    && *quantity > 0
                    && usize::from(*quantity) <= self.count(*line, Unit::Open);
                if may {
                    let open = self.lines[*line].1.iter_mut().filter(|unit| **unit == Unit::Open);
                    open.take(usize::from(*quantity))
                        .for_each(|unit| *unit = Unit::Delivered);
                }
                may
            }
            Act::Start(line) => {
                let service = self.lines.get(*line).is_some_and(|line| line.0);
                if service && self.count(*line, Unit::Delivered) > 0 {
                    return true; // on the same day: nothing to do
                }
                let may = running && self.holds.is_empty() && service;
                if may {
                    self.lines[*line].1.fill(Unit::Delivered);
                }
                may
            }
            Act::Cancel => {
                let may = running || status == OrderStatus::Placed;
                if may {
                    let units = self.lines.iter_mut().flat_map(|line| &mut line.1);
                    units
                        .filter(|unit| **unit == Unit::Open)
                        .for_each(|unit| *unit = Unit::Cancelled);
                }
                may
            }
        }
    }
}

#[derive(Debug, Clone)]
enum Act {
    Place(Vec<(bool, u8)>),
    Confirm,
    Hold(u8),
    Release(u8),
    Fulfil(usize, u8),
    Start(usize),
    Cancel,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => prop::collection::vec((any::<bool>(), 1..5_u8), 1..4).prop_map(Act::Place),
        2 => Just(Act::Confirm),
        1 => (0..2_u8).prop_map(Act::Hold),
        2 => (0..2_u8).prop_map(Act::Release),
        8 => (0..4_usize, 0..4_u8).prop_map(|(line, n)| Act::Fulfil(line, n)),
        4 => (0..4_usize).prop_map(Act::Start),
        1 => Just(Act::Cancel),
    ]
}

fn on() -> NaiveDate {
    "2017-05-14".parse().unwrap()
}

fn command(act: &Act, net: i64, on: NaiveDate) -> OrderCommand {
    let line = |line: &usize| OrderLineId::from_key(&line.to_string()).unwrap();
    match act {
        Act::Place(lines) => {
            let terms = |(index, (service, pieces)): (usize, &(bool, u8))| LineTerms {
                id: line(&index),
                product: "p".into(),
                kind: if *service {
                    LineKind::Service { months: 12 }
                } else {
                    LineKind::Goods
                },
                quantity: Quantity::pieces(u32::from(*pieces)),
                net: Money::from_minor(net, Currency::USD).unwrap(),
            };
            let terms = OrderTerms {
                id: OrderId::from_key("1").unwrap(),
                parties: PartyRoles::new(PartyId::from_key("acme").unwrap()),
                source: String::new(),
                currency: Currency::USD,
                lines: lines.iter().enumerate().map(terms).collect(),
            };
            OrderCommand::Place { terms, on }
        }
        Act::Confirm => OrderCommand::Confirm { on },
        Act::Hold(reason) => {
            let reason = reason.to_string();
            let hold = HoldTerms {
                reason,
                scope: HoldScope::Order,
                rule: None,
                release_due: None,
            };
            OrderCommand::PlaceHold { hold, on }
        }
        Act::Release(reason) => OrderCommand::ReleaseHold {
            reason: reason.to_string(),
            scope: HoldScope::Order,
            on,
        },
        Act::Fulfil(index, pieces) => OrderCommand::Fulfil {
            line: line(index),
            quantity: Quantity::pieces(u32::from(*pieces)),
            on,
        },
        Act::Start(index) => OrderCommand::StartService {
            line: line(index),
            on,
        },
        Act::Cancel => OrderCommand::Cancel {
            reason: "r".into(),
            on,
        },
    }
}

fn context() -> OrderContext {
    OrderContext {
        by: PartyId::from_key("clerk").unwrap(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn an_order_is_what_the_model_of_its_units_says(
        acts in prop::collection::vec(act(), 1..40), net in 0..100_000_i64,
    ) {
        let (mut order, mut model, mut log) = (Order::default(), Model::default(), Vec::new());
        let mut placed_again = false;
        for act in &acts {
            let command = command(act, net, on());
            let before = order.clone();
            let found = order.decide(&command, &context());
            prop_assert_eq!(&before, &order);
            // The model does not tell "the same order again" from another order.
            placed_again |= matches!(act, Act::Place(_)) && matches!(&found, Ok(events) if events.is_empty());
            let may = model.act(act);
            if !placed_again {
                prop_assert_eq!(found.is_ok(), may, "{:?} in {:?}: {:?}", act, before.status(), found);
            }
            placed_again = false;
            for event in found.unwrap_or_default() {
                let stored = serde_json::to_string(&event).unwrap();
                let event: OrderEvent = serde_json::from_str(&stored).unwrap();
                order = order.evolve(&event);
                log.push(event);
            }
            prop_assert_eq!(order.status(), model.status());
            for (index, line) in order.lines().iter().enumerate() {
                let count = |unit| Quantity::pieces(u32::try_from(model.count(index, unit)).unwrap());
                prop_assert_eq!(line.open(), count(Unit::Open));
                prop_assert_eq!(line.fulfilled(), count(Unit::Delivered));
                prop_assert_eq!(line.cancelled(), count(Unit::Cancelled));
                let delivered = line.deliveries().iter().map(|d| d.quantity.exact()).sum::<l2c_money::Exact>();
                prop_assert_eq!(delivered, line.fulfilled().exact());
                let (done, gone) = (line.net_fulfilled(), line.net_cancelled());
                prop_assert!(!done.is_negative() && !gone.is_negative());
                let both = done.checked_add(&gone).unwrap();
                if line.open().exact().is_zero() {
                    prop_assert_eq!(both, line.terms().net);
                } else {
                    prop_assert!(both.exact() <= line.terms().net.exact());
                }
            }
        }
        prop_assert_eq!(Order::replay(&log), order);
    }

    /// Whatever events say, evolving does not fail and no quantity goes below zero.
    #[test]
    fn evolving_is_total(acts in prop::collection::vec(act(), 1..30)) {
        let facts = acts.iter().map(|act| match command(act, 1, on()) {
            OrderCommand::Place { terms, .. } => OrderFact::Placed { terms },
            OrderCommand::Confirm { .. } => OrderFact::Confirmed {},
            OrderCommand::PlaceHold { hold, .. } => OrderFact::HoldPlaced { hold },
            OrderCommand::ReleaseHold { reason, scope, .. } => OrderFact::HoldReleased { reason, scope },
            OrderCommand::Fulfil { line, quantity, .. } => OrderFact::LineFulfilled { line, quantity },
            OrderCommand::StartService { line, on } => {
                OrderFact::ServiceStarted { line, period: l2c_calendar::Period::months(on, 1).unwrap() }
            }
            OrderCommand::Cancel { reason, .. } => OrderFact::Cancelled { reason },
        });
        let events: Vec<OrderEvent> = facts.map(|what| OrderEvent { on: on(), by: context().by, what }).collect();
        for line in Order::replay(&events).lines() {
            prop_assert!(!line.open().exact().is_negative());
            let all = line.open().exact() + line.fulfilled().exact() + line.cancelled().exact();
            prop_assert_eq!(all, line.ordered().exact());
        }
    }

    /// A delivery is possible on exactly the days that no hold covers.
    #[test]
    fn holds_cover_their_days(
        holds in prop::collection::vec((0..10_u64, 0..10_u64), 0..4), delivery in 0..25_u64,
    ) {
        let day = |offset: u64| on().checked_add_days(Days::new(offset)).unwrap();
        let mut commands = vec![command(&Act::Place(vec![(false, 1)]), 1, on()), OrderCommand::Confirm { on: on() }];
        for (from, days) in &holds {
            commands.push(command(&Act::Hold(0), 1, day(*from)));
            commands.push(command(&Act::Release(0), 1, day(from + days)));
        }
        let order = commands.iter().fold(Order::default(), |order, command| {
            order.decide(command, &context()).unwrap().iter().fold(order, Order::evolve)
        });
        let held = holds.iter().any(|(from, days)| *from <= delivery && delivery < from + days);
        let found = order.decide(&command(&Act::Fulfil(0, 1), 1, day(delivery)), &context());
        prop_assert_eq!(found.map_err(|refusal| refusal.code()).is_err(), held);
    }
}
