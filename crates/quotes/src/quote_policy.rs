use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{QUOTE_MACHINE, Quote, QuoteCommand, QuoteId, QuoteStatus};

/// What the house has decided about its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct QuotePolicy {
    /// When the prices of a draft change.
    pub draft_prices: DraftPrices,
    /// What happens to an acceptance after the last day.
    pub late_acceptance: LateAcceptance,
    /// What happens to the other quotes of an opportunity when one is accepted.
    pub siblings: Siblings,
}

/// When the prices of a draft change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DraftPrices {
    /// When it is refreshed. Submitting freezes the prices of the last refresh, if the request has not changed since;
    /// otherwise it prices.
    #[default]
    OnRefresh,
    /// And whenever a version begins, is edited, or goes back to draft.
    OnEdit,
    /// They are those of the moment, until submitting freezes them.
    Live,
}

/// What happens to an acceptance after the last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LateAcceptance {
    /// It is refused.
    #[default]
    Refuse,
    /// It holds, and is recorded as an override.
    RecordOverride,
}

/// What happens to the other quotes of an opportunity when one is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Siblings {
    /// Nothing.
    #[default]
    Keep,
    /// Those that are still open are abandoned.
    Abandon,
}

impl QuotePolicy {
    /// The commands that close the siblings of an accepted quote, each for the stream of its quote. Quotes that are
    /// over already, and those of another opportunity or of none, get none.
    pub fn closes_siblings<'a>(
        &self,
        accepted: &Quote,
        others: impl IntoIterator<Item = &'a Quote>,
    ) -> Vec<(QuoteId, QuoteCommand)> {
        let (Siblings::Abandon, Some(id), Some(opportunity)) =
            (self.siblings, accepted.id(), accepted.opportunity())
        else {
            return Vec::new();
        };
        let is_sibling = |other: &&Quote| {
            other.id() != Some(id)
                && other.opportunity() == Some(opportunity)
                && other
                    .status()
                    .is_some_and(|status| QUOTE_MACHINE.target(status, "abandoned").is_some())
        };
        let closing = |other: &Quote| {
            let accepted = id.clone();
            Some((other.id()?.clone(), QuoteCommand::Abandon { accepted }))
        };
        others
            .into_iter()
            .filter(is_sibling)
            .filter_map(closing)
            .collect()
    }
}

/// The quotes whose latest version is with the customer and was valid until before a day: each can be told to
/// [`Expire`](QuoteCommand::Expire).
pub fn expiry_due<'a>(quotes: impl IntoIterator<Item = &'a Quote>, on: NaiveDate) -> Vec<&'a QuoteId> {
    let due = |quote: &&Quote| {
        quote.latest().is_some_and(|version| {
            version.status() == QuoteStatus::Presented && version.terms().valid_until < on
        })
    };
    quotes.into_iter().filter(due).filter_map(Quote::id).collect()
}
