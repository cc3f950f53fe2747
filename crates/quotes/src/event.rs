use chrono::NaiveDate;
use l2c_host::{DomainEvent, PartyId, PartyRoles};
use l2c_pricing::{DocumentRef, PricedQuote};
use serde::{Deserialize, Serialize};

use crate::{QuoteId, QuoteTerms, RequiredApproval};

/// What has happened to a quote. Every event carries its effective date and who acted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuoteEvent {
    /// Effective date.
    pub on: NaiveDate,
    /// Who acted.
    pub by: PartyId,
    /// What happened.
    pub what: QuoteFact,
}

/// What can happen to a quote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum QuoteFact {
    /// The first version was written.
    Drafted {
        /// Id of the quote.
        id: QuoteId,
        /// Who buys, receives, is invoiced and pays.
        parties: PartyRoles,
        /// The opportunity that it comes from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        opportunity: Option<String>,
        /// What is offered.
        terms: QuoteTerms,
    },
    /// The draft was changed.
    Edited {
        /// What is offered now.
        terms: QuoteTerms,
    },
    /// Its figures were frozen, and approvals were asked for.
    Submitted {
        /// The figures.
        priced: PricedQuote,
        /// The approval matrix that was asked.
        matrix: DocumentRef,
        /// The approvals that it wants.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        required: Vec<RequiredApproval>,
    },
    /// One approval was given.
    ApprovalGiven {
        /// The rule that asked for it.
        rule: String,
        /// The role that answered.
        role: String,
    },
    /// No approval is missing.
    Approved,
    /// An approver said no.
    Rejected {
        /// Why.
        reason: String,
    },
    /// It was taken back to draft before all had answered.
    Recalled,
    /// It was taken back to draft after the approval.
    Reopened,
    /// The customer got it.
    Presented,
    /// The customer said yes.
    Accepted {
        /// The customer's own reference.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
    },
    /// The customer said no.
    Declined {
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// The seller took it back.
    Withdrawn,
    /// Its validity ended without an answer.
    Expired,
    /// A new version began.
    Revised {
        /// What the new version offers.
        terms: QuoteTerms,
    },
}

impl DomainEvent for QuoteEvent {
    const CATEGORY: &'static str = "quote";
    const VERSION: u32 = 1;

    fn name(&self) -> &'static str {
        self.what.name()
    }
}

impl QuoteFact {
    /// The name of the event, as the transition table has it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Drafted { .. } => "drafted",
            Self::Edited { .. } => "edited",
            Self::Submitted { .. } => "submitted",
            Self::ApprovalGiven { .. } => "approval_given",
            Self::Approved => "approved",
            Self::Rejected { .. } => "rejected",
            Self::Recalled => "recalled",
            Self::Reopened => "reopened",
            Self::Presented => "presented",
            Self::Accepted { .. } => "accepted",
            Self::Declined { .. } => "declined",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
            Self::Revised { .. } => "revised",
        }
    }
}
