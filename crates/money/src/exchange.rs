use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{Currency, Exact, Money, MoneyError, RoundingPolicy};

/// A rate between two currencies on a date: one unit of `from` is `rate` units of `to`.
///
/// ```
/// use l2c_money::{Currency, ExchangeRate, Money, RoundingPolicy, dec};
///
/// let date = "2026-01-31".parse().unwrap();
/// let rate = ExchangeRate::new(Currency::USD, Currency::JPY, dec!(150.255), date)?;
/// let dollars = Money::new(dec!(10.00), Currency::USD)?;
/// assert_eq!(rate.convert(&dollars, RoundingPolicy::HALF_UP)?.to_string(), "1503 JPY");
/// # Ok::<(), l2c_money::MoneyError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "RateDocument", try_from = "RateDocument")]
pub struct ExchangeRate {
    from: Currency,
    to: Currency,
    rate: Decimal,
    date: NaiveDate,
}

impl ExchangeRate {
    /// A rate on a date.
    ///
    /// # Errors
    /// [`MoneyError::InvalidRate`] unless the rate is above zero and the currencies differ.
    pub fn new(from: Currency, to: Currency, rate: Decimal, date: NaiveDate) -> Result<Self, MoneyError> {
        let fault = |expected| {
            Err(MoneyError::InvalidRate {
                from,
                to,
                rate: rate.to_string(),
                expected,
            })
        };
        if from == to {
            return fault("two currencies that differ");
        }
        if rate <= Decimal::ZERO {
            return fault("a rate above zero");
        }
        Ok(Self { from, to, rate, date })
    }

    /// The currency converted from.
    #[must_use]
    pub const fn from(&self) -> Currency {
        self.from
    }

    /// The currency converted to.
    #[must_use]
    pub const fn to(&self) -> Currency {
        self.to
    }

    /// Units of `to` for one unit of `from`.
    #[must_use]
    pub const fn rate(&self) -> Decimal {
        self.rate
    }

    /// The day the rate holds for.
    #[must_use]
    pub const fn date(&self) -> NaiveDate {
        self.date
    }

    /// The converted amount before rounding; the sign is kept.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`] if the amount is not in the currency converted from.
    pub fn convert_exact(&self, amount: &Money) -> Result<Exact, MoneyError> {
        if amount.currency() != self.from {
            return Err(MoneyError::CurrencyMismatch {
                left: amount.currency(),
                right: self.from,
            });
        }
        Ok(amount.exact() * Exact::from(self.rate))
    }

    /// The converted amount, rounded here by `rounding` in the currency converted to.
    ///
    /// # Errors
    /// As [`ExchangeRate::convert_exact`] and [`RoundingPolicy::money`].
    pub fn convert(&self, amount: &Money, rounding: RoundingPolicy) -> Result<Money, MoneyError> {
        rounding.money(&self.convert_exact(amount)?, self.to)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RateDocument {
    from: Currency,
    to: Currency,
    #[serde(with = "crate::decimal_string")]
    rate: Decimal,
    date: NaiveDate,
}

impl From<ExchangeRate> for RateDocument {
    fn from(rate: ExchangeRate) -> Self {
        Self {
            from: rate.from,
            to: rate.to,
            rate: rate.rate,
            date: rate.date,
        }
    }
}

impl TryFrom<RateDocument> for ExchangeRate {
    type Error = MoneyError;
    fn try_from(document: RateDocument) -> Result<Self, MoneyError> {
        Self::new(document.from, document.to, document.rate, document.date)
    }
}
