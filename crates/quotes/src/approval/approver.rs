use std::collections::BTreeSet;
use std::fmt;

use chrono::NaiveDate;
use l2c_host::PartyId;
use l2c_money::Exact;
use serde::{Deserialize, Serialize};

/// Who is asked for an approval.
///
/// Policies write a name: that of a group of the policy, the id of a person (`pty_...`), or else a role.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approver {
    /// This person.
    Person(PartyId),
    /// Whoever has the role, as the host gives it.
    Role(String),
    /// The members of a group of the policy.
    Group(String),
}

/// Who acts, and in which roles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub party: PartyId,
    /// The roles that the host gives them, as approval policies name them.
    pub roles: BTreeSet<String>,
}

/// In which capacity somebody answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capacity {
    /// As the approver who was asked, or as a member of the group.
    Own,
    /// By a delegation that includes the day of the answer.
    Delegate,
    /// Because the approval has been open for too long.
    Escalation,
}

/// How many members of a group have to approve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Quorum {
    /// One of them.
    #[default]
    Any,
    /// Every one.
    All,
    /// So many.
    AtLeast(u32),
}

/// After how long somebody else may answer too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Escalation {
    /// Days after the day on which the approval became open.
    pub after_days: u32,
    /// Who may answer then.
    pub to: Approver,
}

/// A checked group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) members: BTreeSet<PartyId>,
    pub(super) quorum: Quorum,
}

/// A checked delegation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Delegation {
    pub(super) from: Approver,
    pub(super) to: PartyId,
    pub(super) start: NaiveDate,
    pub(super) end: NaiveDate,
}

/// A checked amount band.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Limit {
    pub(super) approver: Approver,
    pub(super) up_to: Exact,
}

impl Actor {
    /// Somebody with roles.
    pub fn new<R: Into<String>>(party: PartyId, roles: impl IntoIterator<Item = R>) -> Self {
        Self {
            party,
            roles: roles.into_iter().map(Into::into).collect(),
        }
    }

    /// Whether the actor is this person or has this role; a group is nobody.
    pub(super) fn is(&self, approver: &Approver) -> bool {
        match approver {
            Approver::Person(person) => *person == self.party,
            Approver::Role(role) => self.roles.contains(role),
            Approver::Group(_) => false,
        }
    }
}

impl Group {
    /// How many votes it takes.
    pub(super) fn needed(&self) -> usize {
        match self.quorum {
            Quorum::Any => 1,
            Quorum::All => self.members.len(),
            Quorum::AtLeast(count) => usize::try_from(count).unwrap_or(usize::MAX),
        }
    }
}

impl Delegation {
    pub(super) fn covers(&self, on: NaiveDate) -> bool {
        self.start <= on && on <= self.end
    }
}

impl fmt::Display for Approver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(person) => f.pad(person.as_str()),
            Self::Role(name) | Self::Group(name) => f.pad(name),
        }
    }
}
