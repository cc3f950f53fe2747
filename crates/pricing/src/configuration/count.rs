//! How many valid configurations there are: by choosing, and by counting apart what has nothing to do with each other.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "variables are those of one search; counts of options are within the limits of a model"
)]

mod attributes;
mod choosing;
mod elimination;
mod ways;

use std::collections::HashMap;
use std::ops::Range;

use l2c_money::Exact;

use super::configurator::{Configurator, Selection};
use super::literal::{Literal, Variable};
use super::search::{Exhausted, GroupBounds, Search};
use crate::PricingError;
use attributes::{Attributes, ByOption};

/// How many choices may stand above each other while counting.
const MAX_NESTING: usize = 200;
/// How many words the results that are kept may take.
const MAX_KEPT: usize = 8_000_000;

pub(super) struct Counter<'c> {
    search: Search,
    groups: &'c [GroupBounds],
    /// The clauses of a variable.
    clauses_of: Vec<Vec<usize>>,
    group_of: Vec<Option<usize>>,
    attributes: Attributes,
    /// What is not counted among the attributes.
    others: Vec<Variable>,
    kept: HashMap<Vec<usize>, Exact>,
    words: usize,
    /// Marks what was visited in one round.
    visited: Vec<usize>,
    round: usize,
}

/// Variables that are still open and have to do with each other.
struct Component {
    variables: Vec<Variable>,
    /// The open clauses among them.
    clauses: Vec<usize>,
}

impl<'c> Counter<'c> {
    pub(super) fn new(mut search: Search, groups: &'c [GroupBounds], variables: usize) -> Self {
        let mut clauses_of = vec![Vec::new(); variables];
        for (index, clause) in search.clauses().iter().enumerate() {
            for literal in clause {
                clauses_of[literal.variable()].push(index);
            }
        }
        let mut group_of = vec![None; variables];
        for (index, group) in groups.iter().enumerate() {
            for option in group.options.clone() {
                group_of[option] = Some(index);
            }
        }
        search.begin();
        let attributes = Attributes::new(&search, groups, variables);
        let others = (0..variables)
            .filter(|variable| !attributes.holds(*variable))
            .collect();
        let visited = vec![0; search.clauses().len()];
        Self {
            search,
            groups,
            clauses_of,
            group_of,
            attributes,
            others,
            kept: HashMap::new(),
            words: 0,
            visited,
            round: 0,
        }
    }

    /// How many configurations contain these options.
    pub(super) fn count(&mut self, chosen: &[Literal]) -> Result<Exact, Exhausted> {
        let count = self.within(chosen, |counter| {
            let count = counter.attributes.count(&mut counter.search)?;
            if count.is_zero() {
                return Ok(Exact::ZERO);
            }
            Ok(count.exact() * counter.others()?)
        })?;
        Ok(count.unwrap_or(Exact::ZERO))
    }

    /// How many configurations contain these options and one more of a group, for each, and how many none of it
    /// (`None`). `None`: they have to be counted one by one.
    pub(super) fn count_by_option(
        &mut self,
        chosen: &[Literal],
        options: &Range<Variable>,
    ) -> Result<Option<ByOption<Exact>>, Exhausted> {
        let counts = self.within(chosen, |counter| {
            let Some(counts) = counter.attributes.by_option(&mut counter.search, options)? else {
                return Ok(None);
            };
            let others = counter.others()?;
            let counts = counts
                .into_iter()
                .map(|(option, count)| (option, count.exact() * &others));
            Ok(Some(counts.collect()))
        })?;
        Ok(counts.flatten())
    }

    /// An answer once these options are chosen; `None` if they cannot be.
    fn within<T>(
        &mut self,
        chosen: &[Literal],
        answer: impl FnOnce(&mut Self) -> Result<T, Exhausted>,
    ) -> Result<Option<T>, Exhausted> {
        if !self.search.begin() {
            return Ok(None);
        }
        let possible = chosen.iter().all(|&literal| self.search.enter(literal));
        let answer = if possible {
            answer(self).map(Some)
        } else {
            Ok(None)
        };
        self.search.retract(0);
        answer
    }

    /// The count of what is not counted among the attributes.
    fn others(&mut self) -> Result<Exact, Exhausted> {
        let others = std::mem::take(&mut self.others);
        let parts = self.components(&others);
        self.others = others;
        let (free, components) = parts?;
        self.product(free, components, 0)
    }

    fn open(&self, variable: Variable) -> bool {
        self.search.value(Literal::yes(variable)).is_none()
    }

    /// The count over parts that have nothing to do with each other.
    fn product(
        &mut self,
        free: usize,
        components: Vec<Component>,
        nesting: usize,
    ) -> Result<Exact, Exhausted> {
        if nesting > MAX_NESTING {
            return Err(Exhausted);
        }
        let mut count = power_of_two(free)?;
        for component in components {
            count = count * self.component(component, nesting)?;
            if count.is_zero() {
                break;
            }
        }
        Ok(count)
    }

    /// The least and the most options that can still be taken of a group, if that is a bound at all.
    fn bounds(&self, group: usize) -> Option<(usize, usize)> {
        let group = &self.groups[group];
        let value = |option: &Variable| self.search.value(Literal::yes(*option));
        let taken = group
            .options
            .clone()
            .filter(|option| value(option) == Some(true))
            .count();
        let open = group
            .options
            .clone()
            .filter(|option| value(option).is_none())
            .count();
        let offered = group
            .guard
            .is_none_or(|guard| self.search.value(guard) != Some(false));
        let least = if offered {
            group.min.saturating_sub(taken)
        } else {
            0
        };
        let most = group.max.saturating_sub(taken);
        (least > 0 || most < open).then_some((least, most.min(open)))
    }

    /// Those that are free of everything, and the rest in parts.
    fn components(&mut self, variables: &[Variable]) -> Result<(usize, Vec<Component>), Exhausted> {
        let open: Vec<Variable> = variables.iter().copied().filter(|&v| self.open(v)).collect();
        let mut place: HashMap<Variable, usize> = HashMap::with_capacity(open.len());
        let mut root: Vec<usize> = (0..open.len()).collect();
        for (index, &variable) in open.iter().enumerate() {
            place.insert(variable, index);
        }
        let mut bound: HashMap<usize, Option<usize>> = HashMap::new();
        let mut linked = vec![false; open.len()];
        self.round += 1;
        let mut clauses: Vec<(usize, usize)> = Vec::new();
        let mut work = variables.len();
        for (index, &variable) in open.iter().enumerate() {
            if let Some(group) = self.group_of[variable] {
                let first = match bound.get(&group) {
                    Some(first) => *first,
                    None => {
                        work += self.groups[group].options.len();
                        let first = self.bounds(group).map(|_| index);
                        bound.insert(group, first);
                        let guard = self.groups[group].guard.map(Literal::variable);
                        let guard = guard.and_then(|guard| place.get(&guard));
                        if let (Some(first), Some(&guard)) = (first, guard) {
                            union(&mut root, first, guard);
                            linked[guard] = true;
                        }
                        first
                    }
                };
                if let Some(first) = first {
                    union(&mut root, first, index);
                    linked[index] = true;
                }
            }
            for &clause in &self.clauses_of[variable] {
                work += 1;
                if self.visited[clause] == self.round {
                    continue;
                }
                self.visited[clause] = self.round;
                let literals = &self.search.clauses()[clause];
                work += literals.len();
                if literals
                    .iter()
                    .any(|&literal| self.search.value(literal) == Some(true))
                {
                    continue;
                }
                for literal in literals {
                    if let Some(&other) = place.get(&literal.variable()) {
                        union(&mut root, index, other);
                        linked[other] = true;
                    }
                }
                linked[index] = true;
                clauses.push((index, clause));
            }
        }
        self.search.work(work)?;
        let mut parts: HashMap<usize, usize> = HashMap::new();
        let mut components: Vec<Component> = Vec::new();
        let mut free = 0;
        for (index, &variable) in open.iter().enumerate() {
            if !linked[index] {
                free += 1;
                continue;
            }
            let root = find(&mut root, index);
            let part = *parts.entry(root).or_insert_with(|| {
                components.push(Component {
                    variables: Vec::new(),
                    clauses: Vec::new(),
                });
                components.len() - 1
            });
            components[part].variables.push(variable);
        }
        for (index, clause) in clauses {
            if let Some(&part) = parts.get(&find(&mut root, index)) {
                components[part].clauses.push(clause);
            }
        }
        Ok((free, components))
    }

    fn component(&mut self, component: Component, nesting: usize) -> Result<Exact, Exhausted> {
        // Rows of options that hang on each other are walked in a loop, however long.
        let mut above: Vec<(Vec<usize>, Exact, Exact)> = Vec::new();
        let mut current = component;
        let mut count = loop {
            let open_guard = self.open_guard(&current);
            if current.clauses.is_empty() && open_guard.is_none() {
                // A group whose options differ in nothing but their names.
                let group = current.variables.first().and_then(|&first| self.group_of[first]);
                let bounds = group.and_then(|group| self.bounds(group));
                let (least, most) = bounds.unwrap_or((0, current.variables.len()));
                break self.combinations(current.variables.len(), least, most)?;
            }
            let key = self.key(&current);
            if let Some(count) = self.kept.get(&key) {
                break count.clone();
            }
            let variable = open_guard.unwrap_or_else(|| self.most_used(&current));
            self.search.work(current.clauses.len())?;
            let mut sides = Vec::with_capacity(2);
            for literal in [Literal::yes(variable), !Literal::yes(variable)] {
                if self.search.enter(literal) {
                    let (free, components) = self.components(&current.variables)?;
                    let open: usize = components.iter().map(|part| part.variables.len()).sum();
                    sides.push((open, literal, free, components));
                }
                self.search.leave();
            }
            sides.sort_by_key(|(open, literal, ..)| (*open, *literal));
            let Some((_, literal, free, mut components)) = sides.pop() else {
                self.keep(key, &Exact::ZERO);
                break Exact::ZERO;
            };
            let mut count = Exact::ZERO;
            if let Some((_, literal, free, components)) = sides.pop() {
                self.search.enter(literal);
                count = self.product(free, components, nesting + 1)?;
                self.search.leave();
            }
            // The larger side goes on here.
            self.search.enter(literal);
            if components.len() == 1
                && let Some(only) = components.pop()
            {
                above.push((key, count, power_of_two(free)?));
                current = only;
                continue;
            }
            count += &self.product(free, components, nesting + 1)?;
            self.search.leave();
            self.keep(key, &count);
            break count;
        };
        while let Some((key, chosen, factor)) = above.pop() {
            count = chosen + factor * count;
            self.search.leave();
            self.keep(key, &count);
        }
        Ok(count)
    }

    /// What decides whether a group of the component is offered, while that is open.
    fn open_guard(&self, component: &Component) -> Option<Variable> {
        let groups = component
            .variables
            .iter()
            .filter_map(|&variable| self.group_of[variable]);
        let guards = groups.filter_map(|group| self.groups[group].guard);
        let mut guards = guards.map(Literal::variable).filter(|&guard| self.open(guard));
        guards.find(|guard| component.variables.binary_search(guard).is_ok())
    }

    fn keep(&mut self, key: Vec<usize>, count: &Exact) {
        if self.words + key.len() <= MAX_KEPT {
            self.words += key.len();
            self.kept.insert(key, count.clone());
        }
    }

    /// The variable in most of the open clauses; of several the first.
    fn most_used(&self, component: &Component) -> Variable {
        let mut uses: HashMap<Variable, usize> = HashMap::new();
        for &clause in &component.clauses {
            for literal in &self.search.clauses()[clause] {
                *uses.entry(literal.variable()).or_default() += 1;
            }
        }
        let used = component.variables.iter().copied();
        let most = used.max_by_key(|v| (uses.get(v).copied(), std::cmp::Reverse(*v)));
        most.unwrap_or(0)
    }

    /// What the count of a component depends on: which clauses are open and on which variables, and of each group
    /// how many can still be taken and how many options are alike.
    fn key(&self, component: &Component) -> Vec<usize> {
        let mut key: Vec<usize> = component.clauses.clone();
        key.sort_unstable();
        key.push(usize::MAX);
        let mut used: Vec<Variable> = component
            .clauses
            .iter()
            .flat_map(|&clause| self.search.clauses()[clause].iter())
            .map(|literal| literal.variable())
            .filter(|&variable| self.open(variable))
            .collect();
        used.sort_unstable();
        used.dedup();
        let mut alike: HashMap<usize, usize> = HashMap::new();
        let mut groups: Vec<usize> = Vec::new();
        for &variable in &component.variables {
            if let Some(group) = self.group_of[variable] {
                let entry = alike.entry(group).or_insert_with(|| {
                    groups.push(group);
                    0
                });
                if used.binary_search(&variable).is_err() {
                    *entry += 1;
                }
            }
        }
        key.extend(used);
        key.push(usize::MAX);
        groups.sort_unstable();
        for group in groups {
            if let Some((least, most)) = self.bounds(group) {
                let alike = alike.get(&group).copied().unwrap_or(0);
                let guard = self.groups[group].guard.map(Literal::variable);
                let guard = guard.filter(|&guard| self.open(guard)).unwrap_or(usize::MAX);
                key.extend([group, least, most, alike, guard]);
            }
        }
        key
    }

    /// How many ways there are to take from `least` to `most` of `size` options.
    fn combinations(&mut self, size: usize, least: usize, most: usize) -> Result<Exact, Exhausted> {
        let integer = |value: usize| i64::try_from(value).map(Exact::integer).map_err(|_| Exhausted);
        let mut ways = Exact::ONE;
        let mut sum = Exact::ZERO;
        for taken in 0..=most.min(size) {
            if taken > 0 {
                self.search.work(1 + size / 16)?;
                let left = integer(size - taken + 1)?;
                ways = (ways * left)
                    .checked_div(&integer(taken)?)
                    .map_err(|_| Exhausted)?;
            }
            if taken >= least {
                sum += &ways;
            }
        }
        Ok(sum)
    }
}

fn power_of_two(exponent: usize) -> Result<Exact, Exhausted> {
    let exponent = i32::try_from(exponent).map_err(|_| Exhausted)?;
    Exact::integer(2).pow(exponent).map_err(|_| Exhausted)
}

fn find(root: &mut [usize], mut index: usize) -> usize {
    while root[index] != index {
        root[index] = root[root[index]];
        index = root[index];
    }
    index
}

fn union(root: &mut [usize], one: usize, other: usize) {
    let (one, other) = (find(root, one), find(root, other));
    // The smaller stands for both, so that the order of the parts is that of the variables.
    let (low, high) = (one.min(other), one.max(other));
    root[high] = low;
}

impl Configurator<'_> {
    pub(super) fn counter(&self) -> Counter<'_> {
        Counter::new(self.search(), &self.clauses.groups, self.clauses.variables)
    }

    /// How many valid configurations there are: a whole number, exactly.
    ///
    /// # Errors
    /// [`PricingError::SearchLimit`]: there may be any number of them.
    pub fn count(&self) -> Result<Exact, PricingError> {
        self.count_with(&Selection::default())
    }

    /// How many valid configurations contain a selection.
    ///
    /// # Errors
    /// [`PricingError::SearchLimit`].
    pub fn count_with(&self, selection: &Selection) -> Result<Exact, PricingError> {
        match self.assumptions(selection) {
            None => Ok(Exact::ZERO),
            Some(chosen) => {
                let count = self.counter().count(&chosen);
                count.map_err(|limit| self.exhausted(limit))
            }
        }
    }
}
