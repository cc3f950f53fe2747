//! Stand-alone selling prices.

use l2c_money::{Currency, Rounding};
use l2c_revenue::{
    Book, Centre, OutsideRange, PricedObligation, StandalonePrice, StandalonePriceDocument,
    StandalonePriceList,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{decimal, faulty, money, price, refused};
use crate::given::{Number, Stop, answer, read};

/// A line with its stand-alone selling price.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    id: String,
    ssp: Value,
    price: Option<Number>,
}

impl Line {
    pub(super) fn priced(self, currency: Currency) -> Result<PricedObligation, Stop> {
        Ok(PricedObligation {
            ssp: standalone_price(&self.ssp, currency)?,
            price: self.price.map(|stated| money(&stated, currency)).transpose()?,
            id: self.id,
        })
    }
}

/// `ssp`: stand-alone selling prices of lines.
pub(crate) fn ssp(given: &Value) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        currency: Currency,
        lines: Vec<Line>,
    }
    let run = || {
        let Given { currency, lines } = read(given)?;
        let lines: Vec<PricedObligation> = lines
            .into_iter()
            .map(|line| line.priced(currency))
            .collect::<Result<_, _>>()?;
        let document = StandalonePriceDocument {
            id: "lines".to_owned(),
            currency,
            book: Book::Asc606,
            rounding: Rounding::HalfUp,
            obligations: lines.clone(),
        };
        let list = StandalonePriceList::new(document).map_err(|faults| match faults.code() {
            // The page knows a residual in allocations alone.
            "residual_not_permitted" => Stop::Refused("unknown_method"),
            _ => faulty(faults),
        })?;
        let (mut ssp, mut in_range, mut band) = (Map::new(), Map::new(), Map::new());
        for (line, figures) in lines.iter().zip(list.figures().map_err(refused)?) {
            ssp.insert(line.id.clone(), json!(figures.price.amount().to_string()));
            if matches!(line.ssp, StandalonePrice::Range { .. }) {
                in_range.insert(line.id.clone(), json!(figures.in_range));
            }
            if let Some(of) = figures.band {
                let share = of.share.round(4, Rounding::HalfUp).to_string();
                let shown = json!({
                    "low": of.low.amount().to_string(), "high": of.high.amount().to_string(), "share": share
                });
                band.insert(line.id.clone(), shown);
            }
        }
        Ok(json!({ "ssp": ssp, "in_range": in_range, "band": band }))
    };
    answer(run())
}

/// A stand-alone selling price, as every kind of the page spells it.
pub(super) fn standalone_price(given: &Value, currency: Currency) -> Result<StandalonePrice, Stop> {
    #[derive(Deserialize)]
    #[serde(tag = "method", rename_all = "snake_case", deny_unknown_fields)]
    enum Evidence {
        Observable {
            price: Number,
        },
        AdjustedMarket {
            market_price: Number,
            adjustment: Number,
        },
        CostPlusMargin {
            cost: Number,
            margin: Number,
        },
        Range {
            low: Number,
            mid: Number,
            high: Number,
            #[serde(default)]
            outside: OutsideRange,
        },
        Observed {
            prices: Vec<Number>,
            #[serde(default)]
            statistic: Centre,
            band: Number,
            minimum_share: Option<Number>,
        },
        MaterialRight {
            expected_purchases: Number,
            discount: Number,
            general_discount: Option<Number>,
            likelihood: Number,
        },
        Points {
            expected_redeemed: Number,
            value_per_point: Number,
        },
        Residual {
            #[serde(default)]
            highly_variable: bool,
            #[serde(default)]
            not_yet_priced: bool,
            low: Option<Number>,
            high: Option<Number>,
        },
    }
    if given.is_string() {
        return Ok(StandalonePrice::observable(money(&read(given)?, currency)?));
    }
    let evidence = Evidence::deserialize(given).map_err(|error| {
        let message = error.to_string();
        if message.starts_with("unknown variant") {
            Stop::Refused("unknown_method")
        } else if message.starts_with("unknown field") {
            Stop::Unknown(message)
        } else {
            Stop::MALFORMED
        }
    })?;
    let amount = |number: &Number| money(number, currency);
    let end = |number: Option<Number>| number.as_ref().map(amount).transpose();
    Ok(match evidence {
        Evidence::Observable { price } => StandalonePrice::observable(amount(&price)?),
        Evidence::AdjustedMarket {
            market_price,
            adjustment,
        } => StandalonePrice::AdjustedMarket {
            market_price: amount(&market_price)?,
            adjustment: decimal(&adjustment)?,
        },
        Evidence::CostPlusMargin { cost, margin } => StandalonePrice::CostPlusMargin {
            cost: amount(&cost)?,
            margin: decimal(&margin)?,
        },
        Evidence::Range {
            low,
            mid,
            high,
            outside,
        } => StandalonePrice::Range {
            low: amount(&low)?,
            mid: amount(&mid)?,
            high: amount(&high)?,
            outside,
        },
        Evidence::Observed {
            prices,
            statistic,
            band,
            minimum_share,
        } => StandalonePrice::Observed {
            prices: prices.iter().map(amount).collect::<Result<_, _>>()?,
            centre: statistic,
            band: decimal(&band)?,
            minimum_share: decimal(&minimum_share.unwrap_or_else(|| constant("0.5")))?,
        },
        Evidence::MaterialRight {
            expected_purchases,
            discount,
            general_discount,
            likelihood,
        } => StandalonePrice::MaterialRight {
            expected_purchases: amount(&expected_purchases)?,
            discount: decimal(&discount)?,
            general_discount: decimal(&general_discount.unwrap_or_else(|| constant("0")))?,
            likelihood: decimal(&likelihood)?,
        },
        Evidence::Points {
            expected_redeemed,
            value_per_point,
        } => StandalonePrice::Points {
            expected_redeemed: decimal(&expected_redeemed)?,
            value_per_point: price(&value_per_point, currency)?,
        },
        Evidence::Residual {
            highly_variable,
            not_yet_priced,
            low,
            high,
        } => StandalonePrice::Residual {
            highly_variable,
            not_yet_priced,
            low: end(low)?,
            high: end(high)?,
        },
    })
}

/// A default of the page.
fn constant(text: &str) -> Number {
    Number(text.parse().unwrap_or_default())
}
