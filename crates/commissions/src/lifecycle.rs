use std::fmt;

use l2c_calendar::NaiveDate;
use l2c_host::{Decider, DomainEvent, Machine, Transition};
use l2c_money::Money;
use serde::{Deserialize, Serialize};

use crate::{Statement, StatementId};

/// Where a statement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatementStatus {
    /// Its figures still move with every credit.
    #[default]
    Draft,
    /// Its figures are fixed: the commission is earned and owed.
    Closed,
    /// It has been paid, or there was nothing to pay.
    Paid,
}

impl fmt::Display for StatementStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Draft => "draft",
            Self::Closed => "closed",
            Self::Paid => "paid",
        })
    }
}

/// The life of a statement.
pub const STATEMENT_MACHINE: Machine<StatementStatus> = Machine {
    name: "commission statement",
    initial: StatementStatus::Draft,
    terminal: &[StatementStatus::Paid],
    states: &[
        StatementStatus::Draft,
        StatementStatus::Closed,
        StatementStatus::Paid,
    ],
    transitions: &[
        Transition {
            from: StatementStatus::Draft,
            on: "close",
            to: StatementStatus::Closed,
        },
        Transition {
            from: StatementStatus::Closed,
            on: "pay",
            to: StatementStatus::Paid,
        },
    ],
};

/// The state of a statement. A draft is empty: its figures are [`Plan::statement`](crate::Plan::statement) at any
/// moment, and closing takes them in.
///
/// ```
/// # use l2c_commissions::{Plan, StatementCommand, StatementState, StatementStatus};
/// # use l2c_host::Decider;
/// # let document = r#"{"id": "pln_sales", "currency": "USD", "versions": [
/// #     {"version": 1, "from": "2017-Q1", "payment_lag_months": 1, "components": [
/// #         {"id": "own", "credits": "primary", "rates": [{"rate_percent": "4"}]}]}]}"#;
/// # let plan = Plan::new(&serde_json::from_str(document)?)?;
/// # let deal = serde_json::from_str(r#"{"id": "ord_1", "date": "2017-02-14", "seller": "pty_Ada",
/// #     "parts": {"licence": {"amount": "800", "currency": "USD"}}}"#)?;
/// # let credits = plan.credits(&deal)?;
/// let statement = plan.statement(&deal.seller, "2017-Q1".parse()?, &credits, &[])?;
/// let due = statement.due();
/// let mut state = StatementState::default();
/// for command in [StatementCommand::Close(Box::new(statement)), StatementCommand::Pay { date: due }] {
///     let events = state.decide(&command, &())?;
///     state = events.iter().fold(state, Decider::evolve);
/// }
/// assert_eq!(state.status(), StatementStatus::Paid);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatementState {
    closed: Option<Statement>,
    paid_on: Option<NaiveDate>,
}

/// What can be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum StatementCommand {
    /// Fix these figures. Again with the same figures it changes nothing.
    Close(Box<Statement>),
    /// Record that the payable amount was paid. Again with the same day it changes nothing.
    Pay {
        /// The day.
        date: NaiveDate,
    },
}

impl StatementCommand {
    /// The name of the command in [`STATEMENT_MACHINE`].
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Close(_) => "close",
            Self::Pay { .. } => "pay",
        }
    }
}

/// What has happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum StatementEvent {
    /// The figures were fixed: the commission is earned.
    Closed {
        /// The figures.
        statement: Box<Statement>,
    },
    /// The payable amount was paid.
    Paid {
        /// The day.
        date: NaiveDate,
        /// The amount; zero if there was nothing to pay.
        amount: Money,
    },
}

impl DomainEvent for StatementEvent {
    const CATEGORY: &'static str = "commission_statement";
    const VERSION: u32 = 1;

    fn name(&self) -> &'static str {
        match self {
            Self::Closed { .. } => "closed",
            Self::Paid { .. } => "paid",
        }
    }
}

/// Why a command on a statement is refused. The code is stable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatementRefusal {
    /// A closed statement is closed again with other figures.
    #[error("{statement} is closed: a later change becomes an adjustment of the next statement")]
    FiguresFixed {
        /// The statement.
        statement: StatementId,
    },
    /// A draft is paid.
    #[error("a draft cannot be paid: close it first")]
    NotClosed,
    /// A statement is paid before its quarter is over.
    #[error("{statement} cannot be paid on {date}: its quarter ends on {quarter_end}")]
    PaidTooEarly {
        /// The statement.
        statement: StatementId,
        /// The day of the payment.
        date: NaiveDate,
        /// The last day of the quarter.
        quarter_end: NaiveDate,
    },
    /// A paid statement is paid again on another day.
    #[error("{statement} was paid on {paid_on}")]
    AlreadyPaid {
        /// The statement.
        statement: StatementId,
        /// The day on which it was paid.
        paid_on: NaiveDate,
    },
}

impl StatementRefusal {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::FiguresFixed { .. } => "figures_fixed",
            Self::NotClosed => "not_closed",
            Self::PaidTooEarly { .. } => "paid_too_early",
            Self::AlreadyPaid { .. } => "already_paid",
        }
    }
}

impl StatementState {
    /// Where the statement stands.
    #[must_use]
    pub const fn status(&self) -> StatementStatus {
        match (&self.closed, self.paid_on) {
            (None, _) => StatementStatus::Draft,
            (Some(_), None) => StatementStatus::Closed,
            (Some(_), Some(_)) => StatementStatus::Paid,
        }
    }

    /// The fixed figures; none of a draft.
    #[must_use]
    pub const fn statement(&self) -> Option<&Statement> {
        self.closed.as_ref()
    }

    /// The day of the payment.
    #[must_use]
    pub const fn paid_on(&self) -> Option<NaiveDate> {
        self.paid_on
    }
}

impl Decider for StatementState {
    type Command = StatementCommand;
    type Event = StatementEvent;
    type Context = ();
    type Refusal = StatementRefusal;

    fn decide(&self, command: &StatementCommand, (): &()) -> Result<Vec<StatementEvent>, StatementRefusal> {
        match (command, &self.closed) {
            (StatementCommand::Close(statement), None) => Ok(vec![StatementEvent::Closed {
                statement: statement.clone(),
            }]),
            (StatementCommand::Close(statement), Some(closed)) if **statement == *closed => Ok(Vec::new()),
            (StatementCommand::Close(_), Some(closed)) => Err(StatementRefusal::FiguresFixed {
                statement: closed.id().clone(),
            }),
            (StatementCommand::Pay { .. }, None) => Err(StatementRefusal::NotClosed),
            (StatementCommand::Pay { date }, Some(closed)) => self.pay(closed, *date),
        }
    }

    fn evolve(self, event: &StatementEvent) -> Self {
        match event {
            StatementEvent::Closed { statement } => Self {
                closed: Some((**statement).clone()),
                ..self
            },
            StatementEvent::Paid { date, .. } => Self {
                paid_on: Some(*date),
                ..self
            },
        }
    }
}

impl StatementState {
    fn pay(&self, closed: &Statement, date: NaiveDate) -> Result<Vec<StatementEvent>, StatementRefusal> {
        let statement = || closed.id().clone();
        let quarter_end = closed.quarter().last_day();
        match self.paid_on {
            Some(paid_on) if paid_on == date => Ok(Vec::new()),
            Some(paid_on) => Err(StatementRefusal::AlreadyPaid {
                statement: statement(),
                paid_on,
            }),
            None if date <= quarter_end => Err(StatementRefusal::PaidTooEarly {
                statement: statement(),
                date,
                quarter_end,
            }),
            None => Ok(vec![StatementEvent::Paid {
                date,
                amount: closed.payable(),
            }]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_shown_by_their_words() {
        for status in STATEMENT_MACHINE.states {
            let word = status.to_string();
            assert_eq!(serde_json::to_value(status).unwrap(), word.as_str());
            assert_eq!(format!("{status:>24}"), format!("{word:>24}"));
        }
    }
}
