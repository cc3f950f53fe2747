//! Contract costs, with figures worked out by hand.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use std::collections::BTreeMap;

use l2c_calendar::{NaiveDate, Period};
use l2c_host::{DateTime, Utc};
use l2c_ledger::{Role, TrialBalance};
use l2c_money::{Currency, Exact};
use l2c_revenue::contract_cost::*;
use l2c_revenue::{Book, RevenueError, RevenueEvent, View};
use serde_json::{Value, json};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn eur(amount: &str) -> Value {
    json!({"amount": amount, "currency": "EUR"})
}

fn costs(policy: Value, costs: Value) -> ContractCosts {
    let mut document = json!({"contract": "rev_1", "entity": "DE01", "currency": "EUR", "costs": costs,
        "policy": {"id": "ours", "version": 3}});
    for (key, value) in policy.as_object().unwrap() {
        document["policy"][key] = value.clone();
    }
    serde_json::from_value(document).unwrap()
}

/// A commission that is amortised straight line over months, or by days up to a date.
fn commission(id: &str, incurred: &str, amount: &str, amortisation: Value) -> Value {
    json!({"id": id, "incurred": incurred, "amortisation": amortisation,
        "nature": {"kind": "obtain", "recoverable": true,
            "items": [{"what": "commission", "amount": eur(amount), "incremental": true}]}})
}

fn months(count: u32) -> Value {
    json!({"method": "straight_line", "span": {"months": count}, "convention": "months_touched"})
}

fn events(facts: &[(&str, Value)]) -> Vec<CostEvent> {
    let event = |(index, (on, fact)): (usize, &(&str, Value))| CostEvent {
        effective: day(on),
        recorded_at: DateTime::<Utc>::default(),
        sequence: u64::try_from(index).unwrap(),
        fact: serde_json::from_value(fact.clone()).unwrap(),
    };
    facts.iter().enumerate().map(event).collect()
}

fn test_of(amount: &str) -> Value {
    json!({"type": "impairment_test", "recoverable": {"amount": eur(amount)}})
}

fn view(book: Book) -> View {
    View {
        as_of: day("2030-12-31"),
        known_at: DateTime::<Utc>::MAX_UTC,
        book,
    }
}

fn project(
    costs: &ContractCosts,
    facts: &[(&str, Value)],
    book: Book,
) -> Result<CostProjection, RevenueError> {
    project_costs(costs, &events(facts), &BTreeMap::new(), &view(book))
}

fn carried(projection: &CostProjection, on: &str) -> String {
    projection
        .at(&CostScope::All, day(on))
        .unwrap()
        .carrying
        .amount_text()
}

#[test]
fn what_is_an_asset_follows_from_the_facts() {
    let amount = eur("100.00");
    let obtain = |id: &str, incremental: bool, chargeable: bool, recoverable: bool| {
        json!({"id": id, "incurred": "2026-01-01", "amortisation": months(24), "nature": {"kind": "obtain",
            "recoverable": recoverable, "items": [{"what": "x", "amount": amount, "incremental": incremental,
            "explicitly_chargeable": chargeable}]}})
    };
    let fulfil = |id: &str, direct: bool, resources: bool, recoverable: bool| {
        json!({"id": id, "incurred": "2026-01-01", "amortisation": months(24), "nature": {"kind": "fulfil",
            "amount": amount, "relates_directly": direct, "enhances_resources": resources, "recoverable": recoverable}})
    };
    let other = |asset: &str| {
        json!({"id": asset, "incurred": "2026-01-01",
            "nature": {"kind": "other_standard", "amount": amount, "asset": asset}})
    };
    let all = costs(
        json!({}),
        json!([
            obtain("commission", true, false, true),
            obtain("advice", false, true, true),
            obtain("legal", false, false, true),
            obtain("hopeless", true, false, false),
            fulfil("design", true, true, true),
            fulfil("overhead", false, true, true),
            fulfil("training", true, false, true),
            fulfil("waste", true, true, false),
            other("inventory"),
            other("property_plant_equipment"),
            other("intangible_asset"),
        ]),
    );
    let projection = project(&all, &[], Book::Ifrs15).unwrap();
    let found: Vec<String> = projection
        .treatments
        .iter()
        .map(|one| format!("{}: {} by {}", one.id, one.role, Book::Ifrs15.cite(one.paragraph)))
        .collect();
    assert_eq!(
        found,
        [
            "commission: cost_to_obtain_asset by IFRS 15.91",
            "advice: cost_to_obtain_asset by IFRS 15.93",
            "legal: expense by IFRS 15.93",
            "hopeless: expense by IFRS 15.91",
            "design: cost_to_fulfil_asset by IFRS 15.95",
            "overhead: expense by IFRS 15.95",
            "training: expense by IFRS 15.95",
            "waste: expense by IFRS 15.95",
            "inventory: inventory by IFRS 15.96",
            "property_plant_equipment: property_plant_equipment by IFRS 15.96",
            "intangible_asset: intangible_asset by IFRS 15.96",
        ]
    );
    assert_eq!(projection.expensed().unwrap().to_string(), "500.00 EUR");
    assert_eq!(
        projection.capitalised().unwrap()[&Role::CostToObtainAsset].to_string(),
        "200.00 EUR"
    );
    assert_eq!(carried(&projection, "2026-06-30"), "225.00"); // three assets of 100.00, 18 of 24 months left
}

#[test]
fn payroll_tax_is_as_incremental_as_the_items_it_is_on() {
    let all = costs(
        json!({}),
        json!([{"id": "deal", "incurred": "2026-03-01", "amortisation": months(12), "nature": {"kind": "obtain",
            "recoverable": true, "payroll_tax_rate": "0.0765", "items": [
                {"what": "commission", "amount": eur("333.33"), "incremental": true},
                {"what": "override", "amount": eur("100.00"), "incremental": true},
                {"what": "salary", "amount": eur("900.00"), "incremental": false}]}}]),
    );
    let projection = project(&all, &[], Book::Asc606).unwrap();
    let deal = projection.treatment("deal").unwrap();
    // 433.33 x 7.65 % = 33.149745
    assert_eq!(
        [
            deal.incremental,
            deal.payroll_tax,
            deal.capitalised,
            deal.expensed
        ]
        .map(|m| m.amount_text()),
        ["433.33", "33.15", "466.48", "900.00"]
    );

    // With the expedient of a year all of it is an expense, payroll tax included.
    let all = costs(
        json!({"one_year_expedient": true}),
        serde_json::to_value(all.costs()).unwrap(),
    );
    let projection = project(&all, &[], Book::Asc606).unwrap();
    let deal = projection.treatment("deal").unwrap();
    assert_eq!(
        [
            deal.incremental,
            deal.payroll_tax,
            deal.capitalised,
            deal.expensed
        ]
        .map(|m| m.amount_text()),
        ["433.33", "33.15", "0.00", "1366.48"]
    );
    assert_eq!(Book::Asc606.cite(deal.paragraph).to_string(), "ASC 340-40-25-4");
}

#[test]
fn the_expedient_looks_at_the_amortisation_period() {
    let until = |end: &str| json!({"method": "straight_line", "span": {"until": end}});
    let renewed = |commensurate: bool| {
        let mut cost = commission("renewed", "2026-02-10", "90.00", months(12));
        cost["id"] = json!(format!("renewed {commensurate}"));
        cost["renewal"] = json!({"commission": {"kind": "judged", "commensurate": commensurate},
            "life": {"adds_months": 24}});
        cost
    };
    let setup = json!({"id": "setup", "incurred": "2026-02-10", "amortisation": months(6), "nature": {"kind": "fulfil",
        "amount": eur("90.00"), "relates_directly": true, "enhances_resources": true, "recoverable": true}});
    let all = costs(
        json!({"one_year_expedient": true}),
        json!([
            commission("a year", "2026-02-10", "90.00", until("2027-02-10")),
            commission("a day more", "2026-02-10", "90.00", until("2027-02-11")),
            commission("12 months", "2026-02-10", "90.00", months(12)),
            commission("13 months", "2026-02-10", "90.00", months(13)),
            renewed(true),
            renewed(false),
            setup,
        ]),
    );
    let projection = project(&all, &[], Book::Asc606).unwrap();
    let expensed: Vec<_> = projection
        .treatments
        .iter()
        .filter(|one| one.role == Role::Expense)
        .map(|one| one.id.as_str())
        .collect();
    assert_eq!(expensed, ["a year", "12 months", "renewed true"]);
    let renewed = projection.treatment("renewed false").unwrap();
    assert_eq!((renewed.months, renewed.commensurate), (Some(36), Some(false)));
    assert_eq!(
        renewed.amortisation,
        Some(Period::new(day("2026-02-01"), day("2029-02-01")).unwrap())
    );
}

#[test]
fn rates_of_commission_are_commensurate_within_a_tolerance() {
    let deal = |id: &str, next: &str, tolerance: &str| {
        let mut cost = commission(id, "2026-01-01", "3600.00", months(12));
        cost["renewal"] = json!({"life": {"total_months": 48}, "commission": {"kind": "by_rate", "tolerance": tolerance,
            "initial": {"commission": eur("3600.00"), "value": eur("48000.00")},
            "renewal": {"commission": eur(next), "value": eur("50000.00")}}});
        cost
    };
    // 7.5 % at first; 3,750.00 of 50,000.00 is the same, 3,650.00 is 0.2 points less.
    let all = costs(
        json!({}),
        json!([
            deal("same", "3750.00", "0"),
            deal("less", "3650.00", "0"),
            deal("tolerated", "3650.00", "0.002"),
            deal("beyond", "3649.99", "0.002"),
        ]),
    );
    let projection = project(&all, &[], Book::Asc606).unwrap();
    let found: Vec<_> = projection
        .treatments
        .iter()
        .map(|one| (one.commensurate.unwrap(), one.months.unwrap()))
        .collect();
    assert_eq!(found, [(true, 12), (false, 48), (true, 12), (false, 48)]);
}

#[test]
fn months_and_days_are_amortised_cumulatively() {
    let all = costs(
        json!({}),
        json!([
            commission("by month", "2026-01-20", "100.00", months(7)),
            commission(
                "by day",
                "2026-01-20",
                "100.00",
                json!({"method": "straight_line", "span": {"until": "2026-04-30"}})
            ),
        ]),
    );
    let projection = project(&all, &[], Book::Asc606).unwrap();
    let at = |cost: &str, on: &str| {
        projection
            .at(&CostScope::Cost(cost.into()), day(on))
            .unwrap()
            .amortised
            .amount_text()
    };
    // A seventh is 14.2857: the first month is that of the cost, whole, and counts on its last day.
    let ends = [
        "2026-01-19",
        "2026-01-30",
        "2026-01-31",
        "2026-02-28",
        "2026-05-31",
        "2026-07-30",
        "2026-07-31",
    ];
    assert_eq!(
        ends.map(|on| at("by month", on)),
        ["0.00", "0.00", "14.29", "28.57", "71.43", "85.71", "100.00"]
    );
    // 100 days: a euro a day from the 20th, both ends counted.
    let ends = [
        "2026-01-19",
        "2026-01-20",
        "2026-01-31",
        "2026-02-28",
        "2026-04-28",
        "2026-04-29",
        "2027-01-01",
    ];
    assert_eq!(
        ends.map(|on| at("by day", on)),
        ["0.00", "1.00", "12.00", "40.00", "99.00", "100.00", "100.00"]
    );
}

#[test]
fn a_cost_found_late_catches_up_with_the_contract() {
    // A bonus of April for a service of twelve months from January.
    let mut bonus = months(12);
    bonus["start"] = json!("2026-01-01");
    let all = costs(
        json!({}),
        json!([commission("bonus", "2026-04-15", "1200.00", bonus)]),
    );
    let projection = project(&all, &[], Book::Asc606).unwrap();
    let on = |on: &str| projection.at(&CostScope::All, day(on)).unwrap();
    assert_eq!(on("2026-04-14").capitalised.amount_text(), "0.00");
    assert_eq!(on("2026-04-15").amortised.amount_text(), "300.00");
    assert_eq!(on("2026-04-30").amortised.amount_text(), "400.00");
    assert_eq!(on("2026-12-31").carrying.amount_text(), "0.00");
}

#[test]
fn amortisation_follows_use_and_a_new_estimate_spreads_what_is_carried() {
    let step = |on: &str, done: &str, later: &str| json!({"on": on, "done": done, "later": later});
    let steps = json!([
        step("2026-01-31", "1", "6"),
        step("2026-02-28", "1", "5"),
        step("2026-03-31", "0", "10"),
        step("2026-04-30", "5", "5"),
        step("2026-05-31", "0", "0"),
    ]);
    let amortisation = json!({"method": "use", "steps": steps});
    let cost = json!([commission("units", "2026-01-01", "100.00", amortisation)]);
    let ends = [
        "2026-01-30",
        "2026-01-31",
        "2026-02-28",
        "2026-03-31",
        "2026-04-30",
        "2026-05-31",
    ];
    // 1/7, 2/7 (14.2857, 28.5714); then ten are expected: half of 71.43 is 35.715; then nothing: all.
    let by_estimate = project(&costs(json!({}), cost.clone()), &[], Book::Asc606).unwrap();
    assert_eq!(
        ends.map(|on| carried(&by_estimate, on)),
        ["100.00", "85.71", "71.43", "71.43", "35.71", "0.00"]
    );
    // Each step on what is carried: a sixth of 85.71 is 14.285, so 14.29.
    let each = project(&costs(json!({"steps": "carrying"}), cost), &[], Book::Asc606).unwrap();
    assert_eq!(
        ends.map(|on| carried(&each, on)),
        ["100.00", "85.71", "71.42", "71.42", "35.71", "0.00"]
    );
}

#[test]
fn steps_before_a_cost_is_incurred_count_on_its_day() {
    let step = |on: &str, done: &str, later: &str| json!({"on": on, "done": done, "later": later});
    let steps = json!([
        step("2026-01-01", "1", "3"),
        step("2026-04-01", "2", "2"),
        step("2026-07-01", "2", "0")
    ]);
    let cost = json!([commission(
        "units",
        "2026-05-20",
        "100.00",
        json!({"method": "use", "steps": steps})
    )]);
    let projection = project(
        &costs(json!({}), cost),
        &[("2026-05-20", test_of("10.00"))],
        Book::Asc606,
    )
    .unwrap();
    // A quarter, then half of the rest: 37.50 are left on the day, and 27.50 of them are lost.
    let figures = projection.at(&CostScope::All, day("2026-05-20")).unwrap();
    let shown = [figures.amortised, figures.impaired, figures.carrying];
    assert_eq!(shown.map(|m| m.amount_text()), ["62.50", "27.50", "10.00"]);
    assert_eq!(carried(&projection, "2026-07-01"), "0.00");
}

#[test]
fn amortisation_follows_the_progress_of_an_obligation() {
    let all = costs(
        json!({}),
        json!([
            commission(
                "early",
                "2026-01-10",
                "100.00",
                json!({"method": "progress", "obligation": "build"})
            ),
            commission(
                "late",
                "2026-02-10",
                "100.00",
                json!({"method": "progress", "obligation": "build"})
            ),
        ]),
    );
    let point = |on: &str, parts: i64| ProgressPoint {
        on: day(on),
        progress: Exact::ratio(parts, 6).unwrap(),
    };
    // A sixth, a half, back to a third, two thirds, all.
    let points = [
        point("2026-01-31", 1),
        point("2026-02-28", 3),
        point("2026-03-31", 2),
        point("2026-04-30", 4),
        point("2026-05-31", 6),
    ];
    let progress = BTreeMap::from([("build".to_owned(), points.to_vec())]);
    let facts = events(&[("2026-02-28", test_of("60.00"))]);
    let projection = project_costs(&all, &facts, &progress, &view(Book::Asc606)).unwrap();
    let at = |cost: &str, on: &str| {
        projection
            .at(&CostScope::Cost(cost.into()), day(on))
            .unwrap()
            .carrying
            .amount_text()
    };
    assert_eq!(at("early", "2026-01-31"), "83.33");
    assert_eq!(at("late", "2026-02-10"), "83.33"); // a sixth was done before it was incurred
    // Half is done at the end of February, and 40.00 of 100.00 are lost.
    assert_eq!(at("early", "2026-02-28"), "30.00");
    // What is taken back takes back no amortisation: two thirds lie ahead of 30.00, and half of that is done in April.
    assert_eq!(
        ["2026-03-31", "2026-04-30", "2026-05-31"].map(|on| at("early", on)),
        ["30.00", "15.00", "0.00"]
    );

    let none = project_costs(&all, &[], &BTreeMap::new(), &view(Book::Asc606)).unwrap_err();
    assert_eq!(none.code(), "no_progress");
    let twice = BTreeMap::from([(
        "build".to_owned(),
        vec![point("2026-01-31", 1), point("2026-01-31", 2)],
    )]);
    let beyond = BTreeMap::from([("build".to_owned(), vec![point("2026-01-31", 7)])]);
    for wrong in [twice, beyond] {
        let error = project_costs(&all, &[], &wrong, &view(Book::Asc606)).unwrap_err();
        assert_eq!(error.code(), "invalid_progress");
    }
}

#[test]
fn ifrs_reverses_up_to_the_amount_without_impairment_and_us_gaap_never() {
    let all = costs(
        json!({}),
        json!([commission("deal", "2026-01-01", "36000.00", months(36))]),
    );
    // 24,000 after a year, of which 15,000 are recoverable; 7,500 after two, where 12,000 would stand.
    let facts = [
        ("2026-12-31", test_of("15000.00")),
        ("2027-12-31", test_of("11500.00")),
    ];
    let us = project(&all, &facts, Book::Asc606).unwrap();
    assert_eq!(
        ["2026-12-31", "2027-12-31", "2028-12-31"].map(|on| carried(&us, on)),
        ["15000.00", "7500.00", "0.00"]
    );
    let ifrs = project(&all, &facts, Book::Ifrs15).unwrap();
    assert_eq!(
        ["2026-12-31", "2027-12-31", "2028-12-31"].map(|on| carried(&ifrs, on)),
        ["15000.00", "11500.00", "0.00"]
    );
    let facts = [
        ("2026-12-31", test_of("15000.00")),
        ("2027-12-31", test_of("99000.00")),
    ];
    let capped = project(&all, &facts, Book::Ifrs15).unwrap();
    assert_eq!(carried(&capped, "2027-12-31"), "12000.00");
    let figures = capped.at(&CostScope::All, day("2028-12-31")).unwrap();
    let shown = [
        figures.amortised,
        figures.impaired,
        figures.reversed,
        figures.impaired_net().unwrap(),
    ];
    assert_eq!(
        shown.map(|m| m.amount_text()),
        ["31500.00", "9000.00", "4500.00", "4500.00"]
    );
}

#[test]
fn the_cap_of_a_reversal_knows_later_revisions_or_not() {
    let cost = json!([commission("deal", "2026-01-01", "36000.00", months(36))]);
    let facts = [
        ("2026-12-31", test_of("15000.00")),
        (
            "2026-12-31",
            json!({"type": "life_revised", "cost": "deal", "span": {"months": 60}}),
        ),
        ("2027-12-31", test_of("99000.00")),
    ];
    // Without impairment: 24,000 over four years, so 18,000 after one of them; by the old life it were 12,000.
    let revised = project(&costs(json!({}), cost.clone()), &facts, Book::Ifrs15).unwrap();
    assert_eq!(carried(&revised, "2027-12-31"), "18000.00");
    let before = project(
        &costs(json!({"reversal_cap": "before_impairment"}), cost),
        &facts,
        Book::Ifrs15,
    )
    .unwrap();
    assert_eq!(carried(&before, "2027-12-31"), "12000.00");
}

#[test]
fn assets_tested_together_share_a_loss_by_what_they_carry() {
    let all = costs(
        json!({}),
        json!([
            commission("a", "2026-01-01", "300.00", months(30)),
            commission("b", "2026-01-01", "100.01", months(10)),
            commission("later", "2026-07-01", "50.00", months(10)),
        ]),
    );
    // 240.00 and 40.00 (six tenths of 100.01 are 60.006, so 60.01) after June, and 140.00 to recover, 90.00 to spend.
    let facts = [(
        "2026-06-30",
        json!({"type": "impairment_test", "recoverable": {"remaining":
        {"consideration": eur("130.00"), "renewals": eur("10.00"), "costs": eur("90.00")}}}),
    )];
    let projection = project(&all, &facts, Book::Asc606).unwrap();
    let at = |cost: &str| {
        projection
            .at(&CostScope::Cost(cost.into()), day("2026-06-30"))
            .unwrap()
    };
    assert_eq!(
        (at("a").carrying.amount_text(), at("a").impaired.amount_text()),
        ("42.86".into(), "197.14".into())
    );
    assert_eq!(
        (at("b").carrying.amount_text(), at("b").impaired.amount_text()),
        ("7.14".into(), "32.86".into())
    );
    let [
        CostEventFigures {
            outcome:
                CostOutcome::ImpairmentTest {
                    carrying,
                    recoverable,
                    impairment,
                    reversal,
                    carrying_after,
                },
            ..
        },
    ] = projection.events.as_slice()
    else {
        panic!("one test")
    };
    assert_eq!(
        [carrying, recoverable, impairment, reversal, carrying_after].map(|m| m.amount_text()),
        ["280.00", "50.00", "230.00", "0.00", "50.00"]
    );
}

#[test]
fn a_bonus_of_several_contracts_catches_up_in_each() {
    let all = costs(
        json!({"takes_effect": "opening"}),
        json!([
            commission("a", "2026-01-01", "1000.00", months(24)),
            commission(
                "b",
                "2026-03-01",
                "500.00",
                json!({"method": "straight_line", "span": {"until": "2026-12-26"}})
            ),
        ]),
    );
    let facts = [(
        "2026-04-01",
        json!({"type": "bonus_pool", "amount": eur("400.01"), "by_value": [
        {"cost": "a", "value": eur("2")}, {"cost": "b", "value": eur("1")}]}),
    )];
    let projection = project(&all, &facts, Book::Asc606).unwrap();
    let [
        CostEventFigures {
            outcome: CostOutcome::BonusPool { parts },
            ..
        },
    ] = projection.events.as_slice()
    else {
        panic!("one bonus")
    };
    let shown: Vec<_> = parts
        .iter()
        .map(|part| [part.allocated, part.catch_up].map(|m| m.amount_text()))
        .collect();
    // 3 of 24 months of 266.67; 31 of 300 days of 133.34.
    assert_eq!(shown, [["266.67", "33.33"], ["133.34", "13.78"]]);
    assert_eq!(carried(&projection, "2028-01-01"), "0.00");
}

#[test]
fn a_bonus_after_an_impairment_catches_up_with_the_whole_contract() {
    let all = costs(
        json!({}),
        json!([commission("a", "2026-01-01", "1200.00", months(12))]),
    );
    let pool = json!({"type": "bonus_pool", "amount": eur("120.00"), "by_value": [{"cost": "a", "value": eur("1")}]});
    let facts = [("2026-03-31", test_of("450.00")), ("2026-06-30", pool)];
    let projection = project(&all, &facts, Book::Asc606).unwrap();
    // Six of twelve months of the bonus: three of them before the impairment, whose 450.00 are spread over nine.
    let figures = projection.at(&CostScope::All, day("2026-06-30")).unwrap();
    assert_eq!(
        [figures.amortised, figures.carrying].map(|m| m.amount_text()),
        ["510.00", "360.00"]
    );
    assert_eq!(
        ["2026-07-31", "2026-12-31"].map(|on| carried(&projection, on)),
        ["300.00", "0.00"]
    );
}

#[test]
fn what_is_added_is_rounded_with_what_was_there() {
    let all = costs(
        json!({}),
        json!([commission("a", "2026-01-01", "1000.00", months(24))]),
    );
    let pool = json!({"type": "bonus_pool", "amount": eur("266.67"), "by_value": [{"cost": "a", "value": eur("1")}]});
    let projection = project(&all, &[("2026-03-31", pool)], Book::Asc606).unwrap();
    // 125.00 and 33.33 by then; at the end of the year twelve of 24 months of 1,266.67, which is 633.335.
    let by = |on: &str| {
        projection
            .at(&CostScope::All, day(on))
            .unwrap()
            .amortised
            .amount_text()
    };
    assert_eq!(
        ["2026-03-31", "2026-12-31", "2027-12-31"].map(by),
        ["158.33", "633.34", "1266.67"]
    );
}

#[test]
fn a_lost_customer_leaves_nothing_and_a_clawback_lowers_the_expense() {
    let all = costs(
        json!({"takes_effect": "opening"}),
        json!([
            commission("deal", "2026-01-01", "12000.00", months(36)),
            commission("other", "2026-01-01", "10.00", months(36)),
        ]),
    );
    let facts = [(
        "2026-07-01",
        json!({"type": "terminated", "costs": ["deal"], "clawback": eur("12000.00")}),
    )];
    let projection = project(&all, &facts, Book::Asc606).unwrap();
    let [
        CostEventFigures {
            outcome:
                CostOutcome::Terminated {
                    written_off,
                    receivable,
                    net_expense,
                },
            ..
        },
    ] = projection.events.as_slice()
    else {
        panic!("one termination")
    };
    assert_eq!(
        [written_off, receivable, net_expense].map(|m| m.amount_text()),
        ["10000.00", "12000.00", "-2000.00"]
    );

    let books = TrialBalance::of(&projection.postings().unwrap()).unwrap();
    let entity = projection.entity;
    let balance = |role| books.balance(entity, role, Currency::EUR).amount_text();
    assert_eq!(balance(Role::CostToObtainAsset), "0.00");
    assert_eq!(balance(Role::ContractCostAmortisation), "2010.00");
    assert_eq!(balance(Role::ContractCostImpairment), "-2000.00");
    assert_eq!(balance(Role::CostClearing), "-10.00"); // 12,010.00 taken over, 12,000.00 come back
}

#[test]
fn an_event_inside_a_month_counts_unless_the_policy_refuses_it() {
    let cost = json!([commission("deal", "2026-01-01", "1200.00", months(12))]);
    let facts = [("2026-06-15", test_of("140.00"))];
    let projection = project(&costs(json!({}), cost.clone()), &facts, Book::Asc606).unwrap();
    // Five months are over; 140.00 are left for June to December.
    assert_eq!(
        ["2026-06-14", "2026-06-15", "2026-06-30"].map(|on| carried(&projection, on)),
        ["700.00", "140.00", "120.00"]
    );
    let error = project(
        &costs(json!({"inside_month": "refuse"}), cost),
        &facts,
        Book::Asc606,
    )
    .unwrap_err();
    assert_eq!(error.code(), "inside_month");
}

#[test]
fn an_event_counts_at_the_opening_or_the_closing_of_its_day() {
    let cost = json!([commission(
        "deal",
        "2026-01-01",
        "365.00",
        json!({"method": "straight_line", "span": {"until": "2027-01-01"}})
    )]);
    let facts = [("2026-01-10", json!({"type": "terminated"}))];
    for (takes_effect, written_off) in [("closing", "355.00"), ("opening", "356.00")] {
        let projection = project(
            &costs(json!({"takes_effect": takes_effect}), cost.clone()),
            &facts,
            Book::Asc606,
        )
        .unwrap();
        let figures = projection.at(&CostScope::All, day("2026-01-10")).unwrap();
        assert_eq!(figures.written_off.amount_text(), written_off);
        assert_eq!(
            projection
                .at(&CostScope::All, day("2026-01-09"))
                .unwrap()
                .written_off
                .amount_text(),
            "0.00"
        );
    }
}

fn document(costs: Value) -> ContractCostsDocument {
    serde_json::from_value(
        json!({"contract": "rev_1", "entity": "DE01", "currency": "EUR", "costs": costs,
        "policy": {"id": "ours", "version": 3}}),
    )
    .unwrap()
}

#[test]
fn a_document_is_refused_with_all_its_faults() {
    let renewal = |commission: Value| json!({"commission": commission});
    let mut unpaid = commission("unpaid", "2026-01-01", "10.00", months(12));
    unpaid["renewal"] = renewal(json!({"kind": "judged", "commensurate": false}));
    let mut rates = commission("rates", "2026-01-01", "10.00", months(12));
    rates["renewal"] = renewal(json!({"kind": "by_rate", "tolerance": "-1",
        "initial": {"commission": eur("1.00"), "value": eur("0.00")},
        "renewal": {"commission": {"amount": "1.00", "currency": "USD"}, "value": eur("-1.00")}}));
    let mut tax = commission("tax", "2026-01-01", "0.001", months(12));
    tax["nature"]["payroll_tax_rate"] = json!("-0.1");
    tax["nature"]["items"][0]["what"] = json!("");
    let mut none = commission("none", "2026-01-01", "-1.00", months(12));
    none.as_object_mut().unwrap().remove("amortisation");
    let until = |end: &str| json!({"method": "straight_line", "span": {"until": end}});
    let step = |on: &str, done: &str, later: &str| json!({"on": on, "done": done, "later": later});
    let faulty = document(json!([
        unpaid,
        rates,
        tax,
        none,
        commission("none", "2026-01-01", "1.00", months(0)),
        commission("back", "2026-01-01", "1.00", until("2026-01-01")),
        commission("long", "2026-01-01", "1.00", months(1202)),
        commission(
            "use",
            "2026-01-01",
            "1.00",
            json!({"method": "use", "steps": [
            step("2026-02-01", "-1", "1"), step("2026-02-01", "1", "-1")]})
        ),
        commission(
            "follows",
            "2026-01-01",
            "1.00",
            json!({"method": "progress", "obligation": ""})
        ),
        commission("", "2026-01-01", "9999999999999999.99", months(12)),
    ]));
    let faults = ContractCosts::new(faulty).unwrap_err();
    let found: Vec<String> = faults
        .iter()
        .map(|fault| format!("{} {}: {}", fault.code, fault.path, fault.message))
        .collect();
    insta::assert_snapshot!(found.join("\n"));
    let many = vec![commission("one", "2026-01-01", "1.00", months(12)); 10_001];
    assert_eq!(
        ContractCosts::new(document(json!(many))).unwrap_err().code(),
        "count"
    );
}

#[test]
fn what_another_standard_covers_or_is_an_expense_needs_no_amortisation() {
    let cost = |id: &str, nature: Value| json!({"id": id, "incurred": "2026-01-01", "nature": nature});
    let all = costs(
        json!({}),
        json!([
            cost(
                "stock",
                json!({"kind": "other_standard", "amount": eur("80.00"), "asset": "inventory"})
            ),
            cost(
                "travel",
                json!({"kind": "obtain", "recoverable": true, "items": [
            {"what": "travel", "amount": eur("20.00"), "incremental": false}]})
            ),
            cost(
                "waste",
                json!({"kind": "fulfil", "amount": eur("5.00"), "relates_directly": true,
            "enhances_resources": false, "recoverable": true})
            ),
        ]),
    );
    let projection = project(&all, &[], Book::Asc606).unwrap();
    assert_eq!(
        projection
            .at(&CostScope::All, day("2027-01-01"))
            .unwrap()
            .capitalised
            .amount_text(),
        "0.00"
    );
    let shown: Vec<String> = projection.postings().unwrap()[0]
        .lines()
        .iter()
        .map(|line| format!("{} {} {}", line.subject, line.role, line.amount.amount_text()))
        .collect();
    assert_eq!(
        shown,
        [
            "rev_1/stock inventory 80.00",
            "rev_1/stock cost_clearing -80.00",
            "rev_1/travel expense 20.00",
            "rev_1/travel cost_clearing -20.00",
            "rev_1/waste expense 5.00",
            "rev_1/waste cost_clearing -5.00",
        ]
    );
}

#[test]
fn a_fact_that_does_not_fit_is_refused_in_words() {
    let step = json!({"on": "2026-02-01", "done": "1", "later": "1"});
    let all = costs(
        json!({"takes_effect": "opening", "inside_month": "refuse"}),
        json!([
            commission("deal", "2026-02-01", "100.00", months(12)),
            commission("use", "2026-02-01", "100.00", json!({"method": "use", "steps": [step]})),
            {"id": "stock", "incurred": "2026-02-01",
                "nature": {"kind": "other_standard", "amount": eur("80.00"), "asset": "inventory"}},
        ]),
    );
    let revise =
        |cost: &str, months: u32| json!({"type": "life_revised", "cost": cost, "span": {"months": months}});
    let one = |amount: Value| json!({"type": "impairment_test", "costs": ["deal"], "recoverable": {"amount": amount}});
    let pool = |value: &str| json!({"type": "bonus_pool", "amount": eur("1.00"), "by_value": [{"cost": "deal", "value": eur(value)}]});
    let end = json!({"type": "terminated", "costs": ["deal"]});
    let cases: Vec<Vec<(&str, Value)>> = vec![
        vec![("2026-03-01", revise("deals", 24))],
        vec![("2026-01-01", revise("deal", 24))],
        vec![("2026-01-01", test_of("1.00"))],
        vec![("2026-03-01", end.clone()), ("2026-04-01", revise("deal", 24))],
        vec![("2026-03-01", revise("stock", 24))],
        vec![("2026-03-02", end.clone())],
        vec![("2026-05-01", revise("deal", 3))],
        vec![("2026-03-01", revise("use", 24))],
        vec![("2026-03-01", one(json!({"amount": "1.00", "currency": "USD"})))],
        vec![("2026-03-01", one(eur("1.001")))],
        vec![(
            "2026-03-01",
            json!({"type": "terminated", "clawback": eur("-1.00")}),
        )],
        vec![("2026-03-01", pool("-1"))],
        vec![("2026-03-01", pool("0"))],
    ];
    let mut said = Vec::new();
    for facts in &cases {
        let error = project(&all, facts, Book::Ifrs15).unwrap_err();
        said.push(format!("{}: {error}", error.code()));
    }
    let mut same = events(&[("2026-03-01", end), ("2026-03-01", revise("deal", 24))]);
    same[1].sequence = 0;
    let error = project_costs(&all, &same, &BTreeMap::new(), &view(Book::Asc606)).unwrap_err();
    said.push(format!("{}: {error}", error.code()));
    let projection = project(&all, &[], Book::Asc606).unwrap();
    let error = projection
        .at(&CostScope::Cost("deals".into()), day("2026-03-01"))
        .unwrap_err();
    said.push(format!("{}: {error}", error.code()));
    insta::assert_snapshot!(said.join("\n"));
}

/// By the cap before the impairment, an old life can ask back what the new one has spread to its end.
#[test]
fn a_reversal_with_nothing_left_to_spread_it_over_is_refused() {
    let cost = json!([commission("deal", "2026-01-01", "36000.00", months(36))]);
    let facts = [
        ("2026-06-30", test_of("15000.00")),
        (
            "2026-06-30",
            json!({"type": "life_revised", "cost": "deal", "span": {"months": 12}}),
        ),
        ("2026-12-31", test_of("99000.00")),
    ];
    let error = project(
        &costs(json!({"reversal_cap": "before_impairment"}), cost.clone()),
        &facts,
        Book::Ifrs15,
    )
    .unwrap_err();
    assert_eq!(error.code(), "nothing_left");
    assert!(project(&costs(json!({}), cost), &facts, Book::Ifrs15).is_ok());
}

#[test]
fn a_derivation_leads_to_the_paragraphs() {
    let mut cost = commission("deal", "2026-01-15", "9600.00", months(24));
    cost["nature"]["payroll_tax_rate"] = json!("0.0765");
    cost["renewal"] =
        json!({"commission": {"kind": "judged", "commensurate": false}, "life": {"adds_months": 12}});
    let all = costs(json!({}), json!([cost]));
    let facts = events(&[
        ("2026-12-31", test_of("5000.00")),
        ("2027-03-31", test_of("9000.00")),
    ]);
    let question = CostQuestion::Carrying {
        of: CostScope::Cost("deal".into()),
        on: day("2027-06-30"),
    };
    let why = explain_costs(&all, &facts, &BTreeMap::new(), &view(Book::Ifrs15), &question).unwrap();
    insta::assert_snapshot!(why.text());
}

#[test]
fn the_progress_of_an_obligation_is_read_from_its_contract() {
    let terms = json!({"contract": "rev_1", "customer": "pty_acme", "entity": "DE01", "currency": "EUR",
        "consideration": [{"kind": "fixed", "id": "price", "amount": eur("365.00")}],
        "obligations": [{"id": "support", "description": "Support",
            "measure": {"kind": "time", "period": {"start": "2026-01-01", "end": "2027-01-01"}},
            "ssp": {"method": "observable", "price": eur("365.00")}}],
        "policy": {"id": "ours", "version": 1}});
    let fact = json!({"type": "inception", "terms": terms});
    let inception: RevenueEvent =
        serde_json::from_value(json!({"effective": "2026-01-01", "sequence": 1, "fact": fact,
        "recorded_at": "2026-01-01T00:00:00Z"}))
        .unwrap();
    let contract = l2c_revenue::project(&[inception], &view(Book::Asc606)).unwrap();
    let points = ProgressPoint::of(&contract.obligations[0]);
    assert_eq!((points.len(), points[0].on), (12, day("2026-01-31")));
    assert_eq!(points[0].progress, Exact::ratio(31, 365).unwrap());

    let progress = BTreeMap::from([("support".to_owned(), points)]);
    let all = costs(
        json!({}),
        json!([commission(
            "deal",
            "2026-01-01",
            "730.00",
            json!({"method": "progress", "obligation": "support"})
        ),]),
    );
    let figures = project_costs(&all, &[], &progress, &view(Book::Asc606)).unwrap();
    assert_eq!(
        ["2026-01-31", "2026-02-28", "2026-12-31"].map(|on| carried(&figures, on)),
        ["668.00", "612.00", "0.00"]
    );
}
