use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use l2c_host::PartyRoles;
use l2c_money::Money;
use l2c_pricing::Engine;
use serde::{Deserialize, Serialize};

use crate::{Actor, ApprovalPolicy, LineEdit, QuoteId, QuotePolicy, QuoteTerms};

/// What can be asked of a quote. Each but `Draft` acts on the latest version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub enum QuoteCommand {
    /// Write the first version.
    Draft {
        /// Id of the quote.
        id: QuoteId,
        /// Who buys, receives, is invoiced and pays.
        parties: PartyRoles,
        /// The opportunity that it comes from, by the id it has where it lives.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        opportunity: Option<String>,
        /// What is offered.
        terms: QuoteTerms,
    },
    /// Replace what is offered.
    Edit {
        /// What is offered now.
        terms: QuoteTerms,
    },
    /// Change single lines of what is offered.
    EditLines {
        /// The changes, one after the other.
        edits: Vec<LineEdit>,
        /// Another last day; absent: as it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        valid_until: Option<NaiveDate>,
    },
    /// Price the draft, and say what has moved.
    Refresh,
    /// Freeze the prices and ask for the approvals that the policy wants.
    Submit,
    /// Give every approval that is open for the actor.
    Approve {
        /// A remark; no personal data.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
    },
    /// Refuse an approval that is open for the actor.
    Reject {
        /// Why; no personal data.
        reason: String,
    },
    /// Take a submitted quote back to draft.
    Recall,
    /// Take an approved or rejected quote back to draft.
    Reopen,
    /// Hand it to the customer.
    Present,
    /// The customer wants it, but not so.
    Counter {
        /// The version that the customer has answered.
        version: u32,
        /// What the customer offers.
        offer: CounterOffer,
    },
    /// The customer says yes.
    Accept {
        /// The version that the customer has answered.
        version: u32,
        /// The customer's own reference, such as a purchase order number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
        /// The alternative that the customer takes; absent: the request.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        alternative: Option<String>,
        /// The optional lines that the customer takes, instead of those chosen before; absent: those.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        selected: Option<BTreeSet<String>>,
    },
    /// The customer says no.
    Decline {
        /// The version that the customer has answered.
        version: u32,
        /// Why, as a code of the host; no personal data.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// Take it back from whomever has it.
    Withdraw,
    /// Close it after its validity.
    Expire,
    /// Close it because another quote of its opportunity was accepted.
    Abandon {
        /// The accepted quote.
        accepted: QuoteId,
    },
    /// Begin a new version.
    Revise {
        /// What the new version offers.
        terms: QuoteTerms,
    },
    /// It has become an order.
    Order {
        /// The order, by the id it has where it lives.
        order: String,
    },
}

/// What a customer offers instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CounterOffer {
    /// The total that the customer would accept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<Money>,
    /// What else; no personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What a decision on a quote needs beside its state.
#[derive(Debug, Clone)]
pub struct QuoteContext {
    /// The effective date of the command.
    pub today: NaiveDate,
    /// Who acts.
    pub actor: Actor,
    /// What prices a quote.
    pub engine: Arc<Engine>,
    /// Which approvals a quote needs.
    pub approvals: Arc<ApprovalPolicy>,
    /// What the house has decided about its quotes.
    pub policy: QuotePolicy,
}

impl QuoteCommand {
    /// The name of the command.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.names().0
    }

    /// The event that it leads to, as the transition table names it.
    pub(crate) const fn event(&self) -> &'static str {
        self.names().1
    }

    const fn names(&self) -> (&'static str, &'static str) {
        match self {
            Self::Draft { .. } => ("draft", "drafted"),
            Self::Edit { .. } => ("edit", "edited"),
            Self::EditLines { .. } => ("edit_lines", "edited"),
            Self::Refresh => ("refresh", "refreshed"),
            Self::Submit => ("submit", "submitted"),
            Self::Approve { .. } => ("approve", "approval_given"),
            Self::Reject { .. } => ("reject", "rejected"),
            Self::Recall => ("recall", "recalled"),
            Self::Reopen => ("reopen", "reopened"),
            Self::Present => ("present", "presented"),
            Self::Counter { .. } => ("counter", "countered"),
            Self::Accept { .. } => ("accept", "accepted"),
            Self::Decline { .. } => ("decline", "declined"),
            Self::Withdraw => ("withdraw", "withdrawn"),
            Self::Expire => ("expire", "expired"),
            Self::Abandon { .. } => ("abandon", "abandoned"),
            Self::Revise { .. } => ("revise", "revised"),
            Self::Order { .. } => ("order", "ordered"),
        }
    }
}
