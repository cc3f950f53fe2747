//! Writes what happens into the store, and proves afterwards that it is there.
//!
//! Every decision of the run follows from the data, the policies and the date alone. So a run that was stopped is
//! simply run again: each batch of events has a key, and a batch whose key the store knows is not written a second
//! time. The fingerprint beside the key catches a store that holds anything else than what this run decides.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use l2c::host::{
    Append, Appended, Decider, DomainEvent, Expected, IdempotencyRecord, LoadError, NumberClaim, Store,
    StoreError, StreamId, Upcasters, load,
};
use l2c_sqlite::SqliteStore;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::Failure;
use crate::import::hex;
use crate::lock::Lock;

/// Events per append: enough to make a transaction worth its while, few enough to lose little when stopped.
const BATCH: usize = 2_000;

/// What a store belongs to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// SHA-256 of each data file.
    pub data: BTreeMap<String, String>,
    /// SHA-256 of each policy document.
    pub policy: BTreeMap<String, String>,
    /// The date of the run.
    pub as_of: NaiveDate,
}

/// The one event of the stream `run/manifest`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RunEvent {
    Started(Manifest),
}

impl DomainEvent for RunEvent {
    const CATEGORY: &'static str = "run";
    const VERSION: u32 = 1;
    fn name(&self) -> &'static str {
        "started"
    }
}

/// One thing with a life: its id, its state, and how many events it has.
#[derive(Clone)]
pub struct Life<D> {
    /// The key of its stream.
    pub key: String,
    /// The state.
    pub state: D,
    version: u64,
}

impl<D: Decider> Life<D> {
    /// A life that has not begun.
    pub fn new(key: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            state: D::default(),
            version: 0,
        }
    }
}

/// The store of a run.
pub struct Record {
    store: SqliteStore,
    path: PathBuf,
    /// Whether there was no store before this run.
    made: bool,
    _lock: Lock,
    recorded_at: DateTime<Utc>,
    append: Append,
    stage: &'static str,
    batch: usize,
    queued: usize,
    /// Events written by this run.
    pub written: usize,
    /// Events that the store had already.
    pub known: usize,
}

impl Record {
    /// Opens the store for a run.
    ///
    /// # Errors
    /// A store that cannot be opened, or that belongs to other data, policies or another date.
    pub fn open(path: &Path, manifest: Manifest) -> Result<Self, Failure> {
        let fault = |reason: String| Failure::Store {
            path: path.to_owned(),
            reason,
        };
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        if path.is_dir() {
            return Err(fault("is a folder; name a file with --store".to_owned()));
        }
        if parent.is_some_and(|parent| !parent.is_dir()) {
            return Err(fault(
                "its folder does not exist; make it, or name another file with --store".to_owned(),
            ));
        }
        let lock = Lock::take(&beside(path, ".lock")).map_err(|f| Failure::store_file(path, &f))?;
        let Some(lock) = lock else {
            return Err(fault(
                "another run is using it; wait for its end, or name another file with --store".to_owned(),
            ));
        };
        let made = !path.exists();
        let store = match SqliteStore::open(path) {
            Ok(store) => store,
            Err(fault) => {
                if made {
                    remove(path);
                }
                return Err(Failure::store(path, &fault));
            }
        };
        // The moment of recording is the end of the run's date, not the clock's: the same run writes the same bytes.
        let recorded_at = manifest.as_of.and_time(NaiveTime::MIN).and_utc();
        let mut record = Self {
            store,
            path: path.to_owned(),
            made,
            _lock: lock,
            recorded_at,
            append: Append::new(recorded_at),
            stage: "run",
            batch: 0,
            queued: 0,
            written: 0,
            known: 0,
        };
        match record.begin(manifest) {
            Ok(()) => Ok(record),
            Err(fault) => {
                record.discard();
                Err(fault)
            }
        }
    }

    /// Says what the store belongs to, or sees that it belongs to this run.
    fn begin(&mut self, manifest: Manifest) -> Result<(), Failure> {
        let stream = StreamId::of::<RunEvent>("manifest").map_err(Failure::stage("run", "manifest"))?;
        let first = self
            .store
            .read_stream(&stream, 0, 1)
            .map_err(|f| self.fault(&f))?;
        let Some(envelope) = first.first() else {
            if !self.store.read_all(0, 1).map_err(|f| self.fault(&f))?.is_empty() {
                return Err(Failure::Store {
                    path: self.path.clone(),
                    reason: "holds the events of another program; name another file with --store".to_owned(),
                });
            }
            let as_of = manifest.as_of;
            self.event("manifest", Expected::NEW, &RunEvent::Started(manifest), as_of)?;
            return self.flush();
        };
        let RunEvent::Started(before) = Upcasters::new()
            .read::<RunEvent>(envelope)
            .map_err(|f| self.unreadable(f.into()))?;
        let changed = differences(&before, &manifest);
        if !changed.is_empty() {
            return Err(Failure::OtherRun {
                path: self.path.clone(),
                changed,
            });
        }
        self.known = 1;
        Ok(())
    }

    /// Removes the store if this run has made it.
    pub fn discard(self) {
        let Self {
            store, path, made, ..
        } = self;
        drop(store);
        if made {
            remove(&path);
        }
    }

    /// Starts a stage; its batches are numbered from 1.
    ///
    /// # Errors
    /// As [`Record::flush`].
    pub fn stage(&mut self, stage: &'static str) -> Result<(), Failure> {
        self.flush()?;
        (self.stage, self.batch) = (stage, 0);
        Ok(())
    }

    /// Decides a command, applies its events and queues them.
    ///
    /// # Errors
    /// The refusal.
    pub fn command<D: Decider>(
        &mut self,
        life: &mut Life<D>,
        command: &D::Command,
        context: &D::Context,
        effective: NaiveDate,
    ) -> Result<Vec<D::Event>, Failure> {
        let events = life
            .state
            .decide(command, context)
            .map_err(Failure::stage(self.stage, &life.key))?;
        if events.is_empty() {
            return Ok(events);
        }
        self.append
            .events(&life.key, Expected::Exactly(life.version), &events, effective)
            .map_err(Failure::stage(self.stage, &life.key))?;
        life.state = events.iter().fold(std::mem::take(&mut life.state), D::evolve);
        life.version = life
            .version
            .saturating_add(u64::try_from(events.len()).unwrap_or(u64::MAX));
        self.queued = self.queued.saturating_add(events.len());
        Ok(events)
    }

    /// Queues an event of a stream that has no life of its own, such as a journal.
    ///
    /// # Errors
    /// A malformed key.
    pub fn event<E: DomainEvent>(
        &mut self,
        key: &str,
        expected: Expected,
        event: &E,
        effective: NaiveDate,
    ) -> Result<(), Failure> {
        self.append
            .events(key, expected, std::slice::from_ref(event), effective)
            .map_err(Failure::stage(self.stage, key))?;
        self.queued = self.queued.saturating_add(1);
        Ok(())
    }

    /// Claims a number of a gap-free sequence with the events that are queued.
    pub fn claim(&mut self, sequence: &str, number: u64) {
        self.append.claims.push(NumberClaim::one(sequence, number));
    }

    /// Says that what is queued so far may be stored without what follows; stores it once it is enough.
    ///
    /// # Errors
    /// As [`Record::flush`].
    pub fn boundary(&mut self) -> Result<(), Failure> {
        if self.queued >= BATCH {
            self.flush()
        } else {
            Ok(())
        }
    }

    /// Stores what is queued, in one append.
    ///
    /// # Errors
    /// What the store refuses; a store that holds another decision under this batch's key.
    pub fn flush(&mut self) -> Result<(), Failure> {
        if self.queued == 0 {
            return Ok(());
        }
        self.batch = self.batch.saturating_add(1);
        let mut append = std::mem::replace(&mut self.append, Append::new(self.recorded_at));
        let mut digest = Sha256::new();
        for write in &append.writes {
            digest.update(write.stream.key());
            for event in &write.events {
                digest.update(&event.payload);
            }
        }
        append.idempotency = Some(IdempotencyRecord {
            key: format!("{}/{:06}", self.stage, self.batch),
            fingerprint: hex(&digest.finalize()),
            result: "null".to_owned(),
        });
        let queued = std::mem::take(&mut self.queued);
        match self.store.append(&append).map_err(|f| self.fault(&f))? {
            Appended::Stored { .. } => self.written = self.written.saturating_add(queued),
            Appended::Replayed { .. } => self.known = self.known.saturating_add(queued),
        }
        Ok(())
    }

    /// How many of these lives are, read back from the store and replayed, what they are in memory.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn replayed<'a, D: Decider + PartialEq + 'a>(
        &mut self,
        lives: impl IntoIterator<Item = &'a Life<D>>,
    ) -> Result<(usize, Vec<String>), Failure> {
        self.flush()?;
        let upcasters = Upcasters::new();
        let (mut checked, mut different) = (0_usize, Vec::new());
        for life in lives {
            let stream =
                StreamId::of::<D::Event>(&life.key).map_err(Failure::stage(self.stage, &life.key))?;
            let (state, version) =
                load::<D>(&self.store, &stream, &upcasters).map_err(|f| self.unreadable(f))?;
            checked = checked.saturating_add(1);
            if state != life.state || version != life.version {
                different.push(life.key.clone());
            }
        }
        Ok((checked, different))
    }

    /// The store itself, to read.
    pub fn store(&self) -> &SqliteStore {
        &self.store
    }

    fn fault(&self, fault: &StoreError) -> Failure {
        Failure::store(&self.path, fault)
    }

    fn unreadable(&self, fault: LoadError) -> Failure {
        match fault {
            LoadError::Store(fault) => self.fault(&fault),
            other => Failure::store(&self.path, &StoreError::Damaged(other.to_string())),
        }
    }
}

/// A file that belongs to another one: its name and an ending.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Removes a store and the files that SQLite keeps beside it.
fn remove(path: &Path) {
    for ending in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(beside(path, ending));
    }
}

/// What differs between two manifests, in words.
fn differences(before: &Manifest, now: &Manifest) -> Vec<String> {
    let mut changed = Vec::new();
    for (what, before, now) in [
        ("data", &before.data, &now.data),
        ("policy", &before.policy, &now.policy),
    ] {
        for name in before
            .keys()
            .chain(now.keys().filter(|name| !before.contains_key(*name)))
        {
            match (before.get(name), now.get(name)) {
                (Some(_), None) => changed.push(format!("{what} {name} is gone")),
                (None, Some(_)) => changed.push(format!("{what} {name} is new")),
                (a, b) if a != b => changed.push(format!("{what} {name} has changed")),
                _ => {}
            }
        }
    }
    if before.as_of != now.as_of {
        changed.push(format!("the date was {} and is {}", before.as_of, now.as_of));
    }
    changed
}
