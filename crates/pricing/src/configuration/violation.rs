use l2c_money::Exact;
use serde::{Deserialize, Serialize};

use super::configurator::{Configurator, Selection};
use super::model::ParentOption;

/// What a configuration violates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Violation {
    /// The model has no such option.
    UnknownOption {
        /// The option.
        option: String,
    },
    /// Too few options of a group are chosen.
    BelowMinimum {
        /// The group.
        group: String,
        /// How many are chosen.
        count: usize,
        /// How many are needed.
        limit: usize,
    },
    /// Too many options of a group are chosen.
    AboveMaximum {
        /// The group.
        group: String,
        /// How many are chosen.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// An option of a group that is not offered.
    NotOffered {
        /// The group.
        group: String,
        /// The option.
        option: String,
    },
    /// The first is chosen without the second.
    Requires {
        /// The first.
        option: String,
        /// The second.
        other: String,
    },
    /// Both are chosen.
    Excludes {
        /// The first.
        option: String,
        /// The second.
        other: String,
    },
    /// The bundle around rules the option out.
    ParentExcludes {
        /// The option of the bundle around.
        option: String,
        /// The option that is ruled out.
        other: String,
    },
    /// There are more of the option than there may be.
    AboveMaxQuantity {
        /// The option.
        option: String,
        /// How many, for all bundles together.
        quantity: Exact,
        /// How many there may be.
        limit: Exact,
    },
    /// The option does not come in this quantity.
    QuantityNotOffered {
        /// The option.
        option: String,
        /// How many for each bundle.
        quantity: Exact,
    },
    /// A rule does not hold.
    #[serde(rename = "rule")]
    Broken {
        /// The rule.
        id: String,
    },
    /// A number was not entered.
    NumberMissing {
        /// The number.
        number: String,
    },
    /// A number is outside its bounds.
    NumberOutOfRange {
        /// The number.
        number: String,
        /// What was entered.
        value: Exact,
    },
}

/// A change after which a violation is gone. Others may appear: [`Configurator::repair`] mends the whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Remedy {
    /// Choose so many of these options too.
    Add {
        /// How many.
        count: usize,
        /// Any of these.
        of: Vec<String>,
    },
    /// Leave so many of these options out.
    Remove {
        /// How many.
        count: usize,
        /// Any of these.
        of: Vec<String>,
    },
    /// Enter a number within its bounds.
    Enter {
        /// The number.
        number: String,
    },
}

impl Configurator<'_> {
    /// What a selection violates; nothing: it is valid. In this order: unknown options as selected, groups, requires,
    /// excludes, what the bundle around excludes, quantities, rules, numbers.
    #[must_use]
    pub fn validate(&self, selection: &Selection) -> Vec<Violation> {
        let model = self.model;
        let mut found = Vec::new();
        for option in &selection.options {
            let unknown = Violation::UnknownOption {
                option: option.clone(),
            };
            if !model.index.contains_key(option) && !found.contains(&unknown) {
                found.push(unknown);
            }
        }
        let chosen = self.chosen(selection);
        let is_chosen = |option: usize| chosen.get(option).copied().unwrap_or(false);
        let id = |option: usize| {
            model
                .options
                .get(option)
                .map_or_else(String::new, |option| option.id.clone())
        };
        for (group, offered) in model.groups.iter().zip(&self.offered) {
            let options = || group.options.clone().filter(|option| is_chosen(*option));
            if !offered.holds(&chosen) {
                found.extend(options().map(|option| Violation::NotOffered {
                    group: group.id.clone(),
                    option: id(option),
                }));
                continue;
            }
            let (group_id, count) = (|| group.id.clone(), options().count());
            if count < group.min {
                found.push(Violation::BelowMinimum {
                    group: group_id(),
                    count,
                    limit: group.min,
                });
            }
            if let Some(limit) = group.max.filter(|max| count > *max) {
                found.push(Violation::AboveMaximum {
                    group: group_id(),
                    count,
                    limit,
                });
            }
        }
        for &(option, other) in &model.requires {
            if is_chosen(option) && !is_chosen(other) {
                let (option, other) = (id(option), id(other));
                found.push(Violation::Requires { option, other });
            }
        }
        for &(option, other) in &model.excludes {
            if is_chosen(option) && is_chosen(other) {
                let (option, other) = (id(option), id(other));
                found.push(Violation::Excludes { option, other });
            }
        }
        for ((parent, option), outside) in model.parent_excludes.iter().zip(&self.parent_chosen) {
            let (parent_id, parent_is_chosen) = match parent {
                ParentOption::Outside(parent) => (parent.clone(), *outside),
                ParentOption::Here(parent) => (id(*parent), is_chosen(*parent)),
            };
            if parent_is_chosen && is_chosen(*option) {
                found.push(Violation::ParentExcludes {
                    option: parent_id,
                    other: id(*option),
                });
            }
        }
        for (option, _) in chosen.iter().enumerate().filter(|(_, chosen)| **chosen) {
            if let Some(quantity) = self.not_offered_quantity(option) {
                let (option, quantity) = (id(option), quantity.clone());
                found.push(Violation::QuantityNotOffered { option, quantity });
            }
            if let Some((quantity, limit)) = self.exceeds(option) {
                let (option, quantity, limit) = (id(option), quantity.clone(), limit.clone());
                found.push(Violation::AboveMaxQuantity {
                    option,
                    quantity,
                    limit,
                });
            }
        }
        for (rule, formula) in model.rules.iter().zip(&self.rules) {
            if formula.as_ref().is_some_and(|formula| !formula.holds(&chosen)) {
                found.push(Violation::Broken { id: rule.id.clone() });
            }
        }
        for (index, (number, value)) in model.numbers.iter().zip(&self.numbers).enumerate() {
            if number.within.is_some_and(|option| !is_chosen(option)) {
                continue;
            }
            let number = number.id.clone();
            match value {
                None => found.push(Violation::NumberMissing { number }),
                Some(value) if self.out_of_range(index) => {
                    let value = value.clone();
                    found.push(Violation::NumberOutOfRange { number, value });
                }
                Some(_) => {}
            }
        }
        found
    }

    /// The changes each of which makes a violation of a selection disappear. A rule has none of its own:
    /// [`Configurator::repair`] finds what mends it.
    #[must_use]
    pub fn remedies(&self, selection: &Selection, violation: &Violation) -> Vec<Remedy> {
        let chosen = self.chosen(selection);
        let in_group = |group: &str, wanted: bool| -> Vec<String> {
            let group = self.model.groups.iter().find(|entry| entry.id == group);
            let options = group.map_or(0..0, |group| group.options.clone());
            let options = options.filter(|option| chosen.get(*option) == Some(&wanted));
            let entries = options.filter_map(|option| self.model.options.get(option));
            entries.map(|entry| entry.id.clone()).collect()
        };
        let remove = |option: &String| Remedy::Remove {
            count: 1,
            of: vec![option.clone()],
        };
        match violation {
            Violation::UnknownOption { option }
            | Violation::NotOffered { option, .. }
            | Violation::QuantityNotOffered { option, .. }
            | Violation::AboveMaxQuantity { option, .. } => vec![remove(option)],
            Violation::BelowMinimum { group, count, limit } => {
                let (count, of) = (limit.saturating_sub(*count), in_group(group, false));
                if of.len() < count {
                    return Vec::new();
                }
                vec![Remedy::Add { count, of }]
            }
            Violation::AboveMaximum { group, count, limit } => vec![Remedy::Remove {
                count: count.saturating_sub(*limit),
                of: in_group(group, true),
            }],
            Violation::Requires { option, other } => {
                let add = Remedy::Add {
                    count: 1,
                    of: vec![other.clone()],
                };
                vec![add, remove(option)]
            }
            Violation::Excludes { option, other } => vec![remove(option), remove(other)],
            Violation::ParentExcludes { option, other } => {
                let around = self
                    .model
                    .index
                    .get(option)
                    .map(|index| ParentOption::Here(*index));
                let pairs = &self.model.parent_excludes;
                let inside = pairs.iter().any(|(parent, _)| Some(parent) == around.as_ref());
                let inside = inside.then(|| remove(option));
                inside.into_iter().chain([remove(other)]).collect()
            }
            Violation::NumberMissing { number } | Violation::NumberOutOfRange { number, .. } => {
                vec![Remedy::Enter {
                    number: number.clone(),
                }]
            }
            Violation::Broken { .. } => Vec::new(),
        }
    }
}
