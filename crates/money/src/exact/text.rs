//! Text and serde: a decimal where one is exact, else a fraction.

use std::fmt;
use std::str::FromStr;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Signed;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Exact, Repr};
use crate::decimal::pad;
use crate::error::excerpt;
use crate::{MoneyError, parse_decimal};

/// Long enough for every figure that this crate makes from documents; short enough to be read in a moment.
const MAX_TEXT: usize = 20_000;

/// More decimals than this are written as a fraction.
const MAX_PLACES: u32 = 100;

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Small { num, den: 1 } => return fmt::Display::fmt(num, f),
            Repr::Big(value) if value.is_integer() => return fmt::Display::fmt(value.numer(), f),
            Repr::Small { .. } | Repr::Big(_) => {}
        }
        if let Some(decimal) = self.to_short_decimal() {
            return pad(f, &decimal.to_string());
        }
        if let Some(text) = self.long_decimal() {
            return pad(f, &text);
        }
        match &self.0 {
            Repr::Small { num, den } => pad(f, &format!("{num}/{den}")),
            Repr::Big(value) => pad(f, &format!("{}/{}", value.numer(), value.denom())),
        }
    }
}

impl Exact {
    /// The figure with at least `min` decimals, for amounts in a column: "-12.50", "-209.375". Never rounded: a
    /// figure with more decimals shows them all, and one that no decimal shows stays a fraction, "1/3". No more
    /// than 100 zeros are added.
    ///
    /// ```
    /// use l2c_money::{Currency, Exact};
    ///
    /// let cents = Currency::USD.minor_units();
    /// assert_eq!(Exact::ratio(-25, 2)?.text_with_decimals(cents), "-12.50");
    /// assert_eq!(Exact::ratio(-1675, 8)?.text_with_decimals(cents), "-209.375");
    /// # Ok::<(), l2c_money::MoneyError>(())
    /// ```
    #[must_use]
    pub fn text_with_decimals(&self, min: u32) -> String {
        let mut text = self.to_string();
        let found = text.split_once('.').map_or(0, |(_, tail)| tail.len());
        let missing = usize::try_from(min.min(MAX_PLACES)).map_or(0, |min| min.saturating_sub(found));
        if missing > 0 && !text.contains('/') {
            if found == 0 {
                text.push('.');
            }
            text.push_str(&"0".repeat(missing));
        }
        text
    }

    /// The decimal form of a figure that has one, but of more digits than a `Decimal` holds.
    fn long_decimal(&self) -> Option<String> {
        let units = self.abs() * Self::power_of_ten(MAX_PLACES);
        if !units.is_integer() {
            return None;
        }
        let places = usize::try_from(MAX_PLACES).ok()?;
        let digits = format!("{:0>1$}", units.to_string(), places.checked_add(1)?);
        let (head, tail) = digits.split_at_checked(digits.len().checked_sub(places)?)?;
        let sign = if self.is_negative() { "-" } else { "" };
        Some(format!("{sign}{head}.{}", tail.trim_end_matches('0')))
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
