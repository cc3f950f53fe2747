#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

//! What happens to lines together, each figure worked by hand.

use l2c_money::{Currency, Exact};
use l2c_pricing::{Adjustments, LineInput, LineToPrice, PricedLines, Waterfall};

fn waterfall(more: &str) -> Waterfall {
    let json = format!(
        r#"{{"id": "w", "version": 1, "steps": [
        {{"op": "price", "id": "list", "label": "List", "amount": {{"input": "list"}}}}{more}]}}"#
    );
    Waterfall::new(&serde_json::from_str(&json).unwrap()).unwrap()
}

fn adjustments(rest: &str) -> Adjustments {
    let json = format!(r#"{{"id": "a", "version": 1, {rest}}}"#);
    Adjustments::new(&serde_json::from_str(&json).unwrap()).unwrap()
}

fn exact(text: &str) -> Exact {
    text.parse().unwrap()
}

fn line<'a>(waterfall: &'a Waterfall, id: &'a str, quantity: i64, list: &str) -> LineToPrice<'a> {
    let input = LineInput::new(id, Exact::integer(quantity), Currency::EUR).with("list", exact(list));
    LineToPrice::new(waterfall, input)
}

fn priced(rest: &str, lines: &[LineToPrice<'_>]) -> PricedLines {
    let adjustments = adjustments(rest);
    let (explained, why) = adjustments.explain(Currency::EUR, lines).unwrap();
    assert_eq!(why.recompute().unwrap(), *explained.total());
    let priced = adjustments.price(Currency::EUR, lines).unwrap();
    assert_eq!(priced, explained);
    priced
}

fn nets(priced: &PricedLines) -> Vec<String> {
    priced.lines().iter().map(|line| line.net().to_string()).collect()
}

#[test]
fn nothing_slips_below_a_floor_through_the_document() {
    // The guard stands before the term: 90 on a floor of 80, for half a year 45 on 40.
    let guarded = waterfall(
        r#", {"op": "discount", "id": "d", "label": "D", "percent": "10"},
        {"op": "guard", "id": "floor", "label": "Floor", "floor": "80"},
        {"op": "prorate", "id": "term", "label": "Term", "factor": "0.5"}"#,
    );
    let plain = waterfall("");
    let lines = [line(&guarded, "a", 2, "100"), line(&plain, "b", 1, "90")];
    let off = |percent: &str| {
        format!(
            r#""adjustments": [{{"op": "order_discount", "id": "o", "label": "O", "percent": "{percent}"}}]"#
        )
    };
    // 90 and 90: a ninth off leaves 80 each, on the floor of 2 x 40.
    let on_it = priced(
        r#""adjustments": [{"op": "order_discount", "id": "o", "label": "O", "amount": "20"}]"#,
        &lines,
    );
    assert_eq!(nets(&on_it), ["80", "80"]);
    assert!(on_it.violations().is_empty());
    let below = priced(&off("15"), &lines);
    assert_eq!(nets(&below), ["76.5", "76.5"]);
    let [violation] = below.violations() else { panic!() };
    assert_eq!((violation.line.as_str(), violation.step.as_str()), ("a", "floor"));
    assert_eq!(
        (&violation.lowest_net, &violation.net),
        (&exact("80"), &exact("76.5"))
    );
    // A policy leaves the document out of it.
    let line_only = priced(&format!(r#"{}, "floors": "line_only""#, off("15")), &lines);
    assert!(line_only.violations().is_empty());
    // So do a target and a reward, and a guard that refuses refuses the document.
    let target = r#""adjustments": [{"op": "target_total", "id": "t", "label": "T", "total": "150"}]"#;
    assert_eq!(priced(target, &lines).violations().len(), 1);
    let refusing =
        waterfall(r#", {"op": "guard", "id": "floor", "label": "Floor", "floor": "90", "policy": "reject"}"#);
    let lines = [line(&refusing, "a", 1, "90")];
    let error = adjustments(&off("1")).price(Currency::EUR, &lines).unwrap_err();
    assert_eq!(error.code(), "below_floor");
}

#[test]
fn document_rounding_rounds_the_total_and_spreads_the_residue_where_it_can_be_seen() {
    let plain = waterfall("");
    let lines = ["a", "b", "c"].map(|id| line(&plain, id, 1, "0.335"));
    // 1.005 is 1.01: two lines go up by half a cent, one down.
    let document = priced(r#""rounding": "document""#, &lines);
    assert_eq!(nets(&document), ["0.34", "0.34", "0.33"]);
    let residues: Vec<String> = document
        .lines()
        .iter()
        .map(|line| line.residue().to_string())
        .collect();
    assert_eq!(residues, ["0.005", "0.005", "-0.005"]);
    assert_eq!(
        (document.total(), document.residue()),
        (&exact("1.01"), Exact::ZERO)
    );
    // Rounded on its own each line goes up.
    assert_eq!(priced(r#""rounding": "line""#, &lines).total(), &exact("1.02"));
    // Or the residue stands beside the lines.
    let total = priced(r#""rounding": "total""#, &lines);
    assert_eq!(nets(&total), ["0.335", "0.335", "0.335"]);
    assert_eq!((total.total(), total.residue()), (&exact("1.01"), exact("0.005")));
}

#[test]
fn each_line_may_have_a_tax_rate_of_its_own() {
    let plain = waterfall("");
    let mut lines = [
        line(&plain, "book", 1, "9.99"),
        line(&plain, "pen", 1, "1.10"),
        line(&plain, "ink", 1, "1.10"),
    ];
    lines[0].tax_percent = Some("7".parse().unwrap());
    let by_line = priced(r#""tax": {"percent": "19"}"#, &lines);
    let taxes: Vec<String> = by_line
        .lines()
        .iter()
        .map(|line| line.tax().unwrap().to_string())
        .collect();
    // 0.6993, 0.209 and 0.209.
    assert_eq!(taxes, ["0.7", "0.21", "0.21"]);
    assert_eq!(by_line.total_with_tax(), exact("13.31"));
    // 0.6993 at 7 %, and 19 % of 2.20 once: 0.418.
    let by_rate = priced(r#""tax": {"percent": "19", "level": "document"}"#, &lines);
    assert_eq!(by_rate.tax(), Some(&exact("1.12")));
}

#[test]
fn a_target_goes_both_ways_unless_it_never_raises() {
    let plain = waterfall("");
    let lines = [line(&plain, "a", 1, "30"), line(&plain, "b", 1, "60")];
    let target = |total: &str, more: &str| {
        format!(
            r#""adjustments": [{{"op": "target_total", "id": "t", "label": "T", "total": "{total}"{more}}}]"#
        )
    };
    assert_eq!(nets(&priced(&target("80", ""), &lines)), ["26.67", "53.33"]);
    let raised = priced(&target("100", ""), &lines);
    assert_eq!(nets(&raised), ["33.33", "66.67"]);
    assert_eq!(raised.adjustments()[0].amount, exact("-10"));
    let never = adjustments(&target("100", r#", "never_raises": true"#));
    assert_eq!(
        never.price(Currency::EUR, &lines).unwrap_err().code(),
        "target_unreachable"
    );
    let fine = adjustments(&target("80.001", ""));
    assert_eq!(
        fine.price(Currency::EUR, &lines).unwrap_err().code(),
        "not_in_minor_units"
    );
}

#[test]
fn the_cheapest_units_are_rewarded_as_often_as_a_set_is_complete() {
    let plain = waterfall("");
    let lines = [
        line(&plain, "dear", 3, "20"),
        line(&plain, "cheap", 2, "7"),
        line(&plain, "middle", 2, "9"),
    ];
    let offer = |more: &str| {
        format!(
            r#""adjustments": [{{"op": "buy_get", "id": "b", "label": "B", "buy": {{"quantity": "2"}},
            "get": {{"quantity": "1"}}, "same_pool": true, "reward": {{"percent": "100"}}{more}}}]"#
        )
    };
    // Seven units are two sets of three: two at 7 are free.
    let twice = priced(&offer(""), &lines);
    assert_eq!(nets(&twice), ["60", "0", "18"]);
    assert_eq!(twice.adjustments()[0].rewarded_units, Some(exact("2")));
    let once = priced(&offer(r#", "repeat": false"#), &lines);
    assert_eq!(nets(&once), ["60", "7", "18"]);
    // The order of the lines does not matter.
    let turned: Vec<LineToPrice<'_>> = lines.iter().rev().cloned().collect();
    assert_eq!(priced(&offer(""), &turned).total(), twice.total());
}

#[test]
fn every_fault_of_adjustments_is_reported() {
    let json = r#"{"id": "a", "version": 1, "adjustments": [
        {"op": "order_discount", "id": "x", "label": "X", "percent": "1", "amount": "2"},
        {"op": "line_discount", "id": "x", "label": "", "amount": "2"},
        {"op": "buy_get", "id": "b", "label": "B", "buy": {"quantity": "0"}, "get": {"quantity": "-1"},
         "reward": {"percent": "100"}, "lines": {"fact": "colour", "eq": "red"}},
        {"op": "percent_of_total", "id": "p", "label": "P", "percent": "1", "denominator": "0"}]}"#;
    let faults = Adjustments::new(&serde_json::from_str(json).unwrap()).unwrap_err();
    let found: Vec<String> = faults
        .iter()
        .map(|fault| format!("{} {}", fault.path, fault.code))
        .collect();
    assert_eq!(
        found,
        [
            "adjustments[0] exactly_one",
            "adjustments[1].label invalid_text",
            "adjustments[1].id duplicate_id",
            "adjustments[1] exactly_one",
            "adjustments[2].lines.fact unknown_fact",
            "adjustments[2].buy.quantity invalid_adjustment",
            "adjustments[2].get.quantity invalid_adjustment",
            "adjustments[3].denominator invalid_adjustment",
        ]
    );
}

#[test]
fn the_next_tier_says_what_is_missing_and_what_it_would_save() {
    let plain = waterfall("");
    let lines = [line(&plain, "a", 3, "20"), line(&plain, "b", 4, "10")];
    let tiers = adjustments(
        r#""adjustments": [{"op": "order_discount", "id": "o", "label": "O", "tiers": {"measure": "quantity",
        "steps": [{"from": "5", "percent": "5"}, {"from": "10", "percent": "12"}]}}]"#,
    );
    // 100 at 5 % are 95; at 12 % they would be 88. Three more units are missing.
    let next = tiers.next_tier(Currency::EUR, &lines, 0).unwrap().unwrap();
    assert_eq!(
        (next.from, next.missing, next.saving),
        (exact("10"), exact("3"), exact("7"))
    );
    let more = [line(&plain, "a", 10, "20")];
    assert_eq!(tiers.next_tier(Currency::EUR, &more, 0).unwrap(), None);
}

#[test]
fn the_line_that_breaks_its_floor_first_stands_in_front_and_margins_are_given_by_line() {
    let guard = |floor: &str| {
        waterfall(&format!(
            r#", {{"op": "guard", "id": "floor", "label": "F", "floor": "{floor}"}}"#
        ))
    };
    let (wide, narrow) = (guard("50"), guard("15"));
    let mut lines = [line(&wide, "wide", 2, "100"), line(&narrow, "narrow", 1, "20")];
    lines[0].input.cost = Some(exact("40"));
    let priced = priced(r#""adjustments": []"#, &lines);
    let room = priced.floor_room();
    let found: Vec<(&str, &Exact)> = room
        .iter()
        .map(|room| (room.line.as_str(), &room.percent))
        .collect();
    assert_eq!(found, [("narrow", &exact("25")), ("wide", &exact("50"))]);
    let wide = &priced.lines()[0];
    assert_eq!(
        (wide.margin(), wide.margin_percent()),
        (Some(exact("120")), Some(exact("60")))
    );
    // A line without a cost has no margin, and the document has none either.
    assert_eq!((priced.lines()[1].margin(), priced.margin()), (None, None));
}
