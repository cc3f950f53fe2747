//! Royalties and fees that arise with sales or usage (606-10-55-65).

use l2c_explain::{Figure, Note, Recorder};
use l2c_money::Exact;

use crate::performance::UsageShare;
use crate::refusal::Flaw;
use crate::replay::{Replay, positive};
use crate::{Consideration, Paragraph, RevenueError};

/// A usage that was reported.
#[derive(Debug, Clone)]
pub(crate) struct UsageReport<'a, M> {
    pub(crate) element: &'a str,
    pub(crate) period: Option<&'a str>,
    pub(crate) amount: Figure<M>,
}

impl<'a, M: Clone> Replay<'a, M> {
    /// A royalty or a usage fee arises; a later report for the same period replaces the earlier (606-10-55-65).
    pub(crate) fn report_usage<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        id: &'a str,
        quantity: Exact,
        period: Option<&'a str>,
    ) -> Result<(), Flaw> {
        let ctx = self.ctx;
        let quantity = positive("quantity", quantity)?;
        let Some((
            Consideration::Usage {
                rate, allocate_to, ..
            },
            _,
        )) = self.elements.iter().find(|(element, _)| element.id() == id)
        else {
            return Err(Flaw::unknown("usage element of the consideration", id));
        };
        let of = || match period {
            Some(period) => format!("{id} of {period}"),
            None => id.to_owned(),
        };
        let quantity = rec.input(quantity, || {
            Note::new(format!("sales or usage reported for {}", of()))
        });
        let rate = rec.input(rate.exact(), || {
            Note::new(format!("rate of {id}")).cite(ctx.in_terms("consideration", id))
        });
        let exact = rec.product(&quantity, &rate, || ctx.money(format!("{}, exact", of())));
        let amount = ctx.rounded(rec, &exact, of)?;
        let places: Vec<usize> = self
            .performances
            .iter()
            .enumerate()
            .filter(|(_, performance)| {
                if allocate_to.is_empty() {
                    performance.takes_part && performance.contract == 0
                } else {
                    allocate_to.iter().any(|id| id == performance.id())
                }
            })
            .map(|(place, _)| place)
            .collect();
        if places.len() > 1 {
            let residual = places.iter().filter_map(|place| self.performances.get(*place));
            for performance in residual {
                if performance.obligation.ssp.is_residual() {
                    return Err(RevenueError::NoAllocationBasis {
                        of: performance.id().to_owned(),
                        paragraph: Paragraph::RESIDUAL,
                    }
                    .into());
                }
            }
        }
        let shares = self.split(rec, &amount, &places, Paragraph::ROYALTY)?;
        let known = self
            .usage
            .iter()
            .position(|report| period.is_some() && report.element == id && report.period == period);
        let report = known.unwrap_or(self.usage.len());
        for performance in &mut self.performances {
            performance.usage.retain(|usage| usage.report != report);
        }
        for (place, (share, _)) in places.into_iter().zip(shares) {
            if let Some(performance) = self.performances.get_mut(place) {
                performance.usage.push(UsageShare { report, share });
            }
        }
        let entry = UsageReport {
            element: id,
            period,
            amount,
        };
        match self.usage.get_mut(report) {
            Some(known) => *known = entry,
            None => self.usage.push(entry),
        }
        Ok(())
    }
}
