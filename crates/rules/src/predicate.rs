use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt;

use serde::{Serialize, Serializer};

use crate::{Condition, FactType, Facts, Literal, Outcome, Test, Value};

/// A checked predicate over facts.
///
/// Made by [`Condition::check`]; serialises as the condition that it was made of. Evaluation is total: a
/// fact that is missing, or that has another type than the one declared, makes every test on it false, `ne`
/// too; only `exists: false` holds then. (So `not` of such a test holds.)
///
/// Displays in readable form: `discount_percent > 15 and region in ("West", "East")`.
#[derive(Clone, PartialEq, Eq)]
pub struct Predicate(pub(crate) Node);

/// At most [`MAX_DEPTH`](crate::MAX_DEPTH) deep, so recursion over it is bounded.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Test(FactTest),
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) struct FactTest {
    pub(crate) fact: String,
    pub(crate) check: Check,
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Check {
    Eq(Value),
    Ne(Value),
    Lt(Value),
    Lte(Value),
    Gt(Value),
    Gte(Value),
    In(Vec<Value>),
    Between(Value, Value),
    Exists(FactType, bool),
}

impl Predicate {
    /// Holds for everything.
    #[must_use]
    pub const fn always() -> Self {
        Self(Node::All(Vec::new()))
    }

    /// Whether it holds for these facts.
    #[must_use]
    pub fn holds(&self, facts: &Facts) -> bool {
        self.0.holds(facts)
    }

    /// Whether it holds, and which of its tests do. Every part is evaluated.
    #[must_use]
    pub fn explain(&self, facts: &Facts) -> Outcome {
        self.0.explain(facts)
    }

    /// The names of the facts that it looks at.
    #[must_use]
    pub fn facts(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        self.0.facts(&mut names);
        names
    }

    /// The document form.
    #[must_use]
    pub fn to_condition(&self) -> Condition {
        self.0.to_condition()
    }
}

impl Node {
    fn holds(&self, facts: &Facts) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(facts)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(facts)),
            Self::Not(part) => !part.holds(facts),
            Self::Test(test) => test.check.holds(facts.get(&test.fact)),
        }
    }

    fn explain(&self, facts: &Facts) -> Outcome {
        let text = self.to_string();
        match self {
            Self::All(parts) => {
                let parts: Vec<Outcome> = parts.iter().map(|part| part.explain(facts)).collect();
                Outcome {
                    holds: parts.iter().all(|part| part.holds),
                    text,
                    found: None,
                    parts,
                }
            }
            Self::Any(parts) => {
                let parts: Vec<Outcome> = parts.iter().map(|part| part.explain(facts)).collect();
                Outcome {
                    holds: parts.iter().any(|part| part.holds),
                    text,
                    found: None,
                    parts,
                }
            }
            Self::Not(part) => {
                let part = part.explain(facts);
                Outcome {
                    holds: !part.holds,
                    text,
                    found: None,
                    parts: vec![part],
                }
            }
            Self::Test(test) => {
                let found = facts.get(&test.fact);
                let holds = test.check.holds(found);
                let found = found.map_or_else(|| "missing".to_owned(), ToString::to_string);
                Outcome {
                    holds,
                    text,
                    found: Some(found),
                    parts: Vec::new(),
                }
            }
        }
    }

    fn facts<'a>(&'a self, names: &mut BTreeSet<&'a str>) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.facts(names)),
            Self::Not(part) => part.facts(names),
            Self::Test(test) => {
                names.insert(&test.fact);
            }
        }
    }

    fn to_condition(&self) -> Condition {
        let all = |parts: &[Self]| parts.iter().map(Self::to_condition).collect();
        match self {
            Self::All(parts) => Condition::All(all(parts)),
            Self::Any(parts) => Condition::Any(all(parts)),
            Self::Not(part) => Condition::Not(Box::new(part.to_condition())),
            Self::Test(test) => Condition::Test {
                fact: test.fact.clone(),
                test: test.check.to_test(),
            },
        }
    }
}

impl Check {
    pub(crate) fn holds(&self, found: Option<&Value>) -> bool {
        let order = |value: &Value| found.and_then(|found| found.compare(value));
        match self {
            Self::Eq(value) => found == Some(value),
            Self::Ne(value) => {
                found.is_some_and(|found| found.fact_type() == value.fact_type() && found != value)
            }
            Self::Lt(value) => order(value).is_some_and(Ordering::is_lt),
            Self::Lte(value) => order(value).is_some_and(Ordering::is_le),
            Self::Gt(value) => order(value).is_some_and(Ordering::is_gt),
            Self::Gte(value) => order(value).is_some_and(Ordering::is_ge),
            Self::In(values) => found.is_some_and(|found| values.contains(found)),
            Self::Between(low, high) => {
                order(low).is_some_and(Ordering::is_ge) && order(high).is_some_and(Ordering::is_le)
            }
            Self::Exists(declared, known) => {
                found.is_some_and(|found| found.fact_type() == *declared) == *known
            }
        }
    }

    fn to_test(&self) -> Test {
        match self {
            Self::Eq(value) => Test::Eq(Literal::of(value)),
            Self::Ne(value) => Test::Ne(Literal::of(value)),
            Self::Lt(value) => Test::Lt(Literal::of(value)),
            Self::Lte(value) => Test::Lte(Literal::of(value)),
            Self::Gt(value) => Test::Gt(Literal::of(value)),
            Self::Gte(value) => Test::Gte(Literal::of(value)),
            Self::In(values) => Test::In(values.iter().map(Literal::of).collect()),
            Self::Between(low, high) => Test::Between(Literal::of(low), Literal::of(high)),
            Self::Exists(_, known) => Test::Exists(*known),
        }
    }
}

impl Serialize for Predicate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_condition().serialize(serializer)
    }
}

impl fmt::Display for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Predicate({})", self.0)
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(parts) if parts.is_empty() => f.write_str("always"),
            Self::Any(parts) if parts.is_empty() => f.write_str("never"),
            // A list of one is the one.
            Self::All(parts) | Self::Any(parts) if parts.len() == 1 => {
                parts.iter().try_for_each(|part| write!(f, "{part}"))
            }
            Self::All(parts) => joined(f, parts, " and "),
            Self::Any(parts) => joined(f, parts, " or "),
            Self::Not(part) => write!(f, "not ({part})"),
            Self::Test(test) => write!(f, "{test}"),
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, parts: &[Node], word: &str) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        if part.is_joined() {
            write!(f, "({part})")?
        } else {
            write!(f, "{part}")?
        }
    }
    Ok(())
}

impl Node {
    /// Whether its text form is several parts with a word between them.
    fn is_joined(&self) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => match parts.as_slice() {
                [] => false,
                [part] => part.is_joined(),
                _ => true,
            },
            Self::Not(_) | Self::Test(_) => false,
        }
    }
}

impl fmt::Display for FactTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fact = &self.fact;
        match &self.check {
            Check::Eq(value) => write!(f, "{fact} = {value}"),
            Check::Ne(value) => write!(f, "{fact} != {value}"),
            Check::Lt(value) => write!(f, "{fact} < {value}"),
            Check::Lte(value) => write!(f, "{fact} <= {value}"),
            Check::Gt(value) => write!(f, "{fact} > {value}"),
            Check::Gte(value) => write!(f, "{fact} >= {value}"),
            Check::In(values) => {
                write!(f, "{fact} in (")?;
                for (index, value) in values.iter().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{value}")?;
                }
                f.write_str(")")
            }
            Check::Between(low, high) => write!(f, "{fact} between {low} and {high}"),
            Check::Exists(_, true) => write!(f, "{fact} is known"),
            Check::Exists(_, false) => write!(f, "{fact} is missing"),
        }
    }
}
