#![expect(
    clippy::arithmetic_side_effects,
    reason = "a program is compiled for figures that fit, and no divisor is zero"
)]

/// The width that figures are computed in: 64 bits, or 128 where they do not fit.
pub(super) trait Lane: Copy + Ord + Default {
    /// A number that fits.
    fn of(number: u128) -> Self;
    /// A number in two's complement.
    fn signed(number: i64) -> Self;
    fn times(self, factor: Self) -> Self;
    fn plus(self, other: Self) -> Self;
    /// At least nothing.
    fn less(self, other: Self) -> Self;
    /// On a straight line that may begin below zero and is not there at this place.
    fn on_line(self, slope: Self, level: Self) -> Self;
    fn quotient(self, by: Self) -> Self;
    fn quotient_by(self, by: &Reciprocal<Self>) -> Self;
    /// The number, which fits.
    fn number(self) -> u64;
    /// What multiplies and shifts instead of dividing, and what is added before.
    fn reciprocal(by: u128) -> (u64, u32, u128);
}

/// A divisor that is known before, and what is added before it divides.
///
/// A number n below 2^63 is divided by d as (n x magic) >> (64 + shift), with 2^shift < d <= 2^(shift + 1) and magic =
/// 2^(64 + shift) / d, rounded up by a fraction e / d. So the result is larger than n / d, by n x e / d parts of
/// 2^(64 + shift): less than 1 / d, since e < d. No fraction of n / d is so close to the next whole number. For 1 there
/// is no such magic: (n + 1) x (2^64 - 1) >> 64 is n.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reciprocal<L> {
    pub(super) by: L,
    pub(super) bias: L,
    magic: u64,
    shift: u32,
}

impl<L: Lane> Reciprocal<L> {
    pub(super) fn new(by: u128, bias: u128) -> Self {
        let (magic, shift, more) = L::reciprocal(by);
        Self {
            by: L::of(by),
            bias: L::of(bias + more),
            magic,
            shift,
        }
    }
}

impl Lane for u64 {
    fn of(number: u128) -> Self {
        number as Self
    }
    #[inline]
    fn signed(number: i64) -> Self {
        number as Self
    }
    #[inline]
    fn times(self, factor: Self) -> Self {
        self * factor
    }
    #[inline]
    fn plus(self, other: Self) -> Self {
        self + other
    }
    #[inline]
    fn less(self, other: Self) -> Self {
        self.saturating_sub(other)
    }
    #[inline]
    fn on_line(self, slope: Self, level: Self) -> Self {
        self.wrapping_mul(slope).wrapping_add(level)
    }
    #[inline]
    fn quotient(self, by: Self) -> Self {
        self / by
    }
    #[inline]
    fn quotient_by(self, by: &Reciprocal<Self>) -> Self {
        let high = (u128::from(self) * u128::from(by.magic)) >> 64;
        high as Self >> by.shift
    }
    #[inline]
    fn number(self) -> u64 {
        self
    }
    fn reciprocal(by: u128) -> (u64, u32, u128) {
        if by == 1 {
            return (u64::MAX, 0, 1);
        }
        let shift = (by - 1).ilog2();
        ((1_u128 << (64 + shift)).div_ceil(by) as u64, shift, 0)
    }
}

impl Lane for u128 {
    fn of(number: u128) -> Self {
        number
    }
    fn signed(number: i64) -> Self {
        number as Self
    }
    fn times(self, factor: Self) -> Self {
        self * factor
    }
    fn plus(self, other: Self) -> Self {
        self + other
    }
    fn less(self, other: Self) -> Self {
        self.saturating_sub(other)
    }
    fn on_line(self, slope: Self, level: Self) -> Self {
        self.wrapping_mul(slope).wrapping_add(level)
    }
    fn quotient(self, by: Self) -> Self {
        self / by
    }
    fn quotient_by(self, by: &Reciprocal<Self>) -> Self {
        self / by.by
    }
    fn number(self) -> u64 {
        self as u64
    }
    fn reciprocal(_: u128) -> (u64, u32, u128) {
        (0, 0, 0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    const MAX: u64 = (1 << 63) - 1;

    fn number() -> impl Strategy<Value = u64> {
        prop_oneof![
            0..=MAX,
            0..=u64::from(u32::MAX),
            (0..63_u32, 0..5_u64).prop_map(|(bits, off)| (1_u64 << bits).wrapping_sub(off).min(MAX)),
            select(vec![0, 1, 2, 3, MAX - 1, MAX]),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        #[test]
        fn a_reciprocal_divides(number in number(), by in prop_oneof![number(), 1..20_u64], multiple in number()) {
            let by = by.max(1);
            let reciprocal = Reciprocal::<u64>::new(u128::from(by), 0);
            // Around multiples is where a reciprocal goes wrong.
            let multiple = MAX / by % multiple.max(1) * by;
            for number in [number, multiple, multiple.saturating_sub(1), multiple.saturating_add(by - 1).min(MAX)] {
                prop_assert_eq!((number + reciprocal.bias).quotient_by(&reciprocal), number / by, "{} by {}", number, by);
            }
        }
    }
}
