use std::collections::BTreeMap;

use l2c_documents::Check;
use l2c_explain::Citation;
use l2c_rules::{Condition, FactTypes, Predicate};

/// Every id of a list with its position, none empty, none twice.
pub(crate) fn ids<'a>(
    check: &mut Check,
    what: &'static str,
    list: &str,
    ids: impl IntoIterator<Item = &'a str>,
) -> BTreeMap<&'a str, usize> {
    let mut seen = BTreeMap::new();
    for (index, id) in ids.into_iter().enumerate() {
        let path = || format!("{list}[{index}].id");
        if id.is_empty() {
            check.fault(path(), "empty_id", format!("the {what} has an empty id"));
        }
        if seen.insert(id, index).is_some() {
            let message = format!("the {what} {id:?} stands twice; every one needs an id of its own");
            check.fault(path(), "duplicate_id", message);
        }
    }
    seen
}

/// A checked condition; a faulty one is noted and replaced by one that is never evaluated.
pub(crate) fn condition(
    check: &mut Check,
    condition: &Condition,
    types: &FactTypes,
    path: &str,
) -> Predicate {
    condition.check(types, path).unwrap_or_else(|faults| {
        check.extend(faults);
        Predicate::always()
    })
}

/// Names for a message, the first of them if there are many.
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut listed: Vec<&str> = names.into_iter().take(21).collect();
    if listed.is_empty() {
        return "none".to_owned();
    }
    if listed.len() > 20 {
        listed.truncate(20);
        listed.push("...");
    }
    listed.join(", ")
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
