use std::collections::BTreeSet;

use l2c_documents::Fault;
use l2c_money::{Currency, Decimal, Money, dec};
use serde::{Deserialize, Serialize};

use crate::terms::fault;
use crate::{MAX_OBLIGATIONS, Paragraph, StandalonePrice};

/// What is agreed or judged about the allocation of a transaction price, beyond its basis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AllocationRules {
    /// Obligations that are sold together at a discount of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bundles: Vec<Bundle>,
    /// When stated prices give way to an allocation.
    #[serde(default)]
    pub reallocate: Reallocate,
    /// How far the discounts of the bundles may be from the discount of the contract and still be substantially the same
    /// (606-10-32-37(c)), as a part of the latter; 0.05 if nothing is said, 0 for the same to the cent.
    #[serde(with = "l2c_money::decimal_string", default = "five_percent")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub discount_tolerance: Decimal,
}

impl Default for AllocationRules {
    fn default() -> Self {
        Self {
            bundles: Vec::new(),
            reallocate: Reallocate::default(),
            discount_tolerance: five_percent(),
        }
    }
}

/// Obligations that are sold together at a discount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// The obligations.
    pub members: Vec<String>,
    /// What they sell for together, in whole minor units; zero or above.
    pub price: Money,
    /// Whether each of them is regularly sold alone, and all together at this discount (606-10-32-37(a), (b)). A bundle
    /// that is not changes nothing.
    pub regularly_sold: bool,
}

/// When stated prices give way to an allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Reallocate {
    /// Always.
    #[default]
    Always,
    /// Only if one of them lies outside the range of its stand-alone price. If all lie inside, they are the allocation.
    OutsideRangeOnly,
}

impl AllocationRules {
    /// Everything that is wrong with them for these obligations, at a path that ends before a field.
    pub(crate) fn faults<'a>(
        &self,
        currency: Currency,
        path: &str,
        obligations: impl IntoIterator<Item = (&'a str, &'a StandalonePrice)>,
    ) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut refuse = |field: String, code, found: &str, expected: &str, paragraph: Paragraph| {
            let expected = format!("{expected} ({paragraph})");
            faults.push(fault(format!("{path}{field}"), code, found, &expected));
        };
        if self.discount_tolerance < Decimal::ZERO || self.discount_tolerance > Decimal::ONE {
            let found = self.discount_tolerance.to_string();
            let field = "discount_tolerance".to_owned();
            refuse(
                field,
                "invalid_rate",
                &found,
                "a part from 0 to 1",
                Paragraph::DISCOUNT,
            );
        }
        if self.bundles.is_empty() {
            return faults;
        }
        if self.bundles.len() > MAX_OBLIGATIONS {
            let (found, expected) = (
                self.bundles.len().to_string(),
                format!("at most {MAX_OBLIGATIONS}"),
            );
            refuse(
                "bundles".to_owned(),
                "count",
                &found,
                &expected,
                Paragraph::DISCOUNT,
            );
            return faults;
        }
        let (mut known, mut residual) = (BTreeSet::new(), BTreeSet::new());
        for (id, standalone) in obligations {
            known.insert(id);
            if standalone.is_residual() {
                residual.insert(id);
            }
        }
        let mut bundled = BTreeSet::new();
        for (index, bundle) in self.bundles.iter().enumerate() {
            let place = format!("bundles[{index}]");
            if bundle.members.is_empty() {
                let field = format!("{place}.members");
                refuse(
                    field,
                    "invalid_bundle",
                    "none",
                    "obligations",
                    Paragraph::DISCOUNT,
                );
            }
            for (at, member) in bundle.members.iter().enumerate() {
                let (code, expected) = if !known.contains(member.as_str()) {
                    (
                        "unknown_reference",
                        "an obligation that takes part in the allocation",
                    )
                } else if residual.contains(member.as_str()) {
                    (
                        "invalid_bundle",
                        "an obligation with a stand-alone price, not a residual",
                    )
                } else if !bundled.insert(member.as_str()) {
                    ("invalid_bundle", "an obligation bundled once")
                } else {
                    continue;
                };
                refuse(
                    format!("{place}.members[{at}]"),
                    code,
                    member,
                    expected,
                    Paragraph::DISCOUNT,
                );
            }
            let (price, field) = (bundle.price.to_string(), format!("{place}.price"));
            if bundle.price.currency() != currency {
                let expected = format!("a price in {currency}");
                refuse(field, "currency_mismatch", &price, &expected, Paragraph::DISCOUNT);
            } else if bundle.price.is_negative() || bundle.price.minor().is_err() {
                let expected = "whole minor units of the currency, zero or above";
                refuse(field, "invalid_amount", &price, expected, Paragraph::DISCOUNT);
            }
        }
        faults
    }
}

fn five_percent() -> Decimal {
    dec!(0.05)
}
