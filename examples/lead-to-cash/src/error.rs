//! What can stop the run.

use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};

use l2c::documents::Report;
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
    /// A policy document that cannot be used: everything that is wrong with it, at its place in the file.
    #[error("the policy cannot be used\n\n{0}")]
    Policy(#[from] Report),
    /// A policy document that cannot be read.
    #[error("{}: {reason}; every policy folder has this document ({says})", path.display())]
    Unread {
        /// The document.
        path: PathBuf,
        /// What the document says.
        says: &'static str,
        /// What the system says.
        reason: String,
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
        Self::Output {
            path: path.as_ref().to_owned(),
            reason: advice(fault, "--out"),
        }
    }

    /// What the system says about the file of a store, and what to do about it.
    pub fn store_file(path: impl AsRef<Path>, fault: &io::Error) -> Self {
        Self::Store {
            path: path.as_ref().to_owned(),
            reason: advice(fault, "--store"),
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

/// What to do about what the system says; `option` names another place.
fn advice(fault: &io::Error, option: &str) -> String {
    use io::ErrorKind;
    match fault.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            format!("may not be written to; name a place of yours with {option} ({fault})")
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => format!(
            "does not fit on the disk; make room and start again, what is stored so far is kept ({fault})"
        ),
        ErrorKind::FileTooLarge => format!(
            "is larger than a file may be here; allow more and start again, what is stored so far is kept ({fault})"
        ),
        ErrorKind::NotADirectory | ErrorKind::NotFound => {
            format!("cannot be made here; name another place with {option} ({fault})")
        }
        _ => format!("cannot be written: {fault}"),
    }
}
