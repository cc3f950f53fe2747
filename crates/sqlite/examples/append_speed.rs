//! How long appends take beside bare inserts of the same rows, on the disk that is there.
//!
//! `cargo run --release -p l2c-sqlite --example append_speed [EVENTS]` writes the events in appends of 300 streams:
//! each is created, moved on once, and followed by an entry in a journal that all share. First through the store, then
//! as plain `INSERT`s with the same transactions and settings into tables without an index; it prints both times.
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic
)]

use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate};
use l2c_host::{Append, Expected, NewEvent, Store, StreamId, StreamWrite, all_events};
use l2c_sqlite::SqliteStore;
use rusqlite::{Connection, params};

const STREAMS: usize = 300;
const EVENTS_EACH: usize = 3;

fn main() {
    let events: usize = std::env::args()
        .nth(1)
        .map_or(300_000, |text| text.parse().unwrap());
    let folder = std::env::temp_dir().join(format!("l2c-append-speed-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let appends: Vec<Append> = (0..events.div_ceil(STREAMS * EVENTS_EACH)).map(append).collect();
    for round in 0..3 {
        let bare = bare(&folder.join(format!("bare{round}.db")), &appends);
        let store = SqliteStore::open(folder.join(format!("store{round}.db"))).unwrap();
        let started = Instant::now();
        for append in &appends {
            store.append(append).unwrap();
        }
        let stored = started.elapsed();
        let started = Instant::now();
        let read = all_events(&store, 0, 2000).map(Result::unwrap).count();
        let reading = started.elapsed();
        let ratio = stored.as_secs_f64() / bare.as_secs_f64();
        println!(
            "{read} events: store {stored:.2?}, bare inserts {bare:.2?}, {ratio:.2} times; read {reading:.2?}"
        );
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

fn append(number: usize) -> Append {
    let mut append = Append::new(DateTime::default());
    let journal = StreamId::new("journal", "2017-05").unwrap();
    for stream in 0..STREAMS {
        let order = StreamId::new(
            "order",
            &format!("ord_{:08X}", (number * STREAMS + stream) * 7919),
        )
        .unwrap();
        let event = |name: &'static str| NewEvent {
            name: name.into(),
            schema_version: 1,
            effective: NaiveDate::default(),
            payload: format!(
                "{{\"{name}\":{{\"order\":\"{}\",\"customer\":\"pty_1C1I7A6R\",\"total\":\"{number}.00\",\"currency\":\"USD\",\"lines\":[{{\"line\":\"1\",\"qty\":\"1\"}},{{\"line\":\"2\",\"qty\":\"1\"}}]}}}}",
                order.key()
            ),
        };
        let writes = [
            StreamWrite::new(order.clone(), Expected::NEW, vec![event("placed")]),
            StreamWrite::new(order.clone(), Expected::Exactly(1), vec![event("confirmed")]),
            StreamWrite::new(journal.clone(), Expected::Any, vec![event("posted")]),
        ];
        append.writes.extend(writes);
    }
    append
}

fn bare(path: &std::path::Path, appends: &[Append]) -> Duration {
    let mut connection = Connection::open(path).unwrap();
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 4000; PRAGMA foreign_keys = OFF;
             CREATE TABLE stream (id INTEGER PRIMARY KEY, category INTEGER, key TEXT, version INTEGER) STRICT;
             CREATE TABLE event (position INTEGER PRIMARY KEY, stream INTEGER, version INTEGER, kind INTEGER,
                effective INTEGER, recorded_at INTEGER, metadata TEXT, payload TEXT) STRICT;",
        )
        .unwrap();
    let started = Instant::now();
    let mut id = 0_i64;
    for append in appends {
        let transaction = connection.transaction().unwrap();
        {
            let mut stream = transaction
                .prepare_cached("INSERT INTO stream VALUES (?1, 1, ?2, ?3)")
                .unwrap();
            let mut event = transaction
                .prepare_cached("INSERT INTO event VALUES (NULL, ?1, ?2, 1, 0, 0, NULL, ?3)")
                .unwrap();
            for write in &append.writes {
                if write.expected == Expected::NEW {
                    id += 1;
                    stream.execute(params![id, write.stream.key(), 2_i64]).unwrap();
                }
                for (version, new) in (1_i64..).zip(&write.events) {
                    event.execute(params![id, version, new.payload]).unwrap();
                }
            }
        }
        transaction.commit().unwrap();
    }
    started.elapsed()
}
