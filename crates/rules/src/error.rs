use l2c_documents::Fault;

use crate::{FactType, FactTypes};

/// What is wrong with a condition or with a set of facts.
///
/// The values of facts never appear here: they may be personal data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RulesError {
    /// A condition tests a fact that is not declared.
    #[error("no fact is named {fact:?}; there are: {known}")]
    UnknownFact {
        /// The name found.
        fact: String,
        /// The declared names.
        known: String,
    },
    /// A condition compares a fact with a value of another type.
    #[error("{fact:?} is a {expected}, and {found} is not; write {}", .expected.spelling())]
    WrongType {
        /// The fact.
        fact: String,
        /// Its declared type.
        expected: FactType,
        /// The value found in the document.
        found: String,
    },
    /// A condition asks for the order of flags.
    #[error("{fact:?} is a {declared}, which has no order; use eq, ne, in or exists")]
    NoOrder {
        /// The fact.
        fact: String,
        /// Its declared type.
        declared: FactType,
    },
    /// A range ends before it begins, so nothing is inside.
    #[error("the range of {fact:?} begins at {low} and ends at {high}; the lower end comes first")]
    ReversedRange {
        /// The fact.
        fact: String,
        /// The lower end as written.
        low: String,
        /// The upper end as written.
        high: String,
    },
    /// Conditions stand inside each other too deeply.
    #[error("conditions are nested more than {limit} deep; split the rule")]
    TooDeep {
        /// The deepest nesting allowed.
        limit: usize,
    },
    /// There are too many conditions and values in one tree.
    #[error("more than {limit} conditions and values; split the rule")]
    TooLarge {
        /// The largest number allowed.
        limit: usize,
    },
    /// A fact has another type than declared.
    #[error("the fact {fact:?} is a {found}; it is declared as a {expected}")]
    MistypedFact {
        /// The fact.
        fact: String,
        /// Its declared type.
        expected: FactType,
        /// The type of the value given.
        found: FactType,
    },
    /// A fact is given that is not declared.
    #[error("the fact {fact:?} is not declared; there are: {known}")]
    UndeclaredFact {
        /// The fact.
        fact: String,
        /// The declared names.
        known: String,
    },
}

impl RulesError {
    const fn code(&self) -> &'static str {
        match self {
            Self::UnknownFact { .. } => "unknown_fact",
            Self::WrongType { .. } => "wrong_type",
            Self::NoOrder { .. } => "no_order",
            Self::ReversedRange { .. } => "reversed_range",
            Self::TooDeep { .. } => "too_deep",
            Self::TooLarge { .. } => "too_large",
            Self::MistypedFact { .. } => "mistyped_fact",
            Self::UndeclaredFact { .. } => "undeclared_fact",
        }
    }

    /// The fault at a place; a report names the nearest of the facts that there are.
    pub(crate) fn at(&self, path: impl Into<String>, types: &FactTypes) -> Fault {
        let fault = Fault::new(path, self.code(), self.to_string());
        match self {
            Self::UnknownFact { .. } => fault.among(types.iter().map(|(name, _)| name)),
            _ => fault,
        }
    }
}

/// Why a decision table has no answer for these facts.
///
/// The text of a message may change; [`DecisionError::code`] is stable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecisionError {
    /// Two rules hold, and the hit policy is `unique`.
    #[error(
        "the rules `{first}` and `{second}` both hold, and at most one may: make their conditions exclude each other"
    )]
    MultipleHits {
        /// The id of the first in the table.
        first: String,
        /// The id of the next.
        second: String,
    },
    /// Two rules hold with the highest priority.
    #[error(
        "the rules `{first}` and `{second}` both hold with priority {priority}: give them different priorities"
    )]
    AmbiguousRules {
        /// The id of the first in the table.
        first: String,
        /// The id of the next.
        second: String,
        /// The priority of both.
        priority: i64,
    },
}

impl DecisionError {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::MultipleHits { .. } => "multiple_hits",
            Self::AmbiguousRules { .. } => "ambiguous_rules",
        }
    }
}
