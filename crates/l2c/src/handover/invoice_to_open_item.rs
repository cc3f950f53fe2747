use l2c_invoicing::{InvoiceKind, IssuedInvoice};
use l2c_receivables::{AccountCommand, CustomerAccountId, DocumentNumber};

use super::HandoverError;
use super::error::Thing;

/// What an issued document does on the customer's account: an invoice opens an item over its gross, a credit note
/// is a credit against the invoice that it corrects. One account per buyer; hosts with several legal entities put
/// the entity into the key.
///
/// # Errors
/// [`HandoverError::Unfit`] if a number or the buyer's key is no key of the receivables side.
pub fn invoice_to_open_item(
    invoice: &IssuedInvoice,
) -> Result<(CustomerAccountId, AccountCommand), HandoverError> {
    let from = Thing {
        thing: "invoice",
        id: invoice.number.as_str(),
        next: "receivables",
    };
    let document = invoice.invoice.document();
    let account = from.fits("buyer", CustomerAccountId::from_key(document.buyer.key()))?;
    let number = from.fits("number", DocumentNumber::new(invoice.number.as_str()))?;
    let gross = invoice.invoice.totals().gross;
    let command = match &document.kind {
        InvoiceKind::Invoice => AccountCommand::OpenItem {
            number,
            issue_date: invoice.issue_date,
            due_date: invoice.due_date,
            total: gross,
        },
        InvoiceKind::CreditNote { corrects, .. } => AccountCommand::ReceiveCredit {
            credit: number,
            date: invoice.issue_date,
            amount: gross,
            against: from.fits("corrects", DocumentNumber::new(corrects.number.as_str()))?,
        },
    };
    Ok((account, command))
}
