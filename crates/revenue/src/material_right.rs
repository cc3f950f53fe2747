//! Options that are material rights, exercised or expired (606-10-55-42).

use l2c_calendar::NaiveDate;
use l2c_explain::{Figure, Note, Recorder};
use l2c_money::Exact;

use crate::contract_context::Context;
use crate::performance::{Measured, Pair, Performance};
use crate::refusal::Flaw;
use crate::replay::Replay;
use crate::{Obligation, Paragraph, RevenueError, RevenueEvent, RevenueRefusal};

impl<'a, M: Clone> Replay<'a, M> {
    /// Closes a right that is open on a day; one that is exercised in part stays open.
    pub(crate) fn close_right(
        &mut self,
        obligation: &str,
        on: Option<NaiveDate>,
        expires: bool,
        event: &RevenueEvent,
    ) -> Result<(), Flaw> {
        let performance = self.find_mut(obligation)?;
        match &mut performance.measured {
            Measured::MaterialRight { closed, expired } => {
                if let Some(before) = closed {
                    return Err(RevenueRefusal::AlreadySatisfied {
                        obligation: obligation.to_owned(),
                        on: *before,
                    }
                    .into());
                }
                *closed = on;
                *expired = expires;
                Ok(())
            }
            _ => Err(Flaw::measure(performance.obligation, event.fact.name())),
        }
    }

    /// What the right was allocated, or the part of it that is exercised, and what is paid now go to what it delivers
    /// (606-10-55-42).
    pub(crate) fn exercise<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        right: &str,
        (price, share): (Exact, Exact),
        delivers: &'a Obligation,
        on: NaiveDate,
    ) -> Result<(), Flaw> {
        let ctx = self.ctx;
        self.check_new(delivers)?;
        let price = rec.input(price, || {
            ctx.money(format!("paid on the exercise of {right} on {on}"))
        });
        let zero = rec.input(Exact::ZERO, || {
            ctx.money(format!("left of {right} after its exercise"))
        });
        let part = rec.input(share, || {
            Note::new(format!("part of {right} exercised on {on}")).percent()
        });
        let performance = self.find_mut(right)?;
        let contract = performance.contract;
        let (deferred, exact) = if part.value == Exact::ONE {
            let deferred = std::mem::replace(&mut performance.allocated, zero.clone());
            (deferred, std::mem::replace(&mut performance.exact, zero))
        } else {
            performance.give_up(rec, &ctx, &part)?
        };
        let mut sum = |deferred: &Figure<M>| {
            rec.sum(&[deferred, &price], || {
                ctx.money(format!(
                    "allocated to {}: the right and what is paid now",
                    delivers.id
                ))
                .cite(ctx.book.cite(Paragraph::MATERIAL_RIGHT))
            })
        };
        let (allocated, exact) = (sum(&deferred), sum(&exact));
        let mut added = self.new_performance(rec, delivers, contract, allocated)?;
        added.exact = exact;
        added.ssp = self.standalone(rec, delivers)?;
        self.performances.push(added);
        self.price_changes.push(price);
        Ok(())
    }
}

impl<M: Clone> Performance<'_, M> {
    /// Takes a part of what is allocated away, in whole minor units and exact, with its part of the stand-alone price.
    fn give_up<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        ctx: &Context<'_>,
        part: &Figure<M>,
    ) -> Result<Pair<M>, RevenueError> {
        let id = self.obligation.id.as_str();
        let mut of = |whole: &Figure<M>, what: &str| {
            let taken = rec.product(whole, part, || {
                ctx.money(format!("{what} {id} that is taken, exact"))
            });
            let left = rec.difference(whole, &taken, || {
                ctx.money(format!("{what} {id} that is left, exact"))
            });
            (taken, left)
        };
        let (taken, _) = of(&self.allocated, "allocated to");
        let (exact, exact_left) = of(&self.exact, "exact share of");
        let (_, ssp_left) = of(&self.ssp, "stand-alone price of");
        let taken = ctx.rounded(rec, &taken, || format!("allocated to {id} that is taken"))?;
        self.allocated = rec.difference(&self.allocated, &taken, || {
            ctx.money(format!("allocated to {id} that is left"))
        });
        (self.exact, self.ssp) = (exact_left, ssp_left);
        Ok((taken, exact))
    }
}
