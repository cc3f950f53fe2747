use l2c_documents::{Fault, Faults};
use l2c_explain::{Citation, Explanation, Figure, Measure, NoTrace, Note, Recorder, Trace};
use l2c_money::{Currency, Exact, Money, MoneyError, Price};

use crate::error::excerpt;
use crate::tier::Tiers;
use crate::{ChargeDocument, RatingError, Tier, UnitCharge};

/// A checked charge: it turns a quantity into an exact amount, in one currency.
///
/// A quantity is zero or above and may be fractional; it has no unit here. Nothing is rounded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    currency: Currency,
    model: Model,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Model {
    Flat(Money),
    PerUnit(Price),
    Graduated(Tiers),
    Volume(Tiers),
}

/// How the steps of a charge are shown in a derivation.
#[derive(Clone, Copy)]
pub struct Legend<'a> {
    /// How quantities and the bounds of tiers are shown.
    pub quantity: Measure,
    /// Names the document of a price, given its path in the charge: `tiers[1].unit_price`.
    pub cite: &'a dyn Fn(&str) -> Citation,
    /// What its field calls the steps; [`Words::CHARGE`] for a price.
    pub words: Words,
}

/// What a field calls the parts of a charge with tiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// A tier: "tier", as in "tier 2".
    pub tier: &'static str,
    /// What lies in a tier: "units in", as in "units in tier 2".
    pub within: &'static str,
    /// All tiers together: "amount".
    pub total: &'static str,
}

impl Words {
    /// The words of a price.
    pub const CHARGE: Self = Self {
        tier: "tier",
        within: "units in",
        total: "amount",
    };
}

/// What a tier contributes to a graduated amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierPart {
    /// Position of the tier, from 0.
    pub tier: usize,
    /// The units inside it.
    pub units: Exact,
    /// Their price, with the flat fee.
    pub amount: Exact,
}

impl Charge {
    /// Checks a document whose amounts are in `currency`.
    ///
    /// # Errors
    /// Every fault: an amount beyond the bounds of [`Money`] or [`Price`];
    /// no tier or more than [`MAX_TIERS`](crate::MAX_TIERS); bounds that do not rise from above zero; a tier
    /// without end before the last; a tier with both a price and a rate.
    pub fn new(document: &ChargeDocument, currency: Currency) -> Result<Self, Faults> {
        let model = match document {
            ChargeDocument::Flat { amount } => {
                checked("amount", Money::new(*amount, currency)).map(Model::Flat)
            }
            ChargeDocument::PerUnit { unit_price } => {
                checked("unit_price", Price::new(*unit_price, currency)).map(Model::PerUnit)
            }
            ChargeDocument::Graduated {
                tiers,
                flat_fee_at_zero,
            } => Tiers::new(tiers, *flat_fee_at_zero, currency).map(Model::Graduated),
            ChargeDocument::Volume {
                tiers,
                flat_fee_at_zero,
            } => Tiers::new(tiers, *flat_fee_at_zero, currency).map(Model::Volume),
        };
        model.map(|model| Self { currency, model })
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
            Model::Flat(_) | Model::PerUnit(_) => &[],
            Model::Graduated(tiers) | Model::Volume(tiers) => &tiers.list,
        }
    }

    /// The position of the tier that holds a quantity; `None` for a charge without tiers.
    ///
    /// # Errors
    /// [`RatingError::NegativeQuantity`], [`RatingError::NoTier`].
    pub fn tier_of(&self, quantity: &Exact) -> Result<Option<usize>, RatingError> {
        not_negative(quantity)?;
        match &self.model {
            Model::Flat(_) | Model::PerUnit(_) => Ok(None),
            Model::Graduated(tiers) | Model::Volume(tiers) => tiers.index_of(quantity).map(Some),
        }
    }

    /// The amount for a quantity.
    ///
    /// # Errors
    /// [`RatingError::NegativeQuantity`], [`RatingError::NoTier`].
    pub fn amount(&self, quantity: &Exact) -> Result<Exact, RatingError> {
        let quantity = Figure {
            value: quantity.clone(),
            mark: (),
        };
        self.record(&mut NoTrace, &quantity, UNCITED)
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

    /// What each tier that a graduated charge enters contributes; empty for the other models.
    ///
    /// # Errors
    /// As [`Charge::amount`].
    pub fn parts(&self, quantity: &Exact) -> Result<Vec<TierPart>, RatingError> {
        not_negative(quantity)?;
        let Model::Graduated(tiers) = &self.model else {
            return Ok(Vec::new());
        };
        let top = tiers.index_of(quantity)?;
        let entered = tiers.list.iter().take(top.saturating_add(1)).enumerate();
        Ok(entered
            .map(|(index, tier)| {
                let end = tier.up_to.as_ref().map_or(quantity, |up_to| up_to.min(quantity));
                let units = end - &tier.above;
                let price = tier.unit.map_or(Exact::ZERO, |unit| unit.exact() * &units);
                let fee = tiers.fee(tier, quantity).map_or(Exact::ZERO, Money::exact);
                TierPart {
                    tier: index,
                    units,
                    amount: price + fee,
                }
            })
            .collect())
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
        quantity: &Figure<R::Mark>,
        legend: Legend<'_>,
    ) -> Result<Figure<R::Mark>, RatingError> {
        not_negative(&quantity.value)?;
        let steps = Steps {
            legend,
            currency: self.currency,
        };
        match &self.model {
            Model::Flat(amount) => {
                Ok(steps.fee(rec, amount, || "flat amount".to_owned(), || "amount".to_owned()))
            }
            Model::PerUnit(price) => {
                let path = || "unit_price".to_owned();
                Ok(steps.units(rec, quantity, UnitCharge::Price(*price), path, || {
                    "amount".to_owned()
                }))
            }
            Model::Graduated(tiers) => steps.graduated(rec, tiers, quantity),
            Model::Volume(tiers) => steps.volume(rec, tiers, quantity),
        }
    }
}

const UNCITED: Legend<'static> = Legend {
    quantity: Measure::Number,
    cite: &|path| Citation::new(String::new(), path),
    words: Words::CHARGE,
};

fn checked<T>(path: &str, figure: Result<T, MoneyError>) -> Result<T, Faults> {
    figure.map_err(|error| Faults::one("charge", Fault::new(path, error.code(), error.to_string())))
}

fn not_negative(quantity: &Exact) -> Result<(), RatingError> {
    if quantity.is_negative() {
        return Err(RatingError::NegativeQuantity {
            quantity: excerpt(quantity),
        });
    }
    Ok(())
}

/// The one body of every computation, with and without a trace.
struct Steps<'a> {
    legend: Legend<'a>,
    currency: Currency,
}

impl Steps<'_> {
    fn graduated<R: Recorder>(
        &self,
        rec: &mut R,
        tiers: &Tiers,
        quantity: &Figure<R::Mark>,
    ) -> Result<Figure<R::Mark>, RatingError> {
        let top = tiers.index_of(&quantity.value)?;
        let Words {
            tier: name, within, ..
        } = self.legend.words;
        let mut parts = Vec::new();
        let mut above: Option<Figure<R::Mark>> = None;
        for (index, tier) in tiers.list.iter().take(top.saturating_add(1)).enumerate() {
            let number = index.saturating_add(1);
            // Only the tier that holds the quantity is cut by it; those below are full.
            let bound = match &tier.up_to {
                Some(up_to) if index < top => Some(self.bound(rec, up_to, index)),
                _ => None,
            };
            let end = bound.as_ref().unwrap_or(quantity);
            let units = match &above {
                Some(above) => rec.difference(end, above, || {
                    Note::new(format!("{within} {name} {number}")).measured(self.legend.quantity)
                }),
                None => end.clone(),
            };
            if let Some(unit) = tier.unit {
                let path = || unit_path(index, unit);
                parts.push(self.units(rec, &units, unit, path, || format!("{name} {number}")));
            }
            if let Some(fee) = tiers.fee(tier, &quantity.value) {
                let path = || format!("tiers[{index}].flat_fee");
                parts.push(self.fee(rec, fee, || format!("flat fee of {name} {number}"), path));
            }
            above = bound;
        }
        Ok(self.total(rec, &parts))
    }

    fn volume<R: Recorder>(
        &self,
        rec: &mut R,
        tiers: &Tiers,
        quantity: &Figure<R::Mark>,
    ) -> Result<Figure<R::Mark>, RatingError> {
        let index = tiers.index_of(&quantity.value)?;
        let (name, number) = (self.legend.words.tier, index.saturating_add(1));
        let mut parts = Vec::new();
        if let Some(tier) = tiers.list.get(index) {
            if let Some(unit) = tier.unit {
                let path = || unit_path(index, unit);
                let label = || format!("all units at {name} {number}");
                parts.push(self.units(rec, quantity, unit, path, label));
            }
            if let Some(fee) = tiers.fee(tier, &quantity.value) {
                let path = || format!("tiers[{index}].flat_fee");
                parts.push(self.fee(rec, fee, || format!("flat fee of {name} {number}"), path));
            }
        }
        Ok(self.total(rec, &parts))
    }

    fn bound<R: Recorder>(&self, rec: &mut R, up_to: &Exact, index: usize) -> Figure<R::Mark> {
        rec.input(up_to.clone(), || {
            let label = format!("end of {} {}", self.legend.words.tier, index.saturating_add(1));
            let cited = (self.legend.cite)(&format!("tiers[{index}].up_to"));
            Note::new(label).measured(self.legend.quantity).cite(cited)
        })
    }

    fn units<R: Recorder>(
        &self,
        rec: &mut R,
        units: &Figure<R::Mark>,
        unit: UnitCharge,
        path: impl FnOnce() -> String,
        label: impl FnOnce() -> String,
    ) -> Figure<R::Mark> {
        let price = rec.input(unit.exact(), || {
            let note = match unit {
                UnitCharge::Price(_) => Note::new("unit price").money(self.currency),
                UnitCharge::Rate(_) => Note::new("rate").percent(),
            };
            note.cite((self.legend.cite)(&path()))
        });
        rec.product(units, &price, || {
            Note::new(label()).measured(self.amount_measure(unit))
        })
    }

    fn fee<R: Recorder>(
        &self,
        rec: &mut R,
        fee: &Money,
        label: impl FnOnce() -> String,
        path: impl FnOnce() -> String,
    ) -> Figure<R::Mark> {
        rec.input(fee.exact(), || {
            Note::new(label())
                .money(self.currency)
                .cite((self.legend.cite)(&path()))
        })
    }

    fn total<R: Recorder>(&self, rec: &mut R, parts: &[Figure<R::Mark>]) -> Figure<R::Mark> {
        if let [only] = parts {
            return only.clone();
        }
        let parts: Vec<&Figure<R::Mark>> = parts.iter().collect();
        rec.sum(&parts, || {
            Note::new(self.legend.words.total).measured(self.legend.amount(self.currency))
        })
    }

    /// A rate gives a part of the value that it is applied to; a price gives money.
    const fn amount_measure(&self, unit: UnitCharge) -> Measure {
        match unit {
            UnitCharge::Price(_) => Measure::Money(self.currency),
            UnitCharge::Rate(_) => self.legend.quantity,
        }
    }
}

impl Legend<'_> {
    /// A charge on a percentage gives a percentage; on all else it gives money.
    const fn amount(&self, currency: Currency) -> Measure {
        match self.quantity {
            Measure::Percent => Measure::Percent,
            _ => Measure::Money(currency),
        }
    }
}

fn unit_path(index: usize, unit: UnitCharge) -> String {
    match unit {
        UnitCharge::Price(_) => format!("tiers[{index}].unit_price"),
        UnitCharge::Rate(_) => format!("tiers[{index}].rate_percent"),
    }
}
