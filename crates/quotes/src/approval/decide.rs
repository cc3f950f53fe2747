use std::sync::Arc;

use chrono::NaiveDate;
use l2c_host::Decider;
use l2c_money::Exact;
use l2c_rules::Value;

use super::approver::{Actor, Approver, Capacity};
use super::document::{OwnRequest, Repeat};
use super::event::{ApprovalEvent, ApprovalFact, ApprovalGiven, ApprovalRequest};
use super::figures::ApprovalFigures;
use super::policy::ApprovalPolicy;
use super::refusal::ApprovalRefusal;
use super::state::{APPROVAL_MACHINE, Approval, OpenApproval, OpenStep, Request, first_rules, next_step};

/// What can be asked of an approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApprovalCommand {
    /// Ask for the approvals that the policy wants for these figures; of alternatives side by side, for those of each.
    Submit(Vec<ApprovalFigures>),
    /// Approve every step that is open for the actor.
    Approve {
        /// A remark; no personal data.
        comment: Option<String>,
    },
    /// Say no.
    Reject {
        /// Why; no personal data.
        reason: String,
    },
    /// Take the submission back.
    Recall,
}

/// What a decision on an approval needs beside its state.
#[derive(Debug, Clone)]
pub struct ApprovalContext {
    /// The effective date of the command.
    pub today: NaiveDate,
    /// Who acts.
    pub actor: Actor,
    /// Who has to approve what. Its rules are asked when something is submitted; its people when somebody answers.
    pub policy: Arc<ApprovalPolicy>,
}

impl ApprovalCommand {
    /// The name of the command, and of the event that it leads to.
    const fn names(&self) -> (&'static str, &'static str) {
        match self {
            Self::Submit(_) => ("submit", "submitted"),
            Self::Approve { .. } => ("approve", "approval_given"),
            Self::Reject { .. } => ("reject", "rejected"),
            Self::Recall => ("recall", "recalled"),
        }
    }
}

impl Decider for Approval {
    type Command = ApprovalCommand;
    type Event = ApprovalEvent;
    type Context = ApprovalContext;
    type Refusal = ApprovalRefusal;

    fn decide(
        &self,
        command: &ApprovalCommand,
        context: &ApprovalContext,
    ) -> Result<Vec<ApprovalEvent>, ApprovalRefusal> {
        let facts = self.facts(command, &context.actor, context.today, &context.policy)?;
        let event = |what| ApprovalEvent {
            on: context.today,
            by: context.actor.party.clone(),
            what,
        };
        Ok(facts.into_iter().map(event).collect())
    }

    fn evolve(mut self, event: &ApprovalEvent) -> Self {
        self.apply(&event.what, &event.by, event.on);
        self
    }
}

impl Approval {
    /// What a command leads to.
    pub(crate) fn facts(
        &self,
        command: &ApprovalCommand,
        actor: &Actor,
        on: NaiveDate,
        policy: &ApprovalPolicy,
    ) -> Result<Vec<ApprovalFact>, ApprovalRefusal> {
        let (name, event) = command.names();
        let status = self.status();
        if APPROVAL_MACHINE.target(status, event).is_none() {
            return Err(ApprovalRefusal::IllegalTransition {
                command: name,
                status,
            });
        }
        let mut facts = match (command, self.asked()) {
            (ApprovalCommand::Submit(figures), _) => {
                vec![ApprovalFact::Submitted(self.submission(figures, on, policy)?)]
            }
            (ApprovalCommand::Approve { comment }, Some(request)) => {
                let given = self.answers(request, actor, on, policy, comment.as_ref())?;
                given.into_iter().map(ApprovalFact::ApprovalGiven).collect()
            }
            (ApprovalCommand::Reject { reason }, Some(request)) => {
                self.answerable(request, actor, on, policy)?;
                vec![ApprovalFact::Rejected {
                    reason: reason.clone(),
                }]
            }
            (ApprovalCommand::Recall, Some(_)) => vec![ApprovalFact::Recalled],
            // What is pending has been submitted.
            (_, None) => Vec::new(),
        };
        let mut after = self.clone();
        facts.iter().for_each(|fact| after.apply(fact, &actor.party, on));
        if after.status() == super::ApprovalStatus::Pending && after.open().is_empty() {
            facts.push(ApprovalFact::Approved);
        }
        Ok(facts)
    }

    fn submission(
        &self,
        figures: &[ApprovalFigures],
        on: NaiveDate,
        policy: &ApprovalPolicy,
    ) -> Result<ApprovalRequest, ApprovalRefusal> {
        let mut fired = policy.required(figures)?;
        if policy.repeat == Repeat::WhenWorse {
            for required in &mut fired {
                required.approved_before = self.stands(required);
            }
        }
        let first = |rule: usize| fired.get(rule)?.approvers.first();
        let opens = first_rules(&fired).into_iter().filter_map(first);
        let opens: Vec<Approver> = opens.map(|approver| policy.assigned(approver, on)).collect();
        let net_total = figures
            .iter()
            .filter_map(|figures| match figures.quote.get("net_total") {
                Some(Value::Number(number)) => Some(number.abs()),
                _ => None,
            });
        let net_total = net_total.max();
        Ok(ApprovalRequest {
            policy: policy.document().clone(),
            fired,
            opens,
            net_total,
        })
    }

    /// The steps that somebody may answer, each with its capacity.
    fn answerable<'a>(
        &'a self,
        request: &'a Request,
        actor: &Actor,
        on: NaiveDate,
        policy: &ApprovalPolicy,
    ) -> Result<Vec<(&'a OpenStep, OpenApproval<'a>, Capacity)>, ApprovalRefusal> {
        let party = &actor.party;
        if request.by == *party && policy.own_request() == OwnRequest::Refuse {
            return Err(ApprovalRefusal::OwnRequest { actor: party.clone() });
        }
        let mine: Vec<_> = request
            .open
            .iter()
            .zip(self.open())
            .filter_map(|(step, open)| {
                let capacity = open.capacity(actor, on, policy)?;
                Some((step, open, capacity))
            })
            .collect();
        if mine.is_empty() {
            return Err(ApprovalRefusal::NotOpen {
                actor: party.clone(),
                open: self.open_for(),
            });
        }
        Ok(mine)
    }

    fn answers(
        &self,
        request: &Request,
        actor: &Actor,
        on: NaiveDate,
        policy: &ApprovalPolicy,
        comment: Option<&String>,
    ) -> Result<Vec<ApprovalGiven>, ApprovalRefusal> {
        let mut mine = self.answerable(request, actor, on, policy)?;
        mine.retain(|(step, ..)| !step.votes.contains(&actor.party));
        if mine.is_empty() {
            let (actor, open) = (actor.party.clone(), self.open_for());
            return Err(ApprovalRefusal::AlreadyVoted { actor, open });
        }
        let net_total = request.asked.net_total.as_ref();
        let limit = |open: &OpenApproval<'_>, capacity: &Capacity| {
            let asked = match (capacity, &open.required.escalation) {
                (Capacity::Escalation, Some(escalation)) => &escalation.to,
                _ => open.approver,
            };
            let limit = policy.limit(actor, asked)?;
            let within = net_total.is_some_and(|total| *total <= *limit);
            (!within).then(|| limit.clone())
        };
        let beyond: Option<Exact> = mine.iter().find_map(|(_, open, capacity)| limit(open, capacity));
        mine.retain(|(_, open, capacity)| limit(open, capacity).is_none());
        if let (true, Some(limit)) = (mine.is_empty(), beyond) {
            return Err(ApprovalRefusal::BeyondLimit {
                actor: actor.party.clone(),
                limit,
                net_total: net_total.map_or_else(|| "unknown".to_owned(), Exact::to_string),
            });
        }
        let fired = &request.asked.fired;
        let given = mine.into_iter().map(|(step, open, capacity)| {
            let completes = match (open.approver, capacity) {
                (Approver::Group(name), Capacity::Own) => policy
                    .groups
                    .get(name)
                    .is_none_or(|group| step.votes.len().saturating_add(1) >= group.needed()),
                _ => true,
            };
            let next = next_step(fired, step.rule, step.step).filter(|_| completes);
            let next = next.and_then(|(rule, step)| fired.get(rule)?.approvers.get(step));
            ApprovalGiven {
                rule: open.required.rule.clone(),
                approver: open.approver.clone(),
                capacity,
                completes,
                opens: next.map(|approver| policy.assigned(approver, on)),
                comment: comment.cloned(),
            }
        });
        Ok(given.collect())
    }

    /// Whose turn it is, for a message.
    fn open_for(&self) -> String {
        let open: Vec<String> = self.open().iter().map(|open| open.approver.to_string()).collect();
        open.join(", ")
    }
}
