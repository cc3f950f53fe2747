//! Laws that hold for a random charge of any model.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use std::collections::BTreeMap;

use l2c_explain::{Citation, Measure};
use l2c_money::{Currency, Decimal, Exact, Percent, Rounding, RoundingPolicy, Unit};
use l2c_rating::{
    BelowOne, BlockTierDocument, CapacityTierDocument, Charge, ChargeDocument, Legend, Limit, Measured,
    ModelDocument, PartOf, PercentageDocument, TierDocument, TierPolicy, TieredDocument, Usage, Words,
};
use proptest::prelude::*;

const USD: Currency = Currency::USD;

fn cents(range: std::ops::Range<i64>) -> impl Strategy<Value = Decimal> {
    range.prop_map(|cents| Decimal::new(cents, 2))
}

fn percent(range: std::ops::Range<i64>) -> impl Strategy<Value = Percent> {
    cents(range).prop_map(|percent| Percent::new(percent).unwrap())
}

/// An exponent that makes a rational power of 1 alone: a power that is a periodic fraction may lie on a rounding edge.
fn irrational_percent() -> impl Strategy<Value = Percent> {
    (0_i64..7_500).prop_map(|half| Percent::new(Decimal::new(2 * half + 1, 2)).unwrap())
}

/// Tiers by `up_to`, by price, rate or discount, some with fees, open, closed or with overage.
fn tiered() -> impl Strategy<Value = TieredDocument> {
    let tier = (1_i64..3_000, 0..3, 0_i64..500, prop::option::of(cents(0..500)));
    let above = prop_oneof![Just(None), cents(0..300).prop_map(Some)];
    (prop::collection::vec(tier, 1..5), above, any::<bool>()).prop_map(|(parts, overage, at_zero)| {
        let (mut end, last) = (0, parts.len() - 1);
        let mut tiers = Vec::new();
        for (index, (width, priced, price, fee)) in parts.into_iter().enumerate() {
            end += width;
            let price = Decimal::new(price, 2);
            let percent = Some(Percent::new(price).unwrap());
            tiers.push(TierDocument {
                up_to: (index < last || overage.is_some()).then(|| Decimal::new(end, 2)),
                unit_price: Some(price).filter(|_| priced == 0),
                rate_percent: percent.filter(|_| priced == 1),
                discount_percent: percent.filter(|_| priced == 2),
                flat_fee: fee,
                ..TierDocument::default()
            });
        }
        TieredDocument {
            tiers,
            overage_unit_price: overage,
            list_unit_price: Some(Decimal::new(1_250, 2)),
            flat_fee_at_zero: at_zero,
        }
    })
}

fn blocks() -> impl Strategy<Value = ModelDocument> {
    let tier = (cents(1..500), cents(50..500), cents(0..900));
    (prop::collection::vec(tier, 1..5), any::<bool>(), any::<bool>()).prop_map(|(parts, top, open)| {
        let last = parts.len() - 1;
        let tiers = parts
            .into_iter()
            .enumerate()
            .map(|(index, (size, most, price))| BlockTierDocument {
                block_size: size,
                max_blocks: (index < last || !open).then_some(most),
                block_price: price,
            });
        let tier_policy = if top {
            TierPolicy::TopTier
        } else {
            TierPolicy::AllTiers
        };
        ModelDocument::Block {
            tiers: tiers.collect(),
            tier_policy,
        }
    })
}

/// Every model that prices a quantity.
fn quantity_model() -> impl Strategy<Value = ModelDocument> {
    prop_oneof![
        cents(0..9_000).prop_map(|amount| ModelDocument::Flat { amount }),
        cents(0..9_000).prop_map(|unit_price| ModelDocument::PerUnit { unit_price }),
        tiered().prop_map(ModelDocument::Graduated),
        tiered().prop_map(ModelDocument::Volume),
        (cents(1..900), cents(0..900)).prop_map(|(size, price)| ModelDocument::Package {
            package_size: size,
            package_price: price,
        }),
        blocks(),
        (cents(0..9_000), irrational_percent(), any::<bool>()).prop_map(|(list, percent, capped)| {
            ModelDocument::Power {
                list_unit_price: list,
                compound_percent: percent,
                below_one: if capped { BelowOne::List } else { BelowOne::Power },
            }
        }),
    ]
}

fn rounding() -> impl Strategy<Value = Option<RoundingPolicy>> {
    let policy = (
        0_u32..4,
        prop::sample::select(vec![Rounding::HalfUp, Rounding::HalfEven, Rounding::Up]),
    );
    prop::option::of(policy.prop_map(|(scale, mode)| RoundingPolicy::scale(scale, mode).unwrap()))
}

fn with_terms(
    model: impl Strategy<Value = ModelDocument>,
    free: bool,
) -> impl Strategy<Value = ChargeDocument> {
    let bound = || prop::option::of(0_i64..20_000);
    (model, 0_i64..1_500, bound(), bound(), rounding(), rounding()).prop_map(
        move |(model, units, one, other, unit_rounding, rounding)| {
            let (least, most) = match (one, other) {
                (Some(one), Some(other)) => (Some(one.min(other)), Some(one.max(other))),
                bounds => bounds,
            };
            ChargeDocument {
                model,
                free_units: (free && units > 500).then(|| Decimal::new(units, 2)),
                minimum_amount: least.map(|cents| Decimal::new(cents, 2)),
                maximum_amount: most.map(|cents| Decimal::new(cents, 2)),
                unit_rounding,
                rounding,
            }
        },
    )
}

fn any_charge() -> impl Strategy<Value = ChargeDocument> {
    let percentage = (
        percent(0..900),
        prop::option::of(cents(0..300)),
        prop::option::of(0_u32..5),
        prop::option::of(cents(0..90_000)),
        0_i64..900,
        any::<bool>(),
    );
    let percentage = percentage.prop_map(
        |(rate_percent, fixed_fee, free_events, free_volume, least, bounded)| {
            ModelDocument::Percentage(PercentageDocument {
                rate_percent,
                fixed_fee,
                free_events,
                free_volume,
                min_per_event: bounded.then(|| Decimal::new(least, 2)),
                max_per_event: bounded.then(|| Decimal::new(least * 3, 2)),
            })
        },
    );
    let tier = (
        cents(0..9_000),
        prop::option::of(cents(0..5_000)),
        prop::option::of(cents(0..5_000)),
    );
    let capacity = prop::collection::vec(tier, 1..4).prop_map(|tiers| {
        let tier = |(amount, users, storage): (Decimal, Option<Decimal>, Option<Decimal>)| {
            let limits = [("users", users), ("storage", storage)];
            let limits = limits
                .into_iter()
                .filter_map(|(unit, limit)| Some((unit.to_owned(), Limit(limit?))));
            CapacityTierDocument {
                amount,
                limits: limits.collect(),
            }
        };
        ModelDocument::Capacity {
            tiers: tiers.into_iter().map(tier).collect(),
        }
    });
    prop_oneof![
        5 => with_terms(quantity_model(), true),
        1 => with_terms(percentage, false),
        1 => with_terms(capacity, false),
    ]
}

fn quantity() -> impl Strategy<Value = Exact> {
    let hundredths = (0_i64..10_000).prop_map(|num| Exact::ratio(num, 100).unwrap());
    let fraction = (0_i64..20_000, 1_i64..200).prop_map(|(num, den)| Exact::ratio(num, den).unwrap());
    prop_oneof![1 => Just(Exact::ZERO), 2 => hundredths, 3 => fraction]
}

/// A usage that the charge rates.
fn usage(document: &ChargeDocument, amounts: &[Exact], window: bool) -> Usage {
    match (&document.model, amounts) {
        (ModelDocument::Percentage(_), events) => Usage::events(events.to_vec()),
        (ModelDocument::Capacity { .. }, used) => {
            let units = ["users", "storage"].map(str::to_owned);
            Usage::quantities(
                units
                    .into_iter()
                    .zip(used.iter().cloned())
                    .collect::<BTreeMap<_, _>>(),
            )
        }
        (_, [one, two, ..]) if window => Usage::window(one.clone(), two.clone()),
        (_, some) => Usage::of(some.first().cloned().unwrap_or_default()),
    }
}

const LEGEND: Legend<'static> = Legend {
    quantity: Measure::Quantity(Unit::ONE),
    cite: &|path| Citation::document("price-book", 3, path),
    words: Words::CHARGE,
};

proptest! {
    #[test]
    fn the_derivation_of_a_usage_recomputes_to_its_amount(
        document in any_charge(), amounts in prop::collection::vec(quantity(), 0..6), window: bool, billed in 0_i64..90
    ) {
        let charge = Charge::new(&document, USD).unwrap();
        let usage = usage(&document, &amounts, window).billed(Exact::integer(billed));
        match charge.rate(&usage) {
            Ok(rating) => {
                let why = charge.explain_usage(&usage, LEGEND).unwrap();
                prop_assert_eq!(why.value(), rating.amount.clone());
                prop_assert_eq!(why.recompute().unwrap(), rating.amount.clone());
                let parts = &rating.rated_amount - &rating.maximum_discount + &rating.true_up_amount;
                prop_assert_eq!(parts, rating.amount);
                if document.rounding.is_none() && rating.parts.iter().any(|part| part.discount.is_some()) {
                    let discounts = rating.parts.iter().filter_map(|part| part.discount.clone()).sum::<Exact>();
                    prop_assert_eq!(discounts, rating.maximum_discount);
                }
            }
            Err(error) => prop_assert_eq!(error.code(), "no_tier"),
        }
    }

    /// Any partition of a period: windows, their units and the parts that tiers gained add up to the whole.
    #[test]
    fn windows_add_up_to_the_whole(
        document in with_terms(quantity_model(), true), parts in prop::collection::vec(quantity(), 1..6)
    ) {
        let charge = Charge::new(&document, USD).unwrap();
        let mut reached = Exact::ZERO;
        let mut rated = charge.amount(&reached).unwrap();
        let (mut free, mut gained) = (Exact::ZERO, Exact::ZERO);
        for part in &parts {
            let window = charge.rate(&Usage::window(reached.clone(), part.clone())).unwrap();
            rated += &window.rated_amount;
            let units = window.units.unwrap();
            prop_assert_eq!(&units.free_units_used + &units.billable_quantity, part.clone());
            free += &units.free_units_used;
            for part in &window.parts {
                let gains = matches!(&part.of, PartOf::Tier { units, .. } if units.is_positive());
                prop_assert!(gains, "{:?}", part);
                gained += &part.amount;
            }
            reached += part;
        }
        let whole = charge.rate(&Usage::of(reached)).unwrap();
        prop_assert_eq!(rated, whole.rated_amount.clone());
        prop_assert_eq!(free, whole.units.unwrap().free_units_used);
        if matches!(document.model, ModelDocument::Graduated(_)) {
            let at_zero = charge.rate(&Usage::of(Exact::ZERO)).unwrap().parts;
            gained += &at_zero.into_iter().map(|part| part.amount).sum::<Exact>();
            let all = whole.parts.iter().map(|part| &part.amount).sum::<Exact>();
            prop_assert_eq!(gained, all);
        }
    }

    /// However a period is cut, it costs at least the minimum and at most the maximum.
    #[test]
    fn a_period_stays_within_its_commitment(
        document in with_terms(quantity_model(), true), parts in prop::collection::vec(quantity(), 1..6)
    ) {
        let charge = Charge::new(&document, USD).unwrap();
        let (mut reached, mut billed) = (Exact::ZERO, Exact::ZERO);
        for (index, part) in parts.iter().enumerate() {
            let mut window = Usage::window(reached.clone(), part.clone()).billed(billed.clone());
            if index + 1 < parts.len() {
                window = window.not_last();
            }
            billed += &charge.rate(&window).unwrap().amount;
            reached += part;
        }
        if let Some(least) = document.minimum_amount {
            prop_assert!(billed >= Exact::from(least));
        }
        if let Some(most) = document.maximum_amount {
            prop_assert!(billed <= Exact::from(most));
        }
    }

    #[test]
    fn a_started_package_counts_whole(size in 1_i64..50, price in 0_i64..900, q in quantity()) {
        let document = ModelDocument::Package { package_size: size.into(), package_price: Decimal::new(price, 2) };
        let charge = Charge::new(&document.into(), USD).unwrap();
        let amount = charge.amount(&q).unwrap();
        prop_assert_eq!(&amount, &charge.amount(&q.ceil()).unwrap());
        let by_unit = Exact::ratio(price, 100).unwrap() * &q * Exact::ratio(1, size).unwrap();
        prop_assert!(amount >= by_unit);
    }

    /// The rounded unit price lies within half a cent of the true one: (list / price) ^ (100 / p) brackets q.
    #[test]
    fn a_power_law_is_rounded_once(list in 1_i64..9_000, root in 1_i64..9, q in 1_i64..2_000) {
        let percent = Decimal::from(100_i64 / root);
        prop_assume!(100 % root == 0);
        let document = ModelDocument::Power {
            list_unit_price: Decimal::new(list, 2),
            compound_percent: Percent::new(percent).unwrap(),
            below_one: BelowOne::List,
        };
        let charge = Charge::new(&document.into(), USD).unwrap();
        let price = charge.rate(&Usage::of(Exact::integer(q))).unwrap().unit_price.unwrap();
        let half = Exact::ratio(1, 200).unwrap();
        let list = Exact::ratio(list, 100).unwrap();
        // price - half <= list / q^(1/root) < price + half, without the root
        let power = |value: Exact| value.pow(i32::try_from(root).unwrap()).unwrap() * Exact::integer(q);
        let goal = list.pow(i32::try_from(root).unwrap()).unwrap();
        prop_assert!(price < half || power(&price - &half) <= goal);
        prop_assert!(power(&price + &half) > goal);
    }

    #[test]
    fn documents_read_back_what_they_wrote(document in any_charge()) {
        let text = serde_json::to_string(&document).unwrap();
        prop_assert_eq!(serde_json::from_str::<ChargeDocument>(&text).unwrap(), document);
    }

    #[test]
    fn what_is_measured_otherwise_is_refused(document in any_charge()) {
        let charge = Charge::new(&document, USD).unwrap();
        let quantities = Usage::quantities(BTreeMap::from([("users".to_owned(), Exact::ONE)]));
        for usage in [Usage::of(Exact::ONE), Usage::events(vec![Exact::ONE]), quantities] {
            let fits = match &usage.measured {
                Measured::Events(_) => matches!(document.model, ModelDocument::Percentage(_)),
                Measured::Quantities(_) => matches!(document.model, ModelDocument::Capacity { .. }),
                _ => !matches!(document.model, ModelDocument::Percentage(_) | ModelDocument::Capacity { .. }),
            };
            let refused = charge.rate(&usage).is_err_and(|error| error.code() == "wrong_usage");
            prop_assert_eq!(refused, !fits);
        }
    }
}
