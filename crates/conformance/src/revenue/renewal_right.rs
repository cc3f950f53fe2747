//! Material rights by the renewal alternative.

use l2c_money::{Currency, Money, Rounding};
use l2c_revenue::{Book, Renewal, RenewalAllocation, RenewalRight, RenewalTermFigures, RenewedTerm};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{decimal, price, refused};
use crate::given::{Number, Stop, answer, read};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Year {
    price: Number,
    cost: Number,
    likelihood: Option<Number>,
}

impl Year {
    fn term(&self, currency: Currency) -> Result<RenewedTerm, Stop> {
        Ok(RenewedTerm {
            price: price(&self.price, currency)?,
            cost: price(&self.cost, currency)?,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Allocate {
    Cohort,
    PerContract,
}

/// `renewal_right`: the first year and its expected renewals as one.
pub(crate) fn renewal_right(given: &Value) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        currency: Currency,
        contracts: u32,
        years: Vec<Year>,
        allocate: Option<Allocate>,
        per_contract_decimals: Option<u32>,
    }
    let run = || {
        let given: Given = read(given)?;
        let currency = given.currency;
        let (first, later) = given.years.split_first().ok_or(Stop::MALFORMED)?;
        let renewal = |year: &Year| {
            Ok(Renewal {
                term: year.term(currency)?,
                likelihood: decimal(year.likelihood.as_ref().ok_or(Stop::MALFORMED)?)?,
            })
        };
        let right = RenewalRight {
            contracts: given.contracts,
            first: first.term(currency)?,
            renewals: later.iter().map(renewal).collect::<Result<_, Stop>>()?,
            allocation: match given.allocate.unwrap_or(Allocate::Cohort) {
                Allocate::Cohort => RenewalAllocation::Cohort,
                Allocate::PerContract => RenewalAllocation::PerContract {
                    decimals: given.per_contract_decimals,
                },
            },
            rounding: Rounding::HalfUp,
        };
        let figures = right.figures(Book::Asc606).map_err(refused)?;
        let listed = |of: fn(&RenewalTermFigures) -> Money| -> Vec<String> {
            figures.terms.iter().map(|term| of(term).amount_text()).collect()
        };
        Ok(json!({
            "expected_consideration": figures.expected_consideration.amount_text(),
            "weighted_costs": listed(|term| term.weighted_cost),
            "revenue_by_year": listed(|term| term.revenue),
            "contract_liability_by_year": listed(|term| term.contract_liability),
        }))
    };
    answer(run())
}
