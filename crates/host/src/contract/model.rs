//! A naive model of a store, and random operations that must come to the same on both.

use super::fixture::{event, message, now, record, stream};
use super::{ensure, ensure_eq};
use crate::{
    Append, Appended, Expected, IdempotencyRecord, NumberClaim, Store, StoreError, StreamId, StreamWrite,
};

/// Runs the operations that the bytes stand for on an empty store and on a naive model of it. Every byte string is a
/// legal script; bytes that are missing count as zero.
///
/// # Errors
/// The first difference.
pub fn run_script<S: Store + ?Sized>(store: &S, script: &[u8]) -> Result<(), String> {
    let mut bytes = script.iter().copied();
    let mut model = Model::default();
    for number in 0_u32.. {
        let Some(operation) = bytes.next() else { break };
        if operation % 8 == 7 {
            // A relay delivers the first message that waits, or one that does not exist.
            let id = model.waiting.first().map_or(u64::from(operation), |(id, _)| *id);
            model.waiting.retain(|(waiting, _)| *waiting != id);
            store
                .mark_delivered(id)
                .map_err(|e| format!("mark_delivered({id}) failed: {e}"))?;
        } else {
            let append = model.append_from(number, &mut || bytes.next().unwrap_or(0))?;
            let due = model.append(&append);
            let got = store.append(&append);
            ensure!(
                got == due,
                "operation {number}: got {got:?}, due {due:?}, for {append:?}"
            );
        }
        model
            .agrees(store)
            .map_err(|what| format!("after operation {number}: {what}"))?;
    }
    Ok(())
}

/// Lists that are searched from end to end: too slow for use, too simple to be wrong.
#[derive(Default)]
struct Model {
    events: Vec<(StreamId, String)>,
    numbers: Vec<(String, u64)>,
    records: Vec<IdempotencyRecord>,
    /// Messages by id; the store chooses the ids, the model checks that they grow.
    waiting: Vec<(u64, String)>,
    last_message: u64,
    /// Messages of the last append, whose ids are not known yet.
    unnumbered: Vec<String>,
}

const STREAMS: [&str; 4] = ["a", "b", "B", "c"];
const SEQUENCES: [&str; 2] = ["n", "m"];

impl Model {
    fn version(&self, stream: &StreamId) -> u64 {
        self.events.iter().filter(|(of, _)| of == stream).count() as u64
    }

    fn last_number(&self, sequence: &str) -> u64 {
        self.numbers
            .iter()
            .filter(|(of, _)| of == sequence)
            .map(|(_, count)| count)
            .sum()
    }

    fn append_from(&self, number: u32, byte: &mut impl FnMut() -> u8) -> Result<Append, String> {
        let mut append = Append::new(now());
        for at in 0..byte() % 4 {
            let choice = byte();
            let stream = stream(STREAMS.get(usize::from(choice % 4)).unwrap_or(&"a"))?;
            let before: usize = append
                .writes
                .iter()
                .filter(|w| w.stream == stream)
                .map(|w| w.events.len())
                .sum();
            let version = self.version(&stream).saturating_add(before as u64);
            let expected = match choice / 4 % 16 {
                0 => Expected::NEW,
                1 => Expected::Exactly(version.saturating_add(1)),
                2 => Expected::Exactly(version.saturating_sub(1)),
                3..7 => Expected::Any,
                _ => Expected::Exactly(version),
            };
            let events = (0..byte() % 3)
                .map(|i| event(&format!("{number}.{at}.{i}")))
                .collect();
            append.writes.push(StreamWrite::new(stream, expected, events));
        }
        for at in 0..byte() % 3 {
            append.outbox.push(message(&format!("{number}.{at}")));
        }
        for _ in 0..byte() % 3 {
            let choice = byte();
            let sequence = (*SEQUENCES.get(usize::from(choice % 2)).unwrap_or(&"n")).to_owned();
            let before: u64 = append
                .claims
                .iter()
                .filter(|c| c.sequence == sequence)
                .map(|c| c.count)
                .sum();
            let next = self
                .last_number(&sequence)
                .saturating_add(before)
                .saturating_add(1);
            let first = if choice & 0b1110 == 0 {
                next.saturating_add(1)
            } else {
                next
            };
            append.claims.push(NumberClaim {
                sequence,
                first,
                count: u64::from(choice / 16 % 4),
            });
        }
        let choice = byte();
        if choice % 2 == 1 {
            let key = format!("k{}", choice / 2 % 16);
            let fingerprint = if choice >= 224 { "other" } else { "f" };
            append.idempotency = Some(record(&key, fingerprint, &number.to_string()));
        }
        Ok(append)
    }

    /// What the append comes to.
    fn append(&mut self, append: &Append) -> Result<Appended, StoreError> {
        self.unnumbered.clear();
        if let Some(record) = &append.idempotency
            && let Some(known) = self.records.iter().find(|known| known.key == record.key)
        {
            return if known.fingerprint == record.fingerprint {
                Ok(Appended::Replayed {
                    result: known.result.clone(),
                })
            } else {
                Err(StoreError::KeyReused {
                    key: record.key.clone(),
                })
            };
        }
        let (events, numbers) = (self.events.len(), self.numbers.len());
        let outcome = self.apply(append);
        if outcome.is_ok() {
            self.unnumbered
                .extend(append.outbox.iter().map(|m| m.payload.clone()));
            self.records.extend(append.idempotency.clone());
        } else {
            self.events.truncate(events);
            self.numbers.truncate(numbers);
        }
        outcome
    }

    fn apply(&mut self, append: &Append) -> Result<Appended, StoreError> {
        let mut versions = Vec::new();
        let mut position = None;
        for write in &append.writes {
            let actual = self.version(&write.stream);
            if !write.expected.admits(actual) {
                let (stream, expected) = (write.stream.clone(), write.expected);
                return Err(StoreError::Conflict {
                    stream,
                    expected,
                    actual,
                });
            }
            for new in &write.events {
                self.events.push((write.stream.clone(), new.payload.clone()));
                position = Some(self.events.len() as u64);
            }
            versions.push(self.version(&write.stream));
        }
        for claim in &append.claims {
            let last = self.last_number(&claim.sequence);
            if last.checked_add(1) != Some(claim.first) {
                let (sequence, claimed) = (claim.sequence.clone(), claim.first);
                return Err(StoreError::NumberConflict {
                    sequence,
                    claimed,
                    last,
                });
            }
            self.numbers.push((claim.sequence.clone(), claim.count));
        }
        Ok(Appended::Stored { versions, position })
    }

    /// That every read gives what the model holds.
    fn agrees<S: Store + ?Sized>(&mut self, store: &S) -> Result<(), String> {
        let failed = |e: StoreError| format!("a read failed: {e}");
        let all = store.read_all(0, usize::MAX).map_err(failed)?;
        let got: Vec<_> = all
            .iter()
            .map(|e| (e.stream.clone(), e.payload.clone()))
            .collect();
        ensure_eq!(got, self.events, "all events");
        ensure!(
            all.iter().zip(1..).all(|(e, position)| e.position == position),
            "positions have a gap"
        );
        for key in STREAMS {
            let stream = stream(key)?;
            let got = store.read_stream(&stream, 0, usize::MAX).map_err(failed)?;
            let due: Vec<_> = all.iter().filter(|e| e.stream == stream).cloned().collect();
            ensure_eq!(got, due, format!("events of {key}"));
            ensure!(
                got.iter().zip(1..).all(|(e, version)| e.version == version),
                "versions have a gap"
            );
        }
        for sequence in SEQUENCES {
            let got = store.last_number(sequence).map_err(failed)?;
            ensure_eq!(
                got,
                self.last_number(sequence),
                format!("last number of {sequence}")
            );
        }
        for number in 0..16 {
            let key = format!("k{number}");
            let due = self.records.iter().find(|known| known.key == key).cloned();
            ensure_eq!(
                store.idempotency(&key).map_err(failed)?,
                due,
                format!("record of {key}")
            );
        }
        let waiting = store.pending(usize::MAX).map_err(failed)?;
        for (message, text) in waiting
            .iter()
            .skip(self.waiting.len())
            .zip(std::mem::take(&mut self.unnumbered))
        {
            ensure!(
                message.id > self.last_message,
                "message id {} came again",
                message.id
            );
            self.last_message = message.id;
            self.waiting.push((message.id, text));
        }
        let got: Vec<_> = waiting.iter().map(|m| (m.id, m.payload.clone())).collect();
        ensure_eq!(got, self.waiting, "messages that wait");
        Ok(())
    }
}
