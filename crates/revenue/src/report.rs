use std::collections::BTreeMap;

use l2c_calendar::FiscalMonth;
use l2c_host::PartyId;
use l2c_ledger::LegalEntity;
use l2c_money::{Currency, Money, MoneyError};
use serde::Serialize;

use crate::{NetPosition, Projection, RevenueContractId, RevenueError};

/// One month of one obligation of one contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ScheduleRow<'a> {
    /// The contract.
    pub contract: &'a RevenueContractId,
    /// The customer.
    pub customer: &'a PartyId,
    /// The obligation.
    pub obligation: &'a str,
    /// The month.
    pub month: FiscalMonth,
    /// What it recognises.
    pub amount: Money,
    /// What is recognised by its end.
    pub cumulative: Money,
    /// What is not.
    pub remaining: Money,
}

impl Projection {
    /// The schedule, one row per obligation and month of its life.
    ///
    /// An obligation without a date has no rows: one over time without a known period, one not delivered. What is
    /// allocated to such obligations is in [`RevenueWaterfall::unscheduled`].
    ///
    /// # Errors
    /// [`RevenueError::Money`] outside the bounds of [`Money`].
    pub fn schedule_rows(&self) -> Result<Vec<ScheduleRow<'_>>, RevenueError> {
        let mut rows = Vec::new();
        for obligation in &self.obligations {
            // What is recognised in the end, as it is known by the day of the view.
            let whole = obligation.recognised.checked_add(&obligation.remaining)?;
            for scheduled in &obligation.schedule {
                rows.push(ScheduleRow {
                    contract: &self.contract,
                    customer: &self.customer,
                    obligation: &obligation.id,
                    month: scheduled.month,
                    amount: scheduled.amount,
                    cumulative: scheduled.cumulative,
                    remaining: whole.checked_sub(&scheduled.cumulative)?,
                });
            }
        }
        Ok(rows)
    }
}

type Key = (LegalEntity, Currency, FiscalMonth);

/// Revenue by month over many contracts: recognised by the day of their view, and scheduled after it.
///
/// The recognised column is what [`Projection::postings`] credits to revenue; all three together are the
/// transaction prices (606-10-50-13).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RevenueWaterfall {
    rows: BTreeMap<Key, WaterfallRow>,
    unscheduled: BTreeMap<(LegalEntity, Currency), Money>,
}

/// One month of a [`RevenueWaterfall`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct WaterfallRow {
    /// The legal entity.
    pub entity: LegalEntity,
    /// The month.
    pub month: FiscalMonth,
    /// Recognised by the day of the view.
    pub recognised: Money,
    /// To be recognised after it.
    pub scheduled: Money,
}

impl RevenueWaterfall {
    /// Adds a contract.
    ///
    /// # Errors
    /// [`RevenueError::Money`] if a sum leaves the bounds of [`Money`]; the contract is then partly added.
    pub fn add(&mut self, contract: &Projection) -> Result<(), RevenueError> {
        let zero = Money::zero(contract.currency);
        for row in &contract.months {
            self.count(contract, row.month, row.recognised, zero)?;
        }
        let today = FiscalMonth::of(contract.as_of);
        for obligation in &contract.obligations {
            let mut ahead = zero;
            for scheduled in obligation.schedule.iter().filter(|row| row.month >= today) {
                let amount = if scheduled.month == today {
                    scheduled.cumulative.checked_sub(&obligation.recognised)?
                } else {
                    scheduled.amount
                };
                self.count(contract, scheduled.month, zero, amount)?;
                ahead = ahead.checked_add(&amount)?;
            }
            let unscheduled = obligation.remaining.checked_sub(&ahead)?;
            let total = self
                .unscheduled
                .entry((contract.entity, contract.currency))
                .or_insert(zero);
            *total = total.checked_add(&unscheduled)?;
        }
        Ok(())
    }

    fn count(
        &mut self,
        contract: &Projection,
        month: FiscalMonth,
        recognised: Money,
        scheduled: Money,
    ) -> Result<(), MoneyError> {
        let zero = Money::zero(contract.currency);
        let row = self
            .rows
            .entry((contract.entity, contract.currency, month))
            .or_insert(WaterfallRow {
                entity: contract.entity,
                month,
                recognised: zero,
                scheduled: zero,
            });
        row.recognised = row.recognised.checked_add(&recognised)?;
        row.scheduled = row.scheduled.checked_add(&scheduled)?;
        Ok(())
    }

    /// The months, by legal entity and currency.
    pub fn rows(&self) -> impl Iterator<Item = &WaterfallRow> {
        self.rows.values()
    }

    /// What has no date yet: obligations not delivered and services not begun.
    #[must_use]
    pub fn unscheduled(&self, entity: LegalEntity, currency: Currency) -> Money {
        let total = self.unscheduled.get(&(entity, currency));
        total.copied().unwrap_or(Money::zero(currency))
    }
}

/// Contract balances over many contracts, month by month (606-10-50-8). Contracts are never netted against each
/// other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceRollForward {
    months: Vec<FiscalMonth>,
    rows: BTreeMap<Key, RollForwardRow>,
}

/// One month of a [`BalanceRollForward`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RollForwardRow {
    /// The legal entity.
    pub entity: LegalEntity,
    /// The month.
    pub month: FiscalMonth,
    /// Contract assets at the start of the month.
    pub opening_contract_asset: Money,
    /// Contract liabilities at the start of the month; zero or above.
    pub opening_contract_liability: Money,
    /// Billed in the month.
    pub billed: Money,
    /// Recognised in the month.
    pub recognised: Money,
    /// Of it, what was in the opening liability (606-10-50-8(b)).
    pub recognised_from_opening_liability: Money,
    /// Of what is billed, what was in the opening asset.
    pub billed_from_opening_asset: Money,
    /// Contract assets at the end of the month.
    pub closing_contract_asset: Money,
    /// Contract liabilities at the end of the month; zero or above.
    pub closing_contract_liability: Money,
}

impl BalanceRollForward {
    /// Over the months from `first` to `last`, both included.
    #[must_use]
    pub fn new(first: FiscalMonth, last: FiscalMonth) -> Self {
        Self {
            months: first.through(last),
            rows: BTreeMap::new(),
        }
    }

    /// Adds a contract.
    ///
    /// # Errors
    /// [`RevenueError::Money`] if a sum leaves the bounds of [`Money`]; the contract is then partly added.
    pub fn add(&mut self, contract: &Projection) -> Result<(), RevenueError> {
        let zero = Money::zero(contract.currency);
        let earlier = |month: &FiscalMonth| contract.months.partition_point(|row| row.month < *month);
        let mut movements = contract
            .months
            .iter()
            .skip(self.months.first().map_or(0, earlier))
            .peekable();
        let mut opening = self
            .months
            .first()
            .and_then(|month| month.previous().ok())
            .and_then(|month| contract.at(month))
            .map(|row| row.position)
            .or_else(|| contract.taken_over.as_ref().map(|opening| opening.position))
            .unwrap_or(NetPosition::nothing(contract.currency));
        for month in &self.months {
            let moved = movements.next_if(|row| row.month == *month);
            let closing = moved.map_or(opening, |row| row.position);
            let (billed, recognised) = moved.map_or((zero, zero), |row| (row.billed, row.recognised));
            let row = self
                .rows
                .entry((contract.entity, contract.currency, *month))
                .or_insert(RollForwardRow {
                    entity: contract.entity,
                    month: *month,
                    opening_contract_asset: zero,
                    opening_contract_liability: zero,
                    billed: zero,
                    recognised: zero,
                    recognised_from_opening_liability: zero,
                    billed_from_opening_asset: zero,
                    closing_contract_asset: zero,
                    closing_contract_liability: zero,
                });
            let used_up = |opening: Money, movement: Money| {
                let least = if opening.amount() < movement.amount() {
                    opening
                } else {
                    movement
                };
                if least.is_negative() { zero } else { least }
            };
            for (total, amount) in [
                (&mut row.opening_contract_asset, opening.contract_asset()),
                (&mut row.opening_contract_liability, opening.contract_liability()),
                (&mut row.billed, billed),
                (&mut row.recognised, recognised),
                (
                    &mut row.recognised_from_opening_liability,
                    used_up(opening.contract_liability(), recognised),
                ),
                (
                    &mut row.billed_from_opening_asset,
                    used_up(opening.contract_asset(), billed),
                ),
                (&mut row.closing_contract_asset, closing.contract_asset()),
                (&mut row.closing_contract_liability, closing.contract_liability()),
            ] {
                *total = total.checked_add(&amount)?;
            }
            opening = closing;
        }
        Ok(())
    }

    /// The months, by legal entity and currency.
    pub fn rows(&self) -> impl Iterator<Item = &RollForwardRow> {
        self.rows.values()
    }
}
