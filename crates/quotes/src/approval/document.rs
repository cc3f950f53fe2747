use std::collections::BTreeMap;

use chrono::NaiveDate;
use l2c_money::{Currency, Decimal};
use l2c_rules::{Condition, FactType};
use serde::{Deserialize, Serialize};

use super::approver::Quorum;

/// An approval policy as it is written: which quotes need whose approval.
///
/// ```json
/// {"id": "approvals", "version": 1, "currency": "USD", "repeat": "when_worse",
///  "groups": {"board": {"members": ["pty_ann", "pty_ben", "pty_cem"], "quorum": {"at_least": 2}}},
///  "delegations": [{"from": "manager", "to": "pty_dee", "start": "2026-07-01", "end": "2026-07-14"}],
///  "limits": [{"approver": "manager", "up_to": "50000"}],
///  "rules": [
///   {"id": "deep-discount", "reason": "More than 20 % off list", "chain": "sales",
///    "when": {"fact": "discount_percent", "gt": "20"}, "approvers": ["manager", "director"],
///    "escalation": {"after_days": 3, "to": "director"}},
///   {"id": "floor", "reason": "Below the price floor",
///    "when": {"fact": "floor_violations", "gt": "0"}, "approvers": ["board"]}]}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ApprovalPolicyDocument {
    /// Id of the document.
    pub id: String,
    /// Version of the document.
    pub version: u32,
    /// Currency of the amounts in its conditions. A quote in another currency is refused.
    pub currency: Currency,
    /// Whether who submits a quote may also approve it.
    #[serde(default)]
    pub own_request: OwnRequest,
    /// Whether a rule asks again after it was completed once.
    #[serde(default, skip_serializing_if = "is_default")]
    pub repeat: Repeat,
    /// What a delegation does.
    #[serde(default, skip_serializing_if = "is_default")]
    pub delegation: DelegationMode,
    /// Facts of the host that conditions may test beside those of every quote, each with its type. A quote takes
    /// texts from the attributes of its request.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, String>"))]
    pub facts: BTreeMap<String, FactType>,
    /// Groups of people, by the names that approvers use.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub groups: BTreeMap<String, GroupDocument>,
    /// Who may answer for whom, and when. Groups are not delegated: another member answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub delegations: Vec<DelegationDocument>,
    /// Up to which net total a person or a role may approve; who is not named has no limit. A limit of a person
    /// goes before those of their roles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<LimitDocument>,
    /// The rules. A quote that none of them names is approved when it is submitted.
    pub rules: Vec<ApprovalRuleDocument>,
}

/// A rule of an approval policy as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ApprovalRuleDocument {
    /// Its id, unique in the policy.
    pub id: String,
    /// Why approval is needed, for people.
    pub reason: String,
    /// Which quotes; absent: all. Facts: `discount_percent`, `list_total`, `net_total`, `margin_percent`,
    /// `line_count`, `floor_violations`, `floor_shortfall`, `largest_line_discount_percent`, `validity_days`, and
    /// those of the policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// And only those in which at least one line fits. Facts: `product`, `component`, `quantity`, `list`, `net`,
    /// `discount_percent`, and those of the policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub any_line: Option<Condition>,
    /// Who has to approve, one after the other: names of groups, ids of people, or roles.
    pub approvers: Vec<String>,
    /// Rules of one chain wait for each other, in the order of the policy; chains run side by side. Absent: a chain
    /// of its own, named after the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chain: Option<String>,
    /// Who else may answer a step that stays open for too long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation: Option<EscalationDocument>,
}

/// A group as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GroupDocument {
    /// The ids of its members.
    pub members: Vec<String>,
    /// How many of them have to approve; one no is always enough to reject.
    #[serde(default)]
    pub quorum: Quorum,
}

/// A delegation as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DelegationDocument {
    /// A person or a role.
    pub from: String,
    /// The id of the person who answers instead, or too. It goes no further: who answers for `to` does not answer
    /// for `from`.
    pub to: String,
    /// Its first day.
    pub start: NaiveDate,
    /// Its last day.
    pub end: NaiveDate,
}

/// An amount band as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LimitDocument {
    /// A person or a role.
    pub approver: String,
    /// The largest net total that they may approve, in the currency of the policy; a magnitude.
    #[serde(with = "l2c_money::decimal_string")]
    #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
    pub up_to: Decimal,
}

/// An escalation as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EscalationDocument {
    /// Days after the day on which a step became open.
    pub after_days: u32,
    /// The person or the role who may answer then.
    pub to: String,
}

/// Whether who submits a quote may also approve it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OwnRequest {
    /// No: somebody else has to.
    #[default]
    Refuse,
    /// Yes.
    Allow,
}

/// Whether a rule asks again after it was completed once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Repeat {
    /// With every submission that it holds for.
    #[default]
    Always,
    /// Only if a figure that it compares with a bound is worse than in the submission that completed it: larger
    /// where the rule asks for more than the bound, smaller where it asks for less. Tests for equality never ask
    /// again. A rule whose condition or approvers have changed does.
    WhenWorse,
}

/// What a delegation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DelegationMode {
    /// On its days somebody else may answer too.
    #[default]
    Adds,
    /// A step that becomes open on one of its days is asked of somebody else instead, and stays so.
    Replaces,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
