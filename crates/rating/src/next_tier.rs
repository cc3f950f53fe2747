use l2c_explain::NoTrace;
use l2c_money::Exact;

use crate::charge::{Model, not_negative};
use crate::error::excerpt;
use crate::tier::Bounds;
use crate::{Charge, Legend, RatingError, TierPolicy};

/// A larger quantity that costs less in all.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NextTier {
    /// The number of the tier that holds it, from 1.
    pub tier: usize,
    /// The first quantity in that tier.
    pub quantity: Exact,
    /// What it costs.
    pub amount: Exact,
    /// What is saved against the quantity asked about; above zero.
    pub saving: Exact,
}

impl Charge {
    /// The next tier in which more units cost less in all: at what quantity the total falls, and by how much.
    ///
    /// Where one tier prices all units (volume, the top tier of blocks) the total drops at a bound. `step` is the
    /// smallest quantity that is sold, 1 for pieces: the quantity found is the one asked about and a whole number
    /// of steps. Each tier is tried at its first such quantity, the nearest that saves is the answer. `None` for the
    /// other models. Minimum and maximum of a period are left aside.
    ///
    /// ```
    /// # use l2c_money::{Currency, Exact};
    /// # use l2c_rating::Charge;
    /// let charge = Charge::new(&serde_json::from_str(r#"{"model": "volume", "tiers": [
    ///     {"up_to": "15", "unit_price": "10"}, {"unit_price": "5"}]}"#)?, Currency::USD)?;
    /// let next = charge.next_tier(&Exact::integer(14), &Exact::ONE)?.expect("16 cost less than 14");
    /// assert_eq!((next.quantity, next.amount), (Exact::integer(16), Exact::integer(80)));
    /// assert_eq!(next.saving, Exact::integer(60));
    /// // 7 cost 70, which no larger quantity undercuts.
    /// assert_eq!(charge.next_tier(&Exact::integer(7), &Exact::ONE)?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`RatingError::StepNotPositive`]; as [`Charge::amount`] for the quantity asked about.
    pub fn next_tier(&self, quantity: &Exact, step: &Exact) -> Result<Option<NextTier>, RatingError> {
        not_negative(quantity)?;
        if !step.is_positive() {
            return Err(RatingError::StepNotPositive { step: excerpt(step) });
        }
        let now = self.amount(quantity)?;
        let (starts, first_belongs): (Vec<&Exact>, bool) = match &self.model {
            Model::Volume(tiers) => {
                let starts = tiers.list.iter().map(|tier| &tier.start);
                (starts.collect(), tiers.bounds == Bounds::From)
            }
            Model::Block(tiers) if tiers.policy == TierPolicy::TopTier => {
                (tiers.list.iter().map(|tier| &tier.start).collect(), false)
            }
            _ => return Ok(None),
        };
        for start in starts {
            let missing = &(start + &self.free_units) - quantity;
            let steps = missing.checked_div(step)?;
            let steps = if first_belongs {
                steps.ceil()
            } else {
                steps.floor() + Exact::ONE
            };
            if !steps.is_positive() {
                continue;
            }
            let reached = quantity + &(&steps * step);
            let figure = l2c_explain::Figure {
                value: reached,
                mark: (),
            };
            // Above a last tier that ends there is nothing to compare with.
            let Ok((outcome, _)) = self.whole(&mut NoTrace, self.steps(Legend::UNCITED), &figure) else {
                break;
            };
            let saving = &now - &outcome.amount.value;
            if saving.is_positive() {
                return Ok(outcome.tier.map(|tier| NextTier {
                    tier,
                    quantity: figure.value,
                    amount: outcome.amount.value,
                    saving,
                }));
            }
        }
        Ok(None)
    }
}
