//! The documents that people read: complete, true to the tables, and safe to open.
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
use std::process::Command;
use std::sync::LazyLock;

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/sample");

/// A folder of a test's own, gone at its end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("documents-{}-{test}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Texts of a folder and of those in it, by their path from it.
type Texts = BTreeMap<String, String>;

fn texts(folder: &Path, extension: &str) -> Texts {
    let mut texts = Texts::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            let inner = self::texts(&path, extension).into_iter();
            texts.extend(inner.map(|(inner, text)| (format!("{name}/{inner}"), text)));
        } else if name.ends_with(extension) {
            texts.insert(name.to_owned(), fs::read_to_string(&path).unwrap());
        }
    }
    texts
}

/// Runs the program and gives what it printed.
fn run(out: &Path, more: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lead-to-cash"));
    let output = command.arg("--out").arg(out).args(more).output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The pages and tables of two runs on the shipped sample, one with some documents and one with all of them.
struct Runs {
    sample: Texts,
    all: Texts,
    tables: Texts,
}

static RUNS: LazyLock<Runs> = LazyLock::new(|| {
    let scratch = Scratch::new("runs");
    let out = scratch.0.join("out");
    run(&out, &[]);
    let sample = texts(&out.join("documents"), ".html");
    run(&out, &["--documents", "all"]);
    let again = run(&out, &["--documents", "all"]);
    assert!(again.contains("Nothing changed"), "{again}");
    let all = texts(&out.join("documents"), ".html");
    // A sample after everything is what it was before, and nobody else's file is touched.
    let foreign = [
        "documents/quotes/mine.html",
        "documents/notes.html",
        "documents/notes.txt",
    ];
    for name in foreign {
        fs::write(out.join(name), "<!DOCTYPE html><title>Mine</title>").unwrap();
    }
    run(&out, &[]);
    for name in foreign {
        fs::remove_file(out.join(name)).unwrap();
    }
    assert!(texts(&out.join("documents"), "") == sample);
    Runs {
        sample,
        all,
        tables: texts(&out, ".csv"),
    }
});

type Row = BTreeMap<String, String>;

fn rows(table: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(RUNS.tables[table].as_bytes());
    reader.deserialize().map(|row| row.unwrap()).collect()
}

/// The texts of the elements that carry an attribute, as figures: without thousands separators.
fn figures(page: &str, attribute: &str) -> Vec<String> {
    page.split(attribute)
        .skip(1)
        .map(|rest| {
            let text = rest.split_once('>').unwrap().1.split_once('<').unwrap().0;
            text.replace(',', "").replace('\u{2212}', "-")
        })
        .collect()
}

fn page<'a>(pages: &'a Texts, folder: &str, id: &str) -> &'a str {
    let name = format!("{folder}/{}.html", id.replace(':', "~"));
    pages.get(&name).unwrap_or_else(|| panic!("{name} is missing"))
}

/// Every element is closed in the order in which it was opened.
fn assert_nested(name: &str, page: &str) {
    let mut open = Vec::new();
    let body = page.strip_prefix("<!DOCTYPE html>").unwrap();
    for part in body.split('<').skip(1) {
        let (tag, _) = part.split_once('>').unwrap_or_else(|| panic!("{name}: <{part}"));
        let element = tag.split_whitespace().next().unwrap();
        match element.strip_prefix('/') {
            Some(closed) => assert_eq!(open.pop(), Some(closed), "{name}"),
            None if matches!(element, "meta" | "link") => {}
            None => open.push(element),
        }
    }
    assert!(open.is_empty(), "{name}: {open:?}");
}

#[test]
fn every_page_stands_alone_and_its_links_lead_somewhere() {
    for pages in [&RUNS.sample, &RUNS.all] {
        assert!(pages.contains_key("index.html"));
        let mut linked = BTreeSet::from(["index.html".to_owned()]);
        for (name, text) in pages {
            assert_nested(name, text);
            for foreign in [
                "http:",
                "https:",
                "//",
                "<script",
                "src=",
                "url(",
                "@import",
                "javascript:",
            ] {
                let found = text.find(foreign).map(|at| &text[at..(at + 40).min(text.len())]);
                assert_eq!(found, None, "{name}");
            }
            for needed in ["<html lang=\"en\">", "<main>", "<h1>", "<style>"] {
                assert_eq!(text.matches(needed).count(), 1, "{name}: {needed}");
            }
            // The shapes of a drawing have titles of their own.
            let head = text.split_once("</head>").unwrap().0;
            assert_eq!(head.matches("<title>").count(), 1, "{name}");
            assert_eq!(
                text.matches("<table").count(),
                text.matches("<caption>").count(),
                "{name}"
            );
            for part in text.split("<th").skip(1).filter(|part| !part.starts_with("ead")) {
                assert!(
                    part.split_once('>').unwrap().0.contains("scope="),
                    "{name}: <th{part}"
                );
            }
            let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
            for link in text.split("href=\"").skip(1) {
                let link = link.split_once('"').unwrap().0;
                if link == "data:," {
                    continue;
                }
                let target = match link.strip_prefix("../") {
                    Some(target) if !folder.is_empty() => target.to_owned(),
                    _ => link.to_owned(),
                };
                assert!(pages.contains_key(&target), "{name} links to {link}");
                linked.insert(target);
            }
            assert!(text.len() < 200_000, "{name} has {} bytes", text.len());
        }
        let unlinked: Vec<_> = pages.keys().filter(|name| !linked.contains(*name)).collect();
        assert!(unlinked.is_empty(), "{unlinked:?}");
    }
}

#[test]
fn all_documents_have_a_page_with_the_figures_of_the_tables() {
    let pages = &RUNS.all;
    let mut expected = 0;
    for row in rows("quotes.csv") {
        let page = page(pages, "quotes", &row["quote"]);
        assert_eq!(
            figures(page, "data-figure=\"net_total\""),
            [row["net_total"].as_str()]
        );
        // From list to net as a drawing, and the steps and floors behind each approval that was asked for.
        let (offered, behind) = page.split_once("<h2>From list to net</h2>").unwrap();
        assert!(
            !offered.contains("<svg") && behind.contains("<svg"),
            "{}",
            row["quote"]
        );
        assert_eq!(behind.contains("<h3>Why</h3>"), row["approvals"] != "0");
        for reason in row["reasons"].split("; ").filter(|reason| !reason.is_empty()) {
            assert!(behind.contains(&format!("<h4>{reason}</h4>")), "{reason}");
        }
        expected += 1;
    }
    let mut lines: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows("invoice-lines.csv") {
        lines
            .entry(row["number"].clone())
            .or_default()
            .push(row["net"].clone());
    }
    for row in rows("invoices.csv") {
        let (folder, opposite) = if row["type"] == "381" {
            ("credit-notes", "Please pay")
        } else {
            ("invoices", "takes back invoice")
        };
        let page = page(pages, folder, &row["number"]);
        for (term, column) in [
            ("BT-109", "net"),
            ("BT-110", "tax"),
            ("BT-112", "gross"),
            ("BT-115", "gross"),
        ] {
            let stated = figures(page, &format!("data-bt=\"{term}\""));
            assert_eq!(stated, [row[column].as_str()], "{term} of {}", row["number"]);
        }
        assert_eq!(figures(page, "data-bt=\"BT-131\""), lines[&row["number"]]);
        assert!(!page.contains(opposite), "{}", row["number"]);
        expected += 1;
    }
    let mut statements = BTreeSet::new();
    for row in rows("commission-statements.csv") {
        let page = page(pages, "commission-statements", &row["statement"]);
        let attribute = format!("data-figure=\"earned\" data-component=\"{}\"", row["component"]);
        assert_eq!(figures(page, &attribute), [row["earned"].as_str()]);
        assert_eq!(page.contains("Paid on"), row["status"] == "paid");
        statements.insert(row["statement"].clone());
    }
    expected += statements.len();
    let documents = pages.keys().filter(|name| name.contains('/')).count();
    assert_eq!(documents, expected);
}

#[test]
fn the_sample_shows_what_its_index_says() {
    let index = &RUNS.sample["index.html"];
    let row = |what: &str| {
        let row = index.split("<tr>").find(|row| row.contains(what));
        let row = row.unwrap_or_else(|| panic!("no document shows: {what}"));
        let link = row.split("href=\"").nth(1).unwrap().split_once('"').unwrap().0;
        let id = row.split_once("</a>").unwrap().0.rsplit_once('>').unwrap().1;
        (id.to_owned(), RUNS.sample[link].as_str())
    };
    let cents = |text: &String| text.replace('.', "").parse::<i64>().unwrap();
    let quotes = rows("quotes.csv");
    assert_eq!(row("the first quote").0, quotes[0]["quote"]);
    let invoices = rows("invoices.csv");
    let largest = invoices
        .iter()
        .filter(|row| row["type"] == "380")
        .map(|row| cents(&row["gross"]))
        .max();
    let (number, page) = row("the largest invoice");
    assert_eq!(
        figures(page, "data-bt=\"BT-112\"").first().map(cents),
        largest,
        "{number}"
    );

    let (note, page) = row("the first credit note");
    let (taken_back, original) = row("the invoice that the first credit note takes back");
    let (again, _) = row("the invoice issued in place of the one taken back");
    assert!(page.contains(&taken_back) && page.contains(&again));
    assert!(original.contains(&note) && original.contains(&again));

    let receivables = rows("receivables.csv");
    let open = |row: &&Row| row["open"] != "0.00";
    let longest = receivables.iter().filter(open).map(|row| &row["due_date"]).min();
    let (number, page) = row("the longest overdue");
    let overdue = receivables.iter().find(|row| row["number"] == number).unwrap();
    assert_eq!(Some(&overdue["due_date"]), longest);
    assert!(page.contains("Open, overdue"));

    let (_, page) = row("the largest override of a manager");
    assert!(page.contains("Sales of the team") && !page.contains("Own sales"));
    let (_, page) = row("the most approvals");
    assert!(page.contains("as manager") && page.contains("as director"));
    for what in [
        "the deepest discount",
        "the highest price above list",
        "an invoice paid in part",
        "the highest earnings",
        "the highest attainment",
    ] {
        row(what);
    }
}

#[test]
fn names_are_written_as_text() {
    let scratch = Scratch::new("names");
    let data = scratch.0.join("data");
    fs::create_dir_all(&data).unwrap();
    for (name, text) in texts(Path::new(SAMPLE), ".csv") {
        fs::write(data.join(name), text.replace("Iris Textiles", "\"<b>&\"\"\"")).unwrap();
    }
    let out = scratch.0.join("out");
    run(&out, &["--data", data.to_str().unwrap()]);
    let pages = texts(&out.join("documents"), ".html");
    let named = pages
        .values()
        .filter(|page| page.contains("&lt;b&gt;&amp;&quot;"));
    assert!(named.count() > 2);
    for (name, page) in &pages {
        assert_nested(name, page);
        assert!(!page.contains("<b>&"), "{name}");
    }
}

/// What stands on a page, an element to a line.
fn read(page: &str) -> String {
    let (_, body) = page.split_once("</head>").unwrap();
    let mut text = String::new();
    for part in body.split_inclusive('>') {
        let block = [
            "<tr", "<p", "<h", "<dl", "<div", "<table", "<caption", "<section", "<details", "<article",
            "<nav",
        ];
        let tag = part.rfind('<').map_or(part, |at| &part[at..]);
        let before = part.strip_suffix(tag).unwrap_or_default();
        text.push_str(before);
        if block.iter().any(|block| tag.starts_with(block)) && !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(tag);
    }
    text
}

#[test]
fn a_document_of_each_kind() {
    for (kind, folder, id) in [
        ("quote", "quotes", "quo_APNU49WN"),
        ("invoice", "invoices", "INV-2024-000015"),
        ("credit_note", "credit-notes", "CRN-2024-000001"),
        (
            "commission_statement",
            "commission-statements",
            "cst_sales:agent-001:2024-Q1",
        ),
    ] {
        insta::assert_snapshot!(kind, read(page(&RUNS.sample, folder, id)));
    }
}
