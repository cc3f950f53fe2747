mod arithmetic;
mod text;

pub(crate) use arithmetic::big::round_quotient;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive};
use rust_decimal::Decimal;

use crate::error::excerpt;
use crate::{MoneyError, Rounding};

/// An exact rational number.
///
/// Sums, products and quotients never lose a digit: figures that fit two `i128` are computed in them, larger
/// ones in big integers. A third, 16/31 or a chain of discounts stay what they are until a [`Rounding`] is
/// named. `Exact` has no unit; the amount of a [`Money`](crate::Money) enters with
/// [`Money::exact`](crate::Money::exact) and leaves with
/// [`RoundingPolicy::money`](crate::RoundingPolicy::money).
///
/// As text and in serde it is a decimal (`"12.5"`) where one of at most 100 places is exact, else a fraction
/// (`"16/31"`). Text of more than 20,000 characters is not read.
///
/// ```
/// use l2c_money::{Exact, Rounding};
///
/// let third = Exact::ratio(1, 3)?;
/// assert_eq!(&third + &third + &third, Exact::ONE);
/// let share = Exact::integer(1000) * Exact::ratio(16, 31)?;
/// assert_eq!(share.to_string(), "16000/31");
/// assert_eq!(share.round(2, Rounding::HalfUp).to_string(), "516.13");
/// # Ok::<(), l2c_money::MoneyError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Exact(Repr);

/// Canonical: reduced, denominator above zero, and `Small` whenever both parts fit.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    Small { num: i128, den: i128 },
    Big(Box<BigRational>),
}

impl Exact {
    /// 0.
    pub const ZERO: Self = Self::integer(0);
    /// 1.
    pub const ONE: Self = Self::integer(1);

    /// A whole number.
    #[must_use]
    pub const fn integer(value: i64) -> Self {
        Self(Repr::Small {
            num: value as i128,
            den: 1,
        })
    }

    /// `numerator / denominator`.
    ///
    /// # Errors
    /// [`MoneyError::DivisionByZero`] if the denominator is zero.
    pub fn ratio(numerator: i64, denominator: i64) -> Result<Self, MoneyError> {
        Self::from_parts(i128::from(numerator), i128::from(denominator)).ok_or(MoneyError::DivisionByZero)
    }

    /// `10^exponent`; the cost grows with the exponent, which should be a number of decimals.
    #[must_use]
    pub fn power_of_ten(exponent: u32) -> Self {
        match 10_i128.checked_pow(exponent) {
            Some(num) => Self(Repr::Small { num, den: 1 }),
            None => Self::from_big(BigRational::from_integer(BigInt::from(10).pow(exponent))),
        }
    }

    fn from_parts(num: i128, den: i128) -> Option<Self> {
        if den == 0 {
            return None;
        }
        let big = || Self::from_big(BigRational::new(BigInt::from(num), BigInt::from(den)));
        Some(arithmetic::reduced(num, den).unwrap_or_else(big))
    }

    pub(crate) fn from_big(value: BigRational) -> Self {
        match (value.numer().to_i128(), value.denom().to_i128()) {
            (Some(num), Some(den)) if num != i128::MIN => Self(Repr::Small { num, den }),
            _ => Self(Repr::Big(Box::new(value))),
        }
    }

    pub(crate) fn to_big(&self) -> BigRational {
        match &self.0 {
            Repr::Small { num, den } => BigRational::new_raw(BigInt::from(*num), BigInt::from(*den)),
            Repr::Big(value) => (**value).clone(),
        }
    }

    /// Numerator and denominator in lowest terms, the denominator above zero, where both fit.
    #[must_use]
    pub fn to_ratio(&self) -> Option<(i128, i128)> {
        match &self.0 {
            Repr::Small { num, den } => Some((*num, *den)),
            Repr::Big(_) => None,
        }
    }

    /// Whether this is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        matches!(self.0, Repr::Small { num: 0, .. })
    }

    /// Whether this is below zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Small { num, .. } => *num < 0,
            Repr::Big(value) => value.is_negative(),
        }
    }

    /// Whether this is above zero.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        !self.is_zero() && !self.is_negative()
    }

    /// Whether this has no fractional part.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Repr::Small { den, .. } => *den == 1,
            Repr::Big(value) => value.is_integer(),
        }
    }

    /// The magnitude.
    #[must_use]
    pub fn abs(&self) -> Self {
        if self.is_negative() { -self } else { self.clone() }
    }

    /// Binary digits of the longer of numerator and denominator: what computing with this costs.
    #[must_use]
    pub fn bits(&self) -> u64 {
        match &self.0 {
            Repr::Small { num, den } => {
                let longer = num.unsigned_abs().max(den.unsigned_abs());
                u64::from(u128::BITS.saturating_sub(longer.leading_zeros()))
            }
            Repr::Big(value) => value.numer().bits().max(value.denom().bits()),
        }
    }

    /// This to a whole power; exact. `0^0` is 1.
    ///
    /// # Errors
    /// [`MoneyError::DivisionByZero`] for zero to a negative power; [`MoneyError::InvalidPower`] if the
    /// result would have more than about 30,000 binary digits.
    pub fn pow(&self, exponent: i32) -> Result<Self, MoneyError> {
        let big = self.to_big();
        let bits = big.numer().bits().max(big.denom().bits());
        if bits.saturating_mul(u64::from(exponent.unsigned_abs())) > 30_000 {
            return Err(MoneyError::InvalidPower {
                base: excerpt(&self.to_string()),
                exponent: exponent.to_string(),
                reason: "the exact result is too long; use `power`, which rounds",
            });
        }
        if exponent < 0 && self.is_zero() {
            return Err(MoneyError::DivisionByZero);
        }
        Ok(Self::from_big(num_traits::Pow::pow(&big, exponent)))
    }

    /// The larger of two.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        if other > self { other } else { self }
    }

    /// The smaller of two.
    #[must_use]
    pub fn min(self, other: Self) -> Self {
        if other < self { other } else { self }
    }

    /// Rounded to a whole number.
    #[must_use]
    pub fn round_to_integer(&self, mode: Rounding) -> Self {
        match &self.0 {
            Repr::Small { den: 1, .. } => self.clone(),
            Repr::Small { num, den } => {
                // The denominator is above zero, so neither division can fail.
                let quotient = num.checked_div(*den).unwrap_or_default();
                let rest = num.checked_rem(*den).unwrap_or_default().unsigned_abs();
                // The halves are compared as rest against den - rest, which cannot overflow.
                let half = rest.cmp(&den.unsigned_abs().saturating_sub(rest));
                let away = mode.goes_away(*num < 0, quotient.wrapping_rem(2) != 0, half, rest != 0);
                let step = if away { num.signum() } else { 0 };
                Self(Repr::Small {
                    num: quotient.wrapping_add(step),
                    den: 1,
                })
            }
            Repr::Big(_) => arithmetic::big::round(self, 0, mode),
        }
    }

    /// Rounded to `scale` decimals. The cost grows with `scale`, which should come from a checked policy.
    #[must_use]
    pub fn round(&self, scale: u32, mode: Rounding) -> Self {
        let unit = Self::power_of_ten(scale);
        if let (Repr::Small { den, .. }, Repr::Small { num: unit, .. }) = (&self.0, &unit.0)
            && unit.checked_rem(*den) == Some(0)
        {
            // It has no more decimals than that.
            return self.clone();
        }
        if self.to_ratio().is_some() {
            let scaled = self * &unit;
            if scaled.to_ratio().is_some() {
                let whole = scaled.round_to_integer(mode);
                return whole.checked_div(&unit).unwrap_or(whole);
            }
        }
        arithmetic::big::round(self, scale, mode)
    }

    /// Rounded to a multiple of `increment`.
    ///
    /// # Errors
    /// [`MoneyError::InvalidRounding`] if the increment is not above zero.
    pub fn round_to_multiple(&self, increment: &Self, mode: Rounding) -> Result<Self, MoneyError> {
        if !increment.is_positive() {
            return Err(MoneyError::InvalidRounding {
                field: "increment",
                value: excerpt(&increment.to_string()),
                expected: "an increment above zero",
            });
        }
        Ok(&self.checked_div(increment)?.round_to_integer(mode) * increment)
    }

    /// The largest whole number that is not above this.
    #[must_use]
    pub fn floor(&self) -> Self {
        self.round_to_integer(Rounding::Floor)
    }

    /// The smallest whole number that is not below this.
    #[must_use]
    pub fn ceil(&self) -> Self {
        self.round_to_integer(Rounding::Ceiling)
    }

    /// As a whole number, if it is one that fits.
    #[must_use]
    pub fn to_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Small { num, den: 1 } => i64::try_from(*num).ok(),
            _ => None,
        }
    }

    /// As a whole number, if it is one that fits.
    #[must_use]
    pub fn to_i128(&self) -> Option<i128> {
        match &self.0 {
            Repr::Small { num, den: 1 } => Some(*num),
            _ => None,
        }
    }

    /// As a decimal, without rounding.
    ///
    /// # Errors
    /// [`MoneyError::NotADecimal`] if there is no exact form of at most 28 digits.
    pub fn to_decimal(&self) -> Result<Decimal, MoneyError> {
        self.to_short_decimal().ok_or_else(|| MoneyError::NotADecimal {
            value: excerpt(&self.to_string()),
        })
    }

    fn to_short_decimal(&self) -> Option<Decimal> {
        let Repr::Small { num, den } = &self.0 else {
            return None;
        };
        let scale = terminating_scale(*den)?;
        let units = 10_i128.checked_pow(scale)?.checked_div(*den)?.checked_mul(*num)?;
        Decimal::try_from_i128_with_scale(units, scale).ok()
    }
}

/// Decimals needed for `1/den`, if `den` has no prime factor but 2 and 5 and 28 decimals are enough.
fn terminating_scale(den: i128) -> Option<u32> {
    let twos = den.trailing_zeros();
    let (mut rest, mut fives) = (den.checked_shr(twos)?, 0_u32);
    while rest.checked_rem(5) == Some(0) {
        rest = rest.checked_div(5)?;
        fives = fives.checked_add(1)?;
    }
    let scale = twos.max(fives);
    (rest == 1 && scale <= Decimal::MAX_SCALE).then_some(scale)
}

impl Default for Exact {
    fn default() -> Self {
        Self::ZERO
    }
}

impl From<i32> for Exact {
    fn from(value: i32) -> Self {
        Self::integer(value.into())
    }
}

impl From<u32> for Exact {
    fn from(value: u32) -> Self {
        Self::integer(value.into())
    }
}

impl From<u64> for Exact {
    fn from(value: u64) -> Self {
        Self::from(i128::from(value))
    }
}

impl From<i64> for Exact {
    fn from(value: i64) -> Self {
        Self::integer(value)
    }
}

impl From<i128> for Exact {
    fn from(value: i128) -> Self {
        Self::from_parts(value, 1).unwrap_or_default()
    }
}

impl From<Decimal> for Exact {
    fn from(value: Decimal) -> Self {
        // The mantissa has 96 bits and the scale is at most 28, so both parts fit.
        let den = 10_i128.checked_pow(value.scale()).unwrap_or(1);
        Self::from_parts(value.mantissa(), den).unwrap_or_default()
    }
}
