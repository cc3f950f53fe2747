//! The arithmetic of a batch, on magnitudes in minor units.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "within the limits of a batch, which it has checked, nothing here overflows; each item says why"
)]

use std::cmp::Reverse;

use l2c_money::{Remainder, Rounding};

/// The shares of one contract; the room is used again for the next.
#[derive(Default)]
pub(super) struct Shares {
    pub(super) of: Vec<u64>,
    cut_off: Vec<u64>,
    order: Vec<usize>,
}

/// So many left-over units find their takers one by one.
const FEW: usize = 16;

impl Shares {
    /// Splits a price by weights that add up to `sum`: one share for each.
    ///
    /// Price and sum are at most 10^18, the sum is above zero. Products have 128 bits for a contract whose price
    /// times sum needs them, and for no other.
    #[inline]
    pub(super) fn split(&mut self, price: u64, sum: u64, weights: &[i64], remainder: Remainder) {
        let left = match price.checked_mul(sum) {
            Some(_) => self.cut_narrow(price, sum, weights),
            None => self.cut_wide(price, sum, weights),
        };
        if left > 0 {
            self.place(left, weights, remainder);
        }
    }

    #[inline]
    fn cut_narrow(&mut self, price: u64, sum: u64, weights: &[i64]) -> usize {
        self.cut(price, weights, |weight| {
            let product = price * weight;
            (product / sum, product % sum)
        })
    }

    #[cold]
    fn cut_wide(&mut self, price: u64, sum: u64, weights: &[i64]) -> usize {
        let (price_wide, sum_wide) = (u128::from(price), u128::from(sum));
        self.cut(price, weights, |weight| {
            let product = price_wide * u128::from(weight);
            ((product / sum_wide) as u64, (product % sum_wide) as u64)
        })
    }

    /// Cuts shares down to whole units and gives what is left: less than the number of shares that lost something.
    #[inline]
    fn cut(&mut self, price: u64, weights: &[i64], share: impl Fn(u64) -> (u64, u64)) -> usize {
        self.of.resize(weights.len(), 0);
        self.cut_off.resize(weights.len(), 0);
        let mut left = price;
        for ((of, cut_off), weight) in self.of.iter_mut().zip(&mut self.cut_off).zip(weights) {
            (*of, *cut_off) = share(weight.unsigned_abs());
            left -= *of;
        }
        left as usize
    }

    #[inline]
    fn place(&mut self, left: usize, weights: &[i64], remainder: Remainder) {
        let Self { of, cut_off, order } = self;
        let mut weighted = of.iter_mut().zip(weights).filter(|(_, weight)| **weight > 0);
        match remainder {
            Remainder::Largest if left <= FEW => {
                for _ in 0..left {
                    let mut taker = 0;
                    for (index, fraction) in cut_off.iter().enumerate() {
                        if *fraction > cut_off[taker] {
                            taker = index;
                        }
                    }
                    of[taker] += 1;
                    cut_off[taker] = 0;
                }
            }
            Remainder::Largest => {
                order.clear();
                order.extend(0..cut_off.len());
                order.select_nth_unstable_by_key(left - 1, |index| (Reverse(cut_off[*index]), *index));
                for index in &order[..left] {
                    of[*index] += 1;
                }
            }
            Remainder::First => weighted.take(left).for_each(|(share, _)| *share += 1),
            Remainder::Last => {
                if let Some((share, _)) = weighted.next_back() {
                    *share += left as u64;
                }
            }
        }
    }
}

/// Bits of the fraction of a slope.
const FRACTION: u32 = 42;
const ONE: u64 = 1 << FRACTION;

/// A straight line from nothing to an amount: what is earned when `done` of `of` steps are.
///
/// The slope amount / of is kept as a whole part and a fraction of 42 bits that is rounded up. So the fraction of a
/// product is too large, by less than `done` units of 2^-42, and never too small. An exact figure that is not on a
/// boundary of rounding is at least 1 / (2 x of) away from it. That is more than `of` units as long as
/// 2 x of^2 < 2^42, so no figure is moved over a boundary, and those on one are known by their low bits.
/// `of` is at most 1,201 x 31 x 31.
#[derive(Clone, Copy)]
pub(super) struct Slope {
    whole: u64,
    fraction: u64,
    /// What is added before the fraction is cut off.
    bias: u64,
    of: u64,
}

impl Slope {
    #[inline]
    pub(super) fn new(amount: u64, of: u64, rounding: Rounding, negative: bool) -> Self {
        let bias = match (rounding, negative) {
            (Rounding::HalfUp | Rounding::HalfEven, _) => ONE / 2,
            (Rounding::HalfDown, _) => ONE / 2 - of,
            (Rounding::Up, _) | (Rounding::Ceiling, false) | (Rounding::Floor, true) => ONE - of,
            (Rounding::Down, _) | (Rounding::Ceiling, true) | (Rounding::Floor, false) => 0,
        };
        Self {
            whole: amount / of,
            fraction: ((amount % of) << FRACTION).div_ceil(of),
            bias,
            of,
        }
    }

    /// Writes what each step adds. The last one closes the amount.
    #[inline]
    pub(super) fn rows<const EVEN: bool>(
        &self,
        amount: u64,
        done: impl Iterator<Item = u32>,
        rows: &mut [i64],
    ) {
        let mut before = 0;
        let Some((last, rows)) = rows.split_last_mut() else {
            return;
        };
        for (row, done) in rows.iter_mut().zip(done) {
            let done = u64::from(done);
            let fraction = self.fraction * done + self.bias;
            let mut earned = self.whole * done + (fraction >> FRACTION);
            if EVEN {
                // On a tie the odd neighbour goes back to the even one.
                earned -= u64::from(fraction % ONE < self.of) & earned & 1;
            }
            *row = earned.wrapping_sub(before) as i64;
            before = earned;
        }
        *last = amount.wrapping_sub(before) as i64;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    const MAX: u64 = 1_000_000_000_000_000_000;

    fn amount() -> impl Strategy<Value = u64> {
        prop_oneof![
            0..10_000_u64,
            0..=MAX,
            select(vec![0, 1, MAX - 1, MAX]),
            0..=u64::from(u32::MAX)
        ]
    }

    /// The definition, in 128 bits.
    fn earned(amount: u64, done: u64, of: u64, rounding: Rounding, negative: bool) -> i64 {
        let (product, of) = (u128::from(amount) * u128::from(done), u128::from(of));
        let (whole, rest) = (product / of, product % of);
        let up = match (rounding, negative) {
            (Rounding::HalfUp, _) => 2 * rest >= of,
            (Rounding::HalfDown, _) => 2 * rest > of,
            (Rounding::HalfEven, _) => 2 * rest > of || 2 * rest == of && whole % 2 == 1,
            (Rounding::Up, _) | (Rounding::Ceiling, false) | (Rounding::Floor, true) => rest > 0,
            (Rounding::Down, _) | (Rounding::Ceiling, true) | (Rounding::Floor, false) => false,
        };
        (whole + u128::from(up)) as i64
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn a_slope_is_the_rounded_quotient(
            amount in amount(),
            of in prop_oneof![1..=12_u64, 1..=36_525_u64, 1..=1_201 * 31 * 31_u64],
            places in prop::collection::vec(any::<prop::sample::Index>(), 1..20),
            rounding in select(vec![
                Rounding::HalfUp,
                Rounding::HalfEven,
                Rounding::HalfDown,
                Rounding::Up,
                Rounding::Down,
                Rounding::Ceiling,
                Rounding::Floor,
            ]),
            negative in any::<bool>(),
        ) {
            // Halves are where rounding goes wrong.
            let mut done: Vec<u64> = places.iter().map(|place| place.index(of as usize) as u64).collect();
            done.extend([of / 2, of.div_ceil(2)]);
            done.sort_unstable();
            let slope = Slope::new(amount, of, rounding, negative);
            let mut rows = vec![0; done.len() + 1];
            let steps = done.iter().map(|done| *done as u32);
            match rounding {
                Rounding::HalfEven => slope.rows::<true>(amount, steps, &mut rows),
                _ => slope.rows::<false>(amount, steps, &mut rows),
            }
            let mut before = 0;
            for (row, done) in rows.iter().zip(done.into_iter().chain([of])) {
                before += row;
                prop_assert_eq!(before, earned(amount, done, of, rounding, negative), "{} of {}", done, of);
            }
        }

        #[test]
        fn narrow_products_are_wide_ones(
            price in 0..=u64::from(u32::MAX),
            weights in prop::collection::vec(0..100_000_000_i64, 1..40),
        ) {
            let sum = weights.iter().sum::<i64>() as u64;
            prop_assume!(sum > 0 && price.checked_mul(sum).is_some());
            let (mut narrow, mut wide) = (Shares::default(), Shares::default());
            prop_assert_eq!(narrow.cut_narrow(price, sum, &weights), wide.cut_wide(price, sum, &weights));
            prop_assert_eq!(&narrow.of, &wide.of);
            prop_assert_eq!(&narrow.cut_off, &wide.cut_off);
        }

        /// One by one, or by order.
        #[test]
        fn few_and_many_left_over_units_find_the_same_takers(
            price in amount(),
            weights in prop::collection::vec(prop_oneof![0..5_i64, 0..1_000_i64], 2..60),
        ) {
            let sum = weights.iter().sum::<i64>() as u64;
            prop_assume!(sum > 0);
            let mut shares = Shares::default();
            let left = shares.cut_wide(price, sum, &weights);
            let mut expected = shares.of.clone();
            let mut order: Vec<usize> = (0..weights.len()).collect();
            order.sort_by_key(|index| Reverse(shares.cut_off[*index]));
            order[..left].iter().for_each(|index| expected[*index] += 1);
            shares.split(price, sum, &weights, Remainder::Largest);
            prop_assert_eq!(shares.of.iter().sum::<u64>(), price);
            prop_assert_eq!(shares.of, expected);
        }
    }
}
