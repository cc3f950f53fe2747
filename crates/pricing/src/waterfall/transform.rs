use l2c_explain::{Citation, Figure, Note, Recorder};
use l2c_money::{Currency, RoundingPolicy};

use super::line_price::{Effect, Skip};
use super::run::Line;
use super::step::{Bound, Factor, Step, Term};
use crate::PricingError;

/// Steps that turn the running figure into another one.
impl<R: Recorder> Line<'_, R> {
    pub(super) fn prorate(&mut self, step: &Step, factor: &Factor) -> Result<Effect, PricingError> {
        let running = self.running(&step.id)?;
        let currency = self.currency;
        let expected = "a factor is zero or above, and a part of something that is not zero";
        let factor = match factor {
            Factor::Whole(factor) => self.term(step, factor, || Note::new("factor")),
            Factor::Ratio(above, below) => {
                let above = self.term(step, above, || Note::new("part of the term"));
                let below = self.term(step, below, || Note::new("whole term"));
                if below.value.is_zero() {
                    return Err(self.refused(step, &below.value, "invalid_factor", expected));
                }
                self.rec.quotient(&above, &below, || Note::new("factor"))?
            }
            Factor::Counted(policy, whole) => {
                let failed = |error| PricingError::Term {
                    line: self.input.id.to_owned(),
                    step: step.id.clone(),
                    error,
                };
                let Some(term) = self.input.term else {
                    return Ok(Effect::Skipped(Skip::MissingInput));
                };
                let proration = policy.prorate(term, *whole).map_err(failed)?;
                proration.record(self.rec, None, currency)?
            }
        };
        if factor.value.is_negative() {
            return Err(self.refused(step, &factor.value, "invalid_factor", expected));
        }
        self.running = Some(self.rec.product(&running, &factor, || {
            Note::new(format!("after {}", step.label)).money(currency)
        }));
        Ok(Effect::Factor(factor.value))
    }

    pub(super) fn convert(
        &mut self,
        step: &Step,
        to: Currency,
        rate: &Term,
        rate_id: Option<&str>,
    ) -> Result<Effect, PricingError> {
        let running = self.running(&step.id)?;
        let from = self.currency;
        let rate = self.term(step, rate, || {
            let note = Note::new(format!("{to} for one {from}"));
            rate_id.map_or(note.clone(), |id| note.cite(Citation::new("rate", id)))
        });
        if !rate.value.is_positive() {
            return Err(self.refused(step, &rate.value, "invalid_rate", "a rate is above zero"));
        }
        self.running = Some(self.rec.product(&running, &rate, || {
            Note::new(format!("after {}", step.label)).money(to)
        }));
        self.currency = to;
        Ok(Effect::Factor(rate.value))
    }

    pub(super) fn round(&mut self, step: &Step, policy: RoundingPolicy) -> Result<Effect, PricingError> {
        let running = self.running(&step.id)?;
        let currency = self.currency;
        let rounded = self.rec.round(&running, policy, currency, || {
            Note::new(step.label.as_str()).money(currency)
        })?;
        let residue = &rounded.value - &running.value;
        self.running = Some(rounded);
        Ok(Effect::Rounded { residue })
    }

    fn bound(&mut self, step: &Step, bound: &Bound) -> Result<Figure<R::Mark>, PricingError> {
        let currency = self.currency;
        let start = match (bound.of, &bound.amount) {
            (Some(of), _) => self.reference(step, of)?,
            (None, Some(amount)) => self.amount(step, amount),
            (None, None) => self.running(&step.id)?,
        };
        let Some(plus) = &bound.plus else {
            return Ok(start);
        };
        let plus = self.amount(step, plus);
        Ok(self.rec.sum(&[&start, &plus], || {
            Note::new(format!("bound of {}", step.label)).money(currency)
        }))
    }

    pub(super) fn clamp(
        &mut self,
        step: &Step,
        min: Option<&Bound>,
        max: Option<&Bound>,
    ) -> Result<Effect, PricingError> {
        let mut figure = self.running(&step.id)?;
        let currency = self.currency;
        let note = || Note::new(format!("after {}", step.label)).money(currency);
        let turned = self.is_mirrored();
        if let Some(min) = min {
            let min = self.bound(step, min)?;
            figure = if turned {
                self.rec.minimum(&[&figure, &min], note)
            } else {
                self.rec.maximum(&[&figure, &min], note)
            };
        }
        if let Some(max) = max {
            let max = self.bound(step, max)?;
            figure = if turned {
                self.rec.maximum(&[&figure, &max], note)
            } else {
                self.rec.minimum(&[&figure, &max], note)
            };
        }
        self.running = Some(figure);
        Ok(Effect::Figure)
    }
}
