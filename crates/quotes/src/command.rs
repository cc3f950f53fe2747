use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use l2c_host::{PartyId, PartyRoles};
use l2c_pricing::{Engine, PriceRequest};
use serde::{Deserialize, Serialize};

use crate::{ApprovalMatrix, QuoteId};

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
    /// Freeze the prices and ask for the approvals that the matrix wants.
    Submit,
    /// Give every approval that is open for the roles of the actor.
    Approve,
    /// Refuse an approval that is open for a role of the actor.
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
    /// The customer says yes.
    Accept {
        /// The version that the customer has answered.
        version: u32,
        /// The customer's own reference, such as a purchase order number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
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
    /// Begin a new version.
    Revise {
        /// What the new version offers.
        terms: QuoteTerms,
    },
}

/// What a version of a quote offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuoteTerms {
    /// Products, quantities, price date and agreed total.
    pub request: PriceRequest,
    /// The last day on which it can be accepted.
    pub valid_until: NaiveDate,
}

/// Who acts, and in which roles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub party: PartyId,
    /// The roles that the host gives them, as approval matrices name them.
    pub roles: BTreeSet<String>,
}

/// What a decision on a quote needs beside its state.
#[derive(Debug, Clone)]
pub struct QuoteContext {
    /// The effective date of the command.
    pub today: NaiveDate,
    /// Who acts.
    pub actor: Actor,
    /// What prices a quote when it is submitted.
    pub engine: Arc<Engine>,
    /// Which approvals a quote needs.
    pub matrix: Arc<ApprovalMatrix>,
}

impl Actor {
    /// Somebody with roles.
    pub fn new<R: Into<String>>(party: PartyId, roles: impl IntoIterator<Item = R>) -> Self {
        Self {
            party,
            roles: roles.into_iter().map(Into::into).collect(),
        }
    }
}

impl QuoteCommand {
    /// The name of the command.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Draft { .. } => "draft",
            Self::Edit { .. } => "edit",
            Self::Submit => "submit",
            Self::Approve => "approve",
            Self::Reject { .. } => "reject",
            Self::Recall => "recall",
            Self::Reopen => "reopen",
            Self::Present => "present",
            Self::Accept { .. } => "accept",
            Self::Decline { .. } => "decline",
            Self::Withdraw => "withdraw",
            Self::Expire => "expire",
            Self::Revise { .. } => "revise",
        }
    }
}
