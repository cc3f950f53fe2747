use chrono::NaiveDate;
use l2c_calendar::Period;
use l2c_money::{Money, Quantity};
use serde::{Deserialize, Serialize};

use crate::ContractItemId;

/// When an item is supplied and billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum ItemKind {
    /// Handed over once, and billed then.
    OneTime {
        /// The day of the hand-over.
        on: NaiveDate,
    },
    /// Supplied over a term.
    Term {
        /// The term.
        period: Period,
        /// How it is billed.
        billing: TermBilling,
    },
}

impl ItemKind {
    /// The first day on which something is supplied.
    #[must_use]
    pub const fn starts_on(&self) -> NaiveDate {
        match self {
            Self::OneTime { on } => *on,
            Self::Term { period, .. } => period.start(),
        }
    }

    /// The last day on which something is supplied.
    #[must_use]
    pub fn last_day(&self) -> NaiveDate {
        match self {
            Self::OneTime { on } => *on,
            Self::Term { period, .. } => period.last_day(),
        }
    }
}

/// How what is supplied over a term is billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "timing", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum TermBilling {
    /// Each part on its first day.
    InAdvance {
        /// The months of one part, counted from the start of the term, above zero: 3 is quarterly.
        every_months: u32,
    },
}

/// An item of a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContractItem {
    /// The item's id, unique in the contract.
    pub id: ContractItemId,
    /// The document and line it comes from: "ord_17 oln_1".
    pub source: String,
    /// The product's code in the catalogue.
    pub product: String,
    /// How much, above zero.
    pub quantity: Quantity,
    /// What the whole item costs over its whole term without tax, in whole minor units; negative for a
    /// rebate.
    pub net: Money,
    /// When it is supplied and billed.
    pub supply: ItemKind,
}

/// One change of the items of a contract. The changes of all versions, in order, make the items.
///
/// Who bills, recognises or credits by items follows the changes, and never compares whole versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum ItemChange {
    /// An item that was not there before.
    Added {
        /// The item.
        item: ContractItem,
    },
}
