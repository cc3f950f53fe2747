use std::fmt;

use l2c_host::{Machine, Transition};
use serde::{Deserialize, Serialize};

/// Where a contract stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContractStatus {
    /// Nothing has happened yet.
    Draft,
    /// It binds both sides.
    Active,
    /// Its last term has ended.
    Expired,
    /// It was ended before its last term had.
    Terminated,
}

impl fmt::Display for ContractStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Terminated => "terminated",
        })
    }
}

use ContractStatus::{Active, Draft, Expired, Terminated};

const fn t(from: ContractStatus, on: &'static str, to: ContractStatus) -> Transition<ContractStatus> {
    Transition { from, on, to }
}

/// The life of a contract, by the names of its commands.
pub const CONTRACT_MACHINE: Machine<ContractStatus> = Machine {
    name: "contract",
    initial: Draft,
    terminal: &[Expired, Terminated],
    states: &[Draft, Active, Expired, Terminated],
    transitions: &[
        t(Draft, "activate", Active),
        t(Active, "expire", Expired),
        t(Active, "terminate", Terminated),
        // Asking again for what is: nothing to do.
        t(Expired, "expire", Expired),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_shown_by_their_words() {
        for status in CONTRACT_MACHINE.states {
            let word = status.to_string();
            assert_eq!(serde_json::to_value(status).unwrap(), word.as_str());
            assert_eq!(format!("{status:>24}"), format!("{word:>24}"));
        }
    }
}
