use std::cmp::Ordering;

use chrono::NaiveDate;
use l2c_money::{Exact, Rounding};
use l2c_rules::{Condition, Facts, Predicate, Test, Value};
use serde::{Deserialize, Serialize};

use super::approver::{Approver, Escalation};

/// A rule that holds for a submission, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequiredApproval {
    /// The rule that asks for it.
    pub rule: String,
    /// The rule's own words.
    pub reason: String,
    /// The condition that held, and the figures that it held for.
    pub because: String,
    /// Who has to approve, one after the other.
    pub approvers: Vec<Approver>,
    /// Rules of one chain wait for each other.
    pub chain: String,
    /// Who else may answer a step that stays open for too long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation: Option<Escalation>,
    /// The condition.
    pub condition: String,
    /// The figures that the condition compares with bounds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tested: Vec<TestedFigure>,
    /// Whether it stands approved from before: nobody is asked again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub approved_before: bool,
}

/// A figure that a condition compares with a bound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestedFigure {
    /// The fact; of a line: the worst of the lines that fit.
    pub fact: String,
    /// In which direction it becomes worse.
    pub worse: Worse,
    /// What it was; absent: missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub figure: Option<FigureValue>,
}

/// In which direction a figure becomes worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Worse {
    /// Above what it was.
    Above,
    /// Below what it was.
    Below,
}

/// The value of a tested figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FigureValue {
    /// A number.
    Number(Exact),
    /// A text.
    Text(String),
    /// A day.
    Date(NaiveDate),
}

impl RequiredApproval {
    /// Whether this one must be asked for although an earlier one of the rule was completed.
    pub(super) fn is_worse_than(&self, completed: &Self) -> bool {
        self.condition != completed.condition
            || self.approvers != completed.approvers
            || self.tested.len() != completed.tested.len()
            || self
                .tested
                .iter()
                .zip(&completed.tested)
                .any(|(now, then)| now.is_worse_than(then))
    }
}

impl RequiredApproval {
    /// The same rule for two alternatives: the words of the first one, the worse of each figure.
    pub(super) fn worse(mut self, other: Self) -> Self {
        for (mine, other) in self.tested.iter_mut().zip(other.tested) {
            if other.is_worse_than(mine) {
                mine.figure = other.figure;
            }
        }
        self
    }
}

impl TestedFigure {
    fn is_worse_than(&self, then: &Self) -> bool {
        match (&self.figure, &then.figure) {
            (None, _) => false,
            // Nobody has seen it.
            (Some(_), None) => true,
            (Some(now), Some(then)) => {
                self.worse.ordering() == now.compare(then).unwrap_or(self.worse.ordering())
            }
        }
    }
}

impl Worse {
    const fn ordering(self) -> Ordering {
        match self {
            Self::Above => Ordering::Greater,
            Self::Below => Ordering::Less,
        }
    }

    const fn turned(self) -> Self {
        match self {
            Self::Above => Self::Below,
            Self::Below => Self::Above,
        }
    }
}

impl FigureValue {
    fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => Some(Self::Number(number.clone())),
            Value::Text(text) => Some(Self::Text(text.clone())),
            Value::Date(date) => Some(Self::Date(*date)),
            Value::Flag(_) => None,
        }
    }

    /// None for two of different types.
    fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => Some(a.cmp(b)),
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::Date(a), Self::Date(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

/// What a condition compares with bounds, in its order, as it was in the worst of some facts.
pub(super) fn tested(predicate: &Predicate, facts: &[&Facts]) -> Vec<TestedFigure> {
    let mut bounds = Vec::new();
    collect(&predicate.to_condition(), false, &mut bounds);
    let worst = |fact: &str, worse: Worse| -> Option<FigureValue> {
        let values = facts
            .iter()
            .filter_map(|facts| facts.get(fact).and_then(FigureValue::of));
        values.reduce(
            |worst, value| match value.compare(&worst) == Some(worse.ordering()) {
                true => value,
                false => worst,
            },
        )
    };
    bounds
        .into_iter()
        .map(|(fact, worse)| TestedFigure {
            figure: worst(&fact, worse),
            fact,
            worse,
        })
        .collect()
}

/// As deep as conditions may be nested, at most.
fn collect(condition: &Condition, negated: bool, bounds: &mut Vec<(String, Worse)>) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().for_each(|part| collect(part, negated, bounds));
        }
        Condition::Not(part) => collect(part, !negated, bounds),
        Condition::Test { fact, test } => {
            let worse = match test {
                Test::Gt(_) | Test::Gte(_) => Worse::Above,
                Test::Lt(_) | Test::Lte(_) => Worse::Below,
                Test::Eq(_) | Test::Ne(_) | Test::In(_) | Test::Between(..) | Test::Exists(_) => return,
            };
            bounds.push((fact.clone(), if negated { worse.turned() } else { worse }));
        }
    }
}

/// The condition, and what each of its facts was: `discount_percent > 20; discount_percent is about 21.3462`.
pub(super) fn because(predicate: &Predicate, facts: &Facts) -> String {
    let mut text = predicate.to_string();
    for name in predicate.facts() {
        let found = match facts.get(name) {
            None => "missing".to_owned(),
            Some(Value::Number(number)) => {
                let shown = number.round(4, Rounding::HalfUp);
                format!("{}{shown}", if shown == *number { "" } else { "about " })
            }
            Some(value) => value.to_string(),
        };
        text = format!("{text}; {name} is {found}");
    }
    text
}
