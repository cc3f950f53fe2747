//! The prices of separate sales, as evidence of a stand-alone selling price.

use l2c_explain::{Figure, Note, Recorder};
use l2c_money::{Decimal, Exact, Money};
use serde::{Deserialize, Serialize};

use crate::RevenueError;

/// The largest number of observed prices of one obligation.
pub const MAX_OBSERVED_PRICES: usize = 10_000;

/// Which price stands for many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Centre {
    /// The one in the middle, or the mean of the two in the middle.
    #[default]
    Median,
    /// The sum over the number.
    Mean,
}

/// Observed prices with what is asked of them.
pub(crate) struct ObservedPrices<'a> {
    prices: &'a [Money],
    centre: Centre,
    /// How far from the centre a price may lie, as a part of it.
    band: Decimal,
    /// The part of the prices that must lie in the band.
    minimum_share: Decimal,
}

/// What lies around the centre of observed prices, ends included.
pub(crate) struct Band {
    pub(crate) low: Exact,
    pub(crate) high: Exact,
    /// The number of prices in it.
    pub(crate) inside: usize,
    /// The part of the prices that is in it.
    pub(crate) share: Exact,
}

impl<'a> ObservedPrices<'a> {
    pub(crate) const fn of(
        prices: &'a [Money],
        centre: Centre,
        band: Decimal,
        minimum_share: Decimal,
    ) -> Self {
        Self {
            prices,
            centre,
            band,
            minimum_share,
        }
    }

    /// The prices that the centre is the mean of: all, or the one or two in the middle.
    fn counted(&self) -> Vec<Exact> {
        let mut sorted: Vec<Exact> = self.prices.iter().map(Money::exact).collect();
        if self.centre == Centre::Median {
            sorted.sort();
            let count = sorted.len();
            sorted.truncate((count / 2).saturating_add(1));
            sorted.drain(..count.saturating_sub(1) / 2);
        }
        sorted
    }

    /// The band around their centre; none without prices.
    pub(crate) fn band(&self) -> Option<Band> {
        let counted = self.counted();
        let centre = counted
            .iter()
            .sum::<Exact>()
            .checked_div(&number(counted.len()))
            .ok()?;
        let reach = &centre * Exact::from(self.band);
        let (low, high) = (&centre - &reach, &centre + &reach);
        let prices = self.prices.iter().map(Money::exact);
        let inside = prices.filter(|price| low <= *price && *price <= high).count();
        let share = number(inside).checked_div(&number(self.prices.len())).ok()?;
        Some(Band {
            low,
            high,
            inside,
            share,
        })
    }

    /// Their centre, exact, if enough of them lie close to it.
    pub(crate) fn figure<R: Recorder>(
        &self,
        rec: &mut R,
        obligation: &str,
        note: impl Fn(&str) -> Note,
    ) -> Result<Figure<R::Mark>, RevenueError> {
        let observed = self.prices.len();
        let inside = self.band().map_or(0, |band| band.inside);
        // No price at all establishes nothing, whatever part is required.
        if observed == 0 || number(inside) < Exact::from(self.minimum_share) * number(observed) {
            return Err(RevenueError::StandalonePriceNotEstablished {
                obligation: obligation.to_owned(),
                inside,
                observed,
                required: self.minimum_share,
            });
        }
        let (what, each) = match self.centre {
            Centre::Mean => ("mean", "price observed"),
            Centre::Median => ("median", "price observed in the middle"),
        };
        let counted: Vec<_> = self.counted();
        let counted: Vec<_> = counted
            .into_iter()
            .map(|price| rec.input(price, || note(each)))
            .collect();
        let counted: Vec<_> = counted.iter().collect();
        let sum = rec.sum(&counted, || note("sum of these prices"));
        let count = rec.input(number(counted.len()), || Note::new("number of these prices"));
        Ok(rec.quotient(&sum, &count, || {
            note(&format!(
                "{what} of {observed} prices, of which {inside} lie close to it"
            ))
        })?)
    }
}

fn number(of: usize) -> Exact {
    Exact::integer(i64::try_from(of).unwrap_or(i64::MAX))
}
