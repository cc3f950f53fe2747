//! Commands that meet, a way to play them, and what an account is without any of the library's shapes.
#![allow(dead_code, reason = "each test file uses its own part of it")]

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use l2c_host::Decider;
use l2c_money::{Currency, Money};
use l2c_receivables::*;
use proptest::prelude::*;

pub fn day(number: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2017, 1, 1).unwrap() + Days::new(number)
}

pub fn usd(minor: i64) -> Money {
    Money::from_minor(minor, Currency::USD).unwrap()
}

pub fn number(text: &str) -> DocumentNumber {
    DocumentNumber::new(text).unwrap()
}

pub fn invoice_number(index: u8) -> DocumentNumber {
    number(&format!("INV-{index}"))
}

pub fn payment(index: u8) -> PaymentId {
    PaymentId::from_key(&index.to_string()).unwrap()
}

/// A command in small numbers, so that they meet: five invoices, eight payments, four credit notes.
#[derive(Debug, Clone, Copy)]
pub enum Move {
    Open {
        invoice: u8,
        issued: u64,
        net_days: u64,
        minor: i64,
    },
    Pay {
        payment: u8,
        on: u64,
        minor: i64,
        invoice: Option<u8>,
    },
    Credit {
        credit: u8,
        on: u64,
        minor: i64,
        invoice: u8,
    },
    Apply {
        payment: Option<u8>,
        credit: u8,
        invoice: u8,
        on: u64,
    },
}

pub fn moves() -> impl Strategy<Value = Vec<Move>> {
    let minor = prop_oneof![4 => 1_i64..300, 1 => -5_i64..=0];
    let one = prop_oneof![
        (0_u8..5, 0_u64..60, 0_u64..40, minor.clone()).prop_map(|(invoice, issued, net_days, minor)| {
            Move::Open {
                invoice,
                issued,
                net_days,
                minor,
            }
        }),
        (
            0_u8..8,
            0_u64..120,
            minor.clone(),
            prop::option::weighted(0.8, 0_u8..6)
        )
            .prop_map(|(payment, on, minor, invoice)| Move::Pay {
                payment,
                on,
                minor,
                invoice
            }),
        (0_u8..4, 0_u64..120, minor, 0_u8..6).prop_map(|(credit, on, minor, invoice)| Move::Credit {
            credit,
            on,
            minor,
            invoice
        }),
        (prop::option::of(0_u8..8), 0_u8..4, 0_u8..6, 0_u64..120).prop_map(
            |(payment, credit, invoice, on)| {
                Move::Apply {
                    payment,
                    credit,
                    invoice,
                    on,
                }
            }
        ),
    ];
    prop::collection::vec(one, 0..40)
}

pub fn command(step: Move) -> AccountCommand {
    match step {
        Move::Open {
            invoice,
            issued,
            net_days,
            minor,
        } => AccountCommand::OpenItem {
            number: invoice_number(invoice),
            issue_date: day(issued),
            due_date: day(issued + net_days),
            total: usd(minor),
        },
        Move::Pay {
            payment: id,
            on,
            minor,
            invoice,
        } => AccountCommand::ReceivePayment {
            payment: payment(id),
            date: day(on),
            amount: usd(minor),
            reference: invoice.map(invoice_number),
        },
        Move::Credit {
            credit,
            on,
            minor,
            invoice,
        } => AccountCommand::ReceiveCredit {
            credit: number(&format!("CRN-{credit}")),
            date: day(on),
            amount: usd(minor),
            against: invoice_number(invoice),
        },
        Move::Apply {
            payment: id,
            credit,
            invoice,
            on,
        } => AccountCommand::ApplyHeld {
            source: match id {
                Some(id) => SourceId::Payment(payment(id)),
                None => SourceId::Credit(number(&format!("CRN-{credit}"))),
            },
            item: invoice_number(invoice),
            date: day(on),
        },
    }
}

/// What an account is, written down without any of the library's shapes: cents in maps, one on top of the other.
#[derive(Debug, Default, PartialEq, Clone)]
pub struct Naive {
    /// Total, paid, credited, issue day, net days.
    invoices: BTreeMap<u8, (i64, i64, i64, u64, u64)>,
    /// Amount, held, day, invoice named.
    payments: BTreeMap<u8, (i64, i64, u64, Option<u8>)>,
    /// Amount, held, day, invoice corrected.
    credits: BTreeMap<u8, (i64, i64, u64, u8)>,
}

impl Naive {
    /// Moves money from held to the invoice; gives what moved.
    fn settle(&mut self, invoice: u8, held: i64, by_payment: bool) -> i64 {
        let Some(i) = self.invoices.get_mut(&invoice) else {
            return 0;
        };
        let amount = held.min(i.0 - i.1 - i.2);
        if by_payment {
            i.1 += amount
        } else {
            i.2 += amount
        }
        amount
    }

    /// Whether the step is accepted.
    pub fn step(&mut self, step: Move) -> bool {
        match step {
            Move::Open {
                invoice,
                issued,
                net_days,
                minor,
            } => {
                if minor < 0 {
                    return false;
                }
                let known = *self
                    .invoices
                    .entry(invoice)
                    .or_insert((minor, 0, 0, issued, net_days));
                (known.0, known.3, known.4) == (minor, issued, net_days)
            }
            Move::Pay {
                payment,
                on,
                minor,
                invoice,
            } => {
                if minor <= 0 {
                    return false;
                }
                if let Some(known) = self.payments.get(&payment) {
                    return (known.0, known.2, known.3) == (minor, on, invoice);
                }
                let applied = invoice.map_or(0, |invoice| self.settle(invoice, minor, true));
                self.payments
                    .insert(payment, (minor, minor - applied, on, invoice));
                true
            }
            Move::Credit {
                credit,
                on,
                minor,
                invoice,
            } => {
                if minor <= 0 {
                    return false;
                }
                if let Some(known) = self.credits.get(&credit) {
                    return (known.0, known.2, known.3) == (minor, on, invoice);
                }
                if !self.invoices.contains_key(&invoice) {
                    return false;
                }
                let applied = self.settle(invoice, minor, false);
                self.credits.insert(credit, (minor, minor - applied, on, invoice));
                true
            }
            Move::Apply {
                payment,
                credit,
                invoice,
                on,
            } => {
                let source = match payment {
                    Some(payment) => self.payments.get(&payment).map(|p| (p.1, p.2)),
                    None => self.credits.get(&credit).map(|c| (c.1, c.2)),
                };
                let (Some((held, since)), Some(&i)) = (source, self.invoices.get(&invoice)) else {
                    return false;
                };
                if on < since || on < i.3 || held == 0 || i.0 == i.1 + i.2 {
                    return false;
                }
                let applied = self.settle(invoice, held, payment.is_some());
                match payment {
                    Some(payment) => self.payments.get_mut(&payment).unwrap().1 -= applied,
                    None => self.credits.get_mut(&credit).unwrap().1 -= applied,
                }
                true
            }
        }
    }

    pub fn of(account: &CustomerAccount) -> Self {
        let minor = |money: Money| money.minor().unwrap();
        let key = |text: &str| text.rsplit(['-', '_']).next().unwrap().parse::<u8>().unwrap();
        let since = |date: NaiveDate| u64::try_from(date.signed_duration_since(day(0)).num_days()).unwrap();
        let mut naive = Self::default();
        for item in account.items() {
            let figures = (minor(item.total()), minor(item.paid()), minor(item.credited()));
            let days = (since(item.issue_date()), since(item.due_date()));
            let entry = (figures.0, figures.1, figures.2, days.0, days.1 - days.0);
            naive.invoices.insert(key(item.number().as_str()), entry);
        }
        for source in account.sources() {
            let figures = (
                minor(source.amount),
                minor(account.held(source)),
                since(source.date),
            );
            let named = source.reference.as_ref().map(|n| key(n.as_str()));
            match &source.id {
                SourceId::Payment(id) => {
                    naive
                        .payments
                        .insert(key(id.as_str()), (figures.0, figures.1, figures.2, named));
                }
                SourceId::Credit(id) => {
                    let entry = (figures.0, figures.1, figures.2, named.unwrap());
                    naive.credits.insert(key(id.as_str()), entry);
                }
            }
        }
        naive
    }
}

/// Plays commands; gives the account and its events, decision by decision.
pub fn play(moves: &[Move]) -> (CustomerAccount, Vec<Vec<AccountEvent>>) {
    let mut account = CustomerAccount::default();
    let mut decisions = Vec::new();
    for step in moves {
        if let Ok(events) = account.decide(&command(*step), &()) {
            account = events.iter().fold(account, CustomerAccount::evolve);
            decisions.push(events);
        }
    }
    (account, decisions)
}

pub fn sum(amounts: impl Iterator<Item = Money>) -> Money {
    Money::sum(amounts.collect::<Vec<_>>().iter(), Currency::USD).unwrap()
}

pub fn open(invoice: u8, minor: i64) -> Move {
    Move::Open {
        invoice,
        issued: 0,
        net_days: 30,
        minor,
    }
}

pub fn pay(payment: u8, on: u64, minor: i64, invoice: u8) -> Move {
    Move::Pay {
        payment,
        on,
        minor,
        invoice: Some(invoice),
    }
}
