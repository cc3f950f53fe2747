use serde::{Deserialize, Serialize};

use super::treatment::treatments;
use super::{Findings, Judged, Test};
use crate::{Book, Paragraph, RevenueError};

/// What a licence of intellectual property promises (606-10-55-54 to 55-64, IFRS 15.B52-B62).
///
/// The books ask for different facts; those of a book that a licence is not accounted for under may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Licence {
    /// The licence is distinct from the other promises of the contract.
    pub distinct_licence: bool,
    /// What US GAAP asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asc606: Option<LicensedFunction>,
    /// What IFRS asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ifrs15: Option<LicensorActivities>,
}

/// What US GAAP asks of a licence: what the customer's benefit from it rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LicensedFunction {
    /// The intellectual property has functionality of its own, as software, films and drug formulas have. Brands,
    /// logos and franchise rights are symbolic.
    pub functional: bool,
    /// Its functionality is expected to change substantively during the licence, by what the entity does without
    /// transferring a good or service.
    pub functionality_will_change: bool,
    /// The customer is required, by contract or in practice, to use the changed version.
    pub customer_must_use_update: bool,
}

/// What IFRS asks of a licence: what the entity does meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LicensorActivities {
    /// The entity will undertake activities that significantly affect the intellectual property: the contract
    /// requires it, or the customer reasonably expects it.
    pub activities_significantly_affect_ip: bool,
    /// Their effects reach the customer directly.
    pub customer_exposed_to_effects: bool,
    /// They transfer a good or service as they occur.
    pub activities_transfer_a_good: bool,
}

treatments! {
    /// What a licence promises.
    LicenceTreatment {
        /// A part of another obligation.
        NotDistinct = "not_distinct",
        /// Access to intellectual property as it is throughout the licence: satisfied over time.
        RightToAccess = "right_to_access",
        /// Its use as it is when granted: satisfied at a point in time.
        RightToUse = "right_to_use",
    }
}

const DISTINCT: Test = Test::new(
    "606-10-55-56",
    "B53",
    "the licence is distinct from the other promises",
);
const FUNCTIONAL: Test = Test(
    Paragraph::asc606("606-10-55-59"),
    "the intellectual property has functionality of its own",
);
const WILL_CHANGE: Test = Test(
    Paragraph::asc606("606-10-55-62(a)"),
    "its functionality is expected to change during the licence by what the entity does",
);
const MUST_USE: Test = Test(
    Paragraph::asc606("606-10-55-62(b)"),
    "the customer has to use the changed version",
);
const AFFECT: Test = Test(
    Paragraph::ifrs15("B58(a)"),
    "the entity will do what significantly affects the intellectual property",
);
const EXPOSED: Test = Test(
    Paragraph::ifrs15("B58(b)"),
    "the effects reach the customer directly",
);
const NO_TRANSFER: Test = Test(
    Paragraph::ifrs15("B58(c)"),
    "what it does transfers no good or service as it occurs",
);

impl Licence {
    /// Under US GAAP access if it is symbolic, or functional and changing with a duty to follow; under IFRS if the
    /// entity's activities reach the customer through the intellectual property.
    ///
    /// # Errors
    /// [`RevenueError::MissingFact`] if the licence is distinct and the facts that the book asks for are left out.
    pub fn judge(&self, book: Book) -> Result<Judged<LicenceTreatment>, RevenueError> {
        let mut findings = Findings::new();
        if !findings.test(self.distinct_licence, DISTINCT) {
            return Ok(findings.lead_to(LicenceTreatment::NotDistinct, book));
        }
        let missing = |fact, paragraph| RevenueError::MissingFact {
            question: "licence",
            fact,
            paragraph,
        };
        let access = match book {
            Book::Asc606 => {
                let facts = self.asc606.ok_or(missing("asc606", FUNCTIONAL.0))?;
                !findings.test(facts.functional, FUNCTIONAL)
                    || (findings.test(facts.functionality_will_change, WILL_CHANGE)
                        & findings.test(facts.customer_must_use_update, MUST_USE))
            }
            Book::Ifrs15 => {
                let facts = self.ifrs15.ok_or(missing("ifrs15", AFFECT.0))?;
                findings.test(facts.activities_significantly_affect_ip, AFFECT)
                    & findings.test(facts.customer_exposed_to_effects, EXPOSED)
                    & findings.test(!facts.activities_transfer_a_good, NO_TRANSFER)
            }
        };
        let treatment = if access {
            LicenceTreatment::RightToAccess
        } else {
            LicenceTreatment::RightToUse
        };
        Ok(findings.lead_to(treatment, book))
    }
}

/// Whether a royalty waits for the sales or usage that it is measured by (606-10-55-65, IFRS 15.B63).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Royalty {
    /// It is promised in exchange for a licence of intellectual property.
    pub promised_for_licence_of_ip: bool,
    /// It is measured by the customer's sales or usage.
    pub sales_or_usage_based: bool,
    /// The licence is the only or the predominant item that it relates to.
    pub licence_predominant: bool,
}

treatments! {
    /// When a royalty is recognised.
    RoyaltyTreatment {
        /// At the later of the sale or usage and the satisfaction of its obligation.
        OnSaleOrUsage = "on_sale_or_usage",
        /// As variable consideration: estimated and constrained.
        VariableConsideration = "variable_consideration",
    }
}

const FOR_LICENCE: Test = Test::new(
    "606-10-55-65",
    "B63",
    "it is promised in exchange for a licence of intellectual property",
);
const BY_SALES: Test = Test::new(
    "606-10-55-65",
    "B63",
    "it is measured by the customer's sales or usage",
);
const PREDOMINANT: Test = Test::new(
    "606-10-55-65A",
    "B63A",
    "the licence is the predominant item that it relates to",
);

impl Royalty {
    /// On sale or usage if all three facts hold.
    #[must_use]
    pub fn judge(&self, book: Book) -> Judged<RoyaltyTreatment> {
        let mut findings = Findings::new();
        let waits = findings.test(self.promised_for_licence_of_ip, FOR_LICENCE)
            & findings.test(self.sales_or_usage_based, BY_SALES)
            & findings.test(self.licence_predominant, PREDOMINANT);
        let treatment = if waits {
            RoyaltyTreatment::OnSaleOrUsage
        } else {
            RoyaltyTreatment::VariableConsideration
        };
        findings.lead_to(treatment, book)
    }
}
