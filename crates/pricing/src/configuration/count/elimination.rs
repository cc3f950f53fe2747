//! Summing attributes out one by one: for each way to decide its neighbours, the ways of one are put in their place.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "attributes and values are those that were read; tables are bounded before they are filled"
)]

use std::collections::{BTreeMap, BTreeSet};

use super::super::search::{Exhausted, Search};
use super::attributes::{Attributes, ones};
use super::ways::Ways;

/// How many entries of tables summing out may fill.
const MAX_ENTRIES: usize = 2_000_000;

/// An attribute to sum out, and those that stand around it then.
type Step = (usize, Vec<usize>);

/// How many ways there are for each way to decide some attributes; the values of the last one run fastest.
struct Factor {
    scope: Vec<usize>,
    entries: Vec<Ways>,
}

impl Attributes {
    /// An order in which the members can be summed out, but for the last, with tables of a bounded size; `None` if too
    /// many stand against each other.
    pub(super) fn plan(
        &self,
        search: &mut Search,
        members: &[usize],
        last: usize,
    ) -> Result<Option<Vec<Step>>, Exhausted> {
        let left: BTreeMap<usize, usize> = members
            .iter()
            .map(|member| (*member, self.left(*member)))
            .collect();
        let mut around: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for &member in members {
            let others = self.neighbours(member).filter(|other| left.contains_key(other));
            around.insert(member, others.collect());
        }
        let cost = |member: usize, others: &BTreeSet<usize>| {
            others
                .iter()
                .chain([&member])
                .fold(1_usize, |product, it| product.saturating_mul(left[it]))
        };
        let mut costs: BTreeSet<(usize, usize)> = BTreeSet::new();
        let mut cost_of: BTreeMap<usize, usize> = BTreeMap::new();
        for (member, others) in around.iter().filter(|(member, _)| **member != last) {
            cost_of.insert(*member, cost(*member, others));
            costs.insert((cost(*member, others), *member));
        }
        let mut order = Vec::with_capacity(members.len());
        let (mut entries, mut work) = (0_usize, members.len());
        while let Some((least, member)) = costs.pop_first() {
            entries = entries.saturating_add(least);
            if entries > MAX_ENTRIES {
                return Ok(None);
            }
            let others = around.remove(&member).unwrap_or_default();
            // What stood around it stands around each other now.
            for other in &others {
                if let Some(around) = around.get_mut(other) {
                    around.remove(&member);
                    around.extend(others.iter().filter(|it| *it != other));
                    work += others.len() + around.len();
                    if let Some(before) = cost_of.get_mut(other) {
                        costs.remove(&(*before, *other));
                        *before = cost(*other, around);
                        costs.insert((*before, *other));
                    }
                }
            }
            order.push((member, others.into_iter().collect()));
        }
        search.work(work)?;
        Ok(Some(order))
    }

    /// How many ways there are with each value of the last attribute, the others summed out in their order.
    pub(super) fn eliminate(
        &self,
        search: &mut Search,
        order: &[Step],
        last: usize,
    ) -> Result<Vec<(usize, Ways)>, Exhausted> {
        let members = order.iter().map(|(member, _)| *member).chain([last]);
        let values: BTreeMap<usize, Vec<usize>> = members
            .map(|member| (member, ones(self.domain(member)).collect()))
            .collect();
        let mut factors: Vec<Factor> = Vec::new();
        for (member, scope) in order {
            let (own, others) = factors
                .into_iter()
                .partition(|factor| factor.scope.contains(member));
            factors = others;
            factors.push(self.sum_out(search, *member, scope, own, &values)?);
        }
        let each = values[&last].iter().enumerate().map(|(position, value)| {
            let ways = factors.iter().fold(Ways::ONE, |ways, factor| {
                let entry = if factor.scope.is_empty() { 0 } else { position };
                ways.times(&factor.entries[entry])
            });
            (*value, ways)
        });
        Ok(each.collect())
    }

    /// For each way to decide the scope, how many ways a member has.
    fn sum_out(
        &self,
        search: &mut Search,
        member: usize,
        scope: &[usize],
        own: Vec<Factor>,
        values: &BTreeMap<usize, Vec<usize>>,
    ) -> Result<Factor, Exhausted> {
        let sizes: Vec<usize> = scope.iter().map(|other| values[other].len()).collect();
        let size: usize = sizes.iter().product();
        search.work(1 + size + size * self.left(member) / 8)?;
        // How far one step of each attribute goes in the entries of a factor.
        let strides = |factor: &Factor| -> (usize, Vec<usize>) {
            let mut stride = 1;
            let mut of = BTreeMap::new();
            for attribute in factor.scope.iter().rev() {
                of.insert(*attribute, stride);
                stride *= values[attribute].len();
            }
            let others = scope.iter().map(|other| of.get(other).copied().unwrap_or(0));
            (of.get(&member).copied().unwrap_or(0), others.collect())
        };
        let strides: Vec<(usize, Vec<usize>)> = own.iter().map(strides).collect();
        let domain = self.domain(member);
        let mut position_of = vec![0; domain.len() * 64];
        for (position, value) in values[&member].iter().enumerate() {
            position_of[*value] = position;
        }
        let mut positions = vec![0; scope.len()];
        let mut left = vec![0; domain.len()];
        let mut entries = Vec::with_capacity(size);
        for _ in 0..size {
            left.copy_from_slice(domain);
            for (other, position) in scope.iter().zip(&positions) {
                self.keep(*other, values[other][*position], member, &mut left);
            }
            let mut ways = Ways::ZERO;
            if own.is_empty() {
                ways = Ways::of(left.iter().map(|word| word.count_ones() as usize).sum());
            } else {
                for value in ones(&left) {
                    let mut product = Ways::ONE;
                    for (factor, (stride, others)) in own.iter().zip(&strides) {
                        let at: usize = others
                            .iter()
                            .zip(&positions)
                            .map(|(stride, at)| stride * at)
                            .sum();
                        product = product.times(&factor.entries[at + stride * position_of[value]]);
                    }
                    ways = ways.plus(&product);
                }
            }
            entries.push(ways);
            for (position, size) in positions.iter_mut().zip(&sizes).rev() {
                *position += 1;
                if *position < *size {
                    break;
                }
                *position = 0;
            }
        }
        Ok(Factor {
            scope: scope.to_vec(),
            entries,
        })
    }
}
