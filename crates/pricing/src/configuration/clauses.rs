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

/// A model under given circumstances, as the search reads it.
#[derive(Clone, Debug, Default)]
pub(super) struct Clauses {
    pub(super) variables: usize,
    clauses: Vec<Vec<Literal>>,
    bounds: Vec<AtLeast>,
    pub(super) groups: Vec<GroupBounds>,
    /// Each constraint with the literal that switches it on, where that was asked for.
    pub(super) switches: Vec<(Constraint, Literal)>,
}

impl Clauses {
    /// With a switch for each constraint, or with all of them on.
    pub(super) fn new(configurator: &Configurator<'_>, switched: bool) -> Self {
        let model = configurator.model;
        let mut built = Self {
            variables: model.options.len(),
            ..Self::default()
        };
        let id = |option: usize| {
            model
                .options
                .get(option)
                .map_or_else(String::new, |option| option.id.clone())
        };
        for (group, offered) in model.groups.iter().zip(&configurator.offered) {
            let guard = built.guard(offered);
            let size = group.options.len();
            let max = group.max.unwrap_or(size);
            let options = || group.options.clone().map(Literal::yes);
            if group.min > 0 {
                let constraint = || Constraint::Minimum {
                    group: group.id.clone(),
                };
                let switch = built.switch(switched, constraint);
                built.bounds.push(AtLeast {
                    literals: options().collect(),
                    bound: group.min,
                    guard: None,
                    choice: true,
                });
                built.guard_last(switch, guard);
            }
            if max < size {
                let constraint = || Constraint::Maximum {
                    group: group.id.clone(),
                };
                let switch = built.switch(switched, constraint);
                built.bounds.push(AtLeast {
                    literals: options().map(|option| !option).collect(),
                    bound: size.saturating_sub(max),
                    guard: None,
                    choice: false,
                });
                built.guard_last(switch, None);
            }
            if let Some(guard) = guard {
                let constraint = || Constraint::Offered {
                    group: group.id.clone(),
                };
                let switch = built.switch(switched, constraint);
                for option in options() {
                    built.clause(switch, vec![!option, guard]);
                }
            }
            built.groups.push(GroupBounds {
                options: group.options.clone(),
                min: group.min,
                max,
                guard,
            });
        }
        for &(option, other) in &model.requires {
            let constraint = || Constraint::Requires {
                option: id(option),
                other: id(other),
            };
            let switch = built.switch(switched, constraint);
            built.clause(switch, vec![!Literal::yes(option), Literal::yes(other)]);
        }
        for &(option, other) in &model.excludes {
            let constraint = || Constraint::Excludes {
                option: id(option),
                other: id(other),
            };
            let switch = built.switch(switched, constraint);
            built.clause(switch, vec![!Literal::yes(option), !Literal::yes(other)]);
        }
        for ((parent, option), outside) in model.parent_excludes.iter().zip(&configurator.parent_chosen) {
            let clause = match parent {
                ParentOption::Outside(_) if !outside => continue,
                ParentOption::Outside(_) => vec![!Literal::yes(*option)],
                ParentOption::Here(parent) => vec![!Literal::yes(*parent), !Literal::yes(*option)],
            };
            let constraint = || Constraint::ParentExcludes {
                option: match parent {
                    ParentOption::Outside(parent) => parent.clone(),
                    ParentOption::Here(parent) => id(*parent),
                },
                other: id(*option),
            };
            let switch = built.switch(switched, constraint);
            built.clause(switch, clause);
        }
        for (index, option) in model.options.iter().enumerate() {
            if configurator.exceeds(index).is_some() || configurator.not_offered_quantity(index).is_some() {
                let constraint = || Constraint::Quantity {
                    option: option.id.clone(),
                };
                let switch = built.switch(switched, constraint);
                built.clause(switch, vec![!Literal::yes(index)]);
            }
        }
        for (rule, formula) in model.rules.iter().zip(&configurator.rules) {
            let Some(formula) = formula else { continue };
            let constraint = || Constraint::Rule {
                rule: rule.id.clone(),
            };
            let switch = built.switch(switched, constraint);
            built.require(switch, formula);
        }
        for (index, number) in model.numbers.iter().enumerate() {
            if configurator.out_of_range(index) {
                let constraint = || Constraint::Number {
                    number: number.id.clone(),
                };
                let switch = built.switch(switched, constraint);
                let within = number.within.map(|option| !Literal::yes(option));
                built.clause(switch, within.into_iter().collect());
            }
        }
        built
    }

    pub(super) fn search(&self, limit: u64) -> Search {
        Search::new(self.variables, &self.clauses, &self.bounds, limit)
    }

    fn variable(&mut self) -> usize {
        let variable = self.variables;
        self.variables = variable.saturating_add(1);
        variable
    }

    fn switch(&mut self, switched: bool, constraint: impl Fn() -> Constraint) -> Option<Literal> {
        switched.then(|| {
            let switch = Literal::yes(self.variable());
            self.switches.push((constraint(), switch));
            switch
        })
    }

    fn clause(&mut self, switch: Option<Literal>, mut clause: Vec<Literal>) {
        clause.extend(switch.map(|switch| !switch));
        self.clauses.push(clause);
    }

    /// Puts the bound that was added last under all that must hold for it.
    fn guard_last(&mut self, switch: Option<Literal>, guard: Option<Literal>) {
        let both = match (switch, guard) {
            (Some(switch), Some(guard)) => {
                let both = Literal::yes(self.variable());
                self.clauses.push(vec![!switch, !guard, both]);
                Some(both)
            }
            (one, other) => one.or(other),
        };
        if let Some(bound) = self.bounds.last_mut() {
            bound.guard = both;
        }
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
                self.clauses.push(vec![if *holds { literal } else { !literal }]);
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
                    self.clauses.push(vec![!side(literal), side(part)]);
                    back.push(!side(part));
                }
                self.clauses.push(back);
                literal
            }
        }
    }

    fn require(&mut self, switch: Option<Literal>, formula: &Formula) {
        match formula {
            Formula::Constant(true) => {}
            Formula::Constant(false) => self.clause(switch, Vec::new()),
            Formula::Literal(literal) => self.clause(switch, vec![*literal]),
            Formula::All(parts) => parts.iter().for_each(|part| self.require(switch, part)),
            Formula::Any(parts) => {
                let clause = parts.iter().map(|part| self.literal(part)).collect();
                self.clause(switch, clause);
            }
        }
    }
}

impl Configurator<'_> {
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
