//! One command on one stream of any [`Decider`].

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::{
    Decider, Decision, DomainEvent, Handler, HandlerError, HostError, Loaded, NewEvent, NewMessage,
    NumberClaim, Outcome, Recording, StreamId, Upcasters,
};

type Context<'a, D> = dyn Fn(&Loaded) -> <D as Decider>::Context + Send + Sync + 'a;
type Count<'a, D> = dyn Fn(&[<D as Decider>::Event]) -> u64 + Send + Sync + 'a;
type Messages<'a, D> = dyn Fn(&[<D as Decider>::Event]) -> Vec<NewMessage> + Send + Sync + 'a;

/// A command for the thing in one stream, ready for a runner.
///
/// ```
/// # use l2c_host::*;
/// # use serde::{Serialize, Deserialize};
/// # #[derive(Clone, Default)] struct Invoice(Option<u64>);
/// # #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)] enum InvoiceEvent { Issued { number: u64 } }
/// # impl DomainEvent for InvoiceEvent {
/// #     const CATEGORY: &'static str = "invoice"; const VERSION: u32 = 1;
/// #     fn name(&self) -> &'static str { "issued" }
/// # }
/// # #[derive(Serialize)] struct Issue; struct IssueContext { number: u64 }
/// # impl Decider for Invoice {
/// #     type Command = Issue; type Event = InvoiceEvent; type Context = IssueContext;
/// #     type Refusal = std::convert::Infallible;
/// #     fn decide(&self, _: &Issue, context: &IssueContext) -> Result<Vec<InvoiceEvent>, Self::Refusal> {
/// #         Ok(if self.0.is_some() { vec![] } else { vec![InvoiceEvent::Issued { number: context.number }] })
/// #     }
/// #     fn evolve(self, event: &InvoiceEvent) -> Self { let InvoiceEvent::Issued { number } = event; Self(Some(*number)) }
/// # }
/// # let (now, today) = (DateTime::default(), NaiveDate::default());
/// let store = MemoryStore::new();
/// let stream = StreamId::of::<InvoiceEvent>("inv_7")?;
/// let command = CommandOn::<Invoice>::new(stream, Issue, today, |loaded| IssueContext {
///     number: loaded.next_number("INV-2026"),
/// })
/// .claiming("INV-2026", |events| events.len() as u64); // an issued invoice takes a number, a no-op takes none
///
/// let outcome = run(&store, &command, &command.recording(now, "request-1")?)?;
/// assert_eq!(command.events(&outcome)?, [InvoiceEvent::Issued { number: 1 }]);
/// assert_eq!(store.last_number("INV-2026")?, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct CommandOn<'a, D: Decider> {
    stream: StreamId,
    command: D::Command,
    effective: NaiveDate,
    context: Box<Context<'a, D>>,
    also: Vec<StreamId>,
    claims: Vec<(String, Box<Count<'a, D>>)>,
    messages: Option<Box<Messages<'a, D>>>,
    upcasters: Option<&'a Upcasters>,
}

impl<'a, D: Decider> CommandOn<'a, D> {
    /// A command on `stream` whose events take effect on `effective`. The context is made anew for each decision,
    /// from what was loaded for it: make ids before, and take them into the closure.
    pub fn new(
        stream: StreamId,
        command: D::Command,
        effective: NaiveDate,
        context: impl Fn(&Loaded) -> D::Context + Send + Sync + 'a,
    ) -> Self {
        Self {
            stream,
            command,
            effective,
            context: Box::new(context),
            also: Vec::new(),
            claims: Vec::new(),
            messages: None,
            upcasters: None,
        }
    }

    /// Reads another stream as well, for the context. If it moves before the append, the command is decided again.
    #[must_use]
    pub fn reading(mut self, stream: StreamId) -> Self {
        self.also.push(stream);
        self
    }

    /// Reads a sequence for the context, and claims as many of its next numbers as `count` says of the events.
    /// It must be as many as the events contain, else there is a gap or a duplicate.
    #[must_use]
    pub fn claiming(mut self, sequence: &str, count: impl Fn(&[D::Event]) -> u64 + Send + Sync + 'a) -> Self {
        self.claims.push((sequence.to_owned(), Box::new(count)));
        self
    }

    /// Tells the outside what happened.
    #[must_use]
    pub fn telling(mut self, messages: impl Fn(&[D::Event]) -> Vec<NewMessage> + Send + Sync + 'a) -> Self {
        self.messages = Some(Box::new(messages));
        self
    }

    /// Reads older events through upcasters.
    #[must_use]
    pub fn upcasting(mut self, upcasters: &'a Upcasters) -> Self {
        self.upcasters = Some(upcasters);
        self
    }

    /// A recording with an idempotency key, whose fingerprint is the stream and the serialised command. So the key
    /// with another command or on another stream is a [`KeyReused`](crate::StoreError::KeyReused), and a repetition
    /// on a later day is still the same request: the effective date and the context do not count.
    ///
    /// The fingerprint is stored as text beside the answer. The same command must always serialise to the same text:
    /// no `HashMap` in it.
    ///
    /// # Errors
    /// [`HostError::UnwritableCommand`] if its serialiser fails, which a derived one does not.
    pub fn recording(&self, now: DateTime<Utc>, key: &str) -> Result<Recording, HostError>
    where
        D::Command: Serialize,
    {
        let command = serde_json::to_string(&self.command).map_err(|e| HostError::UnwritableCommand {
            stream: self.stream.clone(),
            reason: e.to_string(),
        })?;
        // A stream holds no blank, so that no two pairs give the same text.
        Ok(Recording::new(now).with_key(key, &format!("{} {command}", self.stream)))
    }

    /// The events that the command came to, in this run or in the one that it repeats.
    ///
    /// # Errors
    /// [`HostError::UnreadableEvent`] if the outcome is that of another command.
    pub fn events(&self, outcome: &Outcome) -> Result<Vec<D::Event>, HostError> {
        let none = Upcasters::new();
        let upcasters = self.upcasters.unwrap_or(&none);
        let category = self.stream.category();
        let stored: Vec<(String, u32, String)> =
            serde_json::from_str(&outcome.result).map_err(|e| HostError::UnreadableEvent {
                category: category.to_owned(),
                name: "(stored answer)".to_owned(),
                version: 0,
                reason: e.to_string(),
            })?;
        let read = |(name, version, payload): (String, u32, String)| {
            upcasters.decode(category, &name, version, &payload)
        };
        stored.into_iter().map(read).collect()
    }
}

impl<D: Decider> Handler for CommandOn<'_, D> {
    type Refusal = D::Refusal;

    fn streams(&self) -> Vec<StreamId> {
        let mut streams = vec![self.stream.clone()];
        streams.extend(self.also.iter().filter(|other| **other != self.stream).cloned());
        streams
    }

    fn sequences(&self) -> Vec<String> {
        self.claims.iter().map(|(sequence, _)| sequence.clone()).collect()
    }

    fn handle(&self, loaded: &Loaded) -> Result<Decision, HandlerError<D::Refusal>> {
        let none = Upcasters::new();
        let state: D = loaded.state(&self.stream, self.upcasters.unwrap_or(&none))?;
        let events = state
            .decide(&self.command, &(self.context)(loaded))
            .map_err(HandlerError::Refused)?;
        let new: Vec<NewEvent> = events
            .iter()
            .map(|event| NewEvent::of(event, self.effective))
            .collect::<Result<_, _>>()?;
        let answer: Vec<_> = new
            .iter()
            .map(|e| (&e.name, e.schema_version, &e.payload))
            .collect();
        let result = serde_json::to_string(&answer).map_err(|e| HostError::UnwritableEvent {
            category: D::Event::CATEGORY,
            name: "(answer)",
            reason: e.to_string(),
        })?;
        let claim = |(sequence, count): &(String, Box<Count<'_, D>>)| NumberClaim {
            sequence: sequence.clone(),
            first: loaded.next_number(sequence),
            count: count(&events),
        };
        Ok(Decision {
            claims: self
                .claims
                .iter()
                .map(claim)
                .filter(|claim| claim.count > 0)
                .collect(),
            outbox: self
                .messages
                .as_ref()
                .map(|messages| messages(&events))
                .unwrap_or_default(),
            writes: vec![loaded.write(&self.stream, new)],
            result,
        })
    }
}
