//! Returns beside a modification, prices at its date, rights that are not exercised, the end of a contract.

use super::*;
use contract::{AT_ONCE, bundle, satisfy, usd};

/// 120 units for 12,000. After 60 of them 40 more are added for 3,200; what remains is distinct: 6,000 and 3,200 for
/// 100 units, 92 each. What comes back comes back from the oldest units, at the 100 that they were sold for.
#[test]
fn units_that_come_back_after_a_modification_are_the_oldest() {
    let mut terms = posting(bundle(
        usd("12000.00"),
        &[("pump", usd("12000.00"), units("120"))],
    ));
    terms.obligations[0].returns = Some(Returns {
        expected_units: l2c_money::dec!(6),
        recovery_cost_per_unit: None,
    });
    terms.obligations[0].unit_cost = Some(usd("50.00"));
    let modified = json!({"type": "modified", "modification": {"id": "more", "price_change": money("3200.00"),
        "changes": [{"obligation": "pump", "total": "160"}]}});
    let estimate = json!({"type": "estimate_changed", "estimate":
        {"of": "returns", "obligation": "pump", "expected_units": "10"}});
    let back = |quantity: &str| json!({"type": "returned", "obligation": "pump", "quantity": quantity, "settlement": "receivable"});
    let facts = [
        bill("2025-01-01", "inv_1", "12000.00"),
        deliver("2025-01-10", "pump", "60"),
        tell("2025-02-01", modified),
        bill("2025-02-01", "inv_2", "3200.00"),
        deliver("2025-02-10", "pump", "50"),
        tell("2025-02-20", estimate),
        tell("2025-03-10", back("10")),
        tell("2025-04-10", back("55")),
        tell(
            "2025-05-10",
            json!({"type": "return_lapsed", "obligation": "pump"}),
        ),
        deliver("2025-05-20", "pump", "50"),
    ];
    let contract = told(terms, "2025-01-01", &facts);
    let roles = [
        Role::Revenue,
        Role::RefundLiability,
        Role::ReturnAsset,
        Role::Inventory,
        Role::Receivable,
    ];
    // 54 of 60 at 100.
    let january = ["-5400.00", "-600.00", "300.00", "-3000.00", "12000.00"];
    assert_eq!(balances(&contract, "2025-01-31", roles), january);
    // 60 at 100 and 50 at 92 are 10,600; the ten expected back are of the first.
    let february = ["-9600.00", "-1000.00", "500.00", "-5500.00", "15200.00"];
    assert_eq!(balances(&contract, "2025-02-28", roles), february);
    // They come back: nothing is counted twice.
    let march = ["-9600.00", "0.00", "0.00", "-5000.00", "14200.00"];
    assert_eq!(balances(&contract, "2025-03-31", roles), march);
    // 65 are all of the first 60 and five of the next: 6,000 and 460 of 10,600.
    let april = ["-4140.00", "0.00", "0.00", "-2250.00", "8740.00"];
    assert_eq!(balances(&contract, "2025-04-30", roles), april);
    // The last 50 at 92 are 4,600: 95 units at 92.
    let may = ["-8740.00", "0.00", "0.00", "-4750.00", "8740.00"];
    assert_eq!(balances(&contract, "2025-05-31", roles), may);
    assert_eq!(at(&contract, "2025-05-31").transaction_price, usd("8740.00"));
}

fn support_and_hosting() -> TermsDocument {
    posting(bundle(
        usd("2400.00"),
        &[
            ("support", usd("1200.00"), service("2025-01-01", "2025-12-31")),
            ("hosting", usd("1200.00"), service("2025-01-01", "2025-12-31")),
        ],
    ))
}

fn longer(ssp_remaining: Option<&str>) -> Value {
    let mut change = json!({"obligation": "support", "last_day": "2026-12-31"});
    if let Some(price) = ssp_remaining {
        change["ssp_remaining"] = money(price);
    }
    json!({"type": "modified", "modification": {"id": "longer", "price_change": money("600.00"), "changes": [change]}})
}

/// After half a year the support goes on for a year more, for 600. 600 of each service are left, with the 600 more
/// 1,800. A price of 1,400 for the 18 months of support beside 600 for six of hosting gives 1,260 and 540.
#[test]
fn a_modification_that_changes_the_term_asks_for_the_price_at_its_date() {
    let contract = told(support_and_hosting(), "2025-01-01", &[]);
    insta::assert_snapshot!(refusal(&contract, &tell("2025-07-01", longer(None))), @r"
    standalone_price_required: `support` changes on 2025-07-01: state `ssp_remaining` as of that date (ASC 606-10-25-13(a), IFRS 15.21(a))
    ");
    let priced = told(
        support_and_hosting(),
        "2025-01-01",
        &[tell("2025-07-01", longer(Some("1400.00")))],
    );
    assert_eq!(
        allocated(&priced, "2025-07-31"),
        ["support 1860.00", "hosting 1140.00"]
    );
    // July: 1,200 before, then 1,260 / 18 and 540 / 6.
    assert_eq!(recognised(&priced, "2025-07-31"), "1360.00");
    // Carried forward, what is left of the support is worth half of its 1,200: the 1,800 are shared evenly.
    let mut terms = support_and_hosting();
    terms.policy.standalone_at_modification = StandaloneAtModification::CarriedForward;
    let carried = told(terms, "2025-01-01", &[tell("2025-07-01", longer(None))]);
    assert_eq!(
        allocated(&carried, "2025-07-31"),
        ["support 1500.00", "hosting 1500.00"]
    );
}

/// 1,300 for a service of 1,000 and a right worth 300. After half a year 300 more is paid for a module of 300: 500 of
/// the service, 300 of the right and the 300 are shared by 500, 300 and 300. Where rights stay out, 800 by 500 and 300.
#[test]
fn a_right_that_is_not_exercised_joins_what_is_allocated_anew() {
    let shares = |joins: bool| {
        let mut terms = posting(bundle(
            usd("1300.00"),
            &[
                ("service", usd("1000.00"), service("2025-01-01", "2025-12-31")),
                ("option", usd("300.00"), Measure::MaterialRight),
            ],
        ));
        terms.policy.rights_join_modifications = joins;
        let module = json!({"id": "module", "measure": {"kind": "point_in_time"},
            "ssp": {"method": "observable", "price": money("300.00")}});
        let modified = json!({"type": "modified", "modification":
            {"id": "more", "added_distinct": true, "price_change": money("190.00"), "adds": [module]}});
        allocated(
            &told(terms, "2025-01-01", &[tell("2025-07-01", modified)]),
            "2025-07-01",
        )
    };
    // 990 by 500, 300, 300: 450, 270, 270; the service has earned 500 before.
    assert_eq!(shares(true), ["service 950.00", "option 270.00", "module 270.00"]);
    // 690 by 500 and 300: 431.25 and 258.75.
    assert_eq!(
        shares(false),
        ["service 931.25", "option 300.00", "module 258.75"]
    );
}

/// Two contracts of one negotiation, each with a bundle of its own; together all discounts are the bundles'.
#[test]
fn combined_contracts_keep_their_bundles() {
    let terms = |contract: &str, a: &str, b: &str, price: &str| {
        let mut terms = bundle(
            usd(price),
            &[(a, usd("60.00"), AT_ONCE), (b, usd("40.00"), AT_ONCE)],
        );
        terms.contract = contract.parse().unwrap();
        terms.consideration = vec![Consideration::fixed(format!("price {contract}"), usd(price))];
        terms.allocation.bundles = vec![Bundle {
            members: vec![a.into(), b.into()],
            price: usd(price),
            regularly_sold: true,
        }];
        terms
    };
    let first = told(
        terms("rev_1", "a", "b", "90.00"),
        "2025-01-01",
        &[satisfy("a", "2025-01-20")],
    );
    let second = told(
        terms("rev_2", "c", "d", "70.00"),
        "2025-01-05",
        &[satisfy("d", "2025-01-10")],
    );
    let combined = combine(&[first.facts(), second.facts()]).unwrap();
    let figures = project(&combined, &as_of("2025-01-31")).unwrap();
    let shares: Vec<String> = figures
        .obligations
        .iter()
        .map(|o| o.allocated.amount_text())
        .collect();
    // 160 for 200: the discount is 40, 10 of one bundle and 30 of the other. Relative prices would give 48 and 32.
    assert_eq!(shares, ["54.00", "36.00", "42.00", "28.00"]);
    assert_eq!(figures.recognised(), usd("82.00"));
}

/// 1,600 for a licence of 400, delivered, and a year of support for 1,200. Billed and paid are 1,000; at the end of
/// September 300 are paid back: 700 are kept, 1,300 recognised. The 600 less are the support's, in September: neither
/// the licence nor a month before is cut.
#[test]
fn the_end_of_a_contract_cuts_no_month_before_and_nothing_that_is_finished() {
    let terms = posting(bundle(
        usd("1600.00"),
        &[
            ("licence", usd("400.00"), AT_ONCE),
            ("support", usd("1200.00"), service("2025-01-01", "2025-12-31")),
        ],
    ));
    let facts = [
        satisfy("licence", "2025-01-10"),
        bill("2025-01-10", "inv_1", "1000.00"),
        pay("2025-02-10", "1000.00"),
        tell(
            "2025-09-30",
            json!({"type": "terminated", "refund": money("300.00")}),
        ),
    ];
    let contract = told(terms, "2025-01-01", &facts);
    let figures = at(&contract, "2025-12-31");
    let of_month = |month: &str| {
        let row = figures
            .months
            .iter()
            .find(|row| row.month.to_string() == month)
            .unwrap();
        row.by_obligation
            .iter()
            .map(|amount| amount.amount_text())
            .collect::<Vec<_>>()
    };
    assert_eq!(of_month("2025-01"), ["400.00", "100.00"]);
    for month in [
        "2025-02", "2025-03", "2025-04", "2025-05", "2025-06", "2025-07", "2025-08",
    ] {
        assert_eq!(of_month(month), ["0.00", "100.00"], "{month}");
    }
    assert_eq!(of_month("2025-09"), ["0.00", "-500.00"]); // 100 earned, 600 taken back
    assert_eq!(figures.recognised(), usd("700.00"));
    let roles = [
        Role::ContractAsset,
        Role::ContractLiability,
        Role::RefundLiability,
        Role::Receivable,
    ];
    assert_eq!(
        balances(&contract, "2025-12-31", roles),
        ["0.00", "0.00", "-300.00", "0.00"]
    );
}

/// Support and hosting for a year at 1,200 each. From July there is no support: 540 less. Of the 1,200 that are left 660
/// are for the hosting, 110 a month; the support stays at its 600. Of the day before no price need be stated.
#[test]
fn a_service_that_ends_before_the_others_leaves_nothing_of_itself() {
    let ends = |last: &str| {
        json!({"type": "modified", "modification": {"id": "no support", "price_change": money("-540.00"),
            "changes": [{"obligation": "support", "last_day": last}]}})
    };
    let facts = [tell("2025-07-01", ends("2025-06-30"))];
    let contract = told(support_and_hosting(), "2025-01-01", &facts);
    assert_eq!(
        allocated(&contract, "2025-07-31"),
        ["support 600.00", "hosting 1260.00"]
    );
    assert_eq!(recognised(&contract, "2025-06-30"), "1200.00");
    assert_eq!(recognised(&contract, "2025-07-31"), "1310.00");
    assert_eq!(recognised(&contract, "2025-12-31"), "1860.00");
    assert!(at(&contract, "2025-12-31").is_fulfilled());
    // Both end: nothing is left, of nothing.
    let both = json!({"type": "modified", "modification": {"id": "none", "price_change": money("-1200.00"), "changes": [
        {"obligation": "support", "last_day": "2025-06-30"}, {"obligation": "hosting", "last_day": "2025-06-30"}]}});
    let contract = told(support_and_hosting(), "2025-01-01", &[tell("2025-07-01", both)]);
    assert_eq!(recognised(&contract, "2025-12-31"), "1200.00");
    // A service that has not begun is called off; its 300 of 1,500 go to what remains.
    let mut later = support_and_hosting();
    later.obligations[0].measure = service("2025-07-01", "2025-12-31");
    let contract = told(later, "2025-01-01", &[tell("2025-07-01", ends("2025-06-30"))]);
    assert_eq!(
        allocated(&contract, "2025-07-31"),
        ["support 0.00", "hosting 1860.00"]
    );
    let contract = told(support_and_hosting(), "2025-01-01", &[]);
    insta::assert_snapshot!(refusal(&contract, &tell("2025-07-01", ends("2025-06-29"))), @r"
    invalid_amount: `changes.last_day` is 2025-06-29, expected 2025-06-30 or later: with the day before the modification of 2025-07-01 nothing of `support` remains (ASC 606-10-25-13(a), IFRS 15.21(a))
    ");
    let units = json!({"type": "modified", "modification": {"id": "units",
        "changes": [{"obligation": "support", "total": "6"}]}});
    insta::assert_snapshot!(refusal(&contract, &tell("2025-07-01", units)), @r"
    invalid_amount: `changes.total` is 6, expected nothing: `support` is satisfied over time and has no units; `last_day` changes its end, `price_change` what is paid for less of it
    ");
}
