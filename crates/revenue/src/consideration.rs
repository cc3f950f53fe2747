use l2c_money::Money;
use serde::{Deserialize, Serialize};

/// One part of what the customer promises.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Consideration {
    /// A fixed amount in whole minor units; below zero it lowers the transaction price.
    Fixed {
        /// Its name in the contract.
        id: String,
        /// The amount.
        amount: Money,
    },
}

impl Consideration {
    /// Its name in the contract.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Fixed { id, .. } => id,
        }
    }

    /// What it adds to the transaction price.
    #[must_use]
    pub const fn included(&self) -> Money {
        match self {
            Self::Fixed { amount, .. } => *amount,
        }
    }
}
