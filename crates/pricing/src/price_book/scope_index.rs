use std::collections::BTreeMap;

use crate::price_book::PriceEntry;

/// The entries of a book by the attributes that they name and the values of these, so that a request meets only what
/// is meant for it. Names and values are numbers here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct ScopeIndex {
    attributes: BTreeMap<String, Attribute>,
    /// By the attributes that are named, then by their values; each bucket by its first instant.
    groups: BTreeMap<Vec<usize>, BTreeMap<Vec<usize>, Vec<usize>>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Attribute {
    number: usize,
    values: BTreeMap<String, usize>,
}

impl ScopeIndex {
    pub(super) fn new(entries: &[PriceEntry]) -> Self {
        let mut index = Self::default();
        for (at, entry) in entries.iter().enumerate() {
            let (mut names, mut values) = (Vec::new(), Vec::new());
            for (name, value) in &entry.scope {
                let next = index.attributes.len();
                let attribute = index.attributes.entry(name.clone()).or_insert_with(|| Attribute {
                    number: next,
                    values: BTreeMap::new(),
                });
                let next = attribute.values.len();
                names.push(attribute.number);
                values.push(*attribute.values.entry(value.clone()).or_insert(next));
            }
            let group = index.groups.entry(names).or_default();
            group.entry(values).or_default().push(at);
        }
        let first = |at: &usize| {
            entries
                .get(*at)
                .map(|entry| (entry.validity.first_instant(), *at))
        };
        for bucket in index.groups.values_mut().flat_map(BTreeMap::values_mut) {
            bucket.sort_by_key(first);
        }
        index
    }

    /// The entries whose attributes all have the values of the request, in the order of the book.
    pub(super) fn matching(&self, attributes: &BTreeMap<&str, &str>) -> Vec<usize> {
        let mut found: BTreeMap<usize, usize> = BTreeMap::new();
        for (name, value) in attributes {
            if let Some(attribute) = self.attributes.get(*name)
                && let Some(number) = attribute.values.get(*value)
            {
                found.insert(attribute.number, *number);
            }
        }
        let mut all = Vec::new();
        let mut key = Vec::new();
        for (names, group) in &self.groups {
            key.clear();
            key.extend(names.iter().map_while(|name| found.get(name).copied()));
            if key.len() == names.len()
                && let Some(bucket) = group.get(&key)
            {
                all.extend(bucket);
            }
        }
        all.sort_unstable();
        all
    }

    /// The attributes that entries name together, each with its entries by their values.
    pub(super) fn groups(&self) -> impl Iterator<Item = (&[usize], &BTreeMap<Vec<usize>, Vec<usize>>)> {
        self.groups.iter().map(|(names, group)| (names.as_slice(), group))
    }
}
