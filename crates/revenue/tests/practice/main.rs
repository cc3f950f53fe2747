//! What practice expects of revenue accounting beyond the examples of the standards. Every figure is worked out by hand.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

#[path = "../contract/mod.rs"]
mod contract;

mod balances;
mod commercial_terms;
mod estimates;
mod modifications;
mod refused;
mod taken_over;
mod withdrawn;

use contract::{as_of, day, decide, decide_all, incept};
use l2c_calendar::Period;
use l2c_ledger::Role;
use l2c_revenue::*;
use serde_json::{Value, json};

/// A fact, as it is written.
fn tell(on: &str, fact: Value) -> RevenueCommand {
    RevenueCommand::new(day(on), serde_json::from_value(fact).unwrap())
}

fn money(amount: &str) -> Value {
    json!({"amount": amount, "currency": "USD"})
}

fn bill(on: &str, document: &str, amount: &str) -> RevenueCommand {
    tell(
        on,
        json!({"type": "billed", "document": document, "amount": money(amount)}),
    )
}

fn pay(on: &str, amount: &str) -> RevenueCommand {
    tell(on, json!({"type": "paid", "amount": money(amount)}))
}

fn deliver(on: &str, obligation: &str, quantity: &str) -> RevenueCommand {
    tell(
        on,
        json!({"type": "delivered", "obligation": obligation, "quantity": quantity}),
    )
}

/// Terms under the policy in which this crate posts the billing side, with service counted by months.
fn posting(mut terms: TermsDocument) -> TermsDocument {
    terms.policy.billing = BillingSide::Engine;
    terms.policy.convention = Convention::MonthsTouched;
    terms
}

fn service(first: &str, last: &str) -> Measure {
    Measure::time(Period::inclusive(day(first), day(last)).unwrap())
}

fn units(total: &str) -> Measure {
    Measure::Units {
        total: Some(l2c_money::parse_decimal(total).unwrap()),
    }
}

/// A contract that begins on a day, with what is told of it.
fn told(terms: TermsDocument, on: &str, facts: &[RevenueCommand]) -> RevenueContract {
    let mut all = vec![incept(terms, on)];
    all.extend_from_slice(facts);
    decide_all(&all, "2030-01-01").unwrap()
}

/// What a fact is refused with, by code and in words.
fn refusal(contract: &RevenueContract, command: &RevenueCommand) -> String {
    let refused = decide(contract, command, "2030-01-01").unwrap_err();
    format!("{}: {refused}", refused.code())
}

fn at(contract: &RevenueContract, on: &str) -> Projection {
    project(contract.facts(), &as_of(on)).unwrap()
}

fn recognised(contract: &RevenueContract, on: &str) -> String {
    at(contract, on).recognised().amount_text()
}

/// Balances by role at the end of a day; a debit is above zero.
fn balances<const N: usize>(contract: &RevenueContract, on: &str, roles: [Role; N]) -> [String; N] {
    let figures = at(contract, on);
    roles.map(|role| figures.day.balance(role).amount_text())
}

/// What each obligation is allocated since inception.
fn allocated(contract: &RevenueContract, on: &str) -> Vec<String> {
    let figures = at(contract, on);
    let of =
        |obligation: &ObligationFigures| format!("{} {}", obligation.id, obligation.allocated.amount_text());
    figures.obligations.iter().map(of).collect()
}

/// The table of `docs/revenue.md` names tests that are there.
#[test]
fn every_test_that_the_page_names_exists() {
    let root = env!("CARGO_MANIFEST_DIR");
    let page = std::fs::read_to_string(format!("{root}/../../docs/revenue.md")).unwrap();
    let (_, table) = page.split_once("## What practice asks for").unwrap();
    let (table, _) = table.split_once("## Not built yet").unwrap();
    let mut tests = String::new();
    for folder in ["tests", "tests/practice"] {
        for file in std::fs::read_dir(format!("{root}/{folder}")).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                tests.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let rows = table.lines().filter(|line| line.starts_with("| ")).skip(1);
    let named: Vec<&str> = rows
        .flat_map(|row| row.rsplit(" | ").next().unwrap().split('`').skip(1).step_by(2))
        .collect();
    assert!(named.len() > 40, "{named:?}");
    for name in named {
        assert!(tests.contains(&format!("fn {name}()")), "{name}");
    }
}
