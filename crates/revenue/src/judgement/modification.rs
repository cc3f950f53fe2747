use serde::{Deserialize, Serialize};

use super::treatment::treatments;
use super::{Findings, Judged, Test};
use crate::Book;

/// How a change of scope or price of a contract is accounted for (606-10-25-10 to 25-13, IFRS 15.18-21).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Modification {
    /// The parties have approved it.
    pub approved: bool,
    /// It adds goods or services and leaves what was promised as it was.
    pub adds_goods: bool,
    /// What it adds is distinct.
    pub added_distinct: bool,
    /// The price rises by the stand-alone selling prices of what is added, adjusted for the circumstances.
    pub price_reflects_ssp: bool,
    /// Which of the goods and services still to be transferred are distinct from those transferred.
    pub remaining_distinct: RemainingDistinct,
}

/// Which of the goods and services still to be transferred are distinct from those transferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RemainingDistinct {
    /// All of them; also if none remain.
    All,
    /// Some are, some are not.
    Some,
    /// None: they are part of an obligation that is partly satisfied.
    None,
}

impl RemainingDistinct {
    /// From whether each of them is distinct; of none it is all.
    pub fn of(each: impl IntoIterator<Item = bool>) -> Self {
        let (mut any, mut all) = (false, true);
        for distinct in each {
            any |= distinct;
            all &= distinct;
        }
        match (all, any) {
            (true, _) => Self::All,
            (false, true) => Self::Some,
            (false, false) => Self::None,
        }
    }
}

treatments! {
    /// How a modification is accounted for.
    ModificationTreatment {
        /// As no modification: the contract stays as it was until the change is approved.
        NotAModification = "not_a_modification",
        /// As a contract of its own; the existing one stays as it was.
        SeparateContract = "separate_contract",
        /// As if the existing contract ended and a new one began: what is not yet recognised is allocated anew.
        Prospective = "prospective",
        /// As a part of the existing contract: revenue is adjusted at once.
        CumulativeCatchUp = "cumulative_catch_up",
        /// Prospectively for what is distinct, by catch-up for what is not.
        Mixed = "mixed",
    }
}

const APPROVED: Test = Test::new("606-10-25-10", "18", "the parties have approved the change");
const ADDS: Test = Test::new(
    "606-10-25-12(a)",
    "20(a)",
    "the scope grows by added goods or services, and nothing else changes",
);
const ADDED_DISTINCT: Test = Test::new("606-10-25-12(a)", "20(a)", "what is added is distinct");
const AT_STANDALONE_PRICES: Test = Test::new(
    "606-10-25-12(b)",
    "20(b)",
    "the price grows by the stand-alone selling prices of what is added",
);
const ALL_DISTINCT: Test = Test::new(
    "606-10-25-13(a)",
    "21(a)",
    "all that remains is distinct from what was transferred",
);
const NONE_DISTINCT: Test = Test::new(
    "606-10-25-13(b)",
    "21(b)",
    "nothing that remains is distinct: it completes what is partly satisfied",
);
const SOME_DISTINCT: Test = Test::new(
    "606-10-25-13(c)",
    "21(c)",
    "some of what remains is distinct, some is not",
);

impl Modification {
    /// Approval first, then the two conditions of a separate contract, then what remains.
    #[must_use]
    pub fn judge(&self, book: Book) -> Judged<ModificationTreatment> {
        let mut findings = Findings::new();
        let treatment = if !findings.test(self.approved, APPROVED) {
            ModificationTreatment::NotAModification
        } else if findings.test(self.adds_goods, ADDS)
            && findings.test(self.added_distinct, ADDED_DISTINCT)
            && findings.test(self.price_reflects_ssp, AT_STANDALONE_PRICES)
        {
            ModificationTreatment::SeparateContract
        } else if findings.test(self.remaining_distinct == RemainingDistinct::All, ALL_DISTINCT) {
            ModificationTreatment::Prospective
        } else if findings.test(self.remaining_distinct == RemainingDistinct::None, NONE_DISTINCT) {
            ModificationTreatment::CumulativeCatchUp
        } else {
            findings.test(true, SOME_DISTINCT);
            ModificationTreatment::Mixed
        };
        findings.lead_to(treatment, book)
    }
}
