use l2c_money::{Exact, Rounding};

use crate::PricingError;

/// The lowest price that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PriceFloor {
    /// A price.
    Price(Exact),
    /// A margin on the price: the floor is cost / (1 - margin).
    Margin {
        /// The cost.
        cost: Exact,
        /// The margin, below 100.
        percent: Exact,
    },
    /// A markup on the cost: the floor is cost x (1 + markup).
    Markup {
        /// The cost.
        cost: Exact,
        /// The markup.
        percent: Exact,
    },
}

/// How far a price may still be lowered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscountLimit {
    /// The price after the discounts that were given.
    pub price_before: Exact,
    /// The lowest price.
    pub floor: Exact,
    /// The largest further discount in percent, exact: it leads to the floor.
    pub percent: Exact,
}

impl DiscountLimit {
    /// How far a price may be lowered after discounts that each were taken of what the one before left.
    ///
    /// ```
    /// use l2c_money::Exact;
    /// use l2c_pricing::{DiscountLimit, PriceFloor};
    ///
    /// let keeps = PriceFloor::Margin { cost: Exact::integer(60), percent: Exact::integer(25) };
    /// let limit = DiscountLimit::new(&Exact::integer(120), &[], &keeps)?;
    /// assert_eq!(limit.floor, Exact::integer(80));
    /// assert_eq!(limit.percent, Exact::ratio(100, 3)?);
    /// assert_eq!(limit.stated(2).to_string(), "33.33"); // rounded down: a higher one would break the floor
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A margin of 100 % or more, `invalid_percent`; a price that is not above zero, `invalid_price`; a floor
    /// above it, `floor_above_price`; in this order.
    pub fn new(list: &Exact, prior_percents: &[Exact], floor: &PriceFloor) -> Result<Self, PricingError> {
        let refused = |value: &Exact, expected, code| PricingError::NoDiscountLimit {
            value: value.to_string(),
            expected,
            code,
        };
        let floor = match floor {
            PriceFloor::Price(price) => price.clone(),
            PriceFloor::Markup { cost, percent } => cost + cost * hundredth(percent),
            PriceFloor::Margin { cost, percent } => {
                let rest = Exact::ONE - hundredth(percent);
                if !rest.is_positive() {
                    return Err(refused(percent, "a margin is below 100 %", "invalid_percent"));
                }
                cost.checked_div(&rest)?
            }
        };
        let price_before = prior_percents.iter().fold(list.clone(), |price, percent| {
            let discount = &price * hundredth(percent);
            price - discount
        });
        if !price_before.is_positive() {
            return Err(refused(&price_before, "a price above zero", "invalid_price"));
        }
        if floor > price_before {
            return Err(refused(
                &floor,
                "a floor that is not above the price",
                "floor_above_price",
            ));
        }
        let percent = ((&price_before - &floor) * Exact::integer(100)).checked_div(&price_before)?;
        Ok(Self {
            price_before,
            floor,
            percent,
        })
    }

    /// The largest percentage with so many decimals that keeps the floor.
    #[must_use]
    pub fn stated(&self, decimals: u32) -> Exact {
        self.percent.round(decimals, Rounding::Floor)
    }

    /// The price at a further discount, exact.
    #[must_use]
    pub fn price_at(&self, percent: &Exact) -> Exact {
        &self.price_before - &self.price_before * hundredth(percent)
    }
}

fn hundredth(percent: &Exact) -> Exact {
    percent * Exact::ratio(1, 100).unwrap_or_default()
}
