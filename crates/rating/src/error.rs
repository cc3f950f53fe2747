use std::fmt;

use l2c_money::{Exact, MoneyError};

/// One thing that is wrong with a document: where, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The place, such as `tiers[2].up_to`.
    pub path: String,
    /// What is wrong there and what would be right.
    pub message: String,
}

impl Fault {
    /// A fault at a place.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
        }
    }

    /// The same fault in a document that holds this one at `prefix`: `tiers[2].up_to` becomes
    /// `entries[4].charge.tiers[2].up_to`.
    #[must_use]
    pub fn under(self, prefix: &str) -> Self {
        let path = if self.path.is_empty() {
            prefix.to_owned()
        } else {
            format!("{prefix}.{}", self.path)
        };
        Self { path, ..self }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// What can be wrong with a charge or with what it is asked to rate.
///
/// The text of a message may change; [`RatingError::code`] is stable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RatingError {
    /// A charge document has faults; all of them are listed.
    #[error("the charge has {} fault(s): {}", faults.len(), listed(faults))]
    InvalidCharge {
        /// Every fault, in the order of the document.
        faults: Vec<Fault>,
    },
    /// A quantity below zero. What a return gives back is the difference of two charges:
    /// [`Charge::amount_between`](crate::Charge::amount_between).
    #[error(
        "quantity {quantity} is below zero: rate the quantities before and after, and take the difference"
    )]
    NegativeQuantity {
        /// The quantity, cut to 60 characters.
        quantity: String,
    },
    /// A quantity above the last tier, which is not open.
    #[error("quantity {quantity} is above {last}, where the last tier ends")]
    NoTier {
        /// The quantity, cut to 60 characters.
        quantity: String,
        /// The upper end of the last tier.
        last: String,
    },
    /// A figure that cannot be computed.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl RatingError {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::InvalidCharge { .. } => "invalid_charge",
            Self::NegativeQuantity { .. } => "negative_quantity",
            Self::NoTier { .. } => "no_tier",
            Self::Money(error) => error.code(),
        }
    }
}

fn listed(faults: &[Fault]) -> String {
    faults
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}

/// The first 60 characters of a figure: an exact number can have any length.
pub(crate) fn excerpt(figure: &Exact) -> String {
    figure.to_string().chars().take(60).collect()
}
