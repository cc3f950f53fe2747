//! Significant financing components.

use l2c_money::{Currency, Rounding};
use l2c_revenue::{
    Book, Compounding, DiscountRate, FinancingComponent, FinancingDocument, FinancingStep, FinancingTerms,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::consideration::{Due, Equal, plan};
use super::{decimal, faulty, money, refused};
use crate::given::{Number, Stop, answer, read};

/// `financing`: the price without interest, and the interest.
pub(crate) fn financing(given: &Value) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        currency: Currency,
        #[serde(default)]
        rounding: Rounding,
        compounding: Option<Compounding>,
        period: Option<FinancingStep>,
        #[serde(default)]
        one_year_expedient: bool,
        direction: String,
        #[serde(default)]
        payments: Vec<Due>,
        instalments: Option<Equal>,
        annual_rate: Option<Number>,
        cash_price: Option<Number>,
        advance: Option<Number>,
        transfer_month: Option<i64>,
    }
    let run = || {
        let given: Given = read(given)?;
        let currency = given.currency;
        let terms = match (given.direction.as_str(), given.advance, given.transfer_month) {
            ("deferred", None, None) => FinancingTerms::Deferred {
                plan: plan(&given.payments, given.instalments.as_ref(), currency)?,
                discount: match (given.annual_rate, given.cash_price) {
                    (Some(rate), None) => DiscountRate::AnnualRate(decimal(&rate)?),
                    (None, Some(price)) => DiscountRate::CashPrice(money(&price, currency)?),
                    _ => return Err(Stop::MALFORMED),
                },
            },
            ("advance", Some(advance), Some(month)) => FinancingTerms::Advance {
                amount: money(&advance, currency)?,
                annual_rate: decimal(&given.annual_rate.ok_or(Stop::MALFORMED)?)?,
                transfer_month: u32::try_from(month).map_err(|_| Stop::Refused("invalid_term"))?,
            },
            _ => return Err(Stop::MALFORMED),
        };
        let document = FinancingDocument {
            id: "financing".to_owned(),
            currency,
            book: Book::Asc606,
            rounding: given.rounding,
            compounding: given.compounding.unwrap_or(Compounding::Annual),
            step: given.period,
            one_year_expedient: given.one_year_expedient,
            terms,
        };
        let figures = FinancingComponent::new(document)
            .map_err(faulty)?
            .figures()
            .map_err(refused)?;
        let balances = figures.steps.iter().map(|step| step.balance.amount().to_string());
        let interest = figures
            .steps
            .iter()
            .map(|step| step.interest.amount().to_string());
        let rate = figures.implied_annual_rate;
        Ok(json!({
            "financing_component": figures.financing_component,
            "transaction_price": figures.transaction_price.amount().to_string(),
            "payments_total": figures.payments_total.map(|total| total.amount().to_string()),
            "interest_total": figures.interest_total.amount().to_string(),
            "implied_annual_rate": rate.map(|rate| rate.round(6, Rounding::HalfUp).to_string()),
            "balance_by_period": balances.collect::<Vec<_>>(),
            "interest_by_period": interest.collect::<Vec<_>>(),
        }))
    };
    answer(run())
}
