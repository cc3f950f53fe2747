//! Kinds of the revenue page, a file for each topic.

mod allocation;
mod classification;
mod consideration;
mod contract;
mod contract_cost;
mod contract_costs;
mod contract_terms;
mod disaggregation;
mod exact_split;
mod financing;
mod functional;
mod periods;
mod portfolio;
mod principal_agent;
mod renewal_right;
mod repurchase;
mod schedule;
mod ssp;
mod timeline;

pub(crate) use allocation::allocation;
pub(crate) use classification::classification;
pub(crate) use consideration::transaction_price;
pub(crate) use contract::contract;
pub(crate) use contract_cost::contract_cost;
pub(crate) use contract_costs::contract_costs;
pub(crate) use disaggregation::disaggregation;
pub(crate) use exact_split::exact_split;
pub(crate) use financing::financing;
pub(crate) use portfolio::portfolio;
pub(crate) use principal_agent::principal_agent;
pub(crate) use renewal_right::renewal_right;
pub(crate) use repurchase::repurchase;
pub(crate) use schedule::schedule;
pub(crate) use ssp::ssp;

use chrono::NaiveDate;
use l2c_ledger::{LegalEntity, Line};
use l2c_money::{Currency, Decimal, Money, Price};
use l2c_revenue::judgement::RepurchaseRight;
use l2c_revenue::{Book, Convention, Faults, RevenueError};
use serde_json::{Value, json};

use crate::given::{Number, Stop};

const INVALID_AMOUNT: Stop = Stop::Refused("invalid_amount");

/// The framework, US GAAP if none is named.
fn book(framework: Option<&str>) -> Result<Book, Stop> {
    match framework {
        None | Some("ASC606") => Ok(Book::Asc606),
        Some("IFRS15") => Ok(Book::Ifrs15),
        Some(_) => Err(Stop::Refused("unknown_framework")),
    }
}

/// What the library refuses, by the code of the page.
fn refused(error: RevenueError) -> Stop {
    Stop::Refused(code(error.code()))
}

/// What is wrong with a document, by the code of the page.
fn faulty(faults: Faults) -> Stop {
    Stop::Refused(code(faults.code()))
}

/// The library tells apart what the page calls by one name.
fn code(code: &'static str) -> &'static str {
    match code {
        "negative_standalone_price" | "not_in_minor_units" | "out_of_range" | "too_precise" => {
            "invalid_amount"
        }
        code => code,
    }
}

/// An amount of any precision that the library holds.
fn money(number: &Number, currency: Currency) -> Result<Money, Stop> {
    Money::try_from_exact(&number.0, currency).map_err(|_| INVALID_AMOUNT)
}

/// A price of any precision that the library holds.
fn price(number: &Number, currency: Currency) -> Result<Price, Stop> {
    Price::new(decimal(number)?, currency).map_err(|_| INVALID_AMOUNT)
}

fn decimal(number: &Number) -> Result<Decimal, Stop> {
    number.0.to_decimal().map_err(|_| INVALID_AMOUNT)
}

fn date(text: &str) -> Result<NaiveDate, Stop> {
    const INVALID: Stop = Stop::Refused("invalid_date");
    // Chrono reads shorter forms too.
    match text.len() {
        10 => text.parse().map_err(|_| INVALID),
        _ => Err(INVALID),
    }
}

fn convention(name: &str) -> Result<Convention, Stop> {
    match name {
        "daily" => Ok(Convention::Daily),
        "months_touched" => Ok(Convention::MonthsTouched),
        "months_prorated" => Ok(Convention::MonthsProrated),
        "months_half" => Ok(Convention::MonthsHalf),
        _ => Err(Stop::Refused("unknown_convention")),
    }
}

/// The right to a repurchase; a put needs to know the customer's incentive.
fn repurchase_right(
    option: &str,
    market: Option<Money>,
    incentive: Option<bool>,
) -> Result<RepurchaseRight, Stop> {
    match option {
        "forward" => Ok(RepurchaseRight::Forward),
        "call" => Ok(RepurchaseRight::Call),
        "put" => Ok(RepurchaseRight::Put {
            expected_market_value: market,
            significant_economic_incentive: incentive.ok_or(Stop::Refused("missing_fact"))?,
        }),
        _ => Err(Stop::Refused("unknown_option")),
    }
}

/// The entity of the books, which the page does not name.
fn entity() -> Result<LegalEntity, Stop> {
    LegalEntity::new("ENTITY").map_err(|error| Stop::Unknown(error.to_string()))
}

/// A line of a journal: the amounts of both sides are positive.
fn line(line: &Line) -> Value {
    let side = if line.amount.is_negative() {
        "credit"
    } else {
        "debit"
    };
    json!({"account": line.role, "side": side, "amount": line.amount.abs().amount_text()})
}
