//! The store keeps every promise of the port.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

mod folder;

use folder::Folder;
use l2c_host::contract;
use l2c_sqlite::{Durability, OpenOptions, SqliteStore};
use proptest::prelude::*;

#[test]
fn it_keeps_the_promises_in_memory() {
    contract::check(|| SqliteStore::open_in_memory().unwrap()).unwrap();
}

#[test]
fn it_keeps_the_promises_on_a_file() {
    let folder = Folder::new("file");
    let mut number = 0;
    // Without a wait for the disk after each of some thousand small appends.
    let options = OpenOptions {
        durability: Durability::ProcessKill,
        ..OpenOptions::default()
    };
    contract::check(|| {
        number += 1;
        SqliteStore::open_with(folder.path(format!("{number}.db")), options).unwrap()
    })
    .unwrap();
}

#[test]
fn it_keeps_what_was_appended() {
    let folder = Folder::new("reopened");
    contract::check_reopened(|| SqliteStore::open(folder.file()).unwrap()).unwrap();
}

#[test]
fn one_of_two_writers_succeeds() {
    let folder = Folder::new("concurrent");
    contract::check_concurrent(|| SqliteStore::open(folder.file()).unwrap()).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_operations_agree_with_the_model(script in prop::collection::vec(any::<u8>(), 0..400)) {
        let store = SqliteStore::open_in_memory().unwrap();
        contract::run_script(&store, &script).map_err(TestCaseError::fail)?;
    }
}
