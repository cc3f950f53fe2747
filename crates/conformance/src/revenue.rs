//! Kinds of the revenue page, a file for each topic.

mod classification;
mod disaggregation;
mod exact_split;
mod principal_agent;
mod renewal_right;

pub(crate) use classification::classification;
pub(crate) use disaggregation::disaggregation;
pub(crate) use exact_split::exact_split;
pub(crate) use principal_agent::principal_agent;
pub(crate) use renewal_right::renewal_right;

use l2c_money::{Currency, Decimal, Money, Price};
use l2c_revenue::{Book, RevenueError};

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

fn refused(error: RevenueError) -> Stop {
    Stop::Refused(error.code())
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
