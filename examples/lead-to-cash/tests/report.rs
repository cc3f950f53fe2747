//! `report.html` as a reader finds it: whole, alone, and tied to the tables beside it.
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
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use l2c::money::{Decimal, parse_decimal};
use serde_json::Value;

/// The results of a run on the sample.
struct Run(PathBuf);

impl Run {
    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }

    fn rows(&self, name: &str) -> Vec<BTreeMap<String, String>> {
        let mut reader = csv::Reader::from_path(self.0.join(name)).unwrap();
        reader.deserialize().map(|row| row.unwrap()).collect()
    }
}

static RUN: LazyLock<Run> = LazyLock::new(|| {
    // Under the target folder, so that it can be looked at and goes with it.
    let out = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("report");
    let _ = fs::remove_dir_all(&out);
    let output = Command::new(env!("CARGO_BIN_EXE_lead-to-cash"))
        .arg("--quiet")
        .arg("--out")
        .arg(&out)
        .output();
    let output = output.unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Run(out)
});

/// What stands in an attribute, each time that it is written.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!(" {name}=\"");
    html.match_indices(&start)
        .map(|(at, _)| html[at + start.len()..].split('"').next().unwrap())
        .collect()
}

fn amount(cell: &str) -> Decimal {
    parse_decimal(cell).unwrap()
}

#[test]
fn it_needs_nothing_but_itself() {
    let html = RUN.text("report.html");
    assert!(html.len() < 5_000_000);
    for forbidden in [
        "<script",
        "http:",
        "https:",
        "url(",
        "@import",
        " src=",
        "<iframe",
        " onclick=",
    ] {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
    assert!(html.contains("default-src 'none'"));
    // A chart is a picture with a text.
    assert_eq!(
        html.matches("<svg").count(),
        html.matches("role=\"img\" aria-label=\"").count()
    );
}

#[test]
fn every_link_leads_somewhere() {
    let html = RUN.text("report.html");
    let ids = attributes(&html, "id");
    assert_eq!(
        ids.len(),
        ids.iter().collect::<BTreeSet<_>>().len(),
        "an id stands twice"
    );
    let mut files = 0;
    for target in attributes(&html, "href") {
        match target.strip_prefix('#') {
            Some(id) => assert!(ids.contains(&id), "{target}"),
            None if target == "data:," => {}
            None => {
                files += 1;
                assert!(RUN.0.join(target).is_file(), "{target}");
            }
        }
    }
    assert!(files > 50, "{files}");
}

#[test]
fn the_headline_figures_are_those_of_the_run() {
    let html = RUN.text("report.html");
    let report: Value = serde_json::from_str(&RUN.text("run.json")).unwrap();
    let tiles: Vec<String> = html
        .split("<span class=\"figure\">")
        .skip(1)
        .map(|rest| rest.split('<').next().unwrap().replace(',', ""))
        .collect();
    let total = |name: &str| report["totals"][name]["amount"].as_str().unwrap().to_owned();
    let expected = [
        "quoted_net",
        "invoiced_gross",
        "paid_gross",
        "open_gross",
        "revenue_recognised",
        "revenue_not_yet_performed",
        "commission_earned",
    ];
    assert_eq!(tiles, expected.map(total));
}

#[test]
fn a_list_shows_no_more_than_twenty_and_says_how_many_there_are() {
    let html = RUN.text("report.html");
    let mut cut = 0;
    for list in html.split("<div class=\"documents\">").skip(1) {
        let body = list
            .split("<tbody>")
            .nth(1)
            .unwrap()
            .split("</tbody>")
            .next()
            .unwrap();
        let rows = body.matches("<tr>").count();
        let note = list
            .split("<p class=\"muted\">")
            .nth(1)
            .unwrap()
            .split("<a ")
            .next()
            .unwrap();
        if let Some(rest) = note.strip_prefix("The first 20 of ") {
            cut += 1;
            let all: usize = rest.split(';').next().unwrap().replace(',', "").parse().unwrap();
            assert!(rows == 20 && all > 20, "{note}");
        } else {
            let all: usize = note.split(' ').next().unwrap().parse().unwrap();
            assert_eq!(rows, all);
        }
    }
    assert!(cut > 10);
}

/// Sums of a column by the value of another.
fn sums(rows: &[BTreeMap<String, String>], key: &str, column: &str) -> BTreeMap<String, (usize, Decimal)> {
    let mut sums: BTreeMap<String, (usize, Decimal)> = BTreeMap::new();
    for row in rows {
        let (count, sum) = sums.entry(row[key].clone()).or_default();
        *count += 1;
        *sum += amount(&row[column]);
    }
    sums
}

#[test]
fn the_documents_behind_pipeline_and_forecast_add_up_to_them() {
    let items = RUN.rows("pipeline-opportunities.csv");
    let stages = sums(&items, "stage", "weighted");
    let pipeline = RUN.rows("pipeline.csv");
    assert_eq!(stages.len(), pipeline.len());
    for row in &pipeline {
        assert_eq!(
            stages[&row["stage"]],
            (row["opportunities"].parse().unwrap(), amount(&row["weighted"]))
        );
    }
    let quarters = sums(&items, "quarter", "weighted");
    let forecast = RUN.rows("forecast.csv");
    assert_eq!(quarters.len(), forecast.len());
    for row in &forecast {
        let count: usize = row["won"].parse::<usize>().unwrap() + row["open"].parse::<usize>().unwrap();
        assert_eq!(quarters[&row["quarter"]], (count, amount(&row["expected"])));
    }
}

#[test]
fn the_open_items_of_an_age_add_up_to_it() {
    let items: Vec<_> = RUN
        .rows("receivables.csv")
        .into_iter()
        .filter(|row| !row["age"].is_empty())
        .collect();
    let ages = sums(&items, "age", "open");
    let last = RUN.rows("ageing.csv").pop().unwrap();
    for band in ["not due", "1-30", "31-60", "61-90", "> 90"] {
        assert_eq!(
            ages.get(band).map_or(Decimal::ZERO, |(_, open)| *open),
            amount(&last[band]),
            "{band}"
        );
    }
}

#[test]
fn every_derivation_opens_and_names_its_sources() {
    let html = RUN.text("report.html");
    let why = html.split("<section id=\"why\"").nth(1).unwrap();
    for rule in ["the first deal", "the deepest discount", "the largest deal"] {
        assert!(why.contains(rule), "{rule}");
    }
    for figure in [
        "The score of the lead",
        "The net total of quote",
        "The gross amount of invoice",
        "What is allocated to",
        "The revenue of",
        "The commission of",
    ] {
        assert!(why.matches(figure).count() >= 3, "{figure}");
    }
    for source in ["606-10-32-31", " entries[", "scoring", "EN 16931"] {
        assert!(why.contains(source), "{source}");
    }
}
