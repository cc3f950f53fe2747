use chrono::NaiveDate;
use l2c_host::{DomainEvent, PartyId};
use l2c_money::Exact;
use l2c_pricing::DocumentRef;
use serde::{Deserialize, Serialize};

use super::approver::{Approver, Capacity};
use super::requirement::RequiredApproval;

/// What has happened to an approval: its effective date, who acted, and what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalEvent {
    /// Effective date.
    pub on: NaiveDate,
    /// Who acted.
    pub by: PartyId,
    /// What happened.
    pub what: ApprovalFact,
}

/// What can happen to an approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum ApprovalFact {
    /// It was submitted.
    Submitted(ApprovalRequest),
    /// Somebody approved a step.
    ApprovalGiven(ApprovalGiven),
    /// No approval is missing.
    Approved,
    /// An approver said no.
    Rejected {
        /// Why.
        reason: String,
    },
    /// It was taken back before all had answered.
    Recalled,
}

/// What a submission asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalRequest {
    /// The policy that was asked.
    pub policy: DocumentRef,
    /// The rules that hold, in the order of the policy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fired: Vec<RequiredApproval>,
    /// Who is asked first in each chain; chains in the order of their first required rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opens: Vec<Approver>,
    /// The magnitude of the net total, of alternatives the largest, that limits of approvers are compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub net_total: Option<Exact>,
}

/// One answer to one open step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalGiven {
    /// The rule that asked for it.
    pub rule: String,
    /// Who was asked.
    pub approver: Approver,
    /// In which capacity was answered.
    pub capacity: Capacity,
    /// Whether the step is done; a group may need more votes.
    pub completes: bool,
    /// Who is asked next in the chain; absent: nobody, or the step is not done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens: Option<Approver>,
    /// A remark; no personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

impl ApprovalRequest {
    /// The rules that somebody has to approve now.
    pub fn required(&self) -> impl Iterator<Item = &RequiredApproval> {
        self.fired.iter().filter(|fired| !fired.approved_before)
    }

    /// The distinct approvers of the required rules, in order.
    #[must_use]
    pub fn approvers(&self) -> Vec<&Approver> {
        let mut distinct = Vec::new();
        for approver in self.required().flat_map(|required| &required.approvers) {
            if !distinct.contains(&approver) {
                distinct.push(approver);
            }
        }
        distinct
    }
}

impl DomainEvent for ApprovalEvent {
    const CATEGORY: &'static str = "approval";
    const VERSION: u32 = 1;

    fn name(&self) -> &'static str {
        self.what.name()
    }
}

impl ApprovalFact {
    /// The name of the event, as the transition table has it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Submitted(_) => "submitted",
            Self::ApprovalGiven(_) => "approval_given",
            Self::Approved => "approved",
            Self::Rejected { .. } => "rejected",
            Self::Recalled => "recalled",
        }
    }
}
