use l2c_documents::Faults;
use l2c_host::PartyId;
use l2c_money::Exact;

use super::ApprovalStatus;

/// Why a command on an approval is refused. A refused command changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApprovalRefusal {
    /// The command is not legal where the approval stands.
    #[error("cannot {command} what is {status}")]
    IllegalTransition {
        /// The command.
        command: &'static str,
        /// Where it stands.
        status: ApprovalStatus,
    },
    /// Who submitted may not answer.
    #[error("{actor} submitted it: somebody else has to answer")]
    OwnRequest {
        /// Who asked.
        actor: PartyId,
    },
    /// No approval is open for who answers.
    #[error("no approval is open for {actor}; open for: {open}")]
    NotOpen {
        /// Who answered.
        actor: PartyId,
        /// Whose turn it is.
        open: String,
    },
    /// A member of a group votes again, and nothing else is open for them.
    #[error("{actor} has voted already; open for: {open}")]
    AlreadyVoted {
        /// Who answered.
        actor: PartyId,
        /// Whose turn it is.
        open: String,
    },
    /// The net total is above what who answers may approve.
    #[error(
        "{actor} may approve up to {limit}, the net total is {net_total}: somebody with a higher limit has to answer"
    )]
    BeyondLimit {
        /// Who answered.
        actor: PartyId,
        /// The limit.
        limit: Exact,
        /// The net total, or that there is none.
        net_total: String,
    },
    /// Facts that the policy does not declare, or of another type.
    #[error(transparent)]
    Facts(#[from] Faults),
}

impl ApprovalRefusal {
    /// A stable code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::IllegalTransition { .. } => "illegal_transition",
            Self::OwnRequest { .. } => "own_request",
            Self::NotOpen { .. } => "not_open",
            Self::AlreadyVoted { .. } => "already_voted",
            Self::BeyondLimit { .. } => "beyond_limit",
            Self::Facts(faults) => faults.code(),
        }
    }
}
