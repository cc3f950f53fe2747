//! The search: propagation, learning from conflicts, and a bound on the work.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "variables are made here and counted by the limits of a model; work is counted in u64"
)]

mod changes;
mod learning;
mod propagation;

use super::literal::{Literal, Variable};
use changes::Changes;

/// At least `bound` of the literals hold, where the guard does.
#[derive(Clone, Debug)]
pub(super) struct AtLeast {
    pub(super) literals: Vec<Literal>,
    pub(super) bound: usize,
    pub(super) guard: Option<Literal>,
    /// Whether a choice has to be made to reach the bound; else leaving options out reaches it.
    pub(super) choice: bool,
}

/// A group as the search sees it.
#[derive(Clone, Debug)]
pub(super) struct GroupBounds {
    pub(super) options: std::ops::Range<Variable>,
    pub(super) min: usize,
    pub(super) max: usize,
    /// Holds where the group is offered; absent: always.
    pub(super) guard: Option<Literal>,
}

/// The work is more than was allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exhausted;

#[derive(Clone, Copy)]
enum Reason {
    Decision,
    Clause(usize),
    Bound(usize),
    /// No room for another change.
    Changes,
}

struct Counter {
    literals: Vec<Literal>,
    bound: usize,
    guard: Option<Literal>,
    trues: usize,
    falses: usize,
    weight: u64,
}

pub(super) struct Search {
    values: Vec<Option<bool>>,
    levels: Vec<usize>,
    reasons: Vec<Reason>,
    positions: Vec<usize>,
    home: Vec<Option<usize>>,
    wanted: Vec<bool>,
    seen: Vec<bool>,
    trail: Vec<Literal>,
    starts: Vec<usize>,
    head: usize,
    first_open: Variable,
    clauses: Vec<Vec<Literal>>,
    watches: Vec<Vec<usize>>,
    /// Of each literal the clauses of two that it stands in, with the other literal.
    pairs: Vec<Vec<(Literal, usize)>>,
    counters: Vec<Counter>,
    counted: Vec<Vec<usize>>,
    guarded: Vec<Vec<usize>>,
    choices: Vec<usize>,
    changes: Option<Changes>,
    consistent: bool,
    /// What is assumed at once, before the assumptions of a question.
    block: Vec<Literal>,
    assumed: Vec<Literal>,
    model: Vec<bool>,
    core: Vec<Literal>,
    steps: u64,
    limit: u64,
}

impl Search {
    pub(super) fn new(variables: usize, limit: u64) -> Self {
        let mut search = Self {
            values: Vec::new(),
            levels: Vec::new(),
            reasons: Vec::new(),
            positions: Vec::new(),
            home: Vec::new(),
            wanted: Vec::new(),
            seen: Vec::new(),
            trail: Vec::new(),
            starts: Vec::new(),
            head: 0,
            first_open: 0,
            clauses: Vec::new(),
            watches: Vec::new(),
            pairs: Vec::new(),
            counters: Vec::new(),
            counted: Vec::new(),
            guarded: Vec::new(),
            choices: Vec::new(),
            changes: None,
            consistent: true,
            block: Vec::new(),
            assumed: Vec::new(),
            model: Vec::new(),
            core: Vec::new(),
            steps: 0,
            limit,
        };
        for _ in 0..variables {
            search.variable();
        }
        search
    }

    /// Of the last search that succeeded: which variables hold.
    pub(super) fn model(&self) -> &[bool] {
        &self.model
    }

    /// Of the last search that failed: assumptions that cannot hold together.
    pub(super) fn core(&self) -> &[Literal] {
        &self.core
    }

    /// Prefers models in which these options are chosen and no others.
    pub(super) fn want(&mut self, wanted: &[bool]) {
        self.wanted[..wanted.len()].copy_from_slice(wanted);
    }

    pub(super) fn variable(&mut self) -> Variable {
        let variable = self.values.len();
        self.values.push(None);
        self.levels.push(0);
        self.reasons.push(Reason::Decision);
        self.positions.push(0);
        self.home.push(None);
        self.wanted.push(false);
        self.seen.push(false);
        for lists in [&mut self.watches, &mut self.counted, &mut self.guarded] {
            lists.push(Vec::new());
            lists.push(Vec::new());
        }
        self.pairs.push(Vec::new());
        self.pairs.push(Vec::new());
        variable
    }

    /// A guard for "exactly so many of these".
    pub(super) fn exactly(&mut self, options: std::ops::Range<Variable>, count: usize) -> Literal {
        let guard = Literal::yes(self.variable());
        let size = options.len();
        let literals: Vec<Literal> = options.clone().map(Literal::yes).collect();
        self.add_bound(AtLeast {
            literals,
            bound: count,
            guard: Some(guard),
            choice: true,
        });
        let literals: Vec<Literal> = options.map(|option| !Literal::yes(option)).collect();
        self.add_bound(AtLeast {
            literals,
            bound: size.saturating_sub(count),
            guard: Some(guard),
            choice: false,
        });
        guard
    }

    /// Adds a bound to what must hold.
    pub(super) fn add_bound(&mut self, bound: AtLeast) {
        self.retract(0);
        let index = self.counters.len();
        let AtLeast {
            literals,
            bound,
            guard,
            choice,
        } = bound;
        let (mut trues, mut falses) = (0, 0);
        for &literal in &literals {
            self.counted[literal.index()].push(index);
            match self.value(literal) {
                Some(true) => trues += 1,
                Some(false) => falses += 1,
                None => {}
            }
            if choice && guard.is_none() {
                self.home[literal.variable()] = Some(index);
            }
        }
        if let Some(guard) = guard {
            self.guarded[guard.index()].push(index);
        }
        if choice {
            self.choices.push(index);
        }
        self.counters.push(Counter {
            literals,
            bound,
            guard,
            trues,
            falses,
            weight: 1,
        });
        if self.check_counter(index).is_some() {
            self.consistent = false;
        }
    }

    /// Adds a clause to what must hold.
    pub(super) fn add_clause(&mut self, mut clause: Vec<Literal>) {
        self.retract(0);
        clause.sort_unstable();
        clause.dedup();
        if clause.windows(2).any(|pair| pair[0] == !pair[1]) {
            return;
        }
        // At the root what is known is settled.
        if clause.iter().any(|&literal| self.value(literal) == Some(true)) {
            return;
        }
        clause.retain(|&literal| self.value(literal).is_none());
        match clause.len() {
            0 => self.consistent = false,
            1 => self.assign(clause[0], Reason::Decision),
            _ => {
                self.attach(clause);
            }
        }
    }

    fn attach(&mut self, clause: Vec<Literal>) -> usize {
        let index = self.clauses.len();
        if clause.len() == 2 {
            self.pairs[clause[0].index()].push((clause[1], index));
            self.pairs[clause[1].index()].push((clause[0], index));
        } else {
            self.watches[clause[0].index()].push(index);
            self.watches[clause[1].index()].push(index);
        }
        self.clauses.push(clause);
        index
    }

    pub(super) fn value(&self, literal: Literal) -> Option<bool> {
        self.values[literal.variable()].map(|value| value == literal.is_positive())
    }

    /// The clauses that hold in any case, without those that were settled at once.
    pub(super) fn clauses(&self) -> &[Vec<Literal>] {
        &self.clauses
    }

    fn level(&self) -> usize {
        self.starts.len()
    }

    fn assign(&mut self, literal: Literal, reason: Reason) {
        let variable = literal.variable();
        self.values[variable] = Some(literal.is_positive());
        self.levels[variable] = self.level();
        self.reasons[variable] = reason;
        self.positions[variable] = self.trail.len();
        self.trail.push(literal);
        if let Some(changes) = &mut self.changes {
            changes.note(literal, self.wanted[variable], true);
        }
        for &counter in &self.counted[literal.index()] {
            self.counters[counter].trues += 1;
        }
        for &counter in &self.counted[(!literal).index()] {
            self.counters[counter].falses += 1;
        }
    }

    /// Back to a level.
    pub(super) fn retract(&mut self, level: usize) {
        if self.level() <= level {
            return;
        }
        let start = self.starts[level];
        for literal in self.trail.drain(start..) {
            self.values[literal.variable()] = None;
            if let Some(changes) = &mut self.changes {
                changes.note(literal, self.wanted[literal.variable()], false);
            }
            for &counter in &self.counted[literal.index()] {
                self.counters[counter].trues -= 1;
            }
            for &counter in &self.counted[(!literal).index()] {
                self.counters[counter].falses -= 1;
            }
        }
        self.starts.truncate(level);
        self.head = self.head.min(start);
        self.first_open = 0;
    }

    fn decide(&mut self) -> Option<Literal> {
        if let Some(wish) = self.open_wish() {
            return Some(wish);
        }
        let mut best: Option<(usize, u128, u128)> = None;
        self.steps += self.choices.len() as u64;
        for &index in &self.choices {
            let counter = &self.counters[index];
            let offered = counter.guard.is_none_or(|guard| self.value(guard) == Some(true));
            if !offered || counter.trues >= counter.bound {
                continue;
            }
            let free = (counter.literals.len() - counter.falses - counter.trues) as u128;
            let weight = u128::from(counter.weight);
            // The fewest ways out for the most conflicts.
            if best.is_none_or(|(_, least, heaviest)| free * heaviest < least * weight) {
                best = Some((index, free, weight));
            }
        }
        if let Some((index, ..)) = best {
            let literals = &self.counters[index].literals;
            self.steps += literals.len() as u64;
            let free = || {
                literals
                    .iter()
                    .copied()
                    .filter(|&literal| self.value(literal).is_none())
            };
            let wanted = free().find(|literal| self.wanted[literal.variable()]);
            if let Some(literal) = wanted.or_else(|| free().next()) {
                return Some(literal);
            }
        }
        while self.values.get(self.first_open)?.is_some() {
            self.first_open += 1;
        }
        Some(Literal::new(self.first_open, self.wanted[self.first_open]))
    }

    /// Tries a literal on a level of its own; `false` if it cannot hold. For a caller that does without learning.
    pub(super) fn enter(&mut self, literal: Literal) -> bool {
        self.starts.push(self.trail.len());
        match self.value(literal) {
            Some(holds) => holds,
            None => {
                self.assign(literal, Reason::Decision);
                self.propagate().is_none()
            }
        }
    }

    /// Leaves the level that was entered last.
    pub(super) fn leave(&mut self) {
        self.retract(self.level().saturating_sub(1));
    }

    /// What follows without any decision; `false` if there is nothing to decide any more.
    pub(super) fn begin(&mut self) -> bool {
        self.retract(0);
        self.consistent = self.consistent && self.propagate().is_none();
        self.consistent
    }

    /// The work so far.
    pub(super) const fn steps(&self) -> u64 {
        self.steps
    }

    /// Counts work done elsewhere.
    pub(super) fn work(&mut self, steps: usize) -> Result<(), Exhausted> {
        self.steps += steps as u64;
        if self.steps > self.limit {
            Err(Exhausted)
        } else {
            Ok(())
        }
    }

    /// Assumes all of these for the questions that follow, on one level: no conflict takes a part of them back.
    pub(super) fn assume(&mut self, block: Vec<Literal>) {
        self.retract(0);
        self.block = block;
        self.assumed.clear();
    }

    /// Whether everything holds together with the assumptions: then [`Search::model`] is how, else
    /// [`Search::core`] names assumptions that are too many.
    pub(super) fn solve(&mut self, assumptions: &[Literal]) -> Result<bool, Exhausted> {
        self.core.clear();
        let blocks = usize::from(!self.block.is_empty());
        let same = self.assumed.iter().zip(assumptions).take_while(|(a, b)| a == b);
        let same = same.count();
        self.retract(same + blocks);
        self.assumed = assumptions.to_vec();
        if !self.consistent {
            return Ok(false);
        }
        loop {
            self.work(1)?;
            if let Some(conflict) = self.settle() {
                let level = conflict
                    .iter()
                    .map(|literal| self.levels[literal.variable()])
                    .max();
                if level == Some(1) && blocks == 1 {
                    self.blame(&conflict);
                    return Ok(false);
                }
                if !self.learn(conflict) {
                    self.consistent = false;
                    return Ok(false);
                }
                continue;
            }
            if self.level() < blocks {
                if let Some(refused) = self.begin_block() {
                    self.core = vec![refused];
                    return Ok(false);
                }
                continue;
            }
            let next = match assumptions.get(self.level() - blocks) {
                Some(&assumption) => match self.value(assumption) {
                    Some(true) => {
                        self.starts.push(self.trail.len());
                        continue;
                    }
                    Some(false) => {
                        self.blame(&[assumption]);
                        self.core.push(assumption);
                        self.core.sort_unstable();
                        return Ok(false);
                    }
                    None => Some(assumption),
                },
                None => self.decide(),
            };
            match next {
                Some(literal) => {
                    self.starts.push(self.trail.len());
                    self.assign(literal, Reason::Decision);
                }
                None => {
                    self.model = self.values.iter().map(|value| *value == Some(true)).collect();
                    return Ok(true);
                }
            }
        }
    }

    /// Opens the level of what is assumed at once; `Some` if one of it cannot hold whatever else does.
    fn begin_block(&mut self) -> Option<Literal> {
        self.starts.push(self.trail.len());
        for at in 0..self.block.len() {
            let literal = self.block[at];
            match self.value(literal) {
                Some(true) => {}
                Some(false) => return Some(literal),
                None => self.assign(literal, Reason::Decision),
            }
        }
        None
    }
}
