//! Choosing values of attributes one by one, where too many stand against each other to sum them out.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "attributes and values are made here; their number is within the limits of a model"
)]

use super::super::search::{Exhausted, Search};
use super::MAX_NESTING;
use super::attributes::{Attributes, ones};
use super::ways::Ways;

impl Attributes {
    /// Leaves out values that go with no value of another member; `false` if nothing of one is left.
    pub(super) fn support(&mut self, search: &mut Search, members: &[usize]) -> Result<bool, Exhausted> {
        let mut open = members.to_vec();
        while let Some(from) = open.pop() {
            let others: Vec<usize> = self.neighbours(from).collect();
            for other in others {
                let mut supported = vec![0; self.domain(other).len()];
                let mut row = vec![0; supported.len()];
                search.work(1 + self.left(from))?;
                for value in ones(self.domain(from)) {
                    row.copy_from_slice(self.domain(other));
                    self.keep(from, value, other, &mut row);
                    supported
                        .iter_mut()
                        .zip(&row)
                        .for_each(|(word, row)| *word |= row);
                }
                if supported.iter().all(|word| *word == 0) {
                    return Ok(false);
                }
                if supported != self.domain(other) {
                    let words = self.attributes[other].words.clone();
                    self.domains[words].copy_from_slice(&supported);
                    if !open.contains(&other) {
                        open.push(other);
                    }
                }
            }
        }
        Ok(true)
    }

    /// How many ways there are to decide what is open, by choosing.
    fn ways(
        &mut self,
        search: &mut Search,
        open: &mut Vec<usize>,
        nesting: usize,
    ) -> Result<Ways, Exhausted> {
        match open[..] {
            [] => return Ok(Ways::ONE),
            [only] => return Ok(Ways::of(self.left(only))),
            [one, other] => {
                search.work(self.left(one))?;
                return Ok(Ways::of(self.pairs(one, other)));
            }
            _ => {}
        }
        if nesting > MAX_NESTING {
            return Err(Exhausted);
        }
        // The one of which the fewest values are left.
        let least = (0..open.len()).min_by_key(|position| self.left(open[*position]));
        let chosen = open.swap_remove(least.unwrap_or(0));
        let mut count = Ways::ZERO;
        for at in 0..self.attributes[chosen].words.len() {
            let mut bits = self.domains[self.attributes[chosen].words.start + at];
            while bits != 0 {
                let value = at * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                count = count.plus(&self.choose(search, chosen, value, open, nesting + 1)?);
            }
        }
        open.push(chosen);
        let last = open.len() - 1;
        open.swap(least.unwrap_or(0), last);
        Ok(count)
    }

    /// How many ways there are to decide what is open with a value of another attribute.
    pub(super) fn choose(
        &mut self,
        search: &mut Search,
        attribute: usize,
        value: usize,
        open: &mut Vec<usize>,
        nesting: usize,
    ) -> Result<Ways, Exhausted> {
        search.work(1 + open.len())?;
        let mark = self.before.len();
        let mut possible = true;
        for &other in &*open {
            let Some(table) = self.attributes[attribute].tables.get(&other) else {
                continue;
            };
            let words = self.attributes[other].words.clone();
            let mut left = 0;
            for (word, allowed) in words.clone().zip(&table[value * words.len()..]) {
                let bits = self.domains[word];
                left |= bits & allowed;
                if bits & !allowed != 0 {
                    self.before.push((word, bits));
                    self.domains[word] = bits & allowed;
                }
            }
            if left == 0 {
                possible = false;
                break;
            }
        }
        let ways = if possible {
            self.ways(search, open, nesting)
        } else {
            Ok(Ways::ZERO)
        };
        for (word, bits) in self.before.drain(mark..).rev() {
            self.domains[word] = bits;
        }
        ways
    }

    /// How many pairs of values of two attributes go together.
    fn pairs(&self, one: usize, other: usize) -> usize {
        let domain = &self.domains[self.attributes[one].words.clone()];
        let others = &self.domains[self.attributes[other].words.clone()];
        let Some(table) = self.attributes[one].tables.get(&other) else {
            return self.left(one) * self.left(other);
        };
        ones(domain)
            .map(|value| {
                let row = &table[value * others.len()..];
                let both = others
                    .iter()
                    .zip(row)
                    .map(|(bits, allowed)| (bits & allowed).count_ones() as usize);
                both.sum::<usize>()
            })
            .sum()
    }
}
