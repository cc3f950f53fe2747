use serde::{Deserialize, Serialize};

use super::treatment::treatments;
use super::{Findings, Judged, Test};
use crate::Book;

/// Which obligations a discount belongs to (606-10-32-36, 32-37, IFRS 15.81, 15.82).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DiscountAllocation {
    /// The entity regularly sells each distinct good or service of the contract on its own.
    pub each_regularly_sold_alone: bool,
    /// It also regularly sells a bundle of some of them at a discount.
    pub bundle_regularly_sold_at_discount: bool,
    /// That discount is substantially the same as the contract's, and shows which obligations it belongs to.
    pub discount_substantially_same: bool,
}

treatments! {
    /// Which obligations a discount belongs to.
    DiscountAllocationTreatment {
        /// To those of the bundle.
        ToBundle = "to_bundle",
        /// To all, in proportion.
        Proportional = "proportional",
    }
}

const SOLD_ALONE: Test = Test::new(
    "606-10-32-37(a)",
    "82(a)",
    "each good or service of the contract is regularly sold on its own",
);
const BUNDLE_SOLD: Test = Test::new(
    "606-10-32-37(b)",
    "82(b)",
    "a bundle of some of them is regularly sold at a discount",
);
const SAME_DISCOUNT: Test = Test::new(
    "606-10-32-37(c)",
    "82(c)",
    "that discount is substantially the discount of the contract",
);

impl DiscountAllocation {
    /// To the bundle if all three criteria are met.
    #[must_use]
    pub fn judge(&self, book: Book) -> Judged<DiscountAllocationTreatment> {
        let mut findings = Findings::new();
        let bundle = findings.test(self.each_regularly_sold_alone, SOLD_ALONE)
            & findings.test(self.bundle_regularly_sold_at_discount, BUNDLE_SOLD)
            & findings.test(self.discount_substantially_same, SAME_DISCOUNT);
        let treatment = if bundle {
            DiscountAllocationTreatment::ToBundle
        } else {
            DiscountAllocationTreatment::Proportional
        };
        findings.lead_to(treatment, book)
    }
}

/// Which obligations a variable amount belongs to (606-10-32-39 to 32-41, IFRS 15.84-86).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VariableAllocation {
    /// Its terms relate to the efforts to satisfy one obligation or distinct part of a series, or to their outcome.
    pub relates_specifically: bool,
    /// To allocate all of it there depicts what the entity expects to be entitled to for each obligation.
    pub meets_allocation_objective: bool,
}

treatments! {
    /// Which obligations a variable amount belongs to.
    VariableAllocationTreatment {
        /// To those that it relates to.
        ToTarget = "to_target",
        /// To all, in proportion.
        Proportional = "proportional",
    }
}

const RELATES: Test = Test::new(
    "606-10-32-40(a)",
    "85(a)",
    "its terms relate to the efforts for one obligation, or to their outcome",
);
const OBJECTIVE: Test = Test::new(
    "606-10-32-40(b)",
    "85(b)",
    "to allocate it there meets the objective of allocation",
);

impl VariableAllocation {
    /// To its target if both criteria are met.
    #[must_use]
    pub fn judge(&self, book: Book) -> Judged<VariableAllocationTreatment> {
        let mut findings = Findings::new();
        let target = findings.test(self.relates_specifically, RELATES)
            & findings.test(self.meets_allocation_objective, OBJECTIVE);
        let treatment = if target {
            VariableAllocationTreatment::ToTarget
        } else {
            VariableAllocationTreatment::Proportional
        };
        findings.lead_to(treatment, book)
    }
}
