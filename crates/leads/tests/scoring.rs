//! Scoring: laws, and what people read.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use insta::assert_snapshot;
use l2c_leads::{ScoringDocument, ScoringModel};
use l2c_money::Exact;
use l2c_rules::{FactTypes, Facts};
use proptest::prelude::*;
use serde_json::{Value, json};

fn types() -> FactTypes {
    FactTypes::new()
        .number("employees")
        .text("office")
        .number("clicks")
        .flag("competitor")
}

fn document(json: Value) -> ScoringDocument {
    serde_json::from_value(json).unwrap()
}

fn model(json: Value) -> ScoringModel {
    ScoringModel::new(&document(json), &types()).unwrap()
}

fn example() -> Value {
    json!({
        "id": "scoring", "version": 3,
        "categories": [{"id": "fit", "cap": "60"}, {"id": "engagement", "cap": "40", "floor": "0"}],
        "rules": [
            {"id": "large", "category": "fit", "when": {"fact": "employees", "gte": "1000"}, "points": "50", "reason": "A large company"},
            {"id": "west", "category": "fit", "when": {"fact": "office", "in": ["West", "East"]}, "points": "15", "reason": "A strong office"},
            {"id": "silent", "category": "engagement", "when": {"fact": "clicks", "exists": false}, "points": "-5", "reason": "Nothing clicked"},
            {"id": "keen", "category": "engagement", "when": {"fact": "clicks", "gt": "10"}, "points": "12.5", "reason": "Many clicks"},
            {"id": "given", "when": {"all": []}, "points": "1", "reason": "For being there"}
        ],
        "disqualifiers": [{"id": "rival", "when": {"fact": "competitor", "eq": true}, "reason": "A competitor"}],
        "cap": "100",
        "grades": [{"from": "70", "grade": "A"}, {"from": "40", "grade": "B"}],
        "thresholds": {"up": "60", "down": "40"}
    })
}

#[test]
fn caps_floors_grades_and_disqualifiers() {
    let model = model(example());
    let large = Facts::new().number("employees", 5_000_i64).text("office", "West");
    let card = model.score(&large);
    // fit 65 is capped at 60; engagement -5 is raised to 0.
    let by_category: Vec<String> = card
        .categories
        .iter()
        .map(|(id, points)| format!("{id} {points}"))
        .collect();
    assert_eq!(by_category, ["fit 60", "engagement 0"]);
    assert_eq!(card.total, Exact::integer(61));
    assert_eq!(card.held, ["large", "west", "silent", "given"]);
    assert_eq!((card.grade.as_deref(), card.qualified), (Some("B"), true));

    let keen = model.score(&large.clone().number("clicks", 11_i64));
    assert_eq!(keen.total, Exact::ratio(147, 2).unwrap());
    assert_eq!(keen.grade.as_deref(), Some("A"));

    let small = model.score(&Facts::new().number("clicks", 10_i64));
    assert_eq!(
        (small.total, small.grade, small.qualified),
        (Exact::ONE, None, false)
    );

    let rival = model.score(&large.flag("competitor", true));
    assert_eq!((rival.total, rival.qualified), (Exact::ZERO, false));
    assert_eq!(rival.disqualified_by, ["rival"]);
    // What would have counted is still named.
    assert_eq!(rival.held, ["large", "west", "silent", "given"]);
}

#[test]
fn a_grade_begins_at_its_bound_and_a_disqualified_lead_never_qualifies() {
    let json = json!({
        "id": "s", "version": 1,
        "rules": [{"id": "a", "when": {"all": []}, "points": "40", "reason": ""}],
        "disqualifiers": [{"id": "rival", "when": {"fact": "competitor", "eq": true}, "reason": ""}],
        "grades": [{"from": "40.01", "grade": "A"}, {"from": "40", "grade": "B"}],
        "thresholds": {"up": "0", "down": "0"}
    });
    let model = model(json);
    assert_eq!(model.score(&Facts::new()).grade.as_deref(), Some("B"));
    let rival = model.score(&Facts::new().flag("competitor", true));
    // Its 0 points would do.
    assert_eq!(
        (rival.total, rival.grade, rival.qualified),
        (Exact::ZERO, None, false)
    );
}

#[test]
fn a_score_explains_itself() {
    let facts = Facts::new()
        .number("employees", 5_000_i64)
        .text("office", "West")
        .number("clicks", 3_i64);
    let explained = model(example()).explain(&facts);
    assert_snapshot!(explained.derivation.text());
    let rules: Vec<String> = explained
        .rules
        .iter()
        .map(|(id, outcome)| format!("{id}\n{outcome}"))
        .collect();
    assert_snapshot!(rules.join("\n"), @r#"
    large
    yes: employees >= 1000 (is 5000)
    west
    yes: office in ("West", "East") (is "West")
    silent
    no: clicks is missing (is 3)
    keen
    no: clicks > 10 (is 3)
    given
    yes: always
    rival
    no: competitor = true (is missing)
    "#);
}

#[test]
fn every_fault_with_its_path() {
    let faulty = document(json!({
        "id": "scoring", "version": 1,
        "categories": [{"id": "fit", "cap": "10", "floor": "20"}, {"id": "fit"}],
        "rules": [
            {"id": "a", "category": "fitness", "when": {"fact": "employees", "gt": "many"}, "points": "1", "reason": ""},
            {"id": "a", "when": {"fact": "colour", "eq": "red"}, "points": "1", "reason": ""}
        ],
        "disqualifiers": [{"id": "", "when": {"fact": "competitor", "lt": true}, "reason": ""}],
        "cap": "-1",
        "grades": [{"from": "10", "grade": "B"}, {"from": "70", "grade": "A"}],
        "thresholds": {"up": "60", "down": "40"}
    }));
    let faults = ScoringModel::new(&faulty, &types()).unwrap_err();
    assert_snapshot!(faults);
    assert_eq!(faults.code(), "duplicate_id");

    let upside_down = json!({"id": "s", "version": 1, "rules": [], "thresholds": {"up": "40", "down": "60"}});
    let error = serde_json::from_value::<ScoringDocument>(upside_down)
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "recycling below 60 but qualifying from 40; `down` is at most `up`"
    );
    let with_a_number = json!({"id": "s", "version": 1, "rules": [
        {"id": "a", "when": {"all": []}, "points": 5, "reason": ""}], "thresholds": {"up": "1", "down": "1"}});
    let error = serde_json::from_value::<ScoringDocument>(with_a_number)
        .unwrap_err()
        .to_string();
    assert!(error.contains("expected an exact number as a string"), "{error}");
}

/// From how many clicks a rule counts, its points as a fraction, and its category.
type Drawn = (i64, (i64, i64), Option<usize>);

/// Rules over `clicks` with points as fractions, some of them in a category.
fn rules() -> impl Strategy<Value = Vec<Drawn>> {
    prop::collection::vec(
        (0_i64..20, (-50_i64..50, 1_i64..7), prop::option::of(0_usize..2)),
        0..12,
    )
}

fn built(rules: &[(usize, Drawn)], limited: bool) -> ScoringModel {
    let categories = if limited {
        json!([{"id": "c0", "cap": "40", "floor": "-10"}, {"id": "c1", "floor": "5"}])
    } else {
        json!([{"id": "c0"}, {"id": "c1"}])
    };
    let list: Vec<Value> = rules
        .iter()
        .map(|(id, (from, (n, d), category))| {
            json!({"id": format!("r{id}"), "category": category.map(|c| format!("c{c}")),
                "when": {"fact": "clicks", "gte": from.to_string()},
                "points": Exact::ratio(*n, *d).unwrap(), "reason": ""})
        })
        .collect();
    let mut json = json!({"id": "s", "version": 1, "categories": categories, "rules": list,
        "floor": "-1000000", "thresholds": {"up": "10", "down": "5"}});
    if limited {
        json["cap"] = json!("60");
        json["floor"] = json!("0");
    }
    model(json)
}

proptest! {
    #[test]
    fn a_score_is_the_sum_of_the_rules_that_hold(rules in rules(), clicks in 0_i64..20) {
        let expected: Exact = rules
            .iter()
            .filter(|(from, _, _)| clicks >= *from)
            .map(|(_, (n, d), _)| Exact::ratio(*n, *d).unwrap())
            .sum();
        let numbered: Vec<_> = rules.into_iter().enumerate().collect();
        let card = built(&numbered, false).score(&Facts::new().number("clicks", clicks));
        prop_assert_eq!(card.total, expected);
    }

    #[test]
    fn the_order_of_rules_means_nothing(
        rules in rules(),
        clicks in 0_i64..20,
        limited in any::<bool>(),
        turn in any::<prop::sample::Index>(),
    ) {
        let numbered: Vec<_> = rules.into_iter().enumerate().collect();
        let mut turned = numbered.clone();
        if !turned.is_empty() {
            let by = turn.index(turned.len());
            turned.rotate_left(by);
            turned.reverse();
        }
        let facts = Facts::new().number("clicks", clicks);
        let (one, mut other) = (built(&numbered, limited).score(&facts), built(&turned, limited).score(&facts));
        let mut held = one.held.clone();
        held.sort();
        other.held.sort();
        prop_assert_eq!(held, other.held);
        prop_assert_eq!((one.total, one.categories), (other.total, other.categories));
    }

    #[test]
    fn limits_hold_and_explanations_recompute(rules in rules(), clicks in 0_i64..20) {
        let numbered: Vec<_> = rules.into_iter().enumerate().collect();
        let model = built(&numbered, true);
        let facts = Facts::new().number("clicks", clicks);
        let explained = model.explain(&facts);
        prop_assert_eq!(&explained.card, &model.score(&facts));
        prop_assert_eq!(explained.derivation.recompute().unwrap(), explained.card.total.clone());
        let within = |value: &Exact, low: i64, high: i64| {
            *value >= Exact::integer(low) && *value <= Exact::integer(high)
        };
        prop_assert!(within(&explained.card.total, 0, 60));
        prop_assert!(within(&explained.card.categories[0].1, -10, 40));
        prop_assert!(within(&explained.card.categories[1].1, 5, i64::MAX));
        prop_assert_eq!(explained.card.qualified, explained.card.total >= Exact::integer(10));
    }
}
