//! The store: what a host implements, and nothing decided in it.

use std::future::{Future, ready};

use crate::{Append, Appended, Envelope, Expected, IdempotencyRecord, OutboxMessage, StreamHead, StreamId};

/// A store of events, outbox messages, idempotency records and gap-free numbers.
///
/// What an implementation promises, and [`contract`](crate::contract) checks:
/// - **Atomic.** An append takes effect whole or not at all, also when the process dies in the middle.
/// - **In one order.** Appends take effect one after the other, as if there were no others. Of two that expect the
///   same version, exactly one succeeds. Positions grow in that order, so that whoever has read up to a position
///   never finds a new event before it.
/// - **Checked in a fixed order.** First the key, then the writes in order, then the claims in order. The first that
///   does not hold is the error.
/// - **Versions** are the number of events of a stream: 1, 2, 3. A write without events still checks its version.
/// - **Keys** live in the append that they came with. A refused append stores none. A later append with the key
///   writes nothing: the same fingerprint gives the stored result, another one is an error.
/// - **Numbers** have no gap: a number is taken when its append takes effect, and not otherwise.
/// - **Kept.** What an append has returned is there after the store is opened again, as far as the implementation
///   says (power cut, process kill).
/// - **Read your writes.** A read after an append shows it. Payloads come back byte for byte.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no store",
    note = "implement `Store` (or `AsyncStore`) and run `l2c_host::contract` against it; `MemoryStore` is the reference"
)]
pub trait Store {
    /// Stores everything in `append`, or nothing.
    ///
    /// # Errors
    /// [`StoreError::Conflict`], [`StoreError::NumberConflict`], [`StoreError::KeyReused`] if it may not be stored;
    /// [`StoreError::Busy`], [`StoreError::Failed`] if it is not stored for another reason;
    /// [`StoreError::Unknown`] if nobody knows.
    fn append(&self, append: &Append) -> Result<Appended, StoreError>;

    /// The events of a stream with a version greater than `after`, in order, at most `limit`.
    /// Fewer than `limit` means that there are no more. A stream that does not exist has none.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn read_stream(&self, stream: &StreamId, after: u64, limit: usize) -> Result<Vec<Envelope>, StoreError>;

    /// All events with a position greater than `after`, in order, at most `limit`.
    /// Fewer than `limit` means that there are no more.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn read_all(&self, after: u64, limit: usize) -> Result<Vec<Envelope>, StoreError>;

    /// The streams of a category with a key greater than `after`, sorted by key (byte by byte), at most `limit`.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn heads(&self, category: &str, after: Option<&str>, limit: usize)
    -> Result<Vec<StreamHead>, StoreError>;

    /// The record of a key.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn idempotency(&self, key: &str) -> Result<Option<IdempotencyRecord>, StoreError>;

    /// The last number of a sequence; 0 if none is taken.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn last_number(&self, sequence: &str) -> Result<u64, StoreError>;

    /// The messages that wait for delivery, in the order of their ids, at most `limit`.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn pending(&self, limit: usize) -> Result<Vec<OutboxMessage>, StoreError>;

    /// Marks a message as delivered: it waits no longer. A message that does not wait is left alone, so that marking
    /// twice does no harm.
    ///
    /// # Errors
    /// If the store cannot be written.
    fn mark_delivered(&self, id: u64) -> Result<(), StoreError>;
}

/// Why a store did not do what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A stream does not stand where the write expects it.
    #[error("stream {stream} is at version {actual}, the write expects {expected}")]
    Conflict {
        /// The stream.
        stream: StreamId,
        /// What the write expects.
        expected: Expected,
        /// Where it stands.
        actual: u64,
    },
    /// A number is not the next of its sequence.
    #[error("sequence {sequence} is at {last}, so number {claimed} is not the next")]
    NumberConflict {
        /// The sequence.
        sequence: String,
        /// The first number claimed.
        claimed: u64,
        /// The last number taken.
        last: u64,
    },
    /// An idempotency key was used for another request.
    #[error("idempotency key \"{key}\" was used for another request")]
    KeyReused {
        /// The key.
        key: String,
    },
    /// Another process holds the store. Nothing was written.
    #[error("the store is in use by another process: {0}")]
    Busy(String),
    /// The connection broke while an append was under way: it may have taken effect or not.
    #[error("it is unknown whether the append took effect: {0}")]
    Unknown(String),
    /// The store was written by another version of the software, or is no store at all.
    #[error("the store cannot be used: {0}")]
    Incompatible(String),
    /// What is stored cannot be what was stored.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// Something else went wrong. Nothing was written.
    #[error("the store failed: {0}")]
    Failed(String),
}

impl StoreError {
    /// A stable name for the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Conflict { .. } => "version_conflict",
            Self::NumberConflict { .. } => "number_conflict",
            Self::KeyReused { .. } => "key_reuse",
            Self::Busy(_) => "store_busy",
            Self::Unknown(_) => "unknown_outcome",
            Self::Incompatible(_) => "store_incompatible",
            Self::Damaged(_) => "store_damaged",
            Self::Failed(_) => "store_failed",
        }
    }

    /// True if someone else was faster: load again and decide again.
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict { .. } | Self::NumberConflict { .. })
    }
}

impl<S: Store + ?Sized> Store for &S {
    fn append(&self, append: &Append) -> Result<Appended, StoreError> {
        (**self).append(append)
    }
    fn read_stream(&self, stream: &StreamId, after: u64, limit: usize) -> Result<Vec<Envelope>, StoreError> {
        (**self).read_stream(stream, after, limit)
    }
    fn read_all(&self, after: u64, limit: usize) -> Result<Vec<Envelope>, StoreError> {
        (**self).read_all(after, limit)
    }
    fn heads(
        &self,
        category: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StreamHead>, StoreError> {
        (**self).heads(category, after, limit)
    }
    fn idempotency(&self, key: &str) -> Result<Option<IdempotencyRecord>, StoreError> {
        (**self).idempotency(key)
    }
    fn last_number(&self, sequence: &str) -> Result<u64, StoreError> {
        (**self).last_number(sequence)
    }
    fn pending(&self, limit: usize) -> Result<Vec<OutboxMessage>, StoreError> {
        (**self).pending(limit)
    }
    fn mark_delivered(&self, id: u64) -> Result<(), StoreError> {
        (**self).mark_delivered(id)
    }
}

/// [`Store`] for hosts whose storage is asynchronous. The same promises; implementations may write `async fn`.
pub trait AsyncStore: Sync {
    /// See [`Store::append`].
    fn append(&self, append: &Append) -> impl Future<Output = Result<Appended, StoreError>> + Send;
    /// See [`Store::read_stream`].
    fn read_stream(
        &self,
        stream: &StreamId,
        after: u64,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Envelope>, StoreError>> + Send;
    /// See [`Store::read_all`].
    fn read_all(
        &self,
        after: u64,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Envelope>, StoreError>> + Send;
    /// See [`Store::heads`].
    fn heads(
        &self,
        category: &str,
        after: Option<&str>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<StreamHead>, StoreError>> + Send;
    /// See [`Store::idempotency`].
    fn idempotency(
        &self,
        key: &str,
    ) -> impl Future<Output = Result<Option<IdempotencyRecord>, StoreError>> + Send;
    /// See [`Store::last_number`].
    fn last_number(&self, sequence: &str) -> impl Future<Output = Result<u64, StoreError>> + Send;
    /// See [`Store::pending`].
    fn pending(&self, limit: usize) -> impl Future<Output = Result<Vec<OutboxMessage>, StoreError>> + Send;
    /// See [`Store::mark_delivered`].
    fn mark_delivered(&self, id: u64) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// A blocking store behind the asynchronous trait: each call runs to its end before the future is returned.
/// Right for [`MemoryStore`](crate::MemoryStore) and for tests; a slow store would hold up the runtime.
#[derive(Clone, Debug)]
pub struct Immediate<S>(pub S);

impl<S: Store + Sync> AsyncStore for Immediate<S> {
    fn append(&self, append: &Append) -> impl Future<Output = Result<Appended, StoreError>> + Send {
        ready(self.0.append(append))
    }
    fn read_stream(
        &self,
        stream: &StreamId,
        after: u64,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Envelope>, StoreError>> + Send {
        ready(self.0.read_stream(stream, after, limit))
    }
    fn read_all(
        &self,
        after: u64,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Envelope>, StoreError>> + Send {
        ready(self.0.read_all(after, limit))
    }
    fn heads(
        &self,
        category: &str,
        after: Option<&str>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<StreamHead>, StoreError>> + Send {
        ready(self.0.heads(category, after, limit))
    }
    fn idempotency(
        &self,
        key: &str,
    ) -> impl Future<Output = Result<Option<IdempotencyRecord>, StoreError>> + Send {
        ready(self.0.idempotency(key))
    }
    fn last_number(&self, sequence: &str) -> impl Future<Output = Result<u64, StoreError>> + Send {
        ready(self.0.last_number(sequence))
    }
    fn pending(&self, limit: usize) -> impl Future<Output = Result<Vec<OutboxMessage>, StoreError>> + Send {
        ready(self.0.pending(limit))
    }
    fn mark_delivered(&self, id: u64) -> impl Future<Output = Result<(), StoreError>> + Send {
        ready(self.0.mark_delivered(id))
    }
}
