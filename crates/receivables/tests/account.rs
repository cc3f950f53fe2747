//! Payments, credits and refusals by example.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

mod model;

use chrono::NaiveDate;
use l2c_host::Decider;
use l2c_ledger::{JournalEntry, LegalEntity};
use l2c_money::{Currency, Money};
use l2c_receivables::*;
use model::*;

#[test]
fn exact_short_over_late_and_unmatched() {
    let story = [
        open(0, 10_000),
        open(1, 10_000),
        open(2, 10_000),
        pay(0, 20, 10_000, 0),
        pay(1, 40, 9_000, 1),
        pay(2, 20, 10_500, 2),
        pay(3, 20, 700, 9),
    ];
    let (account, decisions) = play(&story);
    let item = |index| account.item(&invoice_number(index)).unwrap();
    let seen: Vec<_> = (0..3).map(|i| (item(i).open(), item(i).status())).collect();
    assert_eq!(
        seen,
        [
            (usd(0), ItemStatus::Paid),
            (usd(1_000), ItemStatus::PartlySettled),
            (usd(0), ItemStatus::Paid)
        ]
    );
    let held: Vec<Money> = account.sources().map(|s| account.held(s)).collect();
    assert_eq!(held, [usd(0), usd(0), usd(500), usd(700)]);
    let entity = LegalEntity::new("US01").unwrap();
    let id = CustomerAccountId::from_key("ACME").unwrap();
    let text = |entry: &JournalEntry| {
        let lines = entry
            .lines()
            .iter()
            .map(|l| format!("{} {} {}", l.role.code(), l.amount, l.subject));
        let head = format!(
            "{} {} {}",
            entry.header().posting_date,
            entry.header().id,
            entry.header().memo
        );
        std::iter::once(head).chain(lines).collect::<Vec<_>>().join("\n")
    };
    let entries: Vec<String> = decisions
        .iter()
        .flat_map(|events| post(entity, &id, events).unwrap())
        .map(|e| text(&e))
        .collect();
    insta::assert_snapshot!(entries.join("\n\n"), @r"
    2017-01-21 rca_ACME.pay_0 Payment pay_0
    cash 100.00 USD pay_0
    receivable -100.00 USD INV-0

    2017-02-10 rca_ACME.pay_1 Payment pay_1
    cash 90.00 USD pay_1
    receivable -90.00 USD INV-1

    2017-01-21 rca_ACME.pay_2 Payment pay_2
    cash 105.00 USD pay_2
    receivable -100.00 USD INV-2
    customer_advance -5.00 USD rca_ACME

    2017-01-21 rca_ACME.pay_3 Payment pay_3
    cash 7.00 USD pay_3
    customer_advance -7.00 USD rca_ACME
    ");
}

#[test]
fn a_credit_note_closes_its_invoice_and_a_surplus_pays_the_next_one() {
    let story = [
        open(0, 10_000),
        pay(0, 20, 10_000, 0),
        Move::Credit {
            credit: 0,
            on: 25,
            minor: 10_000,
            invoice: 0,
        },
        Move::Open {
            invoice: 1,
            issued: 26,
            net_days: 30,
            minor: 9_000,
        },
        Move::Apply {
            payment: None,
            credit: 0,
            invoice: 1,
            on: 26,
        },
        open(2, 5_000),
        Move::Credit {
            credit: 1,
            on: 27,
            minor: 5_000,
            invoice: 2,
        },
    ];
    let (account, decisions) = play(&story);
    let item = |index| account.item(&invoice_number(index)).unwrap();
    assert_eq!(
        (item(0).paid(), item(0).status()),
        (usd(10_000), ItemStatus::Paid)
    );
    assert_eq!(
        (item(1).credited(), item(1).status()),
        (usd(9_000), ItemStatus::Credited)
    );
    assert_eq!(
        (item(2).credited(), item(2).status()),
        (usd(5_000), ItemStatus::Credited)
    );
    let held: Vec<Money> = account.sources().map(|s| account.held(s)).collect();
    assert_eq!(held, [usd(0), usd(1_000), usd(0)]);
    // A credit note that its invoice takes up moves nothing beyond its own posting.
    let entity = LegalEntity::new("US01").unwrap();
    let id = CustomerAccountId::from_key("1").unwrap();
    assert_eq!(post(entity, &id, decisions.last().unwrap()).unwrap(), []);
}

#[test]
fn money_before_the_invoice_is_held_until_its_issue_date() {
    let story = [
        Move::Open {
            invoice: 0,
            issued: 20,
            net_days: 30,
            minor: 100,
        },
        pay(0, 10, 100, 0),
    ];
    let (account, decisions) = play(&story);
    let source = account.sources().next().unwrap();
    let item = account.items().next().unwrap();
    let seen = |on| (account.held_at(source, day(on)), item.open_at(day(on)));
    assert_eq!(
        [9, 10, 19, 20].map(seen),
        [
            (usd(0), usd(0)),
            (usd(100), usd(0)),
            (usd(100), usd(0)),
            (usd(0), usd(0))
        ]
    );
    let entity = LegalEntity::new("US01").unwrap();
    let id = CustomerAccountId::from_key("1").unwrap();
    let entries = post(entity, &id, &decisions[1]).unwrap();
    let days: Vec<NaiveDate> = entries.iter().map(|e| e.header().posting_date).collect();
    assert_eq!(days, [day(10), day(20)]);
}

#[test]
fn of_two_payments_on_one_day_the_first_recorded_is_applied_first() {
    let (account, _) = play(&[open(0, 100), pay(7, 5, 80, 0), pay(3, 5, 80, 0)]);
    let held = |id| account.held(account.source(&SourceId::Payment(payment(id))).unwrap());
    assert_eq!((held(7), held(3)), (usd(0), usd(60)));
}

#[test]
fn refusals_say_what_would_be_right() {
    let eur = |minor| Money::from_minor(minor, Currency::EUR).unwrap();
    let (account, _) = play(&[open(0, 100), pay(0, 5, 60, 0)]);
    let in_euro = AccountCommand::ReceivePayment {
        payment: payment(9),
        date: day(5),
        amount: eur(10),
        reference: Some(invoice_number(0)),
    };
    let too_fine = AccountCommand::ReceivePayment {
        payment: payment(9),
        date: day(5),
        amount: Money::new("0.001".parse().unwrap(), Currency::USD).unwrap(),
        reference: None,
    };
    let as_invoice = AccountCommand::ReceiveCredit {
        credit: invoice_number(0),
        date: day(5),
        amount: usd(1),
        against: invoice_number(0),
    };
    let due_before_issue = AccountCommand::OpenItem {
        number: invoice_number(1),
        issue_date: day(5),
        due_date: day(4),
        total: usd(1),
    };
    let apply = |payment, invoice, on| {
        command(Move::Apply {
            payment: Some(payment),
            credit: 0,
            invoice,
            on,
        })
    };
    let commands = [
        in_euro,
        too_fine,
        as_invoice,
        due_before_issue,
        command(pay(0, 5, 61, 0)),
        command(pay(0, 6, 60, 0)),
        command(pay(0, 5, 60, 1)),
        command(Move::Open {
            invoice: 0,
            issued: 0,
            net_days: 31,
            minor: 100,
        }),
        command(open(0, 99)),
        command(open(1, -1)),
        command(Move::Credit {
            credit: 0,
            on: 5,
            minor: 1,
            invoice: 9,
        }),
        apply(9, 0, 5),
        apply(0, 9, 5),
        apply(0, 0, 4),
        apply(0, 0, 5),
    ];
    let text: Vec<String> = commands
        .iter()
        .map(|command| account.decide(command, &()).unwrap_err())
        .map(|refusal| format!("{}: {refusal}", refusal.code()))
        .collect();
    insta::assert_snapshot!(text.join("\n"), @r"
    currency_mismatch: 0.10 EUR cannot settle INV-0, which is in USD: exchange it first
    invalid_amount: 0.001 USD is refused: above zero, in whole minor units
    conflict: INV-0 is known with another content: an invoice over 1.00 USD
    date_too_early: 2017-01-05 comes before 2017-01-06, the issue date of the invoice
    conflict: pay_0 is known with another content: 0.60 USD on 2017-01-06
    conflict: pay_0 is known with another content: 0.60 USD on 2017-01-06
    conflict: pay_0 is known with another content: 0.60 USD on 2017-01-06
    conflict: INV-0 is known with another content: 1.00 USD issued 2017-01-01 due 2017-01-31
    conflict: INV-0 is known with another content: 1.00 USD issued 2017-01-01 due 2017-01-31
    invalid_amount: -0.01 USD is refused: zero or above, in whole minor units
    unknown_item: there is no item INV-9 on this account
    unknown_source: there is no payment or credit note pay_9 on this account
    unknown_item: there is no item INV-9 on this account
    date_too_early: 2017-01-05 comes before 2017-01-06, when it came in
    nothing_held: nothing is held of pay_0
    ");
}
