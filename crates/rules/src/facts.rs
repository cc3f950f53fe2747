use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;
use l2c_documents::Faults;
use l2c_money::Exact;
use serde::{Deserialize, Serialize};

use crate::error::RulesError;
use crate::{FactType, Value};

/// The facts that conditions may test, each with its type.
///
/// In serde a map: `{"total": "number", "region": "text"}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FactTypes(BTreeMap<Cow<'static, str>, FactType>);

impl FactTypes {
    /// No facts.
    #[must_use]
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// With one more fact; a name declared before takes the new type.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, fact_type: FactType) -> Self {
        self.0.insert(name.into(), fact_type);
        self
    }

    /// With one more number.
    #[must_use]
    pub fn number(self, name: impl Into<Cow<'static, str>>) -> Self {
        self.with(name, FactType::Number)
    }

    /// With one more text.
    #[must_use]
    pub fn text(self, name: impl Into<Cow<'static, str>>) -> Self {
        self.with(name, FactType::Text)
    }

    /// With one more date.
    #[must_use]
    pub fn date(self, name: impl Into<Cow<'static, str>>) -> Self {
        self.with(name, FactType::Date)
    }

    /// With one more flag.
    #[must_use]
    pub fn flag(self, name: impl Into<Cow<'static, str>>) -> Self {
        self.with(name, FactType::Flag)
    }

    /// The type of a fact, if it is declared.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<FactType> {
        self.0.get(name).copied()
    }

    /// Names and types, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, FactType)> {
        self.0.iter().map(|(name, fact_type)| (name.as_ref(), *fact_type))
    }

    /// The declared names for a message, the first of them if there are many.
    pub(crate) fn names(&self) -> String {
        if self.0.is_empty() {
            return "none".to_owned();
        }
        let mut names: Vec<&str> = self.0.keys().take(20).map(AsRef::as_ref).collect();
        if names.len() < self.0.len() {
            names.push("...");
        }
        names.join(", ")
    }

    /// Checks that every fact given is declared and has its declared type; facts may be missing.
    ///
    /// # Errors
    /// All faults, by name, with the codes `undeclared_fact` and `mistyped_fact`.
    pub fn check(&self, facts: &Facts) -> Result<(), Faults> {
        let faults = facts.iter().filter_map(|(name, value)| {
            let error = match self.get(name) {
                None => RulesError::UndeclaredFact {
                    fact: name.to_owned(),
                    known: self.names(),
                },
                Some(expected) if expected != value.fact_type() => RulesError::MistypedFact {
                    fact: name.to_owned(),
                    expected,
                    found: value.fact_type(),
                },
                Some(_) => return None,
            };
            Some(error.at(name, self))
        });
        Faults::of("facts", faults.collect()).map_or(Ok(()), Err)
    }
}

/// What is known of the thing that is tested: named values.
///
/// `Debug` shows names and types only, since values may be personal data.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Facts(BTreeMap<Cow<'static, str>, Value>);

impl Facts {
    /// Nothing is known.
    #[must_use]
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// With one more fact; a name given before takes the new value.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) -> Self {
        self.set(name, value);
        self
    }

    /// With one more fact if it is known; `None` leaves it missing.
    #[must_use]
    pub fn with_known(self, name: impl Into<Cow<'static, str>>, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// With one more number.
    #[must_use]
    pub fn number(self, name: impl Into<Cow<'static, str>>, value: impl Into<Exact>) -> Self {
        self.with(name, value.into())
    }

    /// With one more text.
    #[must_use]
    pub fn text(self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.with(name, value.into())
    }

    /// With one more date.
    #[must_use]
    pub fn date(self, name: impl Into<Cow<'static, str>>, value: NaiveDate) -> Self {
        self.with(name, value)
    }

    /// With one more flag.
    #[must_use]
    pub fn flag(self, name: impl Into<Cow<'static, str>>, value: bool) -> Self {
        self.with(name, value)
    }

    /// Gives a fact its value, and returns the one that it had.
    pub fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) -> Option<Value> {
        self.0.insert(name.into(), value.into())
    }

    /// The value of a fact, if it is known.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Names and values, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value))
    }
}

impl fmt::Debug for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.iter().map(|(name, value)| (name, value.fact_type())))
            .finish()
    }
}
