//! The main job as a user runs it: the built program on the shipped sample.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

mod job;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Stdio;

use chrono::NaiveDate;
use insta::assert_snapshot;
use job::*;
use serde_json::Value;

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
        "contracts less rebates = transaction prices",
        "allocated = recognised + deferred",
        "allocated = revenue of all months",
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
    let screen = screen.replace(UNDISTURBED.out.to_str().unwrap(), "[out]");
    let (screen, written) = screen.trim_end().rsplit_once('\n').unwrap();
    assert!(
        written.ends_with(" files were written and 0 had not changed."),
        "{written}"
    );
    assert_snapshot!(screen, @"
    From lead to cash as of 2025-06-30: done, and all 24 reconciliations hold.
    Everything behind the closed opportunity follows from the policies; payments are simulated.

    What was done
      opportunities                       356   184 won (3 without a value), 83 lost, 89 open
      quotes accepted                     181   74 needed an approval
      orders                              181   11 were held at some time, 0 still are
      contracts                           181   7 extended, 55 with a rebate to earn, 52 of these missed it
      invoices                            512   and 4 credit notes
      lines from the bank                 464   simulated payments
      commission statements                74
      journal entries                   2,750

    Amounts in USD
      quoted, net                  418,293.00
      invoiced, gross              401,178.85   1,482.99 credited
      paid                         374,288.33   25,407.53 open
      revenue recognised           379,157.74   37,861.32 not yet performed
      commission earned             20,970.97   14,587.05 paid, 6,383.92 accrued

    Rows of the export: 5 refused, 1 repaired, 3 noted
          1 refused  sales_pipeline.csv close_date: not a date of the calendar written YYYY-MM-DD
          1 refused  sales_pipeline.csv close_value: `1,310` is not a decimal
          1 refused  sales_pipeline.csv opportunity_id: stands twice
          1 refused  sales_pipeline.csv product: no usable product of this name in products.csv
          1 refused  sales_pipeline.csv sales_agent: no usable sales agent of this name in sales_teams.csv
          1 repaired sales_pipeline.csv product: white space around it was dropped
            and more

    Where to look: [out]
      report.html            the whole run to read, with charts and derivations
      documents/index.html   invoices, credit notes, quotes and statements, as people get them
      why.md                 three deals and two changes of contracts, derived step by step
      import-findings.csv    rows that were refused, repaired or noted, and why
      run.json               counts, totals and reconciliations, for programs
      store.sqlite           every event; the view `events` shows them to any SQLite tool
    ");
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

fn rows(files: &Files, file: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(files[file].as_slice());
    reader.deserialize().map(Result::unwrap).collect()
}

/// The sums are of the export, by the figures of `changes.json`: 2 % from 1,000 on, earned with 30,000 in a quarter.
#[test]
fn rebates_follow_from_what_each_customer_has_bought() {
    let files = &UNDISTURBED.files;
    let contracts: BTreeSet<String> = rows(files, "revenue-allocation.csv")
        .into_iter()
        .map(|row| row["contract"].clone())
        .collect();
    let mut reader = csv::Reader::from_path(format!("{SAMPLE}/sales_pipeline.csv")).unwrap();
    let mut deals: BTreeMap<String, (String, u64)> = BTreeMap::new();
    let mut bought: BTreeMap<String, u64> = BTreeMap::new();
    for row in reader.deserialize() {
        let row: BTreeMap<String, String> = row.unwrap();
        let contract = format!("rev_{}", row["opportunity_id"].trim());
        let (Some(value), true) = (cents(row["close_value"].trim()), contracts.contains(&contract)) else {
            continue;
        };
        let (year, month) = (
            &row["close_date"][..4],
            row["close_date"][5..7].parse::<u32>().unwrap(),
        );
        let quarter = format!("{} {year} {}", row["account"].trim(), month.div_ceil(3));
        if deals.insert(contract, (quarter.clone(), value)).is_none() {
            *bought.entry(quarter).or_default() += value;
        }
    }
    assert_eq!(deals.len(), contracts.len());
    let eligible = |contract: &&String| deals[*contract].1 >= 100_000;
    let agreed: BTreeSet<&String> = contracts.iter().filter(eligible).collect();
    let missed: BTreeSet<&String> = agreed
        .iter()
        .copied()
        .filter(|contract| bought[&deals[*contract].0] < 3_000_000)
        .collect();
    assert!(!missed.is_empty() && missed.len() < agreed.len());

    let changes = rows(files, "revenue-changes.csv");
    let of = |fact: &str| -> Vec<&BTreeMap<String, String>> {
        changes.iter().filter(|row| row["fact"] == fact).collect()
    };
    let named = |rows: &[&BTreeMap<String, String>]| -> BTreeSet<String> {
        rows.iter().map(|row| row["contract"].clone()).collect()
    };
    let owned = |contracts: &BTreeSet<&String>| -> BTreeSet<String> {
        contracts.iter().map(|contract| (*contract).clone()).collect()
    };
    assert_eq!(named(&of("inception")), owned(&agreed));
    assert_eq!(named(&of("estimate_changed")), owned(&missed));
    let rebate = |contract: &String| (deals[contract].1 * 2 + 50) / 100;
    // Revenue is caught up where something was delivered by the end of the quarter, and nowhere else.
    let schedule = rows(files, "revenue-schedule.csv");
    let performed = |contract: &str, month: &str| {
        schedule
            .iter()
            .any(|row| row["contract"] == contract && row["month"].as_str() <= month)
    };
    for row in of("estimate_changed") {
        let effect = cents(&row["effect"]).unwrap();
        assert!(effect <= rebate(&row["contract"]), "{row:?}");
        assert_eq!(
            effect > 0,
            performed(&row["contract"], &row["date"][..7]),
            "{row:?}"
        );
    }
    // An extension spreads what is to come, and moves nothing of what was recognised.
    let extended = of("modified");
    assert!(!extended.is_empty());
    for row in &extended {
        assert_eq!(
            (row["treatment"].as_str(), row["effect"].as_str()),
            ("prospective", "0.00")
        );
    }
    let owed: u64 = agreed.difference(&missed).map(|contract| rebate(contract)).sum();
    let report = report(files);
    let stated = report["totals"]["rebates_in_prices"]["amount"].as_str().unwrap();
    assert_eq!(cents(stated), Some(owed));
}

#[test]
fn a_modification_and_a_catch_up_are_shown_and_derived() {
    let files = &UNDISTURBED.files;
    let why = text(&files["why.md"]);
    let why = &why[why.find(": the first extension").unwrap() - 12..];
    assert_snapshot!(why);
    assert!(text(&files["report.html"]).contains("Contracts that changed"));
}

#[test]
fn without_rules_no_contract_changes() {
    let scratch = Scratch::new("unchanged");
    let out = scratch.path("out");
    let policy = scratch.copy(POLICY, "policy");
    fs::write(policy.join("changes.json"), "{}").unwrap();
    let output = run(&out, &["--policy", policy.to_str().unwrap(), "--quiet"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let files = files(&out);
    assert_reconciled(&report(&files));
    assert!(rows(&files, "revenue-changes.csv").is_empty());
    // What the terms say is all that there is: the prices are those of the orders.
    assert_eq!(
        report(&files)["totals"]["revenue_recognised"]["amount"],
        "380998.18"
    );
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
            ["unknown field `payment_weeks`", "terms.json:8:3"],
        ),
        (
            "commission-plan.json",
            "\"quota\"",
            "\"quotas\"",
            ["unknown field `quotas`", "commission-plan.json:13:11"],
        ),
        (
            "scoring.json",
            "{\"fact\": \"list_price\"",
            "{\"fact\": \"prize\"",
            ["scoring.json:5:46", "no fact is named \"prize\""],
        ),
        ("tax.json", "\"8.25\"", "8.25", ["tax.json:5:71", "string"]),
        (
            "payments.json",
            "\"pays\": \"95\"",
            "\"pays\": \"-95\"",
            ["payments.json:4:129", "0 or above"],
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
