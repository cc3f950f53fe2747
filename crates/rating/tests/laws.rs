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
use l2c_rating::{Charge, Legend, ModelDocument, PartOf, TierDocument, TieredDocument, Usage, Words};
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
                ..TierDocument::default()
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

fn charge(model: ModelDocument) -> Charge {
    Charge::new(&model.into(), USD).unwrap()
}

fn tiered(tiers: &[TierDocument], flat_fee_at_zero: bool) -> TieredDocument {
    TieredDocument {
        flat_fee_at_zero,
        ..tiers.to_vec().into()
    }
}

fn graduated(tiers: &[TierDocument], flat_fee_at_zero: bool) -> Charge {
    charge(ModelDocument::Graduated(tiered(tiers, flat_fee_at_zero)))
}

fn volume(tiers: &[TierDocument], flat_fee_at_zero: bool) -> Charge {
    charge(ModelDocument::Volume(tiered(tiers, flat_fee_at_zero)))
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
        let parts = charge.rate(&Usage::of(q.clone())).unwrap().parts;
        prop_assert_eq!(parts.iter().map(|part| &part.amount).sum::<Exact>(), amount);
        let units = parts.iter().map(|part| match &part.of {
            PartOf::Tier { units, .. } => units.clone(),
            other => panic!("{other:?}"),
        });
        prop_assert_eq!(units.sum::<Exact>(), q);
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
            prop_assert_eq!(charge.rate(&Usage::of(q.clone())).unwrap().tier, Some(holding[0] + 1));
            let fee = tier.flat_fee.filter(|_| at_zero || !q.is_zero()).map(Exact::from).unwrap_or_default();
            prop_assert_eq!(charge.amount(&q).unwrap(), price(tier) * &q + fee);
        }
    }

    #[test]
    fn per_unit_is_linear_and_flat_is_constant(unit in -500_i64..500, a in quantity(), b in quantity()) {
        let unit = Decimal::new(unit, 3);
        let charge = charge(ModelDocument::PerUnit { unit_price: unit });
        let sum = charge.amount(&(&a + &b)).unwrap();
        prop_assert_eq!(charge.amount(&a).unwrap() + charge.amount(&b).unwrap(), sum);
        prop_assert_eq!(charge.amount(&Exact::ONE).unwrap(), Exact::from(unit));
        let flat = self::charge(ModelDocument::Flat { amount: unit });
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
    fn a_quantity_below_zero_is_refused(tiers in tiers(true, -100), q in quantity()) {
        prop_assume!(!q.is_zero());
        for charge in [graduated(&tiers, true), volume(&tiers, true)] {
            prop_assert_eq!(charge.amount(&-&q).unwrap_err().code(), "negative_quantity");
            let window = Usage::window(-&q, q.clone());
            prop_assert_eq!(charge.rate(&window).unwrap_err().code(), "negative_quantity");
        }
    }

    #[test]
    fn with_one_tier_graduated_is_volume(tiers in tiers(true, -100), at_zero: bool, q in quantity()) {
        let tier = TierDocument { up_to: None, ..tiers[0].clone() };
        let amount = graduated(std::slice::from_ref(&tier), at_zero).amount(&q).unwrap();
        prop_assert_eq!(amount, volume(&[tier], at_zero).amount(&q).unwrap());
    }

    /// For whole units a tier from 10 is what follows a tier up to 9.
    #[test]
    fn tiers_by_their_lower_end_are_tiers_by_the_upper_end_before(
        widths in prop::collection::vec((1_i64..20, 0_i64..500, prop::option::of(0_i64..500)), 1..6), q in 1_i64..120
    ) {
        let (mut from, mut froms, mut up_tos) = (1, Vec::new(), Vec::new());
        for (index, (width, price, fee)) in widths.iter().enumerate() {
            let tier = TierDocument {
                unit_price: Some(Decimal::new(*price, 2)),
                flat_fee: fee.map(|fee| Decimal::new(fee, 2)),
                ..TierDocument::default()
            };
            froms.push(TierDocument { from: Some(from.into()), ..tier.clone() });
            from += width;
            let last = index + 1 == widths.len();
            up_tos.push(TierDocument { up_to: (!last).then(|| (from - 1).into()), ..tier });
        }
        let q = Exact::integer(q);
        prop_assert_eq!(graduated(&froms, true).amount(&q).unwrap(), graduated(&up_tos, true).amount(&q).unwrap());
        prop_assert_eq!(volume(&froms, true).amount(&q).unwrap(), volume(&up_tos, true).amount(&q).unwrap());
    }

    /// With prices and fees of zero or more the total rises inside a tier, so trying every quantity finds the same.
    #[test]
    fn the_next_tier_that_saves_is_the_first_quantity_that_does(tiers in tiers(false, 0), q in 0_i64..200) {
        let charge = volume(&tiers, true);
        let q = Exact::integer(q);
        let now = charge.amount(&q).unwrap();
        let tried = (1..220).map(|more| &q + &Exact::integer(more));
        let first = tried.into_iter().find(|more| charge.amount(more).unwrap() < now);
        let found = charge.next_tier(&q, &Exact::ONE).unwrap();
        if let Some(next) = &found {
            prop_assert_eq!(&next.saving, &(now - charge.amount(&next.quantity).unwrap()));
        }
        prop_assert_eq!(found.map(|next| next.quantity), first);
    }
}
