//! What is worth what when a contract is modified more than once, by figures worked out by hand.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

mod contract;

use contract::{as_of, bundle, day, decide, decide_all, incept, usd};
use l2c_calendar::Period;
use l2c_money::{Decimal, dec};
use l2c_revenue::judgement::ModificationTreatment;
use l2c_revenue::*;

fn tell(on: &str, fact: Fact) -> RevenueCommand {
    RevenueCommand::new(day(on), fact)
}

fn surveyed(obligation: &str, cumulative: Decimal) -> Fact {
    Fact::Progressed {
        obligation: obligation.into(),
        cumulative,
    }
}

fn allocated(figures: &Projection) -> Vec<String> {
    figures
        .obligations
        .iter()
        .map(|known| known.allocated.amount_text())
        .collect()
}

/// North and south for 100 each. Half of the north is done when a first modification lets the contract begin anew: 50 is
/// left of the north, 100 of the south, and so are their prices. A second one, on what is not distinct, states 160 for all
/// of the north, so 80 for what the contract has of it: its 90 go 80 to 100, 40 and 50. Before the third half of what the
/// contract had of the north is done: 45 and 150 are left with 85 more, at prices of 40 and 100: 80 and 200.
#[test]
fn a_price_that_is_stated_again_is_of_what_the_contract_has() {
    let terms = bundle(
        usd("200.00"),
        &[
            ("north", usd("100.00"), Measure::Percent),
            ("south", usd("100.00"), Measure::Percent),
        ],
    );
    let of_price = |id: &str, amount: &str| ContractModification {
        price_change: Some(usd(amount)),
        ..ContractModification::new(id)
    };
    let second = ContractModification {
        remaining_distinct: false,
        changes: vec![ObligationChange {
            ssp: Some(usd("160.00")),
            ..ObligationChange::of("north")
        }],
        ..of_price("second", "90.00")
    };
    let commands = [
        incept(terms, "2025-01-01"),
        tell("2025-02-01", surveyed("north", dec!(0.50))),
        tell("2025-03-01", Fact::modified(ContractModification::new("first"))),
        tell("2025-06-01", Fact::modified(second)),
        tell("2025-08-01", surveyed("north", dec!(0.75))),
        tell("2025-09-01", Fact::modified(of_price("third", "85.00"))),
    ];
    let contract = decide_all(&commands, "2025-09-01").unwrap();
    let at = |on: &str| project(contract.facts(), &as_of(on)).unwrap();
    assert_eq!(allocated(&at("2025-05-31")), ["100.00", "100.00"]);
    assert_eq!(allocated(&at("2025-06-30")), ["140.00", "150.00"]); // 50 + 50 + 40, 100 + 50
    assert_eq!(at("2025-08-31").obligations[0].recognised, usd("95.00")); // 50 + 90 / 2
    assert_eq!(allocated(&at("2025-09-30")), ["175.00", "200.00"]); // 95 + 80, 200
    let treatments: Vec<_> = at("2025-09-30")
        .modifications
        .iter()
        .map(|m| m.judged.treatment)
        .collect();
    assert_eq!(
        treatments,
        [
            ModificationTreatment::Prospective,
            ModificationTreatment::CumulativeCatchUp,
            ModificationTreatment::Prospective
        ]
    );
}

/// A service of 2025 for 1,200 beside a project for 600, not begun. In the middle of the year the service is made longer
/// by a year for 1,200 more: 18 months remain, worth 1,800, which neither 1,200 nor the half of it says. 600 + 600 +
/// 1,200 go 1,800 to 600.
#[test]
fn a_longer_term_needs_the_price_of_what_remains() {
    let service = Measure::Time {
        period: Some(Period::inclusive(day("2025-01-01"), day("2025-12-31")).unwrap()),
        convention: Some(Convention::MonthsTouched),
    };
    let terms = bundle(
        usd("1800.00"),
        &[
            ("service", usd("1200.00"), service),
            ("project", usd("600.00"), Measure::Percent),
        ],
    );
    let contract = decide_all(&[incept(terms, "2025-01-01")], "2025-01-01").unwrap();
    let longer = |change: ObligationChange| {
        let modification = ContractModification {
            price_change: Some(usd("1200.00")),
            changes: vec![ObligationChange {
                last_day: Some(day("2026-12-31")),
                ..change
            }],
            ..ContractModification::new("longer")
        };
        decide(
            &contract,
            &tell("2025-07-01", Fact::modified(modification)),
            "2025-07-01",
        )
    };
    for unclear in [
        ObligationChange::of("service"),
        ObligationChange {
            ssp: Some(usd("1200.00")),
            ..ObligationChange::of("service")
        },
    ] {
        let refusal = longer(unclear).unwrap_err();
        assert_eq!(
            (refusal.code(), refusal.to_string().as_str()),
            (
                "standalone_price_required",
                "`service` changes on 2025-07-01: state `ssp_remaining` as of that date (ASC 606-10-25-13(a), IFRS 15.21(a))"
            )
        );
    }
    let contract = longer(ObligationChange {
        ssp_remaining: Some(usd("1800.00")),
        ..ObligationChange::of("service")
    })
    .unwrap();
    let figures = project(contract.facts(), &as_of("2025-07-31")).unwrap();
    assert_eq!(allocated(&figures), ["2400.00", "600.00"]); // 600 + 1,800
    assert_eq!(figures.recognised(), usd("700.00")); // 600, and 1,800 / 18
}

/// 1,200 for the year 2026, of which two months, 200, are served on the first of March. An additional service of 2026 for
/// 1,200 is no modification of that day when it has begun before: it is added from that day, at 120 of its ten months each
/// month, or it was performed before, and the fact that says so brings two of twelve months, 200, at once.
#[test]
fn a_service_that_is_added_does_not_begin_before_the_modification() {
    let year = |first: &str| Measure::Time {
        period: Some(Period::inclusive(day(first), day("2026-12-31")).unwrap()),
        convention: Some(Convention::MonthsTouched),
    };
    let begun = incept(
        bundle(usd("1200.00"), &[("basic", usd("1200.00"), year("2026-01-01"))]),
        "2026-01-01",
    );
    let added = |measure, price_reflects_ssp| {
        let modification = ContractModification {
            added_distinct: true,
            price_reflects_ssp,
            price_change: Some(usd("1200.00")),
            adds: vec![Obligation::new(
                "more",
                StandalonePrice::observable(usd("1200.00")),
                measure,
            )],
            ..ContractModification::new("m")
        };
        tell("2026-03-01", Fact::modified(modification))
    };
    let contract = decide_all(&[begun], "2026-03-01").unwrap();
    for separate in [false, true] {
        let refusal = decide(&contract, &added(year("2026-01-01"), separate), "2026-03-01").unwrap_err();
        assert_eq!(refusal.code(), "invalid_amount");
        assert_eq!(
            refusal.to_string(),
            "`adds.measure.period` is 2026-01-01 to 2026-12-31 of `more`, expected a service from 2026-03-01, the day of \
             the modification, or later; of one that was performed before, add it without a period and tell \
             `service_started`"
        );
        let from_now = decide(&contract, &added(year("2026-03-01"), separate), "2026-03-01").unwrap();
        let at_once = effects(from_now.facts(), &as_of("2026-03-01")).unwrap();
        assert_eq!(at_once.last().unwrap().revenue, usd("0.00"));
    }
    let open = Measure::Time {
        period: None,
        convention: Some(Convention::MonthsTouched),
    };
    let before = Fact::ServiceStarted {
        obligation: "more".into(),
        period: Period::inclusive(day("2026-01-01"), day("2026-12-31")).unwrap(),
    };
    let contract = decide(&contract, &added(open, true), "2026-03-01").unwrap();
    let contract = decide(&contract, &tell("2026-03-01", before), "2026-03-01").unwrap();
    let at_once = effects(contract.facts(), &as_of("2026-03-01")).unwrap();
    assert_eq!(at_once.last().unwrap().revenue, usd("200.00"));
}

/// Of 1,000 for two halves, 100 are payable to the customer: 900 are left, and with the first half 50 of the 100 are taken
/// off. A separate contract for 900 more leaves that as it was.
#[test]
fn a_separate_contract_takes_no_part_of_what_is_payable_to_the_customer() {
    let mut terms = bundle(usd("1000.00"), &[("work", usd("1000.00"), Measure::Percent)]);
    terms.consideration.push(Consideration::PayableToCustomer {
        id: "fee".into(),
        amount: usd("100.00"),
        distinct_goods: DistinctGoods::None,
        allocate_to: Vec::new(),
    });
    let more = ContractModification {
        added_distinct: true,
        price_reflects_ssp: true,
        price_change: Some(usd("900.00")),
        adds: vec![Obligation::new(
            "more",
            StandalonePrice::observable(usd("900.00")),
            Measure::Percent,
        )],
        ..ContractModification::new("m")
    };
    let commands = [
        incept(terms, "2026-01-01"),
        tell("2026-01-31", surveyed("work", dec!(0.5))),
        tell("2026-02-01", Fact::modified(more)),
    ];
    for count in [2, 3] {
        let contract = decide_all(&commands[..count], "2026-02-01").unwrap();
        let figures = project(contract.facts(), &as_of("2026-02-28")).unwrap();
        assert_eq!(figures.recognised(), usd("450.00"));
        let payable = figures
            .day
            .balance(l2c_ledger::Role::ConsiderationPayableToCustomer);
        assert_eq!(payable, usd("-50.00"));
    }
}
