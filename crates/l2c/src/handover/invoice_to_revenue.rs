use l2c_invoicing::IssuedInvoice;
use l2c_revenue::{Fact, RevenueCommand};

/// What an issued document is to the revenue contract behind it: its net was billed, or given back by a credit
/// note. Tax is collected for an authority and is no consideration (606-10-32-2A).
#[must_use]
pub fn invoice_to_revenue(invoice: &IssuedInvoice) -> RevenueCommand {
    let net = invoice.invoice.totals().net;
    let amount = if invoice.invoice.is_credit_note() {
        net.negated()
    } else {
        net
    };
    RevenueCommand::new(invoice.issue_date, Fact::billed(invoice.number.as_str(), amount))
}
