use std::collections::BTreeMap;

use l2c_money::{Currency, Exact, Money};
use serde::Serialize;

use crate::{JournalEntry, LedgerError, LegalEntity, Line, Role};

/// The balances of all accounts, and under each the balances of its subjects: the sub-ledger.
///
/// It does not depend on the order of the entries. A balance above zero is a debit balance.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrialBalance {
    accounts: BTreeMap<(LegalEntity, Role, Currency), Account>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Account {
    debits: Money,
    credits: Money,
    subjects: BTreeMap<String, Money>,
}

/// One account of a trial balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TrialBalanceRow {
    /// Whose books.
    pub entity: LegalEntity,
    /// What kind of account.
    pub role: Role,
    /// The sum of the debits; zero or above.
    pub debits: Money,
    /// The sum of the credits; zero or above.
    pub credits: Money,
    /// Debits less credits.
    pub balance: Money,
}

/// One subject of a sub-ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SubledgerRow<'a> {
    /// Whose books.
    pub entity: LegalEntity,
    /// The document or party.
    pub subject: &'a str,
    /// Debits less credits.
    pub balance: Money,
}

impl TrialBalance {
    /// Without entries.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Of entries.
    ///
    /// # Errors
    /// As [`TrialBalance::add`].
    pub fn of<'a>(entries: impl IntoIterator<Item = &'a JournalEntry>) -> Result<Self, LedgerError> {
        let mut balance = Self::new();
        entries.into_iter().try_for_each(|entry| balance.add(entry))?;
        Ok(balance)
    }

    /// Adds an entry.
    ///
    /// # Errors
    /// [`LedgerError::Money`] if a total leaves the bounds of [`Money`]; the entry is then partly added.
    pub fn add(&mut self, entry: &JournalEntry) -> Result<(), LedgerError> {
        entry.lines().iter().try_for_each(|line| self.add_line(line))
    }

    fn add_line(&mut self, line: &Line) -> Result<(), LedgerError> {
        let zero = Money::zero(line.amount.currency());
        let key = (line.entity, line.role, line.amount.currency());
        let account = self.accounts.entry(key).or_insert_with(|| Account {
            debits: zero,
            credits: zero,
            subjects: BTreeMap::new(),
        });
        if line.amount.is_negative() {
            account.credits = account.credits.checked_sub(&line.amount)?;
        } else {
            account.debits = account.debits.checked_add(&line.amount)?;
        }
        match account.subjects.get_mut(&line.subject) {
            Some(balance) => *balance = balance.checked_add(&line.amount)?,
            None => {
                account.subjects.insert(line.subject.clone(), line.amount);
            }
        }
        Ok(())
    }

    /// The balance of an account; zero if nothing was posted to it.
    #[must_use]
    pub fn balance(&self, entity: LegalEntity, role: Role, currency: Currency) -> Money {
        let account = self.accounts.get(&(entity, role, currency));
        account.map_or(Money::zero(currency), Account::balance)
    }

    /// The balance of a subject in an account; zero if nothing was posted to it.
    #[must_use]
    pub fn subject_balance(
        &self,
        entity: LegalEntity,
        role: Role,
        currency: Currency,
        subject: &str,
    ) -> Money {
        let account = self.accounts.get(&(entity, role, currency));
        account
            .and_then(|account| account.subjects.get(subject))
            .copied()
            .unwrap_or(Money::zero(currency))
    }

    /// All accounts, by legal entity, role and currency.
    #[must_use]
    pub fn rows(&self) -> Vec<TrialBalanceRow> {
        let row =
            |(&(entity, role, _), account): (&(LegalEntity, Role, Currency), &Account)| TrialBalanceRow {
                entity,
                role,
                debits: account.debits,
                credits: account.credits,
                balance: account.balance(),
            };
        self.accounts.iter().map(row).collect()
    }

    /// The sub-ledger of a role: every subject with its balance, by legal entity, currency and subject. The
    /// balances add up to the accounts' own.
    #[must_use]
    pub fn by_subject(&self, role: Role) -> Vec<SubledgerRow<'_>> {
        let mut rows = Vec::new();
        for (&(entity, ..), account) in self.accounts.iter().filter(|(key, _)| key.1 == role) {
            let row = |(subject, &balance)| SubledgerRow {
                entity,
                subject: String::as_str(subject),
                balance,
            };
            rows.extend(account.subjects.iter().map(row));
        }
        rows
    }

    /// Whether debits equal credits for every legal entity and currency.
    #[must_use]
    pub fn is_balanced(&self) -> bool {
        let mut totals: BTreeMap<(LegalEntity, Currency), Exact> = BTreeMap::new();
        for (&(entity, _, currency), account) in &self.accounts {
            *totals.entry((entity, currency)).or_default() +=
                &(account.debits.exact() - account.credits.exact());
        }
        totals.values().all(Exact::is_zero)
    }
}

impl Account {
    /// Both totals are within the bounds and at least zero, so that their difference is too.
    fn balance(&self) -> Money {
        self.debits.checked_sub(&self.credits).unwrap_or(self.debits)
    }
}
