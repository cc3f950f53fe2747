//! One check per promise, each on an empty store.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::{ensure, ensure_eq};
use crate::{
    Append, Appended, Expected, IdempotencyRecord, Metadata, NewEvent, NewMessage, NumberClaim, Store,
    StoreError, StreamHead, StreamId, StreamWrite,
};

type Case = fn(&dyn Store) -> Result<(), String>;

pub(super) const CASES: &[(&str, Case)] = &[
    ("an empty store is empty", empty),
    ("events come back as they were handed in", round_trip),
    (
        "versions and positions count without a gap",
        versions_and_positions,
    ),
    ("a wrong expected version conflicts", expected_versions),
    ("a write without events checks its version", empty_writes),
    ("a second write to a stream sees the first", same_stream_twice),
    ("a refused append leaves nothing behind", atomic),
    ("the first check that fails is the error", order_of_checks),
    ("a key is kept, also by a no-op", keys),
    ("a repetition writes nothing", repetition),
    ("a key with another fingerprint is an error", reused_key),
    ("a refused append does not use up its key", refused_key),
    ("numbers have no gap and no duplicate", numbers),
    ("messages wait until they are marked, in order", outbox),
    ("reads stop at the limit and go on after it", paging),
    ("heads are those of one category, sorted by key", heads),
    ("names differ by every letter", similar_names),
    ("dates and times keep their ends", extreme_dates),
    ("many streams and large payloads fit in one append", bulk),
];

pub(super) fn now() -> DateTime<Utc> {
    // 2026-02-03 04:05:06.000007
    DateTime::from_timestamp(1_770_091_506, 7_000).unwrap_or_default()
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 2, 29).unwrap_or_default()
}

pub(super) fn event(payload: &str) -> NewEvent {
    NewEvent {
        name: "happened".into(),
        schema_version: 1,
        effective: day(),
        payload: format!("{{\"what\":\"{payload}\"}}"),
    }
}

pub(super) fn stream(key: &str) -> Result<StreamId, String> {
    StreamId::new("thing", key).map_err(|e| e.to_string())
}

pub(super) fn write(key: &str, expected: Expected, events: &[&str]) -> Result<StreamWrite, String> {
    Ok(StreamWrite::new(
        stream(key)?,
        expected,
        events.iter().map(|payload| event(payload)).collect(),
    ))
}

pub(super) fn record(key: &str, fingerprint: &str, result: &str) -> IdempotencyRecord {
    IdempotencyRecord {
        key: key.into(),
        fingerprint: fingerprint.into(),
        result: result.into(),
    }
}

pub(super) fn message(payload: &str) -> NewMessage {
    NewMessage {
        topic: "tell".into(),
        payload: payload.into(),
    }
}

/// An append of one write.
fn one(key: &str, expected: Expected, events: &[&str]) -> Result<Append, String> {
    let mut append = Append::new(now());
    append.writes.push(write(key, expected, events)?);
    Ok(append)
}

pub(super) fn done(
    result: Result<Appended, StoreError>,
    what: &str,
) -> Result<(Vec<u64>, Option<u64>), String> {
    match result {
        Ok(Appended::Stored { versions, position }) => Ok((versions, position)),
        other => Err(format!("{what}: got {other:?}, due an append that takes effect")),
    }
}

pub(super) fn read<T>(result: Result<T, StoreError>) -> Result<T, String> {
    result.map_err(|e| format!("a read failed: {e}"))
}

/// The payloads of a stream, read at once.
fn payloads(store: &dyn Store, key: &str) -> Result<Vec<String>, String> {
    let events = read(store.read_stream(&stream(key)?, 0, 1000))?;
    Ok(events.into_iter().map(|e| e.payload).collect())
}

/// That nothing is stored beyond `events` events.
fn nothing_else(store: &dyn Store, events: usize) -> Result<(), String> {
    ensure_eq!(read(store.read_all(0, 1000))?.len(), events, "events stored");
    ensure_eq!(read(store.pending(10))?, [], "messages stored");
    ensure_eq!(read(store.idempotency("k"))?, None, "record of key k");
    ensure_eq!(read(store.last_number("n"))?, 0, "last number of n");
    Ok(())
}

fn empty(store: &dyn Store) -> Result<(), String> {
    nothing_else(store, 0)?;
    ensure_eq!(
        read(store.read_stream(&stream("a")?, 0, 10))?,
        [],
        "events of a stream that does not exist"
    );
    ensure_eq!(read(store.heads("thing", None, 10))?, [], "heads");
    let append = store.append(&Append::new(now()));
    ensure_eq!(
        done(append, "an append of nothing")?,
        (vec![], None),
        "an append of nothing"
    );
    read(store.mark_delivered(1))?;
    nothing_else(store, 0)
}

fn round_trip(store: &dyn Store) -> Result<(), String> {
    let metadata = Metadata {
        correlation: Some("corr \"1\"".into()),
        causation: Some("cause/2".into()),
        actor: Some("usr_3".into()),
    };
    // Spaces, escapes, order of fields and digits must stay: a payload is text.
    let payload = "{ \"z\":\"a'b\\u0041\\n\u{e9}\u{1f600}\", \"a\" : 1.50e2,\"a2\":null }";
    let sent = NewEvent {
        name: "odd_name".into(),
        schema_version: 4_000_000_000,
        effective: day(),
        payload: payload.into(),
    };
    let mut append = Append::new(now());
    let write = StreamWrite::new(stream("Ab-1._:z")?, Expected::NEW, vec![sent]);
    append.writes.push(write.with_metadata(metadata.clone()));
    append.writes.push(self::write("b", Expected::NEW, &["plain"])?);
    done(store.append(&append), "a first append")?;
    let got = read(store.read_stream(&stream("Ab-1._:z")?, 0, 10))?;
    let [got] = got.as_slice() else {
        return Err(format!("got {} events, due 1", got.len()));
    };
    ensure_eq!(got.stream, stream("Ab-1._:z")?, "stream");
    ensure_eq!((got.version, got.position), (1, 1), "version and position");
    ensure_eq!(got.name, "odd_name", "name");
    ensure_eq!(got.schema_version, 4_000_000_000, "schema version");
    ensure_eq!(got.effective, day(), "effective date");
    ensure_eq!(got.recorded_at, now(), "moment of recording");
    ensure_eq!(got.metadata, metadata, "metadata");
    ensure_eq!(got.payload, payload, "payload");
    let all = read(store.read_all(0, 10))?;
    ensure_eq!(all.first(), Some(got), "the same event among all");
    ensure_eq!(
        all.get(1).map(|e| e.metadata.clone()),
        Some(Metadata::default()),
        "metadata of the second"
    );
    Ok(())
}

fn versions_and_positions(store: &dyn Store) -> Result<(), String> {
    let mut append = one("b", Expected::NEW, &["1", "2"])?;
    append.writes.push(write("a", Expected::NEW, &["3"])?);
    ensure_eq!(
        done(store.append(&append), "append 1")?,
        (vec![2, 1], Some(3)),
        "append 1"
    );
    let mut append = one("a", Expected::Exactly(1), &["4"])?;
    append.writes.push(write("b", Expected::Exactly(2), &["5", "6"])?);
    ensure_eq!(
        done(store.append(&append), "append 2")?,
        (vec![2, 4], Some(6)),
        "append 2"
    );
    let all = read(store.read_all(0, 100))?;
    let got: Vec<_> = all
        .iter()
        .map(|e| (e.position, e.stream.key(), e.version, e.payload.as_str()))
        .collect();
    let due = [
        (1, "b", 1, "{\"what\":\"1\"}"),
        (2, "b", 2, "{\"what\":\"2\"}"),
        (3, "a", 1, "{\"what\":\"3\"}"),
        (4, "a", 2, "{\"what\":\"4\"}"),
        (5, "b", 3, "{\"what\":\"5\"}"),
        (6, "b", 4, "{\"what\":\"6\"}"),
    ];
    ensure_eq!(got, due, "all events in order");
    let of_b = read(store.read_stream(&stream("b")?, 0, 100))?;
    let got: Vec<_> = of_b.iter().map(|e| (e.position, e.version)).collect();
    ensure_eq!(
        got,
        [(1, 1), (2, 2), (5, 3), (6, 4)],
        "events of one stream in order"
    );
    Ok(())
}

fn conflict(key: &str, expected: Expected, actual: u64) -> Result<Result<Appended, StoreError>, String> {
    Ok(Err(StoreError::Conflict {
        stream: stream(key)?,
        expected,
        actual,
    }))
}

fn expected_versions(store: &dyn Store) -> Result<(), String> {
    use Expected::{Any, Exactly};
    let (ahead, behind) = (Exactly(1), Exactly(0));
    ensure_eq!(
        store.append(&one("a", ahead, &["x"])?),
        conflict("a", ahead, 0)?,
        "ahead of a new stream"
    );
    done(
        store.append(&one("a", Any, &["1", "2"])?),
        "any version of a new stream",
    )?;
    ensure_eq!(
        store.append(&one("a", behind, &["x"])?),
        conflict("a", behind, 2)?,
        "new, but it exists"
    );
    ensure_eq!(
        store.append(&one("a", Exactly(1), &["x"])?),
        conflict("a", Exactly(1), 2)?,
        "behind"
    );
    ensure_eq!(
        store.append(&one("a", Exactly(3), &["x"])?),
        conflict("a", Exactly(3), 2)?,
        "ahead"
    );
    let far = Exactly(u64::MAX);
    ensure_eq!(
        store.append(&one("a", far, &["x"])?),
        conflict("a", far, 2)?,
        "far ahead"
    );
    done(store.append(&one("a", Exactly(2), &["3"])?), "the right version")?;
    done(store.append(&one("a", Any, &["4"])?), "any version")?;
    ensure_eq!(
        payloads(store, "a")?,
        ["1", "2", "3", "4"].map(|p| event(p).payload),
        "what is stored"
    );
    Ok(())
}

fn empty_writes(store: &dyn Store) -> Result<(), String> {
    use Expected::{Any, Exactly};
    let nothing = |expected| one("a", expected, &[]);
    ensure_eq!(
        done(store.append(&nothing(Exactly(0))?), "new")?,
        (vec![0], None),
        "check of a new stream"
    );
    ensure_eq!(
        done(store.append(&nothing(Any)?), "any")?,
        (vec![0], None),
        "check of any version"
    );
    ensure_eq!(
        store.append(&nothing(Exactly(1))?),
        conflict("a", Exactly(1), 0)?,
        "check ahead"
    );
    ensure_eq!(
        read(store.heads("thing", None, 10))?,
        [],
        "a check creates no stream"
    );
    done(store.append(&one("a", Any, &["1"])?), "one event")?;
    ensure_eq!(
        store.append(&nothing(Exactly(0))?),
        conflict("a", Exactly(0), 1)?,
        "check behind"
    );
    let mut append = one("b", Expected::NEW, &["2"])?;
    append.writes.push(write("a", Exactly(0), &[])?);
    ensure_eq!(
        store.append(&append),
        conflict("a", Exactly(0), 1)?,
        "a check beside a write"
    );
    ensure_eq!(payloads(store, "b")?.len(), 0, "events of the refused write");
    Ok(())
}

fn same_stream_twice(store: &dyn Store) -> Result<(), String> {
    let mut append = one("a", Expected::NEW, &["1"])?;
    append.writes.push(write("b", Expected::NEW, &["2"])?);
    append.writes.push(write("a", Expected::Exactly(1), &["3"])?);
    append.claims = vec![NumberClaim::one("n", 1), NumberClaim::one("n", 2)];
    ensure_eq!(
        done(store.append(&append), "writes that follow each other")?,
        (vec![1, 1, 2], Some(3)),
        "append"
    );
    let mut append = one("a", Expected::Exactly(2), &["x"])?;
    append.writes.push(write("a", Expected::Exactly(2), &["x"])?);
    let due = conflict("a", Expected::Exactly(2), 3)?;
    ensure_eq!(
        store.append(&append),
        due,
        "the second write expects what was before the first"
    );
    ensure_eq!(
        payloads(store, "a")?,
        ["1", "3"].map(|p| event(p).payload),
        "what is stored"
    );
    let mut append = one("a", Expected::Exactly(2), &["x"])?;
    append.claims = vec![NumberClaim::one("n", 3), NumberClaim::one("n", 3)];
    ensure!(
        store.append(&append).is_err(),
        "a number was claimed twice in one append"
    );
    ensure_eq!(read(store.last_number("n"))?, 2, "last number");
    Ok(())
}

fn atomic(store: &dyn Store) -> Result<(), String> {
    done(store.append(&one("a", Expected::NEW, &["1"])?), "one event")?;
    // The last write fails, then the last claim.
    let mut full = Append::new(now());
    full.writes.push(write("b", Expected::NEW, &["x"])?);
    full.writes.push(write("a", Expected::Exactly(1), &["x"])?);
    full.outbox.push(message("x"));
    full.claims.push(NumberClaim::one("n", 1));
    full.idempotency = Some(record("k", "f", "r"));
    let mut late_write = full.clone();
    late_write.writes.push(write("a", Expected::Exactly(1), &["x"])?);
    ensure!(
        store.append(&late_write).is_err(),
        "the third write should conflict"
    );
    nothing_else(store, 1)?;
    ensure_eq!(
        read(store.read_stream(&stream("b")?, 0, 10))?,
        [],
        "events of the first write"
    );
    ensure_eq!(read(store.heads("thing", None, 10))?.len(), 1, "streams");
    let mut late_claim = full.clone();
    late_claim.claims.push(NumberClaim::one("n", 3));
    ensure!(
        store.append(&late_claim).is_err(),
        "the second claim should conflict"
    );
    nothing_else(store, 1)?;
    ensure_eq!(
        done(store.append(&full), "the same without the fault")?,
        (vec![1, 2], Some(3)),
        "append"
    );
    ensure_eq!(read(store.pending(10))?.len(), 1, "messages");
    ensure_eq!(read(store.last_number("n"))?, 1, "last number");
    Ok(())
}

fn order_of_checks(store: &dyn Store) -> Result<(), String> {
    let mut first = one("a", Expected::NEW, &["1"])?;
    first.idempotency = Some(record("k", "f", "r"));
    done(store.append(&first), "one event")?;
    let mut append = one("b", Expected::Exactly(9), &["x"])?;
    append.writes.push(write("a", Expected::NEW, &["x"])?);
    append.claims.push(NumberClaim::one("n", 5));
    ensure_eq!(
        store.append(&append),
        conflict("b", Expected::Exactly(9), 0)?,
        "the first write comes first"
    );
    append.writes.remove(0);
    ensure_eq!(
        store.append(&append),
        conflict("a", Expected::NEW, 1)?,
        "writes come before claims"
    );
    append.idempotency = Some(record("k", "other", "r"));
    let reused = Err(StoreError::KeyReused { key: "k".into() });
    ensure_eq!(store.append(&append), reused, "the key comes before everything");
    append.idempotency = Some(record("k", "f", "r"));
    let replayed = Ok(Appended::Replayed { result: "r".into() });
    ensure_eq!(store.append(&append), replayed, "the key comes before everything");
    Ok(())
}

fn keys(store: &dyn Store) -> Result<(), String> {
    let mut noop = Append::new(now());
    noop.idempotency = Some(record("k", "f", "{\"n\": \"\u{e9}\"}"));
    done(store.append(&noop), "a no-op with a key")?;
    ensure_eq!(
        read(store.idempotency("k"))?,
        noop.idempotency,
        "the record of a no-op"
    );
    let replayed = Ok(Appended::Replayed {
        result: "{\"n\": \"\u{e9}\"}".into(),
    });
    ensure_eq!(store.append(&noop), replayed, "the repetition of a no-op");
    let mut checked = one("a", Expected::NEW, &[])?;
    checked.idempotency = Some(record("k2", "f", "r"));
    done(store.append(&checked), "a write without events, with a key")?;
    ensure_eq!(read(store.idempotency("k2"))?, checked.idempotency, "its record");
    let mut full = one("a", Expected::NEW, &["1"])?;
    full.idempotency = Some(record("K", "f", "other"));
    done(store.append(&full), "an event with a key that differs by case")?;
    ensure_eq!(read(store.idempotency("K"))?, full.idempotency, "its record");
    ensure_eq!(read(store.idempotency("k3"))?, None, "a key that was never used");
    Ok(())
}

fn repetition(store: &dyn Store) -> Result<(), String> {
    let mut append = one("a", Expected::Any, &["1"])?;
    append.outbox.push(message("m"));
    append.claims.push(NumberClaim::one("n", 1));
    append.idempotency = Some(record("k", "f", "first answer"));
    done(store.append(&append), "the first time")?;
    append.claims = vec![NumberClaim::one("n", 2)];
    append.idempotency = Some(record("k", "f", "second answer"));
    let replayed = Ok(Appended::Replayed {
        result: "first answer".into(),
    });
    ensure_eq!(store.append(&append), replayed, "the second time");
    ensure_eq!(read(store.read_all(0, 10))?.len(), 1, "events");
    ensure_eq!(read(store.pending(10))?.len(), 1, "messages");
    ensure_eq!(read(store.last_number("n"))?, 1, "last number");
    ensure_eq!(
        read(store.idempotency("k"))?,
        Some(record("k", "f", "first answer")),
        "record"
    );
    Ok(())
}

fn reused_key(store: &dyn Store) -> Result<(), String> {
    let mut append = one("a", Expected::Any, &["1"])?;
    append.idempotency = Some(record("k", "f", "r"));
    done(store.append(&append), "the first time")?;
    append.idempotency = Some(record("k", "F", "r"));
    let reused = Err(StoreError::KeyReused { key: "k".into() });
    ensure_eq!(store.append(&append), reused, "another fingerprint");
    ensure_eq!(read(store.read_all(0, 10))?.len(), 1, "events");
    ensure_eq!(
        read(store.idempotency("k"))?,
        Some(record("k", "f", "r")),
        "record"
    );
    Ok(())
}

fn refused_key(store: &dyn Store) -> Result<(), String> {
    let mut append = one("a", Expected::Exactly(3), &["1"])?;
    append.idempotency = Some(record("k", "f", "r"));
    ensure!(store.append(&append).is_err(), "the append should conflict");
    ensure_eq!(
        read(store.idempotency("k"))?,
        None,
        "the record of a refused append"
    );
    let mut right = one("a", Expected::NEW, &["1"])?;
    right.idempotency = Some(record("k", "f", "r"));
    done(store.append(&right), "the same key, at the right version")?;
    Ok(())
}

fn numbers(store: &dyn Store) -> Result<(), String> {
    let claim = |sequence: &str, first: u64, count: u64| {
        let mut append = Append::new(now());
        append.claims.push(NumberClaim {
            sequence: sequence.into(),
            first,
            count,
        });
        append
    };
    let taken = |claimed, last| {
        Err(StoreError::NumberConflict {
            sequence: "n".into(),
            claimed,
            last,
        })
    };
    ensure_eq!(store.append(&claim("n", 0, 1)), taken(0, 0), "numbers start at 1");
    ensure_eq!(store.append(&claim("n", 2, 1)), taken(2, 0), "numbers start at 1");
    done(store.append(&claim("n", 1, 1)), "the first number")?;
    ensure_eq!(
        store.append(&claim("n", 1, 1)),
        taken(1, 1),
        "a number that is taken"
    );
    ensure_eq!(
        store.append(&claim("n", 3, 1)),
        taken(3, 1),
        "a number that leaves a gap"
    );
    ensure_eq!(read(store.last_number("n"))?, 1, "last number after refusals");
    done(store.append(&claim("n", 2, 3)), "three numbers")?;
    ensure_eq!(read(store.last_number("n"))?, 4, "last number after three more");
    done(store.append(&claim("n", 5, 0)), "a claim of no number")?;
    ensure_eq!(
        store.append(&claim("n", 4, 0)),
        taken(4, 4),
        "a claim of no number checks all the same"
    );
    ensure_eq!(
        store.append(&claim("n", 5, u64::MAX)),
        taken(5, 4),
        "more numbers than there are"
    );
    done(store.append(&claim("N", 1, 1)), "another sequence")?;
    // A posting that fails gives its number back.
    let mut failing = one("a", Expected::Exactly(7), &["x"])?;
    failing.claims.push(NumberClaim::one("n", 5));
    ensure!(store.append(&failing).is_err(), "the write should conflict");
    ensure_eq!(
        read(store.last_number("n"))?,
        4,
        "last number after a posting that failed"
    );
    let mut posting = one("a", Expected::NEW, &["5"])?;
    posting.claims = vec![
        NumberClaim::one("n", 5),
        NumberClaim::one("m", 1),
        NumberClaim::one("n", 6),
    ];
    done(store.append(&posting), "a posting that takes two sequences")?;
    let last = ["n", "m", "N", "o"].map(|sequence| store.last_number(sequence));
    ensure_eq!(last, [Ok(6), Ok(1), Ok(1), Ok(0)], "last numbers");
    Ok(())
}

fn outbox(store: &dyn Store) -> Result<(), String> {
    let ids = |limit| -> Result<Vec<(u64, String)>, String> {
        Ok(read(store.pending(limit))?
            .into_iter()
            .map(|m| (m.id, m.payload))
            .collect())
    };
    let mut append = Append::new(now());
    append.outbox = ["1", "2", "3"].map(message).to_vec();
    done(store.append(&append), "three messages")?;
    let mut append = one("a", Expected::NEW, &["x"])?;
    append.outbox = vec![NewMessage {
        topic: "other".into(),
        payload: "{ \"4\" :4}".into(),
    }];
    done(store.append(&append), "a fourth message")?;
    let waiting = read(store.pending(10))?;
    let texts: Vec<_> = waiting
        .iter()
        .map(|m| (m.topic.as_str(), m.payload.as_str()))
        .collect();
    ensure_eq!(
        texts,
        [
            ("tell", "1"),
            ("tell", "2"),
            ("tell", "3"),
            ("other", "{ \"4\" :4}")
        ],
        "what waits"
    );
    ensure!(
        waiting.iter().all(|m| m.recorded_at == now()),
        "a message has another moment of recording"
    );
    ensure!(waiting.is_sorted_by(|a, b| a.id < b.id), "the ids do not grow");
    ensure_eq!(
        read(store.pending(2))?,
        waiting.get(..2).unwrap_or_default(),
        "the first two"
    );
    ensure_eq!(read(store.pending(0))?, [], "none");
    let [first, second, third, fourth] = waiting.as_slice() else {
        return Err("not four messages".into());
    };
    for id in [first.id, third.id, first.id] {
        store.mark_delivered(id).map_err(|e| e.to_string())?;
    }
    let left = vec![(second.id, "2".to_owned()), (fourth.id, fourth.payload.clone())];
    ensure_eq!(ids(10)?, left, "what still waits");
    for id in [second.id, fourth.id] {
        store.mark_delivered(id).map_err(|e| e.to_string())?;
    }
    ensure_eq!(ids(10)?, [], "what waits when all is delivered");
    let mut append = Append::new(now());
    append.outbox.push(message("5"));
    done(store.append(&append), "a fifth message")?;
    let waiting = ids(10)?;
    ensure!(
        matches!(waiting.as_slice(), [(id, _)] if *id > fourth.id),
        "the id of a delivered message came again: {waiting:?}"
    );
    Ok(())
}

fn paging(store: &dyn Store) -> Result<(), String> {
    for payload in 0..7_u32 {
        let key = if payload % 3 == 0 { "b" } else { "a" };
        done(
            store.append(&one(key, Expected::Any, &[&payload.to_string()])?),
            "an event",
        )?;
    }
    let all = read(store.read_all(0, 100))?;
    ensure_eq!(
        all.iter().map(|e| e.position).collect::<Vec<_>>(),
        [1, 2, 3, 4, 5, 6, 7],
        "positions"
    );
    for after in 0..9_u64 {
        for limit in 0..9_usize {
            let from = usize::try_from(after).unwrap_or_default();
            let due: Vec<_> = all.iter().skip(from).take(limit).cloned().collect();
            ensure_eq!(
                read(store.read_all(after, limit))?,
                due,
                format!("{limit} events after {after}")
            );
        }
    }
    let of_a: Vec<_> = all.iter().filter(|e| e.stream.key() == "a").cloned().collect();
    for after in 0..6_u64 {
        for limit in 0..6_usize {
            let from = usize::try_from(after).unwrap_or_default();
            let due: Vec<_> = of_a.iter().skip(from).take(limit).cloned().collect();
            let got = read(store.read_stream(&stream("a")?, after, limit))?;
            ensure_eq!(got, due, format!("{limit} events of a stream after {after}"));
        }
    }
    ensure_eq!(
        read(store.read_all(u64::MAX, usize::MAX))?,
        [],
        "events after the greatest position"
    );
    ensure_eq!(
        read(store.read_stream(&stream("a")?, u64::MAX, usize::MAX))?,
        [],
        "after the greatest version"
    );
    ensure_eq!(read(store.read_all(0, usize::MAX))?, all, "everything at once");
    Ok(())
}

fn heads(store: &dyn Store) -> Result<(), String> {
    let mut append = Append::new(now());
    for (category, key, events) in [
        ("thing", "b", 2),
        ("thing", "B", 1),
        ("thing_line", "c", 1),
        ("thin", "d", 1),
        ("thing", "a.1", 3),
    ] {
        let stream = StreamId::new(category, key).map_err(|e| e.to_string())?;
        append
            .writes
            .push(StreamWrite::new(stream, Expected::NEW, vec![event("x"); events]));
    }
    append.writes.push(write("z", Expected::NEW, &[])?);
    done(store.append(&append), "five streams")?;
    let head = |key: &str, version| {
        Ok::<_, String>(StreamHead {
            stream: stream(key)?,
            version,
        })
    };
    let due = [head("B", 1)?, head("a.1", 3)?, head("b", 2)?];
    ensure_eq!(read(store.heads("thing", None, 10))?, due, "heads");
    ensure_eq!(
        read(store.heads("thing", None, 2))?,
        due.get(..2).unwrap_or_default(),
        "the first two"
    );
    ensure_eq!(
        read(store.heads("thing", Some("a.1"), 10))?,
        due.get(2..).unwrap_or_default(),
        "the rest"
    );
    ensure_eq!(
        read(store.heads("thing", Some("a"), 1))?,
        due.get(1..2).unwrap_or_default(),
        "after no key"
    );
    ensure_eq!(read(store.heads("thing", Some("b"), 10))?, [], "after the last");
    ensure_eq!(read(store.heads("other", None, 10))?, [], "another category");
    Ok(())
}

fn similar_names(store: &dyn Store) -> Result<(), String> {
    let keys = ["a", "A", "a_", "a.", "aa", "ax", "_", "1", "01", "1.0", "null"];
    let mut append = Append::new(now());
    for key in keys {
        append.writes.push(write(key, Expected::NEW, &[key])?);
    }
    let other = StreamId::new("thing_", "a").map_err(|e| e.to_string())?;
    append
        .writes
        .push(StreamWrite::new(other, Expected::NEW, vec![event("other")]));
    done(store.append(&append), "streams with similar names")?;
    for key in keys {
        ensure_eq!(
            payloads(store, key)?,
            [event(key).payload],
            format!("events of {key}")
        );
    }
    Ok(())
}

fn extreme_dates(store: &dyn Store) -> Result<(), String> {
    let finer = now()
        .checked_add_signed(TimeDelta::nanoseconds(999))
        .unwrap_or_default();
    let dates = [NaiveDate::MIN, NaiveDate::MAX, NaiveDate::default(), day()];
    let write = StreamWrite::new(
        stream("a")?,
        Expected::NEW,
        dates
            .iter()
            .map(|date| NewEvent {
                effective: *date,
                ..event("x")
            })
            .collect(),
    );
    let mut append = Append::new(finer);
    append.writes.push(write);
    done(store.append(&append), "the ends of the calendar")?;
    for moment in [
        DateTime::<Utc>::MIN_UTC,
        DateTime::<Utc>::MAX_UTC,
        DateTime::<Utc>::UNIX_EPOCH,
    ] {
        let mut append = Append::new(moment);
        append.writes.push(self::write("b", Expected::Any, &["x"])?);
        done(store.append(&append), "the ends of time")?;
    }
    let got: Vec<_> = read(store.read_stream(&stream("a")?, 0, 10))?
        .iter()
        .map(|e| e.effective)
        .collect();
    ensure_eq!(got, dates, "effective dates");
    let got: Vec<_> = read(store.read_all(3, 10))?
        .iter()
        .map(|e| e.recorded_at)
        .collect();
    let due = [
        now(),
        DateTime::<Utc>::MIN_UTC,
        Append::new(DateTime::<Utc>::MAX_UTC).recorded_at(),
    ];
    ensure_eq!(got.get(..3).unwrap_or_default(), due, "moments of recording");
    Ok(())
}

fn bulk(store: &dyn Store) -> Result<(), String> {
    let large = "x".repeat(1_000_000);
    let mut append = one("large", Expected::NEW, &[&large])?;
    for key in 0..1500_u32 {
        append
            .writes
            .push(write(&key.to_string(), Expected::NEW, &["1", "2"])?);
    }
    let (versions, position) = done(store.append(&append), "1501 streams")?;
    ensure_eq!(
        (versions.len(), position),
        (1501, Some(3001)),
        "versions and position"
    );
    ensure_eq!(
        payloads(store, "large")?,
        [event(&large).payload],
        "the large payload"
    );
    ensure_eq!(read(store.heads("thing", None, 10_000))?.len(), 1501, "streams");
    ensure_eq!(read(store.read_all(3000, 10))?.len(), 1, "events after 3000");
    Ok(())
}
