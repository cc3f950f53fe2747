//! The smallest contradiction among many constraints.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "constraints and switches are those of one search, counted by the limits of a model"
)]

use std::ops::Range;

use super::clauses::{Clauses, Origin, Part};
use super::literal::{Literal, Variable};
use super::search::{Exhausted, Search};

/// Finds constraints that a contradiction cannot do without. A choice that breaks a single one shows that it is needed;
/// changing that choice by one option often breaks another one alone, which is needed as well, without any search.
pub(super) struct Rotation<'c> {
    clauses: &'c Clauses,
    constraints: &'c [&'c [(Origin, Part)]],
    /// The constraints that an option stands in.
    touching: Vec<Vec<usize>>,
    group_of: Vec<usize>,
}

/// What is known of each constraint.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// It may be needed.
    Suspect,
    /// The contradiction stands without it.
    Dropped,
    /// Without it there is a way out.
    Needed,
}

impl<'c> Rotation<'c> {
    pub(super) fn new(clauses: &'c Clauses, constraints: &'c [&'c [(Origin, Part)]]) -> Self {
        let mut touching = vec![Vec::new(); clauses.variables];
        for (index, parts) in constraints.iter().enumerate() {
            for (_, part) in *parts {
                let literals = match part {
                    Part::Clause(clause) => clause,
                    Part::Bound(bound) => &bound.literals,
                };
                let guard = match part {
                    Part::Bound(bound) => bound.guard,
                    Part::Clause(_) => None,
                };
                for literal in literals.iter().copied().chain(guard) {
                    let list = &mut touching[literal.variable()];
                    if list.last() != Some(&index) {
                        list.push(index);
                    }
                }
            }
        }
        let mut group_of = vec![usize::MAX; clauses.variables];
        for (index, group) in clauses.groups.iter().enumerate() {
            group.options.clone().for_each(|option| group_of[option] = index);
        }
        Self {
            clauses,
            constraints,
            touching,
            group_of,
        }
    }

    /// Of each constraint whether it belongs to a smallest contradiction with the wishes; `None` if all hold together.
    /// Each is left out in turn, the last first. Each has a switch in the search.
    pub(super) fn smallest(
        &self,
        search: &mut Search,
        wishes: &[Literal],
        switches: &[Literal],
    ) -> Result<Option<Vec<bool>>, Exhausted> {
        let mut standing = vec![Standing::Suspect; switches.len()];
        let mut left_out = switches.len();
        loop {
            let suspects = standing.iter().zip(switches).enumerate();
            let suspects =
                suspects.filter(|(at, (standing, _))| **standing == Standing::Suspect && *at != left_out);
            let suspects: Vec<Literal> = suspects.map(|(_, (_, switch))| *switch).collect();
            search.work(suspects.len())?;
            search.assume(suspects);
            if search.solve(wishes)? {
                if left_out == switches.len() {
                    return Ok(None);
                }
                let chosen = search.model()[..self.clauses.variables].to_vec();
                for needed in self.rotate(search, chosen, left_out, &mut standing)? {
                    search.add_clause(vec![switches[needed]]);
                }
            } else {
                let core = search.core();
                for (standing, switch) in standing.iter_mut().zip(switches) {
                    if *standing == Standing::Suspect && core.binary_search(switch).is_err() {
                        *standing = Standing::Dropped;
                    }
                }
            }
            let next = (0..left_out).rev().find(|at| standing[*at] == Standing::Suspect);
            let Some(next) = next else { break };
            left_out = next;
        }
        Ok(Some(
            standing
                .into_iter()
                .map(|standing| standing == Standing::Needed)
                .collect(),
        ))
    }

    /// Constraints that are needed because the choice breaks nothing but one of them.
    fn rotate(
        &self,
        search: &mut Search,
        chosen: Vec<bool>,
        broken: usize,
        standing: &mut [Standing],
    ) -> Result<Vec<usize>, Exhausted> {
        standing[broken] = Standing::Needed;
        let mut found = vec![broken];
        if !self.clauses.definitions.is_empty() {
            // What conditions mean would have to be worked out anew.
            return Ok(found);
        }
        let mut open = vec![(chosen, broken)];
        while let Some((mut chosen, broken)) = open.pop() {
            let literals: Vec<Literal> = self.constraints[broken]
                .iter()
                .flat_map(|(_, part)| match part {
                    Part::Clause(clause) => clause.as_slice(),
                    Part::Bound(bound) => bound.literals.as_slice(),
                })
                .copied()
                .collect();
            for literal in literals {
                let option = literal.variable();
                let taken = chosen[option];
                let range = self.group(option);
                // The option alone, or in exchange for another of its group.
                let swaps = range.filter(|other| *other != option && chosen[*other] != taken);
                let swaps: Vec<Option<Variable>> = swaps.map(Some).chain([None]).collect();
                for swap in swaps {
                    let changed = [Some(option), swap];
                    changed
                        .iter()
                        .flatten()
                        .for_each(|option| chosen[*option] = !chosen[*option]);
                    let alone = self.broken_alone(search, &chosen, broken, &changed, standing)?;
                    if let Some(other) = alone.filter(|other| standing[*other] == Standing::Suspect) {
                        standing[other] = Standing::Needed;
                        found.push(other);
                        open.push((chosen.clone(), other));
                    }
                    changed
                        .iter()
                        .flatten()
                        .for_each(|option| chosen[*option] = !chosen[*option]);
                }
            }
        }
        Ok(found)
    }

    fn group(&self, option: Variable) -> Range<Variable> {
        let group = self.clauses.groups.get(self.group_of[option]);
        group.map_or(0..0, |group| group.options.clone())
    }

    /// The one constraint that is broken once options were changed; before, only `broken` was.
    fn broken_alone(
        &self,
        search: &mut Search,
        chosen: &[bool],
        broken: usize,
        changed: &[Option<Variable>],
        standing: &[Standing],
    ) -> Result<Option<usize>, Exhausted> {
        let mut alone = None;
        let mut work = 0;
        let touched = changed
            .iter()
            .flatten()
            .flat_map(|option| &self.touching[*option])
            .copied();
        for index in touched.chain([broken]) {
            if standing[index] == Standing::Dropped || alone == Some(index) {
                continue;
            }
            work += 1;
            if self.constraints[index].iter().all(|(_, part)| part.holds(chosen)) {
                continue;
            }
            if alone.is_some() {
                alone = None;
                break;
            }
            alone = Some(index);
        }
        search.work(work / 16)?;
        Ok(alone)
    }
}
