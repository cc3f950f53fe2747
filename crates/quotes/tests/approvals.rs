//! Who is asked, who may answer, and when nobody is asked again.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use std::sync::Arc;

use l2c_host::{Decider, PartyId};
use l2c_money::Exact;
use l2c_quotes::{
    APPROVAL_MACHINE, Actor, Approval, ApprovalCommand, ApprovalContext, ApprovalEvent, ApprovalFact,
    ApprovalFigures, ApprovalPolicy, ApprovalRefusal, ApprovalStatus, Capacity,
};
use l2c_rules::Facts;
use proptest::prelude::*;

const APPROVE: ApprovalCommand = ApprovalCommand::Approve { comment: None };

fn policy(rest: &str) -> Arc<ApprovalPolicy> {
    let json = format!(r#"{{"id": "approvals", "version": 1, "currency": "USD", {rest}}}"#);
    Arc::new(ApprovalPolicy::new(&serde_json::from_str(&json).unwrap()).unwrap())
}

fn net(total: i64) -> ApprovalCommand {
    ApprovalCommand::Submit(vec![ApprovalFigures::new(
        Facts::new().number("net_total", total),
    )])
}

fn off(percent: &str) -> ApprovalCommand {
    let percent: Exact = percent.parse().unwrap();
    ApprovalCommand::Submit(vec![ApprovalFigures::new(
        Facts::new().number("discount_percent", percent),
    )])
}

/// An approval with its policy and its history.
struct Desk {
    policy: Arc<ApprovalPolicy>,
    approval: Approval,
    events: Vec<ApprovalEvent>,
}

impl Desk {
    fn new(policy: &Arc<ApprovalPolicy>) -> Self {
        Self {
            policy: Arc::clone(policy),
            approval: Approval::default(),
            events: Vec::new(),
        }
    }

    /// Somebody of that name with the role of that name, on a day of July.
    fn tell(&mut self, who: &str, july: u32, command: &ApprovalCommand) -> Result<(), ApprovalRefusal> {
        let context = ApprovalContext {
            today: chrono::NaiveDate::from_ymd_opt(2026, 7, july).unwrap(),
            actor: Actor::new(PartyId::from_key(who).unwrap(), [who]),
            policy: Arc::clone(&self.policy),
        };
        let events = self.approval.decide(command, &context)?;
        for event in events {
            let json = serde_json::to_string(&event).unwrap();
            assert_eq!(serde_json::from_str::<ApprovalEvent>(&json).unwrap(), event);
            self.approval = self.approval.clone().evolve(&event);
            self.events.push(event);
        }
        assert_eq!(Approval::replay(&self.events), self.approval);
        Ok(())
    }

    fn refused(&mut self, who: &str, july: u32, command: &ApprovalCommand) -> String {
        let before = self.approval.clone();
        let refusal = self.tell(who, july, command).unwrap_err();
        assert_eq!(self.approval, before, "a refused command changes nothing");
        refusal.to_string()
    }

    fn open(&self) -> String {
        let open = self.approval.open();
        let open: Vec<String> = open.iter().map(|open| open.approver.to_string()).collect();
        open.join(", ")
    }

    fn last(&self) -> &ApprovalFact {
        &self.events.last().unwrap().what
    }

    fn capacities(&self) -> Vec<Capacity> {
        let given = self.events.iter().filter_map(|event| match &event.what {
            ApprovalFact::ApprovalGiven(given) => Some(given.capacity),
            _ => None,
        });
        given.collect()
    }
}

#[test]
fn the_table_is_sound_and_every_command_does_what_it_says() {
    assert_eq!(APPROVAL_MACHINE.check(), []);
    let rules = policy(r#""rules": [{"id": "r", "reason": "R", "approvers": ["ann"]}]"#);
    let no = ApprovalCommand::Reject { reason: "no".into() };
    let commands = [
        (net(1), "submitted"),
        (APPROVE, "approval_given"),
        (no.clone(), "rejected"),
        (ApprovalCommand::Recall, "recalled"),
    ];
    for &status in APPROVAL_MACHINE.states {
        for (command, event) in &commands {
            let mut desk = Desk::new(&rules);
            if status != ApprovalStatus::Draft {
                desk.tell("sue", 1, &net(1)).unwrap();
            }
            match status {
                ApprovalStatus::Approved => desk.tell("ann", 1, &APPROVE).unwrap(),
                ApprovalStatus::Rejected => desk.tell("ann", 1, &no).unwrap(),
                ApprovalStatus::Draft | ApprovalStatus::Pending => {}
            }
            assert_eq!(desk.approval.status(), status);
            match APPROVAL_MACHINE.target(status, event) {
                Some(_) => desk.tell("ann", 2, command).unwrap(),
                None => assert!(desk.refused("ann", 2, command).starts_with("cannot ")),
            }
        }
    }
}

#[test]
fn chains_run_side_by_side_and_rules_of_one_chain_wait() {
    let policy = policy(
        r#""rules": [
        {"id": "sales", "reason": "R", "approvers": ["ann", "bob"], "chain": "people"},
        {"id": "money", "reason": "R", "approvers": ["cem"]},
        {"id": "size", "reason": "R", "approvers": ["dee"], "chain": "people"}]"#,
    );
    let mut desk = Desk::new(&policy);
    desk.tell("sue", 1, &net(1)).unwrap();
    assert_eq!((desk.open().as_str(), desk.approval.missing()), ("ann, cem", 4));
    for (who, open, missing) in [("ann", "bob, cem", 3), ("bob", "dee, cem", 2), ("cem", "dee", 1)] {
        desk.tell(who, 1, &APPROVE).unwrap();
        assert_eq!((desk.open().as_str(), desk.approval.missing()), (open, missing));
    }
    assert_eq!(
        desk.approval.approved_rules(&policy).collect::<Vec<_>>(),
        ["sales", "money"]
    );
    desk.tell("dee", 1, &APPROVE).unwrap();
    assert_eq!(desk.approval.status(), ApprovalStatus::Approved);
}

#[test]
fn a_delegation_adds_somebody_on_the_day_of_the_answer() {
    let policy = policy(
        r#""delegations": [{"from": "ann", "to": "pty_bob", "start": "2026-07-05", "end": "2026-07-10"},
                           {"from": "pty_bob", "to": "pty_cem", "start": "2026-07-01", "end": "2026-07-31"}],
           "rules": [{"id": "r", "reason": "R", "approvers": ["ann", "ann", "ann"]}]"#,
    );
    let mut desk = Desk::new(&policy);
    // It is open before the delegation begins, and asked of her.
    desk.tell("sue", 1, &net(1)).unwrap();
    assert_eq!(
        desk.refused("bob", 4, &APPROVE),
        "no approval is open for pty_bob; open for: ann"
    );
    desk.tell("bob", 5, &APPROVE).unwrap();
    assert_eq!(desk.open(), "ann", "she is not replaced");
    desk.refused("cem", 5, &APPROVE); // It goes no further.
    desk.tell("ann", 6, &APPROVE).unwrap();
    assert_eq!(
        desk.refused("bob", 11, &APPROVE),
        "no approval is open for pty_bob; open for: ann"
    );
    desk.tell("bob", 10, &APPROVE).unwrap();
    assert_eq!(
        desk.capacities(),
        [Capacity::Delegate, Capacity::Own, Capacity::Delegate]
    );
    assert_eq!(desk.approval.status(), ApprovalStatus::Approved);
}

#[test]
fn nobody_approves_a_request_of_their_own_not_even_as_a_delegate() {
    let rules = r#""delegations": [{"from": "ann", "to": "pty_sue", "start": "2026-07-01", "end": "2026-07-31"}],
        "rules": [{"id": "r", "reason": "R", "approvers": ["ann"]}]"#;
    let mut desk = Desk::new(&policy(rules));
    desk.tell("sue", 1, &net(1)).unwrap();
    assert_eq!(
        desk.refused("sue", 1, &APPROVE),
        "pty_sue submitted it: somebody else has to answer"
    );
    let mut desk = Desk::new(&policy(&format!(r#""own_request": "allow", {rules}"#)));
    desk.tell("sue", 1, &net(1)).unwrap();
    desk.tell("sue", 1, &APPROVE).unwrap();
}

#[test]
fn a_group_needs_its_quorum_of_different_members() {
    let policy = policy(
        r#""groups": {"board": {"members": ["pty_a", "pty_b", "pty_c"], "quorum": {"at_least": 2}}},
           "rules": [{"id": "r", "reason": "R", "approvers": ["board"]}]"#,
    );
    let mut desk = Desk::new(&policy);
    desk.tell("sue", 1, &net(1)).unwrap();
    desk.tell("a", 1, &APPROVE).unwrap();
    assert_eq!(
        desk.refused("a", 2, &APPROVE),
        "pty_a has voted already; open for: board"
    );
    desk.refused("z", 2, &APPROVE);
    assert_eq!(desk.approval.open()[0].votes.len(), 1);
    desk.tell("c", 3, &APPROVE).unwrap();
    assert_eq!(desk.approval.status(), ApprovalStatus::Approved);
    // One no is enough, from a member who has said yes too.
    desk.tell("sue", 4, &net(1)).unwrap();
    desk.tell("a", 4, &APPROVE).unwrap();
    desk.tell(
        "a",
        5,
        &ApprovalCommand::Reject {
            reason: "new facts".into(),
        },
    )
    .unwrap();
    assert_eq!(desk.approval.status(), ApprovalStatus::Rejected);
}

#[test]
fn an_approver_answers_up_to_a_limit_and_may_always_say_no() {
    let policy = policy(
        r#""limits": [{"approver": "pty_ann", "up_to": "50000"}, {"approver": "bob", "up_to": "80000"}],
           "rules": [{"id": "a", "reason": "R", "approvers": ["ann"], "escalation": {"after_days": 0, "to": "bob"}}]"#,
    );
    let mut desk = Desk::new(&policy);
    desk.tell("sue", 1, &net(50_000)).unwrap();
    desk.tell("ann", 1, &APPROVE).unwrap();
    desk.tell("sue", 1, &net(50_001)).unwrap();
    insta::assert_snapshot!(desk.refused("ann", 1, &APPROVE), @"pty_ann may approve up to 50000, the net total is 50001: somebody with a higher limit has to answer");
    desk.tell("bob", 1, &APPROVE).unwrap();
    // A credit is as large as a sale.
    desk.tell("sue", 1, &net(-80_001)).unwrap();
    desk.refused("bob", 1, &APPROVE);
    desk.tell("ann", 1, &ApprovalCommand::Reject { reason: "no".into() })
        .unwrap();
}

#[test]
fn what_is_open_for_too_long_may_be_answered_by_somebody_else_too() {
    let policy = policy(
        r#""groups": {"board": {"members": ["pty_a", "pty_b"], "quorum": "all"}},
           "rules": [{"id": "r", "reason": "R", "approvers": ["ann", "board"], "escalation": {"after_days": 3, "to": "vp"}}]"#,
    );
    let mut desk = Desk::new(&policy);
    desk.tell("sue", 1, &net(1)).unwrap();
    desk.refused("vp", 3, &APPROVE);
    assert!(
        desk.approval.open()[0]
            .escalated_to(chrono::NaiveDate::from_ymd_opt(2026, 7, 3).unwrap())
            .is_none()
    );
    desk.tell("vp", 4, &APPROVE).unwrap();
    // The next step became open on the 4th; the escalation answers for the whole group.
    desk.tell("a", 5, &APPROVE).unwrap();
    desk.refused("vp", 6, &APPROVE);
    desk.tell("vp", 7, &APPROVE).unwrap();
    assert_eq!(
        desk.capacities(),
        [Capacity::Escalation, Capacity::Own, Capacity::Escalation]
    );
    assert_eq!(desk.last(), &ApprovalFact::Approved);
}

#[test]
fn a_comment_stays_with_the_answer() {
    let mut desk = Desk::new(&policy(
        r#""rules": [{"id": "r", "reason": "R", "approvers": ["ann", "bob"]}]"#,
    ));
    desk.tell("sue", 1, &net(1)).unwrap();
    let comment = Some("for this once".to_owned());
    desk.tell(
        "ann",
        1,
        &ApprovalCommand::Approve {
            comment: comment.clone(),
        },
    )
    .unwrap();
    assert!(matches!(desk.last(), ApprovalFact::ApprovalGiven(given) if given.comment == comment));
}

const SMART: &str = r#""repeat": "when_worse", "rules": [
    {"id": "deep", "reason": "R", "when": {"fact": "discount_percent", "gt": "20"}, "approvers": ["ann"]}]"#;

#[test]
fn a_rule_that_was_completed_asks_again_only_when_it_is_worse() {
    let mut desk = Desk::new(&policy(SMART));
    desk.tell("sue", 1, &off("25")).unwrap();
    desk.tell("ann", 1, &APPROVE).unwrap();
    for (percent, status) in [
        ("25", ApprovalStatus::Approved),
        ("22", ApprovalStatus::Approved),
        // Compared with what was approved, not with what was submitted last.
        ("24.99", ApprovalStatus::Approved),
        ("25.01", ApprovalStatus::Pending),
    ] {
        desk.tell("sue", 2, &off(percent)).unwrap();
        assert_eq!(desk.approval.status(), status, "{percent}");
    }
    // Another condition is another question.
    desk.tell("sue", 2, &ApprovalCommand::Recall).unwrap();
    desk.policy = policy(&SMART.replace("\"20\"", "\"10\""));
    desk.tell("sue", 2, &off("25")).unwrap();
    assert_eq!(desk.approval.status(), ApprovalStatus::Pending);
}

#[test]
fn a_margin_is_worse_below_and_a_negation_turns_it_round() {
    let policy = policy(
        r#""repeat": "when_worse", "rules": [{"id": "thin", "reason": "R", "approvers": ["ann"],
            "when": {"not": {"fact": "margin_percent", "gte": "30"}}}]"#,
    );
    let margin = |percent: i64| {
        ApprovalCommand::Submit(vec![ApprovalFigures::new(
            Facts::new().number("margin_percent", percent),
        )])
    };
    let mut desk = Desk::new(&policy);
    desk.tell("sue", 1, &margin(20)).unwrap();
    desk.tell("ann", 1, &APPROVE).unwrap();
    desk.tell("sue", 1, &margin(21)).unwrap();
    assert_eq!(desk.approval.status(), ApprovalStatus::Approved);
    desk.tell("sue", 1, &margin(19)).unwrap();
    assert_eq!(desk.approval.status(), ApprovalStatus::Pending);
}

#[test]
fn facts_of_another_type_are_refused_since_no_test_would_hold() {
    let mut desk = Desk::new(&policy(SMART));
    let figures = ApprovalFigures::new(Facts::new().text("discount_percent", "25"));
    let refusal = desk
        .tell("sue", 1, &ApprovalCommand::Submit(vec![figures]))
        .unwrap_err();
    assert_eq!(refusal.code(), "mistyped_fact");
}

#[test]
fn of_alternatives_side_by_side_each_is_asked_for() {
    let mut desk = Desk::new(&policy(SMART));
    let figures = |percent: i64| ApprovalFigures::new(Facts::new().number("discount_percent", percent));
    desk.tell(
        "sue",
        1,
        &ApprovalCommand::Submit(vec![figures(10), figures(22), figures(30)]),
    )
    .unwrap();
    assert_eq!(desk.approval.status(), ApprovalStatus::Pending);
    desk.tell("ann", 1, &APPROVE).unwrap();
    desk.tell("sue", 1, &ApprovalCommand::Submit(vec![figures(30), figures(10)]))
        .unwrap();
    assert_eq!(desk.approval.status(), ApprovalStatus::Approved);
    desk.tell("sue", 1, &ApprovalCommand::Submit(vec![figures(31), figures(10)]))
        .unwrap();
    assert_eq!(desk.approval.status(), ApprovalStatus::Pending);
}

const STORY: &str = r#""repeat": "when_worse",
    "groups": {"board": {"members": ["pty_ann", "pty_bob", "pty_cem"], "quorum": {"at_least": 2}}},
    "rules": [
    {"id": "deep", "reason": "R", "when": {"fact": "discount_percent", "gt": "10"}, "approvers": ["ann", "bob"]},
    {"id": "deeper", "reason": "R", "when": {"fact": "discount_percent", "gt": "20"}, "approvers": ["board"], "chain": "deep"},
    {"id": "always", "reason": "R", "approvers": ["cem"]}]"#;

proptest! {
    #[test]
    fn approving_only_shrinks_what_is_open(
        percent in 0_i64..40,
        who in prop::collection::vec(prop::sample::select(vec!["ann", "bob", "cem", "sue"]), 0..12),
    ) {
        let mut desk = Desk::new(&policy(STORY));
        desk.tell("sue", 1, &off(&percent.to_string())).unwrap();
        for who in who {
            // Steps that are not answered, less the votes that are in: it falls with every answer.
            let left = |approval: &Approval| {
                let votes: usize = approval.open().iter().map(|open| open.votes.len()).sum();
                (approval.missing(), std::cmp::Reverse(votes))
            };
            let before = left(&desk.approval);
            if desk.tell(who, 1, &APPROVE).is_ok() {
                let after = left(&desk.approval);
                prop_assert!(after < before);
                prop_assert!(desk.approval.open().len() <= 2);
            }
        }
        let done = desk.approval.missing() == 0;
        prop_assert_eq!(done, desk.approval.status() == ApprovalStatus::Approved);
    }

    #[test]
    fn recalled_and_submitted_unchanged_it_asks_nobody_who_has_answered(
        percent in 0_i64..40,
        lower in 0_i64..40,
        who in prop::collection::vec(prop::sample::select(vec!["ann", "bob", "cem"]), 0..6),
    ) {
        let mut desk = Desk::new(&policy(STORY));
        desk.tell("sue", 1, &off(&percent.to_string())).unwrap();
        for who in who {
            let _ = desk.tell(who, 1, &APPROVE);
        }
        let rules = Arc::clone(&desk.policy);
        let approved: Vec<String> = desk.approval.approved_rules(&rules).map(str::to_owned).collect();
        if desk.approval.status() == ApprovalStatus::Pending {
            desk.tell("sue", 2, &ApprovalCommand::Recall).unwrap();
        }
        for percent in [percent, percent.min(lower)] {
            desk.tell("sue", 2, &off(&percent.to_string())).unwrap();
            let request = desk.approval.request().unwrap().clone();
            prop_assert!(request.required().all(|required| !approved.contains(&required.rule)));
            if desk.approval.status() == ApprovalStatus::Pending {
                desk.tell("sue", 2, &ApprovalCommand::Recall).unwrap();
            }
        }
    }
}
