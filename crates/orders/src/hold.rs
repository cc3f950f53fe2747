use chrono::NaiveDate;
use l2c_host::PartyId;
use serde::{Deserialize, Serialize};

/// What a hold stops.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HoldScope {
    /// The whole order.
    Order,
}

/// A hold as it is placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoldTerms {
    /// Why, as a code of the host: "credit_check". One hold stands at a time per reason and scope.
    pub reason: String,
    /// What it stops.
    pub scope: HoldScope,
    /// The rule that asks for it: `holds v1 rules[0]`; none if a person does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The day on which it is due to be released. Nothing happens by itself on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_due: Option<NaiveDate>,
}

/// The record of a hold; it stays after the release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hold {
    /// What was asked for.
    pub terms: HoldTerms,
    /// The first day it holds.
    pub placed_on: NaiveDate,
    /// Who placed it.
    pub placed_by: PartyId,
    /// Its release, if it does not stand any more.
    pub release: Option<HoldRelease>,
}

/// The end of a hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HoldRelease {
    /// The first day it does not hold any more.
    pub on: NaiveDate,
    /// Who released it.
    pub by: PartyId,
}

impl Hold {
    /// Whether it has not been released.
    #[must_use]
    pub const fn stands(&self) -> bool {
        self.release.is_none()
    }

    /// Whether it stops what would happen on a day: it stands, or the day lies before its release.
    #[must_use]
    pub fn stops(&self, on: NaiveDate) -> bool {
        self.release
            .as_ref()
            .is_none_or(|release| self.placed_on <= on && on < release.on)
    }
}
