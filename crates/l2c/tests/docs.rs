//! What the pages say is so: diagrams are those of the tables, links lead somewhere, every error code is explained.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use l2c::{commissions, contracts, invoicing, leads, orders, quotes, revenue};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// The files below a folder with an ending, without what is built or hidden.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = vec![];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && !["target", "out"].contains(&name.as_str()) {
            found.extend(files(&path, ending));
        } else if name.ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// With `ACCEPT=1` the pages are written anew.
#[test]
fn diagrams_are_those_of_the_tables() {
    let pages = [
        ("leads", leads::LEAD_MACHINE.name, leads::LEAD_MACHINE.mermaid()),
        (
            "leads",
            leads::OPPORTUNITY_MACHINE.name,
            leads::OPPORTUNITY_MACHINE.mermaid(),
        ),
        (
            "quotes",
            quotes::QUOTE_MACHINE.name,
            quotes::QUOTE_MACHINE.mermaid(),
        ),
        (
            "orders",
            orders::ORDER_MACHINE.name,
            orders::ORDER_MACHINE.mermaid(),
        ),
        (
            "contracts",
            contracts::CONTRACT_MACHINE.name,
            contracts::CONTRACT_MACHINE.mermaid(),
        ),
        (
            "invoicing",
            invoicing::INVOICE_MACHINE.name,
            invoicing::INVOICE_MACHINE.mermaid(),
        ),
        (
            "revenue",
            revenue::REVENUE_MACHINE.name,
            revenue::REVENUE_MACHINE.mermaid(),
        ),
        (
            "commissions",
            commissions::STATEMENT_MACHINE.name,
            commissions::STATEMENT_MACHINE.mermaid(),
        ),
    ];
    for (page, name, diagram) in pages {
        let path = root().join(format!("docs/{page}.md"));
        let text = fs::read_to_string(&path).unwrap();
        let marker = format!("<!-- machine: {name} -->\n");
        let (before, after) = text
            .split_once(&marker)
            .unwrap_or_else(|| panic!("{page}.md has no {marker}"));
        let (_, rest) = after.split_once("\n#").expect("a heading follows the diagram");
        let right = format!("{before}{marker}\n```mermaid\n{diagram}```\n\n#{rest}");
        if text != right && std::env::var_os("ACCEPT").is_some() {
            fs::write(&path, right).unwrap();
        } else {
            assert_eq!(
                text, right,
                "docs/{page}.md: run this test with ACCEPT=1 and read the difference"
            );
        }
    }
}

#[test]
fn every_link_leads_to_a_file() {
    let mut dead = vec![];
    for page in files(&root(), ".md") {
        let text = fs::read_to_string(&page).unwrap();
        let prose = text.split("```").step_by(2).collect::<String>();
        for link in prose
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split_once(')').map(|(link, _)| link))
        {
            let path = link.split('#').next().unwrap_or_default();
            let elsewhere = path.is_empty() || link.contains("://") || link.starts_with("mailto:");
            if !elsewhere && !page.parent().unwrap().join(path).exists() {
                dead.push(format!(
                    "{}: {link}",
                    page.strip_prefix(root()).unwrap().display()
                ));
            }
        }
    }
    assert_eq!(dead, Vec::<String>::new(), "links to files that are not there");
}

#[test]
fn every_domain_has_its_page_in_the_index() {
    let index = fs::read_to_string(root().join("docs/README.md")).unwrap();
    for page in files(&root().join("docs"), ".md") {
        let name = page.file_name().unwrap().to_string_lossy().into_owned();
        assert!(
            name == "README.md" || index.contains(&format!("({name})")),
            "docs/README.md does not name {name}"
        );
    }
}

/// The strings that the `code` methods of errors and refusals give.
fn codes(source: &str) -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for block in source.split("\nimpl").skip(1) {
        let head = block.split('{').next().unwrap_or_default();
        let Some((_, body)) = block.split_once("fn code(").filter(|_| {
            head.split(['<', ' ', '>'])
                .any(|word| word.ends_with("Error") || word.ends_with("Refusal"))
        }) else {
            continue;
        };
        let body = body.split("\n    }\n").next().unwrap_or_default();
        let strings = body.split('"').skip(1).step_by(2);
        codes.extend(strings.map(str::to_owned));
    }
    codes
}

#[test]
fn every_error_code_stands_on_the_front_page() {
    let (mut missing, mut found) = (vec![], 0);
    for folder in fs::read_dir(root().join("crates")).unwrap() {
        let src = folder.unwrap().path().join("src");
        let front = fs::read_to_string(src.join("lib.rs")).unwrap();
        for file in files(&src, ".rs") {
            for code in codes(&fs::read_to_string(&file).unwrap()) {
                found += 1;
                if !front.contains(&format!("`{code}`")) {
                    missing.push(format!(
                        "{}: {code}",
                        file.strip_prefix(root()).unwrap().display()
                    ));
                }
            }
        }
    }
    assert_eq!(
        missing,
        Vec::<String>::new(),
        "codes that the front page of the crate does not explain"
    );
    assert!(
        found > 100,
        "only {found} codes were found: this test no longer sees them"
    );
}

/// A row of an error table that no code gives leads readers astray.
#[test]
fn every_code_of_an_error_table_is_given_somewhere() {
    let mut unknown = vec![];
    for folder in fs::read_dir(root().join("crates")).unwrap() {
        let src = folder.unwrap().path().join("src");
        let front = fs::read_to_string(src.join("lib.rs")).unwrap();
        let all: String = files(&src, ".rs")
            .iter()
            .map(|file| fs::read_to_string(file).unwrap())
            .collect();
        let errors = front.split("//! # Errors").nth(1).unwrap_or_default();
        let errors = errors.split("\n//! # ").next().unwrap_or_default();
        for cell in errors
            .lines()
            .filter_map(|line| line.strip_prefix("//! | ")?.split(" | ").next())
        {
            for code in cell
                .split('`')
                .skip(1)
                .step_by(2)
                .filter(|_| !cell.starts_with("codes of"))
            {
                let given = all.contains(&format!("\"{code}\"")) || code.contains("l2c-");
                if !given {
                    unknown.push(format!("{}: {code}", src.strip_prefix(root()).unwrap().display()));
                }
            }
        }
    }
    assert_eq!(unknown, Vec::<String>::new(), "codes that nothing gives");
}
