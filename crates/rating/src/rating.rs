use l2c_explain::{Explanation, NoTrace, Note, Recorder, Trace};
use l2c_money::Exact;

use crate::charge::{Model, not_negative};
use crate::derivation::{Of, Steps};
use crate::outcome::{Outcome, gained};
use crate::{Charge, Commitment, Legend, Measured, Part, RatingError, Settlement, Usage};

/// What a usage costs: figures, or with a recorder figures in their derivation.
///
/// `amount = rated_amount - maximum_discount + true_up_amount`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rating<F = Exact> {
    /// What the window is charged.
    pub amount: F,
    /// What the model says, rounded as the charge says; for a window the amount reached less the amount before.
    pub rated_amount: F,
    /// What the maximum takes off.
    pub maximum_discount: F,
    /// What the minimum adds, in the last window.
    pub true_up_amount: F,
    /// Free units that this window used, and the units left to charge; for models with a quantity.
    pub units: Option<BilledUnits>,
    /// The number of the tier that prices all units, from 1, one above the last for overage: volume, capacity, the
    /// top tier of blocks. For a window that of the quantity reached.
    pub tier: Option<usize>,
    /// The price of a unit, rounded as the charge says: per unit, volume, power. Above the last tier it is that of
    /// overage.
    pub unit_price: Option<Exact>,
    /// Packages charged; not for a window.
    pub packages: Option<Exact>,
    /// The amount by the quantity, exact; none at quantity 0, for a window, for events and capacities.
    pub effective_unit_price: Option<Exact>,
    /// What each tier or event contributes, not rounded: graduated, for a window what each tier gained; block, not
    /// for a window; percentage.
    pub parts: Vec<Part>,
}

/// Free and billable units of a window; together they are its quantity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BilledUnits {
    /// Free units that this window used.
    pub free_units_used: Exact,
    /// The units left to charge.
    pub billable_quantity: Exact,
}

impl Charge {
    /// What a usage costs, with free units in time order, windows, and the minimum and maximum of the period.
    ///
    /// ```
    /// # use l2c_money::{Currency, Exact};
    /// # use l2c_rating::{Charge, Usage};
    /// let charge = Charge::new(&serde_json::from_str(r#"{"model": "per_unit", "unit_price": "0.50",
    ///     "free_units": "10", "minimum_amount": "20"}"#)?, Currency::USD)?;
    /// // 5 of the 8 units are still free; 20 are promised, 12 were billed.
    /// let window = Usage::window(Exact::integer(5), Exact::integer(8)).billed(Exact::integer(12));
    /// let rating = charge.rate(&window)?;
    /// assert_eq!(rating.rated_amount.to_string(), "1.5");
    /// assert_eq!(rating.true_up_amount.to_string(), "6.5");
    /// assert_eq!(rating.amount.to_string(), "8");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`RatingError::NegativeQuantity`], [`RatingError::WrongUsage`], and as [`Charge::amount`].
    pub fn rate(&self, usage: &Usage) -> Result<Rating, RatingError> {
        let rating = self.record_usage(&mut NoTrace, usage, Legend::UNCITED)?;
        Ok(Rating {
            amount: rating.amount.value,
            rated_amount: rating.rated_amount.value,
            maximum_discount: rating.maximum_discount.value,
            true_up_amount: rating.true_up_amount.value,
            units: rating.units,
            tier: rating.tier,
            unit_price: rating.unit_price,
            packages: rating.packages,
            effective_unit_price: rating.effective_unit_price,
            parts: rating.parts,
        })
    }

    /// The derivation of what a usage costs.
    ///
    /// # Errors
    /// As [`Charge::rate`].
    pub fn explain_usage(&self, usage: &Usage, legend: Legend<'_>) -> Result<Explanation, RatingError> {
        let mut trace = Trace::new();
        let rating = self.record_usage(&mut trace, usage, legend)?;
        Ok(trace.finish(&rating.amount))
    }

    /// What a usage costs, as steps of a larger derivation.
    ///
    /// # Errors
    /// As [`Charge::rate`].
    pub fn record_usage<R: Recorder>(
        &self,
        rec: &mut R,
        usage: &Usage,
        legend: Legend<'_>,
    ) -> Result<Rating<Of<R>>, RatingError> {
        let steps = self.steps(legend);
        let mut units = None;
        let mut average = None;
        let outcome = match (&self.model, &usage.measured) {
            (Model::Percentage(model), Measured::Events(events)) => {
                let outcome = steps.percentage(rec, model, events)?;
                self.rounded(rec, steps, outcome)?
            }
            (Model::Capacity(tiers), Measured::Quantities(quantities)) => {
                let outcome = steps.capacity(rec, tiers, quantities)?;
                self.rounded(rec, steps, outcome)?
            }
            (_, Measured::Quantity { quantity, previous }) => {
                not_negative(quantity)?;
                let note = || Note::new("quantity").measured(legend.quantity);
                let figure = rec.input(quantity.clone(), note);
                let (outcome, billed) = match previous {
                    None => {
                        average = Some(quantity.clone());
                        self.whole(rec, steps, &figure)?
                    }
                    Some(previous) => self.window(rec, steps, previous, &figure)?,
                };
                units = Some(billed);
                outcome
            }
            (model, _) => return Err(model.wrong_usage()),
        };
        let settled = self.settled(rec, steps, &outcome.amount, usage);
        let mut parts = outcome.parts;
        self.discount(&mut parts, usage);
        let average = average.filter(|quantity| !quantity.is_zero());
        Ok(Rating {
            effective_unit_price: average
                .map(|quantity| settled.amount.value.checked_div(&quantity))
                .transpose()?,
            amount: settled.amount,
            rated_amount: outcome.amount,
            maximum_discount: settled.maximum_discount,
            true_up_amount: settled.true_up_amount,
            units,
            tier: outcome.tier,
            unit_price: outcome.unit_price,
            packages: outcome.packages,
            parts,
        })
    }

    /// What a window adds: the amount for the quantity reached less the amount for the quantity before.
    fn window<R: Recorder>(
        &self,
        rec: &mut R,
        steps: Steps<'_>,
        previous: &Exact,
        quantity: &Of<R>,
    ) -> Result<(Outcome<R::Mark>, BilledUnits), RatingError> {
        not_negative(previous)?;
        let measure = steps.legend.quantity;
        let before = rec.input(previous.clone(), || {
            Note::new("quantity before").measured(measure)
        });
        let reached = rec.sum(&[&before, quantity], || {
            Note::new("quantity reached").measured(measure)
        });
        let (earlier, had) = self.whole(rec, steps, &before)?;
        let (outcome, has) = self.whole(rec, steps, &reached)?;
        let amount = rec.difference(&outcome.amount, &earlier.amount, || {
            Note::new("amount of the window").measured(steps.legend.amount(self.currency))
        });
        let units = BilledUnits {
            free_units_used: has.free_units_used - had.free_units_used,
            billable_quantity: has.billable_quantity - had.billable_quantity,
        };
        let outcome = Outcome {
            amount,
            packages: None,
            parts: gained(&earlier.parts, outcome.parts),
            ..outcome
        };
        Ok((outcome, units))
    }

    /// The rated amount after minimum and maximum.
    fn settled<R: Recorder>(
        &self,
        rec: &mut R,
        steps: Steps<'_>,
        rated: &Of<R>,
        usage: &Usage,
    ) -> Settlement<Of<R>> {
        let mut bound = |bound: &Option<l2c_money::Money>, label: &str, path: &str| {
            bound
                .as_ref()
                .map(|amount| steps.fee(rec, amount, || label.to_owned(), || path.to_owned()))
        };
        let commitment = Commitment {
            minimum: bound(&self.minimum, "minimum of the period", "minimum_amount"),
            maximum: bound(&self.maximum, "maximum of the period", "maximum_amount"),
        };
        let measure = steps.legend.amount(self.currency);
        let billed = rec.input(usage.already_billed.clone(), || {
            Note::new("billed before").measured(measure)
        });
        commitment.settle(rec, rated, &billed, usage.last, measure)
    }

    /// Gives the room below the maximum to the parts in order; what a part exceeds it by is its discount.
    fn discount(&self, parts: &mut [Part], usage: &Usage) {
        let Some(maximum) = self.maximum.as_ref().filter(|_| self.rounding.is_none()) else {
            return;
        };
        let mut room = (maximum.exact() - &usage.already_billed).max(Exact::ZERO);
        for part in parts {
            let given = part.amount.clone().min(room.clone());
            room -= &given;
            part.discount = Some(&part.amount - &given);
        }
    }
}
