use std::cmp::Ordering;
use std::fmt;

use chrono::NaiveDate;
use l2c_money::{Exact, Rounding};
use l2c_rules::{Condition, FactType, Facts, Literal, Predicate, Test, Value};
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
    /// The figures that the condition tests, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tested: Vec<TestedFigure>,
    /// Whether it stands approved from before: nobody is asked again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub approved_before: bool,
}

/// A figure that a condition tests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestedFigure {
    /// The fact.
    pub fact: String,
    /// The line that it is of, the worst of those that fit; absent: of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// The alternative that it is of; absent: the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alternative: Option<String>,
    /// In which direction it becomes worse; absent where it is compared with no bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worse: Option<Worse>,
    /// The bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<FigureValue>,
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
                *mine = other;
            }
        }
        self
    }
}

impl TestedFigure {
    fn is_worse_than(&self, then: &Self) -> bool {
        let Some(worse) = self.worse.map(Worse::ordering) else {
            return false;
        };
        match (&self.figure, &then.figure) {
            (None, _) => false,
            // Nobody has seen it.
            (Some(_), None) => true,
            (Some(now), Some(then)) => now.compare(then).is_none_or(|order| order == worse),
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

    /// A bound of the type of a figure.
    fn read(literal: &Literal, like: &Self) -> Option<Self> {
        let of = match like {
            Self::Number(_) => FactType::Number,
            Self::Text(_) => FactType::Text,
            Self::Date(_) => FactType::Date,
        };
        literal.read(of).as_ref().and_then(Self::of)
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

/// The facts of a line by its id, or those of the quote.
pub(super) type Tried<'a> = (Option<&'a str>, &'a Facts);

/// What a condition tests, in its order, as it was in the worst of some facts.
pub(super) fn tested(predicate: &Predicate, tried: &[Tried<'_>]) -> Vec<TestedFigure> {
    let mut tests = Vec::new();
    collect(&predicate.to_condition(), false, &mut tests);
    let figure = |(fact, bounded): (String, Option<(Worse, Literal)>)| {
        let worse = bounded.as_ref().map(|(worse, _)| *worse);
        let values = tried
            .iter()
            .filter_map(|(line, facts)| Some((*line, facts.get(&fact).and_then(FigureValue::of)?)));
        let worst = values.reduce(|worst, value| {
            let is_worse = worse.is_some_and(|worse| value.1.compare(&worst.1) == Some(worse.ordering()));
            if is_worse { value } else { worst }
        });
        let (line, figure) = worst.unzip();
        let line = line.unwrap_or_else(|| tried.first().and_then(|(line, _)| *line));
        TestedFigure {
            line: line.map(str::to_owned),
            alternative: None,
            worse,
            bound: bounded.and_then(|(_, bound)| FigureValue::read(&bound, figure.as_ref()?)),
            fact,
            figure,
        }
    };
    tests.into_iter().map(figure).collect()
}

/// As deep as conditions may be nested, at most.
fn collect(condition: &Condition, negated: bool, tests: &mut Vec<(String, Option<(Worse, Literal)>)>) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().for_each(|part| collect(part, negated, tests));
        }
        Condition::Not(part) => collect(part, !negated, tests),
        Condition::Test { fact, test } => {
            let bounded = match test {
                Test::Gt(bound) | Test::Gte(bound) => Some((Worse::Above, bound)),
                Test::Lt(bound) | Test::Lte(bound) => Some((Worse::Below, bound)),
                Test::Eq(_) | Test::Ne(_) | Test::In(_) | Test::Between(..) | Test::Exists(_) => None,
            };
            let turned = |worse: Worse| if negated { worse.turned() } else { worse };
            let bounded = bounded.map(|(worse, bound)| (turned(worse), bound.clone()));
            tests.push((fact.clone(), bounded));
        }
    }
}

/// The condition, and what each of its facts was: `discount_percent > 20; discount_percent is about 21.3462`.
pub(super) fn because(predicate: &Predicate, facts: &Facts) -> String {
    let mut text = predicate.to_string();
    for name in predicate.facts() {
        let found = match facts.get(name) {
            None => "missing".to_owned(),
            Some(Value::Number(number)) => shown(number),
            Some(value) => value.to_string(),
        };
        text = format!("{text}; {name} is {found}");
    }
    text
}

/// At most four decimals, and whether there are more.
pub(crate) fn shown(number: &Exact) -> String {
    let shown = number.round(4, Rounding::HalfUp);
    format!("{}{shown}", if shown == *number { "" } else { "about " })
}

impl fmt::Display for FigureValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => f.pad(&shown(number)),
            Self::Text(text) => f.pad(text),
            Self::Date(date) => write!(f, "{date}"),
        }
    }
}
