//! `decision_table`: rules with conditions, and what follows under a hit policy.

use std::collections::BTreeMap;

use l2c_rules::{DecisionRuleDocument, DecisionTable, DecisionTableDocument, HitPolicy, Overlaps};
use serde::Deserialize;
use serde_json::{Value, json};

use super::tests_of_facts::{FieldTest, all_hold, facts, types};
use crate::given::{Stop, answer, read};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    hit_policy: Option<HitPolicy>,
    rules: Vec<Rule>,
    inputs: Vec<BTreeMap<String, Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    id: String,
    #[serde(default)]
    when: Vec<FieldTest>,
    #[serde(default)]
    priority: i64,
    output: Option<Value>,
}

pub(crate) fn decision_table(given: &Value) -> Result<Value, String> {
    let run = || {
        let given: Given = read(given)?;
        let types = types(given.rules.iter().flat_map(|rule| &rule.when));
        let mut rules = Vec::new();
        for (position, rule) in given.rules.iter().enumerate() {
            rules.push(DecisionRuleDocument {
                // The page lets two rules have one id.
                id: position.to_string(),
                when: Some(all_hold(&rule.when)?),
                priority: rule.priority,
                output: rule,
            });
        }
        let document = DecisionTableDocument {
            id: "table".to_owned(),
            version: 1,
            hit_policy: given.hit_policy.unwrap_or_default(),
            overlaps: Overlaps::FoundWhenAsked,
            rules,
        };
        let table =
            DecisionTable::new(&document, &types).map_err(|faults| Stop::Unknown(faults.to_string()))?;
        let mut results = Vec::new();
        for input in &given.inputs {
            results.push(match table.hits(&facts(input)?) {
                Err(error) => json!({ "error": error.code() }),
                Ok(hits) => json!({
                    "hits": hits.iter().map(|hit| &hit.output.id).collect::<Vec<_>>(),
                    "outputs": hits.iter().map(|hit| &hit.output.output).collect::<Vec<_>>(),
                }),
            });
        }
        Ok(json!({ "results": results }))
    };
    answer(run())
}
