use l2c_ledger::{Header, JournalEntry, Line, Role};
use l2c_money::Money;

use crate::{InvoiceKind, InvoicingError, IssuedInvoice};

impl IssuedInvoice {
    /// The number under which the receivable is kept: its own, or that of the invoice a credit note takes back.
    #[must_use]
    pub fn receivable(&self) -> &str {
        match &self.invoice.document().kind {
            InvoiceKind::Invoice => self.number.as_str(),
            InvoiceKind::CreditNote { corrects, .. } => corrects.number.as_str(),
        }
    }

    /// The posting of the document on its issue date: debit the receivable with the gross, credit billing
    /// clearing with the net and tax payable with the tax of each rate. A credit note posts the mirror.
    ///
    /// Billing moves no revenue: revenue is recognised by the progress of its obligations, and its posting
    /// takes the clearing account back to zero (ASC 606-10-45-1). Subjects are the number of the invoice, the
    /// billing account, and the tax rate. A document that moves nothing has no entry; every other has one.
    ///
    /// # Errors
    /// [`InvoicingError::Ledger`] if the ledger refuses the entry.
    pub fn journal(&self) -> Result<Vec<JournalEntry>, InvoicingError> {
        let document = self.invoice.document();
        let totals = self.invoice.totals();
        let seller = &document.seller;
        let credit = self.invoice.is_credit_note();
        let signed = |amount: Money| if credit { amount.negated() } else { amount };
        let mut lines = vec![
            Line::debit(*seller, Role::Receivable, signed(totals.gross), self.receivable()),
            Line::credit(
                *seller,
                Role::BillingClearing,
                signed(totals.net),
                document.account.as_str(),
            ),
        ];
        for group in &totals.tax_breakdown {
            lines.push(Line::credit(
                *seller,
                Role::SalesTaxPayable,
                signed(group.tax),
                group.rate.to_string(),
            ));
        }
        let header = Header {
            id: format!("{}.issued", self.id),
            posting_date: self.issue_date,
            effective_date: self.issue_date,
            source: format!("{} issued", self.id),
            memo: format!(
                "{} {}",
                if credit { "Credit note" } else { "Invoice" },
                self.number
            ),
            citations: vec!["EN 16931 BR-CO-15".to_owned()],
        };
        if lines.iter().all(|line| line.amount.is_zero()) {
            return Ok(Vec::new());
        }
        Ok(vec![JournalEntry::new(header, lines)?])
    }
}
