//! Contracts whose figures are worked out by hand: taken over in mid-life, financed, onerous, with warranties and
//! minimums that are not used.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

mod contract;

use contract::{AT_ONCE, as_of, bundle, day, decide, decide_all, incept, noon, satisfy, usd};
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

fn balance(figures: &Projection, role: Role) -> String {
    figures.day.balance(role).amount_text()
}

fn year(first: &str, last: &str) -> Measure {
    Measure::Time {
        period: Some(Period::inclusive(day(first), day(last)).unwrap()),
        convention: Some(Convention::MonthsTouched),
    }
}

fn licence_and_service() -> TermsDocument {
    engine(bundle(
        usd("1200.00"),
        &[
            ("licence", usd("300.00"), AT_ONCE),
            ("service", usd("1200.00"), year("2025-01-01", "2025-12-31")),
        ],
    ))
}

/// Licence 240 and service 960 of 1,200; the other system had allocated 250 and 950, delivered the licence, recognised
/// five months of the service (5 x 79.17 = 395.83), billed 700 and received 600.
fn opening(licence: &str, service: &str) -> Fact {
    let of = |id: &str, allocated: &str, recognised: &str, done| OpeningObligation {
        obligation: id.into(),
        allocated: usd(allocated),
        recognised: usd(recognised),
        done,
        milestones: Vec::new(),
    };
    Fact::TakenOver {
        opening: Box::new(OpeningBalances {
            obligations: vec![
                of("licence", licence, licence, Some(dec!(1))),
                of("service", service, "395.83", None),
            ],
            billed: Some(usd("700.00")),
            received: Some(usd("600.00")),
        }),
    }
}

#[test]
fn a_contract_is_taken_over_in_mid_life() {
    let commands = [
        incept(licence_and_service(), "2025-01-01"),
        tell("2025-06-01", opening("250.00", "950.00")),
    ];
    let contract = decide_all(&commands, "2025-06-01").unwrap();
    let figures = project(contract.facts(), &as_of("2025-12-31")).unwrap();
    // 950 - 395.83 = 554.17 over the seven months that are left: 79.17 each, June first.
    let schedule = &figures.obligations[1].schedule;
    let months: Vec<String> = schedule
        .iter()
        .map(|row| format!("{} {}", row.month, row.amount))
        .collect();
    assert_eq!(months[0], "2025-06 79.17 USD");
    assert_eq!(months.len(), 7);
    assert_eq!(figures.recognised(), usd("1200.00"));
    // Postings begin where the other system ended: 554.17 in all, and nothing of what it billed.
    let entries = figures.postings().unwrap();
    let sum = |role| {
        let lines = entries.iter().flat_map(|entry| entry.lines());
        let of_role: Vec<_> = lines
            .filter(|line| line.role == role)
            .map(|line| line.amount)
            .collect();
        l2c_money::Money::sum(&of_role, l2c_money::Currency::USD).unwrap()
    };
    assert_eq!(sum(Role::Revenue), usd("-554.17"));
    assert_eq!(sum(Role::Receivable), usd("0.00"));
    // 645.83 recognised, 700 billed: a liability of 54.17; in the end 1,200 recognised, 700 billed.
    let opening = figures.taken_over.as_ref().unwrap();
    assert_eq!(opening.position.contract_liability(), usd("54.17"));
    assert_eq!(opening.balance(Role::Receivable), usd("100.00"));
    assert_eq!(figures.position().contract_asset(), usd("500.00"));
}

#[test]
fn an_estimate_after_a_take_over_reaches_what_was_done_before() {
    let mut terms = licence_and_service();
    terms.consideration.push(Consideration::Variable {
        id: "bonus".into(),
        estimate: Estimate::Stated { amount: usd("0.00") },
        constraint: Constraint::None,
        allocate_to: Vec::new(),
    });
    let raised = Fact::EstimateChanged {
        estimate: Reassessment::Consideration {
            element: "bonus".into(),
            amount: usd("120.00"),
        },
    };
    let commands = [
        incept(terms, "2025-01-01"),
        tell("2025-06-01", opening("250.00", "950.00")),
        tell("2025-07-01", raised),
    ];
    let contract = decide_all(&commands, "2025-07-01").unwrap();
    let effects = effects(contract.facts(), &as_of("2025-12-31")).unwrap();
    // 120 is 24 for the licence, which is done, and 96 for the service, of which six of twelve months are served. Five of
    // them before the take-over: 24 + 40 at once there, and 56 / 7 = 8 of June: 72.
    assert_eq!(effects.last().unwrap().revenue, usd("72.00"));
    let figures = project(contract.facts(), &as_of("2025-12-31")).unwrap();
    assert_eq!(figures.recognised(), usd("1320.00"));
}

#[test]
fn opening_balances_fit_the_terms_or_are_refused() {
    let begun = decide_all(&[incept(licence_and_service(), "2025-01-01")], "2025-06-01").unwrap();
    let refusal = decide(
        &begun,
        &tell("2025-06-01", opening("250.00", "949.99")),
        "2025-06-01",
    )
    .unwrap_err();
    assert_eq!(refusal.code(), "invalid_opening");
    assert_eq!(
        refusal.to_string(),
        "the opening balances of 2025-06-01 have 1199.99 allocated; expected the price of the terms, 1200"
    );
    let delivered = decide(&begun, &satisfy("licence", "2025-05-01"), "2025-06-01").unwrap();
    let refusal = decide(
        &delivered,
        &tell("2025-06-01", opening("250.00", "950.00")),
        "2025-06-01",
    )
    .unwrap_err();
    assert_eq!(refusal.code(), "invalid_opening");
}

#[test]
fn a_parallel_run_reports_every_difference() {
    let commands = [
        incept(licence_and_service(), "2025-01-01"),
        satisfy("licence", "2025-01-15"),
    ];
    let contract = decide_all(&commands, "2025-01-15").unwrap();
    let theirs = |on: &str, role, balance: &str| ReportedBalance {
        on: day(on),
        role,
        balance: usd(balance),
    };
    let reported = [
        theirs("2025-01-31", Role::Revenue, "-320.00"), // 240 + 80
        theirs("2025-02-28", Role::Revenue, "-399.99"), // 240 + 160 = 400
        theirs("2025-02-28", Role::ContractAsset, "400.00"),
    ];
    let noon = noon(day("2025-03-01"));
    let differences = parallel_run(contract.facts(), noon, Book::Asc606, &reported).unwrap();
    assert_eq!(differences.len(), 1);
    assert_eq!(
        (differences[0].on, differences[0].difference),
        (day("2025-02-28"), usd("-0.01"))
    );
}

/// 121 due two years after the delivery, at 10 %: a price of 100, interest of 10 and 11.
#[test]
fn a_late_payment_accretes_the_contract_asset() {
    let mut terms = engine(bundle(usd("0.00"), &[("machine", usd("100.00"), AT_ONCE)]));
    terms.consideration = vec![Consideration::DeferredPayments {
        id: "price".into(),
        plan: PaymentPlan {
            payments: vec![DeferredPayment {
                month: 24,
                amount: usd("121.00"),
            }],
            instalments: None,
        },
        annual_rate: dec!(0.10),
        compounding: Compounding::Annual,
        allocate_to: Vec::new(),
    }];
    let commands = [
        incept(terms, "2025-01-01"),
        satisfy("machine", "2025-03-01"),
        tell("2027-03-01", Fact::billed("inv_1", usd("121.00"))),
    ];
    let contract = decide_all(&commands, "2027-03-01").unwrap();
    let at = |on: &str| project(contract.facts(), &as_of(on)).unwrap();
    let shown = |on: &str| {
        let figures = at(on);
        [
            Role::Revenue,
            Role::InterestIncome,
            Role::ContractAsset,
            Role::Receivable,
        ]
        .map(|role| balance(&figures, role))
    };
    assert_eq!(shown("2025-03-01"), ["-100.00", "0.00", "100.00", "0.00"]);
    // Until the anniversary interest runs month by month: 100 x (1.1^(11/12) - 1) = 9.13 after eleven months.
    assert_eq!(shown("2026-02-28"), ["-100.00", "-9.13", "109.13", "0.00"]);
    assert_eq!(shown("2026-03-01"), ["-100.00", "-10.00", "110.00", "0.00"]);
    assert_eq!(shown("2027-03-01"), ["-100.00", "-21.00", "0.00", "121.00"]);
    assert_eq!(at("2027-03-01").transaction_price, usd("100.00"));
}

/// 4,000 two years before the transfer at 6 %: 4,494.40 of revenue, 240 and 254.40 of interest (Example 29).
#[test]
fn an_early_payment_accretes_the_contract_liability() {
    let mut terms = engine(bundle(usd("0.00"), &[("asset", usd("4494.40"), AT_ONCE)]));
    terms.consideration = vec![Consideration::AdvancePayment {
        id: "advance".into(),
        amount: usd("4000.00"),
        annual_rate: dec!(0.06),
        compounding: Compounding::Annual,
        transfer_month: 24,
        allocate_to: Vec::new(),
    }];
    let paid = Fact::Paid {
        amount: usd("4000.00"),
        document: None,
        separate_contract: None,
    };
    let commands = [
        incept(terms, "2025-01-01"),
        tell("2025-01-01", paid),
        satisfy("asset", "2027-01-01"),
    ];
    let contract = decide_all(&commands, "2027-01-01").unwrap();
    let shown = |on: &str| {
        let figures = project(contract.facts(), &as_of(on)).unwrap();
        [Role::Revenue, Role::InterestExpense, Role::ContractLiability].map(|role| balance(&figures, role))
    };
    assert_eq!(shown("2025-12-31"), ["0.00", "219.46", "-4219.46"]); // eleven months: 4,000 x (1.06^(11/12) - 1)
    assert_eq!(shown("2026-01-01"), ["0.00", "240.00", "-4240.00"]);
    assert_eq!(shown("2027-01-01"), ["-4494.40", "494.40", "0.00"]);
}

fn project_of(estimate: &str) -> Measure {
    Measure::CostToCost {
        estimated_total: Some(usd(estimate)),
        uninstalled_total: None,
    }
}

fn cost(obligation: &str, amount: &str) -> Fact {
    Fact::CostIncurred {
        obligation: obligation.into(),
        amount: usd(amount),
        waste: None,
        uninstalled: None,
        estimated_total: None,
    }
}

/// Two projects for 1,000 each: one will cost 1,200, the other 900. By obligation the first loses 200, of which half is
/// done and in its margin; together they lose 100, of which the half done of the first has brought -100 already.
#[test]
fn a_loss_is_seen_by_obligation_or_by_contract() {
    let terms = |provision| {
        let mut terms = engine(bundle(
            usd("2000.00"),
            &[
                ("north", usd("1000.00"), project_of("1200.00")),
                ("south", usd("1000.00"), project_of("900.00")),
            ],
        ));
        terms.policy.loss_provision = provision;
        terms
    };
    let shown = |terms: TermsDocument, book| {
        let commands = [
            incept(terms, "2025-01-01"),
            tell("2025-06-30", cost("north", "600.00")),
        ];
        let contract = decide_all(&commands, "2025-06-30").unwrap();
        let view = View {
            book,
            ..as_of("2025-06-30")
        };
        balance(&project(contract.facts(), &view).unwrap(), Role::LossProvision)
    };
    assert_eq!(shown(terms(LossProvision::None), Book::Asc606), "0.00");
    assert_eq!(shown(terms(LossProvision::Obligation), Book::Asc606), "-100.00");
    assert_eq!(shown(terms(LossProvision::Contract), Book::Asc606), "0.00");
    assert_eq!(shown(terms(LossProvision::Obligation), Book::Ifrs15), "0.00"); // the contract is tested (IAS 37.66)
    // Getting out for 30 costs less than the 300 that remain if the south costs 1,300.
    let mut onerous = terms(LossProvision::Contract);
    onerous.obligations[1].measure = project_of("1300.00");
    assert_eq!(shown(onerous.clone(), Book::Ifrs15), "-400.00");
    onerous.exit_cost = Some(usd("30.00"));
    assert_eq!(shown(onerous, Book::Ifrs15), "-30.00");
}

/// A bonus of 100 is expected and kept out of the price by the constraint: revenue waits for it, the loss test does not.
#[test]
fn the_loss_test_disregards_the_constraint() {
    let shown = |price| {
        let mut terms = engine(bundle(
            usd("1000.00"),
            &[("north", usd("1000.00"), project_of("1080.00"))],
        ));
        terms.consideration.push(Consideration::Variable {
            id: "bonus".into(),
            estimate: Estimate::Stated {
                amount: usd("100.00"),
            },
            constraint: Constraint::Full,
            allocate_to: Vec::new(),
        });
        terms.policy.loss_provision = LossProvision::Obligation;
        terms.policy.loss_price = price;
        let contract = decide_all(&[incept(terms, "2025-01-01")], "2025-01-01").unwrap();
        let figures = project(contract.facts(), &as_of("2025-01-01")).unwrap();
        assert_eq!(figures.transaction_price, usd("1000.00"));
        balance(&figures, Role::LossProvision)
    };
    assert_eq!(shown(LossPrice::Expected), "0.00");
    assert_eq!(shown(LossPrice::Included), "-80.00");
}

/// 10 units with a warranty of 4.00 each: 40 expected; claims of 25, then 20 use it up and 5 more.
#[test]
fn an_assurance_warranty_is_a_provision() {
    let units = Measure::Units {
        total: Some(dec!(10)),
    };
    let mut terms = engine(bundle(usd("1000.00"), &[("pump", usd("1000.00"), units)]));
    terms.obligations[0].warranty_cost_per_unit = Some(usd("4.00"));
    let delivered = Fact::Delivered {
        obligation: "pump".into(),
        quantity: dec!(10),
        expected_returns: None,
    };
    let claim = |amount: &str| Fact::WarrantySettled {
        obligation: "pump".into(),
        cost: usd(amount),
    };
    let commands = [
        incept(terms, "2025-01-01"),
        tell("2025-01-10", delivered),
        tell("2025-02-10", claim("25.00")),
        tell("2025-03-10", claim("20.00")),
    ];
    let contract = decide_all(&commands, "2025-03-10").unwrap();
    let shown = |on: &str| {
        let figures = project(contract.facts(), &as_of(on)).unwrap();
        assert_eq!(figures.recognised(), usd("1000.00"));
        [Role::WarrantyExpense, Role::WarrantyProvision, Role::CostClearing]
            .map(|role| balance(&figures, role))
    };
    assert_eq!(shown("2025-01-31"), ["40.00", "-40.00", "0.00"]);
    assert_eq!(shown("2025-02-28"), ["40.00", "-15.00", "-25.00"]);
    assert_eq!(shown("2025-03-31"), ["45.00", "0.00", "-45.00"]);
}

/// A minimum of 1,000 pays for 100 units. 80 are expected: after 20 a quarter is earned, 250 instead of 200; after the
/// expectation falls to 50, 20 are 400. The end closes the minimum.
#[test]
fn expected_breakage_of_a_minimum_is_earned_in_proportion() {
    let measure = |expected_units| Measure::TakeOrPay {
        minimum: usd("1000.00"),
        unit_price: dec!(10),
        overage_price: dec!(8),
        end: day("2025-12-31"),
        expected_units,
    };
    let run = |expected_units| {
        let mut terms = engine(bundle(
            usd("0.00"),
            &[("energy", usd("0.00"), measure(expected_units))],
        ));
        terms.consideration.clear();
        let taken = Fact::UnitsTaken {
            obligation: "energy".into(),
            quantity: dec!(20),
        };
        decide_all(
            &[incept(terms, "2025-01-01"), tell("2025-03-31", taken)],
            "2025-03-31",
        )
        .unwrap()
    };
    let recognised =
        |contract: &RevenueContract, on: &str| project(contract.facts(), &as_of(on)).unwrap().recognised();
    assert_eq!(recognised(&run(None), "2025-03-31"), usd("200.00"));
    let contract = run(Some(dec!(80)));
    assert_eq!(recognised(&contract, "2025-03-31"), usd("250.00"));
    let fewer = Fact::EstimateChanged {
        estimate: Reassessment::Taking {
            obligation: "energy".into(),
            expected_units: dec!(50),
        },
    };
    let contract = decide(&contract, &tell("2025-06-30", fewer), "2025-06-30").unwrap();
    assert_eq!(recognised(&contract, "2025-06-30"), usd("400.00"));
    assert_eq!(recognised(&contract, "2025-12-31"), usd("1000.00"));
}
