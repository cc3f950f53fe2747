//! `terms.json`: currency, legal entity, and the commercial terms of every deal.

use l2c::ledger::LegalEntity;
use l2c::money::Currency;
use serde::Deserialize;

/// The commercial terms.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// The currency of the export, which names none.
    pub currency: Currency,
    /// The legal entity that sells.
    pub legal_entity: LegalEntity,
    /// Days from drafting a quote to the closing of the deal, or fewer if it was created later.
    pub quote_days_before_close: u64,
    /// Days for which a quote is valid.
    pub quote_valid_days: u64,
    /// Months of support that come with a licence.
    pub support_months: u32,
    /// Months of support that are billed at a time, in advance.
    pub support_billed_every_months: u32,
    /// Days from an invoice to its due date.
    pub payment_days: u32,
}
