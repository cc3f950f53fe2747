//! The command flow, step by step, without a store.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use l2c_host::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default)]
struct Counter {
    count: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum CounterEvent {
    Counted,
}

impl DomainEvent for CounterEvent {
    const CATEGORY: &'static str = "counter";
    const VERSION: u32 = 1;
    fn name(&self) -> &'static str {
        "counted"
    }
}

/// Counts up to three; zero asks for nothing.
#[derive(Serialize)]
struct Count(u32);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("full")]
struct Full;

impl Decider for Counter {
    type Command = Count;
    type Event = CounterEvent;
    type Context = ();
    type Refusal = Full;
    fn decide(&self, Count(by): &Count, (): &()) -> Result<Vec<CounterEvent>, Full> {
        if self.count + by > 3 {
            Err(Full)
        } else {
            Ok(vec![CounterEvent::Counted; *by as usize])
        }
    }
    fn evolve(self, _: &CounterEvent) -> Self {
        Self {
            count: self.count + 1,
        }
    }
}

fn stream() -> StreamId {
    StreamId::of::<CounterEvent>("1").unwrap()
}

fn count(by: u32) -> CommandOn<'static, Counter> {
    CommandOn::new(stream(), Count(by), NaiveDate::default(), |_: &Loaded| ())
}

fn plain() -> Recording {
    Recording::new(DateTime::default())
}

/// Events 1 to `n` of the stream.
fn events(n: u64) -> Vec<Envelope> {
    let store = MemoryStore::new();
    let mut append = Append::new(DateTime::default());
    let events = vec![CounterEvent::Counted; n as usize];
    append
        .events("1", Expected::NEW, &events, NaiveDate::default())
        .unwrap();
    store.append(&append).unwrap();
    store.read_all(0, usize::MAX).unwrap()
}

fn conflict(actual: u64) -> StoreError {
    StoreError::Conflict {
        stream: stream(),
        expected: Expected::NEW,
        actual,
    }
}

fn lost() -> StoreError {
    StoreError::Unknown("the connection broke".into())
}

fn stored() -> Reply {
    Reply::Appended(Appended::Stored {
        versions: vec![1],
        position: Some(1),
    })
}

/// A recording of the steps as short words.
fn word(progress: &Progress<Full>) -> String {
    match progress {
        Progress::Do(Step::ReadKey(key)) => format!("key {key}"),
        Progress::Do(Step::ReadStream { stream, after, .. }) => format!("read {stream} after {after}"),
        Progress::Do(Step::ReadNumber(sequence)) => format!("number {sequence}"),
        Progress::Do(Step::Append(append)) => {
            let writes: Vec<_> = append
                .writes
                .iter()
                .map(|w| format!("{} events to {} at {}", w.events.len(), w.stream, w.expected))
                .collect();
            format!("append {}", writes.join(", "))
        }
        Progress::Done(Ok(outcome)) => format!("done, replayed {}", outcome.replayed),
        Progress::Done(Err(error)) => format!("{}: {error}", error.code()),
    }
}

fn steps<H: Handler<Refusal = Full>>(
    handler: &H,
    recording: &Recording,
    replies: impl IntoIterator<Item = Result<Reply, StoreError>>,
) -> Vec<String> {
    let mut flow = Flow::new(handler, recording);
    let mut words = vec![word(&flow.start())];
    for reply in replies {
        words.push(word(&flow.on(reply)));
    }
    words
}

#[test]
fn without_a_key_it_loads_decides_and_appends() {
    let replies = [Ok(Reply::Events(events(2))), Ok(stored())];
    assert_eq!(
        steps(&count(1), &plain(), replies),
        [
            "read counter/1 after 0",
            "append 1 events to counter/1 at version 2",
            "done, replayed false"
        ]
    );
}

#[test]
fn a_long_stream_is_loaded_in_pages() {
    // The page is full, so there may be more.
    let all = events(1000);
    let replies = [Ok(Reply::Events(all)), Ok(Reply::Events(vec![]))];
    assert_eq!(
        steps(&count(1), &plain(), replies),
        [
            "read counter/1 after 0",
            "read counter/1 after 1000",
            "refused: full"
        ]
    );
}

#[test]
fn a_known_key_ends_it_at_once() {
    let recording = plain().with_key("k", "f");
    let known = |fingerprint: &str| IdempotencyRecord {
        key: "k".into(),
        fingerprint: fingerprint.into(),
        result: "[]".into(),
    };
    let with = |fingerprint| [Ok(Reply::Key(Some(known(fingerprint))))];
    assert_eq!(
        steps(&count(1), &recording, with("f")),
        ["key k", "done, replayed true"]
    );
    assert_eq!(
        steps(&count(1), &recording, with("other")),
        [
            "key k",
            "key_reuse: idempotency key \"k\" was used for another request"
        ]
    );
}

#[test]
fn another_request_under_the_same_key_is_an_error() {
    let now = DateTime::default();
    let store = MemoryStore::new();
    let first = count(1);
    run(&store, &first, &first.recording(now, "k").unwrap()).unwrap();
    let tomorrow = NaiveDate::default().succ_opt().unwrap();
    let elsewhere = StreamId::of::<CounterEvent>("2").unwrap();
    let on = |stream, by, day| CommandOn::<Counter>::new(stream, Count(by), day, |_| ());
    let code = |command: CommandOn<'_, Counter>| {
        run(&store, &command, &command.recording(now, "k").unwrap())
            .map(|outcome| outcome.replayed)
            .map_err(|error| error.code())
    };
    assert_eq!(code(on(stream(), 2, NaiveDate::default())), Err("key_reuse"));
    assert_eq!(code(on(elsewhere, 1, NaiveDate::default())), Err("key_reuse"));
    // The same request, asked again the day after.
    assert_eq!(code(on(stream(), 1, tomorrow)), Ok(true));
    assert_eq!(store.read_all(0, 10).unwrap().len(), 1);
}

#[test]
fn a_command_without_a_text_has_no_recording() {
    #[derive(Clone, Default)]
    struct Mute;
    impl Decider for Mute {
        type Command = std::collections::BTreeMap<(), ()>; // JSON has no such key
        type Event = CounterEvent;
        type Context = ();
        type Refusal = Full;
        fn decide(&self, _: &Self::Command, (): &()) -> Result<Vec<CounterEvent>, Full> {
            Ok(vec![])
        }
        fn evolve(self, _: &CounterEvent) -> Self {
            self
        }
    }
    let command = CommandOn::<Mute>::new(stream(), [((), ())].into(), NaiveDate::default(), |_| ());
    let error = command.recording(DateTime::default(), "k").unwrap_err();
    assert_eq!(error.code(), "unwritable_command");
    assert!(error.to_string().contains("counter/1"), "{error}");
}

#[test]
fn a_noop_is_appended_for_its_key_alone() {
    assert_eq!(
        steps(&count(0), &plain(), [Ok(Reply::Events(vec![]))]),
        ["read counter/1 after 0", "done, replayed false"]
    );
    let recording = plain().with_key("k", "f");
    let replies = [Ok(Reply::Key(None)), Ok(Reply::Events(vec![])), Ok(stored())];
    assert_eq!(
        steps(&count(0), &recording, replies),
        [
            "key k",
            "read counter/1 after 0",
            "append 0 events to counter/1 at version 0",
            "done, replayed false"
        ]
    );
}

#[test]
fn a_conflict_is_decided_again_on_what_stands_then() {
    let replies = [
        Ok(Reply::Events(vec![])),
        Err(conflict(2)),
        Ok(Reply::Events(events(2))),
        Ok(stored()),
    ];
    assert_eq!(
        steps(&count(1), &plain(), replies),
        [
            "read counter/1 after 0",
            "append 1 events to counter/1 at version 0",
            "read counter/1 after 0",
            "append 1 events to counter/1 at version 2",
            "done, replayed false"
        ]
    );
    let replies = [
        Ok(Reply::Events(vec![])),
        Err(conflict(3)),
        Ok(Reply::Events(events(3))),
    ];
    assert_eq!(
        steps(&count(1), &plain(), replies).last().unwrap(),
        "refused: full"
    );
}

#[test]
fn after_the_last_retry_it_gives_up() {
    let mut recording = plain();
    recording.retries = 1;
    let handler = count(1);
    let mut flow = Flow::new(&handler, &recording);
    flow.start();
    for _ in 0..2 {
        flow.on(Ok(Reply::Events(vec![])));
        let progress = flow.on(Err(conflict(1)));
        if let Progress::Done(end) = progress {
            assert_eq!(
                end,
                Err(FlowError::GivenUp {
                    decisions: 2,
                    last: conflict(1)
                })
            );
            return;
        }
    }
    panic!("it goes on");
}

#[test]
fn an_unknown_outcome_is_found_out_by_its_key() {
    let recording = plain().with_key("k", "f");
    let record = IdempotencyRecord {
        key: "k".into(),
        fingerprint: "f".into(),
        result: "[]".into(),
    };
    let begin = || vec![Ok(Reply::Key(None)), Ok(Reply::Events(vec![])), Err(lost())];
    let mut took_effect = begin();
    took_effect.push(Ok(Reply::Key(Some(record))));
    assert_eq!(
        steps(&count(1), &recording, took_effect)[2..],
        [
            "append 1 events to counter/1 at version 0",
            "key k",
            "done, replayed true"
        ]
    );
    let mut did_not = begin();
    did_not.extend([Ok(Reply::Key(None)), Ok(Reply::Events(vec![])), Ok(stored())]);
    assert_eq!(
        steps(&count(1), &recording, did_not)[3..],
        [
            "key k",
            "read counter/1 after 0",
            "append 1 events to counter/1 at version 0",
            "done, replayed false"
        ]
    );
    let mut still_unknown = begin();
    still_unknown.push(Err(StoreError::Failed("down".into())));
    assert!(
        steps(&count(1), &recording, still_unknown)
            .last()
            .unwrap()
            .starts_with("unknown_outcome")
    );
}

#[test]
fn without_a_key_an_unknown_outcome_stays_unknown() {
    let replies = [Ok(Reply::Events(vec![])), Err(lost())];
    assert!(
        steps(&count(1), &plain(), replies)
            .last()
            .unwrap()
            .starts_with("unknown_outcome")
    );
}

#[test]
fn a_failing_store_ends_it() {
    let failed = || Err(StoreError::Failed("down".into()));
    assert_eq!(
        steps(&count(1), &plain(), [failed()]).last().unwrap(),
        "store_failed: the store failed: down"
    );
    let replies = [Ok(Reply::Events(vec![])), failed()];
    assert_eq!(
        steps(&count(1), &plain(), replies).last().unwrap(),
        "store_failed: the store failed: down"
    );
}

#[test]
fn a_reply_to_another_step_is_an_error() {
    assert!(
        steps(&count(1), &plain(), [Ok(Reply::Number(1))])
            .last()
            .unwrap()
            .starts_with("out_of_step")
    );
}

#[test]
fn what_was_read_is_checked_too() {
    let other = StreamId::new("limit", "1").unwrap();
    let command = count(1).reading(other);
    let replies = [Ok(Reply::Events(vec![])), Ok(Reply::Events(vec![]))];
    assert_eq!(
        steps(&command, &plain(), replies),
        [
            "read counter/1 after 0",
            "read limit/1 after 0",
            "append 1 events to counter/1 at version 0, 0 events to limit/1 at version 0"
        ]
    );
}

#[test]
fn the_recording_reaches_the_events() {
    let store = MemoryStore::new();
    let mut recording = plain().with_key("k", "f");
    recording.metadata.actor = Some("usr_1".into());
    let command = count(2).telling(|events: &[CounterEvent]| {
        events
            .iter()
            .map(|_| NewMessage {
                topic: "counted".into(),
                payload: "{}".into(),
            })
            .collect()
    });
    let outcome = run(&store, &command, &recording).unwrap();
    assert_eq!(
        (outcome.position, outcome.decisions, outcome.replayed),
        (Some(2), 1, false)
    );
    let events = store.read_stream(&stream(), 0, 10).unwrap();
    assert!(
        events
            .iter()
            .all(|e| e.metadata == recording.metadata && e.name == "counted")
    );
    assert_eq!(store.pending(10).unwrap().len(), 2);
    let again = run(&store, &command, &recording).unwrap();
    assert!(again.replayed);
    assert_eq!(command.events(&again).unwrap(), vec![CounterEvent::Counted; 2]);
    assert_eq!(store.pending(10).unwrap().len(), 2);
}

#[test]
fn the_asynchronous_runner_does_the_same() {
    fn sendable<F: Future + Send>(future: F) -> F {
        future
    }
    let blocking = MemoryStore::new();
    let shared = MemoryStore::new();
    let store = Immediate(shared.clone());
    for (by, key) in [(2, "a"), (2, "b"), (1, "c"), (2, "a")] {
        let command = count(by);
        let recording = plain().with_key(key, "f");
        let future = pin!(sendable(run_async(&store, &command, &recording)));
        let Poll::Ready(got) = future.poll(&mut Context::from_waker(Waker::noop())) else {
            panic!("an immediate store waits")
        };
        assert_eq!(got, run(&blocking, &command, &recording));
    }
    assert_eq!(shared.read_all(0, 10), blocking.read_all(0, 10));
    assert_eq!(shared.read_all(0, 10).unwrap().len(), 3);
}
