use l2c_invoicing::IssuedInvoice;
use l2c_revenue::RevenueCommand;

/// What an issued document is to the revenue contract behind it: its net was billed, or given back by a credit
/// note. Tax is collected for an authority and is no consideration (606-10-32-2A).
#[must_use]
pub fn invoice_to_revenue(invoice: &IssuedInvoice) -> RevenueCommand {
    let net = invoice.invoice.totals().net;
    RevenueCommand::RecordBilling {
        document: invoice.number.as_str().to_owned(),
        amount: if invoice.invoice.is_credit_note() {
            net.negated()
        } else {
            net
        },
        on: invoice.issue_date,
    }
}
