//! Amendments, renewals and merged contracts on figures worked by hand.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use l2c_calendar::NaiveDate;
use l2c_money::{Decimal, Exact, Quantity, Unit};
use l2c_quotes::{
    Amendment, AmendmentAction, AmendmentLine, AmendmentPolicy, RunningContract, RunningContractDocument,
};
use serde_json::{Value, json};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn line(id: &str, quantity: &str, unit_price: &str) -> Value {
    json!({"id": id, "product": id, "quantity": {"value": quantity, "unit": "C62"}, "unit_price": unit_price})
}

fn with(mut line: Value, more: Value) -> Value {
    line.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    line
}

/// The year 2025, at prices per year.
fn contract(lines: Value) -> RunningContract {
    named("con_1", "2025-01-01", "2026-01-01", lines)
}

fn named(id: &str, start: &str, end: &str, lines: Value) -> RunningContract {
    RunningContract::new(&document(id, start, end, lines)).unwrap()
}

fn document(id: &str, start: &str, end: &str, lines: Value) -> RunningContractDocument {
    let document = json!({"id": id, "currency": "USD", "term": {"start": start, "end": end}, "lines": lines});
    serde_json::from_value(document).unwrap()
}

fn action(json: Value) -> AmendmentAction {
    serde_json::from_value(json).unwrap()
}

fn amend(contract: &RunningContract, json: Value) -> Amendment {
    contract
        .amend(&action(json), &AmendmentPolicy::default())
        .unwrap()
}

fn code(contract: &RunningContract, json: Value) -> &'static str {
    contract
        .amend(&action(json), &AmendmentPolicy::default())
        .unwrap_err()
        .code()
}

fn shown(amendment: &Amendment) -> Vec<String> {
    let shown = |line: &AmendmentLine| {
        format!(
            "{} {} x {} {}: {}",
            line.id,
            line.quantity.value(),
            line.unit_price,
            line.period,
            line.total
        )
    };
    amendment.lines.iter().map(shown).collect()
}

#[test]
fn amendments_count_months_and_days() {
    let contract = contract(json!([line("seats", "10", "1200")]));
    let more = json!({"action": "amend", "on": "2025-03-01", "changes": [
        {"change": "quantity", "line": "seats", "quantity": {"value": "15", "unit": "C62"}}]});
    // Ten months of a year, not 306 days of 365.
    let amendment = amend(&contract, more.clone());
    assert_eq!(
        shown(&amendment),
        ["seats 5 x 1200 2025-03-01 to 2025-12-31: 5000"]
    );
    assert_eq!(
        amendment.after.unwrap().lines[0].quantity,
        Quantity::new(Decimal::from(15), Unit::ONE).unwrap()
    );

    let by_days: AmendmentPolicy = serde_json::from_value(json!({"proration": {"mode": "days"}})).unwrap();
    let by_days = contract.amend(&action(more), &by_days).unwrap();
    assert_eq!(by_days.total.to_string(), "5030.14"); // 5 x 1200 x 306 / 365
}

#[test]
fn a_price_change_credits_the_old_price_and_charges_the_new() {
    let contract = contract(json!([line("seats", "10", "1200")]));
    let amendment = amend(
        &contract,
        json!({"action": "amend", "on": "2025-07-01", "changes": [
        {"change": "price", "line": "seats", "unit_price": "1080"},
        {"change": "quantity", "line": "seats", "quantity": {"value": "12", "unit": "C62"}}]}),
    );
    assert_eq!(
        shown(&amendment),
        [
            "seats -10 x 1200 2025-07-01 to 2025-12-31: -6000",
            "seats 12 x 1080 2025-07-01 to 2025-12-31: 6480",
        ]
    );
    assert_eq!(amendment.total, Exact::integer(480));
}

#[test]
fn a_product_is_swapped_for_the_rest_of_the_term() {
    let contract = contract(json!([line("basic", "10", "600"), line("support", "1", "120")]));
    let swap = json!({"action": "amend", "on": "2025-04-01", "changes": [
        {"change": "swap", "line": "basic", "to": line("pro", "10", "960")}]});
    let amendment = amend(&contract, swap.clone());
    assert_eq!(
        shown(&amendment),
        [
            "basic -10 x 600 2025-04-01 to 2025-12-31: -4500",
            "pro 10 x 960 2025-04-01 to 2025-12-31: 7200",
        ]
    );
    let after = amendment.after.unwrap();
    assert_eq!(
        after
            .lines
            .iter()
            .map(|line| line.id.as_str())
            .collect::<Vec<_>>(),
        ["pro", "support"]
    );

    let why = contract
        .explain_amendment(&action(swap), &AmendmentPolicy::default())
        .unwrap();
    assert_eq!(why.amendment().total, why.total().recompute().unwrap());
    let text = why.line(1).unwrap().text();
    for part in [
        "unit price: 960.00 USD [con_1 line pro]",
        "whole months: 9",
        "line pro of con_1: 7200.00 USD",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}

#[test]
fn a_line_has_terms_of_its_own() {
    // 20 a month from June on, and a project that ends in March.
    let contract = contract(json!([
        with(
            line("storage", "5", "20"),
            json!({"price_term_months": 1, "start": "2025-06-01"})
        ),
        with(line("project", "1", "1200"), json!({"end": "2025-04-01"})),
    ]));
    let amendment = amend(
        &contract,
        json!({"action": "amend", "on": "2025-02-01", "changes": [
        {"change": "quantity", "line": "storage", "quantity": {"value": "7", "unit": "C62"}},
        {"change": "term", "line": "project", "end": "2025-06-01"},
        {"change": "add", "line": with(line("training", "2", "50"),
            json!({"price_term_months": 1, "start": "2025-03-01", "end": "2025-05-01"}))}]}),
    );
    assert_eq!(
        shown(&amendment),
        [
            "storage 2 x 20 2025-06-01 to 2025-12-31: 280", // 2 x 20 x 7 months
            "project -1 x 1200 2025-02-01 to 2025-03-31: -200",
            "project 1 x 1200 2025-02-01 to 2025-05-31: 400",
            "training 2 x 50 2025-03-01 to 2025-04-30: 200",
        ]
    );
    // The contract after it says of a line what is its own, and is itself a document to start from.
    let after = amendment.after.unwrap();
    let lines = serde_json::to_value(&after.lines).unwrap();
    assert_eq!(lines[0]["start"], "2025-06-01");
    assert_eq!(
        (lines[0]["price_term_months"].clone(), lines[0]["end"].clone()),
        (json!(1), Value::Null)
    );
    assert_eq!(lines[1]["end"], "2025-06-01");
    let cancelled = amend(
        &RunningContract::new(&after).unwrap(),
        json!({"action": "cancel", "on": "2025-05-01"}),
    );
    assert_eq!(
        shown(&cancelled),
        [
            "storage -7 x 20 2025-06-01 to 2025-12-31: -980",
            "project -1 x 1200 2025-05-01 to 2025-05-31: -100",
        ]
    );
    assert_eq!(cancelled.after, None);
}

#[test]
fn contracts_merge_and_end_together() {
    let target = contract(json!([line("seats", "10", "1200")]));
    let other = document(
        "con_2",
        "2024-10-01",
        "2025-10-01",
        json!([
            with(line("storage", "5", "20"), json!({"price_term_months": 1})),
            with(line("project", "1", "1200"), json!({"end": "2025-09-01"}))
        ]),
    );
    let merge = json!({"action": "merge", "on": "2025-07-01", "contracts": [other]});
    let amendment = amend(&target, merge);
    // Three months more of storage; the seats and the project end as they did.
    assert_eq!(
        shown(&amendment),
        [
            "storage -5 x 20 2025-07-01 to 2025-09-30: -300",
            "storage 5 x 20 2025-07-01 to 2025-12-31: 600",
        ]
    );
    assert_eq!(amendment.lines[0].contract, "con_2");
    let after = amendment.after.unwrap();
    assert_eq!(after.id, "con_1");
    assert_eq!(after.lines.len(), 3);
    assert_eq!(
        (after.lines[1].price_term_months, after.lines[1].anchor),
        (Some(1), Some(day("2024-10-01")))
    );
    assert_eq!(after.lines[2].end, Some(day("2025-09-01")));

    // To a common end of its own, the target's lines move too.
    let both = json!({"action": "merge", "on": "2025-07-01", "end": "2026-07-01",
        "contracts": [document("con_2", "2024-10-01", "2025-10-01", json!([line("extra", "1", "120")]))]});
    let amendment = amend(&target, both);
    assert_eq!(amendment.total, Exact::integer(6000 + 90)); // six months of seats, nine of the extra
    assert_eq!(amendment.after.unwrap().term.last_day(), day("2026-06-30"));

    let clash = document(
        "con_2",
        "2025-01-01",
        "2026-01-01",
        json!([line("seats", "1", "1")]),
    );
    assert_eq!(
        code(
            &target,
            json!({"action": "merge", "on": "2025-07-01", "contracts": [clash]})
        ),
        "duplicate_line"
    );
    let mut euros = document("con_2", "2025-01-01", "2026-01-01", json!([]));
    euros.currency = l2c_money::Currency::EUR;
    assert_eq!(
        code(
            &target,
            json!({"action": "merge", "on": "2025-07-01", "contracts": [euros]})
        ),
        "currency_mismatch"
    );
    let over = document("con_2", "2024-01-01", "2025-01-01", json!([]));
    assert_eq!(
        code(
            &target,
            json!({"action": "merge", "on": "2025-07-01", "contracts": [over]})
        ),
        "after_contract_end"
    );
    assert_eq!(
        code(
            &target,
            json!({"action": "merge", "on": "2025-07-01", "end": "2025-07-01", "contracts": []})
        ),
        "invalid_period"
    );
}

#[test]
fn an_early_renewal_credits_the_rest() {
    let contract = contract(json!([
        line("seats", "10", "1200"),
        with(line("gone", "1", "120"), json!({"cancelled_from": "2025-06-01"}))
    ]));
    let early = |more: Value| {
        with(
            json!({"action": "renew", "months": 24, "start": "2025-10-01", "uplift_percent": "5"}),
            more,
        )
    };
    assert_eq!(code(&contract, early(json!({}))), "overlaps_contract");
    let renewal = amend(&contract, early(json!({"early": "credit_rest"})));
    assert_eq!(
        shown(&renewal),
        [
            "seats -10 x 1200 2025-10-01 to 2025-12-31: -3000",
            "seats 10 x 1260 2025-10-01 to 2027-09-30: 25200",
        ]
    );
    assert_eq!(renewal.total, Exact::integer(22_200));
    let after = renewal.after.unwrap();
    assert_eq!(
        (after.term.start(), after.lines[0].unit_price.clone()),
        (day("2025-10-01"), Exact::integer(1260))
    );
    assert_eq!(
        code(
            &contract,
            early(json!({"early": "credit_rest", "start": "2024-12-31"}))
        ),
        "before_contract_start"
    );
}

#[test]
fn a_renewal_keeps_the_end_of_the_month() {
    let contract = named("con_1", "2025-01-31", "2025-02-28", json!([line("a", "1", "12")]));
    let end = |months: u32| {
        let renewal = amend(&contract, json!({"action": "renew", "months": months}));
        renewal.after.unwrap().term.last_day().to_string()
    };
    assert_eq!((end(1), end(2)), ("2025-03-30".into(), "2025-04-29".into()));
    let renewal = amend(
        &contract,
        json!({"action": "renew", "months": 1, "price": {"list": {"a": "36"}}}),
    );
    assert_eq!(renewal.total, Exact::integer(3));
    // Renewed again, the months still count from the 31st.
    let again = RunningContract::new(&renewal.after.unwrap()).unwrap();
    let again = amend(&again, json!({"action": "renew", "months": 1}))
        .after
        .unwrap();
    assert_eq!(again.term.to_string(), "2025-03-31 to 2025-04-29");
}

#[test]
fn what_cannot_be_done_is_refused() {
    let contract = contract(json!([
        line("a", "1", "10"),
        with(line("old", "1", "10"), json!({"end": "2025-05-01"}))
    ]));
    let amend = |on: &str, change: Value| {
        code(
            &contract,
            json!({"action": "amend", "on": on, "changes": [change]}),
        )
    };
    let quantity = |id: &str, value: &str| json!({"change": "quantity", "line": id, "quantity": {"value": value, "unit": "C62"}});
    assert_eq!(amend("2024-12-31", quantity("a", "2")), "before_contract_start");
    assert_eq!(amend("2026-01-01", quantity("a", "2")), "after_contract_end");
    assert_eq!(amend("2025-05-01", quantity("b", "2")), "unknown_line");
    assert_eq!(amend("2025-05-01", quantity("old", "2")), "line_ended");
    assert_eq!(amend("2025-05-01", quantity("a", "-1")), "negative_quantity");
    assert_eq!(
        amend(
            "2025-05-01",
            json!({"change": "add", "line": line("old", "1", "1")})
        ),
        "duplicate_line"
    );
    assert_eq!(
        amend(
            "2025-05-01",
            json!({"change": "add", "line": line("new", "-1", "1")})
        ),
        "negative_quantity"
    );
    assert_eq!(
        amend(
            "2025-05-01",
            json!({"change": "term", "line": "a", "end": "2025-05-01"})
        ),
        "invalid_period"
    );
    let past = with(
        line("new", "1", "1"),
        json!({"end": "2025-05-01", "start": "2025-04-01"}),
    );
    assert_eq!(
        amend("2025-05-01", json!({"change": "add", "line": past})),
        "invalid_period"
    );
    assert_eq!(
        code(&contract, json!({"action": "renew", "months": 0})),
        "invalid_period"
    );
    assert_eq!(
        code(
            &contract,
            json!({"action": "renew", "months": 12, "price": {"list": {}}})
        ),
        "no_price"
    );

    let faults = RunningContract::new(&document(
        "c",
        "2025-01-01",
        "2026-01-01",
        json!([
            line("a", "-1", "1"),
            line("a", "1", "1"),
            with(line("b", "1", "1"), json!({"cancelled_from": "2025-01-01"})),
            with(line("c", "1", "1"), json!({"price_term_months": 0})),
            line("", "1", "1")
        ]),
    ))
    .unwrap_err();
    let found: Vec<_> = faults
        .iter()
        .map(|fault| (fault.path.as_str(), fault.code))
        .collect();
    assert_eq!(
        found,
        [
            ("lines[0].quantity", "negative_quantity"),
            ("lines[1].id", "duplicate_line"),
            ("lines[2]", "invalid_period"),
            ("lines[3].price_term_months", "invalid_period"),
            ("lines[4].id", "invalid_text"),
            ("lines[4].product", "invalid_text"),
        ]
    );
}
