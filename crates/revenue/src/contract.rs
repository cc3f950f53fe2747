use std::fmt;

use l2c_calendar::{NaiveDate, Period};
use l2c_host::{DateTime, Decider, Machine, Transition, Utc};
use l2c_money::{Money, MoneyError};
use serde::{Deserialize, Serialize};

use crate::obligation::is_short_enough;
use crate::{Fact, MAX_MINOR_UNITS, Measure, Obligation, RevenueEvent, RevenueRefusal, Terms};

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
}

impl fmt::Display for RevenueStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::NotStarted => "not_started",
            Self::Active => "active",
        })
    }
}

/// The legal transitions of a revenue contract.
pub const REVENUE_MACHINE: Machine<RevenueStatus> = {
    use RevenueStatus::{Active, NotStarted};
    const fn stay(on: &'static str) -> Transition<RevenueStatus> {
        Transition {
            from: Active,
            on,
            to: Active,
        }
    }
    Machine {
        name: "revenue_contract",
        initial: NotStarted,
        terminal: &[Active],
        states: &[NotStarted, Active],
        transitions: &[
            Transition {
                from: NotStarted,
                on: "incept",
                to: Active,
            },
            stay("incept"),
            stay("satisfy"),
            stay("start_service"),
            stay("record_billing"),
        ],
    }
};

/// What can be asked of a revenue contract. A command that says again what is known already is accepted and
/// changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub enum RevenueCommand {
    /// Begin accounting for a contract.
    Incept {
        /// The terms.
        terms: Box<Terms>,
        /// The day on which the criteria of a contract are met (606-10-25-1).
        on: NaiveDate,
    },
    /// An obligation of a point in time was delivered.
    Satisfy {
        /// The obligation.
        obligation: String,
        /// The day on which control passed.
        on: NaiveDate,
    },
    /// The service of an obligation over time began, and its period is known.
    StartService {
        /// The obligation.
        obligation: String,
        /// The days served; it became true on the first.
        period: Period,
    },
    /// An invoice, or with an amount below zero a credit note, was issued.
    RecordBilling {
        /// The invoice or credit note.
        document: String,
        /// Its amount without tax, in whole minor units.
        amount: Money,
        /// Its date.
        on: NaiveDate,
    },
}

impl RevenueCommand {
    /// The name of the command in [`REVENUE_MACHINE`].
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Incept { .. } => "incept",
            Self::Satisfy { .. } => "satisfy",
            Self::StartService { .. } => "start_service",
            Self::RecordBilling { .. } => "record_billing",
        }
    }

    const fn effective(&self) -> NaiveDate {
        match self {
            Self::Incept { on, .. } | Self::Satisfy { on, .. } | Self::RecordBilling { on, .. } => *on,
            Self::StartService { period, .. } => period.start(),
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
        match self.terms() {
            None => RevenueStatus::NotStarted,
            Some(_) => RevenueStatus::Active,
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

    fn satisfied_on(&self, id: &str) -> Option<NaiveDate> {
        self.facts.iter().find_map(|event| match &event.fact {
            Fact::Satisfied { obligation } if obligation == id => Some(event.effective),
            _ => None,
        })
    }

    fn service_period(&self, id: &str) -> Option<Period> {
        self.facts.iter().find_map(|event| match &event.fact {
            Fact::ServiceStarted { obligation, period } if obligation == id => Some(*period),
            _ => None,
        })
    }

    fn billings(&self) -> impl Iterator<Item = (&str, Money, NaiveDate)> {
        self.facts.iter().filter_map(|event| match &event.fact {
            Fact::Billed { document, amount } => Some((document.as_str(), *amount, event.effective)),
            _ => None,
        })
    }

    /// The fact that a command adds to a contract that has begun; none if it is known already.
    fn fact(
        &self,
        command: &RevenueCommand,
        inception: NaiveDate,
        terms: &Terms,
    ) -> Result<Option<Fact>, RevenueRefusal> {
        match command {
            RevenueCommand::Incept { terms: again, on } => {
                if **again == *terms && *on == inception {
                    Ok(None)
                } else {
                    Err(RevenueRefusal::AlreadyBegun {
                        contract: terms.contract().clone(),
                        inception,
                    })
                }
            }
            RevenueCommand::Satisfy { obligation, on } => {
                let known = promised(terms, obligation)?;
                if known.measure != Measure::PointInTime {
                    return Err(wrong_measure(known, "satisfy"));
                }
                match self.satisfied_on(obligation) {
                    Some(date) if date == *on => Ok(None),
                    Some(date) => Err(RevenueRefusal::AlreadySatisfied {
                        obligation: obligation.clone(),
                        on: date,
                    }),
                    None => Ok(Some(Fact::Satisfied {
                        obligation: obligation.clone(),
                    })),
                }
            }
            RevenueCommand::StartService { obligation, period } => {
                let known = promised(terms, obligation)?;
                let Measure::Time { period: agreed } = known.measure else {
                    return Err(wrong_measure(known, "start_service"));
                };
                match agreed.or_else(|| self.service_period(obligation)) {
                    Some(of) if of == *period => Ok(None),
                    Some(of) => Err(RevenueRefusal::AlreadyStarted {
                        obligation: obligation.clone(),
                        period: of,
                    }),
                    None if !is_short_enough(period) => Err(RevenueRefusal::TermTooLong {
                        obligation: obligation.clone(),
                        period: *period,
                    }),
                    None => Ok(Some(Fact::ServiceStarted {
                        obligation: obligation.clone(),
                        period: *period,
                    })),
                }
            }
            RevenueCommand::RecordBilling { document, amount, on } => {
                let known = self.billings().find(|(id, ..)| id == document);
                if let Some((_, recorded, date)) = known {
                    return if recorded == *amount && date == *on {
                        Ok(None)
                    } else {
                        Err(RevenueRefusal::DocumentRecorded {
                            document: document.clone(),
                            amount: recorded,
                            on: date,
                        })
                    };
                }
                self.check_billing(*amount, terms)?;
                Ok(Some(Fact::Billed {
                    document: document.clone(),
                    amount: *amount,
                }))
            }
        }
    }

    /// Whether the amount, and what is billed with it, can be computed with.
    fn check_billing(&self, amount: Money, terms: &Terms) -> Result<(), RevenueRefusal> {
        let refused = |source: MoneyError| RevenueRefusal::InvalidAmount { amount, source };
        let mut magnitude = Money::zero(terms.currency())
            .checked_add(&amount)
            .and_then(|amount| amount.minor())
            .map_err(refused)?
            .saturating_abs();
        for (_, before, _) in self.billings() {
            magnitude = magnitude.saturating_add(before.minor().map_err(refused)?.saturating_abs());
        }
        if magnitude > MAX_MINOR_UNITS {
            return Err(RevenueRefusal::TooMuchBilled { amount });
        }
        Ok(())
    }
}

/// A service agreed at inception does not begin before it.
fn check_agreed_periods(terms: &Terms, inception: NaiveDate) -> Result<(), RevenueRefusal> {
    let agreed = terms
        .obligations()
        .iter()
        .filter_map(|obligation| match obligation.measure {
            Measure::Time { period } => period,
            Measure::PointInTime => None,
        });
    match agreed
        .map(|period| period.start())
        .find(|start| *start < inception)
    {
        Some(effective) => Err(RevenueRefusal::BeforeInception {
            command: "start_service",
            effective,
            inception,
        }),
        None => Ok(()),
    }
}

fn promised<'a>(terms: &'a Terms, id: &str) -> Result<&'a Obligation, RevenueRefusal> {
    terms
        .obligation(id)
        .ok_or_else(|| RevenueRefusal::UnknownObligation {
            contract: terms.contract().clone(),
            obligation: id.to_owned(),
        })
}

fn wrong_measure(obligation: &Obligation, command: &'static str) -> RevenueRefusal {
    let (measure, instead) = match obligation.measure {
        Measure::PointInTime => ("at a point in time", "satisfy it"),
        Measure::Time { .. } => ("over time", "start its service"),
    };
    RevenueRefusal::WrongMeasure {
        obligation: obligation.id.clone(),
        command,
        measure,
        instead,
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
        let not_begun = RevenueRefusal::NotBegun {
            command: command.name(),
        };
        if REVENUE_MACHINE.target(self.status(), command.name()).is_none() {
            return Err(not_begun);
        }
        let effective = command.effective();
        let fact = match (self.inception(), command) {
            (Some((inception, terms)), _) => {
                let fact = self.fact(command, inception, terms)?;
                if fact.is_some() && effective < inception {
                    return Err(RevenueRefusal::BeforeInception {
                        command: command.name(),
                        effective,
                        inception,
                    });
                }
                fact
            }
            (None, RevenueCommand::Incept { terms, on }) => {
                check_agreed_periods(terms, *on)?;
                Some(Fact::Inception { terms: terms.clone() })
            }
            (None, _) => return Err(not_begun),
        };
        let Some(fact) = fact else { return Ok(Vec::new()) };
        if self.facts.iter().any(|known| known.sequence == context.sequence) {
            return Err(RevenueRefusal::SequenceUsed {
                sequence: context.sequence,
            });
        }
        Ok(vec![RevenueEvent {
            effective,
            recorded_at: context.recorded_at,
            sequence: context.sequence,
            fact,
        }])
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
        assert_eq!(shown, ["[ not_started]", "[      active]"]);
    }
}
