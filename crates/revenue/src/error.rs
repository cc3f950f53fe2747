use l2c_calendar::CalendarError;
use l2c_documents::Faults;
use l2c_host::{DateTime, Utc};
use l2c_ledger::LedgerError;
use l2c_money::MoneyError;

use crate::RevenueContractId;

/// What can be wrong with a contract or a question about it.
///
/// The text of a message may change; [`RevenueError::code`] is stable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RevenueError {
    /// The terms of a contract cannot be accounted for; every fault is listed.
    #[error(transparent)]
    InvalidDocument(#[from] Faults),
    /// At that moment the contract was not in the books.
    #[error("no inception was recorded by {known_at}: ask for a later moment")]
    NotInBooks {
        /// The moment asked about.
        known_at: DateTime<Utc>,
    },
    /// An obligation that the contract does not have.
    #[error("{contract} has no obligation `{obligation}`")]
    UnknownObligation {
        /// The contract.
        contract: RevenueContractId,
        /// The name asked for.
        obligation: String,
    },
    /// An amount that cannot be computed with.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A date that cannot be computed with.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// Entries that cannot be posted.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl RevenueError {
    /// A stable code for programs; of a document, that of the first fault.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidDocument(faults) => faults.code(),
            Self::NotInBooks { .. } => "not_in_books",
            Self::UnknownObligation { .. } => "unknown_obligation",
            Self::Money(error) => error.code(),
            Self::Calendar(error) => error.code(),
            Self::Ledger(error) => error.code(),
        }
    }
}
