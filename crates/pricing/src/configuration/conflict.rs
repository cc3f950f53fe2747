use serde::{Deserialize, Serialize};

use super::clauses::{Constraint, Origin, Part};
use super::configurator::{Configurator, Selection};
use super::literal::Literal;
use super::repair::Repair;
use super::rotation::Rotation;
use super::search::{Exhausted, Search};
use crate::PricingError;

/// Why no valid configuration contains a selection: choices and constraints that cannot hold together, and without any
/// one of them the others can.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conflict {
    /// Options that the model does not have. If there are any, nothing else is needed for the conflict.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
    /// The choices, in the order of the model. None: the constraints contradict each other.
    pub options: Vec<String>,
    /// The constraints, in the order of the model.
    pub constraints: Vec<Constraint>,
    /// The smallest repair of the selection; `None` if nothing is valid.
    pub repair: Option<Repair>,
}

impl Configurator<'_> {
    /// Why no valid configuration contains the selection; `None` if one does.
    ///
    /// # Errors
    /// [`PricingError::SearchLimit`].
    pub fn conflict(&self, selection: &Selection) -> Result<Option<Conflict>, PricingError> {
        let known = |option: &&String| !self.model.index.contains_key(*option);
        if let Some(unknown) = selection.options.iter().find(known) {
            return Ok(Some(Conflict {
                unknown: vec![unknown.clone()],
                options: Vec::new(),
                constraints: Vec::new(),
                repair: self.repair(selection)?,
            }));
        }
        let found = self.contradiction(selection);
        let Some(mut conflict) = found.map_err(|limit| self.exhausted(limit))? else {
            return Ok(None);
        };
        conflict.repair = self.repair(selection)?;
        Ok(Some(conflict))
    }

    /// Minimal choices and constraints that contradict each other.
    fn contradiction(&self, selection: &Selection) -> Result<Option<Conflict>, Exhausted> {
        let Some(wishes) = self.assumptions(selection) else {
            return Ok(None);
        };
        // The wishes first, which is quick, then the constraints that refuse them.
        let Some(wishes) = smallest(&mut self.search(), &[], wishes)? else {
            return Ok(None);
        };
        let Some(origins) = self.refusing(&wishes)? else {
            return Ok(None);
        };
        let options: Vec<bool> = (0..self.model.options.len())
            .map(|option| wishes.contains(&Literal::yes(option)))
            .collect();
        Ok(Some(Conflict {
            unknown: Vec::new(),
            options: self.ids(&options),
            constraints: origins
                .into_iter()
                .map(|origin| self.constraint(origin))
                .collect(),
            repair: None,
        }))
    }

    /// Minimal constraints that cannot hold together with the wishes.
    fn refusing(&self, wishes: &[Literal]) -> Result<Option<Vec<Origin>>, Exhausted> {
        let clauses = &self.clauses;
        let constraints: Vec<&[(Origin, Part)]> =
            clauses.parts.chunk_by(|one, next| one.0 == next.0).collect();
        let definitions = |limit| {
            let mut search = Search::new(clauses.variables, limit);
            for clause in &clauses.definitions {
                search.add_clause(clause.clone());
            }
            search
        };
        // Constraints are taken in where a choice that heeds the others breaks them, until nothing is left: most of a
        // large model has nothing to do with a conflict.
        let mut search = definitions(self.model.steps);
        let mut heeded = vec![false; constraints.len()];
        while search.solve(wishes)? {
            search.work(clauses.parts.len() / 64)?;
            let mut broken = Vec::new();
            for (heeded, constraint) in heeded.iter_mut().zip(&constraints) {
                let holds = |(_, part): &(Origin, Part)| part.holds(search.model());
                if !*heeded && !constraint.iter().all(holds) {
                    *heeded = true;
                    broken.push(*constraint);
                }
            }
            if broken.is_empty() {
                return Ok(None);
            }
            for (_, part) in broken.into_iter().flatten() {
                match part {
                    Part::Clause(clause) => search.add_clause(clause.clone()),
                    Part::Bound(bound) => search.add_bound(bound.clone()),
                }
            }
        }
        // Those under a switch each.
        let left = self.model.steps.saturating_sub(search.steps());
        let mut search = definitions(left);
        let suspects = constraints.iter().zip(&heeded).filter(|(_, heeded)| **heeded);
        let suspects: Vec<&[(Origin, Part)]> = suspects.map(|(constraint, _)| *constraint).collect();
        let mut switches = Vec::with_capacity(suspects.len());
        for part in &suspects {
            let switch = Literal::yes(search.variable());
            switches.push(switch);
            part.iter().for_each(|(_, part)| search.add_under(switch, part));
        }
        let rotation = Rotation::new(clauses, &suspects);
        let needed = rotation.smallest(&mut search, wishes, &switches)?;
        Ok(needed.map(|needed| {
            let origins = suspects.iter().zip(needed).filter(|(_, needed)| *needed);
            origins
                .filter_map(|(parts, _)| parts.first().map(|(origin, _)| *origin))
                .collect()
        }))
    }
}

impl Search {
    /// Adds what must hold where the switch does.
    fn add_under(&mut self, switch: Literal, part: &Part) {
        match part {
            Part::Clause(clause) => {
                let mut clause = clause.clone();
                clause.push(!switch);
                self.add_clause(clause);
            }
            Part::Bound(bound) => {
                let mut bound = bound.clone();
                bound.guard = Some(match bound.guard {
                    None => switch,
                    Some(guard) => {
                        let both = Literal::yes(self.variable());
                        self.add_clause(vec![!switch, !guard, both]);
                        both
                    }
                });
                self.add_bound(bound);
            }
        }
    }
}

/// A smallest part of `literals` that cannot hold together with `base`, in their order; `None` if all of them can.
fn smallest(
    search: &mut Search,
    base: &[Literal],
    literals: Vec<Literal>,
) -> Result<Option<Vec<Literal>>, Exhausted> {
    let Some(mut needed) = refused(search, base, &literals)? else {
        return Ok(None);
    };
    // Each is left out in turn, the last first. One without which there is a way out stays.
    let mut at = needed.len();
    while let Some(last) = at.checked_sub(1) {
        at = last;
        let behind = needed.len().saturating_sub(at).saturating_sub(1);
        let mut without = needed.clone();
        without.remove(at);
        if let Some(smaller) = refused(search, base, &without)? {
            at = smaller.len().saturating_sub(behind);
            needed = smaller;
        }
    }
    Ok(Some(needed))
}

/// Those of the literals that are enough for a contradiction with `base`, in order; `None` if they hold together.
fn refused(
    search: &mut Search,
    base: &[Literal],
    literals: &[Literal],
) -> Result<Option<Vec<Literal>>, Exhausted> {
    search.work(literals.len())?;
    search.assume(literals.to_vec());
    if search.solve(base)? {
        return Ok(None);
    }
    let core = search.core();
    let kept = literals
        .iter()
        .copied()
        .filter(|literal| core.binary_search(literal).is_ok());
    Ok(Some(kept.collect()))
}
