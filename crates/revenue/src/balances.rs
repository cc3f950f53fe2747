//! The balances of a contract by account role at the end of a day.

use std::collections::BTreeMap;

use l2c_explain::{Figure, Recorder};
use l2c_ledger::Role;
use l2c_money::Exact;

use crate::contract_context::Moment;
use crate::policy::UnbilledRight;
use crate::replay::Replay;
use crate::{Consideration, Paragraph, RevenueError};

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
        parts.extend(self.separate_price_changes.iter().cloned());
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

    /// Consideration payable to the customer, recognised with the revenue that it reduces (606-10-32-27).
    pub(crate) fn incentives<R: Recorder<Mark = M>>(
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
        let mut asset = Role::ContractAsset;
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
            let mut net = net;
            let mut right = ctx.policy().unbilled_right;
            if let Some(receivable) = self.unbilled_receivable(rec, contract, revenue, &billed) {
                sheet.debit(rec, Role::UnbilledReceivable, &receivable);
                net = rec.difference(&net, &receivable, || {
                    ctx.money("net position without what time alone makes due")
                        .cite(ctx.book.cite(Paragraph::POSITION))
                });
                right = UnbilledRight::ContractAsset;
            }
            let role = match right {
                _ if net.value.is_negative() => Role::ContractLiability,
                UnbilledRight::ContractAsset => Role::ContractAsset,
                UnbilledRight::UnbilledReceivable => Role::UnbilledReceivable,
            };
            sheet.debit(rec, role, &net);
            if contract == 0 {
                asset = role;
            }
            all_billed.push(billed);
            positions.push(net);
        }
        if let Some(net) = positions.first_mut() {
            // First of what is billed; what is lost beyond it is of the right that is not.
            let zero = Exact::ZERO;
            let receivable = sheet.balance(Role::Receivable).max(zero.clone());
            let beyond = (&losses.value - &receivable).max(zero.clone());
            let of_asset = beyond.min(net.value.clone().max(zero));
            if of_asset.is_zero() {
                sheet.credit(rec, Role::Receivable, &losses);
            } else {
                let of_asset = input(
                    rec,
                    of_asset,
                    "not expected to be collected of what is not billed",
                );
                let of_receivable = rec.difference(&losses, &of_asset, || {
                    ctx.money("not expected to be collected of what is billed")
                });
                sheet.credit(rec, asset, &of_asset);
                sheet.credit(rec, Role::Receivable, &of_receivable);
                *net = rec.difference(net, &of_asset, || {
                    ctx.money(format!(
                        "net position at the end of {}, expected to be collected",
                        moment.day
                    ))
                });
            }
        }
        let all: Vec<_> = all_billed.iter().collect();
        let billed = match all_billed.as_slice() {
            [only] => only.clone(),
            _ => rec.sum(&all, || ctx.money(format!("billed by the end of {}", moment.day))),
        };
        Ok((billed, positions))
    }
}

/// Balances being drawn up.
pub(crate) struct Sheet<M> {
    roles: BTreeMap<Role, Figure<M>>,
}

impl<M: Clone> Sheet<M> {
    fn balance(&self, role: Role) -> Exact {
        self.roles
            .get(&role)
            .map_or(Exact::ZERO, |figure| figure.value.clone())
    }

    pub(crate) fn debit<R: Recorder<Mark = M>>(&mut self, rec: &mut R, role: Role, figure: &Figure<M>) {
        if figure.value.is_zero() {
            return;
        }
        let sum = match self.roles.get(&role) {
            None => figure.clone(),
            Some(before) => rec.sum(&[before, figure], || l2c_explain::Note::new(role.code())),
        };
        self.roles.insert(role, sum);
    }

    pub(crate) fn credit<R: Recorder<Mark = M>>(&mut self, rec: &mut R, role: Role, figure: &Figure<M>) {
        if figure.value.is_zero() {
            return;
        }
        let negative = rec.negate(figure, || l2c_explain::Note::new(role.code()));
        self.debit(rec, role, &negative);
    }
}
