use serde::{Deserialize, Serialize};

use super::treatment::treatments;
use super::{Findings, Judged, Test};
use crate::Book;

/// Whether an obligation is satisfied over time (606-10-25-27, IFRS 15.35).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Satisfaction {
    /// The customer receives and consumes the benefits as the entity performs.
    pub benefits_consumed_as_performed: bool,
    /// What the entity creates or enhances is an asset that the customer controls.
    pub customer_controls_asset_as_created: bool,
    /// What the entity creates has no alternative use to it.
    pub no_alternative_use: bool,
    /// The entity has an enforceable right to be paid for what is done to date.
    pub right_to_payment_to_date: bool,
}

treatments! {
    /// When an obligation is satisfied.
    SatisfactionTreatment {
        /// Over time, by a measure of progress.
        OverTime = "over_time",
        /// At once, when control passes.
        PointInTime = "point_in_time",
    }
}

const CONSUMED: Test = Test::new(
    "606-10-25-27(a)",
    "35(a)",
    "the customer consumes the benefits as the entity performs",
);
const CONTROLLED: Test = Test::new(
    "606-10-25-27(b)",
    "35(b)",
    "the customer controls the asset as it is created or enhanced",
);
const NO_ALTERNATIVE_USE: Test = Test::new(
    "606-10-25-28",
    "36",
    "the asset has no alternative use to the entity",
);
const RIGHT_TO_PAYMENT: Test = Test::new(
    "606-10-25-29",
    "37",
    "the entity has a right to payment for what is done to date",
);

impl Satisfaction {
    /// Over time if one of the three criteria is met; the third asks for two facts.
    #[must_use]
    pub fn judge(&self, book: Book) -> Judged<SatisfactionTreatment> {
        let mut findings = Findings::new();
        let over_time = findings.test(self.benefits_consumed_as_performed, CONSUMED)
            || findings.test(self.customer_controls_asset_as_created, CONTROLLED)
            || (findings.test(self.no_alternative_use, NO_ALTERNATIVE_USE)
                & findings.test(self.right_to_payment_to_date, RIGHT_TO_PAYMENT));
        let treatment = if over_time {
            SatisfactionTreatment::OverTime
        } else {
            SatisfactionTreatment::PointInTime
        };
        findings.lead_to(treatment, book)
    }
}
