//! The end of a contract before all of it is performed.

use l2c_calendar::NaiveDate;
use l2c_explain::{Figure, Recorder};
use l2c_money::Exact;

use crate::account::Account;
use crate::contract_context::Moment;
use crate::refusal::Flaw;
use crate::replay::{Replay, Termination};
use crate::{BillingSide, Paragraph, RevenueRefusal};

impl<M: Clone> Replay<'_, M> {
    /// Revenue becomes what the entity keeps. The difference to what is recognised goes to the obligations that are
    /// not fully recognised, by what is not.
    pub(crate) fn terminate<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        on: NaiveDate,
        refund: Exact,
        credit: Exact,
        still_billable: Exact,
    ) -> Result<(), Flaw> {
        let ctx = self.ctx;
        let moment = Moment::end_of(on);
        let refund = rec.input(refund, || {
            ctx.money(format!("to be paid back after the end on {on}"))
        });
        let credit = rec.input(credit, || ctx.money(format!("forgiven of receivables on {on}")));
        let still = rec.input(still_billable, || {
            ctx.money("not invoiced yet, with an enforceable right to it")
                .cite(ctx.book.cite(Paragraph::ASSET))
        });
        if !self.criteria_met {
            return self.release_deposit(rec, on, refund);
        }
        let interest = self.interest(rec, moment)?;
        let mut refunds = Vec::with_capacity(self.accounts.len());
        for contract in 0..self.accounts.len() {
            let Some(account) = self.accounts.get(contract) else {
                continue;
            };
            let returns = self.refunds_of_goods(rec, contract, moment)?;
            let billed = rec.input(kept(account, ctx.policy().billing), || {
                ctx.money(format!("billed under {} or received, without tax", account.id))
            });
            let mut due = vec![&billed];
            let mut less = Vec::new();
            if contract == 0 {
                due.push(&still);
                less.extend([&credit, &refund, &returns, &interest]);
            } else {
                less.push(&returns);
            }
            less.extend(&account.service_credits);
            less.extend(&account.escheat);
            let due = rec.sum(&due, || ctx.money("billed, received or still billable"));
            let less = rec.sum(&less, || ctx.money("forgiven, paid back or owed to others"));
            let kept = rec.difference(&due, &less, || {
                ctx.money(format!("kept after the end on {on}"))
                    .cite(ctx.book.cite(Paragraph::MODIFICATION))
            });
            refunds.push(returns);
            self.close(rec, contract, &kept, moment)?;
        }
        self.termination = Some(Termination {
            on,
            refund,
            credit,
            still_billable: still.value,
            billed: self.accounts.first().map_or(Exact::ZERO, Account::net),
            refunds,
        });
        Ok(())
    }

    /// What was received before there was a contract and need not be paid back is revenue (606-10-25-7).
    fn release_deposit<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        on: NaiveDate,
        refund: Figure<M>,
    ) -> Result<(), Flaw> {
        let ctx = self.ctx;
        let held = self.deposit();
        if refund.value > held {
            return Err(RevenueRefusal::RefundExceedsLiability {
                effective: on,
                excess: (&refund.value - &held).to_string(),
            }
            .into());
        }
        let held = rec.input(held, || ctx.money("received before there was a contract"));
        let kept = rec.difference(&held, &refund, || {
            ctx.money(format!("kept after the end on {on}"))
                .cite(ctx.book.cite(Paragraph::BEFORE_CONTRACT))
        });
        for performance in &mut self.performances {
            performance.closed = Some(rec.input(Exact::ZERO, || ctx.money("nothing")));
        }
        if let Some(first) = self.performances.first_mut() {
            first.closed = Some(kept);
        }
        let nothing = rec.input(Exact::ZERO, || ctx.money("nothing"));
        self.termination = Some(Termination {
            on,
            refund,
            credit: nothing,
            still_billable: Exact::ZERO,
            billed: Exact::ZERO,
            refunds: Vec::new(),
        });
        Ok(())
    }

    fn close<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        contract: usize,
        kept: &Figure<M>,
        moment: Moment,
    ) -> Result<(), Flaw> {
        let ctx = self.ctx;
        let mut places = Vec::new();
        let mut recognised = Vec::new();
        let mut open = Vec::new();
        let mut weights = Vec::new();
        for (place, performance) in self.performances.iter().enumerate() {
            if performance.contract != contract {
                continue;
            }
            let id = performance.id();
            let earned = performance.earned(rec, &ctx, moment)?;
            let whole = rec.sum(&[&performance.earned_before, &performance.allocated], || {
                ctx.money(format!("allocated to {id} since inception"))
            });
            let left = rec.difference(&whole, &earned, || ctx.money(format!("not recognised of {id}")));
            if left.value.is_positive() {
                open.push(places.len());
                weights.push(left);
            }
            places.push(place);
            recognised.push(performance.revenue(rec, &ctx, moment)?);
        }
        if places.is_empty() {
            return Ok(());
        }
        let parts: Vec<_> = recognised.iter().collect();
        let total = rec.sum(&parts, || ctx.money("recognised until the end"));
        let difference = rec.difference(kept, &total, || ctx.money("kept and not recognised yet"));
        if open.is_empty() {
            open.push(0);
            weights.push(rec.input(Exact::ONE, || ctx.money("the first obligation")));
        }
        let ids: Vec<&str> = open
            .iter()
            .filter_map(|index| places.get(*index))
            .filter_map(|place| self.performances.get(*place))
            .map(|performance| performance.id())
            .collect();
        let weights: Vec<_> = weights.iter().collect();
        let shares = self.split_by(rec, &difference, &weights, &ids, Paragraph::MODIFICATION)?;
        let mut shares = open.into_iter().zip(shares).peekable();
        for (index, (place, recognised)) in places.into_iter().zip(recognised).enumerate() {
            let mut closed = recognised;
            if let Some((_, (share, _))) = shares.next_if(|(open, _)| *open == index) {
                closed = rec.sum(&[&closed, &share], || {
                    ctx.money("recognised at the end of the contract")
                });
            }
            if let Some(performance) = self.performances.get_mut(place) {
                performance.closed = Some(closed);
            }
        }
        Ok(())
    }

    /// Received before there was a contract, less what was paid back.
    pub(crate) fn deposit(&self) -> Exact {
        let received = self.accounts.first().map_or(Exact::ZERO, Account::paid);
        &received - &self.refunds
    }
}

/// Invoiced or received under a contract, without tax.
fn kept<M>(account: &Account<'_, M>, billing: BillingSide) -> Exact {
    let gross = &account.net() + &account.tax();
    &(&gross + &account.advance(&gross, billing)) - &account.tax()
}
