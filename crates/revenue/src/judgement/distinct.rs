use serde::{Deserialize, Serialize};

use super::treatment::treatments;
use super::{Findings, Judged, Test};
use crate::{Book, Paragraph};

/// Whether a promised good or service is an obligation of its own (606-10-25-14 to 25-22, IFRS 15.22-30).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Distinct {
    /// The customer can benefit from it on its own or with resources that are readily available.
    pub capable_of_being_distinct: bool,
    /// The entity integrates it with other promises into the combined output that the customer has contracted for.
    pub significant_integration: bool,
    /// It significantly modifies or customises other promises, or they it.
    pub modifies_other_goods: bool,
    /// It and other promises significantly affect each other.
    pub highly_interdependent: bool,
    /// It is one of a series of goods or services that are substantially the same.
    #[serde(default)]
    pub substantially_same_over_time: bool,
    /// Each of the series would be satisfied over time, with the same measure of progress.
    #[serde(default)]
    pub same_pattern_and_measure: bool,
    /// It is immaterial in the context of the contract; US GAAP then asks no more.
    #[serde(default)]
    pub immaterial_promise: bool,
}

treatments! {
    /// What a promise is to the obligations of a contract.
    DistinctTreatment {
        /// It is too small to be looked at (US GAAP alone).
        NotAssessed = "not_assessed",
        /// It is part of an obligation with other promises.
        NotDistinct = "not_distinct",
        /// It and its like are one obligation, satisfied over time.
        Series = "series",
        /// It is an obligation of its own.
        Distinct = "distinct",
    }
}

const IMMATERIAL: Test = Test(
    Paragraph::asc606("606-10-25-16A"),
    "the promise is immaterial in the context of the contract",
);
const CAPABLE: Test = Test::new(
    "606-10-25-19(a)",
    "27(a)",
    "the customer can benefit from it on its own or with readily available resources",
);
const INTEGRATED: Test = Test::new(
    "606-10-25-21(a)",
    "29(a)",
    "it is integrated with other promises into a combined output",
);
const MODIFIES: Test = Test::new(
    "606-10-25-21(b)",
    "29(b)",
    "it significantly modifies or customises other promises",
);
const INTERDEPENDENT: Test = Test::new(
    "606-10-25-21(c)",
    "29(c)",
    "it and other promises significantly affect each other",
);
const SAME: Test = Test::new(
    "606-10-25-14(b)",
    "22(b)",
    "it is one of a series that are substantially the same",
);
const SAME_PATTERN: Test = Test::new(
    "606-10-25-15",
    "23",
    "each of the series is satisfied over time, with the same measure of progress",
);

impl Distinct {
    /// Distinct if it is capable of being so and nothing ties it to other promises; a series if it is one of many.
    #[must_use]
    pub fn judge(&self, book: Book) -> Judged<DistinctTreatment> {
        let mut findings = Findings::new();
        if book == Book::Asc606 && self.immaterial_promise {
            findings.test(true, IMMATERIAL);
            return findings.lead_to(DistinctTreatment::NotAssessed, book);
        }
        let separable = findings.test(self.capable_of_being_distinct, CAPABLE)
            && !(findings.test(self.significant_integration, INTEGRATED)
                | findings.test(self.modifies_other_goods, MODIFIES)
                | findings.test(self.highly_interdependent, INTERDEPENDENT));
        let treatment = if !separable {
            DistinctTreatment::NotDistinct
        } else if findings.test(self.substantially_same_over_time, SAME)
            && findings.test(self.same_pattern_and_measure, SAME_PATTERN)
        {
            DistinctTreatment::Series
        } else {
            DistinctTreatment::Distinct
        };
        findings.lead_to(treatment, book)
    }
}
