//! A place that a path leads to holds the value that it leads to; no text takes long or exhausts the stack.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use std::time::{Duration, Instant};

use l2c_documents::{Fault, Faults, Source};
use proptest::prelude::*;
use serde_json::Value;

/// Any JSON value; keys have what people and machines write, but no dot and no bracket.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
        "[\\\\\"\n\t {}\\[\\]:,]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("[a-zé日\"\\\\ \n{}:,]{1,5}", inner, 0..6)
                .prop_map(|map| map.into_iter().collect::<Value>()),
        ]
    })
}

/// A path into a value, by the choices given, and what stands there.
fn walk<'a>(mut value: &'a Value, choices: &[usize]) -> (String, &'a Value) {
    let mut path = String::new();
    for choice in choices {
        match value {
            Value::Array(items) if !items.is_empty() => {
                let index = choice % items.len();
                path = format!("{path}[{index}]");
                value = &items[index];
            }
            Value::Object(members) if !members.is_empty() => {
                let (key, member) = members.iter().nth(choice % members.len()).unwrap();
                path = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                value = member;
            }
            _ => break,
        }
    }
    (path, value)
}

/// The text from the place that a fault is shown at.
fn shown_from<'a>(text: &'a str, path: &str) -> &'a str {
    let fault = Fault::new(path, "wrong", "wrong");
    let report = Source::new("x.json", text).report(&Faults::one("document", fault));
    let finding = &report.findings()[0];
    assert_eq!(finding.help(), None, "{path} is not found in {text}");
    let start: usize = text
        .split_inclusive('\n')
        .take(finding.line() - 1)
        .map(str::len)
        .sum();
    let line = &text[start..];
    let column = line
        .char_indices()
        .nth(finding.column() - 1)
        .map_or(line.len(), |(at, _)| at);
    &line[column..]
}

proptest! {
    #[test]
    fn a_path_leads_to_its_value(value in value(), choices in prop::collection::vec(0..6_usize, 0..6), pretty: bool) {
        let (path, meant) = walk(&value, &choices);
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        let from = shown_from(&text, &path);
        let found = serde_json::Deserializer::from_str(from).into_iter::<Value>().next().unwrap().unwrap();
        prop_assert_eq!(&found, meant);
    }

    #[test]
    fn no_text_and_no_path_panics(text in "[\\\\\"{}\\[\\]:, a1\n\r\té日]{0,40}", path in "[a.\\[\\]0-9\"]{0,12}") {
        let source = Source::new("x.json", text);
        let report = source.report(&Faults::one("document", Fault::new(path, "wrong", "wrong")));
        prop_assert!(report.to_string().starts_with("error[wrong]: wrong"));
        if let Err(report) = source.parse::<Value>() {
            prop_assert!(report.to_string().starts_with("error["));
        }
    }

    #[test]
    fn bytes_are_text_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        match Source::from_bytes("x.json", bytes.clone()) {
            Ok(source) => prop_assert!(bytes.ends_with(source.text().as_bytes())),
            Err(report) => prop_assert_eq!(report.findings()[0].code(), "not_utf8"),
        }
    }
}

fn in_time<T>(work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let done = work();
    let taken = start.elapsed();
    assert!(taken < Duration::from_secs(20), "took {taken:?}");
    done
}

#[test]
fn deep_nesting_is_refused_and_does_not_exhaust_the_stack() {
    let text = "[".repeat(100_000);
    let source = Source::new("deep.json", text.as_str());
    let report = in_time(|| source.parse::<Value>().unwrap_err());
    assert!(report.to_string().contains("recursion limit"));
    let path = "[0]".repeat(100_000);
    let shown = in_time(|| {
        source
            .report(&Faults::one("document", Fault::new(path, "wrong", "wrong")))
            .to_string()
    });
    assert!(shown.len() < 500_000);
}

#[test]
fn a_line_of_ten_megabytes_is_shown_in_time() {
    let text = format!("{{\"a\": [{}1], \"b\": true}}", "1,".repeat(5_000_000));
    let source = Source::new("wide.json", text);
    let faults: Vec<Fault> = (0..50).map(|_| Fault::new("b", "wrong", "wrong")).collect();
    let shown = in_time(|| {
        source
            .report(&Faults::of("document", faults).unwrap())
            .to_string()
    });
    assert!(shown.contains("wide.json:1:10000017"), "{}", &shown[..400]);
    assert!(shown.len() < 20_000);
}
