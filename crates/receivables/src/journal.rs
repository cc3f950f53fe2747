use std::collections::BTreeMap;

use chrono::NaiveDate;
use l2c_ledger::{Header, JournalEntry, LegalEntity, Line, Role};
use l2c_money::{Currency, Money};

use crate::{AccountEvent, CustomerAccountId, DocumentNumber, ReceivablesError, SourceId};

/// The posting of the events of one decision: one entry for each day on which something moves.
///
/// A payment debits cash; what is applied credits the receivable of the invoice, what is held credits the
/// customer's advances, and leaves them when it is applied. An invoice and a credit note are posted by the
/// invoicing side: applying a credit note to its invoice moves nothing here, and what it exceeds the open
/// amount by leaves the receivable for the customer's advances (ASC 606-10-45-2: a liability). So receivable is
/// what is open, by number of the invoice, and customer advances are what is held, by account.
///
/// # Errors
/// [`ReceivablesError::Ledger`] if the ledger refuses an entry.
pub fn post(
    entity: LegalEntity,
    account: &CustomerAccountId,
    events: &[AccountEvent],
) -> Result<Vec<JournalEntry>, ReceivablesError> {
    let mut days: BTreeMap<NaiveDate, Day> = BTreeMap::new();
    for event in events {
        if let Some(movement) = movement(event) {
            days.entry(event.date()).or_default().add(account, movement)?;
        }
    }
    let mut entries = Vec::with_capacity(days.len());
    for (date, day) in days {
        let line = |((role, subject, _), amount)| Line::debit(entity, role, amount, subject);
        let lines: Vec<Line> = day
            .amounts
            .into_iter()
            .filter(|(_, a)| !a.is_zero())
            .map(line)
            .collect();
        if lines.is_empty() {
            continue;
        }
        let header = Header {
            id: format!("{account}.{}", day.key),
            posting_date: date,
            effective_date: date,
            source: format!("{account} {}", day.key),
            memo: day.memo,
            citations: Vec::new(),
        };
        entries.push(JournalEntry::new(header, lines)?);
    }
    Ok(entries)
}

#[derive(Default)]
struct Day {
    key: String,
    memo: String,
    amounts: BTreeMap<(Role, String, Currency), Money>,
}

impl Day {
    fn add(&mut self, account: &CustomerAccountId, movement: Movement) -> Result<(), ReceivablesError> {
        if self.key.is_empty() {
            self.key = movement.key;
            self.memo = movement.memo;
        }
        let amount = movement.amount;
        let account = account.to_string();
        let side = |(role, subject): (Role, Option<String>)| (role, subject.unwrap_or(account.clone()));
        for ((role, subject), amount) in [
            (side(movement.debit), amount),
            (side(movement.credit), amount.negated()),
        ] {
            let zero = Money::zero(amount.currency());
            let total = self
                .amounts
                .entry((role, subject, amount.currency()))
                .or_insert(zero);
            *total = total.checked_add(&amount)?;
        }
        Ok(())
    }
}

/// A debit and a credit; without a subject, that of the account.
struct Movement {
    key: String,
    memo: String,
    debit: (Role, Option<String>),
    credit: (Role, Option<String>),
    amount: Money,
}

fn movement(event: &AccountEvent) -> Option<Movement> {
    let receivable = |number: &DocumentNumber| (Role::Receivable, Some(number.to_string()));
    let advance = (Role::CustomerAdvance, None);
    let applied = |source: SourceId, item: &DocumentNumber, amount: &Money| Movement {
        key: format!("{source}.{item}"),
        memo: format!("{source} applied to {item}"),
        debit: advance.clone(),
        credit: receivable(item),
        amount: *amount,
    };
    Some(match event {
        AccountEvent::ItemOpened { .. } => return None,
        AccountEvent::PaymentReceived { payment, amount, .. } => Movement {
            key: payment.to_string(),
            memo: format!("Payment {payment}"),
            debit: (Role::Cash, Some(payment.to_string())),
            credit: advance,
            amount: *amount,
        },
        AccountEvent::CreditReceived {
            credit,
            amount,
            against,
            ..
        } => Movement {
            key: credit.to_string(),
            memo: format!("Credit note {credit} beyond what is open of {against}"),
            debit: receivable(against),
            credit: advance,
            amount: *amount,
        },
        AccountEvent::PaymentApplied {
            payment,
            item,
            amount,
            ..
        } => applied(SourceId::Payment(payment.clone()), item, amount),
        AccountEvent::CreditApplied {
            credit, item, amount, ..
        } => applied(SourceId::Credit(credit.clone()), item, amount),
    })
}
