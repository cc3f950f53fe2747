//! Several contracts: combined, presented, disclosed.

use std::collections::{BTreeMap, BTreeSet};

use l2c_calendar::{NamedPeriod, Period};
use l2c_host::{DateTime, Utc};
use l2c_money::Currency;
use l2c_revenue::judgement::{Combination, CombinationTreatment};
use l2c_revenue::{
    Book, DisclosureExpedients, PeriodFigures, PeriodRollForward, PortfolioDay, RemainingObligations,
    combine, project, project_periods, remaining_obligations,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::contract_terms::Contract;
use super::date;
use super::periods::periods;
use super::timeline::{Stream, contract_refused};
use crate::given::{Stop, answer, read};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    contracts: Vec<One>,
    combinations: Option<Vec<Together>>,
    report: Option<Report>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct One {
    contract: Contract,
    #[serde(default)]
    timeline: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Together {
    contracts: Vec<String>,
    same_customer: bool,
    near_same_time: bool,
    negotiated_as_package: bool,
    price_interdependent: bool,
    single_obligation: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Report {
    #[serde(default)]
    dates: Vec<String>,
    remaining_obligations: Option<Remaining>,
    rollforward: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Remaining {
    date: String,
    bands: Value,
    #[serde(default)]
    expedients: Vec<String>,
}

/// `portfolio`: the figures of several contracts.
pub(crate) fn portfolio(given: &Value) -> Result<Value, String> {
    answer(read(given).and_then(figures))
}

fn figures(given: Given) -> Result<Value, Stop> {
    let mut order: Vec<String> = Vec::new();
    let mut streams: BTreeMap<String, Stream> = BTreeMap::new();
    let mut currencies: BTreeSet<Currency> = BTreeSet::new();
    for One { contract, timeline } in given.contracts {
        let id = contract.id.clone();
        currencies.insert(contract.currency);
        if streams.contains_key(&id) {
            return Err(Stop::Refused("duplicate_id"));
        }
        streams.insert(id.clone(), Stream::read(contract, &timeline)?);
        order.push(id);
    }
    let Some(currency) = currencies.first().copied() else {
        return Err(Stop::MALFORMED);
    };
    if currencies.len() > 1 {
        return Err(Stop::Refused("currency_mismatch"));
    }
    let mut found = Map::new();
    if let Some(combinations) = given.combinations {
        let combined = combinations
            .into_iter()
            .map(|together| join(together, &mut order, &mut streams))
            .collect::<Result<Vec<_>, Stop>>()?;
        let combined: Vec<Value> = combined.into_iter().flatten().map(|ids| json!(ids)).collect();
        found.insert("combined".into(), Value::Array(combined));
    }
    let streams: Vec<(&str, &Stream)> = order
        .iter()
        .filter_map(|id| streams.get(id).map(|stream| (id.as_str(), stream)))
        .collect();
    let report = given.report.unwrap_or_default();
    found.insert("contracts".into(), inceptions(&streams)?);
    found.insert("at".into(), presented(&streams, &report.dates, currency)?);
    if let Some(remaining) = &report.remaining_obligations {
        found.insert(
            "remaining_obligations".into(),
            disclosed(&streams, remaining, currency)?,
        );
    }
    if let Some(given) = &report.rollforward {
        let spans: Vec<NamedPeriod> = periods(given)?.iter().cloned().collect();
        found.insert("rollforward".into(), rolled(&streams, &spans, currency)?);
    }
    Ok(Value::Object(found))
}

/// Contracts that are one by the judgement: their ids, and the first takes over the others.
fn join(
    together: Together,
    order: &mut Vec<String>,
    streams: &mut BTreeMap<String, Stream>,
) -> Result<Option<Vec<String>>, Stop> {
    const UNKNOWN: Stop = Stop::Refused("unknown_reference");
    if together.contracts.iter().any(|id| !streams.contains_key(id)) {
        return Err(UNKNOWN);
    }
    let judged = Combination {
        same_customer: together.same_customer,
        near_same_time: together.near_same_time,
        negotiated_as_package: together.negotiated_as_package,
        price_interdependent: together.price_interdependent,
        single_obligation: together.single_obligation,
    }
    .judge(Book::Asc606);
    if judged.treatment != CombinationTreatment::Combine {
        return Ok(None);
    }
    let each: Vec<_> = together
        .contracts
        .iter()
        .filter_map(|id| streams.get(id).map(|stream| stream.events.as_slice()))
        .collect();
    let events = combine(&each).map_err(|error| contract_refused(&error))?;
    let mut ids = together.contracts.iter();
    let first = ids.next().ok_or(UNKNOWN)?;
    for other in ids {
        streams.remove(other);
        order.retain(|id| id != other);
    }
    streams.get_mut(first).ok_or(UNKNOWN)?.events = events;
    Ok(Some(together.contracts))
}

fn inceptions(streams: &[(&str, &Stream)]) -> Result<Value, Stop> {
    let mut found = Map::new();
    for (id, stream) in streams {
        let view = stream.view(l2c_calendar::NaiveDate::MAX);
        let figures = project(&stream.events, &view).map_err(|error| contract_refused(&error))?;
        let allocation: Map<String, Value> = figures
            .at_inception
            .allocation
            .iter()
            .map(|(id, amount)| (id.clone(), json!(amount.amount_text())))
            .collect();
        let figures = json!({
            "transaction_price": figures.at_inception.transaction_price.amount_text(),
            "allocation": allocation,
        });
        found.insert((*id).to_owned(), figures);
    }
    Ok(Value::Object(found))
}

fn presented(streams: &[(&str, &Stream)], dates: &[String], currency: Currency) -> Result<Value, Stop> {
    let mut found = Map::new();
    for text in dates {
        let (mut contracts, mut days) = (Map::new(), Vec::new());
        for (id, stream) in streams {
            let figures = project(&stream.events, &stream.view(date(text)?))
                .map_err(|error| contract_refused(&error))?;
            let position = figures.position();
            let figures_of = json!({
                "contract_asset": position.contract_asset().amount_text(),
                "contract_liability": position.contract_liability().amount_text(),
            });
            contracts.insert((*id).to_owned(), figures_of);
            days.push(figures.day);
        }
        let total = PortfolioDay::of(&days, currency).map_err(|error| contract_refused(&error))?;
        let totals = json!({
            "receivable": total.receivable.amount_text(),
            "contract_asset": total.contract_asset.amount_text(),
            "contract_liability": total.contract_liability.amount_text(),
            "refund_liability": total.refund_liability.amount_text(),
        });
        let day = json!({
            "contracts": contracts,
            "totals": totals,
            "revenue": total.recognised.amount_text(),
        });
        found.insert(text.clone(), day);
    }
    Ok(Value::Object(found))
}

fn disclosed(streams: &[(&str, &Stream)], remaining: &Remaining, currency: Currency) -> Result<Value, Stop> {
    let mut expedients = DisclosureExpedients::default();
    for name in &remaining.expedients {
        match name.as_str() {
            "one_year" => expedients.one_year = true,
            "right_to_invoice" => expedients.right_to_invoice = true,
            other => return Err(Stop::Unknown(other.to_owned())),
        }
    }
    let bands: Vec<NamedPeriod> = periods(&remaining.bands)?.iter().cloned().collect();
    let spans: Vec<Period> = bands.iter().map(|band| band.period).collect();
    let on = date(&remaining.date)?;
    let (mut contracts, mut left_out, mut all) = (Map::new(), Vec::new(), Vec::new());
    for (id, stream) in streams {
        let figures = remaining_obligations(&stream.events, &stream.view(on), &spans, expedients)
            .map_err(|error| contract_refused(&error))?;
        match figures {
            None => left_out.push(*id),
            Some(figures) => {
                contracts.insert((*id).to_owned(), banded(&figures, &bands));
                all.push(figures);
            }
        }
    }
    let total = RemainingObligations::of(&all, currency).map_err(|error| contract_refused(&error))?;
    Ok(json!({
        "contracts": contracts,
        "not_disclosed": left_out,
        "totals": banded(&total, &bands),
    }))
}

fn banded(figures: &RemainingObligations, bands: &[NamedPeriod]) -> Value {
    let mut found: Map<String, Value> = bands
        .iter()
        .zip(&figures.bands)
        .map(|(band, amount)| (band.id.clone(), json!(amount.amount_text())))
        .collect();
    for (name, amount) in [
        ("later", figures.outside),
        ("unscheduled", figures.unscheduled),
        ("total", figures.total),
    ] {
        found.insert(name.into(), json!(amount.amount_text()));
    }
    Value::Object(found)
}

fn rolled(streams: &[(&str, &Stream)], named: &[NamedPeriod], currency: Currency) -> Result<Value, Stop> {
    let spans: Vec<Period> = named.iter().map(|named| named.period).collect();
    let mut by_period: Vec<Vec<PeriodFigures>> = named.iter().map(|_| Vec::new()).collect();
    for (_, stream) in streams {
        let rows = project_periods(&stream.events, DateTime::<Utc>::MAX_UTC, stream.book, &spans)
            .map_err(|error| contract_refused(&error))?;
        for (all, row) in by_period.iter_mut().zip(rows) {
            all.push(row);
        }
    }
    let mut found = Map::new();
    for (named, rows) in named.iter().zip(&by_period) {
        let row = PeriodRollForward::of(rows, currency).map_err(|error| contract_refused(&error))?;
        let figures = json!({
            "opening_contract_asset": row.opening_contract_asset.amount_text(),
            "closing_contract_asset": row.closing_contract_asset.amount_text(),
            "opening_contract_liability": row.opening_contract_liability.amount_text(),
            "closing_contract_liability": row.closing_contract_liability.amount_text(),
            "billed": row.billed.amount_text(),
            "revenue": row.recognised.amount_text(),
            "revenue_from_opening_liability": row.recognised_from_opening_liability.amount_text(),
            "billed_from_opening_asset": row.billed_from_opening_asset.amount_text(),
        });
        found.insert(named.id.clone(), figures);
    }
    Ok(Value::Object(found))
}
