//! `discount_limit`: the largest percentage that keeps a floor.

use l2c_money::{Currency, Exact};
use l2c_pricing::{DiscountLimit, PriceFloor};
use serde::Deserialize;
use serde_json::{Value, json};

use super::line::refused;
use crate::given::{Number, Stop, answer, exact, read, stated};

pub(crate) fn discount_limit(given: &Value) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        #[serde(rename = "currency")]
        _currency: Currency,
        list: Number,
        #[serde(default)]
        prior_discount_percents: Vec<Number>,
        floor: Option<Number>,
        min_margin_percent: Option<Number>,
        min_markup_percent: Option<Number>,
        cost: Option<Number>,
        percent_scale: Option<u32>,
    }
    let run = || {
        let given: Given = read(given)?;
        let cost = given.cost.map(|cost| cost.0);
        let floor = match (
            given.floor,
            given.min_margin_percent,
            given.min_markup_percent,
            cost,
        ) {
            (Some(floor), None, None, _) => PriceFloor::Price(floor.0),
            (None, Some(Number(percent)), None, Some(cost)) => PriceFloor::Margin { cost, percent },
            (None, None, Some(Number(percent)), Some(cost)) => PriceFloor::Markup { cost, percent },
            _ => return Err(Stop::MALFORMED),
        };
        let prior: Vec<Exact> = exact(given.prior_discount_percents);
        let limit = DiscountLimit::new(&given.list.0, &prior, &floor).map_err(refused)?;
        let percent = limit.stated(given.percent_scale.unwrap_or(2));
        Ok(json!({
            "price_before": stated(&limit.price_before),
            "floor": stated(&limit.floor),
            "price_at_max_discount": stated(&limit.price_at(&percent)),
            "max_discount_percent": percent.to_string(),
        }))
    };
    answer(run())
}
