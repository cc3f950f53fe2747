use l2c_documents::{Check, Faults};
use l2c_money::{Currency, Decimal, Exact, Money, Percent, Price, Quantity, Unit};

use crate::error::excerpt;
use crate::{MAX_TIERS, RatingError, TierDocument};

/// What one unit costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitCharge {
    /// A price.
    Price(Price),
    /// A percentage of a unit of value.
    Rate(Percent),
}

impl UnitCharge {
    /// The amount for one unit: 0.04 for a rate of 4 %.
    #[must_use]
    pub fn exact(&self) -> Exact {
        match self {
            Self::Price(price) => price.exact(),
            Self::Rate(rate) => rate.fraction(),
        }
    }
}

/// A checked tier. It holds the quantities above `above`, up to and including `up_to`; the first also holds 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tier {
    /// The upper end of the tier before; 0 for the first.
    pub above: Exact,
    /// The largest quantity; `None`: no end.
    pub up_to: Option<Exact>,
    /// What one unit costs; `None`: nothing.
    pub unit: Option<UnitCharge>,
    /// What is charged once when the tier is entered.
    pub flat_fee: Option<Money>,
}

/// Checked tiers: at least one, bounds above zero that rise strictly, and no end before the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tiers {
    pub(crate) list: Vec<Tier>,
    pub(crate) flat_fee_at_zero: bool,
}

impl Tiers {
    pub(crate) fn new(
        document: &[TierDocument],
        flat_fee_at_zero: bool,
        currency: Currency,
    ) -> Result<Self, Faults> {
        let mut check = Check::new("charge");
        if document.is_empty() {
            check.fault("tiers", "no_tiers", "there is no tier: write at least one");
        }
        if document.len() > MAX_TIERS {
            let message = format!("{} tiers are more than {MAX_TIERS}", document.len());
            check.fault("tiers", "too_many", message);
        }
        let read = if check.is_clean() { document } else { &[] };
        let mut list = Vec::with_capacity(read.len());
        let mut above = Decimal::ZERO;
        let last = document.len().saturating_sub(1);
        for (index, tier) in read.iter().enumerate() {
            let lower = Exact::from(above);
            let path = |field: &str| format!("tiers[{index}].{field}");
            match tier.up_to {
                Some(bound) => {
                    if let Err(error) = Quantity::new(bound, Unit::ONE) {
                        check.fault(path("up_to"), error.code(), error.to_string());
                    }
                    if bound <= above {
                        let message = format!("{bound} is not above {above}, where the tier starts");
                        check.fault(path("up_to"), "tiers_not_ascending", message);
                    }
                    above = above.max(bound);
                }
                None if index < last => {
                    let message = "missing: only the last tier may have no end";
                    check.fault(path("up_to"), "missing", message);
                }
                None => {}
            }
            if tier.unit_price.is_some() && tier.rate_percent.is_some() {
                let message = "a tier has a `unit_price` or a `rate_percent`, not both";
                check.fault(path("rate_percent"), "price_and_rate", message);
            }
            let price = tier
                .unit_price
                .and_then(|amount| match Price::new(amount, currency) {
                    Ok(price) => Some(UnitCharge::Price(price)),
                    Err(error) => {
                        check.fault(path("unit_price"), error.code(), error.to_string());
                        None
                    }
                });
            let flat_fee = tier
                .flat_fee
                .and_then(|amount| match Money::new(amount, currency) {
                    Ok(fee) => Some(fee),
                    Err(error) => {
                        check.fault(path("flat_fee"), error.code(), error.to_string());
                        None
                    }
                });
            let unit = price.or(tier.rate_percent.map(UnitCharge::Rate));
            list.push(Tier {
                above: lower,
                up_to: tier.up_to.map(Exact::from),
                unit,
                flat_fee,
            });
        }
        check.finish(Self {
            list,
            flat_fee_at_zero,
        })
    }

    /// The position of the tier that holds a quantity of zero or above.
    pub(crate) fn index_of(&self, quantity: &Exact) -> Result<usize, RatingError> {
        let below = |tier: &Tier| tier.up_to.as_ref().is_some_and(|up_to| up_to < quantity);
        let index = self.list.partition_point(below);
        if index < self.list.len() {
            return Ok(index);
        }
        let last = self.list.last().and_then(|tier| tier.up_to.as_ref());
        Err(RatingError::NoTier {
            quantity: excerpt(quantity),
            last: last.map(ToString::to_string).unwrap_or_default(),
        })
    }

    /// The fee of a tier for a quantity in it or beyond.
    pub(crate) fn fee<'a>(&self, tier: &'a Tier, quantity: &Exact) -> Option<&'a Money> {
        tier.flat_fee
            .as_ref()
            .filter(|_| self.flat_fee_at_zero || !quantity.is_zero())
    }
}
