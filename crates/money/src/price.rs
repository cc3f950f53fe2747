use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::decimal::bounded;
use crate::{Currency, Exact, MoneyError, Quantity};

/// The price of one unit; finer than money may be, such as 0.0035 USD a call.
///
/// At most 10^15 in magnitude and 12 decimals. In serde `{"amount": "0.0035", "currency": "USD"}`.
///
/// ```
/// use l2c_money::{Currency, Price, Quantity, RoundingPolicy, dec};
///
/// let call = Price::new(dec!(0.0035), Currency::USD)?;
/// let charge = RoundingPolicy::HALF_UP.money(&call.times(&Quantity::pieces(12_345)), call.currency())?;
/// assert_eq!(charge.to_string(), "43.21 USD");
/// # Ok::<(), l2c_money::MoneyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "PriceDocument", try_from = "PriceDocument")]
pub struct Price {
    amount: Decimal,
    currency: Currency,
}

impl Price {
    /// A price per unit.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`], [`MoneyError::TooPrecise`].
    pub fn new(amount: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        Ok(Self {
            amount: bounded("price", amount, 1_000_000_000_000_000, 12)?,
            currency,
        })
    }

    /// The amount for one unit.
    #[must_use]
    pub const fn amount(&self) -> Decimal {
        self.amount
    }

    /// The currency.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The amount for one unit as an exact figure.
    #[must_use]
    pub fn exact(&self) -> Exact {
        Exact::from(self.amount)
    }

    /// Price times quantity, exact; negative for a negative quantity.
    #[must_use]
    pub fn times(&self, quantity: &Quantity) -> Exact {
        self.exact() * quantity.exact()
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::decimal::pad(f, &format!("{} {}", self.amount, self.currency))
    }
}

impl fmt::Debug for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Price({self})")
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PriceDocument {
    #[serde(with = "crate::decimal_string")]
    amount: Decimal,
    currency: Currency,
}

impl From<Price> for PriceDocument {
    fn from(price: Price) -> Self {
        Self {
            amount: price.amount,
            currency: price.currency,
        }
    }
}

impl TryFrom<PriceDocument> for Price {
    type Error = MoneyError;
    fn try_from(document: PriceDocument) -> Result<Self, MoneyError> {
        Self::new(document.amount, document.currency)
    }
}
