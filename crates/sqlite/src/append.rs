//! One append is one transaction.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use l2c_host::{Append, Appended, Expected, NumberClaim, StoreError, StreamId, StreamWrite};
use rusqlite::{CachedStatement, OptionalExtension, Transaction, params};

use crate::error::domain;

/// Ids of texts that stand once. Rows of these tables are never changed or deleted, so that an id that was seen once
/// holds; ids of a transaction that is rolled back are thrown away.
#[derive(Debug, Default)]
pub(crate) struct Dictionary {
    categories: BTreeMap<String, i64>,
    kinds: BTreeMap<u32, BTreeMap<String, i64>>,
}

/// Does the work inside of a transaction; the caller commits or rolls back.
pub(crate) fn append(
    transaction: &Transaction<'_>,
    dictionary: &mut Dictionary,
    append: &Append,
) -> Result<Appended, StoreError> {
    if let Some(replayed) = known_key(transaction, append)? {
        return Ok(replayed);
    }
    let mut writer = Writer::new(transaction, append)?;
    let mut versions = Vec::with_capacity(append.writes.len());
    for write in &append.writes {
        versions.push(writer.write(dictionary, write)?);
    }
    let position = writer.position;
    drop(writer);
    for claim in &append.claims {
        take_numbers(transaction, claim)?;
    }
    if !append.outbox.is_empty() {
        let mut insert = transaction
            .prepare_cached("INSERT INTO outbox (topic, payload, recorded_at) VALUES (?1, ?2, ?3)")
            .map_err(domain)?;
        let at = append.recorded_at().timestamp_micros();
        for message in &append.outbox {
            insert
                .execute(params![message.topic, message.payload, at])
                .map_err(domain)?;
        }
    }
    if let Some(record) = &append.idempotency {
        transaction
            .prepare_cached("INSERT INTO idempotency (key, fingerprint, result) VALUES (?1, ?2, ?3)")
            .and_then(|mut insert| insert.execute(params![record.key, record.fingerprint, record.result]))
            .map_err(domain)?;
    }
    Ok(Appended::Stored { versions, position })
}

fn known_key(transaction: &Transaction<'_>, append: &Append) -> Result<Option<Appended>, StoreError> {
    let Some(record) = &append.idempotency else {
        return Ok(None);
    };
    let known = transaction
        .prepare_cached("SELECT fingerprint, result FROM idempotency WHERE key = ?1")
        .and_then(|mut select| {
            select
                .query_row([&record.key], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))
                .optional()
        })
        .map_err(domain)?;
    match known {
        None => Ok(None),
        Some((fingerprint, result)) if fingerprint == record.fingerprint => {
            Ok(Some(Appended::Replayed { result }))
        }
        Some(_) => Err(StoreError::KeyReused {
            key: record.key.clone(),
        }),
    }
}

/// The statements of one append, prepared once, and the streams that it has touched.
struct Writer<'t, 'a> {
    transaction: &'t Transaction<'t>,
    insert_stream: CachedStatement<'t>,
    move_stream: CachedStatement<'t>,
    find_stream: CachedStatement<'t>,
    insert_event: CachedStatement<'t>,
    streams: BTreeMap<&'a StreamId, Touched>,
    recorded_at: i64,
    position: Option<u64>,
}

/// A stream of this append. Its row is read and written once, with the version after all of its events: if a later
/// write conflicts, everything is rolled back.
#[derive(Default)]
struct Touched {
    /// Events for it in the whole append.
    total: u64,
    /// Its id, once its row was found or created.
    id: Option<i64>,
    /// The version that the next write to it sees, once the row was looked for.
    version: Option<u64>,
}

impl<'t, 'a> Writer<'t, 'a> {
    fn new(transaction: &'t Transaction<'_>, append: &'a Append) -> Result<Self, StoreError> {
        let prepare = |sql| transaction.prepare_cached(sql).map_err(domain);
        let mut streams: BTreeMap<_, Touched> = BTreeMap::new();
        for write in &append.writes {
            let touched = streams.entry(&write.stream).or_default();
            touched.total = touched.total.saturating_add(write.events.len() as u64);
        }
        Ok(Self {
            transaction,
            insert_stream: prepare(
                "INSERT INTO stream (category, key, version) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            )?,
            move_stream: prepare("UPDATE stream SET version = ?2 WHERE id = ?1")?,
            find_stream: prepare("SELECT id, version FROM stream WHERE category = ?1 AND key = ?2")?,
            insert_event: prepare(
                "INSERT INTO event (stream, version, kind, effective, recorded_at, metadata, payload)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?,
            streams,
            recorded_at: append.recorded_at().timestamp_micros(),
            position: None,
        })
    }

    /// Writes the events of one stream; the version of the stream after them.
    fn write(&mut self, dictionary: &mut Dictionary, write: &'a StreamWrite) -> Result<u64, StoreError> {
        let mut touched = self.streams.remove(&write.stream).unwrap_or_default();
        let version = match touched.version {
            Some(version) => version,
            None => self.first_touch(dictionary, write, &mut touched)?,
        };
        if !write.expected.admits(version) {
            let (stream, expected) = (write.stream.clone(), write.expected);
            return Err(StoreError::Conflict {
                stream,
                expected,
                actual: version,
            });
        }
        let after = match touched.id {
            Some(id) => self.insert(dictionary, write, id, version)?,
            None => version,
        };
        touched.version = Some(after);
        self.streams.insert(&write.stream, touched);
        Ok(after)
    }

    /// Finds or creates the row of a stream and moves it to where the append will leave it; the version before.
    fn first_touch(
        &mut self,
        dictionary: &mut Dictionary,
        write: &StreamWrite,
        touched: &mut Touched,
    ) -> Result<u64, StoreError> {
        let category = dictionary.category(self.transaction, write.stream.category())?;
        let key = write.stream.key();
        // Most streams begin here: then there is no row to look for.
        if touched.total > 0 && write.expected == Expected::NEW {
            touched.id = self.create(category, key, touched.total)?;
        }
        let mut before = 0;
        if touched.id.is_none() {
            let found: Option<(i64, i64)> = self
                .find_stream
                .query_row(params![category, key], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()
                .map_err(domain)?;
            if let Some((id, version)) = found {
                before = version.unsigned_abs();
                touched.id = Some(id);
                if touched.total > 0 {
                    let after = signed(before.saturating_add(touched.total));
                    self.move_stream.execute(params![id, after]).map_err(domain)?;
                }
            } else if touched.total > 0 {
                touched.id = self.create(category, key, touched.total)?;
            }
        }
        Ok(before)
    }

    /// Creates a stream; `None` if it is there.
    fn create(&mut self, category: i64, key: &str, version: u64) -> Result<Option<i64>, StoreError> {
        match self.insert_stream.insert(params![category, key, signed(version)]) {
            Ok(stream) => Ok(Some(stream)),
            Err(rusqlite::Error::StatementChangedRows(0)) => Ok(None),
            Err(error) => Err(domain(error)),
        }
    }

    /// Writes the events; the version after them.
    fn insert(
        &mut self,
        dictionary: &mut Dictionary,
        write: &StreamWrite,
        stream: i64,
        before: u64,
    ) -> Result<u64, StoreError> {
        let metadata = metadata_text(write)?;
        let mut version = before;
        for event in &write.events {
            version = version.saturating_add(1);
            let kind = dictionary.kind(self.transaction, &event.name, event.schema_version)?;
            let row = params![
                stream,
                signed(version),
                kind,
                days(event.effective),
                self.recorded_at,
                metadata,
                event.payload
            ];
            let position = self.insert_event.insert(row).map_err(domain)?;
            self.position = Some(position.unsigned_abs());
        }
        Ok(version)
    }
}

impl Dictionary {
    fn category(&mut self, transaction: &Transaction<'_>, name: &str) -> Result<i64, StoreError> {
        if let Some(id) = self.categories.get(name) {
            return Ok(*id);
        }
        let id = id_of(
            transaction,
            "INSERT INTO category (name) VALUES (?1) ON CONFLICT DO NOTHING",
            "SELECT id FROM category WHERE name = ?1",
            params![name],
        )?;
        self.categories.insert(name.to_owned(), id);
        Ok(id)
    }

    fn kind(
        &mut self,
        transaction: &Transaction<'_>,
        name: &str,
        schema_version: u32,
    ) -> Result<i64, StoreError> {
        let kinds = self.kinds.entry(schema_version).or_default();
        if let Some(id) = kinds.get(name) {
            return Ok(*id);
        }
        let id = id_of(
            transaction,
            "INSERT INTO kind (name, schema_version) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            "SELECT id FROM kind WHERE name = ?1 AND schema_version = ?2",
            params![name, schema_version],
        )?;
        kinds.insert(name.to_owned(), id);
        Ok(id)
    }
}

fn id_of(
    transaction: &Transaction<'_>,
    insert: &str,
    select: &str,
    row: &[&dyn rusqlite::ToSql],
) -> Result<i64, StoreError> {
    transaction
        .prepare_cached(insert)
        .and_then(|mut insert| insert.execute(row))
        .map_err(domain)?;
    transaction
        .prepare_cached(select)
        .and_then(|mut select| select.query_row(row, |row| row.get(0)))
        .map_err(domain)
}

fn take_numbers(transaction: &Transaction<'_>, claim: &NumberClaim) -> Result<(), StoreError> {
    let last = last_number(transaction, &claim.sequence)?;
    let end = last
        .checked_add(claim.count)
        .and_then(|end| i64::try_from(end).ok());
    match end {
        Some(end) if last.checked_add(1) == Some(claim.first) => transaction
            .prepare_cached(
                "INSERT INTO sequence (name, last) VALUES (?1, ?2)
                 ON CONFLICT (name) DO UPDATE SET last = excluded.last",
            )
            .and_then(|mut upsert| upsert.execute(params![claim.sequence, end]))
            .map(|_| ())
            .map_err(domain),
        _ => Err(StoreError::NumberConflict {
            sequence: claim.sequence.clone(),
            claimed: claim.first,
            last,
        }),
    }
}

pub(crate) fn last_number(connection: &rusqlite::Connection, sequence: &str) -> Result<u64, StoreError> {
    let last: Option<i64> = connection
        .prepare_cached("SELECT last FROM sequence WHERE name = ?1")
        .and_then(|mut select| select.query_row([sequence], |row| row.get(0)).optional())
        .map_err(domain)?;
    Ok(last.map_or(0, i64::unsigned_abs))
}

fn metadata_text(write: &StreamWrite) -> Result<Option<String>, StoreError> {
    if write.metadata.is_empty() {
        return Ok(None);
    }
    serde_json::to_string(&write.metadata)
        .map(Some)
        .map_err(|e| StoreError::Failed(e.to_string()))
}

/// Days since 1970-01-01.
fn days(date: NaiveDate) -> i64 {
    date.signed_duration_since(NaiveDate::default()).num_days()
}

/// Counts of rows are far below the end of an i64.
fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
