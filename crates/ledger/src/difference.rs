use std::collections::BTreeMap;

use l2c_calendar::{FiscalCalendar, FiscalMonth};
use l2c_money::{Currency, Money};

use crate::{Header, JournalEntry, LedgerError, LegalEntity, Line, Role};

/// The entries that lead from what is posted to what should be.
///
/// Both sides are compared by month of origin (the month of the effective date), legal entity, role, subject
/// and currency. What differs becomes one entry per month of origin, posted in that month if it is open and
/// else in the first open month after it. Closed months never move; posting the result and calling again
/// gives nothing.
///
/// `header` gets the month to post in and the month of origin; it sets the posting date in the one and the
/// effective date in the other.
///
/// Call it for one document's entries at a time (a contract, a commission plan of a payee): what is posted
/// for others would be reversed.
///
/// # Errors
/// [`LedgerError::WrongMonth`] if a header lies outside its months; [`LedgerError::Money`] if a total leaves
/// the bounds of [`Money`].
pub fn post_difference(
    should_be: &[JournalEntry],
    posted: &[JournalEntry],
    calendar: &FiscalCalendar,
    header: impl Fn(FiscalMonth, FiscalMonth) -> Header,
) -> Result<Vec<JournalEntry>, LedgerError> {
    let mut open: BTreeMap<FiscalMonth, BTreeMap<Key<'_>, Money>> = BTreeMap::new();
    for (entries, negate) in [(should_be, false), (posted, true)] {
        for entry in entries {
            let lines = open.entry(entry.header().origin_month()).or_default();
            for line in entry.lines() {
                let amount = if negate {
                    line.amount.negated()
                } else {
                    line.amount
                };
                let key = (line.entity, line.role, line.subject.as_str(), amount.currency());
                let total = lines.entry(key).or_insert(Money::zero(amount.currency()));
                *total = total.checked_add(&amount)?;
            }
        }
    }
    let mut entries = Vec::new();
    for (origin, lines) in open {
        let line = |((entity, role, subject, _), amount)| Line::debit(entity, role, amount, subject);
        let lines: Vec<Line> = lines
            .into_iter()
            .filter(|(_, amount)| !amount.is_zero())
            .map(line)
            .collect();
        if lines.is_empty() {
            continue;
        }
        let posting = calendar.first_open(origin);
        let header = header(posting, origin);
        within(&header, "effective_date", header.effective_date, origin)?;
        within(&header, "posting_date", header.posting_date, posting)?;
        // The lines balance: every entry on both sides does, and its lines share one month of origin.
        entries.push(JournalEntry::new(header, lines)?);
    }
    Ok(entries)
}

type Key<'a> = (LegalEntity, Role, &'a str, Currency);

fn within(
    header: &Header,
    field: &'static str,
    date: chrono::NaiveDate,
    expected: FiscalMonth,
) -> Result<(), LedgerError> {
    if FiscalMonth::of(date) == expected {
        return Ok(());
    }
    Err(LedgerError::WrongMonth {
        entry: header.id.clone(),
        field,
        found: date.to_string(),
        expected,
    })
}
