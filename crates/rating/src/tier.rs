use l2c_documents::Check;
use l2c_money::{Currency, Decimal, Exact, Money, Percent, Price, Quantity, Unit};

use crate::check::{money, price};
use crate::error::excerpt;
use crate::{MAX_TIERS, RatingError, TierDocument, TieredDocument};

/// What one unit costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitCharge {
    /// A price.
    Price(Price),
    /// A percentage of a unit of value.
    Rate(Percent),
    /// A list price less a percentage of it.
    Discount {
        /// The list price.
        list: Price,
        /// What comes off it.
        percent: Percent,
    },
}

impl UnitCharge {
    /// The amount for one unit: 0.04 for a rate of 4 %.
    #[must_use]
    pub fn exact(&self) -> Exact {
        match self {
            Self::Price(price) => price.exact(),
            Self::Rate(rate) => rate.fraction(),
            Self::Discount { list, percent } => list.exact() - percent.of(&list.exact()),
        }
    }
}

/// A checked tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tier {
    /// Where the tier begins. Its first quantity lies above it; under `volume` with `from` it is the first.
    pub start: Exact,
    /// Where the tier ends; `None`: nowhere. It is the last quantity; under `volume` with `from` it belongs to the
    /// next tier.
    pub end: Option<Exact>,
    /// What one unit costs; `None`: nothing.
    pub unit: Option<UnitCharge>,
    /// What is charged once when the tier is entered.
    pub flat_fee: Option<Money>,
}

/// Which end of a tier is written, and what belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bounds {
    /// The upper end, which belongs to the tier.
    UpTo,
    /// The lower end, which belongs to the tier.
    From,
    /// The lower end as the number of the tier's first unit; units are whole and counted from 1.
    FromUnit,
}

/// Checked tiers: at least one, bounds that rise strictly, and no end before the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tiers {
    pub(crate) list: Vec<Tier>,
    pub(crate) bounds: Bounds,
    pub(crate) flat_fee_at_zero: bool,
    pub(crate) overage: Option<Overage>,
}

/// What lies above the last tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Overage {
    pub(crate) above: Exact,
    pub(crate) price: Price,
}

/// How a model reads tiers that are written by `from`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// One tier prices all units.
    Whole,
    /// Every unit is priced by its own tier.
    UnitByUnit,
}

impl Tiers {
    pub(crate) fn new(
        document: &TieredDocument,
        reading: Reading,
        currency: Currency,
        check: &mut Check,
    ) -> Option<Self> {
        let TieredDocument {
            tiers,
            overage_unit_price,
            list_unit_price,
            flat_fee_at_zero,
        } = document;
        let list_price = list_unit_price.and_then(|amount| price(check, "list_unit_price", amount, currency));
        let overage =
            overage_unit_price.and_then(|amount| price(check, "overage_unit_price", amount, currency));
        if !countable(tiers.len(), check) {
            return None;
        }
        let by_from = tiers.iter().any(|tier| tier.from.is_some());
        let bounds = match reading {
            _ if !by_from => Bounds::UpTo,
            Reading::Whole => Bounds::From,
            Reading::UnitByUnit => Bounds::FromUnit,
        };
        let ends = if by_from {
            froms(tiers, bounds, check)
        } else {
            up_tos(tiers, check)
        };
        let mut units = Units {
            list: list_price,
            missing_list: list_unit_price.is_none(),
            currency,
        };
        let mut list = Vec::with_capacity(tiers.len());
        for (index, (tier, (start, end))) in tiers.iter().zip(ends).enumerate() {
            let unit = units.unit(tier, index, check);
            let fee_path = || format!("tiers[{index}].flat_fee");
            let flat_fee = tier
                .flat_fee
                .and_then(|amount| money(check, fee_path, amount, currency));
            list.push(Tier {
                start,
                end,
                unit,
                flat_fee,
            });
        }
        let last = list.last().and_then(|tier| tier.end.clone());
        if overage_unit_price.is_some() && last.is_none() {
            let message = "nothing lies above the tiers: overage needs a last tier with an `up_to`";
            check.fault("overage_unit_price", "no_overage", message);
        }
        let overage = overage.zip(last).map(|(price, above)| Overage { above, price });
        Some(Self {
            list,
            bounds,
            flat_fee_at_zero: *flat_fee_at_zero,
            overage,
        })
    }

    /// The position of the tier that holds a quantity of zero or above; the number of tiers for overage.
    pub(crate) fn index_of(&self, quantity: &Exact) -> Result<usize, RatingError> {
        if self.bounds == Bounds::From {
            let after = self.list.partition_point(|tier| tier.start <= *quantity);
            return after.checked_sub(1).ok_or_else(|| self.below(quantity));
        }
        if self.bounds == Bounds::FromUnit {
            if !quantity.is_integer() {
                return Err(RatingError::FractionalQuantity {
                    quantity: excerpt(quantity),
                });
            }
            let begins = self.list.first().map(|tier| &tier.start);
            if quantity.is_positive() && begins.is_some_and(Exact::is_positive) {
                return Err(self.below(quantity));
            }
        }
        let below = |tier: &Tier| tier.end.as_ref().is_some_and(|end| end < quantity);
        let index = self.list.partition_point(below);
        if index < self.list.len() || self.overage.is_some() {
            return Ok(index);
        }
        let last = self.list.last().and_then(|tier| tier.end.as_ref());
        Err(RatingError::NoTier {
            quantity: excerpt(quantity),
            last: last.map(ToString::to_string).unwrap_or_default(),
        })
    }

    fn below(&self, quantity: &Exact) -> RatingError {
        let first = self.list.first().map(|tier| match self.bounds {
            Bounds::FromUnit => &tier.start + &Exact::ONE,
            _ => tier.start.clone(),
        });
        RatingError::NoTierBelow {
            quantity: excerpt(quantity),
            first: first.unwrap_or_default().to_string(),
        }
    }

    /// Whether the tier of quantity 0 is entered by it.
    pub(crate) fn enters_at_zero(&self) -> bool {
        self.flat_fee_at_zero && self.bounds != Bounds::FromUnit
    }

    /// The fee of a tier for a quantity in it or beyond.
    pub(crate) fn fee<'a>(&self, tier: &'a Tier, quantity: &Exact) -> Option<&'a Money> {
        tier.flat_fee
            .as_ref()
            .filter(|_| !quantity.is_zero() || self.enters_at_zero())
    }

    /// Where the end of a tier is written.
    pub(crate) fn end_path(&self, index: usize) -> String {
        match self.bounds {
            Bounds::UpTo => format!("tiers[{index}].up_to"),
            Bounds::From | Bounds::FromUnit => format!("tiers[{}].from", index.saturating_add(1)),
        }
    }
}

/// Whether there is at least one tier and not too many.
pub(crate) fn countable(tiers: usize, check: &mut Check) -> bool {
    if tiers == 0 {
        check.fault("tiers", "no_tiers", "there is no tier: write at least one");
    }
    if tiers > MAX_TIERS {
        let message = format!("{tiers} tiers are more than {MAX_TIERS}");
        check.fault("tiers", "too_many", message);
    }
    (1..=MAX_TIERS).contains(&tiers)
}

fn quantity(check: &mut Check, path: &str, bound: Decimal) {
    if let Err(error) = Quantity::new(bound, Unit::ONE) {
        check.fault(path, error.code(), error.to_string());
    }
}

type Ends = (Exact, Option<Exact>);

/// Start and end of tiers that are written by their upper ends.
fn up_tos(tiers: &[TierDocument], check: &mut Check) -> Vec<Ends> {
    let last = tiers.len().saturating_sub(1);
    let mut above = Decimal::ZERO;
    let mut ends = Vec::with_capacity(tiers.len());
    for (index, tier) in tiers.iter().enumerate() {
        let start = Exact::from(above);
        let path = format!("tiers[{index}].up_to");
        match tier.up_to {
            Some(bound) => {
                quantity(check, &path, bound);
                if bound <= above {
                    let message = format!("{bound} is not above {above}, where the tier starts");
                    check.fault(path, "tiers_not_ascending", message);
                }
                above = above.max(bound);
            }
            None if index < last => {
                check.fault(path, "missing", "missing: only the last tier may have no end");
            }
            None => {}
        }
        ends.push((start, tier.up_to.map(Exact::from)));
    }
    ends
}

/// Start and end of tiers that are written by their lower ends.
fn froms(tiers: &[TierDocument], bounds: Bounds, check: &mut Check) -> Vec<Ends> {
    let mut before: Option<Decimal> = None;
    let mut starts = Vec::with_capacity(tiers.len());
    for (index, tier) in tiers.iter().enumerate() {
        let path = format!("tiers[{index}].from");
        if tier.up_to.is_some() {
            let message = "a tier is written by `from` or by `up_to`, in all tiers alike";
            check.fault(format!("tiers[{index}].up_to"), "mixed_bounds", message);
        }
        let Some(from) = tier.from else {
            check.fault(path, "mixed_bounds", "missing: all tiers have a `from`, or none");
            continue;
        };
        quantity(check, &path, from);
        if from < Decimal::ZERO {
            check.fault(path.as_str(), "tiers_not_ascending", format!("{from} is below 0"));
        }
        if let Some(before) = before.filter(|before| from <= *before) {
            let message = format!("{from} is not above {before}, where the tier before starts");
            check.fault(path.as_str(), "tiers_not_ascending", message);
        }
        let exact = Exact::from(from);
        if bounds == Bounds::FromUnit && !exact.is_integer() {
            let message = format!("{from} is not whole: it numbers the first unit of the tier");
            check.fault(path, "bound_not_whole", message);
        }
        before = Some(before.map_or(from, |before| before.max(from)));
        starts.push(match bounds {
            // A tier from unit 10 begins where 9 units are full; units begin at 1.
            Bounds::FromUnit => exact.max(Exact::ONE) - Exact::ONE,
            _ => exact,
        });
    }
    let ends = starts.clone().into_iter().skip(1).map(Some).chain([None]);
    starts.into_iter().zip(ends).collect()
}

/// Reads what the units of tiers cost.
struct Units {
    list: Option<Price>,
    missing_list: bool,
    currency: Currency,
}

impl Units {
    fn unit(&mut self, tier: &TierDocument, index: usize, check: &mut Check) -> Option<UnitCharge> {
        let path = |field: &str| format!("tiers[{index}].{field}");
        let unit_price = tier
            .unit_price
            .and_then(|amount| price(check, path("unit_price"), amount, self.currency));
        let given = [
            ("unit_price", tier.unit_price.is_some()),
            ("rate_percent", tier.rate_percent.is_some()),
            ("discount_percent", tier.discount_percent.is_some()),
        ];
        let mut given = given
            .into_iter()
            .filter(|(_, there)| *there)
            .map(|(name, _)| name);
        if let (Some(first), Some(second)) = (given.next(), given.next()) {
            let message = format!("a tier has a `{first}` or a `{second}`, not both");
            check.fault(path(second), "price_and_rate", message);
        }
        if tier.discount_percent.is_some() && self.missing_list {
            let message = "missing: the tiers' `discount_percent` is taken off it";
            check.fault("list_unit_price", "no_list_price", message);
            // Said once for all tiers.
            self.missing_list = false;
        }
        let discount = |percent| self.list.map(|list| UnitCharge::Discount { list, percent });
        unit_price
            .map(UnitCharge::Price)
            .or(tier.rate_percent.map(UnitCharge::Rate))
            .or(tier.discount_percent.and_then(discount))
    }
}
