use std::fmt;

use l2c_host::{Machine, Transition};
use serde::{Deserialize, Serialize};

use crate::{Probability, Stage};

/// Where an opportunity stands. It follows from stage, archiving and probability, and is never typed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpportunityStatus {
    /// There is no opportunity yet.
    #[default]
    Absent,
    /// Neither won nor lost.
    Open,
    /// It is in a won stage.
    Won,
    /// It is archived without hope, in a stage that is not won.
    Lost,
}

impl fmt::Display for OpportunityStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Absent => "absent",
            Self::Open => "open",
            Self::Won => "won",
            Self::Lost => "lost",
        })
    }
}

/// The life of an opportunity. The names are those of the events. Won and lost are no ends: a deal can be
/// reopened.
pub const OPPORTUNITY_MACHINE: Machine<OpportunityStatus> = {
    use OpportunityStatus::{Absent, Lost, Open, Won};
    const fn t(
        from: OpportunityStatus,
        on: &'static str,
        to: OpportunityStatus,
    ) -> Transition<OpportunityStatus> {
        Transition { from, on, to }
    }
    Machine {
        name: "opportunity",
        initial: Absent,
        terminal: &[],
        states: &[Absent, Open, Won, Lost],
        transitions: &[
            t(Absent, "opened", Open),
            t(Open, "stage_moved", Open),
            t(Won, "stage_moved", Won),
            t(Lost, "stage_moved", Lost),
            t(Open, "probability_changed", Open),
            t(Won, "probability_changed", Won),
            t(Lost, "probability_changed", Lost),
            t(Open, "archived", Open),
            t(Won, "archived", Won),
            t(Open, "restored", Open),
            t(Won, "restored", Won),
            t(Open, "revalued", Open),
            t(Open, "rescheduled", Open),
            t(Open, "assigned", Open),
            t(Open, "won", Won),
            t(Lost, "won", Won),
            t(Open, "lost", Lost),
            t(Won, "lost", Lost),
            t(Won, "reopened", Open),
            t(Lost, "reopened", Open),
        ],
    }
};

/// The five facts that a status follows from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// The stage.
    pub stage: Stage,
    /// Put aside.
    pub archived: bool,
    /// How probable it is that it is won, as forecasts use it.
    pub probability: Probability,
    /// The probability that the stage or a model gives.
    pub automated_probability: Probability,
    /// Whether a person has set the probability, so that it does not follow the automated one.
    pub overridden: bool,
}

impl Standing {
    /// A fresh opportunity in a stage.
    #[must_use]
    pub fn new(stage: Stage, probability: Probability) -> Self {
        Self {
            stage,
            archived: false,
            automated_probability: probability.clone(),
            probability,
            overridden: false,
        }
    }

    /// Won in a won stage, archived or not; lost if archived without hope; else open.
    #[must_use]
    pub fn status(&self) -> OpportunityStatus {
        if self.stage.won {
            OpportunityStatus::Won
        } else if self.archived && self.probability == Probability::ZERO {
            OpportunityStatus::Lost
        } else {
            OpportunityStatus::Open
        }
    }

    /// Open and not put aside: the probability can move.
    pub(crate) fn is_live(&self) -> bool {
        self.status() == OpportunityStatus::Open && !self.archived
    }

    /// Takes a probability that nobody has set by hand.
    pub(crate) fn follow(&mut self, probability: Probability) {
        self.probability = probability;
        self.overridden = false;
    }

    /// Moves to a stage, whose own probability (if it has one) becomes the automated one.
    pub(crate) fn move_to(&mut self, stage: Stage, probability: Option<&Probability>) {
        let observed = probability.filter(|_| !stage.won);
        if let Some(probability) = observed {
            self.automated_probability = probability.clone();
        }
        match (self.stage.won, stage.won) {
            (false, true) => {
                self.archived = false;
                self.follow(Probability::ONE);
            }
            (true, false) => self.follow(self.automated_probability.clone()),
            _ => {}
        }
        self.stage = stage;
        if observed.is_some() && self.is_live() && !self.overridden {
            self.probability = self.automated_probability.clone();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_shown_by_their_words() {
        for status in OPPORTUNITY_MACHINE.states {
            let word = status.to_string();
            assert_eq!(serde_json::to_value(status).unwrap(), word.as_str());
            assert_eq!(format!("{status:>24}"), format!("{word:>24}"));
        }
    }
}
