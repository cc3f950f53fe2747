//! The contract suite catches every store that breaks a promise: each test breaks one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::type_complexity,
    missing_docs
)]

use std::cell::Cell;

use l2c_host::contract::{Broken, check, check_concurrent, check_reopened};
use l2c_host::*;

/// A memory store in which single calls can be replaced.
#[derive(Default)]
struct Hooked {
    store: MemoryStore,
    append: Option<fn(&MemoryStore, &Append) -> Result<Appended, StoreError>>,
    read_stream: Option<fn(&MemoryStore, &StreamId, u64, usize) -> Vec<Envelope>>,
    read_all: Option<fn(&MemoryStore, u64, usize) -> Vec<Envelope>>,
    heads: Option<fn(&MemoryStore, &str, Option<&str>, usize) -> Vec<StreamHead>>,
    pending: Option<fn(&MemoryStore, usize) -> Vec<OutboxMessage>>,
    last_number: Option<fn(&MemoryStore, &str) -> u64>,
    never_delivers: bool,
}

impl Store for Hooked {
    fn append(&self, append: &Append) -> Result<Appended, StoreError> {
        self.append
            .map_or_else(|| self.store.append(append), |hook| hook(&self.store, append))
    }
    fn read_stream(&self, stream: &StreamId, after: u64, limit: usize) -> Result<Vec<Envelope>, StoreError> {
        let plain = || self.store.read_stream(stream, after, limit);
        self.read_stream
            .map_or_else(plain, |hook| Ok(hook(&self.store, stream, after, limit)))
    }
    fn read_all(&self, after: u64, limit: usize) -> Result<Vec<Envelope>, StoreError> {
        let plain = || self.store.read_all(after, limit);
        self.read_all
            .map_or_else(plain, |hook| Ok(hook(&self.store, after, limit)))
    }
    fn heads(
        &self,
        category: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StreamHead>, StoreError> {
        let plain = || self.store.heads(category, after, limit);
        self.heads
            .map_or_else(plain, |hook| Ok(hook(&self.store, category, after, limit)))
    }
    fn idempotency(&self, key: &str) -> Result<Option<IdempotencyRecord>, StoreError> {
        self.store.idempotency(key)
    }
    fn last_number(&self, sequence: &str) -> Result<u64, StoreError> {
        let plain = || self.store.last_number(sequence);
        self.last_number
            .map_or_else(plain, |hook| Ok(hook(&self.store, sequence)))
    }
    fn pending(&self, limit: usize) -> Result<Vec<OutboxMessage>, StoreError> {
        let plain = || self.store.pending(limit);
        self.pending
            .map_or_else(plain, |hook| Ok(hook(&self.store, limit)))
    }
    fn mark_delivered(&self, id: u64) -> Result<(), StoreError> {
        if self.never_delivers {
            Ok(())
        } else {
            self.store.mark_delivered(id)
        }
    }
}

fn appending(hook: fn(&MemoryStore, &Append) -> Result<Appended, StoreError>) -> Result<(), Broken> {
    check(|| Hooked {
        append: Some(hook),
        ..Hooked::default()
    })
}

/// That the suite names a check among those that fail.
#[track_caller]
fn caught_by(result: Result<(), Broken>, name: &str) {
    let broken = result.expect_err("the suite lets a broken store through");
    assert!(
        broken.promises.iter().any(|(check, _)| *check == name),
        "caught otherwise: {broken}"
    );
}

#[test]
fn the_hooks_alone_break_nothing() {
    check(Hooked::default).unwrap();
    appending(|store, append| store.append(append)).unwrap();
}

#[test]
fn an_append_that_is_not_atomic() {
    let broken = appending(|store, append| {
        let mut versions = Vec::new();
        let mut position = None;
        for write in &append.writes {
            let mut part = Append::new(append.recorded_at());
            part.writes.push(write.clone());
            if let Appended::Stored {
                versions: v,
                position: p,
            } = store.append(&part)?
            {
                versions.extend(v);
                position = p.or(position);
            }
        }
        let mut rest = append.clone();
        rest.writes.clear();
        store.append(&rest)?;
        Ok(Appended::Stored { versions, position })
    });
    caught_by(broken, "a refused append leaves nothing behind");
}

#[test]
fn an_outbox_that_is_stored_first() {
    let broken = appending(|store, append| {
        let mut first = Append::new(append.recorded_at());
        first.outbox.clone_from(&append.outbox);
        store.append(&first)?;
        let mut rest = append.clone();
        rest.outbox.clear();
        store.append(&rest)
    });
    caught_by(broken, "a refused append leaves nothing behind");
}

#[test]
fn an_expected_version_that_is_ignored() {
    let broken = appending(|store, append| {
        let mut loose = append.clone();
        loose
            .writes
            .iter_mut()
            .for_each(|write| write.expected = Expected::Any);
        store.append(&loose)
    });
    caught_by(broken, "a wrong expected version conflicts");
}

#[test]
fn a_version_that_may_be_ahead() {
    let broken = appending(|store, append| match store.append(append) {
        Err(StoreError::Conflict {
            expected: Expected::Exactly(expected),
            actual,
            ..
        }) if expected > actual => {
            let mut loose = append.clone();
            loose
                .writes
                .iter_mut()
                .for_each(|write| write.expected = Expected::Any);
            store.append(&loose)
        }
        other => other,
    });
    caught_by(broken, "a wrong expected version conflicts");
}

#[test]
fn a_write_without_events_that_is_not_checked() {
    let broken = appending(|store, append| {
        let mut loose = append.clone();
        let unchecked = loose.writes.iter_mut().filter(|write| write.events.is_empty());
        unchecked.for_each(|write| write.expected = Expected::Any);
        store.append(&loose)
    });
    caught_by(broken, "a write without events checks its version");
}

#[test]
fn a_conflict_that_names_another_version() {
    let broken = appending(|store, append| {
        store.append(append).map_err(|error| match error {
            StoreError::Conflict { stream, expected, .. } => StoreError::Conflict {
                stream,
                expected,
                actual: 0,
            },
            other => other,
        })
    });
    caught_by(broken, "a wrong expected version conflicts");
}

#[test]
fn a_key_that_a_noop_loses() {
    let broken = appending(|store, append| {
        let mut lossy = append.clone();
        if lossy.writes.iter().all(|write| write.events.is_empty()) {
            lossy.idempotency = None;
        }
        store.append(&lossy)
    });
    caught_by(broken, "a key is kept, also by a no-op");
}

#[test]
fn a_key_that_a_refusal_uses_up() {
    let broken = appending(|store, append| {
        let result = store.append(append);
        if result.as_ref().is_err_and(StoreError::is_conflict) {
            let mut key = Append::new(append.recorded_at());
            key.idempotency.clone_from(&append.idempotency);
            store.append(&key)?;
        }
        result
    });
    caught_by(broken, "a refused append does not use up its key");
}

#[test]
fn a_key_that_is_replayed_for_another_request() {
    let broken = appending(|store, append| match store.append(append) {
        Err(StoreError::KeyReused { key }) => Ok(Appended::Replayed {
            result: store.idempotency(&key)?.unwrap().result,
        }),
        other => other,
    });
    caught_by(broken, "a key with another fingerprint is an error");
}

#[test]
fn a_key_that_is_checked_last() {
    let broken = appending(|store, append| {
        let mut dry = append.clone();
        dry.idempotency = None;
        let conflicts = dry.writes.iter().find_map(|write| {
            let actual = store.read_stream(&write.stream, 0, usize::MAX).unwrap().len() as u64;
            let conflict = !write.expected.admits(actual) && append.writes.len() == 1;
            let (stream, expected) = (write.stream.clone(), write.expected);
            conflict.then_some(StoreError::Conflict {
                stream,
                expected,
                actual,
            })
        });
        conflicts.map_or_else(|| store.append(append), Err)
    });
    caught_by(broken, "the first check that fails is the error");
}

#[test]
fn a_repetition_that_tells_the_outside_again() {
    let broken = appending(|store, append| {
        let result = store.append(append)?;
        if matches!(result, Appended::Replayed { .. }) {
            let mut again = Append::new(append.recorded_at());
            again.outbox.clone_from(&append.outbox);
            store.append(&again)?;
        }
        Ok(result)
    });
    caught_by(broken, "a repetition writes nothing");
}

#[test]
fn numbers_that_a_failed_posting_loses() {
    let broken = appending(|store, append| {
        let result = store.append(append);
        if matches!(result, Err(StoreError::Conflict { .. })) {
            let mut burnt = Append::new(append.recorded_at());
            burnt.claims.clone_from(&append.claims);
            let _ = store.append(&burnt);
        }
        result
    });
    caught_by(broken, "numbers have no gap and no duplicate");
}

#[test]
fn numbers_that_may_leave_a_gap() {
    let broken = appending(|store, append| {
        let mut loose = append.clone();
        for claim in &mut loose.claims {
            let next = store.last_number(&claim.sequence)? + 1;
            claim.count = (claim.first + claim.count).saturating_sub(next);
            claim.first = next;
        }
        store.append(&loose)
    });
    caught_by(broken, "numbers have no gap and no duplicate");
}

#[test]
fn numbers_that_wrap() {
    let broken = appending(|store, append| match append.claims.as_slice() {
        [claim] if claim.count == u64::MAX => Ok(Appended::Stored {
            versions: vec![],
            position: None,
        }),
        _ => store.append(append),
    });
    caught_by(broken, "numbers have no gap and no duplicate");
}

#[test]
fn a_message_that_is_stored_twice() {
    let broken = appending(|store, append| {
        let mut twice = append.clone();
        twice.outbox.extend(append.outbox.iter().cloned());
        store.append(&twice)
    });
    caught_by(broken, "messages wait until they are marked, in order");
}

#[test]
fn a_message_that_never_counts_as_delivered() {
    let broken = check(|| Hooked {
        never_delivers: true,
        ..Hooked::default()
    });
    caught_by(broken, "messages wait until they are marked, in order");
}

#[test]
fn messages_in_another_order() {
    let broken = check(|| Hooked {
        pending: Some(|store, limit| {
            let mut messages = store.pending(usize::MAX).unwrap();
            messages.reverse();
            messages.truncate(limit);
            messages
        }),
        ..Hooked::default()
    });
    caught_by(broken, "messages wait until they are marked, in order");
}

#[test]
fn message_ids_that_come_again() {
    // Numbered by what waits now.
    let broken = check(|| Hooked {
        pending: Some(|store, limit| {
            let mut messages = store.pending(limit).unwrap();
            messages
                .iter_mut()
                .zip(1..)
                .for_each(|(message, id)| message.id = id);
            messages
        }),
        ..Hooked::default()
    });
    caught_by(broken, "messages wait until they are marked, in order");
}

#[test]
fn a_stream_that_is_read_backwards() {
    let broken = check(|| Hooked {
        read_stream: Some(|store, stream, after, limit| {
            let mut events = store.read_stream(stream, after, limit).unwrap();
            events.reverse();
            events
        }),
        ..Hooked::default()
    });
    caught_by(broken, "versions and positions count without a gap");
}

#[test]
fn all_events_sorted_by_stream() {
    let broken = check(|| Hooked {
        read_all: Some(|store, after, limit| {
            let mut events = store.read_all(after, limit).unwrap();
            events.sort_by(|a, b| (&a.stream, a.version).cmp(&(&b.stream, b.version)));
            events
        }),
        ..Hooked::default()
    });
    caught_by(broken, "versions and positions count without a gap");
}

#[test]
fn a_page_that_repeats_the_last_event() {
    let broken = check(|| Hooked {
        read_all: Some(|store, after, limit| store.read_all(after.saturating_sub(1), limit).unwrap()),
        ..Hooked::default()
    });
    caught_by(broken, "reads stop at the limit and go on after it");
}

#[test]
fn a_page_of_a_stream_that_is_too_long() {
    let broken = check(|| Hooked {
        read_stream: Some(|store, stream, after, limit| {
            store.read_stream(stream, after, limit.saturating_add(1)).unwrap()
        }),
        ..Hooked::default()
    });
    caught_by(broken, "reads stop at the limit and go on after it");
}

#[test]
fn heads_of_categories_with_the_same_beginning() {
    let broken = check(|| Hooked {
        heads: Some(|store, category, after, limit| {
            let longer = format!("{category}_line");
            let mut heads = store.heads(category, after, limit).unwrap();
            heads.extend(store.heads(&longer, after, limit).unwrap());
            heads
        }),
        ..Hooked::default()
    });
    caught_by(broken, "heads are those of one category, sorted by key");
}

#[test]
fn names_without_regard_to_case() {
    let broken = appending(|store, append| {
        let mut folded = append.clone();
        for write in &mut folded.writes {
            write.stream = StreamId::new(
                write.stream.category().to_owned(),
                &write.stream.key().to_lowercase(),
            )
            .unwrap();
            write.expected = Expected::Any;
        }
        store.append(&folded)
    });
    caught_by(broken, "names differ by every letter");
}

#[test]
fn payloads_that_are_parsed_and_written_again() {
    let broken = appending(|store, append| {
        let mut again = append.clone();
        for event in again.writes.iter_mut().flat_map(|write| &mut write.events) {
            let value: serde_json::Value = serde_json::from_str(&event.payload).unwrap();
            event.payload = value.to_string();
        }
        store.append(&again)
    });
    caught_by(broken, "events come back as they were handed in");
}

#[test]
fn metadata_that_is_forgotten() {
    let broken = appending(|store, append| {
        let mut bare = append.clone();
        bare.writes
            .iter_mut()
            .for_each(|write| write.metadata = Metadata::default());
        store.append(&bare)
    });
    caught_by(broken, "events come back as they were handed in");
}

#[test]
fn moments_to_the_second() {
    let broken = appending(|store, append| {
        let mut coarse = Append::new(DateTime::from_timestamp(append.recorded_at().timestamp(), 0).unwrap());
        coarse.writes.clone_from(&append.writes);
        coarse.outbox.clone_from(&append.outbox);
        coarse.claims.clone_from(&append.claims);
        coarse.idempotency.clone_from(&append.idempotency);
        store.append(&coarse)
    });
    caught_by(broken, "events come back as they were handed in");
}

#[test]
fn dates_of_four_digits() {
    let broken = appending(|store, append| {
        let mut cut = append.clone();
        let last = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap();
        for event in cut.writes.iter_mut().flat_map(|write| &mut write.events) {
            event.effective = event.effective.min(last);
        }
        store.append(&cut)
    });
    caught_by(broken, "dates and times keep their ends");
}

#[test]
fn an_append_of_a_thousand_streams_at_most() {
    let broken = appending(|store, append| {
        if append.writes.len() > 1000 {
            return Err(StoreError::Failed("too many".into()));
        }
        store.append(append)
    });
    caught_by(broken, "many streams and large payloads fit in one append");
}

#[test]
fn a_number_that_is_read_late() {
    let broken = check(|| Hooked {
        last_number: Some(|store, sequence| store.last_number(sequence).unwrap().saturating_sub(1)),
        ..Hooked::default()
    });
    caught_by(broken, "numbers have no gap and no duplicate");
}

#[test]
fn a_store_that_forgets() {
    caught_by(check_reopened(MemoryStore::new), "what was appended is kept");
}

#[test]
fn a_store_that_forgets_its_outbox() {
    let kept = MemoryStore::new();
    let opened = Cell::new(0);
    let broken = check_reopened(|| {
        opened.set(opened.get() + 1);
        if opened.get() > 1 {
            for message in kept.pending(100).unwrap() {
                kept.mark_delivered(message.id).unwrap();
            }
        }
        kept.clone()
    });
    caught_by(broken, "what was appended is kept");
}

#[test]
fn a_version_that_is_checked_before_the_lock() {
    let shared = MemoryStore::new();
    let broken = check_concurrent(|| Hooked {
        store: shared.clone(),
        append: Some(|store, append| {
            let mut loose = append.clone();
            for write in &mut loose.writes {
                let actual = store.read_stream(&write.stream, 0, usize::MAX)?.len() as u64;
                if !write.expected.admits(actual) {
                    let (stream, expected) = (write.stream.clone(), write.expected);
                    return Err(StoreError::Conflict {
                        stream,
                        expected,
                        actual,
                    });
                }
                write.expected = Expected::Any;
            }
            loose.claims.clear();
            std::thread::sleep(std::time::Duration::from_millis(1));
            store.append(&loose)
        }),
        ..Hooked::default()
    });
    caught_by(broken, "of two writers at one version, one succeeds");
}
