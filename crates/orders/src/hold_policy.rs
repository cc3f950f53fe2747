use chrono::{Days, NaiveDate};
use l2c_documents::{Check, Faults};
use l2c_rules::{Condition, FactTypes, Facts, Predicate};
use serde::{Deserialize, Serialize};

use crate::{HoldScope, HoldTerms};

/// Which orders are held, as a user writes it.
///
/// ```
/// # use l2c_orders::{HoldPolicy, HoldPolicyDocument, Order};
/// # let day = |text: &str| text.parse::<chrono::NaiveDate>();
/// let document: HoldPolicyDocument = serde_json::from_str(r#"{"id": "holds", "version": 1, "rules": [
///   {"reason": "credit_check", "valid_from": "2017-03-01", "release_after_days": 5,
///    "when": {"fact": "net", "gte": "20000"}}
/// ]}"#)?;
/// let policy = HoldPolicy::new(&document, &Order::fact_types())?;
///
/// let facts = l2c_rules::Facts::new().number("net", 25_000_i64);
/// assert!(policy.holds(day("2017-02-28")?, &facts).is_empty());
/// let holds = policy.holds(day("2017-03-01")?, &facts);
/// assert_eq!(holds[0].release_due, Some(day("2017-03-06")?));
/// assert_eq!(holds[0].rule.as_deref(), Some("holds v1 rules[0]"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "schema",
    schemars(description = "Which orders are held, and until when.")
)]
#[serde(deny_unknown_fields)]
pub struct HoldPolicyDocument {
    /// The document's id.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// The rules; each that holds for an order asks for a hold.
    pub rules: Vec<HoldRuleDocument>,
}

/// One rule of a hold policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HoldRuleDocument {
    /// The reason of the hold, as a code of the host.
    pub reason: String,
    /// First day; absent: since ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<NaiveDate>,
    /// Last day, included; absent: until further notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<NaiveDate>,
    /// Which orders; absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Days after which the hold is due to be released; absent: somebody decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_after_days: Option<u32>,
}

/// A checked hold policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldPolicy {
    id: String,
    version: u32,
    rules: Vec<Rule>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    reason: String,
    valid_from: NaiveDate,
    valid_until: NaiveDate,
    when: Predicate,
    release_after: Option<Days>,
}

/// Ten years.
const MAX_DAYS: u32 = 3_660;

impl HoldPolicy {
    /// Checks a document against the facts that there are: those of [`Order::fact_types`](crate::Order::fact_types)
    /// and what the host adds.
    ///
    /// # Errors
    /// Every fault of the document, with its path.
    pub fn new(document: &HoldPolicyDocument, types: &FactTypes) -> Result<Self, Faults> {
        let mut check = Check::new(format!("hold policy `{}`", document.id));
        text(&mut check, "id", &document.id);
        let rules = document
            .rules
            .iter()
            .enumerate()
            .map(|(index, rule)| Rule::new(index, rule, types, &mut check));
        let policy = Self {
            id: document.id.clone(),
            version: document.version,
            rules: rules.collect(),
        };
        check.finish(policy)
    }

    /// The holds for an order with these facts, placed on a day; at most one per reason, by the first rule
    /// that asks for it.
    #[must_use]
    pub fn holds(&self, on: NaiveDate, facts: &Facts) -> Vec<HoldTerms> {
        let mut holds: Vec<HoldTerms> = Vec::new();
        for (index, rule) in self.rules.iter().enumerate() {
            let valid = rule.valid_from <= on && on <= rule.valid_until;
            if !valid || holds.iter().any(|hold| hold.reason == rule.reason) || !rule.when.holds(facts) {
                continue;
            }
            holds.push(HoldTerms {
                reason: rule.reason.clone(),
                scope: HoldScope::Order,
                rule: Some(format!("{} v{} rules[{index}]", self.id, self.version)),
                release_due: rule.release_after.and_then(|days| on.checked_add_days(days)),
            });
        }
        holds
    }
}

impl Rule {
    fn new(index: usize, document: &HoldRuleDocument, types: &FactTypes, check: &mut Check) -> Self {
        let path = |field: &str| format!("rules[{index}].{field}");
        text(check, &path("reason"), &document.reason);
        let valid_from = document.valid_from.unwrap_or(NaiveDate::MIN);
        let valid_until = document.valid_until.unwrap_or(NaiveDate::MAX);
        if valid_until < valid_from {
            let message = format!(
                "the validity ends on {valid_until}, before it begins; expected {valid_from} or later"
            );
            check.fault(path("valid_until"), "reversed_validity", message);
        }
        let when = document
            .when
            .as_ref()
            .map(|when| when.check(types, &path("when")));
        let when = when
            .unwrap_or_else(|| Ok(Predicate::always()))
            .unwrap_or_else(|found| {
                check.extend(found);
                Predicate::always()
            });
        if let Some(found) = document.release_after_days.filter(|days| *days > MAX_DAYS) {
            let message = format!("a release after {found} days; expected at most {MAX_DAYS}");
            check.fault(path("release_after_days"), "invalid_release", message);
        }
        let release_after = document.release_after_days.map(|days| Days::new(u64::from(days)));
        Self {
            reason: document.reason.clone(),
            valid_from,
            valid_until,
            when,
            release_after,
        }
    }
}

fn text(check: &mut Check, path: &str, found: &str) {
    if found.trim().is_empty() || found.chars().count() > 100 {
        let found: String = found.chars().take(60).collect();
        let message = format!("`{found}` is not 1 to 100 characters long");
        check.fault(path, "invalid_text", message);
    }
}
