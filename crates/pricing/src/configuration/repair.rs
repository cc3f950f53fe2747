use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::configurator::{Configurator, Selection};
use super::literal::Literal;
use super::order::Walk;
use crate::PricingError;

/// The valid configuration that needs the fewest changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repair {
    /// Its options, in the order of the model.
    pub selection: Vec<String>,
    /// What is added, in the order of the model.
    pub add: Vec<String>,
    /// What is taken away, in the order of the selection.
    pub remove: Vec<String>,
}

impl Configurator<'_> {
    /// The valid configuration with the fewest options added plus removed; of several the first in order. What is
    /// fixed stays. `None` if nothing is valid.
    ///
    /// # Errors
    /// [`PricingError::SearchLimit`].
    pub fn repair(&self, selection: &Selection) -> Result<Option<Repair>, PricingError> {
        let chosen = self.chosen(selection);
        let run = || {
            let fixed: Option<Vec<Literal>> = selection
                .fixed
                .iter()
                .map(|option| self.model.index.get(option).map(|index| Literal::yes(*index)))
                .collect();
            let Some(fixed) = fixed else { return Ok(None) };
            let mut search = self.search();
            search.want(&chosen);
            if !search.solve(&fixed)? {
                return Ok(None);
            }
            // Between none and what the first one found needs.
            let mut bound = 0;
            loop {
                let guard = search.at_most_apart(&self.clauses.groups, bound);
                let base: Vec<Literal> = fixed.iter().copied().chain([guard]).collect();
                if search.solve(&base)? {
                    return Walk::new(&mut search, &self.clauses.groups, base).first();
                }
                bound = bound.saturating_add(1);
            }
        };
        let found = run().map_err(|limit| self.exhausted(limit))?;
        Ok(found.map(|repaired| {
            let added = repaired.iter().zip(&chosen).map(|(new, old)| *new && !old);
            let kept = |option: &String| {
                let index = self.model.index.get(option);
                index.and_then(|index| repaired.get(*index)) == Some(&true)
            };
            let mut seen = BTreeSet::new();
            let removed = selection
                .options
                .iter()
                .filter(|option| !kept(option) && seen.insert(*option));
            Repair {
                add: self.ids(&added.collect::<Vec<bool>>()),
                remove: removed.cloned().collect(),
                selection: self.ids(&repaired),
            }
        }))
    }

    /// The selection with everything that `requires` brings in, transitively, in the order of the model; behind it
    /// stand the options that there are not.
    #[must_use]
    pub fn complete(&self, selection: &Selection) -> Selection {
        let mut chosen = self.chosen(selection);
        let mut needs = vec![Vec::new(); self.model.options.len()];
        for &(option, other) in &self.model.requires {
            if let Some(needs) = needs.get_mut(option) {
                needs.push(other);
            }
        }
        let mut open: Vec<usize> = (0..chosen.len())
            .filter(|option| chosen.get(*option) == Some(&true))
            .collect();
        while let Some(option) = open.pop() {
            for &other in needs.get(option).map_or(&[][..], Vec::as_slice) {
                if let Some(entry) = chosen.get_mut(other).filter(|entry| !**entry) {
                    *entry = true;
                    open.push(other);
                }
            }
        }
        let unknown = selection
            .options
            .iter()
            .filter(|option| !self.model.index.contains_key(*option));
        Selection {
            options: self.ids(&chosen).into_iter().chain(unknown.cloned()).collect(),
            fixed: selection.fixed.clone(),
        }
    }

    /// The selection with the defaults of the model, in groups where nothing is selected: each default in order, if
    /// it goes together with the selection and the defaults before it. The defaults come last and are not fixed.
    ///
    /// # Errors
    /// [`PricingError::SearchLimit`].
    pub fn with_defaults(&self, selection: &Selection) -> Result<Selection, PricingError> {
        let chosen = self.chosen(selection);
        let mut completed = selection.clone();
        let Some(mut assumptions) = self.assumptions(selection) else {
            return Ok(completed);
        };
        let mut search = self.search();
        for group in &self.model.groups {
            let options = || group.options.clone();
            if options().any(|option| chosen.get(option) == Some(&true)) {
                continue;
            }
            for option in options() {
                let Some(entry) = self.model.options.get(option).filter(|entry| entry.default) else {
                    continue;
                };
                assumptions.push(Literal::yes(option));
                if search
                    .solve(&assumptions)
                    .map_err(|limit| self.exhausted(limit))?
                {
                    completed.options.push(entry.id.clone());
                } else {
                    assumptions.pop();
                }
            }
        }
        Ok(completed)
    }
}
