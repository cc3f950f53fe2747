use l2c_money::{Decimal, Unit};
use l2c_rules::Condition;
use serde::{Deserialize, Serialize};

use crate::ProductId;

/// What can be configured, as it is written: groups of options, and what goes together.
///
/// ```json
/// {"groups": [
///    {"id": "os", "min": 1, "max": 1, "options": [{"id": "linux"}, {"id": "win", "price": "200"}]},
///    {"id": "support", "max": 1, "options": [{"id": "std", "default": true}, {"id": "prem", "price": "90"}]}],
///  "requires": [["win", "prem"]],
///  "rules": [{"id": "big", "when": {"fact": "seats", "gt": "100"}, "then": {"fact": "support", "eq": "prem"}}],
///  "numbers": [{"id": "seats", "min": "1"}]}
/// ```
///
/// A condition sees these facts:
///
/// | fact | type | what it is |
/// |---|---|---|
/// | the id of a group with `max` 1 | number if all its options have a `value`, else text | the chosen option's value, or its id; missing if none is chosen |
/// | `chosen.OPTION` | flag | whether the option is chosen |
/// | `quantity.OPTION` | number | how many, for all bundles together; missing if it is not chosen |
/// | the id of a number | number | what was entered |
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ConfigurationModelDocument {
    /// The groups, in the order in which they are asked.
    #[serde(default)]
    pub groups: Vec<OptionGroupDocument>,
    /// Pairs: the first cannot be chosen without the second.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<(String, String)>,
    /// Pairs that cannot be chosen together, whichever is named first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excludes: Vec<(String, String)>,
    /// Pairs of an option of the bundle around this one, and an option of this one that it rules out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parent_excludes: Vec<(String, String)>,
    /// What else must hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<ConfigurationRuleDocument>,
    /// Numbers that are entered: lengths, seats, watts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub numbers: Vec<NumberDocument>,
}

/// A group of options as it is written. An attribute with one value is a group with `min` = `max` = 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OptionGroupDocument {
    /// Its id, unique in the model.
    pub id: String,
    /// How many options must be chosen, at least.
    #[serde(default)]
    pub min: i64,
    /// How many may be chosen, at most; absent: any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
    /// When the group is offered; absent: always. Of a group that is not offered nothing can be chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// The options, in the order in which they are shown.
    pub options: Vec<OptionDocument>,
}

/// An option as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OptionDocument {
    /// Its id, unique in the model.
    pub id: String,
    /// What one of it costs, in the currency of the bundle's base price; zero if absent.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub price: Option<Decimal>,
    /// How many come with a bundle; one for each bundle if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<OptionQuantityDocument>,
    /// How many there may be in all bundles together. More is a violation, the number is never cut.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub max_total: Option<Decimal>,
    /// What it is as a number, such as 16 for 16 GB.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub value: Option<Decimal>,
    /// Whether it is chosen where nobody chose.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub default: bool,
    /// The product of the catalogue that it is. A product that is a bundle itself is configured within this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub product: Option<ProductId>,
    /// The unit of its quantity; pieces (`C62`) if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
}

/// How many of an option there are, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OptionQuantityDocument {
    /// So many for each bundle.
    PerBundle(
        #[serde(with = "l2c_money::decimal_string")]
        #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
        Decimal,
    ),
    /// So many, however many bundles.
    Fixed(
        #[serde(with = "l2c_money::decimal_string")]
        #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
        Decimal,
    ),
    /// As many for each bundle as the customer chooses.
    Choice(QuantityChoiceDocument),
}

/// Which quantities can be chosen: from `min` to `max`, in steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct QuantityChoiceDocument {
    /// The fewest; also what is taken where nobody chose, unless `default` says otherwise.
    #[serde(with = "l2c_money::decimal_string")]
    #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
    pub min: Decimal,
    /// The most; absent: no bound.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub max: Option<Decimal>,
    /// The quantities are `min`, `min` + `step`, and so on; absent: any between the bounds.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub step: Option<Decimal>,
    /// What is taken where nobody chose.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub default: Option<Decimal>,
}

/// A rule as it is written: where `when` holds, `then` must hold.
///
/// A rule that looks at a number that was not entered yet is left out until it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ConfigurationRuleDocument {
    /// Its id, unique among the rules.
    pub id: String,
    /// Where it applies; absent: everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// What must hold there.
    pub then: Condition,
}

/// A number that is entered, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NumberDocument {
    /// Its id, unique in the model.
    pub id: String,
    /// The least; absent: no bound.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub min: Option<Decimal>,
    /// The greatest; absent: no bound.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub max: Option<Decimal>,
    /// What is taken where nothing was entered; absent: it must be entered.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub default: Option<Decimal>,
}
