//! Reading the input of a case: what its page calls malformed is an answer, what the interpreter does not know
//! is a failure.

use l2c_money::{Exact, Rounding, RoundingPolicy};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

/// Why there are no figures.
pub(crate) enum Stop {
    /// The input is refused with this code.
    Refused(&'static str),
    /// The interpreter cannot express the input.
    Unknown(String),
}

impl Stop {
    pub(crate) const MALFORMED: Self = Self::Refused("invalid_document");
}

/// The answer to a case.
pub(crate) fn answer(result: Result<Value, Stop>) -> Result<Value, String> {
    match result {
        Ok(value) => Ok(value),
        Err(Stop::Refused(code)) => Ok(json!({ "error": code })),
        Err(Stop::Unknown(reason)) => Err(reason),
    }
}

/// Reads `given`; the type denies unknown fields.
pub(crate) fn read<T: DeserializeOwned>(given: &Value) -> Result<T, Stop> {
    T::deserialize(given).map_err(|error| {
        let message = error.to_string();
        if message.starts_with("unknown field") {
            Stop::Unknown(message)
        } else {
            Stop::MALFORMED
        }
    })
}

/// A decimal: a string of an optional minus, digits, an optional point and digits, of any length.
#[derive(Debug, Clone)]
pub(crate) struct Number(pub(crate) Exact);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.contains('/') {
            return Err(D::Error::custom("a decimal"));
        }
        text.parse().map(Self).map_err(D::Error::custom)
    }
}

/// The figures behind the decimals.
pub(crate) fn exact(numbers: Vec<Number>) -> Vec<Exact> {
    numbers.into_iter().map(|number| number.0).collect()
}

/// A figure as the pages state it: at most 12 decimals.
pub(crate) fn stated(value: &Exact) -> String {
    value.round(12, Rounding::HalfUp).to_string()
}

/// `{"mode", "scale"}`, `{"mode", "increment"}`, `{"mode"}` or `{}`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoundingObject {
    mode: Option<String>,
    scale: Option<i64>,
    increment: Option<Number>,
}

impl RoundingObject {
    /// The policy, or `invalid_rounding`.
    pub(crate) fn policy(&self) -> Result<RoundingPolicy, Stop> {
        const INVALID: Stop = Stop::Refused("invalid_rounding");
        let mode = match self.mode.as_deref() {
            None => Rounding::HalfUp,
            Some(mode) => Rounding::deserialize(Value::from(mode)).map_err(|_| INVALID)?,
        };
        match (self.scale, &self.increment) {
            (None, None) => Ok(RoundingPolicy::minor_unit(mode)),
            (Some(scale), None) => {
                let scale = u32::try_from(scale).map_err(|_| INVALID)?;
                RoundingPolicy::scale(scale, mode).map_err(|_| INVALID)
            }
            (None, Some(step)) => {
                let step = step.0.to_decimal().map_err(|_| INVALID)?;
                RoundingPolicy::increment(step, mode).map_err(|_| INVALID)
            }
            (Some(_), Some(_)) => Err(INVALID),
        }
    }
}
