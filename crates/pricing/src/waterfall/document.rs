use std::collections::BTreeMap;
use std::num::NonZeroU32;

use l2c_calendar::ProrationPolicy;
use l2c_money::{AllocationPolicy, Currency, RoundingPolicy};
use l2c_rating::ChargeDocument;
use l2c_rules::{Condition, FactType, FactTypes};
use serde::{Deserialize, Serialize};

use super::operand::Operand;
use super::stack::document::StackStepDocument;

/// A price waterfall as it is written: the steps from list to net, in their order.
///
/// If the first step is no price, the waterfall begins with the list amount of the line, as a row with the id
/// `list`, and every step works on the amount of the line. If it begins with a `price`, a `cost_plus` or a
/// `charge`, the steps work on the price of one unit until an `extend` (implied at the end) multiplies by the quantity.
/// Figures are exact; a `round` step and, at the end, `line_rounding` round them. Last may stand one
/// negotiated step, on the whole document.
///
/// ```json
/// {"id": "standard", "version": 1, "attributes": ["region"], "steps": [
///   {"op": "discount", "id": "volume", "label": "Volume discount", "percent": "10",
///    "when": {"fact": "quantity", "gte": "10"}},
///   {"op": "surcharge", "id": "remote", "label": "Remote region", "percent": "2", "of": "list",
///    "when": {"fact": "region", "eq": "Islands"}},
///   {"op": "negotiated", "id": "negotiated", "label": "Negotiated"}]}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WaterfallDocument {
    /// Id of the document.
    pub id: String,
    /// Version of the document.
    pub version: u32,
    /// Attributes of a request that conditions may test, as texts. Beside them every condition may test
    /// `product`, `component`, `quantity`, `list_amount`, `is_return`, `unit`, `currency` and `date`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<String>,
    /// Attributes that are not texts, with their types: `{"seats": "number", "trial": "flag"}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, String>"))]
    pub typed_attributes: BTreeMap<String, FactType>,
    /// The steps, at most 100.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepDocument>,
    /// How a line is rounded after its steps; half up to the minor unit if absent. An increment must be a
    /// multiple of the minor unit.
    #[serde(default)]
    pub line_rounding: RoundingPolicy,
    /// What signs mean.
    #[serde(default, skip_serializing_if = "SignPolicy::is_default")]
    pub signs: SignPolicy,
}

/// What signs mean in a waterfall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct SignPolicy {
    /// What an amount of a line is where the quantity is below zero.
    pub returns: Returns,
    /// Whether a percentage may be below zero, or a discount above 100.
    pub percentages: Percentages,
}

/// What amounts of a line mean where the quantity is below zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Returns {
    /// They take the sign of the quantity: a return is the mirror of its sale.
    #[default]
    Mirrored,
    /// They stand as written: a discount of 12 on a line of -40 leaves -52, and is not cut there.
    AsWritten,
}

/// Which percentages a document may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Percentages {
    /// 0 to 100 for a discount, 0 or more for a surcharge.
    #[default]
    Plain,
    /// Any: a discount below zero raises the price.
    Signed,
}

impl SignPolicy {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A step of a waterfall as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub enum StepDocument {
    /// Sets the running price.
    Price(PriceStepDocument),
    /// Sets the running price by the cost.
    CostPlus(CostPlusStepDocument),
    /// Sets the running price by a charge model over the quantity.
    Charge(ChargeStepDocument),
    /// Lowers the running figure. It never changes its sign: what exceeds it is cut.
    Discount(ChangeStepDocument),
    /// Raises the running figure.
    Surcharge(ChangeStepDocument),
    /// Multiplies by a part of a term.
    Prorate(ProrateStepDocument),
    /// Multiplies by an exchange rate; nothing is rounded.
    Convert(ConvertStepDocument),
    /// Rounds; the residue stays visible.
    Round(RoundStepDocument),
    /// Raises to a minimum, then cuts to a maximum.
    Clamp(ClampStepDocument),
    /// Tests a floor.
    Guard(GuardStepDocument),
    /// Several discount rules at once, and how they go together.
    Stack(StackStepDocument),
    /// Does nothing: a place with a name, for the steps that refer to it.
    Subtotal(MarkStepDocument),
    /// Multiplies by the quantity; the steps after it work on the amount of the line.
    Extend(MarkStepDocument),
    /// Brings the document to the agreed total, down or up, if the request names one. The difference is
    /// spread over the lines by their amounts before this step.
    Negotiated {
        /// Its id, unique among the steps.
        id: String,
        /// Its name for people.
        label: String,
        /// How the difference is spread; `zero_weights` says what happens where all amounts are zero.
        #[serde(default)]
        spread: AllocationPolicy,
    },
}

/// A step that sets the running price, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PriceStepDocument {
    /// Its id, unique among the steps.
    pub id: String,
    /// Its name for people.
    pub label: String,
    /// The price of one unit; absent: the running price stays. The list price of the price book is
    /// `{"input": "list"}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Operand>,
    /// Its currency; absent: that of the input, else that of the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// When the step applies; absent: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// A step that sets the running price by a charge, as it is written: what the charge makes of the quantity (of a
/// return: of its magnitude), by the quantity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ChargeStepDocument {
    /// Its id, unique among the steps.
    pub id: String,
    /// Its name for people.
    pub label: String,
    /// The charge.
    pub charge: ChargeDocument,
    /// The currency of its amounts.
    pub currency: Currency,
    /// When the step applies; absent: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// A step that sets the running price by the cost of one unit, as it is written. Exactly one of the figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CostPlusStepDocument {
    /// Its id, unique among the steps.
    pub id: String,
    /// Its name for people.
    pub label: String,
    /// Price = cost x (1 + markup).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub markup_percent: Option<Operand>,
    /// Price = cost / (1 - margin); below 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin_percent: Option<Operand>,
    /// Price = cost + amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub markup_amount: Option<Operand>,
    /// When the step applies; absent: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// A discount or a surcharge as it is written. Exactly one of `percent` and `amount`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangeStepDocument {
    /// Its id, unique among the steps.
    pub id: String,
    /// Its name for people.
    pub label: String,
    /// A percentage: 0 to 100 for a discount, 0 or more for a surcharge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<Operand>,
    /// An amount: of one unit before `extend`, of the line after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Operand>,
    /// The figure that the percentage is taken of: the id of an earlier step, or `list`. Absent: the running
    /// figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// The id of an earlier `prorate` step by whose factor the amount is multiplied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factor_of: Option<String>,
    /// How the change is rounded; absent: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounding: Option<RoundingPolicy>,
    /// When the step applies; absent: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// A step that multiplies by a part of a term, as it is written: `factor`, or numerator and denominator, or a
/// `policy` that counts the term of the line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProrateStepDocument {
    /// Its id, unique among the steps.
    pub id: String,
    /// Its name for people.
    pub label: String,
    /// The factor, zero or above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factor: Option<Operand>,
    /// The days, months or years of the part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numerator: Option<Operand>,
    /// Those of the whole; not zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denominator: Option<Operand>,
    /// How the term that the line brings is counted. A line without one skips the step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<ProrationPolicy>,
    /// For how many months the price is, beside `policy`; 12 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_term_months: Option<NonZeroU32>,
    /// When the step applies; absent: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// A currency conversion as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ConvertStepDocument {
    /// Its id, unique among the steps.
    pub id: String,
    /// Its name for people.
    pub label: String,
    /// The currency after the step.
    pub to: Currency,
    /// Units of `to` for one unit of the running currency; above zero.
    pub rate: Operand,
    /// Which rate it is, for the derivation: `ECB 2026-03-05`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_id: Option<String>,
    /// When the step applies; absent: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// A rounding as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RoundStepDocument {
    /// Its id, unique among the steps.
    pub id: String,
    /// Its name for people.
    pub label: String,
    /// How; half up to the minor unit if absent.
    #[serde(default)]
    pub rounding: RoundingPolicy,
    /// When the step applies; absent: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// A minimum and a maximum as they are written; at least one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ClampStepDocument {
    /// Its id, unique among the steps.
    pub id: String,
    /// Its name for people.
    pub label: String,
    /// What the figure is raised to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<BoundDocument>,
    /// What it is cut to; it wins over the minimum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<BoundDocument>,
    /// When the step applies; absent: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// A bound as it is written: an amount, or the figure after an earlier step, and something on top.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BoundDocument {
    /// An amount: of one unit before `extend`, of the line after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Operand>,
    /// The id of an earlier step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// An amount that is added; may be below zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plus: Option<Operand>,
}

/// A floor as it is written. Exactly one of the three.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GuardStepDocument {
    /// Its id, unique among the steps.
    pub id: String,
    /// Its name for people.
    pub label: String,
    /// The lowest price of one unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<Operand>,
    /// The lowest margin on the price: the floor of one unit is cost / (1 - margin); below 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_margin_percent: Option<Operand>,
    /// The largest discount on the figure after the step `of`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_discount_percent: Option<Operand>,
    /// The id of an earlier step, beside `max_discount_percent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// How the floor is rounded, at the level of the step; absent: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounding: Option<RoundingPolicy>,
    /// What happens below the floor.
    #[serde(default)]
    pub policy: GuardPolicy,
    /// When the step applies; absent: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// What happens below a floor. On it, nothing does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum GuardPolicy {
    /// The figure stays and a violation is noted, for somebody to approve.
    #[default]
    Flag,
    /// The figure becomes the floor.
    Clamp,
    /// The line is refused.
    Reject,
}

/// A step with nothing but a name, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MarkStepDocument {
    /// Its id, unique among the steps.
    pub id: String,
    /// Its name for people.
    pub label: String,
}

impl WaterfallDocument {
    /// The facts that the conditions of [`steps`](Self::steps) may test: `product`, `component` (missing for a
    /// product sold as one line), `quantity` and `list_amount` of the line (their magnitudes: a return meets
    /// the conditions that its sale met), `is_return` (the quantity is below zero), `unit`, `currency`, `date`,
    /// and the attributes.
    #[must_use]
    pub fn facts(&self) -> FactTypes {
        let types = FactTypes::new()
            .text("product")
            .text("component")
            .number("quantity")
            .flag("is_return")
            .text("unit")
            .number("list_amount")
            .text("currency")
            .date("date");
        let texts = self.attributes.iter().map(|name| (name, FactType::Text));
        let typed = self.typed_attributes.iter().map(|(name, kind)| (name, *kind));
        texts.chain(typed).fold(types, |types, (name, kind)| {
            if types.get(name).is_some() {
                types
            } else {
                types.with(name.clone(), kind)
            }
        })
    }
}

impl StepDocument {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        self.names().0
    }

    /// Its id and its name for people.
    pub(crate) fn names(&self) -> (&str, &str) {
        match self {
            Self::Price(step) => (&step.id, &step.label),
            Self::CostPlus(step) => (&step.id, &step.label),
            Self::Charge(step) => (&step.id, &step.label),
            Self::Discount(step) | Self::Surcharge(step) => (&step.id, &step.label),
            Self::Prorate(step) => (&step.id, &step.label),
            Self::Convert(step) => (&step.id, &step.label),
            Self::Round(step) => (&step.id, &step.label),
            Self::Clamp(step) => (&step.id, &step.label),
            Self::Guard(step) => (&step.id, &step.label),
            Self::Stack(step) => (&step.id, &step.label),
            Self::Subtotal(step) | Self::Extend(step) => (&step.id, &step.label),
            Self::Negotiated { id, label, .. } => (id, label),
        }
    }

    /// When it applies.
    pub(crate) const fn when(&self) -> Option<&Condition> {
        match self {
            Self::Price(step) => step.when.as_ref(),
            Self::CostPlus(step) => step.when.as_ref(),
            Self::Charge(step) => step.when.as_ref(),
            Self::Discount(step) | Self::Surcharge(step) => step.when.as_ref(),
            Self::Prorate(step) => step.when.as_ref(),
            Self::Convert(step) => step.when.as_ref(),
            Self::Round(step) => step.when.as_ref(),
            Self::Clamp(step) => step.when.as_ref(),
            Self::Guard(step) => step.when.as_ref(),
            Self::Stack(step) => step.when.as_ref(),
            Self::Subtotal(_) | Self::Extend(_) | Self::Negotiated { .. } => None,
        }
    }
}
