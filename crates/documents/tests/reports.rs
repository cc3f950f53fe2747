//! What people read: faults at their places, and what serde says.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use insta::assert_snapshot;
use l2c_documents::{Check, Fault, Faults, Source};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only read")]
struct Matrix {
    id: String,
    #[serde(default)]
    rules: Vec<Rule>,
    #[serde(default)]
    steps: Vec<Step>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only read")]
struct Rule {
    points: String,
    #[serde(default)]
    days: u8,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
#[expect(dead_code, reason = "only read")]
enum Step {
    Discount { percent: String },
    Surcharge(Rule),
}

/// What reading a text as a matrix says.
fn refused(text: &str) -> String {
    let source = Source::new("policy/matrix.json", text);
    source.parse::<Matrix>().unwrap_err().to_string()
}

#[test]
fn syntax() {
    assert_snapshot!(refused("{\"id\": True}"));
    assert_snapshot!(refused("{\n  \"id\": \"x\",\n}\n"));
    assert_snapshot!(refused("{\"id\": \"x\" \"rules\": []}"));
    assert_snapshot!(refused("{\"id\": \"x\"} {}"));
    assert_snapshot!(refused("{\n  \"id\": \"x\",\n  \"rules\": [\n"));
}

#[test]
fn wrong_types() {
    assert_snapshot!(refused("{\"id\": 5}"));
    assert_snapshot!(refused(
        "{\"id\": \"x\", \"rules\": [{\"points\": \"1\", \"days\": 256}]}"
    ));
    assert_snapshot!(refused("[]"));
}

#[test]
fn unknown_and_missing_fields() {
    assert_snapshot!(refused("{\n  \"id\": \"x\",\n\t\"ruls\": []\n}"));
    assert_snapshot!(refused("{\"id\": \"x\", \"colour\": \"red\"}"));
    assert_snapshot!(refused("{\"id\": \"x\", \"rules\": [\n  {\"days\": 3}\n]}"));
    assert_snapshot!(refused("{\"rules\": [],\n \"steps\": []}"));
    assert_snapshot!(refused("{\"id\": \"x\", \"id\": \"y\"}"));
}

/// Serde holds an object with a tag back, and says no more than where it ends.
#[test]
fn inside_of_tagged_objects() {
    let step = |step: &str| refused(&format!("{{\"id\": \"x\", \"steps\": [\n  {step}\n]}}"));
    assert_snapshot!(step("{\"op\": \"dicount\", \"percent\": \"10\"}"));
    assert_snapshot!(step("{\"op\": \"discount\", \"percnt\": \"10\"}"));
    assert_snapshot!(step("{\"op\": \"discount\", \"percent\": 10}"));
    assert_snapshot!(step(
        "{\"op\": \"discount\", \"percent\": \"10\", \"percent\": \"20\"}"
    ));
    assert_snapshot!(step("{\"op\": \"surcharge\", \"days\": 3}"));
}

#[test]
fn columns_count_characters() {
    assert_snapshot!(refused(
        "{\"id\": \"名前\", \"rules\": [{\"points\": \"ÄÖÜ\", \"days\": -1}]}"
    ));
}

#[test]
fn marks_and_line_ends() {
    let read = |text: &str| Source::new("x.json", text).parse::<Matrix>().is_ok();
    assert!(read("\u{feff}{\"id\": \"x\"}"));
    assert!(read("{\r\n\"id\": \"x\"\r\n}\r\n"));
    assert_snapshot!(refused("{\r\n  \"id\": 5\r\n}\r\n"));
    assert_snapshot!(refused(" \n "));
    let bytes = |bytes: &[u8]| {
        Source::from_bytes("x.json", bytes.to_vec())
            .unwrap_err()
            .to_string()
    };
    assert_snapshot!(bytes(b"{\"id\":\n  \"caf\xe9\"}"));
    assert_snapshot!(bytes(b"\xff\xfe{\0}\0"));
    let marked = Source::from_bytes("x.json", b"\xef\xbb\xbf{\"id\": \"x\"}".to_vec()).unwrap();
    assert_eq!(marked.text(), "{\"id\": \"x\"}");
}

const TEXT: &str = r#"{
  "id": "approvals",
  "rules": [
    {"id": "a", "when": {"all": [{"fact": "amount", "gt": "10"}, {"fact": "discont", "gt": "ten"}]}},
    {"id": "a", "when": {
      "fact": "amount", "gt": "1"
    }}
  ],
  "payees": {"Müller & Söhne": {"quota": "0"}, "v1.2": {"quota": "-1"}}
}"#;

fn faults(faults: impl IntoIterator<Item = (&'static str, &'static str, &'static str)>) -> Faults {
    let mut check = Check::new("approval policy `approvals`");
    for (path, code, message) in faults {
        check.fault(path, code, message);
    }
    check.finish(()).unwrap_err()
}

#[test]
fn several_faults_each_at_its_place() {
    let mut found: Vec<Fault> = faults([
        ("rules[0].when.all[1].gt", "wrong_type", "`ten` is not a number"),
        ("rules[1].id", "duplicate_id", "`a` stands at rules[0] already"),
        (
            "rules[1].when",
            "no_effect",
            "the condition of rules[0] covers this one",
        ),
        (
            "payees.Müller & Söhne.quota",
            "quota_not_positive",
            "0 is not above zero",
        ),
        ("payees.v1.2.quota", "quota_not_positive", "-1 is not above zero"),
    ])
    .into_iter()
    .collect();
    let unknown = Fault::new(
        "rules[0].when.all[1].fact",
        "unknown_fact",
        "expected one of the facts amount, discount",
    );
    found.insert(0, unknown.among(["amount", "discount"]));
    let report = Source::new("approvals.json", TEXT).report(&Faults::of("matrix", found).unwrap());
    assert_snapshot!(report);
    let first = &report.findings()[0];
    assert_eq!((first.line(), first.column()), (4, 75));
    assert_eq!(first.help(), Some("did you mean `discount`?"));
}

#[test]
fn what_is_not_there_is_shown_at_its_parent() {
    let report = Source::new("approvals.json", TEXT).report(&faults([
        ("rules[1].approvers", "missing", "name at least one role"),
        ("rules[7].id", "missing", "write the rule"),
        ("currency", "missing", "name the currency"),
        ("", "invalid", "the document is not in force"),
    ]));
    assert_snapshot!(report);
}

#[test]
fn a_long_line_is_cut_around_the_place() {
    let text = format!(
        "{{\"points\": [{}\"x\"{}]}}",
        "10, ".repeat(300),
        ", 20".repeat(300)
    );
    let report = |text: &str, path: &'static str| {
        Source::new("long.json", text)
            .report(&faults([(path, "wrong_type", "`x` is not a number")]))
            .to_string()
    };
    assert_snapshot!(report(&text, "points[300]"));
    let longer = format!(
        "{{\"points\": [{}\"x\"{}]}}",
        "10, ".repeat(30_000),
        ", 20".repeat(30_000)
    );
    assert_snapshot!(report(&longer, "points[30000]"));
    let value = format!("{{\"name\": \"{}\"}}", "abc ".repeat(5_000));
    assert_snapshot!(report(&value, "name"));
}

#[test]
fn many_faults_are_counted() {
    let report = Source::new("x.json", "{}").report(&faults((0..80).map(|_| ("", "invalid", "no"))));
    assert!(report.to_string().ends_with("\n\nand 30 more"));
    assert_eq!(report.findings().len(), 80);
}
