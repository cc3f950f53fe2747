use crate::Currency;

/// What can be wrong with a figure.
///
/// The text of a message may change; [`MoneyError::code`] is stable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MoneyError {
    /// A decimal is not written as an optional minus, digits, and an optional point with digits.
    #[error("`{text}` is not a decimal: write an optional minus, digits, and optionally a point with digits")]
    InvalidDecimal {
        /// What was found, cut to 60 characters.
        text: String,
    },
    /// A figure is larger than its type allows.
    #[error("{what} {value} is outside the limit of +/-{limit}")]
    OutOfRange {
        /// What the figure is: an amount, a price, a percentage, a quantity.
        what: &'static str,
        /// The figure.
        value: String,
        /// The largest magnitude allowed.
        limit: String,
    },
    /// A figure has more decimals than its type allows.
    #[error("{what} {value} has more than {limit} decimals")]
    TooPrecise {
        /// What the figure is.
        what: &'static str,
        /// The figure.
        value: String,
        /// The number of decimals allowed.
        limit: u32,
    },
    /// Two currencies met where one is required.
    #[error("{left} and {right} cannot be combined: convert one of them first")]
    CurrencyMismatch {
        /// The currency on the left.
        left: Currency,
        /// The currency on the right.
        right: Currency,
    },
    /// A currency code is not in ISO 4217, or has no minor unit there.
    #[error("`{code}` is not a currency of ISO 4217 with a minor unit")]
    UnknownCurrency {
        /// The code, cut to 60 characters.
        code: String,
    },
    /// A unit code is not in UN/ECE Recommendation 20.
    #[error("`{code}` is not a unit of UN/ECE Recommendation 20")]
    UnknownUnit {
        /// The code, cut to 60 characters.
        code: String,
    },
    /// Two units of measure met where one is required.
    #[error("quantities in {left} and {right} cannot be combined")]
    UnitMismatch {
        /// The unit on the left.
        left: crate::Unit,
        /// The unit on the right.
        right: crate::Unit,
    },
    /// A division by zero.
    #[error("division by zero")]
    DivisionByZero,
    /// An exact figure has no finite decimal form of at most 28 digits.
    #[error("{value} has no exact decimal form: round it first")]
    NotADecimal {
        /// The figure.
        value: String,
    },
    /// A rounding policy that cannot be carried out.
    #[error("rounding {field} {value} is not possible: {expected}")]
    InvalidRounding {
        /// The field at fault.
        field: &'static str,
        /// Its value.
        value: String,
        /// What would be right.
        expected: &'static str,
    },
    /// An amount that must be a whole number of minor units is not.
    #[error("{value} is not a whole number of units of 10^-{scale}")]
    NotInMinorUnits {
        /// The amount.
        value: String,
        /// The number of decimals of the unit.
        scale: u32,
    },
    /// An allocation without weights.
    #[error("an allocation needs at least one weight")]
    NoWeights,
    /// An allocation weight below zero.
    #[error("weight {index} is {value}: weights are zero or above")]
    NegativeWeight {
        /// Position of the weight, from 0.
        index: usize,
        /// The weight.
        value: String,
    },
    /// All allocation weights are zero, and the policy refuses that.
    #[error("all weights are zero: state what that means with `ZeroWeights`")]
    ZeroWeights,
    /// A power or root that has no real value, or whose size is not bounded.
    #[error("{base} to the power of {exponent} is refused: {reason}")]
    InvalidPower {
        /// The base.
        base: String,
        /// The exponent.
        exponent: String,
        /// Why.
        reason: &'static str,
    },
    /// An exchange rate that is zero or below, or between the same currency.
    #[error("exchange rate {from} to {to} of {rate} is refused: {expected}")]
    InvalidRate {
        /// The currency converted from.
        from: Currency,
        /// The currency converted to.
        to: Currency,
        /// The rate.
        rate: String,
        /// What would be right.
        expected: &'static str,
    },
}

impl MoneyError {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::InvalidDecimal { .. } => "invalid_decimal",
            Self::OutOfRange { .. } => "out_of_range",
            Self::TooPrecise { .. } => "too_precise",
            Self::CurrencyMismatch { .. } => "currency_mismatch",
            Self::UnknownCurrency { .. } => "unknown_currency",
            Self::UnknownUnit { .. } => "unknown_unit",
            Self::UnitMismatch { .. } => "unit_mismatch",
            Self::DivisionByZero => "division_by_zero",
            Self::NotADecimal { .. } => "not_a_decimal",
            Self::InvalidRounding { .. } => "invalid_rounding",
            Self::NotInMinorUnits { .. } => "not_in_minor_units",
            Self::NoWeights => "no_weights",
            Self::NegativeWeight { .. } => "negative_weight",
            Self::ZeroWeights => "zero_weights",
            Self::InvalidPower { .. } => "invalid_power",
            Self::InvalidRate { .. } => "invalid_rate",
        }
    }
}

/// The first 60 characters of something that came from outside.
pub(crate) fn excerpt(text: &str) -> String {
    text.chars().take(60).collect()
}
