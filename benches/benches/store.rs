//! Appends to the SQLite store beside bare inserts of the same rows, on the same disk in the same run; reads in order.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, missing_docs)]

use std::path::{Path, PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use l2c_host::{
    Append, DateTime, Expected, MemoryStore, NaiveDate, NewEvent, Store, StreamId, StreamWrite, all_events,
};
use l2c_sqlite::{Durability, OpenOptions, SqliteStore};
use rusqlite::{Connection, params};

const STREAMS: u64 = 400;
const EVENTS_EACH: u64 = 2;

/// What the main job writes at once: some hundred new streams of a few events each.
fn batch(number: u64) -> Append {
    let mut append = Append::new(DateTime::default());
    for stream in 0..STREAMS {
        // Keys come in no order, as they do from another system.
        let key = (number * STREAMS + stream).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let stream = StreamId::new("order", &format!("ord_{key:016X}")).unwrap();
        let event = |n: u64| NewEvent {
            name: if n == 0 { "placed" } else { "confirmed" }.into(),
            schema_version: 1,
            effective: NaiveDate::default(),
            payload: format!(
                "{{\"placed\":{{\"customer\":\"pty_1C1I7A6R\",\"total\":\"{key}.00\",\"currency\":\"USD\",\"lines\":[{{\"line\":\"1\",\"qty\":\"1\"}},{{\"line\":\"2\",\"qty\":\"{n}\"}}]}}}}"
            ),
        };
        append.writes.push(StreamWrite::new(
            stream,
            Expected::NEW,
            (0..EVENTS_EACH).map(event).collect(),
        ));
    }
    append
}

/// The same rows with nothing checked and no index.
struct Bare {
    connection: Connection,
    streams: i64,
}

impl Bare {
    fn open(path: &Path, synchronous: &str) -> Self {
        let connection = Connection::open(path).unwrap();
        connection
            .execute_batch(&format!(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous};
                 PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 4000; PRAGMA foreign_keys = OFF;
                 CREATE TABLE stream (id INTEGER PRIMARY KEY, category INTEGER, key TEXT, version INTEGER) STRICT;
                 CREATE TABLE event (position INTEGER PRIMARY KEY, stream INTEGER, version INTEGER, kind INTEGER,
                    effective INTEGER, recorded_at INTEGER, metadata TEXT, payload TEXT) STRICT;"
            ))
            .unwrap();
        Self {
            connection,
            streams: 0,
        }
    }

    fn insert(&mut self, append: &Append) {
        let transaction = self.connection.transaction().unwrap();
        {
            let mut stream = transaction
                .prepare_cached("INSERT INTO stream VALUES (?1, 1, ?2, ?3)")
                .unwrap();
            let mut event = transaction
                .prepare_cached("INSERT INTO event VALUES (NULL, ?1, ?2, 1, 0, 0, NULL, ?3)")
                .unwrap();
            for write in &append.writes {
                self.streams += 1;
                let count = i64::try_from(write.events.len()).unwrap();
                stream
                    .execute(params![self.streams, write.stream.key(), count])
                    .unwrap();
                for (version, new) in (1_i64..).zip(&write.events) {
                    event
                        .execute(params![self.streams, version, new.payload])
                        .unwrap();
                }
            }
        }
        transaction.commit().unwrap();
    }
}

fn folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("l2c-bench-store-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn appends(c: &mut Criterion) {
    let folder = folder();
    let mut group = c.benchmark_group("append 400 streams of 2 events");
    group
        .throughput(Throughput::Elements(STREAMS * EVENTS_EACH))
        .sample_size(30);
    for (name, durability, synchronous) in [
        ("power cut", Durability::PowerCut, "FULL"),
        ("process kill", Durability::ProcessKill, "NORMAL"),
    ] {
        let options = OpenOptions {
            durability,
            ..OpenOptions::default()
        };
        let store = SqliteStore::open_with(folder.join(format!("{synchronous}.db")), options).unwrap();
        let mut number = 0;
        let mut next = move || {
            number += 1;
            batch(number)
        };
        group.bench_function(format!("sqlite, survives a {name}"), |b| {
            b.iter_batched(
                &mut next,
                |append| store.append(&append).unwrap(),
                criterion::BatchSize::PerIteration,
            );
        });
        let mut bare = Bare::open(&folder.join(format!("bare-{synchronous}.db")), synchronous);
        group.bench_function(format!("bare inserts, survive a {name}"), |b| {
            b.iter_batched(
                &mut next,
                |append| bare.insert(&append),
                criterion::BatchSize::PerIteration,
            );
        });
    }
    let memory = MemoryStore::new();
    let mut number = 0;
    group.bench_function("memory", |b| {
        b.iter_batched(
            || {
                number += 1;
                batch(number)
            },
            |append| memory.append(&append).unwrap(),
            criterion::BatchSize::PerIteration,
        );
    });
    group.finish();
    std::fs::remove_dir_all(&folder).unwrap();
}

fn reads(c: &mut Criterion) {
    let store = SqliteStore::open_in_memory().unwrap();
    for number in 0..25 {
        store.append(&batch(number)).unwrap();
    }
    let mut group = c.benchmark_group("read in order");
    group
        .throughput(Throughput::Elements(25 * STREAMS * EVENTS_EACH))
        .sample_size(20);
    group.bench_function("all events, a page at a time", |b| {
        b.iter(|| {
            all_events(&store, 0, 1000)
                .map(|event| event.unwrap().payload.len())
                .sum::<usize>()
        });
    });
    let streams = store.heads("order", None, usize::MAX).unwrap();
    group.bench_function("each stream", |b| {
        b.iter(|| {
            streams
                .iter()
                .map(|head| store.read_stream(&head.stream, 0, 100).unwrap().len())
                .sum::<usize>()
        });
    });
    group.finish();
}

criterion_group!(benches, appends, reads);
criterion_main!(benches);
