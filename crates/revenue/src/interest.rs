//! Interest of a contract whose price has a significant financing component: it is never revenue (606-10-32-20).

use l2c_calendar::{NaiveDate, add_months};
use l2c_explain::{Figure, Recorder};
use l2c_money::Exact;

use crate::contract_context::Moment;
use crate::payment_plan::Growth;
use crate::performance::Measured;
use crate::policy::Financing;
use crate::replay::Replay;
use crate::{Consideration, MAX_TERM_MONTHS, Paragraph, RevenueError};

impl<M: Clone> Replay<'_, M> {
    /// Interest accrued since inception, month by month: above zero income on what the customer pays late, below zero
    /// expense on what it pays early.
    pub(crate) fn interest<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        moment: Moment,
    ) -> Result<Figure<M>, RevenueError> {
        let ctx = self.ctx;
        let day = match &self.termination {
            Some(ended) => moment.time_through.min(ended.on),
            None => moment.time_through,
        };
        let mut parts = Vec::new();
        if ctx.policy().financing == Financing::Accrete {
            for (element, included) in &self.elements {
                parts.extend(self.interest_of(rec, element, included, day)?);
            }
        }
        let parts: Vec<_> = parts.iter().collect();
        Ok(rec.sum(&parts, || {
            ctx.money(format!("interest by the end of {day}"))
                .cite(ctx.book.cite(Paragraph::FINANCING))
        }))
    }

    fn interest_of<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        element: &Consideration,
        included: &Figure<M>,
        day: NaiveDate,
    ) -> Result<Option<Figure<M>>, RevenueError> {
        let ctx = self.ctx;
        let context = self.price_context();
        let id = element.id();
        match element {
            Consideration::DeferredPayments {
                plan,
                annual_rate,
                compounding,
                ..
            } => {
                let Some(months) = self
                    .transferred_on(element)
                    .and_then(|from| months_since(from, day))
                else {
                    return Ok(None);
                };
                if context.one_year_expedient && plan.is_within_a_year() {
                    return Ok(None);
                }
                let dues = plan.dues();
                let mut growth = Growth::new(rec, &context, &Exact::from(*annual_rate), *compounding)?;
                let asked = [(months.saturating_add(1), months)];
                let Some(later) = growth.values(rec, &dues, asked)?.pop() else {
                    return Ok(None);
                };
                let later = ctx.rounded(rec, &later, || {
                    format!("{id} still to be paid, worth after {months} months")
                })?;
                let due = dues
                    .range(..=months)
                    .fold(Exact::ZERO, |sum, (_, amount)| &sum + amount);
                let due = rec.input(due, || ctx.money(format!("{id} due within {months} months")));
                let worth = rec.sum(&[&later, &due], || {
                    ctx.money(format!("{id} due and still to be paid after {months} months"))
                });
                Ok(Some(rec.difference(&worth, included, || {
                    ctx.money(format!("interest on {id} after {months} months"))
                        .cite(ctx.book.cite(Paragraph::FINANCING))
                })))
            }
            Consideration::AdvancePayment {
                amount,
                annual_rate,
                compounding,
                transfer_month,
                ..
            } => {
                let months = months_since(self.inception, day)
                    .unwrap_or(0)
                    .min(*transfer_month);
                if context.one_year_expedient && *transfer_month <= 12 {
                    return Ok(None);
                }
                let mut growth = Growth::new(rec, &context, &Exact::from(*annual_rate), *compounding)?;
                let paid = rec.input(amount.exact(), || ctx.money(format!("{id} paid in advance")));
                let grown = growth.grown(rec, &paid, months)?;
                let grown = ctx.rounded(rec, &grown, || format!("{id} with interest for {months} months"))?;
                Ok(Some(rec.difference(&paid, &grown, || {
                    ctx.money(format!("interest on {id} after {months} months, an expense"))
                        .cite(ctx.book.cite(Paragraph::FINANCING))
                })))
            }
            _ => Ok(None),
        }
    }

    /// When what an element pays for is transferred first; at inception where no obligation of it is satisfied at a point
    /// in time.
    fn transferred_on(&self, element: &Consideration) -> Option<NaiveDate> {
        let ids = element.allocate_to();
        let mut at_points = self
            .performances
            .iter()
            .filter(|performance| ids.is_empty() || ids.iter().any(|id| id == performance.id()))
            .filter(|performance| matches!(performance.measured, Measured::PointInTime { .. }))
            .peekable();
        if at_points.peek().is_none() {
            return Some(self.inception);
        }
        at_points
            .filter_map(|performance| performance.transfer_date(self.ctx.book))
            .min()
    }
}

/// The full months from a day to the end of another; none before it.
fn months_since(from: NaiveDate, day: NaiveDate) -> Option<u32> {
    if day < from {
        return None;
    }
    let limit = i32::try_from(MAX_TERM_MONTHS).unwrap_or(i32::MAX);
    let full = (1..=limit).take_while(|months| add_months(from, *months).is_ok_and(|on| on <= day));
    u32::try_from(full.count()).ok()
}
