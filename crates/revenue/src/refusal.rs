use l2c_calendar::{NaiveDate, Period};
use l2c_money::{Money, MoneyError};

use crate::{MAX_MINOR_UNITS, MAX_TERM_MONTHS, Paragraph, RevenueContractId};

/// Why a command is refused; nothing has changed.
///
/// The text of a message may change; [`RevenueRefusal::code`] is stable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RevenueRefusal {
    /// A contract begins with its inception.
    #[error(
        "`{command}` is refused before the inception of the contract ({})",
        Paragraph::CONTRACT
    )]
    NotBegun {
        /// The command.
        command: &'static str,
    },
    /// A contract begins once; other terms are a modification or another contract.
    #[error("{contract} has begun on {inception} on other terms: another contract needs another id")]
    AlreadyBegun {
        /// The contract.
        contract: RevenueContractId,
        /// The day of its inception.
        inception: NaiveDate,
    },
    /// Something is said to have happened before there was a contract.
    #[error(
        "`{command}` on {effective} is before the inception on {inception} ({})",
        Paragraph::CONTRACT
    )]
    BeforeInception {
        /// The command.
        command: &'static str,
        /// The day on which it is said to have become true.
        effective: NaiveDate,
        /// The day of the inception.
        inception: NaiveDate,
    },
    /// An obligation that the contract does not have.
    #[error("{contract} promises no `{obligation}` ({})", Paragraph::OBLIGATIONS)]
    UnknownObligation {
        /// The contract.
        contract: RevenueContractId,
        /// The name in the command.
        obligation: String,
    },
    /// A delivery of a service, or a service period of a delivery.
    #[error(
        "`{command}` does not fit `{obligation}`, which is satisfied {measure}: {instead} ({})",
        Paragraph::PROGRESS
    )]
    WrongMeasure {
        /// The obligation.
        obligation: String,
        /// The command.
        command: &'static str,
        /// How the obligation is satisfied.
        measure: &'static str,
        /// What to do instead.
        instead: &'static str,
    },
    /// Control passes once.
    #[error("`{obligation}` is satisfied since {on} ({})", Paragraph::SATISFACTION)]
    AlreadySatisfied {
        /// The obligation.
        obligation: String,
        /// The day on which control passed.
        on: NaiveDate,
    },
    /// A service has one period.
    #[error("the period of `{obligation}` is {period} already ({})", Paragraph::PROGRESS)]
    AlreadyStarted {
        /// The obligation.
        obligation: String,
        /// Its period.
        period: Period,
    },
    /// A service that is too long to be scheduled by month.
    #[error("the period of `{obligation}`, {period}, is longer than {MAX_TERM_MONTHS} months")]
    TermTooLong {
        /// The obligation.
        obligation: String,
        /// The period in the command.
        period: Period,
    },
    /// A document is recorded once.
    #[error("{document} is recorded with {amount} on {on} already: a correction is a document of its own")]
    DocumentRecorded {
        /// The invoice or credit note.
        document: String,
        /// The amount recorded.
        amount: Money,
        /// The date recorded.
        on: NaiveDate,
    },
    /// An amount in another currency, or finer than the minor unit.
    #[error("billing {amount} is refused: {source}")]
    InvalidAmount {
        /// The amount in the command.
        amount: Money,
        /// Why.
        source: MoneyError,
    },
    /// A contract bills so much in all, credit notes counted like invoices, that its figures would leave their bounds.
    #[error("with {amount} the documents of the contract come to more than {MAX_MINOR_UNITS} minor units")]
    TooMuchBilled {
        /// The amount in the command.
        amount: Money,
    },
    /// Each fact of a contract has a number of its own, so that the facts of one day have an order.
    #[error("sequence {sequence} is used by another fact of the contract")]
    SequenceUsed {
        /// The number in the context.
        sequence: u64,
    },
}

impl RevenueRefusal {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotBegun { .. } => "not_begun",
            Self::AlreadyBegun { .. } => "already_begun",
            Self::BeforeInception { .. } => "before_inception",
            Self::UnknownObligation { .. } => "unknown_obligation",
            Self::WrongMeasure { .. } => "wrong_measure",
            Self::AlreadySatisfied { .. } => "already_satisfied",
            Self::AlreadyStarted { .. } => "already_started",
            Self::TermTooLong { .. } => "term_too_long",
            Self::DocumentRecorded { .. } => "document_recorded",
            Self::InvalidAmount { .. } => "invalid_amount",
            Self::TooMuchBilled { .. } => "too_much_billed",
            Self::SequenceUsed { .. } => "sequence_used",
        }
    }
}
