//! What was billed, paid and owed back under one contract.

use l2c_calendar::NaiveDate;
use l2c_explain::Figure;
use l2c_money::Exact;

use crate::BillingSide;

/// An invoice, or below zero a credit note.
#[derive(Debug, Clone)]
pub(crate) struct Document<'a> {
    pub(crate) on: NaiveDate,
    pub(crate) id: &'a str,
    /// The obligation that it is for.
    pub(crate) obligation: Option<&'a str>,
    pub(crate) net: Exact,
    pub(crate) tax: Exact,
}

#[derive(Debug, Clone)]
pub(crate) struct Payment<'a> {
    pub(crate) document: Option<&'a str>,
    pub(crate) amount: Exact,
}

/// The documents and payments of this contract, or of a separate one that a modification made, and what its
/// obligations give back.
#[derive(Debug, Clone)]
pub(crate) struct Account<'a, M> {
    pub(crate) id: &'a str,
    pub(crate) documents: Vec<Document<'a>>,
    pub(crate) payments: Vec<Payment<'a>>,
    pub(crate) service_credits: Vec<Figure<M>>,
    pub(crate) escheat: Vec<Figure<M>>,
    /// What returned units were charged, as it was paid back or set off.
    pub(crate) returned_in_cash: Vec<Figure<M>>,
    pub(crate) returned_on_receivable: Vec<Figure<M>>,
}

impl<'a, M> Account<'a, M> {
    pub(crate) const fn new(id: &'a str) -> Self {
        Self {
            id,
            documents: Vec::new(),
            payments: Vec::new(),
            service_credits: Vec::new(),
            escheat: Vec::new(),
            returned_in_cash: Vec::new(),
            returned_on_receivable: Vec::new(),
        }
    }

    /// Billed without tax.
    pub(crate) fn net(&self) -> Exact {
        sum(self.documents.iter().map(|document| &document.net))
    }

    /// Billed for an obligation, without tax.
    pub(crate) fn billed_for(&self, obligation: &str) -> Exact {
        let named = self
            .documents
            .iter()
            .filter(|document| document.obligation == Some(obligation));
        sum(named.map(|document| &document.net))
    }

    pub(crate) fn tax(&self) -> Exact {
        sum(self.documents.iter().map(|document| &document.tax))
    }

    pub(crate) fn paid(&self) -> Exact {
        sum(self.payments.iter().map(|payment| &payment.amount))
    }

    /// Paid back or set off for units that came back.
    pub(crate) fn returned(&self) -> Exact {
        let returned = self.returned_in_cash.iter().chain(&self.returned_on_receivable);
        sum(returned.map(|part| &part.value))
    }

    /// Paid beyond what it is for: payments that name a document settle it alone, the others settle what is open of
    /// the documents, in their order. `counted` is the part of the documents that counts, with tax.
    ///
    /// Credit notes beyond all invoices are an advance of the customer too where this side posts the receivable, which
    /// is never below zero; where the ERP posts it, what it has billed is taken over as it is.
    pub(crate) fn advance(&self, counted: &Exact, billing: BillingSide) -> Exact {
        let mut excess = Exact::ZERO;
        let mut settled = Exact::ZERO;
        let mut named: Vec<(&str, Exact)> = Vec::new();
        for payment in &self.payments {
            let Some(id) = payment.document else { continue };
            match named.iter_mut().find(|(known, _)| *known == id) {
                Some((_, paid)) => *paid += &payment.amount,
                None => named.push((id, payment.amount.clone())),
            }
        }
        for (id, paid) in named {
            let of_document = self.documents.iter().filter(|document| document.id == id);
            let gross = sum(of_document.map(|document| &document.net).chain(
                self.documents
                    .iter()
                    .filter(|document| document.id == id)
                    .map(|document| &document.tax),
            ));
            let settles = paid.clone().min(gross.max(Exact::ZERO));
            excess += &(&paid - &settles);
            settled += &settles;
        }
        let unnamed = sum(self
            .payments
            .iter()
            .filter(|payment| payment.document.is_none())
            .map(|payment| &payment.amount));
        let open = counted - &settled;
        let beyond = (&unnamed - &open).max(Exact::ZERO);
        &excess
            + &match billing {
                BillingSide::Engine => beyond,
                BillingSide::Erp => beyond.min(unnamed),
            }
    }
}

fn sum<'b>(amounts: impl Iterator<Item = &'b Exact>) -> Exact {
    amounts.fold(Exact::ZERO, |total, amount| &total + amount)
}
