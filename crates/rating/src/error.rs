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
    /// A quantity below the first tier.
    #[error("quantity {quantity} has units below {first}, where the first tier begins")]
    NoTierBelow {
        /// The quantity, cut to 60 characters.
        quantity: String,
        /// The lower end of the first tier.
        first: String,
    },
    /// A quantity that no tier of a capacity charge holds.
    #[error("no tier holds {quantity} of `{unit}` beside the other quantities")]
    NoCapacity {
        /// The unit of measure that does not fit the largest tier that it could.
        unit: String,
        /// Its quantity, cut to 60 characters.
        quantity: String,
    },
    /// A part of a unit, where units are counted one by one.
    #[error("quantity {quantity} is not whole: graduated tiers by `from` count units one by one")]
    FractionalQuantity {
        /// The quantity, cut to 60 characters.
        quantity: String,
    },
    /// A usage of another kind than the model rates.
    #[error("the usage gives no {wanted}, which a {model} charge rates")]
    WrongUsage {
        /// The model.
        model: &'static str,
        /// What a usage has to give.
        wanted: &'static str,
    },
    /// A step by which a quantity cannot grow.
    #[error("a step of {step} is not above zero: give the smallest quantity that is sold")]
    StepNotPositive {
        /// The step, cut to 60 characters.
        step: String,
    },
    /// A unit price by a power law that lies too close to a rounding edge to be decided.
    #[error("{list} / {quantity} ^ {exponent} lies too close to a rounding edge: round to fewer decimals")]
    UndecidedPower {
        /// The list price.
        list: String,
        /// The quantity, cut to 60 characters.
        quantity: String,
        /// The exponent.
        exponent: String,
    },
    /// A figure that cannot be computed.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl RatingError {
    pub(crate) fn negative(quantity: &Exact) -> Self {
        Self::NegativeQuantity {
            quantity: excerpt(quantity),
        }
    }

    /// A stable code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidDocument(faults) => faults.code(),
            Self::NegativeQuantity { .. } => "negative_quantity",
            Self::NoTier { .. } | Self::NoTierBelow { .. } | Self::NoCapacity { .. } => "no_tier",
            Self::FractionalQuantity { .. } => "fractional_quantity",
            Self::WrongUsage { .. } => "wrong_usage",
            Self::StepNotPositive { .. } => "step_not_positive",
            Self::UndecidedPower { .. } => "undecided_power",
            Self::Money(error) => error.code(),
        }
    }
}

/// The first 60 characters of a figure: an exact number can have any length.
pub(crate) fn excerpt(figure: &Exact) -> String {
    figure.to_string().chars().take(60).collect()
}
