//! A model put together from the documents of a bundle and of the bundles within it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use l2c_documents::Check;
use l2c_money::{Decimal, Exact, Quantity, Unit};
use l2c_rules::FactType;

use super::condition::{ChoiceCondition, ChoiceFacts, Subject};
use super::document::{
    ConfigurationModelDocument, OptionDocument, OptionGroupDocument, OptionQuantityDocument,
};
use super::model::{
    ConfigurationModel, Group, MAX_CONSTRAINTS, MAX_OPTIONS, NumberEntry, OptionEntry, OptionQuantity,
    ParentOption, Rule,
};
use crate::names::check_name;

/// A document of a model, and where its options stand in the whole.
pub(super) struct Source<'a> {
    /// Before the ids of the document: empty, or `server/`.
    pub(super) prefix: String,
    /// Before the paths of its faults.
    pub(super) path: String,
    pub(super) document: &'a ConfigurationModelDocument,
    /// The option that is this bundle, and the prefix of the document that it stands in.
    pub(super) within: Option<(String, String)>,
}

impl ConfigurationModel {
    /// Puts the documents together; the faults go into `check`. Sources stand before the ones within them.
    pub(super) fn assemble(check: &mut Check, sources: &[Source<'_>]) -> Self {
        let mut model = Self {
            groups: Vec::new(),
            options: Vec::new(),
            index: BTreeMap::new(),
            requires: Vec::new(),
            excludes: Vec::new(),
            parent_excludes: Vec::new(),
            rules: Vec::new(),
            numbers: Vec::new(),
            steps: super::SEARCH_STEPS,
        };
        let size = |count: fn(&ConfigurationModelDocument) -> usize| -> usize {
            sources
                .iter()
                .fold(0, |sum, source| sum.saturating_add(count(source.document)))
        };
        let options = size(|document| {
            let groups = document.groups.iter();
            groups.fold(document.groups.len(), |sum, group| {
                sum.saturating_add(group.options.len())
            })
        });
        let pairs = size(|document| {
            let pairs = document.requires.len().saturating_add(document.excludes.len());
            pairs.saturating_add(document.parent_excludes.len())
        });
        let others = size(|document| document.rules.len().saturating_add(document.numbers.len()));
        if options > MAX_OPTIONS.saturating_mul(2) || pairs > MAX_CONSTRAINTS || others > MAX_OPTIONS {
            let message = format!(
                "{options} groups and options, {pairs} pairs, {others} rules and numbers: at most \
                 {MAX_OPTIONS} of each, and {MAX_CONSTRAINTS} pairs"
            );
            check.fault(
                sources.first().map_or("", |source| &source.path),
                "too_large",
                message,
            );
            return model;
        }
        let mut whens = Vec::new();
        for source in sources {
            model.add_groups(check, source, &mut whens);
        }
        if model.options.len() > MAX_OPTIONS || model.groups.len() > MAX_OPTIONS {
            let message = format!("more than {MAX_OPTIONS} options or groups");
            check.fault(
                sources.first().map_or("", |source| &source.path),
                "too_large",
                message,
            );
            return model;
        }
        for source in sources {
            model.add_pairs(check, source);
        }
        for source in sources {
            model.add_numbers(check, source);
        }
        model.add_conditions(check, sources, &whens);
        model
    }

    fn add_groups<'a>(
        &mut self,
        check: &mut Check,
        source: &Source<'a>,
        whens: &mut Vec<&'a OptionGroupDocument>,
    ) {
        let within = source
            .within
            .as_ref()
            .and_then(|(option, _)| self.index.get(option).copied());
        let mut seen = BTreeSet::new();
        for (position, group) in source.document.groups.iter().enumerate() {
            let path = place(source, format!("groups[{position}]"));
            check_name(check, format!("{path}.id"), &group.id);
            if !seen.insert(&group.id) {
                let message = format!("two groups are called `{}`", group.id);
                check.fault(format!("{path}.id"), "duplicate_id", message);
            }
            if group.min < 0 {
                let message = format!("{} is below zero: a minimum is zero or more", group.min);
                check.fault(format!("{path}.min"), "invalid_model", message);
            }
            if let Some(max) = group.max.filter(|max| *max < group.min) {
                let message = format!("{max} is below the minimum, {}", group.min);
                check.fault(format!("{path}.max"), "invalid_model", message);
            }
            let first = self.options.len();
            for (position, option) in group.options.iter().enumerate() {
                self.add_option(check, source, &format!("{path}.options[{position}]"), option);
            }
            let options = first..self.options.len();
            whens.push(group);
            self.groups.push(Group {
                id: format!("{}{}", source.prefix, group.id),
                min: usize::try_from(group.min).unwrap_or(0),
                max: group.max.map(|max| usize::try_from(max).unwrap_or(0)),
                options,
                numeric: !group.options.is_empty()
                    && group.options.iter().all(|option| option.value.is_some()),
                when: None,
                within,
            });
        }
    }

    fn add_option(&mut self, check: &mut Check, source: &Source<'_>, path: &str, option: &OptionDocument) {
        check_name(check, format!("{path}.id"), &option.id);
        let id = format!("{}{}", source.prefix, option.id);
        if self.index.insert(id.clone(), self.options.len()).is_some() {
            let message = format!("two options are called `{id}`: give each its own id");
            check.fault(format!("{path}.id"), "duplicate_option", message);
        }
        let quantity = OptionQuantity::new(check, path, option.quantity.as_ref());
        let unit = option.unit.unwrap_or(Unit::ONE);
        if let OptionQuantity::PerBundle(_) | OptionQuantity::Fixed(_) = quantity {
            let written = match &option.quantity {
                Some(OptionQuantityDocument::PerBundle(value) | OptionQuantityDocument::Fixed(value)) => {
                    *value
                }
                _ => Decimal::ONE,
            };
            if let Err(error) = Quantity::new(written, unit) {
                check.fault(format!("{path}.quantity"), error.code(), error.to_string());
            }
        }
        self.options.push(OptionEntry {
            id,
            name: option.id.clone(),
            group: self.groups.len(),
            price: option.price.map_or(Exact::ZERO, Exact::from),
            quantity,
            max_total: option.max_total.map(Exact::from),
            value: option.value.map(Exact::from),
            default: option.default,
            product: option.product.clone(),
            unit,
        });
    }

    fn add_pairs(&mut self, check: &mut Check, source: &Source<'_>) {
        let mut find = |list: &str, position: usize, side: usize, name: &str| {
            let found = self.index.get(&format!("{}{name}", source.prefix)).copied();
            if found.is_none() {
                let path = place(source, format!("{list}[{position}][{side}]"));
                let message = format!("`{name}` is not an option of the model");
                check.fault(path, "unknown_option", message);
            }
            found
        };
        let document = source.document;
        for (position, (option, other)) in document.requires.iter().enumerate() {
            let pair = (
                find("requires", position, 0, option),
                find("requires", position, 1, other),
            );
            if let (Some(option), Some(other)) = pair {
                self.requires.push((option, other));
            }
        }
        for (position, (option, other)) in document.excludes.iter().enumerate() {
            let pair = (
                find("excludes", position, 0, option),
                find("excludes", position, 1, other),
            );
            if let (Some(option), Some(other)) = pair {
                self.excludes.push((option, other));
            }
        }
        for (position, (parent, option)) in document.parent_excludes.iter().enumerate() {
            let Some(option) = find("parent_excludes", position, 1, option) else {
                continue;
            };
            let around = source
                .within
                .as_ref()
                .map(|(_, prefix)| format!("{prefix}{parent}"));
            match around.map(|id| self.index.get(&id).copied()) {
                None => {
                    let parent = ParentOption::Outside(parent.clone());
                    self.parent_excludes.push((parent, option));
                }
                Some(Some(parent)) => self.parent_excludes.push((ParentOption::Here(parent), option)),
                // An option of another bundle that this product is a part of.
                Some(None) => {}
            }
        }
    }

    fn add_numbers(&mut self, check: &mut Check, source: &Source<'_>) {
        let within = source
            .within
            .as_ref()
            .and_then(|(option, _)| self.index.get(option).copied());
        for (position, number) in source.document.numbers.iter().enumerate() {
            let path = place(source, format!("numbers[{position}]"));
            check_name(check, format!("{path}.id"), &number.id);
            if let (Some(min), Some(max)) = (number.min, number.max)
                && max < min
            {
                check.fault(
                    format!("{path}.max"),
                    "invalid_model",
                    format!("{max} is below the minimum, {min}"),
                );
            }
            let outside = |value: &Decimal| {
                number.min.is_some_and(|min| *value < min) || number.max.is_some_and(|max| *value > max)
            };
            if let Some(default) = number.default.filter(outside) {
                let message = format!("{default} is outside the bounds of the number");
                check.fault(format!("{path}.default"), "invalid_model", message);
            }
            self.numbers.push(NumberEntry {
                id: format!("{}{}", source.prefix, number.id),
                min: number.min.map(Exact::from),
                max: number.max.map(Exact::from),
                default: number.default.map(Exact::from),
                within,
            });
        }
    }

    fn add_conditions(&mut self, check: &mut Check, sources: &[Source<'_>], whens: &[&OptionGroupDocument]) {
        let mut size: usize = 0;
        let mut first: usize = 0;
        for source in sources {
            let document = source.document;
            let needed = !document.rules.is_empty()
                || !document.numbers.is_empty()
                || document.groups.iter().any(|group| group.when.is_some());
            let groups = first..first.saturating_add(document.groups.len());
            first = groups.end;
            if !needed {
                self.offer_within(groups);
                continue;
            }
            let facts = self.facts(check, source);
            for (position, group) in groups.clone().enumerate() {
                let Some(condition) = whens.get(group).and_then(|group| group.when.as_ref()) else {
                    continue;
                };
                let path = place(source, format!("groups[{position}].when"));
                let when = facts.check(check, &path, condition);
                size = size.saturating_add(when.as_ref().map_or(0, |when| when.size(&self.groups)));
                if let Some(group) = self.groups.get_mut(group) {
                    group.when = when;
                }
            }
            let mut seen = BTreeSet::new();
            for (position, rule) in document.rules.iter().enumerate() {
                let path = place(source, format!("rules[{position}]"));
                check_name(check, format!("{path}.id"), &rule.id);
                if !seen.insert(&rule.id) {
                    let message = format!("two rules are called `{}`", rule.id);
                    check.fault(format!("{path}.id"), "duplicate_id", message);
                }
                let when = rule
                    .when
                    .as_ref()
                    .map(|when| facts.check(check, &format!("{path}.when"), when));
                let then = facts.check(check, &format!("{path}.then"), &rule.then);
                let (Some(then), Some(when)) = (then, when.map_or(Some(None), |when| when.map(Some))) else {
                    continue;
                };
                let when_size = when.as_ref().map_or(0, |when| when.size(&self.groups));
                size = size
                    .saturating_add(when_size)
                    .saturating_add(then.size(&self.groups));
                let id = format!("{}{}", source.prefix, rule.id);
                self.rules.push(Rule { id, when, then });
            }
            self.offer_within(groups);
            if size > MAX_CONSTRAINTS {
                let message = format!("the rules look at more than {MAX_CONSTRAINTS} options");
                check.fault(place(source, "rules".to_owned()), "too_large", message);
                return;
            }
        }
    }

    /// The groups of a bundle within this one are offered where the bundle is chosen.
    fn offer_within(&mut self, groups: Range<usize>) {
        for group in self.groups.get_mut(groups).unwrap_or_default() {
            if let Some(option) = group.within {
                let chosen = ChoiceCondition::Option(option);
                group.when = Some(match group.when.take() {
                    None => chosen,
                    Some(when) => ChoiceCondition::All(vec![chosen, when]),
                });
            }
        }
    }

    /// What the conditions of a document may test: what stands in it, and in the bundles within it.
    fn facts(&self, check: &mut Check, source: &Source<'_>) -> ChoiceFacts {
        let mut facts = ChoiceFacts::default();
        for (index, group) in self.groups.iter().enumerate() {
            if let Some(name) = group.id.strip_prefix(&source.prefix)
                && group.max == Some(1)
            {
                let fact_type = if group.numeric {
                    FactType::Number
                } else {
                    FactType::Text
                };
                facts.declare(name.to_owned(), fact_type, Subject::Choice(index));
            }
        }
        for (index, option) in self.options.iter().enumerate() {
            if let Some(name) = option.id.strip_prefix(&source.prefix) {
                facts.declare(format!("chosen.{name}"), FactType::Flag, Subject::Chosen(index));
                facts.declare(
                    format!("quantity.{name}"),
                    FactType::Number,
                    Subject::Quantity(index),
                );
            }
        }
        for (index, number) in self.numbers.iter().enumerate() {
            if let Some(name) = number.id.strip_prefix(&source.prefix)
                && !facts.declare(name.to_owned(), FactType::Number, Subject::Number(index))
            {
                let message = format!("`{name}` is the name of a group or of another number");
                check.fault(place(source, "numbers".to_owned()), "duplicate_id", message);
            }
        }
        facts
    }
}

fn place(source: &Source<'_>, path: String) -> String {
    if source.path.is_empty() {
        path
    } else {
        format!("{}.{path}", source.path)
    }
}
