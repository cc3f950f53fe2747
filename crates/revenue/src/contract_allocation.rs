//! Steps 3 and 4 of a contract: its price, allocated to its obligations (606-10-32-28 to 32-41).

use l2c_explain::{Figure, Note, Recorder};
use l2c_money::Exact;

use crate::allocation::{Candidate, allocate, split_by_ssp};
use crate::contract_context::Context;
use crate::performance::{Pair, Performance, ReturnState, UnitPricing};
use crate::policy::RevenueBase;
use crate::refusal::Flaw;
use crate::replay::Replay;
use crate::{Consideration, Measure, Obligation, Paragraph, RevenueError};

impl<'a, M: Clone> Replay<'a, M> {
    /// Steps 3 and 4 (606-10-32-28 to 32-41).
    pub(crate) fn allocate_at_inception<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
    ) -> Result<(), RevenueError> {
        let terms = self.ctx.terms;
        let context = self.price_context();
        let zero = rec.input(Exact::ZERO, || self.ctx.money("nothing"));
        let mut candidates = Vec::new();
        let mut places = Vec::new();
        for obligation in terms.obligations() {
            if self.ignored.contains(obligation.id.as_str()) {
                continue;
            }
            let mut performance = self.new_performance(rec, obligation, 0, zero.clone())?;
            for element in terms.consideration() {
                performance.price_units(element);
            }
            performance.takes_part = performance.takes_part && performance.unit_prices.is_empty();
            if performance.takes_part {
                places.push(self.performances.len());
                let ssp = obligation
                    .ssp
                    .figure(rec, &context, &obligation.id, obligation.price)?;
                if let Some(ssp) = &ssp {
                    performance.ssp = ssp.clone();
                }
                candidates.push(Candidate {
                    id: &obligation.id,
                    standalone: &obligation.ssp,
                    ssp,
                    stated: obligation.price,
                });
            }
            self.performances.push(performance);
        }
        let mut general = Vec::new();
        let mut targeted = Vec::new();
        for (element, included) in &self.elements {
            if element.is_priced_by_use() {
                continue;
            }
            if element.allocate_to().is_empty() {
                general.push(included.clone());
            } else {
                targeted.push((*element, included.clone()));
            }
        }
        if !general.is_empty() {
            let parts: Vec<_> = general.iter().collect();
            let total = rec.sum(&parts, || {
                self.ctx
                    .money("transaction price")
                    .cite(self.ctx.book.cite(Paragraph::TRANSACTION_PRICE))
            });
            let policy = terms.policy().allocation_policy();
            let allocated = allocate(rec, &total, &candidates, terms.allocation(), &context, policy)?;
            self.method = Some(allocated.method);
            for ((place, amount), exact) in places.iter().zip(&allocated.amounts).zip(&allocated.exact) {
                if let Some(performance) = self.performances.get_mut(*place) {
                    performance.allocated = amount.clone();
                    performance.exact = exact.clone();
                    if candidates
                        .iter()
                        .any(|c| c.id == performance.id() && c.ssp.is_none())
                    {
                        // What a residual takes is the best evidence of what it would sell for (606-10-32-34(c)).
                        performance.ssp = amount.clone();
                    }
                }
            }
        }
        for (element, included) in targeted {
            self.target(rec, element, &included)?;
        }
        Ok(())
    }

    pub(crate) fn new_performance<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        obligation: &'a Obligation,
        contract: usize,
        allocated: Figure<M>,
    ) -> Result<Performance<'a, M>, RevenueError> {
        let zero = rec.input(Exact::ZERO, || self.ctx.money("nothing"));
        let origin = rec.input(Exact::ZERO, || Note::new("nothing").percent());
        Ok(Performance {
            obligation,
            contract,
            takes_part: !matches!(obligation.measure, Measure::TakeOrPay { .. }),
            ssp: zero.clone(),
            exact: allocated.clone(),
            allocated,
            earned_before: zero,
            origin,
            batches: Vec::new(),
            began: false,
            measured: Performance::<M>::measured_at_first(obligation, self.ctx.policy()),
            returns: obligation.returns.as_ref().map(|returns| ReturnState {
                expected: Exact::from(returns.expected_units),
                returned: Exact::ZERO,
                recovery_of_returned: Exact::ZERO,
                recovery_cost: returns
                    .recovery_cost_per_unit
                    .map_or(Exact::ZERO, |cost| cost.exact()),
            }),
            warranty_settled: Exact::ZERO,
            unit_prices: Vec::new(),
            usage: Vec::new(),
            reductions: Vec::new(),
            closed: None,
        })
    }

    /// An element that is the price of some obligations alone goes to these (606-10-32-40).
    pub(crate) fn target<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        element: &Consideration,
        amount: &Figure<M>,
    ) -> Result<(), RevenueError> {
        let ids = element.allocate_to();
        let places: Vec<usize> = (0..self.performances.len())
            .filter(|place| {
                let performance = self.performances.get(*place);
                performance.is_some_and(|p| ids.iter().any(|id| id == p.id()) && p.takes_part)
            })
            .collect();
        let shares = self.split(rec, amount, &places, Paragraph::TARGETED)?;
        for (place, (share, exact)) in places.iter().zip(shares) {
            let ctx = self.ctx;
            if let Some(performance) = self.performances.get_mut(*place) {
                performance.add(rec, &ctx, &share, &exact);
            }
        }
        Ok(())
    }

    /// An amount split over obligations by their stand-alone prices; each share in whole minor units, and exact.
    pub(crate) fn split<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        amount: &Figure<M>,
        places: &[usize],
        paragraph: Paragraph,
    ) -> Result<Vec<Pair<M>>, RevenueError> {
        let chosen: Vec<_> = places
            .iter()
            .filter_map(|place| self.performances.get(*place))
            .collect();
        let weights: Vec<_> = chosen.iter().map(|performance| &performance.ssp).collect();
        let ids: Vec<&str> = chosen.iter().map(|performance| performance.id()).collect();
        self.split_by(rec, amount, &weights, &ids, paragraph)
    }

    pub(crate) fn split_by<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        amount: &Figure<M>,
        weights: &[&Figure<M>],
        ids: &[&str],
        paragraph: Paragraph,
    ) -> Result<Vec<Pair<M>>, RevenueError> {
        if weights.is_empty() && amount.value.is_zero() {
            // Nothing for nobody: what is added has prices of its own.
            return Ok(Vec::new());
        }
        let (ctx, context) = (self.ctx, self.price_context());
        let note = |what: &str, index: usize| {
            let id = ids.get(index).copied().unwrap_or_default();
            ctx.money(format!("allocated to {id}{what}"))
                .cite(ctx.book.cite(paragraph))
                .cite(ctx.in_policy("remainder"))
        };
        let policy = ctx.policy().allocation_policy();
        let shares = split_by_ssp(rec, amount, weights, policy, &context, |index| note("", index))?;
        if ctx.policy().revenue_base == RevenueBase::Posted || weights.len() == 1 {
            return Ok(shares.into_iter().map(|share| (share.clone(), share)).collect());
        }
        let all = rec.sum(weights, || ctx.money("stand-alone prices"));
        let mut both = Vec::with_capacity(shares.len());
        for (index, (share, weight)) in shares.into_iter().zip(weights).enumerate() {
            let part = rec.product(amount, weight, || note(" times all prices", index));
            both.push((share, rec.quotient(&part, &all, || note(", exact", index))?));
        }
        Ok(both)
    }

    /// The stand-alone price of an obligation that joins after inception.
    pub(crate) fn standalone<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        obligation: &Obligation,
    ) -> Result<Figure<M>, Flaw> {
        let price = obligation
            .ssp
            .figure(rec, &self.price_context(), &obligation.id, obligation.price)?;
        price.ok_or_else(|| {
            Flaw::from(RevenueError::NoAllocationBasis {
                of: obligation.id.clone(),
                paragraph: Paragraph::RESIDUAL,
            })
        })
    }
}

impl<'a, M: Clone> Performance<'a, M> {
    /// Adds to what is allocated.
    pub(crate) fn add<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        ctx: &Context<'_>,
        share: &Figure<M>,
        exact: &Figure<M>,
    ) {
        if self.allocated.value.is_zero() && self.exact.value.is_zero() {
            (self.allocated, self.exact) = (share.clone(), exact.clone());
            return;
        }
        let label = format!("allocated to {} in all", self.id());
        self.allocated = rec.sum(&[&self.allocated, share], || ctx.money(label.clone()));
        self.exact = rec.sum(&[&self.exact, exact], || ctx.money(format!("{label}, exact")));
    }

    /// Takes prices of its units from an element that is for it.
    pub(crate) fn price_units(&mut self, element: &'a Consideration) {
        if let Consideration::PerUnit {
            id,
            obligation,
            unit_price,
            retrospective_tiers,
            expected_units,
        } = element
            && obligation == self.id()
        {
            self.unit_prices.push(UnitPricing {
                element: id,
                list_price: unit_price.exact(),
                tiers: retrospective_tiers,
                expected_units: Exact::from(*expected_units),
            });
        }
    }
}
