use std::fmt;

use l2c_host::{Machine, Transition};
use serde::{Deserialize, Serialize};

/// Where a lead stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeadStatus {
    /// There is no lead yet.
    #[default]
    Absent,
    /// Known, not (or not yet) qualified.
    New,
    /// Its score or a person says that it is worth working on (marketing qualified).
    Qualified,
    /// Sales has taken it on (sales qualified).
    Accepted,
    /// It was qualified and went back: its score fell, or sales gave it back.
    Recycled,
    /// Ruled out.
    Disqualified,
    /// It became an opportunity. Nothing follows.
    Converted,
}

impl fmt::Display for LeadStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Absent => "absent",
            Self::New => "new",
            Self::Qualified => "qualified",
            Self::Accepted => "accepted",
            Self::Recycled => "recycled",
            Self::Disqualified => "disqualified",
            Self::Converted => "converted",
        })
    }
}

/// The life of a lead. The names are those of the events: what a score leads to depends on the score.
pub const LEAD_MACHINE: Machine<LeadStatus> = {
    use LeadStatus::{Absent, Accepted, Converted, Disqualified, New, Qualified, Recycled};
    const fn t(from: LeadStatus, on: &'static str, to: LeadStatus) -> Transition<LeadStatus> {
        Transition { from, on, to }
    }
    Machine {
        name: "lead",
        initial: Absent,
        terminal: &[Converted],
        states: &[
            Absent,
            New,
            Qualified,
            Accepted,
            Recycled,
            Disqualified,
            Converted,
        ],
        transitions: &[
            t(Absent, "created", New),
            t(New, "scored", New),
            t(Qualified, "scored", Qualified),
            t(Accepted, "scored", Accepted),
            t(Recycled, "scored", Recycled),
            t(Disqualified, "scored", Disqualified),
            t(New, "assigned", New),
            t(Qualified, "assigned", Qualified),
            t(Accepted, "assigned", Accepted),
            t(Recycled, "assigned", Recycled),
            t(New, "qualified", Qualified),
            t(Recycled, "qualified", Qualified),
            t(Qualified, "accepted", Accepted),
            t(Qualified, "recycled", Recycled),
            t(Accepted, "recycled", Recycled),
            t(New, "disqualified", Disqualified),
            t(Qualified, "disqualified", Disqualified),
            t(Accepted, "disqualified", Disqualified),
            t(Recycled, "disqualified", Disqualified),
            t(Disqualified, "requalified", New),
            t(Accepted, "converted", Converted),
        ],
    }
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_shown_by_their_words() {
        for status in LEAD_MACHINE.states {
            let word = status.to_string();
            assert_eq!(serde_json::to_value(status).unwrap(), word.as_str());
            assert_eq!(format!("{status:>24}"), format!("{word:>24}"));
        }
    }
}
