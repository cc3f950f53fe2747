//! `amendment`: changes, cancellation and renewal of a running contract.

use std::collections::BTreeMap;

use l2c_calendar::NaiveDate;
use l2c_money::{Currency, Percent, Quantity, RoundingPolicy, Unit};
use l2c_quotes::{
    Amendment, AmendmentAction, AmendmentLine, AmendmentPolicy, CarriedQuantity, EarlyRenewal, LineChange,
    RenewalPrice, RenewalTerms, RunningContract, RunningContractDocument, RunningDays, RunningLineDocument,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::proration::{Mode, PERIOD, Written, set, span};
use super::ramp::{decimal, percent};
use crate::given::{Number, RoundingObject, Stop, answer, read, stated};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    currency: Currency,
    contract: Contract,
    proration: Option<Written>,
    rounding: Option<Rounding>,
    action: Action,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Contract {
    start: NaiveDate,
    end: NaiveDate,
    anchor: Option<NaiveDate>,
    price_term_months: Option<i64>,
    lines: Vec<Line>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: String,
    product: Option<String>,
    quantity: Number,
    unit_price: Number,
    start: Option<NaiveDate>,
    end: Option<NaiveDate>,
    cancelled_from: Option<NaiveDate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rounding {
    unit: Option<RoundingObject>,
    line: Option<RoundingObject>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum Action {
    Amend {
        date: NaiveDate,
        changes: Vec<Change>,
    },
    Cancel {
        date: NaiveDate,
    },
    Renew {
        months: i64,
        start: Option<NaiveDate>,
        uplift_percent: Option<Number>,
        price: Option<PriceSource>,
        list_prices: Option<BTreeMap<String, Number>>,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum PriceSource {
    Contract,
    List,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    line: Option<String>,
    quantity: Option<Number>,
    add: Option<Added>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Added {
    id: String,
    product: Option<String>,
    quantity: Number,
    unit_price: Number,
}

fn quantity(number: &Number) -> Result<Quantity, Stop> {
    Quantity::new(decimal(number)?, Unit::ONE).map_err(|error| Stop::Refused(error.code()))
}

fn rounding(object: Option<&RoundingObject>) -> Result<Option<RoundingPolicy>, Stop> {
    object.map(RoundingObject::policy).transpose()
}

impl Given {
    fn policy(&self) -> Result<AmendmentPolicy, Stop> {
        let factor_rounding = match &self.proration {
            Some(written) => written.roundings()?.0,
            None => None,
        };
        let points = self.rounding.as_ref();
        let unit_rounding = rounding(points.and_then(|points| points.unit.as_ref()))?;
        let line_rounding = rounding(points.and_then(|points| points.line.as_ref()))?;
        // The page counts days where nothing is said.
        let proration = match &self.proration {
            Some(written) => written.policy(Some(Mode::Days), None)?,
            None => l2c_calendar::ProrationPolicy::Days { term_days: None },
        };
        Ok(AmendmentPolicy {
            proration,
            factor_rounding,
            unit_rounding,
            line_rounding: line_rounding.unwrap_or(RoundingPolicy::HALF_UP),
        })
    }

    fn contract(&self) -> Result<RunningContract, Stop> {
        let Contract {
            start,
            end,
            anchor,
            price_term_months,
            lines,
        } = &self.contract;
        let line = |line: &Line| -> Result<RunningLineDocument, Stop> {
            let days = span(line.start.unwrap_or(*start), line.end.unwrap_or(*end))?;
            Ok(RunningLineDocument {
                id: line.id.clone(),
                product: line.product.clone().unwrap_or_else(|| line.id.clone()),
                quantity: quantity(&line.quantity)?,
                unit_price: line.unit_price.0.clone(),
                start: line.start,
                end: line.end.map(|_| days.end()),
                cancelled_from: line.cancelled_from,
                price_term_months: None,
                anchor: None,
            })
        };
        let document = RunningContractDocument {
            id: "contract".into(),
            currency: self.currency,
            term: span(*start, *end)?,
            anchor: *anchor,
            price_term_months: u32::try_from(price_term_months.unwrap_or(12)).map_err(|_| PERIOD)?,
            lines: lines.iter().map(line).collect::<Result<_, _>>()?,
        };
        RunningContract::new(&document).map_err(|faults| Stop::Refused(faults.code()))
    }
}

impl Action {
    fn translated(&self) -> Result<AmendmentAction, Stop> {
        Ok(match self {
            Self::Amend { date, changes } => AmendmentAction::Amend {
                on: *date,
                changes: changes.iter().map(Change::translated).collect::<Result<_, _>>()?,
            },
            Self::Cancel { date } => AmendmentAction::Cancel { on: *date },
            Self::Renew {
                months,
                start,
                uplift_percent,
                price,
                list_prices,
            } => AmendmentAction::Renew(RenewalTerms {
                // The page looks at the months after it has looked at the start: below zero is as none.
                months: u32::try_from(*months).unwrap_or(0),
                start: *start,
                uplift_percent: uplift_percent.as_ref().map_or(Ok(Percent::ZERO), percent)?,
                price: match price {
                    None | Some(PriceSource::Contract) => RenewalPrice::Contract,
                    Some(PriceSource::List) => {
                        let prices = list_prices.iter().flatten();
                        RenewalPrice::List(
                            prices
                                .map(|(name, price)| (name.clone(), price.0.clone()))
                                .collect(),
                        )
                    }
                },
                early: EarlyRenewal::Refuse,
            }),
        })
    }
}

impl Change {
    fn translated(&self) -> Result<LineChange, Stop> {
        match (&self.line, &self.quantity, &self.add) {
            (Some(line), Some(number), None) => Ok(LineChange::Quantity {
                line: line.clone(),
                quantity: quantity(number)?,
            }),
            (None, None, Some(add)) => Ok(LineChange::Add {
                line: RunningLineDocument {
                    id: add.id.clone(),
                    product: add.product.clone().unwrap_or_else(|| add.id.clone()),
                    quantity: quantity(&add.quantity)?,
                    unit_price: add.unit_price.0.clone(),
                    start: None,
                    end: None,
                    cancelled_from: None,
                    price_term_months: None,
                    anchor: None,
                },
            }),
            _ => Err(Stop::MALFORMED),
        }
    }
}

/// `amendment`: the lines of the difference, or those of the renewal.
pub(crate) fn amendment(given: &Value) -> Result<Value, String> {
    let run = || {
        let given: Given = read(given)?;
        let policy = given.policy()?;
        let contract = given.contract()?;
        let action = given.action.translated()?;
        let amendment = contract
            .amend(&action, &policy)
            .map_err(|error| Stop::Refused(error.code()))?;
        Ok(shown(&amendment))
    };
    answer(run())
}

fn shown(amendment: &Amendment) -> Value {
    let mut shown = json!({
        "carried": amendment.carried.iter().map(carried).collect::<Vec<_>>(),
        "running": amendment.running.iter().map(running).collect::<Vec<_>>(),
        "lines": amendment.lines.iter().map(line).collect::<Vec<_>>(),
        "total": stated(&amendment.total),
    });
    if let Some(after) = &amendment.after {
        set(&mut shown, "start", json!(after.term.start()));
        set(&mut shown, "end", json!(after.term.last_day()));
    }
    shown
}

fn carried(carried: &CarriedQuantity) -> Value {
    json!({"product": carried.product, "quantity": stated(&carried.quantity.exact())})
}

fn running(running: &RunningDays) -> Value {
    json!({"id": running.id, "start": running.period.start(), "end": running.period.last_day()})
}

fn line(line: &AmendmentLine) -> Value {
    json!({
        "id": line.id,
        "product": line.product,
        "quantity": stated(&line.quantity.exact()),
        "start": line.period.start(),
        "end": line.period.last_day(),
        "days": line.days,
        "factor": stated(&line.factor),
        "unit_price": stated(&line.unit_price),
        "prorated_unit_price": stated(&line.prorated_unit_price),
        "total": stated(&line.total),
    })
}
