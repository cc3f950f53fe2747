//! Quotes: versions of an offer, the approvals that it needs, and the customer's answer.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod approval;
mod command;
mod decide;
mod event;
mod quote;
mod refusal;
mod status;

pub use approval::{
    ApprovalMatrix, ApprovalMatrixDocument, ApprovalRuleDocument, OpenApproval, OwnRequest, RequiredApproval,
};
pub use command::{Actor, QuoteCommand, QuoteContext, QuoteTerms};
pub use event::{QuoteEvent, QuoteFact};
pub use quote::{Quote, QuoteId, QuoteVersion, Submission};
pub use refusal::QuoteRefusal;
pub use status::{MACHINE, QuoteStatus};
