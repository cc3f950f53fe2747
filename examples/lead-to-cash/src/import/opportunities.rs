//! The pipeline: one row per opportunity.

use std::collections::{BTreeMap, BTreeSet};

use l2c::money::{Currency, Money, MoneyError, Price, parse_decimal};

use super::finding::Treatment;
use super::{Account, Agent, Opportunity, Outcome, Reader, date};
use crate::error::Failure;

impl Reader<'_> {
    pub fn opportunities(
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
            let known = |field, value: &str, found: bool| match found {
                true => Ok(()),
                false => Err((field, value.to_owned(), unknown(field).to_owned())),
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
}

/// What is said of a name that no row of the other file has.
fn unknown(field: &str) -> &'static str {
    match field {
        "account" => {
            "no account of this name in accounts.csv; a won opportunity needs one, others may leave it empty"
        }
        "sales_agent" => "no usable sales agent of this name in sales_teams.csv",
        _ => "no usable product of this name in products.csv",
    }
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
    value.minor().map_err(|f| match f {
        MoneyError::NotInMinorUnits { scale, .. } => {
            fault(format!("{currency} has {scale} decimals, and this has more"))
        }
        other => fault(other.to_string()),
    })?;
    if value.is_negative() {
        return Err(fault("the value of a won opportunity is zero or above".into()));
    }
    Ok(Some(value))
}
