//! What can stop the run.

use std::fmt::Display;
use std::path::{Path, PathBuf};

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
    #[error("this store belongs to another run: {}\nuse another --store, or the same data, policies and date", changed.join("; "))]
    OtherRun {
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

    /// A fault of the output.
    pub fn output(path: impl AsRef<Path>, reason: impl Display) -> Self {
        Self::Output {
            path: path.as_ref().to_owned(),
            reason: reason.to_string(),
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
