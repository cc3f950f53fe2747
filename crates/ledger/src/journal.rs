use std::collections::BTreeMap;

use chrono::NaiveDate;
use l2c_calendar::FiscalMonth;
use l2c_money::{Currency, Exact, Money};
use serde::{Deserialize, Serialize};

use crate::{LedgerError, LegalEntity, Role};

/// One line of a journal entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Whose books.
    pub entity: LegalEntity,
    /// What kind of account.
    pub role: Role,
    /// Above zero for a debit, below zero for a credit.
    pub amount: Money,
    /// The key in the sub-ledger: the document or party that the amount belongs to; empty if there is none.
    pub subject: String,
}

impl Line {
    /// A debit; of a negative amount, a credit.
    pub fn debit(entity: LegalEntity, role: Role, amount: Money, subject: impl Into<String>) -> Self {
        Self {
            entity,
            role,
            amount,
            subject: subject.into(),
        }
    }

    /// A credit; of a negative amount, a debit.
    pub fn credit(entity: LegalEntity, role: Role, amount: Money, subject: impl Into<String>) -> Self {
        Self::debit(entity, role, amount.negated(), subject)
    }

    /// The same line on the other side.
    #[must_use]
    pub fn mirrored(&self) -> Self {
        Self {
            amount: self.amount.negated(),
            ..self.clone()
        }
    }
}

/// What an entry says about itself besides its lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// The entry's id; the host's, and unique in its journal.
    pub id: String,
    /// The day in whose month the entry counts in the books; that month was open.
    pub posting_date: NaiveDate,
    /// The day of the matter itself. For a correction of a closed month it lies in that month.
    pub effective_date: NaiveDate,
    /// The document and event that the entry comes from.
    pub source: String,
    /// A sentence for the reader.
    pub memo: String,
    /// The rules the entry rests on: "ASC 606-10-45-2".
    pub citations: Vec<String>,
}

impl Header {
    /// The month in which the entry counts in the books.
    #[must_use]
    pub fn posting_month(&self) -> FiscalMonth {
        FiscalMonth::of(self.posting_date)
    }

    /// The month of the matter itself.
    #[must_use]
    pub fn origin_month(&self) -> FiscalMonth {
        FiscalMonth::of(self.effective_date)
    }
}

/// A journal entry: for every legal entity and currency, its debits equal its credits.
///
/// There is no way to have one that does not balance; one that is read is checked again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "EntryDocument")]
pub struct JournalEntry {
    header: Header,
    lines: Vec<Line>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryDocument {
    header: Header,
    lines: Vec<Line>,
}

impl TryFrom<EntryDocument> for JournalEntry {
    type Error = LedgerError;
    fn try_from(document: EntryDocument) -> Result<Self, LedgerError> {
        Self::new(document.header, document.lines)
    }
}

impl JournalEntry {
    /// An entry from lines that balance. Lines of zero are dropped; an entry of none is allowed.
    ///
    /// # Errors
    /// [`LedgerError::NotInMinorUnits`] for a line that was not rounded, else [`LedgerError::Unbalanced`] for
    /// the first legal entity and currency, in their order, whose lines do not add up to zero.
    pub fn new(header: Header, mut lines: Vec<Line>) -> Result<Self, LedgerError> {
        lines.retain(|line| !line.amount.is_zero());
        let mut totals: BTreeMap<(LegalEntity, Currency), Exact> = BTreeMap::new();
        for line in &lines {
            let currency = line.amount.currency();
            if line.amount.amount().scale() > currency.minor_units() {
                let (entry, role, amount) = (header.id, line.role, line.amount);
                return Err(LedgerError::NotInMinorUnits { entry, role, amount });
            }
            *totals.entry((line.entity, currency)).or_default() += &line.amount.exact();
        }
        if let Some(((entity, currency), total)) = totals.into_iter().find(|(_, total)| !total.is_zero()) {
            let difference = total.to_string();
            return Err(LedgerError::Unbalanced {
                entry: header.id,
                entity,
                currency,
                difference,
            });
        }
        Ok(Self { header, lines })
    }

    /// What the entry says about itself.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The lines, none of them zero, in the order given.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The mirror of this entry: the same lines with the other sign. Both together come to nothing.
    #[must_use]
    pub fn reversed(&self, header: Header) -> Self {
        Self {
            header,
            lines: self.lines.iter().map(Line::mirrored).collect(),
        }
    }
}
