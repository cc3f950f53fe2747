use std::cell::Cell;
use std::fmt;

use chrono::NaiveDate;
use l2c_money::Exact;
use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::RulesError;
use crate::{FactType, Value};

/// How deep conditions may be nested.
pub const MAX_DEPTH: usize = 64;
/// How many conditions and values one tree may hold.
pub const MAX_SIZE: usize = 10_000;

/// A predicate as people write it in a document, not yet checked against the facts that there are.
///
/// ```json
/// {"all": [
///   {"fact": "discount_percent", "gt": "15"},
///   {"any": [
///     {"fact": "region", "in": ["West", "East"]},
///     {"fact": "close_date", "between": ["2017-10-01", "2017-12-31"]}
///   ]},
///   {"not": {"fact": "partner", "exists": true}}
/// ]}
/// ```
///
/// An object holds either `all`, `any` or `not`, or a `fact` with one of `eq`, `ne`, `lt`, `lte`, `gt`,
/// `gte`, `in`, `between` (both ends included) and `exists`. Numbers and dates are strings; flags are `true`
/// and `false`. Anything else is refused while reading, deep nesting and size included.
/// An empty `all` always holds, an empty `any` and an empty `in` never do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// All of them hold.
    All(Vec<Condition>),
    /// At least one of them holds.
    Any(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// A test of one fact.
    Test {
        /// The name of the fact.
        fact: String,
        /// What is asked of it.
        test: Test,
    },
}

/// What a condition asks of one fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// Equal.
    Eq(Literal),
    /// Known and not equal.
    Ne(Literal),
    /// Below.
    Lt(Literal),
    /// Below or equal.
    Lte(Literal),
    /// Above.
    Gt(Literal),
    /// Above or equal.
    Gte(Literal),
    /// Equal to one of them.
    In(Vec<Literal>),
    /// Between two, both included.
    Between(Literal, Literal),
    /// Known (`true`) or missing (`false`).
    Exists(bool),
}

impl Test {
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Eq(_) => "eq",
            Self::Ne(_) => "ne",
            Self::Lt(_) => "lt",
            Self::Lte(_) => "lte",
            Self::Gt(_) => "gt",
            Self::Gte(_) => "gte",
            Self::In(_) => "in",
            Self::Between(..) => "between",
            Self::Exists(_) => "exists",
        }
    }
}

/// A value as written in a document. What it means depends on the type of the fact beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// A string: a number, a text or a date.
    Text(String),
    /// `true` or `false`.
    Flag(bool),
}

impl Literal {
    /// Its value as a fact of this type; `None` if it is not one.
    #[must_use]
    pub fn read(&self, fact_type: FactType) -> Option<Value> {
        match (fact_type, self) {
            (FactType::Number, Self::Text(text)) => text.parse::<Exact>().ok().map(Value::Number),
            (FactType::Text, Self::Text(text)) => Some(Value::Text(text.clone())),
            // chrono would read "2017-1-1" too; documents have one spelling.
            (FactType::Date, Self::Text(text)) => text
                .parse::<NaiveDate>()
                .ok()
                .filter(|date| date.to_string() == *text)
                .map(Value::Date),
            (FactType::Flag, Self::Flag(flag)) => Some(Value::Flag(*flag)),
            _ => None,
        }
    }

    /// For a message: a long text is cut.
    pub(crate) fn excerpt(&self) -> String {
        match self {
            Self::Text(text) if text.chars().count() > 60 => {
                format!("{:?}...", text.chars().take(60).collect::<String>())
            }
            _ => self.to_string(),
        }
    }

    pub(crate) fn of(value: &Value) -> Self {
        match value {
            Value::Number(number) => Self::Text(number.to_string()),
            Value::Text(text) => Self::Text(text.clone()),
            Value::Date(date) => Self::Text(date.to_string()),
            Value::Flag(flag) => Self::Flag(*flag),
        }
    }
}

impl From<&str> for Literal {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<bool> for Literal {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Flag(flag) => write!(f, "{flag}"),
        }
    }
}

impl Condition {
    /// A test of one fact.
    #[must_use]
    pub fn test(fact: impl Into<String>, test: Test) -> Self {
        Self::Test {
            fact: fact.into(),
            test,
        }
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::All(parts) => map.serialize_entry("all", parts)?,
            Self::Any(parts) => map.serialize_entry("any", parts)?,
            Self::Not(part) => map.serialize_entry("not", part)?,
            Self::Test { fact, test } => {
                map.serialize_entry("fact", fact)?;
                match test {
                    Test::Eq(value)
                    | Test::Ne(value)
                    | Test::Lt(value)
                    | Test::Lte(value)
                    | Test::Gt(value)
                    | Test::Gte(value) => map.serialize_entry(test.name(), value)?,
                    Test::In(values) => map.serialize_entry(test.name(), values)?,
                    Test::Between(low, high) => map.serialize_entry(test.name(), &[low, high])?,
                    Test::Exists(known) => map.serialize_entry(test.name(), known)?,
                }
            }
        }
        map.end()
    }
}

impl Serialize for Literal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
        }
    }
}

impl<'de> Deserialize<'de> for Literal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct LiteralVisitor;
        impl Visitor<'_> for LiteralVisitor {
            type Value = Literal;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string (numbers and dates too) or true or false")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Literal, E> {
                Ok(Literal::Text(text.to_owned()))
            }
            fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Literal, E> {
                Ok(Literal::Flag(flag))
            }
        }
        deserializer.deserialize_any(LiteralVisitor)
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let left = Cell::new(MAX_SIZE);
        Reader {
            depth: 1,
            left: &left,
        }
        .deserialize(deserializer)
    }
}

/// Reads one condition at a depth; counts the conditions of the whole tree, so that a hostile document is
/// refused before it can exhaust the stack.
#[derive(Clone, Copy)]
struct Reader<'a> {
    depth: usize,
    left: &'a Cell<usize>,
}

/// What stands in the object beside `fact`.
enum Body {
    Whole(Condition),
    Test(Test),
}

impl Reader<'_> {
    const fn deeper(self) -> Self {
        Self {
            depth: self.depth.saturating_add(1),
            left: self.left,
        }
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Condition;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Condition, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Condition;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a condition: an object with all, any or not, or with a fact and one test")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Condition, A::Error> {
        if self.depth > MAX_DEPTH {
            return Err(de::Error::custom(RulesError::TooDeep { limit: MAX_DEPTH }));
        }
        let Some(left) = self.left.get().checked_sub(1) else {
            return Err(de::Error::custom(RulesError::TooLarge { limit: MAX_SIZE }));
        };
        self.left.set(left);
        let mut fact: Option<String> = None;
        let mut body: Option<Body> = None;
        while let Some(key) = map.next_key::<String>()? {
            if key == "fact" {
                if fact.replace(map.next_value()?).is_some() {
                    return Err(de::Error::duplicate_field("fact"));
                }
                continue;
            }
            let found = match key.as_str() {
                "all" => Body::Whole(Condition::All(map.next_value_seed(ListReader(self.deeper()))?)),
                "any" => Body::Whole(Condition::Any(map.next_value_seed(ListReader(self.deeper()))?)),
                "not" => Body::Whole(Condition::Not(Box::new(map.next_value_seed(self.deeper())?))),
                "eq" => Body::Test(Test::Eq(map.next_value()?)),
                "ne" => Body::Test(Test::Ne(map.next_value()?)),
                "lt" => Body::Test(Test::Lt(map.next_value()?)),
                "lte" => Body::Test(Test::Lte(map.next_value()?)),
                "gt" => Body::Test(Test::Gt(map.next_value()?)),
                "gte" => Body::Test(Test::Gte(map.next_value()?)),
                "in" => Body::Test(Test::In(map.next_value()?)),
                "between" => {
                    let (low, high) = map.next_value()?;
                    Body::Test(Test::Between(low, high))
                }
                "exists" => Body::Test(Test::Exists(map.next_value()?)),
                other => {
                    return Err(de::Error::unknown_field(
                        other,
                        &[
                            "all", "any", "not", "fact", "eq", "ne", "lt", "lte", "gt", "gte", "in",
                            "between", "exists",
                        ],
                    ));
                }
            };
            if body.replace(found).is_some() {
                return Err(de::Error::custom(format_args!(
                    "{key:?} stands beside another test; one condition asks one thing, join them with all or any"
                )));
            }
        }
        match (fact, body) {
            (None, Some(Body::Whole(condition))) => Ok(condition),
            (Some(fact), Some(Body::Test(test))) => Ok(Condition::Test { fact, test }),
            (None, Some(Body::Test(_))) => Err(de::Error::missing_field("fact")),
            (Some(fact), None) => Err(de::Error::custom(format_args!(
                "nothing is asked of {fact:?}; add one of eq, ne, lt, lte, gt, gte, in, between, exists"
            ))),
            (Some(_), Some(Body::Whole(_))) => Err(de::Error::custom(
                "a fact stands beside all, any or not; put its test inside",
            )),
            (None, None) => Err(de::Error::custom(
                "an empty condition; to hold always write {\"all\": []}",
            )),
        }
    }
}

struct ListReader<'a>(Reader<'a>);

impl<'de> DeserializeSeed<'de> for ListReader<'_> {
    type Value = Vec<Condition>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<Condition>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for ListReader<'_> {
    type Value = Vec<Condition>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of conditions")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<Condition>, A::Error> {
        let mut parts = Vec::new();
        while let Some(part) = seq.next_element_seed(self.0)? {
            parts.push(part);
        }
        Ok(parts)
    }
}
