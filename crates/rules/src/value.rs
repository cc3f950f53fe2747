use std::fmt;

use chrono::NaiveDate;
use l2c_money::{Decimal, Exact};
use serde::{Deserialize, Serialize};

/// What sort of value a fact has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactType {
    /// An exact number: an amount, a count, a percentage. The name says its unit.
    Number,
    /// Text, compared code point by code point, as it stands.
    Text,
    /// A calendar day.
    Date,
    /// Yes or no.
    Flag,
}

impl FactType {
    /// How a value of this type is written in a document.
    pub(crate) const fn spelling(self) -> &'static str {
        match self {
            Self::Number => "a decimal as a string, such as \"1000.50\"",
            Self::Text => "a string",
            Self::Date => "a date as a string, such as \"2017-12-31\"",
            Self::Flag => "true or false",
        }
    }

    /// Whether one value can be below another.
    pub(crate) const fn is_ordered(self) -> bool {
        !matches!(self, Self::Flag)
    }
}

impl fmt::Display for FactType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Number => "number",
            Self::Text => "text",
            Self::Date => "date",
            Self::Flag => "flag",
        })
    }
}

/// The value of a fact.
///
/// Values of different types are never equal and have no order: the text `"007"` is not the number 7.
/// Displays as in a condition's text form: `1000.5`, `"West"`, `2017-12-31`, `true`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// An exact number.
    Number(Exact),
    /// Text.
    Text(String),
    /// A calendar day.
    Date(NaiveDate),
    /// Yes or no.
    Flag(bool),
}

impl Value {
    /// The sort of this value.
    #[must_use]
    pub const fn fact_type(&self) -> FactType {
        match self {
            Self::Number(_) => FactType::Number,
            Self::Text(_) => FactType::Text,
            Self::Date(_) => FactType::Date,
            Self::Flag(_) => FactType::Flag,
        }
    }

    /// The order of two values of one type; flags are only equal or not.
    pub(crate) fn compare(&self, other: &Self) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => Some(a.cmp(b)),
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::Date(a), Self::Date(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(value) => write!(f, "{value}"),
            Self::Text(value) => write!(f, "{value:?}"),
            Self::Date(value) => write!(f, "{value}"),
            Self::Flag(value) => write!(f, "{value}"),
        }
    }
}

impl From<Exact> for Value {
    fn from(value: Exact) -> Self {
        Self::Number(value)
    }
}

impl From<Decimal> for Value {
    fn from(value: Decimal) -> Self {
        Self::Number(value.into())
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Number(value.into())
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<NaiveDate> for Value {
    fn from(value: NaiveDate) -> Self {
        Self::Date(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Flag(value)
    }
}
