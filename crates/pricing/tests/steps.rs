#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

//! The waterfall of one line, each figure worked by hand.

use l2c_money::{Currency, Exact};
use l2c_pricing::{Effect, LineInput, LinePrice, Skip, Waterfall};

fn waterfall(rest: &str) -> Waterfall {
    let json = format!(r#"{{"id": "w", "version": 1, {rest}}}"#);
    Waterfall::new(&serde_json::from_str(&json).unwrap()).unwrap()
}

fn exact(text: &str) -> Exact {
    text.parse().unwrap()
}

fn line(quantity: &str) -> LineInput<'static> {
    LineInput::new("1", exact(quantity), Currency::EUR)
}

fn price(steps: &str, line: &LineInput<'_>) -> LinePrice {
    let waterfall = waterfall(&format!(r#""steps": [{steps}]"#));
    let (explained, why) = waterfall.explain(line).unwrap();
    assert_eq!(why.recompute().unwrap(), *explained.net());
    let price = waterfall.price(line).unwrap();
    assert_eq!(price, explained);
    price
}

const LIST: &str = r#"{"op": "price", "id": "list", "label": "List", "amount": {"input": "list"}}"#;

#[test]
fn a_price_of_a_fraction_of_a_cent_stays_exact_until_the_line_is_rounded() {
    let price = price(LIST, &line("12345").with("list", exact("0.0035")));
    assert_eq!(price.unit_price(), Some(&exact("0.0035")));
    assert_eq!(price.exact(), &exact("43.2075"));
    assert_eq!(price.net(), &exact("43.21"));
    assert_eq!(price.residue(), exact("0.0025"));
}

#[test]
fn a_floor_that_is_hit_is_noted_unless_it_refuses() {
    let guarded = |policy: &str| {
        format!(
            r#"{LIST}, {{"op": "discount", "id": "d", "label": "D", "percent": "40"}},
            {{"op": "guard", "id": "floor", "label": "Floor", "min_margin_percent": "20"{policy}}}"#
        )
    };
    // 100 less 40 % is 60; a margin of 20 % on a cost of 52 asks for 65.
    let line = line("3").with("list", 100).with_cost(52);
    let flagged = price(&guarded(""), &line);
    assert_eq!(flagged.net(), &exact("180"));
    let violation = flagged.violations().next().unwrap();
    assert_eq!(
        (violation.step, violation.floor, violation.shortfall),
        (2, exact("65"), exact("5"))
    );
    let clamped = price(&guarded(r#", "policy": "clamp""#), &line);
    assert_eq!(clamped.net(), &exact("195"));
    assert_eq!(clamped.violations().count(), 0);
    let refusing = waterfall(&format!(r#""steps": [{}]"#, guarded(r#", "policy": "reject""#)));
    assert_eq!(refusing.price(&line).unwrap_err().code(), "below_floor");
    // On the floor is not below it: 65 of 81.25 are 80 %.
    let on_it = LineInput::new("1", Exact::ONE, Currency::EUR)
        .with("list", exact("325/3"))
        .with_cost(52);
    assert_eq!(price(&guarded(""), &on_it).violations().count(), 0);
}

#[test]
fn a_discount_in_percent_is_given_exactly_and_with_its_sign() {
    let discount = |percent: &str| {
        let steps =
            format!(r#"{LIST}, {{"op": "discount", "id": "d", "label": "D", "amount": "{percent}"}}"#);
        price(&steps, &line("1").with("list", 300))
            .discount_percent(0)
            .unwrap()
    };
    assert_eq!(discount("1"), Exact::ratio(1, 3).unwrap());
    let steps = format!(r#"{LIST}, {{"op": "surcharge", "id": "s", "label": "S", "percent": "50"}}"#);
    let raised = price(&steps, &line("1").with("list", 300));
    assert_eq!(raised.discount_percent(0), Some(exact("-50")));
    assert_eq!(
        price(LIST, &line("0").with("list", 300)).discount_percent(0),
        None
    );
}

#[test]
fn a_return_mirrors_its_sale_unless_amounts_stand_as_written() {
    let steps = format!(
        r#""steps": [{LIST}, {{"op": "extend", "id": "line", "label": "Line"}},
        {{"op": "discount", "id": "d", "label": "D", "amount": "12"}},
        {{"op": "surcharge", "id": "s", "label": "S", "amount": "2"}},
        {{"op": "clamp", "id": "c", "label": "C", "min": {{"amount": "31"}}}}]"#
    );
    let net = |rest: &str, quantity: &str| {
        let waterfall = waterfall(&format!("{steps}{rest}"));
        waterfall
            .price(&line(quantity).with("list", 10))
            .unwrap()
            .net()
            .to_string()
    };
    // 40 - 12 + 2 = 30, raised to 31.
    assert_eq!(net("", "4"), "31");
    assert_eq!(net("", "-4"), "-31");
    // -40 - 12 + 2 = -50, raised to 31.
    assert_eq!(net(r#", "signs": {"returns": "as_written"}"#, "-4"), "31");
}

#[test]
fn a_discount_beyond_what_is_left_is_cut_on_both_sides_of_zero() {
    let steps = format!(
        r#"{LIST}, {{"op": "extend", "id": "line", "label": "Line"}},
        {{"op": "discount", "id": "d", "label": "D", "amount": "50"}}"#
    );
    for (quantity, unused) in [("4", "10"), ("-4", "-10")] {
        let price = price(&steps, &line(quantity).with("list", 10));
        assert!(price.net().is_zero());
        let Effect::Discount { unused: found, .. } = &price.steps()[2].effect else {
            panic!()
        };
        assert_eq!(*found, exact(unused));
    }
}

#[test]
fn a_fixed_price_never_raises_unless_it_says_so() {
    let stack = |more: &str| {
        format!(
            r#"{LIST}, {{"op": "stack", "id": "s", "label": "S", "mode": "best_of", "rules": [
            {{"id": "fixed", "fixed_price": "30"{more}}}]}}"#
        )
    };
    let net = |more: &str, list: i64| {
        price(&stack(more), &line("2").with("list", list))
            .net()
            .to_string()
    };
    assert_eq!(net("", 40), "60");
    assert_eq!(net("", 25), "50");
    assert_eq!(net(r#", "may_raise": true"#, 25), "60");
}

#[test]
fn rules_that_always_tie_are_found_when_the_waterfall_is_built() {
    let stack = |tie: &str, other: &str| {
        format!(
            r#"{{"id": "w", "version": 1, "attributes": ["segment"], "steps": [{LIST},
            {{"op": "stack", "id": "s", "label": "S", "mode": "exclusive"{tie}, "rules": [
                {{"id": "a", "percent": "10", "when": {{"fact": "segment", "eq": "school"}}}},
                {{"id": "b", "percent": "20"{other}}}]}}]}}"#
        )
    };
    let new = |json: String| Waterfall::new(&serde_json::from_str(&json).unwrap());
    let same = r#", "when": {"fact": "segment", "eq": "school"}"#;
    let faults = new(stack("", same)).unwrap_err();
    assert_eq!(faults.code(), "ambiguous_rules");
    assert_eq!(faults.first().path, "steps[1].rules[1].priority");
    // Rules that may tie are told apart by their order, or refused when they do.
    let mut line = line("1").with("list", 100);
    line.attributes = line.attributes.text("segment", "school");
    let first = new(stack("", "")).unwrap().price(&line).unwrap();
    assert_eq!(first.net(), &exact("90"));
    let refused = new(stack(r#", "tie": "refuse""#, "")).unwrap().price(&line);
    assert_eq!(refused.unwrap_err().code(), "ambiguous_rules");
}

#[test]
fn a_step_whose_input_is_not_brought_is_skipped_and_says_so() {
    let steps = format!(
        r#"{LIST}, {{"op": "price", "id": "contracted", "label": "Contracted", "amount": {{"input": "contracted"}}}},
        {{"op": "discount", "id": "own", "label": "Own", "percent": {{"input": "own"}}}},
        {{"op": "discount", "id": "big", "label": "Big", "percent": "50", "when": {{"fact": "quantity", "gte": "10"}}}}"#
    );
    let plain = price(&steps, &line("2").with("list", 100));
    let effects: Vec<&Effect> = plain.steps().iter().map(|step| &step.effect).collect();
    let missing = Effect::Skipped(Skip::MissingInput);
    assert_eq!(
        effects,
        [
            &Effect::Figure,
            &missing,
            &missing,
            &Effect::Skipped(Skip::Condition)
        ]
    );
    assert_eq!(plain.net(), &exact("200"));
    let brought = line("2")
        .with("list", 100)
        .with("contracted", 80)
        .with("own", exact("2.5"));
    assert_eq!(price(&steps, &brought).net(), &exact("156"));
    let wrong = waterfall(
        r#""steps": [{"op": "price", "id": "p", "label": "P", "amount": "1"},
        {"op": "prorate", "id": "t", "label": "T", "factor": {"input": "term"}}]"#,
    );
    let error = wrong.price(&line("1").with("term", -1)).unwrap_err();
    assert_eq!(error.code(), "invalid_factor");
}

#[test]
fn an_explanation_shows_every_step_with_its_place() {
    let steps = format!(
        r#""steps": [{LIST},
        {{"op": "convert", "id": "eur", "label": "In euro", "to": "EUR", "rate": "0.8", "rate_id": "ECB 2026-03-05"}},
        {{"op": "prorate", "id": "term", "label": "Term", "numerator": "7", "denominator": "12"}},
        {{"op": "stack", "id": "deals", "label": "Deals", "mode": "sequential", "rules": [
            {{"id": "spring", "percent": "10"}}, {{"id": "club", "amount": "5"}}]}},
        {{"op": "round", "id": "unit", "label": "Unit, rounded"}}]"#
    );
    let mut line = line("3");
    line.inputs.push(
        l2c_pricing::Input::new("list", 100)
            .in_currency(Currency::USD)
            .cited(l2c_pricing::explain::Citation::document(
                "list-usd",
                4,
                "entries[0]",
            )),
    );
    let (price, why) = waterfall(&steps).explain(&line).unwrap();
    // 100 USD are 80 EUR, 7 months of 12 are 46.67, less 10 % are 42, less 5 are 37.
    assert_eq!(price.net(), &exact("111"));
    insta::assert_snapshot!(why.text());
}

#[test]
fn the_presets_price_as_their_systems_do() {
    let preset = |json: &str| Waterfall::new(&serde_json::from_str(json).unwrap()).unwrap();
    let crm = preset(l2c_pricing::presets::CRM);
    let line_of_crm = line("12")
        .with("list", 100)
        .with("contracted", 95)
        .with("volume_percent", 10)
        .with("term_factor", exact("1.5"))
        .with("discretionary_percent", 10)
        .with("partner_percent", 15);
    let price = crm.price(&line_of_crm).unwrap();
    let value = |id: &str| {
        let step = crm.step_ids().position(|step| step == id).unwrap();
        price.steps()[step].value.clone().unwrap().to_string()
    };
    let found = ["list", "contracted", "volume", "regular", "customer", "net"].map(value);
    assert_eq!(found, ["100", "95", "85.5", "128.25", "115.425", "98.11125"]);
    assert_eq!(price.net(), &exact("1177.34"));

    let technique = preset(l2c_pricing::presets::CONDITION_TECHNIQUE);
    let line = line("10")
        .with("list", 40)
        .with("customer_percent", 5)
        .with("material_percent", 8)
        .with("rebate_percent", 2)
        .with("freight", 12)
        .with("min_margin_percent", 20)
        .with_cost(30);
    let price = technique.price(&line).unwrap();
    // 400 less 8 % (5 % loses), less 2 % of 400, plus 12. At a cost of 300 a margin of 20 % asks for 375.
    assert_eq!(price.net(), &exact("372"));
    let Effect::Stack(stack) = &price.steps()[3].effect else {
        panic!()
    };
    assert_eq!(technique.rule_id(3, stack.active[0].rule), Some("material"));
    assert_eq!(technique.rule_id(3, stack.inactive[0].rule), Some("customer"));
    assert_eq!(stack.unmatched, [2]);
    assert_eq!(price.violations().next().unwrap().shortfall, exact("3"));
}
