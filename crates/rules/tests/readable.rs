//! What people read: text forms, outcomes and faults.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use chrono::NaiveDate;
use insta::assert_snapshot;
use l2c_rules::{Condition, FactTypes, Facts, Literal, Predicate, Test};

fn types() -> FactTypes {
    FactTypes::new()
        .number("discount_percent")
        .number("total")
        .text("region")
        .text("code")
        .date("close_date")
        .flag("new_customer")
}

fn predicate(json: &str) -> Predicate {
    serde_json::from_str::<Condition>(json)
        .unwrap()
        .check(&types(), "")
        .unwrap()
}

const TREE: &str = r#"{"all": [
    {"fact": "discount_percent", "gt": "15"},
    {"any": [
        {"fact": "region", "in": ["West", "East"]},
        {"all": [{"fact": "total", "gte": "1000.50"}, {"fact": "new_customer", "eq": true}]},
        {"fact": "close_date", "between": ["2017-10-01", "2017-12-31"]}
    ]},
    {"not": {"fact": "code", "exists": true}}
]}"#;

#[test]
fn text_form() {
    assert_snapshot!(predicate(TREE), @r#"discount_percent > 15 and (region in ("West", "East") or (total >= 1000.5 and new_customer = true) or close_date between 2017-10-01 and 2017-12-31) and not (code is known)"#);
    assert_snapshot!(predicate(r#"{"all": []}"#), @"always");
    assert_snapshot!(predicate(r#"{"any": []}"#), @"never");
    // A list of one needs no brackets of its own, but keeps those of what is inside.
    assert_snapshot!(
        predicate(r#"{"all": [{"any": [{"all": [{"fact": "code", "ne": "007"}, {"fact": "total", "lt": "0"}]}]}, {"fact": "code", "exists": false}]}"#),
        @r#"(code != "007" and total < 0) and code is missing"#
    );
    assert_snapshot!(predicate(r#"{"fact": "code", "eq": "a\" or total > \"1"}"#), @r#"code = "a\" or total > \"1""#);
}

#[test]
fn outcome() {
    let facts = Facts::new()
        .number("discount_percent", 20_i64)
        .text("region", "North")
        .date("close_date", NaiveDate::from_ymd_opt(2017, 12, 31).unwrap())
        .flag("new_customer", true);
    assert_snapshot!(predicate(TREE).explain(&facts), @r#"
    yes: discount_percent > 15 and (region in ("West", "East") or (total >= 1000.5 and new_customer = true) or close_date between 2017-10-01 and 2017-12-31) and not (code is known)
      yes: discount_percent > 15 (is 20)
      yes: region in ("West", "East") or (total >= 1000.5 and new_customer = true) or close_date between 2017-10-01 and 2017-12-31
        no: region in ("West", "East") (is "North")
        no: total >= 1000.5 and new_customer = true
          no: total >= 1000.5 (is missing)
          yes: new_customer = true (is true)
        yes: close_date between 2017-10-01 and 2017-12-31 (is 2017-12-31)
      yes: not (code is known)
        no: code is known (is missing)
    "#);
    // Values may be personal data: Debug keeps to names and types.
    assert_snapshot!(format!("{facts:?}"), @r#"{"close_date": Date, "discount_percent": Number, "new_customer": Flag, "region": Text}"#);
}

#[test]
fn every_fault_with_its_path() {
    let json = r#"{"all": [
        {"fact": "reigon", "eq": "West"},
        {"any": [{"fact": "total", "gt": "1,000"}, {"fact": "close_date", "in": ["2017-12-31", "2017-1-1", "31.12.2017"]}]},
        {"not": {"fact": "new_customer", "gte": true}},
        {"fact": "total", "between": ["10", "9"]},
        {"fact": "region", "eq": true},
        {"fact": "new_customer", "eq": "true"},
        {"fact": "total", "between": ["low", "high"]}
    ]}"#;
    let condition: Condition = serde_json::from_str(json).unwrap();
    let faults = condition.check(&types(), "rules[3].when").unwrap_err();
    assert_snapshot!(faults, @r#"
    condition, 10 faults:
      rules[3].when.all[0].fact: no fact is named "reigon"; there are: close_date, code, discount_percent, new_customer, region, total
      rules[3].when.all[1].any[0].gt: "total" is a number, and "1,000" is not; write a decimal as a string, such as "1000.50"
      rules[3].when.all[1].any[1].in[1]: "close_date" is a date, and "2017-1-1" is not; write a date as a string, such as "2017-12-31"
      rules[3].when.all[1].any[1].in[2]: "close_date" is a date, and "31.12.2017" is not; write a date as a string, such as "2017-12-31"
      rules[3].when.all[2].not.gte: "new_customer" is a flag, which has no order; use eq, ne, in or exists
      rules[3].when.all[3].between: the range of "total" begins at 10 and ends at 9; the lower end comes first
      rules[3].when.all[4].eq: "region" is a text, and true is not; write a string
      rules[3].when.all[5].eq: "new_customer" is a flag, and "true" is not; write true or false
      rules[3].when.all[6].between[0]: "total" is a number, and "low" is not; write a decimal as a string, such as "1000.50"
      rules[3].when.all[6].between[1]: "total" is a number, and "high" is not; write a decimal as a string, such as "1000.50"
    "#);
    assert_eq!(faults.code(), "unknown_fact");
    let codes: Vec<&str> = faults.iter().map(|fault| fault.code).collect();
    assert_eq!(codes[4..6], ["no_order", "reversed_range"]);
    // At the root of a document the path has no leading dot.
    let alone = condition.check(&types(), "").unwrap_err();
    assert_eq!(alone.iter().next().unwrap().path, "all[0].fact");
}

#[test]
fn shapes_that_are_no_condition_are_refused() {
    let refused = |json: &str| serde_json::from_str::<Condition>(json).unwrap_err().to_string();
    assert_snapshot!(refused(r#"{}"#), @r#"an empty condition; to hold always write {"all": []} at line 1 column 2"#);
    assert_snapshot!(refused(r#"{"fact": "total"}"#), @r#"nothing is asked of "total"; add one of eq, ne, lt, lte, gt, gte, in, between, exists at line 1 column 17"#);
    assert_snapshot!(refused(r#"{"gt": "1"}"#), @"missing field `fact` at line 1 column 11");
    assert_snapshot!(refused(r#"{"fact": "total", "gt": "1", "lt": "9"}"#), @r#""lt" stands beside another test; one condition asks one thing, join them with all or any at line 1 column 39"#);
    assert_snapshot!(refused(r#"{"all": [], "fact": "total"}"#), @"a fact stands beside all, any or not; put its test inside at line 1 column 28");
    assert_snapshot!(refused(r#"{"fact": "total", "gt": 1000}"#), @"invalid type: integer `1000`, expected a string (numbers and dates too) or true or false at line 1 column 28");
    assert_snapshot!(refused(r#"{"fact": "total", "gt": "1", "fact": "region"}"#), @"duplicate field `fact` at line 1 column 46");
    assert_snapshot!(refused(r#"{"fact": "total", "equals": "1"}"#), @"unknown field `equals`, expected one of `all`, `any`, `not`, `fact`, `eq`, `ne`, `lt`, `lte`, `gt`, `gte`, `in`, `between`, `exists` at line 1 column 26");
}

#[test]
fn facts_are_checked_against_their_types() {
    let facts = Facts::new()
        .text("total", "007")
        .text("reigon", "West")
        .number("discount_percent", 1_i64);
    let faults = types().check(&facts).unwrap_err();
    assert_snapshot!(faults, @r#"
    facts, 2 faults:
      reigon: the fact "reigon" is not declared; there are: close_date, code, discount_percent, new_customer, region, total
      total: the fact "total" is a text; it is declared as a number
    "#);
    // Evaluation is total nevertheless: the mistyped fact counts as missing.
    assert!(!predicate(r#"{"fact": "total", "eq": "7"}"#).holds(&facts));
    assert!(!predicate(r#"{"fact": "total", "ne": "7"}"#).holds(&facts));
    assert!(predicate(r#"{"fact": "total", "exists": false}"#).holds(&facts));
}

#[test]
fn declared_types_are_a_document_too() {
    let json = r#"{"region":"text","total":"number"}"#;
    let read: FactTypes = serde_json::from_str(json).unwrap();
    assert_eq!(read, FactTypes::new().number("total").text("region"));
    assert_eq!(serde_json::to_string(&read).unwrap(), json);
}

#[test]
fn messages_stay_short_whatever_the_document() {
    let many = (0..100_000).fold(FactTypes::new(), |types, n| types.number(format!("fact{n:06}")));
    let condition = Condition::test("other", Test::Exists(true));
    let message = condition.check(&many, "").unwrap_err().to_string();
    assert!(
        message.ends_with("fact000019, ...") && message.len() < 400,
        "{message}"
    );
    let long = Condition::test("total", Test::Eq(Literal::Text("9x".repeat(1_000_000))));
    assert!(long.check(&types(), "").unwrap_err().to_string().len() < 200);
}
