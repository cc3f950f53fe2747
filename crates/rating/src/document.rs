use std::fmt;

use l2c_money::{Decimal, Percent};
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// The largest number of tiers of a charge. Reading a document stops at it.
pub const MAX_TIERS: usize = 10_000;

/// A charge as it is written. Amounts are in the currency of the document that holds the charge.
///
/// ```json
/// {"model": "graduated", "tiers": [
///   {"up_to": "10", "unit_price": "5.00"},
///   {"up_to": "20", "unit_price": "4.50", "flat_fee": "10"},
///   {"unit_price": "4.00"}]}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(!try_from, deny_unknown_fields))]
#[serde(tag = "model", rename_all = "snake_case", try_from = "Written")]
#[non_exhaustive]
pub enum ChargeDocument {
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
    Graduated {
        /// The tiers, from the lowest.
        tiers: Vec<TierDocument>,
        /// Whether the flat fee of the first tier is charged at quantity 0; true if absent.
        #[serde(skip_serializing_if = "is_yes")]
        #[cfg_attr(feature = "schema", schemars(with = "Option<bool>"))]
        flat_fee_at_zero: bool,
    },
    /// The one tier that holds the quantity prices all units.
    Volume {
        /// The tiers, from the lowest.
        tiers: Vec<TierDocument>,
        /// Whether the flat fee of the first tier is charged at quantity 0; true if absent.
        #[serde(skip_serializing_if = "is_yes")]
        #[cfg_attr(feature = "schema", schemars(with = "Option<bool>"))]
        flat_fee_at_zero: bool,
    },
}

/// A tier as it is written: it holds the quantities above the tier before it, up to and including its own
/// `up_to`. The first tier also holds 0.
///
/// Without a `unit_price` or `rate_percent` its units cost nothing beyond the `flat_fee`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TierDocument {
    /// The largest quantity of the tier; absent: no end, for the last tier alone.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub up_to: Option<Decimal>,
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
    /// An amount charged once when the tier is entered.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub flat_fee: Option<Decimal>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde asks for"
)]
const fn is_yes(value: &bool) -> bool {
    *value
}

/// A charge document field by field. Serde's own reading of tagged enums would hold the whole text in memory
/// before it looks at the model.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    model: ModelName,
    #[serde(default, with = "l2c_money::decimal_string::option")]
    amount: Option<Decimal>,
    #[serde(default, with = "l2c_money::decimal_string::option")]
    unit_price: Option<Decimal>,
    #[serde(default)]
    tiers: Option<BoundedTiers>,
    #[serde(default)]
    flat_fee_at_zero: Option<bool>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ModelName {
    Flat,
    PerUnit,
    Graduated,
    Volume,
}

impl TryFrom<Written> for ChargeDocument {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written {
            model,
            amount,
            unit_price,
            tiers,
            flat_fee_at_zero,
        } = written;
        match (model, amount, unit_price, tiers, flat_fee_at_zero) {
            (ModelName::Flat, Some(amount), None, None, None) => Ok(Self::Flat { amount }),
            (ModelName::PerUnit, None, Some(unit_price), None, None) => Ok(Self::PerUnit { unit_price }),
            (ModelName::Graduated, None, None, Some(BoundedTiers(tiers)), at_zero) => Ok(Self::Graduated {
                tiers,
                flat_fee_at_zero: at_zero.unwrap_or(true),
            }),
            (ModelName::Volume, None, None, Some(BoundedTiers(tiers)), at_zero) => Ok(Self::Volume {
                tiers,
                flat_fee_at_zero: at_zero.unwrap_or(true),
            }),
            (ModelName::Flat, ..) => Err("a flat charge has an `amount` and no other field"),
            (ModelName::PerUnit, ..) => Err("a charge per unit has a `unit_price` and no other field"),
            (ModelName::Graduated | ModelName::Volume, ..) => {
                Err("a charge by tiers has `tiers`, optionally `flat_fee_at_zero`, and no other field")
            }
        }
    }
}

/// Stops reading at [`MAX_TIERS`], so that a document of any length is refused in bounded time and memory.
struct BoundedTiers(Vec<TierDocument>);

impl<'de> Deserialize<'de> for BoundedTiers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Tiers;
        impl<'de> Visitor<'de> for Tiers {
            type Value = BoundedTiers;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a list of at most {MAX_TIERS} tiers")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut tiers = Vec::new();
                while let Some(tier) = list.next_element()? {
                    if tiers.len() >= MAX_TIERS {
                        return Err(A::Error::custom(format_args!("more than {MAX_TIERS} tiers")));
                    }
                    tiers.push(tier);
                }
                Ok(BoundedTiers(tiers))
            }
        }
        deserializer.deserialize_seq(Tiers)
    }
}
