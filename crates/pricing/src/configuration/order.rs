use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::configurator::{Configurator, Selection};
use super::literal::Literal;
use super::search::{Exhausted, GroupBounds, Search};
use crate::PricingError;

/// Valid configurations, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    /// The options of each.
    pub configurations: Vec<Vec<String>>,
    /// Whether there are more than were asked for.
    pub more: bool,
}

/// The valid configuration nearest to a list of wishes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closest {
    /// Its options.
    pub configuration: Vec<String>,
    /// How many wishes it keeps, from the first on.
    pub kept: usize,
}

/// Walks valid configurations in order: by the choice in the first group, then in the second, and so on; inside a
/// group fewer options first, then by position.
pub(super) struct Walk<'s> {
    search: &'s mut Search,
    groups: &'s [GroupBounds],
    base: Vec<Literal>,
    frames: Vec<Frame>,
    counts: BTreeMap<(usize, usize), Literal>,
}

#[derive(Clone, Copy)]
enum Frame {
    /// So many options of a group.
    Count {
        group: usize,
        count: usize,
        guard: Option<Literal>,
    },
    /// An option of a group taken or left.
    Option { group: usize, literal: Literal },
}

impl Frame {
    const fn literal(self) -> Option<Literal> {
        match self {
            Self::Count { guard, .. } => guard,
            Self::Option { literal, .. } => Some(literal),
        }
    }
}

impl<'s> Walk<'s> {
    /// Over all configurations that hold together with `base`.
    pub(super) const fn new(search: &'s mut Search, groups: &'s [GroupBounds], base: Vec<Literal>) -> Self {
        Self {
            search,
            groups,
            base,
            frames: Vec::new(),
            counts: BTreeMap::new(),
        }
    }

    /// The first configuration.
    pub(super) fn first(&mut self) -> Result<Option<Vec<bool>>, Exhausted> {
        self.frames.clear();
        if !self.possible(None)? {
            return Ok(None);
        }
        self.descend().map(Some)
    }

    /// The one behind the last.
    pub(super) fn next(&mut self) -> Result<Option<Vec<bool>>, Exhausted> {
        while let Some(frame) = self.frames.pop() {
            match frame {
                Frame::Option { group, literal } if literal.is_positive() => {
                    let left = !literal;
                    if self.possible(Some(left))? {
                        self.frames.push(Frame::Option { group, literal: left });
                        return self.descend().map(Some);
                    }
                }
                Frame::Option { .. } | Frame::Count { guard: None, .. } => {}
                Frame::Count { group, count, .. } => {
                    if self.count(group, count.saturating_add(1), false)? {
                        return self.descend().map(Some);
                    }
                }
            }
        }
        Ok(None)
    }

    fn possible(&mut self, next: Option<Literal>) -> Result<bool, Exhausted> {
        let frames = self.frames.iter().filter_map(|frame| frame.literal());
        let assumptions: Vec<Literal> = self.base.iter().copied().chain(frames).chain(next).collect();
        self.search.work(assumptions.len())?;
        self.search.solve(&assumptions)
    }

    fn holds(&self, literal: Literal) -> bool {
        let holds = self.search.model().get(literal.variable()).copied();
        holds.unwrap_or(false) == literal.is_positive()
    }

    /// Opens a group with the fewest options possible, but at least `from`. `certain`: the last configuration found
    /// shows one way.
    fn count(&mut self, group: usize, from: usize, certain: bool) -> Result<bool, Exhausted> {
        let Some(bounds) = self.groups.get(group).cloned() else {
            return Ok(false);
        };
        let size = bounds.options.len();
        if bounds.guard.is_none() && bounds.min == bounds.max.min(size) {
            self.frames.push(Frame::Count {
                group,
                count: bounds.min,
                guard: None,
            });
            return Ok(true);
        }
        let least = if bounds.guard.is_none() { bounds.min } else { 0 };
        let known = bounds
            .options
            .clone()
            .filter(|option| self.holds(Literal::yes(*option)));
        let known = if certain { Some(known.count()) } else { None };
        for count in from.max(least)..=bounds.max.min(size) {
            let guard = match self.counts.get(&(group, count)) {
                Some(guard) => *guard,
                None => {
                    self.search.work(size)?;
                    let guard = self.search.exactly(bounds.options.clone(), count);
                    self.counts.insert((group, count), guard);
                    guard
                }
            };
            if known == Some(count) || self.possible(Some(guard))? {
                self.frames.push(Frame::Count {
                    group,
                    count,
                    guard: Some(guard),
                });
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// From frames that are possible, and a model that shows it, to the first configuration under them.
    fn descend(&mut self) -> Result<Vec<bool>, Exhausted> {
        let mut group = match self.frames.last() {
            None => 0,
            Some(Frame::Count { group, .. } | Frame::Option { group, .. }) => {
                let group = *group;
                self.fill(group)?;
                group.saturating_add(1)
            }
        };
        while group < self.groups.len() {
            self.count(group, 0, true)?;
            self.fill(group)?;
            group = group.saturating_add(1);
        }
        let options = self.groups.iter().map(|group| group.options.end).max();
        Ok(self
            .search
            .model()
            .iter()
            .copied()
            .take(options.unwrap_or(0))
            .collect())
    }

    /// Decides the options of the group that is open, taking each as early as possible.
    fn fill(&mut self, group: usize) -> Result<(), Exhausted> {
        let Some(options) = self.groups.get(group).map(|group| group.options.clone()) else {
            return Ok(());
        };
        let (mut taken, mut next, mut wanted) = (0_usize, options.start, 0);
        for frame in self.frames.iter().rev() {
            match frame {
                Frame::Option { literal, .. } => {
                    taken = taken.saturating_add(usize::from(literal.is_positive()));
                    next = next.max(literal.variable().saturating_add(1));
                }
                Frame::Count { count, .. } => {
                    wanted = *count;
                    break;
                }
            }
        }
        for option in next..options.end {
            if taken >= wanted {
                break;
            }
            let option = Literal::yes(option);
            let literal = if self.holds(option) || self.possible(Some(option))? {
                taken = taken.saturating_add(1);
                option
            } else {
                !option
            };
            self.frames.push(Frame::Option { group, literal });
        }
        Ok(())
    }
}

impl Configurator<'_> {
    /// The valid configurations in order, at most `limit` of them.
    ///
    /// # Errors
    /// [`PricingError::SearchLimit`].
    pub fn list(&self, limit: usize) -> Result<Listing, PricingError> {
        let mut search = self.search();
        let mut walk = Walk::new(&mut search, &self.clauses.groups, Vec::new());
        let mut run = || {
            let mut configurations = Vec::new();
            let mut found = walk.first()?;
            while let Some(chosen) = found {
                if configurations.len() >= limit {
                    return Ok((configurations, true));
                }
                configurations.push(self.ids(&chosen));
                found = walk.next()?;
            }
            Ok((configurations, false))
        };
        let (configurations, more) = run().map_err(|limit| self.exhausted(limit))?;
        Ok(Listing { configurations, more })
    }

    /// The first valid configuration that contains the selection. If there is none, the last wish is dropped, and so
    /// on; what is fixed is never dropped. `None` if nothing is valid.
    ///
    /// # Errors
    /// [`PricingError::SearchLimit`].
    pub fn closest(&self, selection: &Selection) -> Result<Option<Closest>, PricingError> {
        let run = || {
            let wishes = self.wishes(selection);
            let fixed: Option<Vec<Literal>> = selection
                .fixed
                .iter()
                .map(|option| self.model.index.get(option).map(|index| Literal::yes(*index)))
                .collect();
            let Some(fixed) = fixed else { return Ok(None) };
            let mut search = self.search();
            if !search.solve(&fixed)? {
                return Ok(None);
            }
            // A wish that cannot be kept cannot be kept with more of them either: halve the rest.
            let known = wishes.iter().take_while(|wish| wish.is_some()).count();
            let (mut kept, mut beyond) = (0_usize, known.saturating_add(1));
            let with = |kept: usize| -> Vec<Literal> {
                let wishes = wishes.iter().take(kept).flatten();
                fixed.iter().chain(wishes).copied().collect()
            };
            let mut try_next = known;
            while kept.saturating_add(1) < beyond {
                if search.solve(&with(try_next))? {
                    kept = try_next;
                } else {
                    beyond = try_next;
                }
                try_next = kept.midpoint(beyond);
            }
            let mut walk = Walk::new(&mut search, &self.clauses.groups, with(kept));
            Ok(walk.first()?.map(|chosen| (chosen, kept)))
        };
        let found = run().map_err(|limit| self.exhausted(limit))?;
        Ok(found.map(|(chosen, kept)| Closest {
            configuration: self.ids(&chosen),
            kept,
        }))
    }
}
