//! What can be wrong with the values of this crate.

/// A value that cannot be right, or stored data that this version cannot read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// An id has another prefix or an illegal key.
    #[error(
        "\"{value}\" is no {what}: it is \"{prefix}_\" and 1 to 128 characters out of A-Z a-z 0-9 - . _ :"
    )]
    Id {
        /// The id type.
        what: &'static str,
        /// The prefix it should have.
        prefix: &'static str,
        /// What was given, shortened.
        value: String,
    },
}

impl HostError {
    /// A stable name for the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Id { .. } => "id",
        }
    }
}
