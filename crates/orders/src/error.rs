use l2c_calendar::CalendarError;
use l2c_money::{Exact, Money, MoneyError};

/// What can be wrong with a question about supply, dates or credit.
///
/// The text of a message may change; [`OrderError::code`] is stable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OrderError {
    /// A quantity that a question cannot use.
    #[error("{field}: {quantity} is refused: {expected}")]
    InvalidQuantity {
        /// Where it stands: `receipts[2]`.
        field: String,
        /// The quantity.
        quantity: Exact,
        /// What would be right.
        expected: &'static str,
    },
    /// An amount that a question cannot use.
    #[error("{field}: {amount} is refused: {expected}")]
    InvalidAmount {
        /// Where it stands: `order_total`.
        field: &'static str,
        /// The amount.
        amount: Money,
        /// What would be right.
        expected: &'static str,
    },
    /// Two series that do not have the same number of periods.
    #[error("{receipts} periods of receipts and {demands} of demands: give as many of both")]
    LengthMismatch {
        /// How many periods have receipts.
        receipts: usize,
        /// How many periods have demands.
        demands: usize,
    },
    /// A figure outside the bounds of its type, or two currencies.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A date out of range, or no business day.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
}

impl OrderError {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::InvalidQuantity { .. } => "invalid_quantity",
            Self::InvalidAmount { .. } => "invalid_amount",
            Self::LengthMismatch { .. } => "length_mismatch",
            Self::Money(error) => error.code(),
            Self::Calendar(error) => error.code(),
        }
    }

    /// A quantity of zero or above.
    pub(crate) fn not_below_zero(field: impl FnOnce() -> String, quantity: &Exact) -> Result<(), Self> {
        if quantity.is_negative() {
            return Err(Self::InvalidQuantity {
                field: field(),
                quantity: quantity.clone(),
                expected: "a quantity of zero or more",
            });
        }
        Ok(())
    }

    /// A quantity above zero.
    pub(crate) fn above_zero(field: impl FnOnce() -> String, quantity: &Exact) -> Result<(), Self> {
        if !quantity.is_positive() {
            return Err(Self::InvalidQuantity {
                field: field(),
                quantity: quantity.clone(),
                expected: "a quantity above zero",
            });
        }
        Ok(())
    }
}
