use std::fmt;

use l2c_calendar::NaiveDate;
use l2c_explain::NoTrace;
use l2c_host::{DateTime, Decider, Machine, Transition, Utc};
use serde::{Deserialize, Serialize};

use crate::history::{History, Walk};
use crate::{Book, Fact, RevenueError, RevenueEvent, RevenueRefusal, Terms};

/// Where a revenue contract stands in its life.
///
/// Whether it is fulfilled follows from dates and is computed, see
/// [`Projection::is_fulfilled`](crate::Projection::is_fulfilled).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevenueStatus {
    /// Nothing has happened yet.
    NotStarted,
    /// The contract is accounted for.
    Active,
    /// It ended before all of it was performed; what is owed is still settled.
    Terminated,
}

impl fmt::Display for RevenueStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::NotStarted => "not_started",
            Self::Active => "active",
            Self::Terminated => "terminated",
        })
    }
}

/// The legal transitions of a revenue contract. A fact that became true before the end is told after it too: whether
/// it fits is seen from the dates.
pub const REVENUE_MACHINE: Machine<RevenueStatus> = {
    use RevenueStatus::{Active, NotStarted, Terminated};
    const fn on(from: RevenueStatus, on: &'static str, to: RevenueStatus) -> Transition<RevenueStatus> {
        Transition { from, on, to }
    }
    Machine {
        name: "revenue_contract",
        initial: NotStarted,
        terminal: &[Terminated],
        states: &[NotStarted, Active, Terminated],
        transitions: &[
            on(NotStarted, "incept", Active),
            on(Active, "incept", Active),
            on(Active, "record", Active),
            on(Active, "terminate", Terminated),
            on(Terminated, "incept", Terminated),
            on(Terminated, "record", Terminated),
            on(Terminated, "terminate", Terminated),
        ],
    }
};

/// A fact to be recorded, and when it became true. A command that says again what is known already is accepted and
/// changes nothing.
///
/// What happens once is known by itself, a document by its name. What can happen twice in the same way on one day, as a
/// delivery can, is known by its `reference`: without one, the same command tells of a second one. The guide has the
/// table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevenueCommand {
    /// When it became true: of a service its first day, of a document its date.
    pub on: NaiveDate,
    /// What happened.
    pub fact: Fact,
    /// What it is told by: a delivery note, a time sheet, a report. The same reference again, for the same kind of fact,
    /// changes nothing; with another content it is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

impl RevenueCommand {
    /// A fact of a day.
    #[must_use]
    pub const fn new(on: NaiveDate, fact: Fact) -> Self {
        Self {
            on,
            fact,
            reference: None,
        }
    }

    /// The fact with what it is told by.
    #[must_use]
    pub fn told_by(self, reference: impl Into<String>) -> Self {
        Self {
            reference: Some(reference.into()),
            ..self
        }
    }

    /// The name of the command in [`REVENUE_MACHINE`].
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self.fact {
            Fact::Inception { .. } => "incept",
            Fact::Terminated { .. } => "terminate",
            _ => "record",
        }
    }
}

/// What a decision needs beside the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RevenueContext {
    /// The clock's reading.
    pub recorded_at: DateTime<Utc>,
    /// The host's number for the fact; each fact of a contract has its own.
    pub sequence: u64,
}

/// A contract with a customer under ASC 606 / IFRS 15: the facts known about it, in the order in which they became
/// true. Every figure about it is computed from them by [`project`](crate::project).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RevenueContract {
    facts: Vec<RevenueEvent>,
}

impl RevenueContract {
    /// Where it stands in its life.
    #[must_use]
    pub fn status(&self) -> RevenueStatus {
        let has = |wanted: fn(&Fact) -> bool| self.facts.iter().any(|event| wanted(&event.fact));
        if has(|fact| matches!(fact, Fact::Terminated { .. })) {
            RevenueStatus::Terminated
        } else if has(|fact| matches!(fact, Fact::Inception { .. })) {
            RevenueStatus::Active
        } else {
            RevenueStatus::NotStarted
        }
    }

    /// Everything known about it, ordered by (effective date, sequence).
    #[must_use]
    pub fn facts(&self) -> &[RevenueEvent] {
        &self.facts
    }

    /// Its terms, once it has begun.
    #[must_use]
    pub fn terms(&self) -> Option<&Terms> {
        self.inception().map(|(_, terms)| terms)
    }

    fn inception(&self) -> Option<(NaiveDate, &Terms)> {
        self.facts.iter().find_map(|event| match &event.fact {
            Fact::Inception { terms } => Some((event.effective, &**terms)),
            _ => None,
        })
    }

    fn has_begun(&self, on: NaiveDate) -> bool {
        self.inception().is_some_and(|(inception, _)| inception <= on)
    }

    /// Whether a fact is known already; a fact that is known otherwise is refused.
    fn is_known(&self, command: &RevenueCommand) -> Result<bool, RevenueRefusal> {
        let gone = crate::withdrawal::withdrawn(&self.facts);
        let mut facts = self.facts.iter().filter(|event| !gone.contains(&event.sequence));
        if let Some(reference) = &command.reference {
            let told = facts.clone().find(|event| {
                event.reference.as_ref() == Some(reference) && event.fact.name() == command.fact.name()
            });
            match told {
                Some(told) if told.effective == command.on && told.fact == command.fact => return Ok(true),
                Some(told) => {
                    return Err(RevenueRefusal::ReferenceUsed {
                        command: command.fact.name(),
                        reference: reference.clone(),
                        on: told.effective,
                    });
                }
                None => {}
            }
        }
        match &command.fact {
            // Told again for another day it is the same.
            Fact::Withdrawn { sequence } => Ok(gone.contains(sequence)),
            Fact::Inception { terms } => match self.inception() {
                Some((on, known)) if on == command.on && *known == **terms => Ok(true),
                Some((inception, known)) => Err(RevenueRefusal::AlreadyBegun {
                    contract: known.contract().clone(),
                    inception,
                }),
                None => Ok(false),
            },
            Fact::Billed { document, .. } => {
                let known = facts.find(
                    |event| matches!(&event.fact, Fact::Billed { document: known, .. } if known == document),
                );
                match known {
                    Some(known) if known.effective == command.on && known.fact == command.fact => Ok(true),
                    Some(RevenueEvent {
                        effective,
                        fact: Fact::Billed { amount, .. },
                        ..
                    }) => Err(RevenueRefusal::DocumentRecorded {
                        document: document.clone(),
                        amount: *amount,
                        on: *effective,
                    }),
                    _ => Ok(false),
                }
            }
            Fact::Satisfied { obligation } => {
                let known = facts.find(|event| event.fact == command.fact);
                match known.map(|event| event.effective) {
                    Some(on) if on != command.on && self.has_begun(command.on) => {
                        Err(RevenueRefusal::AlreadySatisfied {
                            obligation: obligation.clone(),
                            on,
                        })
                    }
                    known => Ok(known == Some(command.on)),
                }
            }
            Fact::ServiceStarted { obligation, period } => {
                let known = facts.find_map(|event| match &event.fact {
                    Fact::ServiceStarted {
                        obligation: id,
                        period,
                    } if id == obligation => Some(*period),
                    _ => None,
                });
                match known {
                    Some(other) if other != *period && self.has_begun(command.on) => {
                        Err(RevenueRefusal::AlreadyStarted {
                            obligation: obligation.clone(),
                            period: other,
                        })
                    }
                    known => Ok(known == Some(*period)),
                }
            }
            // These happen once; said again for the same day they are the same fact.
            Fact::CriteriaMet {}
            | Fact::TakenOver { .. }
            | Fact::Accepted { .. }
            | Fact::MilestoneReached { .. }
            | Fact::RedemptionRemote { .. }
            | Fact::RightExpired { .. }
            | Fact::RightExercised { .. }
            | Fact::Modified { .. }
            | Fact::Terminated { .. } => {
                Ok(facts.any(|known| known.effective == command.on && known.fact == command.fact))
            }
            _ => Ok(false),
        }
    }

    /// Runs the contract with one more fact; whatever it refuses is refused.
    fn check(&self, event: &RevenueEvent) -> Result<(), RevenueRefusal> {
        let with = self.clone().evolve(event);
        let book = Book::Asc606;
        let run = || {
            let history = History::of(with.facts(), DateTime::<Utc>::MAX_UTC)?;
            let rec = &mut NoTrace;
            let mut walk = Walk::new(rec, &history, book)?;
            while walk.upcoming().is_some() {
                walk.step(rec)?;
            }
            Ok(())
        };
        run().map_err(|error: RevenueError| match error {
            RevenueError::ImpossibleFact {
                sequence, refusal, ..
            } if sequence == event.sequence => *refusal,
            RevenueError::ImpossibleFact {
                fact,
                effective,
                sequence,
                refusal,
            } => RevenueRefusal::Contradicts {
                fact,
                effective,
                sequence,
                refusal,
            },
            error => RevenueRefusal::Figures(Box::new(error)),
        })
    }
}

impl Decider for RevenueContract {
    type Command = RevenueCommand;
    type Event = RevenueEvent;
    type Context = RevenueContext;
    type Refusal = RevenueRefusal;

    fn decide(
        &self,
        command: &RevenueCommand,
        context: &RevenueContext,
    ) -> Result<Vec<RevenueEvent>, RevenueRefusal> {
        if REVENUE_MACHINE.target(self.status(), command.name()).is_none() {
            return Err(RevenueRefusal::NotBegun {
                command: command.fact.name(),
            });
        }
        if self.is_known(command)? {
            return Ok(Vec::new());
        }
        if self.facts.iter().any(|known| known.sequence == context.sequence) {
            return Err(RevenueRefusal::SequenceUsed {
                sequence: context.sequence,
            });
        }
        let event = RevenueEvent {
            effective: command.on,
            recorded_at: context.recorded_at,
            sequence: context.sequence,
            fact: command.fact.clone(),
            reference: command.reference.clone(),
        };
        self.check(&event)?;
        Ok(vec![event])
    }

    fn evolve(mut self, event: &RevenueEvent) -> Self {
        let key = (event.effective, event.sequence);
        let place = self
            .facts
            .partition_point(|known| (known.effective, known.sequence) <= key);
        self.facts.insert(place, event.clone());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_shown_by_their_words() {
        let shown: Vec<String> = REVENUE_MACHINE
            .states
            .iter()
            .map(|status| format!("[{status:>12}]"))
            .collect();
        assert_eq!(shown, ["[ not_started]", "[      active]", "[  terminated]"]);
    }
}
