use l2c_documents::{Check, Faults};
use l2c_host::PartyId;
use l2c_rules::{Condition, FactTypes, Facts, Predicate};
use serde::{Deserialize, Serialize};

use crate::document::{Source, condition, ids};

/// Routing rules as people write them: which lead goes to whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RoutingDocument {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// The rules, in order: the first that holds decides.
    pub rules: Vec<RoutingRule>,
}

/// Who gets the leads of a condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RoutingRule {
    /// Its id.
    pub id: String,
    /// When it holds.
    pub when: Condition,
    /// The territory that the lead belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub territory: Option<String>,
    /// The owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub owner: Option<PartyId>,
}

/// Checked routing rules.
#[derive(Clone, Debug)]
pub struct Routing {
    source: Source,
    rules: Vec<CheckedRule>,
}

#[derive(Clone, Debug)]
struct CheckedRule {
    id: String,
    when: Predicate,
    territory: Option<String>,
    owner: Option<PartyId>,
}

/// Where a lead goes, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// The owner; none means that the lead waits in the queue (of its territory, if it has one).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<PartyId>,
    /// The territory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub territory: Option<String>,
    /// Why this owner.
    pub by: AssignedBy,
}

/// Why a lead has its owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssignedBy {
    /// It came with one, who is kept.
    ExistingOwner,
    /// A rule.
    Rule {
        /// The routing document and its version: "routing v1".
        document: String,
        /// The rule.
        rule: String,
    },
    /// No rule held: it waits in the queue.
    Queue,
}

impl Routing {
    /// Checks a document against the facts that leads have.
    ///
    /// # Errors
    /// All faults: ids that are empty or stand twice, rules that assign nothing, and those of the conditions.
    pub fn new(document: &RoutingDocument, types: &FactTypes) -> Result<Self, Faults> {
        let mut check = Check::new(format!("routing `{}`", document.id));
        ids(
            &mut check,
            "rule",
            "rules",
            document.rules.iter().map(|rule| rule.id.as_str()),
        );
        let mut rules = Vec::with_capacity(document.rules.len());
        for (index, rule) in document.rules.iter().enumerate() {
            let when = condition(&mut check, &rule.when, types, &format!("rules[{index}].when"));
            if rule.territory.is_none() && rule.owner.is_none() {
                let message = format!(
                    "rule {:?} assigns nothing; give it an owner, a territory or both",
                    rule.id
                );
                check.fault(format!("rules[{index}]"), "assigns_nothing", message);
            }
            rules.push(CheckedRule {
                id: rule.id.clone(),
                when,
                territory: rule.territory.clone(),
                owner: rule.owner.clone(),
            });
        }
        check.finish(Self {
            source: Source {
                id: document.id.clone(),
                version: document.version,
            },
            rules,
        })
    }

    /// Where a lead goes. An owner that it has already is kept; the territory is that of the first rule that
    /// holds in any case.
    #[must_use]
    pub fn assign(&self, facts: &Facts, owner: Option<&PartyId>) -> Assignment {
        let rule = self.rules.iter().find(|rule| rule.when.holds(facts));
        let by = match (owner, rule) {
            (Some(_), _) => AssignedBy::ExistingOwner,
            (None, Some(rule)) => AssignedBy::Rule {
                document: self.source.to_string(),
                rule: rule.id.clone(),
            },
            (None, None) => AssignedBy::Queue,
        };
        Assignment {
            owner: owner
                .cloned()
                .or_else(|| rule.and_then(|rule| rule.owner.clone())),
            territory: rule.and_then(|rule| rule.territory.clone()),
            by,
        }
    }
}
