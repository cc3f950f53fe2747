//! Figures worked out by hand.
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
use l2c_calendar::{FiscalCalendar, FiscalMonth};
use l2c_ledger::{Role, TrialBalance};
use l2c_money::{Currency, Money};
use l2c_revenue::*;

fn month(text: &str) -> FiscalMonth {
    text.parse().unwrap()
}

fn amounts(obligation: &ObligationFigures) -> Vec<String> {
    obligation
        .schedule
        .iter()
        .map(|row| format!("{} {}", row.month, row.amount.amount_text()))
        .collect()
}

/// ASC 606-10-55-256 to 55-258, Example 33: products A, B and C for 100, alone 50, 25 and 75. The standard prints
/// 33, 17 and 50.
#[test]
fn example_33_allocation_methodology() {
    let terms = bundle(
        usd("100.00"),
        &[
            ("a", usd("50.00"), AT_ONCE),
            ("b", usd("25.00"), AT_ONCE),
            ("c", usd("75.00"), AT_ONCE),
        ],
    );
    let contract = decide_all(&[incept(terms, "2018-01-01")], "2018-01-01").unwrap();
    let figures = project(contract.facts(), &as_of("2018-01-31")).unwrap();
    let allocated: Vec<Money> = figures.obligations.iter().map(|o| o.allocated).collect();
    assert_eq!(allocated, [usd("33.33"), usd("16.67"), usd("50.00")]);
    assert!(figures.months.is_empty() && !figures.is_fulfilled());
}

/// ASC 606-10-55-141 to 55-145, Example 11 in its shape: a licence and support, each distinct. Together 1,000, alone
/// 900 and 300: 750 and 250.
fn licence_with_support() -> Vec<RevenueCommand> {
    let terms = bundle(
        usd("1000.00"),
        &[
            ("licence", usd("900.00"), AT_ONCE),
            ("support", usd("300.00"), SERVICE),
        ],
    );
    vec![
        incept(terms, "2017-03-15"),
        satisfy("licence", "2017-03-20"),
        start("support", "2017-03-20", "2018-03-19"),
        bill("inv_licence", usd("750.00"), "2017-03-20"),
        bill("inv_support_1", usd("62.50"), "2017-03-20"),
        bill("inv_support_2", usd("62.50"), "2017-06-20"),
        bill("inv_support_3", usd("62.50"), "2017-09-20"),
        bill("inv_support_4", usd("62.50"), "2017-12-20"),
    ]
}

/// Cumulative days 12, 42, 73, 103, 134, 165, 195, 226, 256, 287, 318, 346, 365 of 365, times 250.00, rounded:
/// 8.22, 28.77, 50.00, 70.55, 91.78, 113.01, 133.56, 154.79, 175.34, 196.58, 217.81, 236.99, 250.00.
#[test]
fn a_licence_is_revenue_at_once_and_support_by_day() {
    let contract = decide_all(&licence_with_support(), "2017-12-31").unwrap();
    let figures = project(contract.facts(), &as_of("2017-03-31")).unwrap();
    let [licence, support] = figures.obligations.as_slice() else {
        panic!("two obligations")
    };
    assert_eq!(
        (licence.allocated, support.allocated),
        (usd("750.00"), usd("250.00"))
    );
    assert_eq!(amounts(licence), ["2017-03 750.00"]);
    assert_eq!(
        amounts(support),
        [
            "2017-03 8.22",
            "2017-04 20.55",
            "2017-05 21.23",
            "2017-06 20.55",
            "2017-07 21.23",
            "2017-08 21.23",
            "2017-09 20.55",
            "2017-10 21.23",
            "2017-11 20.55",
            "2017-12 21.24",
            "2018-01 21.23",
            "2018-02 19.18",
            "2018-03 13.01",
        ]
    );
    assert_eq!(
        (support.recognised, support.remaining),
        (usd("8.22"), usd("241.78"))
    );
}

/// Billed 812.50 in March against 758.22 of revenue: a liability of 54.28. It runs down to 33.73 in April and 12.50
/// in May; June bills 62.50 and recognises 20.55: 54.45.
#[test]
fn balances_and_journals_month_by_month() {
    let contract = decide_all(&licence_with_support(), "2018-03-31").unwrap();
    let figures = project(contract.facts(), &as_of("2018-03-31")).unwrap();
    let liabilities: Vec<String> = figures
        .months
        .iter()
        .take(4)
        .map(|row| row.position.contract_liability().amount_text())
        .collect();
    assert_eq!(liabilities, ["54.28", "33.73", "12.50", "54.45"]);
    let last = figures.months.last().unwrap();
    assert!(figures.is_fulfilled() && last.position.net().is_zero() && last.remaining.is_zero());
    assert_eq!(
        (last.billed_to_date, last.recognised_to_date),
        (usd("1000.00"), usd("1000.00"))
    );

    let postings = figures.postings().unwrap();
    assert_eq!(
        lines(&postings[0]),
        [
            "dr billing_clearing 812.50 USD (rev_1)",
            "cr contract_liability 54.28 USD (rev_1)",
            "cr revenue 750.00 USD (rev_1/licence)",
            "cr revenue 8.22 USD (rev_1/support)",
        ]
    );
    assert_eq!(
        lines(&postings[1]),
        [
            "dr contract_liability 20.55 USD (rev_1)",
            "cr revenue 20.55 USD (rev_1/support)",
        ]
    );
    insta::assert_json_snapshot!(postings[0].header(), @r#"
    {
      "id": "rev_1/2017-03",
      "posting_date": "2017-03-31",
      "effective_date": "2017-03-31",
      "source": "rev_1 through 2017-03-31",
      "memo": "Revenue of 2017-03",
      "citations": [
        "ASC 606-10-25-30",
        "ASC 606-10-25-31",
        "ASC 606-10-45-1",
        "ASC 606-10-45-2"
      ]
    }
    "#);
    assert_eq!(
        postings[1].header().citations,
        ["ASC 606-10-25-31", "ASC 606-10-45-2"]
    );
}

/// Delivered before it is billed: a contract asset of 758.22 in March, which the invoice of April turns into a
/// liability. It is never shown as both.
#[test]
fn the_net_position_changes_sides() {
    let mut commands = licence_with_support();
    commands.truncate(3);
    commands.push(bill("inv_1", usd("1000.00"), "2017-04-05"));
    let contract = decide_all(&commands, "2017-04-30").unwrap();
    let figures = project(contract.facts(), &as_of("2017-04-30")).unwrap();
    let march = figures.at(month("2017-03")).unwrap().position;
    assert_eq!(
        (march.contract_asset(), march.contract_liability()),
        (usd("758.22"), usd("0.00"))
    );
    let april = figures.position();
    assert_eq!(
        (april.contract_asset(), april.contract_liability()),
        (usd("0.00"), usd("221.23"))
    );
    assert_eq!(
        lines(&figures.postings().unwrap()[1]),
        [
            "dr billing_clearing 1000.00 USD (rev_1)",
            "cr contract_asset 758.22 USD (rev_1)",
            "cr contract_liability 221.23 USD (rev_1)",
            "cr revenue 20.55 USD (rev_1/support)",
        ]
    );
}

/// A credit note in full and a new invoice in the next month: revenue does not move, the liability does.
#[test]
fn a_credit_note_and_its_replacement() {
    let mut commands = licence_with_support();
    commands.extend([
        bill("crn_1", usd("-750.00"), "2017-04-10"),
        bill("inv_5", usd("750.00"), "2017-05-02"),
    ]);
    let contract = decide_all(&commands, "2017-05-31").unwrap();
    let figures = project(contract.facts(), &as_of("2017-05-31")).unwrap();
    let april = figures.at(month("2017-04")).unwrap();
    // Recognised 778.77, billed 62.50.
    assert_eq!((april.billed, april.recognised), (usd("-750.00"), usd("20.55")));
    assert_eq!(april.position.contract_asset(), usd("716.27"));
    assert_eq!(figures.position().contract_liability(), usd("12.50"));
}

/// The licence is found in June to have been delivered in March, when March and April are closed: both keep their
/// figures, and the difference of March posts in May with March as its origin.
#[test]
fn a_late_fact_posts_in_the_first_open_month() {
    let mut commands = licence_with_support();
    let late = commands.remove(1);
    let contract = decide_all(&commands, "2017-03-31").unwrap();
    let mut posted = Vec::new();
    for (end, run) in [("2017-03-31", "run-1"), ("2017-04-30", "run-2")] {
        let calendar = FiscalCalendar::open_from(FiscalMonth::of(day(end)));
        let figures = project(contract.facts(), &as_of(end)).unwrap();
        posted.extend(figures.post(&posted, &calendar, run).unwrap());
    }
    let contract = decide(&contract, &late, "2017-06-02").unwrap();
    let calendar = FiscalCalendar::open_from(month("2017-05"));
    let figures = project(contract.facts(), &as_of("2017-05-31")).unwrap();
    let run = figures.post(&posted, &calendar, "run-3").unwrap();
    assert!(
        run.iter()
            .all(|entry| entry.header().posting_month() == month("2017-05"))
    );
    let (origin, correction) = (run[0].header(), lines(&run[0]));
    assert_eq!(origin.origin_month(), month("2017-03"));
    assert_eq!(
        correction,
        [
            "dr contract_liability 750.00 USD (rev_1)",
            "cr revenue 750.00 USD (rev_1/licence)",
        ]
    );
    insta::assert_json_snapshot!(origin, @r#"
    {
      "id": "rev_1/2017-03/run-3",
      "posting_date": "2017-05-31",
      "effective_date": "2017-03-31",
      "source": "rev_1 through 2017-05-31",
      "memo": "Revenue of 2017-03, known late",
      "citations": [
        "ASC 606-10-25-30",
        "ASC 606-10-45-2"
      ]
    }
    "#);

    posted.extend(run);
    assert!(figures.post(&posted, &calendar, "run-4").unwrap().is_empty());
    let books = TrialBalance::of(&posted).unwrap();
    let entity = figures.entity;
    let balance = |role| books.balance(entity, role, Currency::USD);
    assert_eq!(balance(Role::Revenue), usd("-800.00"));
    assert_eq!(balance(Role::ContractLiability), usd("-12.50"));

    // What was known at the end of April is still known as it was.
    let then = View {
        known_at: noon(day("2017-04-30")),
        ..as_of("2017-04-30")
    };
    let figures = project(contract.facts(), &then).unwrap();
    assert_eq!(figures.obligations[0].recognised, usd("0.00"));
}

/// 1.00 over 90 days: 31/90 = 0.344, 59/90 = 0.656, 90/90. Half even gives the same here; 0.05 over two months of
/// 29 days each does not: 0.025 is 0.03 half up and 0.02 half even.
#[test]
fn the_policy_decides_ties() {
    let scheduled = |price, first, last, rounding| {
        let mut terms = bundle(price, &[("service", usd("0.01"), SERVICE)]);
        terms.policy.rounding = rounding;
        let contract = decide_all(&[incept(terms, first), start("service", first, last)], first).unwrap();
        let figures = project(contract.facts(), &as_of(first)).unwrap();
        amounts(&figures.obligations[0])
    };
    use l2c_money::Rounding::{HalfEven, HalfUp};
    assert_eq!(
        scheduled(usd("1.00"), "2017-01-01", "2017-03-31", HalfUp),
        ["2017-01 0.34", "2017-02 0.32", "2017-03 0.34"]
    );
    assert_eq!(
        scheduled(usd("0.05"), "2017-02-15", "2017-03-14", HalfUp),
        ["2017-02 0.03", "2017-03 0.02"]
    );
    assert_eq!(
        scheduled(usd("0.05"), "2017-02-15", "2017-03-14", HalfEven),
        ["2017-02 0.02", "2017-03 0.03"]
    );
    assert_eq!(
        scheduled(usd("-0.05"), "2017-02-15", "2017-03-14", HalfUp),
        ["2017-02 -0.03", "2017-03 -0.02"]
    );
}

/// 1000 yen for three equal parts: the unit that is left goes to the first.
#[test]
fn a_currency_without_decimals() {
    let yen = |units| Money::from_minor(units, Currency::JPY).unwrap();
    let part = |id| (id, yen(500), AT_ONCE);
    let terms = bundle(yen(1_000), &[part("a"), part("b"), part("c")]);
    let contract = decide_all(&[incept(terms, "2018-01-01")], "2018-01-01").unwrap();
    let figures = project(contract.facts(), &as_of("2018-01-31")).unwrap();
    let allocated: Vec<Money> = figures.obligations.iter().map(|o| o.allocated).collect();
    assert_eq!(allocated, [yen(334), yen(333), yen(333)]);
}

#[test]
fn where_this_crate_posts_billing_the_receivable_is_debited() {
    let mut terms = bundle(usd("10.00"), &[("a", usd("0.01"), AT_ONCE)]);
    terms.policy.billing = BillingSide::Engine;
    let commands = [
        incept(terms, "2018-01-01"),
        bill("inv_1", usd("10.00"), "2018-01-02"),
    ];
    let contract = decide_all(&commands, "2018-01-02").unwrap();
    let figures = project(contract.facts(), &as_of("2018-01-31")).unwrap();
    assert_eq!(
        lines(&figures.postings().unwrap()[0]),
        [
            "dr receivable 10.00 USD (rev_1)",
            "cr contract_liability 10.00 USD (rev_1)",
        ]
    );
}

/// In May support earns 21.23. As of 15 May, 57 of 365 days are served: 39.04, of which 10.27 in May.
#[test]
fn a_month_is_explained_to_the_cent() {
    let contract = decide_all(&licence_with_support(), "2017-05-31").unwrap();
    let question = Question::Recognised {
        obligation: "support".into(),
        month: month("2017-05"),
    };
    let half = explain(contract.facts(), &as_of("2017-05-15"), &question).unwrap();
    assert_eq!(half.recompute().unwrap(), usd("10.27").exact());
    let why = explain(contract.facts(), &as_of("2017-12-31"), &question).unwrap();
    assert_eq!(why.recompute().unwrap(), usd("21.23").exact());
    insta::assert_snapshot!(why.text(), @r"
    recognised in 2017-05: 21.23 USD (difference)
      support recognised by the end of 2017-05-31: 50.00 USD (rounded half up to 2 decimals, residue 0.00 USD) [l2c-standard v1 rounding]
        support earned by the end of 2017-05-31, exact: 50.00 USD (product) [ASC 606-10-25-23]
          allocated to support: 250.00 USD (part 2) [ASC 606-10-32-31] #5
            split: 1000.00 USD (split by weights, units left over to the largest cut-off fractions)
              transaction price: 1000.00 USD (sum) [ASC 606-10-32-2]
                fixed consideration price: 1000.00 USD [rev_1 consideration[price]]
              stand-alone selling price of licence: 900.00 USD [rev_1 obligations[licence]; ASC 606-10-32-32]
              stand-alone selling price of support: 300.00 USD [rev_1 obligations[support]; ASC 606-10-32-32]
          progress of support, straight line by day: 20 % (quotient) [ASC 606-10-25-31; ASC 606-10-55-20; l2c-standard v1 convention]
            days of support served by the end of 2017-05-31: 73 days
            days of support, 2017-03-20 to 2018-03-19: 365 days
      support recognised by the end of 2017-04-30: 28.77 USD (rounded half up to 2 decimals, residue 21/7300 (about 0.002877) USD) [l2c-standard v1 rounding]
        support earned by the end of 2017-04-30, exact: 2100/73 (about 28.767123) USD (product) [ASC 606-10-25-23]
          allocated to support: 250.00 USD see #5
          progress of support, straight line by day: 840/73 (about 11.506849) % (quotient) [ASC 606-10-25-31; ASC 606-10-55-20; l2c-standard v1 convention]
            days of support served by the end of 2017-04-30: 42 days
            days of support, 2017-03-20 to 2018-03-19: 365 days
    ");

    let ifrs = View {
        book: Book::Ifrs15,
        ..as_of("2017-03-31")
    };
    let question = Question::NetPosition {
        month: month("2017-03"),
    };
    let why = explain(contract.facts(), &ifrs, &question).unwrap();
    assert_eq!(why.recompute().unwrap(), usd("-54.28").exact());
    insta::assert_snapshot!(why.text(), @r"
    net position at the end of 2017-03-31: -54.28 USD (difference) [IFRS 15.105]
      recognised by the end of 2017-03-31, all obligations: 758.22 USD (sum)
        licence recognised by the end of 2017-03-31: 750.00 USD (rounded half up to 2 decimals, residue 0.00 USD) [l2c-standard v1 rounding]
          licence earned by the end of 2017-03-31, exact: 750.00 USD (product) [IFRS 15.31]
            allocated to licence: 750.00 USD (part 1) [IFRS 15.76]
              split: 1000.00 USD (split by weights, units left over to the largest cut-off fractions) #4
                transaction price: 1000.00 USD (sum) [IFRS 15.47]
                  fixed consideration price: 1000.00 USD [rev_1 consideration[price]]
                stand-alone selling price of licence: 900.00 USD [rev_1 obligations[licence]; IFRS 15.77]
                stand-alone selling price of support: 300.00 USD [rev_1 obligations[support]; IFRS 15.77]
            progress of licence: control passes on 2017-03-20: 100 % [IFRS 15.38]
        support recognised by the end of 2017-03-31: 8.22 USD (rounded half up to 2 decimals, residue 3/3650 (about 0.000822) USD) [l2c-standard v1 rounding]
          support earned by the end of 2017-03-31, exact: 600/73 (about 8.219178) USD (product) [IFRS 15.31]
            allocated to support: 250.00 USD (part 2) [IFRS 15.76]
              split: 1000.00 USD see #4
            progress of support, straight line by day: 240/73 (about 3.287671) % (quotient) [IFRS 15.39; IFRS 15.B18; l2c-standard v1 convention]
              days of support served by the end of 2017-03-31: 12 days
              days of support, 2017-03-20 to 2018-03-19: 365 days
      billed by the end of 2017-03-31: 812.50 USD (sum)
        billed on 2017-03-20: 750.00 USD [document inv_licence]
        billed on 2017-03-20: 62.50 USD [document inv_support_1]
    ");
}

/// March to May: revenue 758.22, 20.55, 21.23; the rest of support is scheduled, and a second contract has no dates.
#[test]
fn waterfall_and_roll_forward() {
    let contract = decide_all(&licence_with_support(), "2017-05-31").unwrap();
    let first = project(contract.facts(), &as_of("2017-04-15")).unwrap();
    let mut other = bundle(usd("40.00"), &[("gadget", usd("40.00"), AT_ONCE)]);
    other.contract = "rev_2".parse().unwrap();
    let commands = [
        incept(other, "2017-04-01"),
        bill("inv_9", usd("40.00"), "2017-04-01"),
    ];
    let contract = decide_all(&commands, "2017-04-01").unwrap();
    let second = project(contract.facts(), &as_of("2017-04-15")).unwrap();

    let mut waterfall = RevenueWaterfall::default();
    let mut balances = BalanceRollForward::new(month("2017-03"), month("2017-05"));
    for figures in [&first, &second] {
        waterfall.add(figures).unwrap();
        balances.add(figures).unwrap();
    }
    let rows: Vec<String> = waterfall
        .rows()
        .take(3)
        .map(|row| format!("{} {} {}", row.month, row.recognised, row.scheduled))
        .collect();
    // By 15 April 27 of 365 days are served: 18.49, of which 10.27 in April; 10.28 are left of its 20.55.
    assert_eq!(
        rows,
        [
            "2017-03 758.22 USD 0.00 USD",
            "2017-04 10.27 USD 10.28 USD",
            "2017-05 0.00 USD 21.23 USD"
        ]
    );
    assert_eq!(waterfall.unscheduled(first.entity, Currency::USD), usd("40.00"));

    let rows: Vec<RollForwardRow> = balances.rows().copied().collect();
    let liabilities: Vec<(Money, Money)> = rows
        .iter()
        .map(|row| (row.opening_contract_liability, row.closing_contract_liability))
        .collect();
    assert_eq!(
        liabilities,
        [
            (usd("0.00"), usd("54.28")),
            (usd("54.28"), usd("84.01")), // 54.28 - 10.27, and 40.00 of the other contract
            (usd("84.01"), usd("84.01")),
        ]
    );
    assert_eq!(rows[1].recognised_from_opening_liability, usd("10.27"));
    assert_eq!((rows[1].billed, rows[1].recognised), (usd("40.00"), usd("10.27")));
}
