use std::collections::BTreeSet;

use l2c_explain::Citation;
use l2c_rules::{Condition, FactTypes, Fault, Faults, Predicate};

use crate::LeadsError;

/// Gathers the faults of a document while it is checked.
pub(crate) struct Check(Vec<Fault<LeadsError>>);

impl Check {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn fault(&mut self, path: impl Into<String>, error: LeadsError) {
        self.0.push(Fault {
            path: path.into(),
            error,
        });
    }

    /// Every id of a list, none empty, none twice.
    pub(crate) fn ids<'a>(
        &mut self,
        what: &'static str,
        list: &str,
        ids: impl IntoIterator<Item = &'a str>,
    ) -> BTreeSet<&'a str> {
        let mut seen = BTreeSet::new();
        for (index, id) in ids.into_iter().enumerate() {
            let path = || format!("{list}[{index}].id");
            if id.is_empty() {
                self.fault(path(), LeadsError::EmptyId { what });
            }
            if !seen.insert(id) {
                let id = id.to_owned();
                self.fault(path(), LeadsError::DuplicateId { what, id });
            }
        }
        seen
    }

    /// A checked condition; a faulty one is noted and replaced by one that is never evaluated.
    pub(crate) fn condition(&mut self, condition: &Condition, types: &FactTypes, path: &str) -> Predicate {
        condition.check(types, path).unwrap_or_else(|faults| {
            for Fault { path, error } in faults.into_vec() {
                self.fault(path, error.into());
            }
            Predicate::always()
        })
    }

    pub(crate) fn finish<T>(self, checked: T) -> Result<T, Faults<LeadsError>> {
        Faults::of(self.0).map_or(Ok(checked), Err)
    }
}

/// Where a figure comes from: a document's id and version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) id: String,
    pub(crate) version: u32,
}

impl Source {
    pub(crate) fn at(&self, path: &str) -> Citation {
        Citation::document(&self.id, self.version, path)
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} v{}", self.id, self.version)
    }
}
