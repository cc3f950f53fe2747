//! The policy folder: one JSON document per subject.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use l2c::documents::{Faults, Report, Source};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::documents::Document;
use crate::error::Failure;
use crate::import::hex;

/// A folder of policy documents, and the fingerprint of each that was read.
pub struct Folder {
    path: PathBuf,
    sources: BTreeMap<&'static str, Source>,
    /// SHA-256 of each document, by file name.
    pub fingerprints: BTreeMap<String, String>,
}

impl Folder {
    /// A folder; its documents are read by [`Folder::read`].
    pub fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            sources: BTreeMap::new(),
            fingerprints: BTreeMap::new(),
        }
    }

    /// Reads a document.
    ///
    /// # Errors
    /// A missing file, or text that is not the document, with the place in the file.
    pub fn read<T: DeserializeOwned>(&mut self, document: &Document<T>) -> Result<T, Failure> {
        let path = self.path.join(document.file);
        let bytes = fs::read(&path).map_err(|fault| Failure::Unread {
            path: path.clone(),
            says: document.says,
            reason: fault.to_string(),
        })?;
        self.fingerprints
            .insert(document.file.to_owned(), hex(&Sha256::digest(&bytes)));
        let source = Source::from_bytes(path.display().to_string(), bytes)?;
        let read = source.parse()?;
        self.sources.insert(document.file, source);
        Ok(read)
    }

    /// What a room made of a document.
    ///
    /// # Errors
    /// The faults that the room has found, each at its place in the file.
    pub fn check<D, T>(&self, document: &Document<D>, checked: Result<T, Faults>) -> Result<T, Failure> {
        checked.map_err(|faults| Failure::Policy(self.report(document, &faults)))
    }

    fn report<D>(&self, document: &Document<D>, faults: &Faults) -> Report {
        let name = || self.path.join(document.file).display().to_string();
        match self.sources.get(document.file) {
            Some(source) => source.report(faults),
            None => Source::new(name(), "").report(faults),
        }
    }
}
