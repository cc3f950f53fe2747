//! Facts that cannot be: each refusal names the field, what was found, and what would be right or the paragraph.

use super::*;
use contract::{AT_ONCE, bundle, satisfy, usd};
use l2c_money::{Currency, dec};

fn plain() -> TermsDocument {
    let mut terms = posting(bundle(
        usd("1000.00"),
        &[
            ("licence", usd("400.00"), AT_ONCE),
            ("service", usd("600.00"), service("2025-01-01", "2025-12-31")),
        ],
    ));
    terms.consideration.push(
        serde_json::from_value(json!({"kind": "variable", "id": "bonus", "constraint": "full",
            "estimate": {"method": "most_likely_amount", "outcomes": [
                {"amount": money("0.00"), "probability": "0.4"}, {"amount": money("100.00"), "probability": "0.6"}]}}))
        .unwrap(),
    );
    terms
}

#[test]
fn what_cannot_be_is_refused_in_words_and_changes_nothing() {
    let contract = told(plain(), "2025-01-01", &[]);
    let ended = decide(
        &contract,
        &tell("2025-06-30", json!({"type": "terminated"})),
        "2030-01-01",
    )
    .unwrap();
    let modified = |change: Value| {
        let mut modification = json!({"id": "m"});
        for (field, value) in change.as_object().unwrap() {
            modification[field] = value.clone();
        }
        json!({"type": "modified", "modification": modification})
    };
    let estimate = |amount: &str| {
        json!({"type": "estimate_changed", "estimate":
            {"of": "consideration", "element": "bonus", "amount": money(amount)}})
    };
    let again = json!({"adds": [{"id": "licence", "measure": {"kind": "point_in_time"},
        "ssp": {"method": "observable", "price": money("1.00")}}]});
    let euro =
        json!({"type": "billed", "document": "inv_1", "amount": {"amount": "10.00", "currency": "EUR"}});
    let pause = |first: &str| modified(json!({"changes": [{"obligation": "service", "first_day": first}]}));
    let cases = [
        (&contract, satisfy("licence", "2024-12-31")),
        (&contract, tell("2025-02-01", modified(again))),
        (
            &ended,
            tell("2025-07-01", modified(json!({"price_change": money("10.00")}))),
        ),
        (&contract, tell("2025-02-01", estimate("100.01"))),
        (&contract, tell("2025-02-01", estimate("-0.01"))),
        (&contract, tell("2025-02-01", euro)),
        (&contract, tell("2025-02-01", pause("2025-01-31"))),
        (&contract, tell("2025-02-01", pause("2026-01-31"))),
    ];
    let said: Vec<String> = cases
        .iter()
        .map(|(contract, command)| refusal(contract, command))
        .collect();
    insta::assert_snapshot!(said.join("\n"), @r"
    before_inception: `satisfied` on 2024-12-31 is before the inception on 2025-01-01 (ASC 606-10-25-1, IFRS 15.9)
    duplicate_id: `licence` is promised already: another one needs a name of its own (ASC 606-10-25-14, IFRS 15.22)
    contract_terminated: `modified` on 2025-07-01: the contract ended on 2025-06-30 (ASC 606-10-25-10, IFRS 15.18)
    estimate_outside_outcomes: the estimate 100.01 USD of `bonus` is outside its outcomes, 0.00 USD to 100.00 USD (ASC 606-10-32-5, IFRS 15.50)
    estimate_outside_outcomes: the estimate -0.01 USD of `bonus` is outside its outcomes, 0.00 USD to 100.00 USD (ASC 606-10-32-5, IFRS 15.50)
    billed_in_other_currency: rev_1 is in USD, but `inv_1` bills 10.00 EUR: bill it in USD
    invalid_amount: `changes.first_day` is 2025-01-31, expected a day from the modification on, of a service whose rest is distinct
    invalid_term: the service of `service` would run from 2026-01-31 to 2025-12-31: it ends before it begins
    ");
}

#[test]
fn terms_name_their_faults() {
    let mut twice = plain();
    twice.obligations[1].id = "licence".into();
    twice.obligations[1].ssp = StandalonePrice::observable(usd("-1.00"));
    insta::assert_snapshot!(Terms::new(twice).unwrap_err(), @r"
    terms of rev_1, 2 faults:
      obligations[1].id: licence; expected an obligation named once (ASC 606-10-25-14, IFRS 15.22)
      obligations[1].ssp.price: -1.00 USD; expected zero or above (ASC 606-10-32-32, IFRS 15.77)
    ");
    // The constraint is always stated (606-10-32-11).
    let mut text = serde_json::to_value(plain()).unwrap();
    text["consideration"][1]
        .as_object_mut()
        .unwrap()
        .remove("constraint");
    insta::assert_snapshot!(serde_json::from_value::<Terms>(text).unwrap_err(), @r"
    missing field `constraint`
    ");
}

/// Penalties of nothing, 500 or 1,000 are expected to come to 350. Constrained they are more, at most 1,000, and below
/// zero: a forgotten sign would constrain nothing.
#[test]
fn a_constraint_lies_between_the_estimate_and_the_worst_outcome() {
    let constrained = |amount: &str| {
        let mut terms = plain();
        terms.consideration[1] = serde_json::from_value(json!({"kind": "variable", "id": "penalty",
            "constraint": {"amount": money(amount)},
            "estimate": {"method": "expected_value", "outcomes": [
                {"amount": money("0.00"), "probability": "0.5"}, {"amount": money("-500.00"), "probability": "0.3"},
                {"amount": money("-1000.00"), "probability": "0.2"}]}}))
        .unwrap();
        Terms::new(terms)
    };
    for within in ["-350.00", "-500.00", "-1000.00"] {
        constrained(within).unwrap();
    }
    let said: Vec<String> = ["600.00", "-100.00", "-2000.00"]
        .iter()
        .map(|amount| constrained(amount).unwrap_err())
        .map(|refused| format!("{}: {refused}", refused.code()))
        .collect();
    insta::assert_snapshot!(said.join("\n"), @r"
    constraint_out_of_range: terms of rev_1: consideration[1].constraint.amount: 600.00 USD; expected from -1000.00 USD, the least favourable outcome, to -350.00 USD, the estimate, for what lowers the price is below zero (ASC 606-10-32-11, IFRS 15.56)
    constraint_out_of_range: terms of rev_1: consideration[1].constraint.amount: -100.00 USD; expected from -1000.00 USD, the least favourable outcome, to -350.00 USD, the estimate (ASC 606-10-32-11, IFRS 15.56)
    constraint_out_of_range: terms of rev_1: consideration[1].constraint.amount: -2000.00 USD; expected from -1000.00 USD, the least favourable outcome, to -350.00 USD, the estimate (ASC 606-10-32-11, IFRS 15.56)
    ");
    let mut stated = plain();
    stated.consideration[1] = serde_json::from_value(json!({"kind": "variable", "id": "rebate",
        "constraint": {"amount": money("60.00")}, "estimate": {"method": "stated", "amount": money("-50.00")}}))
    .unwrap();
    insta::assert_snapshot!(Terms::new(stated).unwrap_err(), @r"
    terms of rev_1: consideration[1].constraint.amount: 60.00 USD; expected at most -50.00 USD, the estimate, for what lowers the price is below zero (ASC 606-10-32-11, IFRS 15.56)
    ");
    let mut joins = json!({"type": "modified", "modification": {"id": "m", "consideration": [
        {"kind": "variable", "id": "rebate", "constraint": {"amount": money("60.00")},
         "estimate": {"method": "stated", "amount": money("-50.00")}}]}});
    let contract = told(plain(), "2025-01-01", &[]);
    insta::assert_snapshot!(refusal(&contract, &tell("2025-02-01", joins.take())), @r"
    constraint_out_of_range: element rebate: consideration.constraint.amount: 60.00 USD; expected at most -50.00 USD, the estimate, for what lowers the price is below zero (ASC 606-10-32-11, IFRS 15.56)
    ");
}

/// An advance in a foreign currency is taken at the rate of its day; without one nothing is guessed.
#[test]
fn an_advance_without_a_rate_is_refused() {
    let contract = told(plain(), "2025-01-01", &[pay("2025-01-10", "100.00")]);
    let functional = |rates: &[FunctionalRate]| {
        project_functional(
            contract.facts(),
            as_of("2025-01-31").known_at,
            Book::Asc606,
            Currency::EUR,
            rates,
            &[day("2025-01-31")],
        )
    };
    let late = [FunctionalRate {
        on: day("2025-01-11"),
        kind: RateKind::Spot,
        rate: dec!(0.9),
    }];
    insta::assert_snapshot!(functional(&late).unwrap_err(), @r"
    no rate of exchange is known on 2025-01-10: give a spot rate of that day or an earlier one (ASC 830-10-55-10, IAS 21.21)
    ");
}
