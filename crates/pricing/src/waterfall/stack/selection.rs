use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use l2c_explain::{Figure, NoTrace};
use l2c_money::Exact;

use super::document::{StackMode, StackOrder, Tie};
use super::{Lost, LostRule, Setting, StackRule};
use crate::PricingError;
use crate::waterfall::step::Step;

/// Rules that stand together against others.
struct Contestant {
    rules: Vec<usize>,
    priority: i64,
    discount: Exact,
    first: usize,
}

impl Setting<'_> {
    /// Which of the rules that matched apply, in their order, and which lose to whom.
    pub(super) fn selection(
        &self,
        matched: &[usize],
        entry: &Exact,
        step: &Step,
    ) -> Result<(Vec<usize>, Vec<LostRule>), PricingError> {
        let Some(first) = matched.first().copied() else {
            return Ok((Vec::new(), Vec::new()));
        };
        match self.stack.mode {
            StackMode::Additive | StackMode::Sequential => self.combined(matched, entry),
            StackMode::Exclusive => {
                let winner = self.highest(matched, step)?;
                Ok(against(matched, &[winner], |_| Lost::Priority))
            }
            StackMode::BestOf => {
                let alone = matched.iter().map(|rule| vec![*rule]).collect();
                let winner = self.largest(alone, entry)?;
                Ok(against(matched, &winner, |_| Lost::Discount))
            }
            StackMode::BestGroup => {
                let winner = self.largest(self.groups(matched), entry)?;
                Ok(against(matched, &winner, |_| Lost::Discount))
            }
            StackMode::GroupExclusive => {
                let group = self.group(first);
                let same = matched.iter().copied().filter(|rule| self.group(*rule) == group);
                let winners: Vec<usize> = same.collect();
                Ok(against(matched, &winners, |_| Lost::Group))
            }
        }
    }

    fn rule(&self, rule: usize) -> Option<&StackRule> {
        self.stack.rules.get(rule)
    }

    fn priority(&self, rule: usize) -> i64 {
        self.rule(rule).map_or(0, |rule| rule.priority)
    }

    fn group(&self, rule: usize) -> Option<&str> {
        self.rule(rule)?.group.as_deref()
    }

    fn highest(&self, matched: &[usize], step: &Step) -> Result<usize, PricingError> {
        let top = matched.iter().map(|rule| self.priority(*rule)).max();
        let of_top = matched
            .iter()
            .copied()
            .filter(|rule| Some(self.priority(*rule)) == top);
        let mut tied = of_top.clone();
        let winner = tied.next().unwrap_or_default();
        if self.stack.tie == Tie::Refuse && tied.next().is_some() {
            let names: Vec<&str> = of_top
                .filter_map(|rule| Some(self.rule(rule)?.id.as_str()))
                .collect();
            return Err(PricingError::TiedRules {
                line: self.input.id.to_owned(),
                step: step.id.clone(),
                rules: names.join(", "),
            });
        }
        Ok(winner)
    }

    /// The rules by their group, groups in the order in which they are met.
    fn groups(&self, matched: &[usize]) -> Vec<Vec<usize>> {
        let mut groups: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
        for rule in matched {
            groups.entry(self.group(*rule)).or_default().push(*rule);
        }
        let mut groups: Vec<Vec<usize>> = groups.into_values().collect();
        groups.sort_by_key(|rules| rules.first().copied());
        groups
    }

    /// The rules whose discounts on the entry figure have the largest sum; of equal ones the first.
    fn largest(&self, sets: Vec<Vec<usize>>, entry: &Exact) -> Result<Vec<usize>, PricingError> {
        let mut best: Option<(Exact, Vec<usize>)> = None;
        for rules in sets {
            let discount = self.on_entry(&rules, entry, false)?;
            if best.as_ref().is_none_or(|(largest, _)| discount > *largest) {
                best = Some((discount, rules));
            }
        }
        Ok(best.map(|(_, rules)| rules).unwrap_or_default())
    }

    /// What rules take off the entry figure, as a magnitude on its side of zero.
    fn on_entry(&self, rules: &[usize], entry: &Exact, sequential: bool) -> Result<Exact, PricingError> {
        let figure = Figure {
            value: entry.clone(),
            mark: (),
        };
        let discounts = if sequential {
            self.in_sequence(&mut NoTrace, rules, &figure)?
        } else {
            self.side_by_side(&mut NoTrace, rules, &figure)?
        };
        let sum: Exact = discounts.iter().map(|discount| &discount.value).sum();
        Ok(if self.side.mirrored && self.side.below_zero(entry) {
            -sum
        } else {
            sum
        })
    }

    /// The rules that go together, and each that goes alone, stand against each other.
    fn combined(
        &self,
        matched: &[usize],
        entry: &Exact,
    ) -> Result<(Vec<usize>, Vec<LostRule>), PricingError> {
        let combines = |rule: &usize| self.rule(*rule).is_some_and(|rule| rule.combinable);
        let together: Vec<usize> = matched.iter().copied().filter(combines).collect();
        let sequential = self.stack.mode == StackMode::Sequential;
        if together.len() == matched.len() {
            return Ok(self.until_stopped(&self.ordered(together), Vec::new()));
        }
        let alone = matched
            .iter()
            .filter(|rule| !combines(rule))
            .map(|rule| vec![*rule]);
        let mut sets: Vec<Vec<usize>> = alone.collect();
        if !together.is_empty() {
            sets.push(together);
        }
        let mut contestants = Vec::with_capacity(sets.len());
        for rules in sets {
            let ordered = self.ordered(rules.clone());
            let (ordered, _) = self.until_stopped(&ordered, Vec::new());
            contestants.push(Contestant {
                priority: rules.iter().map(|rule| self.priority(*rule)).max().unwrap_or(0),
                discount: self.on_entry(&ordered, entry, sequential)?,
                first: rules.first().copied().unwrap_or_default(),
                rules,
            });
        }
        let key = |one: &Contestant| (one.priority, one.discount.clone(), Reverse(one.first));
        let winner = contestants.into_iter().max_by_key(key);
        let (priority, winner) = winner.map_or((0, Vec::new()), |one| (one.priority, one.rules));
        let why = |rule: usize| {
            if self.priority(rule) < priority {
                Lost::Priority
            } else {
                Lost::Discount
            }
        };
        let (active, lost) = against(matched, &winner, why);
        Ok(self.until_stopped(&self.ordered(active), lost))
    }

    fn ordered(&self, mut rules: Vec<usize>) -> Vec<usize> {
        if self.stack.mode == StackMode::Sequential {
            match self.stack.order {
                StackOrder::Listed => {}
                StackOrder::PriorityDesc => rules.sort_by_key(|rule| Reverse(self.priority(*rule))),
                StackOrder::PriorityAsc => rules.sort_by_key(|rule| self.priority(*rule)),
            }
        }
        rules
    }

    /// A rule that ends the list leaves those after it out.
    fn until_stopped(&self, rules: &[usize], mut lost: Vec<LostRule>) -> (Vec<usize>, Vec<LostRule>) {
        let stops = |rule: &usize| self.rule(*rule).is_some_and(|rule| rule.stop_after);
        let stop = match self.stack.mode {
            StackMode::Sequential => rules.iter().position(stops),
            _ => None,
        };
        let Some((active, rest)) = stop.and_then(|stop| rules.split_at_checked(stop.saturating_add(1)))
        else {
            return (rules.to_vec(), lost);
        };
        let to = active.last().copied().unwrap_or_default();
        let why = Lost::Stopped;
        lost.extend(rest.iter().map(|rule| LostRule { rule: *rule, to, why }));
        lost.sort_by_key(|lost| lost.rule);
        (active.to_vec(), lost)
    }
}

/// The winners, and the others as losers to the first of them.
fn against(matched: &[usize], winners: &[usize], why: impl Fn(usize) -> Lost) -> (Vec<usize>, Vec<LostRule>) {
    let to = winners.first().copied().unwrap_or_default();
    let set: BTreeSet<usize> = winners.iter().copied().collect();
    let lost = matched
        .iter()
        .copied()
        .filter(|rule| !set.contains(rule))
        .map(|rule| LostRule {
            rule,
            to,
            why: why(rule),
        });
    (winners.to_vec(), lost.collect())
}
