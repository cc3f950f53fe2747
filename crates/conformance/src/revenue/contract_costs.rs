//! `contract_costs`: contract costs in the words of the revenue page.

use std::collections::BTreeMap;

use l2c_calendar::{FiscalMonth, NaiveDate};
use l2c_host::{DateTime, Utc};
use l2c_ledger::Role;
use l2c_money::{Currency, Money, Rounding};
use l2c_revenue::contract_cost::{
    Amortisation, AnticipatedRenewal, ContractCostPolicy, ContractCosts, ContractCostsDocument, Cost,
    CostEvent, CostFact, CostItem, CostNature, CostOutcome, CostProjection, CostScope, OtherAsset,
    Recoverable, RenewalCommission, RenewedLife, Span, TakesEffect, project_costs,
};
use l2c_revenue::{Convention, RevenueError, View};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::periods::periods;
use super::{book, date, entity, money};
use crate::given::{Number, Stop, answer, read};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    currency: Currency,
    framework: Option<String>,
    rounding: Option<Rounding>,
    #[serde(default)]
    one_year_expedient: bool,
    costs: Vec<GivenCost>,
    #[serde(default)]
    timeline: Vec<Event>,
    #[serde(default)]
    report: Report,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Report {
    #[serde(default)]
    dates: Vec<String>,
    periods: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenCost {
    id: String,
    kind: String,
    amount: Number,
    #[serde(default)]
    incremental: bool,
    #[serde(default)]
    explicitly_chargeable: bool,
    recoverable: Option<bool>,
    covered_by: Option<String>,
    #[serde(default)]
    relates_directly: bool,
    #[serde(default)]
    enhances_resources: bool,
    amortisation: Option<Schedule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Schedule {
    start: String,
    contract_months: i64,
    #[serde(default)]
    renewal_months: i64,
    #[serde(default)]
    renewal_commensurate: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    date: String,
    #[serde(rename = "type")]
    kind: String,
    remaining_consideration: Option<Number>,
    renewal_consideration: Option<Number>,
    remaining_costs: Option<Number>,
}

/// `contract_costs`: treatment, amortisation and impairment of the costs of a contract.
pub(crate) fn contract_costs(given: &Value) -> Result<Value, String> {
    let run = || {
        let given: Given = read(given)?;
        let book = book(given.framework.as_deref())?;
        let costs = given
            .costs
            .iter()
            .map(|one| cost(one, given.currency))
            .collect::<Result<_, _>>()?;
        let costs = ContractCosts::new(ContractCostsDocument {
            contract: "rev_case".parse().map_err(|_| Stop::MALFORMED)?,
            entity: entity()?,
            currency: given.currency,
            costs,
            policy: ContractCostPolicy {
                rounding: given.rounding.unwrap_or_default(),
                one_year_expedient: given.one_year_expedient,
                takes_effect: TakesEffect::Closing,
                ..ContractCostPolicy::standard()
            },
        })
        .map_err(|faults| refused(&faults.into()))?;
        let events = (0..)
            .zip(&given.timeline)
            .map(|(sequence, one)| event(sequence, one, given.currency));
        let events = events.collect::<Result<Vec<_>, _>>()?;
        let view = View {
            as_of: NaiveDate::MAX,
            known_at: DateTime::<Utc>::MAX_UTC,
            book,
        };
        let figures =
            project_costs(&costs, &events, &BTreeMap::new(), &view).map_err(|error| refused(&error))?;
        stated(&given, &figures)
    };
    answer(run())
}

/// The page's word for what the library refuses.
fn refused(error: &RevenueError) -> Stop {
    Stop::Refused(match error.code() {
        "negative_amount" | "currency_mismatch" => "invalid_amount",
        "term_too_long" => "invalid_term",
        code => code,
    })
}

fn cost(given: &GivenCost, currency: Currency) -> Result<Cost, Stop> {
    let amount = money(&given.amount, currency)?;
    let recoverable = given.recoverable.unwrap_or(true);
    let nature = match (given.kind.as_str(), given.covered_by.as_deref()) {
        ("obtain", _) => CostNature::Obtain {
            items: vec![CostItem {
                what: given.id.clone(),
                amount,
                incremental: given.incremental,
                explicitly_chargeable: given.explicitly_chargeable,
            }],
            payroll_tax_rate: l2c_money::Decimal::ZERO,
            recoverable,
        },
        ("fulfil", None) => CostNature::Fulfil {
            amount,
            relates_directly: given.relates_directly,
            enhances_resources: given.enhances_resources,
            recoverable,
        },
        ("fulfil", Some(asset)) => CostNature::OtherStandard {
            amount,
            asset: OtherAsset::deserialize(Value::from(asset)).map_err(|_| Stop::Refused("unknown_asset"))?,
        },
        _ => return Err(Stop::Refused("unknown_cost_kind")),
    };
    let schedule = given.amortisation.as_ref().map(schedule).transpose()?;
    let (amortisation, renewal) = schedule.unzip();
    Ok(Cost {
        id: given.id.clone(),
        // The page has no day of capitalisation: a cost is there before anything is asked about it.
        incurred: NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or_default(),
        nature,
        amortisation,
        renewal,
    })
}

/// Months of the contract from the first of a month, and a renewal.
fn schedule(given: &Schedule) -> Result<(Amortisation, AnticipatedRenewal), Stop> {
    const INVALID: Stop = Stop::Refused("invalid_term");
    let start = date(&given.start)?;
    if FiscalMonth::of(start).first_day() != start {
        return Err(INVALID);
    }
    let months = |count: i64| u32::try_from(count).map_err(|_| INVALID);
    let amortisation = Amortisation::StraightLine {
        start: Some(start),
        span: Span::Months(months(given.contract_months)?),
        convention: Convention::MonthsTouched,
    };
    let renewal = AnticipatedRenewal {
        commission: RenewalCommission::Judged {
            commensurate: given.renewal_commensurate,
        },
        life: Some(RenewedLife::AddsMonths(months(given.renewal_months)?)),
    };
    Ok((amortisation, renewal))
}

fn event(sequence: u64, given: &Event, currency: Currency) -> Result<CostEvent, Stop> {
    let effective = date(&given.date)?;
    if FiscalMonth::of(effective).last_day() != effective {
        return Err(Stop::Refused("not_a_month_end"));
    }
    let amount = |given: &Option<Number>| match given {
        Some(number) => money(number, currency),
        None => Ok(Money::zero(currency)),
    };
    let fact = match given.kind.as_str() {
        "impairment_test" => CostFact::ImpairmentTest {
            costs: None,
            recoverable: Recoverable::Remaining {
                consideration: amount(&given.remaining_consideration)?,
                renewals: amount(&given.renewal_consideration)?,
                costs: amount(&given.remaining_costs)?,
            },
        },
        "customer_lost" => CostFact::Terminated {
            costs: None,
            clawback: None,
        },
        _ => return Err(Stop::Refused("unknown_event")),
    };
    Ok(CostEvent {
        effective,
        recorded_at: DateTime::<Utc>::default(),
        sequence,
        fact,
    })
}

fn stated(given: &Given, figures: &CostProjection) -> Result<Value, Stop> {
    let fail = |error: RevenueError| refused(&error);
    let treatments = figures
        .treatments
        .iter()
        .map(|one| (one.id.clone(), one.role.code().into()));
    let months = figures.treatments.iter().filter(|one| one.role != Role::Expense);
    let months = months.map(|one| (one.id.clone(), one.months.into()));
    let capitalised = figures.capitalised().map_err(fail)?;
    let capitalised = capitalised
        .iter()
        .map(|(role, sum)| (role.code().to_owned(), sum.amount_text().into()));
    let mut at = Map::new();
    for text in &given.report.dates {
        let day = date(text)?;
        let all = figures.at(&CostScope::All, day).map_err(fail)?;
        let of = |role| figures.at(&CostScope::Role(role), day).map_err(fail);
        at.insert(
            text.clone(),
            json!({
                "cost_to_obtain_asset": of(Role::CostToObtainAsset)?.carrying.amount_text(),
                "cost_to_fulfil_asset": of(Role::CostToFulfilAsset)?.carrying.amount_text(),
                "cumulative_amortisation": all.amortised.amount_text(),
                "cumulative_impairment": all.impaired_net().map_err(fail)?.amount_text(),
            }),
        );
    }
    let mut amortisation = Map::new();
    if let Some(given) = &given.report.periods {
        for named in periods(given)?.iter() {
            let row = figures
                .roll_forward(&CostScope::All, named.period)
                .map_err(fail)?;
            amortisation.insert(named.id.clone(), row.amortisation.amount_text().into());
        }
    }
    Ok(json!({
        "treatments": treatments.collect::<Map<_, _>>(),
        "capitalised": capitalised.collect::<Map<_, _>>(),
        "expensed": figures.expensed().map_err(fail)?.amount_text(),
        "amortisation_months": months.collect::<Map<_, _>>(),
        "events": events(given, figures),
        "at": at,
        "amortisation_by_period": amortisation,
    }))
}

/// What the events came to, in the order of the timeline.
fn events(given: &Given, figures: &CostProjection) -> Vec<Value> {
    let of = |sequence: u64| figures.events.iter().find(|event| event.sequence == sequence);
    let stated =
        (0..)
            .zip(&given.timeline)
            .map(|(sequence, _)| match of(sequence).map(|event| &event.outcome) {
                Some(CostOutcome::ImpairmentTest {
                    impairment, reversal, ..
                }) => json!({
                    "impairment_loss": impairment.amount_text(),
                    "reversal": reversal.amount_text(),
                }),
                Some(CostOutcome::Terminated { written_off, .. }) => {
                    json!({ "write_off": written_off.amount_text() })
                }
                _ => Value::Null,
            });
    stated.collect()
}
