//! A modification as the end of a contract and the beginning of another (606-10-25-13(a), 25-13(c)).

use l2c_calendar::{NaiveDate, Period};
use l2c_explain::{Figure, Note, Recorder};
use l2c_money::Exact;

use crate::contract_context::{Context, Moment};
use crate::modifying::Remaining;
use crate::performance::{Batch, Measured, Performance};
use crate::policy::StandaloneAtModification;
use crate::refusal::Flaw;
use crate::replay::Replay;
use crate::{ContractModification, ObligationChange, Paragraph, RevenueRefusal};

impl<'a, M: Clone> Replay<'a, M> {
    /// What is not recognised yet, and what is added, is allocated anew over what remains and what is added.
    pub(crate) fn go_on_anew<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        modification: &'a ContractModification,
        remaining: &[Remaining<'a, M>],
        more: &Figure<M>,
        on: NaiveDate,
    ) -> Result<(), Flaw> {
        let ctx = self.ctx;
        let mut pool = Vec::with_capacity(remaining.len().saturating_add(1));
        let mut weights = Vec::with_capacity(remaining.len());
        let needs_prices = remaining.len().saturating_add(modification.adds.len()) > 1;
        for known in remaining {
            let Some(performance) = self.performances.get(known.place) else {
                continue;
            };
            if let Some(change) = known.change {
                self.check_change(change, known.is_distinct.then_some(on))?;
            }
            let id = performance.id();
            let whole = rec.sum(&[&performance.earned_before, &performance.allocated], || {
                ctx.money(format!("allocated to {id} since inception"))
            });
            pool.push(rec.difference(&whole, &known.earned, || {
                ctx.money(format!("allocated to {id} and not recognised"))
                    .cite(ctx.book.cite(Paragraph::PROSPECTIVE))
            }));
            weights.push(self.remaining_price(rec, performance, known, needs_prices, on)?);
        }
        pool.push(more.clone());
        let parts: Vec<_> = pool.iter().collect();
        let pool = rec.sum(&parts, || {
            ctx.money(format!("left to allocate by {} on {on}", modification.id))
                .cite(ctx.book.cite(Paragraph::PROSPECTIVE))
        });
        for known in remaining {
            if let Some(performance) = self.performances.get_mut(known.place) {
                performance.began = performance.has_begun(&ctx, Moment::before(on));
            }
            if let Some(change) = known.change {
                self.change_terms(change, known.is_distinct.then_some(on))?;
            }
        }
        let added = self.join(rec, modification, 0)?;
        let mut places: Vec<usize> = remaining.iter().map(|known| known.place).collect();
        places.extend(&added);
        for place in &added {
            weights.extend(
                self.performances
                    .get(*place)
                    .map(|performance| performance.ssp.clone()),
            );
        }
        let ids: Vec<&str> = places
            .iter()
            .filter_map(|place| self.performances.get(*place))
            .map(Performance::id)
            .collect();
        let weights_of: Vec<_> = weights.iter().collect();
        let all_end = pool.value.is_zero() && weights.iter().all(|weight| weight.value.is_zero());
        let mut shares = if all_end {
            // Nothing is left, of nothing.
            vec![(pool.clone(), pool); weights.len()]
        } else {
            self.split_by(rec, &pool, &weights_of, &ids, Paragraph::PROSPECTIVE)?
        }
        .into_iter();
        for (known, (weight, (share, exact))) in remaining.iter().zip(weights.iter().zip(&mut shares)) {
            if let Some(change) = known.change {
                self.change_price(rec, change)?;
            }
            let Some(performance) = self.performances.get_mut(known.place) else {
                continue;
            };
            if known.is_distinct {
                performance.begin_anew(rec, &self.ctx, known.earned.clone(), share, exact, on)?;
                performance.ssp = weight.clone();
            } else {
                // Part of what is partly satisfied: caught up on what it has become (606-10-25-13(c)).
                let id = performance.id();
                let mut again = |share: &Figure<M>| {
                    let whole = rec.sum(&[&known.earned, share], || {
                        ctx.money(format!("recognised of {id} and its share of what is left"))
                    });
                    rec.difference(&whole, &performance.earned_before, || {
                        ctx.money(format!("allocated to {id} anew"))
                            .cite(ctx.book.cite(Paragraph::MIXED))
                    })
                };
                let (allocated, exact) = (again(&share), again(&exact));
                performance.allocated = allocated;
                performance.exact = exact;
            }
        }
        self.give(&added, shares.collect());
        self.target_new_elements(rec, modification)
    }

    /// The stand-alone price of what remains of an obligation: stated, or its price times what is left of it.
    fn remaining_price<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        performance: &Performance<'a, M>,
        known: &Remaining<'a, M>,
        needs_prices: bool,
        on: NaiveDate,
    ) -> Result<Figure<M>, Flaw> {
        let ctx = self.ctx;
        let id = performance.id();
        if known
            .change
            .is_some_and(|change| nothing_remains(performance, change, on))
        {
            return Ok(rec.input(Exact::ZERO, || {
                ctx.money(format!(
                    "stand-alone price of {id}, of which nothing remains on {on}"
                ))
                .cite(ctx.book.cite(Paragraph::PROSPECTIVE))
            }));
        }
        let stated = known.change.and_then(|change| change.ssp_remaining);
        if let Some(price) = stated {
            let price = self.amount("changes.ssp_remaining", &price)?;
            return Ok(rec.input(price, || {
                ctx.money(format!("stand-alone price on {on} of what remains of {id}"))
                    .cite(ctx.book.cite(Paragraph::STANDALONE_PRICE))
            }));
        }
        // A new contract begins with what remains (606-10-25-13(a)), which the price of what was promised before, and
        // what is left of that, do not measure once its term or its units change.
        let changes = known
            .change
            .is_some_and(|change| change.last_day.is_some() || change.total.is_some());
        let required = ctx.policy().standalone_at_modification == StandaloneAtModification::Stated;
        if changes && needs_prices && required {
            return Err(RevenueRefusal::StandalonePriceRequired {
                obligation: id.to_owned(),
                effective: on,
            }
            .into());
        }
        let one = rec.input(Exact::ONE, || Note::new("the whole").percent());
        let mut left = rec.difference(&one, &known.progress, || {
            Note::new(format!("left of {id}")).percent()
        });
        let whole = match known.change.and_then(|change| change.ssp) {
            Some(price) => {
                let price = self.amount("changes.ssp", &price)?;
                rec.input(price, || ctx.money(format!("stand-alone price of {id} on {on}")))
            }
            None => {
                // An earlier modification has left the price of what then remained: less of it is left now.
                if !performance.origin.value.is_zero() {
                    let since = performance.fraction(rec, known.progress.clone())?;
                    left = rec.difference(&one, &since, || {
                        Note::new(format!("left of {id} since its allocation began")).percent()
                    });
                }
                performance.ssp.clone()
            }
        };
        Ok(rec.product(&whole, &left, || {
            ctx.money(format!("stand-alone price of what remains of {id}"))
                .cite(ctx.book.cite(Paragraph::STANDALONE_PRICE))
        }))
    }
}

/// Whether a change takes back all that was still promised of an obligation.
fn nothing_remains<M>(performance: &Performance<'_, M>, change: &ObligationChange, on: NaiveDate) -> bool {
    match &performance.measured {
        Measured::Time { .. } => change.ends_before(on),
        Measured::Units { delivered, .. } => {
            change.total.is_some_and(|total| Exact::from(total) == *delivered)
        }
        _ => false,
    }
}

impl<M: Clone> Performance<'_, M> {
    /// The end of one allocation and the beginning of the next, as if of a new contract.
    fn begin_anew<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        ctx: &Context<'_>,
        earned: Figure<M>,
        share: Figure<M>,
        exact: Figure<M>,
        on: NaiveDate,
    ) -> Result<(), Flaw> {
        let moment = Moment::before(on);
        let delivered = self.delivered(ctx, moment);
        let id = self.id();
        match &mut self.measured {
            Measured::Time {
                period: Some(period), ..
            } => {
                let last = period.last_day();
                // A service that ends with the day before keeps that day: nothing of it remains.
                let start = period.start().max(on).min(last);
                *period = Period::inclusive(start, last).map_err(|_| RevenueRefusal::InvalidTerm {
                    obligation: id.to_owned(),
                    start,
                    last,
                })?;
                self.origin = rec.input(Exact::ZERO, || {
                    Note::new(format!("{id} begins anew on {on}")).percent()
                });
            }
            Measured::CostToCost(costs) => {
                costs.incurred_before = costs.incurred.clone();
                costs.uninstalled_before = costs.uninstalled.clone();
                self.origin = self.progress(rec, ctx, moment)?;
            }
            Measured::Units { .. } => {
                let before: Exact = self
                    .batches
                    .iter()
                    .fold(Exact::ZERO, |sum, batch| &sum + &batch.units);
                let units = &delivered - &before;
                if units.is_positive() {
                    let gross = rec.difference(&earned, &self.earned_before, || {
                        ctx.money(format!("recognised of {id} for {units} units before {on}"))
                    });
                    self.batches.push(Batch { units, gross });
                }
                self.origin = self.progress(rec, ctx, moment)?;
            }
            _ => self.origin = self.progress(rec, ctx, moment)?,
        }
        self.earned_before = earned;
        self.allocated = share;
        self.exact = exact;
        Ok(())
    }
}
