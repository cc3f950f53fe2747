//! `charge`: charge models, from usages to amounts.

use std::collections::BTreeMap;

use l2c_money::{Currency, Exact, Rounding};
use l2c_rating::{BelowOne, Charge, ChargeDocument, ModelDocument, Part, PartOf, Rating, RatingError, Usage};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::given::{Number, RoundingObject, Stop, answer, exact, read, stated};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    currency: Currency,
    charge: Map<String, Value>,
    usages: Vec<GivenUsage>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenUsage {
    quantity: Option<Number>,
    previous_quantity: Option<Number>,
    events: Option<Vec<Number>>,
    quantities: Option<BTreeMap<String, Number>>,
    already_billed: Option<Number>,
    #[serde(rename = "final")]
    last: Option<bool>,
}

pub(crate) fn charge(given: &Value) -> Result<Value, String> {
    let run = || {
        let Given {
            currency,
            charge,
            usages,
        } = read(given)?;
        let usages = usages.into_iter().map(usage).collect::<Result<Vec<_>, _>>()?;
        let charge = Charge::new(&document(charge)?, currency).map_err(|faults| refused(faults.code()))?;
        let mut results = Vec::new();
        for usage in &usages {
            results.push(match charge.rate(usage) {
                Ok(rating) => shown(&rating, usage),
                Err(RatingError::WrongUsage { .. }) => return Err(Stop::MALFORMED),
                Err(error) => json!({ "error": error.code() }),
            });
        }
        Ok(json!({ "results": results }))
    };
    answer(run())
}

/// The page's words for the faults of a charge.
fn refused(code: &'static str) -> Stop {
    Stop::Refused(match code {
        "no_tiers"
        | "too_many"
        | "tiers_not_ascending"
        | "missing"
        | "price_and_rate"
        | "mixed_bounds"
        | "no_overage"
        | "bound_not_whole" => "invalid_tiers",
        "no_list_price" => "invalid_document",
        "invalid_rounding" => "invalid_rounding",
        _ => "invalid_charge",
    })
}

/// The charge in the words of its document: only roundings are written otherwise.
fn document(mut charge: Map<String, Value>) -> Result<ChargeDocument, Stop> {
    const MODELS: [&str; 9] = [
        "flat",
        "per_unit",
        "graduated",
        "volume",
        "package",
        "block",
        "capacity",
        "percentage",
        "power",
    ];
    let mut taken = |field: &str| charge.remove(field).filter(|value| !value.is_null());
    let rounding = |given: Option<Value>| given.map(|value| read::<RoundingObject>(&value)).transpose();
    let unit_rounding = rounding(taken("unit_rounding"))?;
    let rounding = rounding(taken("rounding"))?;
    let model = charge
        .get("model")
        .and_then(Value::as_str)
        .ok_or(Stop::MALFORMED)?;
    let known = MODELS.contains(&model);
    let document = known.then(|| read::<ChargeDocument>(&Value::Object(charge.clone())));
    let document = document.transpose()?;
    let policy = |given: Option<RoundingObject>| given.map(|given| given.policy()).transpose();
    let (unit_rounding, rounding) = (policy(unit_rounding)?, policy(rounding)?);
    let mut document = document.ok_or(Stop::Refused("invalid_charge"))?;
    document.unit_rounding = unit_rounding;
    document.rounding = rounding;
    if let ModelDocument::Power { below_one, .. } = &mut document.model {
        *below_one = BelowOne::Power;
    }
    Ok(document)
}

fn usage(given: GivenUsage) -> Result<Usage, Stop> {
    let quantity = given.quantity.map_or(Exact::ONE, |quantity| quantity.0);
    let usage = match (given.events, given.quantities, given.previous_quantity) {
        (None, None, None) => Usage::of(quantity),
        (None, None, Some(previous)) => Usage::window(previous.0, quantity),
        (Some(events), None, None) => Usage::events(exact(events)),
        (None, Some(quantities), None) => {
            let quantities = quantities.into_iter().map(|(unit, used)| (unit, used.0));
            Usage::quantities(quantities.collect())
        }
        _ => return Err(Stop::MALFORMED),
    };
    let usage = usage.billed(given.already_billed.map(|billed| billed.0).unwrap_or_default());
    Ok(if given.last.unwrap_or(true) {
        usage
    } else {
        usage.not_last()
    })
}

fn shown(rating: &Rating, usage: &Usage) -> Value {
    let mut result = Map::new();
    let mut set = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            result.insert(key.to_owned(), value);
        }
    };
    let figure = |figure: &Exact| Some(Value::from(stated(figure)));
    set("amount", figure(&rating.amount));
    set("rated_amount", figure(&rating.rated_amount));
    set("maximum_discount", figure(&rating.maximum_discount));
    set("true_up_amount", figure(&rating.true_up_amount));
    if let Some(units) = &rating.units {
        set("free_units_used", figure(&units.free_units_used));
        set("billable_quantity", figure(&units.billable_quantity));
    }
    set("tier", rating.tier.map(Value::from));
    set("unit_price", rating.unit_price.as_ref().and_then(figure));
    set("packages", rating.packages.as_ref().map(whole));
    if matches!(
        &usage.measured,
        l2c_rating::Measured::Quantity { previous: None, .. }
    ) {
        let average = rating.effective_unit_price.as_ref();
        let average = average.map(|average| average.round(4, Rounding::HalfUp).to_string());
        set("effective_unit_price", Some(json!(average)));
    }
    set("parts", Some(rating.parts.iter().map(part).collect()));
    Value::Object(result)
}

fn part(part: &Part) -> Value {
    let mut shown = match &part.of {
        PartOf::Tier { tier, units } => json!({"tier": tier, "units": stated(units)}),
        PartOf::Blocks { tier, units, blocks } => {
            json!({"tier": tier, "units": stated(units), "blocks": whole(blocks)})
        }
        PartOf::Event { base, fee } => json!({"base": stated(base), "fee": stated(fee)}),
        other => json!({ "unknown": format!("{other:?}") }),
    };
    if let Some(shown) = shown.as_object_mut() {
        shown.insert("amount".to_owned(), stated(&part.amount).into());
        if let Some(discount) = &part.discount {
            shown.insert("discount".to_owned(), stated(discount).into());
        }
    }
    shown
}

/// A whole number as the page writes it.
fn whole(count: &Exact) -> Value {
    count.to_i64().map_or(Value::Null, Value::from)
}
