//! Kinds of the pricing page.

mod amendment;
mod approval;
mod charge;
mod configuration;
mod decision_table;
mod discount_limit;
mod line;
mod price_selection;
mod proration;
mod quote;
mod quote_lifecycle;
mod ramp;
mod tests_of_facts;

pub(crate) use amendment::amendment;
pub(crate) use approval::approval;
pub(crate) use charge::charge;
pub(crate) use configuration::configuration;
pub(crate) use decision_table::decision_table;
pub(crate) use discount_limit::discount_limit;
pub(crate) use line::price_line;
pub(crate) use price_selection::price_selection;
pub(crate) use proration::proration;
pub(crate) use quote::price_quote;
pub(crate) use quote_lifecycle::quote_lifecycle;
pub(crate) use ramp::ramp;

use l2c_money::{AllocationPolicy, Currency, Remainder, ZeroWeights};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::given::{Number, RoundingObject, Stop, answer, exact, read, stated};

/// `rounding`: amounts rounded, and what rounding added.
pub(crate) fn rounding(given: &Value) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        currency: Currency,
        rounding: RoundingObject,
        amounts: Vec<Number>,
    }
    let run = || {
        let Given {
            currency,
            rounding,
            amounts,
        } = read(given)?;
        let policy = rounding.policy()?;
        let (mut rounded, mut residues) = (Vec::new(), Vec::new());
        for amount in exact(amounts) {
            let refused = |_| Stop::Refused("invalid_rounding");
            rounded.push(stated(&policy.round(&amount, currency).map_err(refused)?));
            residues.push(stated(&policy.residue(&amount, currency).map_err(refused)?));
        }
        Ok(json!({ "amounts": rounded, "residues": residues }))
    };
    answer(run())
}

/// `apportion`: a total split so that the parts add up to it.
pub(crate) fn apportion(given: &Value) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        currency: Currency,
        scale: Option<u32>,
        total: Number,
        weights: Vec<Number>,
        method: Option<Method>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Method {
        LargestRemainder,
        RemainderToFirst,
        RemainderToLast,
    }
    let run = || {
        let Given {
            currency,
            scale,
            total,
            weights,
            method,
        } = read(given)?;
        let remainder = match method {
            None | Some(Method::LargestRemainder) => Remainder::Largest,
            Some(Method::RemainderToFirst) => Remainder::First,
            Some(Method::RemainderToLast) => Remainder::Last,
        };
        let policy = AllocationPolicy {
            remainder,
            zero_weights: ZeroWeights::Equal,
        };
        let scale = scale.unwrap_or(currency.minor_units());
        let parts = policy
            .split(&total.0, scale, &exact(weights))
            .map_err(|error| Stop::Refused(error.code()))?;
        Ok(json!({ "parts": parts.iter().map(ToString::to_string).collect::<Vec<_>>() }))
    };
    answer(run())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_input_is_an_answer_and_unknown_input_a_failure() {
        let code = |given: Value| rounding(&given).map(|answer| answer["error"].clone());
        let given = |rounding: Value, amounts: Value| json!({"currency": "USD", "rounding": rounding, "amounts": amounts});
        assert_eq!(
            code(given(json!({}), json!([1.5]))),
            Ok("invalid_document".into())
        );
        assert_eq!(
            code(given(json!({}), json!(["1/3"]))),
            Ok("invalid_document".into())
        );
        assert_eq!(
            code(given(json!({}), json!(["1e3"]))),
            Ok("invalid_document".into())
        );
        assert_eq!(
            code(json!({"currency": "XAU", "rounding": {}, "amounts": []})),
            Ok("invalid_document".into())
        );
        assert_eq!(
            code(json!({"currency": "USD", "rounding": {}})),
            Ok("invalid_document".into())
        );
        assert_eq!(
            code(given(json!({"mode": "nearest"}), json!([]))),
            Ok("invalid_rounding".into())
        );
        assert_eq!(
            code(given(json!({"scale": 13}), json!([]))),
            Ok("invalid_rounding".into())
        );
        assert_eq!(
            code(given(json!({"scale": 2, "increment": "1"}), json!([]))),
            Ok("invalid_rounding".into())
        );
        assert_eq!(
            code(given(json!({"increment": "-1"}), json!([]))),
            Ok("invalid_rounding".into())
        );
        assert!(rounding(&given(json!({"places": 2}), json!([]))).is_err());
        assert!(rounding(&json!({"currency": "USD", "rounding": {}, "amounts": [], "note": 1})).is_err());
    }

    #[test]
    fn figures_beyond_a_decimal_are_split_exactly() {
        let given = json!({
            "currency": "CLF", "scale": 30, "method": "remainder_to_last", "weights": ["1", "1", "1"],
            "total": "-100000000000000000000000000000000000000000.000000000000000000000000000001"
        });
        let answer = apportion(&given).unwrap();
        assert_eq!(
            answer["parts"][2],
            json!("-33333333333333333333333333333333333333333.333333333333333333333333333335")
        );
    }
}
