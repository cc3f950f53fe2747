//! Losses that are expected on work in progress (605-35-25-45, IAS 37.66).

use l2c_explain::{Figure, Recorder};
use l2c_ledger::Role;
use l2c_money::Exact;

use crate::balances::Sheet;
use crate::contract_context::Moment;
use crate::performance::Measured;
use crate::policy::{LossPrice, LossProvision};
use crate::replay::Replay;
use crate::{Book, Paragraph, RevenueError};

impl<M: Clone> Replay<'_, M> {
    /// A loss that is expected on work in progress and not yet in its margin (605-35-25-45, IAS 37.66).
    pub(crate) fn losses<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        sheet: &mut Sheet<M>,
        moment: Moment,
    ) -> Result<(), RevenueError> {
        let ctx = self.ctx;
        let policy = ctx.policy();
        if policy.loss_provision == LossProvision::None || self.termination.is_some() {
            return Ok(());
        }
        let of_contract = policy.loss_provision == LossProvision::Contract || ctx.book == Book::Ifrs15;
        let (mut losses, mut known) = (Vec::new(), Vec::new());
        for (performance, kept_out) in self.performances.iter().zip(self.kept_out_of_each(rec)?) {
            let Measured::CostToCost(costs) = &performance.measured else {
                continue;
            };
            let Some(estimate) = &costs.estimated_total else {
                continue;
            };
            let id = performance.id();
            let estimate = rec.input(estimate.clone(), || {
                ctx.money(format!("costs of {id} expected in all"))
            });
            let mut parts = vec![&performance.earned_before, &performance.allocated];
            parts.extend(&kept_out);
            let price = rec.sum(&parts, || {
                ctx.money(format!("price of {id} that its costs are held against"))
            });
            losses.push(rec.difference(&estimate, &price, || {
                ctx.money(format!("loss expected on {id} in all"))
            }));
            let incurred = rec.input(costs.incurred.clone(), || {
                ctx.money(format!("costs incurred on {id}"))
            });
            let revenue = performance.revenue(rec, &ctx, moment)?;
            known.push(rec.difference(&incurred, &revenue, || {
                ctx.money(format!("loss of {id} in its margin so far"))
            }));
        }
        if of_contract && losses.len() > 1 {
            let all: Vec<_> = losses.iter().collect();
            let loss = rec.sum(&all, || ctx.money("loss expected on the contract in all"));
            let all: Vec<_> = known.iter().collect();
            let so_far = rec.sum(&all, || ctx.money("loss of the contract in its margin so far"));
            (losses, known) = (vec![loss], vec![so_far]);
        }
        let zero = rec.input(Exact::ZERO, || ctx.money("nothing"));
        for (loss, known) in losses.iter().zip(&known) {
            if !loss.value.is_positive() {
                continue;
            }
            let mut rest = rec.difference(loss, known, || ctx.money("loss that is not yet in the margin"));
            if let Some(exit) = ctx.terms.exit_cost().filter(|_| of_contract) {
                let exit = rec.input(exit.exact(), || ctx.money("cost of getting out of the contract"));
                rest = rec.minimum(&[&rest, &exit], || {
                    ctx.money("the lower of fulfilling and getting out")
                        .cite(ctx.book.cite(Paragraph::ONEROUS))
                });
            }
            let provision = rec.maximum(&[&rest, &zero], || {
                let paragraph = match ctx.book {
                    Book::Asc606 => Paragraph::LOSS,
                    Book::Ifrs15 => Paragraph::ONEROUS,
                };
                ctx.money("loss provision").cite(ctx.book.cite(paragraph))
            });
            sheet.credit(rec, Role::LossProvision, &provision);
            sheet.debit(rec, Role::LossExpense, &provision);
        }
        Ok(())
    }

    /// What is expected of varying amounts and kept out of the price, by obligation; none by policy.
    fn kept_out_of_each<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
    ) -> Result<Vec<Option<Figure<M>>>, RevenueError> {
        let mut each: Vec<Option<Figure<M>>> = vec![None; self.performances.len()];
        if self.kept_out.is_empty() || self.ctx.policy().loss_price == LossPrice::Included {
            return Ok(each);
        }
        let parts: Vec<_> = self.kept_out.iter().collect();
        let all = rec.sum(&parts, || self.ctx.money("expected and kept out of the price"));
        let places: Vec<usize> = (0..self.performances.len())
            .filter(|place| {
                let performance = self.performances.get(*place);
                performance.is_some_and(|performance| performance.takes_part && performance.contract == 0)
            })
            .collect();
        let shares = self.split(rec, &all, &places, Paragraph::LOSS)?;
        for (place, (share, _)) in places.into_iter().zip(shares) {
            if let Some(slot) = each.get_mut(place) {
                *slot = Some(share);
            }
        }
        Ok(each)
    }
}
