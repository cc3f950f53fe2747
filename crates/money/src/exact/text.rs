//! Text and serde: a decimal where one is exact, else a fraction.

use std::fmt;
use std::str::FromStr;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Exact, Repr, terminating_scale};
use crate::error::excerpt;
use crate::{MoneyError, parse_decimal};

/// Long enough for every figure that this crate makes from documents; short enough to be read in a moment.
const MAX_TEXT: usize = 20_000;

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Repr::Small { num, den } = &self.0 {
            if *den == 1 {
                return write!(f, "{num}");
            }
            let decimal = terminating_scale(*den).and_then(|scale| {
                let units = 10_i128.checked_pow(scale)?.checked_div(*den)?.checked_mul(*num)?;
                Decimal::try_from_i128_with_scale(units, scale).ok()
            });
            return match decimal {
                Some(value) => write!(f, "{value}"),
                None => write!(f, "{num}/{den}"),
            };
        }
        let value = self.to_big();
        if value.denom().is_one() {
            write!(f, "{}", value.numer())
        } else {
            write!(f, "{}/{}", value.numer(), value.denom())
        }
    }
}

impl fmt::Debug for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Exact({self})")
    }
}

impl FromStr for Exact {
    type Err = MoneyError;

    /// Reads what [`Display`](fmt::Display) writes; at most 20,000 characters.
    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let fault = || MoneyError::InvalidDecimal { text: excerpt(text) };
        if text.len() > MAX_TEXT {
            return Err(fault());
        }
        if let Some((num, den)) = text.split_once('/') {
            let (num, den) = (whole(num).ok_or_else(fault)?, whole(den).ok_or_else(fault)?);
            if !den.is_positive() {
                return Err(fault());
            }
            return Ok(Self::from_big(BigRational::new(num, den)));
        }
        if let Ok(value) = parse_decimal(text) {
            return Ok(Self::from(value));
        }
        let (units, scale) = match text.split_once('.') {
            Some((head, tail)) => {
                if tail.is_empty() || !tail.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(fault());
                }
                // `head` must hold a digit of its own: ".5" is not a decimal here.
                whole(head).ok_or_else(fault)?;
                (
                    whole(&format!("{head}{tail}")).ok_or_else(fault)?,
                    u32::try_from(tail.len()).unwrap_or(0),
                )
            }
            None => (whole(text).ok_or_else(fault)?, 0),
        };
        Ok(Self::from_big(BigRational::new(
            units,
            BigInt::from(10).pow(scale),
        )))
    }
}

fn whole(text: &str) -> Option<BigInt> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::decimal::from_text(deserializer, "an exact number as a string")
    }
}
