//! References as payers write them, and the bands of an ageing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

mod model;

use l2c_money::Currency;
use l2c_receivables::*;
use model::*;

#[test]
fn payers_write_numbers_as_they_like() {
    let account = |key: &str| CustomerAccountId::from_key(key).unwrap();
    let candidate = |key: &str, text: &str| Candidate {
        account: account(key),
        number: number(text),
        due_date: day(30),
        open: usd(100),
    };
    let candidates = || {
        [
            candidate("A", "INV-2017-00042"),
            candidate("A", "2017"),
            candidate("B", "INV-2017"),
            candidate("B", "INV-7"),
            candidate("C", "INV-7"),
        ]
    };
    let fit = |reference: &str, payer: Option<&str>| {
        let line = StatementLine {
            id: payment(1),
            date: day(1),
            amount: usd(100),
            reference: reference.to_owned(),
            payer: payer.map(account),
        };
        let proposal = BankMatcher::new(candidates()).propose(&[line]).remove(0);
        (
            proposal.fit,
            proposal.account.map(|a| a.key().to_owned()),
            proposal.item.map(|n| n.to_string()),
        )
    };
    let hit = |key: &str, text: &str| (Fit::Exact, Some(key.to_owned()), Some(text.to_owned()));
    for reference in [
        "INV-2017-00042",
        "inv 2017/00042",
        "Invoice No. INV201700042 of March",
        "x INV-2017-00042 y",
    ] {
        assert_eq!(fit(reference, None), hit("A", "INV-2017-00042"), "{reference}");
    }
    assert_eq!(fit("budget 2017", None), hit("A", "2017"));
    // The longest number that fits is meant; a part of a number names nothing.
    assert_eq!(fit("INV-2017-0004", None), hit("B", "INV-2017"));
    assert_eq!(
        fit("INV-20170004", Some("B")),
        (Fit::Unknown, Some("B".to_owned()), None)
    );
    assert_eq!(fit("", None), (Fit::Unknown, None, None));
    // One number of two accounts: the payer decides, or a person.
    assert_eq!(fit("INV-7", Some("C")), hit("C", "INV-7"));
    assert_eq!(fit("INV-7", None).0, Fit::Ambiguous);
    assert_eq!(fit("INV-7 and INV-2017-00042", None).0, Fit::Ambiguous);
    assert_eq!(fit("INV-7, INV-7", Some("B")), hit("B", "INV-7"));
}

#[test]
fn a_statement_line_does_not_print_what_the_payer_wrote() {
    let line: StatementLine = serde_json::from_str(
        r#"{"id": "pay_1", "date": "2017-01-01", "amount": {"amount": "1.00", "currency": "USD"}, "reference": "Jane Doe"}"#,
    )
    .unwrap();
    assert!(!format!("{line:?}").contains("Jane"));
}

#[test]
fn the_last_day_of_a_band_belongs_to_it() {
    let policy = AgeingPolicy::by_thirty_days();
    let band = |days: u64| {
        let item = AgedItem {
            customer: "A".to_owned(),
            issue_date: day(0),
            due_date: day(10),
            open: usd(1),
            disputed: usd(0),
        };
        let report = age(&[item], day(days), Currency::USD, &policy, None).unwrap();
        let band = report.all.bands.iter().position(|b| !b.is_zero()).unwrap();
        policy.band_names()[band].clone()
    };
    let seen =
        [0, 10, 11, 40, 41, 70, 71, 100, 101, 400].map(|on| format!("{}: {}", on - 10_i64, band(on as u64)));
    insta::assert_snapshot!(seen.join("\n"), @r"
    -10: not due
    0: not due
    1: 1-30
    30: 1-30
    31: 31-60
    60: 31-60
    61: 61-90
    90: 61-90
    91: > 90
    390: > 90
    ");
}

#[test]
fn disputed_amounts_leave_their_band_where_the_policy_says_so() {
    let item = |open, disputed| AgedItem {
        customer: "A".to_owned(),
        issue_date: day(0),
        due_date: day(0),
        open: usd(open),
        disputed: usd(disputed),
    };
    let aged = |disputes, item| {
        let policy = AgeingPolicy::new(AgeingPolicyDocument {
            disputes,
            ..AgeingPolicy::by_thirty_days().document().clone()
        });
        age(&[item], day(5), Currency::USD, &policy.unwrap(), None)
            .map(|r| (r.all.bands[1], r.all.disputed, r.all.total))
    };
    assert_eq!(
        aged(DisputesIn::Included, item(100, 30)).unwrap(),
        (usd(100), usd(0), usd(100))
    );
    assert_eq!(
        aged(DisputesIn::Separate, item(100, 30)).unwrap(),
        (usd(70), usd(30), usd(100))
    );
    for wrong in [item(100, 101), item(100, -1), item(-100, 1)] {
        assert_eq!(
            aged(DisputesIn::Separate, wrong).unwrap_err().code(),
            "invalid_amount"
        );
    }
}

#[test]
fn an_ageing_policy_is_checked() {
    let policy = |edges: Vec<u32>| {
        AgeingPolicy::new(AgeingPolicyDocument {
            edges,
            ..AgeingPolicy::by_thirty_days().document().clone()
        })
    };
    for edges in [vec![0], vec![30, 30], vec![60, 30], (1..=101).collect()] {
        assert_eq!(
            policy(edges.clone()).unwrap_err().code(),
            "invalid_edges",
            "{edges:?}"
        );
    }
    assert_eq!(
        policy(vec![30, 60]).unwrap().band_names(),
        ["not due", "1-30", "31-60", "> 60"]
    );
    assert_eq!(policy(vec![]).unwrap().band_names(), ["not due", "> 0"]);
    let rates = |percents: &[&str]| LossRates {
        percents: percents.iter().map(|p| p.parse().unwrap()).collect(),
        rounding: l2c_money::Rounding::HalfUp,
    };
    let aged = |rates: &LossRates| {
        let item = AgedItem {
            customer: "A".to_owned(),
            issue_date: day(0),
            due_date: day(0),
            open: usd(101),
            disputed: usd(0),
        };
        age(
            &[item],
            day(45),
            Currency::USD,
            &policy(vec![30, 60]).unwrap(),
            Some(rates),
        )
        .map(|r| r.all.allowance)
    };
    assert_eq!(aged(&rates(&["0", "1", "2.5", "50"])).unwrap(), Some(usd(3)));
    for wrong in [
        &["0", "1", "2"][..],
        &["0", "1", "2", "101"],
        &["0", "-1", "2", "3"],
    ] {
        assert_eq!(
            aged(&rates(wrong)).unwrap_err().code(),
            "invalid_loss_rates",
            "{wrong:?}"
        );
    }
}
