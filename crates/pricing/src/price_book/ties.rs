//! Entries that a strategy cannot tell apart, found when the book is built.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use l2c_calendar::Validity;
use l2c_documents::Fault;
use l2c_money::{Exact, Unit};

use crate::price_book::{PriceBook, PriceEntry, Strategy};

/// How many entries before it an entry is compared with, at most.
pub(super) const LOOK_BACK: usize = 200;
/// How many comparisons are made between entries that name different attributes.
const ACROSS: usize = 1_000_000;

/// Every entry that can hold together with an earlier one when the strategy cannot tell them apart. It is told with the
/// earlier one that reaches furthest.
pub(super) fn find_ties(book: &PriceBook, strategy: &Strategy) -> Vec<Fault> {
    let mut ties = Ties {
        entries: &book.entries,
        pairs: BTreeSet::new(),
        left: ACROSS,
        unfinished: None,
    };
    for (_, group) in book.index.groups() {
        for bucket in group.values() {
            ties.of_one_scope(bucket, strategy);
        }
    }
    if !matches!(strategy, Strategy::AccessSequence { .. } | Strategy::BestPrice) {
        ties.across_scopes(book, strategy);
    }
    ties.faults()
}

struct Ties<'a> {
    entries: &'a [PriceEntry],
    /// Positions in the document, the later first.
    pairs: BTreeSet<(usize, usize)>,
    left: usize,
    unfinished: Option<usize>,
}

/// An entry with the values of the attributes that it names.
type Valued<'a> = (&'a [usize], &'a PriceEntry);

/// What must be equal for two entries to tie, beside their attributes.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Same,
    Priority(i64),
    Specific(Vec<bool>, Unit, Exact),
}

fn rank(strategy: &Strategy, entry: &PriceEntry) -> Option<Rank> {
    match strategy {
        Strategy::BestPrice => None,
        Strategy::Priority => Some(Rank::Priority(entry.priority)),
        Strategy::AccessSequence { accesses } => accesses
            .iter()
            .any(|access| entry.names_exactly(access))
            .then_some(Rank::Same),
        Strategy::Specificity { attributes } => Some(Rank::Specific(
            attributes
                .iter()
                .map(|name| entry.scope.contains_key(name))
                .collect(),
            entry.unit,
            entry.min_quantity.clone().unwrap_or_default(),
        )),
    }
}

impl PriceEntry {
    pub(super) fn names_exactly(&self, access: &[String]) -> bool {
        let names: BTreeSet<&str> = access.iter().map(String::as_str).collect();
        self.scope.len() == names.len() && names.iter().all(|name| self.scope.contains_key(*name))
    }

    /// Whether both can hold for one request that has the attributes of both. Quantities in different units are not
    /// compared: what they are depends on the request.
    fn meets(&self, other: &Self) -> bool {
        let units = match (self.sold_in_unit(), other.sold_in_unit()) {
            (Some(a), Some(b)) => a == b,
            _ => true,
        };
        let bounded = |entry: &Self| entry.min_quantity.is_some() || entry.max_quantity.is_some();
        let comparable = self.unit == other.unit || !(bounded(self) || bounded(other));
        units
            && comparable
            && at_most(self.min_quantity.as_ref(), other.max_quantity.as_ref())
            && at_most(other.min_quantity.as_ref(), self.max_quantity.as_ref())
            && self.validity.overlaps(&other.validity)
            && self.knowledge.overlaps(&other.knowledge)
    }
}

fn at_most(min: Option<&Exact>, max: Option<&Exact>) -> bool {
    match (min, max) {
        (Some(min), Some(max)) => min <= max,
        _ => true,
    }
}

impl<'a> Ties<'a> {
    /// Entries with the same attributes and values.
    fn of_one_scope(&mut self, bucket: &[usize], strategy: &Strategy) {
        if bucket.len() < 2 {
            return;
        }
        let mut same: BTreeMap<(Rank, Option<Unit>), Vec<&'a PriceEntry>> = BTreeMap::new();
        let all = bucket.iter().filter_map(|at| self.entries.get(*at));
        // Entries for single units meet only in their unit; one that is for any unit meets them all.
        let by_unit = all.clone().all(|entry| entry.sold_in_unit().is_some());
        for entry in all {
            if let Some(rank) = rank(strategy, entry) {
                let unit = if by_unit { entry.sold_in_unit() } else { None };
                same.entry((rank, unit)).or_default().push(entry);
            }
        }
        for group in same.into_values() {
            self.of_group(group);
        }
    }

    /// Cuts a group where nothing reaches across, by quantity and by knowledge, and sweeps the parts by time.
    fn of_group(&mut self, group: Vec<&'a PriceEntry>) {
        let one_unit = group.windows(2).all(|two| match two {
            [a, b] => a.unit == b.unit,
            _ => true,
        });
        let parts = if one_unit {
            cut_by_quantity(group)
        } else {
            vec![group]
        };
        for part in parts.into_iter().flat_map(cut_by_knowledge) {
            self.sweep(part);
        }
    }

    fn sweep(&mut self, mut part: Vec<&'a PriceEntry>) {
        part.sort_by_key(|entry| (entry.validity.first_instant(), entry.position));
        let mut furthest: Option<&PriceEntry> = None;
        let mut active: VecDeque<&PriceEntry> = VecDeque::new();
        for entry in part {
            let reaches = |other: &&PriceEntry| entry.meets(other);
            let other = furthest
                .filter(reaches)
                .or_else(|| active.iter().rev().copied().find(reaches));
            if let Some(other) = other {
                self.note(entry, other);
            }
            active.push_back(entry);
            if active.len() > LOOK_BACK
                && let Some(oldest) = active.pop_front()
                && other.is_none()
                && oldest.validity.last_instant() >= entry.validity.first_instant()
            {
                self.unfinished.get_or_insert(entry.position);
            }
            if furthest.is_none_or(|other| other.validity.last_instant() < entry.validity.last_instant()) {
                furthest = Some(entry);
            }
        }
    }

    fn note(&mut self, a: &PriceEntry, b: &PriceEntry) {
        self.pairs
            .insert((a.position.max(b.position), a.position.min(b.position)));
    }

    /// Entries that name different attributes: a request may have them all. They are joined by the values of the
    /// attributes that they share.
    fn across_scopes(&mut self, book: &'a PriceBook, strategy: &Strategy) {
        let groups: Vec<_> = book.index.groups().collect();
        // Only entries of one rank tie.
        let mut by_rank: BTreeMap<Rank, BTreeMap<usize, Vec<Valued<'_>>>> = BTreeMap::new();
        for (number, (_, group)) in groups.iter().enumerate() {
            for (values, bucket) in group.iter() {
                for entry in bucket.iter().filter_map(|at| self.entries.get(*at)) {
                    if let Some(rank) = rank(strategy, entry) {
                        let of_rank = by_rank.entry(rank).or_default();
                        of_rank
                            .entry(number)
                            .or_default()
                            .push((values.as_slice(), entry));
                    }
                }
            }
        }
        for of_rank in by_rank.values() {
            for (a, mine) in of_rank {
                for (b, theirs) in of_rank.range(..a) {
                    if let (Some((a, _)), Some((b, _))) = (groups.get(*a), groups.get(*b)) {
                        self.across_two((a, mine), (b, theirs));
                    }
                }
            }
        }
    }

    fn across_two(
        &mut self,
        (names, mine): (&[usize], &[Valued<'_>]),
        (other_names, theirs): (&[usize], &[Valued<'_>]),
    ) {
        let shared: BTreeSet<usize> = names
            .iter()
            .filter(|name| other_names.contains(name))
            .copied()
            .collect();
        let key = |names: &[usize], values: &[usize]| -> Vec<usize> {
            let pairs = names.iter().zip(values);
            pairs
                .filter(|(name, _)| shared.contains(name))
                .map(|(_, value)| *value)
                .collect()
        };
        let mut joined: BTreeMap<Vec<usize>, Vec<&PriceEntry>> = BTreeMap::new();
        for (values, entry) in theirs {
            joined.entry(key(other_names, values)).or_default().push(entry);
        }
        for (values, entry) in mine {
            let candidates = joined.get(&key(names, values)).map_or(&[][..], Vec::as_slice);
            for other in candidates {
                let Some(left) = self.left.checked_sub(1) else {
                    self.unfinished.get_or_insert(entry.position);
                    return;
                };
                self.left = left;
                if entry.meets(other) {
                    self.note(entry, other);
                    break;
                }
            }
        }
    }

    fn faults(self) -> Vec<Fault> {
        let named: BTreeMap<usize, &PriceEntry> =
            self.entries.iter().map(|entry| (entry.position, entry)).collect();
        let mut faults: Vec<Fault> = Vec::new();
        for (later, first) in &self.pairs {
            let (Some(a), Some(b)) = (named.get(later), named.get(first)) else {
                continue;
            };
            let from = match (a.validity, b.validity) {
                (Validity { from: None, .. }, Validity { from: None, .. }) => None,
                (a, b) if a.first_instant() < b.first_instant() => b.from,
                (a, _) => a.from,
            };
            let day = from.map_or_else(|| "on one day".to_owned(), |from| format!("on {from}"));
            let message = if a.scope == b.scope {
                format!(
                    "two prices {day}: this one and {}; end one before the other",
                    b.name()
                )
            } else {
                format!(
                    "two prices {day} for a request with the attributes of both: this one and {}; rank one above the other",
                    b.name()
                )
            };
            faults.push(Fault::new(a.path(), "overlap", message));
        }
        if let Some(position) = self.unfinished {
            let message = "too many entries for one key to compare each with each: split them by attribute, or let ties \
                           be found when a price is asked for";
            faults.push(Fault::new(
                format!("entries[{position}]"),
                "too_many_to_compare",
                message,
            ));
        }
        faults
    }
}

fn cut_by_quantity(mut group: Vec<&PriceEntry>) -> Vec<Vec<&PriceEntry>> {
    group.sort_by(|a, b| a.min_quantity.cmp(&b.min_quantity)); // None, which has no bound, comes first
    cut(group, |highest: &mut Option<Option<Exact>>, entry| {
        let apart = match (&highest, &entry.min_quantity) {
            (Some(Some(highest)), Some(min)) => highest < min,
            _ => false,
        };
        *highest = match (highest.take(), &entry.max_quantity) {
            (None, max) => Some(max.clone()),
            (Some(Some(highest)), Some(max)) => Some(Some(highest.max(max.clone()))),
            (Some(_), _) => Some(None),
        };
        apart
    })
}

fn cut_by_knowledge(mut group: Vec<&PriceEntry>) -> Vec<Vec<&PriceEntry>> {
    group.sort_by_key(|entry| entry.knowledge.bounds());
    cut(group, |last: &mut Option<_>, entry| {
        let (from, until) = entry.knowledge.bounds();
        let apart = last.is_some_and(|last| last <= from);
        *last = (*last).max(Some(until));
        apart
    })
}

/// Cuts a list before every entry that lies apart from all before it.
fn cut<S: Default>(
    group: Vec<&PriceEntry>,
    apart: impl Fn(&mut S, &PriceEntry) -> bool,
) -> Vec<Vec<&PriceEntry>> {
    let mut parts: Vec<Vec<&PriceEntry>> = Vec::new();
    let mut state = S::default();
    for entry in group {
        let starts = apart(&mut state, entry);
        match parts.last_mut() {
            Some(part) if !starts => part.push(entry),
            _ => parts.push(vec![entry]),
        }
    }
    parts
}
