use l2c_explain::{Figure, Note, Recorder};
use l2c_money::{Currency, Money, MoneyError};

use crate::line::OpenLine;
use crate::priced_quote::is_whole;
use crate::waterfall::step::NegotiatedStep;
use crate::{PricingError, Waterfall};

impl Waterfall {
    /// The step on the whole document: the difference to the agreed total, spread over the lines.
    pub(crate) fn negotiate<R: Recorder>(
        &self,
        rec: &mut R,
        currency: Currency,
        target: Option<Money>,
        lines: &mut [OpenLine<'_, R::Mark>],
    ) -> Result<(), PricingError> {
        let (step, target) = match (&self.negotiated, target) {
            (None, None) => return Ok(()),
            (None, Some(_)) => {
                let waterfall = self.document().to_string();
                return Err(PricingError::NoNegotiatedStep { waterfall });
            }
            (Some(step), None) => {
                lines
                    .iter_mut()
                    .for_each(|line| line.skip(&step.id, &step.label, "no total was agreed".into()));
                return Ok(());
            }
            (Some(step), Some(target)) => (step, target),
        };
        if target.currency() != currency {
            return Err(PricingError::TargetCurrency {
                target: target.currency(),
                price_book: currency,
            });
        }
        if !is_whole(&target) {
            return Err(PricingError::TargetNotInMinorUnits { target });
        }
        self.spread(rec, step, target, currency, lines)
    }

    /// A line carries the difference if it has the sign of the total: what goes back in a sale stays as it
    /// is, and a return is negotiated as the mirror of its sale.
    fn spread<R: Recorder>(
        &self,
        rec: &mut R,
        step: &NegotiatedStep,
        target: Money,
        currency: Currency,
        lines: &mut [OpenLine<'_, R::Mark>],
    ) -> Result<(), PricingError> {
        let cite = || self.document().cite(&step.path);
        let before: Vec<&Figure<R::Mark>> = lines.iter().map(|line| &line.running).collect();
        let total = rec.sum(&before, || {
            Note::new("total before the negotiated step").money(currency)
        });
        let goal = rec.input(target.exact(), || Note::new("agreed total").money(currency));
        let difference = rec.difference(&goal, &total, || {
            Note::new(step.label.as_str()).money(currency).cite(cite())
        });
        let unreachable = |reason| -> Result<(), PricingError> {
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
        let carries = |line: &OpenLine<'_, R::Mark>| {
            if negative {
                line.running.value.is_negative()
            } else {
                line.running.value.is_positive()
            }
        };
        // No line carries only if all are zero: then the policy of the step says what that means.
        let none_carries = !lines.iter().any(carries);
        let mut carriers = Vec::new();
        let mut weights = Vec::new();
        for (index, line) in lines
            .iter()
            .enumerate()
            .filter(|(_, line)| none_carries || carries(line))
        {
            carriers.push(index);
            weights.push(if negative {
                rec.negate(&line.running, || Note::new("weight").money(currency))
            } else {
                line.running.clone()
            });
        }
        let weights: Vec<&Figure<R::Mark>> = weights.iter().collect();
        let note = |_| Note::new(step.label.as_str()).money(currency).cite(cite());
        let parts = match rec.shares(&difference, &weights, step.spread, currency, note) {
            Err(MoneyError::ZeroWeights) if difference.value.is_zero() => Vec::new(),
            Err(MoneyError::ZeroWeights) => {
                return unreachable("all lines are zero, and the step does not say how to spread over them");
            }
            parts => parts?,
        };
        let mut parts = carriers.into_iter().zip(parts).peekable();
        for (index, line) in lines.iter_mut().enumerate() {
            match parts.next_if(|(carrier, _)| *carrier == index) {
                Some((_, part)) => {
                    let net = rec.sum(&[&line.running, &part], || {
                        Note::new(format!("net of line {}", line.id)).money(currency)
                    });
                    line.apply(&step.id, &step.label, part.value, net);
                }
                None => line.skip(
                    &step.id,
                    &step.label,
                    "the line carries no part of the total".into(),
                ),
            }
        }
        Ok(())
    }
}
