//! Events as they are handed to a store and as they come back: the payload and its envelope.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::{DomainEvent, HostError, StreamId};

/// An event that is to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// Its name, as [`DomainEvent::name`] gives it.
    pub name: Cow<'static, str>,
    /// The version of the payload's shape, as [`DomainEvent::VERSION`] gives it.
    pub schema_version: u32,
    /// The day it takes effect, in the zone that the host has chosen.
    pub effective: NaiveDate,
    /// The payload as JSON text.
    pub payload: String,
}

impl NewEvent {
    /// Writes an event down.
    ///
    /// # Errors
    /// [`HostError::UnwritableEvent`] if its serialiser fails, which a derived one does not.
    pub fn of<E: DomainEvent>(event: &E, effective: NaiveDate) -> Result<Self, HostError> {
        let payload = serde_json::to_string(event).map_err(|e| HostError::UnwritableEvent {
            category: E::CATEGORY,
            name: event.name(),
            reason: e.to_string(),
        })?;
        Ok(Self {
            name: Cow::Borrowed(event.name()),
            schema_version: E::VERSION,
            effective,
            payload,
        })
    }
}

/// Where an event comes from. Ids only, no names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// The business process that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<String>,
    /// The command or event that caused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation: Option<String>,
    /// The user or program that asked for it, by id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
}

impl Metadata {
    /// True if nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A stored event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The stream it stands in.
    pub stream: StreamId,
    /// Its place in the stream, from 1, without a gap.
    pub version: u64,
    /// Its place among all events, from 1, growing in the order in which appends took effect.
    pub position: u64,
    /// Its name.
    pub name: Cow<'static, str>,
    /// The version of the payload's shape when it was stored.
    pub schema_version: u32,
    /// The day it takes effect.
    pub effective: NaiveDate,
    /// When it was recorded, to the microsecond, as the host said.
    pub recorded_at: DateTime<Utc>,
    /// Where it comes from.
    pub metadata: Metadata,
    /// The payload as JSON text, byte for byte as it was handed in.
    pub payload: String,
}
