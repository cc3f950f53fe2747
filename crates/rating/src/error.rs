use l2c_documents::Faults;
use l2c_money::{Exact, MoneyError};

/// What can be wrong with a charge or with what it is asked to rate.
///
/// The text of a message may change; [`RatingError::code`] is stable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RatingError {
    /// A charge document has faults; all of them are listed.
    #[error(transparent)]
    InvalidDocument(#[from] Faults),
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
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidDocument(faults) => faults.code(),
            Self::NegativeQuantity { .. } => "negative_quantity",
            Self::NoTier { .. } => "no_tier",
            Self::Money(error) => error.code(),
        }
    }
}

/// The first 60 characters of a figure: an exact number can have any length.
pub(crate) fn excerpt(figure: &Exact) -> String {
    figure.to_string().chars().take(60).collect()
}
