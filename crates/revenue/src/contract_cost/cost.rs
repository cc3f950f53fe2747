use l2c_calendar::NaiveDate;
use l2c_ledger::Role;
use l2c_money::{Decimal, Money};
use serde::{Deserialize, Serialize};

use super::{Amortisation, AnticipatedRenewal};

/// A cost of obtaining or fulfilling a contract, as it was incurred.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// Its name among the costs of the contract.
    pub id: String,
    /// The day on which it is incurred: that of the expense or of the asset.
    pub incurred: NaiveDate,
    /// What it is for, and what was found about it.
    pub nature: CostNature,
    /// How the goods or services that it relates to are transferred; needed where the cost may become an asset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amortisation: Option<Amortisation>,
    /// A renewal that is anticipated, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewal: Option<AnticipatedRenewal>,
}

/// What a cost is for, and what was found about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum CostNature {
    /// To obtain the contract (340-40-25-1, IFRS 15.91).
    Obtain {
        /// What it is made of.
        items: Vec<CostItem>,
        /// Payroll tax on the incremental items, as a fraction: "0.0765". It is as incremental as they are.
        #[serde(default, with = "l2c_money::decimal_string")]
        #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
        payroll_tax_rate: Decimal,
        /// The entity expects to recover it.
        recoverable: bool,
    },
    /// To fulfil the contract, and within the scope of no other standard (340-40-25-5, IFRS 15.95).
    Fulfil {
        /// The amount; zero or above.
        amount: Money,
        /// It relates directly to a contract or an anticipated contract.
        relates_directly: bool,
        /// It generates or enhances resources that will be used to perform in the future.
        enhances_resources: bool,
        /// The entity expects to recover it.
        recoverable: bool,
    },
    /// Within the scope of another standard, which comes first (340-40-25-6, IFRS 15.96).
    OtherStandard {
        /// The amount; zero or above.
        amount: Money,
        /// The asset that it is under that standard.
        asset: OtherAsset,
    },
}

/// A part of a cost of obtaining a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CostItem {
    /// What it is: "commission", "travel to the pitch".
    pub what: String,
    /// The amount; zero or above.
    pub amount: Money,
    /// It would not have been incurred if the contract had not been obtained (340-40-25-2, IFRS 15.92).
    pub incremental: bool,
    /// The customer is charged for it explicitly, whether the contract is obtained or not (340-40-25-3, IFRS 15.93).
    #[serde(default)]
    pub explicitly_chargeable: bool,
}

/// An asset that another standard makes of a cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OtherAsset {
    /// Inventory (ASC 330, IAS 2).
    Inventory,
    /// Property, plant and equipment (ASC 360, IAS 16).
    PropertyPlantEquipment,
    /// Intangible assets, among them software (ASC 350, ASC 985-20, IAS 38).
    IntangibleAsset,
}

impl OtherAsset {
    /// The account role of the asset.
    #[must_use]
    pub const fn role(self) -> Role {
        match self {
            Self::Inventory => Role::Inventory,
            Self::PropertyPlantEquipment => Role::PropertyPlantEquipment,
            Self::IntangibleAsset => Role::IntangibleAsset,
        }
    }
}

impl CostNature {
    /// Its amounts, each with its field.
    pub(super) fn amounts(&self) -> Vec<(String, Money)> {
        match self {
            Self::Obtain { items, .. } => {
                let amount =
                    |(index, item): (usize, &CostItem)| (format!("items[{index}].amount"), item.amount);
                items.iter().enumerate().map(amount).collect()
            }
            Self::Fulfil { amount, .. } | Self::OtherStandard { amount, .. } => {
                vec![("amount".to_owned(), *amount)]
            }
        }
    }
}
