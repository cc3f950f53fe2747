use std::cmp::Ordering;
use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::decimal::bounded;
use crate::{AllocationPolicy, Currency, Exact, MoneyError, Rounding};

/// An amount of money in one currency; negative for a credit.
///
/// Bounds: at most [`Money::MAX_UNITS`] in magnitude and [`Money::MAX_SCALE`] decimals. Within them every
/// sum and difference is exact; beyond them there is an error, never a lost digit. Multiplication and
/// division go through [`Money::exact`].
///
/// In serde: `{"amount": "12.50", "currency": "USD"}`, the amount always as a string.
///
/// ```
/// use l2c_money::{Currency, Money, dec};
///
/// let net = Money::new(dec!(100), Currency::USD)?;
/// let tax = Money::from_minor(725, Currency::USD)?;
/// assert_eq!(net.checked_add(&tax)?.to_string(), "107.25 USD");
/// let yen = Money::from_minor(725, Currency::JPY)?;
/// assert_eq!(net.checked_add(&yen).unwrap_err().code(), "currency_mismatch");
/// # Ok::<(), l2c_money::MoneyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "MoneyDocument", try_from = "MoneyDocument")]
pub struct Money {
    amount: Decimal,
    currency: Currency,
}

impl Money {
    /// The largest magnitude: 9 x 10^18 units.
    pub const MAX_UNITS: i64 = 9_000_000_000_000_000_000;
    /// The largest number of decimals.
    pub const MAX_SCALE: u32 = 9;

    /// An amount in a currency; it may be finer than the minor unit.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`] and [`MoneyError::TooPrecise`] beyond the bounds.
    pub fn new(amount: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        Ok(Self {
            amount: bounded("amount", amount, Self::MAX_UNITS, Self::MAX_SCALE)?,
            currency,
        })
    }

    /// Nothing, in a currency.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self {
            amount: Decimal::ZERO,
            currency,
        }
    }

    /// A whole number of minor units: 1250 is 12.50 USD, 1250 JPY, 1.250 KWD.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`] beyond the bounds, possible only for currencies without decimals.
    pub fn from_minor(units: i64, currency: Currency) -> Result<Self, MoneyError> {
        Self::from_units(units, currency.minor_units(), currency)
    }

    /// An exact figure as money, without rounding.
    ///
    /// # Errors
    /// [`MoneyError::NotADecimal`] if it needs rounding first; else as [`Money::new`].
    pub fn try_from_exact(value: &Exact, currency: Currency) -> Result<Self, MoneyError> {
        let limit = Exact::integer(Self::MAX_UNITS);
        if value.abs() > limit {
            return Err(MoneyError::OutOfRange {
                what: "amount",
                value: crate::error::excerpt(&value.to_string()),
                limit: limit.to_string(),
            });
        }
        Self::new(value.to_decimal()?, currency)
    }

    /// The amount, without trailing zeros.
    #[must_use]
    pub const fn amount(&self) -> Decimal {
        self.amount
    }

    /// The currency.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The amount as an exact figure, to multiply and divide.
    #[must_use]
    pub fn exact(&self) -> Exact {
        Exact::from(self.amount)
    }

    /// The amount as a whole number of minor units, for kernels over integers.
    ///
    /// # Errors
    /// As [`Money::to_units`].
    pub fn minor(&self) -> Result<i64, MoneyError> {
        self.to_units(self.currency.minor_units())
    }

    /// The amount as a whole number of units of 10^-scale: a cell of a column with one scale for all.
    ///
    /// # Errors
    /// [`MoneyError::NotInMinorUnits`] if it is finer than the unit; [`MoneyError::OutOfRange`] if it does
    /// not fit `i64`.
    pub fn to_units(&self, scale: u32) -> Result<i64, MoneyError> {
        let units = self.units(scale)?;
        i64::try_from(units).map_err(|_| MoneyError::OutOfRange {
            what: "amount in units",
            value: units.to_string(),
            limit: i64::MAX.to_string(),
        })
    }

    /// A whole number of units of 10^-scale: the way back from [`Money::to_units`].
    ///
    /// # Errors
    /// [`MoneyError::TooPrecise`] for a unit finer than 10^-28; else as [`Money::new`].
    pub fn from_units(units: i64, scale: u32, currency: Currency) -> Result<Self, MoneyError> {
        let fine = |_| MoneyError::TooPrecise {
            what: "amount in units",
            value: units.to_string(),
            limit: Decimal::MAX_SCALE,
        };
        Self::new(
            Decimal::try_from_i128_with_scale(units.into(), scale).map_err(fine)?,
            currency,
        )
    }

    /// The amount as a whole number of units of 10^-scale, in full width.
    pub(crate) fn units(&self, scale: u32) -> Result<i128, MoneyError> {
        let fine = || MoneyError::NotInMinorUnits {
            value: self.amount.to_string(),
            scale,
        };
        let missing = scale.checked_sub(self.amount.scale()).ok_or_else(fine)?;
        let factor = 10_i128.checked_pow(missing).ok_or_else(fine)?;
        self.amount.mantissa().checked_mul(factor).ok_or_else(fine)
    }

    /// Whether the amount is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.amount.is_zero()
    }

    /// Whether the amount is below zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.amount.is_sign_negative() && !self.amount.is_zero()
    }

    /// Whether the amount is above zero.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        self.amount.is_sign_positive() && !self.amount.is_zero()
    }

    /// Which of two amounts in one currency is the larger.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`].
    pub fn checked_cmp(&self, other: &Self) -> Result<Ordering, MoneyError> {
        self.same_currency(other)?;
        Ok(self.amount.cmp(&other.amount))
    }

    fn same_currency(&self, other: &Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            return Ok(());
        }
        Err(MoneyError::CurrencyMismatch {
            left: self.currency,
            right: other.currency,
        })
    }

    /// `self + other`.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`]; [`MoneyError::OutOfRange`].
    pub fn checked_add(&self, other: &Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch {
                left: self.currency,
                right: other.currency,
            });
        }
        // Both are at most 9 x 10^18 with 9 decimals: the sum is below 2^96 of the last decimal, hence exact.
        let sum = self.amount.checked_add(other.amount).unwrap_or(Decimal::MAX);
        Self::new(sum, self.currency)
    }

    /// `self - other`.
    ///
    /// # Errors
    /// As [`Money::checked_add`].
    pub fn checked_sub(&self, other: &Self) -> Result<Self, MoneyError> {
        self.checked_add(&other.negated())
    }

    /// The same amount with the other sign: an invoice becomes its credit.
    #[must_use]
    pub fn negated(&self) -> Self {
        Self {
            amount: crate::decimal::negated(self.amount),
            currency: self.currency,
        }
    }

    /// The magnitude.
    #[must_use]
    pub fn abs(&self) -> Self {
        Self {
            amount: self.amount.abs(),
            currency: self.currency,
        }
    }

    /// The sum of amounts in one currency; zero in `currency` if there are none.
    ///
    /// # Errors
    /// As [`Money::checked_add`].
    pub fn sum<'a>(
        amounts: impl IntoIterator<Item = &'a Self>,
        currency: Currency,
    ) -> Result<Self, MoneyError> {
        amounts
            .into_iter()
            .try_fold(Self::zero(currency), |total, amount| total.checked_add(amount))
    }

    /// Splits the amount by weights into whole minor units that add up to it.
    ///
    /// A negative amount gives the negated shares of the positive one. Ties go to the earlier position.
    ///
    /// # Errors
    /// [`MoneyError::NotInMinorUnits`], [`MoneyError::NoWeights`], [`MoneyError::NegativeWeight`], and
    /// [`MoneyError::ZeroWeights`] if the policy refuses all-zero weights; in this order.
    pub fn allocate(&self, weights: &[Exact], policy: AllocationPolicy) -> Result<Vec<Self>, MoneyError> {
        self.allocate_at(self.currency.minor_units(), weights, policy)
    }

    /// As [`Money::allocate`], in whole units of 10^-scale instead of minor units.
    ///
    /// # Errors
    /// As [`Money::allocate`].
    pub fn allocate_at(
        &self,
        scale: u32,
        weights: &[Exact],
        policy: AllocationPolicy,
    ) -> Result<Vec<Self>, MoneyError> {
        policy
            .split(&self.exact(), scale, weights)?
            .iter()
            .map(|part| Self::try_from_exact(part, self.currency))
            .collect()
    }

    /// The part of this amount that is due once `fraction` of it is, less what was `done` before.
    ///
    /// Parts taken this way close the whole: with the last one, at fraction 1, they add up to it. The
    /// cumulative share is rounded to the minor unit by `mode`.
    ///
    /// ```
    /// use l2c_money::{Currency, Exact, Money, Rounding, dec};
    ///
    /// let whole = Money::new(dec!(100.00), Currency::USD)?;
    /// let mut done = Money::zero(Currency::USD);
    /// for (month, due) in [(1, "33.33 USD"), (2, "33.34 USD"), (3, "33.33 USD")] {
    ///     let part = whole.cumulative_part(&Exact::ratio(month, 3)?, &done, Rounding::HalfUp)?;
    ///     assert_eq!(part.to_string(), due);
    ///     done = done.checked_add(&part)?;
    /// }
    /// assert_eq!(done, whole);
    /// # Ok::<(), l2c_money::MoneyError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Money::checked_sub`].
    pub fn cumulative_part(&self, fraction: &Exact, done: &Self, mode: Rounding) -> Result<Self, MoneyError> {
        let due = (self.exact() * fraction).round(self.currency.minor_units(), mode);
        Self::try_from_exact(&due, self.currency)?.checked_sub(done)
    }

    /// The amount with the decimals of its currency, or more where it has more: "12.50".
    #[must_use]
    pub fn amount_text(&self) -> String {
        let scale = self.amount.scale().max(self.currency.minor_units());
        let scale = usize::try_from(scale).unwrap_or(0);
        format!("{:.scale$}", self.amount)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::decimal::pad(f, &format!("{} {}", self.amount_text(), self.currency))
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Money({self})")
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MoneyDocument {
    amount: AmountText,
    currency: Currency,
}

/// The amount as text, which keeps the zeros of the minor unit when written.
struct AmountText(String);

impl Serialize for AmountText {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for AmountText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::decimal_string::deserialize(deserializer).map(|value| Self(value.to_string()))
    }
}

impl From<Money> for MoneyDocument {
    fn from(money: Money) -> Self {
        Self {
            amount: AmountText(money.amount_text()),
            currency: money.currency,
        }
    }
}

impl TryFrom<MoneyDocument> for Money {
    type Error = MoneyError;
    fn try_from(document: MoneyDocument) -> Result<Self, MoneyError> {
        Self::new(crate::parse_decimal(&document.amount.0)?, document.currency)
    }
}
