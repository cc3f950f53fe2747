//! Whether tests that are joined by `all` can hold for some facts.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use l2c_money::Exact;

use crate::predicate::{Check, FactTest, Node};
use crate::{FactType, Predicate, Value};

impl Predicate {
    /// The tests, if it is tests joined by `all` and nothing else.
    pub(crate) fn conjunction(&self) -> Option<Vec<&FactTest>> {
        let mut tests = Vec::new();
        let mut open = vec![&self.0];
        while let Some(node) = open.pop() {
            match node {
                Node::All(parts) => open.extend(parts),
                Node::Test(test) => tests.push(test),
                Node::Any(_) | Node::Not(_) => return None,
            }
        }
        Some(tests)
    }
}

/// Whether there are facts for which all the tests of both hold.
pub(crate) fn can_hold_together(a: &[&FactTest], b: &[&FactTest]) -> bool {
    let mut of_fact: BTreeMap<&str, Vec<&Check>> = BTreeMap::new();
    for test in a.iter().chain(b) {
        of_fact.entry(&test.fact).or_default().push(&test.check);
    }
    of_fact.values().all(|checks| some_value(checks))
}

/// Whether one value, or its absence, passes all checks.
fn some_value(checks: &[&Check]) -> bool {
    let passes = |value: Option<&Value>| checks.iter().all(|check| check.holds(value));
    passes(None) || candidates(checks).iter().any(|value| passes(Some(value)))
}

/// Values of which one passes if any value does: those that the checks name, and one of each stretch between them,
/// since all values of a stretch get the same answers.
fn candidates(checks: &[&Check]) -> Vec<Value> {
    let mut named: Vec<&Value> = Vec::new();
    let mut fact_type = FactType::Text;
    for check in checks {
        match check {
            Check::Eq(value)
            | Check::Ne(value)
            | Check::Lt(value)
            | Check::Lte(value)
            | Check::Gt(value)
            | Check::Gte(value) => named.push(value),
            Check::Between(low, high) => named.extend([low, high]),
            Check::In(values) => named.extend(values),
            Check::Exists(declared, _) => fact_type = *declared,
        }
    }
    if let Some(value) = named.first() {
        fact_type = value.fact_type();
    }
    let mut all: Vec<Value> = named.iter().map(|value| (*value).clone()).collect();
    all.extend(match fact_type {
        FactType::Flag => vec![Value::Flag(false), Value::Flag(true)],
        FactType::Text => vec![Value::Text(String::new())],
        FactType::Number => vec![Value::Number(Exact::ZERO)],
        FactType::Date => vec![Value::Date(NaiveDate::MIN)],
    });
    let mut numbers: Vec<&Exact> = Vec::new();
    for value in named {
        match value {
            Value::Number(number) => numbers.push(number),
            // The next text there is.
            Value::Text(text) => all.push(Value::Text(format!("{text}\0"))),
            Value::Date(day) => all.extend(day.succ_opt().map(Value::Date)),
            Value::Flag(_) => {}
        }
    }
    numbers.sort();
    all.extend(numbers.first().map(|least| Value::Number(*least - &Exact::ONE)));
    all.extend(numbers.last().map(|most| Value::Number(*most + &Exact::ONE)));
    let mut rest = numbers.iter();
    let mut before = rest.next();
    for number in rest {
        if let Some(before) = before {
            let half = (*before + *number).checked_div(&Exact::integer(2));
            all.extend(half.ok().map(Value::Number));
        }
        before = Some(number);
    }
    all
}
