//! The store keeps every promise of the port.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use std::path::PathBuf;

use l2c_host::contract;
use l2c_sqlite::SqliteStore;
use proptest::prelude::*;

/// A folder that is empty at first and gone at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("l2c-sqlite-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("store.db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn it_keeps_the_promises_in_memory() {
    contract::check(|| SqliteStore::open_in_memory().unwrap()).unwrap();
}

#[test]
fn it_keeps_the_promises_on_a_file() {
    let folder = Folder::new("file");
    let mut number = 0;
    contract::check(|| {
        number += 1;
        SqliteStore::open(folder.0.join(format!("{number}.db"))).unwrap()
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
