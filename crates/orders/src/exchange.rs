use std::collections::BTreeMap;

use l2c_money::{Currency, Exact, Money};
use serde::{Deserialize, Serialize};

use crate::{LinePrice, LineQuantity, NetAndTax, OrderAmounts, OrderError, OrderPrices};

/// Goods that come back, and other goods that go out for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange<'a> {
    /// The order that the goods were bought by, shipped and paid.
    pub order: &'a OrderAmounts,
    /// What came back earlier.
    pub earlier_returns: &'a [LineQuantity],
    /// What comes back now.
    pub returned: &'a [LineQuantity],
    /// What goes out, at its own prices: the discount of the order is not theirs.
    pub new_lines: &'a [LinePrice],
}

/// What an exchange comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExchangeSettlement {
    /// What the goods that come back are credited with.
    pub credit: NetAndTax,
    /// What the goods that go out cost.
    pub new: OrderAmounts,
    /// The new total less the credit; below zero for a refund.
    pub difference: Money,
    /// Who owes whom.
    pub direction: ExchangeDirection,
}

/// Who owes whom after an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExchangeDirection {
    /// The customer owes the difference.
    DueFromCustomer,
    /// The customer is owed the difference.
    RefundToCustomer,
    /// Nobody owes anything.
    Settled,
}

/// What moves when the new goods go out before the old ones came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdvanceSettlement {
    /// What the customer owes when the new goods are shipped.
    pub due_at_shipping: Money,
    /// What the customer owes beyond that if the old ones do not come back.
    pub due_if_not_received: Money,
    /// What the customer is refunded when they do.
    pub refund_if_received: Money,
}

impl Exchange<'_> {
    /// The credit is what the units cost, cumulatively after those that came back earlier.
    ///
    /// # Errors
    /// A line that there is not, a quantity that is not above zero, more than was bought and not yet returned; the
    /// faults of the new lines, as [`OrderAmounts::new`].
    pub fn settle(&self) -> Result<ExchangeSettlement, OrderError> {
        let currency = self.order.total.currency();
        let mut back: BTreeMap<&str, Exact> = BTreeMap::new();
        for earlier in self.earlier_returns {
            self.take(&mut back, earlier)?;
        }
        let mut credit = NetAndTax {
            net: Money::zero(currency),
            tax: Money::zero(currency),
        };
        for returned in self.returned {
            let part = self.take(&mut back, returned)?;
            credit.net = credit.net.checked_add(&part.net)?;
            credit.tax = credit.tax.checked_add(&part.tax)?;
        }
        let new = self.new_amounts(currency)?;
        let difference = new.total.checked_sub(&credit.total()?)?;
        let direction = match (difference.is_positive(), difference.is_negative()) {
            (true, _) => ExchangeDirection::DueFromCustomer,
            (_, true) => ExchangeDirection::RefundToCustomer,
            _ => ExchangeDirection::Settled,
        };
        Ok(ExchangeSettlement {
            credit,
            new,
            difference,
            direction,
        })
    }

    fn take<'b>(
        &self,
        back: &mut BTreeMap<&'b str, Exact>,
        returned: &'b LineQuantity,
    ) -> Result<NetAndTax, OrderError> {
        let LineQuantity { line: id, quantity } = returned;
        let line = self
            .order
            .line(id)
            .ok_or_else(|| OrderError::NotFound { line: id.clone() })?;
        OrderError::above_zero(|| format!("line {id}, quantity"), quantity)?;
        let before = back.entry(id).or_default();
        let after = &*before + quantity;
        if after > line.quantity {
            return Err(OrderError::OverReturn {
                line: id.clone(),
                quantity: Box::new(quantity.clone()),
                max_quantity: Box::new(&line.quantity - &*before),
            });
        }
        let part = line.units(before, &after)?;
        *before = after;
        Ok(part)
    }

    fn new_amounts(&self, currency: Currency) -> Result<OrderAmounts, OrderError> {
        OrderAmounts::new(&OrderPrices {
            currency,
            lines: self.new_lines.to_vec(),
            discount: Money::zero(currency),
            shipping: Money::zero(currency),
        })
    }
}

impl NetAndTax {
    /// Net and tax.
    ///
    /// # Errors
    /// [`OrderError::Money`] for an amount outside its bounds.
    pub fn total(&self) -> Result<Money, OrderError> {
        Ok(self.net.checked_add(&self.tax)?)
    }
}

impl ExchangeSettlement {
    /// What moves when if the new goods go out first.
    ///
    /// # Errors
    /// [`OrderError::Money`] for an amount outside its bounds.
    pub fn in_advance(&self) -> Result<AdvanceSettlement, OrderError> {
        let nothing = Money::zero(self.difference.currency());
        let (due, refund) = match self.direction {
            ExchangeDirection::DueFromCustomer => (self.difference, nothing),
            ExchangeDirection::RefundToCustomer => (nothing, self.difference.negated()),
            ExchangeDirection::Settled => (nothing, nothing),
        };
        Ok(AdvanceSettlement {
            due_at_shipping: due,
            due_if_not_received: self.new.total.checked_sub(&due)?,
            refund_if_received: refund,
        })
    }
}
