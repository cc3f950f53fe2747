//! Every command in every state, and numbers without gaps.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use chrono::NaiveDate;
use l2c_host::{CommandOn, Decider, MemoryStore, PartyId, Recording, Store, StreamId, run};
use l2c_invoicing::*;
use l2c_ledger::LegalEntity;
use l2c_money::{Currency, Money, Percent};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn invoice(minor: i64) -> Invoice {
    let rate = TaxRate::new(TaxCategory::Standard, "8".parse::<Percent>().unwrap(), "US-NY").unwrap();
    let net = Money::from_minor(minor, Currency::USD).unwrap();
    Invoice::new(InvoiceDocument {
        kind: InvoiceKind::Invoice,
        account: BillingAccountId::from_key("1").unwrap(),
        seller: LegalEntity::new("US01").unwrap(),
        buyer: PartyId::from_key("ACME").unwrap(),
        currency: Currency::USD,
        tax_point: day("2017-03-01"),
        terms: PaymentTerms::NetDays(30),
        lines: vec![InvoiceLine::of_amount("licence", &net, rate).unwrap()],
        tax_rates: None,
        policy: BillingPolicy::en16931(),
    })
    .unwrap()
}

fn series(name: &str) -> NumberSeries {
    NumberSeries::new(name, 5, 1).unwrap()
}

fn context(name: &str, value: u64) -> InvoiceContext {
    InvoiceContext {
        number: Some(InvoiceNumber::new(&series(name), day("2017-03-01"), value)),
        last_issue_date: Some(day("2017-03-01")),
    }
}

fn draft(key: &str, invoice: &Invoice) -> InvoiceCommand {
    InvoiceCommand::Draft {
        id: InvoiceId::from_key(key).unwrap(),
        invoice: Box::new(invoice.clone()),
    }
}

fn issue() -> InvoiceCommand {
    InvoiceCommand::Issue {
        date: day("2017-03-01"),
    }
}

fn after(state: InvoiceState, command: &InvoiceCommand, context: &InvoiceContext) -> InvoiceState {
    let events = state.decide(command, context).unwrap();
    events.iter().fold(state, InvoiceState::evolve)
}

fn issued(key: &str, series: &str, invoice: &Invoice) -> IssuedInvoice {
    let context = context(series, 1);
    let state = after(InvoiceState::default(), &draft(key, invoice), &context);
    after(state, &issue(), &context).issued().unwrap().clone()
}

fn credit_of(invoice: &IssuedInvoice) -> InvoiceCommand {
    let note = invoice.credit_note("wrong price").unwrap();
    InvoiceCommand::Credit {
        credit_note: Box::new(issued("note", "CRN", &note)),
    }
}

#[test]
fn the_table_is_sound_and_drawn() {
    assert_eq!(INVOICE_MACHINE.check(), []);
    insta::assert_snapshot!(INVOICE_MACHINE.mermaid(), @r"
    stateDiagram-v2
        [*] --> New
        New --> Draft: draft
        Draft --> Issued: issue
        Issued --> Credited: credit
        Credited --> [*]
    ");
}

#[test]
fn every_command_in_every_state_is_decided_as_the_table_says() {
    let document = invoice(10_000);
    let commands = [
        draft("1", &document),
        issue(),
        credit_of(&issued("1", "INV", &document)),
    ];
    let path = [
        InvoiceStatus::New,
        InvoiceStatus::Draft,
        InvoiceStatus::Issued,
        InvoiceStatus::Credited,
    ];
    let mut states = vec![InvoiceState::default()];
    for command in &commands {
        let state = states[states.len() - 1].clone();
        states.push(after(state, command, &context("INV", 1)));
    }
    assert_eq!(states.iter().map(InvoiceState::status).collect::<Vec<_>>(), path);

    let mut seen = 0;
    for (status, on, target) in INVOICE_MACHINE.pairs() {
        let state = states.iter().find(|s| s.status() == status).unwrap();
        let command = commands.iter().find(|c| c.name() == on).unwrap();
        match (state.decide(command, &context("INV", 1)), target) {
            (Ok(events), Some(target)) => {
                let next = events.iter().fold(state.clone(), InvoiceState::evolve);
                assert_eq!(next.status(), target, "{status:?} {on}");
            }
            (Err(refusal), None) => assert_eq!(refusal.code(), "wrong_state", "{status:?} {on}"),
            (decision, target) => panic!("{status:?} {on}: {decision:?}, the table says {target:?}"),
        }
        seen += 1;
    }
    assert_eq!(seen, states.len() * commands.len());
}

#[test]
fn an_event_out_of_place_changes_nothing() {
    let document = invoice(10_000);
    let commands = [
        draft("1", &document),
        issue(),
        credit_of(&issued("1", "INV", &document)),
    ];
    let mut state = InvoiceState::default();
    let mut story = Vec::new();
    for command in &commands {
        let events = state.decide(command, &context("INV", 1)).unwrap();
        state = events.iter().fold(state, InvoiceState::evolve);
        story.extend(events);
    }
    assert_eq!(InvoiceState::replay(&story), state);
    // Each event twice, and the whole story twice: nothing moves.
    let twice: Vec<InvoiceEvent> = story.iter().flat_map(|e| [e.clone(), e.clone()]).collect();
    assert_eq!(InvoiceState::replay(&twice), state);
    assert_eq!(InvoiceState::replay(story.iter().chain(&story)), state);
    // And stored events are the same events.
    let stored = serde_json::to_string(&story).unwrap();
    assert_eq!(serde_json::from_str::<Vec<InvoiceEvent>>(&stored).unwrap(), story);
    let stored = serde_json::to_string(&commands).unwrap();
    assert_eq!(
        serde_json::from_str::<[InvoiceCommand; 3]>(&stored).unwrap(),
        commands
    );
}

#[test]
fn a_document_is_issued_under_a_number_and_never_before_the_last_one() {
    let state = after(
        InvoiceState::default(),
        &draft("1", &invoice(100)),
        &context("INV", 1),
    );
    let refused = |context: InvoiceContext| state.decide(&issue(), &context).unwrap_err().code();
    assert_eq!(refused(InvoiceContext::default()), "number_missing");
    let later = InvoiceContext {
        last_issue_date: Some(day("2017-03-02")),
        ..context("INV", 1)
    };
    assert_eq!(refused(later), "date_before_last");
    let state = after(state, &issue(), &context("INV", 12));
    let issued = state.issued().unwrap();
    assert_eq!(issued.number.to_string(), "INV-2017-00012");
    assert_eq!(
        (issued.issue_date, issued.due_date),
        (day("2017-03-01"), day("2017-03-31"))
    );
}

#[test]
fn only_its_own_credit_note_credits_an_invoice() {
    let (first, second) = (
        issued("1", "INV", &invoice(100)),
        issued("2", "INV", &invoice(100)),
    );
    let state = InvoiceState::Issued(Box::new(first.clone()));
    let refused = |command: &InvoiceCommand| {
        state
            .decide(command, &InvoiceContext::default())
            .unwrap_err()
            .to_string()
    };
    let foreign = InvoiceCommand::Credit {
        credit_note: Box::new(second.clone()),
    };
    insta::assert_snapshot!(refused(&foreign), @"INV-2017-00001 does not credit INV-2017-00001 in full: it is an invoice");
    insta::assert_snapshot!(refused(&credit_of(&second)), @"CRN-2017-00001 does not credit INV-2017-00001 in full: it corrects another invoice");
    let mut note = issued("3", "CRN", &first.credit_note("wrong price").unwrap());
    let half = InvoiceDocument {
        kind: note.invoice.document().kind.clone(),
        ..invoice(50).document().clone()
    };
    let half = InvoiceCommand::Credit {
        credit_note: Box::new(issued("3", "CRN", &Invoice::new(half).unwrap())),
    };
    insta::assert_snapshot!(refused(&half), @"CRN-2017-00001 does not credit INV-2017-00001 in full: its figures are others");
    note.issue_date = day("2017-02-28");
    let early = InvoiceCommand::Credit {
        credit_note: Box::new(note.clone()),
    };
    insta::assert_snapshot!(refused(&early), @"CRN-2017-00001 does not credit INV-2017-00001 in full: it is issued before it");
    let state = InvoiceState::Issued(Box::new(note));
    let twice = state
        .decide(&credit_of(&first), &InvoiceContext::default())
        .unwrap_err();
    assert_eq!(twice.code(), "credit_note");
}

#[test]
fn numbers_have_no_gap_whatever_is_refused_between_them() {
    let store = MemoryStore::new();
    let recording = Recording::new(chrono::DateTime::default());
    let mut numbers = Vec::new();
    for key in 0..20 {
        let date = day("2017-03-01");
        let stream = || StreamId::of::<InvoiceEvent>(&format!("inv_{key}")).unwrap();
        // Every third document was never drafted: issuing it is refused and takes no number.
        if key % 3 != 0 {
            let command = draft(&key.to_string(), &invoice(100));
            let command =
                CommandOn::<InvoiceState>::new(stream(), command, date, |_| InvoiceContext::default());
            run(&store, &command, &recording).unwrap();
        }
        let sequence = series("INV").sequence(date);
        // Every document is asked for twice: the second time it is refused.
        for _ in 0..2 {
            let context = |loaded: &l2c_host::Loaded| InvoiceContext {
                number: Some(InvoiceNumber::new(
                    &series("INV"),
                    date,
                    loaded.next_number(&sequence),
                )),
                last_issue_date: None,
            };
            let command =
                CommandOn::<InvoiceState>::new(stream(), InvoiceCommand::Issue { date }, date, context)
                    .claiming(&sequence, |events| events.len() as u64);
            if let Ok(outcome) = run(&store, &command, &recording) {
                for event in command.events(&outcome).unwrap() {
                    let InvoiceEvent::Issued { number, .. } = event else {
                        panic!("another event")
                    };
                    numbers.push(number.value());
                }
            }
        }
    }
    assert_eq!(numbers, (1..=13).collect::<Vec<u64>>());
    assert_eq!(store.last_number("INV-2017").unwrap(), 13);
}
