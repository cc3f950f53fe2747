//! What can be wrong with the values of this crate.

use crate::StreamId;

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
    /// A stream has a malformed category or key.
    #[error(
        "\"{category}/{key}\" is no stream: the category is 1 to 64 characters out of a-z 0-9 _, \
         the key 1 to 128 out of A-Z a-z 0-9 - . _ :"
    )]
    Stream {
        /// The category given, shortened.
        category: String,
        /// The key given, shortened.
        key: String,
    },
    /// A series of document numbers cannot be.
    #[error(
        "series \"{series}\" with {digits} digits and a fiscal year from month {month} cannot be: the name is 1 to 64 \
         characters without control characters, the digits at most 40, the month 1 to 12"
    )]
    NumberSeries {
        /// The name given, shortened.
        series: String,
        /// The digits given.
        digits: u8,
        /// The month given.
        month: u32,
    },
    /// An event cannot be written down.
    #[error("event {category}.{name} cannot be written as JSON: {reason}")]
    UnwritableEvent {
        /// The category of its stream.
        category: &'static str,
        /// Its name.
        name: &'static str,
        /// Why.
        reason: String,
    },
    /// A command cannot be written down, so that its request has no fingerprint.
    #[error("the command on {stream} cannot be written as JSON: {reason}")]
    UnwritableCommand {
        /// The stream that it is meant for.
        stream: StreamId,
        /// Why.
        reason: String,
    },
    /// A stored event cannot be read by this version of the software.
    #[error("stored event {category}.{name} of version {version} cannot be read: {reason}")]
    UnreadableEvent {
        /// The category of its stream.
        category: String,
        /// Its name.
        name: String,
        /// The version of its payload.
        version: u32,
        /// Why.
        reason: String,
    },
}

impl HostError {
    /// A stable name for the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Id { .. } => "id",
            Self::Stream { .. } => "stream",
            Self::NumberSeries { .. } => "number_series",
            Self::UnwritableEvent { .. } => "unwritable_event",
            Self::UnwritableCommand { .. } => "unwritable_command",
            Self::UnreadableEvent { .. } => "unreadable_event",
        }
    }
}
