//! What holds when several handles write at the same time.

use super::fixture::{now, read, stream, write};
use super::{Broken, ensure, ensure_eq};
use crate::{Append, Appended, Expected, NumberClaim, Store, StoreError};

const WRITERS: u64 = 4;
const EACH: u64 = 25;

/// Runs the checks of several writers, each on a thread of its own. Each call of `open` opens the same storage, empty
/// at first, while the other handles stay open.
///
/// # Errors
/// Every promise that is broken.
pub fn check_concurrent<S: Store>(open: impl Fn() -> S + Sync) -> Result<(), Broken> {
    one_winner(&open).map_err(|what| Broken {
        promises: vec![("of two writers at one version, one succeeds", what)],
    })
}

/// Every writer adds events that hold the next number, and tries again on conflict.
fn one_winner<S: Store>(open: &(impl Fn() -> S + Sync)) -> Result<(), String> {
    let writers = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..WRITERS)
            .map(|_| scope.spawn(move || writer(&open())))
            .collect();
        threads
            .into_iter()
            .map(|t| t.join().unwrap_or_else(|_| Err("a writer panicked".into())))
            .collect()
    });
    let writers: Result<Vec<()>, String> = writers;
    writers?;
    let store = open();
    let due = WRITERS.saturating_mul(EACH);
    let events = read(store.read_stream(&stream("a")?, 0, usize::MAX))?;
    ensure_eq!(events.len() as u64, due, "events stored");
    ensure_eq!(read(store.last_number("n"))?, due, "last number");
    for (event, number) in events.iter().zip(1_u64..) {
        let held = super::fixture::event(&number.to_string()).payload;
        ensure!(
            event.version == number && event.payload == held,
            "event {number} has version {} and holds {}",
            event.version,
            event.payload
        );
    }
    let all = read(store.read_all(0, usize::MAX))?;
    ensure!(
        all.iter()
            .zip(1_u64..)
            .all(|(e, position)| e.position == position),
        "positions have a gap"
    );
    Ok(())
}

fn writer<S: Store>(store: &S) -> Result<(), String> {
    let mut written = 0;
    // Each round somebody wins; busy stores get some patience.
    for _ in 0..100_000_u32 {
        if written == EACH {
            return Ok(());
        }
        let number = read(store.last_number("n"))?.saturating_add(1);
        let events = read(store.read_stream(&stream("a")?, 0, usize::MAX))?;
        let version = events.len() as u64;
        let mut append = Append::new(now());
        append
            .writes
            .push(write("a", Expected::Exactly(version), &[&number.to_string()])?);
        append.claims.push(NumberClaim::one("n", number));
        match store.append(&append) {
            Ok(Appended::Stored { .. }) => written = written.saturating_add(1),
            Err(StoreError::Conflict { .. } | StoreError::NumberConflict { .. } | StoreError::Busy(_)) => {
                std::thread::yield_now();
            }
            other => return Err(format!("an append came to {other:?}")),
        }
    }
    Err(format!("a writer got {written} of {EACH} events through"))
}
