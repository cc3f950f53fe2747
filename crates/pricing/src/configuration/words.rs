//! What a customer is told.

use std::fmt;

use super::clauses::Constraint;
use super::violation::Violation;

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownOption { option } => write!(f, "there is no option `{option}`"),
            Self::BelowMinimum { group, count, limit } => {
                write!(f, "`{group}`: {count} chosen, at least {limit} needed")
            }
            Self::AboveMaximum { group, count, limit } => {
                write!(f, "`{group}`: {count} chosen, at most {limit} possible")
            }
            Self::NotOffered { group, option } => write!(f, "`{option}`: `{group}` is not offered here"),
            Self::Requires { option, other } => write!(f, "`{option}` needs `{other}`"),
            Self::Excludes { option, other } => write!(f, "`{option}` does not go with `{other}`"),
            Self::ParentExcludes { option, other } => {
                write!(f, "`{option}` of the bundle around rules out `{other}`")
            }
            Self::AboveMaxQuantity {
                option,
                quantity,
                limit,
            } => write!(f, "`{option}`: {quantity} in all, at most {limit} possible"),
            Self::QuantityNotOffered { option, quantity } => {
                write!(f, "`{option}` does not come in a quantity of {quantity}")
            }
            Self::Broken { id } => write!(f, "rule `{id}` does not hold"),
            Self::NumberMissing { number } => write!(f, "`{number}` is not entered"),
            Self::NumberOutOfRange { number, value } => write!(f, "`{number}`: {value} is out of bounds"),
        }
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Minimum { group } => write!(f, "`{group}` needs more options"),
            Self::Maximum { group } => write!(f, "`{group}` takes no more options"),
            Self::Offered { group } => write!(f, "`{group}` is offered under a condition"),
            Self::Requires { option, other } => write!(f, "`{option}` needs `{other}`"),
            Self::Excludes { option, other } => write!(f, "`{option}` does not go with `{other}`"),
            Self::ParentExcludes { option, other } => {
                write!(f, "`{option}` of the bundle around rules out `{other}`")
            }
            Self::Quantity { option } => write!(f, "the quantity of `{option}`"),
            Self::Rule { rule } => write!(f, "rule `{rule}`"),
            Self::Number { number } => write!(f, "`{number}` is out of bounds"),
        }
    }
}
