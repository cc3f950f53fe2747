//! What holds for the file: who may open it, what it survives, and that reading leaves it alone.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

mod folder;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use folder::Folder;
use l2c_host::*;
use l2c_sqlite::{Durability, OpenOptions, SqliteStore};
use rusqlite::{Connection, TransactionBehavior};

/// An append that holds its own number in every part.
fn numbered(number: u64) -> Append {
    let mut append = Append::new(DateTime::default());
    let event = |text: String| NewEvent {
        name: "counted".into(),
        schema_version: 1,
        effective: NaiveDate::default(),
        payload: text,
    };
    let own = StreamId::new("own", &number.to_string()).unwrap();
    let shared = StreamId::new("shared", "1").unwrap();
    append.writes.push(StreamWrite::new(
        own,
        Expected::NEW,
        vec![event(number.to_string())],
    ));
    append.writes.push(StreamWrite::new(
        shared,
        Expected::Exactly(number - 1),
        vec![event(number.to_string())],
    ));
    append.claims.push(NumberClaim::one("n", number));
    append.outbox.push(NewMessage {
        topic: "t".into(),
        payload: number.to_string(),
    });
    append.idempotency = Some(IdempotencyRecord {
        key: number.to_string(),
        fingerprint: "f".into(),
        result: number.to_string(),
    });
    append
}

/// That the store holds exactly the appends 1 to `n`, whole; gives `n`.
fn whole(store: &SqliteStore) -> u64 {
    let n = store.last_number("n").unwrap();
    let events = store.read_all(0, usize::MAX).unwrap();
    let texts: Vec<_> = events.iter().map(|e| e.payload.clone()).collect();
    let due: Vec<_> = (1..=n).flat_map(|i| [i.to_string(), i.to_string()]).collect();
    assert_eq!(texts, due);
    let messages: Vec<_> = store
        .pending(usize::MAX)
        .unwrap()
        .into_iter()
        .map(|m| m.payload)
        .collect();
    assert_eq!(messages, (1..=n).map(|i| i.to_string()).collect::<Vec<_>>());
    for number in 1..=n + 1 {
        assert_eq!(
            store.idempotency(&number.to_string()).unwrap().is_some(),
            number <= n
        );
    }
    assert_eq!(store.heads("own", None, usize::MAX).unwrap().len() as u64, n);
    n
}

const CHILD: &str = "L2C_SQLITE_TEST_FILE";

/// Not a test of its own: what the killed process runs.
#[test]
fn child_that_is_killed() {
    let Ok(file) = std::env::var(CHILD) else { return };
    let durability = Durability::ProcessKill;
    let store = SqliteStore::open_with(
        file,
        OpenOptions {
            durability,
            ..OpenOptions::default()
        },
    )
    .unwrap();
    for number in store.last_number("n").unwrap() + 1.. {
        store.append(&numbered(number)).unwrap();
        println!("acknowledged {number}");
    }
}

#[test]
fn a_killed_process_leaves_whole_appends_and_every_one_it_was_told_of() {
    let folder = Folder::new("killed");
    let mut before = 0;
    for round in 0..5_u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_that_is_killed", "--nocapture"])
            .env(CHILD, folder.file())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Long enough that it writes, however slow the machine is.
        let started = Instant::now();
        while !folder.file().exists() && started.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(60 + 37 * round));
        child.kill().unwrap();
        let output = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
        // The last line may be cut off in the middle.
        let lines = &output[..output.rfind('\n').map_or(0, |end| end + 1)];
        let told = lines
            .lines()
            .filter_map(|line| line.split("acknowledged ").nth(1))
            .map(|number| number.parse::<u64>().unwrap())
            .max()
            .unwrap_or(before);
        let store = SqliteStore::open(folder.file()).unwrap();
        let n = whole(&store);
        assert!(n >= told, "told of {told}, kept {n}");
        // It was killed between an append and its answer at most.
        assert!(n <= told + 1, "told of {told}, kept {n}");
        before = n;
    }
    assert!(before > 0, "nothing was ever written");
}

#[test]
fn a_file_that_another_process_writes_is_busy() {
    let folder = Folder::new("busy");
    let options = OpenOptions {
        busy_timeout: Duration::from_millis(20),
        ..OpenOptions::default()
    };
    let store = SqliteStore::open_with(folder.file(), options).unwrap();
    store.append(&numbered(1)).unwrap();
    let mut other = Connection::open(folder.file()).unwrap();
    let lock = other
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .unwrap();
    let error = store.append(&numbered(2)).unwrap_err();
    assert_eq!(error.code(), "store_busy");
    assert_eq!(
        error.to_string(),
        "the store is in use by another process: it stayed locked longer than the busy timeout (database is locked); \
         try again, or end the other process"
    );
    // Reading goes on, and writing as soon as the other is done.
    assert_eq!(whole(&store), 1);
    drop(lock);
    store.append(&numbered(2)).unwrap();
    assert_eq!(whole(&store), 2);
}

#[test]
fn opening_and_reading_change_no_byte() {
    let folder = Folder::new("unchanged");
    let store = SqliteStore::open(folder.file()).unwrap();
    for number in 1..=50 {
        store.append(&numbered(number)).unwrap();
    }
    drop(store);
    let before = std::fs::read(folder.file()).unwrap();
    let store = SqliteStore::open(folder.file()).unwrap();
    assert_eq!(whole(&store), 50);
    // A repetition and a refusal write nothing either.
    assert!(matches!(
        store.append(&numbered(50)),
        Ok(Appended::Replayed { .. })
    ));
    let mut refused = numbered(60);
    refused.idempotency = None;
    assert!(store.append(&refused).unwrap_err().is_conflict());
    drop(store);
    assert!(
        std::fs::read(folder.file()).unwrap() == before,
        "the file changed"
    );
    assert_eq!(
        std::fs::read_dir(folder.path("")).unwrap().count(),
        1,
        "files beside the store are left"
    );
}

#[test]
fn what_is_no_store_is_refused_and_not_touched() {
    let folder = Folder::new("foreign");
    std::fs::write(
        folder.path("text.db"),
        "a text, longer than the header of a database is ".repeat(20),
    )
    .unwrap();
    let error = SqliteStore::open(folder.path("text.db")).unwrap_err();
    assert_eq!(error.code(), "store_incompatible");
    Connection::open(folder.path("other.db"))
        .unwrap()
        .execute_batch("CREATE TABLE t (x)")
        .unwrap();
    let before = std::fs::read(folder.path("other.db")).unwrap();
    let error = SqliteStore::open(folder.path("other.db")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the store cannot be used: the file is a database of another program, not a store of l2c"
    );
    assert_eq!(std::fs::read(folder.path("other.db")).unwrap(), before);
    let error = SqliteStore::open(folder.path("no/such/folder/x.db")).unwrap_err();
    assert_eq!(error.code(), "store_failed");
}

#[test]
fn a_file_of_every_released_version_opens() {
    let folder = Folder::new("golden");
    let raw = Connection::open(folder.file()).unwrap();
    raw.execute_batch(include_str!("golden/schema-1.sql")).unwrap();
    drop(raw);
    let store = SqliteStore::open(folder.file()).unwrap();
    let mut read = String::new();
    for event in store.read_all(0, 100).unwrap() {
        read += &format!("{event:?}\n");
    }
    read += &format!("{:?}\n", store.pending(100).unwrap());
    read += &format!("{:?}\n", store.idempotency("request-1").unwrap());
    read += &format!("{:?}\n", store.last_number("INV-2026").unwrap());
    assert_eq!(read, include_str!("golden/schema-1.txt"));
    // And it goes on.
    store.append(&numbered(1)).unwrap();
}

#[test]
fn a_damaged_event_is_named() {
    let folder = Folder::new("damaged");
    let store = SqliteStore::open(folder.file()).unwrap();
    store.append(&numbered(1)).unwrap();
    let raw = Connection::open(folder.file()).unwrap();
    raw.execute("UPDATE event SET effective = 1e17 WHERE position = 2", [])
        .unwrap();
    let error = store.read_all(0, 10).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the store is damaged: event 2 has no readable effective date"
    );
    assert_eq!(store.read_all(0, 1).unwrap().len(), 1);
}

#[test]
fn people_can_read_the_events_with_any_tool() {
    let folder = Folder::new("view");
    let store = SqliteStore::open(folder.file()).unwrap();
    let mut append = Append::new(DateTime::from_timestamp(1_770_091_506, 789_000_000).unwrap());
    let stream = StreamId::new("order", "ord_1").unwrap();
    let event = NewEvent {
        name: "placed".into(),
        schema_version: 2,
        effective: NaiveDate::from_ymd_opt(1969, 12, 31).unwrap(),
        payload: "{}".into(),
    };
    append
        .writes
        .push(StreamWrite::new(stream, Expected::NEW, vec![event]));
    store.append(&append).unwrap();
    let raw = Connection::open(folder.file()).unwrap();
    let line: String = raw
        .query_row(
            "SELECT concat_ws(' ', position, category, key, version, name, schema_version, effective, recorded_at, payload)
             FROM events",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(
        line,
        "1 order ord_1 1 placed 2 1969-12-31 2026-02-03T04:05:06.789Z {}"
    );
}
