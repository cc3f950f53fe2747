//! The example prints these figures, and is as short as it says.
#![allow(clippy::unwrap_used)]

use std::process::Command;

#[test]
fn it_prints_schedule_journal_and_reason() {
    let output = Command::new(env!("CARGO_BIN_EXE_revenue-only")).output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    insta::assert_snapshot!(String::from_utf8(output.stdout).unwrap());
}

#[test]
fn it_has_at_most_sixty_lines() {
    let lines = include_str!("../src/main.rs").lines().count();
    assert!(lines <= 60, "src/main.rs has {lines} lines; it is an example of about fifty");
}
