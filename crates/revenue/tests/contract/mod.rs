//! Contracts in few words, for the tests of this crate.
#![allow(dead_code)]

use l2c_calendar::{NaiveDate, Period};
use l2c_host::{DateTime, Decider, Utc};
use l2c_money::{Currency, Money, parse_decimal};
use l2c_revenue::*;

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Noon of a day.
pub fn noon(date: NaiveDate) -> DateTime<Utc> {
    format!("{date}T12:00:00Z").parse().unwrap()
}

pub fn usd(amount: &str) -> Money {
    Money::new(parse_decimal(amount).unwrap(), Currency::USD).unwrap()
}

pub const AT_ONCE: Measure = Measure::PointInTime;
pub const SERVICE: Measure = Measure::Time {
    period: None,
    convention: None,
};

/// Obligations by name, stand-alone selling price and measure, sold together for a fixed price.
pub fn bundle(price: Money, obligations: &[(&str, Money, Measure)]) -> TermsDocument {
    let (contract, customer) = ("rev_1".parse().unwrap(), "pty_acme".parse().unwrap());
    let (entity, policy) = ("US01".parse().unwrap(), RevenuePolicy::standard());
    TermsDocument {
        consideration: vec![Consideration::fixed("price", price)],
        obligations: obligations
            .iter()
            .map(|(id, ssp, measure)| Obligation {
                description: format!("The {id}"),
                ..Obligation::new(*id, StandalonePrice::observable(*ssp), measure.clone())
            })
            .collect(),
        ..TermsDocument::new(contract, customer, entity, price.currency(), policy)
    }
}

pub fn incept(terms: TermsDocument, on: &str) -> RevenueCommand {
    RevenueCommand::new(day(on), Fact::inception(Terms::new(terms).unwrap()))
}

pub fn satisfy(obligation: &str, on: &str) -> RevenueCommand {
    RevenueCommand::new(day(on), Fact::satisfied(obligation))
}

pub fn start(obligation: &str, first: &str, last: &str) -> RevenueCommand {
    let period = Period::inclusive(day(first), day(last)).unwrap();
    let obligation = obligation.into();
    RevenueCommand::new(day(first), Fact::ServiceStarted { obligation, period })
}

pub fn bill(document: &str, amount: Money, on: &str) -> RevenueCommand {
    RevenueCommand::new(day(on), Fact::billed(document, amount))
}

/// Decides commands one after the other, each recorded at noon of a day.
pub fn decide_all(
    commands: &[RevenueCommand],
    recorded: &str,
) -> Result<RevenueContract, Box<RevenueRefusal>> {
    let mut contract = RevenueContract::default();
    for command in commands {
        contract = decide(&contract, command, recorded)?;
    }
    Ok(contract)
}

pub fn decide(
    contract: &RevenueContract,
    command: &RevenueCommand,
    recorded: &str,
) -> Result<RevenueContract, Box<RevenueRefusal>> {
    let context = RevenueContext {
        recorded_at: noon(day(recorded)),
        sequence: contract.facts().len() as u64 + 1,
    };
    let events = contract.decide(command, &context)?;
    Ok(events.iter().fold(contract.clone(), RevenueContract::evolve))
}

/// As of a day, knowing everything.
pub fn as_of(date: &str) -> View {
    View {
        as_of: day(date),
        known_at: DateTime::<Utc>::MAX_UTC,
        book: Book::Asc606,
    }
}

/// Accounts and amounts of an entry: "dr revenue 1.00 USD".
pub fn lines(entry: &l2c_ledger::JournalEntry) -> Vec<String> {
    let text = |line: &l2c_ledger::Line| {
        let side = if line.amount.is_negative() { "cr" } else { "dr" };
        format!("{side} {} {} ({})", line.role, line.amount.abs(), line.subject)
    };
    entry.lines().iter().map(text).collect()
}
