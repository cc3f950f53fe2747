//! What can stop the run.

use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};

use l2c::host::StoreError;

/// Why the run stopped; the text names the file, document or stage and what would be right.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A data file.
    #[error("{}: {reason}", path.display())]
    Data {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A policy document.
    #[error("{}: {}", path.display(), faults.join("\n  "))]
    Policy {
        /// The document.
        path: PathBuf,
        /// Everything that is wrong with it.
        faults: Vec<String>,
    },
    /// The store belongs to other data or policies.
    #[error("store {}: belongs to another run: {}; name another file with --store, or use the same data, policies and date", path.display(), changed.join("; "))]
    OtherRun {
        /// The file.
        path: PathBuf,
        /// What is different.
        changed: Vec<String>,
    },
    /// The store.
    #[error("store {}: {reason}", path.display())]
    Store {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The output folder.
    #[error("output {}: {reason}", path.display())]
    Output {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A document that a stage refused.
    #[error("{stage}, {subject}: {reason}")]
    Stage {
        /// The stage.
        stage: &'static str,
        /// The document.
        subject: String,
        /// The refusal.
        reason: String,
    },
}

impl Failure {
    /// A fault of a data file.
    pub fn data(path: impl AsRef<Path>, reason: impl Display) -> Self {
        Self::Data {
            path: path.as_ref().to_owned(),
            reason: reason.to_string(),
        }
    }

    /// What the system says about a file or folder of the output, and what to do about it.
    pub fn folder(path: impl AsRef<Path>, fault: &io::Error) -> Self {
        use io::ErrorKind;
        let advice = match fault.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                "may not be written to; name a folder of yours with --out"
            }
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                "does not fit on the disk; make room and start again, what is stored so far is kept"
            }
            ErrorKind::FileTooLarge => {
                "grows beyond the size that this system allows for a file; allow more and start again, \
                 what is stored so far is kept"
            }
            ErrorKind::NotADirectory | ErrorKind::NotFound => {
                "cannot be made here; name another folder with --out"
            }
            _ => "cannot be written",
        };
        Self::Output {
            path: path.as_ref().to_owned(),
            reason: format!("{advice} ({fault})"),
        }
    }

    /// What a store says, and what to do about it.
    pub fn store(path: impl AsRef<Path>, fault: &StoreError) -> Self {
        let advice = match fault {
            StoreError::Incompatible(_) => {
                "; name another file with --store, or leave this one to the program that wrote it"
            }
            StoreError::Damaged(_) => "; move it away and start again: the same run makes the same store",
            // What a run decides depends on its documents and on this program; the documents are compared before.
            StoreError::KeyReused { .. }
            | StoreError::Conflict { .. }
            | StoreError::NumberConflict { .. } => {
                "; another release of this program has written it: use that one, or another file with --store"
            }
            StoreError::Failed(_) | StoreError::Unknown(_) => {
                "; is there room on the disk, and may the file be written? What is stored so far is whole: start again"
            }
            _ => "",
        };
        Self::Store {
            path: path.as_ref().to_owned(),
            reason: format!("{fault}{advice}"),
        }
    }

    /// A refusal of a stage; to be used as `.map_err(Failure::stage("quotes", &id))`.
    pub fn stage<E: Display>(stage: &'static str, subject: impl Display) -> impl FnOnce(E) -> Self {
        let subject = subject.to_string();
        move |reason| Self::Stage {
            stage,
            subject,
            reason: reason.to_string(),
        }
    }
}
