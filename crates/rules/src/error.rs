use std::fmt;

use crate::FactType;

/// What is wrong with a condition or with a set of facts.
///
/// The values of facts never appear here: they may be personal data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RulesError {
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
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
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
}

/// One fault of a document and where it stands. A document that holds conditions has faults of its own type
/// `E` beside those of its conditions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault<E = RulesError> {
    /// Where: `rules[3].when.all[0].gt`. Empty at the root.
    pub path: String,
    /// What.
    pub error: E,
}

impl<E: fmt::Display> fmt::Display for Fault<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            write!(f, "{}", self.error)
        } else {
            write!(f, "{}: {}", self.path, self.error)
        }
    }
}

/// All faults of a document, in the order in which they were found; at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults<E = RulesError> {
    // Boxed, so that a result that carries it stays small.
    first: Box<Fault<E>>,
    rest: Vec<Fault<E>>,
}

impl<E> Faults<E> {
    /// `None` if there is no fault.
    #[must_use]
    pub fn of(faults: Vec<Fault<E>>) -> Option<Self> {
        let mut faults = faults.into_iter();
        let first = Box::new(faults.next()?);
        Some(Self {
            first,
            rest: faults.collect(),
        })
    }

    /// The first fault: its code is the code of the document.
    #[must_use]
    pub fn first(&self) -> &Fault<E> {
        &self.first
    }

    /// The faults in order.
    pub fn iter(&self) -> impl Iterator<Item = &Fault<E>> {
        std::iter::once(self.first()).chain(&self.rest)
    }

    /// The faults, to be joined to those of the document around this one.
    #[must_use]
    pub fn into_vec(self) -> Vec<Fault<E>> {
        std::iter::once(*self.first).chain(self.rest).collect()
    }
}

impl Faults {
    /// The code of the first fault.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.first.error.code()
    }
}

impl<E: fmt::Display> fmt::Display for Faults<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        self.rest.iter().try_for_each(|fault| write!(f, "\n{fault}"))
    }
}

impl<E: fmt::Debug + fmt::Display> std::error::Error for Faults<E> {}
