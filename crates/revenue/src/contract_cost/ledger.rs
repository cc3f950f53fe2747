//! From costs and events to assets: each cost is treated once, each event moves the assets it is about.

use std::collections::BTreeMap;

use l2c_calendar::{CalendarError, FiscalMonth, NaiveDate};
use l2c_explain::{Figure, Note, Recorder};
use l2c_host::{DateTime, Utc};
use l2c_ledger::Role;
use l2c_money::{Currency, Exact, Money};
use serde::Serialize;

use super::asset::{Asset, Cut, Scene, Track};
use super::schedule::Basis;
use super::treatment::{Treated, treat};
use super::{
    Amortisation, ContractCostRefusal, ContractCosts, Cost, CostEvent, CostFact, CostMovement, CostTreatment,
    PoolShare, Recoverable, ReversalCap, Span, impairment,
};
use crate::{Book, Convention, RevenueError};

/// How far an obligation is satisfied by the end of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgressPoint {
    /// The day.
    pub on: NaiveDate,
    /// From 0 to 1.
    pub progress: Exact,
}

/// An event, and what it came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CostEventFigures {
    /// When the event became true.
    pub effective: NaiveDate,
    /// The host's number for it.
    pub sequence: u64,
    /// What it came to.
    pub outcome: CostOutcome,
}

/// What an event came to. Amounts are zero or above, unless they say otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum CostOutcome {
    /// Of an impairment test, over all assets tested.
    ImpairmentTest {
        /// What they carried.
        carrying: Money,
        /// What is expected to be recovered.
        recoverable: Money,
        /// What is lost.
        impairment: Money,
        /// What comes back of earlier losses.
        reversal: Money,
        /// What they carry on.
        carrying_after: Money,
    },
    /// Of a revision of life.
    LifeRevised {
        /// What the asset carries on.
        carrying: Money,
        /// Over how long.
        remaining: Option<Remaining>,
    },
    /// Of a termination.
    Terminated {
        /// What was carried and is written off.
        written_off: Money,
        /// What payees have to pay back.
        receivable: Money,
        /// The one less the other; below zero where more comes back than was carried.
        net_expense: Money,
    },
    /// Of a bonus of several contracts.
    BonusPool {
        /// The parts, in the order of the fact.
        parts: Vec<PoolPart>,
    },
}

/// A cost's part of a bonus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PoolPart {
    /// The cost.
    pub cost: String,
    /// Its part, which is capitalised.
    pub allocated: Money,
    /// What of it is amortised at once.
    pub catch_up: Money,
}

/// What is left of an amortisation period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Remaining {
    /// Calendar months, one served in part counted as one.
    Months(u32),
    /// Days.
    Days(u32),
}

/// What has to be paid back after a termination.
#[derive(Debug, Clone)]
pub(super) struct Clawback {
    pub(super) on: NaiveDate,
    /// The cost, if it was about one alone.
    pub(super) cost: Option<String>,
    pub(super) amount: Money,
}

/// Treatments, assets and outcomes.
pub(super) struct Ledger<M> {
    /// One per cost, in their order.
    pub(super) treatments: Vec<CostTreatment>,
    /// What each cost came to on the day it was incurred, in figures.
    pub(super) treated: Vec<Treated<M>>,
    pub(super) assets: Vec<Asset<M>>,
    /// One per event, in the order in which they became true.
    pub(super) events: Vec<CostEventFigures>,
    pub(super) clawbacks: Vec<Clawback>,
}

/// Everything that is known about the costs at a moment.
pub(super) fn keep<R: Recorder>(
    rec: &mut R,
    costs: &ContractCosts,
    events: &[CostEvent],
    progress: &BTreeMap<String, Vec<ProgressPoint>>,
    known_at: DateTime<Utc>,
    book: Book,
) -> Result<Ledger<R::Mark>, RevenueError> {
    let scene = Scene::of(costs, book);
    let mut ledger = Ledger {
        treatments: Vec::with_capacity(costs.costs().len()),
        treated: Vec::with_capacity(costs.costs().len()),
        assets: Vec::new(),
        events: Vec::new(),
        clawbacks: Vec::new(),
    };
    for cost in costs.costs() {
        ledger.incur(rec, &scene, cost, progress)?;
    }
    for event in in_order(events, known_at)? {
        check_amounts(event, costs.currency())?;
        let outcome = Telling {
            rec: &mut *rec,
            scene,
            costs,
            event,
            cut: cut(&scene, event)?,
        }
        .tell(&mut ledger)?;
        ledger.events.push(CostEventFigures {
            effective: event.effective,
            sequence: event.sequence,
            outcome,
        });
    }
    for asset in &mut ledger.assets {
        // Steps to come are taken, so that a look ahead finds them.
        asset
            .track
            .schedule
            .carrying(rec, &scene, &asset.id, NaiveDate::MAX)?;
    }
    Ok(ledger)
}

/// The facts known by a moment, in the order in which they became true; one that is told twice counts once.
fn in_order(events: &[CostEvent], known_at: DateTime<Utc>) -> Result<Vec<&CostEvent>, RevenueError> {
    let mut known: Vec<_> = events
        .iter()
        .filter(|event| event.recorded_at <= known_at)
        .collect();
    known.sort_by_key(|event| (event.effective, event.sequence));
    known.dedup_by(|a, b| (a.effective, a.sequence, &a.fact) == (b.effective, b.sequence, &b.fact));
    for pair in known.windows(2) {
        if let [a, b] = pair
            && (a.effective, a.sequence) == (b.effective, b.sequence)
        {
            return Err(ContractCostRefusal::SequenceUsed {
                effective: a.effective,
                sequence: a.sequence,
            }
            .into());
        }
    }
    Ok(known)
}

fn cut(scene: &Scene<'_>, event: &CostEvent) -> Result<Cut, RevenueError> {
    let on = event.effective;
    Ok(match scene.policy.takes_effect {
        super::TakesEffect::Closing => Cut { on, through: on },
        super::TakesEffect::Opening => Cut {
            on,
            through: day_before(on)?,
        },
    })
}

/// The day before a date.
pub(super) fn day_before(date: NaiveDate) -> Result<NaiveDate, RevenueError> {
    date.pred_opt().ok_or_else(|| {
        let moved_by = "-1 day".to_owned();
        RevenueError::Calendar(CalendarError::DateOutOfRange { date, moved_by })
    })
}

fn check_amounts(event: &CostEvent, currency: Currency) -> Result<(), RevenueError> {
    let any = |field, amount: &Money| (field, *amount, false);
    let not_negative = |field, amount: &Money| (field, *amount, true);
    let amounts = match &event.fact {
        CostFact::ImpairmentTest { recoverable, .. } => match recoverable {
            Recoverable::Amount(amount) => vec![any("recoverable", amount)],
            Recoverable::Remaining {
                consideration,
                renewals,
                costs,
            } => vec![
                any("consideration", consideration),
                any("renewals", renewals),
                any("costs", costs),
            ],
        },
        CostFact::LifeRevised { .. } => Vec::new(),
        CostFact::Terminated { clawback, .. } => clawback
            .iter()
            .map(|amount| not_negative("clawback", amount))
            .collect(),
        CostFact::BonusPool { amount, by_value } => {
            let values = by_value.iter().map(|share| not_negative("value", &share.value));
            [not_negative("amount", amount)]
                .into_iter()
                .chain(values)
                .collect()
        }
    };
    for (field, amount, not_negative) in amounts {
        let effective = event.effective;
        if not_negative && amount.is_negative() {
            return Err(ContractCostRefusal::NegativeAmount {
                effective,
                field,
                amount,
            }
            .into());
        }
        let expected = if amount.currency() != currency {
            format!("an amount in {currency}")
        } else if amount.minor().is_err() && field != "value" {
            "whole minor units of the currency".to_owned()
        } else {
            continue;
        };
        return Err(ContractCostRefusal::InvalidAmount {
            effective,
            field,
            amount,
            expected,
        }
        .into());
    }
    Ok(())
}

impl<M: Clone> Ledger<M> {
    /// Treats a cost and, if it is an asset under contract costs, capitalises it.
    fn incur<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        scene: &Scene<'_>,
        cost: &Cost,
        progress: &BTreeMap<String, Vec<ProgressPoint>>,
    ) -> Result<(), RevenueError> {
        let term = cost.term()?;
        let treated = treat(rec, scene, cost, term.as_ref())?;
        let money = |figure: &Figure<M>| Money::try_from_exact(&figure.value, scene.currency);
        self.treatments.push(CostTreatment {
            id: cost.id.clone(),
            role: treated.role,
            paragraph: treated.paragraph,
            incremental: money(&treated.incremental)?,
            payroll_tax: money(&treated.payroll_tax)?,
            expensed: money(&treated.expensed)?,
            capitalised: money(&treated.capitalised)?,
            commensurate: cost
                .renewal
                .as_ref()
                .map(|renewal| renewal.is_commensurate())
                .transpose()?,
            amortisation: term.map(|term| term.period),
            months: term.and_then(|term| term.months),
        });
        if matches!(treated.role, Role::CostToObtainAsset | Role::CostToFulfilAsset) {
            let basis = Basis::of(cost, term, points(cost, progress)?);
            let cut = Cut {
                on: cost.incurred,
                through: day_before(cost.incurred)?,
            };
            self.assets.push(Asset {
                id: cost.id.clone(),
                role: treated.role,
                incurred: cost.incurred,
                track: Track::new(rec, scene, &cost.id, basis, &treated.capitalised, cut)?,
                unimpaired: None,
                is_closed: false,
            });
        }
        self.treated.push(treated);
        Ok(())
    }
}

/// The progress that a cost follows, checked.
fn points<'a>(
    cost: &Cost,
    progress: &'a BTreeMap<String, Vec<ProgressPoint>>,
) -> Result<&'a [ProgressPoint], RevenueError> {
    let Some(Amortisation::Progress { obligation }) = &cost.amortisation else {
        return Ok(&[]);
    };
    let points = progress
        .get(obligation)
        .ok_or_else(|| ContractCostRefusal::NoProgress {
            cost: cost.id.clone(),
            obligation: obligation.clone(),
        })?;
    let mut before = None;
    for point in points {
        let in_order = before.is_none_or(|before| before < point.on);
        if !in_order || point.progress.is_negative() || point.progress > Exact::ONE {
            return Err(ContractCostRefusal::InvalidProgress {
                obligation: obligation.clone(),
                on: point.on,
                progress: point.progress.to_string(),
            }
            .into());
        }
        before = Some(point.on);
    }
    Ok(points)
}

/// One event, and what it is told with.
struct Telling<'a, R> {
    rec: &'a mut R,
    scene: Scene<'a>,
    costs: &'a ContractCosts,
    event: &'a CostEvent,
    cut: Cut,
}

impl<R: Recorder> Telling<'_, R> {
    fn tell(mut self, ledger: &mut Ledger<R::Mark>) -> Result<CostOutcome, RevenueError> {
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
                done < whole && crate::obligation::is_short_enough(&term.period)
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
        let refuses = self.scene.policy.inside_month == super::InsideMonth::Refuse;
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
