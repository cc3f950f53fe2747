use std::collections::BTreeMap;

use l2c_documents::{Check, Fault, Faults};
use serde::{Deserialize, Serialize};

use crate::predicate::{self, FactTest};
use crate::satisfiable::can_hold_together;
use crate::{Condition, DecisionError, FactTypes, Facts, Outcome, Predicate};

/// How many rules a decision table may hold.
pub const MAX_RULES: usize = 5_000;
/// Among how many tests and values overlaps are looked for: each is compared with each.
const MAX_TESTS: usize = 20_000;

/// A decision table as it is written: rules with conditions, and what follows from each. The output is a type of the
/// host.
///
/// ```json
/// {"id": "segment-discount", "version": 1, "hit_policy": "first", "rules": [
///   {"id": "large", "when": {"fact": "total", "gte": "100000"}, "output": "12"},
///   {"id": "others", "output": "0"}]}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DecisionTableDocument<T> {
    /// Id of the document.
    pub id: String,
    /// Version of the document.
    pub version: u32,
    /// What happens when several rules hold.
    #[serde(default)]
    pub hit_policy: HitPolicy,
    /// Whether two rules that may both hold, and that the hit policy cannot tell apart, are found when the table is
    /// built.
    #[serde(default)]
    pub overlaps: Overlaps,
    /// The rules.
    pub rules: Vec<DecisionRuleDocument<T>>,
}

/// A rule of a decision table as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DecisionRuleDocument<T> {
    /// Its id, unique in the table.
    pub id: String,
    /// When it holds; absent: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Its rank under the hit policy `priority`: the highest wins.
    #[serde(default)]
    pub priority: i64,
    /// What follows.
    pub output: T,
}

/// What happens when several rules of a decision table hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum HitPolicy {
    /// All of them, in the order of the table.
    #[default]
    Collect,
    /// The first of the table.
    First,
    /// An error: at most one may hold.
    Unique,
    /// The one with the highest priority; several with it are an error.
    Priority,
}

/// When rules that the hit policy cannot tell apart are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Overlaps {
    /// When the table is built, for rules whose conditions are tests joined by `all`. Conditions with `any` and `not`
    /// are left to the facts.
    #[default]
    Refused,
    /// When facts come for which both hold.
    FoundWhenAsked,
}

/// A checked decision table.
///
/// ```
/// use l2c_rules::{DecisionTable, DecisionTableDocument, FactTypes, Facts};
///
/// let json = r#"{"id": "discount", "version": 1, "hit_policy": "first", "rules": [
///     {"id": "large", "when": {"fact": "total", "gte": "100000"}, "output": "12"},
///     {"id": "others", "output": "0"}]}"#;
/// let document: DecisionTableDocument<String> = serde_json::from_str(json)?;
/// let table = DecisionTable::new(&document, &FactTypes::new().number("total"))?;
/// let hits = table.hits(&Facts::new().number("total", 250_000_i64))?;
/// assert_eq!((hits[0].id.as_str(), hits[0].output.as_str()), ("large", "12"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionTable<T> {
    hit_policy: HitPolicy,
    rules: Vec<DecisionRule<T>>,
}

/// A rule of a checked decision table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionRule<T> {
    /// Its id.
    pub id: String,
    /// When it holds.
    pub when: Predicate,
    /// Its rank.
    pub priority: i64,
    /// What follows.
    pub output: T,
}

impl<T: Clone> DecisionTable<T> {
    /// Checks a document against the facts that there are.
    ///
    /// # Errors
    /// Every fault: two rules with one id, a condition at fault, too many rules, and, unless the document says
    /// otherwise, two rules that can both hold under `unique`, or under `priority` with one rank.
    pub fn new(document: &DecisionTableDocument<T>, types: &FactTypes) -> Result<Self, Faults> {
        let name = format!("decision table `{}`", document.id);
        if document.rules.len() > MAX_RULES {
            let message = format!(
                "{} rules: a table holds at most {MAX_RULES}",
                document.rules.len()
            );
            return Err(Faults::one(name, Fault::new("rules", "too_large", message)));
        }
        let mut check = Check::new(name);
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        let mut rules = Vec::with_capacity(document.rules.len());
        for (position, rule) in document.rules.iter().enumerate() {
            if let Some(first) = places.insert(&rule.id, position) {
                let message = format!(
                    "`{}` stands at rules[{first}] already: give each rule its own id",
                    rule.id
                );
                check.fault(format!("rules[{position}].id"), "duplicate_id", message);
            }
            let when = match &rule.when {
                None => Predicate::always(),
                Some(when) => match when.check(types, &format!("rules[{position}].when")) {
                    Ok(when) => when,
                    Err(faults) => {
                        check.extend(faults);
                        continue;
                    }
                },
            };
            rules.push(DecisionRule {
                id: rule.id.clone(),
                when,
                priority: rule.priority,
                output: rule.output.clone(),
            });
        }
        let hit_policy = document.hit_policy;
        if check.is_clean() && document.overlaps == Overlaps::Refused {
            refuse_overlaps(&mut check, hit_policy, &rules);
        }
        check.finish(Self { hit_policy, rules })
    }
}

impl<T> DecisionTable<T> {
    /// The rules, in the order of the table.
    #[must_use]
    pub fn rules(&self) -> &[DecisionRule<T>] {
        &self.rules
    }

    /// The rules that hold and that the hit policy keeps, in the order of the table.
    ///
    /// # Errors
    /// [`DecisionError::MultipleHits`] under `unique`, [`DecisionError::AmbiguousRules`] under `priority`.
    pub fn hits(&self, facts: &Facts) -> Result<Vec<&DecisionRule<T>>, DecisionError> {
        let mut holding = self.rules.iter().filter(|rule| rule.when.holds(facts));
        match self.hit_policy {
            HitPolicy::Collect => Ok(holding.collect()),
            HitPolicy::First => Ok(holding.next().into_iter().collect()),
            HitPolicy::Unique => match (holding.next(), holding.next()) {
                (Some(first), Some(second)) => Err(DecisionError::MultipleHits {
                    first: first.id.clone(),
                    second: second.id.clone(),
                }),
                (hit, _) => Ok(hit.into_iter().collect()),
            },
            HitPolicy::Priority => {
                let mut best: Option<&DecisionRule<T>> = None;
                let mut tied = None;
                for rule in holding {
                    match best {
                        Some(top) if rule.priority < top.priority => {}
                        Some(top) if rule.priority == top.priority => tied = tied.or(Some(rule)),
                        _ => (best, tied) = (Some(rule), None),
                    }
                }
                match (best, tied) {
                    (Some(first), Some(second)) => Err(DecisionError::AmbiguousRules {
                        first: first.id.clone(),
                        second: second.id.clone(),
                        priority: first.priority,
                    }),
                    (hit, _) => Ok(hit.into_iter().collect()),
                }
            }
        }
    }

    /// Every rule with its answer for these facts, in the order of the table: why a rule held or did not.
    #[must_use]
    pub fn explain(&self, facts: &Facts) -> Vec<(&DecisionRule<T>, Outcome)> {
        self.rules
            .iter()
            .map(|rule| (rule, rule.when.explain(facts)))
            .collect()
    }
}

/// Rules that the hit policy cannot tell apart must not both hold for the same facts.
fn refuse_overlaps<T>(check: &mut Check, hit_policy: HitPolicy, rules: &[DecisionRule<T>]) {
    let same_rank = |a: &DecisionRule<T>, b: &DecisionRule<T>| match hit_policy {
        HitPolicy::Collect | HitPolicy::First => false,
        HitPolicy::Unique => true,
        HitPolicy::Priority => a.priority == b.priority,
    };
    let tests: Vec<_> = rules.iter().map(|rule| rule.when.conjunction()).collect();
    let size = |test: &&FactTest| match &test.check {
        predicate::Check::In(values) => values.len().saturating_add(1),
        _ => 1,
    };
    let size: usize = tests.iter().flatten().flatten().map(size).sum();
    if size > MAX_TESTS && !matches!(hit_policy, HitPolicy::Collect | HitPolicy::First) {
        let message = format!(
            "{size} tests and values: overlaps are looked for among at most {MAX_TESTS}; split the table, or set \
             `overlaps` to `found_when_asked`"
        );
        check.fault("rules", "too_large", message);
        return;
    }
    let with_tests = || rules.iter().zip(&tests).enumerate();
    for (position, (rule, mine)) in with_tests() {
        let Some(mine) = mine else { continue };
        // The first is enough: when it is mended, the next is told.
        let other = with_tests().take(position).find(|(_, (other, theirs))| {
            same_rank(rule, other)
                && theirs
                    .as_ref()
                    .is_some_and(|theirs| can_hold_together(mine, theirs))
        });
        if let Some((first, (other, _))) = other {
            let message = format!(
                "`{}` and `{}` (rules[{first}]) both hold for some facts: make their conditions exclude each other{}",
                rule.id,
                other.id,
                if hit_policy == HitPolicy::Priority {
                    ", or give them different priorities"
                } else {
                    ""
                },
            );
            check.fault(format!("rules[{position}].when"), "overlap", message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types() -> FactTypes {
        FactTypes::new()
            .number("total")
            .text("segment")
            .date("on")
            .flag("new")
    }

    fn table(hit_policy: &str, rules: &str) -> Result<DecisionTable<String>, Faults> {
        let json =
            format!(r#"{{"id": "t", "version": 1, "hit_policy": "{hit_policy}", "rules": [{rules}]}}"#);
        DecisionTable::new(&serde_json::from_str(&json).unwrap(), &types())
    }

    fn rule(id: &str, when: &str) -> String {
        format!(r#"{{"id": "{id}", "when": {when}, "output": "{id}"}}"#)
    }

    #[test]
    fn rules_that_can_hold_together_are_found_when_the_table_is_built() {
        for (a, b, together) in [
            (
                r#"{"fact": "total", "lt": "10"}"#,
                r#"{"fact": "total", "gte": "10"}"#,
                false,
            ),
            (
                r#"{"fact": "total", "lte": "10"}"#,
                r#"{"fact": "total", "gte": "10"}"#,
                true,
            ),
            (
                r#"{"fact": "total", "lt": "10"}"#,
                r#"{"fact": "segment", "eq": "gov"}"#,
                true,
            ),
            (
                r#"{"fact": "segment", "in": ["a", "b"]}"#,
                r#"{"fact": "segment", "in": ["c", "b"]}"#,
                true,
            ),
            (
                r#"{"fact": "segment", "in": ["a", "b"]}"#,
                r#"{"fact": "segment", "eq": "c"}"#,
                false,
            ),
            (
                r#"{"fact": "segment", "eq": "a"}"#,
                r#"{"fact": "segment", "ne": "a"}"#,
                false,
            ),
            (
                r#"{"fact": "segment", "exists": false}"#,
                r#"{"fact": "segment", "ne": "a"}"#,
                false,
            ),
            (
                r#"{"fact": "segment", "exists": false}"#,
                r#"{"fact": "segment", "exists": false}"#,
                true,
            ),
            (
                r#"{"fact": "new", "eq": true}"#,
                r#"{"fact": "new", "ne": true}"#,
                false,
            ),
            (
                r#"{"fact": "new", "ne": false}"#,
                r#"{"fact": "new", "exists": true}"#,
                true,
            ),
            (
                r#"{"fact": "on", "lte": "2025-12-31"}"#,
                r#"{"fact": "on", "between": ["2026-01-01", "2026-02-01"]}"#,
                false,
            ),
            (
                r#"{"fact": "on", "gt": "2025-12-31"}"#,
                r#"{"fact": "on", "lt": "2026-01-01"}"#,
                false,
            ),
            (
                r#"{"fact": "total", "gt": "1"}"#,
                r#"{"fact": "total", "lt": "1.000001"}"#,
                true,
            ),
            (r#"{"all": []}"#, r#"{"fact": "total", "lt": "1"}"#, true),
            (r#"{"any": []}"#, r#"{"fact": "total", "lt": "1"}"#, false), // left to the facts
        ] {
            let result = table("unique", &[rule("a", a), rule("b", b)].join(","));
            assert_eq!(result.is_err(), together, "{a} {b}");
            if let Err(faults) = result {
                assert_eq!(faults.code(), "overlap");
                let message = faults.to_string();
                assert!(message.contains("`b` and `a` (rules[0])"), "{message}");
            }
        }
    }

    #[test]
    fn priorities_tell_rules_apart() {
        let two = |priority: i64| {
            let second = format!(r#"{{"id": "b", "priority": {priority}, "output": "b"}}"#);
            table("priority", &format!(r#"{{"id": "a", "output": "a"}}, {second}"#))
        };
        assert_eq!(two(0).unwrap_err().code(), "overlap");
        let table = two(1).unwrap();
        assert_eq!(table.hits(&Facts::new()).unwrap()[0].output, "b");
    }

    #[test]
    fn a_tie_that_conditions_hide_is_an_error_for_the_facts() {
        let either = r#"{"any": [{"fact": "total", "gt": "1"}, {"fact": "new", "eq": true}]}"#;
        let table = table(
            "priority",
            &[rule("a", either), rule("b", r#"{"fact": "total", "gt": "5"}"#)].join(","),
        );
        let error = table
            .unwrap()
            .hits(&Facts::new().number("total", 6_i64))
            .unwrap_err();
        assert_eq!(error.code(), "ambiguous_rules");
        assert!(error.to_string().contains("`a` and `b`"), "{error}");
    }

    #[test]
    fn every_rule_says_why() {
        let table = table("first", &rule("a", r#"{"fact": "total", "gt": "1"}"#)).unwrap();
        let facts = Facts::new().number("total", 1_i64);
        let (rule, outcome) = table.explain(&facts).remove(0);
        assert_eq!(
            (rule.id.as_str(), outcome.to_string().as_str()),
            ("a", "no: total > 1 (is 1)")
        );
    }

    #[test]
    fn all_faults_are_told() {
        let rules = [
            rule("a", r#"{"fact": "totl", "gt": "1"}"#),
            rule("a", r#"{"fact": "new", "gt": true}"#),
        ];
        let faults = table("collect", &rules.join(",")).unwrap_err();
        let codes: Vec<_> = faults
            .iter()
            .map(|fault| (fault.path.as_str(), fault.code))
            .collect();
        assert_eq!(
            codes,
            [
                ("rules[0].when.fact", "unknown_fact"),
                ("rules[1].id", "duplicate_id"),
                ("rules[1].when.gt", "no_order")
            ]
        );
    }
}
