use std::fmt;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use l2c_money::Money;
use serde::{Deserialize, Serialize};

use crate::{DocumentNumber, SourceId};

/// One application of a payment or a credit note to an open item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// What was applied.
    pub source: SourceId,
    /// When it took effect.
    pub date: NaiveDate,
    /// How much; above zero.
    pub amount: Money,
}

/// How an open item stands; it follows from the amounts and is stored nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemStatus {
    /// Nothing was applied.
    Open,
    /// Something was applied and something is open.
    PartlySettled,
    /// Nothing is open, and some of it was paid (or the item was for nothing).
    Paid,
    /// Nothing is open, and all of it was credited.
    Credited,
}

impl fmt::Display for ItemStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Open => "open",
            Self::PartlySettled => "partly_settled",
            Self::Paid => "paid",
            Self::Credited => "credited",
        })
    }
}

/// What a customer owes by one invoice.
///
/// `total = paid + credited + open` holds at every date, because the open amount is what the applications
/// leave of the total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenItem {
    number: DocumentNumber,
    issue_date: NaiveDate,
    due_date: NaiveDate,
    total: Money,
    applications: Vec<Application>,
}

impl OpenItem {
    pub(crate) const fn new(
        number: DocumentNumber,
        issue_date: NaiveDate,
        due_date: NaiveDate,
        total: Money,
    ) -> Self {
        Self {
            number,
            issue_date,
            due_date,
            total,
            applications: Vec::new(),
        }
    }

    pub(crate) fn apply(&mut self, application: Application) {
        self.applications.push(application);
    }

    /// The number of the invoice.
    #[must_use]
    pub const fn number(&self) -> &DocumentNumber {
        &self.number
    }

    /// The issue date of the invoice.
    #[must_use]
    pub const fn issue_date(&self) -> NaiveDate {
        self.issue_date
    }

    /// The due date of the invoice.
    #[must_use]
    pub const fn due_date(&self) -> NaiveDate {
        self.due_date
    }

    /// What was invoiced, with tax.
    #[must_use]
    pub const fn total(&self) -> Money {
        self.total
    }

    /// What was applied, in the order in which it was applied.
    #[must_use]
    pub fn applications(&self) -> &[Application] {
        &self.applications
    }

    /// What was paid, up to and including a date.
    #[must_use]
    pub fn paid_at(&self, date: NaiveDate) -> Money {
        self.applied(|a| a.date <= date && matches!(a.source, SourceId::Payment(_)))
    }

    /// What was credited, up to and including a date.
    #[must_use]
    pub fn credited_at(&self, date: NaiveDate) -> Money {
        self.applied(|a| a.date <= date && matches!(a.source, SourceId::Credit(_)))
    }

    /// What is open at the end of a date; zero before the issue date.
    #[must_use]
    pub fn open_at(&self, date: NaiveDate) -> Money {
        if date < self.issue_date {
            return Money::zero(self.total.currency());
        }
        self.left(|a| a.date <= date)
    }

    /// What was paid in all.
    #[must_use]
    pub fn paid(&self) -> Money {
        self.paid_at(NaiveDate::MAX)
    }

    /// What was credited in all.
    #[must_use]
    pub fn credited(&self) -> Money {
        self.credited_at(NaiveDate::MAX)
    }

    /// What is open after all that was applied.
    #[must_use]
    pub fn open(&self) -> Money {
        self.left(|_| true)
    }

    /// How it stands.
    #[must_use]
    pub fn status(&self) -> ItemStatus {
        match (self.open().is_zero(), self.applications.is_empty()) {
            (false, true) => ItemStatus::Open,
            (false, false) => ItemStatus::PartlySettled,
            (true, false) if self.paid().is_zero() => ItemStatus::Credited,
            (true, _) => ItemStatus::Paid,
        }
    }

    pub(crate) fn applied(&self, counts: impl Fn(&Application) -> bool) -> Money {
        sum(
            self.applications.iter().filter(|a| counts(a)).map(|a| a.amount),
            self.total,
        )
    }

    fn left(&self, counts: impl Fn(&Application) -> bool) -> Money {
        // The account applies no more than is open and in the currency of the item, so this cannot fail.
        self.total
            .checked_sub(&self.applied(counts))
            .unwrap_or(self.total)
    }
}

/// A payment or a credit note: what came in, and to which items it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The payment or credit note.
    pub id: SourceId,
    /// When it came in, or was issued.
    pub date: NaiveDate,
    /// How much; above zero.
    pub amount: Money,
    /// The document that it names: what a payer quotes, or what a credit note corrects.
    pub reference: Option<DocumentNumber>,
    /// The items to which some of it was applied.
    pub(crate) items: BTreeSet<DocumentNumber>,
}

/// The sum of amounts in the currency of `like`; the caller has seen to the currency and the bounds.
pub(crate) fn sum(amounts: impl Iterator<Item = Money>, like: Money) -> Money {
    let zero = Money::zero(like.currency());
    amounts.fold(zero, |total, amount| total.checked_add(&amount).unwrap_or(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_shown_by_their_words() {
        for status in [
            ItemStatus::Open,
            ItemStatus::PartlySettled,
            ItemStatus::Paid,
            ItemStatus::Credited,
        ] {
            let word = status.to_string();
            assert_eq!(serde_json::to_value(status).unwrap(), word.as_str());
            assert_eq!(format!("{status:>24}"), format!("{word:>24}"));
        }
    }
}
