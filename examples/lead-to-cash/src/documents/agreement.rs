//! Each schema admits what the reader reads, and nothing that it refuses for its shape.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::fs;

use jsonschema::Validator;
use l2c::documents::Source;
use serde_json::{Map, Value, json};

use super::{ALL, Listed};

/// A change at one place of a document.
struct Change {
    says: String,
    document: Value,
}

fn shipped(listed: &Listed) -> Value {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/policy");
    serde_json::from_str(&fs::read_to_string(format!("{folder}/{}", listed.file)).unwrap()).unwrap()
}

/// Every change of shape at every place of a value: a key that nobody knows, each key left out, and each value replaced
/// by one of another type.
fn changes(path: &str, value: &Value) -> Vec<Change> {
    let change = |says: String, document: Value| Change { says, document };
    let mut changed: Vec<Change> = [
        json!(null),
        json!(true),
        json!(7),
        json!("text"),
        json!([value]),
        json!({"key": value}),
    ]
    .into_iter()
    .filter(|other| kind(other) != kind(value))
    .map(|other| change(format!("{other} at `{path}`"), other))
    .collect();
    match value {
        Value::Object(members) => {
            let with = |key: &str, member: Value| {
                let mut members = members.clone();
                members.insert(key.to_owned(), member);
                Value::Object(members)
            };
            changed.push(change(
                format!("an unknown key in `{path}`"),
                with("no_such_key", Value::Null),
            ));
            for (key, member) in members {
                let inside = format!("{path}.{key}");
                let fewer: Map<String, Value> = members
                    .clone()
                    .into_iter()
                    .filter(|(name, _)| name != key)
                    .collect();
                changed.push(change(format!("no `{inside}`"), fewer.into()));
                let inner = changes(&inside, member).into_iter();
                changed.extend(inner.map(|inner| change(inner.says, with(key, inner.document))));
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                for inner in changes(&format!("{path}[{index}]"), item) {
                    let mut items = items.clone();
                    items[index] = inner.document;
                    changed.push(change(inner.says, items.into()));
                }
            }
        }
        _ => {}
    }
    changed
}

fn kind(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
    }
}

fn validator(listed: &Listed) -> Validator {
    jsonschema::validator_for(&serde_json::from_str(&listed.text()).unwrap()).unwrap()
}

#[test]
fn shipped_documents_are_admitted() {
    for listed in &ALL {
        let (validator, document) = (validator(listed), shipped(listed));
        let faults: Vec<String> = validator
            .iter_errors(&document)
            .map(|fault| fault.to_string())
            .collect();
        assert!(faults.is_empty(), "{}: {faults:?}", listed.file);
    }
}

#[test]
fn schemas_and_readers_agree_on_every_change_of_shape() {
    let mut differences = Vec::new();
    for listed in &ALL {
        let validator = validator(listed);
        let mut refused = false;
        for Change { says, document } in changes("", &shipped(listed)) {
            let read = (listed.read)(Source::new(listed.file, document.to_string()));
            match (validator.is_valid(&document), read) {
                (true, Err(report)) => differences.push(format!("{says} is admitted and not read: {report}")),
                (false, Ok(())) => {
                    differences.push(format!("{}: {says} is read and not admitted", listed.file))
                }
                (true, Ok(())) => {}
                (false, Err(_)) => refused = true,
            }
        }
        assert!(refused, "{}", listed.file);
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
