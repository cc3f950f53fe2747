//! How far a configuration is from what is wanted: a bound on the changes, and what follows from it.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "variables are those of one search; changes are counted by its options"
)]

use std::ops::Range;

use super::super::literal::{Literal, Variable};
use super::{GroupBounds, Reason, Search};

/// At most `bound` options differ from what is wanted, where the guard holds.
pub(super) struct Changes {
    guard: Literal,
    bound: usize,
    groups: Vec<GroupChanges>,
    group_of: Vec<Option<usize>>,
}

/// What is decided in a group. Options that are still open count as what is wanted of them.
struct GroupChanges {
    options: Range<Variable>,
    min: usize,
    max: usize,
    offered: Option<Literal>,
    /// Wanted options, and the others.
    wanted: usize,
    others: usize,
    kept: usize,
    removed: usize,
    added: usize,
    left: usize,
}

impl GroupChanges {
    /// The fewest changes once so many are removed and added: the size of the group may need more.
    fn fewest(&self, min: usize, removed: usize, added: usize) -> usize {
        let size = self.wanted.saturating_sub(removed) + added;
        removed + added + min.saturating_sub(size).max(size.saturating_sub(self.max))
    }
}

impl Changes {
    /// Notes that a variable is decided, or is not any more.
    pub(super) fn note(&mut self, literal: Literal, wanted: bool, decided: bool) {
        let Some(Some(group)) = self.group_of.get(literal.variable()) else {
            return;
        };
        let group = &mut self.groups[*group];
        let count = match (wanted, literal.is_positive()) {
            (true, true) => &mut group.kept,
            (true, false) => &mut group.removed,
            (false, true) => &mut group.added,
            (false, false) => &mut group.left,
        };
        if decided {
            *count += 1;
        } else {
            *count -= 1;
        }
    }
}

impl Search {
    /// A guard for "at most so many options differ from what is wanted"; of several guards the last one counts.
    pub(in super::super) fn at_most_apart(&mut self, groups: &[GroupBounds], bound: usize) -> Literal {
        self.retract(0);
        let guard = Literal::yes(self.variable());
        let mut group_of = vec![None; self.values.len()];
        let mut built = Vec::with_capacity(groups.len());
        for (index, group) in groups.iter().enumerate() {
            let wanted = group
                .options
                .clone()
                .filter(|option| self.wanted[*option])
                .count();
            for option in group.options.clone() {
                group_of[option] = Some(index);
            }
            built.push(GroupChanges {
                options: group.options.clone(),
                min: group.min,
                max: group.max,
                offered: group.guard,
                wanted,
                others: group.options.len() - wanted,
                kept: 0,
                removed: 0,
                added: 0,
                left: 0,
            });
        }
        self.steps += group_of.len() as u64;
        let mut changes = Changes {
            guard,
            bound,
            groups: built,
            group_of,
        };
        for &literal in &self.trail {
            changes.note(literal, self.wanted[literal.variable()], true);
        }
        self.changes = Some(changes);
        guard
    }

    /// The first wanted option that is still open, where changes are bounded.
    pub(super) fn open_wish(&self) -> Option<Literal> {
        let changes = self.changes.as_ref()?;
        if self.value(changes.guard) != Some(true) {
            return None;
        }
        let open = |group: &&GroupChanges| group.kept + group.removed < group.wanted;
        let group = changes.groups.iter().find(open)?;
        let open = |option: &Variable| self.wanted[*option] && self.values[*option].is_none();
        group.options.clone().find(open).map(Literal::yes)
    }

    /// Refuses every further change that the bound has no room for; `Some` literals that are all false, though one of
    /// them must hold, if there are too many changes already.
    pub(super) fn check_changes(&mut self) -> Option<Vec<Literal>> {
        let changes = self.changes.as_ref()?;
        if self.value(changes.guard) != Some(true) {
            return None;
        }
        self.steps += 1 + changes.groups.len() as u64 / 8;
        let mut apart = 0;
        for group in &changes.groups {
            apart += group.fewest(self.least(group), group.removed, group.added);
        }
        let Some(room) = changes.bound.checked_sub(apart) else {
            return Some(self.change_causes(usize::MAX));
        };
        let mut follow = Vec::new();
        let mut looked_at = 0;
        for group in &changes.groups {
            let min = self.least(group);
            let now = group.fewest(min, group.removed, group.added);
            let open = group.kept + group.removed < group.wanted;
            let keep = open && group.fewest(min, group.removed + 1, group.added) > now + room;
            let open = group.added + group.left < group.others;
            let leave = open && group.fewest(min, group.removed, group.added + 1) > now + room;
            if keep || leave {
                looked_at += group.options.len();
                let options = group
                    .options
                    .clone()
                    .filter(|option| self.values[*option].is_none());
                let refused = options.filter(|option| if self.wanted[*option] { keep } else { leave });
                follow.extend(refused.map(|option| Literal::new(option, self.wanted[option])));
            }
        }
        self.steps += looked_at as u64;
        for literal in follow {
            self.assign(literal, Reason::Changes);
        }
        None
    }

    /// How many options of the group are needed, as far as that is known.
    fn least(&self, group: &GroupChanges) -> usize {
        match group.offered.map_or(Some(true), |offered| self.value(offered)) {
            Some(true) => group.min,
            _ => 0,
        }
    }

    /// The false literals from which it follows that there is no room for a change, before a position of the trail.
    pub(super) fn change_causes(&self, before: usize) -> Vec<Literal> {
        let Some(changes) = &self.changes else {
            return Vec::new();
        };
        let mut causes = vec![!changes.guard];
        for group in &changes.groups {
            if group.removed + group.added > 0 {
                causes.extend(group.options.clone().filter_map(|option| {
                    let value = self.values[option]?;
                    let counts = value != self.wanted[option] && self.positions[option] < before;
                    counts.then(|| Literal::new(option, !value))
                }));
            }
            if let Some(offered) = group.offered
                && group.min > 0
                && self.value(offered) == Some(true)
                && self.positions[offered.variable()] < before
            {
                causes.push(!offered);
            }
        }
        causes
    }
}
