use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::decimal::bounded;
use crate::{Exact, MoneyError, parse_decimal};

/// A percentage: `12.5` is 12.5 %, or 0.125 of the whole. Negative for a rebate on a rebate.
///
/// At most 10^9 in magnitude and 12 decimals. In serde a string: `"12.5"`.
///
/// ```
/// use l2c_money::{Exact, Percent};
///
/// let discount: Percent = "12.5".parse()?;
/// assert_eq!(discount.of(&Exact::integer(250)).to_string(), "31.25");
/// # Ok::<(), l2c_money::MoneyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Percent(Decimal);

impl Percent {
    /// 0 %.
    pub const ZERO: Self = Self(Decimal::ZERO);
    /// 100 %.
    pub const HUNDRED: Self = Self(Decimal::ONE_HUNDRED);

    /// From the number before the percent sign.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`], [`MoneyError::TooPrecise`].
    pub fn new(value: Decimal) -> Result<Self, MoneyError> {
        bounded("percentage", value, 1_000_000_000, 12).map(Self)
    }

    /// The number before the percent sign.
    #[must_use]
    pub const fn value(&self) -> Decimal {
        self.0
    }

    /// The part of the whole: 12.5 % is 0.125.
    #[must_use]
    pub fn fraction(&self) -> Exact {
        Exact::from(self.0) * Exact::ratio(1, 100).unwrap_or_default()
    }

    /// This percentage of a figure; of a negative figure it is negative.
    #[must_use]
    pub fn of(&self, base: &Exact) -> Exact {
        base * self.fraction()
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::decimal::pad(f, &format!("{} %", self.0))
    }
}

impl fmt::Debug for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Percent({self})")
    }
}

impl FromStr for Percent {
    type Err = MoneyError;
    fn from_str(text: &str) -> Result<Self, MoneyError> {
        Self::new(parse_decimal(text)?)
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::decimal::from_text(deserializer, "a percentage as a string, such as \"12.5\"")
    }
}
