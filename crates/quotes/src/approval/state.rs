use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{Days, NaiveDate};
use l2c_host::{Machine, PartyId, Transition};
use serde::{Deserialize, Serialize};

use super::approver::{Actor, Approver, Capacity};
use super::event::{ApprovalFact, ApprovalGiven, ApprovalRequest};
use super::policy::ApprovalPolicy;
use super::requirement::RequiredApproval;

/// Where an approval stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalStatus {
    /// Nothing is asked for.
    #[default]
    Draft,
    /// Approvals are open.
    Pending,
    /// None is missing.
    Approved,
    /// An approver said no.
    Rejected,
}

use ApprovalStatus::{Approved, Draft, Pending, Rejected};

const fn t(from: ApprovalStatus, on: &'static str, to: ApprovalStatus) -> Transition<ApprovalStatus> {
    Transition { from, on, to }
}

/// The life of an approval, by the names of its events. It has no end: what is approved or rejected may change and be
/// submitted again.
pub const APPROVAL_MACHINE: Machine<ApprovalStatus> = Machine {
    name: "approval",
    initial: Draft,
    terminal: &[],
    states: &[Draft, Pending, Approved, Rejected],
    transitions: &[
        t(Draft, "submitted", Pending),
        t(Approved, "submitted", Pending),
        t(Rejected, "submitted", Pending),
        t(Pending, "approval_given", Pending),
        t(Pending, "approved", Approved),
        t(Pending, "rejected", Rejected),
        t(Pending, "recalled", Draft),
    ],
};

/// The approval of something that changes and is submitted again: a quote with all its versions. It remembers which
/// rules were completed, and with which figures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Approval {
    status: ApprovalStatus,
    request: Option<Request>,
    /// By rule, as it was when it was completed.
    completed: BTreeMap<String, RequiredApproval>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) by: PartyId,
    pub(super) asked: ApprovalRequest,
    pub(super) open: Vec<OpenStep>,
}

/// The step of a chain whose turn it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OpenStep {
    /// Position among the fired rules.
    pub(super) rule: usize,
    pub(super) step: usize,
    pub(super) approver: Approver,
    pub(super) since: NaiveDate,
    pub(super) votes: BTreeSet<PartyId>,
}

/// An approval that can be given now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenApproval<'a> {
    /// What is required.
    pub required: &'a RequiredApproval,
    /// Who is asked.
    pub approver: &'a Approver,
    /// The day since which it is open.
    pub since: NaiveDate,
    /// The members of the group who have approved.
    pub votes: &'a BTreeSet<PartyId>,
}

impl Approval {
    /// Where it stands.
    #[must_use]
    pub const fn status(&self) -> ApprovalStatus {
        self.status
    }

    /// What the latest submission asked for; none before the first one.
    #[must_use]
    pub fn request(&self) -> Option<&ApprovalRequest> {
        self.request.as_ref().map(|request| &request.asked)
    }

    /// The approvals that can be given now, one for each chain that is not done.
    #[must_use]
    pub fn open(&self) -> Vec<OpenApproval<'_>> {
        let Some(request) = &self.request else {
            return Vec::new();
        };
        let open = |step| {
            let OpenStep {
                rule,
                approver,
                since,
                votes,
                ..
            }: &OpenStep = step;
            Some(OpenApproval {
                required: request.asked.fired.get(*rule)?,
                approver,
                since: *since,
                votes,
            })
        };
        request.open.iter().filter_map(open).collect()
    }

    /// How many steps have not been answered yet, those included whose turn has not come.
    #[must_use]
    pub fn missing(&self) -> usize {
        let Some(request) = &self.request else { return 0 };
        let after = |open: &OpenStep| {
            let chain = |of: usize| {
                request
                    .asked
                    .fired
                    .get(of)
                    .map(|required| required.chain.as_str())
            };
            let later: usize = request
                .asked
                .fired
                .iter()
                .skip(open.rule.saturating_add(1))
                .filter(|required| !required.approved_before && chain(open.rule) == Some(&required.chain))
                .map(|required| required.approvers.len())
                .sum();
            let here = request
                .asked
                .fired
                .get(open.rule)
                .map_or(0, |r| r.approvers.len());
            here.saturating_sub(open.step).saturating_add(later)
        };
        request.open.iter().map(after).sum()
    }

    /// The rules of a policy that were ever completed, in its order.
    pub fn approved_rules<'a>(&self, policy: &'a ApprovalPolicy) -> impl Iterator<Item = &'a str> {
        policy.rules().filter(|rule| self.completed.contains_key(*rule))
    }

    pub(super) fn asked(&self) -> Option<&Request> {
        self.request.as_ref()
    }

    /// Whether a rule was completed with figures that are no better than those that hold now.
    pub(super) fn stands(&self, required: &RequiredApproval) -> bool {
        self.completed
            .get(&required.rule)
            .is_some_and(|completed| !required.is_worse_than(completed))
    }

    /// Applies an event. One that has no place in the history changes nothing.
    pub(crate) fn apply(&mut self, fact: &ApprovalFact, by: &PartyId, on: NaiveDate) {
        let Some(status) = APPROVAL_MACHINE.target(self.status, fact.name()) else {
            return;
        };
        self.status = status;
        match fact {
            ApprovalFact::Submitted(asked) => self.submitted(asked, by, on),
            ApprovalFact::ApprovalGiven(given) => self.given(given, by, on),
            ApprovalFact::Approved => {}
            ApprovalFact::Rejected { .. } | ApprovalFact::Recalled => {
                if let Some(request) = &mut self.request {
                    request.open.clear();
                }
            }
        }
    }

    fn submitted(&mut self, asked: &ApprovalRequest, by: &PartyId, on: NaiveDate) {
        let open = first_rules(&asked.fired).into_iter().zip(&asked.opens);
        let open = open.map(|(rule, approver)| OpenStep::new(rule, 0, approver, on));
        self.request = Some(Request {
            by: by.clone(),
            open: open.collect(),
            asked: asked.clone(),
        });
    }

    fn given(&mut self, given: &ApprovalGiven, by: &PartyId, on: NaiveDate) {
        let Some(request) = &mut self.request else { return };
        let fired = &request.asked.fired;
        let is = |open: &OpenStep| {
            fired
                .get(open.rule)
                .is_some_and(|required| required.rule == given.rule)
        };
        let Some(position) = request.open.iter().position(is) else {
            return;
        };
        let Some(open) = request.open.get_mut(position) else {
            return;
        };
        if !given.completes {
            open.votes.insert(by.clone());
            return;
        }
        let next = next_step(fired, open.rule, open.step);
        if next.is_none_or(|(rule, _)| rule != open.rule)
            && let Some(required) = fired.get(open.rule)
        {
            self.completed.insert(required.rule.clone(), required.clone());
        }
        match (next, &given.opens) {
            (Some((rule, step)), Some(approver)) => *open = OpenStep::new(rule, step, approver, on),
            _ => drop(request.open.remove(position)),
        }
    }
}

impl OpenStep {
    fn new(rule: usize, step: usize, approver: &Approver, since: NaiveDate) -> Self {
        Self {
            rule,
            step,
            approver: approver.clone(),
            since,
            votes: BTreeSet::new(),
        }
    }
}

impl OpenApproval<'_> {
    /// In which capacity somebody may answer on a day; none: they may not. Whether they have voted already, and how
    /// much they may approve, is looked at when they answer.
    #[must_use]
    pub fn capacity(&self, actor: &Actor, on: NaiveDate, policy: &ApprovalPolicy) -> Option<Capacity> {
        let own = match self.approver {
            Approver::Group(name) => policy
                .groups
                .get(name)
                .is_some_and(|group| group.members.contains(&actor.party)),
            approver => actor.is(approver),
        };
        if own {
            return Some(Capacity::Own);
        }
        if policy.is_delegate(actor, self.approver, on) {
            return Some(Capacity::Delegate);
        }
        self.escalated_to(on)
            .is_some_and(|to| actor.is(to))
            .then_some(Capacity::Escalation)
    }

    /// Who may answer too on a day because it has been open for too long.
    #[must_use]
    pub fn escalated_to(&self, on: NaiveDate) -> Option<&Approver> {
        let escalation = self.required.escalation.as_ref()?;
        let due = self
            .since
            .checked_add_days(Days::new(escalation.after_days.into()))?;
        (on >= due).then_some(&escalation.to)
    }
}

/// The first required rule of each chain.
pub(super) fn first_rules(fired: &[RequiredApproval]) -> Vec<usize> {
    let mut chains = BTreeSet::new();
    fired
        .iter()
        .enumerate()
        .filter(|(_, required)| !required.approved_before && chains.insert(required.chain.as_str()))
        .map(|(rule, _)| rule)
        .collect()
}

/// What follows a step in its chain.
pub(super) fn next_step(fired: &[RequiredApproval], rule: usize, step: usize) -> Option<(usize, usize)> {
    let here = fired.get(rule)?;
    let following = step.saturating_add(1);
    if following < here.approvers.len() {
        return Some((rule, following));
    }
    let same = |(_, other): &(usize, &RequiredApproval)| !other.approved_before && other.chain == here.chain;
    let (next, _) = fired.iter().enumerate().skip(rule.saturating_add(1)).find(same)?;
    Some((next, 0))
}

impl fmt::Display for ApprovalStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Draft => "draft",
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        })
    }
}
