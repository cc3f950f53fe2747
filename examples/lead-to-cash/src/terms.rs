//! `terms.json`: currency, legal entity, and the commercial terms of every deal.

use l2c::documents::{Check, Faults};
use l2c::ledger::LegalEntity;
use l2c::money::Currency;
use schemars::JsonSchema;
use serde::Deserialize;

/// The longest span of days or months that a term may have: ten years.
const TEN_YEARS: (u64, u64) = (3_660, 120);

/// The commercial terms.
#[derive(JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// The currency of the export, which names none.
    pub currency: Currency,
    /// The legal entity that sells.
    #[schemars(with = "String")]
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

impl Terms {
    /// The terms, if a deal can have them.
    ///
    /// # Errors
    /// Every term that no deal can have.
    pub fn checked(self) -> Result<Self, Faults> {
        let (days, months) = TEN_YEARS;
        let terms = [
            ("quote_days_before_close", self.quote_days_before_close, 0, days),
            ("quote_valid_days", self.quote_valid_days, 1, days),
            ("support_months", self.support_months.into(), 1, months),
            (
                "support_billed_every_months",
                self.support_billed_every_months.into(),
                1,
                months,
            ),
            ("payment_days", self.payment_days.into(), 0, days),
        ];
        let mut check = Check::new("terms");
        for (name, found, least, most) in terms {
            if found < least || found > most {
                let message = format!("{found} is out of range; {least} to {most} is right");
                check.fault(name, "out_of_range", message);
            }
        }
        check.finish(self)
    }
}
