//! Powers and roots against exact integer arithmetic: a rounding is checked by raising its neighbours.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use std::time::{Duration, Instant};

use l2c_money::{Exact, Rounding};
use proptest::prelude::*;

fn exact(text: &str) -> Exact {
    text.parse().unwrap()
}

fn power(base: &str, exponent: &str, scale: u32) -> String {
    exact(base)
        .power(&exact(exponent), scale, Rounding::HalfUp)
        .unwrap()
        .to_string()
}

#[test]
fn figures_of_the_trade() {
    // Computed apart from this crate, with 60 digits.
    assert_eq!(power("1.01", "60", 28), "1.816696698564090264988957004");
    assert_eq!(power("2", "1/12", 27), "1.059463094359295264561825295");
    assert_eq!(power("1/2", "31/365", 24), "0.942829296463146828592067");
    assert_eq!(
        power("1000000000000000000", "0.000000001", 20),
        "1.0000000414465325328"
    );
    assert_eq!(power("0.5", "-3", 2), "8");
    assert_eq!(power("4", "-0.5", 2), "0.5");
    assert_eq!(power("2.25", "1.5", 3), "3.375");
    assert_eq!(power("-2", "3", 0), "-8");
    assert_eq!(power("-2", "-2", 2), "0.25");
    assert_eq!(power("0", "0", 2), "1");
    assert_eq!(power("0", "0.5", 2), "0");
    assert_eq!(power("7", "0", 2), "1");
}

#[test]
fn exact_results_on_an_edge_round_as_ties() {
    let half = |mode| exact("6.25").power(&exact("1/2"), 0, mode).unwrap().to_string();
    assert_eq!(half(Rounding::HalfUp), "3");
    assert_eq!(half(Rounding::HalfEven), "2");
    assert_eq!(half(Rounding::HalfDown), "2");
    assert_eq!(half(Rounding::Up), "3");
    assert_eq!(half(Rounding::Down), "2");
    let quarter = |mode| exact("0.5").power(&exact("2"), 1, mode).unwrap().to_string();
    assert_eq!(quarter(Rounding::HalfEven), "0.2");
    assert_eq!(quarter(Rounding::HalfUp), "0.3");
}

#[test]
fn negative_bases_mirror() {
    let root = |mode| exact("-2").root(3, 2, mode).unwrap().to_string();
    assert_eq!(root(Rounding::HalfUp), "-1.26");
    assert_eq!(root(Rounding::Floor), "-1.26");
    assert_eq!(root(Rounding::Ceiling), "-1.25");
    assert_eq!(root(Rounding::Down), "-1.25");
    assert_eq!(
        exact("-27").root(3, 5, Rounding::HalfUp).unwrap(),
        Exact::integer(-3)
    );
}

#[test]
fn directed_roundings_see_the_last_trace() {
    // The root is 1 and half of 10^-600: far below the last decimal, yet not nothing.
    let near_one = format!("1.{}1", "0".repeat(599));
    let root = |mode| exact(&near_one).root(2, 2, mode).unwrap().to_string();
    assert_eq!(root(Rounding::Up), "1.01");
    assert_eq!(root(Rounding::Down), "1");
    assert_eq!(root(Rounding::HalfUp), "1");
    // A power that all but vanishes is still above zero.
    let trace = |mode| {
        exact("0.5")
            .power(&exact("1000000000000"), 4, mode)
            .unwrap()
            .to_string()
    };
    assert_eq!(trace(Rounding::Up), "0.0001");
    assert_eq!(trace(Rounding::HalfUp), "0");
    let negative = |mode| {
        exact("-0.5")
            .power(&exact("1000000000001"), 4, mode)
            .unwrap()
            .to_string()
    };
    assert_eq!(negative(Rounding::Floor), "-0.0001");
    assert_eq!(negative(Rounding::Ceiling), "0");
}

#[test]
fn what_has_no_answer_is_refused() {
    let code = |base: &str, exponent: &str, scale| {
        exact(base)
            .power(&exact(exponent), scale, Rounding::HalfUp)
            .unwrap_err()
            .code()
    };
    assert_eq!(code("0", "-1", 2), "division_by_zero");
    assert_eq!(code("-8", "1/3", 2), "invalid_power");
    assert_eq!(code("-8", "0.5", 2), "invalid_power");
    assert_eq!(code("2", "0.5", 101), "invalid_rounding");
    assert_eq!(
        exact("2").root(0, 2, Rounding::HalfUp).unwrap_err().code(),
        "invalid_power"
    );
    assert_eq!(
        exact("-4").root(2, 2, Rounding::HalfUp).unwrap_err().code(),
        "invalid_power"
    );
}

#[test]
fn hostile_input_is_answered_in_bounded_time() {
    let start = Instant::now();
    let long = "9".repeat(5_000);
    let digits = "7".repeat(600);
    for (base, exponent) in [
        ("2", "1000000000000000000000"),
        ("1.0000000001", "999999999999999999999999999999"),
        ("3", long.as_str()),
        (long.as_str(), "0.5"),
        (digits.as_str(), "12.5"),
        ("0.0000001", "-1000000"),
    ] {
        let refused = exact(base)
            .power(&exact(exponent), 10, Rounding::HalfUp)
            .unwrap_err();
        assert_eq!(refused.code(), "invalid_power");
        assert!(refused.to_string().len() < 300, "{refused}");
    }
    let tiny = format!("0.{}1", "0".repeat(598));
    let huge = "8".repeat(600);
    for (base, exponent) in [
        (huge.as_str(), tiny.as_str()),
        (tiny.as_str(), tiny.as_str()),
        (tiny.as_str(), huge.as_str()),
        (huge.as_str(), "1.999"),
        ("0.999999999999", huge.as_str()),
    ] {
        assert!(
            exact(base)
                .power(&exact(exponent), 100, Rounding::HalfEven)
                .is_ok()
        );
    }
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

fn half_unit(scale: u32) -> Exact {
    Exact::ratio(1, 2)
        .unwrap()
        .checked_div(&Exact::power_of_ten(scale))
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// The result is within half a unit of the true power: comparing q-th powers needs no logarithm.
    #[test]
    fn a_power_is_the_nearest_figure(
        numer in 1_i64..100_000, denom in 1_i64..100_000, p in -12_i32..12, q in 1_i32..12, scale in 0_u32..12,
    ) {
        let base = Exact::ratio(numer, denom).unwrap();
        let exponent = Exact::ratio(i64::from(p), i64::from(q)).unwrap();
        let rounded = base.power(&exponent, scale, Rounding::HalfUp).unwrap();
        let target = base.pow(p).unwrap();
        prop_assert!(target < (&rounded + half_unit(scale)).pow(q).unwrap());
        let below = &rounded - half_unit(scale);
        prop_assert!(below.is_negative() || below.pow(q).unwrap() <= target);
    }

    #[test]
    fn whole_powers_are_the_exact_ones(
        numer in -1_000_i64..1_000, denom in 1_i64..1_000, p in 0_i32..40, scale in 0_u32..20,
    ) {
        let base = Exact::ratio(numer, denom).unwrap();
        for mode in [Rounding::HalfUp, Rounding::HalfEven, Rounding::Floor, Rounding::Ceiling, Rounding::Up] {
            let rounded = base.power(&Exact::integer(i64::from(p)), scale, mode).unwrap();
            prop_assert_eq!(rounded, base.pow(p).unwrap().round(scale, mode));
        }
    }

    #[test]
    fn a_root_undoes_a_power(value in 0_i64..10_000, degree in 1_u32..9) {
        let value = Exact::ratio(value, 100).unwrap();
        let raised = value.pow(i32::try_from(degree).unwrap()).unwrap();
        prop_assert_eq!(raised.root(degree, 2, Rounding::Down).unwrap(), value);
    }

    #[test]
    fn a_power_is_monotone(
        a in 1_i64..10_000, step in 0_i64..100, p in 1_i64..50, q in 1_i64..50, scale in 0_u32..8,
    ) {
        let exponent = Exact::ratio(p, q).unwrap();
        let small = Exact::ratio(a, 5_000).unwrap().power(&exponent, scale, Rounding::HalfEven).unwrap();
        let large = Exact::ratio(a + step, 5_000).unwrap().power(&exponent, scale, Rounding::HalfEven).unwrap();
        prop_assert!(small <= large);
    }
}

proptest! {
    // The exact powers are thousands of digits long.
    #![proptest_config(ProptestConfig::with_cases(20))]

    /// Long whole powers take the logarithm; the exact power confirms the digits.
    #[test]
    fn long_powers_agree_with_the_exact_ones(
        numer in 999_000_i64..1_001_000, p in 600_i32..1_400, scale in 0_u32..30,
    ) {
        let base = Exact::ratio(numer, 1_000_000).unwrap();
        for mode in [Rounding::HalfUp, Rounding::Floor, Rounding::Ceiling] {
            let rounded = base.power(&Exact::integer(i64::from(p)), scale, mode).unwrap();
            prop_assert_eq!(rounded, base.pow(p).unwrap().round(scale, mode));
        }
    }
}
