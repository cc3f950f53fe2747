//! The store on one file.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use l2c_host::{
    Append, Appended, Envelope, IdempotencyRecord, OutboxMessage, Store, StoreError, StreamHead, StreamId,
};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use crate::append::{self, Dictionary};
use crate::error::{domain, of_commit};
use crate::{read, schema};

/// A store on one SQLite file. See the [crate's front page](crate) for what it promises.
pub struct SqliteStore {
    inner: Mutex<Inner>,
    path: Option<PathBuf>,
}

struct Inner {
    connection: Connection,
    dictionary: Dictionary,
}

/// What an append that has returned survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// The end of the process, a crash of the operating system and a power cut, as far as the disk keeps what it says
    /// it has written. One wait for the disk per append.
    #[default]
    PowerCut,
    /// The end of the process, however it comes. After a power cut or a crash of the operating system the last appends
    /// may be missing, whole ones and the latest only; the file stays sound.
    ProcessKill,
}

/// How a store is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenOptions {
    /// What an append survives.
    pub durability: Durability,
    /// How long to wait for another process that writes before [`StoreError::Busy`].
    pub busy_timeout: Duration,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            durability: Durability::PowerCut,
            busy_timeout: Duration::from_secs(5),
        }
    }
}

impl SqliteStore {
    /// Opens a store, and makes it if there is no file. Appends survive a power cut.
    ///
    /// # Errors
    /// [`StoreError::Incompatible`] if the file is something else or comes from a later release,
    /// [`StoreError::Busy`] if another process keeps it locked, [`StoreError::Failed`] if it cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_with(path, OpenOptions::default())
    }

    /// Opens a store with options.
    ///
    /// # Errors
    /// As [`open`](SqliteStore::open).
    pub fn open_with(path: impl AsRef<Path>, options: OpenOptions) -> Result<Self, StoreError> {
        let path = path.as_ref();
        let connection = Connection::open(path)
            .map_err(|e| StoreError::Failed(format!("{} cannot be opened: {e}", path.display())))?;
        Self::on(connection, options, Some(path.to_owned()))
    }

    /// A store in memory that ends with its handle.
    ///
    /// # Errors
    /// [`StoreError::Failed`] if there is no memory for it.
    pub fn open_in_memory() -> Result<Self, StoreError> {
        let connection = Connection::open_in_memory().map_err(domain)?;
        Self::on(connection, OpenOptions::default(), None)
    }

    fn on(
        mut connection: Connection,
        options: OpenOptions,
        path: Option<PathBuf>,
    ) -> Result<Self, StoreError> {
        connection.busy_timeout(options.busy_timeout).map_err(domain)?;
        prepare(&mut connection, options.busy_timeout)?;
        let synchronous = match options.durability {
            Durability::PowerCut => "FULL",
            Durability::ProcessKill => "NORMAL",
        };
        let settings = [
            ("synchronous", synchronous),
            // The ids in a row were found or drawn in the same transaction: looking each up again proves nothing.
            ("foreign_keys", "OFF"),
            // 16 MiB.
            ("cache_size", "-16384"),
            // Every 16 MiB: the pages at the ends of the tables are written back less often.
            ("wal_autocheckpoint", "4000"),
        ];
        for (name, value) in settings {
            connection.pragma_update(None, name, value).map_err(domain)?;
        }
        connection.set_prepared_statement_cache_capacity(32);
        Ok(Self {
            inner: Mutex::new(Inner {
                connection,
                dictionary: Dictionary::default(),
            }),
            path,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A transaction that a panic interrupted was rolled back when it was dropped.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// Makes the file a store. SQLite does not wait where two processes change the mode of a new file at once, because
/// neither could go on; so this gives up its turn and tries again, within the same time that an append may wait.
fn prepare(connection: &mut Connection, busy_timeout: Duration) -> Result<(), StoreError> {
    let start = Instant::now();
    loop {
        match schema::prepare(connection) {
            Err(StoreError::Busy(_)) if start.elapsed() < busy_timeout => {
                thread::sleep(Duration::from_millis(5));
            }
            outcome => return outcome,
        }
    }
}

impl Store for SqliteStore {
    fn append(&self, append: &Append) -> Result<Appended, StoreError> {
        let mut inner = self.lock();
        let Inner {
            connection,
            dictionary,
        } = &mut *inner;
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(domain)?;
        let appended = append::append(&transaction, dictionary, append).and_then(|appended| {
            match &appended {
                // Nothing was written; dropping the transaction ends it.
                Appended::Replayed { .. } => Ok(()),
                Appended::Stored { .. } => transaction.commit().map_err(of_commit),
            }
            .map(|()| appended)
        });
        if appended.is_err() {
            // Ids that the transaction had drawn are gone with it.
            *dictionary = Dictionary::default();
        }
        appended
    }

    // A bare parameter after LIMIT makes SQLite compile a cached statement anew at every call, because the plan may
    // depend on it; the sum hides it from the planner.
    fn read_stream(&self, stream: &StreamId, after: u64, limit: usize) -> Result<Vec<Envelope>, StoreError> {
        read::events(
            &self.lock().connection,
            "WHERE e.stream = (SELECT id FROM stream
                WHERE category = (SELECT id FROM category WHERE name = ?1) AND key = ?2)
             AND e.version > ?3 ORDER BY e.version LIMIT ?4 + 0",
            params![stream.category(), stream.key(), bound(after), rows(limit)],
        )
    }

    fn read_all(&self, after: u64, limit: usize) -> Result<Vec<Envelope>, StoreError> {
        read::events(
            &self.lock().connection,
            "WHERE e.position > ?1 ORDER BY e.position LIMIT ?2 + 0",
            params![bound(after), rows(limit)],
        )
    }

    fn heads(
        &self,
        category: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StreamHead>, StoreError> {
        let inner = self.lock();
        let mut select = inner
            .connection
            .prepare_cached(
                "SELECT key, version FROM stream
                 WHERE category = (SELECT id FROM category WHERE name = ?1) AND key > ?2
                 ORDER BY key LIMIT ?3 + 0",
            )
            .map_err(domain)?;
        // No key is empty, so that every key is greater than the empty text.
        let mut found = select
            .query(params![category, after.unwrap_or_default(), rows(limit)])
            .map_err(domain)?;
        let mut heads = Vec::new();
        while let Some(row) = found.next().map_err(domain)? {
            let key: String = row.get(0).map_err(domain)?;
            let version: i64 = row.get(1).map_err(domain)?;
            let stream = read::stream(category, &key)?;
            heads.push(StreamHead {
                stream,
                version: version.unsigned_abs(),
            });
        }
        Ok(heads)
    }

    fn idempotency(&self, key: &str) -> Result<Option<IdempotencyRecord>, StoreError> {
        self.lock()
            .connection
            .prepare_cached("SELECT fingerprint, result FROM idempotency WHERE key = ?1")
            .and_then(|mut select| {
                let record = |row: &rusqlite::Row<'_>| {
                    Ok(IdempotencyRecord {
                        key: key.to_owned(),
                        fingerprint: row.get(0)?,
                        result: row.get(1)?,
                    })
                };
                select.query_row([key], record).optional()
            })
            .map_err(domain)
    }

    fn last_number(&self, sequence: &str) -> Result<u64, StoreError> {
        append::last_number(&self.lock().connection, sequence)
    }

    fn pending(&self, limit: usize) -> Result<Vec<OutboxMessage>, StoreError> {
        let inner = self.lock();
        let mut select = inner
            .connection
            .prepare_cached("SELECT id, topic, payload, recorded_at FROM outbox ORDER BY id LIMIT ?1 + 0")
            .map_err(domain)?;
        let mut found = select.query([rows(limit)]).map_err(domain)?;
        let mut messages = Vec::new();
        while let Some(row) = found.next().map_err(domain)? {
            messages.push(OutboxMessage {
                id: row.get::<_, i64>(0).map_err(domain)?.unsigned_abs(),
                topic: row.get(1).map_err(domain)?,
                payload: row.get(2).map_err(domain)?,
                recorded_at: read::moment(row.get(3).map_err(domain)?)?,
            });
        }
        Ok(messages)
    }

    fn mark_delivered(&self, id: u64) -> Result<(), StoreError> {
        self.lock()
            .connection
            .prepare_cached("DELETE FROM outbox WHERE id = ?1")
            .and_then(|mut delete| delete.execute([bound(id)]))
            .map(|_| ())
            .map_err(domain)
    }
}

/// A version, position or id as SQLite holds it. There are none beyond its end.
fn bound(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A limit as SQLite takes it.
fn rows(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
