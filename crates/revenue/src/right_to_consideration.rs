//! What is billed under a contract, as far as there is a right to it (606-10-45-1 to 45-4).

use l2c_explain::{Citation, Figure, Recorder};
use l2c_money::Exact;

use crate::account::Account;
use crate::contract_context::Moment;
use crate::replay::Replay;
use crate::{Paragraph, RevenueError, UnbilledRight};

impl<M: Clone> Replay<'_, M> {
    /// What is billed under a contract without tax, and the tax that counts with it. `value` is what is expected back.
    pub(crate) fn billed<R: Recorder<Mark = M>>(
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

    /// What is performed and not billed of obligations for which time alone remains, where the obligations of a contract
    /// differ in that (606-10-45-4). A document counts for the obligation that it names; what names none, and what is
    /// paid in advance, counts for the others first.
    pub(crate) fn unbilled_receivable<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        contract: usize,
        revenue: &[Figure<M>],
        billed: &Figure<M>,
    ) -> Option<Figure<M>> {
        let ctx = self.ctx;
        let of_contract = || {
            let each = self.performances.iter().zip(revenue);
            each.filter(|(performance, _)| performance.contract == contract)
        };
        of_contract().find(|(performance, _)| performance.obligation.unbilled_right.is_some())?;
        let account = self.accounts.get(contract)?;
        let (mut by_time, mut conditional) = (Exact::ZERO, Exact::ZERO);
        let mut unnamed = billed.value.clone();
        for (performance, revenue) in of_contract() {
            let named = account.billed_for(performance.id());
            unnamed = &unnamed - &named;
            let open = (&revenue.value - &named).max(Exact::ZERO);
            let right = performance.obligation.unbilled_right;
            match right.unwrap_or(ctx.policy().unbilled_right) {
                UnbilledRight::UnbilledReceivable => by_time += &open,
                UnbilledRight::ContractAsset => conditional += &open,
            }
        }
        let beyond = (&unnamed - &conditional).max(Exact::ZERO);
        let receivable = (&by_time - &beyond).max(Exact::ZERO);
        Some(rec.input(receivable, || {
            ctx.money("performed and not billed, where time alone remains")
                .cite(ctx.book.cite(Paragraph::RECEIVABLE))
        }))
    }
}
