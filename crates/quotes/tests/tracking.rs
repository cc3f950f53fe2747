//! What became of quotes, and what is to do about them.
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

use l2c_money::Exact;
use l2c_quotes::QuoteCommand::{Accept, Counter, Decline, Expire, Present, Reject, Revise, Submit};
use l2c_quotes::{
    Conversion, CounterOffer, FollowUpPolicy, NextAction, QuoteCommand, QuoteStatus, follow_ups,
};
use shop::{Told, context, day, draft, terms};

const APPROVE: QuoteCommand = QuoteCommand::Approve { comment: None };

fn accept(version: u32) -> QuoteCommand {
    Accept {
        version,
        reference: None,
        alternative: None,
        selected: None,
    }
}

/// Drafted on the 1st at a total, presented on the 4th.
fn presented(total: i64) -> Told {
    let mut told = Told::default();
    told.on(&context("agent", "2017-03-01"), &draft(total)).unwrap();
    told.on(&context("agent", "2017-03-02"), &Submit).unwrap();
    while told.quote.status() == Some(QuoteStatus::InApproval) {
        told.on(&context("all", "2017-03-03"), &APPROVE).unwrap();
    }
    told.on(&context("agent", "2017-03-04"), &Present).unwrap();
    told
}

#[test]
fn outcomes_win_rates_and_times_follow_from_the_events() {
    // At 50 %, 5 %, 0 % and 40 % off list: won, won after a revision at 10 %, lost, expired; and one still open.
    let mut deep = presented(500);
    deep.on(&context("agent", "2017-03-10"), &accept(1)).unwrap();
    let mut revised = presented(950);
    let offer = CounterOffer {
        total: None,
        note: None,
    };
    revised
        .on(&context("agent", "2017-03-06"), &Counter { version: 1, offer })
        .unwrap();
    revised
        .on(&context("agent", "2017-03-08"), &Revise { terms: terms(900) })
        .unwrap();
    for command in [Submit, Present, accept(2)] {
        revised.on(&context("agent", "2017-03-09"), &command).unwrap();
    }
    let mut lost = presented(1000);
    lost.on(
        &context("agent", "2017-03-05"),
        &Decline {
            version: 1,
            reason: None,
        },
    )
    .unwrap();
    let mut expired = presented(600);
    expired.on(&context("agent", "2017-04-01"), &Expire).unwrap();
    let open = presented(800);
    let all = [&deep, &revised, &lost, &expired, &open];
    let conversion = Conversion::of(all.iter().map(|told| &told.events));

    let outcomes: Vec<_> = conversion
        .outcomes()
        .iter()
        .map(|(status, count)| (*status, *count))
        .collect();
    use QuoteStatus::{Accepted, Approved, Declined, Draft, Expired, InApproval, Presented};
    assert_eq!(
        outcomes,
        [(Presented, 1), (Accepted, 2), (Declined, 1), (Expired, 1)]
    );
    assert_eq!(
        (
            conversion.decided(),
            conversion.versions(),
            conversion.counter_offers()
        ),
        ((2, 2), 6, 1)
    );
    assert_eq!(conversion.win_rate(), Some(Exact::ratio(1, 2).unwrap()));

    let bounds = ["10", "40"].map(|bound| bound.parse::<Exact>().unwrap());
    let bands = conversion.by_discount(&bounds);
    let bands: Vec<_> = bands
        .iter()
        .map(|band| (band.won, band.lost, band.win_rate()))
        .collect();
    let half = Exact::ratio(1, 2).unwrap();
    assert_eq!(
        bands,
        [
            (0, 1, Some(Exact::ZERO)),
            (1, 0, Some(Exact::ONE)),
            (1, 1, Some(half))
        ]
    );

    let stays = |status| {
        conversion
            .stays()
            .get(&status)
            .map(|stays| (stays.count, stays.days))
    };
    // Five first drafts of a day, and a second one of a day.
    assert_eq!(stays(Draft), Some((6, 6)));
    // With the customer: 6 days, 4 to the revision and none after it, 1, and 28 to the first of April.
    assert_eq!(stays(Presented), Some((5, 39)));
    // Three waited for an approval for a day; three were approved at once, and two of those lay for two days.
    assert_eq!(stays(InApproval), Some((6, 3)));
    assert_eq!(stays(Approved), Some((6, 7)));
    assert_eq!(stays(Accepted), None);
    assert_eq!(
        conversion.stays()[&Presented].average_days(),
        Some(Exact::ratio(39, 5).unwrap())
    );
    // One by one is all at once, in any order.
    let mut one_by_one = Conversion::default();
    all.iter().rev().for_each(|told| one_by_one.add(&told.events));
    assert_eq!(one_by_one.outcomes(), conversion.outcomes());
    assert_eq!(one_by_one.by_discount(&bounds), conversion.by_discount(&bounds));
    assert_eq!(Conversion::default().win_rate(), None);
}

fn due(told: &Told, on: &str) -> Vec<(String, NextAction)> {
    let due = follow_ups(&told.quote, day(on), &FollowUpPolicy::default());
    due.into_iter()
        .map(|due| (due.due.to_string(), due.action))
        .collect()
}

#[test]
fn what_is_to_do_is_due_on_a_day() {
    let told = presented(1000);
    assert_eq!(due(&told, "2017-03-10"), []);
    let asked = ("2017-03-11".to_owned(), NextAction::AskCustomer);
    assert_eq!(due(&told, "2017-03-27"), std::slice::from_ref(&asked));
    let warned = ("2017-03-28".to_owned(), NextAction::WarnOfExpiry);
    assert_eq!(due(&told, "2017-03-31"), [asked, warned]);
    assert_eq!(
        due(&told, "2017-04-02"),
        [("2017-04-01".to_owned(), NextAction::Expire)]
    );

    let mut countered = presented(1000);
    let offer = CounterOffer {
        total: None,
        note: Some("a longer term".into()),
    };
    countered
        .on(&context("agent", "2017-03-05"), &Counter { version: 1, offer })
        .unwrap();
    assert_eq!(
        due(&countered, "2017-03-05"),
        [("2017-03-05".to_owned(), NextAction::AnswerCounterOffer)]
    );
    countered.on(&context("agent", "2017-03-06"), &accept(1)).unwrap();
    assert_eq!(
        due(&countered, "2017-03-06"),
        [("2017-03-06".to_owned(), NextAction::Order)]
    );
}

#[test]
fn open_approvals_are_due_where_they_stand() {
    let mut told = Told::default();
    told.on(&context("agent", "2017-03-01"), &draft(500)).unwrap();
    assert_eq!(due(&told, "2017-03-31"), []);
    told.on(&context("agent", "2017-03-02"), &Submit).unwrap();
    let approvers: Vec<String> = due(&told, "2017-03-02")
        .into_iter()
        .map(|(on, action)| match action {
            NextAction::Approve { approver, .. } => format!("{approver} since {on}"),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(
        approvers,
        ["manager since 2017-03-02", "finance since 2017-03-02"]
    );
    told.on(&context("finance", "2017-03-03"), &Reject { reason: "no".into() })
        .unwrap();
    assert_eq!(
        due(&told, "2017-03-03"),
        [("2017-03-03".to_owned(), NextAction::Rework)]
    );
}
