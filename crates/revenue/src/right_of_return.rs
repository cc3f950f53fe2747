//! Units that come back, and what is owed for them (606-10-55-22 to 55-29).

use l2c_explain::{Figure, Note, Recorder};
use l2c_money::Exact;

use crate::account::Account;
use crate::contract_context::{Context, Moment};
use crate::performance::Performance;
use crate::refusal::Flaw;
use crate::replay::Replay;
use crate::{Paragraph, RevenueError, RevenueEvent, RevenueRefusal, Settlement};

impl<M: Clone> Replay<'_, M> {
    /// Units come back; above the estimate they raise it (606-10-55-26).
    pub(crate) fn take_back<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        obligation: &str,
        quantity: &Exact,
        settlement: Settlement,
        event: &RevenueEvent,
    ) -> Result<(), Flaw> {
        let ctx = self.ctx;
        let moment = Moment::end_of(event.effective);
        let has_ended = self.termination.is_some();
        let performance = self.find_mut(obligation)?;
        let delivered = performance.delivered(&ctx, moment);
        let Some(returns) = &mut performance.returns else {
            return Err(Flaw::measure(performance.obligation, "returned"));
        };
        let before = returns.returned.clone();
        let after = &before + quantity;
        if after > delivered {
            return Err(RevenueRefusal::ReturnExceedsDelivery {
                obligation: obligation.to_owned(),
                returned: after.to_string(),
                delivered: delivered.to_string(),
            }
            .into());
        }
        if has_ended && after > returns.expected {
            let expected = format!(
                "at most the {} units expected when the contract ended",
                returns.expected
            );
            return Err(Flaw::amount("quantity", quantity, &expected));
        }
        returns.returned = after.clone();
        returns.recovery_of_returned += &(quantity * &returns.recovery_cost);
        returns.expected = returns.expected.clone().max(after.clone());
        // Cumulative, so that units returned one by one are paid back what they are together.
        let value = |rec: &mut R, units: &Exact| -> Result<Figure<M>, RevenueError> {
            let mut parts = vec![performance.value_of_units(rec, &ctx, units)?];
            for pricing in &performance.unit_prices {
                let exact = rec.input(units * &pricing.list_price, || {
                    ctx.money(format!("{units} units of {obligation} at list price"))
                });
                parts.push(ctx.rounded(rec, &exact, || {
                    format!("{units} units of {obligation} at list price")
                })?);
            }
            let parts: Vec<_> = parts.iter().collect();
            Ok(rec.sum(&parts, || {
                ctx.money(format!("charged for {units} units of {obligation}"))
            }))
        };
        let paid = value(rec, &before)?;
        let due = value(rec, &after)?;
        let refund = rec.difference(&due, &paid, || {
            ctx.money(format!("owed for {quantity} units of {obligation} returned"))
                .cite(ctx.book.cite(Paragraph::RETURNS))
        });
        let contract = performance.contract;
        let account = self.account_of(contract)?;
        match settlement {
            Settlement::Cash => account.returned_in_cash.push(refund),
            Settlement::Receivable => account.returned_on_receivable.push(refund),
        }
        Ok(())
    }

    /// What the customer of a contract is owed for units expected back, and for rebates on what was charged at list price.
    pub(crate) fn refunds_of_goods<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        contract: usize,
        moment: Moment,
    ) -> Result<Figure<M>, RevenueError> {
        let ctx = self.ctx;
        let mut parts = Vec::new();
        let mut revenue = Vec::new();
        for performance in &self.performances {
            if performance.contract != contract {
                continue;
            }
            revenue.push(performance.revenue(rec, &ctx, moment)?);
            let back = performance.expected_back(&ctx, moment);
            if performance.takes_part && back.is_positive() {
                parts.push(performance.value_of_units(rec, &ctx, &back)?);
            }
            for (earned, listed) in performance.unit_values(rec, &ctx, moment)? {
                parts.push(rec.difference(&listed, &earned, || {
                    ctx.money(format!("rebate expected on {}", performance.id()))
                        .cite(ctx.book.cite(Paragraph::VARIABLE))
                }));
            }
        }
        if parts.is_empty() {
            return Ok(rec.input(Exact::ZERO, || ctx.money("nothing is expected back")));
        }
        let parts: Vec<_> = parts.iter().collect();
        let value = rec.sum(&parts, || {
            ctx.money("expected back and rebates")
                .cite(ctx.book.cite(Paragraph::REFUND_LIABILITY))
        });
        // A refund is owed of what was received or is receivable alone, and no less than what was paid back already.
        let revenue: Vec<_> = revenue.iter().collect();
        let revenue = rec.sum(&revenue, || ctx.money("revenue of the contract"));
        let (billed, _) = self.billed(rec, contract, moment, &revenue, &value)?;
        let beyond = rec.difference(&billed, &revenue, || ctx.money("billed beyond revenue"));
        let paid = rec.input(self.paid_back(contract), || {
            ctx.money("paid back or set off so far")
        });
        let paid = rec.minimum(&[&value, &paid], || ctx.money("paid back of it"));
        let owed = rec.minimum(&[&value, &beyond], || {
            ctx.money("expected back of what was billed")
        });
        Ok(rec.maximum(&[&owed, &paid], || {
            ctx.money("refunds that arise")
                .cite(ctx.book.cite(Paragraph::REFUND_LIABILITY))
        }))
    }

    /// A refund names no contract: it is of this one.
    pub(crate) fn paid_back(&self, contract: usize) -> Exact {
        let refunds = if contract == 0 {
            &self.refunds
        } else {
            &Exact::ZERO
        };
        let returned = self.accounts.get(contract).map_or(Exact::ZERO, Account::returned);
        refunds + &returned
    }
}

impl<M: Clone> Performance<'_, M> {
    /// Units expected back of what is delivered.
    pub(crate) fn expected_back(&self, ctx: &Context<'_>, moment: Moment) -> Exact {
        match &self.returns {
            Some(returns) => returns.expected.clone().min(self.delivered(ctx, moment)),
            None => Exact::ZERO,
        }
    }

    /// What is charged for a number of its units, oldest first: units of an allocation that has ended at what was
    /// recognised for them, others at their share of what is allocated.
    pub(crate) fn value_of_units<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        ctx: &Context<'_>,
        units: &Exact,
    ) -> Result<Figure<M>, RevenueError> {
        let id = self.id();
        let mut rest = units.clone();
        let mut before = Exact::ZERO;
        let mut parts = Vec::new();
        for batch in &self.batches {
            let taken = rest.clone().min(batch.units.clone());
            if taken.is_positive() {
                parts.push(self.part_of(rec, ctx, &batch.gross, &taken, &batch.units)?);
            }
            rest = &rest - &taken;
            before = &before + &batch.units;
        }
        if rest.is_positive()
            && let Some(total) = self.total_units()
        {
            let of = &total - &before;
            if of.is_positive() {
                parts.push(self.part_of(rec, ctx, &self.allocated.clone(), &rest, &of)?);
            }
        }
        if let [part] = parts.as_slice() {
            return Ok(part.clone());
        }
        let parts: Vec<_> = parts.iter().collect();
        Ok(rec.sum(&parts, || ctx.money(format!("charged for {units} units of {id}"))))
    }

    pub(crate) fn part_of<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        ctx: &Context<'_>,
        amount: &Figure<M>,
        units: &Exact,
        of: &Exact,
    ) -> Result<Figure<M>, RevenueError> {
        let id = self.id();
        let units = rec.input(units.clone(), || Note::new(format!("units of {id}")));
        let of = rec.input(of.clone(), || {
            Note::new(format!("units of {id} that the amount is for"))
        });
        let share = rec.quotient(&units, &of, || Note::new(format!("share of the units of {id}")))?;
        let exact = rec.product(amount, &share, || {
            ctx.money(format!("charged for the units of {id}, exact"))
        });
        ctx.rounded(rec, &exact, || format!("charged for the units of {id}"))
    }
}
