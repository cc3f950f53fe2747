//! The table of the standards' examples in `docs/revenue-examples.md` is complete, and what it names is there.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::collections::BTreeSet;
use std::path::Path;

use l2c_conformance::{Case, cases};

fn table() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/revenue-examples.md");
    std::fs::read_to_string(page).unwrap()
}

/// The cells of each row, but for the heads.
fn rows(table: &str) -> Vec<Vec<&str>> {
    let lines = table.lines().filter(|line| line.starts_with("| "));
    lines
        .filter(|line| !line.starts_with("| example"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect()
}

fn named(text: &str) -> BTreeSet<&str> {
    text.split('`').filter(|part| part.starts_with("REV-")).collect()
}

fn committed() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let files = ["revenue.json", "revenue-examples.json"].map(|name| folder.join(name));
    files
        .iter()
        .flat_map(|file| cases(&std::fs::read_to_string(file).unwrap()).unwrap())
        .collect()
}

#[test]
fn every_case_that_the_table_names_is_there() {
    let all = committed();
    let ids: BTreeSet<&str> = all.iter().map(|case| case.id.as_str()).collect();
    let table = table();
    let rows = rows(&table);
    let missing: Vec<&str> = rows
        .iter()
        .flat_map(|row| named(row.last().unwrap()))
        .filter(|id| !ids.contains(id))
        .collect();
    assert!(missing.is_empty(), "no such case: {missing:?}");
}

#[test]
fn every_case_of_an_example_is_in_the_table() {
    let table = table();
    let named = named(&table);
    let of_standard = |case: &Case| {
        [
            "ASC 606-10-55 Example",
            "ASC 340-40-55 Example",
            "IFRS 15 Illustrative Example",
        ]
        .iter()
        .any(|example| case.source.contains(example))
    };
    let missing: Vec<String> = committed()
        .into_iter()
        .filter(|case| of_standard(case) && !named.contains(case.id.as_str()))
        .map(|case| case.id)
        .collect();
    assert!(missing.is_empty(), "not in the table: {missing:?}");
}

#[test]
fn every_example_has_a_row_with_cases_or_with_the_reason_why_not() {
    let table = table();
    let rows = rows(&table);
    for number in 1..=63 {
        let number = number.to_string();
        let is_of = |row: &&Vec<&str>| {
            row.first()
                .is_some_and(|name| name.split(' ').next() == Some(&number))
        };
        assert!(rows.iter().any(|row| is_of(&row)), "no row for example {number}");
    }
    for row in rows {
        assert_eq!(row.len(), 5, "{row:?}");
        let covered = !named(row.last().unwrap()).is_empty();
        let said = row.last().unwrap().starts_with("not covered: ");
        assert!(covered != said, "{row:?}");
    }
}
