use l2c_documents::{Check, Faults};
use l2c_explain::{Explanation, Figure, NoTrace, Note, Recorder, Trace};
use l2c_money::{Currency, Decimal, Exact, Money, Price, RoundingPolicy};

use crate::block::BlockTiers;
use crate::capacity::CapacityTiers;
use crate::check::{above_zero, in_order, money, not_below_zero, positive_money, price};
use crate::derivation::{Of, Steps};
use crate::outcome::Outcome;
use crate::percentage::Percentage;
use crate::power::PowerLaw;
use crate::tier::{Reading, Tiers};
use crate::{BilledUnits, ChargeDocument, Legend, ModelDocument, RatingError, Tier, UnitCharge};

/// A checked charge: it turns a quantity into an amount, in one currency.
///
/// A quantity is zero or above and may be fractional; it has no unit here. Nothing is rounded but what the document
/// says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    pub(crate) currency: Currency,
    pub(crate) model: Model,
    pub(crate) free_units: Exact,
    pub(crate) minimum: Option<Money>,
    pub(crate) maximum: Option<Money>,
    unit_rounding: Option<RoundingPolicy>,
    pub(crate) rounding: Option<RoundingPolicy>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Model {
    Flat(Money),
    PerUnit(Price),
    Graduated(Tiers),
    Volume(Tiers),
    Package { size: Exact, price: Price },
    Block(BlockTiers),
    Capacity(CapacityTiers),
    Percentage(Percentage),
    Power(PowerLaw),
}

impl Charge {
    /// Checks a document whose amounts are in `currency`.
    ///
    /// # Errors
    /// Every fault: a rounding that cannot be carried out; an amount beyond the bounds of [`Money`] or [`Price`]; no
    /// tier or more than [`MAX_TIERS`](crate::MAX_TIERS); bounds that do not rise; a tier without end before the
    /// last; a tier with two prices; a size that is not above zero; a minimum above its maximum.
    pub fn new(document: &ChargeDocument, currency: Currency) -> Result<Self, Faults> {
        let mut check = Check::new("charge");
        for (path, policy) in [
            ("unit_rounding", document.unit_rounding),
            ("rounding", document.rounding),
        ] {
            if let Some(Err(error)) = policy.map(|policy| policy.round(&Exact::ZERO, currency)) {
                check.fault(path, error.code(), error.to_string());
            }
        }
        let model = Model::new(&document.model, currency, &mut check);
        if let Some(free) = document.free_units {
            not_below_zero(&mut check, "free_units", free);
            let counted = model.as_ref().is_none_or(Model::has_quantity);
            if !free.is_zero() && !counted {
                let message = "this model has no quantity that units are taken off";
                check.fault("free_units", "no_quantity", message);
            }
        }
        let mut bound = |path: &str, amount: Option<Decimal>| {
            amount.and_then(|amount| positive_money(&mut check, path, amount, currency))
        };
        let minimum = bound("minimum_amount", document.minimum_amount);
        let maximum = bound("maximum_amount", document.maximum_amount);
        in_order(
            &mut check,
            "minimum_amount",
            document.minimum_amount,
            document.maximum_amount,
        );
        let checked = model.map(|model| Self {
            currency,
            model,
            free_units: document.free_units.map(Exact::from).unwrap_or_default(),
            minimum,
            maximum,
            unit_rounding: document.unit_rounding,
            rounding: document.rounding,
        });
        // A model that could not be made has left a fault.
        match check.finish(checked)? {
            Some(charge) => Ok(charge),
            None => Err(Faults::one(
                "charge",
                l2c_documents::Fault::new("", "invalid_charge", "the charge has no model"),
            )),
        }
    }

    /// The currency of the amounts.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The tiers of a graduated or volume charge; none for the others.
    #[must_use]
    pub fn tiers(&self) -> &[Tier] {
        match &self.model {
            Model::Graduated(tiers) | Model::Volume(tiers) => &tiers.list,
            _ => &[],
        }
    }

    /// The quantities at which the amount may leave a straight line, rising, from 0: between two of them, and above the
    /// last, every unit more costs the same. At one of them the amount belongs to one side, or to neither.
    ///
    /// `None` for a charge without such lines: packages, blocks, powers, capacities, percentages of events, and any
    /// charge whose amount is rounded.
    ///
    /// ```
    /// # use l2c_money::{Currency, Exact};
    /// # use l2c_rating::{Charge, ChargeDocument};
    /// let document: ChargeDocument = serde_json::from_str(r#"{"model": "graduated", "free_units": "5", "tiers": [
    ///     {"up_to": "10", "unit_price": "5"}, {"unit_price": "4"}]}"#)?;
    /// let charge = Charge::new(&document, Currency::USD)?;
    /// assert_eq!(charge.corners(), Some([0, 5, 15].map(Exact::integer).to_vec()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn corners(&self) -> Option<Vec<Exact>> {
        if self.rounding.is_some() {
            return None;
        }
        let tiers = match &self.model {
            Model::Flat(_) | Model::PerUnit(_) => &[],
            Model::Graduated(tiers) | Model::Volume(tiers) => tiers.list.as_slice(),
            _ => return None,
        };
        let ends = tiers
            .iter()
            .flat_map(|tier| [Some(&tier.start), tier.end.as_ref()])
            .flatten();
        let mut corners = vec![Exact::ZERO, self.free_units.clone()];
        corners.extend(ends.map(|end| end + &self.free_units));
        corners.sort();
        corners.dedup();
        Some(corners)
    }

    /// The amount for a quantity: free units taken off, rounded as the charge says, without regard to minimum and
    /// maximum, for which see [`Charge::rate`].
    ///
    /// # Errors
    /// [`RatingError::NegativeQuantity`], [`RatingError::NoTier`], [`RatingError::NoTierBelow`],
    /// [`RatingError::FractionalQuantity`]; [`RatingError::WrongUsage`] for a percentage or capacity charge.
    pub fn amount(&self, quantity: &Exact) -> Result<Exact, RatingError> {
        let quantity = Figure {
            value: quantity.clone(),
            mark: (),
        };
        self.record(&mut NoTrace, &quantity, Legend::UNCITED)
            .map(|amount| amount.value)
    }

    /// The amount for what lies between two quantities: the amount for `after` less the amount for `before`.
    ///
    /// Windows that follow on each other add up to the whole, and no part of a flat fee is charged twice. Below
    /// zero if `after` is smaller: what a return gives back.
    ///
    /// # Errors
    /// As [`Charge::amount`].
    pub fn amount_between(&self, before: &Exact, after: &Exact) -> Result<Exact, RatingError> {
        Ok(self.amount(after)? - self.amount(before)?)
    }

    /// The amount for a quantity with its derivation.
    ///
    /// ```
    /// # use l2c_explain::{Citation, Measure};
    /// # use l2c_money::{Currency, Exact};
    /// # use l2c_rating::{Charge, ChargeDocument, Legend, Words};
    /// let document: ChargeDocument = serde_json::from_str(r#"{"model": "volume", "tiers": [
    ///     {"up_to": "100000", "rate_percent": "2"}, {"rate_percent": "1.5", "flat_fee": "50"}]}"#)?;
    /// let charge = Charge::new(&document, Currency::USD)?;
    /// let cite = |path: &str| Citation::document("payment-fees", 3, path);
    /// let legend = Legend { quantity: Measure::Money(Currency::USD), cite: &cite, words: Words::CHARGE };
    /// let why = charge.explain(&Exact::integer(200_000), legend)?;
    /// assert_eq!(why.value(), Exact::integer(3_050));
    /// assert!(why.text().contains("rate: 1.5 % [payment-fees v3 tiers[1].rate_percent]"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Charge::amount`].
    pub fn explain(&self, quantity: &Exact, legend: Legend<'_>) -> Result<Explanation, RatingError> {
        let mut trace = Trace::new();
        let quantity = trace.input(quantity.clone(), || {
            Note::new("quantity").measured(legend.quantity)
        });
        let amount = self.record(&mut trace, &quantity, legend)?;
        Ok(trace.finish(&amount))
    }

    /// The amount for a quantity as a step of a larger derivation.
    ///
    /// # Errors
    /// As [`Charge::amount`].
    pub fn record<R: Recorder>(
        &self,
        rec: &mut R,
        quantity: &Of<R>,
        legend: Legend<'_>,
    ) -> Result<Of<R>, RatingError> {
        let (outcome, _) = self.whole(rec, self.steps(legend), quantity)?;
        Ok(outcome.amount)
    }

    pub(crate) const fn steps<'a>(&self, legend: Legend<'a>) -> Steps<'a> {
        Steps {
            legend,
            currency: self.currency,
            unit_rounding: self.unit_rounding,
        }
    }

    /// What a quantity since the start of the period comes to, rounded, and its units.
    pub(crate) fn whole<R: Recorder>(
        &self,
        rec: &mut R,
        steps: Steps<'_>,
        quantity: &Of<R>,
    ) -> Result<(Outcome<R::Mark>, BilledUnits), RatingError> {
        not_negative(&quantity.value)?;
        if self.free_units.is_zero() {
            let outcome = self.model.rate(rec, steps, quantity)?;
            let units = BilledUnits {
                free_units_used: Exact::ZERO,
                billable_quantity: quantity.value.clone(),
            };
            return Ok((self.rounded(rec, steps, outcome)?, units));
        }
        let label = || "free units".to_owned();
        let free = steps.bound(rec, &self.free_units, label, || "free_units".to_owned());
        let measured = |label: &str| Note::new(label).measured(steps.legend.quantity);
        let used = rec.minimum(&[quantity, &free], || measured("free units used"));
        let billable = rec.difference(quantity, &used, || measured("billable units"));
        let outcome = self.model.rate(rec, steps, &billable)?;
        let units = BilledUnits {
            free_units_used: used.value,
            billable_quantity: billable.value,
        };
        Ok((self.rounded(rec, steps, outcome)?, units))
    }

    /// The outcome of the model with its amount rounded as the charge says.
    pub(crate) fn rounded<R: Recorder>(
        &self,
        rec: &mut R,
        steps: Steps<'_>,
        outcome: Outcome<R::Mark>,
    ) -> Result<Outcome<R::Mark>, RatingError> {
        let Some(policy) = self.rounding else {
            return Ok(outcome);
        };
        let amount = rec.round(&outcome.amount, policy, self.currency, || {
            Note::new("amount, rounded")
                .measured(steps.legend.amount(self.currency))
                .cite((steps.legend.cite)("rounding"))
        })?;
        Ok(Outcome { amount, ..outcome })
    }
}

impl Model {
    fn new(document: &ModelDocument, currency: Currency, check: &mut Check) -> Option<Self> {
        match document {
            ModelDocument::Flat { amount } => {
                money(check, || "amount".to_owned(), *amount, currency).map(Self::Flat)
            }
            ModelDocument::PerUnit { unit_price } => {
                price(check, "unit_price", *unit_price, currency).map(Self::PerUnit)
            }
            ModelDocument::Graduated(tiers) => {
                Tiers::new(tiers, Reading::UnitByUnit, currency, check).map(Self::Graduated)
            }
            ModelDocument::Volume(tiers) => {
                Tiers::new(tiers, Reading::Whole, currency, check).map(Self::Volume)
            }
            ModelDocument::Package {
                package_size,
                package_price,
            } => {
                above_zero(check, "package_size", *package_size);
                let size = Exact::from(*package_size);
                price(check, "package_price", *package_price, currency)
                    .map(|price| Self::Package { size, price })
            }
            ModelDocument::Block { tiers, tier_policy } => {
                BlockTiers::new(tiers, *tier_policy, currency, check).map(Self::Block)
            }
            ModelDocument::Capacity { tiers } => {
                CapacityTiers::new(tiers, currency, check).map(Self::Capacity)
            }
            ModelDocument::Percentage(document) => {
                Some(Self::Percentage(Percentage::new(document, currency, check)))
            }
            ModelDocument::Power {
                list_unit_price,
                compound_percent,
                below_one,
            } => {
                not_below_zero(check, "compound_percent", compound_percent.value());
                price(check, "list_unit_price", *list_unit_price, currency).map(|list| {
                    Self::Power(PowerLaw {
                        list,
                        percent: *compound_percent,
                        below_one: *below_one,
                    })
                })
            }
        }
    }

    const fn has_quantity(&self) -> bool {
        !matches!(self, Self::Capacity(_) | Self::Percentage(_))
    }

    pub(crate) fn wrong_usage(&self) -> RatingError {
        let (model, wanted) = match self {
            Self::Percentage(_) => ("percentage", "events"),
            Self::Capacity(_) => ("capacity", "quantities by unit of measure"),
            Self::Flat(_) => ("flat", "quantity"),
            Self::PerUnit(_) => ("per-unit", "quantity"),
            Self::Graduated(_) => ("graduated", "quantity"),
            Self::Volume(_) => ("volume", "quantity"),
            Self::Package { .. } => ("package", "quantity"),
            Self::Block(_) => ("block", "quantity"),
            Self::Power(_) => ("power", "quantity"),
        };
        RatingError::WrongUsage { model, wanted }
    }

    /// What the model makes of billable units.
    fn rate<R: Recorder>(
        &self,
        rec: &mut R,
        steps: Steps<'_>,
        quantity: &Of<R>,
    ) -> Result<Outcome<R::Mark>, RatingError> {
        match self {
            Self::Flat(amount) => {
                let label = || "flat amount".to_owned();
                Ok(Outcome::of(steps.fee(rec, amount, label, || "amount".to_owned())))
            }
            Self::PerUnit(price) => {
                let unit = UnitCharge::Price(*price);
                let price = steps.unit_price(rec, unit, None)?;
                let amount = steps.times(rec, quantity, &price, Some(unit), || "amount".to_owned());
                Ok(Outcome {
                    unit_price: Some(price.value),
                    ..Outcome::of(amount)
                })
            }
            Self::Package { size, price } => {
                let label = || "package size".to_owned();
                let size = steps.bound(rec, size, label, || "package_size".to_owned());
                let packages = steps.started(rec, quantity, &size, || "packages".to_owned())?;
                let price = steps.price(rec, *price, "package price", || "package_price".to_owned());
                let amount = steps.times(rec, &packages, &price, None, || "amount".to_owned());
                Ok(Outcome {
                    packages: Some(packages.value),
                    ..Outcome::of(amount)
                })
            }
            Self::Graduated(tiers) => steps.graduated(rec, tiers, quantity),
            Self::Volume(tiers) => steps.volume(rec, tiers, quantity),
            Self::Block(tiers) => steps.blocks(rec, tiers, quantity),
            Self::Power(law) => steps.power(rec, law, quantity),
            Self::Capacity(_) | Self::Percentage(_) => Err(self.wrong_usage()),
        }
    }
}

pub(crate) fn not_negative(quantity: &Exact) -> Result<(), RatingError> {
    if quantity.is_negative() {
        return Err(RatingError::negative(quantity));
    }
    Ok(())
}
