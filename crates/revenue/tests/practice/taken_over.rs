//! Contracts that begin in these books in the middle of their life.

use super::*;
use contract::{bundle, usd};

fn service_of_two_years() -> TermsDocument {
    posting(bundle(
        usd("2400.00"),
        &[("service", usd("2400.00"), service("2024-01-01", "2025-12-31"))],
    ))
}

fn opening(recognised: &str, billed: &str) -> RevenueCommand {
    tell(
        "2025-01-01",
        json!({"type": "taken_over", "opening": {"billed": money(billed), "received": money(billed),
            "obligations": [{"obligation": "service", "allocated": money("2400.00"), "recognised": money(recognised)}]}}),
    )
}

/// The modified retrospective method (606-10-65-1(d)(2), IFRS 15.C3(b)): what is not complete at the date of adoption is
/// restated as of it. The old standard had recognised 900 of 2,400 by then, a year of two is 1,200: 300 go to retained
/// earnings, none to revenue, and 100 a month follow.
#[test]
fn a_modified_retrospective_transition_adjusts_equity_and_not_revenue() {
    let contract = told(
        service_of_two_years(),
        "2024-01-01",
        &[opening("1200.00", "1500.00")],
    );
    let figures = at(&contract, "2025-03-31");
    let restated = figures.taken_over.as_ref().unwrap();
    assert_eq!(restated.recognised, usd("1200.00"));
    assert_eq!(restated.position.contract_liability(), usd("300.00"));
    let moved: Vec<String> = figures
        .postings()
        .unwrap()
        .iter()
        .flat_map(contract::lines)
        .filter(|line| line.contains(" revenue "))
        .collect();
    assert_eq!(moved, ["cr revenue 100.00 USD (rev_1/service)"; 3]);
    // The adjustment is the difference to what the old standard shows, role by role.
    let old = |role, balance| ReportedBalance {
        on: day("2024-12-31"),
        role,
        balance: usd(balance),
    };
    let before = told(
        service_of_two_years(),
        "2024-01-01",
        &[bill("2024-01-01", "inv_1", "1500.00")],
    );
    let reported = [
        old(Role::Revenue, "-900.00"),
        old(Role::ContractLiability, "-600.00"),
        old(Role::Receivable, "1500.00"),
    ];
    let differences = parallel_run(
        before.facts(),
        as_of("2024-12-31").known_at,
        Book::Asc606,
        &reported,
    )
    .unwrap();
    let shown: Vec<_> = differences.iter().map(|row| (row.role, row.difference)).collect();
    assert_eq!(
        shown,
        [
            (Role::Revenue, usd("-300.00")),
            (Role::ContractLiability, usd("300.00"))
        ]
    );
}

/// An acquirer measures a contract liability as if it had made the contract (805-20-30-28): what the acquired company
/// had deferred goes on, and only what is performed from then on is the acquirer's revenue.
#[test]
fn a_contract_of_a_business_that_is_acquired_goes_on_with_its_liability() {
    let contract = told(
        service_of_two_years(),
        "2024-01-01",
        &[opening("1200.00", "2400.00")],
    );
    let roles = [Role::Revenue, Role::ContractLiability, Role::Receivable];
    let first = at(&contract, "2025-01-31");
    let acquired = first.taken_over.as_ref().unwrap();
    assert_eq!(acquired.balance(Role::ContractLiability), usd("-1200.00"));
    assert_eq!(
        balances(&contract, "2025-01-31", roles),
        ["-1300.00", "-1100.00", "0.00"]
    );
    let posted: Vec<String> = first
        .postings()
        .unwrap()
        .iter()
        .flat_map(contract::lines)
        .collect();
    assert_eq!(
        posted,
        [
            "dr contract_liability 100.00 USD (rev_1)",
            "cr revenue 100.00 USD (rev_1/service)"
        ]
    );
}
