//! The trial balance, the reconciliations, and what was wrong with the export.

use l2c::money::Money;
use maud::{Markup, html};

use crate::error::Failure;
use crate::page::grouped;
use crate::report::listing::{Line, listing, table};
use crate::report::results::{Column, Shown};
use crate::report::{Subject, section};

const JOURNAL: &[Column] = &[
    ("entry", "Entry", Shown::Text),
    ("posting_date", "Posted", Shown::Text),
    ("subject", "Subject", Shown::Document),
    ("memo", "Memo", Shown::Text),
    ("citations", "Rests on", Shown::Text),
    ("debit", "Debit", Shown::Figure),
    ("credit", "Credit", Shown::Figure),
];
const FINDINGS: &[Column] = &[
    ("file", "File", Shown::Text),
    ("line", "Line", Shown::Figure),
    ("id", "Row", Shown::Text),
    ("field", "Column", Shown::Text),
    ("value", "Value", Shown::Text),
    ("treatment", "What was done", Shown::Text),
    ("reason", "Why", Shown::Text),
];

/// Every account with its balance.
///
/// # Errors
/// A table that cannot be read.
pub fn trial_balance(subject: &Subject<'_>) -> Result<Markup, Failure> {
    let results = &subject.results;
    let journal = results.grouped("journal.csv", JOURNAL, &["debit", "credit"], |row| {
        Ok(Some((
            row.cell("entity")?.to_owned(),
            row.cell("account")?.to_owned(),
        )))
    })?;
    let mut rows: Vec<((String, String), Vec<String>)> = Vec::new();
    results.rows("trial-balance.csv", |row| {
        let key = (row.cell("entity")?.to_owned(), row.cell("account")?.to_owned());
        let mut cells = vec![format!("{} {}", row.cell("account")?, row.cell("account_name")?)];
        for column in ["debits", "credits", "balance"] {
            cells.push(row.cell(column)?.to_owned());
        }
        rows.push((key, cells));
        Ok(())
    })?;
    rows.sort();
    let lines: Vec<Line<'_>> = rows
        .into_iter()
        .map(|(key, cells)| Line::new(cells, journal.get(&key)))
        .collect();
    let sum = |index: usize| {
        let parts: Vec<Money> = journal
            .values()
            .filter_map(|d| d.sums.get(index))
            .copied()
            .collect();
        Money::sum(parts.iter(), results.currency).map_err(Failure::stage("report", "journal.csv"))
    };
    let (debits, credits) = (sum(0)?, sum(1)?);
    let balance = debits
        .checked_sub(&credits)
        .map_err(Failure::stage("report", "journal.csv"))?;
    let total = [
        "all".to_owned(),
        debits.amount_text(),
        credits.amount_text(),
        balance.amount_text(),
    ];
    Ok(section(
        "ledger",
        "Ledger",
        &html! {
            "A balance above zero is a debit. The last line adds up the lines of " a href="journal.csv" { "journal.csv" } " itself."
        },
        &listing(
            subject.names,
            &["Account", "Debits", "Credits", "Balance"],
            &lines,
            Some(&total),
        ),
    ))
}

/// Each figure from two sides.
pub fn reconciliations(subject: &Subject<'_>) -> Markup {
    let failed = subject
        .reconciliations
        .iter()
        .filter(|check| !check.holds())
        .count();
    section(
        "reconciliations",
        "Reconciliations",
        &html! {
            "The same figure from two sides that know nothing of each other. "
            @if failed == 0 { "All " (subject.reconciliations.len()) " hold." }
            @else { strong.bad { (failed) " of " (subject.reconciliations.len()) " do not hold." } }
        },
        &html! {
            div.scroll { table.wide {
                thead { tr {
                    th scope="col" { "What is compared" }
                    th.num scope="col" { "One side" } th.num scope="col" { "The other" } th.num scope="col" { "Difference" }
                    th scope="col" { "Holds" }
                } }
                tbody { @for check in subject.reconciliations {
                    @let [left, right, difference] = check.figures();
                    tr {
                        th scope="row" { (check.name) }
                        td.num { (grouped(&left)) } td.num { (grouped(&right)) } td.num { (grouped(&difference)) }
                        td { @if check.holds() { span.good { "yes" } } @else { strong.bad { "no: " (check.documents.join(", ")) } } }
                    }
                } }
            } }
        },
    )
}

/// Rows of the export that were refused, repaired or noted.
///
/// # Errors
/// A table that cannot be read.
pub fn findings(subject: &Subject<'_>) -> Result<Markup, Failure> {
    let all = subject
        .results
        .grouped("import-findings.csv", FINDINGS, &[], |_| Ok(Some(())))?;
    Ok(section(
        "findings",
        "What was wrong with the export",
        &html! { "A row that is refused takes no part; one that is repaired or noted does." },
        &html! {
            @match all.get(&()) {
                Some(findings) => { div.scroll { (table(subject.names, findings)) } }
                None => p { "Nothing." }
            }
        },
    ))
}
