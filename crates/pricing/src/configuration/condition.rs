use std::collections::BTreeMap;

use l2c_documents::Check;
use l2c_money::Exact;
use l2c_rules::{Condition, FactType, FactTypes, Facts, Predicate, Value};

use super::formula::Formula;
use super::literal::Literal;
use super::model::{Group, OptionEntry};

/// A checked condition over the choices of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ChoiceCondition {
    All(Vec<ChoiceCondition>),
    Any(Vec<ChoiceCondition>),
    Not(Box<ChoiceCondition>),
    /// An option is chosen.
    Option(usize),
    Test {
        fact: String,
        subject: Subject,
        test: Predicate,
    },
}

/// What a fact is about, by position in the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Choice(usize),
    Chosen(usize),
    Quantity(usize),
    Number(usize),
}

/// The facts that the conditions of one document may test.
#[derive(Default)]
pub(super) struct ChoiceFacts {
    types: FactTypes,
    subjects: BTreeMap<String, Subject>,
}

/// What is given beside the choices.
pub(super) struct Given<'a> {
    pub(super) groups: &'a [Group],
    pub(super) options: &'a [OptionEntry],
    pub(super) quantities: &'a [Exact],
    pub(super) numbers: &'a [Option<Exact>],
}

impl ChoiceFacts {
    /// Declares a fact; `false` if the name is taken.
    pub(super) fn declare(&mut self, name: String, fact_type: FactType, subject: Subject) -> bool {
        let types = std::mem::take(&mut self.types);
        self.types = types.with(name.clone(), fact_type);
        self.subjects.insert(name, subject).is_none()
    }

    /// Checks a condition; its faults go into `check`.
    pub(super) fn check(
        &self,
        check: &mut Check,
        path: &str,
        condition: &Condition,
    ) -> Option<ChoiceCondition> {
        match condition.check(&self.types, path) {
            Ok(_) => self.convert(condition),
            Err(faults) => {
                check.extend(faults);
                None
            }
        }
    }

    /// The condition was checked: it is no deeper than conditions may be, and each test stands alone.
    fn convert(&self, condition: &Condition) -> Option<ChoiceCondition> {
        let each = |parts: &[Condition]| -> Option<Vec<ChoiceCondition>> {
            parts.iter().map(|part| self.convert(part)).collect()
        };
        Some(match condition {
            Condition::All(parts) => ChoiceCondition::All(each(parts)?),
            Condition::Any(parts) => ChoiceCondition::Any(each(parts)?),
            Condition::Not(part) => ChoiceCondition::Not(Box::new(self.convert(part)?)),
            Condition::Test { fact, .. } => ChoiceCondition::Test {
                fact: fact.clone(),
                subject: *self.subjects.get(fact)?,
                test: condition.check(&self.types, "").ok()?,
            },
        })
    }
}

impl ChoiceCondition {
    /// How many options its tests look at, for the bound on the size of a model.
    pub(super) fn size(&self, groups: &[Group]) -> usize {
        match self {
            Self::All(parts) | Self::Any(parts) => parts
                .iter()
                .fold(1, |sum, part| sum.saturating_add(part.size(groups))),
            Self::Not(part) => part.size(groups).saturating_add(1),
            Self::Option(_) => 1,
            Self::Test { subject, .. } => match subject {
                Subject::Choice(group) => groups.get(*group).map_or(1, |group| group.options.len().max(1)),
                _ => 1,
            },
        }
    }

    /// What remains to be decided by the options; `None` while it looks at a number that is not known.
    pub(super) fn formula(&self, given: &Given<'_>) -> Option<Formula> {
        Some(match self {
            Self::All(parts) => {
                let parts: Option<Vec<_>> = parts.iter().map(|part| part.formula(given)).collect();
                Formula::all(parts?)
            }
            Self::Any(parts) => {
                let parts: Option<Vec<_>> = parts.iter().map(|part| part.formula(given)).collect();
                Formula::any(parts?)
            }
            Self::Not(part) => part.formula(given)?.opposite(),
            Self::Option(option) => Formula::Literal(Literal::yes(*option)),
            Self::Test { fact, subject, test } => {
                let holds = |value: Option<Value>| {
                    test.holds(&match value {
                        Some(value) => Facts::new().with(fact.clone(), value),
                        None => Facts::new(),
                    })
                };
                let chosen = |option: usize| Formula::Literal(Literal::yes(option));
                match *subject {
                    Subject::Number(number) => {
                        let value = given.numbers.get(number)?.clone()?;
                        Formula::Constant(holds(Some(Value::Number(value))))
                    }
                    Subject::Chosen(option) => by_choice(
                        chosen(option),
                        holds(Some(true.into())),
                        holds(Some(false.into())),
                    ),
                    Subject::Quantity(option) => {
                        let quantity = given.quantities.get(option)?.clone();
                        by_choice(chosen(option), holds(Some(quantity.into())), holds(None))
                    }
                    Subject::Choice(group) => {
                        let group = given.groups.get(group)?;
                        let options = given.options.get(group.options.clone())?;
                        let options = || group.options.clone().zip(options);
                        let value = |option: &OptionEntry| match (&option.value, group.numeric) {
                            (Some(value), true) => Value::Number(value.clone()),
                            _ => Value::Text(option.name.clone()),
                        };
                        let some = options()
                            .filter(|(_, option)| holds(Some(value(option))))
                            .map(|(index, _)| chosen(index));
                        let none = holds(None)
                            .then(|| Formula::all(options().map(|(index, _)| chosen(index).opposite())));
                        Formula::any(some.chain(none))
                    }
                }
            }
        })
    }
}

fn by_choice(chosen: Formula, if_chosen: bool, if_not: bool) -> Formula {
    match (if_chosen, if_not) {
        (true, true) => Formula::Constant(true),
        (true, false) => chosen,
        (false, true) => chosen.opposite(),
        (false, false) => Formula::Constant(false),
    }
}
