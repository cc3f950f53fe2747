use l2c_calendar::CalendarError;
use l2c_host::HostError;
use l2c_money::{Currency, MoneyError};

use crate::OpportunityId;

/// What is wrong with an input, or with the figures a report is asked of. Documents have
/// [`Faults`](l2c_documents::Faults).
///
/// A command that a lifecycle refuses is a [`LeadRefusal`](crate::LeadRefusal) or an
/// [`OpportunityRefusal`](crate::OpportunityRefusal). The text of a message may change;
/// [`LeadsError::code`] is stable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LeadsError {
    /// Two things of one list have one id.
    #[error("the {what} {id:?} stands twice; every one needs an id of its own")]
    DuplicateId {
        /// What.
        what: &'static str,
        /// The id.
        id: String,
    },
    /// A lead would be recycled by a score that qualifies it.
    #[error("recycling below {down} but qualifying from {up}; `down` is at most `up`")]
    InvalidThresholds {
        /// The score that qualifies.
        up: String,
        /// The score below which a lead is recycled.
        down: String,
    },
    /// A probability is not one.
    #[error("the probability {value} is not between 0 and 1 (0 % and 100 %)")]
    ProbabilityOutOfRange {
        /// The value found.
        value: String,
    },
    /// A stage is not in the sales process.
    #[error("no stage is {stage:?}; there are: {known}")]
    UnknownStage {
        /// The stage found.
        stage: String,
        /// Those that there are.
        known: String,
    },
    /// Neither an opportunity nor its stage says how probable it is that it is won.
    #[error("{opportunity} has no probability and its stage {stage:?} has none; give one of them")]
    MissingProbability {
        /// The opportunity.
        opportunity: OpportunityId,
        /// Its stage.
        stage: String,
    },
    /// An amount is in a currency without a rate.
    #[error("no rate from {from} to {to}; give one")]
    MissingRate {
        /// The currency of the amount.
        from: Currency,
        /// The currency of the report.
        to: Currency,
    },
    /// A won opportunity has no date on which it was won.
    #[error("{opportunity} is won but has no closing date; give the day it was won")]
    MissingCloseDate {
        /// The opportunity.
        opportunity: OpportunityId,
    },
    /// A figure is asked for that is not in the report.
    #[error("the report has no {what} {key}")]
    NoSuchFigure {
        /// What.
        what: &'static str,
        /// Which.
        key: String,
    },
    /// A figure or a rounding is refused.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A date is refused.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// An id is refused.
    #[error(transparent)]
    Host(#[from] HostError),
}

impl LeadsError {
    /// A stable code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::DuplicateId { .. } => "duplicate_id",
            Self::InvalidThresholds { .. } => "invalid_thresholds",
            Self::ProbabilityOutOfRange { .. } => "probability_out_of_range",
            Self::UnknownStage { .. } => "unknown_stage",
            Self::MissingProbability { .. } => "missing_probability",
            Self::MissingRate { .. } => "missing_rate",
            Self::MissingCloseDate { .. } => "missing_close_date",
            Self::NoSuchFigure { .. } => "no_such_figure",
            Self::Money(error) => error.code(),
            Self::Calendar(error) => error.code(),
            Self::Host(error) => error.code(),
        }
    }
}
