//! The journal: every entry goes into the store, under the month it is posted in, and into the trial balance.

use indicatif::ProgressBar;
use l2c::host::{DomainEvent, Expected, LoadError, Store, StoreError, Upcasters, stream_events};
use l2c::ledger::{ChartOfAccounts, JournalEntry, TrialBalance, write_csv_to};
use serde::{Deserialize, Serialize};

use crate::documents;
use crate::error::Failure;
use crate::output::Output;
use crate::policy::Folder;
use crate::record::Record;

/// A journal entry as the store keeps it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
struct Posted(JournalEntry);

impl DomainEvent for Posted {
    const CATEGORY: &'static str = "journal";
    const VERSION: u32 = 1;
    fn name(&self) -> &'static str {
        "posted"
    }
}

/// The general ledger of a run.
pub struct Books {
    /// Debits and credits by role and subject.
    pub balance: TrialBalance,
    /// How many entries were posted.
    pub entries: usize,
    chart: ChartOfAccounts,
}

impl Books {
    /// Books under the chart of accounts of `accounts.json`.
    ///
    /// # Errors
    /// Every fault of the document.
    pub fn open(folder: &mut Folder) -> Result<Self, Failure> {
        let chart = folder.read(&documents::ACCOUNTS)?;
        let chart = folder.check(&documents::ACCOUNTS, ChartOfAccounts::new(&chart))?;
        Ok(Self {
            balance: TrialBalance::new(),
            entries: 0,
            chart,
        })
    }

    /// Posts entries.
    ///
    /// # Errors
    /// A total out of bounds.
    pub fn post(
        &mut self,
        record: &mut Record,
        entries: impl IntoIterator<Item = JournalEntry>,
    ) -> Result<(), Failure> {
        for entry in entries {
            let header = entry.header();
            let (month, date, id) = (
                header.posting_month().to_string(),
                header.effective_date,
                header.id.clone(),
            );
            self.balance.add(&entry).map_err(Failure::stage("ledger", id))?;
            self.entries = self.entries.saturating_add(1);
            record.event(&month, Expected::Any, &Posted(entry), date)?;
        }
        Ok(())
    }

    /// Writes `journal.csv` from what the store holds, and adds up what was written.
    ///
    /// # Errors
    /// A store that cannot be read, a folder that cannot be written, a role without an account.
    pub fn export(
        &self,
        record: &Record,
        output: &mut Output,
        bar: &ProgressBar,
    ) -> Result<TrialBalance, Failure> {
        let mut stored = TrialBalance::new();
        let mut fault = None;
        let unreadable = |reason: String| Failure::Stage {
            stage: "ledger",
            subject: "journal".to_owned(),
            reason,
        };
        let entries = stored_entries(record.store()).map_err(|fault| unreadable(fault.to_string()))?;
        let entries = entries.map_while(|entry| match entry {
            Ok(entry) => match stored.add(&entry) {
                Ok(()) => Some(entry),
                Err(error) => {
                    fault = Some(error.to_string());
                    None
                }
            },
            Err(error) => {
                fault = Some(error.to_string());
                None
            }
        });
        output.write("journal.csv", |file| {
            write_csv_to(file, bar.wrap_iter(entries), Some(&self.chart)).map_err(|fault| fault.to_string())
        })?;
        match fault {
            Some(reason) => Err(unreadable(reason)),
            None => Ok(stored),
        }
    }

    /// Writes `trial-balance.csv`.
    ///
    /// # Errors
    /// A folder that cannot be written, a role without an account.
    pub fn export_balance(&self, output: &mut Output) -> Result<(), Failure> {
        let header = [
            "entity",
            "account",
            "account_name",
            "role",
            "currency",
            "debits",
            "credits",
            "balance",
        ];
        let mut table = output.table("trial-balance.csv", &header)?;
        for row in self.balance.rows() {
            let account = self
                .chart
                .account(row.entity, row.role)
                .map_err(Failure::stage("ledger", row.role))?;
            table.row([
                row.entity.to_string(),
                account.code.clone(),
                account.name.clone(),
                row.role.to_string(),
                row.balance.currency().to_string(),
                row.debits.amount_text(),
                row.credits.amount_text(),
                row.balance.amount_text(),
            ])?;
        }
        output.finish(table)
    }
}

/// The stored entries, month by month, a page at a time.
fn stored_entries<S: Store>(
    store: &S,
) -> Result<impl Iterator<Item = Result<JournalEntry, LoadError>>, StoreError> {
    let upcasters = Upcasters::new();
    // Months sort by name. A thousand months are more than any export has.
    let months = store.heads(Posted::CATEGORY, None, 1_000)?.into_iter();
    Ok(months
        .flat_map(move |month| stream_events(store, &month.stream, 500))
        .map(move |stored| Ok(upcasters.read::<Posted>(&stored?)?.0)))
}
