use std::borrow::Borrow;
use std::io::Write;

use crate::{ChartOfAccounts, JournalEntry, LedgerError, Line};

const HEAD: [&str; 15] = [
    "entry",
    "line",
    "posting_date",
    "effective_date",
    "entity",
    "role",
    "account",
    "account_name",
    "debit",
    "credit",
    "currency",
    "subject",
    "source",
    "memo",
    "citations",
];

/// The journal as CSV (RFC 4180), one row per line of an entry.
///
/// The amount stands under `debit` or `credit`, always above zero, with the decimals of its currency. The
/// columns `account` and `account_name` are empty without a chart of accounts.
///
/// # Errors
/// [`LedgerError::NoAccount`] if the chart lacks a role that was posted to.
pub fn write_csv(
    entries: impl IntoIterator<Item: Borrow<JournalEntry>>,
    chart: Option<&ChartOfAccounts>,
) -> Result<String, LedgerError> {
    let mut out = Vec::new();
    write_csv_to(&mut out, entries, chart)?;
    String::from_utf8(out).map_err(fault)
}

/// As [`write_csv`], into a writer that the caller has opened; entries that come one by one from a store are
/// written one by one.
///
/// # Errors
/// As [`write_csv`]; [`LedgerError::Export`] if the writer fails.
pub fn write_csv_to(
    out: impl Write,
    entries: impl IntoIterator<Item: Borrow<JournalEntry>>,
    chart: Option<&ChartOfAccounts>,
) -> Result<(), LedgerError> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(HEAD).map_err(fault)?;
    for entry in entries {
        let entry = entry.borrow();
        for (position, line) in entry.lines().iter().enumerate() {
            csv.write_record(row(entry, position, line, chart)?)
                .map_err(fault)?;
        }
    }
    csv.flush().map_err(fault)
}

fn row(
    entry: &JournalEntry,
    position: usize,
    line: &Line,
    chart: Option<&ChartOfAccounts>,
) -> Result<[String; HEAD.len()], LedgerError> {
    let header = entry.header();
    let account = chart
        .map(|chart| chart.account(line.entity, line.role))
        .transpose()?;
    let (code, name) = account
        .map(|a| (a.code.clone(), a.name.clone()))
        .unwrap_or_default();
    let amount = line.amount.abs().amount_text();
    let (debit, credit) = if line.amount.is_negative() {
        (String::new(), amount)
    } else {
        (amount, String::new())
    };
    Ok([
        header.id.clone(),
        position.saturating_add(1).to_string(),
        header.posting_date.to_string(),
        header.effective_date.to_string(),
        line.entity.to_string(),
        line.role.to_string(),
        code,
        name,
        debit,
        credit,
        line.amount.currency().to_string(),
        line.subject.clone(),
        header.source.clone(),
        header.memo.clone(),
        header.citations.join("; "),
    ])
}

/// The journal as a JSON array of entries, one per line, which reads back as `Vec<JournalEntry>`.
///
/// # Errors
/// [`LedgerError::Export`].
pub fn write_json<'a>(entries: impl IntoIterator<Item = &'a JournalEntry>) -> Result<String, LedgerError> {
    let mut out = Vec::new();
    write_json_to(&mut out, entries)?;
    String::from_utf8(out).map_err(fault)
}

/// As [`write_json`], into a writer that the caller has opened.
///
/// # Errors
/// As [`write_json`], also if the writer fails.
pub fn write_json_to<'a>(
    mut out: impl Write,
    entries: impl IntoIterator<Item = &'a JournalEntry>,
) -> Result<(), LedgerError> {
    let mut before = "[\n";
    for entry in entries {
        out.write_all(before.as_bytes()).map_err(fault)?;
        serde_json::to_writer(&mut out, entry).map_err(fault)?;
        before = ",\n";
    }
    let end = if before == "[\n" { "[]\n" } else { "\n]\n" };
    out.write_all(end.as_bytes())
        .and_then(|()| out.flush())
        .map_err(fault)
}

fn fault(error: impl std::fmt::Display) -> LedgerError {
    LedgerError::Export {
        reason: error.to_string(),
    }
}
