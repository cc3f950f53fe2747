//! Laws of the store and of the flow under random input.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use l2c_host::*;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

/// A till: money goes in, and out as far as there is some.
#[derive(Clone, Debug, Default, PartialEq)]
struct Till {
    content: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum TillEvent {
    PaidIn(u64),
    PaidOut { amount: u64, receipt: u64 },
}

impl DomainEvent for TillEvent {
    const CATEGORY: &'static str = "till";
    const VERSION: u32 = 1;
    fn name(&self) -> &'static str {
        match self {
            Self::PaidIn(_) => "paid_in",
            Self::PaidOut { .. } => "paid_out",
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum TillCommand {
    PayIn(u64),
    PayOut(u64),
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("the till holds {0}")]
struct Short(u64);

impl Decider for Till {
    type Command = TillCommand;
    type Event = TillEvent;
    type Context = u64;
    type Refusal = Short;

    fn decide(&self, command: &TillCommand, receipt: &u64) -> Result<Vec<TillEvent>, Short> {
        match *command {
            TillCommand::PayIn(0) | TillCommand::PayOut(0) => Ok(vec![]),
            TillCommand::PayIn(amount) => Ok(vec![TillEvent::PaidIn(amount)]),
            TillCommand::PayOut(amount) if amount > self.content => Err(Short(self.content)),
            TillCommand::PayOut(amount) => Ok(vec![TillEvent::PaidOut {
                amount,
                receipt: *receipt,
            }]),
        }
    }

    fn evolve(self, event: &TillEvent) -> Self {
        Self {
            content: match event {
                TillEvent::PaidIn(amount) => self.content + amount,
                TillEvent::PaidOut { amount, .. } => self.content - amount,
            },
        }
    }
}

fn command(of: TillCommand) -> CommandOn<'static, Till> {
    let stream = StreamId::of::<TillEvent>("1").unwrap();
    let receipts = |events: &[TillEvent]| {
        events
            .iter()
            .filter(|event| matches!(event, TillEvent::PaidOut { .. }))
            .count() as u64
    };
    CommandOn::new(stream, of, NaiveDate::default(), |loaded: &Loaded| {
        loaded.next_number("receipt")
    })
    .claiming("receipt", receipts)
}

fn commands() -> impl Strategy<Value = Vec<(TillCommand, u8)>> {
    let command = prop_oneof![
        (0..50_u64).prop_map(TillCommand::PayIn),
        (0..50_u64).prop_map(TillCommand::PayOut),
    ];
    prop::collection::vec((command, 0..6_u8), 0..40)
}

/// A store whose appends lose their answer as the script says: after they took effect, or before.
struct Shaky<'s> {
    store: &'s MemoryStore,
    script: std::cell::RefCell<std::vec::IntoIter<u8>>,
}

impl Store for Shaky<'_> {
    fn append(&self, append: &Append) -> Result<Appended, StoreError> {
        let lost = || StoreError::Unknown("the connection broke".into());
        match self.script.borrow_mut().next() {
            Some(1) => Err(lost()),
            Some(2) => self.store.append(append).and_then(|_| Err(lost())),
            _ => self.store.append(append),
        }
    }
    fn read_stream(&self, stream: &StreamId, after: u64, limit: usize) -> Result<Vec<Envelope>, StoreError> {
        self.store.read_stream(stream, after, limit)
    }
    fn read_all(&self, after: u64, limit: usize) -> Result<Vec<Envelope>, StoreError> {
        self.store.read_all(after, limit)
    }
    fn heads(
        &self,
        category: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StreamHead>, StoreError> {
        self.store.heads(category, after, limit)
    }
    fn idempotency(&self, key: &str) -> Result<Option<IdempotencyRecord>, StoreError> {
        self.store.idempotency(key)
    }
    fn last_number(&self, sequence: &str) -> Result<u64, StoreError> {
        self.store.last_number(sequence)
    }
    fn pending(&self, limit: usize) -> Result<Vec<OutboxMessage>, StoreError> {
        self.store.pending(limit)
    }
    fn mark_delivered(&self, id: u64) -> Result<(), StoreError> {
        self.store.mark_delivered(id)
    }
}

fn till(store: &MemoryStore) -> Till {
    let stream = StreamId::of::<TillEvent>("1").unwrap();
    load(store, &stream, &Upcasters::new()).unwrap().0
}

/// Two tills that are paid into in turn, so that their events stand between each other's.
fn two_tills(events: usize) -> MemoryStore {
    let store = MemoryStore::new();
    for version in 0..events as u64 {
        let mut append = Append::new(DateTime::default());
        for key in ["1", "2"] {
            let events = [TillEvent::PaidIn(1)];
            append
                .events(key, Expected::Exactly(version), &events, NaiveDate::default())
                .unwrap();
        }
        store.append(&append).unwrap();
    }
    store
}

/// Every answer of the store, lost or not, leads to the same history as one that is never lost.
fn same_history_on_a_shaky_store(commands: &[(TillCommand, u8)], script: Vec<u8>) {
    let (calm, rough) = (MemoryStore::new(), MemoryStore::new());
    let shaky = Shaky {
        store: &rough,
        script: script.into_iter().into(),
    };
    for (number, (of, _)) in commands.iter().enumerate() {
        let mut recording =
            Recording::new(DateTime::default()).with_key(&number.to_string(), &format!("{of:?}"));
        recording.retries = 100;
        let command = command(*of);
        let due = run(&calm, &command, &recording);
        let got = run(&shaky, &command, &recording);
        assert_eq!(due.as_ref().map(|o| &o.result), got.as_ref().map(|o| &o.result));
        // A second run of the same request changes nothing and answers the same.
        let again = run(&rough, &command, &recording);
        assert_eq!(again.as_ref().map(|o| &o.result), got.as_ref().map(|o| &o.result));
    }
    assert_eq!(calm.read_all(0, usize::MAX), rough.read_all(0, usize::MAX));
    assert_eq!(calm.last_number("receipt"), rough.last_number("receipt"));
}

#[test]
fn a_state_is_whole_however_long_its_stream_is() {
    for events in [0, 1, 999, 1000, 1001, 2500] {
        let store = two_tills(events);
        let stream = StreamId::of::<TillEvent>("2").unwrap();
        let (till, version) = load::<Till>(&store, &stream, &Upcasters::new()).unwrap();
        assert_eq!((till.content, version), (events as u64, events as u64));
    }
}

#[test]
fn a_state_that_cannot_be_loaded_says_why() {
    let store = two_tills(1);
    let mut append = Append::new(DateTime::default());
    let later = NewEvent {
        name: "paid_in".into(),
        schema_version: 2,
        effective: NaiveDate::default(),
        payload: "{}".into(),
    };
    let stream = StreamId::of::<TillEvent>("1").unwrap();
    append
        .writes
        .push(StreamWrite::new(stream.clone(), Expected::Any, vec![later]));
    store.append(&append).unwrap();
    let error = load::<Till>(&store, &stream, &Upcasters::new()).unwrap_err();
    assert_eq!(error.code(), "unreadable_event");
}

proptest! {
    #[test]
    fn random_operations_agree_with_the_model(script in prop::collection::vec(any::<u8>(), 0..400)) {
        contract::run_script(&MemoryStore::new(), &script).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn lost_answers_change_nothing(commands in commands(), script in prop::collection::vec(0..4_u8, 0..60)) {
        same_history_on_a_shaky_store(&commands, script);
    }

    #[test]
    fn replay_gives_the_state_that_was_decided_on(commands in commands()) {
        let store = MemoryStore::new();
        let mut state = Till::default();
        for (of, _) in &commands {
            let due = state.decide(of, &(store.last_number("receipt").unwrap() + 1));
            let command = command(*of);
            let outcome = run(&store, &command, &Recording::new(DateTime::default()));
            match (due, outcome) {
                (Ok(events), Ok(outcome)) => {
                    prop_assert_eq!(&command.events(&outcome).unwrap(), &events);
                    prop_assert_eq!(outcome.position.is_none(), events.is_empty());
                    state = events.iter().fold(state, Till::evolve);
                }
                (Err(due), Err(FlowError::Refused(refusal))) => prop_assert_eq!(refusal, due),
                (due, got) => prop_assert!(false, "{:?} against {:?}", due, got),
            }
            prop_assert_eq!(&till(&store), &state);
        }
    }

    #[test]
    fn receipts_have_no_gap(commands in commands()) {
        let store = MemoryStore::new();
        for (of, _) in &commands {
            let _ = run(&store, &command(*of), &Recording::new(DateTime::default()));
        }
        let receipts: Vec<u64> = store
            .read_all(0, usize::MAX)
            .unwrap()
            .iter()
            .filter_map(|stored| match Upcasters::new().read(stored).unwrap() {
                TillEvent::PaidOut { receipt, .. } => Some(receipt),
                TillEvent::PaidIn(_) => None,
            })
            .collect();
        prop_assert_eq!(&receipts, &(1..=receipts.len() as u64).collect::<Vec<_>>());
        prop_assert_eq!(store.last_number("receipt").unwrap(), receipts.len() as u64);
    }

    #[test]
    fn the_relay_loses_nothing_and_the_inbox_handles_once(
        messages in 0..30_u32,
        crashes in prop::collection::vec((0..40_u32, any::<bool>()), 0..10),
    ) {
        let store = MemoryStore::new();
        let mut append = Append::new(DateTime::default());
        append.outbox =
            (0..messages).map(|n| NewMessage { topic: "t".into(), payload: n.to_string() }).collect();
        store.append(&append).unwrap();
        let mut crashes = crashes.into_iter().collect::<std::collections::BTreeMap<_, _>>();
        let (mut inbox, mut handled, mut call) = (Inbox::new(), Vec::new(), 0);
        let mut runs = 0;
        loop {
            runs += 1;
            let result = relay(&store, |message| {
                call += 1;
                let crash = crashes.remove(&call);
                if crash == Some(false) {
                    return Err(std::fmt::Error);
                }
                if inbox.accept(message) {
                    handled.push(message.payload.clone());
                }
                if crash == Some(true) { Err(std::fmt::Error) } else { Ok(()) }
            });
            if result.is_ok() {
                break;
            }
            prop_assert!(runs < 100);
        }
        prop_assert_eq!(handled, (0..messages).map(|n| n.to_string()).collect::<Vec<_>>());
        prop_assert_eq!(store.pending(1).unwrap(), vec![]);
    }

    #[test]
    fn paging_reads_everything_once(events in 0..40_usize, page in 0..12_usize, after in 0..45_u64) {
        let store = two_tills(events);
        let read: Vec<_> = all_events(&store, after, page).map(Result::unwrap).collect();
        prop_assert_eq!(read, store.read_all(after, usize::MAX).unwrap());
        for key in ["1", "2", "none"] {
            let stream = StreamId::of::<TillEvent>(key).unwrap();
            let read: Vec<_> = stream_events(&store, &stream, page).map(Result::unwrap).collect();
            prop_assert_eq!(read, store.read_stream(&stream, 0, usize::MAX).unwrap());
        }
        let heads = store.heads("till", None, 10).unwrap().into_iter();
        let by_stream = heads.flat_map(|head| stream_events(&store, &head.stream, page));
        prop_assert_eq!(by_stream.count(), 2 * events);
    }

    #[test]
    fn ids_and_streams_never_panic(text in ".{0,200}") {
        if let Ok(id) = PartyId::new(&text) {
            prop_assert_eq!(PartyId::from_key(id.key()).unwrap(), id.clone());
            prop_assert_eq!(id.as_str(), text.as_str());
        }
        if let Ok(stream) = StreamId::new("x", &text) {
            prop_assert_eq!(stream.key(), text.as_str());
        }
    }
}
