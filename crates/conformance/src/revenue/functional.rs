//! Figures in the functional currency.

use l2c_calendar::{NaiveDate, NamedPeriod};
use l2c_host::{DateTime, Utc};
use l2c_ledger::Role;
use l2c_money::Money;
use l2c_revenue::{FunctionalDay, FunctionalRate, RateKind, project_functional};
use serde_json::{Map, Value, json};

use super::contract::moved_line;
use super::date;
use super::timeline::{Stream, contract_refused};
use crate::given::Stop;

/// The figures of a contract with a functional currency; none of another.
pub(super) fn functional(
    stream: &Stream,
    dates: &[String],
    journal: &[String],
    periods: &[NamedPeriod],
) -> Result<Option<Value>, Stop> {
    let Some(currency) = stream.functional_currency else {
        return Ok(None);
    };
    let rates = stream
        .rates
        .iter()
        .map(|rate| {
            Ok(FunctionalRate {
                on: rate.on,
                rate: rate.rate,
                kind: match rate.purpose.as_deref() {
                    None | Some("spot") => RateKind::Spot,
                    Some("revenue") => RateKind::Revenue,
                    Some("closing") => RateKind::Closing,
                    Some(_) => return Err(Stop::MALFORMED),
                },
            })
        })
        .collect::<Result<Vec<_>, Stop>>()?;
    let mut days: Vec<NaiveDate> = Vec::new();
    for text in dates {
        days.push(date(text)?);
    }
    let before = |day: NaiveDate| day.pred_opt().unwrap_or(day);
    for text in journal {
        days.extend([before(date(text)?), date(text)?]);
    }
    for named in periods {
        days.extend([before(named.period.start()), named.period.last_day()]);
    }
    let rows = project_functional(
        &stream.events,
        DateTime::<Utc>::MAX_UTC,
        stream.book,
        currency,
        &rates,
        &days,
    )
    .map_err(|error| contract_refused(&error))?;
    let at = |day: NaiveDate| rows.iter().find(|row| row.on == day).ok_or(Stop::MALFORMED);
    let moved = |from: NaiveDate, to: NaiveDate| -> Result<_, Stop> {
        at(to)?
            .movement_since(at(before(from))?)
            .map_err(|error| contract_refused(&error))
    };
    let mut found = Map::new();
    let days: Map<String, Value> = dates
        .iter()
        .map(|text| Ok((text.clone(), day(at(date(text)?)?))))
        .collect::<Result<_, Stop>>()?;
    found.insert("at".into(), Value::Object(days));
    let (mut revenue, mut gain) = (Map::new(), Map::new());
    for named in periods {
        let moved = moved(named.period.start(), named.period.last_day())?;
        let none = Money::zero(currency);
        let of = |role| moved.get(&role).copied().unwrap_or(none).negated();
        let exchange = if moved.contains_key(&Role::FxLoss) {
            of(Role::FxLoss)
        } else {
            of(Role::FxGain)
        };
        revenue.insert(named.id.clone(), json!(of(Role::Revenue).amount_text()));
        gain.insert(named.id.clone(), json!(exchange.amount_text()));
    }
    found.insert("revenue_by_period".into(), Value::Object(revenue));
    found.insert("fx_gain_by_period".into(), Value::Object(gain));
    let mut entries = Vec::new();
    for text in journal {
        let on = date(text)?;
        let lines: Vec<Value> = moved(on, on)?
            .into_iter()
            .map(|(role, amount)| moved_line(role.code(), amount))
            .collect();
        if !lines.is_empty() {
            entries.push(json!({ "date": text, "lines": lines }));
        }
    }
    found.insert("journal".into(), Value::Array(entries));
    Ok(Some(Value::Object(found)))
}

fn day(row: &FunctionalDay) -> Value {
    json!({
        "receivable": row.receivable.amount_text(),
        "contract_asset": row.contract_asset.amount_text(),
        "contract_liability": row.contract_liability.amount_text(),
        "revenue": row.revenue.amount_text(),
    })
}
