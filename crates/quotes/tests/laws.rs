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

use std::collections::BTreeMap;
use std::sync::Arc;

use l2c_quotes::{
    Approval, CounterOffer, QUOTE_MACHINE, Quote, QuoteCommand, QuoteContext, QuoteDocument, QuoteId,
    QuoteStatus, QuoteVersion,
};
use proptest::collection::vec;
use proptest::prelude::*;
use shop::{APPROVALS, Told, approvals, context, draft, terms};

fn command() -> impl Strategy<Value = QuoteCommand> {
    let total = prop_oneof![
        Just(500_i64),
        Just(700),
        Just(850),
        Just(950),
        Just(1000),
        Just(1600)
    ];
    // Weights that lead through the whole life; taking a quote back would end most stories early.
    prop_oneof![
        3 => total.clone().prop_map(|total| QuoteCommand::Edit { terms: terms(total) }),
        10 => Just(QuoteCommand::Submit),
        16 => Just(QuoteCommand::Approve { comment: None }),
        2 => Just(QuoteCommand::Reject { reason: "no".into() }),
        2 => Just(QuoteCommand::Recall),
        2 => Just(QuoteCommand::Reopen),
        10 => Just(QuoteCommand::Present),
        3 => (1_u32..4).prop_map(|version| QuoteCommand::Accept { version, reference: None, alternative: None, selected: None }),
        3 => (1_u32..4).prop_map(|version| QuoteCommand::Decline { version, reason: None }),
        1 => Just(QuoteCommand::Withdraw),
        3 => Just(QuoteCommand::Expire),
        3 => Just(QuoteCommand::Refresh),
        2 => (1_u32..4).prop_map(|version| {
            let offer = CounterOffer { total: None, note: Some("less".into()) };
            QuoteCommand::Counter { version, offer }
        }),
        1 => Just(QuoteCommand::Abandon { accepted: QuoteId::from_key("8").unwrap() }),
        6 => Just(QuoteCommand::Order { order: "ord_7".into() }),
        8 => total.prop_map(|total| QuoteCommand::Revise { terms: terms(total) }),
    ]
}

/// Who does what, and whether in March, when the quote is valid, or in April.
fn story() -> impl Strategy<Value = Vec<(&'static str, bool, QuoteCommand)>> {
    let who = prop::sample::select(vec![
        "agent", "agent", "manager", "director", "finance", "all", "all",
    ]);
    vec((who, prop::bool::weighted(0.1), command()), 0..60)
}

fn missing(quote: &Quote) -> usize {
    quote.approval().map_or(0, Approval::missing)
}

/// A version that has left the house.
fn issued(version: &QuoteVersion) -> bool {
    use QuoteStatus::{Accepted, Declined, Expired, Ordered, Presented};
    matches!(
        version.status(),
        Presented | Accepted | Ordered | Declined | Expired
    )
}

/// All that an issued version says, as it is stored and as the customer reads it, but for what the customer answers.
fn written(quote: &Quote, number: u32) -> String {
    let version = quote.version(number).unwrap();
    let submission = version.submission().unwrap();
    let mut document = QuoteDocument::new(quote, number).unwrap().unwrap();
    (document.status, document.reference, document.accepted_on) = (QuoteStatus::Presented, None, None);
    for offer in &mut document.offers {
        offer.accepted = false;
    }
    let parts = [
        serde_json::to_string(version.terms()),
        serde_json::to_string(&submission.priced),
        serde_json::to_string(&submission.approval),
        serde_json::to_string(&document),
    ];
    parts.map(Result::unwrap).join("\n")
}

proptest! {
    #[test]
    fn whatever_is_asked_the_promises_of_a_quote_hold(total in 400_i64..1_700, story in story()) {
        let mut told = Told::default();
        told.by("agent", &draft(total)).unwrap();
        let mut bytes: BTreeMap<u32, String> = BTreeMap::new();
        for (who, late, command) in story {
            let before = told.quote.clone();
            let context = context(who, if late { "2017-04-01" } else { "2017-03-15" });
            // `on` checks that the history replays to the state.
            let result = told.on(&context, &command);
            let after = &told.quote;
            if result.is_err() {
                prop_assert_eq!(&before, after, "a refused command changes nothing");
                continue;
            }
            for version in before.versions() {
                let now = after.version(version.number()).unwrap();
                if issued(version) {
                    let written = written(&told.quote, version.number());
                    let first = bytes.entry(version.number()).or_insert_with(|| written.clone());
                    prop_assert_eq!(&*first, &written, "an issued version never changes a byte");
                    prop_assert_eq!(version.terms(), now.terms(), "an issued version never changes");
                    prop_assert_eq!(version.submission(), now.submission());
                }
                if QUOTE_MACHINE.is_terminal(version.status()) {
                    prop_assert_eq!(version, now, "nothing leads out of a terminal status");
                }
            }
            let (latest, was) = (after.latest().unwrap(), before.latest().unwrap());
            if command == (QuoteCommand::Approve { comment: None }) {
                prop_assert!(missing(after) < missing(&before), "approving shrinks what is missing");
                let own = was.submission().unwrap().by == context.actor.party;
                prop_assert!(!own, "nobody approves a request of their own");
            }
            match latest.status() {
                QuoteStatus::Draft => prop_assert!(latest.submission().is_none()),
                QuoteStatus::InApproval => prop_assert!(!after.open_approvals().is_empty()),
                QuoteStatus::Approved | QuoteStatus::Presented | QuoteStatus::Accepted | QuoteStatus::Ordered => {
                    prop_assert_eq!(missing(after), 0);
                    let target = latest.terms().request.target.unwrap();
                    prop_assert_eq!(latest.priced().unwrap().net_total(), target);
                    prop_assert_eq!(latest.total().unwrap(), Some(target), "what is accepted is what is ordered");
                }
                _ => {}
            }
            if latest.status() == QuoteStatus::Accepted {
                prop_assert!(latest.since() <= latest.terms().valid_until);
            }
            let in_order = after.versions().zip(1_u32..).all(|(version, number)| version.number() == number);
            prop_assert!(in_order);
        }
    }

    /// Taken back and submitted again unchanged, a quote asks nobody whose rule was completed, and after an approval nobody
    /// at all.
    #[test]
    fn what_was_approved_is_not_asked_again(total in 400_i64..1_700, answers in vec(prop::sample::select(vec!["manager", "director", "finance"]), 0..6)) {
        let policy = Arc::new(approvals(&APPROVALS.replace(r#""rules""#, r#""repeat": "when_worse", "rules""#)));
        let on = |told: &mut Told, who: &str, command: &QuoteCommand| {
            let context = QuoteContext { approvals: policy.clone(), ..context(who, "2017-03-15") };
            told.on(&context, command).is_ok()
        };
        let mut told = Told::default();
        on(&mut told, "agent", &draft(total));
        on(&mut told, "agent", &QuoteCommand::Submit);
        for who in answers {
            on(&mut told, who, &QuoteCommand::Approve { comment: None });
        }
        let completed: Vec<String> = told.quote.approval().unwrap().approved_rules(&policy).map(str::to_owned).collect();
        let was_approved = told.quote.status() == Some(QuoteStatus::Approved);
        let back = if was_approved { QuoteCommand::Reopen } else { QuoteCommand::Recall };
        prop_assert!(on(&mut told, "agent", &back));
        prop_assert!(on(&mut told, "agent", &QuoteCommand::Submit));
        let submission = told.quote.latest().unwrap().submission().unwrap();
        let asked: Vec<&str> = submission.required().map(|required| required.rule.as_str()).collect();
        prop_assert!(asked.iter().all(|rule| !completed.iter().any(|done| done == rule)), "{asked:?} of {completed:?}");
        prop_assert_eq!(was_approved, asked.is_empty());
        prop_assert_eq!(was_approved, told.quote.status() == Some(QuoteStatus::Approved));
    }

    #[test]
    fn lowering_what_the_rules_test_asks_for_no_new_approval(total in 400_i64..1_000, more in 0_i64..400) {
        let rules = |total: i64| -> Vec<String> {
            let mut told = Told::default();
            told.by("agent", &draft(total)).unwrap();
            told.by("agent", &QuoteCommand::Submit).unwrap();
            let version = told.quote.latest().unwrap();
            version.submission().unwrap().required().map(|required| required.rule.clone()).collect()
        };
        let (deep, less) = (rules(total), rules((total + more).min(1_000)));
        prop_assert!(less.iter().all(|rule| deep.contains(rule)), "{less:?} is not within {deep:?}");
    }
}
