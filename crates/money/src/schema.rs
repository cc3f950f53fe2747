//! JSON Schemas of what stands as a string in documents.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::{Currency, Exact, Money, Percent, Unit};

/// The schema of a decimal that is written as a string: of fields that are read by
/// [`decimal_string`](crate::decimal_string).
#[derive(Debug)]
#[non_exhaustive]
pub struct DecimalText;

macro_rules! text {
    ($type:ty, $name:literal, $says:literal, $pattern:literal) => {
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({"type": "string", "description": $says, "pattern": $pattern})
            }
        }
    };
}

text!(
    DecimalText,
    "Decimal",
    "A decimal as a string.",
    "^-?[0-9]+(\\.[0-9]+)?$"
);
text!(
    Percent,
    "Percent",
    "The number before the percent sign, as a string.",
    "^-?[0-9]+(\\.[0-9]+)?$"
);
text!(
    Exact,
    "Exact",
    "An exact number as a string: a decimal or a fraction.",
    "^-?[0-9]+(\\.[0-9]+|/[0-9]+)?$"
);
text!(
    Currency,
    "Currency",
    "The code of a currency in ISO 4217.",
    "^[A-Z]{3}$"
);
text!(
    Unit,
    "Unit",
    "The code of a unit in UN/ECE Recommendation 20.",
    "^[A-Z0-9]{2,3}$"
);

impl JsonSchema for Money {
    fn schema_name() -> Cow<'static, str> {
        "Money".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": "An amount of money.",
            "properties": {
                "amount": generator.subschema_for::<DecimalText>(),
                "currency": generator.subschema_for::<Currency>(),
            },
            "required": ["amount", "currency"],
            "additionalProperties": false
        })
    }
}
