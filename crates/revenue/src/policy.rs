use l2c_money::{AllocationPolicy, Remainder, Rounding, RoundingPolicy, ZeroWeights};
use serde::{Deserialize, Serialize};

use crate::Convention;

/// The conventions that change cents, as a named and versioned profile. It is stored with each contract that is
/// accounted for under it, so that a later version never moves a figure of an earlier contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RevenuePolicy {
    /// The name of the profile.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// How cumulative revenue is rounded to the minor unit. A month is the rounded cumulative at its end less the
    /// rounded cumulative at its start, so the last month closes the whole.
    #[serde(default)]
    pub rounding: Rounding,
    /// Which obligations take the minor units that an allocation leaves over. Ties go to the earlier obligation.
    #[serde(default)]
    pub remainder: Remainder,
    /// How service over time is counted.
    #[serde(default)]
    pub convention: Convention,
    /// Who posts the billing side.
    #[serde(default)]
    pub billing: BillingSide,
}

impl RevenuePolicy {
    /// The library's own profile, version 1: half up, largest remainder, daily, the ERP posts billing.
    #[must_use]
    pub fn standard() -> Self {
        Self {
            id: "l2c-standard".to_owned(),
            version: 1,
            rounding: Rounding::HalfUp,
            remainder: Remainder::Largest,
            convention: Convention::Daily,
            billing: BillingSide::Erp,
        }
    }

    pub(crate) const fn rounding_policy(&self) -> RoundingPolicy {
        RoundingPolicy::minor_unit(self.rounding)
    }

    pub(crate) const fn allocation_policy(&self) -> AllocationPolicy {
        AllocationPolicy {
            remainder: self.remainder,
            zero_weights: ZeroWeights::Refuse,
        }
    }
}

/// Who posts the receivable against which billing is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BillingSide {
    /// The billing system posts receivable and tax against billing clearing; this crate clears it.
    #[default]
    Erp,
    /// This crate posts the receivable, without tax.
    Engine,
}
