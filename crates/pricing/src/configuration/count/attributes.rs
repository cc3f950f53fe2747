//! Counting among attributes: each takes one of its values, and every constraint is between two of them.
//!
//! What is left of the values is kept in bits. Where few stand against each other, attributes are summed out one by
//! one; else values are chosen, and each leaves fewer of the others.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "attributes and values are made here; their number is within the limits of a model"
)]

use std::collections::BTreeMap;
use std::ops::Range;

use super::super::literal::{Literal, Variable};
use super::super::search::{Exhausted, GroupBounds, Search};
use super::ways::Ways;

/// How many words the tables of pairs may take.
const MAX_TABLES: usize = 4_000_000;

/// The options of a group with a figure each; `None` is for none of them.
pub(super) type ByOption<T> = Vec<(Option<Variable>, T)>;

/// What stands between two attributes: for each value of the one, which values of the other go with it.
pub(super) type Table = Vec<u64>;

pub(super) struct Attribute {
    kind: Kind,
    /// Where its values stand among the bits of all.
    pub(super) words: Range<usize>,
    /// To each other attribute; `None`: nothing stands between the two.
    pub(super) tables: BTreeMap<usize, Table>,
}

#[derive(Clone)]
enum Kind {
    /// One of the options; behind them stands, if that is allowed, none.
    OneOf { options: Range<Variable>, none: bool },
    /// Not chosen, or chosen.
    Flag(Variable),
}

impl Kind {
    fn size(&self) -> usize {
        match self {
            Self::OneOf { options, .. } => options.len() + 1,
            Self::Flag(_) => 2,
        }
    }

    /// Whether the literal holds for a value.
    fn holds(&self, value: usize, literal: Literal) -> bool {
        let chosen = match self {
            Self::OneOf { options, .. } => options.start + value == literal.variable(),
            Self::Flag(_) => value == 1,
        };
        chosen == literal.is_positive()
    }
}

pub(super) struct Attributes {
    pub(super) attributes: Vec<Attribute>,
    /// Attributes that hang together.
    parts: Vec<Vec<usize>>,
    /// The attribute of each variable.
    attribute_of: Vec<Option<usize>>,
    /// Of all attributes the values that clauses about one alone leave, and those that are left now.
    allowed: Vec<u64>,
    pub(super) domains: Vec<u64>,
    /// Words as they stood before what is chosen.
    pub(super) before: Vec<(usize, u64)>,
}

impl Attributes {
    /// The attributes among what is still open in the search. Whatever hangs together with something else is left out.
    pub(super) fn new(search: &Search, groups: &[GroupBounds], variables: usize) -> Self {
        let mut kinds = Vec::new();
        let mut attribute_of = vec![None; variables];
        let mut grouped = vec![false; variables];
        let open = |variable: Variable| search.value(Literal::yes(variable)).is_none();
        for group in groups {
            group.options.clone().for_each(|option| grouped[option] = true);
            let taken = |option: Variable| search.value(Literal::yes(option)) == Some(true);
            let offered = group.guard.is_none_or(|guard| search.value(guard) == Some(true));
            let taken = group.options.clone().filter(|option| taken(*option)).count();
            let size = group.options.len();
            if group.min == 0 && group.max >= size {
                for option in group.options.clone().filter(|option| open(*option)) {
                    attribute_of[option] = Some(kinds.len());
                    kinds.push(Kind::Flag(option));
                }
            } else if offered && group.max == 1 && taken == 0 {
                for option in group.options.clone() {
                    attribute_of[option] = Some(kinds.len());
                }
                kinds.push(Kind::OneOf {
                    options: group.options.clone(),
                    none: group.min == 0,
                });
            }
        }
        for variable in (0..variables).filter(|variable| !grouped[*variable] && open(*variable)) {
            attribute_of[variable] = Some(kinds.len());
            kinds.push(Kind::Flag(variable));
        }
        let mut built = Self {
            attributes: Vec::with_capacity(kinds.len()),
            parts: Vec::new(),
            attribute_of,
            allowed: Vec::new(),
            domains: Vec::new(),
            before: Vec::new(),
        };
        let mut words = 0;
        for kind in kinds {
            let end = words + kind.size().div_ceil(64);
            built.attributes.push(Attribute {
                kind,
                words: words..end,
                tables: BTreeMap::new(),
            });
            words = end;
        }
        built.allowed = vec![u64::MAX; words];
        built.domains = vec![0; words];
        built.connect(search, groups);
        built
    }

    /// Reads the clauses into tables, and finds what hangs together.
    fn connect(&mut self, search: &Search, groups: &[GroupBounds]) {
        let mut root: Vec<usize> = (0..self.attributes.len()).collect();
        let mut sound = vec![true; self.attributes.len()];
        let mut tables: BTreeMap<(usize, usize), Table> = BTreeMap::new();
        let mut size = 0;
        // What decides whether a group is offered, while that is open, and what it decides.
        for group in groups {
            let Some(guard) = group.guard.filter(|guard| search.value(*guard).is_none()) else {
                continue;
            };
            for variable in group.options.clone().chain([guard.variable()]) {
                if let Some(attribute) = self.attribute_of[variable] {
                    sound[attribute] = false;
                }
            }
        }
        for clause in search.clauses() {
            if clause.iter().any(|literal| search.value(*literal) == Some(true)) {
                continue;
            }
            let open = clause
                .iter()
                .copied()
                .filter(|literal| search.value(*literal).is_none());
            let open: Vec<Literal> = open.collect();
            let mut met: Vec<usize> = open
                .iter()
                .filter_map(|it| self.attribute_of[it.variable()])
                .collect();
            let strange = open
                .iter()
                .any(|literal| self.attribute_of[literal.variable()].is_none());
            met.sort_unstable();
            met.dedup();
            let Some((&first, rest)) = met.split_first() else {
                continue;
            };
            rest.iter()
                .for_each(|other| super::union(&mut root, first, *other));
            match *rest {
                _ if strange => sound[first] = false,
                [] => {
                    for value in self.refused(first, &open) {
                        let word = self.attributes[first].words.start + value / 64;
                        self.allowed[word] &= !(1 << (value % 64));
                    }
                }
                [other] => {
                    for (from, to) in [(first, other), (other, first)] {
                        let values = self.attributes[from].kind.size();
                        let words = self.attributes[to].words.len();
                        let table = tables.entry((from, to)).or_insert_with(|| {
                            size += values * words;
                            let fits = size <= MAX_TABLES;
                            if fits {
                                vec![u64::MAX; values * words]
                            } else {
                                Vec::new()
                            }
                        });
                        if table.is_empty() {
                            sound[from] = false;
                            continue;
                        }
                        let refused = self.refused(to, &open);
                        for value in self.refused(from, &open) {
                            for other in &refused {
                                table[value * words + other / 64] &= !(1 << (other % 64));
                            }
                        }
                    }
                }
                _ => sound[first] = false,
            }
        }
        for ((from, to), table) in tables {
            self.attributes[from].tables.insert(to, table);
        }
        let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for index in 0..self.attributes.len() {
            parts
                .entry(super::find(&mut root, index))
                .or_default()
                .push(index);
        }
        let mut counted = vec![false; self.attributes.len()];
        for members in parts.into_values() {
            // Yes and no alone are counted better by what follows from each.
            let choice = members
                .iter()
                .any(|member| self.attributes[*member].kind.size() > 2);
            if choice && members.iter().all(|member| sound[*member]) {
                members.iter().for_each(|member| counted[*member] = true);
                self.parts.push(members);
            }
        }
        for attribute in &mut self.attribute_of {
            *attribute = attribute.filter(|attribute| counted[*attribute]);
        }
    }

    /// The values of an attribute for which none of its literals holds.
    fn refused(&self, attribute: usize, clause: &[Literal]) -> Vec<usize> {
        let kind = &self.attributes[attribute].kind;
        let own = clause
            .iter()
            .filter(|it| self.attribute_of[it.variable()] == Some(attribute));
        let refused = |value: &usize| own.clone().all(|literal| !kind.holds(*value, *literal));
        match (kind, own.clone().find(|literal| !literal.is_positive())) {
            (Kind::OneOf { options, .. }, Some(literal)) => Some(literal.variable() - options.start)
                .filter(refused)
                .into_iter()
                .collect(),
            _ => (0..kind.size()).filter(refused).collect(),
        }
    }

    /// Whether the variable is counted here.
    pub(super) fn holds(&self, variable: Variable) -> bool {
        self.attribute_of[variable].is_some()
    }

    /// How many ways the attributes can be decided, with what the search has decided so far.
    pub(super) fn count(&mut self, search: &mut Search) -> Result<Ways, Exhausted> {
        self.count_without(search, usize::MAX)
    }

    /// The count of all parts but one.
    fn count_without(&mut self, search: &mut Search, part: usize) -> Result<Ways, Exhausted> {
        let mut count = Ways::ONE;
        for index in (0..self.parts.len()).filter(|index| *index != part) {
            let last = self.parts[index][0];
            let mut sum = Ways::ZERO;
            for (_, ways) in self.count_each(search, index, last)? {
                sum = sum.plus(&ways);
            }
            count = count.times(&sum);
            if count.is_zero() {
                break;
            }
        }
        Ok(count)
    }

    /// How many ways there are with each option of a group, and with none of them (`None`); `None` if the group is not
    /// counted here.
    pub(super) fn by_option(
        &mut self,
        search: &mut Search,
        options: &Range<Variable>,
    ) -> Result<Option<ByOption<Ways>>, Exhausted> {
        let attribute = options.clone().find_map(|option| self.attribute_of[option]);
        let Some(attribute) = attribute else {
            return Ok(None);
        };
        let Kind::OneOf { options, .. } = self.attributes[attribute].kind.clone() else {
            return Ok(None);
        };
        let holds = |part: &Vec<usize>| part.binary_search(&attribute).is_ok();
        let Some(part) = self.parts.iter().position(holds) else {
            return Ok(None);
        };
        let others = self.count_without(search, part)?;
        let each = self
            .count_each(search, part, attribute)?
            .into_iter()
            .map(|(value, ways)| {
                let option = options.clone().nth(value);
                (option, ways.times(&others))
            });
        Ok(Some(each.collect()))
    }

    /// How many ways a part has with each value that is left of a member.
    fn count_each(
        &mut self,
        search: &mut Search,
        part: usize,
        member: usize,
    ) -> Result<Vec<(usize, Ways)>, Exhausted> {
        self.before.clear();
        let members = self.parts[part].clone();
        for &member in &members {
            self.read(search, member);
        }
        if !self.support(search, &members)? {
            return Ok(Vec::new());
        }
        if let Some(order) = self.plan(search, &members, member)? {
            return self.eliminate(search, &order, member);
        }
        let mut open: Vec<usize> = members.into_iter().filter(|other| *other != member).collect();
        let values: Vec<usize> = ones(&self.domains[self.attributes[member].words.clone()]).collect();
        let mut found = Vec::with_capacity(values.len());
        for value in values {
            let ways = self.choose(search, member, value, &mut open, 0)?;
            found.push((value, ways));
        }
        Ok(found)
    }

    /// Which values of an attribute the search leaves.
    fn read(&mut self, search: &Search, attribute: usize) {
        let Attribute { kind, words, .. } = &self.attributes[attribute];
        let domain = &mut self.domains[words.clone()];
        domain.fill(0);
        let mut set = |value: usize| domain[value / 64] |= 1 << (value % 64);
        match kind {
            Kind::OneOf { options, none } => {
                let value = |option: &Variable| search.value(Literal::yes(*option));
                match options.clone().find(|option| value(option) == Some(true)) {
                    Some(taken) => set(taken - options.start),
                    None => {
                        let open = options.clone().filter(|option| value(option).is_none());
                        open.for_each(|option| set(option - options.start));
                        if *none {
                            set(options.len());
                        }
                    }
                }
            }
            Kind::Flag(variable) => match search.value(Literal::yes(*variable)) {
                Some(value) => set(usize::from(value)),
                None => {
                    set(0);
                    set(1);
                }
            },
        }
        for (word, allowed) in domain.iter_mut().zip(&self.allowed[words.clone()]) {
            *word &= allowed;
        }
    }

    /// The values of an attribute that are left, in bits.
    pub(super) fn domain(&self, attribute: usize) -> &[u64] {
        &self.domains[self.attributes[attribute].words.clone()]
    }

    /// What something stands between an attribute and.
    pub(super) fn neighbours(&self, attribute: usize) -> impl Iterator<Item = usize> {
        self.attributes[attribute].tables.keys().copied()
    }

    /// Keeps of the values of another attribute those that go with a value.
    pub(super) fn keep(&self, attribute: usize, value: usize, other: usize, left: &mut [u64]) {
        if let Some(table) = self.attributes[attribute].tables.get(&other) {
            for (word, allowed) in left
                .iter_mut()
                .zip(&table[value * self.attributes[other].words.len()..])
            {
                *word &= allowed;
            }
        }
    }

    pub(super) fn left(&self, attribute: usize) -> usize {
        let words = &self.domains[self.attributes[attribute].words.clone()];
        words.iter().map(|word| word.count_ones() as usize).sum()
    }
}

pub(super) fn ones(words: &[u64]) -> impl Iterator<Item = usize> {
    words.iter().enumerate().flat_map(|(index, word)| {
        let mut word = *word;
        std::iter::from_fn(move || {
            let bit = word.trailing_zeros() as usize;
            word &= word.checked_sub(1)?;
            Some(index * 64 + bit)
        })
    })
}
