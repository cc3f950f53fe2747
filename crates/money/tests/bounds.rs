//! No digit is ever lost silently: within the bounds a figure is exact, beyond them there is an error.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use l2c_money::{
    AllocationPolicy, Currency, Decimal, Exact, ExchangeRate, Money, MoneyError, Percent, Price, Quantity,
    RoundTo, Rounding, RoundingPolicy, Unit, dec, parse_decimal,
};

fn usd(text: &str) -> Money {
    Money::new(parse_decimal(text).unwrap(), Currency::USD).unwrap()
}

fn code<T: std::fmt::Debug>(result: Result<T, MoneyError>) -> &'static str {
    result.unwrap_err().code()
}

/// The library underneath returns the larger operand unchanged, and zero, without a word.
#[test]
fn the_library_underneath_loses_digits() {
    let near_max = dec!(79228162514264337593543950334);
    assert_eq!(near_max.checked_add(dec!(0.0000001)), Some(near_max));
    let product = dec!(0.00000000000001).checked_mul(dec!(0.000000000000001));
    assert_eq!(product, Some(Decimal::ZERO));
}

#[test]
fn exact_figures_lose_none() {
    let near_max = Exact::from(dec!(79228162514264337593543950334));
    let sum = &near_max + Exact::from(dec!(0.0000001));
    assert_eq!(sum.to_string(), "79228162514264337593543950334.0000001");
    assert_eq!(sum - near_max, Exact::from(dec!(0.0000001)));
    let product = Exact::from(dec!(0.00000000000001)) * Exact::from(dec!(0.000000000000001));
    assert!(product.is_positive());
    assert_eq!(product, Exact::ONE.checked_div(&Exact::power_of_ten(29)).unwrap());
    assert_eq!(product.to_string(), "0.00000000000000000000000000001");
    // What does not fit a decimal says so instead of rounding.
    assert_eq!(code(product.to_decimal()), "not_a_decimal");
    assert_eq!(code(Exact::ratio(1, 3).unwrap().to_decimal()), "not_a_decimal");
}

#[test]
fn money_is_exact_up_to_its_bounds_and_refuses_beyond() {
    let most = usd("9000000000000000000");
    let least = usd("0.000000001");
    assert_eq!(
        most.checked_sub(&least).unwrap().to_string(),
        "8999999999999999999.999999999 USD"
    );
    assert_eq!(
        most.checked_sub(&least).unwrap().checked_add(&least).unwrap(),
        most
    );
    assert_eq!(code(most.checked_add(&least)), "out_of_range");
    assert_eq!(code(most.checked_add(&most)), "out_of_range");
    assert_eq!(most.checked_sub(&most).unwrap(), Money::zero(Currency::USD));
    assert_eq!(
        most.negated().checked_sub(&most).unwrap_err().code(),
        "out_of_range"
    );
    assert_eq!(code(Money::new(dec!(0.0000000001), Currency::USD)), "too_precise");
    assert_eq!(
        code(Money::new(dec!(9000000000000000001), Currency::USD)),
        "out_of_range"
    );
    assert_eq!(code(Money::new(Decimal::MAX, Currency::USD)), "out_of_range");
    assert_eq!(code(Money::new(Decimal::MIN, Currency::USD)), "out_of_range");
    // Trailing zeros are not precision.
    assert_eq!(usd("1.0000000000000").to_string(), "1.00 USD");
    assert_eq!(
        Money::new(-Decimal::ZERO, Currency::USD).unwrap(),
        Money::zero(Currency::USD)
    );
    assert!(!Money::zero(Currency::USD).negated().is_negative());
}

#[test]
fn prices_quantities_and_percentages_likewise() {
    let most = Quantity::new(dec!(1000000000000000), Unit::ONE).unwrap();
    let least = Quantity::new(dec!(0.000000000001), Unit::ONE).unwrap();
    assert_eq!(
        most.checked_sub(&least).unwrap().to_string(),
        "999999999999999.999999999999 C62"
    );
    assert_eq!(
        most.checked_sub(&least).unwrap().checked_add(&least).unwrap(),
        most
    );
    assert_eq!(code(most.checked_add(&least)), "out_of_range");
    assert_eq!(
        code(most.checked_add(&Quantity::new(dec!(1), Unit::HOUR).unwrap())),
        "unit_mismatch"
    );
    assert_eq!(
        code(Quantity::new(dec!(0.0000000000001), Unit::ONE)),
        "too_precise"
    );
    assert_eq!(
        code(Price::new(dec!(0.0000000000001), Currency::USD)),
        "too_precise"
    );
    assert_eq!(
        code(Price::new(dec!(1000000000000000.1), Currency::USD)),
        "out_of_range"
    );
    assert_eq!(code(Percent::new(dec!(1000000001))), "out_of_range");
    assert_eq!(code(Percent::new(dec!(0.0000000000001))), "too_precise");
    // The widest product there is stays exact.
    let price = Price::new(dec!(999999999999999.999999999999), Currency::USD).unwrap();
    let quantity = Quantity::new(dec!(999999999999999.999999999999), Unit::ONE).unwrap();
    let product = price.times(&quantity);
    assert_eq!(product.checked_div(&quantity.exact()).unwrap(), price.exact());
    assert_eq!(
        code(RoundingPolicy::HALF_UP.money(&product, Currency::USD)),
        "out_of_range"
    );
}

#[test]
fn a_figure_of_any_size_is_refused_in_a_short_message() {
    let huge = Exact::integer(10).pow(7_000).unwrap();
    let error = Money::try_from_exact(&huge, Currency::USD).unwrap_err();
    assert_eq!(error.code(), "out_of_range");
    assert!(error.to_string().len() < 200, "{error}");
    assert_eq!(code(Exact::integer(10).pow(1_000_000)), "invalid_power");
    assert_eq!(code(Exact::ZERO.pow(-1)), "division_by_zero");
    let third = Exact::ratio(1, 3).unwrap();
    assert_eq!(
        code(Money::try_from_exact(&third, Currency::USD)),
        "not_a_decimal"
    );
}

#[test]
fn decimals_are_read_whole_or_not_at_all() {
    assert_eq!(parse_decimal("-0.00").unwrap(), Decimal::ZERO);
    assert_eq!(
        parse_decimal("79228162514264337593543950335").unwrap(),
        Decimal::MAX
    );
    for text in [
        "",
        "-",
        ".",
        "1.",
        ".5",
        "+1",
        " 1",
        "1 ",
        "1,5",
        "1_000",
        "1e3",
        "0x10",
        "--1",
        "1.2.3",
        "NaN",
        "١",
        // More digits than a decimal holds: never rounded.
        "79228162514264337593543950336",
        "0.00000000000000000000000000001",
        "7.9228162514264337593543950336",
    ] {
        assert_eq!(code(parse_decimal(text)), "invalid_decimal", "{text}");
    }
    assert_eq!(code(parse_decimal(&"1".repeat(1_000_000))), "invalid_decimal");
    assert_eq!(code("1".repeat(1_000_000).parse::<Exact>()), "invalid_decimal");
    for text in ["1/0", "1/-2", "/2", "1/", "1/2/3", "1.5/2", "-", "1e5", ""] {
        assert_eq!(code(text.parse::<Exact>()), "invalid_decimal", "{text}");
    }
}

#[test]
fn the_edges_of_the_small_form() {
    for value in [i128::MIN, i128::MIN + 1, -1, 0, 1, i128::MAX] {
        let figure = Exact::from(value);
        assert_eq!(figure.to_string(), value.to_string());
        assert_eq!(-(-&figure), figure);
        assert_eq!(figure.to_string().parse::<Exact>().unwrap(), figure);
        assert_eq!(&figure - &figure, Exact::ZERO);
        assert_eq!(figure.is_negative(), value < 0);
        assert!(!figure.abs().is_negative());
        assert_eq!(figure.floor(), figure);
    }
    let (least, most) = (Exact::from(i128::MIN), Exact::from(i128::MAX));
    assert_eq!(-&least, &most + &Exact::ONE);
    assert_eq!(
        least.checked_div(&Exact::integer(-1)).unwrap(),
        &most + &Exact::ONE
    );
    assert_eq!(least.checked_div(&least).unwrap(), Exact::ONE);
    assert_eq!(Exact::ratio(i64::MIN, i64::MIN).unwrap(), Exact::ONE);
    assert_eq!(
        Exact::ratio(1, i64::MIN).unwrap(),
        "-1/9223372036854775808".parse().unwrap()
    );
    assert_eq!(code(Exact::ratio(1, 0)), "division_by_zero");
    // Up to the edge and back: the big form gives way to the small one, so equal figures are equal.
    let beyond = &(&most + &Exact::ONE) - &Exact::ONE;
    assert_eq!(beyond, most);
    assert_eq!(beyond.to_i128(), Some(i128::MAX));
}

#[test]
fn negatives_round_as_stated() {
    let at = |text: &str, mode| text.parse::<Exact>().unwrap().round(0, mode).to_string();
    for (mode, expected) in [
        (Rounding::HalfUp, ["-3", "-2", "-1", "-1", "1", "1", "2", "3"]),
        (Rounding::HalfEven, ["-2", "-2", "-1", "0", "0", "1", "2", "2"]),
        (Rounding::HalfDown, ["-2", "-1", "-1", "0", "0", "1", "1", "2"]),
        (Rounding::Up, ["-3", "-2", "-2", "-1", "1", "2", "2", "3"]),
        (Rounding::Down, ["-2", "-1", "-1", "0", "0", "1", "1", "2"]),
        (Rounding::Ceiling, ["-2", "-1", "-1", "0", "1", "2", "2", "3"]),
        (Rounding::Floor, ["-3", "-2", "-2", "-1", "0", "1", "1", "2"]),
    ] {
        let found: Vec<String> = ["-2.5", "-1.5", "-1.1", "-0.5", "0.5", "1.1", "1.5", "2.5"]
            .into_iter()
            .map(|text| at(text, mode))
            .collect();
        assert_eq!(found, expected, "{mode:?}");
    }
}

#[test]
fn cash_increments() {
    let cash = |text: &str, increment, mode| {
        let policy = RoundingPolicy::increment(increment, mode).unwrap();
        policy
            .money(&text.parse().unwrap(), Currency::CHF)
            .unwrap()
            .amount_text()
    };
    assert_eq!(cash("12.324", dec!(0.05), Rounding::HalfUp), "12.30");
    assert_eq!(cash("12.325", dec!(0.05), Rounding::HalfUp), "12.35");
    assert_eq!(cash("12.325", dec!(0.05), Rounding::HalfEven), "12.30");
    assert_eq!(cash("-12.325", dec!(0.05), Rounding::HalfUp), "-12.35");
    assert_eq!(cash("7.49", dec!(0.5), Rounding::Down), "7.00");
    assert_eq!(cash("149", dec!(100), Rounding::HalfUp), "100.00");
    assert_eq!(
        code(RoundingPolicy::increment(dec!(0), Rounding::HalfUp)),
        "invalid_rounding"
    );
    assert_eq!(
        code(RoundingPolicy::increment(dec!(-0.05), Rounding::HalfUp)),
        "invalid_rounding"
    );
    assert_eq!(
        code(RoundingPolicy::scale(13, Rounding::HalfUp)),
        "invalid_rounding"
    );
    let by_hand = RoundingPolicy {
        mode: Rounding::HalfUp,
        to: RoundTo::Scale(u32::MAX),
    };
    assert_eq!(
        code(by_hand.round(&Exact::ratio(1, 3).unwrap(), Currency::USD)),
        "invalid_rounding"
    );
}

#[test]
fn columns_of_integers() {
    assert_eq!(usd("12.5").minor().unwrap(), 1250);
    assert_eq!(usd("12.5").to_units(4).unwrap(), 125_000);
    assert_eq!(usd("12.5").to_units(1).unwrap(), 125);
    assert_eq!(code(usd("12.5").to_units(0)), "not_in_minor_units");
    assert_eq!(code(usd("12.345").minor()), "not_in_minor_units");
    assert_eq!(code(usd("92233720368547758.08").minor()), "out_of_range");
    assert_eq!(usd("92233720368547758.07").minor().unwrap(), i64::MAX);
    assert_eq!(code(usd("1").to_units(u32::MAX)), "not_in_minor_units");
    assert_eq!(Money::from_units(-125, 1, Currency::USD).unwrap(), usd("-12.5"));
    assert_eq!(
        Money::from_units(125_000_000_000, 10, Currency::USD).unwrap(),
        usd("12.5")
    );
    assert_eq!(code(Money::from_units(1, 10, Currency::USD)), "too_precise");
    assert_eq!(code(Money::from_units(1, 29, Currency::USD)), "too_precise");
    assert_eq!(code(Money::from_minor(i64::MAX, Currency::JPY)), "out_of_range");
    assert_eq!(
        Money::from_minor(1250, Currency::KWD).unwrap().to_string(),
        "1.250 KWD"
    );
}

#[test]
fn currencies_do_not_mix() {
    let euro = Money::new(dec!(1), Currency::EUR).unwrap();
    assert_eq!(code(usd("1").checked_add(&euro)), "currency_mismatch");
    assert_eq!(code(usd("1").checked_sub(&euro)), "currency_mismatch");
    assert_eq!(code(usd("1").checked_cmp(&euro)), "currency_mismatch");
    assert_eq!(
        code(Money::sum([&usd("1"), &euro], Currency::USD)),
        "currency_mismatch"
    );
    assert_eq!(usd("1").checked_cmp(&usd("2")).unwrap(), std::cmp::Ordering::Less);
}

#[test]
fn allocation_faults_in_their_order() {
    let split = |amount: &str, weights: &[i64]| {
        let weights: Vec<Exact> = weights.iter().copied().map(Exact::integer).collect();
        usd(amount).allocate(&weights, AllocationPolicy::default())
    };
    assert_eq!(code(split("1.001", &[])), "not_in_minor_units");
    assert_eq!(code(split("1", &[])), "no_weights");
    assert_eq!(code(split("1", &[0, -1])), "negative_weight");
    assert_eq!(code(split("1", &[0, 0])), "zero_weights");
    let thirds = usd("1").allocate_at(u32::MAX, &[Exact::ONE], AllocationPolicy::default());
    assert_eq!(code(thirds), "invalid_rounding");
}

#[test]
fn exchange_faults() {
    let date = "2026-01-31".parse().unwrap();
    let rate = |from, to, rate| ExchangeRate::new(from, to, rate, date);
    assert_eq!(code(rate(Currency::USD, Currency::USD, dec!(1))), "invalid_rate");
    assert_eq!(code(rate(Currency::USD, Currency::EUR, dec!(0))), "invalid_rate");
    assert_eq!(code(rate(Currency::USD, Currency::EUR, dec!(-1))), "invalid_rate");
    let rate = rate(Currency::USD, Currency::JPY, dec!(150.255)).unwrap();
    assert_eq!(
        rate.convert(&usd("10"), RoundingPolicy::HALF_UP)
            .unwrap()
            .to_string(),
        "1503 JPY"
    );
    assert_eq!(
        rate.convert(&usd("-10"), RoundingPolicy::HALF_UP)
            .unwrap()
            .to_string(),
        "-1503 JPY"
    );
    let yen = Money::from_minor(1, Currency::JPY).unwrap();
    assert_eq!(
        code(rate.convert(&yen, RoundingPolicy::HALF_UP)),
        "currency_mismatch"
    );
    assert_eq!(
        code(rate.convert(&usd("9000000000000000000"), RoundingPolicy::HALF_UP)),
        "out_of_range"
    );
}
