//! The store of [`l2c_host`] on one embedded SQLite file.
//!
//! SQLite comes with the crate; there is no server, no set-up and no configuration file.
//!
//! ```
//! use l2c_host::{CommandOn, DateTime, NaiveDate, StreamId, Upcasters, load, run};
//! use l2c_sqlite::SqliteStore;
//! # use l2c_host::{Decider, DomainEvent};
//! # use serde::{Deserialize, Serialize};
//! # #[derive(Clone, Debug, Default, PartialEq)]
//! # enum Shipment { #[default] Packed, Sent }
//! # #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
//! # enum ShipmentEvent { Sent }
//! # impl DomainEvent for ShipmentEvent {
//! #     const CATEGORY: &'static str = "shipment";
//! #     const VERSION: u32 = 1;
//! #     fn name(&self) -> &'static str { "sent" }
//! # }
//! # #[derive(Serialize)]
//! # struct SendOff;
//! # impl Decider for Shipment {
//! #     type Command = SendOff;
//! #     type Event = ShipmentEvent;
//! #     type Context = ();
//! #     type Refusal = std::convert::Infallible;
//! #     fn decide(&self, _: &SendOff, _: &()) -> Result<Vec<ShipmentEvent>, Self::Refusal> {
//! #         Ok(if *self == Self::Sent { vec![] } else { vec![ShipmentEvent::Sent] })
//! #     }
//! #     fn evolve(self, _: &ShipmentEvent) -> Self { Self::Sent }
//! # }
//!
//! let store = SqliteStore::open_in_memory()?; // SqliteStore::open("l2c.db") for one that stays
//! let (now, today) = (DateTime::default(), NaiveDate::default()); // the host says what time it is
//!
//! // `Shipment` is a lifecycle like the one at `l2c_host::Decider`; so are those of l2c.
//! let stream = StreamId::of::<ShipmentEvent>("shp_7")?;
//! let send = CommandOn::<Shipment>::new(stream.clone(), SendOff, today, |_| ());
//!
//! let first = run(&store, &send, &send.recording(now, "request-1")?)?;
//! let again = run(&store, &send, &send.recording(now, "request-1")?)?; // asked twice, done once
//! assert!(!first.replayed && again.replayed);
//! assert_eq!(send.events(&again)?, send.events(&first)?); // and answered alike
//!
//! let (shipment, version) = load::<Shipment>(&store, &stream, &Upcasters::new())?;
//! assert_eq!((shipment, version), (Shipment::Sent, 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Events are read with [`stream_events`](l2c_host::stream_events) and [`all_events`](l2c_host::all_events), a page
//! at a time.
//!
//! # What it promises
//! Everything that [`Store`](l2c_host::Store) does; `tests/contract.rs` runs the public suite on it, in memory, on a
//! file, reopened and with several writers. Beyond that:
//! - **Durable.** The file is in write-ahead mode. An append that has returned survives a power cut
//!   ([`Durability::PowerCut`], the default) or the end of the process ([`Durability::ProcessKill`], faster where
//!   appends are small). Either way an append is there whole or not at all; `tests/file.rs` kills a process in the
//!   middle to see it.
//! - **Shared.** Several handles and processes may open one file. Readers do not wait. A writer waits for another up to
//!   [`OpenOptions::busy_timeout`], then gets `store_busy`. Not on a network drive: SQLite's locks do not hold there.
//! - **Versioned.** An older file is brought up to date when it is opened, forwards only. A file of a later release
//!   and a database of another program are refused and not touched.
//! - **Unchanged by reading.** Opening, reading, repeating and refusing change no byte of the file.
//! - **Readable.** The view `events` shows every event with its date and its payload to any SQLite tool.
//!
//! # How it is laid out
//! `event` holds the events by global position, with the one index that streams are read by. `stream` holds the version
//! of each stream: one row is checked and moved per write. Category and event names stand once, in `category` and
//! `kind`. `sequence`, `idempotency` and `outbox` hold what their names say; a delivered message leaves the outbox, and
//! its id never comes again.
//!
//! # Speed
//! Appends of hundreds of streams cost about twice as much as bare inserts of the same rows into tables without an
//! index, which check nothing: `cargo run --release -p l2c-sqlite --example append_speed` measures both side by side
//! on your disk. An append waits for the disk once, so many small ones are slower than few large ones.
//!
//! # Errors
//! SQLite's errors become [`StoreError`](l2c_host::StoreError)s; no type of a driver is part of this API. What to do
//! about each stands on the front page of [`l2c_host`].
//!
//! # What it is not
//! No SQL for your own tables: the file belongs to the store. No encryption: use an encrypted disk.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod append;
mod error;
mod read;
mod schema;
mod store;

pub use crate::store::{Durability, OpenOptions, SqliteStore};
