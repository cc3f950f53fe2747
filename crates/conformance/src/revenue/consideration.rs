//! Elements of the consideration, and the transaction price.

use l2c_money::{Currency, Rounding};
use l2c_revenue::{
    Compounding, Consideration, Constraint, DeferredPayment, DistinctGoods, Estimate, Instalments,
    MeasurementDate, Outcome, PaymentPlan, RetrospectiveTier, TransactionPrice, TransactionPriceDocument,
};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

use super::{book, decimal, faulty, money, price, refused};
use crate::given::{Number, Stop, answer, read};

/// `transaction_price`: the price that elements come to.
pub(crate) fn transaction_price(given: &Value) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        currency: Currency,
        framework: Option<String>,
        #[serde(default)]
        rounding: Rounding,
        elements: Vec<Value>,
        exclude_sales_tax: Option<bool>,
        one_year_expedient: Option<bool>,
    }
    let run = || {
        let given: Given = read(given)?;
        let elements = given
            .elements
            .iter()
            .map(|element| consideration(element, given.currency));
        let document = TransactionPriceDocument {
            id: "elements".to_owned(),
            currency: given.currency,
            book: book(given.framework.as_deref())?,
            rounding: given.rounding,
            exclude_sales_tax: given.exclude_sales_tax.unwrap_or(true),
            one_year_expedient: given.one_year_expedient.unwrap_or(false),
            consideration: elements.collect::<Result<_, _>>()?,
        };
        let figures = TransactionPrice::new(document)
            .map_err(faulty)?
            .figures()
            .map_err(refused)?;
        let mut elements = Map::new();
        for element in figures.elements {
            let shown = json!({
                "estimate": element.estimate.amount().to_string(),
                "included": element.included.amount().to_string(),
                "excluded": element.excluded.amount().to_string(),
            });
            elements.insert(element.id, shown);
        }
        let price = figures.transaction_price.amount().to_string();
        Ok(json!({ "transaction_price": price, "elements": elements }))
    };
    answer(run())
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum Element {
    Fixed {
        id: String,
        amount: Number,
        #[serde(default)]
        allocate_to: Vec<String>,
    },
    Variable {
        id: String,
        estimate: Option<Number>,
        method: Option<String>,
        outcomes: Option<Vec<Possible>>,
        constraint: Option<String>,
        #[serde(default)]
        allocate_to: Vec<String>,
    },
    NonCash {
        id: String,
        quantity: Number,
        fair_value_at_inception: Number,
        fair_value_at_receipt: Option<Number>,
        #[serde(default)]
        measured_at: MeasurementDate,
        #[serde(default)]
        allocate_to: Vec<String>,
    },
    PayableToCustomer {
        id: String,
        amount: Number,
        #[serde(default, deserialize_with = "present")]
        distinct_goods_fair_value: Option<Option<Number>>,
        #[serde(default)]
        allocate_to: Vec<String>,
    },
    SalesTax {
        id: String,
        amount: Number,
        #[serde(default)]
        allocate_to: Vec<String>,
    },
    Royalty {
        id: String,
        estimate: Number,
        #[serde(default)]
        allocate_to: Vec<String>,
    },
    DeferredPayments {
        id: String,
        #[serde(default)]
        payments: Vec<Due>,
        instalments: Option<Equal>,
        annual_rate: Number,
        compounding: Option<Compounding>,
        #[serde(default)]
        allocate_to: Vec<String>,
    },
    PerUnit {
        id: String,
        obligation: String,
        unit_price: Number,
        #[serde(default)]
        retrospective_tiers: Vec<Tier>,
        expected_units: Option<Number>,
    },
    Usage {
        id: String,
        rate: Number,
        #[serde(default)]
        allocate_to: Vec<String>,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Possible {
    amount: Number,
    probability: Number,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tier {
    above_units: Number,
    unit_price: Number,
}

/// A payment some months after the transfer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Due {
    month: i64,
    amount: Number,
}

/// Equal payments.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Equal {
    count: i64,
    first_month: i64,
    amount: Number,
    every_months: Option<i64>,
}

/// A value that may be null, as against none.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<Number>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// An element of the consideration, as every kind of the page spells it.
pub(super) fn consideration(given: &Value, currency: Currency) -> Result<Consideration, Stop> {
    let element = Element::deserialize(given).map_err(|error| {
        let message = error.to_string();
        if message.starts_with("unknown variant") {
            Stop::Refused("unknown_element")
        } else if message.starts_with("unknown field") {
            Stop::Unknown(message)
        } else {
            Stop::MALFORMED
        }
    })?;
    let amount = |number: &Number| money(number, currency);
    Ok(match element {
        Element::Fixed {
            id,
            amount: fixed,
            allocate_to,
        } => Consideration::Fixed {
            id,
            amount: amount(&fixed)?,
            allocate_to,
        },
        Element::Variable {
            id,
            estimate,
            method,
            outcomes,
            constraint,
            allocate_to,
        } => Consideration::Variable {
            id,
            estimate: variable(estimate, method.as_deref(), outcomes, currency)?,
            constraint: match constraint.as_deref() {
                None | Some("none") => Constraint::None,
                Some("full") => Constraint::Full,
                Some(limit) => Constraint::Amount(amount(&read(&Value::from(limit))?)?),
            },
            allocate_to,
        },
        Element::NonCash {
            id,
            quantity,
            fair_value_at_inception,
            fair_value_at_receipt,
            measured_at,
            allocate_to,
        } => Consideration::NonCash {
            id,
            quantity: decimal(&quantity)?,
            fair_value_at_inception: price(&fair_value_at_inception, currency)?,
            fair_value_at_receipt: fair_value_at_receipt
                .map(|value| price(&value, currency))
                .transpose()?,
            measured_at,
            allocate_to,
        },
        Element::PayableToCustomer {
            id,
            amount: payable,
            distinct_goods_fair_value,
            allocate_to,
        } => Consideration::PayableToCustomer {
            id,
            amount: amount(&payable)?,
            distinct_goods: match distinct_goods_fair_value {
                None => DistinctGoods::None,
                Some(None) => DistinctGoods::NotEstimable,
                Some(Some(value)) => DistinctGoods::FairValue(amount(&value)?),
            },
            allocate_to,
        },
        Element::SalesTax {
            id,
            amount: tax,
            allocate_to,
        } => Consideration::SalesTax {
            id,
            amount: amount(&tax)?,
            allocate_to,
        },
        Element::Royalty {
            id,
            estimate,
            allocate_to,
        } => Consideration::Royalty {
            id,
            estimate: amount(&estimate)?,
            allocate_to,
        },
        Element::DeferredPayments {
            id,
            payments,
            instalments,
            annual_rate,
            compounding,
            allocate_to,
        } => Consideration::DeferredPayments {
            id,
            plan: plan(&payments, instalments.as_ref(), currency)?,
            annual_rate: decimal(&annual_rate)?,
            compounding: compounding.unwrap_or(Compounding::Annual),
            allocate_to,
        },
        Element::PerUnit {
            id,
            obligation,
            unit_price,
            retrospective_tiers,
            expected_units,
        } => Consideration::PerUnit {
            id,
            obligation,
            unit_price: price(&unit_price, currency)?,
            retrospective_tiers: retrospective_tiers
                .iter()
                .map(|tier| {
                    Ok(RetrospectiveTier {
                        above_units: decimal(&tier.above_units)?,
                        unit_price: price(&tier.unit_price, currency)?,
                    })
                })
                .collect::<Result<_, Stop>>()?,
            expected_units: expected_units
                .as_ref()
                .map(decimal)
                .transpose()?
                .unwrap_or_default(),
        },
        Element::Usage {
            id,
            rate,
            allocate_to,
        } => Consideration::Usage {
            id,
            rate: price(&rate, currency)?,
            allocate_to,
        },
    })
}

fn variable(
    estimate: Option<Number>,
    method: Option<&str>,
    outcomes: Option<Vec<Possible>>,
    currency: Currency,
) -> Result<Estimate, Stop> {
    let possible = |outcomes: Option<Vec<Possible>>| {
        let outcomes = outcomes.ok_or(Stop::MALFORMED)?;
        let outcome = |outcome: &Possible| {
            Ok(Outcome {
                amount: money(&outcome.amount, currency)?,
                probability: decimal(&outcome.probability)?,
            })
        };
        outcomes.iter().map(outcome).collect::<Result<_, Stop>>()
    };
    match (estimate, method) {
        (Some(stated), None) if outcomes.is_none() => Ok(Estimate::Stated {
            amount: money(&stated, currency)?,
        }),
        (None, Some("expected_value")) => Ok(Estimate::ExpectedValue {
            outcomes: possible(outcomes)?,
        }),
        (None, Some("most_likely_amount")) => Ok(Estimate::MostLikelyAmount {
            outcomes: possible(outcomes)?,
        }),
        (None, Some(_)) => Err(Stop::Refused("unknown_method")),
        _ => Err(Stop::MALFORMED),
    }
}

/// A plan of payments; a month or a count below zero is none.
pub(super) fn plan(
    payments: &[Due],
    instalments: Option<&Equal>,
    currency: Currency,
) -> Result<PaymentPlan, Stop> {
    let months = |months: i64| u32::try_from(months).map_err(|_| Stop::Refused("invalid_term"));
    let payment = |due: &Due| {
        Ok(DeferredPayment {
            month: months(due.month)?,
            amount: money(&due.amount, currency)?,
        })
    };
    let equal = |equal: &Equal| {
        Ok(Instalments {
            count: months(equal.count)?,
            first_month: months(equal.first_month)?,
            amount: money(&equal.amount, currency)?,
            every_months: equal.every_months.map_or(Ok(1), months)?,
        })
    };
    Ok(PaymentPlan {
        payments: payments.iter().map(payment).collect::<Result<_, Stop>>()?,
        instalments: instalments.map(equal).transpose()?,
    })
}
