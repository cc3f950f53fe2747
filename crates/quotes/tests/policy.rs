#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

#[allow(dead_code)]
mod shop;

use l2c_money::Quantity;
use l2c_pricing::{PriceRequest, ProductId, RequestLine};
use l2c_quotes::{ApprovalFigures, ApprovalPolicy, ApprovalPolicyDocument};
use shop::{approvals, day, engine, terms};

fn faults(rules: &str) -> String {
    let json = format!(r#"{{"id": "approvals", "version": 1, "currency": "USD", "rules": [{rules}]}}"#);
    let faults = ApprovalPolicy::new(&serde_json::from_str(&json).unwrap()).unwrap_err();
    faults
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn every_fault_of_a_policy_is_reported() {
    let rules = r#"
        {"id": "a", "reason": "", "approvers": []},
        {"id": "a", "reason": "A", "approvers": [" manager"], "when": {"fact": "discount", "gt": "10"}},
        {"id": "b", "reason": "B", "approvers": ["manager"], "when": {"fact": "net_total", "gt": "10 USD"},
         "any_line": {"all": [{"fact": "net_total", "gt": "10"}, {"fact": "product", "eq": "prd_GTXPro"}]}}"#;
    insta::assert_snapshot!(faults(rules), @r#"
    rules[0].reason: write 1 to 200 characters without blanks around them
    rules[0].approvers: name at least one approver; a quote that no rule names is approved by itself
    rules[1].id: `a` stands at rules[0] already
    rules[1].approvers[0]: write 1 to 200 characters without blanks around them
    rules[1].when.fact: no fact is named "discount"; there are: action, charged, credited, discount_percent, floor_shortfall, floor_violations, largest_line_discount_percent, line_count, list_total, margin_percent, net_total, validity_days
    rules[2].when.gt: "net_total" is a number, and "10 USD" is not; write a decimal as a string, such as "1000.50"
    rules[2].any_line.all[0].fact: no fact is named "net_total"; there are: component, discount_percent, list, net, product, quantity
    "#);
}

#[test]
fn a_policy_is_read_as_it_is_written() {
    let json = r#"{"id":"approvals","version":1,"currency":"USD","own_request":"refuse","rules":[{"id":"r","reason":"R","when":{"fact":"net_total","gt":"10"},"approvers":["manager"]}]}"#;
    let document: ApprovalPolicyDocument = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&document).unwrap(), json);
    let more = json.replace("\"reason\"", "\"quorum\":2,\"reason\"");
    assert!(serde_json::from_str::<ApprovalPolicyDocument>(&more).is_err());
}

/// The rules that a quote of one GTX Pro at a total of 555 USD and some mugs needs.
fn required(rules: &str, mugs: u32) -> Vec<String> {
    let json = format!(r#"{{"id": "approvals", "version": 1, "currency": "USD", "rules": [{rules}]}}"#);
    let mut request: PriceRequest = terms(555).request;
    if mugs > 0 {
        let mug = ProductId::from_key("Mug").unwrap();
        request
            .lines
            .push(RequestLine::new("2", mug, Quantity::pieces(mugs)));
    }
    let priced = engine().price(&request).unwrap();
    let figures = ApprovalFigures::of_quote(&priced, day("2017-03-05"), day("2017-03-31")).unwrap();
    let required = approvals(&json).required(&[figures]).unwrap();
    required
        .iter()
        .map(|required| format!("{}: {}", required.rule, required.because))
        .collect()
}

#[test]
fn a_rule_says_which_figures_it_held_for() {
    let rules = r#"
        {"id": "always", "reason": "R", "approvers": ["manager"]},
        {"id": "edge", "reason": "R", "approvers": ["manager"], "when": {"fact": "discount_percent", "gt": "44.5"}},
        {"id": "net", "reason": "R", "approvers": ["manager"], "when": {"fact": "net_total", "lte": "555"}},
        {"id": "long", "reason": "R", "approvers": ["manager"], "when": {"fact": "validity_days", "gte": "26"}},
        {"id": "floor", "reason": "R", "approvers": ["manager"], "when": {"fact": "floor_shortfall", "eq": "45"}},
        {"id": "lines", "reason": "R", "approvers": ["manager"], "when": {"any": [
            {"fact": "line_count", "gt": "2"}, {"fact": "largest_line_discount_percent", "gte": "44.5"}]}}"#;
    insta::assert_snapshot!(required(rules, 0).join("\n"), @r"
    always: always
    net: net_total <= 555; net_total is 555
    long: validity_days >= 26; validity_days is 26
    floor: floor_shortfall = 45; floor_shortfall is 45
    lines: line_count > 2 or largest_line_discount_percent >= 44.5; largest_line_discount_percent is 44.5; line_count is 2
    ");
}

#[test]
fn a_rule_on_lines_needs_one_that_fits() {
    let rules = r#"
        {"id": "mugs", "reason": "R", "approvers": ["manager"],
         "when": {"fact": "discount_percent", "gt": "40"},
         "any_line": {"all": [{"fact": "product", "eq": "prd_Mug"}, {"fact": "quantity", "gte": "2"}]}},
        {"id": "never", "reason": "R", "approvers": ["manager"],
         "when": {"fact": "discount_percent", "gt": "99"}, "any_line": {"fact": "quantity", "gte": "1"}},
        {"id": "support", "reason": "R", "approvers": ["manager"],
         "any_line": {"all": [{"fact": "component", "eq": "support"}, {"fact": "discount_percent", "gt": "45"}]}}"#;
    assert_eq!(required(rules, 0), Vec::<String>::new());
    // A mug at 5.50 is 45 % off, the software 45.05 %.
    let largest = r#"{"id": "largest", "reason": "R", "approvers": ["manager"],
        "when": {"fact": "largest_line_discount_percent", "gt": "45"}}"#;
    assert_eq!(required(largest, 1).len(), 1);
    insta::assert_snapshot!(required(rules, 1).join("\n"), @r#"support: always; in line 1.support: component = "support" and discount_percent > 45; component is "support"; discount_percent is 45.05"#);
    insta::assert_snapshot!(required(rules, 2).join("\n"), @r#"
    mugs: discount_percent > 40; discount_percent is about 45.5882; in line 2: product = "prd_Mug" and quantity >= 2; product is "prd_Mug"; quantity is 2
    support: always; in line 1.support: component = "support" and discount_percent > 45; component is "support"; discount_percent is 45.59
    "#);
}
