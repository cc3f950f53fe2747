use std::collections::BTreeMap;

use l2c_money::{Decimal, Percent, RoundingPolicy};
use serde::{Deserialize, Serialize};

use crate::reading::Written;

/// The largest number of tiers of a charge, and of limits in one of them. Reading a document stops at it.
pub const MAX_TIERS: usize = 10_000;

/// A charge as it is written. Amounts are in the currency of the document that holds the charge.
///
/// ```json
/// {"model": "graduated", "free_units": "5", "minimum_amount": "20", "tiers": [
///   {"up_to": "10", "unit_price": "5.00"},
///   {"up_to": "20", "unit_price": "4.50", "flat_fee": "10"},
///   {"unit_price": "4.00"}]}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(!try_from, deny_unknown_fields))]
#[serde(try_from = "Written")]
pub struct ChargeDocument {
    /// How a quantity becomes an amount.
    #[serde(flatten)]
    pub model: ModelDocument,
    /// Units of a period that cost nothing, the first ones in time; none if absent.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub free_units: Option<Decimal>,
    /// What a period costs at least.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub minimum_amount: Option<Decimal>,
    /// What a period costs at most.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub maximum_amount: Option<Decimal>,
    /// How the price of a unit is rounded before it is multiplied; exact if absent. Prices of overage are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_rounding: Option<RoundingPolicy>,
    /// How the rated amount is rounded; exact if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounding: Option<RoundingPolicy>,
}

/// A model alone: nothing free, no commitment, nothing rounded.
impl From<ModelDocument> for ChargeDocument {
    fn from(model: ModelDocument) -> Self {
        Self {
            model,
            free_units: None,
            minimum_amount: None,
            maximum_amount: None,
            unit_rounding: None,
            rounding: None,
        }
    }
}

/// How a quantity becomes an amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "model", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ModelDocument {
    /// One amount, whatever the quantity.
    Flat {
        /// The amount; below zero for a credit.
        #[serde(with = "l2c_money::decimal_string")]
        #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
        amount: Decimal,
    },
    /// A price for each unit.
    PerUnit {
        /// The price of one unit; below zero for a credit.
        #[serde(with = "l2c_money::decimal_string")]
        #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
        unit_price: Decimal,
    },
    /// Every tier prices the units that fall inside it.
    Graduated(TieredDocument),
    /// The one tier that holds the quantity prices all units. With flat fees alone it is a stairstep price.
    Volume(TieredDocument),
    /// Packages are sold whole: a started one counts.
    Package {
        /// Units in a package; above zero.
        #[serde(with = "l2c_money::decimal_string")]
        #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
        package_size: Decimal,
        /// The price of a package.
        #[serde(with = "l2c_money::decimal_string")]
        #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
        package_price: Decimal,
    },
    /// Tiers of whole blocks. A tier holds as many units as its blocks do; the last goes on without limit.
    Block {
        /// The tiers, from the lowest.
        tiers: Vec<BlockTierDocument>,
        /// Which tiers charge.
        #[serde(default, skip_serializing_if = "is_default")]
        #[cfg_attr(feature = "schema", schemars(with = "Option<TierPolicy>"))]
        tier_policy: TierPolicy,
    },
    /// Several units of measure: the first tier whose limits hold them all sets one price.
    Capacity {
        /// The tiers, from the smallest.
        tiers: Vec<CapacityTierDocument>,
    },
    /// A percentage of each event's amount.
    Percentage(PercentageDocument),
    /// The price of a unit falls as a power of the quantity: list price x quantity ^ (-percent / 100).
    ///
    /// It is rounded by the charge's `unit_rounding`, half up to the minor unit if that is absent.
    Power {
        /// The price of a unit when there is one.
        #[serde(with = "l2c_money::decimal_string")]
        #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
        list_unit_price: Decimal,
        /// The exponent as a percentage, zero or above: `"25"` makes 16 units cost half the list price each.
        compound_percent: Percent,
        /// What a quantity below one costs.
        #[serde(default, skip_serializing_if = "is_default")]
        #[cfg_attr(feature = "schema", schemars(with = "Option<BelowOne>"))]
        below_one: BelowOne,
    },
}

/// Tiers, and what lies above the last of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TieredDocument {
    /// The tiers, from the lowest.
    pub tiers: Vec<TierDocument>,
    /// The price of each unit above the last tier, where that one ends.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub overage_unit_price: Option<Decimal>,
    /// The price that discounts of tiers are taken off.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub list_unit_price: Option<Decimal>,
    /// Whether the flat fee of the tier that holds 0 is charged at quantity 0; true if absent.
    #[serde(skip_serializing_if = "is_yes")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<bool>"))]
    pub flat_fee_at_zero: bool,
}

/// Tiers alone.
impl From<Vec<TierDocument>> for TieredDocument {
    fn from(tiers: Vec<TierDocument>) -> Self {
        Self {
            tiers,
            overage_unit_price: None,
            list_unit_price: None,
            flat_fee_at_zero: true,
        }
    }
}

/// A tier as it is written, by its upper end `up_to` or, in all tiers alike, by its lower end `from`.
///
/// - `up_to`: it holds the quantities above the tier before it, up to and including its own `up_to`. The first
///   tier also holds 0.
/// - `from`: it holds the quantities from its own `from`, inclusive, to the next. Under `graduated` whole units
///   are numbered from 1, and unit n belongs to the tier with the largest `from` that is at most n.
///
/// At most one of `unit_price`, `rate_percent` and `discount_percent`; without any the units of the tier cost
/// nothing beyond the `flat_fee`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(deny_unknown_fields))]
pub struct TierDocument {
    /// The largest quantity of the tier; absent: no end, for the last tier alone.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub up_to: Option<Decimal>,
    /// The smallest quantity of the tier; in all tiers or in none.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub from: Option<Decimal>,
    /// The price of one unit.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub unit_price: Option<Decimal>,
    /// The price of one unit of value, where the quantity is an amount: `"4"` is 4 %.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_percent: Option<Percent>,
    /// What comes off the charge's `list_unit_price`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount_percent: Option<Percent>,
    /// An amount charged once when the tier is entered.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub flat_fee: Option<Decimal>,
}

/// A tier of blocks as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(deny_unknown_fields))]
pub struct BlockTierDocument {
    /// Units in a block; above zero.
    #[serde(with = "l2c_money::decimal_string")]
    #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
    pub block_size: Decimal,
    /// How many blocks the tier holds, above zero; absent: without limit, for the last tier alone.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub max_blocks: Option<Decimal>,
    /// The price of a block, also of one that is only started.
    #[serde(with = "l2c_money::decimal_string")]
    #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
    pub block_price: Decimal,
}

/// Which tiers of blocks charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TierPolicy {
    /// Every tier charges the blocks of the units inside it.
    #[default]
    AllTiers,
    /// The tier of the last unit charges all units, in its blocks.
    TopTier,
}

/// A tier of a capacity charge as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(deny_unknown_fields))]
pub struct CapacityTierDocument {
    /// The whole price.
    #[serde(with = "l2c_money::decimal_string")]
    #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
    pub amount: Decimal,
    /// The largest quantity of each unit of measure, by its name; one that is not named has no limit.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<BTreeMap<String, Limit>>"))]
    pub limits: BTreeMap<String, Limit>,
}

/// The largest quantity of a unit of measure in a capacity tier; a decimal as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Limit(#[serde(with = "l2c_money::decimal_string")] pub Decimal);

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Limit {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Limit".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        generator.subschema_for::<l2c_money::DecimalText>()
    }
}

/// A percentage of each event's amount, with a free pool, a fee per event and bounds per event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PercentageDocument {
    /// The percentage.
    pub rate_percent: Percent,
    /// A fee for each event.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub fixed_fee: Option<Decimal>,
    /// How many events are free, the first ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_events: Option<u32>,
    /// Up to what sum of amounts events are free. With `free_events` too the smaller of both counts.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub free_volume: Option<Decimal>,
    /// What an event costs at least; an event that is wholly free costs nothing.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub min_per_event: Option<Decimal>,
    /// What an event costs at most.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub max_per_event: Option<Decimal>,
}

/// What a power law says of a quantity below one, where it would raise the price above list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BelowOne {
    /// The price of a unit is never above list.
    #[default]
    List,
    /// The power law holds there too.
    Power,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde asks for"
)]
const fn is_yes(value: &bool) -> bool {
    *value
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
