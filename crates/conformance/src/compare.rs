use l2c_money::Exact;
use serde_json::Value;

use crate::Failure;

/// The first difference between what is expected and what was found, in the order of `expected`.
///
/// Only the keys of `expected` are compared, at every depth; lists must have the same length and order. Two
/// strings that are both decimals compare by value; everything else must be equal, its JSON type included.
#[must_use]
pub fn difference(expected: &Value, found: &Value) -> Option<Failure> {
    differ(expected, found, "")
}

fn differ(expected: &Value, found: &Value, path: &str) -> Option<Failure> {
    let other = || {
        Some(Failure {
            path: path.to_owned(),
            reason: format!("expected {}, found {}", short(expected), short(found)),
        })
    };
    match (expected, found) {
        (Value::Object(wanted), Value::Object(have)) => wanted.iter().find_map(|(key, value)| {
            let path = if path.is_empty() {
                key.clone()
            } else {
                format!("{path}.{key}")
            };
            match have.get(key) {
                Some(found) => differ(value, found, &path),
                None => Some(Failure {
                    path,
                    reason: format!("expected {}, found nothing", short(value)),
                }),
            }
        }),
        (Value::Array(wanted), Value::Array(have)) => {
            if wanted.len() != have.len() {
                return Some(Failure {
                    path: path.to_owned(),
                    reason: format!(
                        "expected {} elements, found {}: expected {}, found {}",
                        wanted.len(),
                        have.len(),
                        short(expected),
                        short(found)
                    ),
                });
            }
            if path == "lines" || path.ends_with(".lines") {
                return unordered(wanted, have, path);
            }
            let pairs = wanted.iter().zip(have).enumerate();
            pairs
                .into_iter()
                .find_map(|(i, (value, found))| differ(value, found, &format!("{path}[{i}]")))
        }
        (Value::String(wanted), Value::String(have)) if wanted != have => {
            match (decimal(wanted), decimal(have)) {
                (Some(wanted), Some(have)) if wanted == have => None,
                _ => other(),
            }
        }
        _ if expected == found => None,
        _ => other(),
    }
}

/// The lines of a journal entry are a set: each that is expected is found once.
fn unordered(wanted: &[Value], have: &[Value], path: &str) -> Option<Failure> {
    let mut rest: Vec<&Value> = have.iter().collect();
    for value in wanted {
        match rest.iter().position(|found| differ(value, found, path).is_none()) {
            Some(place) => {
                rest.swap_remove(place);
            }
            None => {
                let found = Value::Array(rest.into_iter().cloned().collect());
                return Some(Failure {
                    path: path.to_owned(),
                    reason: format!("expected {}, found {}", short(value), short(&found)),
                });
            }
        }
    }
    None
}

/// `-?digits[.digits]`; a fraction is not a decimal here.
fn decimal(text: &str) -> Option<Exact> {
    if text.contains('/') {
        None
    } else {
        text.parse().ok()
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() > 300 {
        text.chars().take(300).chain("...".chars()).collect()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn decimals_compare_by_value_and_other_strings_exactly() {
        assert_eq!(
            difference(&json!({"a": "1.50"}), &json!({"a": "1.5", "b": 1})),
            None
        );
        assert!(difference(&json!("1.50"), &json!(1.5)).is_some());
        assert!(difference(&json!("1.50"), &json!("1.51")).is_some());
        assert!(difference(&json!("half"), &json!("Half")).is_some());
    }

    #[test]
    fn lists_compare_in_order_and_length_and_name_the_place() {
        let found = difference(
            &json!({"a": [{"b": "1"}, {"b": "2"}]}),
            &json!({"a": [{"b": "1"}, {"b": "3"}]}),
        );
        assert_eq!(found.map(|f| f.path), Some("a[1].b".to_owned()));
        assert!(difference(&json!([1]), &json!([1, 2])).is_some());
        assert!(difference(&json!(null), &json!("")).is_some());
        assert!(difference(&json!({"a": null}), &json!({})).is_some());
    }

    #[test]
    fn lines_of_an_entry_are_a_set() {
        let cash = json!({"account": "cash", "amount": "1.00"});
        let revenue = json!({"account": "revenue", "amount": "1.00"});
        let lines = |lines: &[&Value]| json!({ "journal": [{ "lines": lines }] });
        let expected = lines(&[&cash, &revenue]);
        assert_eq!(difference(&expected, &lines(&[&revenue, &cash])), None);
        let twice = difference(&expected, &lines(&[&cash, &cash]));
        assert_eq!(twice.map(|f| f.path), Some("journal[0].lines".to_owned()));
        assert!(difference(&expected, &lines(&[&cash, &revenue, &cash])).is_some());
    }
}
