//! The net position of a contract: what is recognised beyond what is billed, or the other way round.

use l2c_calendar::{FiscalMonth, NaiveDate};
use l2c_explain::{Citation, Figure, Note, Recorder};
use l2c_money::Money;
use serde::Serialize;

use crate::history::History;
use crate::{Book, Paragraph};

/// A contract at the end of a month in which something moved. Every amount is in the contract's currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ContractMonth {
    /// The month.
    pub month: FiscalMonth,
    /// Billed in the month, less credit notes.
    pub billed: Money,
    /// Recognised in the month; below zero where revenue is taken back.
    pub recognised: Money,
    /// Recognised in the month of each obligation, in their order.
    pub by_obligation: Vec<Money>,
    /// Billed since inception.
    pub billed_to_date: Money,
    /// Recognised since inception.
    pub recognised_to_date: Money,
    /// Allocated and not recognised at the end of the month (606-10-50-13).
    pub remaining: Money,
    /// The net position at the end of the month.
    pub position: NetPosition,
}

/// What one party of a contract owes the other in performance or consideration (606-10-45-1): a contract asset or a
/// contract liability, never both. In serde both amounts are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(into = "PositionDocument")]
pub struct NetPosition(Money);

impl NetPosition {
    pub(crate) const fn new(net: Money) -> Self {
        Self(net)
    }

    /// Recognised less billed: above zero an asset, below zero a liability.
    #[must_use]
    pub const fn net(&self) -> Money {
        self.0
    }

    /// Performance beyond what is billed (606-10-45-3); zero or above.
    #[must_use]
    pub fn contract_asset(&self) -> Money {
        if self.0.is_positive() {
            self.0
        } else {
            Money::zero(self.0.currency())
        }
    }

    /// Billing beyond what is performed (606-10-45-2); zero or above.
    #[must_use]
    pub fn contract_liability(&self) -> Money {
        if self.0.is_negative() {
            self.0.negated()
        } else {
            Money::zero(self.0.currency())
        }
    }
}

#[derive(Serialize)]
struct PositionDocument {
    contract_asset: Money,
    contract_liability: Money,
}

impl From<NetPosition> for PositionDocument {
    fn from(position: NetPosition) -> Self {
        Self {
            contract_asset: position.contract_asset(),
            contract_liability: position.contract_liability(),
        }
    }
}

/// What is billed by the end of a day.
pub(crate) fn billed<R: Recorder>(rec: &mut R, history: &History<'_>, through: NaiveDate) -> Figure<R::Mark> {
    let currency = history.terms.currency();
    let parts: Vec<_> = history
        .billings
        .iter()
        .filter(|billing| billing.on <= through)
        .map(|billing| {
            rec.input(billing.amount.exact(), || {
                Note::new(format!("billed on {}", billing.on))
                    .money(currency)
                    .cite(Citation::new("document", billing.document))
            })
        })
        .collect();
    let parts: Vec<_> = parts.iter().collect();
    rec.sum(&parts, || {
        Note::new(format!("billed by the end of {through}")).money(currency)
    })
}

/// Recognised less billed by the end of a day (606-10-45-1).
pub(crate) fn net_position<R: Recorder>(
    rec: &mut R,
    history: &History<'_>,
    recognised: &[Figure<R::Mark>],
    billed: &Figure<R::Mark>,
    through: NaiveDate,
    book: Book,
) -> Figure<R::Mark> {
    let currency = history.terms.currency();
    let recognised: Vec<_> = recognised.iter().collect();
    let recognised = rec.sum(&recognised, || {
        Note::new(format!("recognised by the end of {through}, all obligations")).money(currency)
    });
    rec.difference(&recognised, billed, || {
        Note::new(format!("net position at the end of {through}"))
            .money(currency)
            .cite(book.cite(Paragraph::POSITION))
    })
}
