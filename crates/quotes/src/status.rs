use std::fmt;

use l2c_host::{Machine, Transition};
use serde::{Deserialize, Serialize};

/// Where a version of a quote stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuoteStatus {
    /// It is written; prices are computed when asked for, nothing is promised.
    Draft,
    /// It is submitted, its figures are frozen, and approvals are open.
    InApproval,
    /// Every approval that it needs is given.
    Approved,
    /// An approver said no.
    Rejected,
    /// The customer has it; it never changes again.
    Presented,
    /// The customer said yes, within the validity or as a recorded override.
    Accepted,
    /// It has become an order.
    Ordered,
    /// The customer said no.
    Declined,
    /// Its validity ended without an answer.
    Expired,
    /// The seller took it back.
    Withdrawn,
    /// A later version took its place.
    Superseded,
    /// Another quote of its opportunity was accepted.
    Abandoned,
}

impl fmt::Display for QuoteStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Draft => "draft",
            Self::InApproval => "in_approval",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Presented => "presented",
            Self::Accepted => "accepted",
            Self::Ordered => "ordered",
            Self::Declined => "declined",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
            Self::Superseded => "superseded",
            Self::Abandoned => "abandoned",
        })
    }
}

use QuoteStatus::{
    Abandoned, Accepted, Approved, Declined, Draft, Expired, InApproval, Ordered, Presented, Rejected,
    Superseded, Withdrawn,
};

const fn t(from: QuoteStatus, on: &'static str, to: QuoteStatus) -> Transition<QuoteStatus> {
    Transition { from, on, to }
}

/// The life of a version of a quote, by the names of its events.
///
/// `revised` begins a new version, which starts in draft; a version that was declined or has expired stays
/// what it is, any other one is superseded.
pub const QUOTE_MACHINE: Machine<QuoteStatus> = Machine {
    name: "quote",
    initial: Draft,
    terminal: &[Ordered, Declined, Expired, Withdrawn, Superseded, Abandoned],
    states: &[
        Draft, InApproval, Approved, Rejected, Presented, Accepted, Ordered, Declined, Expired, Withdrawn,
        Superseded, Abandoned,
    ],
    transitions: &[
        t(Draft, "edited", Draft),
        t(Draft, "refreshed", Draft),
        t(Draft, "submitted", InApproval),
        t(InApproval, "approval_given", InApproval),
        t(InApproval, "approved", Approved),
        t(InApproval, "rejected", Rejected),
        t(InApproval, "recalled", Draft),
        t(Approved, "reopened", Draft),
        t(Rejected, "reopened", Draft),
        t(Approved, "presented", Presented),
        t(Presented, "countered", Presented),
        t(Presented, "accepted", Accepted),
        t(Accepted, "ordered", Ordered),
        t(Presented, "declined", Declined),
        t(Presented, "expired", Expired),
        t(Approved, "revised", Superseded),
        t(Presented, "revised", Superseded),
        t(Declined, "revised", Declined),
        t(Expired, "revised", Expired),
        t(Draft, "withdrawn", Withdrawn),
        t(InApproval, "withdrawn", Withdrawn),
        t(Approved, "withdrawn", Withdrawn),
        t(Rejected, "withdrawn", Withdrawn),
        t(Presented, "withdrawn", Withdrawn),
        t(Draft, "abandoned", Abandoned),
        t(InApproval, "abandoned", Abandoned),
        t(Approved, "abandoned", Abandoned),
        t(Rejected, "abandoned", Abandoned),
        t(Presented, "abandoned", Abandoned),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_shown_by_their_words() {
        for status in QUOTE_MACHINE.states {
            let word = status.to_string();
            assert_eq!(serde_json::to_value(status).unwrap(), word.as_str());
            assert_eq!(format!("{status:>24}"), format!("{word:>24}"));
        }
    }
}
