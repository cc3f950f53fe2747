//! What a run refuses: each message names the file, the place, the value and what would be right, and nothing is
//! touched, neither a folder with results nor one that is not there yet.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

mod job;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use insta::assert_snapshot;
use job::*;

/// A folder of a test, with results of an undisturbed run in `out`.
struct Case {
    scratch: Scratch,
    out: PathBuf,
    data: PathBuf,
    policy: PathBuf,
}

impl Case {
    fn new(test: &str) -> Self {
        let scratch = Scratch::new(test);
        let out = scratch.path("out");
        write(&out, &UNDISTURBED.files);
        let (data, policy) = (scratch.copy(SAMPLE, "data"), scratch.copy(POLICY, "policy"));
        Self {
            scratch,
            out,
            data,
            policy,
        }
    }

    /// Changes the bytes of a data file for one refusal.
    #[track_caller]
    fn data(&self, file: &str, change: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
        let path = self.data.join(file);
        let before = fs::read(&path).unwrap();
        fs::write(&path, change(&before)).unwrap();
        let message = self.refused(&[]);
        fs::write(&path, before).unwrap();
        message
    }

    /// Changes a piece of a policy document for one refusal.
    #[track_caller]
    fn policy(&self, file: &str, from: &str, to: &str) -> String {
        let path = self.policy.join(file);
        let before = fs::read(&path).unwrap();
        edit(&path, from, to);
        let message = self.refused(&[]);
        fs::write(&path, before).unwrap();
        message
    }

    /// What a refused run says, on results that are there and on a folder that is not.
    #[track_caller]
    fn refused(&self, more: &[&str]) -> String {
        let before = files(&self.out);
        let message = self.message(&self.program(&self.out, more).output().unwrap());
        assert_same(&files(&self.out), &before);
        let absent = self.scratch.path("absent/deep");
        let again = self.message(&self.program(&absent, more).output().unwrap());
        assert_eq!(again, message);
        assert!(!self.scratch.path("absent").exists());
        message
    }

    fn program(&self, out: &Path, more: &[&str]) -> Command {
        let mut command = program(out, &["--data"]);
        command
            .arg(&self.data)
            .arg("--policy")
            .arg(&self.policy)
            .args(more);
        command
    }

    /// The error output of a run that was refused, without what differs from machine to machine.
    #[track_caller]
    fn message(&self, output: &Output) -> String {
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(output.stdout.is_empty());
        message.replace(self.scratch.0.to_str().unwrap(), "[..]")
    }

    /// A finished store in a file of its own.
    fn store(&self) -> PathBuf {
        let path = self.scratch.path("own.sqlite");
        fs::write(&path, &UNDISTURBED.files["store.sqlite"]).unwrap();
        path
    }

    /// What a run with a store says that it cannot use; the store stays as it is.
    #[track_caller]
    fn refused_store(&self, store: &Path) -> String {
        let before = fs::read(store).ok();
        let message = self.refused(&["--store", store.to_str().unwrap()]);
        assert!(fs::read(store).ok() == before, "the store has changed");
        let beside = files(&self.scratch.0);
        let left: Vec<_> = beside
            .keys()
            .filter(|name| name.contains("sqlite-") || name.ends_with(".lock"))
            .collect();
        assert!(left.is_empty(), "{left:?}");
        message
    }
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn replaced(bytes: &[u8], from: &str, to: &[u8]) -> Vec<u8> {
    let at = bytes
        .windows(from.len())
        .position(|window| window == from.as_bytes())
        .unwrap();
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

#[test]
fn a_data_file_that_is_cut_off() {
    let case = Case::new("cut");
    let in_a_row = case.data("sales_pipeline.csv", |bytes| bytes[..bytes.len() - 40].to_vec());
    assert_snapshot!(in_a_row, @"
    error: [..]/data/sales_pipeline.csv: line 362: the file ends in the middle of this row, after 5 of 8 cells; is it cut off? Copy or export it again
    ");
    let in_a_quote = case.data("sales_pipeline.csv", |bytes| {
        [bytes, b"Ember Media,Q1,\"Carla Cas"].concat()
    });
    assert_snapshot!(in_a_quote, @"
    error: [..]/data/sales_pipeline.csv: line 363: a quote opens in this row and is never closed; is the file cut off? Copy or export it again
    ");

    let path = case.data.join("sales_pipeline.csv");
    let whole = packed(&fs::read(&path).unwrap());
    fs::remove_file(&path).unwrap();
    let archive = case.data.join("sales_pipeline.csv.gz");
    fs::write(&archive, &whole[..whole.len() / 2]).unwrap();
    let message = case.refused(&[]);
    let (start, rest) = message.split_once("after ").unwrap();
    let (count, rest) = rest.split_once(' ').unwrap();
    assert!(count.parse::<usize>().unwrap() > 0);
    assert_snapshot!(format!("{start}after [count] {rest}"), @"
    error: [..]/data/sales_pipeline.csv.gz: the archive is cut off after [count] bytes of text; copy or export the file again
    ");
    fs::write(&archive, "account\n").unwrap();
    assert_snapshot!(case.refused(&[]), @"
    error: [..]/data/sales_pipeline.csv.gz: is no whole gzip archive (unexpected end of file); copy or export the file again, or name it .csv if it is plain
    ");
}

#[test]
fn a_data_file_that_is_not_utf_8() {
    let case = Case::new("encoding");
    let latin = case.data("accounts.csv", |bytes| {
        replaced(bytes, "Ember Health", b"Ember Sant\xe9")
    });
    assert_snapshot!(latin, @"
    error: [..]/data/accounts.csv: line 3, column account: a character is not UTF-8, as in Latin-1 or Windows-1252 text; save the file as UTF-8
    ");
    let latin = case.data("sales_teams.csv", |bytes| {
        replaced(bytes, "manager", b"m\xe4nager")
    });
    assert_snapshot!(latin, @"
    error: [..]/data/sales_teams.csv: line 1: a character is not UTF-8, as in Latin-1 or Windows-1252 text; save the file as UTF-8
    ");
    let utf_16 = case.data("products.csv", |bytes| {
        let units = text(bytes).encode_utf16().flat_map(u16::to_le_bytes);
        [0xff, 0xfe].into_iter().chain(units).collect()
    });
    assert_snapshot!(utf_16, @"
    error: [..]/data/products.csv: is UTF-16 or no text at all; save it as UTF-8
    ");
}

#[test]
fn a_data_file_that_is_missing_or_has_other_columns() {
    let case = Case::new("columns");
    let renamed = case.data("sales_pipeline.csv", |bytes| {
        replaced(bytes, "close_value", b"value")
    });
    assert_snapshot!(renamed, @"
    error: [..]/data/sales_pipeline.csv: has no column `close_value`; its columns are account, opportunity_id, sales_agent, deal_stage, product, close_date, value, created_on
    ");
    let semicolons = case.data("products.csv", |bytes| text(bytes).replace(',', ";").into_bytes());
    assert_snapshot!(semicolons, @"
    error: [..]/data/products.csv: has no column `product`; its columns are product;sales_price; cells are separated by `,`, not by `;`
    ");
    let twice = case.data("accounts.csv", |bytes| replaced(bytes, "revenue", b"account"));
    assert_snapshot!(twice, @"
    error: [..]/data/accounts.csv: has two columns `account`; one is right
    ");
    let empty = case.data("accounts.csv", |_| Vec::new());
    assert_snapshot!(empty, @"
    error: [..]/data/accounts.csv: is empty; its first line names the columns: account
    ");
    let header_alone = case.data("sales_pipeline.csv", |bytes| {
        text(bytes).lines().next().unwrap().as_bytes().to_vec()
    });
    assert_snapshot!(header_alone, @"
    error: [..]/data/sales_pipeline.csv: holds no opportunity: there is no row behind the header
    ");
    let decimal_commas = case.data("sales_pipeline.csv", |bytes| {
        let valued =
            |line: &&str| line.starts_with("account,") || line.contains(".0,") && line.contains(",Won,");
        let won = text(bytes).lines().filter(valued);
        won.map(|line| line.replace(".0,", ",0,") + "\n")
            .collect::<String>()
            .into_bytes()
    });
    assert_snapshot!(decimal_commas, @"
    error: [..]/data/sales_pipeline.csv: holds no usable opportunity: 184 rows are refused, the first in line 2: 9 cells where the header has 8; a cell with a comma in it stands in quotes
    ");
    fs::remove_file(case.data.join("sales_teams.csv")).unwrap();
    assert_snapshot!(case.refused(&[]), @"
    error: [..]/data/sales_teams.csv: is missing; a CRM export has it, plain or as .csv.gz
    ");
    fs::remove_dir_all(&case.data).unwrap();
    assert_snapshot!(case.refused(&[]), @"
    error: [..]/data: is no folder; name the folder of a CRM export
    ");
}

/// Rows that are wrong in a file that can be read: the run goes on without them and lists them.
#[test]
fn rows_that_are_wrong_are_listed() {
    let case = Case::new("rows");
    let append = |file: &str, rows: &[&str]| {
        let path = case.data.join(file);
        let text = fs::read_to_string(&path).unwrap();
        // A mark of UTF-8 is no fault.
        fs::write(path, format!("\u{feff}{text}{}\n", rows.join("\n"))).unwrap();
    };
    append(
        "products.csv",
        &[
            "Cheap,-5",
            "Comma,\"12,5\"",
            "Thousands,\"1.234,56\"",
            "Split,12,5",
        ],
    );
    append("accounts.csv", &["Ember Media,1,2"]);
    append("sales_teams.csv", &["Max Nobody,,West"]);
    append(
        "sales_pipeline.csv",
        &[
            "Ember Media,BAD1,Carla Castro,Won,Atlas Core,2017-02-30,433.0,2017-01-27",
            "Ember Media,BAD2,Carla Castro,Won,Atlas Core,2017-02-28,\"1.234,56\",2017-01-27",
            "Ember Media,BAD3,Carla Castro,Won,Atlas Core,2017-02-28,-433.0,2017-01-27",
            "Ember Media,BAD4,Carla Castro,Won,Atlas Core,2017-02-28,12,5,2017-01-27",
            "Ember Media,BAD5,Max Nobody,Won,Atlas Core,2017-02-28,433.0,2017-01-27",
            "Ember Mediocre,BAD6,Carla Castro,Won,Atlas Core,2017-02-28,433.0,2017-01-27",
            "Ember Media,BAD7,Carla Castro,Won,Cheap,2017-02-28,433.0,2017-01-27",
            "Ember Media,BAD8,Carla Castro,Won,Atlas Core,2017-02-28,433.005,2017-01-27",
            "Ember Media,BAD9,Carla Castro,Gewonnen,Atlas Core,2017-02-28,433.0,2017-01-27",
        ],
    );
    let terms = case.policy.join("terms.json");
    let marked = format!("\u{feff}{}", fs::read_to_string(&terms).unwrap());
    fs::write(terms, marked).unwrap();
    let out = case.scratch.path("rows");
    let output = case.program(&out, &["--quiet"]).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let results = files(&out);
    let findings = text(&results["import-findings.csv"]);
    let sample: Vec<_> = text(&UNDISTURBED.files["import-findings.csv"]).lines().collect();
    let new: Vec<_> = findings.lines().filter(|line| !sample.contains(line)).collect();
    assert_snapshot!(new.join("\n"), @r#"
    products.csv,11,,,,refused,3 cells where the header has 2; a cell with a comma in it stands in quotes
    products.csv,8,Cheap,sales_price,-5,refused,a list price is zero or above
    products.csv,9,Comma,sales_price,"12,5",refused,"`12,5` is not a decimal: write an optional minus, digits, and optionally a point with digits"
    products.csv,10,Thousands,sales_price,"1.234,56",refused,"`1.234,56` is not a decimal: write an optional minus, digits, and optionally a point with digits"
    accounts.csv,38,,account,(a name),refused,stands twice; the first row counts
    sales_teams.csv,12,,manager,,refused,"an agent needs a name, a manager and an office"
    sales_pipeline.csv,366,,,,refused,9 cells where the header has 8; a cell with a comma in it stands in quotes
    sales_pipeline.csv,363,BAD1,close_date,2017-02-30,refused,not a date of the calendar written YYYY-MM-DD
    sales_pipeline.csv,364,BAD2,close_value,"1.234,56",refused,"`1.234,56` is not a decimal: write an optional minus, digits, and optionally a point with digits"
    sales_pipeline.csv,365,BAD3,close_value,-433.0,refused,the value of a won opportunity is zero or above
    sales_pipeline.csv,367,BAD5,sales_agent,(a name),refused,no usable sales agent of this name in sales_teams.csv
    sales_pipeline.csv,368,BAD6,account,(a name),refused,"no account of this name in accounts.csv; a won opportunity needs one, others may leave it empty"
    sales_pipeline.csv,369,BAD7,product,Cheap,refused,no usable product of this name in products.csv
    sales_pipeline.csv,370,BAD8,close_value,433.005,refused,"USD has 2 decimals, and this has more"
    sales_pipeline.csv,371,BAD9,deal_stage,Gewonnen,refused,"a stage is Won, Lost or In_Progress"
    "#);
    assert!(!findings.contains("Nobody"));
    // Everything else is as without them.
    assert!(results["journal.csv"] == UNDISTURBED.files["journal.csv"]);
}

#[test]
fn a_policy_document_that_is_wrong() {
    let case = Case::new("policy");
    let currency = case.policy("terms.json", "USD", "XYZ");
    assert_snapshot!(currency);
    let key = case.policy("waterfall.json", "\"version\"", "\"edition\"");
    assert_snapshot!(key);
    let date = case.policy("price-book.json", "2024-12-31", "2017-02-30");
    assert_snapshot!(date);
    let comma = case.policy("price-book.json", "\"480\"", "\"1.234,56\"");
    assert_snapshot!(comma);
    let negative = case.policy("price-book.json", "\"480\"", "\"-480\"");
    assert_snapshot!(negative);
    let negative = case.policy("price-book.json", "\"60\"", "\"-60\"");
    assert_snapshot!(negative);
    let cut = case.policy("holds.json", "}", "");
    assert_snapshot!(cut);
    let range = case.policy("terms.json", "\"payment_days\": 30", "\"payment_days\": 99999");
    assert_snapshot!(range);
    // Every fault is told, not the first alone.
    let rules = r#"{
  "extension": {"orders_from": "-1", "after_months": 0, "purchases_from": "5000", "months": 121},
  "rebate": {"orders_from": "1000", "purchases_from": "30000", "percent": "102", "likelihood": "1.5"}
}"#;
    let shipped = fs::read_to_string(case.policy.join("changes.json")).unwrap();
    assert_snapshot!("rules_out_of_range", case.policy("changes.json", &shipped, rules));
    for (name, from, to) in [
        ("rule_without_a_field", ", \"likelihood\": \"0.25\"", ""),
        (
            "rule_with_a_negative_number_of_months",
            "\"months\": 3",
            "\"months\": -3",
        ),
        (
            "rule_with_a_number_for_a_text",
            "\"percent\": \"2\"",
            "\"percent\": 2",
        ),
        ("rule_with_an_unknown_field", "\"percent\"", "\"rate\""),
    ] {
        assert_snapshot!(name, case.policy("changes.json", from, to));
    }
    fs::remove_file(case.policy.join("tax.json")).unwrap();
    let missing = case.refused(&[]);
    assert_snapshot!(missing);
}

#[test]
fn a_date_of_the_run_that_does_not_exist() {
    let case = Case::new("date");
    assert_snapshot!(case.refused(&["--as-of", "2017-02-30"]), @"
    error: invalid value '2017-02-30' for '--as-of <DATE>': expected a date of the calendar written YYYY-MM-DD

    For more information, try '--help'.
    ");
}

#[test]
fn a_store_that_cannot_be_used() {
    let case = Case::new("store");
    let store = case.store();
    let patch = |at: usize, bytes: &[u8]| {
        let mut whole = UNDISTURBED.files["store.sqlite"].clone();
        whole[at..at + bytes.len()].copy_from_slice(bytes);
        fs::write(&store, whole).unwrap();
    };
    // The header of an SQLite file: the version of the schema at 60, the program at 68.
    patch(60, &[0, 0, 0, 7]);
    assert_snapshot!(case.refused_store(&store), @"
    error: store [..]/own.sqlite: the store cannot be used: it has schema version 7, written by a later release; this release knows versions up to 1; name another file with --store, or leave this one to the program that wrote it
    ");
    patch(68, b"game");
    assert_snapshot!(case.refused_store(&store), @"
    error: store [..]/own.sqlite: the store cannot be used: the file is a database of another program, not a store of l2c; name another file with --store, or leave this one to the program that wrote it
    ");
    fs::write(&store, "notes of mine ".repeat(300)).unwrap();
    assert_snapshot!(case.refused_store(&store), @"
    error: store [..]/own.sqlite: the store cannot be used: the file is not an SQLite database (file is not a database); name another file with --store, or leave this one to the program that wrote it
    ");
    patch(0, b"");
    edit(
        &case.policy.join("terms.json"),
        "\"payment_days\": 30",
        "\"payment_days\": 31",
    );
    assert_snapshot!(case.refused_store(&store), @"
    error: store [..]/own.sqlite: belongs to another run: policy terms.json has changed; name another file with --store, or use the same data, policies and date
    ");
    assert_snapshot!(case.refused_store(&case.scratch.path("no/such/folder/own.sqlite")), @"
    error: store [..]/no/such/folder/own.sqlite: its folder does not exist; make it, or name another file with --store
    ");
    assert_snapshot!(case.refused_store(&case.data), @"
    error: store [..]/data: is a folder; name a file with --store
    ");
}

/// A store whose pages are damaged is found out at the latest when it is read; results that are there stay.
#[test]
fn a_store_that_is_damaged() {
    let case = Case::new("damaged");
    let store = case.store();
    let whole = fs::read(&store).unwrap();
    fs::write(&store, &whole[..whole.len() / 2]).unwrap();
    assert_snapshot!(case.refused_store(&store), @"
    error: store [..]/own.sqlite: the store is damaged: database disk image is malformed; move it away and start again: the same run makes the same store
    ");
}

#[test]
fn a_folder_that_cannot_be_written_to() {
    let case = Case::new("folder");
    let refused = |out: &Path| case.message(&case.program(out, &[]).output().unwrap());
    let before = files(&case.scratch.0);

    let file = case.data.join("accounts.csv");
    assert_snapshot!(refused(&file), @"
    error: output [..]/data/accounts.csv: is a file; name a folder with --out
    ");
    assert_snapshot!(refused(&file.join("out")), @"
    error: output [..]/data/accounts.csv: is a file; name a folder with --out
    ");

    // Nobody can make a folder here, not even root.
    let system = refused(Path::new("/sys/lead-to-cash/out"));
    assert_snapshot!(system.split(" (").next().unwrap(), @"
    error: output /sys/lead-to-cash/out: may not be written to; name a place of yours with --out
    ");
    let system = case.refused(&["--store", "/sys/store.sqlite"]);
    assert_snapshot!(system.split(" (").next().unwrap(), @"
    error: store /sys/store.sqlite: may not be written to; name a place of yours with --store
    ");
    assert_same(&files(&case.scratch.0), &before);

    // A folder stands where a file is due: found before any result is touched.
    fs::create_dir(case.out.join("journal.csv.d")).unwrap();
    fs::remove_file(case.out.join("journal.csv")).unwrap();
    fs::rename(case.out.join("journal.csv.d"), case.out.join("journal.csv")).unwrap();
    fs::write(case.out.join("journal.csv/notes"), "mine").unwrap();
    let before = files(&case.out);
    assert_snapshot!(refused(&case.out), @"
    error: output [..]/out/journal.csv: is a folder where a file is due; move it, or name another folder with --out
    ");
    assert_same(&files(&case.out), &before);
}

/// A limit on the size of files stands for a full disk: it needs no rights and no file system of its own.
#[cfg(target_os = "linux")]
fn limited(case: &Case, blocks: usize, more: &[&str]) -> Output {
    let program = case.program(&case.scratch.path("small"), more);
    Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f \"$0\"; exec \"$@\""])
        .arg(blocks.to_string())
        .arg(program.get_program())
        .args(program.get_args())
        .output()
        .unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full() {
    let case = Case::new("full");
    let small = case.scratch.path("small");
    // The store is there and whole: the first file that does not fit is a table.
    let store = case.store();
    let output = limited(&case, 400, &["--store", store.to_str().unwrap()]);
    assert_snapshot!(case.message(&output), @"
    error: output [..]/small/journal.csv: is larger than a file may be here; allow more and start again, what is stored so far is kept (File too large (os error 27))
    ");
    assert!(!small.exists());
    assert!(fs::read(&store).unwrap() == UNDISTURBED.files["store.sqlite"]);

    // The store does not fit: it holds whole appends, no result is there, and with more room the run goes on.
    let output = limited(&case, 2_000, &[]);
    assert_snapshot!(case.message(&output), @"
    error: store [..]/small/store.sqlite: it is unknown whether the append took effect: disk I/O error; is there room on the disk, and may the file be written? What is stored so far is whole: start again
    ");
    let left = files(&small);
    assert!(
        left.keys().all(|name| name.starts_with("store.sqlite")),
        "{:?}",
        left.keys()
    );
    let output = case.program(&small, &["--quiet"]).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_same(&results(&files(&small)), &results(&UNDISTURBED.files));
}

#[cfg(unix)]
#[test]
fn a_run_that_is_still_going() {
    let case = Case::new("running");
    let busy = case.scratch.path("busy");
    let mut other = program(&busy, &["--quiet"])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let signal = |name: &str| {
        let id = other.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    };
    while !busy.join("store.sqlite").exists() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    signal("-STOP");
    let message = case.message(&case.program(&busy, &[]).output().unwrap());
    assert_snapshot!(message, @"
    error: output [..]/busy: another run is writing to it; wait for its end, or name another folder with --out
    ");
    let store = busy.join("store.sqlite");
    let elsewhere = case.scratch.path("elsewhere");
    let output = case
        .program(&elsewhere, &["--store", store.to_str().unwrap()])
        .output();
    assert_snapshot!(case.message(&output.unwrap()), @"
    error: store [..]/busy/store.sqlite: another run is using it; wait for its end, or name another file with --store
    ");
    assert!(!elsewhere.exists());
    // The other run is none the worse for it.
    signal("-CONT");
    assert!(other.wait().unwrap().success());
    assert_same(&files(&busy), &UNDISTURBED.files);
}
