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

/// An amount that is spread over the weight ahead of its origin, from a day until an event ends it.
#[derive(Debug, Clone)]
pub(super) struct Run<M> {
    from: NaiveDate,
    until: Option<NaiveDate>,
    base: Figure<M>,
    /// What of the base is amortised between the origin and the day: by runs before, which an addition ended.
    prior: Option<Figure<M>>,
    /// The weight ahead at the origin.
    ahead: Exact,
    weights: Weights,
}

#[derive(Debug, Clone)]
enum Weights {
    /// What of the term is done before the origin.
    Term { term: Term, before: Exact },
    /// The steps taken since the origin, each with what is done by then, and what the last expects after it.
    Steps {
        taken: Vec<(NaiveDate, Exact)>,
        later: Option<Exact>,
    },
}

impl<M: Clone> Run<M> {
    /// A run whose origin is the end of a day; `later` is what steps before it expect to come.
    fn new(base: Figure<M>, basis: &Basis, through: NaiveDate, later: Option<Exact>) -> Self {
        let (ahead, weights) = match basis {
            Basis::Term(term) => {
                let (before, whole) = term.convention.served(&term.period, through);
                (&whole - &before, Weights::Term { term: *term, before })
            }
            Basis::Steps(_) => {
                let ahead = later.clone().unwrap_or_default();
                let taken = Vec::new();
                (ahead, Weights::Steps { taken, later })
            }
        };
        Self {
            from: through.succ_opt().unwrap_or(through),
            until: None,
            base,
            prior: None,
            ahead,
            weights,
        }
    }

    /// What is done since the origin by the end of a day.
    fn done(&self, through: NaiveDate) -> Exact {
        match &self.weights {
            Weights::Term { term, before } => term.convention.served(&term.period, through).0 - before,
            Weights::Steps { taken, .. } => {
                let by_then = taken.iter().rev().find(|(on, _)| *on <= through);
                by_then.map(|(_, done)| done.clone()).unwrap_or_default()
            }
        }
    }

    /// What the run amortises by the end of a day: the rounded cumulative since the origin less what runs before it took.
    pub(super) fn amortised<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        scene: &Scene<'_>,
        id: &str,
        through: NaiveDate,
    ) -> Result<Figure<M>, RevenueError> {
        let through = self.until.map_or(through, |until| until.min(through));
        let label = |what: &str| format!("{id} amortised {what} by the end of {through}");
        let done = self.done(through);
        if through < self.from || done.is_zero() || self.base.value.is_zero() {
            let from = format!("from {}", self.from);
            return Ok(scene.nothing(rec, || label(&from)));
        }
        let since = self.since_origin(rec, scene, id, through, done)?;
        let Some(prior) = &self.prior else {
            return Ok(since);
        };
        // Parts that are rounded apart may come to a minor unit more than their sum: it is not taken back.
        let since = rec.maximum(&[&since, prior], || {
            Note::new(label("in all, at least what was before")).money(scene.currency)
        });
        Ok(rec.difference(&since, prior, || {
            Note::new(label(&format!("from {}", self.from))).money(scene.currency)
        }))
    }

    fn since_origin<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        scene: &Scene<'_>,
        id: &str,
        through: NaiveDate,
        done: Exact,
    ) -> Result<Figure<M>, RevenueError> {
        let unit = self.unit();
        let by = |what: &str| format!("{what} by the end of {through}");
        let done = rec.input(done, || Note::new(by(&format!("{unit} of {id}"))));
        let ahead = rec.input(self.ahead.clone(), || {
            Note::new(format!(
                "{unit} of {id} over which it is spread{}",
                self.until_when()
            ))
            .cite(scene.of_cost(id))
        });
        let part = rec.quotient(&done, &ahead, || {
            Note::new(by(&format!("part of {id} transferred")))
                .percent()
                .cite(scene.book.cite(paragraph::AMORTISATION))
        })?;
        let exact = rec.product(&self.base, &part, || {
            Note::new(by(&format!("{id} amortised, exact,"))).money(scene.currency)
        });
        scene.round(rec, &exact, || by(&format!("{id} amortised")))
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
    /// Of nothing yet, from the end of a day: amounts are added. Its origin is the beginning of the term.
    pub(super) fn new(nothing: Figure<M>, basis: Basis, through: NaiveDate) -> Self {
        let origin = match &basis {
            Basis::Term(term) => term.period.start().pred_opt().unwrap_or(through),
            Basis::Steps(_) => through,
        };
        let open = Run {
            from: through.succ_opt().unwrap_or(through),
            ..Run::new(nothing, &basis, origin, None)
        };
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
        let label = || Note::new(format!("{id} carried at the end of {through}")).money(scene.currency);
        let Some(prior) = &self.open.prior else {
            return Ok(rec.difference(&self.open.base, &amortised, label));
        };
        let amortised = rec.sum(&[prior, &amortised], || {
            Note::new(format!("{id} amortised in all by the end of {through}")).money(scene.currency)
        });
        Ok(rec.difference(&self.open.base, &amortised, label))
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
        self.close(open, through);
    }

    fn close(&mut self, open: Run<M>, through: NaiveDate) {
        let mut closed = std::mem::replace(&mut self.open, open);
        closed.until = Some(closed.last_step().map_or(through, |on| on.max(through)));
        self.closed.push(closed);
    }

    /// Goes on with more after the end of a day, as if it had been there from the origin; gives the catch-up, what of it
    /// is amortised at once.
    pub(super) fn add<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        scene: &Scene<'_>,
        id: &str,
        amount: &Figure<M>,
        through: NaiveDate,
    ) -> Result<Figure<M>, RevenueError> {
        let carrying = self.carrying(rec, scene, id, through)?;
        let mut part_of = |part: Exact, what: &str| {
            let label = |text: &str| format!("{what} {id} by the end of {through}{text}");
            let part = rec.input(part, || {
                Note::new(label(", part"))
                    .percent()
                    .cite(scene.book.cite(paragraph::AMORTISATION))
            });
            let exact = rec.product(amount, &part, || {
                Note::new(label(", exact")).money(scene.currency)
            });
            scene.round(rec, &exact, || label(""))
        };
        let done = self.basis.done(through);
        let catch_up = part_of(done.clone(), "catch-up of")?;
        // What of the catch-up lies before the origin of the run is no part of what the run spreads.
        let in_run = self
            .open
            .done(through)
            .checked_div(&self.open.ahead)
            .unwrap_or_default();
        let before = match (Exact::ONE - &done).checked_div(&(Exact::ONE - &in_run)) {
            Ok(left) if left == Exact::ONE => None,
            Ok(left) => Some(part_of(Exact::ONE - left, "of the catch-up, before the run, of")?),
            Err(_) => Some(catch_up.clone()).filter(|_| done != in_run),
        };
        let label = |what: &str| Note::new(format!("{id} {what} {through}")).money(scene.currency);
        let amortised = rec.difference(&self.open.base, &carrying, || label("amortised by the end of"));
        let mut prior = rec.sum(&[&amortised, &catch_up], || {
            label("amortised with the catch-up after")
        });
        let mut base = if self.open.base.value.is_zero() {
            amount.clone()
        } else {
            rec.sum(&[&self.open.base, amount], || {
                label("spread with what is added after")
            })
        };
        if let Some(before) = &before {
            prior = rec.difference(&prior, before, || label("amortised of what is spread, after"));
            base = rec.difference(&base, before, || label("spread after"));
        }
        let open = Run {
            from: through.succ_opt().unwrap_or(through),
            until: None,
            base,
            prior: Some(prior).filter(|prior| !prior.value.is_zero()),
            ahead: self.open.ahead.clone(),
            weights: self.open.weights.clone(),
        };
        self.close(open, through);
        Ok(catch_up)
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
