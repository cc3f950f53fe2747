use l2c_explain::{Figure, Note, Recorder};
use l2c_money::Exact;

use super::document::GuardPolicy;
use super::line_price::{Effect, Level};
use super::run::Line;
use super::step::{Floor, Guard, Step};
use crate::PricingError;

impl<R: Recorder> Line<'_, R> {
    /// Tests a floor. A return is judged by its unit price, like a sale: below the floor it gives too little
    /// back.
    pub(super) fn guard(&mut self, step: &Step, guard: &Guard) -> Result<Effect, PricingError> {
        let running = self.running(&step.id)?;
        let mut floor = self.floor(step, &guard.floor)?;
        if let Some(policy) = guard.rounding {
            let currency = self.currency;
            floor = self.rec.round(&floor, policy, currency, || {
                Note::new(format!("floor of {}, rounded", step.label)).money(currency)
            })?;
        }
        let turned = self.level == Level::Line && self.input.quantity.is_negative();
        let below = if turned {
            running.value > floor.value
        } else {
            running.value < floor.value
        };
        let (floor_value, mut shortfall, mut clamped) = (floor.value.clone(), Exact::ZERO, false);
        if below {
            shortfall = (&floor.value - &running.value).abs();
            match guard.policy {
                GuardPolicy::Flag => {}
                GuardPolicy::Clamp => {
                    clamped = true;
                    let currency = self.currency;
                    let note = || Note::new(format!("after {}", step.label)).money(currency);
                    self.running = Some(if turned {
                        self.rec.minimum(&[&running, &floor], note)
                    } else {
                        self.rec.maximum(&[&running, &floor], note)
                    });
                }
                GuardPolicy::Reject => {
                    return Err(PricingError::BelowFloor {
                        line: self.input.id.to_owned(),
                        step: step.id.clone(),
                        floor: floor.value.to_string(),
                        value: running.value.to_string(),
                    });
                }
            }
        }
        Ok(Effect::Floor {
            floor: floor_value,
            shortfall,
            clamped,
        })
    }

    /// The floor at the level that is reached: after `extend` one per unit counts times the quantity.
    fn floor(&mut self, step: &Step, floor: &Floor) -> Result<Figure<R::Mark>, PricingError> {
        let currency = self.currency;
        let floor = match floor {
            Floor::PerUnit(floor) => {
                self.term(step, floor, || Note::new("floor of one unit").money(currency))
            }
            Floor::Margin(margin) => self.by_margin(step, margin)?,
            Floor::Discount { percent, of } => {
                let base = self.reference(step, *of)?;
                let rate = self.term(step, percent, || Note::new(format!("{}, rate", step.label)));
                let discount = self
                    .rec
                    .product(&base, &rate, || Note::new("largest discount").money(currency));
                return Ok(self
                    .rec
                    .difference(&base, &discount, || Note::new("floor").money(currency)));
            }
        };
        if self.level == Level::Unit {
            return Ok(floor);
        }
        Ok(self.rec.product(&floor, &self.quantity, || {
            Note::new("floor of the line").money(currency)
        }))
    }
}
