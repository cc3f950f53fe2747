//! What reads give after appends.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::fixture::{day, done, event, message, nothing_else, now, one, payloads, read, stream, write};
use super::{ensure, ensure_eq};
use crate::{Append, Expected, Metadata, NewEvent, NewMessage, Store, StreamHead, StreamId, StreamWrite};

pub(super) fn empty(store: &dyn Store) -> Result<(), String> {
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

pub(super) fn round_trip(store: &dyn Store) -> Result<(), String> {
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
    append
        .writes
        .push(super::fixture::write("b", Expected::NEW, &["plain"])?);
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

pub(super) fn versions_and_positions(store: &dyn Store) -> Result<(), String> {
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

pub(super) fn outbox(store: &dyn Store) -> Result<(), String> {
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

pub(super) fn paging(store: &dyn Store) -> Result<(), String> {
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

pub(super) fn heads(store: &dyn Store) -> Result<(), String> {
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

pub(super) fn similar_names(store: &dyn Store) -> Result<(), String> {
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

pub(super) fn extreme_dates(store: &dyn Store) -> Result<(), String> {
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
        append
            .writes
            .push(super::fixture::write("b", Expected::Any, &["x"])?);
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

pub(super) fn bulk(store: &dyn Store) -> Result<(), String> {
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
