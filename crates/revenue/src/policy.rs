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
    /// To how many decimals, half up, a progress is rounded that is neither time nor delivery; without one it is exact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress_decimals: Option<u32>,
    /// From which amount a share of an obligation is recognised.
    #[serde(default)]
    pub revenue_base: RevenueBase,
    /// What performance beyond billing is.
    #[serde(default)]
    pub unbilled_right: UnbilledRight,
    /// How a loss expected on work that is measured by its costs is provided for (605-35-25-45, IAS 37.66).
    #[serde(default)]
    pub loss_provision: LossProvision,
    /// Against which price costs are held to see a loss.
    #[serde(default)]
    pub loss_price: LossPrice,
    /// Whether shipping after control has passed is fulfilment and no promise (606-10-25-18B; ASC 606 alone).
    #[serde(default)]
    pub shipping_as_fulfilment: bool,
    /// Whether the contract asset is a monetary item, remeasured at closing rates (ASC 830, IAS 21).
    #[serde(default = "yes")]
    pub contract_asset_monetary: bool,
    /// Whether taxes collected for an authority are left out of the price (606-10-32-2A).
    #[serde(default = "yes")]
    pub exclude_sales_tax: bool,
    /// Whether financing within a year is left out of account (606-10-32-18).
    #[serde(default)]
    pub one_year_expedient: bool,
    /// Whether the interest of a financing component is accounted for with the contract.
    #[serde(default)]
    pub financing: Financing,
    /// What becomes of performance before the criteria of a contract are met.
    #[serde(default)]
    pub performance_before_contract: PerformanceBeforeContract,
    /// Where a modification takes the stand-alone prices of what it changes from.
    #[serde(default)]
    pub standalone_at_modification: StandaloneAtModification,
    /// Whether material rights that are not exercised join what a modification allocates anew (606-10-25-13(a)).
    #[serde(default = "yes")]
    pub rights_join_modifications: bool,
}

const fn yes() -> bool {
    true
}

/// From which amount a share of an obligation is recognised, while it is not satisfied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RevenueBase {
    /// The allocated amount in whole minor units.
    #[default]
    Posted,
    /// The allocated share before rounding; the whole is the posted amount all the same.
    Unrounded,
}

/// What performance beyond billing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum UnbilledRight {
    /// A contract asset: the right depends on more than the passing of time (606-10-45-3).
    #[default]
    ContractAsset,
    /// A receivable that is not billed yet: time alone remains (606-10-45-4).
    UnbilledReceivable,
}

/// Whether the interest of a financing component is accounted for with the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Financing {
    /// It accretes the contract asset or the contract liability month by month, apart from revenue (606-10-32-20).
    #[default]
    Accrete,
    /// It is accounted for elsewhere, as by a [`FinancingComponent`](crate::FinancingComponent).
    Apart,
}

/// How a loss expected on work that is measured by its costs is provided for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LossProvision {
    /// It is not: the work is outside the scope of such provisions.
    #[default]
    None,
    /// For each obligation that makes a loss (605-35-25-46); under IFRS 15 for the contract all the same (IAS 37.66).
    Obligation,
    /// For the contract, its obligations together.
    Contract,
}

/// Against which price costs are held to see a loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LossPrice {
    /// What is expected of varying amounts, whatever the constraint keeps out of revenue (605-35-25-46A).
    #[default]
    Expected,
    /// The transaction price.
    Included,
}

/// What becomes of performance before the criteria of a contract are met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PerformanceBeforeContract {
    /// It is recorded with its cost, and caught up when they are met (606-10-25-6).
    #[default]
    CatchUp,
    /// It is refused.
    Refuse,
}

impl PerformanceBeforeContract {
    pub(crate) const fn is_refused(self) -> bool {
        matches!(self, Self::Refuse)
    }
}

/// Where a modification takes the stand-alone prices of what it changes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StandaloneAtModification {
    /// Stated at its date where the term or the number of units of an obligation changes (606-10-25-13(a)).
    #[default]
    Stated,
    /// Carried forward where nothing is stated for what remains: the price of the whole times the part that is not done.
    CarriedForward,
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
            progress_decimals: None,
            revenue_base: RevenueBase::Posted,
            unbilled_right: UnbilledRight::ContractAsset,
            loss_provision: LossProvision::None,
            loss_price: LossPrice::Expected,
            shipping_as_fulfilment: false,
            contract_asset_monetary: true,
            exclude_sales_tax: true,
            one_year_expedient: false,
            financing: Financing::Accrete,
            performance_before_contract: PerformanceBeforeContract::CatchUp,
            standalone_at_modification: StandaloneAtModification::Stated,
            rights_join_modifications: true,
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
