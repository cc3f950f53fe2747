//! Fixed-point logarithm and exponential with proven error bounds.
//!
//! A value is a big integer in units ("ulp") of 2^-f, with a bound on its error in the same units. Division
//! and shifting round toward zero on figures that are not negative, so each costs less than one ulp.
#![expect(
    clippy::arithmetic_side_effects,
    reason = "big integers grow; divisors are above zero, shifts are bounded by the precision"
)]

use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

use crate::Rounding;
use crate::exact::round_quotient;

/// What is known about a power.
pub(super) enum Bounds {
    /// At least 2^(the limit on results).
    TooLarge,
    /// Above zero and below a quarter of 2^-(the limit on decimals).
    Vanishing,
    /// At least `low` and at most `high`, in units of 2^shift.
    Between { low: BigInt, high: BigInt, shift: i64 },
}

/// A figure in ulp and the bound on its error in ulp.
struct Approximate {
    value: BigInt,
    error: BigInt,
}

/// Bounds of `base^exponent` for a base above zero, tighter for a larger `precision`.
///
/// `largest` and `smallest`: beyond 2^largest a result is too large, below 2^-smallest it is vanishing.
pub(super) fn power_bounds(
    base: &BigRational,
    exponent: &BigRational,
    precision: u64,
    largest: i64,
    smallest: i64,
) -> Bounds {
    // The exponent multiplies the error of the logarithm.
    let whole_bits = exponent.numer().bits().saturating_sub(exponent.denom().bits()) + 1;
    let fraction = precision + whole_bits + 32;
    let ln2 = ln2(fraction);
    let log = ln(base, &ln2, fraction);
    let (numer, denom) = (exponent.numer(), exponent.denom());
    let product = Approximate {
        value: (&log.value * numer).div_floor(denom),
        // |exponent| * error, rounded up, and one for the division.
        error: (log.error * numer.abs()).div_floor(denom) + 2,
    };
    let (twos, rest) = product.value.div_mod_floor(&ln2.value);
    // The power is 2^twos * e^rest with e^rest in [1, 2], up to errors far below a factor of two.
    if twos > BigInt::from(largest) {
        return Bounds::TooLarge;
    }
    if twos < BigInt::from(-smallest - 4) {
        return Bounds::Vanishing;
    }
    let twos = twos.to_i64().unwrap_or(0);
    let rest_error = product.error + ln2.error * twos.abs();
    let growth = exp(&rest, fraction);
    // exp is below 2.01 here, so an error of the argument grows to less than three times as much.
    let error = growth.error + rest_error * 3;
    Bounds::Between {
        low: BigInt::zero().max(&growth.value - &error),
        high: growth.value + error,
        shift: twos - i64::try_from(fraction).unwrap_or(i64::MAX),
    }
}

/// `bound * unit` in units of 2^shift, rounded to a whole number.
pub(super) fn round_scaled(bound: BigInt, unit: &BigInt, shift: i64, mode: Rounding) -> BigInt {
    let factor = BigInt::one() << shift.unsigned_abs();
    if shift >= 0 {
        bound * unit * factor
    } else {
        round_quotient(&(bound * unit), &factor, mode)
    }
}

/// The natural logarithm of a figure above zero.
fn ln(value: &BigRational, ln2: &Approximate, fraction: u64) -> Approximate {
    // value = 2^twos * m with m in (1/2, 2), and ln m = 2 atanh((m - 1) / (m + 1)) of a figure within 1/3.
    let (numer, denom) = (value.numer(), value.denom());
    let twos = i64::try_from(numer.bits()).unwrap_or(0) - i64::try_from(denom.bits()).unwrap_or(0);
    let shift = twos.unsigned_abs();
    let (numer, denom) = if twos >= 0 {
        (numer.clone(), denom << shift)
    } else {
        (numer << shift, denom.clone())
    };
    let part = atanh(&(&numer - &denom), &(numer + denom), fraction);
    Approximate {
        value: part.value * 2 + &ln2.value * twos,
        error: part.error * 2 + &ln2.error * twos.abs(),
    }
}

/// ln 2 in units of 2^-256, the low digits first.
const LN2: [u32; 8] = [
    0x8baafa2b, 0x8a0d175b, 0x7298b62d, 0x40f34326, 0x03f2f6af, 0xc9e3b398, 0xd1cf79ab, 0xb17217f7,
];

/// ln 2: known to 256 bits, beyond that 2 atanh(1/3).
fn ln2(fraction: u64) -> Approximate {
    if let Some(surplus) = 256_u64.checked_sub(fraction) {
        return Approximate {
            value: BigInt::from_slice(Sign::Plus, &LN2) >> surplus,
            error: BigInt::from(2),
        };
    }
    let part = atanh(&BigInt::one(), &BigInt::from(3), fraction);
    Approximate {
        value: part.value * 2,
        error: part.error * 2,
    }
}

/// atanh(numer / denom) for a magnitude of at most 1/3: x + x^3/3 + x^5/5 + ...
///
/// With x off by less than 1 ulp, x^2 is off by less than 2. Each further power of x then has an error
/// e' <= e/9 + 2/3 + 1 < 2, so a term, divided and cut, is off by less than 3. When a power comes out as
/// zero, the true one is below 3 ulp and all that follow it together below 4.
fn atanh(numer: &BigInt, denom: &BigInt, fraction: u64) -> Approximate {
    let negative = numer.is_negative();
    let mut power = (numer.abs() << fraction) / denom;
    let square = (&power * &power) >> fraction;
    let (mut sum, mut terms) = (BigInt::zero(), 0_u64);
    while !power.is_zero() {
        sum += &power / (2 * terms + 1);
        power = (&power * &square) >> fraction;
        terms += 1;
    }
    Approximate {
        value: if negative { -sum } else { sum },
        error: BigInt::from(3 * terms + 4),
    }
}

/// e^rest for rest in [0, ln 2]: 1 + rest + rest^2/2 + ...
///
/// A term has an error e' <= 0.7 e / n + 1 / n + 1 < 3. When one comes out as zero, the true one is below
/// 3 ulp and all that follow it together below 6.
fn exp(rest: &BigInt, fraction: u64) -> Approximate {
    let mut term = BigInt::one() << fraction;
    let (mut sum, mut terms) = (BigInt::zero(), 0_u64);
    while !term.is_zero() {
        sum += &term;
        terms += 1;
        term = ((&term * rest) >> fraction) / terms;
    }
    Approximate {
        value: sum,
        error: BigInt::from(3 * terms + 6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_constant_is_the_series() {
        let series = atanh(&BigInt::one(), &BigInt::from(3), 300).value * 2;
        let difference: BigInt = (series >> 44_u32) - ln2(256).value;
        assert!(
            difference.magnitude() <= BigInt::from(2).magnitude(),
            "{difference}"
        );
    }
}
