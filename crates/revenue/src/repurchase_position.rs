use l2c_ledger::{LegalEntity, Line, Role};
use l2c_money::Money;
use serde::Serialize;

use crate::RevenueError;

/// Where a [`RepurchaseAgreement`](crate::RepurchaseAgreement) stands at the end of a day. All amounts are cumulative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RepurchasePosition {
    /// Received less paid.
    pub cash: Money,
    /// What is owed for the repurchase.
    pub financial_liability: Money,
    /// Rent that is received and not earned.
    pub deferred_lease_income: Money,
    /// Revenue: what was owed when the right lapsed.
    pub revenue: Money,
    /// Rent that is earned.
    pub lease_income: Money,
    /// Interest; below zero if the entity pays back less than it received.
    pub interest_expense: Money,
}

/// A figure of a [`RepurchasePosition`], to be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RepurchaseFigure {
    /// Received less paid.
    Cash,
    /// What is owed for the repurchase.
    FinancialLiability,
    /// Rent that is received and not earned.
    DeferredLeaseIncome,
    /// What was owed when the right lapsed.
    Revenue,
    /// Rent that is earned.
    LeaseIncome,
    /// Interest.
    InterestExpense,
}

impl RepurchasePosition {
    /// What has moved since an earlier position, or since before the sale; lines of zero are left out.
    ///
    /// # Errors
    /// [`RevenueError::Money`] outside the bounds of [`Money`] or for positions in different currencies.
    pub fn lines(
        &self,
        before: Option<&Self>,
        entity: LegalEntity,
        subject: &str,
    ) -> Result<Vec<Line>, RevenueError> {
        let mut lines = Vec::new();
        for (role, of, debit) in [
            (Role::Cash, (|p| p.cash) as fn(&Self) -> Money, true),
            (Role::FinancialLiability, |p| p.financial_liability, false),
            (Role::DeferredLeaseIncome, |p| p.deferred_lease_income, false),
            (Role::Revenue, |p| p.revenue, false),
            (Role::LeaseIncome, |p| p.lease_income, false),
            (Role::InterestExpense, |p| p.interest_expense, true),
        ] {
            let before = before.map_or(Money::zero(self.cash.currency()), of);
            let moved = of(self).checked_sub(&before)?;
            if !moved.is_zero() {
                let line = if debit { Line::debit } else { Line::credit };
                lines.push(line(entity, role, moved, subject));
            }
        }
        Ok(lines)
    }
}
