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
    /// An order without lines.
    #[error("there are no lines; an order has at least one")]
    NoLines,
    /// Two lines with one id.
    #[error("line `{line}` stands twice; give each line its own id")]
    DuplicateLine {
        /// The line.
        line: String,
    },
    /// A price or a rate of a line that is refused.
    #[error("line `{line}`: write {expected}")]
    InvalidLine {
        /// The line.
        line: String,
        /// What would be right.
        expected: &'static str,
    },
    /// A discount above the line that it is taken off.
    #[error("line `{line}`: a discount of {discount} is more than the {gross} of the line")]
    DiscountExceedsLine {
        /// The line.
        line: String,
        /// The discount.
        discount: Money,
        /// What the line comes to.
        gross: Money,
    },
    /// A discount above the lines that it is taken off.
    #[error("a discount of {discount} is more than the {total} of the lines")]
    DiscountExceedsTotal {
        /// The discount.
        discount: Money,
        /// What the lines come to.
        total: Money,
    },
    /// A line that there is not.
    #[error("there is no line `{line}`")]
    NotFound {
        /// The line.
        line: String,
    },
    /// More than was bought and did not come back yet.
    #[error("line `{line}`: {quantity} cannot come back: at most {max_quantity}")]
    OverReturn {
        /// The line.
        line: String,
        /// How much.
        quantity: Box<Exact>,
        /// How much could.
        max_quantity: Box<Exact>,
    },
    /// Two parts with one id.
    #[error("part `{part}` stands twice; give each part its own id")]
    DuplicatePart {
        /// The part.
        part: String,
    },
    /// A line whose parts do not add up to it.
    #[error("line `{line}`: the parts have {parts} of {ordered}; together they take all of it")]
    SplitMismatch {
        /// The line.
        line: String,
        /// What was ordered.
        ordered: Box<Exact>,
        /// What the parts have.
        parts: Box<Exact>,
    },
    /// Counters of a line that cannot be.
    #[error("lines[{line}]: {expected}: {found} against {limit}")]
    InconsistentQuantities {
        /// The position of the line.
        line: usize,
        /// What was found.
        found: Box<Exact>,
        /// What it may be at most.
        limit: Box<Exact>,
        /// What is wrong.
        expected: &'static str,
    },
    /// A state that a lifecycle does not have.
    #[error("there is no state `{state}`")]
    UnknownState {
        /// The state.
        state: String,
    },
    /// A state that nothing follows.
    #[error("`{state}` is an end: nothing follows it")]
    TerminalState {
        /// The state.
        state: String,
    },
    /// A state that may not follow the one that is.
    #[error("`{to}` may not follow `{from}`; there may: {legal}")]
    IllegalTransition {
        /// The state that is.
        from: String,
        /// The one that was asked for.
        to: String,
        /// Those that may follow.
        legal: String,
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
            Self::InvalidAmount { .. } | Self::InvalidLine { .. } => "invalid_amount",
            Self::NoLines => "no_lines",
            Self::DuplicateLine { .. } => "duplicate_line",
            Self::DiscountExceedsLine { .. } => "discount_exceeds_line",
            Self::DiscountExceedsTotal { .. } => "discount_exceeds_total",
            Self::NotFound { .. } => "not_found",
            Self::OverReturn { .. } => "over_return",
            Self::DuplicatePart { .. } => "duplicate_part",
            Self::SplitMismatch { .. } => "split_mismatch",
            Self::UnknownState { .. } => "unknown_state",
            Self::TerminalState { .. } => "terminal_state",
            Self::IllegalTransition { .. } => "illegal_transition",
            Self::InconsistentQuantities { .. } => "inconsistent_quantities",
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
