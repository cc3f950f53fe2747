//! `contract_cost`: contract costs in the words of the commissions page.

use std::collections::BTreeMap;

use l2c_calendar::{FiscalYears, NaiveDate, Period};
use l2c_host::{DateTime, Utc};
use l2c_ledger::Role;
use l2c_money::{Currency, Money, MoneyError, Rounding, parse_decimal};
use l2c_revenue::contract_cost::{
    Amortisation, AnticipatedRenewal, CommissionRate, ContractCostPolicy, ContractCosts,
    ContractCostsDocument, Cost, CostEvent, CostFact, CostItem, CostNature, CostOutcome, CostProjection,
    CostScope, InsideMonth, PoolShare, Recoverable, Remaining, RenewalCommission, RenewedLife, ReversalCap,
    Span, StepRounding, TakesEffect, UseStep, project_costs,
};
use l2c_revenue::{Book, Convention, RevenueError, View};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{date, entity};
use crate::given::{Stop, answer, read};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    currency: Currency,
    minor_units: Option<u32>,
    rounding: Option<String>,
    fiscal_year_start_month: Option<u32>,
    framework: Option<String>,
    #[serde(default)]
    practical_expedient: bool,
    costs: Vec<GivenCost>,
    #[serde(default)]
    events: Vec<Event>,
    report: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenCost {
    id: String,
    date: String,
    items: Vec<Item>,
    payroll_tax_rate: Option<String>,
    amortisation: Schedule,
    renewal: Option<Renewal>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    nature: String,
    amount: String,
    what: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Schedule {
    method: String,
    months: Option<i64>,
    to: Option<String>,
    revenue: Option<Vec<Revenue>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Revenue {
    period: String,
    actual: String,
    later_estimate: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Renewal {
    expected: bool,
    commensurate: Option<bool>,
    initial: Option<Rate>,
    next: Option<Rate>,
    tolerance: Option<String>,
    expected_life_months: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rate {
    commission: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    date: String,
    cost: Option<String>,
    recoverable: Option<String>,
    remaining_consideration: Option<String>,
    remaining_direct_costs: Option<String>,
    total_months: Option<i64>,
    to: Option<String>,
    clawback: Option<String>,
    amount: Option<String>,
    by_value: Option<BTreeMap<String, String>>,
}

const MISSING: Stop = Stop::Refused("missing_input");

/// `contract_cost`: treatment, events and roll-forward of costs.
pub(crate) fn contract_cost(given: &Value) -> Result<Value, String> {
    let run = || {
        let given: Given = read(given)?;
        let years = FiscalYears::starting_in(given.fiscal_year_start_month.unwrap_or(1))
            .map_err(|_| Stop::Refused("invalid_period"))?;
        let book = match given.framework.as_deref() {
            None | Some("us_gaap") => Book::Asc606,
            Some("ifrs") => Book::Ifrs15,
            Some(_) => return Err(Stop::Refused("invalid_framework")),
        };
        if given
            .minor_units
            .is_some_and(|units| units != given.currency.minor_units())
        {
            return Err(Stop::Unknown(
                "minor units that are not those of the currency".to_owned(),
            ));
        }
        let reader = Reader {
            currency: given.currency,
            years,
        };
        let costs = given
            .costs
            .iter()
            .map(|cost| reader.cost(cost))
            .collect::<Result<_, _>>()?;
        let costs = ContractCosts::new(ContractCostsDocument {
            contract: "rev_case".parse().map_err(|_| Stop::MALFORMED)?,
            entity: entity()?,
            currency: given.currency,
            costs,
            policy: policy(&given)?,
        })
        .map_err(|faults| refused(&faults.into()))?;
        let events = reader.events(&given)?;
        let view = View {
            as_of: NaiveDate::MAX,
            known_at: DateTime::<Utc>::MAX_UTC,
            book,
        };
        let figures =
            project_costs(&costs, &events, &BTreeMap::new(), &view).map_err(|error| refused(&error))?;
        stated(&given, &figures, years)
    };
    answer(run())
}

fn policy(given: &Given) -> Result<ContractCostPolicy, Stop> {
    let rounding = match given.rounding.as_deref() {
        None | Some("half_up") => Rounding::HalfUp,
        Some("half_even") => Rounding::HalfEven,
        Some("half_down") => Rounding::HalfDown,
        Some("down") => Rounding::Down,
        Some("up") => Rounding::Up,
        Some(_) => return Err(Stop::Refused("invalid_rounding")),
    };
    Ok(ContractCostPolicy {
        rounding,
        one_year_expedient: given.practical_expedient,
        takes_effect: TakesEffect::Opening,
        inside_month: InsideMonth::Refuse,
        steps: StepRounding::Carrying,
        reversal_cap: ReversalCap::BeforeImpairment,
        ..ContractCostPolicy::standard()
    })
}

/// The page's word for what the library refuses.
fn refused(error: &RevenueError) -> Stop {
    Stop::Refused(match error.code() {
        "duplicate_id" => "duplicate_cost",
        "before_incurred" => "before_capitalisation",
        "inside_month" => "not_at_month_opening",
        "nothing_left" => "nothing_left_to_amortise",
        "renewal_life_missing" => "missing_input",
        "invalid_term" => "invalid_interval",
        "invalid_amount" => "too_many_decimals",
        code => code,
    })
}

/// Reads the words of the page; what does not parse refuses the whole.
struct Reader {
    currency: Currency,
    years: FiscalYears,
}

impl Reader {
    fn money(&self, text: &str) -> Result<Money, Stop> {
        Money::new(number(text)?, self.currency).map_err(|_| Stop::Refused("invalid_number"))
    }

    fn needed(&self, text: Option<&String>) -> Result<Money, Stop> {
        self.money(text.ok_or(MISSING)?)
    }

    fn cost(&self, given: &GivenCost) -> Result<Cost, Stop> {
        let items = given.items.iter().map(|item| {
            let incremental = match item.nature.as_str() {
                "incremental" => true,
                "not_incremental" => false,
                _ => return Err(Stop::Refused("invalid_nature")),
            };
            Ok(CostItem {
                what: item.what.clone().unwrap_or_else(|| item.nature.clone()),
                amount: self.money(&item.amount)?,
                incremental,
                explicitly_chargeable: false,
            })
        });
        Ok(Cost {
            id: given.id.clone(),
            incurred: date(&given.date)?,
            nature: CostNature::Obtain {
                items: items.collect::<Result<_, _>>()?,
                payroll_tax_rate: number(given.payroll_tax_rate.as_deref().unwrap_or("0"))?,
                recoverable: true,
            },
            amortisation: Some(self.amortisation(&given.amortisation)?),
            renewal: given
                .renewal
                .as_ref()
                .map(|one| self.renewal(one))
                .transpose()?
                .flatten(),
        })
    }

    fn amortisation(&self, given: &Schedule) -> Result<Amortisation, Stop> {
        let (span, convention) = match given.method.as_str() {
            "monthly" => (Span::Months(count(given.months)?), Convention::MonthsTouched),
            "daily" => match &given.to {
                Some(to) => (Span::Until(date(to)?), Convention::Daily),
                None => (Span::Months(count(given.months)?), Convention::Daily),
            },
            "revenue" => {
                let steps = given.revenue.as_ref().ok_or(MISSING)?.iter().map(|step| {
                    Ok(UseStep {
                        on: period(self.years, &step.period)?.start(),
                        done: number(&step.actual)?,
                        later: number(&step.later_estimate)?,
                    })
                });
                let steps = steps.collect::<Result<_, _>>()?;
                return Ok(Amortisation::Use { steps });
            }
            _ => return Err(Stop::Refused("invalid_method")),
        };
        Ok(Amortisation::StraightLine {
            start: None,
            span,
            convention,
        })
    }

    fn renewal(&self, given: &Renewal) -> Result<Option<AnticipatedRenewal>, Stop> {
        if !given.expected {
            return Ok(None);
        }
        let rate = |rate: &Option<Rate>| {
            let rate = rate.as_ref().ok_or(MISSING)?;
            Ok::<_, Stop>(CommissionRate {
                commission: self.money(&rate.commission)?,
                value: self.money(&rate.value)?,
            })
        };
        let commission = match given.commensurate {
            Some(commensurate) => RenewalCommission::Judged { commensurate },
            None => RenewalCommission::ByRate {
                initial: rate(&given.initial)?,
                renewal: rate(&given.next)?,
                tolerance: number(given.tolerance.as_deref().unwrap_or("0"))?,
            },
        };
        let life = match given.expected_life_months {
            Some(months) => Some(RenewedLife::TotalMonths(count(Some(months))?)),
            None => None,
        };
        Ok(Some(AnticipatedRenewal { commission, life }))
    }

    fn events(&self, given: &Given) -> Result<Vec<CostEvent>, Stop> {
        let mut events: Vec<CostEvent> = Vec::with_capacity(given.events.len());
        for (sequence, event) in (0..).zip(&given.events) {
            let effective = date(&event.date)?;
            if events.last().is_some_and(|before| effective < before.effective) {
                return Err(Stop::Refused("events_out_of_order"));
            }
            events.push(CostEvent {
                effective,
                recorded_at: DateTime::<Utc>::default(),
                sequence,
                fact: self.fact(given, event)?,
            });
        }
        Ok(events)
    }

    fn fact(&self, given: &Given, event: &Event) -> Result<CostFact, Stop> {
        const INVALID: Stop = Stop::Refused("invalid_method");
        let method = |id: &str| {
            let cost = given.costs.iter().find(|cost| cost.id == id);
            cost.map(|cost| cost.amortisation.method.as_str())
        };
        if event.kind == "bonus_pool" {
            let by_value = event
                .by_value
                .as_ref()
                .ok_or(MISSING)?
                .iter()
                .map(|(cost, value)| {
                    if method(cost).is_some_and(|method| method != "monthly") {
                        return Err(INVALID);
                    }
                    Ok(PoolShare {
                        cost: cost.clone(),
                        value: self.money(value)?,
                    })
                });
            return Ok(CostFact::BonusPool {
                by_value: by_value.collect::<Result<_, _>>()?,
                amount: self.needed(event.amount.as_ref())?,
            });
        }
        let cost = event.cost.clone().ok_or(MISSING)?;
        let method = method(&cost);
        if method == Some("revenue") {
            return Err(INVALID);
        }
        Ok(match event.kind.as_str() {
            "impairment_test" => CostFact::ImpairmentTest {
                costs: Some(vec![cost]),
                recoverable: match &event.recoverable {
                    Some(amount) => Recoverable::Amount(self.money(amount)?),
                    None => Recoverable::Remaining {
                        consideration: self.needed(event.remaining_consideration.as_ref())?,
                        renewals: Money::zero(self.currency),
                        costs: self.needed(event.remaining_direct_costs.as_ref())?,
                    },
                },
            },
            "life_revision" => CostFact::LifeRevised {
                cost,
                span: if method == Some("daily") {
                    Span::Until(date(event.to.as_ref().ok_or(MISSING)?)?)
                } else {
                    Span::Months(count(event.total_months)?)
                },
            },
            "termination" => CostFact::Terminated {
                costs: Some(vec![cost]),
                clawback: event
                    .clawback
                    .as_ref()
                    .map(|amount| self.money(amount))
                    .transpose()?,
            },
            _ => return Err(Stop::Refused("unknown_event")),
        })
    }
}

fn number(text: &str) -> Result<l2c_money::Decimal, Stop> {
    parse_decimal(text).map_err(|_: MoneyError| Stop::Refused("invalid_number"))
}

/// A count of one or more.
fn count(given: Option<i64>) -> Result<u32, Stop> {
    let months = u32::try_from(given.ok_or(MISSING)?)
        .ok()
        .filter(|months| *months > 0);
    months.ok_or(Stop::Refused("invalid_count"))
}

fn period(years: FiscalYears, label: &str) -> Result<Period, Stop> {
    years.period(label).map_err(|_| Stop::Refused("invalid_period"))
}

fn stated(given: &Given, figures: &CostProjection, years: FiscalYears) -> Result<Value, Stop> {
    let mut costs = Map::new();
    for (treatment, cost) in figures.treatments.iter().zip(&given.costs) {
        let days = treatment
            .amortisation
            .filter(|_| cost.amortisation.method == "daily");
        costs.insert(
            treatment.id.clone(),
            json!({
                "incremental": treatment.incremental.amount_text(),
                "payroll_tax": treatment.payroll_tax.amount_text(),
                "expensed": treatment.expensed.amount_text(),
                "treatment": if treatment.role == Role::Expense { "expense" } else { "capitalise" },
                "capitalised": treatment.capitalised.amount_text(),
                "commensurate": treatment.commensurate,
                "months": treatment.months,
                "days": days.map(|period| period.days()),
            }),
        );
    }
    let events: Vec<Value> = given
        .events
        .iter()
        .zip(&figures.events)
        .map(|(event, figures)| outcome(&event.id, &figures.outcome))
        .collect();
    let mut roll_forward = Map::new();
    for label in &given.report {
        let row = figures
            .roll_forward(&CostScope::All, period(years, label)?)
            .map_err(|error| refused(&error))?;
        roll_forward.insert(
            label.clone(),
            json!({
                "opening": row.opening.amount_text(),
                "capitalised": row.capitalised.amount_text(),
                "amortisation": row.amortisation.amount_text(),
                "impairment": row.impairment.amount_text(),
                "impairment_reversal": row.reversal.amount_text(),
                "written_off": row.written_off.amount_text(),
                "closing": row.closing.amount_text(),
            }),
        );
    }
    Ok(json!({ "costs": costs, "events": events, "roll_forward": roll_forward }))
}

fn outcome(id: &str, outcome: &CostOutcome) -> Value {
    match outcome {
        CostOutcome::ImpairmentTest {
            carrying,
            recoverable,
            impairment,
            reversal,
            carrying_after,
        } => json!({
            "id": id,
            "carrying": carrying.amount_text(),
            "recoverable": recoverable.amount_text(),
            "impairment": impairment.amount_text(),
            "reversal": reversal.amount_text(),
            "carrying_after": carrying_after.amount_text(),
        }),
        CostOutcome::LifeRevised { carrying, remaining } => {
            let (key, left) = match remaining {
                Some(Remaining::Days(days)) => ("remaining_days", Some(days)),
                Some(Remaining::Months(months)) => ("remaining_months", Some(months)),
                None => ("remaining_months", None),
            };
            json!({ "id": id, "carrying": carrying.amount_text(), key: left })
        }
        CostOutcome::Terminated {
            written_off,
            receivable,
            net_expense,
        } => json!({
            "id": id,
            "carrying": written_off.amount_text(),
            "receivable": receivable.amount_text(),
            "net_expense": net_expense.amount_text(),
        }),
        CostOutcome::BonusPool { parts } => {
            let by_cost = |amount: fn(&l2c_revenue::contract_cost::PoolPart) -> Money| -> Map<String, Value> {
                let stated = parts
                    .iter()
                    .map(|part| (part.cost.clone(), amount(part).amount_text().into()));
                stated.collect()
            };
            json!({
                "id": id,
                "allocated": by_cost(|part| part.allocated),
                "catch_up": by_cost(|part| part.catch_up),
            })
        }
        _ => Value::Null,
    }
}
