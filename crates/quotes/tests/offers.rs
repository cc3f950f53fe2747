//! Optional lines, alternatives, prices of a draft, late acceptance, siblings: figures worked by hand.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

#[allow(dead_code)]
mod shop;

use std::sync::Arc;

use l2c_host::PartyRoles;
use l2c_money::{Currency, Money, Quantity};
use l2c_pricing::{Catalogue, Engine, PriceBook, PriceRequest, ProductId, RequestLine, Waterfall};
use l2c_quotes::QuoteCommand::{Accept, EditLines, Expire, Present, Refresh, Reopen, Revise, Submit};
use l2c_quotes::{
    Alternative, DraftPrices, LateAcceptance, LineEdit, Quote, QuoteCommand, QuoteContext, QuoteDocument,
    QuoteFact, QuoteId, QuotePolicy, QuoteStatus, QuoteTerms, Siblings, expiry_due,
};
use shop::{Told, context, day, party};

fn line(id: &str, product: &str, pieces: u32) -> RequestLine {
    RequestLine::new(
        id,
        ProductId::from_key(product).unwrap(),
        Quantity::pieces(pieces),
    )
}

/// A GTX Pro of 1000 and, to take or leave, 3 mugs of 10 and 5 mugs of 10.
fn with_mugs() -> QuoteTerms {
    let lines = vec![line("1", "GTXPro", 1), line("2", "Mug", 3), line("3", "Mug", 5)];
    let mut terms = QuoteTerms::new(PriceRequest::new(day("2017-03-05"), lines), day("2017-03-31"));
    terms.optional = [("2".to_owned(), false), ("3".to_owned(), true)].into();
    terms
}

fn draft(key: &str, opportunity: Option<&str>, terms: QuoteTerms) -> QuoteCommand {
    QuoteCommand::Draft {
        id: QuoteId::from_key(key).unwrap(),
        parties: PartyRoles::new(party("acme")),
        opportunity: opportunity.map(str::to_owned),
        terms,
    }
}

fn presented(key: &str, opportunity: Option<&str>, terms: QuoteTerms) -> Told {
    let mut told = Told::default();
    for command in [draft(key, opportunity, terms), Submit, Present] {
        told.by("agent", &command).unwrap();
    }
    told
}

fn accept(alternative: Option<&str>, selected: Option<&[&str]>) -> QuoteCommand {
    Accept {
        version: 1,
        reference: None,
        alternative: alternative.map(str::to_owned),
        selected: selected.map(|lines| lines.iter().map(|line| (*line).to_owned()).collect()),
    }
}

fn usd(dollars: i64) -> Option<Money> {
    Some(Money::from_minor(dollars * 100, Currency::USD).unwrap())
}

#[test]
fn the_customer_takes_or_leaves_optional_lines() {
    for (selected, total) in [
        (None, 1050),
        (Some(&["2"][..]), 1030),
        (Some(&[][..]), 1000),
        (Some(&["2", "3"][..]), 1080),
    ] {
        let mut told = presented("7", None, with_mugs());
        let frozen = told.quote.latest().unwrap().submission().cloned();
        assert_eq!(told.quote.latest().unwrap().total().unwrap(), usd(1050));
        told.by("agent", &accept(None, selected)).unwrap();
        told.by(
            "agent",
            &QuoteCommand::Order {
                order: "ord_1".into(),
            },
        )
        .unwrap();
        let version = told.quote.latest().unwrap();
        assert_eq!(version.total().unwrap(), usd(total), "{selected:?}");
        assert_eq!(version.submission().cloned(), frozen, "not a byte of it changes");
        let document = QuoteDocument::new(&told.quote, 1).unwrap().unwrap();
        assert_eq!(Some(document.offers[0].net_total), usd(total));
        let json = serde_json::to_string(&document).unwrap();
        assert_eq!(serde_json::from_str::<QuoteDocument>(&json).unwrap(), document);
    }
    let mut told = presented("7", None, with_mugs());
    for line in ["1", "9"] {
        assert_eq!(
            told.by("agent", &accept(None, Some(&[line]))).unwrap_err().code(),
            "unknown_line"
        );
    }
}

#[test]
fn alternatives_stand_side_by_side_and_one_is_taken() {
    let mut terms = with_mugs();
    let better = PriceRequest::new(
        day("2017-03-05"),
        vec![line("1", "GTXPro", 2), line("2", "Mug", 1)],
    );
    terms.alternatives.push(Alternative {
        id: "better".into(),
        name: "Two of them".into(),
        request: better,
        optional: [("2".to_owned(), false)].into(),
    });
    let mut told = presented("7", None, terms.clone());
    assert_eq!(
        told.by("agent", &accept(Some("best"), None)).unwrap_err().code(),
        "unknown_alternative"
    );
    told.by("agent", &accept(Some("better"), Some(&["2"]))).unwrap();
    assert_eq!(told.quote.latest().unwrap().total().unwrap(), usd(2010));
    let document = QuoteDocument::new(&told.quote, 1).unwrap().unwrap();
    let offers: Vec<_> = document
        .offers
        .iter()
        .map(|offer| (Some(offer.net_total), offer.accepted))
        .collect();
    assert_eq!(offers, [(usd(1050), false), (usd(2010), true)]);
    terms.alternatives.push(terms.alternatives[0].clone());
    let twice = Told::default().by("agent", &draft("8", None, terms)).unwrap_err();
    assert_eq!(twice.code(), "duplicate_alternative");
}

#[test]
fn lines_are_added_replaced_and_removed() {
    let mut told = Told::default();
    told.by("agent", &draft("7", None, with_mugs())).unwrap();
    let edits = vec![
        LineEdit::Add {
            line: line("4", "Mug", 2),
            optional: None,
        },
        LineEdit::Replace {
            line: line("2", "Mug", 4),
            optional: None,
        },
        LineEdit::Remove { line: "3".into() },
    ];
    told.by(
        "agent",
        &EditLines {
            edits,
            valid_until: None,
        },
    )
    .unwrap();
    told.by("agent", &Refresh).unwrap();
    assert_eq!(told.quote.latest().unwrap().total().unwrap(), usd(1060));
    let before = told.quote.clone();
    for (edit, code) in [
        (LineEdit::Remove { line: "3".into() }, "unknown_line"),
        (
            LineEdit::Replace {
                line: line("9", "Mug", 1),
                optional: None,
            },
            "unknown_line",
        ),
        (
            LineEdit::Add {
                line: line("4", "Mug", 1),
                optional: None,
            },
            "duplicate_line",
        ),
    ] {
        let edits = vec![LineEdit::Remove { line: "2".into() }, edit];
        let refusal = told
            .by(
                "agent",
                &EditLines {
                    edits,
                    valid_until: None,
                },
            )
            .unwrap_err();
        assert_eq!((refusal.code(), &told.quote), (code, &before));
    }
}

/// The shop with mugs at another price.
fn mugs_at(price: &str, policy: DraftPrices) -> QuoteContext {
    let catalogue = r#"{"id": "catalogue", "version": 3, "products": [
        {"id": "prd_GTXPro", "name": "GTX Pro"}, {"id": "prd_Mug", "name": "Mug"}]}"#;
    let book = format!(
        r#"{{"id": "list-usd", "version": 3, "currency": "USD", "entries": [
        {{"product": "prd_GTXPro", "price": "1000"}}, {{"product": "prd_Mug", "price": "{price}"}}]}}"#
    );
    let waterfall = r#"{"id": "standard", "version": 1}"#;
    let engine = Engine::new(
        Catalogue::new(&serde_json::from_str(catalogue).unwrap()).unwrap(),
        PriceBook::new(&serde_json::from_str(&book).unwrap()).unwrap(),
        Waterfall::new(&serde_json::from_str(waterfall).unwrap()).unwrap(),
    );
    let mut context = context("agent", "2017-03-15");
    context.engine = Arc::new(engine.unwrap());
    context.policy.draft_prices = policy;
    context
}

#[test]
fn prices_of_a_draft_move_when_asked_and_the_event_says_which() {
    let (ten, twelve) = (
        mugs_at("10", DraftPrices::OnRefresh),
        mugs_at("12", DraftPrices::OnRefresh),
    );
    let mut told = Told::default();
    told.on(&ten, &draft("7", None, with_mugs())).unwrap();
    told.on(&ten, &Refresh).unwrap();
    assert_eq!(told.on(&ten, &Refresh), Ok(0), "nothing has moved");
    // Another price book alone moves nothing; submitting freezes what the draft shows.
    let mut kept = told.clone();
    kept.on(&twelve, &Submit).unwrap();
    assert_eq!(kept.quote.latest().unwrap().total().unwrap(), usd(1050));
    told.on(&twelve, &Refresh).unwrap();
    assert_eq!(told.quote.latest().unwrap().total().unwrap(), usd(1060));
    let Some(QuoteFact::Refreshed { moved, .. }) = told.events.last().map(|event| &event.what) else {
        panic!("a refresh")
    };
    let moved: Vec<_> = moved
        .iter()
        .map(|moved| (moved.line.as_str(), moved.before, moved.after))
        .collect();
    assert_eq!(moved, [("2", usd(30), usd(36)), ("3", usd(50), usd(60))]);
}

#[test]
fn on_every_edit_or_live_are_other_policies() {
    let mut told = Told::default();
    told.on(
        &mugs_at("10", DraftPrices::OnEdit),
        &draft("7", None, with_mugs()),
    )
    .unwrap();
    assert_eq!(told.names(), ["drafted", "refreshed"]);
    let twelve = mugs_at("12", DraftPrices::OnEdit);
    told.on(&twelve, &Submit).unwrap();
    told.on(&twelve, &Reopen).unwrap();
    assert_eq!(told.quote.latest().unwrap().total().unwrap(), usd(1060));

    let mut told = Told::default();
    let (ten, twelve) = (mugs_at("10", DraftPrices::Live), mugs_at("12", DraftPrices::Live));
    told.on(&ten, &draft("7", None, with_mugs())).unwrap();
    told.on(&ten, &Refresh).unwrap();
    let live = |told: &Told, context: &QuoteContext| {
        let version = told.quote.latest().unwrap();
        Some(
            version
                .total_of(&version.live(&context.engine).unwrap().unwrap())
                .unwrap(),
        )
    };
    assert_eq!((live(&told, &ten), live(&told, &twelve)), (usd(1050), usd(1060)));
    told.on(&twelve, &Submit).unwrap();
    assert_eq!(live(&told, &ten), usd(1060), "frozen");
}

#[test]
fn a_late_acceptance_is_refused_or_recorded_as_an_override() {
    let mut late = context("agent", "2017-04-01");
    let mut told = presented("7", None, with_mugs());
    assert_eq!(told.on(&late, &accept(None, None)).unwrap_err().code(), "expired");
    late.policy.late_acceptance = LateAcceptance::RecordOverride;
    told.on(&late, &accept(None, None)).unwrap();
    assert!(told.quote.latest().unwrap().acceptance().unwrap().after_expiry);
    let mut told = presented("7", None, with_mugs());
    let mut early = context("agent", "2017-03-31");
    early.policy.late_acceptance = LateAcceptance::RecordOverride;
    told.on(&early, &accept(None, None)).unwrap();
    assert!(!told.quote.latest().unwrap().acceptance().unwrap().after_expiry);
}

#[test]
fn siblings_are_abandoned_by_policy_alone_each_by_a_command_of_its_own() {
    let mut accepted = presented("1", Some("opp"), with_mugs());
    accepted.by("agent", &accept(None, None)).unwrap();
    let mut over = presented("4", Some("opp"), with_mugs());
    over.by("agent", &QuoteCommand::Withdraw).unwrap();
    let mut others = [
        accepted.clone(),
        presented("2", Some("opp"), with_mugs()),
        presented("3", Some("other"), with_mugs()),
        over,
        presented("5", None, with_mugs()),
    ];
    let quotes = |others: &[Told]| -> Vec<Quote> { others.iter().map(|told| told.quote.clone()).collect() };
    assert_eq!(
        QuotePolicy::default().closes_siblings(&accepted.quote, &quotes(&others)),
        []
    );
    let policy = QuotePolicy {
        siblings: Siblings::Abandon,
        ..QuotePolicy::default()
    };
    let closing = policy.closes_siblings(&accepted.quote, &quotes(&others));
    let [(id, command)] = &closing[..] else {
        panic!("one sibling is open: {closing:?}")
    };
    assert_eq!(id.key(), "2");
    others[1].by("agent", command).unwrap();
    assert_eq!(others[1].quote.status(), Some(QuoteStatus::Abandoned));
    assert_eq!(policy.closes_siblings(&accepted.quote, &quotes(&others)), []);
}

#[test]
fn what_is_due_to_expire_is_presented_and_past_its_last_day() {
    let mut accepted = presented("1", None, with_mugs());
    accepted.by("agent", &accept(None, None)).unwrap();
    let mut again = presented("2", None, with_mugs());
    let mut later = with_mugs();
    later.valid_until = day("2017-04-30");
    again.by("agent", &Revise { terms: later }).unwrap();
    let mut due = presented("3", None, with_mugs());
    let quotes = [accepted.quote, again.quote, due.quote.clone()];
    assert_eq!(expiry_due(&quotes, day("2017-03-31")), Vec::<&QuoteId>::new());
    assert_eq!(expiry_due(&quotes, day("2017-04-01")), [quotes[2].id().unwrap()]);
    due.on(&context("agent", "2017-04-01"), &Expire).unwrap();
}
