//! Rights that customers are expected to leave unused (606-10-55-46 to 55-49).

use l2c_explain::{Figure, Note, Recorder};
use l2c_money::{Exact, Money};

use crate::contract_context::{Context, Moment};
use crate::performance::{Measured, Performance};
use crate::refusal::Flaw;
use crate::replay::Replay;
use crate::{Measure, Paragraph, RevenueError, RevenueEvent, RevenueRefusal};

impl<M: Clone> Replay<'_, M> {
    /// The rest of a redemption becomes revenue, but for what a government may claim (606-10-55-48, 55-49).
    pub(crate) fn redemption_is_remote<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        obligation: &str,
        rate: Option<Exact>,
        event: &RevenueEvent,
    ) -> Result<(), Flaw> {
        let ctx = self.ctx;
        let rate = rate.unwrap_or(Exact::ZERO);
        if rate.is_negative() || rate > Exact::ONE {
            return Err(Flaw::amount("escheat_rate", &rate, "a share between 0 and 1"));
        }
        let moment = Moment::end_of(event.effective);
        let performance = self.find_mut(obligation)?;
        let before = performance.earned(rec, &ctx, moment)?;
        match &mut performance.measured {
            Measured::Redemption { is_remote, .. } if !*is_remote => *is_remote = true,
            Measured::Redemption { .. } => {
                return Err(RevenueRefusal::AlreadySatisfied {
                    obligation: obligation.to_owned(),
                    on: event.effective,
                }
                .into());
            }
            _ => return Err(Flaw::measure(performance.obligation, "redemption_remote")),
        }
        if rate.is_zero() {
            return Ok(());
        }
        let all = performance.earned(rec, &ctx, moment)?;
        let rest = rec.difference(&all, &before, || {
            ctx.money(format!("not redeemed of {obligation}"))
        });
        let rate = rec.input(rate, || Note::new("share that is unclaimed property").percent());
        let exact = rec.product(&rest, &rate, || {
            ctx.money(format!("unclaimed property of {obligation}, exact"))
        });
        let claimed = ctx.rounded(rec, &exact, || format!("unclaimed property of {obligation}"))?;
        let reduction = rec.negate(&claimed, || {
            ctx.money(format!("unclaimed property of {obligation}, no revenue"))
                .cite(ctx.book.cite(Paragraph::BREAKAGE))
        });
        performance.reductions.push(reduction);
        let contract = performance.contract;
        self.account_of(contract)?.escheat.push(claimed);
        Ok(())
    }
}

impl<M: Clone> Performance<'_, M> {
    /// What a take-or-pay obligation earns by units taken, and at its end at least the minimum.
    pub(crate) fn taken_value<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        ctx: &Context<'_>,
        moment: Moment,
    ) -> Result<Option<Figure<M>>, RevenueError> {
        let (
            Measured::TakeOrPay { taken, expected },
            Measure::TakeOrPay {
                minimum,
                unit_price,
                overage_price,
                end,
                ..
            },
        ) = (&self.measured, &self.obligation.measure)
        else {
            return Ok(None);
        };
        let id = self.id();
        let unit_price = Exact::from(*unit_price);
        let covered = minimum.exact().checked_div(&unit_price)?;
        if let Some(expected) = expected
            .as_ref()
            .filter(|expected| **expected < covered && *taken < covered)
        {
            return self
                .taken_with_breakage(rec, ctx, (taken, expected), minimum, moment)
                .map(Some);
        }
        let within = taken.clone().min(covered);
        let beyond = taken - &within;
        let mut value = |units: Exact, price: Exact, what: &str| {
            let units = rec.input(units, || {
                Note::new(format!("units of {id} {what} by the end of {}", moment.day))
            });
            let price = rec.input(price, || {
                ctx.money(format!("price of a unit {what}"))
                    .cite(ctx.in_terms("obligations", id))
            });
            rec.product(&units, &price, || ctx.money(format!("units of {id} {what}")))
        };
        let within = value(within, unit_price, "taken within the minimum");
        let beyond = value(beyond, Exact::from(*overage_price), "taken beyond the minimum");
        let exact = rec.sum(&[&within, &beyond], || ctx.money(format!("{id} taken, exact")));
        let taken = ctx.rounded(rec, &exact, || format!("{id} taken by the end of {}", moment.day))?;
        if moment.time_through < *end {
            return Ok(Some(taken));
        }
        let minimum = rec.input(minimum.exact(), || {
            ctx.money(format!("minimum of {id}, due on {end}"))
                .cite(ctx.in_terms("obligations", id))
                .cite(ctx.book.cite(Paragraph::BREAKAGE))
        });
        Ok(Some(rec.maximum(&[&taken, &minimum], || {
            ctx.money(format!("{id} recognised, at least the minimum"))
        })))
    }

    /// Where the customer is expected to take less than the minimum pays for, the minimum is earned in proportion to what
    /// is expected to be taken (606-10-55-48).
    pub(crate) fn taken_with_breakage<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        ctx: &Context<'_>,
        (taken, expected): (&Exact, &Exact),
        minimum: &Money,
        moment: Moment,
    ) -> Result<Figure<M>, RevenueError> {
        let id = self.id();
        let is_over =
            matches!(self.obligation.measure, Measure::TakeOrPay { end, .. } if end <= moment.time_through);
        let taken = rec.input(taken.clone(), || {
            Note::new(format!("units of {id} taken by the end of {}", moment.day))
        });
        let expected = rec.input(expected.clone(), || {
            Note::new(format!("units of {id} expected to be taken in all"))
        });
        let one = rec.input(Exact::ONE, || Note::new("the whole").percent());
        let share = if is_over {
            one
        } else {
            let share = rec.quotient(&taken, &expected, || {
                Note::new(format!("taken of {id}")).percent()
            })?;
            rec.minimum(&[&share, &one], || {
                Note::new(format!("taken of {id}, at most the whole")).percent()
            })
        };
        let minimum = rec.input(minimum.exact(), || {
            ctx.money(format!("minimum of {id}"))
                .cite(ctx.in_terms("obligations", id))
        });
        let exact = rec.product(&minimum, &share, || {
            ctx.money(format!("minimum of {id} earned in proportion, exact"))
                .cite(ctx.book.cite(Paragraph::BREAKAGE))
        });
        ctx.rounded(rec, &exact, || {
            format!("minimum of {id} earned by the end of {}", moment.day)
        })
    }
}
