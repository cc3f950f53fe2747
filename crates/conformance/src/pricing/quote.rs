//! `price_quote`: lines, each with its own waterfall, and what happens to them together.

use std::collections::BTreeSet;

use l2c_money::{
    AllocationPolicy, Currency, Exact, Percent, Remainder, Rounding, RoundingPolicy, ZeroWeights,
};
use l2c_pricing::{
    AddItemDocument, AdjustmentDocument, Adjustments, AdjustmentsDocument, BuyGetDocument, DiscountDocument,
    FloorTest, LineComponent, LineToPrice, Measure, MeasureTestDocument, PercentOfTotalDocument,
    PoolDocument, PricedLines, RewardDocument, RoundingLevel, TargetTotalDocument, TaxDocument, TaxLevel,
    TierDocument, TiersDocument, TotalBase,
};
use l2c_rules::{Condition, Literal, Test};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::line::{GivenLine, Line, refused};
use crate::given::{Number, RoundingObject, Stop, answer, read, stated};

type Match = Option<Map<String, Value>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    currency: Currency,
    date: Option<String>,
    context: Match,
    lines: Vec<GivenLine>,
    #[serde(default)]
    adjustments: Vec<GivenAdjustment>,
    #[serde(default)]
    rounding_level: GivenLevel,
    tax: Option<GivenTax>,
}

#[derive(Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum GivenLevel {
    #[default]
    Line,
    Document,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenTax {
    percent: Number,
    #[serde(default)]
    level: GivenLevel,
    rounding: Option<RoundingObject>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenTest {
    measure: Measure,
    r#match: Match,
    min: Option<Number>,
    max: Option<Number>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenTiers {
    measure: Measure,
    r#match: Match,
    steps: Vec<GivenTier>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenTier {
    from: Number,
    percent: Option<Number>,
    amount: Option<Number>,
    amount_per_unit: Option<Number>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenPool {
    r#match: Match,
    quantity: Number,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Method {
    LargestRemainder,
    RemainderToFirst,
    RemainderToLast,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum GivenReward {
    Percent(Number),
    AmountPerUnit(Number),
    FixedUnitPrice(Number),
}

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
enum GivenAdjustment {
    LineDiscount {
        id: String,
        r#match: Match,
        when: Option<GivenTest>,
        percent: Option<Number>,
        amount_per_unit: Option<Number>,
        tiers: Option<GivenTiers>,
        rounding: Option<RoundingObject>,
    },
    OrderDiscount {
        id: String,
        r#match: Match,
        when: Option<GivenTest>,
        percent: Option<Number>,
        amount: Option<Number>,
        tiers: Option<GivenTiers>,
        cap: Option<Number>,
        spread: Option<Method>,
        rounding: Option<RoundingObject>,
    },
    TargetTotal {
        id: String,
        r#match: Match,
        when: Option<GivenTest>,
        total: Number,
        spread: Option<Method>,
    },
    BuyGet {
        id: String,
        r#match: Match,
        when: Option<GivenTest>,
        buy: GivenPool,
        get: GivenPool,
        same_pool: Option<bool>,
        repeat: Option<bool>,
        max_rewarded: Option<Number>,
        reward: GivenReward,
    },
    AddItem {
        id: String,
        r#match: Match,
        when: Option<GivenTest>,
        item: String,
        quantity: Number,
        unit_price: Option<Number>,
        every: Option<Number>,
    },
    PercentOfTotal {
        id: String,
        r#match: Match,
        when: Option<GivenTest>,
        percent: Number,
        base: Option<TotalBase>,
        numerator: Option<Number>,
        denominator: Option<Number>,
        minimum: Option<Number>,
        maximum: Option<Number>,
    },
}

pub(crate) fn price_quote(given: &Value) -> Result<Value, String> {
    let run = || {
        let given: Given = read(given)?;
        let mut translation = Translation::default();
        let mut ids = Vec::with_capacity(given.adjustments.len());
        let mut document = AdjustmentsDocument {
            id: "case".to_owned(),
            rounding: match given.rounding_level {
                GivenLevel::Line => RoundingLevel::Line,
                GivenLevel::Document => RoundingLevel::Total,
            },
            floors: FloorTest::LineOnly,
            ..AdjustmentsDocument::default()
        };
        for (index, adjustment) in given.adjustments.iter().enumerate() {
            let (id, adjustment) = translation.adjustment(index, adjustment);
            ids.push(id);
            document.adjustments.push(adjustment);
        }
        document.tax = given.tax.as_ref().map(|tax| translation.tax(tax)).transpose()?;
        let attributes = given.lines.iter().filter_map(|line| line.attributes.as_ref());
        let mut names: BTreeSet<String> = attributes
            .flat_map(|found| found.keys().map(|key| fact(key)))
            .collect();
        names.append(&mut translation.keys);
        document.attributes = names.into_iter().collect();
        let lines = lines(&given);
        let adjustments = Adjustments::new(&document).map_err(|faults| {
            let other = faults.iter().any(|fault| fault.code != "invalid_adjustment");
            Stop::Refused(if other {
                "invalid_document"
            } else {
                "invalid_adjustment"
            })
        });
        let stops = || {
            lines
                .iter()
                .filter_map(|line| line.as_ref().err())
                .chain(adjustments.as_ref().err())
        };
        for code in ["invalid_document", "invalid_rounding"] {
            let is_rounding = code == "invalid_rounding" && translation.invalid_rounding;
            if is_rounding || stops().any(|stop| matches!(stop, Stop::Refused(found) if *found == code)) {
                return Err(Stop::Refused(code));
            }
        }
        let mut seen = BTreeSet::new();
        if given.lines.iter().any(|line| !seen.insert(line.id.as_deref())) {
            return Err(Stop::Refused("duplicate_line"));
        }
        let lines: Vec<Line> = lines.into_iter().collect::<Result<_, _>>()?;
        let adjustments = adjustments?;
        let asked: Vec<LineToPrice<'_>> = given
            .lines
            .iter()
            .zip(&lines)
            .map(|(given, line)| line_to_price(given, line))
            .collect();
        let priced = adjustments.price(given.currency, &asked).map_err(refused)?;
        Ok(quote_answer(&priced, &ids))
    };
    answer(run())
}

/// The lines in the library's words; a quote has no quantities below zero.
fn lines(given: &Given) -> Vec<Result<Line, Stop>> {
    let line = |line: &GivenLine| {
        if line.id.is_none() {
            return Err(Stop::MALFORMED);
        }
        let translated = line.line(
            line.currency.unwrap_or(given.currency),
            given.date.as_deref(),
            given.context.as_ref(),
        );
        match translated {
            Ok(line) if line.input.quantity.is_negative() => Err(Stop::Refused("negative_quantity")),
            translated => translated,
        }
    };
    given.lines.iter().map(line).collect()
}

fn line_to_price<'a>(given: &'a GivenLine, line: &'a Line) -> LineToPrice<'a> {
    let mut input = line.input.clone();
    input.id = given.id.as_deref().unwrap_or_default();
    for (key, value) in given.attributes.iter().flatten() {
        input.attributes.set(fact(key), value.to_string());
    }
    let mut asked = LineToPrice::new(&line.waterfall, input);
    asked.reference = line.reference;
    asked.discountable = given.discountable.unwrap_or(true);
    for component in given.components.iter().flatten() {
        asked.components.push(LineComponent {
            id: component.id.clone(),
            standalone: component.standalone.0.clone(),
            surcharge: value(component.surcharge.as_ref()).unwrap_or_default(),
        });
    }
    asked
}

fn own_id(index: usize) -> String {
    format!("adjustment {index}")
}

fn fact(key: &str) -> String {
    format!("attribute {key}")
}

fn value(number: Option<&Number>) -> Option<Exact> {
    number.map(|number| number.0.clone())
}

fn spread(method: Option<Method>) -> AllocationPolicy {
    AllocationPolicy {
        remainder: match method {
            None | Some(Method::LargestRemainder) => Remainder::Largest,
            Some(Method::RemainderToFirst) => Remainder::First,
            Some(Method::RemainderToLast) => Remainder::Last,
        },
        zero_weights: ZeroWeights::Equal,
    }
}

/// Rewrites adjustments, and remembers what they look at.
#[derive(Default)]
struct Translation {
    keys: BTreeSet<String>,
    invalid_rounding: bool,
}

impl Translation {
    fn rounding(&mut self, rounding: Option<&RoundingObject>) -> RoundingPolicy {
        let policy = rounding.map_or(Ok(RoundingPolicy::HALF_UP), RoundingObject::policy);
        self.invalid_rounding |= policy.is_err();
        policy.unwrap_or_default()
    }

    fn tax(&mut self, tax: &GivenTax) -> Result<TaxDocument, Stop> {
        let percent = tax.percent.0.to_decimal().and_then(Percent::new);
        Ok(TaxDocument {
            percent: percent.map_err(|error| Stop::Unknown(error.to_string()))?,
            level: match tax.level {
                GivenLevel::Line => TaxLevel::Line,
                GivenLevel::Document => TaxLevel::Document,
            },
            rounding: self.rounding(tax.rounding.as_ref()),
        })
    }

    fn lines(&mut self, given: &Match) -> Option<Condition> {
        let given = given.as_ref()?;
        let mut tests = Vec::with_capacity(given.len());
        for (key, value) in given {
            self.keys.insert(fact(key));
            tests.push(Condition::test(
                fact(key),
                Test::Eq(Literal::Text(value.to_string())),
            ));
        }
        Some(Condition::All(tests))
    }

    fn when(&mut self, given: &Option<GivenTest>) -> Option<MeasureTestDocument> {
        let given = given.as_ref()?;
        Some(MeasureTestDocument {
            measure: given.measure,
            lines: self.lines(&given.r#match),
            min: value(given.min.as_ref()),
            max: value(given.max.as_ref()),
        })
    }

    fn tiers(&mut self, given: &Option<GivenTiers>) -> Option<TiersDocument> {
        let given = given.as_ref()?;
        let tier = |tier: &GivenTier| TierDocument {
            from: tier.from.0.clone(),
            percent: value(tier.percent.as_ref()),
            amount: value(tier.amount.as_ref()),
            amount_per_unit: value(tier.amount_per_unit.as_ref()),
        };
        Some(TiersDocument {
            measure: given.measure,
            lines: self.lines(&given.r#match),
            steps: given.steps.iter().map(tier).collect(),
        })
    }

    fn pool(&mut self, given: &GivenPool) -> PoolDocument {
        PoolDocument {
            lines: self.lines(&given.r#match),
            quantity: given.quantity.0.clone(),
        }
    }

    /// The id as given, and the adjustment under a name of its own.
    fn adjustment(&mut self, index: usize, given: &GivenAdjustment) -> (String, AdjustmentDocument) {
        let own = own_id(index);
        let label = "adjustment".to_owned();
        match given {
            GivenAdjustment::LineDiscount {
                id,
                r#match,
                when,
                percent,
                amount_per_unit,
                tiers,
                rounding,
            } => {
                let discount = DiscountDocument {
                    id: own,
                    label,
                    lines: self.lines(r#match),
                    when: self.when(when),
                    percent: value(percent.as_ref()),
                    amount_per_unit: value(amount_per_unit.as_ref()),
                    tiers: self.tiers(tiers),
                    rounding: self.rounding(rounding.as_ref()),
                    ..DiscountDocument::default()
                };
                (id.clone(), AdjustmentDocument::LineDiscount(discount))
            }
            GivenAdjustment::OrderDiscount {
                id,
                r#match,
                when,
                percent,
                amount,
                tiers,
                cap,
                spread: method,
                rounding,
            } => {
                let discount = DiscountDocument {
                    id: own,
                    label,
                    lines: self.lines(r#match),
                    when: self.when(when),
                    percent: value(percent.as_ref()),
                    amount: value(amount.as_ref()),
                    tiers: self.tiers(tiers),
                    cap: value(cap.as_ref()),
                    spread: spread(*method),
                    rounding: self.rounding(rounding.as_ref()),
                    ..DiscountDocument::default()
                };
                (id.clone(), AdjustmentDocument::OrderDiscount(discount))
            }
            GivenAdjustment::TargetTotal {
                id,
                r#match,
                when,
                total,
                spread: method,
            } => {
                let target = TargetTotalDocument {
                    id: own,
                    label,
                    lines: self.lines(r#match),
                    when: self.when(when),
                    total: total.0.clone(),
                    spread: spread(*method),
                    never_raises: true,
                };
                (id.clone(), AdjustmentDocument::TargetTotal(target))
            }
            GivenAdjustment::BuyGet {
                id,
                r#match,
                when,
                buy,
                get,
                same_pool,
                repeat,
                max_rewarded,
                reward,
            } => {
                let offer = BuyGetDocument {
                    id: own,
                    label,
                    lines: self.lines(r#match),
                    when: self.when(when),
                    buy: self.pool(buy),
                    get: self.pool(get),
                    same_pool: same_pool.unwrap_or(false),
                    repeat: repeat.unwrap_or(true),
                    max_rewarded: value(max_rewarded.as_ref()),
                    reward: match reward {
                        GivenReward::Percent(of) => RewardDocument::Percent(of.0.clone()),
                        GivenReward::AmountPerUnit(of) => RewardDocument::AmountPerUnit(of.0.clone()),
                        GivenReward::FixedUnitPrice(of) => RewardDocument::FixedUnitPrice(of.0.clone()),
                    },
                };
                (id.clone(), AdjustmentDocument::BuyGet(offer))
            }
            GivenAdjustment::AddItem {
                id,
                r#match,
                when,
                item,
                quantity,
                unit_price,
                every,
            } => {
                let item = AddItemDocument {
                    id: own,
                    label,
                    lines: self.lines(r#match),
                    when: self.when(when),
                    item: item.clone(),
                    product: None,
                    quantity: quantity.0.clone(),
                    unit_price: value(unit_price.as_ref()).unwrap_or_default(),
                    every: value(every.as_ref()),
                };
                (id.clone(), AdjustmentDocument::AddItem(item))
            }
            GivenAdjustment::PercentOfTotal {
                id,
                r#match,
                when,
                percent,
                base,
                numerator,
                denominator,
                minimum,
                maximum,
            } => {
                let part = PercentOfTotalDocument {
                    id: own,
                    label,
                    product: None,
                    lines: self.lines(r#match),
                    when: self.when(when),
                    percent: percent.0.clone(),
                    base: base.unwrap_or_default(),
                    numerator: value(numerator.as_ref()).unwrap_or(Exact::ONE),
                    denominator: value(denominator.as_ref()).unwrap_or(Exact::ONE),
                    minimum: value(minimum.as_ref()),
                    maximum: value(maximum.as_ref()),
                };
                (id.clone(), AdjustmentDocument::PercentOfTotal(part))
            }
        }
    }
}

fn quote_answer(priced: &PricedLines, ids: &[String]) -> Value {
    let shown = |percent: Exact| percent.round(2, Rounding::HalfUp).to_string();
    let own = |index: usize| ids.get(index).cloned().unwrap_or_default();
    let lines: Vec<Value> = priced
        .lines()
        .iter()
        .map(|line| {
            // A line that a percentage of the total added goes by the name of its adjustment.
            let by = line.added_by().filter(|by| own_id(*by) == line.id());
            let discounts: Vec<Value> = line
                .discounts()
                .iter()
                .map(|(adjustment, amount)| json!({"adjustment": own(*adjustment), "amount": stated(amount)}))
                .collect();
            let components: Vec<Value> = line
                .components()
                .iter()
                .map(|(id, amount)| json!({"id": id, "amount": stated(amount)}))
                .collect();
            json!({
                "id": by.map_or(line.id().to_owned(), own),
                "quantity": stated(line.quantity()),
                "list": stated(line.list()),
                "gross": stated(line.gross()),
                "net": stated(line.net()),
                "discounts": discounts,
                "added": line.added_by().is_some(),
                "components": components,
                "tax": line.tax().map(stated),
            })
        })
        .collect();
    let adjustments: Vec<Value> = priced
        .adjustments()
        .iter()
        .enumerate()
        .map(|(index, outcome)| {
            json!({
                "id": own(index),
                "applied": outcome.applied,
                "amount": stated(&outcome.amount),
                "rewarded_units": outcome.rewarded_units.as_ref().map(stated),
                "added_quantity": outcome.added_quantity.as_ref().map(stated),
                "base_total": outcome.base_total.as_ref().map(stated),
            })
        })
        .collect();
    json!({
        "lines": lines,
        "adjustments": adjustments,
        "subtotal": stated(&priced.subtotal()),
        "total": stated(priced.total()),
        "list_total": stated(&priced.list_total()),
        "discount_percent": priced.discount_percent().map(shown),
        "tax": stated(priced.tax().unwrap_or(&Exact::ZERO)),
        "total_with_tax": stated(&priced.total_with_tax()),
        "margin": priced.margin().as_ref().map(stated),
        "margin_percent": priced.margin_percent().map(shown),
    })
}
