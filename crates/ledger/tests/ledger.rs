//! Cases: what is refused, what people read, and a correction of a closed month.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use chrono::NaiveDate;
use l2c_calendar::{FiscalCalendar, FiscalMonth};
use l2c_ledger::{
    ChartDocument, ChartOfAccounts, Faults, Header, JournalEntry, LegalEntity, Line, Role, TrialBalance,
    post_difference, write_csv, write_csv_to, write_json,
};
use l2c_money::{Currency, Money, dec};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn us01() -> LegalEntity {
    LegalEntity::new("US01").unwrap()
}

fn usd(cents: i64) -> Money {
    Money::from_minor(cents, Currency::USD).unwrap()
}

fn header(id: &str, date: &str) -> Header {
    Header {
        id: id.into(),
        posting_date: day(date),
        effective_date: day(date),
        source: format!("{id} source"),
        memo: "Support, \"May\"".into(),
        citations: vec!["ASC 606-10-45-2".into()],
    }
}

fn revenue(id: &str, date: &str, cents: i64) -> JournalEntry {
    JournalEntry::new(
        header(id, date),
        vec![
            Line::debit(us01(), Role::ContractLiability, usd(cents), "con_1"),
            Line::credit(us01(), Role::Revenue, usd(cents), "con_1"),
        ],
    )
    .unwrap()
}

#[test]
fn a_negative_amount_goes_to_the_other_side() {
    let debit = Line::debit(us01(), Role::Cash, usd(-5), "");
    assert_eq!(debit, Line::credit(us01(), Role::Cash, usd(5), ""));
    assert!(debit.amount.is_negative());
    assert_eq!(debit.mirrored(), Line::debit(us01(), Role::Cash, usd(5), ""));
}

#[test]
fn balance_is_asked_per_entity_and_currency() {
    let de01 = LegalEntity::new("DE01").unwrap();
    let lines = vec![
        Line::debit(us01(), Role::Cash, usd(100), ""),
        Line::credit(de01, Role::Receivable, usd(100), ""),
    ];
    let found = JournalEntry::new(header("je_1", "2017-05-01"), lines).unwrap_err();
    assert_eq!(found.code(), "unbalanced");
    assert_eq!(
        found.to_string(),
        "entry je_1: debits less credits of DE01 are -1 USD, not zero"
    );
    let yen = Money::from_minor(100, Currency::JPY).unwrap();
    let lines = vec![
        Line::debit(
            us01(),
            Role::Cash,
            Money::from_minor(10_000, Currency::USD).unwrap(),
            "",
        ),
        Line::credit(us01(), Role::Receivable, yen, ""),
    ];
    assert_eq!(
        JournalEntry::new(header("je_1", "2017-05-01"), lines)
            .unwrap_err()
            .code(),
        "unbalanced"
    );
}

#[test]
fn fractions_of_a_minor_unit_are_not_posted() {
    let half = Money::new(dec!(0.005), Currency::USD).unwrap();
    let lines = vec![
        Line::debit(us01(), Role::Cash, half, ""),
        Line::credit(us01(), Role::Revenue, half, ""),
    ];
    let found = JournalEntry::new(header("je_1", "2017-05-01"), lines).unwrap_err();
    assert_eq!(found.code(), "not_in_minor_units");
}

#[test]
fn lines_of_zero_are_dropped_and_an_empty_entry_is_allowed() {
    let entry = JournalEntry::new(
        header("je", "2017-05-01"),
        vec![Line::debit(us01(), Role::Cash, usd(0), "")],
    )
    .unwrap();
    assert!(entry.lines().is_empty());
}

#[test]
fn balances_beyond_the_bounds_are_an_error() {
    let most = Money::new(Money::MAX_UNITS.into(), Currency::USD).unwrap();
    let lines = vec![
        Line::debit(us01(), Role::Cash, most, ""),
        Line::credit(us01(), Role::Revenue, most, ""),
    ];
    let entry = JournalEntry::new(header("je", "2017-05-01"), lines).unwrap();
    assert_eq!(
        TrialBalance::of([&entry, &entry]).unwrap_err().code(),
        "out_of_range"
    );
}

#[test]
fn an_entity_is_a_short_code() {
    for good in ["US01", "5493001KJTIIGC8Y1R12", "a-b_c.d"] {
        assert_eq!(LegalEntity::new(good).unwrap().as_str(), good);
    }
    for bad in ["", "a b", "é", "5493001KJTIIGC8Y1R123", "a\0"] {
        assert_eq!(
            LegalEntity::new(bad).unwrap_err().code(),
            "invalid_entity",
            "{bad:?}"
        );
    }
    assert!(serde_json::from_str::<LegalEntity>("\"a b\"").is_err());
}

#[test]
fn roles_have_one_name_everywhere() {
    for role in Role::ALL {
        assert_eq!(
            serde_json::to_string(&role).unwrap(),
            format!("\"{}\"", role.code())
        );
        assert_eq!(role.code().parse::<Role>().unwrap(), role);
    }
    assert_eq!("goodwill".parse::<Role>().unwrap_err().code(), "unknown_role");
}

#[test]
fn a_correction_of_closed_months_lands_in_the_first_open_one_with_its_origin() {
    // April and May were posted at 100; the contract turns out to earn 80 a month. Books are open from June.
    let posted = [
        revenue("je_4", "2017-04-30", 10_000),
        revenue("je_5", "2017-05-31", 10_000),
    ];
    let target: Vec<JournalEntry> = ["2017-04-30", "2017-05-31", "2017-06-30"]
        .map(|date| revenue("x", date, 8_000))
        .into();
    let calendar = FiscalCalendar::open_from(FiscalMonth::new(2017, 6).unwrap());
    let correction = |posting: FiscalMonth, origin: FiscalMonth| Header {
        posting_date: posting.last_day(),
        effective_date: origin.last_day(),
        ..header(&format!("je_{origin}"), "2017-06-30")
    };
    let entries = post_difference(&target, &posted, &calendar, correction).unwrap();
    insta::assert_snapshot!(write_csv(&entries, None).unwrap());
}

#[test]
fn a_header_outside_its_months_is_refused() {
    let target = [revenue("je_4", "2017-04-30", 10_000)];
    let calendar = FiscalCalendar::open_from(FiscalMonth::new(2017, 6).unwrap());
    let found = post_difference(&target, &[], &calendar, |_, _| header("je", "2017-06-30")).unwrap_err();
    assert_eq!(
        found.to_string(),
        "entry je: effective_date 2017-06-30 is outside 2017-04"
    );
    let found = post_difference(&target, &[], &calendar, |_, _| header("je", "2017-04-30")).unwrap_err();
    assert_eq!(
        found.to_string(),
        "entry je: posting_date 2017-04-30 is outside 2017-06"
    );
}

fn chart(json: &str) -> Result<ChartOfAccounts, Faults> {
    ChartOfAccounts::new(&serde_json::from_str::<ChartDocument>(json).unwrap())
}

#[test]
fn every_fault_of_a_chart_is_reported() {
    let found = chart(
        r#"{"accounts": [
            {"role": "revenue", "account": "4000", "name": "Revenue"},
            {"role": "goodwill", "entity": "no such entity", "account": "", "name": " "},
            {"role": "revenue", "entity": "US01", "account": "4001", "name": "Revenue US"},
            {"role": "revenue", "account": "4002", "name": "Revenue again"}
        ]}"#,
    )
    .unwrap_err();
    let paths: Vec<&str> = found.iter().map(|fault| fault.path.as_str()).collect();
    let expected = [
        "accounts[1].role",
        "accounts[1].entity",
        "accounts[1].account",
        "accounts[1].name",
        "accounts[3].role",
    ];
    assert_eq!(paths, expected);
    assert!(found.first().message.contains("contract_liability"));
    assert!(found.to_string().contains("accounts[0] has it already"));
    assert_eq!(found.code(), "unknown_role");
    assert!(serde_json::from_str::<ChartDocument>(r#"{"accounts": [], "extra": 1}"#).is_err());
}

#[test]
fn an_entity_may_have_accounts_of_its_own() {
    let chart = chart(
        r#"{"accounts": [
            {"role": "revenue", "account": "4000", "name": "Revenue"},
            {"role": "revenue", "entity": "US01", "account": "4001", "name": "Revenue US"}
        ]}"#,
    )
    .unwrap();
    assert_eq!(chart.account(us01(), Role::Revenue).unwrap().code, "4001");
    assert_eq!(
        chart
            .account(LegalEntity::new("DE01").unwrap(), Role::Revenue)
            .unwrap()
            .code,
        "4000"
    );
    let found = chart.account(us01(), Role::Cash).unwrap_err();
    assert_eq!(found.code(), "no_account");
    assert_eq!(
        write_csv(&[revenue("je", "2017-05-31", 1)], Some(&chart))
            .unwrap_err()
            .code(),
        "no_account"
    );
}

#[test]
fn the_journal_reads_as_csv_and_back_from_json() {
    let chart = chart(
        r#"{"accounts": [
            {"role": "revenue", "account": "4000", "name": "Revenue"},
            {"role": "contract_liability", "account": "2400", "name": "Deferred revenue"}
        ]}"#,
    )
    .unwrap();
    let entries = vec![
        revenue("je_5", "2017-05-31", 10_050),
        revenue("je_6", "2017-06-30", -7),
    ];
    insta::assert_snapshot!(write_csv(&entries, Some(&chart)).unwrap());
    let json = write_json(&entries).unwrap();
    assert_eq!(serde_json::from_str::<Vec<JournalEntry>>(&json).unwrap(), entries);
    assert_eq!(json.lines().count(), 4);
    assert_eq!(write_json(&[]).unwrap(), "[]\n");
    insta::assert_json_snapshot!(entries[0]);
}

#[test]
fn a_writer_that_fails_is_an_error() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("no space left"))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let found = write_csv_to(Full, &[revenue("je", "2017-05-31", 1)], None).unwrap_err();
    assert_eq!(found.code(), "export");
    assert!(found.to_string().contains("no space left"));
}

#[test]
fn a_trial_balance_shows_both_sides() {
    let entries = [
        revenue("je_5", "2017-05-31", 10_000),
        revenue("je_6", "2017-06-30", -2_500),
    ];
    let balance = TrialBalance::of(&entries).unwrap();
    let rows: Vec<String> = balance
        .rows()
        .iter()
        .map(|r| {
            format!(
                "{} {}: {} - {} = {}",
                r.entity, r.role, r.debits, r.credits, r.balance
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            "US01 contract_liability: 100.00 USD - 25.00 USD = 75.00 USD",
            "US01 revenue: 25.00 USD - 100.00 USD = -75.00 USD",
        ]
    );
    assert_eq!(
        balance.subject_balance(us01(), Role::Revenue, Currency::USD, "con_1"),
        usd(-7_500)
    );
    assert!(
        balance
            .subject_balance(us01(), Role::Revenue, Currency::USD, "con_2")
            .is_zero()
    );
    assert!(balance.balance(us01(), Role::Revenue, Currency::EUR).is_zero());
}
