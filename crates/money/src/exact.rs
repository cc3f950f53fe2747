use std::cmp::Ordering;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, Neg, Sub, SubAssign};
use std::str::FromStr;

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

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
/// As text and in serde it is a decimal (`"12.5"`) where one is exact, else a fraction (`"16/31"`).
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
        Self(Repr::Small { num: value as i128, den: 1 })
    }

    /// `numerator / denominator`.
    ///
    /// # Errors
    /// [`MoneyError::DivisionByZero`] if the denominator is zero.
    pub fn ratio(numerator: i64, denominator: i64) -> Result<Self, MoneyError> {
        Self::from_parts(i128::from(numerator), i128::from(denominator)).ok_or(MoneyError::DivisionByZero)
    }

    /// `10^exponent`.
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
        if num == i128::MIN || den == i128::MIN {
            return Some(Self::from_big(BigRational::new(BigInt::from(num), BigInt::from(den))));
        }
        Some(Self::reduced(num, den))
    }

    /// Both above `i128::MIN`, `den` not zero.
    fn reduced(num: i128, den: i128) -> Self {
        if den == 1 {
            return Self(Repr::Small { num, den });
        }
        let divisor = gcd(num.unsigned_abs(), den.unsigned_abs());
        let divisor = i128::try_from(divisor).unwrap_or(1);
        let sign = den.signum();
        let reduce = |part: i128| part.checked_div(divisor).and_then(|p| p.checked_mul(sign)).unwrap_or(part);
        Self(Repr::Small { num: reduce(num), den: reduce(den) })
    }

    pub(crate) fn from_big(value: BigRational) -> Self {
        match (value.numer().to_i128(), value.denom().to_i128()) {
            (Some(num), Some(den)) if num != i128::MIN => Self(Repr::Small { num, den }),
            _ => Self(Repr::Big(Box::new(value))),
        }
    }

    pub(crate) fn from_bigint(value: BigInt) -> Self {
        Self::from_big(BigRational::from_integer(value))
    }

    pub(crate) fn to_big(&self) -> BigRational {
        match &self.0 {
            Repr::Small { num, den } => BigRational::new_raw(BigInt::from(*num), BigInt::from(*den)),
            Repr::Big(value) => (**value).clone(),
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

    /// `self / divisor`.
    ///
    /// # Errors
    /// [`MoneyError::DivisionByZero`] if the divisor is zero.
    pub fn checked_div(&self, divisor: &Self) -> Result<Self, MoneyError> {
        if divisor.is_zero() {
            return Err(MoneyError::DivisionByZero);
        }
        if let (Repr::Small { num: a, den: b }, Repr::Small { num: c, den: d }) = (&self.0, &divisor.0)
            && let Some(value) = mul_small(*a, *b, *d, *c)
        {
            return Ok(value);
        }
        Ok(Self::from_big(self.to_big() / divisor.to_big()))
    }

    /// This to a whole power; exact. `0^0` is 1.
    ///
    /// # Errors
    /// [`MoneyError::DivisionByZero`] for zero to a negative power; [`MoneyError::InvalidPower`] if the
    /// result would have more than about 100,000 binary digits.
    pub fn pow(&self, exponent: i32) -> Result<Self, MoneyError> {
        let big = self.to_big();
        let bits = big.numer().bits().max(big.denom().bits());
        if bits.saturating_mul(u64::from(exponent.unsigned_abs())) > 100_000 {
            return Err(MoneyError::InvalidPower {
                base: self.to_string(),
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
                let (quotient, rest) = (num.wrapping_div(*den), num.wrapping_rem(*den));
                // The halves are compared as rest against den - rest, which cannot overflow.
                let magnitude = rest.unsigned_abs();
                let half = magnitude.cmp(&den.unsigned_abs().saturating_sub(magnitude));
                let away = mode.goes_away(*num < 0, quotient.wrapping_rem(2) != 0, half, rest != 0);
                let step = if away { num.signum() } else { 0 };
                Self(Repr::Small { num: quotient.wrapping_add(step), den: 1 })
            }
            Repr::Big(value) => {
                let (quotient, rest) = value.numer().div_rem(value.denom());
                let magnitude = rest.abs();
                let half = magnitude.cmp(&(value.denom() - &magnitude));
                let away = mode.goes_away(value.is_negative(), quotient.is_odd(), half, !rest.is_zero());
                let step = if away { value.numer().signum() } else { BigInt::zero() };
                Self::from_bigint(quotient + step)
            }
        }
    }

    /// Rounded to `scale` decimals.
    #[must_use]
    pub fn round(&self, scale: u32, mode: Rounding) -> Self {
        let unit = Self::power_of_ten(scale);
        let whole = (self * &unit).round_to_integer(mode);
        whole.checked_div(&unit).unwrap_or(whole)
    }

    /// Rounded to a multiple of `increment`.
    ///
    /// # Errors
    /// [`MoneyError::InvalidRounding`] if the increment is not above zero.
    pub fn round_to_multiple(&self, increment: &Self, mode: Rounding) -> Result<Self, MoneyError> {
        if !increment.is_positive() {
            return Err(MoneyError::InvalidRounding {
                field: "increment",
                value: increment.to_string(),
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
        let fault = || MoneyError::NotADecimal { value: excerpt(&self.to_string()) };
        let Repr::Small { num, den } = &self.0 else { return Err(fault()) };
        let scale = terminating_scale(*den).ok_or_else(fault)?;
        let unit = 10_i128.checked_pow(scale).ok_or_else(fault)?;
        let units = unit.checked_div(*den).and_then(|f| f.checked_mul(*num)).ok_or_else(fault)?;
        Decimal::try_from_i128_with_scale(units, scale).map_err(|_| fault())
    }
}

/// Decimals needed for `1/den`, if `den` has no prime factor but 2 and 5 and 28 decimals are enough.
fn terminating_scale(den: i128) -> Option<u32> {
    let (mut rest, mut twos, mut fives) = (den, 0_u32, 0_u32);
    while rest.checked_rem(2) == Some(0) {
        rest = rest.checked_div(2)?;
        twos = twos.checked_add(1)?;
    }
    while rest.checked_rem(5) == Some(0) {
        rest = rest.checked_div(5)?;
        fives = fives.checked_add(1)?;
    }
    let scale = twos.max(fives);
    (rest == 1 && scale <= Decimal::MAX_SCALE).then_some(scale)
}

fn gcd(a: u128, b: u128) -> u128 {
    // u64 division is many times faster than u128 division and covers nearly all money.
    match (u64::try_from(a), u64::try_from(b)) {
        (Ok(a), Ok(b)) => u128::from(a.gcd(&b)),
        _ => a.gcd(&b),
    }
}

/// a/b * c/d where all four are above `i128::MIN` and b, d are not zero.
fn mul_small(a: i128, b: i128, c: i128, d: i128) -> Option<Exact> {
    Some(Exact::reduced(a.checked_mul(c)?, b.checked_mul(d)?)).filter(Exact::is_canonical)
}

fn add_small(a: i128, b: i128, c: i128, d: i128) -> Option<Exact> {
    if b == d {
        return Some(Exact::reduced(a.checked_add(c)?, b)).filter(Exact::is_canonical);
    }
    let num = a.checked_mul(d)?.checked_add(c.checked_mul(b)?)?;
    Some(Exact::reduced(num, b.checked_mul(d)?)).filter(Exact::is_canonical)
}

impl Exact {
    /// `i128::MIN` is left to the big form, so that negation is always possible.
    fn is_canonical(&self) -> bool {
        !matches!(self.0, Repr::Small { num: i128::MIN, .. } | Repr::Small { den: i128::MIN, .. })
    }
}

impl Default for Exact {
    fn default() -> Self {
        Self::ZERO
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
        Self::reduced(value.mantissa(), den)
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Self) -> Ordering {
        if let (Repr::Small { num: a, den: b }, Repr::Small { num: c, den: d }) = (&self.0, &other.0) {
            if b == d {
                return a.cmp(c);
            }
            if let (Some(left), Some(right)) = (a.checked_mul(*d), c.checked_mul(*b)) {
                return left.cmp(&right);
            }
        }
        self.to_big().cmp(&other.to_big())
    }
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Add<&Exact> for &Exact {
    type Output = Exact;
    fn add(self, other: &Exact) -> Exact {
        if let (Repr::Small { num: a, den: b }, Repr::Small { num: c, den: d }) = (&self.0, &other.0)
            && let Some(value) = add_small(*a, *b, *c, *d)
        {
            return value;
        }
        Exact::from_big(self.to_big() + other.to_big())
    }
}

impl Mul<&Exact> for &Exact {
    type Output = Exact;
    fn mul(self, other: &Exact) -> Exact {
        if let (Repr::Small { num: a, den: b }, Repr::Small { num: c, den: d }) = (&self.0, &other.0)
            && let Some(value) = mul_small(*a, *b, *c, *d)
        {
            return value;
        }
        Exact::from_big(self.to_big() * other.to_big())
    }
}

impl Neg for &Exact {
    type Output = Exact;
    fn neg(self) -> Exact {
        match &self.0 {
            Repr::Small { num, den } => Exact(Repr::Small { num: num.wrapping_neg(), den: *den }),
            Repr::Big(value) => Exact::from_big(-(**value).clone()),
        }
    }
}

impl Sub<&Exact> for &Exact {
    type Output = Exact;
    fn sub(self, other: &Exact) -> Exact {
        self + &-other
    }
}

impl Neg for Exact {
    type Output = Exact;
    fn neg(self) -> Exact {
        -&self
    }
}

macro_rules! owned_operators {
    ($($op:ident :: $method:ident),*) => {$(
        impl $op<Exact> for Exact {
            type Output = Exact;
            fn $method(self, other: Exact) -> Exact {
                (&self).$method(&other)
            }
        }
        impl $op<&Exact> for Exact {
            type Output = Exact;
            fn $method(self, other: &Exact) -> Exact {
                (&self).$method(other)
            }
        }
        impl $op<Exact> for &Exact {
            type Output = Exact;
            fn $method(self, other: Exact) -> Exact {
                self.$method(&other)
            }
        }
    )*};
}
owned_operators!(Add::add, Sub::sub, Mul::mul);

impl AddAssign<&Exact> for Exact {
    fn add_assign(&mut self, other: &Exact) {
        *self = &*self + other;
    }
}

impl SubAssign<&Exact> for Exact {
    fn sub_assign(&mut self, other: &Exact) {
        *self = &*self - other;
    }
}

impl Sum for Exact {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, |total, value| total + value)
    }
}

impl<'a> Sum<&'a Exact> for Exact {
    fn sum<I: Iterator<Item = &'a Exact>>(iter: I) -> Self {
        iter.fold(Self::ZERO, |total, value| total + value)
    }
}

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

    /// Reads what [`Display`](fmt::Display) writes; at most 400 characters.
    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let fault = || MoneyError::InvalidDecimal { text: excerpt(text) };
        if text.len() > 400 {
            return Err(fault());
        }
        if let Some((num, den)) = text.split_once('/') {
            let (num, den) = (whole(num).ok_or_else(fault)?, whole(den).ok_or_else(fault)?);
            if !den.is_positive() {
                return Err(fault());
            }
            return Ok(Self::from_big(BigRational::new(num, den)));
        }
        let (units, scale) = match text.split_once('.') {
            Some((head, tail)) => {
                if tail.is_empty() || !tail.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(fault());
                }
                // `head` must hold a digit of its own: ".5" is not a decimal here.
                whole(head).ok_or_else(fault)?;
                (whole(&format!("{head}{tail}")).ok_or_else(fault)?, u32::try_from(tail.len()).unwrap_or(0))
            }
            None => (whole(text).ok_or_else(fault)?, 0),
        };
        Ok(Self::from_big(BigRational::new(units, BigInt::from(10).pow(scale))))
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
