//! What is kept when a store is closed and opened again.

use super::fixture::{done, message, now, read, record, stream, write};
use super::{Broken, ensure, ensure_eq};
use crate::{Append, Appended, Expected, NumberClaim, Store, StoreError};

/// Runs the checks of a store that keeps. Each call of `open` opens the same storage, empty at first; the handle
/// before is dropped.
///
/// # Errors
/// Every promise that is broken.
pub fn check_reopened<S: Store>(open: impl FnMut() -> S) -> Result<(), Broken> {
    kept(open).map_err(|what| Broken {
        promises: vec![("what was appended is kept", what)],
    })
}

fn kept<S: Store>(mut open: impl FnMut() -> S) -> Result<(), String> {
    let mut append = Append::new(now());
    append.writes.push(write("a", Expected::NEW, &["1", "2"])?);
    append.writes.push(write("b", Expected::NEW, &["3"])?);
    append.outbox = vec![message("m1"), message("m2")];
    append.claims = vec![NumberClaim {
        sequence: "n".into(),
        first: 1,
        count: 3,
    }];
    append.idempotency = Some(record("k", "f", "answer"));
    let store = open();
    done(store.append(&append), "an append")?;
    let all = read(store.read_all(0, 100))?;
    let waiting = read(store.pending(100))?;
    let heads = read(store.heads("thing", None, 100))?;
    ensure_eq!(
        (all.len(), waiting.len(), heads.len()),
        (3, 2, 2),
        "events, messages and streams"
    );
    drop(store);

    let store = open();
    ensure_eq!(read(store.read_all(0, 100))?, all, "events");
    ensure_eq!(read(store.pending(100))?, waiting, "messages");
    ensure_eq!(read(store.heads("thing", None, 100))?, heads, "heads");
    ensure_eq!(read(store.last_number("n"))?, 3, "last number");
    ensure_eq!(read(store.idempotency("k"))?, append.idempotency, "record");
    let replayed = Ok(Appended::Replayed {
        result: "answer".into(),
    });
    ensure_eq!(store.append(&append), replayed, "a repetition");
    for message in &waiting {
        store.mark_delivered(message.id).map_err(|e| e.to_string())?;
    }
    drop(store);

    // Nothing waits any more; everything goes on where it stood.
    let store = open();
    ensure_eq!(read(store.pending(100))?, [], "messages that were delivered");
    let mut stale = Append::new(now());
    stale.writes.push(write("a", Expected::Exactly(1), &["x"])?);
    let (expected, actual) = (Expected::Exactly(1), 2);
    ensure_eq!(
        store.append(&stale),
        Err(StoreError::Conflict {
            stream: stream("a")?,
            expected,
            actual
        }),
        "stale"
    );
    let mut next = Append::new(now());
    next.writes.push(write("a", Expected::Exactly(2), &["4"])?);
    next.outbox = vec![message("m3")];
    next.claims = vec![NumberClaim::one("n", 4)];
    ensure_eq!(
        done(store.append(&next), "the next append")?,
        (vec![3], Some(4)),
        "version and position"
    );
    drop(store);

    let store = open();
    ensure_eq!(read(store.read_all(3, 100))?.len(), 1, "events after the third");
    let last = waiting.last().map_or(0, |message| message.id);
    let now_waiting = read(store.pending(100))?;
    ensure!(
        matches!(now_waiting.as_slice(), [message] if message.id > last),
        "the id of a delivered message came again, or the message is lost: {now_waiting:?}"
    );
    Ok(())
}
