//! The laws of charge models, with a naive unit-by-unit model beside them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use l2c_explain::{Citation, Measure};
use l2c_money::{Currency, Decimal, Exact, Percent, Unit};
use l2c_rating::{Charge, ChargeDocument, Legend, MAX_TIERS, TierDocument, Words};
use proptest::prelude::*;

const USD: Currency = Currency::USD;

/// Tiers with bounds in hundredths, prices of either sign, now and then a fee, and an open last tier.
fn tiers(fees: bool, lowest_price: i64) -> impl Strategy<Value = Vec<TierDocument>> {
    let tier = (
        1_i64..3_000,
        lowest_price..500,
        prop::option::of(-50_i64..500),
        any::<bool>(),
    );
    prop::collection::vec(tier, 1..7).prop_map(move |parts| {
        let last = parts.len() - 1;
        let mut end = 0;
        let tier = |(index, (width, price, fee, rate)): (usize, (i64, i64, Option<i64>, bool))| {
            end += width;
            let price = Decimal::new(price, 2);
            TierDocument {
                up_to: (index < last).then(|| Decimal::new(end, 2)),
                unit_price: (!rate).then_some(price),
                rate_percent: rate.then(|| Percent::new(price * Decimal::ONE_HUNDRED).unwrap()),
                flat_fee: fee.filter(|_| fees).map(|fee| Decimal::new(fee, 2)),
            }
        };
        parts.into_iter().enumerate().map(tier).collect()
    })
}

/// Nothing at all, whole hundredths as bounds are, and fractions that no decimal holds.
fn quantity() -> impl Strategy<Value = Exact> {
    let hundredths = (0_i64..10_000).prop_map(|num| Exact::ratio(num, 100).unwrap());
    let fraction = (0_i64..20_000, 1_i64..200).prop_map(|(num, den)| Exact::ratio(num, den).unwrap());
    prop_oneof![1 => Just(Exact::ZERO), 2 => hundredths, 3 => fraction]
}

fn graduated(tiers: &[TierDocument], flat_fee_at_zero: bool) -> Charge {
    Charge::new(
        &ChargeDocument::Graduated {
            tiers: tiers.to_vec(),
            flat_fee_at_zero,
        },
        USD,
    )
    .unwrap()
}

fn volume(tiers: &[TierDocument], flat_fee_at_zero: bool) -> Charge {
    Charge::new(
        &ChargeDocument::Volume {
            tiers: tiers.to_vec(),
            flat_fee_at_zero,
        },
        USD,
    )
    .unwrap()
}

fn price(tier: &TierDocument) -> Exact {
    let rate = tier.rate_percent.map(|rate| rate.fraction());
    rate.unwrap_or_else(|| tier.unit_price.map(Exact::from).unwrap_or_default())
}

/// The definition, tier by tier: min(q, up_to) - above, never below zero.
fn naive_graduated(tiers: &[TierDocument], at_zero: bool, q: &Exact) -> Exact {
    let mut above = Exact::ZERO;
    let mut total = Exact::ZERO;
    for (index, tier) in tiers.iter().enumerate() {
        let end = tier
            .up_to
            .map_or_else(|| q.clone(), |up_to| Exact::from(up_to).min(q.clone()));
        let units = (end - &above).max(Exact::ZERO);
        let entered = units.is_positive() || (index == 0 && q.is_zero() && at_zero);
        total += &(price(tier) * units);
        if entered {
            total += &tier.flat_fee.map(Exact::from).unwrap_or_default();
        }
        above = tier.up_to.map(Exact::from).unwrap_or(above);
    }
    total
}

fn holds(tiers: &[TierDocument], index: usize, q: &Exact) -> bool {
    let above = index
        .checked_sub(1)
        .and_then(|before| tiers[before].up_to)
        .map(Exact::from);
    let after_start = above.is_none_or(|above| *q > above);
    after_start && tiers[index].up_to.is_none_or(|up_to| *q <= Exact::from(up_to))
}

const LEGEND: Legend<'static> = Legend {
    quantity: Measure::Quantity(Unit::ONE),
    cite: &|path| Citation::document("price-book", 3, path),
    words: Words::CHARGE,
};

proptest! {
    #[test]
    fn graduated_is_the_sum_over_its_tiers(tiers in tiers(true, -100), at_zero: bool, q in quantity()) {
        let charge = graduated(&tiers, at_zero);
        let amount = charge.amount(&q).unwrap();
        prop_assert_eq!(&amount, &naive_graduated(&tiers, at_zero, &q));
        let parts = charge.parts(&q).unwrap();
        prop_assert_eq!(parts.iter().map(|part| &part.amount).sum::<Exact>(), amount);
        prop_assert_eq!(parts.iter().map(|part| &part.units).sum::<Exact>(), q);
    }

    /// Near a bound the amount moves by no more than the step times the dearest price.
    #[test]
    fn graduated_without_fees_is_continuous(tiers in tiers(false, -100), q in quantity(), step in 1_i64..1000) {
        let charge = graduated(&tiers, true);
        let step = Exact::ratio(1, step).unwrap();
        let dearest = tiers.iter().map(|tier| price(tier).abs()).max().unwrap();
        let bounds = tiers.iter().filter_map(|tier| tier.up_to).map(Exact::from);
        for at in bounds.chain([q]) {
            let moved = charge.amount_between(&at, &(&at + &step)).unwrap();
            prop_assert!(moved.abs() <= &dearest * &step);
        }
    }

    #[test]
    fn graduated_with_prices_of_zero_or_more_is_monotone(
        tiers in tiers(false, 0), a in quantity(), b in quantity()
    ) {
        let charge = graduated(&tiers, true);
        let (low, high) = (a.clone().min(b.clone()), a.max(b));
        prop_assert!(charge.amount(&low).unwrap() <= charge.amount(&high).unwrap());
    }

    #[test]
    fn windows_add_up_to_the_whole(
        tiers in tiers(true, -100), at_zero: bool, graduate: bool, parts in prop::collection::vec(quantity(), 1..8)
    ) {
        let charge = if graduate { graduated(&tiers, at_zero) } else { volume(&tiers, at_zero) };
        let mut reached = Exact::ZERO;
        let mut total = charge.amount(&reached).unwrap();
        for part in &parts {
            let next = &reached + part;
            total += &charge.amount_between(&reached, &next).unwrap();
            reached = next;
        }
        prop_assert_eq!(total, charge.amount(&reached).unwrap());
        // A return mirrors what was charged.
        let back = charge.amount_between(&reached, &Exact::ZERO).unwrap();
        prop_assert_eq!(-back, charge.amount_between(&Exact::ZERO, &reached).unwrap());
    }

    #[test]
    fn volume_picks_exactly_one_tier(tiers in tiers(true, -100), at_zero: bool, q in quantity(), pick: prop::sample::Index) {
        let charge = volume(&tiers, at_zero);
        // Half of the bounds themselves are tested: there the tier below holds the quantity.
        let bounds: Vec<Exact> = tiers.iter().filter_map(|tier| tier.up_to).map(Exact::from).collect();
        for q in [Some(q), (!bounds.is_empty()).then(|| bounds[pick.index(bounds.len())].clone())].into_iter().flatten() {
            let holding: Vec<usize> = (0..tiers.len()).filter(|index| holds(&tiers, *index, &q)).collect();
            prop_assert_eq!(holding.len(), 1);
            let tier = &tiers[holding[0]];
            prop_assert_eq!(charge.tier_of(&q).unwrap(), Some(holding[0]));
            let fee = tier.flat_fee.filter(|_| at_zero || !q.is_zero()).map(Exact::from).unwrap_or_default();
            prop_assert_eq!(charge.amount(&q).unwrap(), price(tier) * &q + fee);
        }
    }

    #[test]
    fn per_unit_is_linear_and_flat_is_constant(unit in -500_i64..500, a in quantity(), b in quantity()) {
        let unit = Decimal::new(unit, 3);
        let charge = Charge::new(&ChargeDocument::PerUnit { unit_price: unit }, USD).unwrap();
        let sum = charge.amount(&(&a + &b)).unwrap();
        prop_assert_eq!(charge.amount(&a).unwrap() + charge.amount(&b).unwrap(), sum);
        prop_assert_eq!(charge.amount(&Exact::ONE).unwrap(), Exact::from(unit));
        let flat = Charge::new(&ChargeDocument::Flat { amount: unit }, USD).unwrap();
        prop_assert_eq!(flat.amount(&a).unwrap(), Exact::from(unit));
    }

    #[test]
    fn the_derivation_recomputes_to_the_amount(
        tiers in tiers(true, -100), at_zero: bool, graduate: bool, q in quantity()
    ) {
        let charge = if graduate { graduated(&tiers, at_zero) } else { volume(&tiers, at_zero) };
        let why = charge.explain(&q, LEGEND).unwrap();
        prop_assert_eq!(why.value(), charge.amount(&q).unwrap());
        prop_assert_eq!(why.recompute().unwrap(), why.value());
    }

    #[test]
    fn documents_read_back_what_they_wrote(tiers in tiers(true, -100), at_zero: bool) {
        for document in [
            ChargeDocument::Graduated { tiers: tiers.clone(), flat_fee_at_zero: at_zero },
            ChargeDocument::Volume { tiers: tiers.clone(), flat_fee_at_zero: at_zero },
        ] {
            let text = serde_json::to_string(&document).unwrap();
            prop_assert_eq!(serde_json::from_str::<ChargeDocument>(&text).unwrap(), document);
        }
    }

    #[test]
    fn a_quantity_below_zero_is_refused(tiers in tiers(true, -100), q in quantity()) {
        prop_assume!(!q.is_zero());
        for charge in [graduated(&tiers, true), volume(&tiers, true)] {
            prop_assert_eq!(charge.amount(&-&q).unwrap_err().code(), "negative_quantity");
            prop_assert_eq!(charge.tier_of(&-&q).unwrap_err().code(), "negative_quantity");
        }
    }
}

fn document(text: &str) -> Result<ChargeDocument, serde_json::Error> {
    serde_json::from_str(text)
}

fn faults(text: &str) -> Vec<String> {
    let faults = Charge::new(&document(text).unwrap(), USD).unwrap_err();
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn every_fault_is_named_with_its_place() {
    let found = faults(
        r#"{"model": "graduated", "tiers": [
            {"up_to": "0", "unit_price": "1"},
            {"unit_price": "1", "rate_percent": "2"},
            {"up_to": "20", "unit_price": "1000000000000001"},
            {"up_to": "20", "flat_fee": "0.0000000001"},
            {"up_to": "19"},
            {"up_to": "1000000000000001"}]}"#,
    );
    insta::assert_snapshot!(found.join("\n"));
    assert_eq!(
        faults(r#"{"model": "volume", "tiers": []}"#),
        ["tiers: there is no tier: write at least one"]
    );
}

#[test]
fn only_what_is_written_is_read() {
    for text in [
        r#"{"model": "package", "size": "3"}"#,
        r#"{"model": "flat", "amount": 5}"#,
        r#"{"model": "flat", "amount": "5,0"}"#,
        r#"{"model": "flat", "amount": "5", "tiers": []}"#,
        r#"{"model": "per_unit"}"#,
        r#"{"model": "per_unit", "unit_price": "1", "flat_fee_at_zero": true}"#,
        r#"{"model": "volume", "tiers": [], "amount": "1"}"#,
        r#"{"model": "graduated"}"#,
        r#"{"model": "volume", "tiers": [{"from": "1", "unit_price": "1"}]}"#,
        r#"{"model": "volume", "tiers": [{"up_to": "1e3"}]}"#,
        r#"{"amount": "5"}"#,
    ] {
        assert!(document(text).is_err(), "{text}");
    }
    let open = document(r#"{"model": "volume", "tiers": [{"up_to": null, "unit_price": "1"}]}"#).unwrap();
    assert!(Charge::new(&open, USD).is_ok());
}

/// A reader that makes up ten million tiers and counts how many were asked for.
struct EndlessTiers(usize);

impl std::io::Read for EndlessTiers {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let text: &[u8] = if self.0 == 0 {
            br#"{"model":"volume","tiers":["#
        } else {
            br#"{"up_to":"1"},"#
        };
        assert!(self.0 < 10_000_000, "the document was read to its end");
        self.0 += 1;
        let length = text.len().min(buffer.len());
        buffer[..length].copy_from_slice(&text[..length]);
        Ok(length)
    }
}

#[test]
fn too_many_tiers_are_refused_without_reading_them_all() {
    let mut reader = EndlessTiers(0);
    let buffered = std::io::BufReader::with_capacity(64, &mut reader);
    let error = serde_json::from_reader::<_, ChargeDocument>(buffered).unwrap_err();
    assert!(error.to_string().contains("more than 10000 tiers"), "{error}");

    let tiers = vec![TierDocument::default(); MAX_TIERS + 1];
    let error = Charge::new(
        &ChargeDocument::Volume {
            tiers,
            flat_fee_at_zero: true,
        },
        USD,
    )
    .unwrap_err();
    insta::assert_snapshot!(error.to_string(), @"charge: tiers: 10001 tiers are more than 10000");
}

#[test]
fn beyond_a_last_tier_with_an_end_there_is_no_price() {
    let text = r#"{"model": "graduated", "tiers": [{"up_to": "10", "unit_price": "5"}]}"#;
    let charge = Charge::new(&document(text).unwrap(), USD).unwrap();
    assert_eq!(charge.amount(&Exact::integer(10)).unwrap(), Exact::integer(50));
    let error = charge.amount(&Exact::ratio(1001, 100).unwrap()).unwrap_err();
    assert_eq!(
        (error.code(), error.to_string().as_str()),
        ("no_tier", "quantity 10.01 is above 10, where the last tier ends")
    );
}

#[test]
fn a_rate_table_over_money_explains_itself() {
    let text = r#"{"model": "graduated", "tiers": [
        {"up_to": "50000", "rate_percent": "4"}, {"up_to": "100000", "rate_percent": "6", "flat_fee": "250"},
        {"rate_percent": "9"}]}"#;
    let charge = Charge::new(&document(text).unwrap(), USD).unwrap();
    let legend = Legend {
        quantity: Measure::Money(USD),
        cite: &|path| Citation::document("plan", 2, path),
        words: Words::CHARGE,
    };
    let why = charge.explain(&Exact::integer(120_000), legend).unwrap();
    assert_eq!(why.value(), Exact::integer(2_000 + 3_250 + 1_800));
    insta::assert_snapshot!(why.text());
}
