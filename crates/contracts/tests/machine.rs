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
use l2c_contracts::*;
use l2c_host::{Decider, DomainEvent, PartyId, PartyRoles};
use l2c_money::{Currency, Money, Quantity, dec};
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn on() -> NaiveDate {
    day("2017-05-14")
}

fn terms() -> ContractTerms {
    ContractTerms {
        id: ContractId::from_key("17").unwrap(),
        parties: PartyRoles::new(PartyId::from_key("acme").unwrap()),
        source: "ord_17".into(),
        currency: Currency::USD,
        payment_days: 30,
    }
}

fn item(key: &str, cents: i64, supply: ItemKind) -> ContractItem {
    ContractItem {
        id: ContractItemId::from_key(key).unwrap(),
        source: format!("ord_17 oln_{key}"),
        product: "GTXPro".into(),
        quantity: Quantity::pieces(1),
        net: Money::from_minor(cents, Currency::USD).unwrap(),
        supply,
    }
}

fn support() -> ItemKind {
    let period = Period::months(on(), 12).unwrap();
    ItemKind::Term {
        period,
        billing: TermBilling::InAdvance { every_months: 3 },
    }
}

fn items() -> Vec<ContractItem> {
    vec![
        item("licence", 410_000, ItemKind::OneTime { on: on() }),
        item("support", 90_000, support()),
    ]
}

fn activate() -> ContractCommand {
    ContractCommand::Activate {
        terms: terms(),
        items: items(),
        on: on(),
    }
}

fn expire() -> ContractCommand {
    ContractCommand::Expire {
        on: day("2018-05-14"),
    }
}

fn terminate() -> ContractCommand {
    ContractCommand::Terminate {
        reason: "insolvency".into(),
        on: day("2018-05-13"),
    }
}

fn decide(contract: &Contract, command: &ContractCommand) -> Result<Vec<ContractEvent>, ContractRefusal> {
    contract.decide(
        command,
        &ContractContext {
            by: PartyId::from_key("clerk").unwrap(),
        },
    )
}

fn after(commands: &[ContractCommand]) -> Contract {
    commands.iter().fold(Contract::default(), |contract, command| {
        decide(&contract, command)
            .unwrap()
            .iter()
            .fold(contract, Contract::evolve)
    })
}

fn code(contract: &Contract, command: &ContractCommand) -> &'static str {
    let found = decide(contract, command);
    found.map_or_else(
        |refusal| refusal.code(),
        |events| if events.is_empty() { "no_change" } else { "ok" },
    )
}

fn in_status(status: ContractStatus) -> Contract {
    match status {
        ContractStatus::Draft => Contract::default(),
        ContractStatus::Active => after(&[activate()]),
        ContractStatus::Expired => after(&[activate(), expire()]),
        ContractStatus::Terminated => after(&[activate(), terminate()]),
    }
}

#[test]
fn the_table_is_sound() {
    assert_eq!(CONTRACT_MACHINE.check(), []);
    insta::assert_snapshot!(CONTRACT_MACHINE.mermaid(), @r"
    stateDiagram-v2
        [*] --> Draft
        Draft --> Active: activate
        Active --> Expired: expire
        Active --> Terminated: terminate
        Expired --> Expired: expire
        Expired --> [*]
        Terminated --> [*]
    ");
}

#[test]
fn every_command_in_every_state_does_what_the_table_says() {
    for (status, name, target) in CONTRACT_MACHINE.pairs() {
        let contract = in_status(status);
        assert_eq!(contract.status(), status);
        let command = match name {
            // Another contract than the one that stands.
            "activate" => ContractCommand::Activate {
                terms: terms(),
                items: items()[..1].to_vec(),
                on: on(),
            },
            "expire" => expire(),
            "terminate" => terminate(),
            other => panic!("no command is named {other}"),
        };
        assert_eq!(command.name(), name);
        match (decide(&contract, &command), target) {
            (Ok(events), Some(target)) => {
                assert_eq!(
                    events.iter().fold(contract, Contract::evolve).status(),
                    target,
                    "{status:?} {name}"
                );
            }
            (Err(refusal), None) => {
                let expected = match name {
                    "activate" => "already_activated",
                    _ if CONTRACT_MACHINE.is_terminal(status) => "terminal_state",
                    _ => "illegal_transition",
                };
                assert_eq!(refusal.code(), expected, "{status:?} {name}");
            }
            (found, target) => panic!("{status:?} {name}: {found:?}, but the table says {target:?}"),
        }
    }
}

#[test]
fn asking_for_what_is_so_is_nothing_to_do() {
    assert_eq!(code(&in_status(ContractStatus::Active), &activate()), "no_change");
    assert_eq!(
        code(&in_status(ContractStatus::Terminated), &activate()),
        "no_change"
    );
    assert_eq!(code(&in_status(ContractStatus::Expired), &expire()), "no_change");
    let later = ContractCommand::Activate {
        terms: terms(),
        items: items(),
        on: day("2017-05-15"),
    };
    assert_eq!(
        code(&in_status(ContractStatus::Active), &later),
        "already_activated"
    );
}

#[test]
fn an_active_contract_says_what_was_agreed() {
    let contract = in_status(ContractStatus::Active);
    assert_eq!(contract.version(), 1);
    assert_eq!(contract.items(), items());
    assert_eq!(contract.net().unwrap().to_string(), "5000.00 USD");
    assert_eq!(contract.activated_on(), Some(on()));
    assert_eq!(contract.last_day(), Some(day("2018-05-13")));
    assert_eq!(contract.ended_on(), None);
    assert_eq!(contract.item(&items()[1].id), Some(&items()[1]));
    assert_eq!(items()[1].supply.starts_on(), on());
    assert_eq!(
        in_status(ContractStatus::Terminated).ended_on(),
        Some(day("2018-05-13"))
    );
    let none = Contract::default();
    assert_eq!(
        (none.id(), none.net(), none.version(), none.last_day()),
        (None, None, 0, None)
    );
}

#[test]
fn it_ends_within_its_time_and_expires_after_it() {
    let active = in_status(ContractStatus::Active);
    assert_eq!(
        code(
            &active,
            &ContractCommand::Expire {
                on: day("2018-05-13")
            }
        ),
        "wrong_date"
    );
    let terminate = |date: &str| ContractCommand::Terminate {
        reason: "insolvency".into(),
        on: day(date),
    };
    assert_eq!(code(&active, &terminate("2017-05-13")), "wrong_date");
    assert_eq!(code(&active, &terminate("2017-05-14")), "ok");
    let found = decide(&active, &terminate("2018-05-14")).unwrap_err();
    assert_eq!(
        found.to_string(),
        "`terminate` on 2018-05-14 is refused; expected no day after 2018-05-13"
    );
    let no_reason = ContractCommand::Terminate {
        reason: String::new(),
        on: on(),
    };
    assert_eq!(code(&active, &no_reason), "invalid_reason");
}

#[test]
fn terms_and_items_are_checked_and_the_first_fault_wins() {
    let refused = |change: &dyn Fn(&mut ContractTerms, &mut Vec<ContractItem>)| {
        let (mut terms, mut items) = (terms(), items());
        change(&mut terms, &mut items);
        code(
            &Contract::default(),
            &ContractCommand::Activate {
                terms,
                items,
                on: on(),
            },
        )
    };
    let usd = |amount| Money::new(amount, Currency::USD).unwrap();
    assert_eq!(refused(&|_, _| ()), "ok");
    assert_eq!(refused(&|terms, _| terms.payment_days = 3_661), "invalid_terms");
    assert_eq!(refused(&|_, items| items.clear()), "no_items");
    assert_eq!(
        refused(&|_, items| items[1].id = items[0].id.clone()),
        "duplicate_item"
    );
    assert_eq!(
        refused(&|_, items| items[1].quantity = Quantity::pieces(0)),
        "invalid_quantity"
    );
    assert_eq!(
        refused(&|_, items| items[1].net = usd(dec!(0.001))),
        "invalid_amount"
    );
    assert_eq!(
        refused(&|terms, _| terms.currency = Currency::EUR),
        "invalid_amount"
    );
    let most = usd(Money::MAX_UNITS.into());
    assert_eq!(
        refused(&|_, items| items.iter_mut().for_each(|item| item.net = most)),
        "out_of_range"
    );
    let never = |items: &mut Vec<ContractItem>| {
        let ItemKind::Term {
            billing: TermBilling::InAdvance { every_months },
            ..
        } = &mut items[1].supply
        else {
            panic!("the second item has a term")
        };
        *every_months = 0;
    };
    assert_eq!(refused(&|_, items| never(items)), "invalid_terms");
    // A rebate is an item below zero.
    assert_eq!(refused(&|_, items| items[1].net = usd(dec!(-1))), "ok");
}

#[test]
fn the_stored_form_of_every_event() {
    let mut all = Vec::new();
    for commands in [vec![activate(), expire()], vec![activate(), terminate()]] {
        let mut contract = Contract::default();
        let mut log = Vec::new();
        for command in commands {
            let events = decide(&contract, &command).unwrap();
            let json = serde_json::to_value(&events[0]).unwrap();
            assert_eq!(json["what"]["event"], events[0].name());
            assert_eq!(serde_json::from_value::<ContractEvent>(json).unwrap(), events[0]);
            assert_eq!(serde_json::to_value(&command).unwrap()["command"], command.name());
            contract = contract.evolve(&events[0]);
            log.extend(events);
        }
        assert_eq!(Contract::replay(&log), contract);
        all.extend(log);
    }
    all.remove(2);
    insta::assert_json_snapshot!(all);
}

proptest! {
    /// Following the changes gives the items of the contract, whatever was agreed.
    #[test]
    fn the_changes_make_the_items(
        amounts in prop::collection::vec((-1_000_000..1_000_000_i64, any::<bool>()), 1..8),
        ends in 0..3_u8,
    ) {
        let items: Vec<ContractItem> = amounts.iter().enumerate().map(|(index, (cents, term))| {
            let supply = if *term { support() } else { ItemKind::OneTime { on: on() } };
            item(&index.to_string(), *cents, supply)
        }).collect();
        let mut contract = Contract::default();
        let mut followed = Vec::new();
        let last = amounts.iter().any(|(_, term)| *term);
        let terminate = ContractCommand::Terminate { reason: "r".into(), on: on() };
        let commands = [ContractCommand::Activate { terms: terms(), items: items.clone(), on: on() }, match ends {
            0 => ContractCommand::Expire { on: if last { day("2018-05-14") } else { day("2017-05-15") } },
            1 => terminate,
            _ => ContractCommand::Activate { terms: terms(), items: items.clone(), on: on() },
        }];
        for command in &commands {
            for event in decide(&contract, command).unwrap() {
                for change in event.changes() {
                    match change {
                        ItemChange::Added { item } => followed.push(item.clone()),
                        other => prop_assert!(false, "{other:?}"),
                    }
                }
                contract = contract.evolve(&event);
            }
        }
        prop_assert_eq!(&followed, contract.items());
        prop_assert_eq!(contract.items(), &items[..]);
        let total: i64 = amounts.iter().map(|(cents, _)| cents).sum();
        prop_assert_eq!(contract.net().unwrap().minor().unwrap(), total);
    }
}
