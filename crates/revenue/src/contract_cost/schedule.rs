//! The one schedule of an asset: what part of a carrying amount is amortised by a day.
//!
//! Whatever the basis, a run spreads an amount over the weight that lies ahead: days, months, or the steps of use and
//! progress. An event ends a run; what is carried then begins the next one.

use l2c_calendar::{FiscalMonth, NaiveDate};
use l2c_explain::{Figure, Note, Recorder};
use l2c_money::Exact;

use super::amortisation::Term;
use super::asset::Scene;
use super::{Amortisation, Cost, ProgressPoint, Remaining, StepRounding, UseStep, paragraph};
use crate::{Convention, RevenueError};

/// What the time of a schedule is measured in.
#[derive(Debug, Clone)]
pub(super) enum Basis {
    Term(Term),
    Steps(Vec<Step>),
}

/// What is done on a day, and what is then expected to come.
#[derive(Debug, Clone)]
pub(super) struct Step {
    on: NaiveDate,
    done: Exact,
    later: Exact,
    /// The part of the whole that is done by then.
    part: Exact,
}

impl Basis {
    /// The basis of a cost; the points are those of the obligation that it follows. A cost without an amortisation
    /// stays as it is.
    pub(super) fn of(cost: &Cost, term: Option<Term>, progress: &[ProgressPoint]) -> Self {
        match (&cost.amortisation, term) {
            (_, Some(term)) => Self::Term(term),
            (Some(Amortisation::Use { steps }), None) => {
                let mut by_then = Exact::ZERO;
                let mut step = |step: &UseStep| {
                    let (done, later) = (Exact::from(step.done), Exact::from(step.later));
                    by_then += &done;
                    // Steps that are all zero have no whole; nothing of it is done.
                    let part = by_then.checked_div(&(&by_then + &later)).unwrap_or_default();
                    Step {
                        on: step.on.max(cost.incurred),
                        done,
                        later,
                        part,
                    }
                };
                Self::Steps(steps.iter().map(&mut step).collect())
            }
            (Some(Amortisation::Progress { .. }), None) => {
                let mut before = Exact::ZERO;
                let mut step = |point: &ProgressPoint| {
                    let before = std::mem::replace(&mut before, point.progress.clone());
                    Step {
                        on: point.on.max(cost.incurred),
                        // Progress that is taken back takes back no amortisation: more lies ahead than before.
                        done: (&point.progress - &before).max(Exact::ZERO),
                        later: Exact::ONE - &point.progress,
                        part: point.progress.clone(),
                    }
                };
                Self::Steps(progress.iter().map(&mut step).collect())
            }
            (_, None) => Self::Steps(Vec::new()),
        }
    }

    /// The part that is done by the end of a day, as far as is known on it: what an amount that is added then has
    /// missed.
    pub(super) fn done(&self, through: NaiveDate) -> Exact {
        match self {
            Self::Term(term) => {
                let (done, whole) = term.convention.served(&term.period, through);
                // A term has a day, and so a weight.
                done.checked_div(&whole).unwrap_or_default()
            }
            Self::Steps(steps) => {
                let by_then = steps.iter().rev().find(|step| step.on <= through);
                by_then.map(|step| step.part.clone()).unwrap_or_default()
            }
        }
    }

    /// What is left after a day, of an amortisation that is a time.
    pub(super) fn remaining(&self, through: NaiveDate) -> Option<Remaining> {
        let Self::Term(term) = self else { return None };
        let first = through.succ_opt()?.max(term.period.start());
        let last = term.period.last_day();
        Some(if term.convention == Convention::Daily {
            let days = last.signed_duration_since(first).num_days().saturating_add(1);
            Remaining::Days(u32::try_from(days).unwrap_or_default())
        } else {
            let months = FiscalMonth::of(first).through(FiscalMonth::of(last)).len();
            Remaining::Months(u32::try_from(months).unwrap_or(u32::MAX))
        })
    }
}

/// An amount that is spread over the weight ahead, until an event ends it.
#[derive(Debug, Clone)]
pub(super) struct Run<M> {
    from: NaiveDate,
    until: Option<NaiveDate>,
    /// What is carried at its beginning.
    pub(super) base: Figure<M>,
    /// The weight ahead at its beginning.
    ahead: Exact,
    weights: Weights,
}

#[derive(Debug, Clone)]
enum Weights {
    /// What of the term is done before the run.
    Term { term: Term, before: Exact },
    /// The steps taken, each with what is done by then in the run, and what the last expects after it.
    Steps {
        taken: Vec<(NaiveDate, Exact)>,
        later: Option<Exact>,
    },
}

impl<M: Clone> Run<M> {
    /// A run that begins after the end of a day; `later` is what steps before it expect to come.
    fn new(base: Figure<M>, basis: &Basis, through: NaiveDate, later: Option<Exact>) -> Self {
        let (ahead, weights) = match basis {
            Basis::Term(term) => {
                let (before, whole) = term.convention.served(&term.period, through);
                (&whole - &before, Weights::Term { term: *term, before })
            }
            Basis::Steps(_) => {
                let ahead = later.clone().unwrap_or_default();
                (
                    ahead,
                    Weights::Steps {
                        taken: Vec::new(),
                        later,
                    },
                )
            }
        };
        Self {
            from: through.succ_opt().unwrap_or(through),
            until: None,
            base,
            ahead,
            weights,
        }
    }

    /// What is done in the run by the end of a day.
    fn done(&self, through: NaiveDate) -> Exact {
        if through < self.from {
            return Exact::ZERO;
        }
        match &self.weights {
            Weights::Term { term, before } => term.convention.served(&term.period, through).0 - before,
            Weights::Steps { taken, .. } => {
                let by_then = taken.iter().rev().find(|(on, _)| *on <= through);
                by_then.map(|(_, done)| done.clone()).unwrap_or_default()
            }
        }
    }

    /// What of the run is amortised by the end of a day: the amount times what is done over what was ahead, rounded.
    pub(super) fn amortised<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        scene: &Scene<'_>,
        id: &str,
        through: NaiveDate,
    ) -> Result<Figure<M>, RevenueError> {
        let through = self.until.map_or(through, |until| until.min(through));
        let done = self.done(through);
        if done.is_zero() || self.base.value.is_zero() {
            return Ok(rec.input(Exact::ZERO, || {
                Note::new(format!(
                    "{id} amortised from {} by the end of {through}",
                    self.from
                ))
                .money(scene.currency)
            }));
        }
        let unit = self.unit();
        let done = rec.input(done, || {
            Note::new(format!(
                "{unit} of {id} from {} by the end of {through}",
                self.from
            ))
        });
        let ahead = rec.input(self.ahead.clone(), || {
            Note::new(format!(
                "{unit} of {id} ahead on {}{}",
                self.from,
                self.until_when()
            ))
            .cite(scene.of_cost(id))
        });
        let part = rec.quotient(&done, &ahead, || {
            Note::new(format!(
                "part of {id} transferred from {} by the end of {through}",
                self.from
            ))
            .percent()
            .cite(scene.book.cite(paragraph::AMORTISATION))
        })?;
        let exact = rec.product(&self.base, &part, || {
            Note::new(format!(
                "{id} amortised from {} by the end of {through}, exact",
                self.from
            ))
            .money(scene.currency)
        });
        scene.round(rec, &exact, || {
            format!("{id} amortised from {} by the end of {through}", self.from)
        })
    }

    /// The day of the last step, which another step of that day may follow in a run of its own.
    fn last_step(&self) -> Option<NaiveDate> {
        match &self.weights {
            Weights::Steps { taken, .. } => taken.last().map(|(on, _)| *on),
            Weights::Term { .. } => None,
        }
    }

    fn unit(&self) -> &'static str {
        match &self.weights {
            Weights::Term { term, .. } => match term.convention {
                Convention::Daily => "days",
                Convention::MonthsTouched => "months",
                Convention::MonthsProrated => "months, prorated by days,",
                Convention::MonthsHalf => "months, halves where in part,",
            },
            Weights::Steps { .. } => "units of use or progress",
        }
    }

    fn until_when(&self) -> String {
        match &self.weights {
            Weights::Term { term, .. } => {
                let renewal = match term.renewal {
                    None => "",
                    Some(true) => ", the anticipated renewal included",
                    Some(false) => ", without the renewal, whose commission is commensurate",
                };
                format!(", to {}{renewal}", term.period.last_day())
            }
            Weights::Steps { .. } => String::new(),
        }
    }

    /// The months through `last` in which it amortises something.
    pub(super) fn months(&self, last: FiscalMonth) -> Vec<FiscalMonth> {
        match &self.weights {
            Weights::Term { term, .. } => {
                let end = self.until.unwrap_or(NaiveDate::MAX).min(term.period.last_day());
                let begin = self.from.max(term.period.start());
                FiscalMonth::of(begin).through(FiscalMonth::of(end).min(last))
            }
            Weights::Steps { taken, .. } => {
                let months = taken.iter().map(|(on, _)| FiscalMonth::of(*on));
                months.filter(|month| *month <= last).collect()
            }
        }
    }
}

/// The runs of an asset, one after the other, and how far its steps are taken.
#[derive(Debug, Clone)]
pub(super) struct Schedule<M> {
    basis: Basis,
    next: usize,
    closed: Vec<Run<M>>,
    open: Run<M>,
}

impl<M: Clone> Schedule<M> {
    /// Of an amount that is carried after the end of a day.
    pub(super) fn new(base: Figure<M>, basis: Basis, through: NaiveDate) -> Self {
        let open = Run::new(base, &basis, through, None);
        Self {
            basis,
            next: 0,
            closed: Vec::new(),
            open,
        }
    }

    pub(super) const fn basis(&self) -> &Basis {
        &self.basis
    }

    pub(super) fn runs(&self) -> impl Iterator<Item = &Run<M>> {
        self.closed.iter().chain([&self.open])
    }

    /// Whether weight is ahead over which an amount could be spread; steps may still come.
    pub(super) fn has_more(&self) -> bool {
        self.open.ahead.is_positive() || matches!(self.basis, Basis::Steps(_))
    }

    /// What is carried at the end of a day, with the steps through it.
    pub(super) fn carrying<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        scene: &Scene<'_>,
        id: &str,
        through: NaiveDate,
    ) -> Result<Figure<M>, RevenueError> {
        while let Some(step) = self.next_step(through) {
            self.next = self.next.saturating_add(1);
            self.take(rec, scene, id, step)?;
        }
        self.left(rec, scene, id, through)
    }

    fn left<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        scene: &Scene<'_>,
        id: &str,
        through: NaiveDate,
    ) -> Result<Figure<M>, RevenueError> {
        let amortised = self.open.amortised(rec, scene, id, through)?;
        Ok(rec.difference(&self.open.base, &amortised, || {
            Note::new(format!("{id} carried at the end of {through}")).money(scene.currency)
        }))
    }

    fn next_step(&self, through: NaiveDate) -> Option<Step> {
        match &self.basis {
            Basis::Steps(steps) => steps.get(self.next).filter(|step| step.on <= through).cloned(),
            Basis::Term(_) => None,
        }
    }

    /// Takes a step: within the run as long as the estimate of the whole stands, else in a new one.
    fn take<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        scene: &Scene<'_>,
        id: &str,
        step: Step,
    ) -> Result<(), RevenueError> {
        let whole = &step.done + &step.later;
        let stands = match &self.open.weights {
            Weights::Steps { later, .. } => later.as_ref() == Some(&whole),
            Weights::Term { .. } => false,
        };
        if whole.is_zero() || !stands || scene.policy.steps == StepRounding::Carrying {
            let base = self.left(rec, scene, id, step.on)?;
            // A step that expects nothing, before or after, takes what is left.
            let ahead = if whole.is_zero() {
                Exact::ONE
            } else {
                whole.clone()
            };
            self.begin_run(base, step.on.pred_opt().unwrap_or(step.on), Some(ahead));
        }
        if let Weights::Steps { taken, later } = &mut self.open.weights {
            let before = taken.last().map(|(_, done)| done.clone()).unwrap_or_default();
            let done = if whole.is_zero() { Exact::ONE } else { step.done };
            taken.push((step.on, before + done));
            *later = Some(step.later);
        }
        Ok(())
    }

    fn begin_run(&mut self, base: Figure<M>, through: NaiveDate, later: Option<Exact>) {
        let open = Run::new(base, &self.basis, through, later);
        let mut closed = std::mem::replace(&mut self.open, open);
        closed.until = Some(closed.last_step().map_or(through, |on| on.max(through)));
        self.closed.push(closed);
    }

    /// Goes on with another amount after the end of a day, over what is then ahead.
    pub(super) fn go_on(&mut self, base: Figure<M>, through: NaiveDate) {
        let later = match &self.open.weights {
            Weights::Steps { later, .. } => later.clone(),
            Weights::Term { .. } => None,
        };
        self.begin_run(base, through, later);
    }

    /// Goes on over another time.
    pub(super) fn go_on_over(&mut self, base: Figure<M>, term: Term, through: NaiveDate) {
        self.basis = Basis::Term(term);
        self.begin_run(base, through, None);
    }
}
