use std::collections::BTreeMap;

use chrono::NaiveDate;
use l2c_documents::{Check, Faults};
use l2c_money::{Currency, Exact, Rounding};
use l2c_pricing::{DocumentRef, PricedLine, PricedQuote};
use l2c_rules::{Condition, FactTypes, Facts, Predicate, Value};
use serde::{Deserialize, Serialize};

use crate::QuoteRefusal;

/// An approval matrix as it is written: which quotes need whose approval.
///
/// ```json
/// {"id": "approvals", "version": 1, "currency": "USD", "rules": [
///   {"id": "deep-discount", "reason": "More than 20 % off list",
///    "when": {"fact": "discount_percent", "gt": "20"}, "approvers": ["manager", "director"]},
///   {"id": "floor", "reason": "Below the price floor",
///    "when": {"fact": "floor_violations", "gt": "0"}, "approvers": ["finance"]}]}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ApprovalMatrixDocument {
    /// Id of the document.
    pub id: String,
    /// Version of the document.
    pub version: u32,
    /// Currency of the amounts in its conditions. A quote in another currency is refused.
    pub currency: Currency,
    /// Whether who submits a quote may also approve it.
    #[serde(default)]
    pub own_request: OwnRequest,
    /// The rules. A quote that none of them names is approved when it is submitted.
    pub rules: Vec<ApprovalRuleDocument>,
}

/// A rule of an approval matrix as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ApprovalRuleDocument {
    /// Its id, unique in the matrix.
    pub id: String,
    /// Why approval is needed, for people.
    pub reason: String,
    /// Which quotes; absent: all. Facts: `discount_percent`, `list_total`, `net_total`, `line_count`,
    /// `floor_violations`, `floor_shortfall`, `largest_line_discount_percent`, `validity_days`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// And only those in which at least one line fits. Facts: `product`, `component`, `quantity`, `list`, `net`,
    /// `discount_percent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub any_line: Option<Condition>,
    /// The roles that have to approve, one after the other.
    pub approvers: Vec<String>,
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

/// A checked approval matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalMatrix {
    document: DocumentRef,
    currency: Currency,
    own_request: OwnRequest,
    rules: Vec<Rule>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    id: String,
    reason: String,
    when: Predicate,
    any_line: Option<Predicate>,
    approvers: Vec<String>,
}

/// An approval that a quote needs, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequiredApproval {
    /// The rule that asks for it.
    pub rule: String,
    /// The rule's own words.
    pub reason: String,
    /// The condition that held, and the figures that it held for.
    pub because: String,
    /// The roles that have to approve, one after the other.
    pub approvers: Vec<String>,
}

/// An approval that can be given now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenApproval<'a> {
    /// What is required.
    pub required: &'a RequiredApproval,
    /// The role whose turn it is.
    pub role: &'a str,
}

impl ApprovalMatrix {
    /// Checks a document.
    ///
    /// # Errors
    /// Every fault: an empty or repeated id, a rule without a reason or
    /// without approvers, a condition on facts that there are not.
    pub fn new(document: &ApprovalMatrixDocument) -> Result<Self, Faults> {
        let mut check = Check::new(format!("approval matrix `{}`", document.id));
        let mut seen = BTreeMap::new();
        named(&mut check, "id".to_owned(), &document.id);
        let mut rules = Vec::with_capacity(document.rules.len());
        for (index, rule) in document.rules.iter().enumerate() {
            let path = format!("rules[{index}]");
            if let Some(first) = seen.insert(rule.id.as_str(), index) {
                let message = format!("`{}` stands at rules[{first}] already", rule.id);
                check.fault(format!("{path}.id"), "duplicate_id", message);
            }
            rules.push(Rule::new(&mut check, &path, rule));
        }
        check.finish(Self {
            document: DocumentRef::new(document.id.clone(), document.version),
            currency: document.currency,
            own_request: document.own_request,
            rules,
        })
    }

    /// The facts that [`when`](ApprovalRuleDocument::when) may test: `discount_percent` (signed, below zero for a price above list, missing
    /// without a list amount), `list_total`, `net_total`, `line_count`, `floor_violations` (how many prices
    /// are below their floor), `floor_shortfall` (by how much in all), `largest_line_discount_percent`,
    /// `validity_days` (from the day of submission to the last day).
    #[must_use]
    pub fn quote_facts() -> FactTypes {
        FactTypes::new()
            .number("discount_percent")
            .number("list_total")
            .number("net_total")
            .number("line_count")
            .number("floor_violations")
            .number("floor_shortfall")
            .number("largest_line_discount_percent")
            .number("validity_days")
    }

    /// The facts that [`any_line`](ApprovalRuleDocument::any_line) may test: `product`, `component` (missing for a product sold as one line),
    /// `quantity`, `list`, `net`, `discount_percent`.
    #[must_use]
    pub fn line_facts() -> FactTypes {
        FactTypes::new()
            .text("product")
            .text("component")
            .number("quantity")
            .number("list")
            .number("net")
            .number("discount_percent")
    }

    /// Id and version of the document.
    #[must_use]
    pub const fn document(&self) -> &DocumentRef {
        &self.document
    }

    /// Whether who submits a quote may also approve it.
    #[must_use]
    pub const fn own_request(&self) -> OwnRequest {
        self.own_request
    }

    /// The approvals that a priced quote needs, in the order of the rules; none: it needs no approval.
    ///
    /// # Errors
    /// [`QuoteRefusal::MatrixCurrency`] if the quote is in another currency than the matrix;
    /// [`QuoteRefusal::Pricing`] if a floor's shortfall is outside the bounds of money.
    pub fn required(
        &self,
        priced: &PricedQuote,
        submitted_on: NaiveDate,
        valid_until: NaiveDate,
    ) -> Result<Vec<RequiredApproval>, QuoteRefusal> {
        if priced.currency() != self.currency {
            let (matrix, quote) = (self.currency, priced.currency());
            return Err(QuoteRefusal::MatrixCurrency { matrix, quote });
        }
        if self.rules.is_empty() {
            return Ok(Vec::new());
        }
        let facts = quote_facts(priced, submitted_on, valid_until)?;
        let lines: Vec<(&str, Facts)> = priced
            .lines()
            .iter()
            .map(|line| (line.id.as_str(), line_facts(line)))
            .collect();
        Ok(self
            .rules
            .iter()
            .filter_map(|rule| rule.required(&facts, &lines))
            .collect())
    }
}

impl Rule {
    fn new(check: &mut Check, path: &str, rule: &ApprovalRuleDocument) -> Self {
        named(check, format!("{path}.id"), &rule.id);
        named(check, format!("{path}.reason"), &rule.reason);
        if rule.approvers.is_empty() {
            let message = "name at least one role; a quote that no rule names is approved by itself";
            check.fault(format!("{path}.approvers"), "no_approvers", message);
        }
        for (index, role) in rule.approvers.iter().enumerate() {
            named(check, format!("{path}.approvers[{index}]"), role);
        }
        let mut checked = |condition: &Condition, types: &FactTypes, field: &str| {
            condition
                .check(types, &format!("{path}.{field}"))
                .unwrap_or_else(|found| {
                    check.extend(found);
                    Predicate::always()
                })
        };
        let when = rule
            .when
            .as_ref()
            .map(|c| checked(c, &ApprovalMatrix::quote_facts(), "when"));
        let any_line = rule
            .any_line
            .as_ref()
            .map(|c| checked(c, &ApprovalMatrix::line_facts(), "any_line"));
        Self {
            id: rule.id.clone(),
            reason: rule.reason.clone(),
            when: when.unwrap_or_else(Predicate::always),
            any_line,
            approvers: rule.approvers.clone(),
        }
    }

    fn required(&self, facts: &Facts, lines: &[(&str, Facts)]) -> Option<RequiredApproval> {
        if !self.when.holds(facts) {
            return None;
        }
        let mut because = because(&self.when, facts);
        if let Some(any_line) = &self.any_line {
            let (line, facts) = lines.iter().find(|(_, facts)| any_line.holds(facts))?;
            because = format!("{because}; in line {line}: {}", self::because(any_line, facts));
        }
        Some(RequiredApproval {
            rule: self.id.clone(),
            reason: self.reason.clone(),
            because,
            approvers: self.approvers.clone(),
        })
    }
}

fn quote_facts(
    priced: &PricedQuote,
    submitted_on: NaiveDate,
    valid_until: NaiveDate,
) -> Result<Facts, QuoteRefusal> {
    let mut shortfall = Exact::ZERO;
    for violation in priced.violations() {
        shortfall += &violation.shortfall()?.exact();
    }
    let largest = priced
        .lines()
        .iter()
        .filter_map(PricedLine::discount_percent)
        .max();
    Ok(Facts::new()
        .with_known("discount_percent", priced.discount_percent())
        .number("list_total", priced.list_total().exact())
        .number("net_total", priced.net_total().exact())
        .number("line_count", count(priced.lines().len()))
        .number("floor_violations", count(priced.violations().len()))
        .number("floor_shortfall", shortfall)
        .with_known("largest_line_discount_percent", largest)
        .number(
            "validity_days",
            valid_until.signed_duration_since(submitted_on).num_days(),
        ))
}

fn line_facts(line: &PricedLine) -> Facts {
    Facts::new()
        .text("product", line.product.as_str())
        .with_known("component", line.component.clone())
        .number("quantity", line.quantity.exact())
        .number("list", line.list.exact())
        .number("net", line.net.exact())
        .with_known("discount_percent", line.discount_percent())
}

fn count(of: usize) -> i64 {
    i64::try_from(of).unwrap_or(i64::MAX)
}

/// The condition, and what each of its facts was: `discount_percent > 20; discount_percent is about 21.3462`.
fn because(predicate: &Predicate, facts: &Facts) -> String {
    let mut text = predicate.to_string();
    for name in predicate.facts() {
        let found = match facts.get(name) {
            None => "missing".to_owned(),
            Some(Value::Number(number)) => {
                let shown = number.round(4, Rounding::HalfUp);
                format!("{}{shown}", if shown == *number { "" } else { "about " })
            }
            Some(value) => value.to_string(),
        };
        text = format!("{text}; {name} is {found}");
    }
    text
}

fn named(check: &mut Check, path: String, text: &str) {
    if text.is_empty()
        || text.trim() != text
        || text.chars().count() > 200
        || text.chars().any(char::is_control)
    {
        check.fault(
            path,
            "invalid_text",
            "write 1 to 200 characters without blanks around them",
        );
    }
}
