//! Kinds of the orders page that the host's ports serve.

use std::convert::Infallible;
use std::fmt::Error as Crash;

use chrono::{DateTime, NaiveDate};
use l2c_host::{
    Append, Appended, Decision, Expected, Handler, HandlerError, Inbox, Loaded, MemoryStore, NewEvent,
    NewMessage, NumberClaim, NumberSeries, Recording, Store, StoreError, StreamId, StreamWrite, relay, run,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::given::{Stop, answer, read};

fn unexpected(error: impl std::fmt::Display) -> Stop {
    Stop::Unknown(error.to_string())
}

fn stream() -> Result<StreamId, Stop> {
    StreamId::new("case", "1").map_err(unexpected)
}

fn events(count: usize) -> Vec<NewEvent> {
    let event = NewEvent {
        name: "happened".into(),
        schema_version: 1,
        effective: NaiveDate::default(),
        payload: "null".to_owned(),
    };
    vec![event; count]
}

/// `host_event_append`: expected versions.
pub(crate) fn event_append(given: &Value) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        start_version: usize,
        appends: Vec<One>,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct One {
        expected: Version,
        events: usize,
    }
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Version {
        Number(i64),
        Word(Word),
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Word {
        Any,
        None,
    }
    let append = |store: &MemoryStore, expected, count| {
        let mut append = Append::new(DateTime::default());
        append
            .writes
            .push(StreamWrite::new(stream()?, expected, events(count)));
        match store.append(&append) {
            Ok(Appended::Stored { versions, .. }) => {
                let version = versions.first().ok_or_else(|| unexpected("no version"))?;
                Ok((json!({"outcome": "ok", "version": version}), *version))
            }
            Err(ref error @ StoreError::Conflict { actual, .. }) => Ok((
                json!({"outcome": "error", "error": error.code(), "version": actual}),
                actual,
            )),
            other => Err(unexpected(format!("{other:?}"))),
        }
    };
    let run = || {
        let given: Given = read(given)?;
        let store = MemoryStore::new();
        let (_, mut version) = append(&store, Expected::NEW, given.start_version)?;
        let mut results = Vec::with_capacity(given.appends.len());
        for one in given.appends {
            let expected = match one.expected {
                Version::Word(Word::Any) => Expected::Any,
                Version::Word(Word::None) => Expected::NEW,
                // No stream stands at a negative version, nor at the greatest.
                Version::Number(number) => Expected::Exactly(u64::try_from(number).unwrap_or(u64::MAX)),
            };
            let (result, after) = append(&store, expected, one.events)?;
            results.push(result);
            version = after;
        }
        Ok(json!({"results": results, "final_version": version}))
    };
    answer(run())
}

/// `host_outbox_relay`: at least once, effect once.
pub(crate) fn outbox_relay(given: &Value) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        messages: u64,
        crashes: Vec<At>,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct At {
        position: i64,
        point: Point,
    }
    #[derive(Deserialize, Clone, Copy, PartialEq)]
    #[serde(rename_all = "snake_case")]
    enum Point {
        BeforeDeliver,
        AfterDeliver,
    }
    let run = || {
        let mut given: Given = read(given)?;
        let store = MemoryStore::new();
        let mut append = Append::new(DateTime::default());
        let message = |position: u64| NewMessage {
            topic: "case".to_owned(),
            payload: position.to_string(),
        };
        append.outbox = (1..=given.messages).map(message).collect();
        store.append(&append).map_err(unexpected)?;
        let (mut delivered, mut handled, mut runs) = (Vec::new(), Vec::new(), Vec::new());
        let mut inbox = Inbox::new();
        loop {
            let end = relay(&store, |message| {
                let position: i64 = message.payload.parse().map_err(|_| Crash)?;
                // A crash hits once; of several at one position the first that is left.
                let next = given.crashes.iter().position(|crash| crash.position == position);
                let crash = next.map(|index| given.crashes.remove(index).point);
                if crash == Some(Point::BeforeDeliver) {
                    return Err(Crash);
                }
                delivered.push(position);
                if inbox.accept(message) {
                    handled.push(position);
                }
                if crash == Some(Point::AfterDeliver) {
                    Err(Crash)
                } else {
                    Ok(())
                }
            });
            runs.push(end.is_ok());
            if end.is_ok() {
                break;
            }
        }
        Ok(json!({
            "delivery_sequence": delivered,
            "delivered": delivered.len(),
            "handled": handled.len(),
            "relay_runs": runs.len(),
        }))
    };
    answer(run())
}

/// A posting that takes the next number of its sequence.
struct Posting {
    sequence: String,
    /// What its document's stream must be at; an impossible version makes the store roll it back.
    expected: Option<Expected>,
}

impl Handler for Posting {
    type Refusal = Infallible;

    fn streams(&self) -> Vec<StreamId> {
        Vec::new()
    }

    fn sequences(&self) -> Vec<String> {
        vec![self.sequence.clone()]
    }

    fn handle(&self, loaded: &Loaded) -> Result<Decision, HandlerError<Infallible>> {
        let number = loaded.next_number(&self.sequence);
        let document = StreamId::new("case", "1")?;
        let writes = self
            .expected
            .map(|expected| StreamWrite::new(document, expected, events(1)));
        Ok(Decision {
            writes: writes.into_iter().collect(),
            claims: vec![NumberClaim::one(&self.sequence, number)],
            result: number.to_string(),
            ..Decision::default()
        })
    }
}

/// `host_numbering`: document numbers.
pub(crate) fn numbering(given: &Value) -> Result<Value, String> {
    #[derive(Deserialize, Clone, Copy, PartialEq)]
    #[serde(rename_all = "snake_case")]
    enum Mode {
        GapFree,
        GapsAllowed,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        mode: Option<Mode>,
        digits: Option<u8>,
        fiscal_year_start_month: Option<u32>,
        postings: Vec<Document>,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Document {
        series: String,
        date: NaiveDate,
        commits: bool,
    }
    let run = || {
        let given: Given = read(given)?;
        let (digits, month) = (
            given.digits.unwrap_or(5),
            given.fiscal_year_start_month.unwrap_or(1),
        );
        let store = MemoryStore::new();
        let mut recording = Recording::new(DateTime::default());
        recording.retries = 0;
        let (mut numbers, mut unused) = (Vec::new(), Vec::new());
        for document in given.postings {
            let series = NumberSeries::new(&document.series, digits, month).map_err(unexpected)?;
            let sequence = series.sequence(document.date);
            // Without a gap the number goes with the document; otherwise it is taken before.
            let expected = match given.mode.unwrap_or(Mode::GapFree) {
                Mode::GapsAllowed => None,
                Mode::GapFree if document.commits => Some(Expected::Any),
                Mode::GapFree => Some(Expected::Exactly(u64::MAX)),
            };
            let taken = match run(&store, &Posting { sequence, expected }, &recording) {
                Ok(outcome) => Some(outcome.result.parse().map_err(unexpected)?),
                Err(_) => None,
            };
            let number = taken.map(|number| series.number(document.date, number));
            if document.commits {
                numbers.push(number);
            } else {
                numbers.push(None);
                unused.extend(number);
            }
        }
        Ok(json!({"numbers": numbers, "unused": unused}))
    };
    answer(run())
}
