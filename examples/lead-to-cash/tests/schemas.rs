//! Every policy document has a schema, and no schema changes unnoticed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use std::fs;
use std::process::{Command, Output};

const POLICY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/policy");

fn schema(arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_lead-to-cash");
    Command::new(program)
        .arg("schema")
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The names of the shipped documents, without their ending.
fn shipped() -> Vec<String> {
    let files = fs::read_dir(POLICY).unwrap();
    let name = |file: String| file.strip_suffix(".json").unwrap().to_owned();
    let mut names: Vec<String> = files
        .map(|file| name(file.unwrap().file_name().into_string().unwrap()))
        .collect();
    names.sort();
    names
}

#[test]
fn the_list_names_every_document() {
    let list = text(&schema(&[]).stdout);
    let listed: Vec<&str> = list.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(listed, shipped());
    insta::assert_snapshot!(list);
}

#[test]
fn a_schema_is_found_by_name_or_file_and_a_near_name_is_suggested() {
    assert_eq!(schema(&["approvals"]).stdout, schema(&["approvals.json"]).stdout);
    let refused = schema(&["aprovals"]);
    assert_eq!(refused.status.code(), Some(2));
    insta::assert_snapshot!(text(&refused.stderr));
}

#[test]
fn schemas_are_as_reviewed() {
    for name in shipped() {
        insta::assert_snapshot!(name.clone(), text(&schema(&[&name]).stdout));
    }
}
