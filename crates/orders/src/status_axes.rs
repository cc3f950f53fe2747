use l2c_money::{Exact, Money};
use serde::{Deserialize, Serialize};

use crate::{Fulfilment, OrderError};

/// The units of a line by what became of them. Status is computed from them, never stored beside them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LineUnits {
    /// Ordered.
    pub ordered: Exact,
    /// Cancelled: they will not be shipped.
    pub cancelled: Exact,
    /// Left out for good when the line was closed with less than was ordered.
    pub closed_short: Exact,
    /// Shipped; may be above what was ordered where that is allowed.
    pub shipped: Exact,
    /// Delivered, of those that were shipped.
    pub delivered: Exact,
    /// Received back, of those that were delivered.
    pub returned: Exact,
    /// Invoiced, less what was credited.
    pub invoiced: Exact,
    /// What of the line may be invoiced.
    pub invoice_policy: InvoicePolicy,
}

/// What of a line may be invoiced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvoicePolicy {
    /// What is ordered, at once.
    Ordered,
    /// What is shipped.
    #[default]
    Shipped,
    /// What is delivered.
    Delivered,
}

/// Whether units that came back are owed to the customer again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnedUnits {
    /// They are not: what came back stays back.
    #[default]
    Stay,
    /// They are: others are shipped for them.
    Reopen,
}

/// Where an order stands, on axes that move apart: a status that mixes them is a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusAxes {
    /// How far it is shipped.
    pub fulfilment: Fulfilment,
    /// How far it is delivered.
    pub delivery: DeliveryStatus,
    /// How far it came back.
    #[serde(rename = "return")]
    pub returns: ReturnStatus,
    /// How far it is invoiced.
    pub invoicing: InvoiceStatus,
}

/// How far an order is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// Nothing is.
    None,
    /// Something is.
    Partial,
    /// All that is due on every line is.
    Full,
}

/// How far an order came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnStatus {
    /// Nothing did.
    None,
    /// Something did.
    Partial,
    /// All that was shipped did.
    Full,
}

/// How far a line, or an order, is invoiced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceStatus {
    /// Nothing was, and nothing may be now.
    Nothing,
    /// All that may be is.
    Invoiced,
    /// More was shipped than was ordered and invoiced.
    Upsell,
    /// Something may be invoiced, or has to be credited.
    ToInvoice,
}

/// The one mixed status of an order that other systems show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderSummary {
    /// It was called off.
    Cancelled,
    /// Somebody closed it.
    Closed,
    /// Somebody stopped it.
    OnHold,
    /// All is delivered and billed.
    Completed,
    /// All is delivered, not all billed.
    ToBill,
    /// All is billed, not all delivered.
    ToDeliver,
    /// Neither.
    ToDeliverAndBill,
}

/// What somebody said of an order, which goes before what its units say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderFlag {
    /// It is called off.
    Cancelled,
    /// It is closed.
    Closed,
    /// It is stopped.
    OnHold,
}

impl LineUnits {
    /// Checks counters from elsewhere.
    ///
    /// # Errors
    /// `invalid_quantity` for one below zero; `inconsistent_quantities` for more cancelled and closed than ordered, more
    /// delivered than shipped, more returned than delivered.
    pub fn check(lines: &[Self]) -> Result<(), OrderError> {
        for (index, line) in lines.iter().enumerate() {
            for (name, quantity) in [
                ("ordered", &line.ordered),
                ("cancelled", &line.cancelled),
                ("closed_short", &line.closed_short),
                ("shipped", &line.shipped),
                ("delivered", &line.delivered),
                ("returned", &line.returned),
                ("invoiced", &line.invoiced),
            ] {
                OrderError::not_below_zero(|| format!("lines[{index}].{name}"), quantity)?;
            }
        }
        for (index, line) in lines.iter().enumerate() {
            let out = &line.cancelled + &line.closed_short;
            for (found, limit, expected) in [
                (
                    &out,
                    &line.ordered,
                    "cancelled and closed short is more than ordered",
                ),
                (&line.delivered, &line.shipped, "delivered is more than shipped"),
                (&line.returned, &line.delivered, "returned is more than delivered"),
            ] {
                if found > limit {
                    return Err(OrderError::InconsistentQuantities {
                        line: index,
                        found: Box::new(found.clone()),
                        limit: Box::new(limit.clone()),
                        expected,
                    });
                }
            }
        }
        Ok(())
    }

    /// What is ordered and not cancelled.
    #[must_use]
    pub fn effective(&self) -> Exact {
        &self.ordered - &self.cancelled
    }

    /// What is due to be delivered.
    #[must_use]
    pub fn due(&self) -> Exact {
        self.effective() - &self.closed_short
    }

    /// What of the shipped units counts towards the order.
    #[must_use]
    pub fn counted(&self, returned: ReturnedUnits) -> Exact {
        match returned {
            ReturnedUnits::Stay => self.shipped.clone(),
            ReturnedUnits::Reopen => &self.shipped - &self.returned,
        }
    }

    /// What may be invoiced in all, by the policy of the line.
    #[must_use]
    pub fn invoice_basis(&self) -> Exact {
        match self.invoice_policy {
            InvoicePolicy::Ordered => self.due(),
            InvoicePolicy::Shipped => &self.shipped - &self.returned,
            InvoicePolicy::Delivered => &self.delivered - &self.returned,
        }
    }

    /// What may be invoiced now; below zero: a credit is due.
    #[must_use]
    pub fn to_invoice(&self) -> Exact {
        self.invoice_basis() - &self.invoiced
    }

    /// How far the line is invoiced.
    #[must_use]
    pub fn invoice_status(&self) -> InvoiceStatus {
        let beyond = &self.shipped - &self.returned > self.invoice_basis();
        if !self.to_invoice().is_zero() {
            InvoiceStatus::ToInvoice
        } else if self.invoice_policy == InvoicePolicy::Ordered && beyond {
            InvoiceStatus::Upsell
        } else if self.invoiced.is_positive() {
            InvoiceStatus::Invoiced
        } else {
            InvoiceStatus::Nothing
        }
    }
}

impl StatusAxes {
    /// The axes of an order, from the units of its lines. Quantities decide, never percentages: 249,998 of 250,000 is not
    /// all.
    ///
    /// ```
    /// use l2c_money::Exact;
    /// use l2c_orders::{Fulfilment, InvoiceStatus, LineUnits, ReturnedUnits, StatusAxes};
    ///
    /// let [one, two, three] = [1, 2, 3].map(Exact::integer);
    /// let mut line = LineUnits { ordered: three, shipped: two, ..LineUnits::default() };
    /// let of = |line: &LineUnits| StatusAxes::of(std::slice::from_ref(line), ReturnedUnits::Stay);
    /// assert_eq!(of(&line).fulfilment, Fulfilment::PartiallyFulfilled);
    /// line.cancelled = one;
    /// assert_eq!(of(&line).fulfilment, Fulfilment::FulfilledShort);
    /// assert_eq!(of(&line).invoicing, InvoiceStatus::ToInvoice); // the two that were shipped
    /// ```
    #[must_use]
    pub fn of(lines: &[LineUnits], returned: ReturnedUnits) -> Self {
        Self {
            fulfilment: fulfilment(lines, returned),
            delivery: delivery(lines),
            returns: returns(lines),
            invoicing: lines
                .iter()
                .map(LineUnits::invoice_status)
                .max()
                .unwrap_or(InvoiceStatus::Nothing),
        }
    }

    /// The mixed status, given what of the order is billed. `delivered` says whether delivery is to be looked at; a
    /// service has none.
    #[must_use]
    pub fn summary(
        &self,
        flag: Option<OrderFlag>,
        looks_at_delivery: bool,
        order_amount: &Money,
        billed_amount: &Money,
    ) -> OrderSummary {
        match flag {
            Some(OrderFlag::Cancelled) => return OrderSummary::Cancelled,
            _ if self.fulfilment == Fulfilment::Cancelled => return OrderSummary::Cancelled,
            Some(OrderFlag::Closed) => return OrderSummary::Closed,
            Some(OrderFlag::OnHold) => return OrderSummary::OnHold,
            None => {}
        }
        let delivered = !looks_at_delivery || self.delivery == DeliveryStatus::Full;
        match (delivered, billed_amount.exact() >= order_amount.exact()) {
            (true, true) => OrderSummary::Completed,
            (true, false) => OrderSummary::ToBill,
            (false, true) => OrderSummary::ToDeliver,
            (false, false) => OrderSummary::ToDeliverAndBill,
        }
    }
}

/// What of the due units is delivered, as a percentage, exact; 100 if nothing is due. To be looked at: nothing is decided
/// by it.
#[must_use]
pub fn percent_delivered(lines: &[LineUnits]) -> Exact {
    let due: Exact = lines.iter().map(LineUnits::due).sum();
    let delivered: Exact = lines
        .iter()
        .map(|line| line.delivered.clone().min(line.due()))
        .sum();
    let hundred = Exact::integer(100);
    (&delivered * &hundred).checked_div(&due).unwrap_or(hundred)
}

fn fulfilment(lines: &[LineUnits], returned: ReturnedUnits) -> Fulfilment {
    let any = |quantity: fn(&LineUnits) -> &Exact| lines.iter().any(|line| quantity(line).is_positive());
    if !any(|line| &line.shipped) {
        let nothing_left = lines.iter().all(|line| !line.effective().is_positive());
        return if any(|line| &line.ordered) && nothing_left {
            Fulfilment::Cancelled
        } else {
            Fulfilment::Unfulfilled
        };
    }
    let done = |line: &LineUnits| line.counted(returned) + &line.closed_short >= line.effective();
    match (lines.iter().all(done), any(|line| &line.cancelled)) {
        (true, true) => Fulfilment::FulfilledShort,
        (true, false) => Fulfilment::Fulfilled,
        (false, _) => Fulfilment::PartiallyFulfilled,
    }
}

fn delivery(lines: &[LineUnits]) -> DeliveryStatus {
    if lines.iter().all(|line| line.delivered.is_zero()) {
        DeliveryStatus::None
    } else if lines.iter().all(|line| line.delivered >= line.due()) {
        DeliveryStatus::Full
    } else {
        DeliveryStatus::Partial
    }
}

fn returns(lines: &[LineUnits]) -> ReturnStatus {
    if lines.iter().all(|line| line.returned.is_zero()) {
        ReturnStatus::None
    } else if lines.iter().all(|line| line.returned >= line.shipped) {
        ReturnStatus::Full
    } else {
        ReturnStatus::Partial
    }
}
