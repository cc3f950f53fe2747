//! Which orders a policy holds, and what is wrong with one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use chrono::NaiveDate;
use l2c_orders::{HoldPolicy, HoldPolicyDocument, Order};
use l2c_rules::Facts;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn document(json: &str) -> HoldPolicyDocument {
    serde_json::from_str(json).unwrap()
}

#[test]
fn the_first_rule_of_a_reason_that_holds_asks_for_the_hold() {
    let document = document(
        r#"{"id": "holds", "version": 2, "rules": [
            {"reason": "credit_check", "valid_until": "2017-06-30", "release_after_days": 5,
             "when": {"fact": "net", "gte": "20000"}},
            {"reason": "credit_check", "release_after_days": 2, "when": {"fact": "net", "gte": "5000"}},
            {"reason": "export_control", "when": {"fact": "sector", "eq": "defence"}}
        ]}"#,
    );
    let policy = HoldPolicy::new(&document, &Order::fact_types().text("sector")).unwrap();
    let holds = |net: i64, sector: &str, on: &str| {
        let holds = policy.holds(day(on), &Facts::new().number("net", net).text("sector", sector));
        let text = |h: &l2c_orders::HoldTerms| {
            let due = h.release_due.map_or("-".to_owned(), |due| due.to_string());
            format!("{} by {} until {due}", h.reason, h.rule.clone().unwrap())
        };
        holds.iter().map(text).collect::<Vec<_>>()
    };
    assert_eq!(holds(4_999, "retail", "2017-05-14"), Vec::<String>::new());
    assert_eq!(
        holds(20_000, "retail", "2017-06-30"),
        ["credit_check by holds v2 rules[0] until 2017-07-05"]
    );
    assert_eq!(
        holds(20_000, "retail", "2017-07-01"),
        ["credit_check by holds v2 rules[1] until 2017-07-03"]
    );
    assert_eq!(
        holds(5_000, "defence", "2017-05-14"),
        [
            "credit_check by holds v2 rules[1] until 2017-05-16",
            "export_control by holds v2 rules[2] until -"
        ]
    );
}

#[test]
fn a_rule_without_a_condition_holds_every_order_and_a_missing_fact_none() {
    let document = document(
        r#"{"id": "holds", "version": 1, "rules": [
            {"reason": "review"},
            {"reason": "credit_check", "when": {"fact": "net", "gte": "0"}}
        ]}"#,
    );
    let policy = HoldPolicy::new(&document, &Order::fact_types()).unwrap();
    let holds = policy.holds(day("2017-05-14"), &Facts::new());
    assert_eq!(
        holds.iter().map(|h| h.reason.as_str()).collect::<Vec<_>>(),
        ["review"]
    );
}

#[test]
fn every_fault_is_reported_with_its_path() {
    let document = document(
        r#"{"id": " ", "version": 1, "rules": [
            {"reason": "", "valid_from": "2017-06-30", "valid_until": "2017-06-29", "release_after_days": 4000},
            {"reason": "ok", "when": {"all": [{"fact": "netto", "gte": "1"}, {"fact": "net", "gte": "many"}]}}
        ]}"#,
    );
    let faults = HoldPolicy::new(&document, &Order::fact_types()).unwrap_err();
    insta::assert_snapshot!(faults.to_string());
    let codes: Vec<&str> = faults.iter().map(|fault| fault.code).collect();
    let expected = [
        "invalid_text",
        "invalid_text",
        "reversed_validity",
        "invalid_release",
        "unknown_fact",
        "wrong_type",
    ];
    assert_eq!(codes, expected);
}

#[test]
fn a_release_beyond_the_calendar_is_left_to_somebody() {
    let document =
        document(r#"{"id": "h", "version": 1, "rules": [{"reason": "r", "release_after_days": 1}]}"#);
    let policy = HoldPolicy::new(&document, &Order::fact_types()).unwrap();
    assert_eq!(policy.holds(NaiveDate::MAX, &Facts::new())[0].release_due, None);
}

#[test]
fn unknown_fields_are_refused_and_documents_survive_serde() {
    assert!(
        serde_json::from_str::<HoldPolicyDocument>(r#"{"id": "h", "version": 1, "rules": [], "x": 1}"#)
            .is_err()
    );
    let json = r#"{"id":"h","version":1,"rules":[{"reason":"r","valid_from":"2017-05-14","when":{"fact":"net","gt":"1"}}]}"#;
    let document = document(json);
    assert_eq!(serde_json::to_string(&document).unwrap(), json);
}
