//! The reference store: everything in memory, as simple as the promises allow.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{
    Append, Appended, Envelope, IdempotencyRecord, OutboxMessage, Store, StoreError, StreamHead, StreamId,
};

/// A store in memory. Clones share what is stored, so that a clone is a second handle.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    /// All events in order of position; the position is the index + 1.
    events: Vec<Envelope>,
    /// The positions of each stream's events; the version is the index + 1.
    streams: BTreeMap<StreamId, Vec<u64>>,
    numbers: BTreeMap<String, u64>,
    keys: BTreeMap<String, IdempotencyRecord>,
    pending: BTreeMap<u64, OutboxMessage>,
    last_message: u64,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing is changed before everything is checked, so that a panic elsewhere leaves no half append behind.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn version(&self, stream: &StreamId) -> u64 {
        self.streams
            .get(stream)
            .map_or(0, |positions| positions.len() as u64)
    }

    /// The versions after each write, if the writes may be done.
    fn check_writes(&self, append: &Append) -> Result<Vec<u64>, StoreError> {
        let mut moved: BTreeMap<&StreamId, u64> = BTreeMap::new();
        let mut versions = Vec::with_capacity(append.writes.len());
        for write in &append.writes {
            let version = moved
                .entry(&write.stream)
                .or_insert_with(|| self.version(&write.stream));
            if !write.expected.admits(*version) {
                return Err(StoreError::Conflict {
                    stream: write.stream.clone(),
                    expected: write.expected,
                    actual: *version,
                });
            }
            *version = version.saturating_add(write.events.len() as u64);
            versions.push(*version);
        }
        Ok(versions)
    }

    /// The last number of each claimed sequence afterwards, if the claims may be granted.
    fn check_claims(&self, append: &Append) -> Result<BTreeMap<String, u64>, StoreError> {
        let mut numbers = BTreeMap::new();
        for claim in &append.claims {
            let last = numbers
                .entry(claim.sequence.clone())
                .or_insert_with(|| self.numbers.get(&claim.sequence).copied().unwrap_or(0));
            let end = last.checked_add(claim.count);
            match end {
                Some(end) if last.checked_add(1) == Some(claim.first) => *last = end,
                _ => {
                    return Err(StoreError::NumberConflict {
                        sequence: claim.sequence.clone(),
                        claimed: claim.first,
                        last: *last,
                    });
                }
            }
        }
        Ok(numbers)
    }

    fn store(&mut self, append: &Append) -> Option<u64> {
        let mut last = None;
        for write in &append.writes {
            if write.events.is_empty() {
                continue;
            }
            let positions = self.streams.entry(write.stream.clone()).or_default();
            for event in &write.events {
                let position = (self.events.len() as u64).saturating_add(1);
                positions.push(position);
                self.events.push(Envelope {
                    stream: write.stream.clone(),
                    version: positions.len() as u64,
                    position,
                    name: event.name.clone(),
                    schema_version: event.schema_version,
                    effective: event.effective,
                    recorded_at: append.recorded_at(),
                    metadata: write.metadata.clone(),
                    payload: event.payload.clone(),
                });
                last = Some(position);
            }
        }
        for message in &append.outbox {
            self.last_message = self.last_message.saturating_add(1);
            let message = OutboxMessage {
                id: self.last_message,
                topic: message.topic.clone(),
                payload: message.payload.clone(),
                recorded_at: append.recorded_at(),
            };
            self.pending.insert(message.id, message);
        }
        if let Some(record) = &append.idempotency {
            self.keys.insert(record.key.clone(), record.clone());
        }
        last
    }
}

impl Store for MemoryStore {
    fn append(&self, append: &Append) -> Result<Appended, StoreError> {
        let mut inner = self.lock();
        if let Some(record) = &append.idempotency
            && let Some(known) = inner.keys.get(&record.key)
        {
            if known.fingerprint != record.fingerprint {
                return Err(StoreError::KeyReused {
                    key: record.key.clone(),
                });
            }
            return Ok(Appended::Replayed {
                result: known.result.clone(),
            });
        }
        let versions = inner.check_writes(append)?;
        let numbers = inner.check_claims(append)?;
        let position = inner.store(append);
        inner.numbers.extend(numbers);
        Ok(Appended::Stored { versions, position })
    }

    fn read_stream(&self, stream: &StreamId, after: u64, limit: usize) -> Result<Vec<Envelope>, StoreError> {
        let inner = self.lock();
        let positions = inner.streams.get(stream).map_or(&[][..], Vec::as_slice);
        Ok(positions
            .iter()
            .skip(index(after))
            .take(limit)
            .filter_map(|position| inner.events.get(index(position.saturating_sub(1))))
            .cloned()
            .collect())
    }

    fn read_all(&self, after: u64, limit: usize) -> Result<Vec<Envelope>, StoreError> {
        Ok(self
            .lock()
            .events
            .iter()
            .skip(index(after))
            .take(limit)
            .cloned()
            .collect())
    }

    fn heads(
        &self,
        category: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StreamHead>, StoreError> {
        let inner = self.lock();
        Ok(inner
            .streams
            .iter()
            .filter(|(stream, _)| stream.category() == category && after.is_none_or(|key| stream.key() > key))
            .take(limit)
            .map(|(stream, positions)| StreamHead {
                stream: stream.clone(),
                version: positions.len() as u64,
            })
            .collect())
    }

    fn idempotency(&self, key: &str) -> Result<Option<IdempotencyRecord>, StoreError> {
        Ok(self.lock().keys.get(key).cloned())
    }

    fn last_number(&self, sequence: &str) -> Result<u64, StoreError> {
        Ok(self.lock().numbers.get(sequence).copied().unwrap_or(0))
    }

    fn pending(&self, limit: usize) -> Result<Vec<OutboxMessage>, StoreError> {
        Ok(self.lock().pending.values().take(limit).cloned().collect())
    }

    fn mark_delivered(&self, id: u64) -> Result<(), StoreError> {
        self.lock().pending.remove(&id);
        Ok(())
    }
}

/// A count as an index; what does not fit is past the end of anything in memory.
fn index(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
