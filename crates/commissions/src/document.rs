use std::collections::BTreeMap;

use l2c_calendar::Quarter;
use l2c_host::PartyId;
use l2c_money::{Currency, Decimal, Percent};
use serde::{Deserialize, Serialize};

use crate::{CreditKind, PlanId};

/// A commission plan as it is written.
///
/// ```json
/// {"id": "pln_sales", "currency": "USD", "versions": [
///   {"version": 1, "from": "2016-Q4", "payment_lag_months": 1,
///    "components": [
///      {"id": "own", "credits": "primary", "parts": ["licence"],
///       "quota": {"amount": "120000", "payees": {"pty_Anna": "90000"}},
///       "rates": [{"up_to_percent": "50", "rate_percent": "4"}, {"rate_percent": "6"}]},
///      {"id": "override", "credits": "rollup", "rates": [{"rate_percent": "1"}]}]}]}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PlanDocument {
    /// The plan.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub id: PlanId,
    /// The currency of quotas, credits and commissions.
    pub currency: Currency,
    /// The versions, from the earliest.
    pub versions: Vec<PlanVersionDocument>,
}

/// A version of a plan as it is written; in force for whole quarters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PlanVersionDocument {
    /// Number of the version; above that of the one before.
    pub version: u32,
    /// The first quarter.
    pub from: Quarter,
    /// The last quarter; absent: until the next version, or without end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<Quarter>,
    /// Whole months from the end of a quarter to the end of the month in which it is paid.
    pub payment_lag_months: u32,
    /// What is paid for.
    pub components: Vec<ComponentDocument>,
}

/// A component of a plan as it is written: it credits some amounts to some payees and pays by a rate table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ComponentDocument {
    /// Name of the component: 1 to 40 characters out of `A-Z a-z 0-9 - _`.
    pub id: String,
    /// Who is credited.
    pub credits: CreditKind,
    /// The parts of a deal that count; absent: all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Vec<String>>,
    /// The quota of a quarter; absent: the rates are not by attainment, and there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<QuotaDocument>,
    /// The rates, from the lowest; graduated: each pays for the part of the credits inside its step.
    pub rates: Vec<RateDocument>,
}

/// Quotas of a quarter as they are written, above zero.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a quota: {\"amount\": \"10000\"}")]
pub struct QuotaDocument {
    /// The quota of every payee without one of their own; absent: there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<QuotaAmount>,
    /// Quotas of single payees.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, QuotaAmount>"))]
    pub payees: BTreeMap<PartyId, QuotaAmount>,
}

/// A quota as it is written: a decimal as a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct QuotaAmount(
    #[serde(with = "l2c_money::decimal_string")]
    #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
    pub Decimal,
);

/// A step of a rate table as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RateDocument {
    /// The attainment in percent of quota at which the step ends, included; absent for the last step alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to_percent: Option<Percent>,
    /// The commission in percent of the credits inside the step.
    pub rate_percent: Percent,
}
