//! `price_line`: the waterfall of one line. Steps are rewritten into the library's own form and read by it.

use std::collections::BTreeSet;

use chrono::{NaiveDate, NaiveDateTime};
use l2c_money::{Currency, Exact, Rounding};
use l2c_pricing::{
    Effect, Level, LineInput, LinePrice, Percentages, PricingError, Returns, SignPolicy, StepDocument,
    Waterfall, WaterfallDocument,
};
use l2c_rules::{Condition, FactType, Facts, Literal, Test};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::given::{Number, RoundingObject, Stop, answer, read, stated};

/// The facts of a case; the names cannot meet those of a context.
pub(super) const QUANTITY: &str = "case quantity";
const DAY: &str = "case day";
const INSTANT: &str = "case instant";

/// A line as the pages write it. The last four fields are those of a line of a quote.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GivenLine {
    pub(super) currency: Option<Currency>,
    quantity: Option<Number>,
    pub(super) date: Option<String>,
    pub(super) context: Option<Map<String, Value>>,
    cost: Option<Number>,
    steps: Vec<Map<String, Value>>,
    line_rounding: Option<RoundingObject>,
    reference: Option<String>,
    percent_scale: Option<u32>,
    pub(super) id: Option<String>,
    pub(super) attributes: Option<Map<String, Value>>,
    pub(super) discountable: Option<bool>,
    pub(super) components: Option<Vec<GivenComponent>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GivenComponent {
    pub(super) id: String,
    pub(super) standalone: Number,
    pub(super) surcharge: Option<Number>,
}

/// A line in the library's words.
pub(super) struct Line {
    pub(super) waterfall: Waterfall,
    pub(super) input: LineInput<'static>,
    pub(super) reference: usize,
    /// Ids of the steps, and of the rules of each.
    ids: Vec<(String, Vec<String>)>,
    is_rounded: bool,
    percent_scale: u32,
}

pub(crate) fn price_line(given: &Value) -> Result<Value, String> {
    let run = || {
        let given: GivenLine = read(given)?;
        let currency = given.currency.ok_or(Stop::MALFORMED)?;
        let extra = given.id.is_some() || given.attributes.is_some() || given.components.is_some();
        if extra || given.discountable.is_some() {
            return Err(Stop::Unknown("a field of a line of a quote".to_owned()));
        }
        let line = given.line(currency, None, None)?;
        let price = line.waterfall.price(&line.input).map_err(refused)?;
        Ok(line.answer(&if line.is_rounded { price } else { price.unrounded() }))
    };
    answer(run())
}

pub(super) fn refused(error: PricingError) -> Stop {
    Stop::Refused(error.code())
}

impl GivenLine {
    /// The line with the date and the context of its quote.
    pub(super) fn line(
        &self,
        currency: Currency,
        date: Option<&str>,
        context: Option<&Map<String, Value>>,
    ) -> Result<Line, Stop> {
        let empty = Map::new();
        let context = self.context.as_ref().or(context).unwrap_or(&empty);
        let quantity = self
            .quantity
            .as_ref()
            .map_or(Exact::ONE, |quantity| quantity.0.clone());
        let mut translation = Translation::default();
        let mut steps = Vec::with_capacity(self.steps.len());
        let mut ids = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            let (document, step_ids) = translation.step(step)?;
            steps.push(document);
            ids.push(step_ids);
        }
        let mut line_rounding = None;
        if let Some(rounding) = &self.line_rounding {
            line_rounding = translation.rounding(rounding);
        }
        let mut names: BTreeSet<String> = context.keys().map(|key| context_fact(key)).collect();
        names.append(&mut translation.keys);
        let mut document = WaterfallDocument {
            id: "case".to_owned(),
            attributes: names.into_iter().collect(),
            steps,
            signs: SignPolicy {
                returns: Returns::AsWritten,
                percentages: Percentages::Signed,
            },
            line_rounding: line_rounding.unwrap_or_default(),
            ..WaterfallDocument::default()
        };
        document.typed_attributes.extend([
            (QUANTITY.to_owned(), FactType::Number),
            (DAY.to_owned(), FactType::Date),
            (INSTANT.to_owned(), FactType::Text),
        ]);
        let waterfall = checked(&document, translation.invalid_rounding)?;
        let reference = match &self.reference {
            None => 0,
            Some(reference) => ids
                .iter()
                .position(|(id, _)| id == reference)
                .ok_or(Stop::Refused("unknown_step"))?,
        };
        let mut facts = Facts::new().number(QUANTITY, quantity.clone());
        for (key, value) in context {
            facts.set(context_fact(key), value.to_string());
        }
        if let Some(date) = self.date.as_deref().or(date) {
            let (day, instant) = moment(date)?;
            facts = facts.date(DAY, day).text(INSTANT, instant);
        }
        let mut input = LineInput::new("case", quantity, currency);
        input.cost = self.cost.as_ref().map(|cost| cost.0.clone());
        input.attributes = facts;
        Ok(Line {
            waterfall,
            input,
            reference,
            ids,
            is_rounded: self.line_rounding.is_some(),
            percent_scale: self.percent_scale.unwrap_or(2),
        })
    }
}

/// The first fault by the order of the pages: what is malformed, then a rounding, then the rest as they stand.
fn checked(document: &WaterfallDocument, invalid_rounding: bool) -> Result<Waterfall, Stop> {
    let word = |code: &str| match code {
        "duplicate_id" => "duplicate_step",
        "invalid_step" => "invalid_step",
        "unknown_step" => "unknown_step",
        "invalid_percent" => "invalid_percent",
        "invalid_factor" => "invalid_factor",
        "invalid_rate" => "invalid_rate",
        _ => "invalid_document",
    };
    let checked = Waterfall::new(document);
    let malformed = |code: &str| code == "invalid_document";
    let codes: Vec<&str> = match &checked {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(|fault| word(fault.code)).collect(),
    };
    if codes.iter().any(|code| malformed(code)) {
        return Err(Stop::MALFORMED);
    }
    if invalid_rounding {
        return Err(Stop::Refused("invalid_rounding"));
    }
    checked.map_err(|faults| Stop::Refused(word(faults.code())))
}

pub(super) fn context_fact(key: &str) -> String {
    format!("context {key}")
}

/// A date or a date and time, as its day and as text that compares as time does.
fn moment(text: &str) -> Result<(NaiveDate, String), Stop> {
    if let Some(day) = date(text) {
        return Ok((day, format!("{text}T00:00:00")));
    }
    let instant = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S").map_err(|_| Stop::MALFORMED)?;
    Ok((instant.date(), text.to_owned()))
}

fn date(text: &str) -> Option<NaiveDate> {
    text.parse::<NaiveDate>()
        .ok()
        .filter(|date| date.to_string() == text)
}

/// Rewrites steps, and remembers what their conditions look at.
#[derive(Default)]
struct Translation {
    keys: BTreeSet<String>,
    invalid_rounding: bool,
}

const DECIMALS: [&str; 15] = [
    "amount",
    "percent",
    "fixed_price",
    "markup_percent",
    "margin_percent",
    "markup_amount",
    "factor",
    "numerator",
    "denominator",
    "rate",
    "floor",
    "min_margin_percent",
    "max_discount_percent",
    "plus",
    "quantity",
];

impl Translation {
    fn rounding(&mut self, rounding: &RoundingObject) -> Option<l2c_money::RoundingPolicy> {
        let policy = rounding.policy().ok();
        self.invalid_rounding |= policy.is_none();
        policy
    }

    /// The step in the library's words, and the ids of it and of its rules.
    fn step(&mut self, given: &Map<String, Value>) -> Result<(StepDocument, (String, Vec<String>)), Stop> {
        let mut step = given.clone();
        decimals(&step)?;
        let id = text(&step, "id")?;
        step.insert("label".to_owned(), "step".into());
        for key in ["id", "of", "factor_of"] {
            if step.contains_key(key) {
                step.insert(key.to_owned(), own(&text(&step, key)?).into());
            }
        }
        for key in ["min", "max"] {
            if let Some(bound) = step.get_mut(key) {
                let bound = bound.as_object_mut().ok_or(Stop::MALFORMED)?;
                decimals(bound)?;
                if bound.contains_key("of") {
                    bound.insert("of".to_owned(), own(&text(bound, "of")?).into());
                }
            }
        }
        self.replace_rounding(&mut step)?;
        let mut rules = Vec::new();
        match step.get("op").and_then(Value::as_str) {
            Some("guard") => {
                step.entry("policy").or_insert("reject".into());
            }
            Some("stack") => {
                step.insert("tie".to_owned(), "refuse".into());
                let given = step.get_mut("rules").and_then(Value::as_array_mut);
                for (index, rule) in given.ok_or(Stop::MALFORMED)?.iter_mut().enumerate() {
                    rules.push(self.rule(index, rule.as_object_mut().ok_or(Stop::MALFORMED)?)?);
                }
            }
            _ => {}
        }
        let document = read(&Value::Object(step))?;
        Ok((document, (id, rules)))
    }

    fn replace_rounding(&mut self, object: &mut Map<String, Value>) -> Result<(), Stop> {
        if let Some(rounding) = object.remove("rounding") {
            let rounding: RoundingObject = read(&rounding)?;
            let policy = self.rounding(&rounding).unwrap_or_default();
            let policy = serde_json::to_value(policy).map_err(|error| Stop::Unknown(error.to_string()))?;
            object.insert("rounding".to_owned(), policy);
        }
        Ok(())
    }

    fn rule(&mut self, index: usize, rule: &mut Map<String, Value>) -> Result<String, Stop> {
        decimals(rule)?;
        let id = text(rule, "id")?;
        rule.insert("id".to_owned(), index.to_string().into());
        rule.insert("may_raise".to_owned(), true.into());
        if let Some(conditions) = rule.remove("conditions") {
            let when = self.conditions(&conditions)?;
            let when = serde_json::to_value(when).map_err(|error| Stop::Unknown(error.to_string()))?;
            rule.insert("when".to_owned(), when);
        }
        Ok(id)
    }

    fn conditions(&mut self, given: &Value) -> Result<Condition, Stop> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Given {
            min_quantity: Option<Number>,
            max_quantity: Option<Number>,
            valid_from: Option<String>,
            valid_to: Option<String>,
            #[serde(default)]
            r#match: Map<String, Value>,
        }
        let given: Given = read(given)?;
        let number = |number: &Number| Literal::Text(number.0.to_string());
        let mut tests = Vec::new();
        if let Some(least) = &given.min_quantity {
            tests.push(Condition::test(QUANTITY, Test::Gte(number(least))));
        }
        if let Some(most) = &given.max_quantity {
            tests.push(Condition::test(QUANTITY, Test::Lte(number(most))));
        }
        if let Some(from) = &given.valid_from {
            tests.push(bound(from, Test::Gte)?);
        }
        if let Some(to) = &given.valid_to {
            tests.push(bound(to, Test::Lte)?);
        }
        for (key, value) in &given.r#match {
            self.keys.insert(context_fact(key));
            tests.push(Condition::test(
                context_fact(key),
                Test::Eq(Literal::Text(value.to_string())),
            ));
        }
        Ok(Condition::All(tests))
    }
}

/// A bound that is a date tests the day, one with a time the instant.
fn bound(text: &str, test: fn(Literal) -> Test) -> Result<Condition, Stop> {
    moment(text)?;
    let fact = if date(text).is_some() { DAY } else { INSTANT };
    Ok(Condition::test(fact, test(Literal::from(text))))
}

fn own(id: &str) -> String {
    format!("#{id}")
}

fn text(object: &Map<String, Value>, key: &str) -> Result<String, Stop> {
    let text = object.get(key).and_then(Value::as_str);
    text.map(str::to_owned).ok_or(Stop::MALFORMED)
}

/// The library reads fractions and named figures too; the pages have decimals alone, and null for no price.
fn decimals(object: &Map<String, Value>) -> Result<(), Stop> {
    for (key, value) in object {
        let null = value.is_null() && key == "amount";
        if DECIMALS.contains(&key.as_str()) && !null {
            read::<Number>(value)?;
        }
    }
    Ok(())
}

impl Line {
    fn answer(&self, price: &LinePrice) -> Value {
        let steps: Map<String, Value> = self
            .ids
            .iter()
            .zip(price.steps())
            .map(|((id, rules), outcome)| {
                let mut step = json!({
                    "value": outcome.value.as_ref().map(stated),
                    "currency": outcome.currency.code(),
                    "level": match outcome.level { Level::Unit => "unit", Level::Line => "line" },
                });
                let more = effect(&outcome.effect, rules);
                if let (Some(step), Value::Object(more)) = (step.as_object_mut(), more) {
                    step.extend(more);
                }
                (id.clone(), step)
            })
            .collect();
        let ids = |step: usize| self.ids.get(step).map(|(id, _)| id.as_str());
        let violations: Vec<Value> = price
            .violations()
            .map(|found| {
                json!({
                    "step": ids(found.step),
                    "floor": stated(&found.floor),
                    "shortfall": stated(&found.shortfall),
                })
            })
            .collect();
        let reference = price.line_amount(self.reference);
        let above_zero = reference.as_ref().is_some_and(Exact::is_positive);
        let shown = |percent: Exact| percent.round(self.percent_scale, Rounding::HalfUp).to_string();
        let discount = price.discount_percent(self.reference).filter(|_| above_zero);
        json!({
            "steps": steps,
            "unit_price": price.unit_price().map(stated),
            "line_total": stated(price.net()),
            "currency": price.currency().code(),
            "violations": violations,
            "reference_total": reference.as_ref().map(stated),
            "displayed_discount_percent": discount.map(|percent| shown(percent.max(Exact::ZERO))),
            "margin": price.margin().as_ref().map(stated),
            "margin_percent": price.margin_percent().map(shown),
        })
    }
}

fn effect(effect: &Effect, rules: &[String]) -> Value {
    match effect {
        Effect::Discount { amount, unused } => json!({"discount": stated(amount), "unused": stated(unused)}),
        Effect::Factor(factor) => json!({"factor": stated(factor)}),
        Effect::Rounded { residue } => json!({"residue": stated(residue)}),
        Effect::Floor { floor, .. } => json!({"floor": stated(floor)}),
        Effect::Stack(stack) => {
            let ids = |rules: &[String], of: Vec<usize>| -> Vec<Option<String>> {
                of.into_iter().map(|rule| rules.get(rule).cloned()).collect()
            };
            json!({
                "discount": stated(&stack.discount),
                "unused": stated(&stack.unused),
                "active": ids(rules, stack.active.iter().map(|active| active.rule).collect()),
                "inactive": ids(rules, stack.inactive.iter().map(|lost| lost.rule).collect()),
                "unmatched": ids(rules, stack.unmatched.clone()),
            })
        }
        _ => json!({}),
    }
}
