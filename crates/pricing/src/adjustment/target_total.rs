use l2c_explain::{Figure, Note, Recorder};
use l2c_money::{AllocationPolicy, Currency, Exact, Money, MoneyError};

use super::check::Adjustment;
use super::document::TargetTotalDocument;
use super::working::{Working, WorkingLine};
use crate::priced_lines::AdjustmentOutcome;
use crate::priced_quote::is_whole;
use crate::waterfall::step::NegotiatedStep;
use crate::{DocumentRef, PricingError};

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
        let Some(parts) = spread(rec, &discount, &weights, target.spread, (currency, note))? else {
            return unreachable(ALL_ZERO);
        };
        for (index, part) in selected.into_iter().zip(parts) {
            self.take(rec, position, index, &part);
        }
        Ok(AdjustmentOutcome::applied(discount.value))
    }
}

const ALL_ZERO: &str = "all lines are zero, and nothing says how to spread over them";

/// The difference to an agreed total, spread over lines by weights; none where all are zero, and the policy does not
/// say what that means.
fn spread<R: Recorder>(
    rec: &mut R,
    difference: &Figure<R::Mark>,
    weights: &[&Figure<R::Mark>],
    policy: AllocationPolicy,
    (currency, note): (Currency, impl Fn() -> Note),
) -> Result<Option<Vec<Figure<R::Mark>>>, PricingError> {
    match rec.shares(difference, weights, policy, currency, |_| note()) {
        Err(MoneyError::ZeroWeights) if difference.value.is_zero() => Ok(Some(Vec::new())),
        Err(MoneyError::ZeroWeights) => Ok(None),
        Err(MoneyError::NotADecimal { .. }) => Err(MoneyError::NotInMinorUnits {
            value: difference.value.to_string(),
            scale: currency.minor_units(),
        }
        .into()),
        parts => Ok(Some(parts?)),
    }
}

impl<M: Clone> Working<M> {
    /// The negotiated step of a waterfall: brings the total to an agreed one, down or up. Gives the part of each
    /// line; none for a line that carries nothing.
    ///
    /// A line carries the difference if it has the sign of the total: what goes back in a sale stays as it
    /// is, and a return is negotiated as the mirror of its sale.
    pub(crate) fn negotiate<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        waterfall: &DocumentRef,
        step: &NegotiatedStep,
        target: Money,
    ) -> Result<Vec<Option<Exact>>, PricingError> {
        let currency = self.currency;
        if target.currency() != currency {
            return Err(PricingError::TargetCurrency {
                target: target.currency(),
                price_book: currency,
            });
        }
        if !is_whole(&target) {
            return Err(PricingError::TargetNotInMinorUnits { target });
        }
        let note = || {
            let cite = waterfall.cite(&step.path);
            Note::new(step.label.as_str()).money(currency).cite(cite)
        };
        let before: Vec<&Figure<M>> = self.lines.iter().map(|line| &line.net).collect();
        let total = rec.sum(&before, || {
            Note::new("total before the negotiated step").money(currency)
        });
        let goal = rec.input(target.exact(), || Note::new("agreed total").money(currency));
        let difference = rec.difference(&goal, &total, note);
        let unreachable = |reason| -> Result<Vec<Option<Exact>>, PricingError> {
            let total = Money::try_from_exact(&total.value, currency)?;
            Err(PricingError::TargetUnreachable {
                target,
                total,
                reason,
            })
        };
        let opposite = (total.value.is_positive() && target.is_negative())
            || (total.value.is_negative() && target.is_positive());
        if opposite {
            return unreachable("it has the other sign");
        }
        let negative = if total.value.is_zero() {
            target.is_negative()
        } else {
            total.value.is_negative()
        };
        let carries = |line: &WorkingLine<M>| {
            if negative {
                line.net.value.is_negative()
            } else {
                line.net.value.is_positive()
            }
        };
        // No line carries only if all are zero: then the policy of the step says what that means.
        let none_carries = !self.lines.iter().any(carries);
        let mut carriers = Vec::new();
        let mut weights = Vec::new();
        for (index, line) in self.lines.iter().enumerate() {
            if none_carries || carries(line) {
                carriers.push(index);
                weights.push(if negative {
                    rec.negate(&line.net, || Note::new("weight").money(currency))
                } else {
                    line.net.clone()
                });
            }
        }
        let weights: Vec<&Figure<M>> = weights.iter().collect();
        let Some(parts) = spread(rec, &difference, &weights, step.spread, (currency, note))? else {
            return unreachable(ALL_ZERO);
        };
        let mut of_lines = vec![None; self.lines.len()];
        for (index, part) in carriers.into_iter().zip(parts) {
            let (Some(line), Some(of_line)) = (self.lines.get_mut(index), of_lines.get_mut(index)) else {
                continue;
            };
            line.net = rec.sum(&[&line.net, &part], || {
                Note::new(format!("net of line {}", line.id)).money(currency)
            });
            *of_line = Some(part.value);
        }
        Ok(of_lines)
    }
}
