//! What a conflict teaches: a clause that keeps the search from running into it again.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "variables are made here and counted by the limits of a model; work is counted in u64"
)]

use super::super::literal::Literal;
use super::{Reason, Search};

impl Search {
    /// The false literals from which a literal follows.
    pub(super) fn causes(&self, literal: Literal) -> Vec<Literal> {
        match self.reasons[literal.variable()] {
            Reason::Decision => Vec::new(),
            Reason::Changes => self.change_causes(self.positions[literal.variable()]),
            Reason::Clause(index) => {
                let clause = self.clauses[index].iter().copied();
                clause.filter(|&other| other != literal).collect()
            }
            Reason::Bound(index) => {
                let counter = &self.counters[index];
                let before = self.positions[literal.variable()];
                let is_guard = counter.guard == Some(!literal);
                let needed = (counter.literals.len() + usize::from(is_guard)).saturating_sub(counter.bound);
                let falses = counter.literals.iter().copied().filter(|&other| {
                    self.value(other) == Some(false) && self.positions[other.variable()] < before
                });
                let mut causes: Vec<Literal> = falses.take(needed).collect();
                if !is_guard {
                    causes.extend(counter.guard.map(|guard| !guard));
                }
                causes
            }
        }
    }

    /// Learns from a conflict, goes back and draws the conclusion; `false` if nothing is left.
    pub(super) fn learn(&mut self, conflict: Vec<Literal>) -> bool {
        let level_of = |search: &Self, literal: &Literal| search.levels[literal.variable()];
        let level = conflict.iter().map(|literal| level_of(self, literal)).max();
        let level = level.unwrap_or(0);
        if level == 0 {
            return false;
        }
        self.retract(level);
        let mut learnt = Vec::new();
        let mut open = 0;
        let mut marked = Vec::new();
        let mut causes = conflict;
        let mut position = self.trail.len();
        let asserting = loop {
            self.steps += causes.len() as u64;
            for cause in causes {
                let variable = cause.variable();
                if self.seen[variable] || self.levels[variable] == 0 {
                    continue;
                }
                self.seen[variable] = true;
                marked.push(variable);
                if let Some(home) = self.home[variable] {
                    self.counters[home].weight += 1;
                }
                if self.levels[variable] == level {
                    open += 1;
                } else {
                    learnt.push(cause);
                }
            }
            let literal = loop {
                position -= 1;
                let literal = self.trail[position];
                if self.seen[literal.variable()] {
                    break literal;
                }
            };
            open -= 1;
            if open == 0 {
                break !literal;
            }
            causes = self.causes(literal);
        };
        for variable in marked {
            self.seen[variable] = false;
        }
        // The literal that is undone last is watched beside the one that follows.
        learnt.sort_unstable_by_key(|literal| std::cmp::Reverse(level_of(self, literal)));
        let back = learnt.first().map_or(0, |literal| level_of(self, literal));
        self.retract(back);
        learnt.insert(0, asserting);
        let reason = if learnt.len() == 1 {
            Reason::Decision
        } else {
            Reason::Clause(self.attach(learnt))
        };
        self.assign(asserting, reason);
        true
    }

    /// The assumptions from which it follows that these literals are false.
    pub(super) fn blame(&mut self, literals: &[Literal]) {
        self.core.clear();
        if self.level() == 0 {
            return;
        }
        for literal in literals {
            self.seen[literal.variable()] = self.levels[literal.variable()] > 0;
        }
        for position in (self.starts[0]..self.trail.len()).rev() {
            let entry = self.trail[position];
            if !std::mem::take(&mut self.seen[entry.variable()]) {
                continue;
            }
            match self.reasons[entry.variable()] {
                Reason::Decision => self.core.push(entry),
                _ => {
                    let causes = self.causes(entry);
                    self.steps += causes.len() as u64;
                    for cause in causes {
                        if self.levels[cause.variable()] > 0 {
                            self.seen[cause.variable()] = true;
                        }
                    }
                }
            }
        }
        self.core.sort_unstable();
        self.core.dedup();
    }
}
