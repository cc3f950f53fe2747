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

use l2c_host::Decider;
use l2c_money::{Currency, Money};
use l2c_quotes::QuoteCommand::{
    Abandon, Accept, Approve, Counter, Decline, Edit, Expire, Order, Present, Recall, Refresh, Reject,
    Reopen, Revise, Submit, Withdraw,
};
use l2c_quotes::{CounterOffer, QUOTE_MACHINE, QuoteCommand, QuoteEvent, QuoteId, QuoteRefusal, QuoteStatus};
use shop::{Told, context, day, draft, terms};

fn accept(version: u32) -> QuoteCommand {
    Accept {
        version,
        reference: Some("PO-12".into()),
        alternative: None,
        selected: None,
    }
}

fn counter(total: i64) -> QuoteCommand {
    let offer = CounterOffer {
        total: Some(Money::from_minor(total * 100, Currency::USD).unwrap()),
        note: None,
    };
    Counter { version: 1, offer }
}

fn abandon() -> QuoteCommand {
    let accepted = QuoteId::from_key("8").unwrap();
    Abandon { accepted }
}

fn order() -> QuoteCommand {
    Order {
        order: "ord_7".to_owned(),
    }
}

const APPROVE: QuoteCommand = Approve { comment: None };

fn decline(version: u32) -> QuoteCommand {
    Decline {
        version,
        reason: None,
    }
}

/// A quote in a status, by legal commands alone. In approval, a manager, a director and finance have to answer.
fn in_status(status: QuoteStatus) -> Told {
    let mut told = Told::default();
    let path: &[(&str, QuoteCommand)] = match status {
        QuoteStatus::Draft => &[],
        QuoteStatus::InApproval => &[("agent", Submit)],
        QuoteStatus::Rejected => &[
            ("agent", Submit),
            (
                "finance",
                Reject {
                    reason: "too low".into(),
                },
            ),
        ],
        QuoteStatus::Approved => &[("agent", Submit), ("all", APPROVE), ("all", APPROVE)],
        QuoteStatus::Presented => &[
            ("agent", Submit),
            ("all", APPROVE),
            ("all", APPROVE),
            ("agent", Present),
        ],
        _ => &[],
    };
    told.by("agent", &draft(500)).unwrap();
    for (who, command) in path {
        told.by(who, command).unwrap();
    }
    let last = match status {
        QuoteStatus::Accepted | QuoteStatus::Ordered => accept(1),
        QuoteStatus::Declined => decline(1),
        QuoteStatus::Expired => Expire,
        QuoteStatus::Withdrawn => Withdraw,
        QuoteStatus::Abandoned => abandon(),
        QuoteStatus::Superseded => Revise { terms: terms(600) },
        _ => {
            assert_eq!(told.quote.status(), Some(status));
            return told;
        }
    };
    let mut told = in_status(QuoteStatus::Presented);
    let today = if last == Expire {
        "2017-04-01"
    } else {
        "2017-03-15"
    };
    told.on(&context("agent", today), &last).unwrap();
    if status == QuoteStatus::Ordered {
        told.by("agent", &order()).unwrap();
    }
    assert_eq!(told.quote.version(1).unwrap().status(), status);
    told
}

#[test]
fn the_table_is_sound() {
    assert_eq!(QUOTE_MACHINE.check(), []);
    insta::assert_snapshot!(QUOTE_MACHINE.mermaid());
}

#[test]
fn every_command_in_every_status_does_what_the_table_says() {
    let commands: [(QuoteCommand, &str); 16] = [
        (Edit { terms: terms(501) }, "edited"),
        (Refresh, "refreshed"),
        (Submit, "submitted"),
        (APPROVE, "approval_given"),
        (Reject { reason: "no".into() }, "rejected"),
        (Recall, "recalled"),
        (Reopen, "reopened"),
        (Present, "presented"),
        (counter(450), "countered"),
        (accept(1), "accepted"),
        (decline(1), "declined"),
        (Withdraw, "withdrawn"),
        (Expire, "expired"),
        (abandon(), "abandoned"),
        (Revise { terms: terms(501) }, "revised"),
        (order(), "ordered"),
    ];
    let mut legal = 0;
    for &status in QUOTE_MACHINE
        .states
        .iter()
        .filter(|status| **status != QuoteStatus::Superseded)
    {
        for (command, event) in &commands {
            let mut told = in_status(status);
            let before = told.clone();
            let today = if *command == Expire {
                "2017-04-01"
            } else {
                "2017-03-15"
            };
            let result = told.on(&context("finance", today), command);
            match QUOTE_MACHINE.target(status, event) {
                Some(to) => {
                    legal += 1;
                    assert_eq!(result, Ok(1), "{status:?} {command:?}");
                    assert_eq!(told.names().last(), Some(event));
                    assert_eq!(told.quote.version(1).unwrap().status(), to);
                    let versions = if *event == "revised" { 2 } else { 1 };
                    assert_eq!(told.quote.versions().count(), versions);
                }
                None => {
                    let refusal = result.unwrap_err();
                    assert_eq!(refusal.code(), "illegal_transition", "{status:?} {command:?}");
                    assert_eq!(told.quote, before.quote);
                }
            }
        }
        let told = in_status(status);
        let open = !told.quote.open_approvals().is_empty();
        assert_eq!(open, status == QuoteStatus::InApproval);
        let again = in_status(status).by("agent", &draft(500)).unwrap_err();
        assert_eq!(again.code(), "already_drafted");
    }
    // `approved` follows from the last approval; it is no command.
    assert_eq!(legal, QUOTE_MACHINE.transitions.len() - 1);
    for (command, _) in &commands {
        assert_eq!(
            Told::default().by("agent", command).unwrap_err().code(),
            "not_drafted"
        );
    }
}

#[test]
fn what_no_rule_names_is_approved_when_it_is_submitted() {
    let mut told = Told::default();
    told.by("agent", &draft(900)).unwrap();
    told.by("agent", &Submit).unwrap();
    assert_eq!(told.names(), ["drafted", "submitted", "approved"]);
    assert_eq!(
        told.quote
            .latest()
            .unwrap()
            .submission()
            .unwrap()
            .required()
            .count(),
        0
    );
}

#[test]
fn the_approval_of_a_surcharge_has_its_own_sign() {
    for (total, status) in [(1500, QuoteStatus::Approved), (1501, QuoteStatus::InApproval)] {
        let mut told = Told::default();
        told.by("agent", &draft(total)).unwrap();
        told.by("agent", &Submit).unwrap();
        assert_eq!(told.quote.status(), Some(status));
    }
}

#[test]
fn approvals_are_given_in_turn_each_once_and_not_by_who_asked() {
    let open = |told: &Told| -> Vec<String> {
        let open = told.quote.open_approvals();
        open.iter().map(|open| open.approver.to_string()).collect()
    };
    let mut told = in_status(QuoteStatus::InApproval);
    assert_eq!(open(&told), ["manager", "finance"]);
    let asked: Vec<String> = told
        .quote
        .latest()
        .unwrap()
        .submission()
        .unwrap()
        .required()
        .map(|r| format!("{}: {} ({})", r.rule, r.reason, r.because))
        .collect();
    insta::assert_snapshot!(asked.join("\n"), @r"
    discount: More than 10 % off list (discount_percent > 10; discount_percent is 50)
    floor: Below the price floor (floor_violations > 0; floor_violations is 1)
    ");

    let own = context("agent", "2017-03-15");
    let mut own_with_roles = own.clone();
    own_with_roles.actor.roles.insert("manager".into());
    assert_eq!(
        told.on(&own_with_roles, &APPROVE).unwrap_err().code(),
        "own_request"
    );
    let refusal = told.by("director", &APPROVE).unwrap_err();
    insta::assert_snapshot!(refusal, @"quo_7: no approval is open for pty_director; open for: manager, finance");
    told.by("manager", &APPROVE).unwrap();
    assert_eq!(open(&told), ["director", "finance"]);
    assert_eq!(told.by("manager", &APPROVE).unwrap_err().code(), "not_open");
    told.by("finance", &APPROVE).unwrap();
    assert_eq!(told.quote.status(), Some(QuoteStatus::InApproval));
    told.by("director", &APPROVE).unwrap();
    assert_eq!(told.quote.status(), Some(QuoteStatus::Approved));
    assert_eq!(open(&told), Vec::<String>::new());
    assert_eq!(
        told.names(),
        [
            "drafted",
            "submitted",
            "approval_given",
            "approval_given",
            "approval_given",
            "approved"
        ]
    );
}

#[test]
fn a_policy_may_allow_ones_own_request() {
    let allow = shop::APPROVALS.replacen("\"rules\"", "\"own_request\": \"allow\", \"rules\"", 1);
    let mut context = context("all", "2017-03-15");
    context.approvals = std::sync::Arc::new(shop::approvals(&allow));
    let mut told = Told::default();
    for command in [draft(500), Submit, APPROVE, APPROVE] {
        told.on(&context, &command).unwrap();
    }
    assert_eq!(told.quote.status(), Some(QuoteStatus::Approved));
}

#[test]
fn one_person_with_two_roles_in_turn_answers_twice() {
    let mut told = in_status(QuoteStatus::InApproval);
    assert_eq!(told.by("all", &APPROVE), Ok(2));
    assert_eq!(told.quote.status(), Some(QuoteStatus::InApproval));
    assert_eq!(told.by("all", &APPROVE), Ok(2));
    assert_eq!(told.quote.status(), Some(QuoteStatus::Approved));
}

#[test]
fn acceptance_is_possible_to_the_last_day_and_not_after() {
    for (today, code) in [("2017-03-31", None), ("2017-04-01", Some("expired"))] {
        let mut told = in_status(QuoteStatus::Presented);
        let result = told.on(&context("agent", today), &accept(1));
        assert_eq!(result.as_ref().err().map(QuoteRefusal::code), code);
        let mut told = in_status(QuoteStatus::Presented);
        let result = told.on(&context("agent", today), &Expire);
        assert_eq!(result.is_ok(), code.is_some());
    }
    let told = in_status(QuoteStatus::Accepted);
    let version = told.quote.latest().unwrap();
    assert_eq!(
        (version.reference(), version.since()),
        (Some("PO-12"), day("2017-03-15"))
    );
    for command in [Submit, Present] {
        let status = if command == Submit {
            QuoteStatus::Draft
        } else {
            QuoteStatus::Approved
        };
        let refusal = in_status(status)
            .on(&context("agent", "2017-04-01"), &command)
            .unwrap_err();
        assert_eq!(refusal.code(), "expired");
    }
}

#[test]
fn figures_are_frozen_from_submission_on_and_live_in_a_draft() {
    let mut told = in_status(QuoteStatus::Draft);
    assert!(told.quote.latest().unwrap().priced().is_none());
    told.by("agent", &Submit).unwrap();
    let usd = |dollars: i64| Money::from_minor(dollars * 100, Currency::USD).unwrap();
    let priced = told.quote.latest().unwrap().priced().unwrap().clone();
    assert_eq!((priced.list_total(), priced.net_total()), (usd(1000), usd(500)));
    assert_eq!(priced.price_book().to_string(), "list-usd v2");
    told.by("agent", &Recall).unwrap();
    // Taken back, it keeps them as its last ones until the request changes.
    assert!(told.quote.latest().unwrap().submission().is_none());
    assert_eq!(told.quote.latest().unwrap().priced(), Some(&priced));
    told.by("agent", &Edit { terms: terms(950) }).unwrap();
    assert!(told.quote.latest().unwrap().priced().is_none());
    assert_eq!(told.by("agent", &Edit { terms: terms(950) }), Ok(0));
    told.by("agent", &Submit).unwrap();
    assert_eq!(
        told.quote.latest().unwrap().priced().unwrap().net_total(),
        usd(950)
    );
    assert_eq!(told.quote.status(), Some(QuoteStatus::Approved));
}

#[test]
fn a_quote_that_cannot_be_priced_is_not_submitted() {
    let mut told = in_status(QuoteStatus::Draft);
    let mut none = terms(500);
    none.request.lines.clear();
    told.by("agent", &Edit { terms: none }).unwrap();
    assert_eq!(told.by("agent", &Submit).unwrap_err().code(), "empty_request");
    let mut yen = context("agent", "2017-03-15");
    yen.approvals = std::sync::Arc::new(shop::approvals(&shop::APPROVALS.replace("USD", "JPY")));
    told.by("agent", &Edit { terms: terms(500) }).unwrap();
    assert_eq!(told.on(&yen, &Submit).unwrap_err().code(), "currency_mismatch");
    assert_eq!(told.quote.status(), Some(QuoteStatus::Draft));
}

#[test]
fn an_answer_is_for_the_version_that_the_customer_has() {
    let mut told = in_status(QuoteStatus::Superseded);
    assert_eq!(told.quote.status(), Some(QuoteStatus::Draft));
    let refusal = told.by("agent", &accept(1)).unwrap_err();
    insta::assert_snapshot!(refusal, @"quo_7: the answer is for version 1, the latest is 2");
    assert_eq!(
        told.by("agent", &decline(3)).unwrap_err().code(),
        "unknown_version"
    );
    for (who, command) in [
        ("agent", Submit),
        ("all", APPROVE),
        ("all", APPROVE),
        ("agent", Present),
    ] {
        told.by(who, &command).unwrap();
    }
    told.by("agent", &accept(2)).unwrap();
    let status: Vec<_> = told
        .quote
        .versions()
        .map(|version| (version.number(), version.status()))
        .collect();
    assert_eq!(status, [(1, QuoteStatus::Superseded), (2, QuoteStatus::Accepted)]);
    assert!(told.quote.version(3).is_none());
}

#[test]
fn events_are_read_as_they_are_written() {
    let mut told = in_status(QuoteStatus::Declined);
    told.by("agent", &Revise { terms: terms(600) }).unwrap();
    let mut lines = Vec::new();
    for event in &told.events {
        let json = serde_json::to_string(event).unwrap();
        assert_eq!(&serde_json::from_str::<QuoteEvent>(&json).unwrap(), event);
        if event.what.name() != "submitted" {
            lines.push(json);
        }
    }
    insta::assert_snapshot!(lines.join("\n"));
    let command = serde_json::to_string(&draft(500)).unwrap();
    assert_eq!(
        serde_json::from_str::<QuoteCommand>(&command).unwrap(),
        draft(500)
    );
}

#[test]
fn an_event_that_has_no_place_in_the_history_moves_nothing() {
    let told = in_status(QuoteStatus::Draft);
    for event in &in_status(QuoteStatus::Accepted).events {
        if event.what.name() == "accepted" || event.what.name() == "drafted" {
            assert_eq!(told.quote.clone().evolve(event), told.quote);
        }
    }
}
