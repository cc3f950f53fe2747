use l2c_host::Decider;

use crate::opportunity::{
    Opportunity, OpportunityAction, OpportunityCommand, OpportunityEvent, OpportunityFact,
    OpportunityProfile, OpportunityRefusal,
};
use crate::{OpportunityStatus, Probability, SalesProcess, Stage, Standing};

impl Decider for Opportunity {
    type Command = OpportunityCommand;
    type Event = OpportunityEvent;
    type Context = SalesProcess;
    type Refusal = OpportunityRefusal;

    fn decide(
        &self,
        command: &OpportunityCommand,
        process: &SalesProcess,
    ) -> Result<Vec<OpportunityEvent>, OpportunityRefusal> {
        let OpportunityCommand { on, action } = command;
        let (on, name) = (*on, action.name());
        // A stage that does not exist is wrong wherever the opportunity stands.
        let stage = match action {
            OpportunityAction::Open { stage: Some(id), .. } | OpportunityAction::MoveStage { stage: id } => {
                let found = process.stage(id);
                Some(found.map_err(|source| OpportunityRefusal::UnknownStage {
                    command: name,
                    source,
                })?)
            }
            _ => None,
        };
        if let Some(last) = self.last_on.filter(|last| on < *last) {
            return Err(OpportunityRefusal::OutOfOrder {
                command: name,
                on,
                last,
            });
        }
        let fact = self.decide_fact(action, stage, process)?;
        Ok(fact
            .map(|fact| OpportunityEvent { on, fact })
            .into_iter()
            .collect())
    }

    fn evolve(mut self, event: &OpportunityEvent) -> Self {
        self.last_on = self.last_on.max(Some(event.on));
        match &event.fact {
            OpportunityFact::Opened { profile, standing } => {
                self.profile = Some((**profile).clone());
                self.standing = standing.clone();
                self.opened_on = Some(event.on);
            }
            OpportunityFact::Won { standing } | OpportunityFact::Lost { standing, .. } => {
                self.standing = standing.clone();
                self.closed_on = Some(event.on);
            }
            OpportunityFact::Reopened { standing } => {
                self.standing = standing.clone();
                self.closed_on = None;
            }
            OpportunityFact::StageMoved { standing }
            | OpportunityFact::ProbabilityChanged { standing }
            | OpportunityFact::Archived { standing }
            | OpportunityFact::Restored { standing } => self.standing = standing.clone(),
            OpportunityFact::Revalued { value } => self.about(|profile| profile.value = *value),
            OpportunityFact::Rescheduled { expected_close } => {
                self.about(|profile| profile.expected_close = *expected_close);
            }
            OpportunityFact::Assigned { owner } => self.about(|profile| profile.owner = Some(owner.clone())),
        }
        self
    }
}

impl Opportunity {
    fn about(&mut self, change: impl FnOnce(&mut OpportunityProfile)) {
        if let Some(profile) = &mut self.profile {
            change(profile);
        }
    }

    fn decide_fact(
        &self,
        action: &OpportunityAction,
        stage: Option<&Stage>,
        process: &SalesProcess,
    ) -> Result<Option<OpportunityFact>, OpportunityRefusal> {
        use OpportunityStatus::{Absent, Lost, Open, Won};
        let (command, status, archived) = (action.name(), self.status(), self.standing.archived);
        let require = |legal: bool, needed: &'static str| {
            if legal {
                return Ok(());
            }
            Err(OpportunityRefusal::IllegalTransition {
                command,
                status,
                archived,
                needed,
            })
        };
        let no_stage = |needed| OpportunityRefusal::NoSuchStage { command, needed };
        // Every stage at hand is one of the process.
        let probability = |stage: &Stage| process.probability(&stage.id).ok().flatten();
        let opens = matches!(action, OpportunityAction::Open { .. });
        require(opens || status != Absent, "open it first")?;
        let live = self.standing.is_live();
        let mut next = self.standing.clone();
        let moved: fn(Standing) -> OpportunityFact = match action {
            OpportunityAction::Open { profile, .. } => {
                require(status == Absent, "it is open already")?;
                let first = || process.stages().next().ok_or_else(|| no_stage("first stage"));
                let stage = stage.map_or_else(first, Ok)?;
                require(!stage.won, "it begins in a stage that is not won")?;
                let probability = probability(stage).cloned().unwrap_or_default();
                return Ok(Some(OpportunityFact::Opened {
                    profile: profile.clone(),
                    standing: Standing::new(stage.clone(), probability),
                }));
            }
            OpportunityAction::MoveStage { .. } => {
                if let Some(stage) = stage {
                    next.move_to(stage.clone(), probability(stage));
                }
                |standing| OpportunityFact::StageMoved { standing }
            }
            OpportunityAction::MarkWon => {
                require(status != Won, "it is won already")?;
                next.move_to(
                    process.won_stage().ok_or_else(|| no_stage("won stage"))?.clone(),
                    None,
                );
                |standing| OpportunityFact::StageMoved { standing }
            }
            OpportunityAction::MarkLost { .. } => {
                require(status == Open, "only an open one can be lost")?;
                next.archived = true;
                next.follow(Probability::ZERO);
                |standing| OpportunityFact::Archived { standing }
            }
            OpportunityAction::ObserveProbability { probability } => {
                next.automated_probability = probability.clone();
                if live && !next.overridden {
                    next.probability = probability.clone();
                }
                |standing| OpportunityFact::ProbabilityChanged { standing }
            }
            OpportunityAction::SetProbability { probability } => {
                require(
                    live,
                    "only an open one that is not archived has a probability to set",
                )?;
                next.probability = probability.clone();
                next.overridden = true;
                |standing| OpportunityFact::ProbabilityChanged { standing }
            }
            OpportunityAction::ResetProbability => {
                require(
                    live,
                    "only an open one that is not archived has a probability to reset",
                )?;
                next.follow(next.automated_probability.clone());
                |standing| OpportunityFact::ProbabilityChanged { standing }
            }
            OpportunityAction::Archive => {
                require(!archived, "it is archived already")?;
                next.archived = true;
                |standing| OpportunityFact::Archived { standing }
            }
            OpportunityAction::Restore => {
                require(archived, "only an archived one can be restored")?;
                next.archived = false;
                if status == Lost {
                    next.follow(next.automated_probability.clone());
                }
                |standing| OpportunityFact::Restored { standing }
            }
            OpportunityAction::Revalue { value } => {
                require(status == Open, "only an open one can be revalued")?;
                let same = self.value() == value.as_ref();
                return Ok((!same).then_some(OpportunityFact::Revalued { value: *value }));
            }
            OpportunityAction::Reschedule { expected_close } => {
                require(status == Open, "only an open one can be rescheduled")?;
                let same = self
                    .profile
                    .as_ref()
                    .is_some_and(|p| p.expected_close == *expected_close);
                let expected_close = *expected_close;
                return Ok((!same).then_some(OpportunityFact::Rescheduled { expected_close }));
            }
            OpportunityAction::Assign { owner } => {
                require(status == Open, "only an open one can be assigned")?;
                let same = self
                    .profile
                    .as_ref()
                    .is_some_and(|p| p.owner.as_ref() == Some(owner));
                let owner = owner.clone();
                return Ok((!same).then_some(OpportunityFact::Assigned { owner }));
            }
        };
        if next == self.standing {
            return Ok(None);
        }
        let reason = match action {
            OpportunityAction::MarkLost { reason } => Some(reason.clone()),
            _ => None,
        };
        Ok(Some(match next.status() {
            same if same == status => moved(next),
            Won => OpportunityFact::Won { standing: next },
            Lost => OpportunityFact::Lost {
                standing: next,
                reason,
            },
            Open | Absent => OpportunityFact::Reopened { standing: next },
        }))
    }
}
