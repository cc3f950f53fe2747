//! The policy folder: one JSON document per subject.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::error::Failure;
use crate::import::hex;

/// A folder of policy documents, and the fingerprint of each that was read.
pub struct Folder {
    path: PathBuf,
    /// SHA-256 of each document, by file name.
    pub fingerprints: BTreeMap<String, String>,
}

impl Folder {
    /// A folder; its documents are read by [`Folder::read`].
    pub fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            fingerprints: BTreeMap::new(),
        }
    }

    /// The path of a document.
    pub fn document(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Reads a document.
    ///
    /// # Errors
    /// A missing file, or text that is not the document: the line, the column and what is wrong.
    pub fn read<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, Failure> {
        let path = self.document(name);
        let fault = |reason: String| Failure::Policy {
            path: path.clone(),
            faults: vec![reason],
        };
        let text = fs::read_to_string(&path).map_err(|f| fault(f.to_string()))?;
        self.fingerprints
            .insert(name.to_owned(), hex(&Sha256::digest(text.as_bytes())));
        serde_json::from_str(&text).map_err(|f| fault(f.to_string()))
    }

    /// What a room made of a document.
    ///
    /// # Errors
    /// The faults that the room has found.
    pub fn check<T, E: Display>(&self, name: &str, checked: Result<T, E>) -> Result<T, Failure> {
        checked.map_err(|faults| Failure::Policy {
            path: self.document(name),
            faults: vec![faults.to_string()],
        })
    }
}
