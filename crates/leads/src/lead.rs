use chrono::NaiveDate;
use l2c_host::{Decider, DomainEvent, PartyId};
use l2c_money::Exact;
use serde::{Deserialize, Serialize};

use crate::{Assignment, LEAD_MACHINE, LeadId, LeadStatus, OpportunityId, Scorecard, Thresholds};

/// A score as the lead keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadScore {
    /// The model that gave it.
    pub model: String,
    /// The version of the model.
    pub version: u32,
    /// The total.
    pub total: Exact,
    /// The grade, if the model has one for this total.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<String>,
    /// The disqualifier that holds first, if any does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disqualified_by: Option<String>,
}

impl From<&Scorecard> for LeadScore {
    fn from(card: &Scorecard) -> Self {
        Self {
            model: card.model.clone(),
            version: card.version,
            total: card.total.clone(),
            grade: card.grade.clone(),
            disqualified_by: card.disqualified_by.first().cloned(),
        }
    }
}

/// A lead. The default is that there is none yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lead {
    /// Its id, once it is created.
    pub id: Option<LeadId>,
    /// Where it stands.
    pub status: LeadStatus,
    /// The account it belongs to, if known.
    pub account: Option<PartyId>,
    /// The day it was created.
    pub created_on: Option<NaiveDate>,
    /// The last score.
    pub score: Option<LeadScore>,
    /// Who works on it, if anyone.
    pub owner: Option<PartyId>,
    /// The territory it belongs to, if any.
    pub territory: Option<String>,
    /// The opportunity it became.
    pub opportunity: Option<OpportunityId>,
    /// The day of the last thing that happened to it.
    pub last_on: Option<NaiveDate>,
}

/// What can be asked of a lead, each with its effective date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub enum LeadCommand {
    /// It becomes known.
    Create {
        /// The day.
        on: NaiveDate,
        /// Its id.
        lead: LeadId,
        /// The account it belongs to, if known.
        #[serde(default)]
        account: Option<PartyId>,
    },
    /// It has a new score, which may qualify, recycle or disqualify it.
    Score {
        /// The day.
        on: NaiveDate,
        /// The score.
        score: LeadScore,
    },
    /// It gets an owner, a territory or both.
    Assign {
        /// The day.
        on: NaiveDate,
        /// To whom, and why.
        assignment: Assignment,
    },
    /// A person qualifies it, whatever its score.
    Qualify {
        /// The day.
        on: NaiveDate,
        /// Why.
        reason: String,
    },
    /// Sales takes it on.
    Accept {
        /// The day.
        on: NaiveDate,
    },
    /// Sales gives it back.
    Reject {
        /// The day.
        on: NaiveDate,
        /// Why.
        reason: String,
    },
    /// It is ruled out.
    Disqualify {
        /// The day.
        on: NaiveDate,
        /// Why.
        reason: String,
    },
    /// It is no longer ruled out.
    Requalify {
        /// The day.
        on: NaiveDate,
    },
    /// It becomes an opportunity.
    Convert {
        /// The day.
        on: NaiveDate,
        /// The opportunity's id.
        opportunity: OpportunityId,
    },
}

impl LeadCommand {
    /// The day on which it takes effect.
    #[must_use]
    pub const fn on(&self) -> NaiveDate {
        match self {
            Self::Create { on, .. }
            | Self::Score { on, .. }
            | Self::Assign { on, .. }
            | Self::Qualify { on, .. }
            | Self::Accept { on }
            | Self::Reject { on, .. }
            | Self::Disqualify { on, .. }
            | Self::Requalify { on }
            | Self::Convert { on, .. } => *on,
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create",
            Self::Score { .. } => "score",
            Self::Assign { .. } => "assign",
            Self::Qualify { .. } => "qualify",
            Self::Accept { .. } => "accept",
            Self::Reject { .. } => "reject",
            Self::Disqualify { .. } => "disqualify",
            Self::Requalify { .. } => "requalify",
            Self::Convert { .. } => "convert",
        }
    }
}

/// What happened to a lead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum LeadEvent {
    /// It became known.
    Created {
        /// The day.
        on: NaiveDate,
        /// Its id.
        lead: LeadId,
        /// The account it belongs to, if known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account: Option<PartyId>,
    },
    /// It got a score.
    Scored {
        /// The day.
        on: NaiveDate,
        /// The score.
        score: LeadScore,
    },
    /// It got an owner, a territory or both.
    Assigned {
        /// The day.
        on: NaiveDate,
        /// To whom, and why.
        assignment: Assignment,
    },
    /// It was qualified.
    Qualified {
        /// The day.
        on: NaiveDate,
        /// Why, if a person did it; its score did otherwise.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// Sales took it on.
    Accepted {
        /// The day.
        on: NaiveDate,
    },
    /// It went back.
    Recycled {
        /// The day.
        on: NaiveDate,
        /// Why, if a person did it; its score did otherwise.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// It was ruled out.
    Disqualified {
        /// The day.
        on: NaiveDate,
        /// Why: the reason given, or the id of the disqualifier.
        reason: String,
    },
    /// It was no longer ruled out.
    Requalified {
        /// The day.
        on: NaiveDate,
    },
    /// It became an opportunity.
    Converted {
        /// The day.
        on: NaiveDate,
        /// The opportunity's id.
        opportunity: OpportunityId,
    },
}

impl LeadEvent {
    /// The day on which it took effect.
    #[must_use]
    pub const fn on(&self) -> NaiveDate {
        match self {
            Self::Created { on, .. }
            | Self::Scored { on, .. }
            | Self::Assigned { on, .. }
            | Self::Qualified { on, .. }
            | Self::Accepted { on }
            | Self::Recycled { on, .. }
            | Self::Disqualified { on, .. }
            | Self::Requalified { on }
            | Self::Converted { on, .. } => *on,
        }
    }
}

impl DomainEvent for LeadEvent {
    const CATEGORY: &'static str = "lead";
    const VERSION: u32 = 1;

    fn name(&self) -> &'static str {
        match self {
            Self::Created { .. } => "created",
            Self::Scored { .. } => "scored",
            Self::Assigned { .. } => "assigned",
            Self::Qualified { .. } => "qualified",
            Self::Accepted { .. } => "accepted",
            Self::Recycled { .. } => "recycled",
            Self::Disqualified { .. } => "disqualified",
            Self::Requalified { .. } => "requalified",
            Self::Converted { .. } => "converted",
        }
    }
}

/// Why a command on a lead is refused. A refused command changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LeadRefusal {
    /// It takes effect before something that has happened already.
    #[error("{command} on {on} comes before what happened on {last}; date it {last} or later")]
    OutOfOrder {
        /// The command.
        command: &'static str,
        /// Its date.
        on: NaiveDate,
        /// The day of the last thing that happened.
        last: NaiveDate,
    },
    /// The lead does not stand where the command applies.
    #[error("{command} is not possible: the lead is {status}; it applies to {applies_to}")]
    IllegalTransition {
        /// The command.
        command: &'static str,
        /// Where the lead stands.
        status: LeadStatus,
        /// Where it would have to stand.
        applies_to: String,
    },
}

impl LeadRefusal {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OutOfOrder { .. } => "out_of_order",
            Self::IllegalTransition { .. } => "illegal_transition",
        }
    }
}

impl Decider for Lead {
    type Command = LeadCommand;
    type Event = LeadEvent;
    /// The scores that qualify and recycle.
    type Context = Thresholds;
    type Refusal = LeadRefusal;

    fn decide(&self, command: &LeadCommand, thresholds: &Thresholds) -> Result<Vec<LeadEvent>, LeadRefusal> {
        let on = command.on();
        if let Some(last) = self.last_on.filter(|last| on < *last) {
            let command = command.name();
            return Err(LeadRefusal::OutOfOrder { command, on, last });
        }
        let mut events = Vec::with_capacity(2);
        match command {
            LeadCommand::Create { lead, account, .. } => events.push(LeadEvent::Created {
                on,
                lead: lead.clone(),
                account: account.clone(),
            }),
            LeadCommand::Score { score, .. } => {
                events.push(LeadEvent::Scored {
                    on,
                    score: score.clone(),
                });
                events.extend(self.consequence(on, score, thresholds));
            }
            LeadCommand::Assign { assignment, .. } => {
                // Where it is already: nothing to do.
                if self.owner == assignment.owner
                    && self.territory == assignment.territory
                    && LEAD_MACHINE.target(self.status, "assigned").is_some()
                {
                    return Ok(Vec::new());
                }
                events.push(LeadEvent::Assigned {
                    on,
                    assignment: assignment.clone(),
                });
            }
            LeadCommand::Qualify { reason, .. } => events.push(LeadEvent::Qualified {
                on,
                reason: Some(reason.clone()),
            }),
            LeadCommand::Accept { .. } => events.push(LeadEvent::Accepted { on }),
            LeadCommand::Reject { reason, .. } => events.push(LeadEvent::Recycled {
                on,
                reason: Some(reason.clone()),
            }),
            LeadCommand::Disqualify { reason, .. } => events.push(LeadEvent::Disqualified {
                on,
                reason: reason.clone(),
            }),
            LeadCommand::Requalify { .. } => events.push(LeadEvent::Requalified { on }),
            LeadCommand::Convert { opportunity, .. } => events.push(LeadEvent::Converted {
                on,
                opportunity: opportunity.clone(),
            }),
        }
        match events.first() {
            Some(event) if LEAD_MACHINE.target(self.status, event.name()).is_none() => {
                Err(LeadRefusal::IllegalTransition {
                    command: command.name(),
                    status: self.status,
                    applies_to: applies_to(event.name()),
                })
            }
            _ => Ok(events),
        }
    }

    fn evolve(mut self, event: &LeadEvent) -> Self {
        if let Some(status) = LEAD_MACHINE.target(self.status, event.name()) {
            self.status = status;
        }
        self.last_on = self.last_on.max(Some(event.on()));
        match event {
            LeadEvent::Created { on, lead, account } => {
                self.id = Some(lead.clone());
                self.account.clone_from(account);
                self.created_on = Some(*on);
            }
            LeadEvent::Scored { score, .. } => self.score = Some(score.clone()),
            LeadEvent::Assigned { assignment, .. } => {
                self.owner.clone_from(&assignment.owner);
                self.territory.clone_from(&assignment.territory);
            }
            LeadEvent::Converted { opportunity, .. } => self.opportunity = Some(opportunity.clone()),
            LeadEvent::Qualified { .. }
            | LeadEvent::Accepted { .. }
            | LeadEvent::Recycled { .. }
            | LeadEvent::Disqualified { .. }
            | LeadEvent::Requalified { .. } => {}
        }
        self
    }
}

impl Lead {
    /// What a score does to the lead beyond being kept. A lead that sales has accepted is theirs: only a
    /// disqualifier touches it.
    fn consequence(&self, on: NaiveDate, score: &LeadScore, thresholds: &Thresholds) -> Option<LeadEvent> {
        let event = match &score.disqualified_by {
            Some(reason) => LeadEvent::Disqualified {
                on,
                reason: reason.clone(),
            },
            None if score.total >= *thresholds.up() => LeadEvent::Qualified { on, reason: None },
            None if score.total < *thresholds.down() && self.status == LeadStatus::Qualified => {
                LeadEvent::Recycled { on, reason: None }
            }
            None => return None,
        };
        LEAD_MACHINE.target(self.status, event.name()).map(|_| event)
    }
}

/// The states in which an event can happen, in words.
fn applies_to(event: &str) -> String {
    let states: Vec<String> = LEAD_MACHINE
        .transitions
        .iter()
        .filter(|transition| transition.on == event)
        .map(|transition| transition.from.to_string())
        .collect();
    states.join(", ")
}
