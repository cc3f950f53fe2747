//! The balances of a contract by account role at the end of a day.

use std::collections::BTreeMap;

use l2c_explain::{Citation, Figure, Recorder};
use l2c_ledger::Role;
use l2c_money::{Exact, Money};

use crate::account::Account;
use crate::performance::{Measured, Moment, Performance};
use crate::policy::{LossPrice, LossProvision, UnbilledRight};
use crate::replay::Replay;
use crate::{Book, Consideration, Paragraph, RevenueError};

/// Everything that a contract shows at the end of a day.
pub(crate) struct Balances<M> {
    /// Cumulative revenue by obligation, in their order.
    pub(crate) revenue: Vec<Figure<M>>,
    pub(crate) total_revenue: Figure<M>,
    pub(crate) price: Figure<M>,
    /// What is not performed yet.
    pub(crate) remaining: Exact,
    /// Billed without tax, as far as it counts.
    pub(crate) billed: Figure<M>,
    /// The net position of each contract: above zero an asset, below zero a liability (606-10-45-1).
    pub(crate) positions: Vec<Figure<M>>,
    /// By role; a debit is above zero, so that they come to zero.
    pub(crate) roles: BTreeMap<Role, Figure<M>>,
}

impl<M: Clone> Replay<'_, M> {
    /// Cumulative revenue by obligation; none before the criteria of a contract are met.
    pub(crate) fn revenue<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        moment: Moment,
    ) -> Result<Vec<Figure<M>>, RevenueError> {
        let waits = !self.criteria_met && self.termination.is_none();
        let is_early = moment.day < self.inception;
        let ctx = self.ctx;
        self.performances
            .iter()
            .map(|performance| {
                if is_early {
                    return Ok(rec.input(Exact::ZERO, || {
                        ctx.money(format!("nothing before the inception on {}", self.inception))
                            .cite(ctx.book.cite(Paragraph::CONTRACT))
                    }));
                }
                if waits {
                    return Ok(rec.input(Exact::ZERO, || {
                        ctx.money("nothing: the criteria of a contract are not met")
                            .cite(ctx.book.cite(Paragraph::BEFORE_CONTRACT))
                    }));
                }
                performance.revenue(rec, &ctx, moment)
            })
            .collect()
    }

    /// What the price is now: what is included of each element, what modifications changed, what use has added, less
    /// what is conceded or expected to be paid back (606-10-32-14, 32-42).
    pub(crate) fn price<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        moment: Moment,
        revenue: &Figure<M>,
    ) -> Result<Figure<M>, RevenueError> {
        let ctx = self.ctx;
        if !self.criteria_met {
            return Ok(rec.input(Exact::ZERO, || {
                ctx.money("transaction price: there is no contract yet")
            }));
        }
        if self.termination.is_some() {
            return Ok(revenue.clone());
        }
        let mut parts = self.price_changes.clone();
        parts.extend(self.concessions.iter().cloned());
        parts.extend(self.usage.iter().map(|report| report.amount.clone()));
        for credit in self.accounts.iter().flat_map(|account| &account.service_credits) {
            parts.push(rec.negate(credit, || ctx.money("service credit")));
        }
        for performance in &self.performances {
            if let Some(returns) = &performance.returns
                && performance.takes_part
            {
                let units = match performance.total_units() {
                    Some(total) => returns.expected.clone().min(total),
                    None => returns.expected.clone(),
                };
                let back = performance.value_of_units(rec, &ctx, &units)?;
                parts.push(rec.negate(&back, || {
                    ctx.money(format!("expected back of {}", performance.id()))
                        .cite(ctx.book.cite(Paragraph::RETURNS))
                }));
            }
            for (earned, _) in performance.unit_values(rec, &ctx, moment)? {
                parts.push(earned);
            }
            if let Some(taken) = performance.taken_value(rec, &ctx, moment)? {
                let minimum = match &performance.obligation.measure {
                    crate::Measure::TakeOrPay { minimum, .. } => minimum.exact(),
                    _ => Exact::ZERO,
                };
                let minimum = rec.input(minimum, || ctx.money(format!("minimum of {}", performance.id())));
                parts.push(rec.maximum(&[&taken, &minimum], || {
                    ctx.money(format!("{}, at least the minimum", performance.id()))
                }));
            }
        }
        parts.retain(|part| !part.value.is_zero());
        // An element that is estimated at nothing is shown as such; one that is priced by use adds nothing of itself.
        let elements = self
            .elements
            .iter()
            .filter(|(element, _)| !element.is_priced_by_use());
        let parts: Vec<_> = elements.map(|(_, included)| included).chain(&parts).collect();
        Ok(rec.sum(&parts, || {
            ctx.money("transaction price")
                .cite(ctx.book.cite(Paragraph::TRANSACTION_PRICE))
        }))
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
    fn paid_back(&self, contract: usize) -> Exact {
        let refunds = if contract == 0 {
            &self.refunds
        } else {
            &Exact::ZERO
        };
        let returned = self.accounts.get(contract).map_or(Exact::ZERO, Account::returned);
        refunds + &returned
    }

    /// What is billed under a contract without tax, and the tax that counts with it. `value` is what is expected back.
    fn billed<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        contract: usize,
        moment: Moment,
        revenue: &Figure<M>,
        value: &Figure<M>,
    ) -> Result<(Figure<M>, Figure<M>), RevenueError> {
        let ctx = self.ctx;
        let zero = |rec: &mut R| rec.input(Exact::ZERO, || ctx.money("nothing"));
        let Some(account) = self.accounts.get(contract) else {
            return Ok((zero(rec), zero(rec)));
        };
        let (net, tax) = self.counted(rec, account, (contract, moment), revenue, value)?;
        let gross = &net.value + &tax.value;
        let advance = account.advance(&gross, ctx.policy().billing);
        let mut parts = vec![net];
        if !advance.is_zero() {
            parts.push(rec.input(advance, || ctx.money("received in advance of any document")));
        }
        if contract == 0
            && let Some(ended) = &self.termination
            && !ended.credit.value.is_zero()
        {
            parts.push(rec.negate(&ended.credit, || ctx.money("forgiven when the contract ended")));
        }
        if let [only] = parts.as_slice() {
            return Ok((only.clone(), tax));
        }
        let parts: Vec<_> = parts.iter().collect();
        Ok((
            rec.sum(&parts, || {
                ctx.money("billed, with advances and without what is forgiven")
            }),
            tax,
        ))
    }

    /// The documents that count. Where the entity has no right to payment before it performs, a document counts as far
    /// as it is paid or earned (606-10-55-284).
    fn counted<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        account: &Account<'_, M>,
        (contract, moment): (usize, Moment),
        revenue: &Figure<M>,
        value: &Figure<M>,
    ) -> Result<(Figure<M>, Figure<M>), RevenueError> {
        let ctx = self.ctx;
        let nets: Vec<_> = account
            .documents
            .iter()
            .map(|document| {
                rec.input(document.net.clone(), || {
                    ctx.money(format!("billed on {}", document.on))
                        .cite(Citation::new("document", document.id))
                })
            })
            .collect();
        let nets: Vec<_> = nets.iter().collect();
        let net = rec.sum(&nets, || {
            ctx.money(format!("billed by the end of {}", moment.day))
        });
        let tax = rec.input(account.tax(), || ctx.money("tax on the documents"));
        if contract != 0 || self.termination.is_some() || ctx.terms.enforceable_before_performance() {
            return Ok((net, tax));
        }
        let gross = &net.value + &tax.value;
        if gross.is_zero() {
            return Ok((net, tax));
        }
        let share = (&account.paid() * &net.value).checked_div(&gross)?;
        let paid = rec.input(share, || ctx.money("paid of the documents, without tax, exact"));
        let paid = ctx.rounded(rec, &paid, || "paid of the documents, without tax".to_owned())?;
        let mut earned = vec![revenue.clone(), value.clone()];
        earned.extend(account.service_credits.iter().cloned());
        earned.push(self.incentives(rec, revenue)?);
        let earned: Vec<_> = earned.iter().collect();
        let earned = rec.sum(&earned, || ctx.money("earned of the documents"));
        let most = rec.maximum(&[&paid, &earned], || ctx.money("paid or earned"));
        let counts = rec.minimum(&[&net, &most], || {
            ctx.money("documents as far as they are paid or earned")
        });
        let zero = rec.input(Exact::ZERO, || ctx.money("nothing"));
        let counts = rec.maximum(&[&counts, &zero], || {
            ctx.money("documents that count")
                .cite(ctx.book.cite(Paragraph::LIABILITY))
        });
        if net.value.is_zero() {
            return Ok((counts, tax));
        }
        let part = (&tax.value * &counts.value).checked_div(&net.value)?;
        let tax = rec.input(part, || ctx.money("tax of the documents that count, exact"));
        let tax = ctx.rounded(rec, &tax, || "tax of the documents that count".to_owned())?;
        Ok((counts, tax))
    }

    /// Consideration payable to the customer, recognised with the revenue that it reduces (606-10-32-27).
    fn incentives<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        revenue: &Figure<M>,
    ) -> Result<Figure<M>, RevenueError> {
        let ctx = self.ctx;
        let payable: Vec<_> = self
            .elements
            .iter()
            .filter(|(element, _)| matches!(element, Consideration::PayableToCustomer { .. }))
            .map(|(_, included)| included.clone())
            .collect();
        if payable.is_empty() {
            return Ok(rec.input(Exact::ZERO, || ctx.money("nothing is payable to the customer")));
        }
        let payable: Vec<_> = payable.iter().collect();
        let payable = rec.sum(&payable, || {
            ctx.money("payable to the customer, lowers the price")
        });
        let payable = rec.negate(&payable, || ctx.money("payable to the customer"));
        let price: Vec<_> = self
            .elements
            .iter()
            .map(|(_, included)| included)
            .chain(&self.price_changes)
            .collect();
        let price = rec.sum(&price, || ctx.money("transaction price"));
        if price.value.is_zero() {
            return Ok(rec.input(Exact::ZERO, || ctx.money("no price to recognise it with")));
        }
        let exact = rec.product(&payable, revenue, || ctx.money("payable times revenue"));
        let exact = rec.quotient(&exact, &price, || {
            ctx.money("payable recognised with revenue, exact")
        })?;
        ctx.rounded(rec, &exact, || {
            "payable to the customer, recognised with revenue".to_owned()
        })
    }

    /// All balances at a moment; the end of a day for postings.
    pub(crate) fn balances<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        moment: Moment,
    ) -> Result<Balances<M>, RevenueError> {
        let ctx = self.ctx;
        let revenue = self.revenue(rec, moment)?;
        let parts: Vec<_> = revenue.iter().collect();
        let total_revenue = rec.sum(&parts, || {
            ctx.money(format!(
                "recognised by the end of {}, all obligations",
                moment.day
            ))
        });
        let price = self.price(rec, moment, &total_revenue)?;
        let remaining = match &self.termination {
            // Also of what never was a contract, and has no price to hold what is kept against.
            Some(_) => Exact::ZERO,
            None => &price.value - &total_revenue.value,
        };
        let mut sheet = Sheet {
            roles: BTreeMap::new(),
        };
        sheet.credit(rec, Role::Revenue, &total_revenue);
        self.cost_of_goods(rec, &mut sheet, moment)?;
        let (billed, positions) = if self.criteria_met {
            self.position(rec, &mut sheet, &revenue, moment)?
        } else {
            self.deposits(rec, &mut sheet, &total_revenue);
            let nothing = rec.input(Exact::ZERO, || ctx.money("billed: there is no contract yet"));
            (nothing, Vec::new())
        };
        self.losses(rec, &mut sheet, moment)?;
        sheet.roles.retain(|_, figure| !figure.value.is_zero());
        Ok(Balances {
            revenue,
            total_revenue,
            price,
            remaining,
            billed,
            positions,
            roles: sheet.roles,
        })
    }

    /// Before there is a contract, what was received is a liability (606-10-25-8).
    fn deposits<R: Recorder<Mark = M>>(&self, rec: &mut R, sheet: &mut Sheet<M>, kept: &Figure<M>) {
        let ctx = self.ctx;
        let received = rec.input(self.deposit(), || {
            ctx.money("received before there was a contract, less what was paid back")
                .cite(ctx.book.cite(Paragraph::BEFORE_CONTRACT))
        });
        sheet.debit(rec, Role::Cash, &received);
        // Nothing is receivable before there is a contract, so that nothing of it can be lost.
        let losses = rec.input(self.credit_losses.clone(), || {
            ctx.money("not expected to be collected")
        });
        sheet.debit(rec, Role::CreditLossExpense, &losses);
        sheet.credit(rec, Role::Receivable, &losses);
        if self.termination.is_none() {
            sheet.credit(rec, Role::DepositLiability, &received);
            return;
        }
        // What is kept is revenue; all else that is held is owed, also what is paid after the end.
        let owed = rec.difference(&received, kept, || {
            ctx.money("received and not kept")
                .cite(ctx.book.cite(Paragraph::REFUND_LIABILITY))
        });
        sheet.credit(rec, Role::RefundLiability, &owed);
    }

    fn position<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        sheet: &mut Sheet<M>,
        revenue: &[Figure<M>],
        moment: Moment,
    ) -> Result<(Figure<M>, Vec<Figure<M>>), RevenueError> {
        let ctx = self.ctx;
        let input = |rec: &mut R, value: Exact, label: &str| rec.input(value, || ctx.money(label));
        let sum = |parts: &[Figure<M>]| parts.iter().fold(Exact::ZERO, |sum, part| &sum + &part.value);
        let incentives_paid = input(rec, self.incentives_paid.clone(), "paid to the customer");
        let losses = input(rec, self.credit_losses.clone(), "not expected to be collected");

        let mut all_billed = Vec::new();
        let mut positions = Vec::new();
        for (contract, account) in self.accounts.iter().enumerate() {
            let of_contract: Vec<_> = self
                .performances
                .iter()
                .zip(revenue)
                .filter(|(performance, _)| performance.contract == contract)
                .map(|(_, revenue)| revenue)
                .collect();
            let recognised = rec.sum(&of_contract, || {
                let of = if self.accounts.len() == 1 {
                    "all obligations"
                } else {
                    account.id
                };
                ctx.money(format!("recognised by the end of {}, {of}", moment.day))
            });
            let ended = self.termination.as_ref();
            let value = match ended.and_then(|ended| ended.refunds.get(contract)) {
                Some(at_the_end) => at_the_end.clone(),
                None => self.refunds_of_goods(rec, contract, moment)?,
            };
            let mut arising = vec![value.clone()];
            arising.extend(account.service_credits.iter().cloned());
            arising.extend(ended.filter(|_| contract == 0).map(|ended| ended.refund.clone()));
            arising.retain(|part| !part.value.is_zero());
            let arising: Vec<_> = arising.iter().collect();
            let arising = rec.sum(&arising, || {
                ctx.money("refunds that arise")
                    .cite(ctx.book.cite(Paragraph::REFUND_LIABILITY))
            });
            let escheat: Vec<_> = account.escheat.iter().collect();
            let escheat = rec.sum(&escheat, || ctx.money("unclaimed property"));
            let settled = input(
                rec,
                sum(&account.returned_on_receivable),
                "returns set off against receivables",
            );
            let mut paid_back = sum(&account.returned_in_cash);
            if contract == 0 {
                paid_back += &self.refunds;
            }
            let paid_back = input(rec, paid_back, "paid back");
            let (billed, tax) = self.billed(rec, contract, moment, &recognised, &value)?;
            let mut due = vec![recognised.clone(), arising.clone(), escheat.clone()];
            let received = input(rec, account.paid(), "received");
            sheet.debit(rec, Role::Cash, &received);
            sheet.credit(rec, Role::SalesTaxPayable, &tax);
            // What is billed with tax, less what is received of it, is receivable.
            let gross = rec.sum(&[&billed, &tax], || ctx.money("billed, with tax"));
            let open = rec.difference(&gross, &received, || {
                ctx.money(format!("billed and not received, {}", account.id))
                    .cite(ctx.book.cite(Paragraph::RECEIVABLE))
            });
            sheet.debit(rec, Role::Receivable, &open);
            sheet.credit(rec, Role::Cash, &paid_back);
            sheet.credit(rec, Role::Receivable, &settled);
            sheet.credit(rec, Role::EscheatPayable, &escheat);
            sheet.credit(rec, Role::RefundLiability, &arising);
            sheet.debit(rec, Role::RefundLiability, &paid_back);
            sheet.debit(rec, Role::RefundLiability, &settled);
            if contract == 0 {
                let recognised_incentives = self.incentives(rec, &recognised)?;
                let interest = self.interest(rec, moment)?;
                if interest.value.is_negative() {
                    sheet.credit(rec, Role::InterestExpense, &interest);
                } else {
                    sheet.credit(rec, Role::InterestIncome, &interest);
                }
                due.extend([recognised_incentives.clone(), interest]);
                let beyond = rec.difference(&incentives_paid, &recognised_incentives, || {
                    ctx.money("paid to the customer beyond what is recognised")
                        .cite(ctx.book.cite(Paragraph::PAYABLE_TO_CUSTOMER))
                });
                if beyond.value.is_negative() {
                    sheet.debit(rec, Role::ConsiderationPayableToCustomer, &beyond);
                } else {
                    sheet.debit(rec, Role::CustomerIncentiveAsset, &beyond);
                }
                sheet.credit(rec, Role::Cash, &incentives_paid);
                sheet.credit(rec, Role::Receivable, &losses);
                sheet.debit(rec, Role::CreditLossExpense, &losses);
            }
            due.retain(|part| !part.value.is_zero());
            let due = match due.as_slice() {
                [only] => only.clone(),
                parts => {
                    let parts: Vec<_> = parts.iter().collect();
                    rec.sum(&parts, || ctx.money("performed, refundable or owed to others"))
                }
            };
            let net = rec.difference(&due, &billed, || {
                ctx.money(format!("net position at the end of {}", moment.day))
                    .cite(ctx.book.cite(Paragraph::POSITION))
            });
            let role = if net.value.is_negative() {
                Role::ContractLiability
            } else {
                match ctx.policy().unbilled_right {
                    UnbilledRight::ContractAsset => Role::ContractAsset,
                    UnbilledRight::UnbilledReceivable => Role::UnbilledReceivable,
                }
            };
            sheet.debit(rec, role, &net);
            all_billed.push(billed);
            positions.push(net);
        }
        let all: Vec<_> = all_billed.iter().collect();
        let billed = match all_billed.as_slice() {
            [only] => only.clone(),
            _ => rec.sum(&all, || ctx.money(format!("billed by the end of {}", moment.day))),
        };
        Ok((billed, positions))
    }

    /// Units at their cost: out of inventory, expected back, or cost of revenue; and costs incurred on the work.
    fn cost_of_goods<R: Recorder<Mark = M>>(
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
            let mut value = |units: &Exact, cost: &Exact, what: &str| {
                let exact = rec.input(units * cost, || {
                    ctx.money(format!("{units} units of {id} {what}, exact"))
                });
                ctx.rounded(rec, &exact, || format!("{units} units of {id} {what}"))
            };
            let out = value(&performance.delivered(&ctx, moment), &unit_cost, "at their cost")?;
            let mut back = None;
            if let Some(returns) = &performance.returns {
                let worth = &unit_cost - &returns.recovery_cost;
                let expected = performance.expected_back(&ctx, moment);
                let returned = value(&returns.returned, &worth, "returned, at cost less recovery")?;
                let open = &expected - &returns.returned;
                let expected = value(&open, &worth, "expected back, at cost less recovery")?;
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

    /// A loss that is expected on work in progress and not yet in its margin (605-35-25-45, IAS 37.66).
    fn losses<R: Recorder<Mark = M>>(
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

/// Balances being drawn up.
struct Sheet<M> {
    roles: BTreeMap<Role, Figure<M>>,
}

impl<M: Clone> Sheet<M> {
    fn debit<R: Recorder<Mark = M>>(&mut self, rec: &mut R, role: Role, figure: &Figure<M>) {
        if figure.value.is_zero() {
            return;
        }
        let sum = match self.roles.get(&role) {
            None => figure.clone(),
            Some(before) => rec.sum(&[before, figure], || l2c_explain::Note::new(role.code())),
        };
        self.roles.insert(role, sum);
    }

    fn credit<R: Recorder<Mark = M>>(&mut self, rec: &mut R, role: Role, figure: &Figure<M>) {
        if figure.value.is_zero() {
            return;
        }
        let negative = rec.negate(figure, || l2c_explain::Note::new(role.code()));
        self.debit(rec, role, &negative);
    }
}
