//! One append: everything that becomes true together, or not at all.

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};

use crate::{DomainEvent, Expected, HostError, Metadata, NewEvent, StreamId};

/// Everything that one command (or one batch of them) writes.
///
/// ```
/// # use l2c_host::*;
/// # let now = DateTime::default();
/// # let day = NaiveDate::default();
/// let mut append = Append::new(now);
/// append.writes.push(StreamWrite::new(
///     StreamId::new("invoice", "inv_1")?,
///     Expected::NEW,
///     vec![NewEvent { name: "issued".into(), schema_version: 1, effective: day, payload: "{}".into() }],
/// ));
/// append.claims.push(NumberClaim::one("INV-2026", 1)); // the event holds number 1; the store says whether it may
/// append.outbox.push(NewMessage { topic: "send_invoice".into(), payload: r#"{"invoice":"inv_1"}"#.into() });
///
/// let store = MemoryStore::new();
/// store.append(&append)?;
/// assert_eq!(store.last_number("INV-2026")?, 1);
/// assert_eq!(store.append(&append).unwrap_err().code(), "version_conflict");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Append {
    recorded_at: DateTime<Utc>,
    /// The writes. They take effect in order: a second write to a stream sees the first.
    pub writes: Vec<StreamWrite>,
    /// Messages to the outside, stored with the events and delivered later.
    pub outbox: Vec<NewMessage>,
    /// Gap-free numbers that the events contain. They take effect in order too.
    pub claims: Vec<NumberClaim>,
    /// The key that makes a repetition harmless.
    pub idempotency: Option<IdempotencyRecord>,
}

impl Append {
    /// Nothing yet. The moment of recording is kept to the microsecond; what is finer is cut off here.
    pub fn new(recorded_at: DateTime<Utc>) -> Self {
        Self {
            recorded_at: recorded_at.trunc_subsecs(6),
            writes: Vec::new(),
            outbox: Vec::new(),
            claims: Vec::new(),
            idempotency: None,
        }
    }

    /// When it is recorded, to the microsecond.
    pub fn recorded_at(&self) -> DateTime<Utc> {
        self.recorded_at
    }

    /// Adds typed events of one stream, which all take effect on one day.
    ///
    /// # Errors
    /// [`HostError::Stream`] if the key is malformed, [`HostError::UnwritableEvent`] if a serialiser fails.
    pub fn events<E: DomainEvent>(
        &mut self,
        key: &str,
        expected: Expected,
        events: &[E],
        effective: NaiveDate,
    ) -> Result<(), HostError> {
        let stream = StreamId::of::<E>(key)?;
        let events = events
            .iter()
            .map(|e| NewEvent::of(e, effective))
            .collect::<Result<_, _>>()?;
        self.writes.push(StreamWrite::new(stream, expected, events));
        Ok(())
    }

    /// True if nothing would be stored and nothing checked.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
            && self.outbox.is_empty()
            && self.claims.is_empty()
            && self.idempotency.is_none()
    }
}

/// Events for one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamWrite {
    /// The stream.
    pub stream: StreamId,
    /// The version that it must have before this write.
    pub expected: Expected,
    /// The events. None is a check of the version and nothing else.
    pub events: Vec<NewEvent>,
    /// Where the events come from.
    pub metadata: Metadata,
}

impl StreamWrite {
    /// A write without metadata.
    pub fn new(stream: StreamId, expected: Expected, events: Vec<NewEvent>) -> Self {
        Self {
            stream,
            expected,
            events,
            metadata: Metadata::default(),
        }
    }

    /// The same with metadata.
    #[must_use]
    pub fn with_metadata(mut self, metadata: Metadata) -> Self {
        self.metadata = metadata;
        self
    }
}

/// A message to the outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMessage {
    /// What it is about: `send_invoice`.
    pub topic: String,
    /// The message as JSON text.
    pub payload: String,
}

/// A message that waits for delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxMessage {
    /// Its id, growing in the order of storing. A consumer tells a repeated delivery by it.
    pub id: u64,
    /// What it is about.
    pub topic: String,
    /// The message as JSON text.
    pub payload: String,
    /// When it was stored, to the microsecond.
    pub recorded_at: DateTime<Utc>,
}

/// Numbers of a gap-free sequence: `first`, `first + 1`, ... `count` of them.
///
/// The caller reads the last number, decides with the next, and claims exactly that one together with the event that
/// holds it. If another was faster, the append conflicts and the command is decided again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberClaim {
    /// The name of the sequence. The first number of every sequence is 1.
    pub sequence: String,
    /// The first number claimed; it must be the one after the last.
    pub first: u64,
    /// How many. None is a check and nothing else.
    pub count: u64,
}

impl NumberClaim {
    /// Claims one number.
    pub fn one(sequence: &str, number: u64) -> Self {
        Self {
            sequence: sequence.to_owned(),
            first: number,
            count: 1,
        }
    }
}

/// What makes the repetition of a request harmless.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyRecord {
    /// The key, chosen by who asks.
    pub key: String,
    /// What identifies the request itself, so that a key used for something else is caught.
    pub fingerprint: String,
    /// What was answered, as JSON text. A repetition gets it again.
    pub result: String,
}

/// What an append did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Appended {
    /// Everything is stored.
    Stored {
        /// The version of the stream after each write, in the order of the writes.
        versions: Vec<u64>,
        /// The position of the last event, if there was one.
        position: Option<u64>,
    },
    /// The key was there with the same fingerprint; nothing was written.
    Replayed {
        /// What was answered the first time.
        result: String,
    },
}
