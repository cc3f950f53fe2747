//! From costs and events to assets: each cost is treated once, each event moves the assets it is about.

use std::collections::BTreeMap;

use l2c_calendar::{CalendarError, NaiveDate};
use l2c_explain::{Figure, Recorder};
use l2c_host::{DateTime, Utc};
use l2c_ledger::Role;
use l2c_money::{Currency, Exact, Money};

use super::asset::{Asset, Cut, Scene, Track};
use super::schedule::Basis;
use super::telling::Telling;
use super::treatment::{Treated, treat};
use super::{
    Amortisation, ContractCostRefusal, ContractCosts, Cost, CostEvent, CostEventFigures, CostFact,
    CostTreatment, Recoverable, TakesEffect,
};
use crate::{Book, ObligationFigures, RevenueError, ScheduledMonth};

/// How far an obligation is satisfied by the end of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgressPoint {
    /// The day.
    pub on: NaiveDate,
    /// From 0 to 1.
    pub progress: Exact,
}

impl ProgressPoint {
    /// The progress of an obligation at the end of each month of its life: what is recognised of what is allocated to it.
    /// None where nothing is allocated.
    #[must_use]
    pub fn of(obligation: &ObligationFigures) -> Vec<Self> {
        let whole = obligation.allocated.exact();
        let point = |month: &ScheduledMonth| {
            let progress = month.cumulative.exact().checked_div(&whole).ok()?;
            let on = month.month.last_day();
            Some(Self { on, progress })
        };
        obligation.schedule.iter().filter_map(point).collect()
    }
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
        TakesEffect::Closing => Cut { on, through: on },
        TakesEffect::Opening => Cut {
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
