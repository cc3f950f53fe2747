use std::fmt;

use l2c_documents::Check;
use l2c_money::Exact;
use serde::de::{Error, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A figure of a step: written in the document (`"12.5"`, `"1/3"`), or brought by the line under a name
/// (`{"input": "contracted"}`).
///
/// A step whose input a line does not bring is skipped, visibly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// The figure itself.
    Literal(Exact),
    /// The name of an [`Input`](crate::Input) of the line.
    Input(String),
}

/// The longest figure in a document, in binary digits: about 75 decimal ones.
const MAX_BITS: u64 = 256;

impl Operand {
    /// The figure, if the document holds it.
    pub(crate) const fn literal(&self) -> Option<&Exact> {
        match self {
            Self::Literal(value) => Some(value),
            Self::Input(_) => None,
        }
    }

    /// What can be said before a line is known.
    pub(crate) fn check(&self, check: &mut Check, path: impl FnOnce() -> String) {
        match self {
            Self::Literal(value) if value.bits() > MAX_BITS => {
                check.fault(
                    path(),
                    "out_of_range",
                    "the figure is too long: write at most 70 digits",
                );
            }
            Self::Input(name) => {
                let path = format!("{}.input", path());
                crate::names::check_name(check, path, name);
            }
            Self::Literal(_) => {}
        }
    }
}

impl From<Exact> for Operand {
    fn from(value: Exact) -> Self {
        Self::Literal(value)
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(value) => write!(f, "{value}"),
            Self::Input(name) => write!(f, "`{name}`"),
        }
    }
}

impl Serialize for Operand {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Literal(value) => value.serialize(serializer),
            Self::Input(name) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("input", name)?;
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Operand {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OperandVisitor;
        impl<'de> Visitor<'de> for OperandVisitor {
            type Value = Operand;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(r#"a figure as a string, such as "12.5", or the name of one: {"input": "name"}"#)
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Operand, E> {
                text.parse().map(Operand::Literal).map_err(E::custom)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Operand, A::Error> {
                let mut input = None;
                while let Some(key) = map.next_key::<String>()? {
                    if key != "input" {
                        return Err(A::Error::unknown_field(&key, &["input"]));
                    }
                    if input.replace(map.next_value()?).is_some() {
                        return Err(A::Error::duplicate_field("input"));
                    }
                }
                input
                    .map(Operand::Input)
                    .ok_or_else(|| A::Error::missing_field("input"))
            }
        }
        deserializer.deserialize_any(OperandVisitor)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Operand {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Operand".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A figure, or the name of one that the line brings.",
            "oneOf": [
                generator.subschema_for::<Exact>(),
                {
                    "type": "object",
                    "properties": {"input": {"type": "string", "description": "The name of an input of the line."}},
                    "required": ["input"],
                    "additionalProperties": false
                }
            ]
        })
    }
}
