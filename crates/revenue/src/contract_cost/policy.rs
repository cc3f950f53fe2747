use l2c_money::{AllocationPolicy, Remainder, Rounding, RoundingPolicy, ZeroWeights};
use serde::{Deserialize, Serialize};

/// The conventions of contract costs that change cents, as a named and versioned profile. It is stored with the costs
/// that are accounted for under it, so that a later version never moves their figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ContractCostPolicy {
    /// The name of the profile.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// How cumulative amortisation, payroll tax and a catch-up are rounded to the minor unit.
    #[serde(default)]
    pub rounding: Rounding,
    /// Which costs take the minor units that are left over when an impairment, a reversal or a bonus is split. Ties go
    /// to the earlier cost.
    #[serde(default)]
    pub remainder: Remainder,
    /// Whether costs of obtaining a contract are an expense at once where they would be amortised within a year
    /// (340-40-25-4, IFRS 15.94).
    #[serde(default)]
    pub one_year_expedient: bool,
    /// Whether an event counts before or after the amortisation of its day.
    #[serde(default)]
    pub takes_effect: TakesEffect,
    /// What an event inside a month does to a schedule by months.
    #[serde(default)]
    pub inside_month: InsideMonth,
    /// What the steps of amortisation by use or progress are rounded on.
    #[serde(default)]
    pub steps: StepRounding,
    /// What an asset would carry without impairment, up to which IFRS 15 reverses.
    #[serde(default)]
    pub reversal_cap: ReversalCap,
}

impl ContractCostPolicy {
    /// The library's own profile, version 1: half up, largest remainder, no expedient, events at the closing of
    /// their day and inside any month, steps rounded cumulatively, reversals up to the revised unimpaired amount.
    #[must_use]
    pub fn standard() -> Self {
        Self {
            id: "l2c-contract-costs".to_owned(),
            version: 1,
            rounding: Rounding::HalfUp,
            remainder: Remainder::Largest,
            one_year_expedient: false,
            takes_effect: TakesEffect::Closing,
            inside_month: InsideMonth::Accept,
            steps: StepRounding::Cumulative,
            reversal_cap: ReversalCap::Revised,
        }
    }

    pub(super) const fn rounding_policy(&self) -> RoundingPolicy {
        RoundingPolicy::minor_unit(self.rounding)
    }

    pub(super) const fn allocation_policy(&self) -> AllocationPolicy {
        AllocationPolicy {
            remainder: self.remainder,
            zero_weights: ZeroWeights::Refuse,
        }
    }
}

/// Whether an event counts before or after the amortisation of its day. It is dated on that day either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TakesEffect {
    /// After it: an impairment test of a balance sheet date.
    #[default]
    Closing,
    /// Before it: a contract that ends on the morning of its day.
    Opening,
}

/// What an event inside a month does to a schedule by months.
///
/// By months, nothing accrues before the last day of a month. An event inside it finds the months before amortised,
/// and spreads what is left over its month and those after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum InsideMonth {
    /// It counts.
    #[default]
    Accept,
    /// It is refused: events are dated at the opening or the closing of a month.
    Refuse,
}

/// What the steps of amortisation by use or progress are rounded on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StepRounding {
    /// As long as the estimate of the whole stands: the rounded cumulative at the end of a step less that at its
    /// start. A changed estimate spreads the carrying amount over what is then ahead.
    #[default]
    Cumulative,
    /// Each step takes its rounded part of the carrying amount, whether the estimate has changed or not.
    Carrying,
}

/// What an asset would carry without any impairment: the most that a reversal under IFRS 15.104 leads back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReversalCap {
    /// By a schedule that takes part in later revisions of life and additions.
    #[default]
    Revised,
    /// By the schedule that stood before the first impairment, whatever came later.
    BeforeImpairment,
}
