use l2c_explain::{Figure, Note, Recorder};
use l2c_money::{Exact, MoneyError};

use super::check::Adjustment;
use super::document::TargetTotalDocument;
use super::working::Working;
use crate::PricingError;
use crate::priced_lines::AdjustmentOutcome;

impl<M: Clone> Working<M> {
    /// Brings the total of all lines, those that were added too, to the agreed one. The lines that carry the
    /// difference do so by their amounts.
    pub(super) fn target_total<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        position: usize,
        adjustment: &Adjustment,
        target: &TargetTotalDocument,
    ) -> Result<AdjustmentOutcome, PricingError> {
        let (currency, label) = (self.currency, target.label.as_str());
        let note = || Note::new(label).money(currency);
        let all: Vec<&Figure<M>> = self.lines.iter().map(|line| &line.net).collect();
        let total = rec.sum(&all, || Note::new("total before").money(currency));
        let goal = self.given_figure(rec, adjustment, "agreed total", &target.total);
        let discount = rec.difference(&total, &goal, note);
        let selected = self.selected(adjustment.lines.as_ref());
        let nets = self.nets(&selected);
        let room: Exact = nets.iter().map(|net| &net.value).sum();
        let unreachable = |reason| {
            let (target, total) = (target.total.to_string(), total.value.to_string());
            Err(PricingError::TotalUnreachable {
                adjustment: adjustment.path.clone(),
                target,
                total,
                reason,
            })
        };
        if target.never_raises && discount.value.is_negative() {
            return unreachable("it is above the total, and the adjustment never raises");
        }
        if selected.is_empty() {
            return unreachable("no line takes a part of the difference");
        }
        if discount.value > room {
            return unreachable("the lines that take a part of the difference have less");
        }
        let weights: Vec<&Figure<M>> = nets.iter().collect();
        let parts = match rec.shares(&discount, &weights, target.spread, currency, |_| note()) {
            Err(MoneyError::ZeroWeights) if discount.value.is_zero() => Vec::new(),
            Err(MoneyError::ZeroWeights) => {
                return unreachable(
                    "all lines are zero, and the adjustment does not say how to spread over them",
                );
            }
            Err(MoneyError::NotADecimal { .. }) => {
                return Err(MoneyError::NotInMinorUnits {
                    value: discount.value.to_string(),
                    scale: currency.minor_units(),
                }
                .into());
            }
            parts => parts?,
        };
        for (index, part) in selected.into_iter().zip(parts) {
            self.take(rec, position, index, &part);
        }
        Ok(AdjustmentOutcome::applied(discount.value))
    }
}
