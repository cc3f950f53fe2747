//! Options that are material rights, exercised or expired (606-10-55-42).

use l2c_calendar::NaiveDate;
use l2c_explain::{Figure, Recorder};
use l2c_money::Exact;

use crate::performance::Measured;
use crate::refusal::Flaw;
use crate::replay::Replay;
use crate::{Obligation, Paragraph, RevenueEvent, RevenueRefusal};

impl<'a, M: Clone> Replay<'a, M> {
    pub(crate) fn close_right(
        &mut self,
        obligation: &str,
        on: NaiveDate,
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
                *closed = Some(on);
                *expired = expires;
                Ok(())
            }
            _ => Err(Flaw::measure(performance.obligation, event.fact.name())),
        }
    }

    /// What the right was allocated, and what is paid now, go to what it delivers (606-10-55-42).
    pub(crate) fn exercise<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        right: &str,
        price: Exact,
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
        let performance = self.find_mut(right)?;
        let contract = performance.contract;
        let deferred = std::mem::replace(&mut performance.allocated, zero.clone());
        let exact = std::mem::replace(&mut performance.exact, zero);
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
