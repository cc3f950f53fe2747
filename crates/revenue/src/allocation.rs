//! Step 4: an amount allocated to obligations by what they would sell for alone.

use std::collections::{BTreeMap, BTreeSet};

use l2c_documents::Faults;
use l2c_explain::{Figure, Note, Recorder};
use l2c_money::{AllocationPolicy, Exact, Money, MoneyError};
use serde::{Deserialize, Serialize};

use crate::price_context::PriceContext;
use crate::{AllocationRules, Paragraph, Reallocate, RevenueError, StandalonePrice};

/// By which rule a transaction price was allocated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AllocationMethod {
    /// All of it goes to obligations that its parts name (606-10-32-40).
    Targeted,
    /// The stated prices lie in the ranges of the stand-alone prices and stay.
    StatedPrices,
    /// The discount belongs to bundles (606-10-32-37).
    BundleDiscount,
    /// One obligation takes what the others leave (606-10-32-34(c)).
    Residual,
    /// By relative stand-alone selling prices (606-10-32-31).
    Relative,
}

/// An obligation that takes part in an allocation.
pub(crate) struct Candidate<'a, M> {
    pub(crate) id: &'a str,
    pub(crate) standalone: &'a StandalonePrice,
    /// What it would sell for alone; none for a residual.
    pub(crate) ssp: Option<Figure<M>>,
    /// The price that the contract states for it.
    pub(crate) stated: Option<Money>,
}

/// Who gets how much. One figure per candidate, in their order; either list adds up to what was allocated.
#[allow(dead_code, reason = "a contract reads more of it than its terms do")]
pub(crate) struct Allocated<M> {
    pub(crate) method: AllocationMethod,
    /// In whole minor units.
    pub(crate) amounts: Vec<Figure<M>>,
    /// Before the split to minor units.
    pub(crate) exact: Vec<Figure<M>>,
    /// What the residual obligation takes.
    pub(crate) residual: Option<Figure<M>>,
}

/// Allocates the general amount of a transaction price: what no obligation is named for.
pub(crate) fn allocate<R: Recorder>(
    rec: &mut R,
    general: &Figure<R::Mark>,
    candidates: &[Candidate<'_, R::Mark>],
    rules: &AllocationRules,
    context: &PriceContext<'_>,
    policy: AllocationPolicy,
) -> Result<Allocated<R::Mark>, RevenueError> {
    let known = candidates
        .iter()
        .map(|candidate| (candidate.id, candidate.standalone));
    let faults = rules.faults(context.currency, "allocation.", known);
    if let Some(faults) = Faults::of(format!("allocation of {}", context.source), faults) {
        return Err(faults.into());
    }
    let allocation = Allocation {
        general,
        candidates,
        rules,
        context,
        policy,
    };
    if let Some(prices) = allocation.stated_prices(rec)? {
        return Ok(prices);
    }
    let residual = allocation.residual()?;
    let bundles = allocation.bundles(rec, residual.is_some())?;
    if residual.is_some() || bundles.is_some() {
        return allocation.by_bundles(rec, &bundles.unwrap_or_default(), residual);
    }
    allocation.relative(rec)
}

/// An amount split over weights to the minor unit; a single one takes all, whatever its weight.
pub(crate) fn split_by_ssp<R: Recorder>(
    rec: &mut R,
    total: &Figure<R::Mark>,
    weights: &[&Figure<R::Mark>],
    policy: AllocationPolicy,
    context: &PriceContext<'_>,
    note: impl Fn(usize) -> Note,
) -> Result<Vec<Figure<R::Mark>>, RevenueError> {
    if weights.len() == 1 {
        return Ok(vec![rec.sum(&[total], || note(0))]);
    }
    shares(rec, total, weights, policy, context, note)
}

fn shares<R: Recorder>(
    rec: &mut R,
    total: &Figure<R::Mark>,
    weights: &[&Figure<R::Mark>],
    policy: AllocationPolicy,
    context: &PriceContext<'_>,
    note: impl Fn(usize) -> Note,
) -> Result<Vec<Figure<R::Mark>>, RevenueError> {
    rec.shares(total, weights, policy, context.currency, note)
        .map_err(|error| match error {
            MoneyError::NoWeights | MoneyError::ZeroWeights => RevenueError::NoAllocationBasis {
                of: context.source.to_owned(),
                paragraph: Paragraph::RELATIVE,
            },
            error => error.into(),
        })
}

/// The members of a bundle by their places, and what the bundle gets.
struct Bundled<M> {
    members: Vec<usize>,
    amount: Figure<M>,
}

struct Allocation<'a, M> {
    general: &'a Figure<M>,
    candidates: &'a [Candidate<'a, M>],
    rules: &'a AllocationRules,
    context: &'a PriceContext<'a>,
    policy: AllocationPolicy,
}

impl<M: Clone> Allocation<'_, M> {
    fn id(&self, place: usize) -> &str {
        self.candidates.get(place).map_or("", |candidate| candidate.id)
    }

    /// The stand-alone price of the candidate at a place; nothing of a residual.
    fn ssp(&self, place: usize) -> Option<&Figure<M>> {
        self.candidates.get(place)?.ssp.as_ref()
    }

    fn note(&self, what: &str, place: usize, paragraph: Paragraph) -> Note {
        self.context.note(format!("{what} {}", self.id(place)), paragraph)
    }

    /// The stated prices, if every one lies in the range of its stand-alone price and that is to be enough.
    fn stated_prices<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
    ) -> Result<Option<Allocated<M>>, RevenueError> {
        if self.rules.reallocate == Reallocate::Always || self.candidates.is_empty() {
            return Ok(None);
        }
        let inside = |candidate: &Candidate<'_, M>| {
            let price = candidate.stated?;
            (candidate.standalone.contains(price) == Some(true)).then_some(price)
        };
        let Some(prices) = self.candidates.iter().map(inside).collect::<Option<Vec<_>>>() else {
            return Ok(None);
        };
        let sum: Exact = prices.iter().map(Money::exact).sum();
        if sum != self.general.value {
            return Err(RevenueError::PricesDoNotSum {
                of: self.context.source.to_owned(),
                stated: Box::new(sum),
                price: Box::new(self.general.value.clone()),
            });
        }
        let amounts: Vec<_> = prices
            .iter()
            .enumerate()
            .map(|(place, price)| {
                rec.input(price.exact(), || {
                    self.note("stated price, inside its range, of", place, Paragraph::ESTIMATE)
                })
            })
            .collect();
        Ok(Some(Allocated {
            method: AllocationMethod::StatedPrices,
            exact: amounts.clone(),
            amounts,
            residual: None,
        }))
    }

    /// The place of the obligation that takes what the others leave.
    fn residual(&self) -> Result<Option<usize>, RevenueError> {
        let mut residual = None;
        for (place, candidate) in self.candidates.iter().enumerate() {
            if candidate.ssp.is_none() && residual.replace(place).is_some() {
                return Err(RevenueError::ResidualAmbiguous {
                    obligation: candidate.id.to_owned(),
                });
            }
        }
        Ok(residual)
    }

    /// The bundles that take the discount, if they do: with a residual always, else if their discounts are substantially
    /// the discount of the contract.
    fn bundles<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        with_residual: bool,
    ) -> Result<Option<Vec<Bundled<M>>>, RevenueError> {
        let places = self.candidates.iter().enumerate();
        let places: BTreeMap<&str, usize> = places.map(|(place, candidate)| (candidate.id, place)).collect();
        let mut bundles = Vec::new();
        let mut discounts = Exact::ZERO;
        for bundle in self.rules.bundles.iter().filter(|bundle| bundle.regularly_sold) {
            let members = bundle.members.iter();
            let members: Vec<usize> = members
                .filter_map(|id| places.get(id.as_str()).copied())
                .collect();
            let alone: Exact = members
                .iter()
                .filter_map(|&place| Some(&self.ssp(place)?.value))
                .sum();
            discounts += &(alone - bundle.price.exact());
            let amount = rec.input(bundle.price.exact(), || {
                let names = bundle.members.join(" and ");
                self.context
                    .note(format!("price of {names} together"), Paragraph::DISCOUNT)
            });
            bundles.push(Bundled { members, amount });
        }
        if bundles.is_empty() || with_residual {
            return Ok((!bundles.is_empty()).then_some(bundles));
        }
        let alone: Exact = self
            .candidates
            .iter()
            .filter_map(|candidate| Some(&candidate.ssp.as_ref()?.value))
            .sum();
        let discount = alone - &self.general.value;
        let difference = (&discount - &discounts).abs();
        let tolerance = Exact::from(self.rules.discount_tolerance) * &discount;
        if !discount.is_positive() || difference > tolerance {
            return Ok(None);
        }
        if !difference.is_zero() {
            self.take_whole_discount(rec, &mut bundles)?;
        }
        Ok(Some(bundles))
    }

    /// Where the discounts are nearly the same, the bundles share what the others leave: all of the discount is theirs.
    fn take_whole_discount<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        bundles: &mut [Bundled<M>],
    ) -> Result<(), RevenueError> {
        let bundled: BTreeSet<usize> = bundles
            .iter()
            .flat_map(|bundle| &bundle.members)
            .copied()
            .collect();
        let others = (0..self.candidates.len()).filter(|place| !bundled.contains(place));
        let mut left = self.general.clone();
        for place in others {
            let alone = self.at_ssp(rec, place, Paragraph::DISCOUNT)?;
            left = rec.difference(&left, &alone, || {
                self.note("left for the bundles after", place, Paragraph::DISCOUNT)
            });
        }
        let prices: Vec<Figure<M>> = bundles.iter().map(|bundle| bundle.amount.clone()).collect();
        let prices: Vec<&Figure<M>> = prices.iter().collect();
        let note = |_| self.context.note("allocated to a bundle", Paragraph::DISCOUNT);
        let amounts = split_by_ssp(rec, &left, &prices, self.policy, self.context, note)?;
        for (bundle, amount) in bundles.iter_mut().zip(amounts) {
            bundle.amount = amount;
        }
        Ok(())
    }

    /// The stand-alone price of an obligation that takes no part in a discount, as what it gets.
    fn at_ssp<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        place: usize,
        by: Paragraph,
    ) -> Result<Figure<M>, RevenueError> {
        match self.ssp(place) {
            Some(ssp) => self.context.round(rec, ssp, || {
                self.note("allocated at its stand-alone selling price to", place, by)
            }),
            None => Ok(rec.input(Exact::ZERO, || {
                self.note("nothing yet for", place, Paragraph::RESIDUAL)
            })),
        }
    }

    /// Bundles at their prices, the others at their stand-alone prices, and a residual with what these leave.
    fn by_bundles<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        bundles: &[Bundled<M>],
        residual: Option<usize>,
    ) -> Result<Allocated<M>, RevenueError> {
        let by = if residual.is_some() {
            Paragraph::RESIDUAL
        } else {
            Paragraph::DISCOUNT
        };
        let mut amounts = Vec::with_capacity(self.candidates.len());
        for place in 0..self.candidates.len() {
            amounts.push(self.at_ssp(rec, place, by)?);
        }
        let mut exact = amounts.clone();
        for bundle in bundles {
            let weights: Vec<_> = bundle
                .members
                .iter()
                .filter_map(|&place| self.ssp(place))
                .collect();
            let place = |index: usize| bundle.members.get(index).copied().unwrap_or_default();
            let note = |index| self.note("allocated to", place(index), Paragraph::DISCOUNT);
            let parts = shares(rec, &bundle.amount, &weights, self.policy, self.context, note)?;
            let unrounded = self.unrounded(rec, &bundle.amount, &weights, note)?;
            for (index, (part, fine)) in parts.into_iter().zip(unrounded).enumerate() {
                if let (Some(amount), Some(exact)) =
                    (amounts.get_mut(place(index)), exact.get_mut(place(index)))
                {
                    (*amount, *exact) = (part, fine);
                }
            }
        }
        let mut left = None;
        if let Some(residual) = residual {
            let others = amounts.iter().enumerate().filter(|(place, _)| *place != residual);
            let others: Vec<_> = others.map(|(_, amount)| amount).collect();
            let others = rec.sum(&others, || {
                self.context.note("allocated to the others", Paragraph::RESIDUAL)
            });
            let amount = rec.difference(self.general, &others, || {
                self.note("residual, allocated to", residual, Paragraph::RESIDUAL)
            });
            self.check_residual(residual, &amount.value)?;
            for list in [&mut amounts, &mut exact] {
                if let Some(place) = list.get_mut(residual) {
                    *place = amount.clone();
                }
            }
            left = Some(amount);
        }
        Ok(Allocated {
            method: match left {
                Some(_) => AllocationMethod::Residual,
                None => AllocationMethod::BundleDiscount,
            },
            amounts,
            exact,
            residual: left,
        })
    }

    /// A residual depicts a price faithfully if it is above zero and in the range of prices, where one is observed.
    fn check_residual(&self, place: usize, amount: &Exact) -> Result<(), RevenueError> {
        let range = self.candidates.get(place).map(|candidate| candidate.standalone);
        let Some(StandalonePrice::Residual { low, high, .. }) = range else {
            return Ok(());
        };
        let above = low.is_none_or(|low| low.exact() <= *amount);
        let below = high.is_none_or(|high| *amount <= high.exact());
        if amount.is_positive() && above && below {
            return Ok(());
        }
        Err(RevenueError::ResidualNotFaithful {
            obligation: self.id(place).to_owned(),
            residual: amount.to_string(),
            expected: match (low, high) {
                (Some(low), Some(high)) => format!("{low} to {high}"),
                (Some(low), None) => format!("{low} or more"),
                (None, Some(high)) => format!("an amount above zero, up to {high}"),
                (None, None) => "an amount above zero".to_owned(),
            },
        })
    }

    fn relative<R: Recorder<Mark = M>>(&self, rec: &mut R) -> Result<Allocated<M>, RevenueError> {
        let weights: Vec<_> = self
            .candidates
            .iter()
            .filter_map(|candidate| candidate.ssp.as_ref())
            .collect();
        let note = |place| self.note("allocated to", place, Paragraph::RELATIVE);
        Ok(Allocated {
            method: AllocationMethod::Relative,
            amounts: shares(rec, self.general, &weights, self.policy, self.context, note)?,
            exact: self.unrounded(rec, self.general, &weights, note)?,
            residual: None,
        })
    }

    /// The shares of an amount before the split to minor units; the weights are not all zero.
    fn unrounded<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        total: &Figure<M>,
        weights: &[&Figure<M>],
        note: impl Fn(usize) -> Note,
    ) -> Result<Vec<Figure<M>>, RevenueError> {
        let sum = rec.sum(weights, || {
            self.context
                .note("stand-alone selling prices together", Paragraph::RELATIVE)
        });
        let mut parts = Vec::with_capacity(weights.len());
        for (index, weight) in weights.iter().enumerate() {
            let product = rec.product(total, weight, || {
                self.context
                    .note("by its stand-alone selling price", Paragraph::RELATIVE)
            });
            parts.push(rec.quotient(&product, &sum, || {
                let Note { label, measure, .. } = note(index);
                Note::new(format!("{label}, exact")).measured(measure)
            })?);
        }
        Ok(parts)
    }
}

#[cfg(test)]
mod tests {
    use l2c_explain::NoTrace;
    use l2c_money::{Currency, Decimal, dec};

    use super::*;
    use crate::Bundle;

    fn usd(amount: Decimal) -> Money {
        Money::new(amount, Currency::USD).unwrap()
    }

    /// A price of obligations a, b, ... by their stand-alone prices, of which b and c sell together for a price.
    fn allocated(
        price: Decimal,
        alone: &[Decimal],
        together: Decimal,
        tolerance: Decimal,
    ) -> (AllocationMethod, Vec<String>) {
        let context = PriceContext::plain(Currency::USD);
        let standalone: Vec<_> = alone
            .iter()
            .map(|price| StandalonePrice::observable(usd(*price)))
            .collect();
        let candidates: Vec<_> = ["a", "b", "c", "d"]
            .into_iter()
            .zip(&standalone)
            .map(|(id, standalone)| Candidate {
                id,
                standalone,
                ssp: standalone.figure(&mut NoTrace, &context, id, None).unwrap(),
                stated: None,
            })
            .collect();
        let rules = AllocationRules {
            bundles: vec![Bundle {
                members: vec!["b".to_owned(), "c".to_owned()],
                price: usd(together),
                regularly_sold: true,
            }],
            discount_tolerance: tolerance,
            ..AllocationRules::default()
        };
        let general = NoTrace.input(Exact::from(price), || Note::new("price"));
        let policy = AllocationPolicy::default();
        let allocated = allocate(&mut NoTrace, &general, &candidates, &rules, &context, policy).unwrap();
        let sum: Exact = allocated.exact.iter().map(|figure| figure.value.clone()).sum();
        assert_eq!(sum, general.value);
        let amounts = allocated.amounts.iter().map(|figure| figure.value.to_string());
        (allocated.method, amounts.collect())
    }

    #[test]
    fn a_discount_that_is_nearly_that_of_the_bundle_is_all_the_bundles() {
        let alone = [dec!(40), dec!(55), dec!(45)];
        let exactly = |price, together| allocated(price, &alone, together, dec!(0));
        let nearly = |price, together| allocated(price, &alone, together, dec!(0.05));
        let bundle = |b: &str, c: &str| {
            (
                AllocationMethod::BundleDiscount,
                vec!["40".to_owned(), b.to_owned(), c.to_owned()],
            )
        };
        assert_eq!(exactly(dec!(100), dec!(60)), bundle("33", "27"));
        assert_eq!(nearly(dec!(100), dec!(60)), bundle("33", "27"));
        // The contract gives 40.00 off, the bundle alone 38.00 or 42.00: five percent of 40.00 less or more.
        assert_eq!(nearly(dec!(100), dec!(62)), bundle("33", "27"));
        assert_eq!(nearly(dec!(100), dec!(58)), bundle("33", "27"));
        assert_eq!(nearly(dec!(100), dec!(62.01)).0, AllocationMethod::Relative);
        assert_eq!(exactly(dec!(100), dec!(60.01)).0, AllocationMethod::Relative);
        // No discount is nobody's.
        assert_eq!(exactly(dec!(140), dec!(100)).0, AllocationMethod::Relative);
        assert_eq!(exactly(dec!(150), dec!(110)).0, AllocationMethod::Relative);
    }

    #[test]
    fn what_is_sold_alone_gets_its_price_in_minor_units() {
        let (method, amounts) = allocated(
            dec!(99.99),
            &[dec!(39.994), dec!(55), dec!(45)],
            dec!(60),
            dec!(0.001),
        );
        assert_eq!(method, AllocationMethod::BundleDiscount);
        assert_eq!(amounts, ["39.99", "33", "27"]);
    }
}
