use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::decimal::bounded;
use crate::{Exact, MoneyError, Unit};

/// A quantity with its unit; negative for what goes back.
///
/// At most 10^15 in magnitude and 12 decimals. In serde `{"value": "3", "unit": "C62"}`; `C62` is the "one" of
/// UN/ECE Recommendation 20: one piece, counted.
///
/// ```
/// use l2c_money::{Quantity, Unit, dec};
///
/// let worked = Quantity::new(dec!(7.5), Unit::HOUR)?.checked_add(&Quantity::new(dec!(0.25), Unit::HOUR)?)?;
/// assert_eq!(worked.to_string(), "7.75 HUR");
/// assert_eq!(worked.checked_add(&Quantity::pieces(1)).unwrap_err().code(), "unit_mismatch");
/// # Ok::<(), l2c_money::MoneyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "QuantityDocument", try_from = "QuantityDocument")]
pub struct Quantity {
    value: Decimal,
    unit: Unit,
}

impl Quantity {
    /// A quantity in a unit.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`], [`MoneyError::TooPrecise`].
    pub fn new(value: Decimal, unit: Unit) -> Result<Self, MoneyError> {
        Ok(Self {
            value: bounded("quantity", value, 1_000_000_000_000_000, 12)?,
            unit,
        })
    }

    /// A number of pieces, in [`Unit::ONE`], `C62`.
    #[must_use]
    pub fn pieces(count: u32) -> Self {
        Self {
            value: Decimal::from(count),
            unit: Unit::ONE,
        }
    }

    /// The number.
    #[must_use]
    pub const fn value(&self) -> Decimal {
        self.value
    }

    /// The unit.
    #[must_use]
    pub const fn unit(&self) -> Unit {
        self.unit
    }

    /// The number as an exact figure.
    #[must_use]
    pub fn exact(&self) -> Exact {
        Exact::from(self.value)
    }

    /// `self + other`.
    ///
    /// # Errors
    /// [`MoneyError::UnitMismatch`]; [`MoneyError::OutOfRange`].
    pub fn checked_add(&self, other: &Self) -> Result<Self, MoneyError> {
        if self.unit != other.unit {
            return Err(MoneyError::UnitMismatch {
                left: self.unit,
                right: other.unit,
            });
        }
        // 15 digits before and 12 after the point: the sum has at most 28 digits and stays exact.
        Self::new(
            self.value.checked_add(other.value).unwrap_or(Decimal::MAX),
            self.unit,
        )
    }

    /// `self - other`.
    ///
    /// # Errors
    /// As [`Quantity::checked_add`].
    pub fn checked_sub(&self, other: &Self) -> Result<Self, MoneyError> {
        self.checked_add(&Self {
            value: crate::decimal::negated(other.value),
            unit: other.unit,
        })
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::decimal::pad(f, &format!("{} {}", self.value, self.unit))
    }
}

impl fmt::Debug for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Quantity({self})")
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct QuantityDocument {
    #[serde(with = "crate::decimal_string")]
    value: Decimal,
    unit: Unit,
}

impl From<Quantity> for QuantityDocument {
    fn from(quantity: Quantity) -> Self {
        Self {
            value: quantity.value,
            unit: quantity.unit,
        }
    }
}

impl TryFrom<QuantityDocument> for Quantity {
    type Error = MoneyError;
    fn try_from(document: QuantityDocument) -> Result<Self, MoneyError> {
        Self::new(document.value, document.unit)
    }
}
