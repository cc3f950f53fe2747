//! Reads a CRM export: a folder with `accounts.csv`, `products.csv`, `sales_teams.csv`, `sales_pipeline.csv` and,
//! where there is one, `clicks.csv`; each may be gzip-compressed (`.csv.gz`).
//!
//! A file that cannot be read as a whole stops the run. A row that cannot be used is refused and one that can be mended
//! is repaired; both are reported with the reason. Nothing is dropped in silence.

mod finding;
mod masters;
mod opportunities;
mod source;

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;
use l2c::money::{Currency, Money, Price};
use sha2::{Digest, Sha256};

use crate::error::Failure;
pub use finding::{Finding, Treatment};
use source::Row;

/// A CRM export that was read and checked.
pub struct Crm {
    /// Customers by name, which is the only key that the export has.
    pub accounts: BTreeMap<String, Account>,
    /// List prices by product name.
    pub products: BTreeMap<String, Price>,
    /// Sales agents by name.
    pub agents: BTreeMap<String, Agent>,
    /// Opportunities in the order of the file.
    pub opportunities: Vec<Opportunity>,
    /// Marketing clicks by product: the days, in order.
    pub clicks: BTreeMap<String, Vec<NaiveDate>>,
    /// What was refused, repaired or noted.
    pub findings: Vec<Finding>,
    /// SHA-256 of each file as it was read, by file name.
    pub fingerprints: BTreeMap<String, String>,
    /// The latest date in the data.
    pub latest: NaiveDate,
}

/// A customer.
pub struct Account {
    /// Position in the file, from 1; the key of the party.
    pub number: usize,
}

/// A sales agent with the manager and the office.
pub struct Agent {
    /// Position in the file, from 1; the key of the party.
    pub number: usize,
    /// The manager's name.
    pub manager: String,
    /// The regional office.
    pub office: String,
}

/// How an opportunity stands in the export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Won on a day; the value is missing on some rows.
    Won { closed: NaiveDate, value: Option<Money> },
    /// Lost on a day.
    Lost { closed: NaiveDate },
    /// Still open.
    Open,
}

/// One opportunity row.
pub struct Opportunity {
    /// The id of the export.
    pub id: String,
    /// The customer, where known.
    pub account: Option<String>,
    /// The sales agent.
    pub agent: String,
    /// The product.
    pub product: String,
    /// The day it was created.
    pub created: NaiveDate,
    /// How it stands.
    pub outcome: Outcome,
}

impl Crm {
    /// Reads a folder. `currency` is the currency of every amount in it: the format names none.
    ///
    /// # Errors
    /// A missing or unreadable file, a missing column, or no opportunity at all.
    pub fn read(folder: &Path, currency: Currency) -> Result<Self, Failure> {
        if !folder.is_dir() {
            return Err(Failure::data(
                folder,
                "is no folder; name the folder of a CRM export",
            ));
        }
        let mut reader = Reader {
            folder,
            findings: Vec::new(),
            fingerprints: BTreeMap::new(),
        };
        let products = reader.products(currency)?;
        let accounts = reader.accounts()?;
        let agents = reader.agents()?;
        let opportunities = reader.opportunities(&accounts, &products, &agents, currency)?;
        let clicks = reader.clicks(&products)?;
        let latest = opportunities
            .iter()
            .flat_map(|o| {
                let closed = match o.outcome {
                    Outcome::Won { closed, .. } | Outcome::Lost { closed } => Some(closed),
                    Outcome::Open => None,
                };
                std::iter::once(o.created).chain(closed)
            })
            .max()
            .ok_or_else(|| Failure::data(folder.join("sales_pipeline.csv"), reader.nothing_usable()))?;
        let Reader {
            findings,
            fingerprints,
            ..
        } = reader;
        Ok(Self {
            accounts,
            products,
            agents,
            opportunities,
            clicks,
            findings,
            fingerprints,
            latest,
        })
    }

    /// Leaves out what came after a day: rows created later, outcomes and clicks that came later.
    pub fn until(&mut self, as_of: NaiveDate) {
        self.opportunities
            .retain(|opportunity| opportunity.created <= as_of);
        for opportunity in &mut self.opportunities {
            if let Outcome::Won { closed, .. } | Outcome::Lost { closed } = opportunity.outcome
                && closed > as_of
            {
                opportunity.outcome = Outcome::Open;
            }
        }
        for clicks in self.clicks.values_mut() {
            clicks.retain(|day| *day <= as_of);
        }
    }

    /// Clicks on a product in the `days` before a day.
    pub fn clicks_before(&self, product: &str, day: NaiveDate, days: u64) -> usize {
        let Some(clicks) = self.clicks.get(product) else {
            return 0;
        };
        let from = day
            .checked_sub_days(chrono::Days::new(days))
            .unwrap_or(NaiveDate::MIN);
        let (first, end) = (
            clicks.partition_point(|d| *d < from),
            clicks.partition_point(|d| *d < day),
        );
        end.saturating_sub(first)
    }
}

/// Reads one folder.
struct Reader<'a> {
    folder: &'a Path,
    findings: Vec<Finding>,
    fingerprints: BTreeMap<String, String>,
}

impl Reader<'_> {
    /// The rows of a file, its columns in the order asked for.
    fn rows(&mut self, file: &'static str, columns: &[&'static str]) -> Result<Vec<Row>, Failure> {
        let (path, bytes) = source::read(self.folder, file)?;
        self.fingerprints
            .insert(file.to_owned(), hex(&Sha256::digest(&bytes)));
        source::rows(&path, &bytes, file, columns, &mut self.findings)
    }

    fn refuse(
        &mut self,
        at: (&'static str, u64, &str),
        field: &'static str,
        value: &str,
        reason: impl Into<String>,
    ) {
        self.find(at, field, value, Treatment::Refused, reason);
    }

    fn find(
        &mut self,
        at: (&'static str, u64, &str),
        field: &'static str,
        value: &str,
        treatment: Treatment,
        reason: impl Into<String>,
    ) {
        self.findings
            .push(Finding::new(at, field, value, treatment, reason));
    }

    fn report_trims(&mut self, file: &'static str, id: &str, row: &Row) {
        for (field, value) in &row.trimmed {
            self.find(
                (file, row.line, id),
                field,
                value,
                Treatment::Repaired,
                "white space around it was dropped",
            );
        }
    }

    /// Why there is no opportunity at all: the first refusal says more than their number.
    fn nothing_usable(&self) -> String {
        let refused = || {
            let of_file = |finding: &&Finding| {
                finding.file == "sales_pipeline.csv" && finding.treatment == Treatment::Refused
            };
            self.findings.iter().filter(of_file)
        };
        match refused().next() {
            None => "holds no opportunity: there is no row behind the header".to_owned(),
            Some(first) => {
                let at = match first.field {
                    "" => String::new(),
                    field => format!(", column {field} with `{}`", first.value),
                };
                format!(
                    "holds no usable opportunity: {} rows are refused, the first in line {}{at}: {}",
                    refused().count(),
                    first.line,
                    first.reason
                )
            }
        }
    }
}

fn date(field: &'static str, text: &str, format: &str) -> Result<NaiveDate, (&'static str, String, String)> {
    let shown = if format.starts_with("%Y") {
        "YYYY-MM-DD"
    } else {
        "M/D/YYYY"
    };
    NaiveDate::parse_from_str(text, format).map_err(|_| {
        (
            field,
            text.to_owned(),
            format!("not a date of the calendar written {shown}"),
        )
    })
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests;
