//! The operators. They cannot fail and cannot overflow: what does not fit two `i128` becomes a big rational.

use std::cmp::Ordering;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, Neg, Sub, SubAssign};

use num_integer::Integer;

use super::{Exact, Repr};
use crate::MoneyError;

/// `num / den` in lowest terms, or `None` where that does not fit the small form.
///
/// `i128::MIN` is left to the big form, so that negation is always possible. `den` is not zero.
pub(super) fn reduced(num: i128, den: i128) -> Option<Exact> {
    let small = |num: i128, den: i128| (num != i128::MIN).then_some(Exact(Repr::Small { num, den }));
    if den == 1 {
        return small(num, 1);
    }
    let divisor = i128::try_from(gcd(num.unsigned_abs(), den.unsigned_abs())).ok()?;
    let divisor = divisor.checked_mul(den.signum())?;
    small(num.checked_div(divisor)?, den.checked_div(divisor)?)
}

fn gcd(a: u128, b: u128) -> u128 {
    // u64 division is many times faster than u128 division and covers nearly all money.
    match (u64::try_from(a), u64::try_from(b)) {
        (Ok(a), Ok(b)) => u128::from(a.gcd(&b)),
        _ => a.gcd(&b),
    }
}

/// a/b * c/d.
fn product(a: i128, b: i128, c: i128, d: i128) -> Option<Exact> {
    reduced(a.checked_mul(c)?, b.checked_mul(d)?)
}

/// a/b + c/d.
fn sum(a: i128, b: i128, c: i128, d: i128) -> Option<Exact> {
    if b == d {
        return reduced(a.checked_add(c)?, b);
    }
    reduced(
        a.checked_mul(d)?.checked_add(c.checked_mul(b)?)?,
        b.checked_mul(d)?,
    )
}

/// Multiplication in the small form when both are small and the result is.
fn small(left: &Exact, right: &Exact, op: fn(i128, i128, i128, i128) -> Option<Exact>) -> Option<Exact> {
    match (&left.0, &right.0) {
        (Repr::Small { num: a, den: b }, Repr::Small { num: c, den: d }) => op(*a, *b, *c, *d),
        _ => None,
    }
}

#[expect(
    clippy::arithmetic_side_effects,
    reason = "big integers grow; the one divisor is checked"
)]
pub(super) mod big {
    use num_bigint::BigInt;
    use num_integer::Integer;
    use num_traits::{Signed, Zero};

    use super::Exact;
    use crate::Rounding;

    /// `numer / denom` rounded to a whole number; the denominator is above zero.
    pub(crate) fn round_quotient(numer: &BigInt, denom: &BigInt, mode: Rounding) -> BigInt {
        let (quotient, rest) = numer.div_rem(denom);
        let half = (rest.abs() * 2_u32).cmp(denom);
        if mode.goes_away(numer.is_negative(), quotient.is_odd(), half, !rest.is_zero()) {
            quotient + numer.signum()
        } else {
            quotient
        }
    }

    /// A figure of any size rounded to `scale` decimals: one division, and one reduction at the end.
    pub(crate) fn round(value: &Exact, scale: u32, mode: Rounding) -> Exact {
        let unit = BigInt::from(10).pow(scale);
        let value = value.to_big();
        let whole = round_quotient(&(value.numer() * &unit), value.denom(), mode);
        Exact::from_big(num_rational::BigRational::new(whole, unit))
    }

    pub(super) fn sum(left: &Exact, right: &Exact) -> Exact {
        Exact::from_big(left.to_big() + right.to_big())
    }

    pub(super) fn product(left: &Exact, right: &Exact) -> Exact {
        Exact::from_big(left.to_big() * right.to_big())
    }

    /// `right` is not zero.
    pub(super) fn quotient(left: &Exact, right: &Exact) -> Exact {
        Exact::from_big(left.to_big() / right.to_big())
    }

    pub(super) fn negated(value: &Exact) -> Exact {
        Exact::from_big(-value.to_big())
    }
}

impl Exact {
    /// `self / divisor`.
    ///
    /// # Errors
    /// [`MoneyError::DivisionByZero`] if the divisor is zero.
    pub fn checked_div(&self, divisor: &Self) -> Result<Self, MoneyError> {
        if divisor.is_zero() {
            return Err(MoneyError::DivisionByZero);
        }
        let quick = small(self, divisor, |a, b, c, d| product(a, b, d, c));
        Ok(quick.unwrap_or_else(|| big::quotient(self, divisor)))
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
        small(self, other, sum).unwrap_or_else(|| big::sum(self, other))
    }
}

impl Mul<&Exact> for &Exact {
    type Output = Exact;
    fn mul(self, other: &Exact) -> Exact {
        small(self, other, product).unwrap_or_else(|| big::product(self, other))
    }
}

impl Neg for &Exact {
    type Output = Exact;
    fn neg(self) -> Exact {
        match &self.0 {
            // The small form never holds `i128::MIN`.
            Repr::Small { num, den } => Exact(Repr::Small {
                num: num.wrapping_neg(),
                den: *den,
            }),
            Repr::Big(_) => big::negated(self),
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
