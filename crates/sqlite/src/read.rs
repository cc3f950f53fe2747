//! Rows as events.

use chrono::{DateTime, Days, NaiveDate};
use l2c_host::{Envelope, Metadata, StoreError, StreamId};
use rusqlite::{Connection, Params, Row};

use crate::error::domain;

/// The columns of an event; what follows it says which.
const SELECT: &str = "SELECT e.position, e.version, c.name, s.key, k.name, k.schema_version,
        e.effective, e.recorded_at, e.metadata, e.payload
    FROM event e
    JOIN stream s ON s.id = e.stream
    JOIN category c ON c.id = s.category
    JOIN kind k ON k.id = e.kind";

pub(crate) fn events(
    connection: &Connection,
    which: &str,
    parameters: impl Params,
) -> Result<Vec<Envelope>, StoreError> {
    let mut select = connection
        .prepare_cached(&format!("{SELECT} {which}"))
        .map_err(domain)?;
    let mut rows = select.query(parameters).map_err(domain)?;
    let mut events = Vec::new();
    while let Some(row) = rows.next().map_err(domain)? {
        events.push(event(row)?);
    }
    Ok(events)
}

fn event(row: &Row<'_>) -> Result<Envelope, StoreError> {
    let number = |column| row.get::<_, i64>(column).map(i64::unsigned_abs).map_err(domain);
    let text = |column| row.get::<_, String>(column).map_err(domain);
    let position = number(0)?;
    let damaged = |what: &str| StoreError::Damaged(format!("event {position} has no readable {what}"));
    let metadata: Option<String> = row.get(8).map_err(domain)?;
    Ok(Envelope {
        stream: stream(&text(2)?, &text(3)?)?,
        version: number(1)?,
        position,
        name: text(4)?.into(),
        schema_version: row.get(5).map_err(domain)?,
        effective: date(row.get(6).map_err(domain)?).ok_or_else(|| damaged("effective date"))?,
        recorded_at: moment(row.get(7).map_err(domain)?)?,
        metadata: match metadata {
            None => Metadata::default(),
            Some(text) => serde_json::from_str(&text).map_err(|_| damaged("metadata"))?,
        },
        payload: text(9)?,
    })
}

pub(crate) fn stream(category: &str, key: &str) -> Result<StreamId, StoreError> {
    StreamId::new(category.to_owned(), key).map_err(|e| StoreError::Damaged(e.to_string()))
}

fn date(days: i64) -> Option<NaiveDate> {
    let epoch = NaiveDate::default();
    let distance = Days::new(days.unsigned_abs());
    if days < 0 {
        epoch.checked_sub_days(distance)
    } else {
        epoch.checked_add_days(distance)
    }
}

pub(crate) fn moment(micros: i64) -> Result<DateTime<chrono::Utc>, StoreError> {
    DateTime::from_timestamp_micros(micros)
        .ok_or_else(|| StoreError::Damaged(format!("{micros} is no moment in microseconds since 1970")))
}
