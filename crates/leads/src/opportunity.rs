use chrono::NaiveDate;
use l2c_host::{DomainEvent, PartyId};
use l2c_money::Money;
use serde::{Deserialize, Serialize};

use crate::{LeadId, LeadsError, OpportunityId, OpportunityStatus, Probability, Standing};

/// What an opportunity is about when it is opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpportunityProfile {
    /// Its id.
    pub opportunity: OpportunityId,
    /// The lead that it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<LeadId>,
    /// The customer, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<PartyId>,
    /// Who works on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<PartyId>,
    /// What it is about: a product of the catalogue, by its id there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// What it is expected to bring.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Money>,
    /// The day on which it is expected to close.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_close: Option<NaiveDate>,
}

/// An opportunity. The default is that there is none yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opportunity {
    /// What it is about, once it is opened.
    pub profile: Option<OpportunityProfile>,
    /// Stage, archiving, probability.
    pub standing: Standing,
    /// The day it was opened.
    pub opened_on: Option<NaiveDate>,
    /// The day it was won or lost, as long as it is.
    pub closed_on: Option<NaiveDate>,
    /// The day of the last thing that happened to it.
    pub last_on: Option<NaiveDate>,
}

impl Opportunity {
    /// Where it stands.
    #[must_use]
    pub fn status(&self) -> OpportunityStatus {
        if self.profile.is_none() {
            OpportunityStatus::Absent
        } else {
            self.standing.status()
        }
    }

    /// What it is expected to bring, or has brought.
    #[must_use]
    pub fn value(&self) -> Option<&Money> {
        self.profile.as_ref()?.value.as_ref()
    }
}

/// What can be asked of an opportunity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpportunityCommand {
    /// The day on which it takes effect.
    pub on: NaiveDate,
    /// What.
    pub action: OpportunityAction,
}

/// What can be asked of an opportunity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpportunityAction {
    /// It begins, in a stage of the sales process that is not won.
    Open {
        /// What it is about.
        profile: Box<OpportunityProfile>,
        /// The stage; the first one if none is given.
        stage: Option<String>,
    },
    /// It moves to another stage. Into a won stage wins it, out of one reopens it.
    MoveStage {
        /// The stage.
        stage: String,
    },
    /// It is won: it moves to the first won stage.
    MarkWon,
    /// It is lost.
    MarkLost {
        /// Why.
        reason: String,
    },
    /// The automated probability is a new one; the probability follows unless it was set by hand.
    ObserveProbability {
        /// The automated probability.
        probability: Probability,
    },
    /// A person sets the probability.
    SetProbability {
        /// The probability.
        probability: Probability,
    },
    /// The probability follows the automated one again.
    ResetProbability,
    /// It is put aside.
    Archive,
    /// It is taken up again; a lost one is open again.
    Restore,
    /// What it is expected to bring changes; `None` means that it is not known.
    Revalue {
        /// The value.
        value: Option<Money>,
    },
    /// The day on which it is expected to close changes.
    Reschedule {
        /// The day; `None` means that it is not known.
        expected_close: Option<NaiveDate>,
    },
    /// Somebody else works on it.
    Assign {
        /// Who.
        owner: PartyId,
    },
}

impl OpportunityAction {
    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Open { .. } => "open",
            Self::MoveStage { .. } => "move_stage",
            Self::MarkWon => "mark_won",
            Self::MarkLost { .. } => "mark_lost",
            Self::ObserveProbability { .. } => "observe_probability",
            Self::SetProbability { .. } => "set_probability",
            Self::ResetProbability => "reset_probability",
            Self::Archive => "archive",
            Self::Restore => "restore",
            Self::Revalue { .. } => "revalue",
            Self::Reschedule { .. } => "reschedule",
            Self::Assign { .. } => "assign",
        }
    }
}

/// What happened to an opportunity, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpportunityEvent {
    /// The day.
    pub on: NaiveDate,
    /// What.
    pub fact: OpportunityFact,
}

/// What happened to an opportunity. Those that touch its standing carry the new one whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpportunityFact {
    /// It began.
    Opened {
        /// What it is about.
        profile: Box<OpportunityProfile>,
        /// How it stands.
        standing: Standing,
    },
    /// It moved between open stages, between won stages, or while it is lost.
    StageMoved {
        /// How it stands now.
        standing: Standing,
    },
    /// A probability changed.
    ProbabilityChanged {
        /// How it stands now.
        standing: Standing,
    },
    /// It was put aside.
    Archived {
        /// How it stands now.
        standing: Standing,
    },
    /// It was taken up again.
    Restored {
        /// How it stands now.
        standing: Standing,
    },
    /// It was won.
    Won {
        /// How it stands now.
        standing: Standing,
    },
    /// It was lost.
    Lost {
        /// How it stands now.
        standing: Standing,
        /// Why, if somebody said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// It was won or lost, and is open again.
    Reopened {
        /// How it stands now.
        standing: Standing,
    },
    /// What it is expected to bring changed.
    Revalued {
        /// The value.
        value: Option<Money>,
    },
    /// The day on which it is expected to close changed.
    Rescheduled {
        /// The day.
        expected_close: Option<NaiveDate>,
    },
    /// Somebody else works on it.
    Assigned {
        /// Who.
        owner: PartyId,
    },
}

impl DomainEvent for OpportunityEvent {
    const CATEGORY: &'static str = "opportunity";
    const VERSION: u32 = 1;

    fn name(&self) -> &'static str {
        match self.fact {
            OpportunityFact::Opened { .. } => "opened",
            OpportunityFact::StageMoved { .. } => "stage_moved",
            OpportunityFact::ProbabilityChanged { .. } => "probability_changed",
            OpportunityFact::Archived { .. } => "archived",
            OpportunityFact::Restored { .. } => "restored",
            OpportunityFact::Won { .. } => "won",
            OpportunityFact::Lost { .. } => "lost",
            OpportunityFact::Reopened { .. } => "reopened",
            OpportunityFact::Revalued { .. } => "revalued",
            OpportunityFact::Rescheduled { .. } => "rescheduled",
            OpportunityFact::Assigned { .. } => "assigned",
        }
    }
}

/// Why a command on an opportunity is refused. A refused command changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpportunityRefusal {
    /// A stage is not in the sales process.
    #[error("{command}: {source}")]
    UnknownStage {
        /// The command.
        command: &'static str,
        /// What is wrong.
        source: LeadsError,
    },
    /// The command needs a stage that the process does not have.
    #[error("{command}: the sales process has no {needed}")]
    NoSuchStage {
        /// The command.
        command: &'static str,
        /// The sort of stage.
        needed: &'static str,
    },
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
    /// The opportunity does not stand where the command applies.
    #[error("{command} is not possible: the opportunity is {status}{}; {needed}",
        if *.archived { " and archived" } else { "" })]
    IllegalTransition {
        /// The command.
        command: &'static str,
        /// Where the opportunity stands.
        status: OpportunityStatus,
        /// Whether it is archived.
        archived: bool,
        /// Where it would have to stand.
        needed: &'static str,
    },
}

impl OpportunityRefusal {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownStage { .. } | Self::NoSuchStage { .. } => "unknown_stage",
            Self::OutOfOrder { .. } => "out_of_order",
            Self::IllegalTransition { .. } => "illegal_transition",
        }
    }
}
