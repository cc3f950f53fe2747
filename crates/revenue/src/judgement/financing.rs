use serde::{Deserialize, Serialize};

use super::treatment::treatments;
use super::{Findings, Judged, Test};
use crate::Book;

/// Whether the timing of payment gives one party a significant benefit of financing (606-10-32-15 to 32-18,
/// IFRS 15.60-63).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Financing {
    /// The months from the transfer to the payment, or from the payment to the transfer.
    pub months_between: u32,
    /// The entity elects not to adjust for a year or less.
    pub expedient_elected: bool,
    /// The customer has paid in advance and decides when the transfer is.
    pub timing_at_customer_discretion: bool,
    /// Much of the consideration is variable, by events that neither party controls, such as a sales royalty.
    pub variable_outside_control: bool,
    /// The price differs from the cash price for another reason than financing, such as protection of a party.
    pub difference_for_other_reason: bool,
    /// The benefit is significant to the contract.
    pub significant: bool,
}

treatments! {
    /// Whether the price is adjusted for the time value of money.
    FinancingTreatment {
        /// It is.
        Financing = "financing",
        /// It is not.
        NoFinancing = "no_financing",
    }
}

const EXPEDIENT: Test = Test::new(
    "606-10-32-18",
    "63",
    "the entity elects not to adjust for twelve months or less, and it is no more",
);
const DISCRETION: Test = Test::new(
    "606-10-32-17(a)",
    "62(a)",
    "the customer paid in advance and decides when the transfer is",
);
const OUTSIDE_CONTROL: Test = Test::new(
    "606-10-32-17(b)",
    "62(b)",
    "much is variable by events that neither party controls",
);
const OTHER_REASON: Test = Test::new(
    "606-10-32-17(c)",
    "62(c)",
    "the price differs from the cash price for another reason",
);
const SIGNIFICANT: Test = Test::new(
    "606-10-32-16",
    "61",
    "the benefit of financing is significant to the contract",
);

impl Financing {
    /// Financing if it is significant, none of the three exceptions holds, and the expedient does not apply.
    #[must_use]
    pub fn judge(&self, book: Book) -> Judged<FinancingTreatment> {
        let mut findings = Findings::new();
        let expedient = self.expedient_elected && self.months_between <= 12;
        let none = findings.test(expedient, EXPEDIENT)
            || findings.test(self.timing_at_customer_discretion, DISCRETION)
            || findings.test(self.variable_outside_control, OUTSIDE_CONTROL)
            || findings.test(self.difference_for_other_reason, OTHER_REASON)
            || !findings.test(self.significant, SIGNIFICANT);
        let treatment = if none {
            FinancingTreatment::NoFinancing
        } else {
            FinancingTreatment::Financing
        };
        findings.lead_to(treatment, book)
    }
}
