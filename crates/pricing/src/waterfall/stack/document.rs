use l2c_money::RoundingPolicy;
use l2c_rules::Condition;
use serde::{Deserialize, Serialize};

use crate::waterfall::operand::Operand;

/// Several discount rules at once, as they are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StackStepDocument {
    /// Its id, unique among the steps.
    pub id: String,
    /// Its name for people.
    pub label: String,
    /// How the rules go together.
    pub mode: StackMode,
    /// The rules, at most 10,000.
    pub rules: Vec<StackRuleDocument>,
    /// In which order they apply one after the other.
    #[serde(default)]
    pub order: StackOrder,
    /// Whether a rule of zero counts as one that does not match.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ignore_zero: bool,
    /// What two rules of one priority mean under `exclusive`.
    #[serde(default)]
    pub tie: Tie,
    /// How the discount of each rule is rounded; absent: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounding: Option<RoundingPolicy>,
    /// When the step applies; absent: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// How the rules of a stack go together. The entry figure is the one before the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StackMode {
    /// Each discount is taken on the entry figure, and they are summed.
    Additive,
    /// Each discount is taken on what the one before left.
    Sequential,
    /// The rule with the highest priority alone.
    Exclusive,
    /// The rule with the largest discount on the entry figure alone; of equal ones the first.
    BestOf,
    /// The group whose discounts on the entry figure have the largest sum; of equal ones the first.
    BestGroup,
    /// The group of the first rule that matches; its discounts on the entry figure are summed.
    GroupExclusive,
}

/// In which order rules apply one after the other. Equal priorities keep the order of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StackOrder {
    /// As in the document.
    #[default]
    Listed,
    /// The highest priority first.
    PriorityDesc,
    /// The lowest priority first.
    PriorityAsc,
}

/// What two matching rules of the highest priority mean under `exclusive`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Tie {
    /// The first of the document applies. A document in which two rules of one priority always match together
    /// is refused.
    #[default]
    First,
    /// The line is refused.
    Refuse,
}

/// A rule of a stack as it is written. Exactly one of `percent`, `amount` and `fixed_price`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StackRuleDocument {
    /// Its id, unique in the stack.
    pub id: String,
    /// A percentage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<Operand>,
    /// An amount: of one unit before `extend`, of the line after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Operand>,
    /// The figure that the rule leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed_price: Option<Operand>,
    /// Whether a fixed price may be above the running figure.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub may_raise: bool,
    /// Which rule comes first or wins: the higher.
    #[serde(default)]
    pub priority: i64,
    /// The group it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Whether it goes together with other rules; if not, it applies alone or not at all (`additive` and
    /// `sequential`).
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub combinable: bool,
    /// Whether no rule applies after it (`sequential`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stop_after: bool,
    /// When it matches; absent: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

const fn yes() -> bool {
    true
}

impl StackRuleDocument {
    /// The figures, of which there is to be one.
    pub(crate) fn figures(&self) -> [Option<&Operand>; 3] {
        [&self.percent, &self.amount, &self.fixed_price].map(Option::as_ref)
    }
}
