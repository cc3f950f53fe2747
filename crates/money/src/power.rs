//! Powers and roots, correctly rounded.
//!
//! `base ^ exponent` is `exp(exponent * ln(base))`, computed between two bounds in fixed-point big integers.
//! The precision is raised until both bounds round to the same figure (Ziv's method), which is then the
//! rounding of the true value, because rounding is monotone. A true value that lies on a rounding edge would
//! never be decided this way; such a value is rational and short, and is found and rounded exactly first.

mod fixed;

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

use crate::error::excerpt;
use crate::exact::round_quotient;
use crate::{Exact, MoneyError, Rounding};

/// Decimals of a result, at most.
const MAX_SCALE: u32 = 100;
/// Binary digits of each part of the base and of the exponent, at most: about 600 decimal digits.
const MAX_INPUT: u64 = 2_048;
/// Binary digits of a result before the point, at most: about 1,200 decimal digits.
const MAX_RESULT: i64 = 4_096;
/// Binary digits of an exact result that is worth computing. More than any result on a rounding edge has.
const MAX_EXACT: u64 = 10_000;
/// Working precision at which an undecided rounding is given up. Bases and exponents within
/// [`MAX_INPUT`] differ from 1 and from 0 by 2^-4096 at least in the result, so only a figure contrived to
/// lie next to an edge gets here.
const MAX_PRECISION: u64 = 16_384;

impl Exact {
    /// This to the power of `exponent`, rounded once to `scale` decimals: the rounding of the true value.
    ///
    /// `x^0` is 1, also for 0. 0 to a power above zero is 0. A base below zero needs a whole exponent.
    ///
    /// ```
    /// use l2c_money::{Exact, Rounding};
    ///
    /// // 60 months at 1 % a month
    /// let factor = Exact::ratio(101, 100)?.power(&Exact::integer(60), 10, Rounding::HalfUp)?;
    /// assert_eq!(factor.to_string(), "1.8166966986");
    /// // 31 days of a half-life of a year
    /// let decay = Exact::ratio(1, 2)?.power(&Exact::ratio(31, 365)?, 6, Rounding::HalfUp)?;
    /// assert_eq!(decay.to_string(), "0.942829");
    /// # Ok::<(), l2c_money::MoneyError>(())
    /// ```
    ///
    /// # Errors
    /// [`MoneyError::DivisionByZero`] for 0 to a power below zero; [`MoneyError::InvalidRounding`] for more
    /// than 100 decimals; [`MoneyError::InvalidPower`] for a base below zero with a fractional exponent,
    /// for a base or exponent of more than about 600 digits, for a result of more than about 1,200 digits
    /// before the point, and for a result that lies closer to a rounding edge than 8,192 binary digits can
    /// tell.
    pub fn power(&self, exponent: &Self, scale: u32, mode: Rounding) -> Result<Self, MoneyError> {
        check_scale(scale)?;
        let fault = |reason| invalid(self, &exponent.to_string(), reason);
        if exponent.is_zero() {
            return Ok(Self::ONE);
        }
        if self.is_zero() {
            return if exponent.is_positive() {
                Ok(Self::ZERO)
            } else {
                Err(MoneyError::DivisionByZero)
            };
        }
        let (base, exponent) = (self.abs().to_big(), exponent.to_big());
        if too_long(&base) || too_long(&exponent) {
            return Err(fault(
                "base and exponent have at most 2,048 binary digits in each part",
            ));
        }
        if self.is_positive() {
            return positive_power(&base, &exponent, scale, mode).map_err(fault);
        }
        if !exponent.is_integer() {
            return Err(fault("a base below zero needs a whole exponent"));
        }
        if exponent.numer().is_even() {
            return positive_power(&base, &exponent, scale, mode).map_err(fault);
        }
        positive_power(&base, &exponent, scale, mode.mirrored())
            .map(|value| -value)
            .map_err(fault)
    }

    /// The root of a degree, rounded once to `scale` decimals; of a figure below zero for odd degrees.
    ///
    /// ```
    /// use l2c_money::{Exact, Rounding};
    ///
    /// // the monthly rate that doubles in a year
    /// let rate = Exact::integer(2).root(12, 8, Rounding::HalfUp)?;
    /// assert_eq!(rate.to_string(), "1.05946309");
    /// # Ok::<(), l2c_money::MoneyError>(())
    /// ```
    ///
    /// # Errors
    /// [`MoneyError::InvalidPower`] for degree 0 and for an even root of a figure below zero; else as
    /// [`Exact::power`].
    pub fn root(&self, degree: u32, scale: u32, mode: Rounding) -> Result<Self, MoneyError> {
        let exponent = Self::integer(1)
            .checked_div(&Self::integer(i64::from(degree)))
            .map_err(|_| invalid(self, "1/0", "the degree of a root is above zero"))?;
        if !self.is_negative() {
            return self.power(&exponent, scale, mode);
        }
        if degree.is_even() {
            return Err(invalid(
                self,
                &exponent.to_string(),
                "no even root of a figure below zero",
            ));
        }
        self.abs()
            .power(&exponent, scale, mode.mirrored())
            .map(|value| -value)
    }
}

pub(crate) fn check_scale(scale: u32) -> Result<(), MoneyError> {
    if scale <= MAX_SCALE {
        return Ok(());
    }
    Err(MoneyError::InvalidRounding {
        field: "scale",
        value: scale.to_string(),
        expected: "0 to 100 decimals",
    })
}

fn invalid(base: &Exact, exponent: &str, reason: &'static str) -> MoneyError {
    MoneyError::InvalidPower {
        base: excerpt(&base.to_string()),
        exponent: excerpt(exponent),
        reason,
    }
}

fn too_long(value: &BigRational) -> bool {
    value.numer().bits().max(value.denom().bits()) > MAX_INPUT
}

/// The power of a base above zero; an error is the reason.
fn positive_power(
    base: &BigRational,
    exponent: &BigRational,
    scale: u32,
    mode: Rounding,
) -> Result<Exact, &'static str> {
    if let Some(exact) = short_exact_power(base, exponent) {
        return if exact.numer().bits().saturating_sub(exact.denom().bits()) > MAX_RESULT.unsigned_abs() {
            Err(TOO_LARGE)
        } else {
            Ok(Exact::from_big(exact).round(scale, mode))
        };
    }
    let unit = BigInt::from(10).pow(scale);
    let decimals = u64::from(scale).saturating_mul(4);
    let mut precision = decimals.saturating_add(48);
    while precision <= MAX_PRECISION {
        let vanishing = i64::try_from(decimals).unwrap_or(i64::MAX);
        let whole = match fixed::power_bounds(base, exponent, precision, MAX_RESULT, vanishing) {
            fixed::Bounds::TooLarge => return Err(TOO_LARGE),
            // Above zero and below a quarter of the last decimal.
            fixed::Bounds::Vanishing => Some(round_quotient(&BigInt::from(1), &BigInt::from(4), mode)),
            fixed::Bounds::Between { low, high, shift } => {
                let round = |bound| fixed::round_scaled(bound, &unit, shift, mode);
                let (low, high) = (round(low), round(high));
                (low == high).then_some(low)
            }
        };
        if let Some(whole) = whole {
            return Ok(Exact::from_big(BigRational::new(whole, unit)));
        }
        precision = precision.saturating_mul(2);
    }
    Err("the result lies too close to a rounding edge to be decided")
}

const TOO_LARGE: &str = "the result has more than 4,096 binary digits before the point";

/// The power, where it is rational and short.
///
/// With `exponent = p/q` in lowest terms the power is rational just if the base is the q-th power of a
/// rational `r = n/d`; it is then `r^p`. A power that is on a rounding edge is a multiple of half a unit of
/// 10^-100: its denominator is below 2^334, its numerator, within the limit on results, below 2^4431. For a
/// whole number of b bits, x >= 2^(b/2) if x > 1, so `|p| * b` is below 2 * 4431 < `MAX_EXACT`. What is
/// longer than that is on no edge.
fn short_exact_power(base: &BigRational, exponent: &BigRational) -> Option<BigRational> {
    let root = BigRational::new_raw(
        perfect_root(base.numer(), exponent.denom())?,
        perfect_root(base.denom(), exponent.denom())?,
    );
    if root.is_one() {
        return Some(root);
    }
    let bits = root.numer().bits().max(root.denom().bits());
    let power = exponent.numer().to_i32()?;
    if bits.saturating_mul(u64::from(power.unsigned_abs())) > MAX_EXACT {
        return None;
    }
    Some(num_traits::Pow::pow(&root, power))
}

/// The whole root of a whole number above zero, if there is one.
fn perfect_root(value: &BigInt, degree: &BigInt) -> Option<BigInt> {
    if value.is_one() || degree.is_one() {
        return Some(value.clone());
    }
    // A root of 2 or more has a power of more than `degree` bits.
    let degree = degree
        .to_u32()
        .filter(|&degree| u64::from(degree) < value.bits())?;
    let root = value.nth_root(degree);
    (root.pow(degree) == *value && !root.is_zero() && root.is_positive()).then_some(root)
}
