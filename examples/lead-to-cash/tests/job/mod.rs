//! The built program in folders of a test's own.
#![allow(dead_code)] // Each test file uses a part of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

pub const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/sample");
pub const POLICY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/policy");

/// A folder of a test's own, gone at its end.
pub struct Scratch(pub PathBuf);

impl Scratch {
    pub fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("lead-to-cash-{}-{test}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// A copy of a folder, to be edited.
    pub fn copy(&self, from: &str, name: &str) -> PathBuf {
        let to = self.path(name);
        write(&to, &files(Path::new(from)));
        to
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The files of a folder and of those in it, by name.
pub type Files = BTreeMap<String, Vec<u8>>;

pub fn files(folder: &Path) -> Files {
    let mut found = Files::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    found
}

pub fn write(folder: &Path, files: &Files) {
    fs::create_dir_all(folder).unwrap();
    for (name, bytes) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// Fails with the names of the files that differ, not with their bytes.
#[track_caller]
pub fn assert_same(left: &Files, right: &Files) {
    let names: BTreeSet<_> = left.keys().chain(right.keys()).collect();
    let differ: Vec<_> = names
        .into_iter()
        .filter(|name| left.get(*name) != right.get(*name))
        .collect();
    assert!(differ.is_empty(), "these files differ: {differ:?}");
}

/// Everything but the store, whose pages tell in how many appends it was written.
pub fn results(files: &Files) -> Files {
    let mut results = files.clone();
    results.remove("store.sqlite");
    results
}

pub fn edit(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{} has no {from}", file.display());
    fs::write(file, text.replacen(from, to, 1)).unwrap();
}

pub fn program(out: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lead-to-cash"));
    command.arg("--out").arg(out).args(more);
    command
}

pub fn run(out: &Path, more: &[&str]) -> Output {
    program(out, more).output().unwrap()
}

pub fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// The run stopped with exit code 2, and its message has all of these.
#[track_caller]
pub fn assert_stopped(output: &Output, parts: &[&str]) {
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{message}");
    for part in parts {
        assert!(message.contains(part), "no `{part}` in: {message}");
    }
}

/// A run that nothing disturbs, and the time that it took.
pub struct Undisturbed {
    pub output: Output,
    /// Where it was, as the output names it.
    pub out: PathBuf,
    pub files: Files,
    pub took: Duration,
}

pub static UNDISTURBED: LazyLock<Undisturbed> = LazyLock::new(|| {
    let scratch = Scratch::new("undisturbed");
    let out = scratch.path("out");
    let start = Instant::now();
    let output = run(&out, &[]);
    Undisturbed {
        took: start.elapsed(),
        output,
        files: files(&out),
        out,
    }
});
