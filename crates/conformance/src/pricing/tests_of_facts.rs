//! Lists of tests `{"field", "op", "value"}` as conditions over typed facts.
//!
//! The page compares two decimals by value and everything else as strings. Facts have one type here, so a field
//! becomes a text and, where it reads as a decimal, a number beside it.

use std::collections::BTreeMap;

use l2c_rules::{Condition, FactTypes, Facts, Test};
use serde::Deserialize;
use serde_json::Value;

use crate::given::{Number, Stop};

/// A test as the page writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FieldTest {
    field: String,
    op: String,
    value: Value,
}

fn number_of(field: &str) -> String {
    format!("{field} as a number")
}

/// All tests hold.
pub(crate) fn all_hold(tests: &[FieldTest]) -> Result<Condition, Stop> {
    Ok(Condition::All(
        tests.iter().map(condition).collect::<Result<_, _>>()?,
    ))
}

fn condition(test: &FieldTest) -> Result<Condition, Stop> {
    let field = test.field.as_str();
    let one = |make: fn(l2c_rules::Literal) -> Test| Ok(compared(field, text(&test.value)?, make));
    match test.op.as_str() {
        "eq" => one(Test::Eq),
        "ne" => one(Test::Ne),
        "lt" => one(Test::Lt),
        "lte" => one(Test::Lte),
        "gt" => one(Test::Gt),
        "gte" => one(Test::Gte),
        "in" => {
            let values = test.value.as_array().ok_or(Stop::MALFORMED)?;
            let any = values
                .iter()
                .map(|value| Ok(compared(field, text(value)?, Test::Eq)));
            Ok(Condition::Any(any.collect::<Result<_, Stop>>()?))
        }
        "between" => match test.value.as_array().map(Vec::as_slice) {
            Some([low, high]) => Ok(Condition::All(vec![
                compared(field, text(low)?, Test::Gte),
                compared(field, text(high)?, Test::Lte),
            ])),
            _ => Err(Stop::MALFORMED),
        },
        _ => Err(Stop::MALFORMED),
    }
}

/// With a decimal: as numbers if the field is one too, else as texts.
fn compared(field: &str, value: &str, make: fn(l2c_rules::Literal) -> Test) -> Condition {
    let as_text = Condition::test(field, make(value.into()));
    if !is_decimal(value) {
        return as_text;
    }
    let no_number = Condition::test(number_of(field), Test::Exists(false));
    Condition::Any(vec![
        Condition::test(number_of(field), make(value.into())),
        Condition::All(vec![no_number, as_text]),
    ])
}

fn text(value: &Value) -> Result<&str, Stop> {
    value.as_str().ok_or(Stop::MALFORMED)
}

fn is_decimal(text: &str) -> bool {
    Number::deserialize(Value::from(text)).is_ok()
}

/// The types of the facts that tests look at.
pub(crate) fn types<'a>(tests: impl IntoIterator<Item = &'a FieldTest>) -> FactTypes {
    tests.into_iter().fold(FactTypes::new(), |types, test| {
        types.text(test.field.clone()).number(number_of(&test.field))
    })
}

/// The fields of an input as facts.
pub(crate) fn facts(input: &BTreeMap<String, Value>) -> Result<Facts, Stop> {
    let mut facts = Facts::new();
    for (field, value) in input {
        let value = text(value)?;
        facts.set(field.clone(), value);
        if let Ok(number) = Number::deserialize(Value::from(value)) {
            facts.set(number_of(field), number.0);
        }
    }
    Ok(facts)
}
