//! What a product brings to l2c, and what every lifecycle of l2c looks like.
//!
//! Parties and ids, the [`Decider`] shape with its transition tables, the store that a host implements, the command
//! flow that drives it, and a public suite that proves any store. Nothing here reads a clock, draws an id or does
//! I/O, except through the store that you give it.
//!
//! ```
//! use l2c_host::*;
//! # use serde::{Deserialize, Serialize};
//! #
//! # typed_id!(
//! #     /// A shipment.
//! #     ShipmentId, "shp"
//! # );
//! # typed_id!(
//! #     /// A label on a parcel.
//! #     LabelId, "lbl"
//! # );
//! #
//! # #[derive(Clone, Debug, Default, PartialEq)]
//! # enum Shipment { #[default] Packed, Sent }
//! #
//! # #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
//! # enum ShipmentEvent { Sent { label: LabelId, fact: u64 } }
//! # impl DomainEvent for ShipmentEvent {
//! #     const CATEGORY: &'static str = "shipment";
//! #     const VERSION: u32 = 1;
//! #     fn name(&self) -> &'static str { "sent" }
//! # }
//! #
//! # #[derive(Serialize)]
//! # struct SendOff;
//! # struct Sending { label: LabelId, fact: u64 }
//! # impl Decider for Shipment {
//! #     type Command = SendOff;
//! #     type Event = ShipmentEvent;
//! #     type Context = Sending;
//! #     type Refusal = std::convert::Infallible;
//! #     fn decide(&self, _: &SendOff, context: &Sending) -> Result<Vec<ShipmentEvent>, Self::Refusal> {
//! #         Ok(match self {
//! #             Self::Packed => vec![ShipmentEvent::Sent { label: context.label.clone(), fact: context.fact }],
//! #             Self::Sent => vec![], // accepted, nothing to do
//! #         })
//! #     }
//! #     fn evolve(self, _: &ShipmentEvent) -> Self { Self::Sent }
//! # }
//! #
//! // `Shipment` is a lifecycle like the one at `Decider`: a parcel that is packed, then sent.
//! let store = MemoryStore::new(); // or l2c_sqlite::SqliteStore, or your own
//! let (now, today) = (DateTime::<Utc>::default(), NaiveDate::default()); // the host says what time it is
//! let stream = StreamId::of::<ShipmentEvent>(ShipmentId::from_key("7")?.as_str())?;
//! let label = LabelId::from_key("67HY0MW7")?; // made here: what follows may be decided more than once
//! let send = CommandOn::<Shipment>::new(stream.clone(), SendOff, today, |loaded| Sending {
//!     label: label.clone(),
//!     fact: loaded.version(&stream) + 1, // what depends on the stream comes from what was loaded
//! });
//!
//! run(&store, &send, &send.recording(now, "request-1")?)?;
//! assert!(run(&store, &send, &send.recording(now, "request-1")?)?.replayed); // the same request: nothing twice
//!
//! let (shipment, version) = load::<Shipment>(&store, &stream, &Upcasters::new())?;
//! assert_eq!((shipment, version), (Shipment::Sent, 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What the host brings
//! - **The time.** For `Utc::now()` add `chrono` with its default features to your own crate: l2c has no clock, and
//!   `DateTime`, `NaiveDate` and `Utc` here are chrono's.
//! - **Ids and whatever else a context holds**: made before [`CommandOn::new`]. Its closure runs anew for each decision
//!   after a conflict, and only puts together what was made with what was loaded.
//! - **Numbers within a stream**, such as the `sequence` of a fact: `loaded.version(&stream) + 1` in that closure. The
//!   append checks that version, so that no other event gets the number; a command with several events counts on
//!   from there. Numbers across streams: [`CommandOn::claiming`].
//!
//! # Where things are
//! - **Who**: [`typed_id!`], [`Party`] with its [`Personal`] data, [`PartyRoles`]. Events name parties by
//!   [`PartyId`] and hold nothing else of them: a record can be corrected or [erased](Party::erased) without
//!   touching an event.
//! - **What lives**: [`Decider`], [`DomainEvent`], and [`Machine`], the table of legal transitions that checks itself
//!   and draws itself.
//! - **What is stored**: [`Append`] (everything that becomes true together), [`Envelope`] (an event as it comes back),
//!   [`Upcasters`] (old payloads read today).
//! - **The port**: [`Store`] and [`AsyncStore`], narrow and deciding nothing; [`MemoryStore`], the reference;
//!   [`contract`], the suite that any store is run through ([`Blocking`] brings an asynchronous one to it).
//! - **The flow of a command**: [`CommandOn`] for one stream of any decider, [`Handler`] for more than one;
//!   [`run`] and [`run_async`] drive the [`Flow`], which itself does no I/O.
//! - **To read back**: [`load`] gives a state, [`stream_events`] and [`all_events`] the events, each in pages.
//! - **To the outside**: [`relay`] delivers what waits in the outbox, at least once; [`Inbox`] handles it once.
//! - **Document numbers**: [`NumberSeries`], and [`NumberClaim`] to take them without a gap.
//!
//! # How a gap-free number gets into an event
//! The flow reads the last number of the sequence, decides with the next one, and the append claims exactly that
//! number together with the event that holds it. If another command was faster, the claim conflicts, nothing is
//! stored, and the command is decided again with the next number. A posting that fails gives its number back.
//!
//! # Guarantees, and where they are proved
//! | guarantee | proved in |
//! |---|---|
//! | an append is whole or nothing; one of two writers at a version succeeds | [`contract`], `tests/broken.rs` |
//! | a request with a key takes effect once, also if the answer is lost | `tests/laws.rs`, `lost_answers_change_nothing` |
//! | another request with that key is an error, not its answer | `another_request_under_the_same_key_is_an_error` |
//! | numbers have no gap under failure and concurrency | [`contract::check_concurrent`], `receipts_have_no_gap` |
//! | replay gives the state that was decided on | `replay_gives_the_state_that_was_decided_on` |
//! | no message is lost, none is handled twice | `the_relay_loses_nothing_and_the_inbox_handles_once` |
//! | `Debug` and errors show no person | `debug_shows_no_person` and its neighbours in `src/party.rs` |
//!
//! # Errors
//! | code | what it means | what the caller does |
//! |---|---|---|
//! | `id`, `stream`, `number_series` | a value is malformed | correct it; the text says what would be right |
//! | `unwritable_event`, `unwritable_command` | a serialiser fails | a fault of the code |
//! | `unreadable_event` | a stored event is unknown, later than this code, or lacks an upcaster | deploy the later release, or register the upcaster |
//! | `version_conflict`, `number_conflict` | someone else was faster | the flow decides again; when it gives up, ask later |
//! | `key_reuse` | an idempotency key came with another request | a fault of who asks: a new request needs a new key |
//! | `unknown_outcome` | the connection broke during an append | repeat the request with the same key |
//! | `store_busy` | another process holds the store | try again later |
//! | `store_incompatible` | the store is of a later release, or none | deploy the later release, or name the right store |
//! | `store_damaged` | what is stored cannot be what was stored | restore a copy |
//! | `store_failed` | anything else; nothing was stored | read the text |
//! | `refused` | the lifecycle refuses the command | show the refusal, which has a code of its own |
//! | `out_of_step` | a runner answers a step that was not asked | a fault of the runner |
//!
//! # What it is not
//! No framework: a lifecycle is two functions and can be used without store and flow. No snapshots: the streams of
//! lead-to-cash are short. No projections and no subscriptions: [`all_events`] in order is what they are built on.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod append;
mod blocking;
mod command;
pub mod contract;
mod decider;
mod error;
mod event;
mod flow;
mod id;
mod machine;
mod memory;
mod numbering;
mod outbox;
mod party;
mod read;
mod run;
mod store;
mod stream;
mod upcast;

pub use chrono::{DateTime, NaiveDate, Utc};
pub use uuid::Uuid;

pub use crate::append::{
    Append, Appended, IdempotencyRecord, NewMessage, NumberClaim, OutboxMessage, StreamWrite,
};
pub use crate::blocking::{Blocking, BoxedFuture};
pub use crate::command::CommandOn;
pub use crate::decider::{Decider, DomainEvent};
pub use crate::error::HostError;
pub use crate::event::{Envelope, Metadata, NewEvent};
pub use crate::flow::{
    Decision, Flow, FlowError, Handler, HandlerError, Loaded, Outcome, Progress, Recording, Reply,
    RequestKey, Step,
};
pub use crate::id::MAX_KEY_LENGTH;
pub use crate::machine::{Machine, MachineFault, Transition};
pub use crate::memory::MemoryStore;
pub use crate::numbering::NumberSeries;
pub use crate::outbox::{Inbox, RelayError, relay};
pub use crate::party::{Address, Contact, Party, PartyId, PartyKind, PartyRole, PartyRoles, Personal, TaxId};
pub use crate::read::{LoadError, all_events, load, stream_events};
pub use crate::run::{run, run_async};
pub use crate::store::{AsyncStore, Immediate, Store, StoreError};
pub use crate::stream::{Expected, StreamHead, StreamId};
pub use crate::upcast::{Upcast, Upcasters};

#[doc(hidden)]
pub use crate::id::private as __private;
