//! Upcasters: how payloads of an older shape are read today.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{Decider, DomainEvent, Envelope, HostError};

/// Turns the payload of one version into the payload of the next. The text says why it cannot.
pub type Upcast = fn(Value) -> Result<Value, String>;

/// The steps from older payloads to today's, one per category, event name and version.
///
/// [`DomainEvent::VERSION`] counts for a whole category, so that a raise needs a step for each of its events:
/// [`upcast`](Upcasters::upcast) where the shape changed, [`unchanged`](Upcasters::unchanged) where it did not.
/// Stored events are never rewritten.
#[derive(Clone, Debug, Default)]
pub struct Upcasters {
    steps: BTreeMap<(String, String, u32), Upcast>,
}

impl Upcasters {
    /// No steps: right as long as every category is at its first version.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the step from version `from` to `from + 1`. A step given twice replaces the first.
    #[must_use]
    pub fn upcast(mut self, category: &str, name: &str, from: u32, step: Upcast) -> Self {
        self.steps
            .insert((category.to_owned(), name.to_owned(), from), step);
        self
    }

    /// Says that the shape of an event did not change from version `from` to `from + 1`.
    #[must_use]
    pub fn unchanged(self, category: &str, name: &str, from: u32) -> Self {
        self.upcast(category, name, from, Ok)
    }

    /// Reads a stored event.
    ///
    /// # Errors
    /// [`HostError::UnreadableEvent`] if it is of another category, unknown, of a later version than this code
    /// knows, of an earlier one without a step, or if its payload does not fit.
    pub fn read<E: DomainEvent>(&self, stored: &Envelope) -> Result<E, HostError> {
        let category = stored.stream.category();
        self.decode(category, &stored.name, stored.schema_version, &stored.payload)
    }

    /// Replays stored events into a state, from the beginning.
    ///
    /// # Errors
    /// As [`read`](Upcasters::read).
    pub fn replay<'a, D: Decider>(
        &self,
        events: impl IntoIterator<Item = &'a Envelope>,
    ) -> Result<D, HostError> {
        events.into_iter().try_fold(D::default(), |state, stored| {
            let event = self.read::<D::Event>(stored)?;
            Ok(state.evolve(&event))
        })
    }

    pub(crate) fn decode<E: DomainEvent>(
        &self,
        category: &str,
        name: &str,
        version: u32,
        payload: &str,
    ) -> Result<E, HostError> {
        let fault = |reason: String| HostError::UnreadableEvent {
            category: category.to_owned(),
            name: name.to_owned(),
            version,
            reason,
        };
        if category != E::CATEGORY {
            return Err(fault(format!(
                "it was read as an event of category {}",
                E::CATEGORY
            )));
        }
        if version > E::VERSION {
            return Err(fault(format!(
                "this code knows versions up to {}; a later release wrote it",
                E::VERSION
            )));
        }
        let event: E = if version == E::VERSION {
            serde_json::from_str(payload).map_err(|e| fault(e.to_string()))?
        } else {
            let mut value: Value = serde_json::from_str(payload).map_err(|e| fault(e.to_string()))?;
            for from in version..E::VERSION {
                let step = self
                    .steps
                    .get(&(category.to_owned(), name.to_owned(), from))
                    .ok_or_else(|| fault(format!("no upcaster is registered from version {from}")))?;
                value = step(value).map_err(|e| fault(format!("the upcaster from version {from}: {e}")))?;
            }
            serde_json::from_value(value).map_err(|e| fault(e.to_string()))?
        };
        if event.name() != name {
            return Err(fault(format!("its payload is that of event {}", event.name())));
        }
        Ok(event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NaiveDate, NewEvent, StreamId};
    use serde::{Deserialize, Serialize};
    use serde_json::json;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Shipped {
        Sent { parcels: u32, carrier: String },
        Lost,
    }

    impl DomainEvent for Shipped {
        const CATEGORY: &'static str = "shipment";
        const VERSION: u32 = 3;
        fn name(&self) -> &'static str {
            match self {
                Self::Sent { .. } => "sent",
                Self::Lost => "lost",
            }
        }
    }

    fn stored(name: &'static str, version: u32, payload: &str) -> Envelope {
        Envelope {
            stream: StreamId::new("shipment", "1").unwrap(),
            version: 1,
            position: 1,
            name: name.into(),
            schema_version: version,
            effective: NaiveDate::default(),
            recorded_at: crate::DateTime::default(),
            metadata: crate::Metadata::default(),
            payload: payload.to_owned(),
        }
    }

    fn upcasters() -> Upcasters {
        Upcasters::new()
            .upcast("shipment", "sent", 1, |old| {
                Ok(json!({"sent": {"parcels": old["sent"]["count"]}}))
            })
            .upcast("shipment", "sent", 2, |mut old| {
                let sent = old
                    .get_mut("sent")
                    .and_then(Value::as_object_mut)
                    .ok_or("no object \"sent\"")?;
                sent.insert("carrier".into(), json!("unknown"));
                Ok(old)
            })
            .unchanged("shipment", "lost", 2)
    }

    #[test]
    fn steps_are_chained() {
        let expected = Shipped::Sent {
            parcels: 2,
            carrier: "unknown".into(),
        };
        let read = |version, payload| upcasters().read::<Shipped>(&stored("sent", version, payload));
        assert_eq!(read(1, r#"{"sent":{"count":2}}"#).unwrap(), expected);
        assert_eq!(read(2, r#"{"sent":{"parcels":2}}"#).unwrap(), expected);
        assert_eq!(
            read(3, r#"{"sent":{"parcels":2,"carrier":"unknown"}}"#).unwrap(),
            expected
        );
        assert_eq!(
            upcasters()
                .read::<Shipped>(&stored("lost", 2, r#""lost""#))
                .unwrap(),
            Shipped::Lost
        );
    }

    #[test]
    fn what_is_written_is_read() {
        let event = Shipped::Sent {
            parcels: 1,
            carrier: "x".into(),
        };
        let new = NewEvent::of(&event, NaiveDate::default()).unwrap();
        let back: Shipped = Upcasters::new().read(&stored("sent", 3, &new.payload)).unwrap();
        assert_eq!(back, event);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let read = |name, version, payload| {
            upcasters()
                .read::<Shipped>(&stored(name, version, payload))
                .unwrap_err()
                .to_string()
        };
        let mut foreign = stored("sent", 3, "{}");
        foreign.stream = StreamId::new("order", "1").unwrap();
        let all = [
            read("sent", 4, "{}"),
            read("lost", 1, r#""lost""#),
            read("eaten", 3, r#""eaten""#),
            read("sent", 3, r#""lost""#),
            read("sent", 2, "7"),
            read("sent", 1, "{"),
            upcasters().read::<Shipped>(&foreign).unwrap_err().to_string(),
        ];
        insta::assert_snapshot!(all.join("\n"));
    }
}
