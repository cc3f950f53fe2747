//! Reads a CRM export: a folder with `accounts.csv`, `products.csv`, `sales_teams.csv`, `sales_pipeline.csv` and,
//! where there is one, `clicks.csv`; each may be gzip-compressed (`.csv.gz`).
//!
//! A row that cannot be used is refused and one that can be mended is repaired; both are reported with the reason.
//! Nothing is dropped in silence.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use flate2::read::MultiGzDecoder;
use l2c::money::{Currency, Money, Price, parse_decimal};
use sha2::{Digest, Sha256};

use crate::error::Failure;

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

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Treatment {
    /// The row is not used.
    Refused,
    /// The row is used after a change.
    Repaired,
    /// The row is used as it is, but a reader should know.
    Noted,
}

/// A remark on a row.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Finding {
    /// File name.
    pub file: &'static str,
    /// Line, the header being line 1.
    pub line: u64,
    /// Id of the row, where it has one.
    pub id: String,
    /// Column.
    pub field: &'static str,
    /// What stands there.
    pub value: String,
    /// What became of the row.
    pub treatment: Treatment,
    /// Why.
    pub reason: String,
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
            .ok_or_else(|| Failure::data(folder.join("sales_pipeline.csv"), "holds no usable opportunity"))?;
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

struct Reader<'a> {
    folder: &'a Path,
    findings: Vec<Finding>,
    fingerprints: BTreeMap<String, String>,
}

/// A row with its place; cells are trimmed, and a trim is reported once the row is used.
struct Row {
    line: u64,
    cells: Vec<String>,
    trimmed: Vec<(&'static str, String)>,
}

impl Row {
    fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }
}

impl Reader<'_> {
    /// The rows of a file, its columns in the order asked for.
    fn rows(&mut self, file: &'static str, columns: &'static [&'static str]) -> Result<Vec<Row>, Failure> {
        let (path, bytes) = open(self.folder, file)?;
        self.fingerprints
            .insert(file.to_owned(), hex(&Sha256::digest(&bytes)));
        let mut csv = csv::ReaderBuilder::new()
            .flexible(true)
            .from_reader(bytes.as_slice());
        let headers = csv
            .headers()
            .map_err(|fault| Failure::data(&path, fault))?
            .clone();
        let places = columns
            .iter()
            .map(|column| {
                headers
                    .iter()
                    .position(|h| h.trim_start_matches('\u{feff}') == *column)
                    .ok_or_else(|| {
                        let found = headers.iter().collect::<Vec<_>>().join(", ");
                        Failure::data(
                            &path,
                            format!("has no column `{column}`; its columns are {found}"),
                        )
                    })
            })
            .collect::<Result<Vec<_>, _>>()?;
        let mut rows = Vec::new();
        for record in csv.records() {
            let record = record.map_err(|fault| Failure::data(&path, fault))?;
            let line = record.position().map_or(0, csv::Position::line);
            if record.len() != headers.len() {
                self.findings.push(Finding {
                    file,
                    line,
                    id: String::new(),
                    field: "",
                    value: record.iter().collect::<Vec<_>>().join(","),
                    treatment: Treatment::Refused,
                    reason: format!("{} cells where the header has {}", record.len(), headers.len()),
                });
                continue;
            }
            let mut trimmed = Vec::new();
            let mut cells = Vec::with_capacity(columns.len());
            for (column, place) in columns.iter().zip(&places) {
                let cell = record.get(*place).unwrap_or("");
                if cell.trim() != cell {
                    trimmed.push((*column, cell.to_owned()));
                }
                cells.push(cell.trim().to_owned());
            }
            rows.push(Row { line, cells, trimmed });
        }
        Ok(rows)
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
        (file, line, id): (&'static str, u64, &str),
        field: &'static str,
        value: &str,
        treatment: Treatment,
        reason: impl Into<String>,
    ) {
        self.findings.push(Finding {
            file,
            line,
            id: id.to_owned(),
            field,
            value: value.to_owned(),
            treatment,
            reason: reason.into(),
        });
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

    fn products(&mut self, currency: Currency) -> Result<BTreeMap<String, Price>, Failure> {
        const FILE: &str = "products.csv";
        let mut products = BTreeMap::new();
        for row in self.rows(FILE, &["product", "sales_price"])? {
            let (name, price) = (row.cell(0), row.cell(1));
            let at = (FILE, row.line, name);
            let value = parse_decimal(price).and_then(|price| Price::new(price, currency));
            match value {
                _ if name.is_empty() => self.refuse(at, "product", name, "a product needs a name"),
                _ if products.contains_key(name) => {
                    self.refuse(at, "product", name, "stands twice; the first row counts")
                }
                Err(fault) => self.refuse(at, "sales_price", price, fault.to_string()),
                Ok(value) if value.exact().is_negative() => {
                    self.refuse(at, "sales_price", price, "a list price is zero or above");
                }
                Ok(value) => {
                    self.report_trims(FILE, name, &row);
                    products.insert(name.to_owned(), value);
                }
            }
        }
        Ok(products)
    }

    fn accounts(&mut self) -> Result<BTreeMap<String, Account>, Failure> {
        const FILE: &str = "accounts.csv";
        let mut accounts = BTreeMap::new();
        for (index, row) in self.rows(FILE, &["account"])?.into_iter().enumerate() {
            let name = row.cell(0);
            let at = (FILE, row.line, name);
            if name.is_empty() {
                self.refuse(at, "account", name, "an account needs a name");
            } else if accounts.contains_key(name) {
                self.refuse(at, "account", name, "stands twice; the first row counts");
            } else {
                self.report_trims(FILE, name, &row);
                accounts.insert(
                    name.to_owned(),
                    Account {
                        number: index.saturating_add(1),
                    },
                );
            }
        }
        Ok(accounts)
    }

    fn agents(&mut self) -> Result<BTreeMap<String, Agent>, Failure> {
        const FILE: &str = "sales_teams.csv";
        const COLUMNS: &[&str] = &["sales_agent", "manager", "regional_office"];
        let mut agents = BTreeMap::new();
        for (index, row) in self.rows(FILE, COLUMNS)?.into_iter().enumerate() {
            let name = row.cell(0);
            let at = (FILE, row.line, name);
            let empty = COLUMNS
                .iter()
                .enumerate()
                .find(|(column, _)| row.cell(*column).is_empty());
            if let Some((_, field)) = empty {
                let reason = "an agent needs a name, a manager and an office";
                self.refuse(at, field, "", reason);
            } else if agents.contains_key(name) {
                self.refuse(at, "sales_agent", name, "stands twice; the first row counts");
            } else {
                self.report_trims(FILE, name, &row);
                let agent = Agent {
                    number: index.saturating_add(1),
                    manager: row.cell(1).to_owned(),
                    office: row.cell(2).to_owned(),
                };
                agents.insert(name.to_owned(), agent);
            }
        }
        Ok(agents)
    }

    fn opportunities(
        &mut self,
        accounts: &BTreeMap<String, Account>,
        products: &BTreeMap<String, Price>,
        agents: &BTreeMap<String, Agent>,
        currency: Currency,
    ) -> Result<Vec<Opportunity>, Failure> {
        const FILE: &str = "sales_pipeline.csv";
        const COLUMNS: &[&str] = &[
            "opportunity_id",
            "account",
            "sales_agent",
            "product",
            "deal_stage",
            "created_on",
            "close_date",
            "close_value",
        ];
        let mut seen = BTreeSet::new();
        let mut opportunities = Vec::new();
        for row in self.rows(FILE, COLUMNS)? {
            let id = row.cell(0);
            let at = (FILE, row.line, id);
            let known = |field, value: &str, found: bool| {
                if found {
                    Ok(())
                } else {
                    Err((
                        field,
                        value.to_owned(),
                        format!("no {field} of this name in the export"),
                    ))
                }
            };
            let read = || -> Result<Opportunity, (&'static str, String, String)> {
                let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
                if id.is_empty() || id.len() > 40 || !id.chars().all(plain) {
                    return Err((
                        "opportunity_id",
                        id.to_owned(),
                        "an id has 1 to 40 letters, digits, `-` or `_`".into(),
                    ));
                }
                if seen.contains(id) {
                    return Err((
                        "opportunity_id",
                        id.to_owned(),
                        "stands twice; the first row counts".into(),
                    ));
                }
                known(
                    "account",
                    row.cell(1),
                    row.cell(1).is_empty() || accounts.contains_key(row.cell(1)),
                )?;
                known("sales_agent", row.cell(2), agents.contains_key(row.cell(2)))?;
                known("product", row.cell(3), products.contains_key(row.cell(3)))?;
                let created = date("created_on", row.cell(5), "%Y-%m-%d")?;
                let closed = || {
                    let closed = date("close_date", row.cell(6), "%Y-%m-%d")?;
                    if closed < created {
                        let reason = format!("closed before it was created on {created}");
                        return Err(("close_date", row.cell(6).to_owned(), reason));
                    }
                    Ok(closed)
                };
                let outcome = match row.cell(4) {
                    "Won" => {
                        known("account", row.cell(1), !row.cell(1).is_empty())?;
                        Outcome::Won {
                            closed: closed()?,
                            value: close_value(row.cell(7), currency)?,
                        }
                    }
                    "Lost" => Outcome::Lost { closed: closed()? },
                    "In_Progress" => Outcome::Open,
                    other => {
                        return Err((
                            "deal_stage",
                            other.to_owned(),
                            "a stage is Won, Lost or In_Progress".into(),
                        ));
                    }
                };
                Ok(Opportunity {
                    id: id.to_owned(),
                    account: Some(row.cell(1)).filter(|a| !a.is_empty()).map(str::to_owned),
                    agent: row.cell(2).to_owned(),
                    product: row.cell(3).to_owned(),
                    created,
                    outcome,
                })
            };
            match read() {
                Err((field, value, reason)) => self.refuse(at, field, &value, reason),
                Ok(opportunity) => {
                    self.report_trims(FILE, id, &row);
                    if matches!(opportunity.outcome, Outcome::Won { value: None, .. }) {
                        let reason =
                            "won without a value: it counts as won, and nothing is quoted or billed for it";
                        self.find(at, "close_value", "", Treatment::Noted, reason);
                    }
                    seen.insert(id.to_owned());
                    opportunities.push(opportunity);
                }
            }
        }
        Ok(opportunities)
    }

    fn clicks(
        &mut self,
        products: &BTreeMap<String, Price>,
    ) -> Result<BTreeMap<String, Vec<NaiveDate>>, Failure> {
        const FILE: &str = "clicks.csv";
        let mut clicks: BTreeMap<String, Vec<NaiveDate>> = BTreeMap::new();
        if find(self.folder, FILE).is_none() {
            return Ok(clicks);
        }
        for row in self.rows(FILE, &["created_on", "Product"])? {
            let at = (FILE, row.line, "");
            match date("created_on", row.cell(0), "%m/%d/%Y") {
                Err((field, value, reason)) => self.refuse(at, field, &value, reason),
                Ok(_) if !products.contains_key(row.cell(1)) => {
                    self.refuse(
                        at,
                        "Product",
                        row.cell(1),
                        "no product of this name in the export",
                    );
                }
                Ok(day) => {
                    self.report_trims(FILE, "", &row);
                    clicks.entry(row.cell(1).to_owned()).or_default().push(day);
                }
            }
        }
        clicks.values_mut().for_each(|days| days.sort_unstable());
        Ok(clicks)
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

/// The value of a won row; an empty cell is a missing value.
fn close_value(text: &str, currency: Currency) -> Result<Option<Money>, (&'static str, String, String)> {
    if text.is_empty() {
        return Ok(None);
    }
    let fault = |reason: String| ("close_value", text.to_owned(), reason);
    let value = parse_decimal(text)
        .and_then(|v| Money::new(v, currency))
        .map_err(|f| fault(f.to_string()))?;
    value.minor().map_err(|f| fault(f.to_string()))?;
    if value.is_negative() {
        return Err(fault("the value of a won opportunity is zero or above".into()));
    }
    Ok(Some(value))
}

/// The file as it is, or compressed.
fn find(folder: &Path, file: &str) -> Option<PathBuf> {
    [folder.join(file), folder.join(format!("{file}.gz"))]
        .into_iter()
        .find(|path| path.is_file())
}

fn open(folder: &Path, file: &str) -> Result<(PathBuf, Vec<u8>), Failure> {
    let path = find(folder, file).ok_or_else(|| {
        Failure::data(
            folder.join(file),
            "is missing; a CRM export has it, plain or as .csv.gz",
        )
    })?;
    let mut bytes = Vec::new();
    let source = File::open(&path).map_err(|fault| Failure::data(&path, fault))?;
    let read = if path.extension().is_some_and(|e| e == "gz") {
        MultiGzDecoder::new(source).read_to_end(&mut bytes)
    } else {
        std::io::BufReader::new(source).read_to_end(&mut bytes)
    };
    read.map_err(|fault| Failure::data(&path, fault))?;
    Ok((path, bytes))
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
