use l2c_explain::{Citation, Figure, Measure, Note, Recorder};
use l2c_money::{Currency, Exact, Money, Price, RoundTo, Rounding, RoundingPolicy};

use crate::{RatingError, UnitCharge};

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

impl Legend<'_> {
    pub(crate) const UNCITED: Legend<'static> = Legend {
        quantity: Measure::Number,
        cite: &|path| Citation::new(String::new(), path),
        words: Words::CHARGE,
    };

    /// A charge on a percentage gives a percentage; on all else it gives money.
    pub(crate) const fn amount(&self, currency: Currency) -> Measure {
        match self.quantity {
            Measure::Percent => Measure::Percent,
            _ => Measure::Money(currency),
        }
    }
}

/// A figure of a recorder.
pub(crate) type Of<R> = Figure<<R as Recorder>::Mark>;

/// To whole numbers, upward: what is started counts.
const STARTED: RoundingPolicy = RoundingPolicy {
    mode: Rounding::Ceiling,
    to: RoundTo::Scale(0),
};

/// The steps that the models share; the one body of every computation, with and without a trace.
#[derive(Clone, Copy)]
pub(crate) struct Steps<'a> {
    pub(crate) legend: Legend<'a>,
    pub(crate) currency: Currency,
    pub(crate) unit_rounding: Option<RoundingPolicy>,
}

impl Steps<'_> {
    /// What one unit costs, rounded as the charge says.
    pub(crate) fn unit_price<R: Recorder>(
        &self,
        rec: &mut R,
        unit: UnitCharge,
        tier: Option<usize>,
    ) -> Result<Of<R>, RatingError> {
        let path = |field: &str| tier.map_or(field.to_owned(), |index| format!("tiers[{index}].{field}"));
        let exact = match unit {
            UnitCharge::Price(price) => self.price(rec, price, "unit price", || path("unit_price")),
            UnitCharge::Rate(rate) => rec.input(rate.fraction(), || {
                Note::new("rate")
                    .percent()
                    .cite((self.legend.cite)(&path("rate_percent")))
            }),
            UnitCharge::Discount { list, percent } => {
                let list = self.price(rec, list, "list price", || "list_unit_price".to_owned());
                let percent = rec.input(percent.fraction(), || {
                    let cited = (self.legend.cite)(&path("discount_percent"));
                    Note::new("discount in percent").percent().cite(cited)
                });
                let off = rec.product(&list, &percent, || Note::new("discount").money(self.currency));
                rec.difference(&list, &off, || Note::new("unit price").money(self.currency))
            }
        };
        let Some(policy) = self.unit_rounding else {
            return Ok(exact);
        };
        Ok(rec.round(&exact, policy, self.currency, || {
            let measure = match unit {
                UnitCharge::Rate(_) => Measure::Percent,
                _ => Measure::Money(self.currency),
            };
            Note::new("unit price, rounded")
                .measured(measure)
                .cite((self.legend.cite)("unit_rounding"))
        })?)
    }

    /// A price of the document.
    pub(crate) fn price<R: Recorder>(
        &self,
        rec: &mut R,
        price: Price,
        label: &'static str,
        path: impl FnOnce() -> String,
    ) -> Of<R> {
        rec.input(price.exact(), || {
            Note::new(label)
                .money(self.currency)
                .cite((self.legend.cite)(&path()))
        })
    }

    /// An amount of the document.
    pub(crate) fn fee<R: Recorder>(
        &self,
        rec: &mut R,
        fee: &Money,
        label: impl FnOnce() -> String,
        path: impl FnOnce() -> String,
    ) -> Of<R> {
        rec.input(fee.exact(), || {
            Note::new(label())
                .money(self.currency)
                .cite((self.legend.cite)(&path()))
        })
    }

    /// A quantity of the document.
    pub(crate) fn bound<R: Recorder>(
        &self,
        rec: &mut R,
        bound: &Exact,
        label: impl FnOnce() -> String,
        path: impl FnOnce() -> String,
    ) -> Of<R> {
        rec.input(bound.clone(), || {
            Note::new(label())
                .measured(self.legend.quantity)
                .cite((self.legend.cite)(&path()))
        })
    }

    /// Units times the price of one. A rate gives a part of the value that it is applied to; a price gives money.
    pub(crate) fn times<R: Recorder>(
        &self,
        rec: &mut R,
        units: &Of<R>,
        price: &Of<R>,
        unit: Option<UnitCharge>,
        label: impl FnOnce() -> String,
    ) -> Of<R> {
        rec.product(units, price, || {
            Note::new(label()).measured(match unit {
                Some(UnitCharge::Rate(_)) => self.legend.quantity,
                _ => Measure::Money(self.currency),
            })
        })
    }

    /// How many whole packages or blocks hold the units; a started one counts.
    pub(crate) fn started<R: Recorder>(
        &self,
        rec: &mut R,
        units: &Of<R>,
        size: &Of<R>,
        name: impl FnOnce() -> String,
    ) -> Result<Of<R>, RatingError> {
        let exact = rec.quotient(units, size, || Note::new("units by size"))?;
        Ok(rec.round(&exact, STARTED, self.currency, || Note::new(name()))?)
    }

    /// The sum; a single part is the sum itself.
    pub(crate) fn total<R: Recorder>(&self, rec: &mut R, parts: &[Of<R>]) -> Of<R> {
        if let [only] = parts {
            return only.clone();
        }
        let parts: Vec<&Of<R>> = parts.iter().collect();
        rec.sum(&parts, || {
            Note::new(self.legend.words.total).measured(self.legend.amount(self.currency))
        })
    }
}
