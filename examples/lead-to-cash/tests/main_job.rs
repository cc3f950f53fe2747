//! The main job as a user runs it: the built program on the shipped sample.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use serde_json::Value;

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/sample");
const POLICY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/policy");

/// A folder of a test's own, gone at its end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("lead-to-cash-{}-{test}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// A copy of a folder, to be edited.
    fn copy(&self, from: &str, name: &str) -> PathBuf {
        let to = self.path(name);
        write(&to, &files(Path::new(from)));
        to
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The files of a folder and of those in it, by name.
type Files = BTreeMap<String, Vec<u8>>;

fn files(folder: &Path) -> Files {
    let mut files = Files::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            let inner = self::files(&entry.path()).into_iter();
            files.extend(inner.map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)));
        } else {
            files.insert(name, fs::read(entry.path()).unwrap());
        }
    }
    files
}

fn write(folder: &Path, files: &Files) {
    fs::create_dir_all(folder).unwrap();
    for (name, bytes) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// Fails with the names of the files that differ, not with their bytes.
#[track_caller]
fn assert_same(left: &Files, right: &Files) {
    let names: BTreeSet<_> = left.keys().chain(right.keys()).collect();
    let differ: Vec<_> = names
        .into_iter()
        .filter(|name| left.get(*name) != right.get(*name))
        .collect();
    assert!(differ.is_empty(), "these files differ: {differ:?}");
}

/// Everything but the store, whose pages tell in how many appends it was written.
fn results(files: &Files) -> Files {
    let mut results = files.clone();
    results.remove("store.sqlite");
    results
}

fn edit(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{} has no {from}", file.display());
    fs::write(file, text.replacen(from, to, 1)).unwrap();
}

fn program(out: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lead-to-cash"));
    command.arg("--out").arg(out).args(more);
    command
}

fn run(out: &Path, more: &[&str]) -> Output {
    program(out, more).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// The run stopped with exit code 2, and its message has all of these.
#[track_caller]
fn assert_stopped(output: &Output, parts: &[&str]) {
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{message}");
    for part in parts {
        assert!(message.contains(part), "no `{part}` in: {message}");
    }
}

/// A run that nothing disturbs, and the time that it took.
struct Undisturbed {
    output: Output,
    files: Files,
    took: Duration,
}

static UNDISTURBED: LazyLock<Undisturbed> = LazyLock::new(|| {
    let scratch = Scratch::new("undisturbed");
    let out = scratch.path("out");
    let start = Instant::now();
    let output = run(&out, &[]);
    Undisturbed {
        took: start.elapsed(),
        output,
        files: files(&out),
    }
});

fn report(files: &Files) -> Value {
    serde_json::from_slice(&files["run.json"]).unwrap()
}

#[track_caller]
fn assert_reconciled(report: &Value) {
    let checks = report["reconciliations"].as_array().unwrap();
    let names: BTreeSet<_> = checks
        .iter()
        .map(|check| check["name"].as_str().unwrap())
        .collect();
    for name in [
        "won close values = quotes accepted",
        "quotes = orders",
        "orders = invoiced + to be invoiced",
        "invoiced = paid + open + credited",
        "allocated = recognised + deferred",
        "commission earned = paid + accrued",
        "debits = credits",
        "replayed state = stored state",
    ] {
        assert!(names.contains(name), "{name} is not checked");
    }
    for check in checks {
        let difference = check["difference"].as_str().unwrap();
        assert!(matches!(difference, "0" | "0.00"), "{check}");
        assert_eq!(check["left"], check["right"]);
        assert_eq!(check.get("documents"), None, "{check}");
    }
}

/// What the sample says by itself, read here once more and in another way than the program reads it.
#[derive(Default, Debug)]
struct Facts {
    usable: usize,
    unusable: usize,
    won: usize,
    lost: usize,
    open: usize,
    won_without_value: usize,
    /// Cents.
    won_value: u64,
    latest: Option<NaiveDate>,
}

impl Facts {
    fn until(as_of: Option<NaiveDate>) -> Self {
        let names = |file: &str| -> BTreeSet<String> {
            let mut reader = csv::Reader::from_path(format!("{SAMPLE}/{file}")).unwrap();
            reader
                .records()
                .map(|row| row.unwrap()[0].trim().to_owned())
                .collect()
        };
        let (accounts, products, agents) = (
            names("accounts.csv"),
            names("products.csv"),
            names("sales_teams.csv"),
        );
        let mut facts = Self::default();
        let mut seen = BTreeSet::new();
        let mut reader = csv::Reader::from_path(format!("{SAMPLE}/sales_pipeline.csv")).unwrap();
        for row in reader.deserialize() {
            let row: BTreeMap<String, String> = row.unwrap();
            let cell = |name: &str| row[name].trim();
            let date = |name: &str| cell(name).parse::<NaiveDate>().ok();
            let stage = cell("deal_stage");
            let value = cents(cell("close_value"));
            let is_usable = products.contains(cell("product"))
                && agents.contains(cell("sales_agent"))
                && (accounts.contains(cell("account")) || cell("account").is_empty() && stage != "Won")
                && date("created_on").is_some()
                && (stage == "In_Progress" || date("close_date") >= date("created_on"))
                && (stage != "Won" || cell("close_value").is_empty() || value.is_some());
            if !is_usable || !seen.insert(cell("opportunity_id").to_owned()) {
                facts.unusable += 1;
                continue;
            }
            let closed = date("close_date").filter(|_| stage != "In_Progress");
            facts.latest = facts.latest.max(closed).max(date("created_on"));
            let later = |date: Option<NaiveDate>| as_of.is_some_and(|as_of| date > Some(as_of));
            if later(date("created_on")) {
                continue;
            }
            facts.usable += 1;
            match stage {
                "Won" if !later(closed) => {
                    facts.won += 1;
                    facts.won_without_value += usize::from(value.is_none());
                    facts.won_value += value.unwrap_or(0);
                }
                "Lost" if !later(closed) => facts.lost += 1,
                _ => facts.open += 1,
            }
        }
        facts
    }

    #[track_caller]
    fn assert_in(&self, report: &Value) {
        for (count, fact) in [
            ("opportunities", self.usable),
            ("opportunities_won", self.won),
            ("opportunities_lost", self.lost),
            ("opportunities_open", self.open),
            ("opportunities_won_without_value", self.won_without_value),
            ("quotes_accepted", self.won - self.won_without_value),
            ("orders", self.won - self.won_without_value),
        ] {
            assert_eq!(report["counts"][count], fact, "{count}");
        }
        assert_eq!(report["import"]["refused"], self.unusable);
        let quoted = format!("{}.{:02}", self.won_value / 100, self.won_value % 100);
        assert_eq!(report["totals"]["quoted_net"]["amount"], quoted);
    }
}

/// `433.0` as 43300.
fn cents(text: &str) -> Option<u64> {
    let (units, decimals) = text.split_once('.').unwrap_or((text, ""));
    let decimals = format!("{decimals:0<2}");
    let cents: u64 = decimals.parse().ok().filter(|_| decimals.len() == 2)?;
    Some(units.parse::<u64>().ok()? * 100 + cents)
}

#[test]
fn the_sample_reconciles_and_gives_the_figures_that_it_has() {
    let Undisturbed { output, files, .. } = &*UNDISTURBED;
    assert!(output.status.success(), "{}", text(&output.stderr));
    let report = report(files);
    assert_reconciled(&report);
    let facts = Facts::until(None);
    // The sample has something of everything.
    assert!(facts.won > 100 && facts.lost > 0 && facts.open > 0, "{facts:?}");
    assert!(facts.won_without_value > 0 && facts.unusable > 0, "{facts:?}");
    facts.assert_in(&report);
    assert_eq!(report["as_of"], facts.latest.unwrap().to_string());
    for count in [
        "orders_held_at_some_time",
        "credit_notes",
        "quotes_with_approvals",
    ] {
        assert!(report["counts"][count].as_u64() > Some(0), "{count}");
    }
    let fits = report["payment_fits"].as_object().unwrap();
    for word in ["exact", "late", "short", "over"] {
        let count = fits.iter().filter(|(fit, _)| fit.contains(word));
        assert!(count.map(|(_, n)| n.as_u64().unwrap()).sum::<u64>() > 0, "{word}");
    }
    let screen = text(&output.stdout);
    assert!(screen.contains("payments are simulated") && screen.contains("replayed state = stored state"));
    // Nothing is left that was being written.
    assert!(files.keys().all(|name| !name.ends_with(".part")));
    // Invoice numbers have no gap.
    let mut invoices = csv::Reader::from_reader(files["invoices.csv"].as_slice());
    let numbers = invoices
        .deserialize()
        .map(|row| row.unwrap())
        .map(|row: BTreeMap<String, String>| row["number"].clone());
    let mut last: BTreeMap<String, u64> = BTreeMap::new();
    for number in numbers {
        let (series, value) = number.rsplit_once('-').unwrap();
        let last = last.entry(series.to_owned()).or_default();
        *last += 1;
        assert_eq!(value.parse(), Ok(*last), "{number}");
    }
    assert!(last.len() > 1, "{last:?}");
}

#[test]
fn a_second_run_changes_no_byte_and_says_so() {
    let scratch = Scratch::new("second");
    let out = scratch.path("out");
    write(&out, &UNDISTURBED.files);
    let second = run(&out, &[]);
    assert!(second.status.success(), "{}", text(&second.stderr));
    let screen = text(&second.stdout);
    assert!(screen.contains("Nothing changed"), "{screen}");
    assert_same(&files(&out), &UNDISTURBED.files);

    // Nor does one that nobody listens to.
    let mut third = program(&out, &[]).stdout(Stdio::piped()).spawn().unwrap();
    drop(third.stdout.take());
    assert!(third.wait().unwrap().success());
    assert_same(&files(&out), &UNDISTURBED.files);
}

#[test]
fn a_store_of_another_run_is_refused_and_keeps_every_byte() {
    let scratch = Scratch::new("other");
    let out = scratch.path("out");
    write(&out, &UNDISTURBED.files);

    let policy = scratch.copy(POLICY, "policy");
    edit(
        &policy.join("terms.json"),
        "\"payment_days\": 30",
        "\"payment_days\": 31",
    );
    let other = ["--policy", policy.to_str().unwrap()];
    assert_stopped(&run(&out, &other), &["policy terms.json has changed"]);

    let data = scratch.copy(SAMPLE, "data");
    edit(&data.join("accounts.csv"), "\n", "\r\n");
    fs::remove_file(data.join("clicks.csv")).unwrap();
    let other = ["--data", data.to_str().unwrap()];
    let changed = ["data accounts.csv has changed", "data clicks.csv is gone"];
    assert_stopped(&run(&out, &other), &changed);

    let latest = Facts::until(None).latest.unwrap();
    let other = ["--as-of", "2025-06-29"];
    let changed = format!("the date was {latest} and is 2025-06-29");
    assert_stopped(&run(&out, &other), &[&changed]);

    assert_same(&files(&out), &UNDISTURBED.files);
}

#[test]
fn what_cannot_be_read_is_named_with_its_place_before_anything_is_written() {
    let scratch = Scratch::new("faults");
    let out = scratch.path("out");

    for file in [
        "accounts.csv",
        "products.csv",
        "sales_teams.csv",
        "sales_pipeline.csv",
    ] {
        let data = scratch.copy(SAMPLE, "missing");
        fs::remove_file(data.join(file)).unwrap();
        assert_stopped(
            &run(&out, &["--data", data.to_str().unwrap()]),
            &[file, "is missing"],
        );
    }

    let data = scratch.copy(SAMPLE, "column");
    edit(&data.join("sales_pipeline.csv"), "close_value", "value");
    assert_stopped(
        &run(&out, &["--data", data.to_str().unwrap()]),
        &["sales_pipeline.csv", "has no column `close_value`", "deal_stage"],
    );

    for (file, from, to, parts) in [
        (
            "terms.json",
            "\"payment_days\"",
            "\"payment_weeks\"",
            ["unknown field `payment_weeks`", "line 8"],
        ),
        (
            "commission-plan.json",
            "\"quota\"",
            "\"quotas\"",
            ["unknown field `quotas`", "line 14"],
        ),
        (
            "scoring.json",
            "{\"fact\": \"list_price\"",
            "{\"fact\": \"prize\"",
            ["rules[0].when", "prize"],
        ),
        ("tax.json", "\"8.25\"", "8.25", ["line 5", "string"]),
        (
            "payments.json",
            "\"pays\": \"95\"",
            "\"pays\": \"-95\"",
            ["rules[1].pays", "0 or above"],
        ),
    ] {
        let policy = scratch.copy(POLICY, "policy");
        edit(&policy.join(file), from, to);
        let stopped = run(&out, &["--policy", policy.to_str().unwrap()]);
        assert_stopped(&stopped, &[file, parts[0], parts[1]]);
    }

    let policy = scratch.copy(POLICY, "policy");
    fs::remove_file(policy.join("holds.json")).unwrap();
    let stopped = run(&out, &["--policy", policy.to_str().unwrap()]);
    assert_stopped(&stopped, &["holds.json"]);

    assert_stopped(&run(&out, &["--as-of", "2025-02-30"]), &["2025-02-30"]);
    assert!(!out.exists());
}

#[test]
fn a_date_in_the_middle_shows_what_was_known_then() {
    let scratch = Scratch::new("middle");
    let out = scratch.path("out");
    let as_of: NaiveDate = "2024-08-15".parse().unwrap();
    let output = run(&out, &["--as-of", "2024-08-15", "--quiet"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(output.stdout.is_empty() && output.stderr.is_empty());
    let files = files(&out);
    let report = report(&files);
    assert_reconciled(&report);
    assert_eq!(report["as_of"], "2024-08-15");
    Facts::until(Some(as_of)).assert_in(&report);

    // Revenue is posted under the last day of its month.
    let mut journal = csv::Reader::from_reader(files["journal.csv"].as_slice());
    for row in journal.deserialize() {
        let row: BTreeMap<String, String> = row.unwrap();
        assert!(row["posting_date"].as_str() <= "2024-08-31", "{row:?}");
        assert!(row["effective_date"].as_str() <= "2024-08-31", "{row:?}");
    }
}

#[test]
fn a_date_before_all_data_gives_empty_books_that_reconcile() {
    let scratch = Scratch::new("before");
    let out = scratch.path("out");
    let output = run(&out, &["--as-of", "2000-01-01", "--quiet"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let report = report(&files(&out));
    assert_reconciled(&report);
    assert_eq!(report["counts"]["opportunities"], 0);
    assert_eq!(report["counts"]["journal_entries"], 0);
}

#[test]
fn a_run_that_is_killed_and_started_again_ends_like_one_that_was_not() {
    let scratch = Scratch::new("killed");
    let out = scratch.path("out");
    let mut killed = 0;
    for percent in [4, 15, 35, 60, 85] {
        let mut child = program(&out, &["--quiet"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(UNDISTURBED.took * percent / 100);
        child.kill().unwrap();
        // A run that was through before it could be killed has an exit code.
        killed += u32::from(child.wait().unwrap().code().is_none());
    }
    assert!(killed > 0, "no run was still going when it was to be killed");
    let output = run(&out, &[]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_same(&results(&files(&out)), &results(&UNDISTURBED.files));

    // The store has every event, and none twice.
    let again = run(&out, &[]);
    let events = |output: &Output| {
        let screen = text(&output.stdout);
        let words: Vec<_> = screen.split_whitespace().collect();
        let at = words.iter().position(|word| word.starts_with("events")).unwrap();
        words[at - 1].parse::<u64>().unwrap()
    };
    assert!(text(&again.stdout).contains("Nothing changed"));
    assert_eq!(events(&again), events(&UNDISTURBED.output));
}
