//! What a contract shows at the end of a day: revenue, price, balances by account role, and its net position.

use std::collections::BTreeMap;

use l2c_calendar::{FiscalMonth, NaiveDate};
use l2c_explain::Figure;
use l2c_ledger::Role;
use l2c_money::{Currency, Exact, Money, MoneyError};
use serde::Serialize;

use crate::balances::Balances;

/// A contract at the end of a day. Amounts are in the contract's currency, in whole minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ContractDay {
    /// The day.
    pub on: NaiveDate,
    /// The transaction price as it is estimated then, with what use and modifications have added; after the end of a
    /// contract what is kept, and nothing where there never was one.
    pub transaction_price: Money,
    /// Billed since inception without tax, as far as it counts, with advances.
    pub billed: Money,
    /// Recognised since inception.
    pub recognised: Money,
    /// Recognised since inception of each obligation, in the order in which they were promised.
    pub by_obligation: Vec<Money>,
    /// Transaction price less revenue: what is not performed yet (606-10-50-13); after the end of a contract nothing.
    pub remaining: Money,
    /// The net position.
    pub position: NetPosition,
    /// The balance of each account role; a debit is above zero, a credit below. They come to zero.
    pub balances: BTreeMap<Role, Money>,
}

impl ContractDay {
    pub(crate) fn of(on: NaiveDate, balances: &Balances<()>, currency: Currency) -> Result<Self, MoneyError> {
        let money = |figure: &Figure<()>| Money::try_from_exact(&figure.value, currency);
        Ok(Self {
            on,
            transaction_price: money(&balances.price)?,
            remaining: Money::try_from_exact(&balances.remaining, currency)?,
            billed: money(&balances.billed)?,
            recognised: money(&balances.total_revenue)?,
            by_obligation: balances.revenue.iter().map(money).collect::<Result<_, _>>()?,
            position: NetPosition::of(&balances.positions, currency)?,
            balances: balances
                .roles
                .iter()
                .map(|(role, figure)| Ok((*role, money(figure)?)))
                .collect::<Result<_, MoneyError>>()?,
        })
    }

    /// A contract before its first day.
    pub(crate) fn before(on: NaiveDate, currency: Currency) -> Self {
        let zero = Money::zero(currency);
        Self {
            on,
            transaction_price: zero,
            billed: zero,
            recognised: zero,
            by_obligation: Vec::new(),
            remaining: zero,
            position: NetPosition::nothing(currency),
            balances: BTreeMap::new(),
        }
    }

    /// The balance of a role; a debit is above zero.
    #[must_use]
    pub fn balance(&self, role: Role) -> Money {
        let zero = Money::zero(self.recognised.currency());
        self.balances.get(&role).copied().unwrap_or(zero)
    }

    /// What moved between an earlier day and this one, by role; a debit is above zero.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`] outside the bounds of [`Money`].
    pub fn movement_since(&self, earlier: &Self) -> Result<BTreeMap<Role, Money>, MoneyError> {
        let mut moved = self.balances.clone();
        for (role, before) in &earlier.balances {
            let now = self.balance(*role);
            moved.insert(*role, now.checked_sub(before)?);
        }
        moved.retain(|_, amount| !amount.is_zero());
        Ok(moved)
    }
}

/// A contract at the end of a month in which something moved. Every amount is in the contract's currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ContractMonth {
    /// The month.
    pub month: FiscalMonth,
    /// Billed in the month, less credit notes.
    pub billed: Money,
    /// Recognised in the month; below zero where revenue is taken back.
    pub recognised: Money,
    /// Recognised in the month of each obligation, in the order in which they were promised.
    pub by_obligation: Vec<Money>,
    /// Billed since inception.
    pub billed_to_date: Money,
    /// Recognised since inception.
    pub recognised_to_date: Money,
    /// Not yet performed at the end of the month (606-10-50-13).
    pub remaining: Money,
    /// The net position at the end of the month.
    pub position: NetPosition,
    /// The balance of each account role at the end of the month; a debit is above zero.
    pub balances: BTreeMap<Role, Money>,
}

/// What the parties of a contract owe each other in performance or consideration (606-10-45-1): a contract asset or a
/// contract liability, less what is not expected to be collected of it. A contract never has both; only separate contracts that modifications made of one agreement
/// are added up side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct NetPosition {
    #[serde(skip)]
    net: Money,
    contract_asset: Money,
    contract_liability: Money,
}

impl NetPosition {
    pub(crate) const fn nothing(currency: Currency) -> Self {
        let zero = Money::zero(currency);
        Self {
            net: zero,
            contract_asset: zero,
            contract_liability: zero,
        }
    }

    fn of(positions: &[Figure<()>], currency: Currency) -> Result<Self, MoneyError> {
        let (mut asset, mut liability) = (Exact::ZERO, Exact::ZERO);
        for net in positions {
            if net.value.is_negative() {
                liability = &liability - &net.value;
            } else {
                asset = &asset + &net.value;
            }
        }
        Ok(Self {
            net: Money::try_from_exact(&(&asset - &liability), currency)?,
            contract_asset: Money::try_from_exact(&asset, currency)?,
            contract_liability: Money::try_from_exact(&liability, currency)?,
        })
    }

    /// Recognised less billed: above zero an asset, below zero a liability.
    #[must_use]
    pub const fn net(&self) -> Money {
        self.net
    }

    /// Performance beyond what is billed (606-10-45-3); zero or above.
    #[must_use]
    pub const fn contract_asset(&self) -> Money {
        self.contract_asset
    }

    /// Billing beyond what is performed (606-10-45-2); zero or above.
    #[must_use]
    pub const fn contract_liability(&self) -> Money {
        self.contract_liability
    }
}
