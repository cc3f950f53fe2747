use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::NaiveDate;
use l2c_money::Money;
use serde::{Deserialize, Serialize};

use crate::{AccountCommand, CustomerAccountId, DocumentNumber, PaymentId};

/// One line of a bank statement.
///
/// `Debug` leaves the remittance text out: people write names into it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatementLine {
    /// The bank's id of the line.
    pub id: PaymentId,
    /// The value date.
    pub date: NaiveDate,
    /// How much; above zero for money that came in.
    pub amount: Money,
    /// What the payer wrote.
    #[serde(default)]
    pub reference: String,
    /// The account of the payer, where the host knows it from the bank details.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer: Option<CustomerAccountId>,
}

impl fmt::Debug for StatementLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = f.debug_struct("StatementLine");
        line.field("id", &self.id)
            .field("date", &self.date)
            .field("amount", &self.amount);
        line.finish_non_exhaustive()
    }
}

/// What a payment can be matched with: an item, and on whose account it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The account.
    pub account: CustomerAccountId,
    /// The number of the invoice.
    pub number: DocumentNumber,
    /// When it is due.
    pub due_date: NaiveDate,
    /// What is open; settled items belong here too, so that a second payment is recognised.
    pub open: Money,
}

/// How a statement line fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// It pays what is open.
    Exact,
    /// It pays less; the rest stays open.
    Short,
    /// It pays more; the surplus is held.
    Over,
    /// The invoice it names has nothing open; all of it is held.
    Settled,
    /// The invoice it names is in another currency; all of it is held.
    OtherCurrency,
    /// It names several invoices, or one number of several accounts; a person decides.
    Ambiguous,
    /// It names no invoice that is known; all of it is held on the payer's account, if that is known.
    Unknown,
    /// Its id stood on an earlier line.
    Repeated,
    /// It is not money that came in.
    NotAReceipt,
}

impl fmt::Display for Fit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Exact => "exact",
            Self::Short => "short",
            Self::Over => "over",
            Self::Settled => "settled",
            Self::OtherCurrency => "other_currency",
            Self::Ambiguous => "ambiguous",
            Self::Unknown => "unknown",
            Self::Repeated => "repeated",
            Self::NotAReceipt => "not_a_receipt",
        })
    }
}

/// What to do with a statement line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The line's id.
    pub payment: PaymentId,
    /// The value date.
    pub date: NaiveDate,
    /// How much.
    pub amount: Money,
    /// How it fits.
    pub fit: Fit,
    /// The account that it belongs to, if one was found.
    pub account: Option<CustomerAccountId>,
    /// The item that it pays.
    pub item: Option<DocumentNumber>,
    /// How many days it comes after the due date of the item; 0 if it is in time.
    pub days_late: u32,
}

impl Proposal {
    /// The command that carries it out, and the account it goes to; `None` where a person decides.
    #[must_use]
    pub fn command(&self) -> Option<(CustomerAccountId, AccountCommand)> {
        if matches!(self.fit, Fit::Repeated | Fit::NotAReceipt | Fit::Ambiguous) {
            return None;
        }
        let command = AccountCommand::ReceivePayment {
            payment: self.payment.clone(),
            date: self.date,
            amount: self.amount,
            reference: self.item.clone(),
        };
        self.account.clone().map(|account| (account, command))
    }
}

/// Finds the invoices that bank statement lines name.
///
/// Numbers are compared by their letters and digits, whatever stands between them and in whichever case:
/// `inv 2017/42` names `INV-2017-42`. Nothing is guessed from amounts or names.
#[derive(Debug, Clone, Default)]
pub struct BankMatcher {
    candidates: BTreeMap<String, Vec<Candidate>>,
    longest: usize,
}

impl BankMatcher {
    /// A matcher over items.
    #[must_use]
    pub fn new(candidates: impl IntoIterator<Item = Candidate>) -> Self {
        let mut matcher = Self::default();
        for candidate in candidates {
            let words = words(candidate.number.as_str());
            matcher.longest = matcher.longest.max(words.len());
            matcher
                .candidates
                .entry(words.concat())
                .or_default()
                .push(candidate);
        }
        matcher
    }

    /// A proposal for every line, in the order in which they are to be applied: by date, then id.
    ///
    /// Each sees what the ones before it leave open, whatever the order of `lines`.
    #[must_use]
    pub fn propose(&self, lines: &[StatementLine]) -> Vec<Proposal> {
        let mut order: Vec<&StatementLine> = lines.iter().collect();
        order.sort_by(|a, b| (a.date, &a.id).cmp(&(b.date, &b.id)));
        let mut seen = BTreeSet::new();
        let mut open: BTreeMap<(&CustomerAccountId, &DocumentNumber), Money> = BTreeMap::new();
        let mut proposals = Vec::with_capacity(order.len());
        for line in order {
            let mut proposal = Proposal {
                payment: line.id.clone(),
                date: line.date,
                amount: line.amount,
                fit: Fit::Unknown,
                account: line.payer.clone(),
                item: None,
                days_late: 0,
            };
            let named = self.named(line);
            proposal.fit = if !seen.insert(&line.id) {
                Fit::Repeated
            } else if !line.amount.is_positive() {
                Fit::NotAReceipt
            } else {
                match named.as_slice() {
                    [] => Fit::Unknown,
                    [candidate] => {
                        let left = open
                            .entry((&candidate.account, &candidate.number))
                            .or_insert(candidate.open);
                        proposal.account = Some(candidate.account.clone());
                        let fit = settle(left, &line.amount);
                        if fit != Fit::OtherCurrency {
                            proposal.item = Some(candidate.number.clone());
                            let late = line.date.signed_duration_since(candidate.due_date).num_days();
                            proposal.days_late = u32::try_from(late).unwrap_or(0);
                        }
                        fit
                    }
                    _ => Fit::Ambiguous,
                }
            };
            proposals.push(proposal);
        }
        proposals
    }

    /// The items that a line names; those of the payer alone, if there are any.
    fn named(&self, line: &StatementLine) -> Vec<&Candidate> {
        let words = words(&line.reference);
        let mut found: Vec<&Candidate> = Vec::new();
        let mut rest = words.as_slice();
        while !rest.is_empty() {
            // The longest number that begins at this word.
            let hit = (1..=self.longest.min(rest.len())).rev().find_map(|length| {
                let (number, after) = rest.split_at_checked(length)?;
                self.candidates.get(&number.concat()).map(|hits| (hits, after))
            });
            rest = match hit {
                Some((hits, after)) => {
                    found.extend(hits.iter().filter(|hit| !found.contains(hit)).collect::<Vec<_>>());
                    after
                }
                None => rest.get(1..).unwrap_or_default(),
            };
        }
        let of_payer = |candidate: &&&Candidate| line.payer.as_ref() == Some(&candidate.account);
        let own: Vec<&Candidate> = found.iter().filter(of_payer).copied().collect();
        if own.is_empty() { found } else { own }
    }
}

/// How an amount fits what is left open, which it lowers.
fn settle(left: &mut Money, amount: &Money) -> Fit {
    let Ok(rest) = left.checked_sub(amount) else {
        return Fit::OtherCurrency;
    };
    let fit = match (left.is_zero(), rest.is_zero(), rest.is_negative()) {
        (true, _, _) => Fit::Settled,
        (_, true, _) => Fit::Exact,
        (_, _, true) => Fit::Over,
        _ => Fit::Short,
    };
    *left = if rest.is_negative() {
        Money::zero(rest.currency())
    } else {
        rest
    };
    fit
}

/// The runs of letters and digits of a text, in capitals; a text that is too long to be a reference is cut.
fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(MAX_WORDS)
        .map(str::to_uppercase)
        .collect()
}

/// The words that are read of a remittance text.
const MAX_WORDS: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fits_are_shown_by_their_words() {
        for fit in [
            Fit::Exact,
            Fit::Short,
            Fit::Over,
            Fit::Settled,
            Fit::OtherCurrency,
            Fit::Ambiguous,
            Fit::Unknown,
            Fit::Repeated,
            Fit::NotAReceipt,
        ] {
            let word = fit.to_string();
            assert_eq!(serde_json::to_value(fit).unwrap(), word.as_str());
            assert_eq!(format!("{fit:>24}"), format!("{word:>24}"));
        }
    }
}
