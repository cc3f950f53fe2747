use l2c_money::Exact;
use serde::{Deserialize, Serialize};

use super::configurator::Configurator;
use super::formula::Formula;
use super::literal::Literal;
use super::model::{OptionQuantity, ParentOption};
use super::search::{AtLeast, GroupBounds, Search};

/// A constraint of a model.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "constraint", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Constraint {
    /// So many options of the group are needed.
    Minimum {
        /// The group.
        group: String,
    },
    /// More options of the group cannot be chosen.
    Maximum {
        /// The group.
        group: String,
    },
    /// The group is offered under a condition.
    Offered {
        /// The group.
        group: String,
    },
    /// The first needs the second.
    Requires {
        /// The first.
        option: String,
        /// The second.
        other: String,
    },
    /// The two do not go together.
    Excludes {
        /// The first.
        option: String,
        /// The second.
        other: String,
    },
    /// An option of the bundle around rules one out.
    ParentExcludes {
        /// The option of the bundle around.
        option: String,
        /// The option that is ruled out.
        other: String,
    },
    /// Of the option there are too many, or a quantity that it does not come in.
    Quantity {
        /// The option.
        option: String,
    },
    /// A rule.
    Rule {
        /// The rule.
        rule: String,
    },
    /// A number is outside its bounds.
    Number {
        /// The number.
        number: String,
    },
}

/// Which constraint of the model, by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Minimum(usize),
    Maximum(usize),
    Offered(usize),
    Requires(usize),
    Excludes(usize),
    ParentExcludes(usize),
    Quantity(usize),
    Rule(usize),
    Number(usize),
}

/// What the search must heed for a constraint.
#[derive(Clone, Debug)]
pub(super) enum Part {
    Clause(Vec<Literal>),
    Bound(AtLeast),
}

/// A model under given circumstances, as the search reads it.
#[derive(Clone, Debug, Default)]
pub(super) struct Clauses {
    pub(super) variables: usize,
    /// What conditions mean: true of every choice of options.
    pub(super) definitions: Vec<Vec<Literal>>,
    /// The constraints; those of one origin stand together, and origins in the order of the model.
    pub(super) parts: Vec<(Origin, Part)>,
    pub(super) groups: Vec<GroupBounds>,
}

impl Part {
    /// Whether it holds of a choice.
    pub(super) fn holds(&self, chosen: &[bool]) -> bool {
        let holds = |literal: &Literal| {
            chosen.get(literal.variable()).copied().unwrap_or(false) == literal.is_positive()
        };
        match self {
            Self::Clause(clause) => clause.iter().any(holds),
            Self::Bound(bound) => {
                bound.guard.as_ref().is_some_and(|guard| !holds(guard))
                    || bound.literals.iter().filter(|literal| holds(literal)).count() >= bound.bound
            }
        }
    }
}

impl Clauses {
    pub(super) fn new(configurator: &Configurator<'_>) -> Self {
        let model = configurator.model;
        let mut built = Self {
            variables: model.options.len(),
            ..Self::default()
        };
        for (index, (group, offered)) in model.groups.iter().zip(&configurator.offered).enumerate() {
            let guard = built.guard(offered);
            let size = group.options.len();
            let max = group.max.unwrap_or(size);
            let options = || group.options.clone().map(Literal::yes);
            if group.min > 0 {
                let bound = AtLeast {
                    literals: options().collect(),
                    bound: group.min,
                    guard,
                    choice: true,
                };
                built.parts.push((Origin::Minimum(index), Part::Bound(bound)));
            }
            if max < size {
                let bound = AtLeast {
                    literals: options().map(|option| !option).collect(),
                    bound: size.saturating_sub(max),
                    guard: None,
                    choice: false,
                };
                built.parts.push((Origin::Maximum(index), Part::Bound(bound)));
            }
            if let Some(guard) = guard {
                for option in options() {
                    built.clause(Origin::Offered(index), vec![!option, guard]);
                }
            }
            built.groups.push(GroupBounds {
                options: group.options.clone(),
                min: group.min,
                max,
                guard,
            });
        }
        for (index, &(option, other)) in model.requires.iter().enumerate() {
            let clause = vec![!Literal::yes(option), Literal::yes(other)];
            built.clause(Origin::Requires(index), clause);
        }
        for (index, &(option, other)) in model.excludes.iter().enumerate() {
            let clause = vec![!Literal::yes(option), !Literal::yes(other)];
            built.clause(Origin::Excludes(index), clause);
        }
        let parents = model.parent_excludes.iter().zip(&configurator.parent_chosen);
        for (index, ((parent, option), outside)) in parents.enumerate() {
            let clause = match parent {
                ParentOption::Outside(_) if !outside => continue,
                ParentOption::Outside(_) => vec![!Literal::yes(*option)],
                ParentOption::Here(parent) => vec![!Literal::yes(*parent), !Literal::yes(*option)],
            };
            built.clause(Origin::ParentExcludes(index), clause);
        }
        for index in 0..model.options.len() {
            if configurator.exceeds(index).is_some() || configurator.not_offered_quantity(index).is_some() {
                built.clause(Origin::Quantity(index), vec![!Literal::yes(index)]);
            }
        }
        for (index, formula) in configurator.rules.iter().enumerate() {
            if let Some(formula) = formula {
                built.require(Origin::Rule(index), formula);
            }
        }
        for (index, number) in model.numbers.iter().enumerate() {
            if configurator.out_of_range(index) {
                let within = number.within.map(|option| !Literal::yes(option));
                built.clause(Origin::Number(index), within.into_iter().collect());
            }
        }
        built
    }

    pub(super) fn search(&self, limit: u64) -> Search {
        let mut search = Search::new(self.variables, limit);
        for clause in &self.definitions {
            search.add_clause(clause.clone());
        }
        // Bounds first: a clause is shorter for what they settle.
        for (_, part) in &self.parts {
            if let Part::Bound(bound) = part {
                search.add_bound(bound.clone());
            }
        }
        for (_, part) in &self.parts {
            if let Part::Clause(clause) = part {
                search.add_clause(clause.clone());
            }
        }
        search
    }

    fn variable(&mut self) -> usize {
        let variable = self.variables;
        self.variables = variable.saturating_add(1);
        variable
    }

    fn clause(&mut self, origin: Origin, clause: Vec<Literal>) {
        self.parts.push((origin, Part::Clause(clause)));
    }

    /// A literal for a condition; `None` if it holds in any case.
    fn guard(&mut self, formula: &Formula) -> Option<Literal> {
        (*formula != Formula::Constant(true)).then(|| self.literal(formula))
    }

    /// A literal that holds exactly where the formula does. No deeper than conditions may be nested.
    fn literal(&mut self, formula: &Formula) -> Literal {
        match formula {
            Formula::Literal(literal) => *literal,
            Formula::Constant(holds) => {
                let literal = Literal::yes(self.variable());
                self.definitions
                    .push(vec![if *holds { literal } else { !literal }]);
                literal
            }
            Formula::All(parts) | Formula::Any(parts) => {
                let all = matches!(formula, Formula::All(_));
                // `any` is the opposite of all opposites.
                let side = |literal: Literal| if all { literal } else { !literal };
                let parts: Vec<Literal> = parts.iter().map(|part| self.literal(part)).collect();
                let literal = Literal::yes(self.variable());
                let mut back = vec![side(literal)];
                for part in parts {
                    self.definitions.push(vec![!side(literal), side(part)]);
                    back.push(!side(part));
                }
                self.definitions.push(back);
                literal
            }
        }
    }

    fn require(&mut self, origin: Origin, formula: &Formula) {
        match formula {
            Formula::Constant(true) => {}
            Formula::Constant(false) => self.clause(origin, Vec::new()),
            Formula::Literal(literal) => self.clause(origin, vec![*literal]),
            Formula::All(parts) => parts.iter().for_each(|part| self.require(origin, part)),
            Formula::Any(parts) => {
                let clause = parts.iter().map(|part| self.literal(part)).collect();
                self.clause(origin, clause);
            }
        }
    }
}

impl Configurator<'_> {
    /// A constraint by its names.
    pub(super) fn constraint(&self, origin: Origin) -> Constraint {
        let model = self.model;
        let option = |index: usize| {
            let entry = model.options.get(index);
            entry.map_or_else(String::new, |entry| entry.id.clone())
        };
        let group = |index: usize| {
            let entry = model.groups.get(index);
            entry.map_or_else(String::new, |entry| entry.id.clone())
        };
        let pair = |pairs: &[(usize, usize)], index: usize| {
            let (one, other) = pairs.get(index).copied().unwrap_or_default();
            (option(one), option(other))
        };
        match origin {
            Origin::Minimum(index) => Constraint::Minimum { group: group(index) },
            Origin::Maximum(index) => Constraint::Maximum { group: group(index) },
            Origin::Offered(index) => Constraint::Offered { group: group(index) },
            Origin::Requires(index) => {
                let (option, other) = pair(&model.requires, index);
                Constraint::Requires { option, other }
            }
            Origin::Excludes(index) => {
                let (option, other) = pair(&model.excludes, index);
                Constraint::Excludes { option, other }
            }
            Origin::ParentExcludes(index) => {
                let found = model.parent_excludes.get(index);
                let (parent, other) = found.map_or((String::new(), String::new()), |(parent, other)| {
                    let parent = match parent {
                        ParentOption::Outside(parent) => parent.clone(),
                        ParentOption::Here(parent) => option(*parent),
                    };
                    (parent, option(*other))
                });
                Constraint::ParentExcludes {
                    option: parent,
                    other,
                }
            }
            Origin::Quantity(index) => Constraint::Quantity {
                option: option(index),
            },
            Origin::Rule(index) => {
                let rule = model
                    .rules
                    .get(index)
                    .map_or_else(String::new, |rule| rule.id.clone());
                Constraint::Rule { rule }
            }
            Origin::Number(index) => {
                let number = model.numbers.get(index);
                Constraint::Number {
                    number: number.map_or_else(String::new, |number| number.id.clone()),
                }
            }
        }
    }

    /// The most of an option that there may be, if there are more.
    pub(super) fn exceeds(&self, option: usize) -> Option<(&Exact, &Exact)> {
        let limit = self.model.options.get(option)?.max_total.as_ref()?;
        let quantity = self.quantities.get(option)?;
        (quantity > limit).then_some((quantity, limit))
    }

    /// The quantity for each bundle that was chosen of an option, if it does not come in it.
    pub(super) fn not_offered_quantity(&self, option: usize) -> Option<&Exact> {
        let entry = self.model.options.get(option)?;
        let chosen = self.circumstances.quantities.get(&entry.id)?;
        let offered =
            !matches!(entry.quantity, OptionQuantity::Choice { .. }) || entry.quantity.offers(chosen);
        (!offered).then_some(chosen)
    }

    /// Whether a number was entered that is outside its bounds.
    pub(super) fn out_of_range(&self, number: usize) -> bool {
        let (Some(entry), Some(Some(value))) = (self.model.numbers.get(number), self.numbers.get(number))
        else {
            return false;
        };
        entry.min.as_ref().is_some_and(|min| value < min) || entry.max.as_ref().is_some_and(|max| value > max)
    }
}
