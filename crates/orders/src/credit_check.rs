use chrono::NaiveDate;
use l2c_money::Money;
use serde::{Deserialize, Serialize};

use crate::OrderError;

/// What a customer owes and is about to owe, when an order asks for credit. All amounts are in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreditCheck {
    /// What the customer may owe; absent: any amount.
    #[serde(default)]
    pub credit_limit: Option<Money>,
    /// What is billed and not paid; below zero for a balance in the customer's favour.
    pub open_receivables: Money,
    /// What is shipped and not billed.
    pub shipped_not_invoiced: Money,
    /// What other orders have open.
    pub other_open_orders: Money,
    /// What this order comes to.
    pub order_total: Money,
    /// What of it is paid already.
    pub prepaid: Money,
    /// The day on which is asked.
    pub today: NaiveDate,
    /// When the oldest open item was due.
    #[serde(default)]
    pub oldest_due_date: Option<NaiveDate>,
    /// How many days an item may be overdue; absent: any number.
    #[serde(default)]
    pub max_overdue_days: Option<u32>,
}

/// What a credit check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreditDecision {
    /// What the customer would owe.
    pub exposure: Money,
    /// The limit less the exposure; none without a limit.
    pub headroom: Option<Money>,
    /// Why the order is to be held; empty: it is not.
    pub reasons: Vec<CreditReason>,
}

/// Why an order is to be held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreditReason {
    /// The customer would owe more than the limit.
    LimitExceeded,
    /// An item is overdue for too long.
    Overdue,
}

impl CreditCheck {
    /// Exposure, headroom, and why the order is to be held. On the limit, and on the last day, it is not.
    ///
    /// # Errors
    /// [`OrderError::InvalidAmount`] for an amount below zero other than the receivables; [`OrderError::Money`] for two
    /// currencies.
    pub fn decide(&self) -> Result<CreditDecision, OrderError> {
        let limit = self.credit_limit.iter().map(|limit| ("credit_limit", limit));
        let amounts = [
            ("shipped_not_invoiced", &self.shipped_not_invoiced),
            ("other_open_orders", &self.other_open_orders),
            ("order_total", &self.order_total),
            ("prepaid", &self.prepaid),
        ];
        for (field, amount) in limit.chain(amounts) {
            if amount.is_negative() {
                return Err(OrderError::InvalidAmount {
                    field,
                    amount: *amount,
                    expected: "an amount of zero or more",
                });
            }
        }
        let exposure = self
            .open_receivables
            .checked_add(&self.shipped_not_invoiced)?
            .checked_add(&self.other_open_orders)?
            .checked_add(&self.order_total)?
            .checked_sub(&self.prepaid)?;
        let headroom = self.credit_limit.map(|limit| limit.checked_sub(&exposure));
        let headroom = headroom.transpose()?;
        let mut reasons = Vec::new();
        if headroom.is_some_and(|headroom| headroom.is_negative()) {
            reasons.push(CreditReason::LimitExceeded);
        }
        if let (Some(due), Some(days)) = (self.oldest_due_date, self.max_overdue_days)
            && self.today.signed_duration_since(due).num_days() > i64::from(days)
        {
            reasons.push(CreditReason::Overdue);
        }
        Ok(CreditDecision {
            exposure,
            headroom,
            reasons,
        })
    }
}
