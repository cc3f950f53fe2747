//! What holds for every account, ageing and bank statement.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use l2c_host::Decider;
use l2c_ledger::{JournalEntry, LegalEntity, Role, TrialBalance};
use l2c_money::{Currency, Money};
use l2c_receivables::*;
use proptest::prelude::*;

fn day(number: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2017, 1, 1).unwrap() + Days::new(number)
}

fn usd(minor: i64) -> Money {
    Money::from_minor(minor, Currency::USD).unwrap()
}

fn number(text: &str) -> DocumentNumber {
    DocumentNumber::new(text).unwrap()
}

fn invoice_number(index: u8) -> DocumentNumber {
    number(&format!("INV-{index}"))
}

fn payment(index: u8) -> PaymentId {
    PaymentId::from_key(&index.to_string()).unwrap()
}

/// A command in small numbers, so that they meet: five invoices, eight payments, four credit notes.
#[derive(Debug, Clone, Copy)]
enum Move {
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

fn moves() -> impl Strategy<Value = Vec<Move>> {
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

fn command(step: Move) -> AccountCommand {
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
struct Naive {
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
    fn step(&mut self, step: Move) -> bool {
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

    fn of(account: &CustomerAccount) -> Self {
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
fn play(moves: &[Move]) -> (CustomerAccount, Vec<Vec<AccountEvent>>) {
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

fn sum(amounts: impl Iterator<Item = Money>) -> Money {
    Money::sum(amounts.collect::<Vec<_>>().iter(), Currency::USD).unwrap()
}

proptest! {
    #[test]
    fn an_account_is_what_the_naive_model_says(moves in moves()) {
        let mut account = CustomerAccount::default();
        let mut naive = Naive::default();
        for step in moves {
            let before = account.clone();
            let decision = account.decide(&command(step), &());
            prop_assert_eq!(decision.is_ok(), naive.step(step), "{:?} on {:?}: {:?}", step, naive, decision);
            // A refusal changes nothing; an accepted command does, unless it is a repetition.
            account = decision.unwrap_or_default().iter().fold(account, CustomerAccount::evolve);
            prop_assert_eq!(&Naive::of(&account), &naive);
            let again = account.decide(&command(step), &());
            if account != before && !matches!(step, Move::Apply { .. }) {
                prop_assert_eq!(again, Ok(vec![]), "{:?} twice", step);
            }
        }
    }

    #[test]
    fn on_every_day_invoiced_is_paid_and_credited_and_open(moves in moves(), on in 0_u64..180) {
        let (account, decisions) = play(&moves);
        let date = day(on);
        for item in account.items() {
            let parts = [item.paid_at(date), item.credited_at(date), item.open_at(date)];
            let invoiced = if item.issue_date() <= date { item.total() } else { usd(0) };
            prop_assert_eq!(sum(parts.into_iter()), invoiced);
            prop_assert!(parts.iter().all(|part| !part.is_negative()));
        }
        // received = applied + held
        let received = sum(account.sources().filter(|s| s.date <= date).map(|s| s.amount));
        let applied = sum(account.items().flat_map(|i| [i.paid_at(date), i.credited_at(date)]));
        let held = sum(account.sources().map(|s| account.held_at(s, date)));
        prop_assert_eq!(received, sum([applied, held].into_iter()));
        prop_assert!(account.sources().all(|s| !account.held_at(s, date).is_negative()));

        // The figures of a day are those of the account as it was on that day.
        let events: Vec<AccountEvent> = decisions.concat();
        let then = CustomerAccount::as_of(&events, date);
        for item in account.items() {
            match then.item(item.number()) {
                Some(past) => prop_assert_eq!((past.open(), past.paid()), (item.open_at(date), item.paid_at(date))),
                None => prop_assert!(date < item.issue_date()),
            }
        }
        for source in account.sources() {
            let past = then.source(&source.id).map_or(usd(0), |s| then.held(s));
            prop_assert_eq!(past, account.held_at(source, date));
        }
    }

    #[test]
    fn stored_and_replayed_events_give_the_account(moves in moves()) {
        let (account, decisions) = play(&moves);
        let events: Vec<AccountEvent> = decisions.concat();
        prop_assert_eq!(&CustomerAccount::replay(&events), &account);
        let stored = serde_json::to_string(&events).unwrap();
        prop_assert_eq!(serde_json::from_str::<Vec<AccountEvent>>(&stored).unwrap(), events);
        let commands: Vec<AccountCommand> = moves.into_iter().map(command).collect();
        let stored = serde_json::to_string(&commands).unwrap();
        prop_assert_eq!(serde_json::from_str::<Vec<AccountCommand>>(&stored).unwrap(), commands);
    }

    #[test]
    fn the_ledger_shows_what_is_open_and_what_is_held(moves in moves()) {
        let entity = LegalEntity::new("US01").unwrap();
        let id = CustomerAccountId::from_key("1").unwrap();
        let (account, decisions) = play(&moves);
        let mut balance = TrialBalance::new();
        let mut invoicing = BTreeMap::new();
        let mut ids = Vec::new();
        for events in &decisions {
            for entry in post(entity, &id, events).unwrap() {
                balance.add(&entry).unwrap();
                ids.push(entry.header().id.clone());
            }
            // Invoices and credit notes are posted by the invoicing side.
            for event in events {
                match event {
                    AccountEvent::ItemOpened { number, total, .. } => {
                        invoicing.insert(number.clone(), *total);
                    }
                    AccountEvent::CreditReceived { against, amount, .. } => {
                        let posted = invoicing[against].checked_sub(amount).unwrap();
                        invoicing.insert(against.clone(), posted);
                    }
                    _ => {}
                }
            }
        }
        prop_assert!(balance.is_balanced());
        for item in account.items() {
            let applied = balance.subject_balance(entity, Role::Receivable, Currency::USD, item.number().as_str());
            prop_assert_eq!(invoicing[item.number()].checked_add(&applied).unwrap(), item.open());
        }
        let held = sum(account.sources().map(|s| account.held(s)));
        prop_assert_eq!(balance.balance(entity, Role::CustomerAdvance, Currency::USD), held.negated());
        let paid = sum(account.sources().filter(|s| matches!(s.id, SourceId::Payment(_))).map(|s| s.amount));
        prop_assert_eq!(balance.balance(entity, Role::Cash, Currency::USD), paid);
        let count = ids.len();
        ids.sort();
        ids.dedup();
        prop_assert_eq!(ids.len(), count, "an entry id twice");
    }

    #[test]
    fn the_bands_of_an_ageing_add_up_to_what_is_open(
        moves in moves(), on in 0_u64..300, edges in prop::collection::btree_set(1_u32..120, 0..5),
        credits in prop::sample::select(vec![CreditsIn::Separate, CreditsIn::OwnBand, CreditsIn::OldestFirst]),
        age_by in prop::sample::select(vec![AgeBy::DueDate, AgeBy::IssueDate]),
    ) {
        let policy = AgeingPolicy::new(AgeingPolicyDocument {
            id: "p".to_owned(),
            version: 1,
            edges: edges.iter().copied().collect(),
            age_by,
            credits,
            disputes: DisputesIn::Included,
        })
        .unwrap();
        let (account, _) = play(&moves);
        let date = day(on);
        let items = account.aged_items("ACME", date, Currency::USD);
        let report = age(&items, date, Currency::USD, &policy, None).unwrap();
        let all = &report.all;
        let open = sum(account.items().map(|i| i.open_at(date)));
        let held = sum(account.sources().map(|s| account.held_at(s, date)));
        prop_assert_eq!(all.total, open.checked_sub(&held).unwrap());
        let parts = all.bands.iter().copied().chain([all.credits, all.disputed]);
        prop_assert_eq!(sum(parts), all.total);
        prop_assert_eq!(all.bands.len(), policy.band_names().len());
        if let Some(own) = report.customers.get("ACME") {
            prop_assert_eq!(own, all);
        }
        match credits {
            CreditsIn::Separate => prop_assert_eq!(all.credits, held.negated()),
            CreditsIn::OwnBand => prop_assert!(all.credits.is_zero()),
            CreditsIn::OldestFirst => {
                prop_assert!(all.bands.iter().all(|band| !band.is_negative()));
                prop_assert!(all.credits.is_zero() || all.bands.iter().all(Money::is_zero));
            }
        }
        // Each item stands in the band whose name holds its age.
        for item in items.iter().filter(|item| item.open.is_positive()) {
            let from = if age_by == AgeBy::DueDate { item.due_date } else { item.issue_date };
            let days = date.signed_duration_since(from).num_days();
            let alone = age(std::slice::from_ref(item), date, Currency::USD, &policy, None).unwrap();
            let band = alone.all.bands.iter().position(|b| !b.is_zero()).unwrap();
            let expected = match policy.band_names()[band].as_str() {
                "not due" => days <= 0,
                name => match name.split_once('-') {
                    Some((first, last)) => (first.parse().unwrap()..=last.parse().unwrap()).contains(&days),
                    None => days > name.trim_start_matches("> ").parse().unwrap(),
                },
            };
            prop_assert!(expected, "{} days in {}", days, policy.band_names()[band]);
        }
    }

    #[test]
    fn proposals_say_what_the_account_then_does(
        totals in prop::collection::vec(0_i64..200, 5),
        lines in prop::collection::vec((0_u8..30, 0_u64..90, -20_i64..300, prop::option::of(0_u8..7)), 0..20),
    ) {
        let id = CustomerAccountId::from_key("1").unwrap();
        let mut account = CustomerAccount::default();
        for (invoice, minor) in (0_u8..).zip(&totals) {
            let open = command(Move::Open { invoice, issued: 0, net_days: 30, minor: *minor });
            account = account.decide(&open, &()).unwrap().iter().fold(account, CustomerAccount::evolve);
        }
        let matcher = BankMatcher::new(account.items().map(|item| Candidate {
            account: id.clone(),
            number: item.number().clone(),
            due_date: item.due_date(),
            open: item.open(),
        }));
        let lines: Vec<StatementLine> = lines
            .into_iter()
            .map(|(key, on, minor, invoice)| StatementLine {
                id: payment(key),
                date: day(on),
                amount: usd(minor),
                reference: invoice.map_or(String::new(), |i| format!("thanks, re inv {i}!")),
                payer: Some(id.clone()),
            })
            .collect();
        let proposals = matcher.propose(&lines);
        prop_assert_eq!(proposals.len(), lines.len());
        let mut backwards = lines.clone();
        backwards.sort_by(|a, b| (b.date, &b.id).cmp(&(a.date, &a.id)));
        let distinct = lines.iter().map(|l| &l.id).collect::<std::collections::BTreeSet<_>>().len() == lines.len();
        prop_assert!(!distinct || matcher.propose(&backwards) == proposals);

        for proposal in proposals {
            let Some((_, command)) = proposal.command() else {
                prop_assert!(matches!(proposal.fit, Fit::Repeated | Fit::NotAReceipt));
                continue;
            };
            let before = proposal.item.as_ref().and_then(|n| account.item(n)).map(OpenItem::open);
            let events = account.decide(&command, &()).unwrap();
            account = events.iter().fold(account, CustomerAccount::evolve);
            let source = account.source(&SourceId::Payment(proposal.payment.clone())).unwrap();
            let held = account.held(source);
            let after = proposal.item.as_ref().and_then(|n| account.item(n)).map(OpenItem::open);
            let late = proposal.date.signed_duration_since(day(30)).num_days().max(0);
            match (proposal.fit, after) {
                (Fit::Exact, Some(after)) => prop_assert!(after.is_zero() && held.is_zero()),
                (Fit::Short, Some(after)) => prop_assert!(after.is_positive() && held.is_zero()),
                (Fit::Over, Some(after)) => prop_assert!(after.is_zero() && held.is_positive()),
                (Fit::Settled, Some(_)) => prop_assert!(before.unwrap().is_zero() && held == proposal.amount),
                (Fit::Unknown, None) => prop_assert_eq!(held, proposal.amount),
                other => prop_assert!(false, "{:?}", other),
            }
            if proposal.item.is_some() {
                prop_assert_eq!(i64::from(proposal.days_late), late);
            }
        }
    }
}

fn open(invoice: u8, minor: i64) -> Move {
    Move::Open {
        invoice,
        issued: 0,
        net_days: 30,
        minor,
    }
}

fn pay(payment: u8, on: u64, minor: i64, invoice: u8) -> Move {
    Move::Pay {
        payment,
        on,
        minor,
        invoice: Some(invoice),
    }
}

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
