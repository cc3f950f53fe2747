use std::collections::BTreeSet;

use l2c_money::{AllocationPolicy, Currency, Exact, Money, Percent, Rounding, RoundingPolicy, ZeroWeights};
use serde::{Deserialize, Serialize};

use crate::OrderError;

/// What an order is priced by: its lines, a discount of the whole order and a shipping charge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderPrices {
    /// The currency of all amounts.
    pub currency: Currency,
    /// The lines, at least one.
    pub lines: Vec<LinePrice>,
    /// Taken off the lines together, before tax; zero or above, in whole minor units.
    pub discount: Money,
    /// Charged beside the lines, without tax; zero or above, in whole minor units.
    pub shipping: Money,
}

/// What a line is priced by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinePrice {
    /// Its id, unique in the order.
    pub line: String,
    /// How much, above zero.
    pub quantity: Exact,
    /// The price of one, zero or above; may be finer than the minor unit.
    pub unit_price: Exact,
    /// Its own discount, zero or above, in whole minor units.
    pub discount: Money,
    /// The tax on its net, zero or above.
    pub tax: Percent,
}

/// The amounts of an order and of its lines, each in whole minor units. They are those of what was ordered, whatever
/// becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderAmounts {
    /// The lines, in the order of the prices.
    pub lines: Vec<LineAmounts>,
    /// The sum of the nets.
    pub net: Money,
    /// The sum of the taxes.
    pub tax: Money,
    /// The shipping charge.
    pub shipping: Money,
    /// Net, tax and shipping.
    pub total: Money,
}

/// The amounts of a line: `net = gross - discount`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineAmounts {
    /// The line.
    pub line: String,
    /// What was ordered.
    pub quantity: Exact,
    /// Unit price times quantity, rounded half up.
    pub gross: Money,
    /// Its own discount and its share of the discount of the order.
    pub discount: Money,
    /// What it costs before tax.
    pub net: Money,
    /// The tax on the net, rounded half up.
    pub tax: Money,
}

/// Net and tax of some units of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NetAndTax {
    /// Before tax.
    pub net: Money,
    /// The tax.
    pub tax: Money,
}

impl OrderAmounts {
    /// The amounts of an order. The discount of the order is spread over the lines by what their own discounts leave, to
    /// the minor unit, by largest remainder.
    ///
    /// ```
    /// use l2c_money::{Currency, Exact, Money, Percent};
    /// use l2c_orders::{LinePrice, OrderAmounts, OrderPrices};
    ///
    /// let cents = |cents| Money::from_minor(cents, Currency::EUR);
    /// let line = |line: &str, quantity, price: &str| Ok::<_, Box<dyn std::error::Error>>(LinePrice {
    ///     line: line.into(), quantity: Exact::integer(quantity), unit_price: price.parse()?,
    ///     discount: cents(0)?, tax: "19".parse()?,
    /// });
    /// let amounts = OrderAmounts::new(&OrderPrices {
    ///     currency: Currency::EUR, discount: cents(700)?, shipping: cents(499)?,
    ///     lines: vec![line("1", 3, "19.99")?, line("2", 1, "5")?],
    /// })?;
    /// let nets: Vec<String> = amounts.lines.iter().map(|line| line.net.to_string()).collect();
    /// assert_eq!(nets, ["53.51 EUR", "4.46 EUR"]); // 7.00 off 59.97 and 5.00
    /// assert_eq!(amounts.total.to_string(), "73.98 EUR"); // 57.97, 11.02 of tax, 4.99 of shipping
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The first that is met, lines in order: no lines, two lines with one id, a quantity that is not above zero, an
    /// amount below zero or a discount finer than the minor unit, a discount above what it is taken off; then the
    /// discount and the shipping of the order.
    pub fn new(prices: &OrderPrices) -> Result<Self, OrderError> {
        let currency = prices.currency;
        if prices.lines.is_empty() {
            return Err(OrderError::NoLines);
        }
        let mut seen = BTreeSet::new();
        let mut lines = Vec::with_capacity(prices.lines.len());
        for line in &prices.lines {
            if !seen.insert(line.line.as_str()) {
                return Err(OrderError::DuplicateLine {
                    line: line.line.clone(),
                });
            }
            lines.push(LineAmounts::before_order_discount(line, currency)?);
        }
        for (field, amount) in [("discount", &prices.discount), ("shipping", &prices.shipping)] {
            whole_and_not_below_zero(field, amount, currency)?;
        }
        let bases: Vec<Exact> = lines.iter().map(|line| line.net.exact()).collect();
        let before: Exact = bases.iter().sum();
        if prices.discount.exact() > before {
            return Err(OrderError::DiscountExceedsTotal {
                discount: prices.discount,
                total: Money::try_from_exact(&before, currency)?,
            });
        }
        let policy = AllocationPolicy {
            zero_weights: ZeroWeights::Equal,
            ..AllocationPolicy::default()
        };
        let shares = prices.discount.allocate(&bases, policy)?;
        for ((line, price), share) in lines.iter_mut().zip(&prices.lines).zip(shares) {
            line.discount = line.discount.checked_add(&share)?;
            line.net = line.net.checked_sub(&share)?;
            line.tax = RoundingPolicy::HALF_UP.money(&price.tax.of(&line.net.exact()), currency)?;
        }
        let net = Money::sum(lines.iter().map(|line| &line.net), currency)?;
        let tax = Money::sum(lines.iter().map(|line| &line.tax), currency)?;
        Ok(Self {
            total: net.checked_add(&tax)?.checked_add(&prices.shipping)?,
            shipping: prices.shipping,
            lines,
            net,
            tax,
        })
    }

    /// A line by its id.
    #[must_use]
    pub fn line(&self, id: &str) -> Option<&LineAmounts> {
        self.lines.iter().find(|line| line.line == id)
    }
}

impl LineAmounts {
    fn before_order_discount(price: &LinePrice, currency: Currency) -> Result<Self, OrderError> {
        let line = &price.line;
        OrderError::above_zero(|| format!("line {line}, quantity"), &price.quantity)?;
        if price.unit_price.is_negative() || price.tax < Percent::ZERO {
            return Err(OrderError::InvalidLine {
                line: line.clone(),
                expected: "a price and a tax rate of zero or more",
            });
        }
        whole_and_not_below_zero("discount", &price.discount, currency)?;
        let gross = RoundingPolicy::HALF_UP.money(&(&price.unit_price * &price.quantity), currency)?;
        if price.discount.exact() > gross.exact() {
            return Err(OrderError::DiscountExceedsLine {
                line: line.clone(),
                discount: price.discount,
                gross,
            });
        }
        Ok(Self {
            line: line.clone(),
            quantity: price.quantity.clone(),
            discount: price.discount,
            net: gross.checked_sub(&price.discount)?,
            tax: Money::zero(currency),
            gross,
        })
    }

    /// What the units from `before` to `after` carry of an amount of the line: `round(amount x after / ordered)` less
    /// the same figure before, so that all units carry exactly the amount. Units beyond the ordered ones go on at the
    /// same rate.
    ///
    /// # Errors
    /// [`OrderError::Money`] for an amount outside its bounds.
    pub fn part_of(&self, amount: &Money, before: &Exact, after: &Exact) -> Result<Money, OrderError> {
        let up_to = |units: &Exact| -> Result<Money, OrderError> {
            let fraction = units.checked_div(&self.quantity)?;
            let nothing = Money::zero(amount.currency());
            Ok(amount.cumulative_part(&fraction, &nothing, Rounding::HalfUp)?)
        };
        Ok(up_to(after)?.checked_sub(&up_to(before)?)?)
    }

    /// Net and tax of the units from `before` to `after`, each for itself.
    ///
    /// # Errors
    /// As [`LineAmounts::part_of`].
    pub fn units(&self, before: &Exact, after: &Exact) -> Result<NetAndTax, OrderError> {
        Ok(NetAndTax {
            net: self.part_of(&self.net, before, after)?,
            tax: self.part_of(&self.tax, before, after)?,
        })
    }
}

fn whole_and_not_below_zero(
    field: &'static str,
    amount: &Money,
    currency: Currency,
) -> Result<(), OrderError> {
    let whole = RoundingPolicy::HALF_UP.round(&amount.exact(), currency)? == amount.exact();
    if amount.is_negative() || !whole || amount.currency() != currency {
        return Err(OrderError::InvalidAmount {
            field,
            amount: *amount,
            expected: "whole minor units of the currency of the order, zero or more",
        });
    }
    Ok(())
}
