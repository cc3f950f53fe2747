//! Products, accounts, sales agents and clicks.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use l2c::money::{Currency, Price, parse_decimal};

use super::source::find;
use super::{Account, Agent, Reader, date};
use crate::error::Failure;

impl Reader<'_> {
    pub fn products(&mut self, currency: Currency) -> Result<BTreeMap<String, Price>, Failure> {
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

    pub fn accounts(&mut self) -> Result<BTreeMap<String, Account>, Failure> {
        const FILE: &str = "accounts.csv";
        let mut accounts = BTreeMap::new();
        for (index, row) in self.rows(FILE, &["account"])?.into_iter().enumerate() {
            let name = row.cell(0);
            let at = (FILE, row.line, "");
            if name.is_empty() {
                self.refuse(at, "account", name, "an account needs a name");
            } else if accounts.contains_key(name) {
                self.refuse(at, "account", name, "stands twice; the first row counts");
            } else {
                self.report_trims(FILE, "", &row);
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

    pub fn agents(&mut self) -> Result<BTreeMap<String, Agent>, Failure> {
        const FILE: &str = "sales_teams.csv";
        const COLUMNS: &[&str] = &["sales_agent", "manager", "regional_office"];
        let mut agents = BTreeMap::new();
        for (index, row) in self.rows(FILE, COLUMNS)?.into_iter().enumerate() {
            let name = row.cell(0);
            let at = (FILE, row.line, "");
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
                self.report_trims(FILE, "", &row);
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

    pub fn clicks(
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
                        "no usable product of this name in products.csv",
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
