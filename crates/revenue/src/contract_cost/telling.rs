//! What an event does to the assets that it is about.

use l2c_calendar::FiscalMonth;
use l2c_explain::{Figure, Note, Recorder};
use l2c_money::{Exact, Money};

use super::asset::{Asset, Cut, Scene};
use super::ledger::{Clawback, Ledger};
use super::schedule::Basis;
use super::{
    ContractCostRefusal, ContractCosts, CostEvent, CostFact, CostMovement, CostOutcome, InsideMonth,
    PoolPart, PoolShare, Recoverable, ReversalCap, Span, impairment,
};
use crate::obligation::is_short_enough;
use crate::{Convention, RevenueError};

/// One event, and what it is told with.
pub(super) struct Telling<'a, R> {
    pub(super) rec: &'a mut R,
    pub(super) scene: Scene<'a>,
    pub(super) costs: &'a ContractCosts,
    pub(super) event: &'a CostEvent,
    pub(super) cut: Cut,
}

impl<R: Recorder> Telling<'_, R> {
    pub(super) fn tell(mut self, ledger: &mut Ledger<R::Mark>) -> Result<CostOutcome, RevenueError> {
        match &self.event.fact {
            CostFact::ImpairmentTest { costs, recoverable } => {
                self.impairment_test(ledger, costs.as_deref(), recoverable)
            }
            CostFact::LifeRevised { cost, span } => self.life_revised(ledger, cost, *span),
            CostFact::Terminated { costs, clawback } => self.terminated(ledger, costs.as_deref(), *clawback),
            CostFact::BonusPool { amount, by_value } => self.bonus_pool(ledger, amount, by_value),
        }
    }

    fn impairment_test(
        &mut self,
        ledger: &mut Ledger<R::Mark>,
        costs: Option<&[String]>,
        recoverable: &Recoverable,
    ) -> Result<CostOutcome, RevenueError> {
        let indices = self.about(ledger, costs)?;
        let mut assets = pick(&mut ledger.assets, &indices);
        let tested = impairment::test(self.rec, &self.scene, &mut assets, recoverable, self.cut)?;
        let moved = tested
            .losses
            .iter()
            .chain(&tested.reversals)
            .any(|figure| !figure.value.is_zero());
        for (asset, after) in assets.iter().zip(&tested.after) {
            if moved && after.value.is_positive() && !asset.track.schedule.has_more() {
                return Err(self.nothing_left(&asset.id, after)?);
            }
        }
        Ok(CostOutcome::ImpairmentTest {
            carrying: self.total(&tested.carrying)?,
            recoverable: self.money(&tested.recoverable)?,
            impairment: self.total(&tested.losses)?,
            reversal: self.total(&tested.reversals)?,
            carrying_after: self.total(&tested.after)?,
        })
    }

    fn life_revised(
        &mut self,
        ledger: &mut Ledger<R::Mark>,
        cost: &str,
        span: Span,
    ) -> Result<CostOutcome, RevenueError> {
        let index = self.asset(ledger, cost)?;
        let mut assets = pick(&mut ledger.assets, &[index]);
        let Some(asset) = assets.first_mut() else {
            return Err(self.unknown(cost));
        };
        let with_unimpaired = self.scene.policy.reversal_cap == ReversalCap::Revised;
        let unimpaired = asset.unimpaired.as_mut().filter(|_| with_unimpaired);
        let mut carrying = None;
        for track in [Some(&mut asset.track), unimpaired].into_iter().flatten() {
            let carried = track
                .schedule
                .carrying(self.rec, &self.scene, cost, self.cut.through)?;
            let Basis::Term(term) = track.schedule.basis() else {
                let cost = cost.to_owned();
                return Err(ContractCostRefusal::NoTerm { cost }.into());
            };
            let revised = term.revised(span).ok().filter(|term| {
                let (done, whole) = term.convention.served(&term.period, self.cut.through);
                done < whole && is_short_enough(&term.period)
            });
            let Some(revised) = revised else {
                return Err(self.nothing_left(cost, &carried)?);
            };
            track
                .schedule
                .go_on_over(carried.clone(), revised, self.cut.through);
            carrying.get_or_insert(carried);
        }
        let carrying = carrying.map_or(Ok(Money::zero(self.scene.currency)), |figure| self.money(&figure))?;
        Ok(CostOutcome::LifeRevised {
            carrying,
            remaining: asset.track.schedule.basis().remaining(self.cut.through),
        })
    }

    fn terminated(
        &mut self,
        ledger: &mut Ledger<R::Mark>,
        costs: Option<&[String]>,
        clawback: Option<Money>,
    ) -> Result<CostOutcome, RevenueError> {
        let indices = self.about(ledger, costs)?;
        let mut written_off = Vec::with_capacity(indices.len());
        for asset in pick(&mut ledger.assets, &indices) {
            let (id, cut) = (&asset.id, self.cut);
            let carried = asset
                .track
                .schedule
                .carrying(self.rec, &self.scene, id, cut.through)?;
            asset.track.push(cut, CostMovement::WrittenOff, &carried);
            let label = || Note::new(format!("{id} carried after the write-off of {}", cut.on));
            let after = self
                .rec
                .difference(&carried, &carried, || label().money(self.scene.currency));
            asset.track.schedule.go_on(after, cut.through);
            asset.is_closed = true;
            written_off.push(carried);
        }
        let written_off = self.total(&written_off)?;
        let receivable = clawback.unwrap_or(Money::zero(self.scene.currency));
        if !receivable.is_zero() {
            ledger.clawbacks.push(Clawback {
                on: self.cut.on,
                cost: costs.and_then(|costs| {
                    if let [one] = costs {
                        Some(one.clone())
                    } else {
                        None
                    }
                }),
                amount: receivable,
            });
        }
        Ok(CostOutcome::Terminated {
            written_off,
            receivable,
            net_expense: written_off.checked_sub(&receivable)?,
        })
    }

    fn bonus_pool(
        &mut self,
        ledger: &mut Ledger<R::Mark>,
        amount: &Money,
        by_value: &[PoolShare],
    ) -> Result<CostOutcome, RevenueError> {
        let (scene, cut) = (self.scene, self.cut);
        let names: Vec<String> = by_value.iter().map(|share| share.cost.clone()).collect();
        let indices = self.about(ledger, Some(&names))?;
        let whole = self.rec.input(amount.exact(), || {
            Note::new(format!("bonus earned on {}", cut.on)).money(scene.currency)
        });
        let mut weights = Vec::with_capacity(by_value.len());
        for share in by_value {
            weights.push(self.rec.input(share.value.exact(), || {
                Note::new(format!("value that weighs {}", share.cost)).money(scene.currency)
            }));
        }
        let weights: Vec<_> = weights.iter().collect();
        let policy = scene.policy.allocation_policy();
        let shares = self
            .rec
            .shares(&whole, &weights, policy, scene.currency, |index| {
                Note::new(format!(
                    "bonus of {}",
                    names.get(index).map_or("", String::as_str)
                ))
                .money(scene.currency)
                .cite(scene.of_policy("remainder"))
            })?;
        let mut parts = Vec::with_capacity(shares.len());
        for (index, share) in indices.iter().zip(&shares) {
            let Some(asset) = ledger.assets.get_mut(*index) else {
                continue;
            };
            let catch_up = asset.track.add(self.rec, &scene, &asset.id, share, cut)?;
            if let Some(unimpaired) = &mut asset.unimpaired
                && scene.policy.reversal_cap == ReversalCap::Revised
            {
                unimpaired.add(self.rec, &scene, &asset.id, share, cut)?;
            }
            parts.push(PoolPart {
                cost: asset.id.clone(),
                allocated: self.money(share)?,
                catch_up: self.money(&catch_up)?,
            });
        }
        Ok(CostOutcome::BonusPool { parts })
    }

    /// The assets that a fact is about: those it names, or all that are carried on its day.
    fn about(&self, ledger: &Ledger<R::Mark>, costs: Option<&[String]>) -> Result<Vec<usize>, RevenueError> {
        match costs {
            Some(costs) => costs.iter().map(|cost| self.asset(ledger, cost)).collect(),
            None => {
                let effective = self.event.effective;
                let first = self.costs.costs().iter().min_by_key(|cost| cost.incurred);
                if let Some(first) = first.filter(|first| effective < first.incurred) {
                    // Nothing was carried yet that it could be about.
                    return Err(ContractCostRefusal::BeforeIncurred {
                        cost: first.id.clone(),
                        effective,
                        incurred: first.incurred,
                    }
                    .into());
                }
                let is_carried = |asset: &&(usize, &Asset<R::Mark>)| {
                    !asset.1.is_closed && asset.1.incurred <= self.event.effective
                };
                let all = ledger.assets.iter().enumerate();
                all.filter(|asset| is_carried(&asset))
                    .map(|(index, asset)| self.at_a_boundary(asset).map(|()| index))
                    .collect()
            }
        }
    }

    /// The place of the asset of a cost that a fact can be about.
    fn asset(&self, ledger: &Ledger<R::Mark>, id: &str) -> Result<usize, RevenueError> {
        let effective = self.event.effective;
        let cost = self.costs.costs().iter().find(|cost| cost.id == id);
        let cost = cost.ok_or_else(|| self.unknown(id))?;
        if effective < cost.incurred {
            return Err(ContractCostRefusal::BeforeIncurred {
                cost: id.to_owned(),
                effective,
                incurred: cost.incurred,
            }
            .into());
        }
        let closed = |state| ContractCostRefusal::CostClosed {
            cost: id.to_owned(),
            effective,
            state,
        };
        let found = ledger.assets.iter().enumerate().find(|(_, asset)| asset.id == id);
        let (index, asset) = found.ok_or_else(|| closed("not carried under contract costs"))?;
        if asset.is_closed {
            return Err(closed("written off").into());
        }
        self.at_a_boundary(asset)?;
        Ok(index)
    }

    /// By a policy that asks for it, a schedule by months is cut between months alone.
    fn at_a_boundary(&self, asset: &Asset<R::Mark>) -> Result<(), RevenueError> {
        let Basis::Term(term) = asset.track.schedule.basis() else {
            return Ok(());
        };
        let refuses = self.scene.policy.inside_month == InsideMonth::Refuse;
        let through = self.cut.through;
        let is_inside = FiscalMonth::of(through).last_day() != through;
        if refuses && is_inside && term.convention != Convention::Daily {
            return Err(ContractCostRefusal::InsideMonth {
                cost: asset.id.clone(),
                effective: self.event.effective,
            }
            .into());
        }
        Ok(())
    }

    fn unknown(&self, cost: &str) -> RevenueError {
        ContractCostRefusal::UnknownCost {
            contract: self.costs.contract().clone(),
            cost: cost.to_owned(),
        }
        .into()
    }

    fn nothing_left(&self, cost: &str, carrying: &Figure<R::Mark>) -> Result<RevenueError, RevenueError> {
        Ok(ContractCostRefusal::NothingLeft {
            cost: cost.to_owned(),
            effective: self.event.effective,
            carrying: self.money(carrying)?,
        }
        .into())
    }

    fn money(&self, figure: &Figure<R::Mark>) -> Result<Money, RevenueError> {
        Ok(Money::try_from_exact(&figure.value, self.scene.currency)?)
    }

    fn total(&self, figures: &[Figure<R::Mark>]) -> Result<Money, RevenueError> {
        let total: Exact = figures.iter().map(|figure| &figure.value).sum();
        Ok(Money::try_from_exact(&total, self.scene.currency)?)
    }
}

/// The assets at these places, in this order; each once.
fn pick<'a, M>(assets: &'a mut [Asset<M>], indices: &[usize]) -> Vec<&'a mut Asset<M>> {
    let mut picked: Vec<(usize, &mut Asset<M>)> = assets
        .iter_mut()
        .enumerate()
        .filter_map(|(index, asset)| {
            let place = indices.iter().position(|other| *other == index)?;
            Some((place, asset))
        })
        .collect();
    picked.sort_by_key(|(place, _)| *place);
    picked.into_iter().map(|(_, asset)| asset).collect()
}
