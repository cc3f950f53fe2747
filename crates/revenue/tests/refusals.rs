//! What is refused, and that a refusal changes nothing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

mod contract;

use contract::*;
use l2c_calendar::Period;
use l2c_host::Decider;
use l2c_money::{Currency, Money, parse_decimal};
use l2c_revenue::*;

fn terms() -> TermsDocument {
    bundle(
        usd("1000.00"),
        &[
            ("licence", usd("900.00"), AT_ONCE),
            ("support", usd("300.00"), SERVICE),
        ],
    )
}

/// Every command of the machine, in a form that an active contract accepts.
fn command(name: &str) -> RevenueCommand {
    match name {
        "incept" => incept(terms(), "2017-03-15"),
        "record" => satisfy("licence", "2017-03-20"),
        "terminate" => RevenueCommand::new(
            day("2017-12-31"),
            Fact::Terminated {
                refund: None,
                credit: None,
                still_billable: None,
            },
        ),
        other => panic!("no command {other}"),
    }
}

/// A fact of each kind that a sale of a licence with support has.
fn facts() -> Vec<RevenueCommand> {
    vec![
        command("incept"),
        command("record"),
        start("support", "2017-03-20", "2018-03-19"),
        bill("inv_1", usd("1000.00"), "2017-03-20"),
    ]
}

fn in_state(status: RevenueStatus) -> RevenueContract {
    let contract = match status {
        RevenueStatus::NotStarted => RevenueContract::default(),
        RevenueStatus::Active => decide_all(&[command("incept")], "2017-03-15").unwrap(),
        RevenueStatus::Terminated => {
            decide_all(&[command("incept"), command("terminate")], "2017-12-31").unwrap()
        }
    };
    assert_eq!(contract.status(), status);
    contract
}

#[test]
fn every_command_in_every_state() {
    assert_eq!(REVENUE_MACHINE.check(), []);
    for (state, name, target) in REVENUE_MACHINE.pairs() {
        assert_eq!(command(name).name(), name);
        let after = decide(&in_state(state), &command(name), "2017-04-01");
        match target {
            Some(to) => assert_eq!(after.unwrap().status(), to, "{state:?} {name}"),
            None => assert_eq!(after.unwrap_err().code(), "not_begun", "{state:?} {name}"),
        }
    }
    insta::assert_snapshot!(REVENUE_MACHINE.mermaid(), @r"
    stateDiagram-v2
        [*] --> NotStarted
        NotStarted --> Active: incept
        Active --> Active: incept / record
        Active --> Terminated: terminate
        Terminated --> Terminated: incept / record / terminate
        Terminated --> [*]
    ");
}

#[test]
fn saying_it_again_is_accepted_and_changes_nothing() {
    let mut all = facts();
    all.push(command("terminate"));
    let contract = decide_all(&all, "2017-04-01").unwrap();
    assert_eq!(contract.facts().len(), 5);
    for command in &all {
        assert_eq!(decide(&contract, command, "2017-05-01").unwrap(), contract);
    }
}

#[test]
fn a_command_is_read_as_it_is_written() {
    for command in facts() {
        let written = serde_json::to_string(&command).unwrap();
        let name = format!(r#""type":"{}""#, command.fact.name());
        assert!(written.contains(&name), "{written}");
        assert_eq!(serde_json::from_str::<RevenueCommand>(&written).unwrap(), command);
    }
}

#[test]
fn a_refused_command_says_why() {
    let agreed = Measure::time(Period::inclusive(day("2017-03-01"), day("2018-02-28")).unwrap());
    let early = bundle(usd("100.00"), &[("support", usd("0.01"), agreed)]);
    let mut other = terms();
    other.consideration.pop();
    other
        .consideration
        .push(Consideration::fixed("price", usd("999.00")));
    let eur = |cents| Money::from_minor(cents, Currency::EUR).unwrap();
    let fine = Money::new(parse_decimal("0.001").unwrap(), Currency::USD).unwrap();
    let huge = usd("6000000000000000.00");
    let all = facts();
    let begun = in_state(RevenueStatus::Active);
    let told = decide_all(&all, "2017-04-01").unwrap();
    let large = decide(&begun, &bill("inv_0", huge, "2017-03-15"), "2017-03-15").unwrap();
    let cases = [
        (RevenueContract::default(), command("record")),
        (RevenueContract::default(), incept(early, "2017-03-15")),
        (begun.clone(), incept(other, "2017-03-15")),
        (begun.clone(), incept(terms(), "2017-03-16")),
        (begun.clone(), satisfy("licence", "2017-03-14")),
        (begun.clone(), start("support", "2017-03-14", "2018-03-13")),
        (begun.clone(), bill("inv_1", usd("0.01"), "2017-03-14")),
        (begun.clone(), satisfy("gadget", "2017-03-20")),
        (begun.clone(), satisfy("support", "2017-03-20")),
        (begun.clone(), start("licence", "2017-03-20", "2018-03-19")),
        (told.clone(), satisfy("licence", "2017-03-21")),
        (told.clone(), start("support", "2017-03-20", "2018-03-20")),
        (begun.clone(), start("support", "2017-03-20", "2117-04-20")),
        (begun.clone(), start("support", "2017-03-20", "9999-12-31")),
        (told.clone(), bill("inv_1", usd("0.01"), "2017-03-20")),
        (begun.clone(), bill("inv_1", eur(1), "2017-03-20")),
        (begun.clone(), bill("inv_1", fine, "2017-03-20")),
        (large, bill("crn_1", huge.negated(), "2017-03-20")),
    ];
    let mut said = Vec::new();
    for (contract, command) in cases {
        let refusal = decide(&contract, &command, "2017-05-01").unwrap_err();
        said.push(format!("{}: {refusal}", refusal.code()));
    }
    insta::assert_snapshot!(said.join("\n"), @r"
    not_begun: `satisfied` is refused before the inception of the contract (ASC 606-10-25-1, IFRS 15.9)
    before_inception: `service_started` on 2017-03-01 is before the inception on 2017-03-15 (ASC 606-10-25-1, IFRS 15.9)
    already_begun: rev_1 has begun on 2017-03-15 on other terms: another contract needs another id
    already_begun: rev_1 has begun on 2017-03-15 on other terms: another contract needs another id
    before_inception: `satisfied` on 2017-03-14 is before the inception on 2017-03-15 (ASC 606-10-25-1, IFRS 15.9)
    before_inception: `service_started` on 2017-03-14 is before the inception on 2017-03-15 (ASC 606-10-25-1, IFRS 15.9)
    before_inception: `billed` on 2017-03-14 is before the inception on 2017-03-15 (ASC 606-10-25-1, IFRS 15.9)
    unknown_obligation: rev_1 promises no `gadget`, it promises `licence`, `support` (ASC 606-10-25-14, IFRS 15.22)
    wrong_measure: `satisfied` does not fit `support`, which is satisfied over time: `service_started` does (ASC 606-10-25-31, IFRS 15.39)
    wrong_measure: `service_started` does not fit `licence`, which is satisfied at a point in time: `satisfied` does (ASC 606-10-25-31, IFRS 15.39)
    already_satisfied: `licence` is satisfied since 2017-03-20 (ASC 606-10-25-23, IFRS 15.31)
    already_started: the period of `support` is 2017-03-20 to 2018-03-19 already (ASC 606-10-25-31, IFRS 15.39)
    term_too_long: the period of `support`, 2017-03-20 to 2117-04-20, is longer than 1200 months
    term_too_long: the period of `support`, 2017-03-20 to 9999-12-31, is longer than 1200 months
    document_recorded: inv_1 is recorded with 1000.00 USD on 2017-03-20 already: a correction is a document of its own
    billed_in_other_currency: rev_1 is in USD, but `inv_1` bills 0.01 EUR: bill it in USD
    invalid_amount: `amount` is 0.001 USD: 0.001 is not a whole number of units of 10^-2
    too_much_billed: with -6000000000000000.00 USD the documents of the contract come to more than 1000000000000000000 minor units
    ");
}

#[test]
fn facts_of_a_contract_have_their_own_numbers() {
    let context = RevenueContext {
        recorded_at: noon(day("2017-04-01")),
        sequence: 1,
    };
    let contract = in_state(RevenueStatus::Active);
    let refusal = contract.decide(&command("record"), &context).unwrap_err();
    assert_eq!(refusal.code(), "sequence_used");
    // What is known already needs no number.
    assert_eq!(contract.decide(&command("incept"), &context), Ok(vec![]));
}

#[test]
fn every_fault_of_terms_is_listed() {
    let eur = |cents| Money::from_minor(cents, Currency::EUR).unwrap();
    let long = Measure::time(Period::inclusive(day("2000-01-01"), day("9999-12-31")).unwrap());
    let mut document = bundle(
        Money::new(parse_decimal("10.005").unwrap(), Currency::USD).unwrap(),
        &[
            ("a", usd("-0.01"), AT_ONCE),
            ("a", eur(1), AT_ONCE),
            ("", usd("0.00"), long),
        ],
    );
    document.consideration.push(Consideration::fixed("price", eur(1)));
    document.policy.id.clear();
    document.obligations[0].description = "x".repeat(201);
    let error = Terms::new(document).unwrap_err();
    assert_eq!(error.code(), "invalid_amount");
    insta::assert_snapshot!(error, @r#"
    terms of rev_1, 10 faults:
      consideration[0].amount: 10.005 USD; expected whole minor units of the currency
      consideration[1].id: price; expected an id used once
      consideration[1].amount: 0.01 EUR; expected an amount in USD
      obligations[0].description: 201 characters; expected at most 200 characters
      obligations[0].ssp.price: -0.01 USD; expected zero or above (ASC 606-10-32-32, IFRS 15.77)
      obligations[1].id: a; expected an obligation named once (ASC 606-10-25-14, IFRS 15.22)
      obligations[1].ssp.price: 0.01 EUR; expected a price in USD (ASC 606-10-32-32, IFRS 15.77)
      obligations[2].id: 0 characters; expected 1 to 200 characters
      obligations[2].measure.period: 2000-01-01 to 9999-12-31; expected a service of at most 1200 months
      policy.id: 0 characters; expected 1 to 200 characters
    "#);

    let mut empty = bundle(usd("0.00"), &[("a", usd("0.00"), AT_ONCE)]);
    empty.consideration.clear();
    insta::assert_snapshot!(Terms::new(empty.clone()).unwrap_err(), @r"
    terms of rev_1: consideration: 0; expected 1 to 10000 (ASC 606-10-32-2, IFRS 15.47)
    ");
    empty.obligations.clear();
    insta::assert_snapshot!(Terms::new(empty).unwrap_err(), @r"
    terms of rev_1, 2 faults:
      consideration: 0; expected 1 to 10000 (ASC 606-10-32-2, IFRS 15.47)
      obligations: 0; expected 1 to 10000 (ASC 606-10-25-14, IFRS 15.22)
    ");

    let mut large = terms();
    for id in ["more", "and more"] {
        large
            .consideration
            .push(Consideration::fixed(id, usd("6000000000000000.00")));
    }
    insta::assert_snapshot!(Terms::new(large).unwrap_err(), @"terms of rev_1: consideration: magnitudes that sum to more; expected at most 10^18 minor units (ASC 606-10-32-2, IFRS 15.47)");

    let mut many = terms();
    many.obligations = vec![many.obligations[0].clone(); 10_001];
    insta::assert_snapshot!(Terms::new(many).unwrap_err(), @"terms of rev_1: obligations: 10001; expected 1 to 10000 (ASC 606-10-25-14, IFRS 15.22)");
}

#[test]
fn terms_are_checked_when_they_are_read() {
    let checked = Terms::new(terms()).unwrap();
    let text = serde_json::to_string_pretty(&checked).unwrap();
    assert_eq!(serde_json::from_str::<Terms>(&text).unwrap(), checked);
    let negative = text.replace(r#""300.00""#, r#""-300.00""#);
    let error = serde_json::from_str::<Terms>(&negative).unwrap_err().to_string();
    assert!(error.contains("obligations[1].ssp"), "{error}");
    let unknown = text.replace(r#""description""#, r#""discription""#);
    assert!(serde_json::from_str::<Terms>(&unknown).is_err());
    let unknown = text.replace(
        r#""kind": "point_in_time""#,
        r#""kind": "point_in_time", "period": null"#,
    );
    assert_ne!(unknown, text);
    assert!(serde_json::from_str::<Terms>(&unknown).is_err());
    insta::assert_snapshot!(text, @r#"
    {
      "contract": "rev_1",
      "customer": "pty_acme",
      "entity": "US01",
      "currency": "USD",
      "consideration": [
        {
          "kind": "fixed",
          "id": "price",
          "amount": {
            "amount": "1000.00",
            "currency": "USD"
          }
        }
      ],
      "obligations": [
        {
          "id": "licence",
          "description": "The licence",
          "ssp": {
            "method": "observable",
            "price": {
              "amount": "900.00",
              "currency": "USD"
            }
          },
          "measure": {
            "kind": "point_in_time"
          }
        },
        {
          "id": "support",
          "description": "The support",
          "ssp": {
            "method": "observable",
            "price": {
              "amount": "300.00",
              "currency": "USD"
            }
          },
          "measure": {
            "kind": "time"
          }
        }
      ],
      "policy": {
        "id": "l2c-standard",
        "version": 1,
        "rounding": "half_up",
        "remainder": "largest",
        "convention": "daily",
        "billing": "erp",
        "revenue_base": "posted",
        "unbilled_right": "contract_asset",
        "loss_provision": "none",
        "loss_price": "expected",
        "shipping_as_fulfilment": false,
        "contract_asset_monetary": true,
        "exclude_sales_tax": true,
        "one_year_expedient": false,
        "financing": "accrete",
        "performance_before_contract": "catch_up",
        "standalone_at_modification": "stated",
        "rights_join_modifications": true
      },
      "allocation": {
        "reallocate": "always",
        "discount_tolerance": "0.05"
      },
      "criteria_met": true,
      "enforceable_before_performance": true
    }
    "#);
}

#[test]
fn a_question_without_an_answer() {
    let contract = in_state(RevenueStatus::Active);
    let before = View {
        known_at: noon(day("2017-03-14")),
        ..as_of("2017-03-31")
    };
    let error = project(contract.facts(), &before).unwrap_err();
    assert_eq!(error.code(), "not_in_books");
    let question = Question::Allocation {
        obligation: "gadget".into(),
    };
    let error = explain(contract.facts(), &as_of("2017-03-31"), &question).unwrap_err();
    assert_eq!(error.code(), "unknown_obligation");
    assert_eq!(error.to_string(), "rev_1 has no obligation `gadget`");

    // A stream that no contract has decided.
    let mut foreign = contract.facts()[0].clone();
    foreign.sequence = 9;
    foreign.fact = Fact::Satisfied {
        obligation: "gadget".into(),
    };
    let contract = contract.evolve(&foreign);
    let error = project(contract.facts(), &as_of("2017-03-31")).unwrap_err();
    assert_eq!(error.code(), "unknown_obligation");
}

/// At the published bounds every figure still has a value.
#[test]
fn the_largest_contract() {
    let most = |units| Money::from_minor(units, Currency::JPY).unwrap();
    let terms = bundle(
        most(MAX_MINOR_UNITS),
        &[("a", most(1), AT_ONCE), ("b", most(2), SERVICE)],
    );
    let commands = [
        incept(terms, "2017-03-15"),
        satisfy("a", "2017-03-15"),
        start("b", "2017-03-15", "2117-03-14"),
        bill("crn_1", most(-MAX_MINOR_UNITS), "2017-03-15"),
    ];
    let contract = decide_all(&commands, "2017-03-15").unwrap();
    let figures = project(contract.facts(), &as_of("2117-03-31")).unwrap();
    assert_eq!(figures.position().contract_asset(), most(2 * MAX_MINOR_UNITS));
    assert!(figures.is_fulfilled());
    assert_eq!(figures.postings().unwrap().len(), figures.months.len());
    assert_eq!(figures.obligations[1].schedule.len(), MAX_TERM_MONTHS + 1);
}

#[test]
fn facts_that_no_contract_has_decided_bill_once_and_in_its_currency() {
    let told = |billings: &[(&str, Money)]| {
        let inception = Fact::inception(Terms::new(terms()).unwrap());
        let billed = billings
            .iter()
            .map(|(document, amount)| Fact::billed(*document, *amount));
        let events: Vec<RevenueEvent> = (1..)
            .zip(std::iter::once(inception).chain(billed))
            .map(|(sequence, fact)| {
                RevenueEvent::new(day("2017-03-15"), noon(day("2017-03-15")), sequence, fact)
            })
            .collect();
        let view = View {
            as_of: day("2017-03-31"),
            known_at: noon(day("2017-03-31")),
            book: Book::Asc606,
        };
        project(&events, &view)
    };
    let once = told(&[("inv_1", usd("500.00"))]).unwrap();
    assert_eq!(once.position().contract_liability(), usd("500.00"));
    // Told twice it still bills once.
    let twice = told(&[("inv_1", usd("500.00")), ("inv_1", usd("500.00"))]).unwrap();
    assert_eq!(twice.position(), once.position());

    let eur = Money::from_minor(50_000, Currency::EUR).unwrap();
    let other = told(&[("inv_1", eur)]).unwrap_err();
    assert_eq!(other.code(), "billed_in_other_currency");
    assert_eq!(
        other.to_string(),
        "rev_1 is in USD, but `inv_1` bills 500.00 EUR: bill it in USD"
    );
    let changed = told(&[("inv_1", usd("500.00")), ("inv_1", usd("700.00"))]).unwrap_err();
    assert_eq!(changed.code(), "billed_twice");
    assert_eq!(
        changed.to_string(),
        "rev_1 has `inv_1` with 500.00 USD and with 700.00 USD: a correction is a document of its own"
    );
}
