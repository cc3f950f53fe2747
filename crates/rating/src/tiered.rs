use l2c_explain::{Note, Recorder};
use l2c_money::{Exact, Money};

use crate::derivation::{Of, Steps};
use crate::outcome::{Outcome, Part, PartOf};
use crate::tier::{Overage, Tier, Tiers};
use crate::{RatingError, Words};

impl Steps<'_> {
    /// Every tier prices the units inside it.
    pub(crate) fn graduated<R: Recorder>(
        &self,
        rec: &mut R,
        tiers: &Tiers,
        quantity: &Of<R>,
    ) -> Result<Outcome<R::Mark>, RatingError> {
        let top = tiers.index_of(&quantity.value)?;
        let Words {
            tier: name, within, ..
        } = self.legend.words;
        let (mut amounts, mut parts) = (Vec::new(), Vec::new());
        let mut above: Option<Of<R>> = None;
        for (index, tier) in tiers.list.iter().take(top.saturating_add(1)).enumerate() {
            if tier.end.as_ref() == Some(&tier.start) {
                continue; // From 0 and from 1: no whole unit lies between.
            }
            let number = index.saturating_add(1);
            // Only the tier that holds the quantity is cut by it; those below are full.
            let bound = match &tier.end {
                Some(end) if index < top => Some(self.end(rec, tiers, end, index)),
                _ => None,
            };
            let end = bound.as_ref().unwrap_or(quantity);
            let units = match &above {
                Some(above) => rec.difference(end, above, || {
                    Note::new(format!("{within} {name} {number}")).measured(self.legend.quantity)
                }),
                None => end.clone(),
            };
            let label = || format!("{name} {number}");
            let part = self.priced(rec, tier, &units, index, tiers.fee(tier, &quantity.value), label)?;
            if units.value.is_positive() || tiers.enters_at_zero() {
                let units = units.value;
                let of = PartOf::Tier { tier: number, units };
                parts.push(Part::new(of, part.iter().map(|figure| &figure.value).sum()));
            }
            amounts.extend(part);
            above = bound;
        }
        if let Some(overage) = tiers.overage.as_ref().filter(|_| top >= tiers.list.len()) {
            let last = above.unwrap_or_else(|| quantity.clone());
            let (units, amount) = self.overage(rec, overage, quantity, &last);
            let tier = top.saturating_add(1);
            let units = units.value;
            parts.push(Part::new(PartOf::Tier { tier, units }, amount.value.clone()));
            amounts.push(amount);
        }
        Ok(Outcome {
            parts,
            ..Outcome::of(self.total(rec, &amounts))
        })
    }

    /// The tier that holds the quantity prices all units.
    pub(crate) fn volume<R: Recorder>(
        &self,
        rec: &mut R,
        tiers: &Tiers,
        quantity: &Of<R>,
    ) -> Result<Outcome<R::Mark>, RatingError> {
        let index = tiers.index_of(&quantity.value)?;
        let (name, number) = (self.legend.words.tier, index.saturating_add(1));
        let beyond = tiers.overage.as_ref().filter(|_| index >= tiers.list.len());
        let mut unit_price = None;
        let amounts = match (beyond, tiers.list.get(index)) {
            (None, Some(tier)) => {
                let fee = tiers.fee(tier, &quantity.value);
                let label = || format!("all units at {name} {number}");
                let part = self.priced(rec, tier, quantity, index, fee, label)?;
                unit_price = Some(self.unit_value(tier, index)?);
                part
            }
            (Some(overage), _) => {
                let below = index.saturating_sub(1);
                let last = self.end(rec, tiers, &overage.above, below);
                let mut part = Vec::new();
                if let Some(tier) = tiers.list.get(below) {
                    let fee = tiers.fee(tier, &quantity.value);
                    let label = || format!("all units at {name} {index}");
                    part = self.priced(rec, tier, &last, below, fee, label)?;
                }
                part.push(self.overage(rec, overage, quantity, &last).1);
                unit_price = Some(overage.price.exact());
                part
            }
            (None, None) => Vec::new(),
        };
        Ok(Outcome {
            tier: Some(number),
            unit_price,
            ..Outcome::of(self.total(rec, &amounts))
        })
    }

    /// What units cost at a tier, and its fee: no, one or two figures.
    fn priced<R: Recorder>(
        &self,
        rec: &mut R,
        tier: &Tier,
        units: &Of<R>,
        index: usize,
        fee: Option<&Money>,
        label: impl FnOnce() -> String,
    ) -> Result<Vec<Of<R>>, RatingError> {
        let mut figures = Vec::with_capacity(2);
        if let Some(unit) = tier.unit {
            let price = self.unit_price(rec, unit, Some(index))?;
            figures.push(self.times(rec, units, &price, Some(unit), label));
        }
        if let Some(fee) = fee {
            let label = || {
                format!(
                    "flat fee of {} {}",
                    self.legend.words.tier,
                    index.saturating_add(1)
                )
            };
            figures.push(self.fee(rec, fee, label, || format!("tiers[{index}].flat_fee")));
        }
        Ok(figures)
    }

    /// The price of a unit in a tier, zero where there is none.
    fn unit_value(&self, tier: &Tier, index: usize) -> Result<Exact, RatingError> {
        let Some(unit) = tier.unit else {
            return Ok(Exact::ZERO);
        };
        Ok(self
            .unit_price(&mut l2c_explain::NoTrace, unit, Some(index))?
            .value)
    }

    /// The units above the last tier, and what they cost.
    fn overage<R: Recorder>(
        &self,
        rec: &mut R,
        overage: &Overage,
        quantity: &Of<R>,
        last: &Of<R>,
    ) -> (Of<R>, Of<R>) {
        let units = rec.difference(quantity, last, || {
            Note::new("units above the last tier").measured(self.legend.quantity)
        });
        let price = self.price(rec, overage.price, "unit price of overage", || {
            "overage_unit_price".to_owned()
        });
        let amount = self.times(rec, &units, &price, None, || "overage".to_owned());
        (units, amount)
    }

    fn end<R: Recorder>(&self, rec: &mut R, tiers: &Tiers, end: &Exact, index: usize) -> Of<R> {
        let label = || format!("end of {} {}", self.legend.words.tier, index.saturating_add(1));
        self.bound(rec, end, label, || tiers.end_path(index))
    }
}
