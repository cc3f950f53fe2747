use serde::{Deserialize, Serialize};

use super::treatment::treatments;
use super::{Findings, Judged, Test};
use crate::Book;

/// Whether contracts are accounted for as one (606-10-25-9, IFRS 15.17).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Combination {
    /// They are with one customer, or with parties related to it.
    pub same_customer: bool,
    /// They were entered into at or near the same time.
    pub near_same_time: bool,
    /// They were negotiated as a package with one commercial objective.
    pub negotiated_as_package: bool,
    /// What is paid in one depends on the price or performance of another.
    pub price_interdependent: bool,
    /// What they promise is, in whole or in part, a single performance obligation.
    pub single_obligation: bool,
}

treatments! {
    /// Whether contracts are one.
    CombinationTreatment {
        /// They are one contract.
        Combine = "combine",
        /// Each is a contract of its own.
        Separate = "separate",
    }
}

const ONE_CUSTOMER: Test = Test::new(
    "606-10-25-9",
    "17",
    "the contracts are with one customer or parties related to it",
);
const NEAR_SAME_TIME: Test = Test::new(
    "606-10-25-9",
    "17",
    "they were entered into at or near the same time",
);
const PACKAGE: Test = Test::new(
    "606-10-25-9(a)",
    "17(a)",
    "they were negotiated as a package with one commercial objective",
);
const INTERDEPENDENT: Test = Test::new(
    "606-10-25-9(b)",
    "17(b)",
    "what is paid in one depends on the price or performance of another",
);
const ONE_OBLIGATION: Test = Test::new(
    "606-10-25-9(c)",
    "17(c)",
    "what they promise is a single performance obligation",
);

impl Combination {
    /// Combined if both conditions on parties and time are met, and one of the three links.
    #[must_use]
    pub fn judge(&self, book: Book) -> Judged<CombinationTreatment> {
        let mut findings = Findings::new();
        let together = findings.test(self.same_customer, ONE_CUSTOMER)
            & findings.test(self.near_same_time, NEAR_SAME_TIME);
        let linked = findings.test(self.negotiated_as_package, PACKAGE)
            | findings.test(self.price_interdependent, INTERDEPENDENT)
            | findings.test(self.single_obligation, ONE_OBLIGATION);
        let treatment = if together && linked {
            CombinationTreatment::Combine
        } else {
            CombinationTreatment::Separate
        };
        findings.lead_to(treatment, book)
    }
}
