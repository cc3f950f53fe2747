use std::fmt;

use l2c_calendar::CalendarError;
use l2c_host::{DateTime, Utc};
use l2c_ledger::LedgerError;
use l2c_money::MoneyError;

use crate::{Paragraph, RevenueContractId};

/// One fault of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where: `obligations[1].ssp`.
    pub path: String,
    /// What kind, stable for programs.
    pub code: &'static str,
    /// What stands there.
    pub found: String,
    /// What would be right.
    pub expected: String,
    /// The paragraph that asks for it.
    pub paragraph: Option<Paragraph>,
}

impl Fault {
    pub(crate) fn new(
        path: impl Into<String>,
        code: &'static str,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        Self {
            path: path.into(),
            code,
            found: found.into(),
            expected: expected.into(),
            paragraph: None,
        }
    }

    pub(crate) const fn under(mut self, paragraph: Paragraph) -> Self {
        self.paragraph = Some(paragraph);
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; expected {}", self.path, self.found, self.expected)?;
        match &self.paragraph {
            Some(paragraph) => write!(f, " ({paragraph})"),
            None => Ok(()),
        }
    }
}

/// What can be wrong with a contract or a question about it.
///
/// The text of a message may change; [`RevenueError::code`] is stable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RevenueError {
    /// The terms of a contract cannot be accounted for.
    #[error("{}", listed(.faults))]
    InvalidTerms {
        /// Every fault, in the order of the document.
        faults: Vec<Fault>,
    },
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
    /// A stable code for programs; of terms, that of the first fault.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidTerms { faults } => faults.first().map_or("invalid_terms", |fault| fault.code),
            Self::NotInBooks { .. } => "not_in_books",
            Self::UnknownObligation { .. } => "unknown_obligation",
            Self::Money(error) => error.code(),
            Self::Calendar(error) => error.code(),
            Self::Ledger(error) => error.code(),
        }
    }
}

fn listed(faults: &[Fault]) -> String {
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    lines.join("\n")
}
