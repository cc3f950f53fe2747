//! The JSON Schema of a condition.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use crate::Condition;

impl JsonSchema for Condition {
    fn schema_name() -> Cow<'static, str> {
        "Condition".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let inner = generator.subschema_for::<Self>().to_value();
        let list = json!({"type": "array", "items": inner});
        let value = json!({"type": ["string", "boolean"]});
        let join = |name: &str, says: &str, of: Value| shape(&[(name, says, of)]);
        let test = |name: &str, says: &str, of: Value| {
            let fact = ("fact", "The name of the fact.", json!({"type": "string"}));
            shape(&[fact, (name, says, of)])
        };
        json_schema!({
            "description": "A condition over facts. Numbers and dates are strings; flags are true and false.",
            "oneOf": [
                join("all", "All of them hold.", list.clone()),
                join("any", "At least one of them holds.", list),
                join("not", "It does not hold.", inner),
                test("eq", "Equal.", value.clone()),
                test("ne", "Known and not equal.", value.clone()),
                test("lt", "Below.", value.clone()),
                test("lte", "Below or equal.", value.clone()),
                test("gt", "Above.", value.clone()),
                test("gte", "Above or equal.", value.clone()),
                test("in", "Equal to one of them.", json!({"type": "array", "items": value})),
                test("between", "Between two, both included.",
                    json!({"type": "array", "items": value, "minItems": 2, "maxItems": 2})),
                test("exists", "Known (true) or missing (false).", json!({"type": "boolean"})),
            ]
        })
    }
}

/// An object that has these members and no others.
fn shape(members: &[(&str, &str, Value)]) -> Value {
    let required: Vec<&str> = members.iter().map(|(name, ..)| *name).collect();
    let mut properties = Map::new();
    for (name, says, of) in members {
        let mut of = of.clone();
        if let Some(of) = of.as_object_mut() {
            of.insert("description".to_owned(), (*says).into());
        }
        properties.insert((*name).to_owned(), of);
    }
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}
