//! What goods and work cost: out of inventory, expected back, cost of revenue, and what a warranty will cost.

use l2c_explain::Recorder;
use l2c_ledger::Role;
use l2c_money::{Exact, Money};

use crate::balances::Sheet;
use crate::contract_context::Moment;
use crate::performance::{Measured, Performance};
use crate::replay::Replay;
use crate::{Paragraph, RevenueError};

impl<M: Clone> Replay<'_, M> {
    /// Units at their cost: out of inventory, expected back, or cost of revenue; and costs incurred on the work.
    pub(crate) fn cost_of_goods<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        sheet: &mut Sheet<M>,
        moment: Moment,
    ) -> Result<(), RevenueError> {
        let ctx = self.ctx;
        for performance in &self.performances {
            let id = performance.id();
            if let Measured::CostToCost(costs) = &performance.measured {
                let incurred = rec.input(costs.incurred.clone(), || {
                    ctx.money(format!("costs incurred on {id}"))
                });
                sheet.debit(rec, Role::CostOfRevenue, &incurred);
                sheet.credit(rec, Role::CostClearing, &incurred);
            }
            if let Some(per_unit) = &performance.obligation.warranty_cost_per_unit {
                self.warranty(rec, sheet, performance, per_unit, moment)?;
            }
            let Some(unit_cost) = &performance.obligation.unit_cost else {
                continue;
            };
            let unit_cost = unit_cost.exact();
            let mut value = |units: &Exact, recovery: &Exact, what: &str| {
                let exact = rec.input(&(units * &unit_cost) - recovery, || {
                    ctx.money(format!("{units} units of {id} {what}, exact"))
                });
                ctx.rounded(rec, &exact, || format!("{units} units of {id} {what}"))
            };
            let delivered = performance.delivered(&ctx, moment);
            let out = value(&delivered, &Exact::ZERO, "at their cost")?;
            let mut back = None;
            if let Some(returns) = &performance.returns {
                let (came, recovery) = (&returns.returned, &returns.recovery_of_returned);
                let returned = value(came, recovery, "returned, at cost less recovery")?;
                let open = &performance.expected_back(&ctx, moment) - came;
                let recovery = &open * &returns.recovery_cost;
                let expected = value(&open, &recovery, "expected back, at cost less recovery")?;
                back = Some((returned, expected));
            }
            sheet.credit(rec, Role::Inventory, &out);
            sheet.debit(rec, Role::CostOfRevenue, &out);
            if let Some((returned, expected)) = back {
                sheet.debit(rec, Role::Inventory, &returned);
                sheet.credit(rec, Role::CostOfRevenue, &returned);
                sheet.debit(rec, Role::ReturnAsset, &expected);
                sheet.credit(rec, Role::CostOfRevenue, &expected);
            }
        }
        Ok(())
    }

    /// An assurance-type warranty is a provision for what it is expected to cost, no part of the price (606-10-55-32).
    /// Claims use it up; what they cost beyond it is an expense at once.
    fn warranty<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        sheet: &mut Sheet<M>,
        performance: &Performance<'_, M>,
        per_unit: &Money,
        moment: Moment,
    ) -> Result<(), RevenueError> {
        let ctx = self.ctx;
        let id = performance.id();
        let units = &performance.delivered(&ctx, moment) - &performance.expected_back(&ctx, moment);
        let exact = rec.input(&units * &per_unit.exact(), || {
            ctx.money(format!("warranty on {units} units of {id}, exact"))
                .cite(ctx.book.cite(Paragraph::WARRANTY))
        });
        let expected = ctx.rounded(rec, &exact, || {
            format!("warranty expected on {units} units of {id}")
        })?;
        let settled = rec.input(performance.warranty_settled.clone(), || {
            ctx.money(format!("warranty claims settled on {id}"))
        });
        let expense = rec.maximum(&[&expected, &settled], || {
            ctx.money(format!("warranty expense of {id}"))
        });
        let provision = rec.difference(&expense, &settled, || {
            ctx.money(format!("warranty provision of {id}"))
        });
        sheet.debit(rec, Role::WarrantyExpense, &expense);
        sheet.credit(rec, Role::WarrantyProvision, &provision);
        sheet.credit(rec, Role::CostClearing, &settled);
        Ok(())
    }
}
