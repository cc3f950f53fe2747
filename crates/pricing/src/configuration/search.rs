//! The search: propagation, learning from conflicts, and a bound on the work.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "variables are made here and counted by the limits of a model; work is counted in u64"
)]

use super::literal::{Literal, Variable};

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

/// Most options that may differ from what is wanted, where the guard holds.
struct Objective {
    groups: Vec<GroupBounds>,
    guard: Literal,
    bound: usize,
}

#[derive(Clone, Copy)]
enum Reason {
    Decision,
    Clause(usize),
    Bound(usize),
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
    counters: Vec<Counter>,
    counted: Vec<Vec<usize>>,
    guarded: Vec<Vec<usize>>,
    choices: Vec<usize>,
    objective: Option<Objective>,
    consistent: bool,
    assumed: Vec<Literal>,
    model: Vec<bool>,
    core: Vec<Literal>,
    steps: u64,
    limit: u64,
}

impl Search {
    pub(super) fn new(variables: usize, clauses: &[Vec<Literal>], bounds: &[AtLeast], limit: u64) -> Self {
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
            counters: Vec::new(),
            counted: Vec::new(),
            guarded: Vec::new(),
            choices: Vec::new(),
            objective: None,
            consistent: true,
            assumed: Vec::new(),
            model: Vec::new(),
            core: Vec::new(),
            steps: 0,
            limit,
        };
        for _ in 0..variables {
            search.variable();
        }
        bounds.iter().for_each(|bound| search.add_bound(bound.clone()));
        clauses
            .iter()
            .for_each(|clause| search.add_clause(clause.clone()));
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

    /// A guard for "at most so many options differ from what is wanted".
    pub(super) fn at_most_apart(&mut self, groups: &[GroupBounds], bound: usize) -> Literal {
        let guard = Literal::yes(self.variable());
        self.objective = Some(Objective {
            groups: groups.to_vec(),
            guard,
            bound,
        });
        guard
    }

    fn add_bound(&mut self, bound: AtLeast) {
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

    fn add_clause(&mut self, mut clause: Vec<Literal>) {
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
        self.watches[clause[0].index()].push(index);
        self.watches[clause[1].index()].push(index);
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

    /// Everything that follows; `Some` literals that are all false, though one of them must hold.
    fn propagate(&mut self) -> Option<Vec<Literal>> {
        while self.head < self.trail.len() {
            let literal = self.trail[self.head];
            self.head += 1;
            let falsified = !literal;
            let watching = std::mem::take(&mut self.watches[falsified.index()]);
            self.steps += 1 + watching.len() as u64;
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

    fn check_counter(&mut self, index: usize) -> Option<Vec<Literal>> {
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

    /// The false literals from which a literal follows.
    fn causes(&self, literal: Literal) -> Vec<Literal> {
        match self.reasons[literal.variable()] {
            Reason::Decision => Vec::new(),
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

    /// Whether the options decided so far differ too much from what is wanted.
    fn check_objective(&mut self) -> Option<Vec<Literal>> {
        let objective = self.objective.as_ref()?;
        if self.value(objective.guard) != Some(true) {
            return None;
        }
        let mut apart = 0;
        let mut causes = vec![!objective.guard];
        for group in &objective.groups {
            self.steps += group.options.len() as u64;
            let (mut kept, mut added, mut removed) = (0, 0, 0);
            for option in group.options.clone() {
                match (self.values[option], self.wanted[option]) {
                    (Some(true), false) => added += 1,
                    (Some(false), true) => removed += 1,
                    (_, true) => kept += 1,
                    (_, false) => {}
                }
            }
            let offered = group.guard.map_or(Some(true), |guard| self.value(guard));
            let size: usize = kept + added;
            let more = if offered == Some(true) {
                group.min.saturating_sub(size).max(size.saturating_sub(group.max))
            } else {
                0
            };
            if added + removed + more > 0 {
                apart += added + removed + more;
                let decided = group.options.clone().filter_map(|option| {
                    let value = self.values[option].filter(|_| self.levels[option] > 0)?;
                    Some(Literal::new(option, !value))
                });
                causes.extend(decided);
                if more > 0 {
                    causes.extend(group.guard.map(|guard| !guard));
                }
            }
        }
        (apart > objective.bound).then_some(causes)
    }

    /// Learns from a conflict, goes back and draws the conclusion; `false` if nothing is left.
    fn learn(&mut self, conflict: Vec<Literal>) -> bool {
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

    /// The assumptions from which the opposite of a literal follows, and the literal.
    fn blame(&mut self, literal: Literal) {
        self.core = vec![literal];
        if self.level() == 0 {
            return;
        }
        self.seen[literal.variable()] = true;
        for position in (self.starts[0]..self.trail.len()).rev() {
            let entry = self.trail[position];
            if !std::mem::take(&mut self.seen[entry.variable()]) {
                continue;
            }
            match self.reasons[entry.variable()] {
                Reason::Decision => self.core.push(entry),
                _ => {
                    for cause in self.causes(entry) {
                        if self.levels[cause.variable()] > 0 {
                            self.seen[cause.variable()] = true;
                        }
                    }
                }
            }
        }
        self.seen[literal.variable()] = false;
        self.core.sort_unstable();
        self.core.dedup();
    }

    fn decide(&mut self) -> Option<Literal> {
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

    /// Counts work done elsewhere.
    pub(super) fn work(&mut self, steps: usize) -> Result<(), Exhausted> {
        self.steps += steps as u64;
        if self.steps > self.limit {
            Err(Exhausted)
        } else {
            Ok(())
        }
    }

    /// Whether everything holds together with the assumptions: then [`Search::model`] is how, else
    /// [`Search::core`] names assumptions that are too many.
    pub(super) fn solve(&mut self, assumptions: &[Literal]) -> Result<bool, Exhausted> {
        self.core.clear();
        let same = self.assumed.iter().zip(assumptions).take_while(|(a, b)| a == b);
        let same = same.count();
        self.retract(same);
        self.assumed = assumptions.to_vec();
        if !self.consistent {
            return Ok(false);
        }
        loop {
            self.work(1)?;
            let conflict = self.propagate().or_else(|| self.check_objective());
            if let Some(conflict) = conflict {
                if !self.learn(conflict) {
                    self.consistent = false;
                    return Ok(false);
                }
                continue;
            }
            let next = match assumptions.get(self.level()) {
                Some(&assumption) => match self.value(assumption) {
                    Some(true) => {
                        self.starts.push(self.trail.len());
                        continue;
                    }
                    Some(false) => {
                        self.blame(assumption);
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
}
