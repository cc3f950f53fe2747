use std::collections::BTreeMap;

use l2c_money::{AllocationPolicy, Exact, Percent, RoundingPolicy};
use l2c_rules::{Condition, FactType};
use serde::{Deserialize, Serialize};

use crate::ProductId;

/// What happens to the lines of a document together, as it is written: adjustments in their order, then
/// rounding, then tax.
///
/// ```json
/// {"id": "spring", "version": 1, "attributes": ["category"], "adjustments": [
///   {"op": "order_discount", "id": "code", "label": "Code SPRING", "percent": "10", "cap": "50",
///    "lines": {"fact": "category", "eq": "clothes"}, "when": {"measure": "subtotal", "min": "200"}}],
///  "tax": {"percent": "19"}}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AdjustmentsDocument {
    /// Id of the document.
    pub id: String,
    /// Version of the document.
    pub version: u32,
    /// Attributes of lines that conditions may test, as texts, beside the facts of a waterfall.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<String>,
    /// Attributes that are not texts, with their types.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, String>"))]
    pub typed_attributes: BTreeMap<String, FactType>,
    /// The adjustments, at most 1,000.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adjustments: Vec<AdjustmentDocument>,
    /// Where amounts are rounded.
    #[serde(default)]
    pub rounding: RoundingLevel,
    /// The tax; absent: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<TaxDocument>,
    /// Whether the floors of the lines are tested again.
    #[serde(default)]
    pub floors: FloorTest,
}

/// Where the amounts of a document are rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RoundingLevel {
    /// Each line, as its waterfall says; the total is the sum of the lines.
    #[default]
    Line,
    /// The total, half up to the minor unit. Each line goes to the minor unit above or below, those with the
    /// largest parts above, so that the lines add up to it.
    Document,
    /// The total, half up to the minor unit. The lines stay exact; the residue stands beside them.
    Total,
}

/// Whether the floors of the lines are tested again after the adjustments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FloorTest {
    /// They are: nothing slips below a floor through the document.
    #[default]
    AfterAdjustments,
    /// They are not.
    LineOnly,
}

/// A tax as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TaxDocument {
    /// The rate of every line that states none of its own.
    pub percent: Percent,
    /// Where it is rounded.
    #[serde(default)]
    pub level: TaxLevel,
    /// How it is rounded; half up to the minor unit if absent.
    #[serde(default)]
    pub rounding: RoundingPolicy,
}

/// Where tax is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TaxLevel {
    /// For each line.
    #[default]
    Line,
    /// Once for each rate.
    Document,
}

/// An adjustment as it is written. It acts on the lines that were given, never on those that were added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub enum AdjustmentDocument {
    /// Lowers each line on its own.
    LineDiscount(DiscountDocument),
    /// Lowers the sum of lines, and spreads that over them by their amounts.
    OrderDiscount(DiscountDocument),
    /// Brings the total to an agreed one.
    TargetTotal(TargetTotalDocument),
    /// Rewards units for units bought.
    BuyGet(BuyGetDocument),
    /// Adds a line.
    AddItem(AddItemDocument),
    /// Adds a line that costs a part of the others.
    PercentOfTotal(PercentOfTotalDocument),
}

/// A discount as it is written. Exactly one of `percent`, `amount`, `amount_per_unit` and `tiers`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DiscountDocument {
    /// Its id, unique among the adjustments.
    pub id: String,
    /// Its name for people.
    pub label: String,
    /// The lines it acts on; absent: all. A line that takes no discount, or is below zero, is left as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Condition>,
    /// When it applies; absent: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<MeasureTestDocument>,
    /// A percentage of the present net.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<Exact>,
    /// An amount of the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Exact>,
    /// An amount for each unit of a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_per_unit: Option<Exact>,
    /// A size that depends on a measure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tiers: Option<TiersDocument>,
    /// The largest discount of the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<Exact>,
    /// How the discount of the order is spread over the lines.
    #[serde(default)]
    pub spread: AllocationPolicy,
    /// How the discount is rounded; half up to the minor unit if absent.
    #[serde(default)]
    pub rounding: RoundingPolicy,
}

/// What is measured: over the lines that were given, at the moment of the adjustment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// The sum of the quantities.
    Quantity,
    /// The sum of the nets.
    Subtotal,
}

/// A test of a measure as it is written; both bounds are included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MeasureTestDocument {
    /// What is measured.
    pub measure: Measure,
    /// Over which lines; absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Condition>,
    /// The least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Exact>,
    /// The most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Exact>,
}

/// Sizes that depend on a measure, as they are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TiersDocument {
    /// What is measured.
    pub measure: Measure,
    /// Over which lines; absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Condition>,
    /// The tiers, at most 10,000: the one with the largest `from` that is not above the measure holds.
    pub steps: Vec<TierDocument>,
}

/// A tier as it is written. Exactly one of the sizes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TierDocument {
    /// Where it starts, included.
    pub from: Exact,
    /// A percentage of the present net.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<Exact>,
    /// An amount of the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Exact>,
    /// An amount for each unit of a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_per_unit: Option<Exact>,
}

/// An agreed total as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TargetTotalDocument {
    /// Its id, unique among the adjustments.
    pub id: String,
    /// Its name for people.
    pub label: String,
    /// The lines that carry the difference; absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Condition>,
    /// When it applies; absent: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<MeasureTestDocument>,
    /// The total before tax.
    pub total: Exact,
    /// How the difference is spread over the lines.
    #[serde(default)]
    pub spread: AllocationPolicy,
    /// Whether a total above the present one is refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub never_raises: bool,
}

/// Units rewarded for units bought, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BuyGetDocument {
    /// Its id, unique among the adjustments.
    pub id: String,
    /// Its name for people.
    pub label: String,
    /// The lines that may be rewarded; absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Condition>,
    /// When it applies; absent: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<MeasureTestDocument>,
    /// What has to be bought.
    pub buy: PoolDocument,
    /// What is rewarded for it.
    pub get: PoolDocument,
    /// Whether the units bought and rewarded are of one pool: with buy 2, get 1 the third is rewarded.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub same_pool: bool,
    /// Whether it applies as often as it can.
    #[serde(default = "yes")]
    pub repeat: bool,
    /// The most units rewarded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_rewarded: Option<Exact>,
    /// What the reward is.
    pub reward: RewardDocument,
}

const fn yes() -> bool {
    true
}

/// A pool of lines and a quantity above zero, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PoolDocument {
    /// The lines; absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Condition>,
    /// The quantity of one set.
    pub quantity: Exact,
}

/// What a rewarded unit is worth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RewardDocument {
    /// A percentage of its net.
    Percent(Exact),
    /// An amount, at most its net.
    AmountPerUnit(Exact),
    /// All above this price; it never raises.
    FixedUnitPrice(Exact),
}

/// A line that is added, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AddItemDocument {
    /// Its id, unique among the adjustments.
    pub id: String,
    /// Its name for people.
    pub label: String,
    /// The lines whose quantity counts for `every`; absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Condition>,
    /// When it applies; absent: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<MeasureTestDocument>,
    /// Id of the line that is added.
    pub item: String,
    /// The product of the line; an [`Engine`](crate::Engine) needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub product: Option<ProductId>,
    /// How much of it.
    pub quantity: Exact,
    /// The price of one unit; 0 if absent.
    #[serde(default)]
    pub unit_price: Exact,
    /// The quantity for every so many units of the other lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Exact>,
}

/// A line that costs a part of the others, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PercentOfTotalDocument {
    /// Its id, unique among the adjustments, and the id of the line that is added.
    pub id: String,
    /// Its name for people.
    pub label: String,
    /// The product of the line; an [`Engine`](crate::Engine) needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub product: Option<ProductId>,
    /// The lines that count; absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Condition>,
    /// When it applies; absent: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<MeasureTestDocument>,
    /// The percentage.
    pub percent: Exact,
    /// Of what.
    #[serde(default)]
    pub base: TotalBase,
    /// The part of a term: its numerator, 1 if absent.
    #[serde(default = "one")]
    pub numerator: Exact,
    /// Its denominator, 1 if absent; not zero.
    #[serde(default = "one")]
    pub denominator: Exact,
    /// What the amount is raised to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Exact>,
    /// What it is cut to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<Exact>,
}

const fn one() -> Exact {
    Exact::ONE
}

/// What a percentage of the total is taken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TotalBase {
    /// The present nets.
    #[default]
    Net,
    /// The list amounts.
    List,
}

impl AdjustmentDocument {
    pub(crate) fn names(&self) -> (&str, &str) {
        match self {
            Self::LineDiscount(one) | Self::OrderDiscount(one) => (&one.id, &one.label),
            Self::TargetTotal(one) => (&one.id, &one.label),
            Self::BuyGet(one) => (&one.id, &one.label),
            Self::AddItem(one) => (&one.id, &one.label),
            Self::PercentOfTotal(one) => (&one.id, &one.label),
        }
    }

    /// The lines it names, and when it applies.
    pub(crate) const fn scope(&self) -> (Option<&Condition>, Option<&MeasureTestDocument>) {
        match self {
            Self::LineDiscount(one) | Self::OrderDiscount(one) => (one.lines.as_ref(), one.when.as_ref()),
            Self::TargetTotal(one) => (one.lines.as_ref(), one.when.as_ref()),
            Self::BuyGet(one) => (one.lines.as_ref(), one.when.as_ref()),
            Self::AddItem(one) => (one.lines.as_ref(), one.when.as_ref()),
            Self::PercentOfTotal(one) => (one.lines.as_ref(), one.when.as_ref()),
        }
    }
}
