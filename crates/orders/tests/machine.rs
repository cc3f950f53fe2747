//! Every command in every state, as the table says, and the cases around it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use chrono::NaiveDate;
use l2c_calendar::Period;
use l2c_host::{Decider, DomainEvent, PartyId, PartyRoles};
use l2c_money::{Currency, Money, Quantity, Unit, dec};
use l2c_orders::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn on() -> NaiveDate {
    day("2017-05-14")
}

fn id(line: &str) -> OrderLineId {
    OrderLineId::from_key(line).unwrap()
}

fn line(key: &str, kind: LineKind, pieces: u32) -> LineTerms {
    let net = Money::from_minor(10_000, Currency::USD).unwrap();
    LineTerms {
        id: id(key),
        product: "GTXPro".into(),
        kind,
        quantity: Quantity::pieces(pieces),
        net,
    }
}

fn terms(lines: Vec<LineTerms>) -> OrderTerms {
    OrderTerms {
        id: OrderId::from_key("17").unwrap(),
        parties: PartyRoles::new(PartyId::from_key("acme").unwrap()),
        source: "quo_17 v1".into(),
        currency: Currency::USD,
        lines,
    }
}

fn context() -> OrderContext {
    OrderContext {
        by: PartyId::from_key("clerk").unwrap(),
    }
}

fn decide(order: &Order, command: &OrderCommand) -> Result<Vec<OrderEvent>, OrderRefusal> {
    order.decide(command, &context())
}

/// After commands that must be accepted.
fn after(order: Order, commands: impl IntoIterator<Item = OrderCommand>) -> Order {
    commands.into_iter().fold(order, |order, command| {
        let events = decide(&order, &command).unwrap_or_else(|e| panic!("{command:?}: {e}"));
        events.iter().fold(order, Order::evolve)
    })
}

fn code(order: &Order, command: &OrderCommand) -> &'static str {
    decide(order, command).map_or_else(
        |refusal| refusal.code(),
        |events| if events.is_empty() { "no_change" } else { "ok" },
    )
}

fn hold(reason: &str) -> OrderCommand {
    let hold = HoldTerms {
        reason: reason.into(),
        scope: HoldScope::Order,
        rule: None,
        release_due: None,
    };
    OrderCommand::PlaceHold { hold, on: on() }
}

fn release(reason: &str, on: NaiveDate) -> OrderCommand {
    OrderCommand::ReleaseHold {
        reason: reason.into(),
        scope: HoldScope::Order,
        on,
    }
}

fn fulfil(line: &str, pieces: u32) -> OrderCommand {
    OrderCommand::Fulfil {
        line: id(line),
        quantity: Quantity::pieces(pieces),
        on: on(),
    }
}

fn start(line: &str, on: NaiveDate) -> OrderCommand {
    OrderCommand::StartService { line: id(line), on }
}

fn cancel() -> OrderCommand {
    OrderCommand::Cancel {
        reason: "customer_request".into(),
        on: on(),
    }
}

fn placed(lines: Vec<LineTerms>) -> Order {
    after(
        Order::default(),
        [OrderCommand::Place {
            terms: terms(lines),
            on: on(),
        }],
    )
}

fn confirmed(lines: Vec<LineTerms>) -> Order {
    after(placed(lines), [OrderCommand::Confirm { on: on() }])
}

/// An order of ten pieces in each status, and how many of them are still open.
fn in_status(status: OrderStatus) -> (Order, u32) {
    let ten = || vec![line("1", LineKind::Goods, 10)];
    match status {
        OrderStatus::Draft => (Order::default(), 10),
        OrderStatus::Placed => (placed(ten()), 10),
        OrderStatus::Confirmed => (confirmed(ten()), 10),
        OrderStatus::InFulfilment => (after(confirmed(ten()), [fulfil("1", 4)]), 6),
        OrderStatus::Completed => (after(confirmed(ten()), [fulfil("1", 10)]), 0),
        OrderStatus::Cancelled => (after(confirmed(ten()), [cancel()]), 0),
    }
}

#[test]
fn the_table_is_sound() {
    assert_eq!(ORDER_MACHINE.check(), []);
    insta::assert_snapshot!(ORDER_MACHINE.mermaid());
}

#[test]
fn every_command_in_every_state_does_what_the_table_says() {
    for (status, name, target) in ORDER_MACHINE.pairs() {
        let (mut order, open) = in_status(status);
        assert_eq!(order.status(), status);
        let command = match name {
            "place" => OrderCommand::Place {
                terms: terms(vec![line("9", LineKind::Goods, 1)]),
                on: on(),
            },
            "confirm" => OrderCommand::Confirm { on: on() },
            "place_hold" => hold("credit_check"),
            "release_hold" => {
                // There is something to release wherever a hold can be placed.
                if ORDER_MACHINE.target(status, "place_hold").is_some() {
                    order = after(order, [hold("credit_check")]);
                }
                release("credit_check", on())
            }
            "fulfil" => fulfil("1", 1),
            "complete" => fulfil("1", open.max(1)),
            "cancel" => cancel(),
            other => panic!("no command is named {other}"),
        };
        let found = decide(&order, &command);
        match target {
            Some(target) => {
                let events = found.unwrap_or_else(|e| panic!("{status:?} {name}: {e}"));
                assert_eq!(
                    events.iter().fold(order, Order::evolve).status(),
                    target,
                    "{status:?} {name}"
                );
            }
            None => {
                let refusal = found.expect_err(name);
                let expected = match name {
                    "place" => "already_placed",
                    _ if ORDER_MACHINE.is_terminal(status) => "terminal_state",
                    _ => "illegal_transition",
                };
                assert_eq!(refusal.code(), expected, "{status:?} {name}");
            }
        }
    }
}

#[test]
fn every_command_has_its_name_in_the_table() {
    let commands = ORDER_MACHINE.commands();
    for command in [
        cancel(),
        hold("x"),
        release("x", on()),
        OrderCommand::Confirm { on: on() },
        fulfil("1", 1),
    ] {
        assert!(commands.contains(&command.name()), "{}", command.name());
        let json = serde_json::to_value(&command).unwrap();
        assert_eq!(json["command"], command.name());
        assert_eq!(serde_json::from_value::<OrderCommand>(json).unwrap(), command);
    }
}

#[test]
fn asking_for_what_is_so_is_nothing_to_do() {
    let lines = || {
        vec![
            line("1", LineKind::Licence, 1),
            line("2", LineKind::Service { months: 12 }, 1),
        ]
    };
    let order = confirmed(lines());
    assert_eq!(
        code(
            &order,
            &OrderCommand::Place {
                terms: terms(lines()),
                on: on()
            }
        ),
        "no_change"
    );
    let later = OrderCommand::Place {
        terms: terms(lines()),
        on: day("2017-05-15"),
    };
    assert_eq!(code(&order, &later), "already_placed");
    assert_eq!(
        code(
            &order,
            &OrderCommand::Confirm {
                on: day("2017-06-01")
            }
        ),
        "no_change"
    );
    assert_eq!(code(&order, &release("credit_check", on())), "no_change");
    let order = after(order, [hold("credit_check")]);
    assert_eq!(code(&order, &hold("credit_check")), "no_change");
    assert_eq!(code(&order, &hold("export_control")), "ok");
    let order = after(order, [release("credit_check", on())]);
    assert_eq!(code(&order, &release("credit_check", on())), "no_change");
    // Placed again after its release, it is a second record.
    let order = after(
        order,
        [
            hold("credit_check"),
            release("credit_check", on()),
            start("2", on()),
        ],
    );
    assert_eq!(order.holds().len(), 2);
    assert_eq!(code(&order, &start("2", on())), "no_change");
    assert_eq!(code(&order, &start("2", day("2017-05-15"))), "already_started");
}

#[test]
fn a_service_runs_over_its_term_from_its_start() {
    let order = confirmed(vec![
        line("1", LineKind::Licence, 1),
        line("2", LineKind::Service { months: 12 }, 3),
    ]);
    assert_eq!(code(&order, &fulfil("2", 1)), "wrong_kind");
    assert_eq!(code(&order, &start("1", on())), "wrong_kind");
    assert_eq!(code(&order, &start("3", on())), "not_found");
    let order = after(order, [start("2", day("2018-01-31"))]);
    let period = Period::new(day("2018-01-31"), day("2019-01-31")).unwrap();
    let service = order.line(&id("2")).unwrap();
    assert_eq!(service.service_period(), Some(period));
    assert_eq!(service.fulfilled(), Quantity::pieces(3));
    assert_eq!(service.fulfilment(), Fulfilment::Fulfilled);
    assert_eq!(order.status(), OrderStatus::InFulfilment);
    assert_eq!(order.completed_on(), None);
    let order = after(order, [fulfil("1", 1)]);
    assert_eq!(
        (order.status(), order.completed_on()),
        (OrderStatus::Completed, Some(day("2018-01-31")))
    );
    let endless = confirmed(vec![line("1", LineKind::Service { months: u32::MAX }, 1)]);
    assert!(decide(&endless, &start("1", on())).is_err());
}

#[test]
fn a_held_order_is_not_delivered_on_the_days_of_the_hold() {
    let order = confirmed(vec![line("1", LineKind::Goods, 10)]);
    let order = after(order, [hold("credit_check"), hold("export_control")]);
    let found = decide(&order, &fulfil("1", 1)).unwrap_err();
    assert_eq!(
        found.to_string(),
        "the order is held on 2017-05-14: credit_check, export_control"
    );
    let order = after(
        order,
        [
            release("credit_check", day("2017-05-20")),
            release("export_control", day("2017-05-18")),
        ],
    );
    let deliver = |date: &str| OrderCommand::Fulfil {
        line: id("1"),
        quantity: Quantity::pieces(1),
        on: day(date),
    };
    assert_eq!(code(&order, &deliver("2017-05-14")), "on_hold");
    assert_eq!(code(&order, &deliver("2017-05-19")), "on_hold");
    assert_eq!(code(&order, &deliver("2017-05-20")), "ok");
    assert_eq!(order.standing_holds().count(), 0);
    assert_eq!(order.holds()[0].release.as_ref().unwrap().by, context().by);
    // Holds stop deliveries, nothing else.
    let order = after(order, [hold("credit_check")]);
    assert_eq!(code(&order, &cancel()), "ok");
}

#[test]
fn dates_follow_each_other() {
    let early = day("2017-05-13");
    let order = placed(vec![line("1", LineKind::Goods, 10)]);
    assert_eq!(code(&order, &OrderCommand::Confirm { on: early }), "too_early");
    assert_eq!(
        code(
            &order,
            &OrderCommand::Cancel {
                reason: "x".into(),
                on: early
            }
        ),
        "too_early"
    );
    let order = after(
        order,
        [OrderCommand::Confirm {
            on: day("2017-05-16"),
        }],
    );
    let found = decide(&order, &fulfil("1", 1)).unwrap_err();
    assert_eq!(
        found.to_string(),
        "`fulfil` on 2017-05-14 lies before 2017-05-16, when the order was confirmed"
    );
    let order = after(order, [hold("credit_check")]);
    assert_eq!(code(&order, &release("credit_check", early)), "too_early");
}

#[test]
fn terms_are_checked_line_by_line_and_the_first_fault_wins() {
    let good = || line("1", LineKind::Goods, 10);
    let refused = |change: &dyn Fn(&mut OrderTerms)| {
        let mut terms = terms(vec![good(), line("2", LineKind::Service { months: 1 }, 1)]);
        change(&mut terms);
        code(&Order::default(), &OrderCommand::Place { terms, on: on() })
    };
    let usd = |amount| Money::new(amount, Currency::USD).unwrap();
    assert_eq!(refused(&|_| ()), "ok");
    assert_eq!(refused(&|t| t.lines.clear()), "no_lines");
    assert_eq!(refused(&|t| t.lines[1].id = id("1")), "duplicate_line");
    assert_eq!(
        refused(&|t| t.lines[1].quantity = Quantity::pieces(0)),
        "invalid_quantity"
    );
    assert_eq!(
        refused(&|t| t.lines[1].quantity = Quantity::new(dec!(-1), Unit::ONE).unwrap()),
        "invalid_quantity"
    );
    assert_eq!(refused(&|t| t.lines[1].net = usd(dec!(-0.01))), "invalid_amount");
    assert_eq!(refused(&|t| t.lines[1].net = usd(dec!(0.001))), "invalid_amount");
    assert_eq!(refused(&|t| t.currency = Currency::EUR), "invalid_amount");
    assert_eq!(
        refused(&|t| t.lines[1].kind = LineKind::Service { months: 0 }),
        "invalid_term"
    );
    let most = usd(Money::MAX_UNITS.into());
    assert_eq!(
        refused(&|t| t.lines.iter_mut().for_each(|l| l.net = most)),
        "out_of_range"
    );
    // A free line is a line.
    assert_eq!(refused(&|t| t.lines[1].net = usd(dec!(0))), "ok");
}

#[test]
fn deliveries_are_checked() {
    let order = after(
        confirmed(vec![
            line("1", LineKind::Goods, 10),
            line("2", LineKind::Goods, 1),
        ]),
        [fulfil("1", 4)],
    );
    assert_eq!(code(&order, &fulfil("3", 1)), "not_found");
    assert_eq!(code(&order, &fulfil("1", 0)), "invalid_quantity");
    let hours = Quantity::new(dec!(1), Unit::HOUR).unwrap();
    assert_eq!(
        code(
            &order,
            &OrderCommand::Fulfil {
                line: id("1"),
                quantity: hours,
                on: on()
            }
        ),
        "invalid_quantity"
    );
    let found = decide(&order, &fulfil("1", 7)).unwrap_err();
    assert_eq!(found.code(), "over_fulfilment");
    assert_eq!(
        found.to_string(),
        "oln_1: 7 C62 is more than the 6 C62 that are open"
    );
    let no_reason = OrderCommand::Cancel {
        reason: " ".into(),
        on: on(),
    };
    assert_eq!(code(&order, &no_reason), "invalid_reason");
}

#[test]
fn what_is_delivered_stays_sold_when_the_rest_is_cancelled() {
    let order = after(
        confirmed(vec![line("1", LineKind::Goods, 3)]),
        [fulfil("1", 1), cancel()],
    );
    assert_eq!(
        (order.status(), order.fulfilment()),
        (OrderStatus::Completed, Fulfilment::FulfilledShort)
    );
    let line = order.line(&id("1")).unwrap();
    assert_eq!(
        (line.fulfilled(), line.cancelled(), line.open()),
        (Quantity::pieces(1), Quantity::pieces(2), Quantity::pieces(0))
    );
    assert_eq!(line.net_fulfilled().to_string(), "33.33 USD");
    assert_eq!(line.net_cancelled().to_string(), "66.67 USD");
    // The second delivery carries 66.67 less 33.33, the third the rest: half up, not cut off.
    let parts = [1, 2, 3].map(|pieces| {
        let order = after(
            confirmed(vec![self::line("1", LineKind::Goods, 3)]),
            [fulfil("1", pieces)],
        );
        order.lines()[0].net_fulfilled().to_string()
    });
    assert_eq!(parts, ["33.33 USD", "66.67 USD", "100.00 USD"]);
}

#[test]
fn the_stored_form_of_every_event() {
    let lines = vec![
        line("1", LineKind::Licence, 2),
        line("2", LineKind::Service { months: 12 }, 1),
    ];
    let hold = HoldTerms {
        reason: "credit_check".into(),
        scope: HoldScope::Order,
        rule: Some("holds v1 rules[0]".into()),
        release_due: Some(day("2017-05-19")),
    };
    let commands = [
        OrderCommand::Place {
            terms: terms(lines),
            on: on(),
        },
        OrderCommand::Confirm { on: on() },
        OrderCommand::PlaceHold { hold, on: on() },
        release("credit_check", on()),
        fulfil("1", 1),
        start("2", on()),
        cancel(),
    ];
    let mut order = Order::default();
    let mut all = Vec::new();
    for command in commands {
        let events = decide(&order, &command).unwrap();
        assert_eq!(events.len(), 1);
        let json = serde_json::to_value(&events[0]).unwrap();
        assert_eq!(json["what"]["event"], events[0].name());
        assert_eq!(serde_json::from_value::<OrderEvent>(json).unwrap(), events[0]);
        order = order.evolve(&events[0]);
        all.extend(events);
    }
    assert_eq!(Order::replay(&all), order);
    insta::assert_json_snapshot!(all);
}

#[test]
fn facts_are_what_rules_can_test() {
    let order = placed(vec![line("1", LineKind::Goods, 3), line("2", LineKind::Goods, 3)]);
    assert_eq!(Order::fact_types().check(&order.facts()), Ok(()));
    let names = |facts: &l2c_rules::Facts| facts.iter().map(|(name, _)| name.to_owned()).collect::<Vec<_>>();
    let mut declared: Vec<String> = Order::fact_types()
        .iter()
        .map(|(name, _)| name.to_owned())
        .collect();
    declared.sort();
    assert_eq!(names(&order.facts()), declared);
    assert!(names(&Order::default().facts()).is_empty());
}
