//! The tables of the run, read back: what the report shows is what stands in the files beside it.

use std::collections::BTreeMap;

use csv::StringRecord;
use l2c::money::{Currency, Money, parse_decimal};

use crate::error::Failure;
use crate::output::Output;

/// How many documents an aggregate opens to; the rest is in its file.
pub const SHOWN: usize = 20;

/// The tables in the output folder.
pub struct Results<'a> {
    /// The folder.
    pub output: &'a Output,
    /// The currency of every amount.
    pub currency: Currency,
}

/// How a column is shown.
#[derive(Clone, Copy)]
pub enum Shown {
    /// As it stands.
    Text,
    /// An amount or a count, to the right, with its thousands apart.
    Figure,
    /// Yes, or nothing.
    Flag,
    /// A party or a customer's account, by its name.
    Party,
    /// A document, linked to its page where there is one.
    Document,
}

/// A column of a file, and how it is called and shown.
pub type Column = (&'static str, &'static str, Shown);

/// A row of a file.
pub struct Row<'a> {
    columns: &'a BTreeMap<String, usize>,
    record: &'a StringRecord,
    file: &'a str,
    currency: Currency,
}

impl Row<'_> {
    /// A cell.
    ///
    /// # Errors
    /// A column that the file does not have.
    pub fn cell(&self, column: &str) -> Result<&str, Failure> {
        let cell = self.columns.get(column).and_then(|&index| self.record.get(index));
        cell.ok_or_else(|| Failure::stage("report", self.file)(format!("it has no column `{column}`")))
    }

    /// An amount; an empty cell is zero.
    ///
    /// # Errors
    /// A column that the file does not have, or text that is no amount.
    pub fn amount(&self, column: &str) -> Result<Money, Failure> {
        let cell = self.cell(column)?;
        if cell.is_empty() {
            return Ok(Money::zero(self.currency));
        }
        let amount = parse_decimal(cell).and_then(|amount| Money::new(amount, self.currency));
        amount.map_err(Failure::stage("report", self.file))
    }
}

/// The documents behind a figure: the first twenty, how many there are, and their sums.
pub struct Documents {
    /// Where all of them are.
    pub file: &'static str,
    /// What is shown of each.
    pub columns: &'static [Column],
    /// The first twenty.
    pub rows: Vec<Vec<String>>,
    /// How many there are.
    pub count: usize,
    /// The sums that were asked for, in their order.
    pub sums: Vec<Money>,
}

impl Documents {
    /// No documents.
    pub fn none(file: &'static str, columns: &'static [Column], sums: usize, currency: Currency) -> Self {
        Self {
            file,
            columns,
            rows: Vec::new(),
            count: 0,
            sums: vec![Money::zero(currency); sums],
        }
    }

    fn add(&mut self, row: &Row<'_>, sums: &[&str]) -> Result<(), Failure> {
        if self.rows.len() < SHOWN {
            let cells = self
                .columns
                .iter()
                .map(|(column, ..)| row.cell(column).map(str::to_owned));
            self.rows.push(cells.collect::<Result<_, _>>()?);
        }
        self.count = self.count.saturating_add(1);
        for (sum, column) in self.sums.iter_mut().zip(sums) {
            *sum = sum
                .checked_add(&row.amount(column)?)
                .map_err(Failure::stage("report", row.file))?;
        }
        Ok(())
    }
}

impl Results<'_> {
    /// Every row of a file.
    ///
    /// # Errors
    /// A file that cannot be read, or what the visitor says.
    pub fn rows(
        &self,
        file: &str,
        mut visit: impl FnMut(&Row<'_>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let fault = |fault: csv::Error| Failure::stage("report", file)(fault);
        let mut csv = csv::Reader::from_path(self.output.path(file)).map_err(fault)?;
        let header = csv.headers().map_err(fault)?.clone();
        let columns = header.iter().map(str::to_owned).zip(0..).collect();
        let mut record = StringRecord::new();
        while csv.read_record(&mut record).map_err(fault)? {
            visit(&Row {
                columns: &columns,
                record: &record,
                file,
                currency: self.currency,
            })?;
        }
        Ok(())
    }

    /// The documents of a file by a key; rows without one are left out. `sums` names the columns to add up.
    ///
    /// # Errors
    /// A file that cannot be read, or a sum out of bounds.
    pub fn grouped<K: Ord>(
        &self,
        file: &'static str,
        columns: &'static [Column],
        sums: &[&str],
        key: impl Fn(&Row<'_>) -> Result<Option<K>, Failure>,
    ) -> Result<BTreeMap<K, Documents>, Failure> {
        let mut groups = BTreeMap::new();
        self.rows(file, |row| {
            let Some(key) = key(row)? else {
                return Ok(());
            };
            let none = || Documents::none(file, columns, sums.len(), self.currency);
            groups.entry(key).or_insert_with(none).add(row, sums)
        })?;
        Ok(groups)
    }
}

/// The month of a date that is written `2017-03-05`.
pub fn month(date: &str) -> Option<String> {
    date.get(..7).map(str::to_owned)
}
