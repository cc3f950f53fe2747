use chrono::NaiveDate;
use l2c_host::{DomainEvent, PartyId, PartyRoles};
use l2c_money::Money;
use serde::{Deserialize, Serialize};

use crate::{Acceptance, ApprovalGiven, ApprovalRequest, CounterOffer, OfferFigures, QuoteId, QuoteTerms};

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
    /// The draft was priced.
    Refreshed {
        /// The figures.
        figures: Box<OfferFigures>,
        /// What differs from the figures before; empty if there were none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        moved: Vec<PriceMove>,
    },
    /// Its figures were frozen, and approvals were asked for.
    Submitted {
        /// The figures.
        figures: Box<OfferFigures>,
        /// What the approval policy asks for.
        approval: Box<ApprovalRequest>,
    },
    /// One approval was given.
    ApprovalGiven(ApprovalGiven),
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
    /// The customer wants it, but not so.
    Countered {
        /// What the customer offers.
        offer: CounterOffer,
    },
    /// The customer said yes.
    Accepted(Acceptance),
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
    /// Another quote of its opportunity was accepted.
    Abandoned {
        /// The accepted quote.
        accepted: QuoteId,
    },
    /// A new version began.
    Revised {
        /// What the new version offers.
        terms: QuoteTerms,
    },
    /// It became an order.
    Ordered {
        /// The order.
        order: String,
    },
}

/// A line whose net has moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceMove {
    /// The alternative; absent: the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alternative: Option<String>,
    /// The line.
    pub line: String,
    /// Its net before; absent: there was no such line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Money>,
    /// Its net now; absent: there is no such line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Money>,
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
            Self::Refreshed { .. } => "refreshed",
            Self::Submitted { .. } => "submitted",
            Self::ApprovalGiven(_) => "approval_given",
            Self::Approved => "approved",
            Self::Rejected { .. } => "rejected",
            Self::Recalled => "recalled",
            Self::Reopened => "reopened",
            Self::Presented => "presented",
            Self::Countered { .. } => "countered",
            Self::Accepted(_) => "accepted",
            Self::Declined { .. } => "declined",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
            Self::Abandoned { .. } => "abandoned",
            Self::Revised { .. } => "revised",
            Self::Ordered { .. } => "ordered",
        }
    }
}
