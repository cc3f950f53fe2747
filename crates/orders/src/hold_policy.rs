use chrono::{Days, NaiveDate};
use l2c_rules::{Condition, FactTypes, Facts, Fault, Faults, Predicate, RulesError};
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

/// What can be wrong with a hold policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OrderError {
    /// A text that is empty or longer than 100 characters.
    #[error("`{found}` is not 1 to 100 characters long")]
    InvalidText {
        /// The beginning of what was found.
        found: String,
    },
    /// A validity that ends before it begins.
    #[error("the validity ends on {found}, before it begins; expected {valid_from} or later")]
    ReversedValidity {
        /// The last day found.
        found: NaiveDate,
        /// The first day.
        valid_from: NaiveDate,
    },
    /// A release that is too far away.
    #[error("a release after {found} days; expected at most {limit}")]
    InvalidRelease {
        /// The days found.
        found: u32,
        /// The most that is possible.
        limit: u32,
    },
    /// A fault of a condition.
    #[error(transparent)]
    Rule(#[from] RulesError),
}

impl OrderError {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::InvalidText { .. } => "invalid_text",
            Self::ReversedValidity { .. } => "reversed_validity",
            Self::InvalidRelease { .. } => "invalid_release",
            Self::Rule(error) => error.code(),
        }
    }
}

/// Ten years.
const MAX_DAYS: u32 = 3_660;

impl HoldPolicy {
    /// Checks a document against the facts that there are: those of [`Order::fact_types`](crate::Order::fact_types)
    /// and what the host adds.
    ///
    /// # Errors
    /// Every fault of the document, with its path.
    pub fn new(document: &HoldPolicyDocument, types: &FactTypes) -> Result<Self, Faults<OrderError>> {
        let mut faults: Vec<Fault<OrderError>> = Vec::new();
        text("id", &document.id, &mut faults);
        let rules = document
            .rules
            .iter()
            .enumerate()
            .map(|(index, rule)| Rule::new(index, rule, types, &mut faults));
        let policy = Self {
            id: document.id.clone(),
            version: document.version,
            rules: rules.collect(),
        };
        Faults::of(faults).map_or(Ok(policy), Err)
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
    fn new(
        index: usize,
        document: &HoldRuleDocument,
        types: &FactTypes,
        faults: &mut Vec<Fault<OrderError>>,
    ) -> Self {
        let path = |field: &str| format!("rules[{index}].{field}");
        text(&path("reason"), &document.reason, faults);
        let valid_from = document.valid_from.unwrap_or(NaiveDate::MIN);
        let valid_until = document.valid_until.unwrap_or(NaiveDate::MAX);
        if valid_until < valid_from {
            let error = OrderError::ReversedValidity {
                found: valid_until,
                valid_from,
            };
            faults.push(Fault {
                path: path("valid_until"),
                error,
            });
        }
        let when = document
            .when
            .as_ref()
            .map(|when| when.check(types, &path("when")));
        let when = when
            .unwrap_or_else(|| Ok(Predicate::always()))
            .unwrap_or_else(|found| {
                faults.extend(found.into_vec().into_iter().map(|f| Fault {
                    path: f.path,
                    error: f.error.into(),
                }));
                Predicate::always()
            });
        if let Some(found) = document.release_after_days.filter(|days| *days > MAX_DAYS) {
            let error = OrderError::InvalidRelease {
                found,
                limit: MAX_DAYS,
            };
            faults.push(Fault {
                path: path("release_after_days"),
                error,
            });
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

fn text(path: &str, found: &str, faults: &mut Vec<Fault<OrderError>>) {
    if found.trim().is_empty() || found.chars().count() > 100 {
        let error = OrderError::InvalidText {
            found: found.chars().take(60).collect(),
        };
        faults.push(Fault {
            path: path.to_owned(),
            error,
        });
    }
}
