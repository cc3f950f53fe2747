use l2c_explain::{Citation, Figure, Measure, Note, Recorder};
use l2c_money::Exact;
use l2c_rating::{Charge, Legend, Usage, Words};

use crate::PricingError;

/// The price of one unit by a charge: what it makes of the quantity, by the quantity. Exact, so that the quantity times
/// this price is the amount again.
pub(crate) fn unit_price<R: Recorder>(
    rec: &mut R,
    charge: &Charge,
    quantity: &Exact,
    cite: &dyn Fn(&str) -> Citation,
    place: impl Fn() -> String,
) -> Result<Figure<R::Mark>, PricingError> {
    let legend = Legend {
        quantity: Measure::Number,
        cite,
        words: Words::CHARGE,
    };
    let usage = Usage::of(quantity.clone());
    let rating = charge.record_usage(rec, &usage, legend);
    let amount = rating
        .map_err(|error| PricingError::Charge {
            place: place(),
            error,
        })?
        .amount;
    if quantity.is_zero() {
        if amount.value.is_zero() {
            return Ok(amount);
        }
        let (place, amount) = (place(), amount.value);
        return Err(PricingError::ChargeOfNothing { place, amount });
    }
    let units = rec.input(quantity.clone(), || Note::new("quantity"));
    Ok(rec.quotient(&amount, &units, || {
        Note::new("price of one unit").money(charge.currency())
    })?)
}
