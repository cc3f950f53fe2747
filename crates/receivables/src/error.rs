use l2c_ledger::LedgerError;
use l2c_money::MoneyError;

/// What can be wrong with a receivables document or figure.
///
/// The text of a message may change; [`ReceivablesError::code`] is stable. A command that an account does not
/// accept is an [`AccountRefusal`](crate::AccountRefusal).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReceivablesError {
    /// Not the number of a document.
    #[error("`{text}` is not a document number: 1 to 80 characters, no outer blanks, no control characters")]
    InvalidNumber {
        /// What was found, cut to 60 characters.
        text: String,
    },
    /// The bands of an ageing do not rise.
    #[error("edges[{index}] is {value}: the last day of a band is above zero and above the band before")]
    InvalidEdges {
        /// Position of the edge, from 0.
        index: usize,
        /// The edge.
        value: u32,
    },
    /// An ageing policy has more bands than are read.
    #[error("the policy has {count} edges: at most {limit}")]
    TooManyEdges {
        /// Their number.
        count: usize,
        /// The limit.
        limit: usize,
    },
    /// The expected loss rates do not fit the bands.
    #[error("loss rates: {problem}")]
    InvalidLossRates {
        /// What is wrong, and what would be right.
        problem: String,
    },
    /// A disputed amount is below zero or above what is open.
    #[error("{disputed} of {open} disputed: from zero to what is open")]
    InvalidDispute {
        /// What is disputed.
        disputed: l2c_money::Money,
        /// What is open.
        open: l2c_money::Money,
    },
    /// A figure is outside its bounds, or two currencies met.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A journal entry could not be made.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl ReceivablesError {
    /// A stable code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidNumber { .. } => "invalid_number",
            Self::InvalidEdges { .. } | Self::TooManyEdges { .. } => "invalid_edges",
            Self::InvalidLossRates { .. } => "invalid_loss_rates",
            Self::InvalidDispute { .. } => "invalid_amount",
            Self::Money(fault) => fault.code(),
            Self::Ledger(fault) => fault.code(),
        }
    }
}
