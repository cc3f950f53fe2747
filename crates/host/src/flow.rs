//! The command flow, without I/O: check the key, load, decide, append, decide again on conflict, and find out what
//! happened when nobody knows.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::read::PAGE;
use crate::{
    Append, Appended, Decider, Envelope, Expected, HostError, IdempotencyRecord, Metadata, NewMessage,
    NumberClaim, StoreError, StreamId, StreamWrite, Upcasters,
};

/// What a command reads, and what it decides from that. [`CommandOn`](crate::CommandOn) is one for any
/// [`Decider`]; write your own where a command touches several streams.
pub trait Handler {
    /// Why it refuses.
    type Refusal: std::error::Error;

    /// The streams that the decision rests on. The append checks the version of each, also of those that are not
    /// written.
    fn streams(&self) -> Vec<StreamId>;

    /// The sequences that numbers may be taken from.
    fn sequences(&self) -> Vec<String> {
        Vec::new()
    }

    /// Decides. Called again after each conflict, with what stands then.
    ///
    /// # Errors
    /// A refusal, or an event that cannot be read or written. Nothing is stored then, the key neither.
    fn handle(&self, loaded: &Loaded) -> Result<Decision, HandlerError<Self::Refusal>>;
}

/// Why a handler gives no decision.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HandlerError<R: std::error::Error> {
    /// The command is refused.
    #[error("{0}")]
    Refused(R),
    /// An event cannot be read or written.
    #[error(transparent)]
    Host(#[from] HostError),
}

/// What was loaded for one decision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    streams: BTreeMap<StreamId, Vec<Envelope>>,
    numbers: BTreeMap<String, u64>,
}

impl Loaded {
    /// The events of a stream, in order.
    pub fn events(&self, stream: &StreamId) -> &[Envelope] {
        self.streams.get(stream).map_or(&[], Vec::as_slice)
    }

    /// The version of a stream.
    pub fn version(&self, stream: &StreamId) -> u64 {
        self.events(stream).last().map_or(0, |event| event.version)
    }

    /// The state of a lifecycle.
    ///
    /// # Errors
    /// [`HostError::UnreadableEvent`].
    pub fn state<D: Decider>(&self, stream: &StreamId, upcasters: &Upcasters) -> Result<D, HostError> {
        upcasters.replay(self.events(stream))
    }

    /// The next number of a sequence. It is taken only if the decision claims it.
    pub fn next_number(&self, sequence: &str) -> u64 {
        self.numbers
            .get(sequence)
            .map_or(0, |last| *last)
            .saturating_add(1)
    }

    /// A write to a stream at the version that it was loaded at.
    pub fn write(&self, stream: &StreamId, events: Vec<crate::NewEvent>) -> StreamWrite {
        StreamWrite::new(stream.clone(), Expected::Exactly(self.version(stream)), events)
    }
}

/// What a command decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// The writes; none is an accepted no-op.
    pub writes: Vec<StreamWrite>,
    /// Messages to the outside.
    pub outbox: Vec<NewMessage>,
    /// Numbers that the events contain.
    pub claims: Vec<NumberClaim>,
    /// The answer, as JSON text. A repetition with the same key gets it again.
    pub result: String,
}

impl Decision {
    fn is_empty(&self) -> bool {
        self.writes.iter().all(|w| w.events.is_empty()) && self.outbox.is_empty() && self.claims.is_empty()
    }
}

/// What the host adds to a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// The moment of recording.
    pub recorded_at: DateTime<Utc>,
    /// Where the events come from.
    pub metadata: Metadata,
    /// What makes a repetition harmless. Without it an unknown outcome cannot be resolved.
    pub key: Option<RequestKey>,
    /// How often it is decided again after a conflict.
    pub retries: u32,
}

impl Recording {
    /// No metadata, no key, three retries.
    pub fn new(recorded_at: DateTime<Utc>) -> Self {
        Self {
            recorded_at,
            metadata: Metadata::default(),
            key: None,
            retries: 3,
        }
    }

    /// The same with an idempotency key and the fingerprint of the request. For one command on one stream,
    /// [`CommandOn::recording`](crate::CommandOn::recording) makes both.
    ///
    /// The key is new for every request; whoever asks again brings it again. The fingerprint says what is asked for,
    /// and must change when the request does: the serialised command with its streams is one. Never give the key
    /// itself: another request with the same key would then get the answer to the first one, and do nothing.
    #[must_use]
    pub fn with_key(mut self, key: &str, fingerprint: &str) -> Self {
        self.key = Some(RequestKey {
            key: key.to_owned(),
            fingerprint: fingerprint.to_owned(),
        });
        self
    }
}

/// An idempotency key and what it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestKey {
    /// The key, new for every request.
    pub key: String,
    /// What is asked for; it changes when the request does.
    pub fingerprint: String,
}

/// What a command came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The answer, as JSON text.
    pub result: String,
    /// True if the answer is that of an earlier run with the same key.
    pub replayed: bool,
    /// The position of the last event; none if nothing had to be done, or if it was done earlier.
    pub position: Option<u64>,
    /// How often the command was decided in this run.
    pub decisions: u32,
}

/// Why a command came to nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FlowError<R: std::error::Error> {
    /// It was refused.
    #[error("{0}")]
    Refused(R),
    /// An event cannot be read or written.
    #[error(transparent)]
    Host(HostError),
    /// Others were faster each time, or the store did not answer each time. Nothing was stored.
    #[error("given up after {decisions} decisions: {last}")]
    GivenUp {
        /// How often it was decided.
        decisions: u32,
        /// What the store said last.
        last: StoreError,
    },
    /// It may have taken effect or not, and there is no key to find out by.
    #[error("whether the command took effect is unknown: {0}")]
    Unknown(StoreError),
    /// The store refused or failed. Nothing was stored.
    #[error(transparent)]
    Store(StoreError),
    /// A runner gave a reply that does not answer the step.
    #[error("the reply does not answer the step")]
    OutOfStep,
}

impl<R: std::error::Error> FlowError<R> {
    /// A stable name for the kind of error. A refusal has a code of its own.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(_) => "refused",
            Self::Host(error) => error.code(),
            Self::GivenUp { last, .. } => last.code(),
            Self::Unknown(_) => "unknown_outcome",
            Self::Store(error) => error.code(),
            Self::OutOfStep => "out_of_step",
        }
    }
}

/// What the runner has to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Read the record of a key.
    ReadKey(String),
    /// Read events of a stream.
    ReadStream {
        /// The stream.
        stream: StreamId,
        /// The version after which to read.
        after: u64,
        /// At most so many.
        limit: usize,
    },
    /// Read the last number of a sequence.
    ReadNumber(String),
    /// Append.
    Append(Append),
}

/// What the store answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// To [`Step::ReadKey`].
    Key(Option<IdempotencyRecord>),
    /// To [`Step::ReadStream`].
    Events(Vec<Envelope>),
    /// To [`Step::ReadNumber`].
    Number(u64),
    /// To [`Step::Append`].
    Appended(Appended),
}

/// Where a flow stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress<R: std::error::Error> {
    /// Do this and give the reply to [`Flow::on`].
    Do(Step),
    /// The end.
    Done(Result<Outcome, FlowError<R>>),
}

/// The flow of one command. It does no I/O: [`start`](Flow::start) and [`on`](Flow::on) say what to do, a runner
/// ([`run`](crate::run), [`run_async`](crate::run_async)) does it.
#[derive(Debug)]
pub struct Flow<'h, H> {
    handler: &'h H,
    recording: &'h Recording,
    phase: Phase,
    loaded: Loaded,
    /// What is still to be loaded for this decision, the next one last.
    streams: Vec<StreamId>,
    sequences: Vec<String>,
    decisions: u32,
    result: String,
}

#[derive(Debug)]
enum Phase {
    CheckingKey,
    Loading,
    Numbering,
    Appending,
    /// The outcome of an append is unknown: the key tells.
    Resolving(StoreError),
}

impl<'h, H: Handler> Flow<'h, H> {
    /// A flow that has not begun.
    pub fn new(handler: &'h H, recording: &'h Recording) -> Self {
        Self {
            handler,
            recording,
            phase: Phase::CheckingKey,
            loaded: Loaded::default(),
            streams: Vec::new(),
            sequences: Vec::new(),
            decisions: 0,
            result: String::new(),
        }
    }

    /// The first step.
    pub fn start(&mut self) -> Progress<H::Refusal> {
        match &self.recording.key {
            Some(key) => {
                self.phase = Phase::CheckingKey;
                Progress::Do(Step::ReadKey(key.key.clone()))
            }
            None => self.load(),
        }
    }

    /// The next step after a reply.
    pub fn on(&mut self, reply: Result<Reply, StoreError>) -> Progress<H::Refusal> {
        match (&self.phase, reply) {
            (Phase::CheckingKey, Ok(Reply::Key(None))) => self.load(),
            (Phase::CheckingKey, Ok(Reply::Key(Some(record)))) => self.known(record),
            (Phase::Loading, Ok(Reply::Events(events))) => self.loaded(events),
            (Phase::Numbering, Ok(Reply::Number(last))) => self.numbered(last),
            (Phase::Appending, Ok(Reply::Appended(appended))) => self.appended(appended),
            (Phase::Appending, Err(error)) if error.is_conflict() => self.again(error),
            (Phase::Appending, Err(error @ StoreError::Unknown(_))) => match &self.recording.key {
                Some(key) => {
                    self.phase = Phase::Resolving(error);
                    Progress::Do(Step::ReadKey(key.key.clone()))
                }
                None => Progress::Done(Err(FlowError::Unknown(error))),
            },
            (Phase::Resolving(_), Ok(Reply::Key(Some(record)))) => self.known(record),
            (Phase::Resolving(error), Ok(Reply::Key(None))) => {
                // It did not take effect. If it still does later, the key makes the next append a replay.
                let error = error.clone();
                self.again(error)
            }
            (Phase::Resolving(error), Err(_)) => Progress::Done(Err(FlowError::Unknown(error.clone()))),
            (_, Err(error)) => Progress::Done(Err(FlowError::Store(error))),
            (_, Ok(_)) => Progress::Done(Err(FlowError::OutOfStep)),
        }
    }

    fn known(&self, record: IdempotencyRecord) -> Progress<H::Refusal> {
        let same = self
            .recording
            .key
            .as_ref()
            .is_some_and(|key| key.fingerprint == record.fingerprint);
        Progress::Done(if same {
            Ok(Outcome {
                result: record.result,
                replayed: true,
                position: None,
                decisions: self.decisions,
            })
        } else {
            Err(FlowError::Store(StoreError::KeyReused { key: record.key }))
        })
    }

    fn again(&mut self, last: StoreError) -> Progress<H::Refusal> {
        if self.decisions > self.recording.retries {
            return Progress::Done(Err(FlowError::GivenUp {
                decisions: self.decisions,
                last,
            }));
        }
        self.load()
    }

    /// Begins to load everything, from the first stream on.
    fn load(&mut self) -> Progress<H::Refusal> {
        self.loaded = Loaded::default();
        self.streams = self.handler.streams();
        self.streams.reverse();
        self.sequences = self.handler.sequences();
        self.sequences.reverse();
        self.load_next()
    }

    fn load_next(&mut self) -> Progress<H::Refusal> {
        if let Some(stream) = self.streams.last() {
            self.phase = Phase::Loading;
            let known = self.loaded.streams.entry(stream.clone()).or_default();
            let after = known.last().map_or(0, |event| event.version);
            return Progress::Do(Step::ReadStream {
                stream: stream.clone(),
                after,
                limit: PAGE,
            });
        }
        if let Some(sequence) = self.sequences.last() {
            self.phase = Phase::Numbering;
            return Progress::Do(Step::ReadNumber(sequence.clone()));
        }
        self.decide()
    }

    fn loaded(&mut self, events: Vec<Envelope>) -> Progress<H::Refusal> {
        let complete = events.len() < PAGE;
        if let Some(stream) = self.streams.last() {
            self.loaded
                .streams
                .entry(stream.clone())
                .or_default()
                .extend(events);
        }
        if complete {
            self.streams.pop();
        }
        self.load_next()
    }

    fn numbered(&mut self, last: u64) -> Progress<H::Refusal> {
        if let Some(sequence) = self.sequences.pop() {
            self.loaded.numbers.insert(sequence, last);
        }
        self.load_next()
    }

    fn decide(&mut self) -> Progress<H::Refusal> {
        self.decisions = self.decisions.saturating_add(1);
        let decision = match self.handler.handle(&self.loaded) {
            Ok(decision) => decision,
            Err(HandlerError::Refused(refusal)) => return Progress::Done(Err(FlowError::Refused(refusal))),
            Err(HandlerError::Host(error)) => return Progress::Done(Err(FlowError::Host(error))),
        };
        if self.recording.key.is_none() && decision.is_empty() {
            return self.done(decision.result, None);
        }
        self.phase = Phase::Appending;
        self.result.clone_from(&decision.result);
        Progress::Do(Step::Append(self.append_of(decision)))
    }

    fn append_of(&self, decision: Decision) -> Append {
        let mut append = Append::new(self.recording.recorded_at);
        append.writes = decision.writes;
        for write in append.writes.iter_mut().filter(|write| write.metadata.is_empty()) {
            write.metadata = self.recording.metadata.clone();
        }
        // What was read and is not written must not have moved either: the decision rests on it.
        for stream in self.loaded.streams.keys() {
            if !append.writes.iter().any(|write| write.stream == *stream) {
                append.writes.push(self.loaded.write(stream, Vec::new()));
            }
        }
        append.outbox = decision.outbox;
        append.claims = decision.claims;
        append.idempotency = self.recording.key.as_ref().map(|key| IdempotencyRecord {
            key: key.key.clone(),
            fingerprint: key.fingerprint.clone(),
            result: decision.result,
        });
        append
    }

    fn appended(&mut self, appended: Appended) -> Progress<H::Refusal> {
        match appended {
            Appended::Stored { position, .. } => {
                let result = std::mem::take(&mut self.result);
                self.done(result, position)
            }
            // Somebody else ran the same request in the meantime.
            Appended::Replayed { result } => {
                let decisions = self.decisions;
                Progress::Done(Ok(Outcome {
                    result,
                    replayed: true,
                    position: None,
                    decisions,
                }))
            }
        }
    }

    fn done(&self, result: String, position: Option<u64>) -> Progress<H::Refusal> {
        Progress::Done(Ok(Outcome {
            result,
            replayed: false,
            position,
            decisions: self.decisions,
        }))
    }
}
