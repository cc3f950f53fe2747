//! What an append checks, and what it leaves behind.

use super::fixture::{
    conflict, done, event, message, nothing_else, now, one, payloads, read, record, stream, write,
};
use super::{ensure, ensure_eq};
use crate::{Append, Appended, Expected, NumberClaim, Store, StoreError};

pub(super) fn expected_versions(store: &dyn Store) -> Result<(), String> {
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

pub(super) fn empty_writes(store: &dyn Store) -> Result<(), String> {
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

pub(super) fn same_stream_twice(store: &dyn Store) -> Result<(), String> {
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

pub(super) fn atomic(store: &dyn Store) -> Result<(), String> {
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

pub(super) fn order_of_checks(store: &dyn Store) -> Result<(), String> {
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

pub(super) fn keys(store: &dyn Store) -> Result<(), String> {
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

pub(super) fn repetition(store: &dyn Store) -> Result<(), String> {
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

pub(super) fn reused_key(store: &dyn Store) -> Result<(), String> {
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

pub(super) fn refused_key(store: &dyn Store) -> Result<(), String> {
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

pub(super) fn numbers(store: &dyn Store) -> Result<(), String> {
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
