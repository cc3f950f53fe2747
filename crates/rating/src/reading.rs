//! Reading a charge field by field. Serde's own reading of tagged enums would hold the whole text in memory before
//! it looks at the model.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use l2c_money::{Decimal, Percent, RoundingPolicy};
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::document::Limit;
use crate::{
    BelowOne, BlockTierDocument, CapacityTierDocument, ChargeDocument, MAX_TIERS, ModelDocument,
    PercentageDocument, TierDocument, TierPolicy, TieredDocument,
};

/// Every field that some model has.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    model: ModelName,
    #[serde(default)]
    amount: Option<Number>,
    #[serde(default)]
    unit_price: Option<Number>,
    #[serde(default)]
    tiers: Option<Bounded<WrittenTier>>,
    #[serde(default)]
    overage_unit_price: Option<Number>,
    #[serde(default)]
    list_unit_price: Option<Number>,
    #[serde(default)]
    flat_fee_at_zero: Option<bool>,
    #[serde(default)]
    package_size: Option<Number>,
    #[serde(default)]
    package_price: Option<Number>,
    #[serde(default)]
    tier_policy: Option<TierPolicy>,
    #[serde(default)]
    rate_percent: Option<Percent>,
    #[serde(default)]
    fixed_fee: Option<Number>,
    #[serde(default)]
    free_events: Option<u32>,
    #[serde(default)]
    free_volume: Option<Number>,
    #[serde(default)]
    min_per_event: Option<Number>,
    #[serde(default)]
    max_per_event: Option<Number>,
    #[serde(default)]
    compound_percent: Option<Percent>,
    #[serde(default)]
    below_one: Option<BelowOne>,
    #[serde(default)]
    free_units: Option<Number>,
    #[serde(default)]
    minimum_amount: Option<Number>,
    #[serde(default)]
    maximum_amount: Option<Number>,
    #[serde(default)]
    unit_rounding: Option<RoundingPolicy>,
    #[serde(default)]
    rounding: Option<RoundingPolicy>,
}

/// A tier of any model.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTier {
    #[serde(default)]
    up_to: Option<Number>,
    #[serde(default)]
    from: Option<Number>,
    #[serde(default)]
    unit_price: Option<Number>,
    #[serde(default)]
    rate_percent: Option<Percent>,
    #[serde(default)]
    discount_percent: Option<Percent>,
    #[serde(default)]
    flat_fee: Option<Number>,
    #[serde(default)]
    block_size: Option<Number>,
    #[serde(default)]
    max_blocks: Option<Number>,
    #[serde(default)]
    block_price: Option<Number>,
    #[serde(default)]
    amount: Option<Number>,
    #[serde(default)]
    limits: Option<Limits>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ModelName {
    Flat,
    PerUnit,
    Graduated,
    Volume,
    Package,
    Block,
    Capacity,
    Percentage,
    Power,
}

#[derive(Clone, Copy, Deserialize)]
struct Number(#[serde(with = "l2c_money::decimal_string")] Decimal);

fn number(number: Option<Number>) -> Option<Decimal> {
    number.map(|Number(value)| value)
}

/// The fields of one object, of which a model takes its own; what is left over does not belong to it.
struct Fields {
    /// What the object is: "a flat charge", "tier 2 of a block charge".
    of: String,
    left: Vec<&'static str>,
}

impl Fields {
    fn new<const N: usize>(of: String, given: [(&'static str, bool); N]) -> Self {
        let left = given
            .into_iter()
            .filter(|(_, there)| *there)
            .map(|(name, _)| name);
        Self {
            of,
            left: left.collect(),
        }
    }

    fn optional(&mut self, names: &[&str]) {
        self.left.retain(|left| !names.contains(left));
    }

    fn needed<T>(&mut self, name: &'static str, value: Option<T>) -> Result<T, String> {
        self.optional(&[name]);
        value.ok_or_else(|| format!("{} needs the field `{name}`", self.of))
    }

    fn end(self) -> Result<(), String> {
        match self.left.first() {
            None => Ok(()),
            Some(name) => Err(format!("{} has no field `{name}`", self.of)),
        }
    }
}

impl TryFrom<Written> for ChargeDocument {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        Ok(Self {
            free_units: number(written.free_units),
            minimum_amount: number(written.minimum_amount),
            maximum_amount: number(written.maximum_amount),
            unit_rounding: written.unit_rounding,
            rounding: written.rounding,
            model: model(written)?,
        })
    }
}

fn model(written: Written) -> Result<ModelDocument, String> {
    let name = written.model.text();
    let mut fields = Fields::new(
        name.to_owned(),
        [
            ("amount", written.amount.is_some()),
            ("unit_price", written.unit_price.is_some()),
            ("tiers", written.tiers.is_some()),
            ("overage_unit_price", written.overage_unit_price.is_some()),
            ("list_unit_price", written.list_unit_price.is_some()),
            ("flat_fee_at_zero", written.flat_fee_at_zero.is_some()),
            ("package_size", written.package_size.is_some()),
            ("package_price", written.package_price.is_some()),
            ("tier_policy", written.tier_policy.is_some()),
            ("rate_percent", written.rate_percent.is_some()),
            ("fixed_fee", written.fixed_fee.is_some()),
            ("free_events", written.free_events.is_some()),
            ("free_volume", written.free_volume.is_some()),
            ("min_per_event", written.min_per_event.is_some()),
            ("max_per_event", written.max_per_event.is_some()),
            ("compound_percent", written.compound_percent.is_some()),
            ("below_one", written.below_one.is_some()),
        ],
    );
    let model = match written.model {
        ModelName::Flat => ModelDocument::Flat {
            amount: fields.needed("amount", written.amount)?.0,
        },
        ModelName::PerUnit => ModelDocument::PerUnit {
            unit_price: fields.needed("unit_price", written.unit_price)?.0,
        },
        ModelName::Graduated | ModelName::Volume => {
            let tiers = fields.needed("tiers", written.tiers)?;
            fields.optional(&["overage_unit_price", "list_unit_price", "flat_fee_at_zero"]);
            let tiered = TieredDocument {
                tiers: tiers.each(name, tier)?,
                overage_unit_price: number(written.overage_unit_price),
                list_unit_price: number(written.list_unit_price),
                flat_fee_at_zero: written.flat_fee_at_zero.unwrap_or(true),
            };
            match written.model {
                ModelName::Graduated => ModelDocument::Graduated(tiered),
                _ => ModelDocument::Volume(tiered),
            }
        }
        ModelName::Package => ModelDocument::Package {
            package_size: fields.needed("package_size", written.package_size)?.0,
            package_price: fields.needed("package_price", written.package_price)?.0,
        },
        ModelName::Block => {
            let tiers = fields.needed("tiers", written.tiers)?;
            fields.optional(&["tier_policy"]);
            ModelDocument::Block {
                tiers: tiers.each(name, block_tier)?,
                tier_policy: written.tier_policy.unwrap_or_default(),
            }
        }
        ModelName::Capacity => ModelDocument::Capacity {
            tiers: fields.needed("tiers", written.tiers)?.each(name, capacity_tier)?,
        },
        ModelName::Percentage => {
            let rate_percent = fields.needed("rate_percent", written.rate_percent)?;
            fields.optional(&[
                "fixed_fee",
                "free_events",
                "free_volume",
                "min_per_event",
                "max_per_event",
            ]);
            ModelDocument::Percentage(PercentageDocument {
                rate_percent,
                fixed_fee: number(written.fixed_fee),
                free_events: written.free_events,
                free_volume: number(written.free_volume),
                min_per_event: number(written.min_per_event),
                max_per_event: number(written.max_per_event),
            })
        }
        ModelName::Power => {
            let list_unit_price = fields.needed("list_unit_price", written.list_unit_price)?.0;
            let compound_percent = fields.needed("compound_percent", written.compound_percent)?;
            fields.optional(&["below_one"]);
            ModelDocument::Power {
                list_unit_price,
                compound_percent,
                below_one: written.below_one.unwrap_or_default(),
            }
        }
    };
    fields.end().map(|()| model)
}

impl ModelName {
    const fn text(self) -> &'static str {
        match self {
            Self::Flat => "a flat charge",
            Self::PerUnit => "a charge per unit",
            Self::Graduated => "a graduated charge",
            Self::Volume => "a volume charge",
            Self::Package => "a charge per package",
            Self::Block => "a block charge",
            Self::Capacity => "a capacity charge",
            Self::Percentage => "a percentage charge",
            Self::Power => "a power charge",
        }
    }
}

fn tier(written: WrittenTier, mut fields: Fields) -> Result<TierDocument, String> {
    fields.optional(&[
        "up_to",
        "from",
        "unit_price",
        "rate_percent",
        "discount_percent",
        "flat_fee",
    ]);
    fields.end()?;
    Ok(TierDocument {
        up_to: number(written.up_to),
        from: number(written.from),
        unit_price: number(written.unit_price),
        rate_percent: written.rate_percent,
        discount_percent: written.discount_percent,
        flat_fee: number(written.flat_fee),
    })
}

fn block_tier(written: WrittenTier, mut fields: Fields) -> Result<BlockTierDocument, String> {
    let block_size = fields.needed("block_size", written.block_size)?.0;
    let block_price = fields.needed("block_price", written.block_price)?.0;
    fields.optional(&["max_blocks"]);
    fields.end()?;
    Ok(BlockTierDocument {
        block_size,
        max_blocks: number(written.max_blocks),
        block_price,
    })
}

fn capacity_tier(written: WrittenTier, mut fields: Fields) -> Result<CapacityTierDocument, String> {
    let amount = fields.needed("amount", written.amount)?.0;
    fields.optional(&["limits"]);
    fields.end()?;
    Ok(CapacityTierDocument {
        amount,
        limits: written.limits.map(|Limits(limits)| limits).unwrap_or_default(),
    })
}

impl Bounded<WrittenTier> {
    fn each<T>(
        self,
        of: &str,
        read: impl Fn(WrittenTier, Fields) -> Result<T, String>,
    ) -> Result<Vec<T>, String> {
        let tier = |(index, written): (usize, WrittenTier)| {
            let fields = [
                ("up_to", written.up_to.is_some()),
                ("from", written.from.is_some()),
                ("unit_price", written.unit_price.is_some()),
                ("rate_percent", written.rate_percent.is_some()),
                ("discount_percent", written.discount_percent.is_some()),
                ("flat_fee", written.flat_fee.is_some()),
                ("block_size", written.block_size.is_some()),
                ("max_blocks", written.max_blocks.is_some()),
                ("block_price", written.block_price.is_some()),
                ("amount", written.amount.is_some()),
                ("limits", written.limits.is_some()),
            ];
            read(written, Fields::new(format!("tiers[{index}] of {of}"), fields))
        };
        self.0.into_iter().enumerate().map(tier).collect()
    }
}

/// Stops reading at [`MAX_TIERS`], so that a document of any length is refused in bounded time and memory.
struct Bounded<T>(Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Bounded<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Items<T> {
            type Value = Bounded<T>;
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
                Ok(Bounded(tiers))
            }
        }
        deserializer.deserialize_seq(Items(PhantomData))
    }
}

/// Limits by name, bounded as the tiers are.
struct Limits(BTreeMap<String, Limit>);

impl<'de> Deserialize<'de> for Limits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = Limits;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "at most {MAX_TIERS} limits by the name of the unit of measure")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut limits = BTreeMap::new();
                while let Some((name, limit)) = map.next_entry::<String, Limit>()? {
                    if limits.contains_key(&name) {
                        return Err(A::Error::custom(format_args!("`{name}` is there twice")));
                    }
                    if limits.len() >= MAX_TIERS {
                        return Err(A::Error::custom(format_args!("more than {MAX_TIERS} limits")));
                    }
                    limits.insert(name, limit);
                }
                Ok(Limits(limits))
            }
        }
        deserializer.deserialize_map(Names)
    }
}
