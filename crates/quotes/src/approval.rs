//! Approvals: a policy says who has to approve what; the machine asks them, in chains side by side.

mod approver;
mod decide;
mod document;
mod event;
mod figures;
mod policy;
mod refusal;
mod requirement;
mod state;

pub use approver::{Actor, Approver, Capacity, Escalation, Quorum};
pub use decide::{ApprovalCommand, ApprovalContext};
pub use document::{
    ApprovalPolicyDocument, ApprovalRuleDocument, DelegationDocument, DelegationMode, EscalationDocument,
    GroupDocument, LimitDocument, OwnRequest, Repeat,
};
pub use event::{ApprovalEvent, ApprovalFact, ApprovalGiven, ApprovalRequest};
pub use figures::{ApprovalFigures, LineAmounts};
pub use policy::ApprovalPolicy;
pub use refusal::ApprovalRefusal;
pub(crate) use requirement::shown;
pub use requirement::{FigureValue, RequiredApproval, TestedFigure, Worse};
pub use state::{APPROVAL_MACHINE, Approval, ApprovalStatus, OpenApproval};
