//! Before there is a contract; discounts of bundles.

use super::*;
use contract::{AT_ONCE, bundle, usd};
use l2c_money::dec;

fn waiting() -> TermsDocument {
    let mut terms = posting(bundle(
        usd("1000.00"),
        &[
            ("machine", usd("600.00"), AT_ONCE),
            ("service", usd("400.00"), service("2025-01-01", "2025-12-31")),
        ],
    ));
    terms.obligations[0].unit_cost = Some(usd("350.00"));
    terms.criteria_met = false;
    terms
}

/// The machine (600, its cost 350) is delivered in January and 300 is received, while it is not probable that the rest
/// will be. In March it is: 600 and three of twelve months of 400 are caught up, 700 in all, of which 300 is received.
#[test]
fn performance_before_there_is_a_contract_is_caught_up_with_its_cost_in_the_books() {
    let facts = [
        contract::satisfy("machine", "2025-01-10"),
        pay("2025-01-15", "300.00"),
        tell("2025-03-20", json!({"type": "criteria_met"})),
    ];
    let contract = told(waiting(), "2025-01-01", &facts);
    let roles = [
        Role::Revenue,
        Role::CostOfRevenue,
        Role::Inventory,
        Role::DepositLiability,
        Role::ContractAsset,
    ];
    let waits = ["0.00", "350.00", "-350.00", "-300.00", "0.00"];
    assert_eq!(balances(&contract, "2025-01-31", roles), waits);
    assert_eq!(balances(&contract, "2025-03-19", roles), waits);
    let met = ["-700.00", "350.00", "-350.00", "0.00", "400.00"];
    assert_eq!(balances(&contract, "2025-03-31", roles), met);
    let figures = at(&contract, "2025-04-30");
    let months: Vec<String> = figures
        .months
        .iter()
        .map(|row| format!("{} {}", row.month, row.recognised.amount_text()))
        .collect();
    // A twelfth of 400 is 33.33; four of them come to 133.33.
    assert_eq!(months, ["2025-01 0.00", "2025-03 700.00", "2025-04 33.33"]);
    assert_eq!(figures.recognised(), usd("733.33"));
}

#[test]
fn a_policy_may_refuse_performance_before_there_is_a_contract() {
    let mut terms = waiting();
    terms.policy.performance_before_contract = PerformanceBeforeContract::Refuse;
    let contract = told(terms, "2025-01-01", &[]);
    insta::assert_snapshot!(
        refusal(&contract, &contract::satisfy("machine", "2025-01-10")),
        @r"
        contract_criteria_not_met: `satisfied` on 2025-01-10 is before the criteria of a contract are met (ASC 606-10-25-1, IFRS 15.9)
        "
    );
}

/// Alone 40, 55 and 45, together 100: a discount of 40. The second and the third are sold for 60 together, the same
/// discount. Within 5 % of 40, which is 2, a price of 62 shows substantially the same; 62.01 does not, and the discount
/// is everybody's: 40, 55 and 45 of 140.
#[test]
fn a_discount_is_a_bundles_within_a_tolerance() {
    let shares = |price: &str, tolerance| {
        let mut terms = bundle(
            usd("100.00"),
            &[
                ("a", usd("40.00"), AT_ONCE),
                ("b", usd("55.00"), AT_ONCE),
                ("c", usd("45.00"), AT_ONCE),
            ],
        );
        terms.allocation.bundles = vec![Bundle {
            members: vec!["b".into(), "c".into()],
            price: usd(price),
            regularly_sold: true,
        }];
        if let Some(tolerance) = tolerance {
            terms.allocation.discount_tolerance = tolerance;
        }
        allocated(&told(terms, "2025-01-01", &[]), "2025-01-01")
    };
    let targeted = ["a 40.00", "b 33.00", "c 27.00"]; // 60 by 55 and 45
    let shared = ["a 28.57", "b 39.29", "c 32.14"];
    assert_eq!(shares("60.00", None), targeted);
    assert_eq!(shares("62.00", None), targeted);
    assert_eq!(shares("58.00", None), targeted);
    assert_eq!(shares("62.01", None), shared);
    assert_eq!(shares("57.99", None), shared);
    assert_eq!(shares("60.00", Some(dec!(0))), targeted);
    assert_eq!(shares("60.01", Some(dec!(0))), shared);
}
