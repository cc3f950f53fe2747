use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use l2c_calendar::Moment;
use l2c_money::{Currency, Exact, Unit};
use serde::{Deserialize, Serialize};

use crate::PricingError;

/// What a price is asked for.
#[derive(Debug, Clone)]
pub struct PriceQuery<'a> {
    /// What is known of the line, the customer and the deal: `product`, `customer`, `region`, ...
    pub attributes: BTreeMap<&'a str, &'a str>,
    /// How much; zero or above. A return is asked for as its sale.
    pub quantity: Exact,
    /// The unit of the quantity, and of the price that is asked for.
    pub unit: Unit,
    /// When it is sold; without it only prices without bounds in time hold.
    pub at: Option<Moment>,
    /// As it was known then; `None`: as it is known by now.
    pub known_at: Option<DateTime<Utc>>,
    /// The list price of what is sold, for formulas on it, and where no entry holds.
    pub list_price: Option<ListPrice>,
    /// How units of what is sold convert into each other; `None`: not at all.
    pub units: Option<&'a UnitFactors>,
    /// Exchange rates, for bases in another currency.
    pub rates: Option<&'a ExchangeRates>,
}

/// A list price from outside the price books.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListPrice {
    /// So much for one unit.
    pub amount: Exact,
    /// Its currency.
    pub currency: Currency,
    /// Its unit.
    pub unit: Unit,
}

/// How many stock units there are in one of each unit, for one product: pieces 1, boxes 12.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UnitFactors(BTreeMap<Unit, Exact>);

/// Exchange rates by direction: units of the second currency for one of the first. A rate is not turned round.
///
/// In serde a list: `[{"id": "ecb 2026-03-04", "from": "USD", "to": "EUR", "rate": "0.9"}]`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "Vec<WrittenRate>", into = "Vec<WrittenRate>")]
pub struct ExchangeRates(BTreeMap<(Currency, Currency), (String, Exact)>);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRate {
    id: String,
    from: Currency,
    to: Currency,
    rate: Exact,
}

impl From<Vec<WrittenRate>> for ExchangeRates {
    fn from(rates: Vec<WrittenRate>) -> Self {
        rates.into_iter().fold(Self::new(), |rates, rate| {
            rates.with(rate.id, rate.from, rate.to, rate.rate)
        })
    }
}

impl From<ExchangeRates> for Vec<WrittenRate> {
    fn from(rates: ExchangeRates) -> Self {
        let written = |((from, to), (id, rate))| WrittenRate { id, from, to, rate };
        rates.0.into_iter().map(written).collect()
    }
}

impl<'a> PriceQuery<'a> {
    /// A query for a quantity on a day or at an instant.
    #[must_use]
    pub fn new(attributes: BTreeMap<&'a str, &'a str>, quantity: Exact, unit: Unit, at: Moment) -> Self {
        Self {
            attributes,
            quantity,
            unit,
            at: Some(at),
            known_at: None,
            list_price: None,
            units: None,
            rates: None,
        }
    }
}

impl UnitFactors {
    /// No units.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With so many stock units in one of a unit.
    ///
    /// # Errors
    /// [`PricingError::InvalidUnitFactor`] for a factor that is not above zero.
    pub fn with(mut self, unit: Unit, stock_units: impl Into<Exact>) -> Result<Self, PricingError> {
        let factor = stock_units.into();
        if !factor.is_positive() {
            return Err(PricingError::InvalidUnitFactor { unit, factor });
        }
        self.0.insert(unit, factor);
        Ok(self)
    }

    pub(super) fn of(&self, unit: Unit) -> Result<&Exact, PricingError> {
        self.0.get(&unit).ok_or(PricingError::UnknownUnit { unit })
    }
}

impl ExchangeRates {
    /// No rates.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With a rate: units of `to` for one of `from`. The id stands in explanations. A rate given before in this
    /// direction is replaced.
    #[must_use]
    pub fn with(
        mut self,
        id: impl Into<String>,
        from: Currency,
        to: Currency,
        rate: impl Into<Exact>,
    ) -> Self {
        self.0.insert((from, to), (id.into(), rate.into()));
        self
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The rate in exactly this direction, and its id.
    pub(super) fn rate(&self, from: Currency, to: Currency) -> Result<(&str, &Exact), PricingError> {
        let (id, rate) = self.0.get(&(from, to)).ok_or(PricingError::NoRate { from, to })?;
        if rate.is_positive() {
            Ok((id, rate))
        } else {
            Err(PricingError::InvalidRate {
                id: id.clone(),
                rate: rate.clone(),
            })
        }
    }
}
