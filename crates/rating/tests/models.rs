//! Each model on figures worked by hand.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use l2c_explain::{Citation, Measure};
use l2c_money::{Currency, Exact, Unit};
use l2c_rating::{Charge, Legend, Rating, RatingError, Usage, Words};

fn charge(text: &str) -> Charge {
    Charge::new(&serde_json::from_str(text).unwrap(), Currency::USD).unwrap()
}

fn exact(text: &str) -> Exact {
    text.parse().unwrap()
}

fn rate(charge: &Charge, quantity: &str) -> Result<Rating, RatingError> {
    charge.rate(&Usage::of(exact(quantity)))
}

fn code(charge: &Charge, quantity: &str) -> &'static str {
    rate(charge, quantity).unwrap_err().code()
}

const LEGEND: Legend<'static> = Legend {
    quantity: Measure::Quantity(Unit::ONE),
    cite: &|path| Citation::document("price-book", 3, path),
    words: Words::CHARGE,
};

#[test]
fn a_power_law_below_one_unit_is_capped_at_list() {
    let law = |rest: &str| {
        charge(&format!(
            r#"{{"model": "power", "list_unit_price": "10.00", "compound_percent": "50"{rest}}}"#
        ))
    };
    // 10 / 0.25 ^ 0.5 = 20 is above list.
    let capped = rate(&law(""), "0.25").unwrap();
    assert_eq!(
        (capped.unit_price, capped.amount),
        (Some(exact("10")), exact("2.5"))
    );
    let bare = rate(&law(r#", "below_one": "power""#), "0.25").unwrap();
    assert_eq!((bare.unit_price, bare.amount), (Some(exact("20")), exact("5")));
    // From one unit on both agree: 10 / 4 ^ 0.5.
    assert_eq!(rate(&law(""), "4").unwrap().amount, exact("20"));
    assert_eq!(rate(&law(""), "0").unwrap().unit_price, Some(exact("10")));
    // A rational power that lies on a tie: 0.01 / 4 ^ 0.5 = 0.005, half up.
    let tie = charge(r#"{"model": "power", "list_unit_price": "0.01", "compound_percent": "50"}"#);
    assert_eq!(rate(&tie, "4").unwrap().unit_price, Some(exact("0.01")));
}

#[test]
fn tiers_by_their_lower_end_have_nothing_below_the_first() {
    let volume = charge(
        r#"{"model": "volume", "tiers": [{"from": "1", "unit_price": "10", "flat_fee": "3"}, {"from": "10.5", "unit_price": "9"}]}"#,
    );
    assert_eq!((code(&volume, "0"), code(&volume, "0.9")), ("no_tier", "no_tier"));
    assert_eq!(rate(&volume, "1").unwrap().amount, exact("13"));
    assert_eq!(rate(&volume, "10.4").unwrap().tier, Some(1));
    assert_eq!(rate(&volume, "10.5").unwrap().amount, exact("94.5"));
    let at_zero = charge(r#"{"model": "volume", "tiers": [{"from": "0", "flat_fee": "3"}]}"#);
    assert_eq!(rate(&at_zero, "0").unwrap().amount, exact("3"));

    let slab = charge(
        r#"{"model": "graduated", "tiers": [{"from": "0", "flat_fee": "7"}, {"from": "1", "flat_fee": "3", "unit_price": "2"}, {"from": "4", "unit_price": "1"}]}"#,
    );
    // No whole unit lies from 0 to 1, and nothing is entered at 0.
    assert_eq!(rate(&slab, "0").unwrap().amount, exact("0"));
    assert_eq!(rate(&slab, "5").unwrap().amount, exact("11"));
    assert_eq!(code(&slab, "5.5"), "fractional_quantity");
    let late = charge(r#"{"model": "graduated", "tiers": [{"from": "3", "unit_price": "2"}]}"#);
    assert_eq!(rate(&late, "0").unwrap().amount, exact("0"));
    assert_eq!(
        rate(&late, "5").unwrap_err().to_string(),
        "quantity 5 has units below 3, where the first tier begins"
    );
}

#[test]
fn overage_comes_on_top_of_the_last_tier() {
    for (model, at_ten) in [("graduated", "16"), ("volume", "11")] {
        let charge = charge(&format!(
            r#"{{"model": "{model}", "overage_unit_price": "0.255", "unit_rounding": {{}}, "tiers": [
                {{"up_to": "5", "unit_price": "2"}}, {{"up_to": "10", "unit_price": "0.999", "flat_fee": "1"}}]}}"#
        ));
        // Graduated: 5 x 2 + 5 x 1.00 + 1. Volume: 10 x 1.00 + 1.
        assert_eq!(rate(&charge, "10").unwrap().amount, exact(at_ten), "{model}");
        let more = charge.amount_between(&exact("10"), &exact("12")).unwrap();
        assert_eq!(more, exact("0.51"), "{model}");
        assert_eq!(
            rate(&charge, "12").unwrap().parts.len(),
            if model == "graduated" { 3 } else { 0 }
        );
    }
}

#[test]
fn a_capacity_that_no_tier_holds_is_named() {
    let charge = charge(
        r#"{"model": "capacity", "tiers": [{"amount": "10", "limits": {"users": "5"}}, {"amount": "20", "limits": {"users": "9", "storage": "100"}}]}"#,
    );
    let usage = |users: &str, storage: &str| {
        let used = [
            ("users".to_owned(), exact(users)),
            ("storage".to_owned(), exact(storage)),
        ];
        Usage::quantities(used.into_iter().collect())
    };
    // Storage has no limit in the first tier.
    assert_eq!(charge.rate(&usage("5", "1000")).unwrap().amount, exact("10"));
    assert_eq!(charge.rate(&usage("6", "100")).unwrap().tier, Some(2));
    let error = charge.rate(&usage("6", "101")).unwrap_err();
    assert_eq!(
        (error.code(), error.to_string().as_str()),
        (
            "no_tier",
            "no tier holds 101 of `storage` beside the other quantities"
        )
    );
    assert_eq!(
        charge.rate(&usage("-1", "0")).unwrap_err().code(),
        "negative_quantity"
    );
    assert_eq!(charge.amount(&Exact::ONE).unwrap_err().code(), "wrong_usage");
}

#[test]
fn the_next_tier_saves_where_one_tier_prices_all_units() {
    let blocks = charge(
        r#"{"model": "block", "tier_policy": "top_tier", "free_units": "5", "tiers": [
            {"block_size": "10", "max_blocks": "10", "block_price": "3"}, {"block_size": "10", "block_price": "1"}]}"#,
    );
    // 95 billable: 10 blocks at 3. 101 billable: 11 blocks at 1, from quantity 106.
    let next = blocks.next_tier(&exact("100"), &Exact::ONE).unwrap().unwrap();
    assert_eq!(
        (next.tier, next.quantity, next.amount, next.saving),
        (2, exact("106"), exact("11"), exact("19"))
    );
    // Sold by dozens it is 112.
    let dozens = blocks.next_tier(&exact("100"), &exact("12")).unwrap().unwrap();
    assert_eq!(dozens.quantity, exact("112"));
    assert_eq!(
        blocks.next_tier(&exact("100"), &Exact::ZERO).unwrap_err().code(),
        "step_not_positive"
    );
    // A scale by lower ends prices its bound itself; a graduated total never falls.
    let from = charge(
        r#"{"model": "volume", "tiers": [{"from": "1", "unit_price": "10"}, {"from": "10", "unit_price": "5"}]}"#,
    );
    assert_eq!(
        from.next_tier(&exact("9"), &Exact::ONE)
            .unwrap()
            .unwrap()
            .quantity,
        exact("10")
    );
    let slab = charge(
        r#"{"model": "graduated", "tiers": [{"up_to": "9", "unit_price": "10"}, {"unit_price": "5"}]}"#,
    );
    assert_eq!(slab.next_tier(&exact("9"), &Exact::ONE).unwrap(), None);
}

#[test]
fn a_window_explains_itself() {
    let charge = charge(
        r#"{"model": "graduated", "free_units": "10", "minimum_amount": "50", "maximum_amount": "80",
            "list_unit_price": "2.00", "unit_rounding": {"to": {"scale": 1}}, "rounding": {},
            "tiers": [{"up_to": "20", "discount_percent": "12.5"}, {"unit_price": "1.50", "flat_fee": "4"}]}"#,
    );
    // Billable 20 -> 25: 5 x 1.5 + 4 = 11.50; the tier before costs 20 x 1.8. 36 were billed: 2.50 are missing to 50.
    let usage = Usage::window(exact("30"), exact("5")).billed(exact("36"));
    let rating = charge.rate(&usage).unwrap();
    assert_eq!(rating.rated_amount, exact("11.5"));
    assert_eq!(
        (rating.true_up_amount, rating.amount),
        (exact("2.5"), exact("14"))
    );
    let why = charge.explain_usage(&usage, LEGEND).unwrap();
    assert_eq!(why.recompute().unwrap(), exact("14"));
    insta::assert_snapshot!(why.text());
}

#[test]
fn a_percentage_explains_itself() {
    let charge = charge(
        r#"{"model": "percentage", "rate_percent": "1.3", "fixed_fee": "2", "free_volume": "250", "free_events": 3, "min_per_event": "4"}"#,
    );
    let usage = Usage::events(["100", "200", "50"].map(exact).to_vec());
    // Free: 100 and 150 of 200. Event 2: 50 x 1.3 % + 2 = 2.65, raised to 4. Event 3: 0.65 + 2, raised to 4.
    assert_eq!(charge.rate(&usage).unwrap().amount, exact("8"));
    let why = charge.explain_usage(&usage, LEGEND).unwrap();
    assert_eq!(why.recompute().unwrap(), exact("8"));
    insta::assert_snapshot!(why.text());
}
