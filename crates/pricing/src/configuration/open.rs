use std::ops::Range;

use l2c_money::Exact;
use serde::{Deserialize, Serialize};

use super::configurator::{Configurator, Selection};
use super::count::Counter;
use super::literal::{Literal, Variable};
use super::search::{Exhausted, Search};
use crate::PricingError;

/// What can still be chosen in a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AvailableOptions {
    /// The group.
    pub group: String,
    /// Those of its options that occur in at least one valid configuration with the selection, selected ones included.
    pub options: Vec<String>,
}

/// What is still to be decided in a selection that can become valid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenQuestions {
    /// The groups in which there is still a choice, in order.
    pub groups: Vec<OpenGroup>,
    /// The numbers that are not known.
    pub numbers: Vec<String>,
    /// The group to ask next: the one that narrows most. Its worst answer leaves the fewest configurations; of several,
    /// or where these cannot be counted, it has the most answers; of several it is the first.
    pub next: Option<String>,
}

/// A group in which there is still a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenGroup {
    /// The group.
    pub group: String,
    /// How many options must still be chosen, at least.
    pub needed: usize,
    /// The options that can still be chosen, those that are selected left out.
    pub options: Vec<String>,
    /// How many configurations the worst answer leaves: one of the options, or, where none is needed, no more than is
    /// selected. `None`: counting them is more work than the limit allows.
    pub leaves: Option<Exact>,
}

impl Configurator<'_> {
    /// Of each group the options that occur in at least one valid configuration that contains the selection.
    ///
    /// # Errors
    /// [`PricingError::SearchLimit`].
    pub fn available(&self, selection: &Selection) -> Result<Vec<AvailableOptions>, PricingError> {
        let possible = self.possible(selection).map_err(|limit| self.exhausted(limit))?;
        let groups = self.model.groups.iter().map(|group| {
            let options = group
                .options
                .clone()
                .filter(|option| possible.get(*option) == Some(&true));
            let entries = options.filter_map(|option| self.model.options.get(option));
            AvailableOptions {
                group: group.id.clone(),
                options: entries.map(|entry| entry.id.clone()).collect(),
            }
        });
        Ok(groups.collect())
    }

    /// Of each option whether it occurs in a valid configuration with the selection.
    fn possible(&self, selection: &Selection) -> Result<Vec<bool>, Exhausted> {
        let mut possible = vec![false; self.model.options.len()];
        let Some(mut assumptions) = self.assumptions(selection) else {
            return Ok(possible);
        };
        let mut search = self.search();
        if !search.solve(&assumptions)? {
            return Ok(possible);
        }
        let mark = |search: &Search, possible: &mut Vec<bool>| {
            for (entry, holds) in possible.iter_mut().zip(search.model()) {
                *entry |= holds;
            }
        };
        mark(&search, &mut possible);
        for option in 0..possible.len() {
            if possible.get(option) == Some(&true) {
                continue;
            }
            assumptions.push(Literal::yes(option));
            if search.solve(&assumptions)? {
                mark(&search, &mut possible);
            }
            assumptions.pop();
        }
        Ok(possible)
    }

    /// What is still open, or `None` if no valid configuration contains the selection: then
    /// [`Configurator::conflict`] says why.
    ///
    /// # Errors
    /// [`PricingError::SearchLimit`].
    pub fn open_questions(&self, selection: &Selection) -> Result<Option<OpenQuestions>, PricingError> {
        let possible = self.possible(selection).map_err(|limit| self.exhausted(limit))?;
        let chosen = self.chosen(selection);
        let Some(base) = self.assumptions(selection) else {
            return Ok(None);
        };
        let mut search = self.search();
        let solved = search.solve(&base).map_err(|limit| self.exhausted(limit))?;
        if !solved {
            return Ok(None);
        }
        let mut counter = self.counter();
        let mut countable = true;
        let mut groups = Vec::new();
        for (group, bounds) in self.model.groups.iter().zip(&self.clauses.groups) {
            let is = |list: &[bool], option: usize| list.get(option) == Some(&true);
            let answers: Vec<usize> = group
                .options
                .clone()
                .filter(|option| is(&possible, *option) && !is(&chosen, *option))
                .collect();
            if answers.is_empty() {
                continue;
            }
            let taken = group
                .options
                .clone()
                .filter(|option| is(&chosen, *option))
                .count();
            let offered = bounds
                .guard
                .is_none_or(|guard| chosen.get(guard.variable()) == Some(&guard.is_positive()));
            let needed = if offered {
                group.min.saturating_sub(taken)
            } else {
                0
            };
            let mut leaves = None;
            if countable {
                match worst(&mut counter, &base, &group.options, &answers, needed == 0) {
                    Ok(count) => leaves = Some(count),
                    Err(Exhausted) => countable = false,
                }
            }
            let entries = answers
                .iter()
                .filter_map(|option| self.model.options.get(*option));
            groups.push(OpenGroup {
                group: group.id.clone(),
                needed,
                options: entries.map(|entry| entry.id.clone()).collect(),
                leaves,
            });
        }
        if !countable {
            // Figures of some groups only would be compared with nothing.
            groups.iter_mut().for_each(|group| group.leaves = None);
        }
        let least = |group: &&OpenGroup| (group.leaves.clone(), std::cmp::Reverse(group.options.len()));
        let next = groups.iter().min_by_key(least);
        let next = next.map(|group| group.group.clone());
        let numbers = self
            .model
            .numbers
            .iter()
            .zip(&self.numbers)
            .filter(|(number, value)| {
                let asked = number
                    .within
                    .is_none_or(|option| chosen.get(option) == Some(&true));
                asked && value.is_none()
            });
        let numbers = numbers.map(|(number, _)| number.id.clone()).collect();
        Ok(Some(OpenQuestions {
            groups,
            numbers,
            next,
        }))
    }
}

/// How many configurations the answer leaves that leaves the most: one of the options, or, where that is allowed, none.
fn worst(
    counter: &mut Counter<'_>,
    base: &[Literal],
    options: &Range<Variable>,
    answers: &[Variable],
    none: bool,
) -> Result<Exact, Exhausted> {
    if let Some(counts) = counter.count_by_option(base, options)? {
        let answers = counts.into_iter().filter(|(option, _)| match option {
            Some(option) => answers.contains(option),
            None => none,
        });
        return Ok(answers.map(|(_, count)| count).max().unwrap_or(Exact::ZERO));
    }
    let mut most = Exact::ZERO;
    let mut ways: Vec<Vec<Literal>> = answers.iter().map(|option| vec![Literal::yes(*option)]).collect();
    if none {
        ways.push(answers.iter().map(|option| !Literal::yes(*option)).collect());
    }
    for way in ways {
        let assumed: Vec<Literal> = base.iter().copied().chain(way).collect();
        most = counter.count(&assumed)?.max(most);
    }
    Ok(most)
}
