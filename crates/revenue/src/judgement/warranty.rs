use serde::{Deserialize, Serialize};

use super::treatment::treatments;
use super::{Findings, Judged, Test};
use crate::Book;

/// Whether a warranty is a service of its own (606-10-55-30 to 55-35, IFRS 15.B28-B33).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Warranty {
    /// The customer can buy it separately.
    pub separately_purchasable: bool,
    /// It gives a service beyond the assurance that the product is as agreed.
    pub service_beyond_specification: bool,
}

treatments! {
    /// What a warranty is.
    WarrantyTreatment {
        /// An obligation, which is allocated a part of the price.
        ServiceWarranty = "service_warranty",
        /// An assurance, whose expected cost is provided for (ASC 460-10, IAS 37).
        AssuranceWarranty = "assurance_warranty",
    }
}

const PURCHASABLE: Test = Test::new(
    "606-10-55-31",
    "B29",
    "the customer can buy the warranty separately",
);
const SERVICE: Test = Test::new(
    "606-10-55-32",
    "B30",
    "it gives a service beyond the assurance that the product is as agreed",
);

impl Warranty {
    /// A service if it can be bought separately, or gives more than assurance.
    #[must_use]
    pub fn judge(&self, book: Book) -> Judged<WarrantyTreatment> {
        let mut findings = Findings::new();
        let service = findings.test(self.separately_purchasable, PURCHASABLE)
            || findings.test(self.service_beyond_specification, SERVICE);
        let treatment = if service {
            WarrantyTreatment::ServiceWarranty
        } else {
            WarrantyTreatment::AssuranceWarranty
        };
        findings.lead_to(treatment, book)
    }
}
