use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::Deserializer;
use serde::de::{self, Visitor};

use crate::MoneyError;
use crate::error::excerpt;

/// Reads a decimal as documents must write it: an optional minus, digits, optionally a point with digits.
///
/// No exponent, no thousands separator, no comma, no plus, no white space; at most 28 significant digits.
///
/// # Errors
/// [`MoneyError::InvalidDecimal`] with what was found.
pub fn parse_decimal(text: &str) -> Result<Decimal, MoneyError> {
    let fault = || MoneyError::InvalidDecimal { text: excerpt(text) };
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (head, tail) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if text.len() > 64 || !plain(head) || !plain(tail) {
        return Err(fault());
    }
    let value = Decimal::from_str_exact(text).map_err(|_| fault())?;
    Ok(if value.is_zero() { Decimal::ZERO } else { value })
}

/// Writes a figure as numbers are written: width, alignment (right, if none is asked for), fill and sign are
/// heeded; a precision is not, so that no digit is ever cut.
pub(crate) fn pad(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let digits = text.strip_prefix('-');
    f.pad_integral(digits.is_none(), "", digits.unwrap_or(text))
}

/// Checks magnitude and decimals, and drops trailing zeros.
pub(crate) fn bounded(
    what: &'static str,
    value: Decimal,
    max_units: i64,
    max_scale: u32,
) -> Result<Decimal, MoneyError> {
    let limit = Decimal::from(max_units);
    if value.abs() > limit {
        return Err(MoneyError::OutOfRange {
            what,
            value: value.to_string(),
            limit: limit.to_string(),
        });
    }
    let value = value.normalize();
    if value.scale() > max_scale {
        return Err(MoneyError::TooPrecise {
            what,
            value: value.to_string(),
            limit: max_scale,
        });
    }
    Ok(value)
}

/// The other sign; zero stays plain zero.
pub(crate) fn negated(mut value: Decimal) -> Decimal {
    value.set_sign_positive(value.is_sign_negative() || value.is_zero());
    value
}

/// Deserialises from a string only: a JSON number is refused, because it has passed through a float
/// somewhere.
pub(crate) fn from_text<'de, D, T>(deserializer: D, expected: &'static str) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
    T::Err: fmt::Display,
{
    struct Text<T>(&'static str, PhantomData<T>);
    impl<T: FromStr<Err: fmt::Display>> Visitor<'_> for Text<T> {
        type Value = T;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(E::custom)
        }
    }
    deserializer.deserialize_str(Text(expected, PhantomData))
}

/// Serde for a [`Decimal`] field as a string, and only as a string: `#[serde(with = "decimal_string")]`.
///
/// Use it for every decimal in a document, so that no cargo feature of another crate can change how it is
/// written.
pub mod decimal_string {
    use rust_decimal::Decimal;
    use serde::{Deserializer, Serializer};

    /// Writes the decimal as a string.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(value: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    /// Reads the decimal from a string; refuses numbers.
    ///
    /// # Errors
    /// Anything but a string that [`parse_decimal`](crate::parse_decimal) reads.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        super::from_text::<D, super::Plain>(deserializer, "a decimal as a string").map(|plain| plain.0)
    }

    /// The same for a field that may be absent: `#[serde(default, with = "decimal_string::option")]`.
    pub mod option {
        use rust_decimal::Decimal;
        use serde::{Deserialize, Deserializer, Serialize, Serializer};

        #[derive(Serialize, Deserialize)]
        struct Text(#[serde(with = "super")] Decimal);

        /// Writes the decimal as a string, or nothing as null.
        ///
        /// # Errors
        /// Those of the serializer.
        pub fn serialize<S: Serializer>(value: &Option<Decimal>, serializer: S) -> Result<S::Ok, S::Error> {
            value.map(Text).serialize(serializer)
        }

        /// Reads the decimal from a string, or null as nothing; refuses numbers.
        ///
        /// # Errors
        /// As [`decimal_string::deserialize`](super::deserialize).
        pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
            Ok(Option::<Text>::deserialize(deserializer)?.map(|text| text.0))
        }
    }
}

struct Plain(Decimal);

impl FromStr for Plain {
    type Err = MoneyError;
    fn from_str(text: &str) -> Result<Self, MoneyError> {
        parse_decimal(text).map(Self)
    }
}
