//! One contract, its timeline, and figures at dates.

use l2c_calendar::{NaiveDate, NamedPeriod, Period};
use l2c_host::{DateTime, Utc};
use l2c_ledger::Role;
use l2c_money::{Money, Rounding};
use l2c_revenue::{
    BookPeriod, ModificationFigures, Projection, effects, posted_by_period, project, project_periods,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::contract_terms::Contract;
use super::date;
use super::periods::periods;
use super::timeline::{Stream, at, contract_refused};
use crate::given::{Stop, answer, read, stated};

/// `contract`: the figures of one contract.
pub(crate) fn contract(given: &Value) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        contract: Contract,
        timeline: Vec<Value>,
        report: Option<Report>,
    }
    let run = || {
        let Given {
            contract,
            timeline,
            report,
        } = read(given)?;
        let stream = Stream::read(contract, &timeline)?;
        figures(&stream, &report.unwrap_or_default())
    };
    answer(run())
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Report {
    #[serde(default)]
    dates: Vec<String>,
    periods: Option<Value>,
    #[serde(default)]
    #[expect(dead_code, reason = "the figures are given in any case")]
    by_obligation: bool,
    #[serde(default)]
    posted: bool,
    #[serde(default)]
    journal: Vec<String>,
}

fn figures(stream: &Stream, report: &Report) -> Result<Value, Stop> {
    let project_at = |on| project(&stream.events, &stream.view(on)).map_err(|error| contract_refused(&error));
    // A flaw anywhere refuses the whole.
    let end = project_at(NaiveDate::MAX)?;
    let mut found = Map::new();
    found.insert(
        "transaction_price".into(),
        json!(end.at_inception.transaction_price.amount_text()),
    );
    if stream.criteria_met {
        let allocation: Map<String, Value> = end
            .at_inception
            .allocation
            .iter()
            .map(|(id, amount)| (id.clone(), json!(amount.amount_text())))
            .collect();
        found.insert("allocation".into(), Value::Object(allocation));
    }
    found.insert("events".into(), effects_of(stream, &end)?);
    let mut dates = Map::new();
    for text in &report.dates {
        dates.insert(text.clone(), day(stream, &project_at(date(text)?)?));
    }
    found.insert("at".into(), Value::Object(dates));
    let mut entries = Vec::new();
    for text in &report.journal {
        let lines = journal(stream, date(text)?)?;
        if !lines.is_empty() {
            entries.push(json!({ "date": text, "lines": lines }));
        }
    }
    found.insert("journal".into(), Value::Array(entries));
    let periods = match &report.periods {
        Some(given) => periods(given)?.iter().cloned().collect(),
        None => Vec::new(),
    };
    by_period(stream, &periods, report.posted, &mut found)?;
    if let Some(functional) = super::functional::functional(stream, &report.dates, &report.journal, &periods)?
    {
        found.insert("functional".into(), functional);
    }
    Ok(Value::Object(found))
}

fn effects_of(stream: &Stream, end: &Projection) -> Result<Value, Stop> {
    let effects =
        effects(&stream.events, &stream.view(NaiveDate::MAX)).map_err(|error| contract_refused(&error))?;
    let mut found = Map::new();
    for effect in effects {
        let Some(name) = stream.names.get(&effect.sequence) else {
            continue;
        };
        let mut figures = Map::new();
        figures.insert("revenue".into(), json!(effect.revenue.amount_text()));
        let treatment = |known: &&ModificationFigures| known.id == *name;
        if let Some(modification) = end.modifications.iter().find(treatment) {
            figures.insert(
                "treatment".into(),
                json!(modification.judged.treatment.to_string()),
            );
        }
        found.insert(name.clone(), Value::Object(figures));
    }
    Ok(Value::Object(found))
}

/// Roles whose balance is a credit, and that are shown positive.
pub(super) const CREDITS: [Role; 9] = [
    Role::ConsiderationPayableToCustomer,
    Role::ContractLiability,
    Role::RefundLiability,
    Role::DepositLiability,
    Role::SalesTaxPayable,
    Role::EscheatPayable,
    Role::LossProvision,
    Role::CostClearing,
    Role::Revenue,
];

fn shown(role: Role, balance: Money) -> String {
    if CREDITS.contains(&role) {
        balance.negated().amount_text()
    } else {
        balance.amount_text()
    }
}

fn day(stream: &Stream, figures: &Projection) -> Value {
    let mut balances = Map::new();
    for role in [
        Role::Receivable,
        Role::ContractAsset,
        Role::ContractLiability,
        Role::RefundLiability,
    ] {
        balances.insert(role.code().into(), json!(shown(role, figures.day.balance(role))));
    }
    let is_result = |role| {
        matches!(
            role,
            Role::Revenue | Role::CostOfRevenue | Role::LossExpense | Role::CreditLossExpense
        )
    };
    for (role, balance) in &figures.day.balances {
        if !is_result(*role) {
            balances.insert(role.code().into(), json!(shown(*role, *balance)));
        }
    }
    let obligations: Map<String, Value> = figures
        .obligations
        .iter()
        .map(|obligation| (obligation.id.clone(), json!(obligation.recognised.amount_text())))
        .collect();
    let progress: Map<String, Value> = figures
        .obligations
        .iter()
        .filter(|obligation| stream.measures.get(&obligation.id).copied().unwrap_or(false))
        .map(|obligation| {
            let progress = obligation.progress.round(6, Rounding::HalfUp);
            (obligation.id.clone(), json!(stated(&progress)))
        })
        .collect();
    json!({
        "revenue": figures.day.recognised.amount_text(),
        "transaction_price": figures.day.transaction_price.amount_text(),
        "balances": balances,
        "obligations": obligations,
        "progress": progress,
        "remaining": figures.day.remaining.amount_text(),
        "cost_of_revenue": figures.day.balance(Role::CostOfRevenue).amount_text(),
    })
}

/// The lines of a day, by role.
fn journal(stream: &Stream, on: NaiveDate) -> Result<Vec<Value>, Stop> {
    let only = Period::inclusive(on, on).map_err(|_| Stop::MALFORMED)?;
    let rows = project_periods(&stream.events, DateTime::<Utc>::MAX_UTC, stream.book, &[only])
        .map_err(|error| contract_refused(&error))?;
    let moved = rows.into_iter().flat_map(|row| row.movements);
    Ok(moved
        .map(|(role, amount)| moved_line(role.code(), amount))
        .collect())
}

pub(super) fn moved_line(account: &str, debit: Money) -> Value {
    let side = if debit.is_negative() { "credit" } else { "debit" };
    json!({ "account": account, "side": side, "amount": debit.abs().amount_text() })
}

fn by_period(
    stream: &Stream,
    periods: &[NamedPeriod],
    posted: bool,
    found: &mut Map<String, Value>,
) -> Result<(), Stop> {
    let spans: Vec<Period> = periods.iter().map(|named| named.period).collect();
    let rows = project_periods(&stream.events, DateTime::<Utc>::MAX_UTC, stream.book, &spans)
        .map_err(|error| contract_refused(&error))?;
    let (mut revenue, mut cost, mut loss, mut obligations) = (Map::new(), Map::new(), Map::new(), Map::new());
    for (named, row) in periods.iter().zip(&rows) {
        let moved = |role| {
            let none = Money::zero(row.recognised.currency());
            json!(row.movements.get(&role).copied().unwrap_or(none).amount_text())
        };
        revenue.insert(named.id.clone(), json!(row.recognised.amount_text()));
        cost.insert(named.id.clone(), moved(Role::CostOfRevenue));
        loss.insert(named.id.clone(), moved(Role::LossExpense));
        let each: Map<String, Value> = row
            .by_obligation
            .iter()
            .map(|(id, amount)| (id.clone(), json!(amount.amount_text())))
            .collect();
        obligations.insert(named.id.clone(), Value::Object(each));
    }
    found.insert("revenue_by_period".into(), Value::Object(revenue));
    found.insert("cost_by_period".into(), Value::Object(cost));
    found.insert("loss_expense_by_period".into(), Value::Object(loss));
    found.insert("obligation_revenue_by_period".into(), Value::Object(obligations));
    if posted {
        let books: Vec<BookPeriod> = periods
            .iter()
            .map(|named| BookPeriod {
                period: named.period,
                // The first close that covers the last day.
                closed_at: stream
                    .closes
                    .iter()
                    .filter(|(through, _)| *through >= named.period.last_day())
                    .map(|(_, on)| at(*on))
                    .min(),
            })
            .collect();
        let rows = posted_by_period(&stream.events, stream.book, &books)
            .map_err(|error| contract_refused(&error))?;
        let posted: Map<String, Value> = periods
            .iter()
            .zip(rows)
            .map(|(named, row)| {
                let figures = json!({
                    "revenue": row.revenue.amount_text(),
                    "prior_period": row.prior_period.amount_text(),
                });
                (named.id.clone(), figures)
            })
            .collect();
        found.insert("posted_by_period".into(), Value::Object(posted));
    }
    Ok(())
}
