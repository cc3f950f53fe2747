use serde::{Deserialize, Serialize};

use super::treatment::treatments;
use super::{Findings, Judged, Test};
use crate::Book;

/// Whether the entity sells a good or service itself or arranges for another to (606-10-55-36 to 55-37A,
/// IFRS 15.B34-B35A).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PrincipalAgent {
    /// It obtains control of a good or another asset of the other party before it transfers it.
    pub obtains_asset_first: bool,
    /// It obtains a right to a service of the other party, and so directs that party to provide it on its behalf.
    pub directs_service_of_other_party: bool,
    /// It combines what the other party provides with other goods or services into its own output.
    pub combines_into_own_output: bool,
}

treatments! {
    /// Who sells.
    PrincipalAgentTreatment {
        /// The entity: revenue is what the customer pays.
        Principal = "principal",
        /// The other party: revenue is the fee or commission.
        Agent = "agent",
    }
}

const ASSET: Test = Test::new(
    "606-10-55-37A(a)",
    "B35A(a)",
    "it controls the other party's asset before it transfers it",
);
const SERVICE: Test = Test::new(
    "606-10-55-37A(b)",
    "B35A(b)",
    "it directs the other party to provide the service on its behalf",
);
const COMBINED: Test = Test::new(
    "606-10-55-37A(c)",
    "B35A(c)",
    "it combines what the other party provides into its own output",
);

impl PrincipalAgent {
    /// A principal if it controls the good or service in one of the three ways before the customer does.
    #[must_use]
    pub fn judge(&self, book: Book) -> Judged<PrincipalAgentTreatment> {
        let mut findings = Findings::new();
        let controls = findings.test(self.obtains_asset_first, ASSET)
            | findings.test(self.directs_service_of_other_party, SERVICE)
            | findings.test(self.combines_into_own_output, COMBINED);
        let treatment = if controls {
            PrincipalAgentTreatment::Principal
        } else {
            PrincipalAgentTreatment::Agent
        };
        findings.lead_to(treatment, book)
    }
}
