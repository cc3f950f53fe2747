//! What is covered stays covered: every committed case passes, and the list of kinds only names kinds that there are.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::collections::BTreeMap;
use std::path::Path;

use l2c_conformance::{Case, KINDS, cases, run};

fn committed() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let mut all = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        all.extend(cases(&std::fs::read_to_string(file.unwrap().path()).unwrap()).unwrap());
    }
    all
}

fn covered() -> Vec<&'static str> {
    let list = include_str!("../covered-kinds.txt");
    list.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .collect()
}

#[test]
fn every_committed_case_passes() {
    let failed: Vec<String> = committed()
        .iter()
        .filter_map(|case| Some(format!("{}: {:?}", case.id, run(case).err()?)))
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn every_covered_kind_has_an_interpreter_and_cases() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for case in committed() {
        *counts.entry(case.kind).or_default() += 1;
    }
    let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
    assert_eq!(
        covered(),
        names,
        "covered-kinds.txt lists the kinds of kinds.rs in their order"
    );
    for kind in covered() {
        assert!(
            counts.remove(kind).is_some_and(|count| count > 0),
            "no case of kind {kind}"
        );
    }
    assert!(
        counts.is_empty(),
        "cases of kinds that are not covered: {counts:?}"
    );
}

#[test]
fn an_unknown_kind_and_an_unknown_field_fail() {
    let text = r#"[
        {"id": "a", "kind": "no_such_kind", "given": {}, "expect": {}},
        {"id": "b", "kind": "apportion", "given": {"currency": "USD", "total": "1.00", "weights": ["1"], "colour": "red"},
         "expect": {}}]"#;
    for case in cases(text).unwrap() {
        assert!(run(&case).is_err(), "{} passes", case.id);
    }
    assert!(cases(r#"[{"id": "c", "kind": "k", "given": {}, "expect": {}, "extra": 1}]"#).is_err());
}
