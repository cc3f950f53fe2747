use l2c_explain::{Note, Recorder};
use l2c_money::{Exact, Percent, Price, Rounding, RoundingPolicy};

use crate::derivation::{Of, Steps};
use crate::error::excerpt;
use crate::outcome::Outcome;
use crate::{BelowOne, RatingError};

/// A checked power law: the price of a unit is the list price divided by quantity ^ percent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PowerLaw {
    pub(crate) list: Price,
    pub(crate) percent: Percent,
    pub(crate) below_one: BelowOne,
}

/// Decimals at which the power is taken, until the rounded unit price is decided.
const SCALES: [u32; 3] = [30, 60, 100];

impl Steps<'_> {
    pub(crate) fn power<R: Recorder>(
        &self,
        rec: &mut R,
        law: &PowerLaw,
        quantity: &Of<R>,
    ) -> Result<Outcome<R::Mark>, RatingError> {
        let unit_price = self.power_price(rec, law, quantity)?;
        let amount = self.times(rec, quantity, &unit_price, None, || "amount".to_owned());
        Ok(Outcome {
            unit_price: Some(unit_price.value),
            ..Outcome::of(amount)
        })
    }

    fn power_price<R: Recorder>(
        &self,
        rec: &mut R,
        law: &PowerLaw,
        quantity: &Of<R>,
    ) -> Result<Of<R>, RatingError> {
        let list = self.price(rec, law.list, "list price", || "list_unit_price".to_owned());
        if quantity.value.is_zero() {
            return Ok(list);
        }
        let policy = self.unit_rounding.unwrap_or(RoundingPolicy::HALF_UP);
        let exact = if law.below_one == BelowOne::List && quantity.value < Exact::ONE {
            list
        } else {
            let scale = self.decisive_scale(law, &quantity.value, policy)?;
            let exponent = rec.input(law.percent.fraction(), || {
                let cited = (self.legend.cite)("compound_percent");
                Note::new("exponent").percent().cite(cited)
            });
            let divisor = rec.power(quantity, &exponent, scale, Rounding::HalfUp, || {
                Note::new("quantity to the power of the exponent")
            })?;
            rec.quotient(&list, &divisor, || Note::new("unit price").money(self.currency))?
        };
        Ok(rec.round(&exact, policy, self.currency, || {
            let note = Note::new("unit price, rounded").money(self.currency);
            // Half up to the minor unit is the model's own rounding: nothing to cite.
            match self.unit_rounding {
                Some(_) => note.cite((self.legend.cite)("unit_rounding")),
                None => note,
            }
        })?)
    }

    /// The number of decimals at which every figure between the power's two neighbours gives the same unit price,
    /// which then is the rounding of the true one.
    fn decisive_scale(
        &self,
        law: &PowerLaw,
        quantity: &Exact,
        policy: RoundingPolicy,
    ) -> Result<u32, RatingError> {
        let (list, exponent) = (law.list.exact(), law.percent.fraction());
        let rounded = |divisor: &Exact| -> Result<Exact, RatingError> {
            Ok(policy.round(&list.checked_div(divisor)?, self.currency)?)
        };
        for scale in SCALES {
            let low = quantity.power(&exponent, scale, Rounding::Down)?;
            let high = quantity.power(&exponent, scale, Rounding::Up)?;
            if !low.is_zero() && (low == high || rounded(&low)? == rounded(&high)?) {
                return Ok(scale);
            }
        }
        Err(RatingError::UndecidedPower {
            list: law.list.to_string(),
            quantity: excerpt(quantity),
            exponent: law.percent.to_string(),
        })
    }
}
