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
pub const SERVICE: Measure = Measure::Time { period: None };

/// Obligations by name, stand-alone selling price and measure, sold together for a fixed price.
pub fn bundle(price: Money, obligations: &[(&str, Money, Measure)]) -> TermsDocument {
    TermsDocument {
        contract: "rev_1".parse().unwrap(),
        customer: "pty_acme".parse().unwrap(),
        entity: "US01".parse().unwrap(),
        currency: price.currency(),
        consideration: vec![Consideration::fixed("price", price)],
        obligations: obligations
            .iter()
            .map(|(id, ssp, measure)| Obligation {
                id: (*id).into(),
                description: format!("The {id}"),
                ssp: StandalonePrice::observable(*ssp),
                measure: *measure,
            })
            .collect(),
        policy: RevenuePolicy::standard(),
    }
}

pub fn incept(terms: TermsDocument, on: &str) -> RevenueCommand {
    RevenueCommand::Incept {
        terms: Box::new(Terms::new(terms).unwrap()),
        on: day(on),
    }
}

pub fn satisfy(obligation: &str, on: &str) -> RevenueCommand {
    RevenueCommand::Satisfy {
        obligation: obligation.into(),
        on: day(on),
    }
}

pub fn start(obligation: &str, first: &str, last: &str) -> RevenueCommand {
    RevenueCommand::StartService {
        obligation: obligation.into(),
        period: Period::inclusive(day(first), day(last)).unwrap(),
    }
}

pub fn bill(document: &str, amount: Money, on: &str) -> RevenueCommand {
    RevenueCommand::RecordBilling {
        document: document.into(),
        amount,
        on: day(on),
    }
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
