//! What single facts do to a contract, by figures worked out by hand.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

mod contract;

use contract::{AT_ONCE, SERVICE, as_of, bundle, day, decide, decide_all, incept, noon, satisfy, usd};
use l2c_calendar::Period;
use l2c_ledger::Role;
use l2c_money::dec;
use l2c_revenue::*;

fn tell(on: &str, fact: Fact) -> RevenueCommand {
    RevenueCommand::new(day(on), fact)
}

/// Terms under the policy in which this crate posts the billing side.
fn engine(mut document: TermsDocument) -> TermsDocument {
    document.policy.billing = BillingSide::Engine;
    document
}

fn balances<const N: usize>(figures: &Projection, roles: [Role; N]) -> [String; N] {
    roles.map(|role| figures.day.balance(role).amount_text())
}

fn paid(amount: &str) -> Fact {
    Fact::Paid {
        amount: usd(amount),
        document: None,
        separate_contract: None,
    }
}

/// A machine for 100, sold to somebody who may not be able to pay (606-10-25-1(e)).
fn doubtful() -> TermsDocument {
    let mut terms = engine(bundle(usd("100.00"), &[("machine", usd("100.00"), AT_ONCE)]));
    terms.criteria_met = false;
    terms
}

/// Without a contract nothing is receivable, so nothing of it is lost; with one, 30 of the 100 that are billed are.
#[test]
fn a_credit_loss_waits_for_the_contract() {
    let loss = |on| tell(on, Fact::CreditLoss { amount: usd("30.00") });
    let begun = decide_all(&[incept(doubtful(), "2025-01-01")], "2025-01-01").unwrap();
    let refusal = decide(&begun, &loss("2025-01-10"), "2025-01-10").unwrap_err();
    assert_eq!(
        (refusal.code(), refusal.to_string().as_str()),
        (
            "credit_exceeds_receivable",
            "on 2025-01-10 credits exceed the receivable by 30 (ASC 606-10-45-4, IFRS 15.108)"
        )
    );
    let mut contract = decide(&begun, &tell("2025-02-01", Fact::CriteriaMet {}), "2025-02-01").unwrap();
    for command in [
        tell("2025-02-02", Fact::billed("inv_1", usd("100.00"))),
        loss("2025-02-10"),
    ] {
        contract = decide(&contract, &command, "2025-02-10").unwrap();
    }
    let figures = project(contract.facts(), &as_of("2025-02-28")).unwrap();
    assert_eq!(
        balances(
            &figures,
            [Role::Receivable, Role::CreditLossExpense, Role::ContractLiability]
        ),
        ["70.00", "30.00", "-100.00"]
    );
}

/// 100 received and 60 owed back when it is over without ever having been a contract: 40 are kept (606-10-25-7), and
/// nothing remains to be performed.
#[test]
fn nothing_remains_of_what_never_was_a_contract() {
    let ended = Fact::Terminated {
        refund: Some(usd("60.00")),
        credit: None,
        still_billable: None,
    };
    let commands = [
        incept(doubtful(), "2025-01-01"),
        tell("2025-01-05", paid("100.00")),
        tell("2025-03-31", ended),
    ];
    let contract = decide_all(&commands, "2025-03-31").unwrap();
    let after = project(contract.facts(), &as_of("2025-03-31")).unwrap();
    assert_eq!(
        (after.transaction_price, after.recognised(), after.remaining()),
        (usd("0.00"), usd("40.00"), usd("0.00"))
    );
    assert_eq!(
        balances(
            &after,
            [Role::Cash, Role::RefundLiability, Role::DepositLiability]
        ),
        ["100.00", "-60.00", "0.00"]
    );
}

/// Pumps for 200 and gift cards for 100 join a licence for 100 as a separate contract. One of ten pumps comes back (20), the
/// service of the others fell short (30), and of the half of the cards that nobody will use a state claims 40 % (20): all
/// of it is owed under the separate contract, so that neither contract has performed more or less than it has billed.
#[test]
fn what_is_given_back_is_of_the_contract_that_holds_the_obligation() {
    let document = engine(bundle(usd("100.00"), &[("licence", usd("100.00"), AT_ONCE)]));
    let promise =
        |id: &str, ssp: &str, measure| Obligation::new(id, StandalonePrice::observable(usd(ssp)), measure);
    let pumps = Obligation {
        returns: Some(Returns {
            expected_units: dec!(0),
            recovery_cost_per_unit: None,
        }),
        ..promise(
            "pumps",
            "200.00",
            Measure::Units {
                total: Some(dec!(10)),
            },
        )
    };
    let cards = promise("cards", "100.00", Measure::Redemption { expected: dec!(100) });
    let more = ContractModification {
        added_distinct: true,
        price_reflects_ssp: true,
        adds: vec![pumps, cards],
        price_change: Some(usd("300.00")),
        ..ContractModification::new("more")
    };
    let billed = Fact::Billed {
        document: "inv_2".into(),
        amount: usd("300.00"),
        tax: None,
        obligation: None,
        separate_contract: Some("more".into()),
    };
    let delivered = Fact::Delivered {
        obligation: "pumps".into(),
        quantity: dec!(10),
        expected_returns: None,
    };
    let returned = Fact::Returned {
        obligation: "pumps".into(),
        quantity: dec!(1),
        settlement: Settlement::Receivable,
    };
    let credited = Fact::ServiceCredited {
        obligation: "pumps".into(),
        amount: usd("30.00"),
    };
    let redeemed = Fact::Redeemed {
        obligation: "cards".into(),
        quantity: dec!(50),
        expected: None,
    };
    let remote = Fact::RedemptionRemote {
        obligation: "cards".into(),
        escheat_rate: Some(dec!(0.40)),
    };
    let ended = Fact::Terminated {
        refund: None,
        credit: None,
        still_billable: None,
    };
    let commands = [
        incept(document, "2025-01-01"),
        satisfy("licence", "2025-01-01"),
        tell("2025-01-01", Fact::billed("inv_1", usd("100.00"))),
        tell("2025-02-01", Fact::modified(more)),
        tell("2025-02-01", billed),
        tell("2025-02-10", delivered),
        tell("2025-03-10", returned),
        tell("2025-03-20", credited),
        tell("2025-04-01", redeemed),
        tell("2025-05-01", remote),
        tell("2025-06-30", ended),
    ];
    let contract = decide_all(&commands, "2025-06-30").unwrap();
    for on in ["2025-05-31", "2025-06-30"] {
        let figures = project(contract.facts(), &as_of(on)).unwrap();
        let recognised: Vec<_> = figures
            .day
            .by_obligation
            .iter()
            .map(|amount| amount.amount_text())
            .collect();
        assert_eq!(recognised, ["100.00", "150.00", "80.00"], "{on}");
        let position = figures.position();
        assert_eq!(
            (position.contract_asset(), position.contract_liability()),
            (usd("0.00"), usd("0.00")),
            "{on}"
        );
        assert_eq!(
            balances(
                &figures,
                [Role::Receivable, Role::RefundLiability, Role::EscheatPayable]
            ),
            ["380.00", "-30.00", "-20.00"],
            "{on}"
        );
    }
}

/// A royalty is in the price once the sales have occurred, however surely they are expected (606-10-55-65).
#[test]
fn a_royalty_is_not_estimated_into_the_price() {
    let mut terms = bundle(usd("100.00"), &[("licence", usd("100.00"), AT_ONCE)]);
    terms.consideration.push(Consideration::Royalty {
        id: "royalty".into(),
        estimate: usd("50.00"),
        allocate_to: Vec::new(),
    });
    let contract = decide_all(&[incept(terms, "2025-01-01")], "2025-01-01").unwrap();
    let estimated = Fact::EstimateChanged {
        estimate: Reassessment::Consideration {
            element: "royalty".into(),
            amount: usd("50.00"),
        },
    };
    let refusal = decide(&contract, &tell("2025-02-01", estimated), "2025-02-01").unwrap_err();
    assert_eq!(refusal.code(), "royalty_before_use");
    assert_eq!(
        refusal.to_string(),
        "`royalty` is a royalty: none of it is in the price before the sales or usage; tell these as they occur, of a \
         `usage` element (ASC 606-10-55-65, IFRS 15.B63)"
    );
    assert_eq!(
        project(contract.facts(), &as_of("2025-02-28"))
            .unwrap()
            .transaction_price,
        usd("100.00")
    );
}

/// A bonus that is given up is a line of nothing in the derivation of the price, with the day on which it was.
#[test]
fn an_element_that_is_estimated_at_nothing_is_shown() {
    let mut terms = bundle(usd("100.00"), &[("licence", usd("100.00"), AT_ONCE)]);
    terms.consideration.push(Consideration::Variable {
        id: "bonus".into(),
        estimate: Estimate::Stated { amount: usd("20.00") },
        constraint: Constraint::None,
        allocate_to: Vec::new(),
    });
    let given_up = Fact::EstimateChanged {
        estimate: Reassessment::Consideration {
            element: "bonus".into(),
            amount: usd("0.00"),
        },
    };
    let commands = [incept(terms, "2025-01-01"), tell("2025-02-01", given_up)];
    let contract = decide_all(&commands, "2025-02-01").unwrap();
    let why = explain(
        contract.facts(),
        &as_of("2025-02-01"),
        &Question::TransactionPrice,
    )
    .unwrap();
    insta::assert_snapshot!(why.text(), @r"
    transaction price: 100.00 USD (sum) [ASC 606-10-32-2]
      fixed consideration price: 100.00 USD [rev_1 consideration[price]]
      bonus, as estimated on 2025-02-01: 0.00 USD [ASC 606-10-32-14]
    ");
}

/// An invoice of 60 for each of two contracts, on one paper and of one day: combined they have billed 120, and the payment
/// of the second settles its own.
#[test]
fn combined_contracts_keep_their_documents() {
    let contract = |name: &str, obligation: &str| {
        let mut terms = engine(bundle(usd("60.00"), &[(obligation, usd("60.00"), AT_ONCE)]));
        terms.contract = name.parse().unwrap();
        terms.consideration = vec![Consideration::fixed(
            format!("price of {obligation}"),
            usd("60.00"),
        )];
        let paid = Fact::Paid {
            amount: usd("60.00"),
            document: Some("inv_1".into()),
            separate_contract: None,
        };
        let mut commands = vec![
            incept(terms, "2025-01-01"),
            tell("2025-01-10", Fact::billed("inv_1", usd("60.00"))),
        ];
        commands.extend((name == "rev_2").then(|| tell("2025-01-20", paid)));
        decide_all(&commands, "2025-01-20").unwrap()
    };
    let (first, second) = (contract("rev_1", "pump"), contract("rev_2", "pipe"));
    let facts = combine(&[first.facts(), second.facts()]).unwrap();
    let figures = project(&facts, &as_of("2025-01-31")).unwrap();
    assert_eq!(figures.billed(), usd("120.00"));
    assert_eq!(
        balances(&figures, [Role::Cash, Role::Receivable, Role::ContractLiability]),
        ["60.00", "60.00", "-120.00"]
    );
    let names: Vec<&str> = facts
        .iter()
        .filter_map(|event| match &event.fact {
            Fact::Billed { document, .. } => Some(document.as_str()),
            Fact::Paid { document, .. } => document.as_deref(),
            _ => None,
        })
        .collect();
    assert_eq!(names, ["inv_1", "inv_1 of rev_2", "inv_1 of rev_2"]);
}

/// What a contract refuses to be told it does not project either, and says so in the same words.
#[test]
fn facts_that_no_contract_has_decided_are_refused_by_the_same_rule() {
    let service = |first: &str, last: &str| Period::inclusive(day(first), day(last)).unwrap();
    let terms = |measure| bundle(usd("100.00"), &[("support", usd("100.00"), measure)]);
    let started = |last: &str| Fact::ServiceStarted {
        obligation: "support".into(),
        period: service("2025-02-01", last),
    };
    let early = Measure::time(service("2024-12-31", "2025-12-31"));
    let huge = usd("6000000000000000.00");
    let streams = [
        vec![incept(terms(early.clone()), "2025-01-01")],
        vec![
            incept(terms(SERVICE), "2025-01-01"),
            tell("2025-02-01", started("2125-04-30")),
        ],
        vec![
            incept(terms(SERVICE), "2025-01-01"),
            tell("2025-02-01", Fact::billed("inv_1", huge)),
            tell("2025-02-02", Fact::billed("crn_1", huge.negated())),
        ],
        vec![
            incept(terms(AT_ONCE), "2025-01-01"),
            tell(
                "2025-02-01",
                Fact::modified(ContractModification {
                    adds: vec![Obligation::new(
                        "more",
                        StandalonePrice::observable(usd("1.00")),
                        early,
                    )],
                    ..ContractModification::new("mod")
                }),
            ),
        ],
    ];
    let mut said = Vec::new();
    for commands in streams {
        let events: Vec<RevenueEvent> = (0..)
            .zip(&commands)
            .map(|(sequence, command)| {
                RevenueEvent::new(command.on, noon(command.on), sequence, command.fact.clone())
            })
            .collect();
        let error = project(&events, &as_of("2025-12-31")).unwrap_err();
        let refusal = decide_all(&commands, "2025-12-31").unwrap_err();
        assert_eq!(error.code(), refusal.code());
        assert!(
            error.to_string().ends_with(&refusal.to_string()),
            "{error} / {refusal}"
        );
        said.push(error.to_string());
    }
    insta::assert_snapshot!(said.join("\n"), @r"
    `inception` on 2025-01-01 (sequence 0): `service_started` on 2024-12-31 is before the inception on 2025-01-01 (ASC 606-10-25-1, IFRS 15.9)
    `service_started` on 2025-02-01 (sequence 1): the period of `support`, 2025-02-01 to 2125-04-30, is longer than 1200 months
    `billed` on 2025-02-02 (sequence 2): with -6000000000000000.00 USD the documents of the contract come to more than 1000000000000000000 minor units
    `modified` on 2025-02-01 (sequence 1): `service_started` on 2024-12-31 is before the inception on 2025-01-01 (ASC 606-10-25-1, IFRS 15.9)
    ");
}

/// Four of ten units for 1,000: 400. Told again by the same delivery note it is the same delivery; told by another, or by
/// none, it is a second one.
#[test]
fn a_reference_tells_a_delivery_told_again_from_a_second_one() {
    let measure = Measure::Units {
        total: Some(dec!(10)),
    };
    let begun = incept(
        bundle(usd("1000.00"), &[("unit", usd("1000.00"), measure)]),
        "2026-01-01",
    );
    let delivered = |on: &str, quantity| {
        let obligation = "unit".into();
        tell(
            on,
            Fact::Delivered {
                obligation,
                quantity,
                expected_returns: None,
            },
        )
    };
    let told = |commands: &[RevenueCommand]| {
        let contract = decide_all(&[std::slice::from_ref(&begun), commands].concat(), "2026-01-31").unwrap();
        let figures = project(contract.facts(), &as_of("2026-01-31")).unwrap();
        (contract.facts().len() - 1, figures.recognised())
    };
    let by = |note: &str| delivered("2026-01-10", dec!(4)).told_by(note);
    assert_eq!(told(&[by("DN-1"), by("DN-1")]), (1, usd("400.00")));
    assert_eq!(told(&[by("DN-1"), by("DN-2")]), (2, usd("800.00")));
    let unnamed = delivered("2026-01-10", dec!(4));
    assert_eq!(told(&[unnamed.clone(), unnamed]), (2, usd("800.00")));

    let once = decide_all(&[begun.clone(), by("DN-1")], "2026-01-31").unwrap();
    for other in [delivered("2026-01-10", dec!(3)), delivered("2026-01-11", dec!(4))] {
        let refusal = decide(&once, &other.told_by("DN-1"), "2026-01-31").unwrap_err();
        assert_eq!(refusal.code(), "reference_used");
        assert_eq!(
            refusal.to_string(),
            "`delivered` of `DN-1` is recorded on 2026-01-10 with other content: another one needs a reference of its own"
        );
    }
    // Another kind of fact has its own: the report that returns three and bills them goes by one name.
    assert!(
        decide(
            &once,
            &tell("2026-01-10", paid("5.00")).told_by("DN-1"),
            "2026-01-31"
        )
        .is_ok()
    );
    // A stored event without one reads as before, and one that has none is written without.
    let event = &once.facts()[1];
    let text = serde_json::to_string(event).unwrap();
    assert!(text.contains(r#""reference":"DN-1""#), "{text}");
    let without = serde_json::to_string(&once.facts()[0]).unwrap();
    assert!(!without.contains("reference"), "{without}");
    assert_eq!(&serde_json::from_str::<RevenueEvent>(&text).unwrap(), event);
    assert_eq!(
        &serde_json::from_str::<RevenueEvent>(&without).unwrap(),
        &once.facts()[0]
    );
}

/// What happens once is the same fact when it is told again for its day, without any reference.
#[test]
fn what_happens_once_is_known_when_it_is_told_again() {
    let mut terms = bundle(
        usd("300.00"),
        &[
            ("machine", usd("100.00"), AT_ONCE),
            ("option", usd("100.00"), Measure::MaterialRight),
            (
                "points",
                usd("100.00"),
                Measure::Redemption { expected: dec!(10) },
            ),
        ],
    );
    terms.obligations[0].acceptance = Acceptance::Subjective;
    let on = "2026-01-10";
    let fact = |json: &str| tell(on, serde_json::from_str(json).unwrap());
    let commands = [
        satisfy("machine", on),
        fact(r#"{"type": "accepted", "obligation": "machine"}"#),
        fact(r#"{"type": "right_expired", "obligation": "option"}"#),
        fact(r#"{"type": "redemption_remote", "obligation": "points", "escheat_rate": "0.5"}"#),
        tell(on, Fact::billed("inv_1", usd("300.00"))),
    ];
    let once = decide_all(
        &[&[incept(terms, "2026-01-01")], &commands[..]].concat(),
        "2026-01-31",
    )
    .unwrap();
    let again = commands.iter().try_fold(once.clone(), |contract, command| {
        decide(&contract, command, "2026-01-31")
    });
    assert_eq!(again.unwrap(), once);
}

/// Of 1,200 for a year that is paid in advance, 700 go back after five months: 500 are earned and kept. The refund is owed
/// with the end; the ERP's credit note for it is told as what it pays back, and takes the clearing to zero. As a document
/// it would credit the customer twice: it moves nothing, or is refused where nothing is left that it could be credited to.
#[test]
fn the_refund_of_a_contract_that_ended_is_told_once() {
    let roles = [
        Role::Revenue,
        Role::RefundLiability,
        Role::Receivable,
        Role::ContractLiability,
    ];
    for named in [None, Some("inv_1".to_owned())] {
        let is_named = named.is_some();
        let period = Period::inclusive(day("2026-01-01"), day("2026-12-31")).unwrap();
        let year = Measure::Time {
            period: Some(period),
            convention: Some(Convention::MonthsTouched),
        };
        let terms = bundle(usd("1200.00"), &[("service", usd("1200.00"), year)]);
        let paid = Fact::Paid {
            amount: usd("1200.00"),
            document: named,
            separate_contract: None,
        };
        let ended = Fact::Terminated {
            refund: Some(usd("700.00")),
            credit: None,
            still_billable: None,
        };
        let commands = [
            incept(terms, "2026-01-01"),
            tell("2026-01-01", Fact::billed("inv_1", usd("1200.00"))),
            tell("2026-01-05", paid),
            tell("2026-05-31", ended),
        ];
        let contract = decide_all(&commands, "2026-05-31").unwrap();
        let june = |contract: &RevenueContract| project(contract.facts(), &as_of("2026-06-30")).unwrap();
        assert_eq!(
            balances(&june(&contract), roles),
            ["-500.00", "-700.00", "0.00", "0.00"]
        );
        let note = tell("2026-06-02", Fact::billed("cn_1", usd("-700.00")));
        match decide(&contract, &note, "2026-06-02") {
            Ok(noted) => {
                assert!(!is_named);
                assert_eq!(
                    june(&noted).postings().unwrap(),
                    june(&contract).postings().unwrap()
                );
            }
            Err(refusal) => assert!(is_named && refusal.code() == "credit_exceeds_receivable"),
        }
        let refunded = Fact::Refunded {
            amount: usd("700.00"),
            document: None,
        };
        let contract = decide(
            &contract,
            &tell("2026-06-02", refunded).told_by("cn_1"),
            "2026-06-02",
        )
        .unwrap();
        assert_eq!(
            balances(&june(&contract), roles),
            ["-500.00", "0.00", "0.00", "0.00"]
        );
        let entries = june(&contract).postings().unwrap();
        assert_eq!(
            contract::lines(entries.last().unwrap()),
            [
                "cr billing_clearing 700.00 USD (rev_1)",
                "dr refund_liability 700.00 USD (rev_1)"
            ]
        );
    }
}
