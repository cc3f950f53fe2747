//! What follows from what is decided.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "variables are made here and counted by the limits of a model; work is counted in u64"
)]

use super::super::literal::Literal;
use super::{Reason, Search};

impl Search {
    /// Everything that follows, from the bound on changes too; `Some` literals that are all false, though one of them
    /// must hold.
    pub(super) fn settle(&mut self) -> Option<Vec<Literal>> {
        loop {
            let conflict = self.propagate().or_else(|| self.check_changes());
            if conflict.is_some() || self.head == self.trail.len() {
                return conflict;
            }
        }
    }

    /// Everything that follows from clauses and bounds; `Some` literals that are all false, though one of them must hold.
    pub(super) fn propagate(&mut self) -> Option<Vec<Literal>> {
        while self.head < self.trail.len() {
            let literal = self.trail[self.head];
            self.head += 1;
            let falsified = !literal;
            self.steps += 1 + self.pairs[falsified.index()].len() as u64;
            for at in 0..self.pairs[falsified.index()].len() {
                let (other, index) = self.pairs[falsified.index()][at];
                match self.value(other) {
                    Some(true) => {}
                    Some(false) => return Some(vec![other, falsified]),
                    None => self.assign(other, Reason::Clause(index)),
                }
            }
            let watching = std::mem::take(&mut self.watches[falsified.index()]);
            self.steps += watching.len() as u64;
            let mut kept = Vec::with_capacity(watching.len());
            let mut conflict = None;
            for (position, &index) in watching.iter().enumerate() {
                let clause = &mut self.clauses[index];
                if clause[0] == falsified {
                    clause.swap(0, 1);
                }
                let other = clause[0];
                let values = &self.values;
                let value =
                    |literal: Literal| values[literal.variable()].map(|value| value == literal.is_positive());
                if value(other) == Some(true) {
                    kept.push(index);
                    continue;
                }
                if let Some(next) = (2..clause.len()).find(|&next| value(clause[next]) != Some(false)) {
                    clause.swap(1, next);
                    let watched = clause[1];
                    self.watches[watched.index()].push(index);
                    continue;
                }
                kept.push(index);
                if value(other) == Some(false) {
                    conflict = Some(clause.clone());
                    kept.extend_from_slice(&watching[position + 1..]);
                    break;
                }
                self.assign(other, Reason::Clause(index));
            }
            self.watches[falsified.index()] = kept;
            if conflict.is_some() {
                return conflict;
            }
            for list in [false, true] {
                let (lists, key) = if list {
                    (&self.guarded, literal)
                } else {
                    (&self.counted, falsified)
                };
                for at in 0..lists[key.index()].len() {
                    let lists = if list { &self.guarded } else { &self.counted };
                    let counter = lists[key.index()][at];
                    if let Some(conflict) = self.check_counter(counter) {
                        return Some(conflict);
                    }
                }
            }
        }
        None
    }

    pub(super) fn check_counter(&mut self, index: usize) -> Option<Vec<Literal>> {
        let counter = &self.counters[index];
        let possible = counter.literals.len() - counter.falses;
        let guard = counter.guard.map_or(Some(true), |guard| self.value(guard));
        self.steps += 1;
        if guard == Some(false) || possible > counter.bound {
            return None;
        }
        if possible < counter.bound {
            return match counter.guard {
                Some(literal) if guard.is_none() => {
                    self.assign(!literal, Reason::Bound(index));
                    None
                }
                _ => {
                    let needed = (counter.literals.len() + 1).saturating_sub(counter.bound);
                    let falses = counter.literals.iter().copied();
                    let falses = falses.filter(|&literal| self.value(literal) == Some(false));
                    let mut conflict: Vec<Literal> = falses.take(needed).collect();
                    conflict.extend(counter.guard.map(|guard| !guard));
                    self.counters[index].weight += 1;
                    Some(conflict)
                }
            };
        }
        if guard == Some(true) && counter.trues < counter.bound {
            self.steps += counter.literals.len() as u64;
            for at in 0..self.counters[index].literals.len() {
                let literal = self.counters[index].literals[at];
                if self.value(literal).is_none() {
                    self.assign(literal, Reason::Bound(index));
                }
            }
        }
        None
    }
}
