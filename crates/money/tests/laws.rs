//! The laws of exact figures, rounding, splitting and exchange.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use std::cmp::Ordering;

use l2c_money::{
    AllocationPolicy, Currency, Decimal, Exact, ExchangeRate, Money, Quantity, Remainder, RoundTo, Rounding,
    RoundingPolicy, Unit, ZeroWeights,
};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};
use proptest::prelude::*;

const MODES: [Rounding; 7] = [
    Rounding::HalfUp,
    Rounding::HalfEven,
    Rounding::HalfDown,
    Rounding::Up,
    Rounding::Down,
    Rounding::Ceiling,
    Rounding::Floor,
];

const SYMMETRIC: [Rounding; 5] = [
    Rounding::HalfUp,
    Rounding::HalfEven,
    Rounding::HalfDown,
    Rounding::Up,
    Rounding::Down,
];

/// Numerators and denominators of every size, small and large, so that both forms and the edge between them
/// are met.
fn part() -> impl Strategy<Value = i128> {
    prop_oneof![
        4 => -1_000_i128..1_000,
        2 => any::<i64>().prop_map(i128::from),
        2 => any::<i128>(),
        1 => prop_oneof![Just(i128::MAX), Just(i128::MIN), Just(i128::MIN + 1), Just(0)],
    ]
}

/// A figure, and the same as a plain big rational.
fn figure() -> impl Strategy<Value = (Exact, BigRational)> {
    (part(), part().prop_filter("not zero", |den| *den != 0)).prop_map(|(num, den)| {
        let exact = Exact::from(num).checked_div(&Exact::from(den)).unwrap();
        (exact, BigRational::new(BigInt::from(num), BigInt::from(den)))
    })
}

fn same(exact: &Exact, model: &BigRational) -> bool {
    let text = exact.to_string();
    let (num, den) = match (text.split_once('/'), text.split_once('.')) {
        (Some((num, den)), _) => (num.to_owned(), den.to_owned()),
        (_, Some((head, tail))) => (format!("{head}{tail}"), format!("1{}", "0".repeat(tail.len()))),
        _ => (text.clone(), "1".to_owned()),
    };
    BigRational::new(num.parse().unwrap(), den.parse().unwrap()) == *model
}

/// Rounding to a whole number, by the definition.
fn rounded(value: &BigRational, mode: Rounding) -> BigInt {
    let floor = value.floor().to_integer();
    let rest = value - BigRational::from_integer(floor.clone());
    if rest.is_zero() {
        return floor;
    }
    let above = &floor + 1;
    let half = BigRational::new(1.into(), 2.into());
    let (away, toward) = if value.is_negative() {
        (&floor, &above)
    } else {
        (&above, &floor)
    };
    let even = if (&floor % 2_i32).is_zero() {
        &floor
    } else {
        &above
    };
    let nearest = if rest < half { &floor } else { &above };
    let tie = rest == half;
    match mode {
        Rounding::HalfUp => {
            if tie {
                away
            } else {
                nearest
            }
        }
        Rounding::HalfDown => {
            if tie {
                toward
            } else {
                nearest
            }
        }
        Rounding::HalfEven => {
            if tie {
                even
            } else {
                nearest
            }
        }
        Rounding::Up => away,
        Rounding::Down => toward,
        Rounding::Ceiling => &above,
        Rounding::Floor => &floor,
    }
    .clone()
}

fn currency() -> impl Strategy<Value = Currency> {
    let all: Vec<Currency> = Currency::all().collect();
    prop::sample::select(all)
}

fn money() -> impl Strategy<Value = Money> {
    (
        -1_000_000_000_000_000_i64..1_000_000_000_000_000,
        0_u32..=9,
        currency(),
    )
        .prop_map(|(units, scale, currency)| Money::from_units(units, scale, currency).unwrap())
}

fn weight() -> impl Strategy<Value = Exact> {
    prop_oneof![
        3 => (0_i64..1_000).prop_map(Exact::integer),
        2 => (0_i64..100_000, 1_i64..1_000).prop_map(|(num, den)| Exact::ratio(num, den).unwrap()),
        1 => Just(Exact::ZERO),
    ]
}

fn policy() -> impl Strategy<Value = AllocationPolicy> {
    prop::sample::select(vec![Remainder::Largest, Remainder::First, Remainder::Last]).prop_map(|remainder| {
        AllocationPolicy {
            remainder,
            zero_weights: ZeroWeights::Equal,
        }
    })
}

fn mode() -> impl Strategy<Value = Rounding> {
    prop::sample::select(MODES.to_vec())
}

fn total(parts: &[Money], currency: Currency) -> Money {
    Money::sum(parts, currency).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn the_four_operations_are_those_of_the_rationals((a, x) in figure(), (b, y) in figure()) {
        prop_assert!(same(&a, &x));
        prop_assert!(same(&(&a + &b), &(&x + &y)));
        prop_assert!(same(&(&a - &b), &(&x - &y)));
        prop_assert!(same(&(&a * &b), &(&x * &y)));
        prop_assert!(same(&-&a, &-&x));
        match a.checked_div(&b) {
            Ok(quotient) => prop_assert!(same(&quotient, &(&x / &y))),
            Err(error) => prop_assert!(y.is_zero() && error.code() == "division_by_zero"),
        }
        prop_assert_eq!(a.cmp(&b), x.cmp(&y));
        prop_assert_eq!(a == b, x == y);
        prop_assert!(same(&a.abs(), &x.abs()));
        prop_assert_eq!(a.is_integer(), x.is_integer());
        prop_assert_eq!((a.is_zero(), a.is_negative(), a.is_positive()),
            (x.is_zero(), x.is_negative(), x.is_positive()));
        prop_assert!(same(&a.clone().max(b.clone()), &x.clone().max(y.clone())));
        prop_assert!(same(&a.min(b), &x.min(y)));
    }

    #[test]
    fn a_field((a, _) in figure(), (b, _) in figure(), (c, _) in figure()) {
        prop_assert_eq!(&a + &b, &b + &a);
        prop_assert_eq!(&a * &b, &b * &a);
        prop_assert_eq!((&a + &b) + &c, &a + (&b + &c));
        prop_assert_eq!((&a * &b) * &c, &a * (&b * &c));
        prop_assert_eq!(&a * (&b + &c), &a * &b + &a * &c);
        prop_assert_eq!((&a + &b) - &b, a.clone());
        if !b.is_zero() {
            prop_assert_eq!((&a * &b).checked_div(&b).unwrap(), a.clone());
        }
        prop_assert_eq!([a.clone(), b.clone(), c.clone()].iter().sum::<Exact>(), a + b + c);
    }

    /// Equal figures are equal whichever way they were reached, small form or big.
    #[test]
    fn the_form_does_not_show((a, _) in figure(), (b, _) in figure()) {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let detour = Exact::power_of_ten(60);
        let round_trip = (&(&a * &detour) + &(&b * &detour)).checked_div(&detour).unwrap();
        let direct = &a + &b;
        prop_assert_eq!(&round_trip, &direct);
        let hash = |value: &Exact| { let mut hasher = DefaultHasher::new(); value.hash(&mut hasher); hasher.finish() };
        prop_assert_eq!(hash(&round_trip), hash(&direct));
        prop_assert_eq!(round_trip.to_string(), direct.to_string());
        prop_assert_eq!(round_trip.to_i128(), direct.to_i128());
    }

    #[test]
    fn rounding_is_by_definition((a, x) in figure(), mode in mode(), scale in 0_u32..12) {
        prop_assert!(same(&a.round_to_integer(mode), &BigRational::from_integer(rounded(&x, mode))));
        let unit = BigRational::from_integer(BigInt::from(10).pow(scale));
        let expected = BigRational::from_integer(rounded(&(&x * &unit), mode)) / unit;
        prop_assert!(same(&a.round(scale, mode), &expected));
        prop_assert!(same(&a.floor(), &x.floor()));
        prop_assert!(same(&a.ceil(), &x.ceil()));
    }

    /// Ties are rare among figures at random: here every figure is one, or next to one.
    #[test]
    fn ties_are_by_definition(doubled in -10_000_i64..10_000, mode in mode(), scale in 0_u32..6) {
        let unit = Exact::power_of_ten(scale);
        let tie = Exact::ratio(doubled, 2).unwrap();
        let model = BigRational::new(doubled.into(), 2.into());
        let expected = Exact::from(i128::try_from(rounded(&model, mode)).unwrap()).checked_div(&unit).unwrap();
        prop_assert_eq!(tie.checked_div(&unit).unwrap().round(scale, mode), expected);
        // And among figures too large for the small form, of either sign.
        for far in [BigInt::from(10).pow(45), -BigInt::from(10).pow(45)] {
            let model = model.clone() + BigRational::from_integer(far.clone());
            let tie: Exact = format!("{}/{}", model.numer(), model.denom()).parse().unwrap();
            prop_assert!(same(&tie.round_to_integer(mode), &BigRational::from_integer(rounded(&model, mode))));
            let shifted = tie.checked_div(&unit).unwrap().round(scale, mode) * &unit;
            prop_assert!(same(&shifted, &BigRational::from_integer(rounded(&model, mode))));
        }
    }

    #[test]
    fn rounding_mirrors_is_idempotent_and_monotone(
        (a, _) in figure(), (b, _) in figure(), scale in 0_u32..12, mode in mode(), step in 1_i64..1_000,
    ) {
        for symmetric in SYMMETRIC {
            prop_assert_eq!((-&a).round(scale, symmetric), -a.round(scale, symmetric));
        }
        prop_assert_eq!((-&a).round(scale, Rounding::Floor), -a.round(scale, Rounding::Ceiling));
        let once = a.round(scale, mode);
        prop_assert_eq!(once.round(scale, mode), once.clone());
        let (low, high) = if a <= b { (&a, &b) } else { (&b, &a) };
        prop_assert!(low.round(scale, mode) <= high.round(scale, mode));
        let increment = Exact::ratio(step, 100).unwrap();
        let cash = a.round_to_multiple(&increment, mode).unwrap();
        prop_assert!(cash.checked_div(&increment).unwrap().is_integer());
        prop_assert_eq!(cash.round_to_multiple(&increment, mode).unwrap(), cash.clone());
        prop_assert!((&cash - &a).abs() < increment);
    }

    #[test]
    fn a_policy_lands_on_its_grid(units in any::<i64>(), den in 1_i64..10_000, currency in currency(), mode in mode(), scale in 0_u32..=12) {
        let value = Exact::ratio(units / 1_000, den).unwrap();
        let minor = RoundingPolicy::minor_unit(mode).money(&value, currency).unwrap();
        prop_assert!(minor.to_units(currency.minor_units()).is_ok());
        let by_scale = RoundingPolicy { mode, to: RoundTo::Scale(scale) }.round(&value, currency).unwrap();
        prop_assert!((by_scale * Exact::power_of_ten(scale)).is_integer());
    }

    #[test]
    fn parts_add_up_to_the_whole(
        units in any::<i64>(), scale in 0_u32..=9, currency in currency(),
        weights in prop::collection::vec(weight(), 1..12), policy in policy(),
    ) {
        let whole = Money::from_units(units / 1_000_000_000, scale, currency).unwrap();
        let parts = whole.allocate_at(scale, &weights, policy).unwrap();
        prop_assert_eq!(parts.len(), weights.len());
        prop_assert_eq!(total(&parts, currency), whole);
        let sum: Exact = weights.iter().sum();
        for (part, weight) in parts.iter().zip(&weights) {
            prop_assert!(part.to_units(scale).is_ok());
            prop_assert!(part.is_zero() || part.is_negative() == whole.is_negative());
            // By largest remainder no part is a whole unit off its share, by position none is more.
            if !sum.is_zero() && policy.remainder != Remainder::Last {
                let share = (whole.exact() * weight).checked_div(&sum).unwrap();
                let off = (part.exact() - share).abs() * Exact::power_of_ten(scale);
                prop_assert!(off < Exact::ONE || policy.remainder == Remainder::First && off == Exact::ONE);
            }
            prop_assert!(sum.is_zero() || !weight.is_zero() || part.is_zero());
        }
    }

    #[test]
    fn a_credit_is_split_like_its_invoice(
        units in any::<i32>(), currency in currency(), weights in prop::collection::vec(weight(), 1..12), policy in policy(),
    ) {
        let whole = Money::from_minor(units.into(), currency).unwrap();
        let mirrored: Vec<Money> =
            whole.allocate(&weights, policy).unwrap().iter().map(Money::negated).collect();
        prop_assert_eq!(whole.negated().allocate(&weights, policy).unwrap(), mirrored);
    }

    /// Only proportions count. The huge factor takes the other form of `Exact`.
    #[test]
    fn weights_count_by_proportion(
        units in any::<i32>(), weights in prop::collection::vec(weight(), 1..8), policy in policy(),
        num in 1_i64..1_000, den in 1_i64..1_000,
    ) {
        let whole = Money::from_minor(units.into(), Currency::USD).unwrap();
        let parts = whole.allocate(&weights, policy).unwrap();
        for factor in [Exact::ratio(num, den).unwrap(), Exact::power_of_ten(45), Exact::ONE.checked_div(&Exact::power_of_ten(45)).unwrap()] {
            let scaled: Vec<Exact> = weights.iter().map(|weight| weight * &factor).collect();
            prop_assert_eq!(&whole.allocate(&scaled, policy).unwrap(), &parts);
        }
    }

    /// Equal weights get equal parts, up to one unit each for the earlier positions (the last takes all that
    /// is left under `Last`).
    #[test]
    fn equal_weights_differ_by_position_alone(units in 0_i64..1_000_000, count in 1_usize..20, equal in 1_i64..1_000, policy in policy()) {
        let whole = Money::from_minor(units, Currency::USD).unwrap();
        let parts: Vec<i64> = whole
            .allocate(&vec![Exact::ratio(equal, 7).unwrap(); count], policy).unwrap()
            .iter().map(|part| part.minor().unwrap()).collect();
        let each = units / i64::try_from(count).unwrap();
        let left = usize::try_from(units).unwrap() % count;
        let expected: Vec<i64> = (0..count).map(|index| match policy.remainder {
            Remainder::Last if index + 1 == count => each + i64::try_from(left).unwrap(),
            Remainder::Last => each,
            _ => each + i64::from(index < left),
        }).collect();
        prop_assert_eq!(parts, expected);
    }

    /// By largest remainder a permutation of the weights permutes the parts, but for ties.
    #[test]
    fn the_order_of_weights_only_breaks_ties(
        units in 0_i64..1_000_000, weights in prop::collection::vec(1_i64..10_000, 2..10), turn in 0_usize..10,
    ) {
        let whole = Money::from_minor(units, Currency::USD).unwrap();
        let split = |weights: &[i64]| -> Vec<i64> {
            let weights: Vec<Exact> = weights.iter().copied().map(Exact::integer).collect();
            whole.allocate(&weights, AllocationPolicy::default()).unwrap()
                .iter().map(|part| part.minor().unwrap()).collect()
        };
        let mut turned = weights.clone();
        turned.rotate_left(turn % weights.len());
        let (plain, permuted) = (split(&weights), split(&turned));
        let sum: i64 = weights.iter().sum();
        let mut cut: Vec<i64> = weights.iter().map(|w| units * w % sum).collect();
        cut.sort_unstable();
        if cut.windows(2).all(|pair| pair[0] != pair[1]) {
            let mut back = permuted.clone();
            back.rotate_right(turn % weights.len());
            prop_assert_eq!(&back, &plain);
        }
        // With ties too: what is cut off above the last taker's gets a unit in any order, below it none.
        let left = usize::try_from(units - weights.iter().map(|w| units * w / sum).sum::<i64>()).unwrap();
        let last = left.checked_sub(1).map_or(i64::MAX, |index| cut[cut.len() - 1 - index]);
        for (weight, part) in weights.iter().zip(&plain).chain(turned.iter().zip(&permuted)) {
            let extra = part - units * weight / sum;
            match (units * weight % sum).cmp(&last) {
                Ordering::Greater => prop_assert_eq!(extra, 1),
                Ordering::Less => prop_assert_eq!(extra, 0),
                Ordering::Equal => prop_assert!((0..=1).contains(&extra)),
            }
        }
    }

    #[test]
    fn cumulative_parts_close_the_whole(units in any::<i32>(), currency in currency(), steps in 1_i64..40, mode in mode()) {
        let whole = Money::from_minor(units.into(), currency).unwrap();
        let mut done = Money::zero(currency);
        for step in 1..=steps {
            let fraction = Exact::ratio(step, steps).unwrap();
            let part = whole.cumulative_part(&fraction, &done, mode).unwrap();
            done = done.checked_add(&part).unwrap();
            let due = (whole.exact() * fraction).round(currency.minor_units(), mode);
            prop_assert_eq!(done.exact(), due);
        }
        prop_assert_eq!(done, whole);
    }

    #[test]
    fn money_adds_exactly(a in -1_000_000_000_000_i64..1_000_000_000_000, b in -1_000_000_000_000_i64..1_000_000_000_000, s in 0_u32..=9, t in 0_u32..=9) {
        let (left, right) = (
            Money::from_units(a, s, Currency::USD).unwrap(),
            Money::from_units(b, t, Currency::USD).unwrap(),
        );
        let sum = left.checked_add(&right).unwrap();
        prop_assert_eq!(sum.exact(), left.exact() + right.exact());
        prop_assert_eq!(left.checked_sub(&right).unwrap().exact(), left.exact() - right.exact());
        prop_assert_eq!(sum.checked_sub(&right).unwrap(), left);
        prop_assert_eq!(left.checked_cmp(&right).unwrap(), left.exact().cmp(&right.exact()));
        prop_assert_eq!(left.negated().negated(), left);
        prop_assert_eq!(left.abs().exact(), left.exact().abs());
        prop_assert_eq!(Money::try_from_exact(&left.exact(), Currency::USD).unwrap(), left);
    }

    #[test]
    fn what_is_written_is_read(amount in money(), (figure, _) in figure(), mantissa in any::<i64>(), scale in 0_u32..=12) {
        let json = serde_json::to_string(&amount).unwrap();
        prop_assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), amount);
        prop_assert_eq!(figure.to_string().parse::<Exact>().unwrap(), figure.clone());
        let json = serde_json::to_string(&figure).unwrap();
        prop_assert_eq!(serde_json::from_str::<Exact>(&json).unwrap(), figure);
        let decimal = Decimal::new(mantissa, scale);
        prop_assert_eq!(l2c_money::parse_decimal(&decimal.to_string()).unwrap(), decimal);
        prop_assert_eq!(Exact::from(decimal).to_decimal().unwrap(), decimal);
        if let Ok(quantity) = Quantity::new(decimal, Unit::HOUR) {
            let json = serde_json::to_string(&quantity).unwrap();
            prop_assert_eq!(serde_json::from_str::<Quantity>(&json).unwrap(), quantity);
        }
    }

    #[test]
    fn integers_in_columns_come_back(amount in money(), finer in 0_u32..4) {
        let scale = amount.amount().scale() + finer;
        if let Ok(units) = amount.to_units(scale) {
            prop_assert_eq!(Money::from_units(units, scale, amount.currency()).unwrap(), amount);
        }
    }

    /// Before rounding, exchange there and back by the reciprocal changes nothing; and it keeps the sign.
    #[test]
    fn exchange_is_exact_until_it_is_rounded(units in any::<i32>(), mantissa in 1_i64..1_000_000_000, scale in 0_u32..10) {
        let date = "2026-06-30".parse().unwrap();
        let rate = ExchangeRate::new(Currency::USD, Currency::JPY, Decimal::new(mantissa, scale), date).unwrap();
        let amount = Money::from_minor(units.into(), Currency::USD).unwrap();
        let there = rate.convert_exact(&amount).unwrap();
        prop_assert_eq!(there.checked_div(&Exact::from(rate.rate())).unwrap(), amount.exact());
        prop_assert_eq!(rate.convert_exact(&amount.negated()).unwrap(), -&there);
        let rounded = rate.convert(&amount, RoundingPolicy::HALF_EVEN).unwrap();
        prop_assert_eq!(rounded.exact(), there.round(0, Rounding::HalfEven));
        prop_assert_eq!(rounded.currency(), Currency::JPY);
    }
}
