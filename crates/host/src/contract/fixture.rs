//! What the checks write, and how they read the answers.

use chrono::{DateTime, NaiveDate, Utc};

use super::ensure_eq;
use crate::{
    Append, Appended, Expected, IdempotencyRecord, NewEvent, NewMessage, Store, StoreError, StreamId,
    StreamWrite,
};

pub(super) fn now() -> DateTime<Utc> {
    // 2026-02-03 04:05:06.000007
    DateTime::from_timestamp(1_770_091_506, 7_000).unwrap_or_default()
}

pub(super) fn day() -> NaiveDate {
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
pub(super) fn one(key: &str, expected: Expected, events: &[&str]) -> Result<Append, String> {
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
pub(super) fn payloads(store: &dyn Store, key: &str) -> Result<Vec<String>, String> {
    let events = read(store.read_stream(&stream(key)?, 0, 1000))?;
    Ok(events.into_iter().map(|e| e.payload).collect())
}

/// That nothing is stored beyond `events` events.
pub(super) fn nothing_else(store: &dyn Store, events: usize) -> Result<(), String> {
    ensure_eq!(read(store.read_all(0, 1000))?.len(), events, "events stored");
    ensure_eq!(read(store.pending(10))?, [], "messages stored");
    ensure_eq!(read(store.idempotency("k"))?, None, "record of key k");
    ensure_eq!(read(store.last_number("n"))?, 0, "last number of n");
    Ok(())
}

pub(super) fn conflict(
    key: &str,
    expected: Expected,
    actual: u64,
) -> Result<Result<Appended, StoreError>, String> {
    Ok(Err(StoreError::Conflict {
        stream: stream(key)?,
        expected,
        actual,
    }))
}
