//! Entries balance, mirrors cancel, the order of entries does not matter, and corrections reach their target
//! without touching a closed month.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use std::collections::BTreeMap;

use chrono::NaiveDate;
use l2c_calendar::{FiscalCalendar, FiscalMonth};
use l2c_ledger::{Header, JournalEntry, LedgerError, LegalEntity, Line, Role, TrialBalance, post_difference};
use l2c_money::{Currency, Money};
use proptest::prelude::*;

fn month(index: u32) -> FiscalMonth {
    FiscalMonth::new(2017 + i32::try_from(index / 12).unwrap(), index % 12 + 1).unwrap()
}

fn day(month: FiscalMonth, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(month.year(), month.month(), day).unwrap()
}

fn header(posting: NaiveDate, effective: NaiveDate) -> Header {
    Header {
        id: "je".into(),
        posting_date: posting,
        effective_date: effective,
        source: "src".into(),
        memo: "memo".into(),
        citations: vec![],
    }
}

fn currency() -> impl Strategy<Value = Currency> {
    prop::sample::select(vec![Currency::USD, Currency::JPY, Currency::KWD])
}

/// Lines of one currency and entity that balance: the last one closes.
fn balanced() -> impl Strategy<Value = Vec<Line>> {
    let entity = prop::sample::select(vec!["US01", "DE01"]);
    let part = (
        prop::sample::select(Role::ALL.to_vec()),
        -1_000_000..1_000_000_i64,
        0..3_u8,
    );
    (entity, currency(), prop::collection::vec(part, 1..5)).prop_map(|(entity, currency, parts)| {
        let entity = LegalEntity::new(entity).unwrap();
        let line = |role, units, subject: u8| {
            Line::debit(
                entity,
                role,
                Money::from_minor(units, currency).unwrap(),
                format!("s{subject}"),
            )
        };
        let closing: i64 = parts.iter().map(|(_, units, _)| units).sum();
        let mut lines: Vec<Line> = parts
            .into_iter()
            .map(|(role, units, s)| line(role, units, s))
            .collect();
        lines.push(line(Role::Cash, -closing, 0));
        lines
    })
}

/// An entry of a day in the first twelve months, of one to three balanced groups.
fn entry() -> impl Strategy<Value = JournalEntry> {
    (prop::collection::vec(balanced(), 1..4), 0..12_u32, 1..29_u32).prop_map(|(groups, m, d)| {
        let date = day(month(m), d);
        JournalEntry::new(header(date, date), groups.into_iter().flatten().collect()).unwrap()
    })
}

fn entries() -> impl Strategy<Value = Vec<JournalEntry>> {
    prop::collection::vec(entry(), 0..12)
}

/// What is posted per month of origin and key, zeros left out.
type Sums = BTreeMap<(FiscalMonth, LegalEntity, Role, String, Currency), Money>;

fn sums<'a>(
    entries: impl IntoIterator<Item = &'a JournalEntry>,
    of: impl Fn(&Header) -> FiscalMonth,
) -> Sums {
    let mut sums = Sums::new();
    for entry in entries {
        for line in entry.lines() {
            let currency = line.amount.currency();
            let key = (
                of(entry.header()),
                line.entity,
                line.role,
                line.subject.clone(),
                currency,
            );
            let sum = sums.entry(key).or_insert(Money::zero(currency));
            *sum = sum.checked_add(&line.amount).unwrap();
        }
    }
    sums.retain(|_, sum| !sum.is_zero());
    sums
}

/// Posts on the first of the month, for the last of the month of origin.
fn correction(posting: FiscalMonth, origin: FiscalMonth) -> Header {
    header(posting.first_day(), origin.last_day())
}

proptest! {
    #[test]
    fn an_entry_is_either_balanced_or_refused(lines in balanced(), tip in 1..1000_i64, at in any::<usize>()) {
        let date = day(month(0), 1);
        prop_assert!(JournalEntry::new(header(date, date), lines.clone()).is_ok());
        let mut tipped = lines;
        let at = at % tipped.len();
        let by = Money::from_minor(tip, tipped[at].amount.currency()).unwrap();
        tipped[at].amount = tipped[at].amount.checked_add(&by).unwrap();
        match JournalEntry::new(header(date, date), tipped) {
            Err(LedgerError::Unbalanced { difference, .. }) => {
                prop_assert_eq!(difference, by.exact().to_string());
            }
            other => prop_assert!(false, "{other:?}"),
        }
    }

    #[test]
    fn a_reversal_is_the_mirror(entry in entry()) {
        let reversal = entry.reversed(header(day(month(3), 1), day(month(3), 1)));
        let both = TrialBalance::of([&entry, &reversal]).unwrap();
        prop_assert!(both.rows().iter().all(|row| row.balance.is_zero()));
        for role in Role::ALL {
            prop_assert!(both.by_subject(role).iter().all(|row| row.balance.is_zero()));
        }
        prop_assert_eq!(reversal.reversed(entry.header().clone()), entry);
    }

    #[test]
    fn the_order_of_entries_does_not_matter(
        (entries, shuffled) in entries().prop_flat_map(|e| (Just(e.clone()), Just(e).prop_shuffle())),
    ) {
        let balance = TrialBalance::of(&entries).unwrap();
        prop_assert!(balance.is_balanced());
        prop_assert_eq!(balance, TrialBalance::of(&shuffled).unwrap());
    }

    #[test]
    fn subledgers_tie_to_their_accounts(entries in entries()) {
        let balance = TrialBalance::of(&entries).unwrap();
        for row in balance.rows() {
            let subjects = balance.by_subject(row.role);
            let own = subjects.iter().filter(|s| s.entity == row.entity && s.balance.currency() == row.balance.currency());
            let sum = Money::sum(own.map(|s| &s.balance), row.balance.currency()).unwrap();
            prop_assert_eq!(sum, row.balance);
            prop_assert_eq!(balance.balance(row.entity, row.role, row.balance.currency()), row.balance);
        }
    }

    #[test]
    fn an_entry_survives_serde_and_a_tampered_one_does_not(entry in entry()) {
        let mut json = serde_json::to_value(&entry).unwrap();
        prop_assert_eq!(&serde_json::from_value::<JournalEntry>(json.clone()).unwrap(), &entry);
        if let Some(line) = json["lines"].as_array_mut().unwrap().pop() {
            json["lines"].as_array_mut().unwrap().extend([line.clone(), line]);
            prop_assert!(serde_json::from_value::<JournalEntry>(json).is_err());
        }
    }

    /// Facts change again and again while months are closed one after the other.
    #[test]
    fn differences_reach_every_target_and_never_touch_a_closed_month(
        rounds in prop::collection::vec((entries(), 0..14_u32), 1..5),
    ) {
        let mut rounds = rounds;
        rounds.sort_by_key(|(_, first_open)| *first_open);
        let mut posted: Vec<JournalEntry> = Vec::new();
        for (target, first_open) in rounds {
            let first_open = month(first_open);
            let calendar = FiscalCalendar::open_from(first_open);
            let closed = |header: &Header| header.posting_month() < first_open;
            let before = sums(posted.iter().filter(|e| closed(e.header())), Header::posting_month);

            let more = post_difference(&target, &posted, &calendar, correction).unwrap();
            for entry in &more {
                prop_assert!(calendar.is_open(entry.header().posting_month()));
                let due = entry.header().origin_month().max(first_open);
                prop_assert_eq!(entry.header().posting_month(), due, "first open month at or after the origin");
            }
            posted.extend(more);

            prop_assert_eq!(sums(&posted, Header::origin_month), sums(&target, Header::origin_month));
            let after = sums(posted.iter().filter(|e| closed(e.header())), Header::posting_month);
            prop_assert_eq!(before, after);
            prop_assert_eq!(post_difference(&target, &posted, &calendar, correction).unwrap(), vec![]);
        }
    }

    #[test]
    fn a_difference_does_not_depend_on_the_order_of_entries(
        (target, shuffled) in entries().prop_flat_map(|e| (Just(e.clone()), Just(e).prop_shuffle())),
        posted in entries(),
    ) {
        let calendar = FiscalCalendar::open_from(month(6));
        let left = post_difference(&target, &posted, &calendar, correction).unwrap();
        prop_assert_eq!(left, post_difference(&shuffled, &posted, &calendar, correction).unwrap());
    }
}
