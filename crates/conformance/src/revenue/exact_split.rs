//! A split by largest remainder.

use l2c_money::{AllocationPolicy, Currency, MoneyError};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::given::{Number, Stop, answer, exact, read};

/// `exact_split`: an amount split by largest remainder.
pub(crate) fn exact_split(given: &Value) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        currency: Currency,
        amount: Number,
        weights: Vec<Number>,
    }
    let run = || {
        let Given {
            currency,
            amount,
            weights,
        } = read(given)?;
        let parts = AllocationPolicy::default()
            .split(&amount.0, currency.minor_units(), &exact(weights))
            .map_err(|error| match error {
                MoneyError::NoWeights | MoneyError::ZeroWeights => Stop::Refused("no_allocation_basis"),
                _ => Stop::Refused("invalid_amount"),
            })?;
        Ok(json!({ "parts": parts.iter().map(ToString::to_string).collect::<Vec<_>>() }))
    };
    answer(run())
}
