use l2c_money::{Exact, MoneyError};

/// What can be wrong with an explanation.
///
/// The text of a message may change; [`ExplainError::code`] is stable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExplainError {
    /// A step records another value than its operation gives.
    #[error("step {step} ({label}) records {recorded}, but its inputs give {recomputed}")]
    Mismatch {
        /// Position of the step, from 0.
        step: usize,
        /// What the step is.
        label: String,
        /// The value in the explanation.
        recorded: Box<Exact>,
        /// The value that its operation gives for its inputs.
        recomputed: Box<Exact>,
    },
    /// A step cannot be carried out on its inputs.
    #[error("step {step} ({label}) cannot be carried out: {source}")]
    Impossible {
        /// Position of the step, from 0.
        step: usize,
        /// What the step is.
        label: String,
        /// Why.
        source: MoneyError,
    },
    /// An explanation is not built as one: a later step as an input, a wrong number of inputs.
    #[error("step {step}: {found}; expected {expected}")]
    InvalidStep {
        /// Position of the step, from 0.
        step: usize,
        /// What was found.
        found: String,
        /// What would be right.
        expected: &'static str,
    },
    /// An explanation or a figure in it is larger than the published limit.
    #[error("{what} is {value}, above the limit of {limit}")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// Its size.
        value: u64,
        /// The largest size allowed.
        limit: u64,
    },
}

impl ExplainError {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Mismatch { .. } => "mismatch",
            Self::Impossible { .. } => "impossible",
            Self::InvalidStep { .. } => "invalid_step",
            Self::TooLarge { .. } => "too_large",
        }
    }
}
