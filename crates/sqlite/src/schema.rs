//! The tables, and how an older file becomes a newer one.

use l2c_host::StoreError;
use rusqlite::{Connection, TransactionBehavior};

use crate::error::domain;

/// Written into the file's header, so that another program's database is not taken for a store: `l2cs`.
const APPLICATION: i64 = 0x6c32_6373;

/// Each step leads from the version that is its index to the next. A step that was released is never changed.
const MIGRATIONS: &[&str] = &["
    -- Text that repeats stands once. Versions of streams are kept here: one row to check and move per write.
    CREATE TABLE category (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE TABLE stream (
        id INTEGER PRIMARY KEY,
        category INTEGER NOT NULL REFERENCES category (id),
        key TEXT NOT NULL,
        version INTEGER NOT NULL,
        UNIQUE (category, key)
    ) STRICT;
    CREATE TABLE kind (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        schema_version INTEGER NOT NULL,
        UNIQUE (name, schema_version)
    ) STRICT;
    -- effective: days since 1970-01-01. recorded_at: microseconds since then, UTC. metadata: JSON or null.
    CREATE TABLE event (
        position INTEGER PRIMARY KEY,
        stream INTEGER NOT NULL REFERENCES stream (id),
        version INTEGER NOT NULL,
        kind INTEGER NOT NULL REFERENCES kind (id),
        effective INTEGER NOT NULL,
        recorded_at INTEGER NOT NULL,
        metadata TEXT,
        payload TEXT NOT NULL,
        UNIQUE (stream, version)
    ) STRICT;
    CREATE TABLE sequence (
        name TEXT PRIMARY KEY,
        last INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE idempotency (
        key TEXT PRIMARY KEY,
        fingerprint TEXT NOT NULL,
        result TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    -- AUTOINCREMENT: the id of a delivered message never comes again.
    CREATE TABLE outbox (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        topic TEXT NOT NULL,
        payload TEXT NOT NULL,
        recorded_at INTEGER NOT NULL
    ) STRICT;
    -- For people: the events as they are meant.
    CREATE VIEW events AS
        SELECT e.position, c.name AS category, s.key, e.version, k.name, k.schema_version,
               date(e.effective * 86400, 'unixepoch') AS effective,
               strftime('%Y-%m-%dT%H:%M:%fZ', e.recorded_at / 1e6, 'unixepoch') AS recorded_at,
               e.metadata, e.payload
        FROM event e
        JOIN stream s ON s.id = e.stream
        JOIN category c ON c.id = s.category
        JOIN kind k ON k.id = e.kind;
"];

/// Makes the file a store of the newest version. A file that already is one is not written to.
pub(crate) fn prepare(connection: &mut Connection) -> Result<(), StoreError> {
    // What is asked is read in one snapshot: between two readings another process may have made the store.
    let snapshot = connection.transaction().map_err(domain)?;
    let found = check(&snapshot)?;
    drop(snapshot);
    if found == MIGRATIONS.len() {
        return use_wal(connection);
    }
    use_wal(connection)?;
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(domain)?;
    // Another process may have been faster: what was read before the lock is read again.
    let from = check(&transaction)?;
    for step in MIGRATIONS.iter().skip(from) {
        transaction.execute_batch(step).map_err(domain)?;
    }
    transaction
        .pragma_update(None, "application_id", APPLICATION)
        .map_err(domain)?;
    let newest = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    transaction
        .pragma_update(None, "user_version", newest)
        .map_err(domain)?;
    transaction.commit().map_err(domain)
}

/// The version of the file, if it is a store or empty.
fn check(connection: &Connection) -> Result<usize, StoreError> {
    let number = |sql| {
        connection
            .query_row(sql, [], |row| row.get::<_, i64>(0))
            .map_err(domain)
    };
    let application = number("PRAGMA application_id")?;
    let objects = number("SELECT count(*) FROM sqlite_schema")?;
    let version = number("PRAGMA user_version")?;
    let empty = application == 0 && objects == 0 && version == 0;
    if application != APPLICATION && !empty {
        return Err(StoreError::Incompatible(
            "the file is a database of another program, not a store of l2c".to_owned(),
        ));
    }
    let newest = MIGRATIONS.len();
    match usize::try_from(version) {
        Ok(version) if version <= newest => Ok(version),
        _ => Err(StoreError::Incompatible(format!(
            "it has schema version {version}, written by a later release; this release knows versions up to {newest}"
        ))),
    }
}

/// Readers and a writer do not wait for each other in this mode, and a commit is one write. The mode is kept in the
/// file; a store in memory has none.
fn use_wal(connection: &Connection) -> Result<(), StoreError> {
    let mode = |sql| {
        connection
            .query_row(sql, [], |row| row.get::<_, String>(0))
            .map_err(domain)
    };
    if mode("PRAGMA journal_mode")? == "delete" {
        mode("PRAGMA journal_mode = WAL")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_from_a_later_release_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        prepare(&mut connection).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        let error = prepare(&mut connection).unwrap_err();
        assert_eq!(error.code(), "store_incompatible");
        assert!(error.to_string().contains("schema version 99"), "{error}");
        connection.pragma_update(None, "user_version", -1).unwrap();
        assert_eq!(prepare(&mut connection).unwrap_err().code(), "store_incompatible");
    }

    #[test]
    fn another_programs_database_is_refused_and_not_touched() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (x)").unwrap();
        let error = prepare(&mut connection).unwrap_err();
        assert_eq!(error.code(), "store_incompatible");
        let tables: i64 = connection
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
            .unwrap();
        assert_eq!(tables, 1);
    }

    #[test]
    fn preparing_twice_changes_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        prepare(&mut connection).unwrap();
        let changes = connection.total_changes();
        prepare(&mut connection).unwrap();
        assert_eq!(connection.total_changes(), changes);
    }
}
