//! An asset: its movements, and the schedule that amortises what is left of them.

use l2c_calendar::{FiscalMonth, NaiveDate};
use l2c_explain::{Citation, Figure, Note, Recorder};
use l2c_ledger::Role;
use l2c_money::{Currency, Exact, RoundingPolicy};

use super::schedule::{Basis, Schedule};
use super::{ContractCostPolicy, ContractCosts, CostMovement};
use crate::{Book, RevenueError};

/// What every figure of a contract's costs rests on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) contract: &'a str,
    pub(super) currency: Currency,
    pub(super) policy: &'a ContractCostPolicy,
    pub(super) book: Book,
}

impl<'a> Scene<'a> {
    pub(super) fn of(costs: &'a ContractCosts, book: Book) -> Self {
        Self {
            contract: costs.contract().as_str(),
            currency: costs.currency(),
            policy: costs.policy(),
            book,
        }
    }

    /// A cost in the document.
    pub(super) fn of_cost(&self, id: &str) -> Citation {
        Citation::new(self.contract, format!("costs[{id}]"))
    }

    /// A convention of the policy that is stored with the costs.
    pub(super) fn of_policy(&self, field: &str) -> Citation {
        Citation::document(&self.policy.id, self.policy.version, field)
    }

    const fn rounding(&self) -> RoundingPolicy {
        self.policy.rounding_policy()
    }

    pub(super) fn round<R: Recorder>(
        &self,
        rec: &mut R,
        exact: &Figure<R::Mark>,
        label: impl Fn() -> String,
    ) -> Result<Figure<R::Mark>, RevenueError> {
        Ok(rec.round(exact, self.rounding(), self.currency, || {
            Note::new(label())
                .money(self.currency)
                .cite(self.of_policy("rounding"))
        })?)
    }

    pub(super) fn nothing<R: Recorder>(&self, rec: &mut R, label: impl Fn() -> String) -> Figure<R::Mark> {
        rec.input(Exact::ZERO, || Note::new(label()).money(self.currency))
    }
}

/// A movement of a day; amortisation by the schedule is not among them.
#[derive(Debug, Clone)]
pub(super) struct Move<M> {
    pub(super) on: NaiveDate,
    pub(super) kind: CostMovement,
    pub(super) amount: Figure<M>,
}

/// Movements and schedule of an asset. Each asset has one, and one more that has had no impairment, once it has had.
#[derive(Debug, Clone)]
pub(super) struct Track<M> {
    pub(super) moves: Vec<Move<M>>,
    pub(super) schedule: Schedule<M>,
}

/// When an event counts: it is dated on one day and leaves the amortisation through another as it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    pub(super) on: NaiveDate,
    pub(super) through: NaiveDate,
}

impl<M: Clone> Track<M> {
    /// Of an amount that is capitalised as one sets out.
    pub(super) fn new<R: Recorder<Mark = M>>(
        rec: &mut R,
        scene: &Scene<'_>,
        id: &str,
        basis: Basis,
        amount: &Figure<M>,
        cut: Cut,
    ) -> Result<Self, RevenueError> {
        let nothing = scene.nothing(rec, || format!("{id} spread before"));
        let mut track = Self {
            moves: Vec::new(),
            schedule: Schedule::new(nothing, basis, cut.through),
        };
        track.add(rec, scene, id, amount, cut)?;
        Ok(track)
    }

    pub(super) fn push(&mut self, cut: Cut, kind: CostMovement, amount: &Figure<M>) {
        self.moves.push(Move {
            on: cut.on,
            kind,
            amount: amount.clone(),
        });
    }

    /// Capitalises an amount, and amortises at once what it would have been by then; gives that catch-up.
    pub(super) fn add<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        scene: &Scene<'_>,
        id: &str,
        amount: &Figure<M>,
        cut: Cut,
    ) -> Result<Figure<M>, RevenueError> {
        let catch_up = self.schedule.add(rec, scene, id, amount, cut.through)?;
        self.push(cut, CostMovement::Capitalised, amount);
        if !catch_up.value.is_zero() {
            self.push(cut, CostMovement::Amortised, &catch_up);
        }
        Ok(catch_up)
    }

    /// The sum of one kind of movement by the end of a day.
    pub(super) fn moved<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        scene: &Scene<'_>,
        id: &str,
        kind: CostMovement,
        through: NaiveDate,
    ) -> Result<Figure<M>, RevenueError> {
        let of_kind = |one: &&Move<M>| one.kind == kind && one.on <= through;
        let mut parts: Vec<_> = self
            .moves
            .iter()
            .filter(of_kind)
            .map(|one| one.amount.clone())
            .collect();
        if kind == CostMovement::Amortised {
            for run in self.schedule.runs() {
                let part = run.amortised(rec, scene, id, through)?;
                if !part.value.is_zero() {
                    parts.push(part);
                }
            }
        }
        let parts: Vec<_> = parts.iter().collect();
        Ok(rec.sum(&parts, || {
            Note::new(format!("{id} {kind} by the end of {through}"))
                .money(scene.currency)
                .cite(scene.book.cite(kind.paragraph()))
        }))
    }

    /// The months through `last` in which something moves.
    pub(super) fn months(&self, last: FiscalMonth) -> impl Iterator<Item = FiscalMonth> {
        let moves = self.moves.iter().map(|one| FiscalMonth::of(one.on));
        moves
            .filter(move |month| *month <= last)
            .chain(self.schedule.runs().flat_map(move |run| run.months(last)))
    }
}

/// A cost that is carried forward under contract costs.
#[derive(Debug, Clone)]
pub(super) struct Asset<M> {
    pub(super) id: String,
    pub(super) role: Role,
    pub(super) incurred: NaiveDate,
    pub(super) track: Track<M>,
    /// The same without any impairment, kept from the first on.
    pub(super) unimpaired: Option<Track<M>>,
    /// Whether it was written off.
    pub(super) is_closed: bool,
}
