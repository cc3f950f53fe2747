use std::collections::BTreeSet;

use l2c_calendar::{FiscalMonth, NaiveDate};
use l2c_explain::{Figure, NoTrace, Recorder};
use l2c_host::{DateTime, PartyId, Utc};
use l2c_ledger::LegalEntity;
use l2c_money::{Currency, Exact, Money};
use serde::Serialize;

use crate::contract_price::{allocate, standalone_price, transaction_price};
use crate::history::{History, Performance};
use crate::position::{billed, net_position};
use crate::recognition::{recognised, recognised_in};
use crate::{BillingSide, Book, ContractMonth, NetPosition, RevenueContractId, RevenueError, RevenueEvent};

/// From where a contract is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// The day by the end of which figures are cumulated. What became true later shows in schedules alone.
    pub as_of: NaiveDate,
    /// The moment by which a fact had to be recorded to count.
    pub known_at: DateTime<Utc>,
    /// The standard.
    pub book: Book,
}

/// Every figure of a contract from one [`View`]. Amounts are in the contract's currency, in whole minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Projection {
    /// The contract.
    pub contract: RevenueContractId,
    /// The customer.
    pub customer: PartyId,
    /// The legal entity whose books it is in.
    pub entity: LegalEntity,
    /// The currency.
    pub currency: Currency,
    /// Who posts the billing side.
    pub billing: BillingSide,
    /// The standard.
    pub book: Book,
    /// The day by the end of which figures are cumulated.
    pub as_of: NaiveDate,
    /// What the customer promises.
    pub transaction_price: Money,
    /// The obligations, in the order of the terms.
    pub obligations: Vec<ObligationFigures>,
    /// The months through the day of the view in which something moved, in order.
    pub months: Vec<ContractMonth>,
}

/// An obligation's share of the price, and when it becomes revenue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ObligationFigures {
    /// Its name in the contract.
    pub id: String,
    /// Its stand-alone selling price.
    pub ssp: Money,
    /// Its share of the transaction price.
    pub allocated: Money,
    /// What is recognised of it by the end of the day of the view.
    pub recognised: Money,
    /// Allocated less recognised: what is not yet performed (606-10-50-13), whether billed or not. It is not the
    /// contract liability; that is the [`NetPosition`](crate::NetPosition) of a month.
    pub remaining: Money,
    /// Whether it is fully satisfied by then.
    pub is_satisfied: bool,
    /// Whether it is satisfied over time.
    pub over_time: bool,
    /// Every month of its life, as far as dates are known, also after the day of the view.
    pub schedule: Vec<ScheduledMonth>,
}

/// What a month recognises of an obligation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ScheduledMonth {
    /// The month.
    pub month: FiscalMonth,
    /// What it recognises.
    pub amount: Money,
    /// What is recognised by its end.
    pub cumulative: Money,
}

impl Projection {
    /// The contract at the end of a month: its last month with a movement by then.
    #[must_use]
    pub fn at(&self, month: FiscalMonth) -> Option<&ContractMonth> {
        let after = self.months.partition_point(|row| row.month <= month);
        after.checked_sub(1).and_then(|last| self.months.get(last))
    }

    /// The net position at the end of the day of the view.
    #[must_use]
    pub fn position(&self) -> NetPosition {
        match self.months.last() {
            Some(row) => row.position,
            None => NetPosition::new(Money::zero(self.currency)),
        }
    }

    /// What is billed by the end of the day of the view.
    #[must_use]
    pub fn billed(&self) -> Money {
        self.months
            .last()
            .map_or(Money::zero(self.currency), |row| row.billed_to_date)
    }

    /// What is recognised by the end of the day of the view.
    #[must_use]
    pub fn recognised(&self) -> Money {
        self.months
            .last()
            .map_or(Money::zero(self.currency), |row| row.recognised_to_date)
    }

    /// The transaction price of what is not yet performed by the end of the day of the view (606-10-50-13).
    #[must_use]
    pub fn remaining(&self) -> Money {
        self.months
            .last()
            .map_or(self.transaction_price, |row| row.remaining)
    }

    /// Whether every obligation is satisfied by the end of the day of the view.
    #[must_use]
    pub fn is_fulfilled(&self) -> bool {
        self.obligations.iter().all(|obligation| obligation.is_satisfied)
    }

    /// The obligation of this name.
    #[must_use]
    pub fn obligation(&self, id: &str) -> Option<&ObligationFigures> {
        self.obligations.iter().find(|obligation| obligation.id == id)
    }
}

/// Every figure of a contract, from its events in any order.
///
/// Nothing is stored: what was known at an earlier moment can be asked for at any time. A negative price gives
/// negative revenue by the same rules.
///
/// # Errors
/// [`RevenueError::NotInBooks`] if no inception is known by then; [`RevenueError::UnknownObligation`] for events
/// that no contract has decided.
pub fn project(events: &[RevenueEvent], view: &View) -> Result<Projection, RevenueError> {
    let rec = &mut NoTrace;
    let history = History::of(events, view.known_at)?;
    let terms = history.terms;
    let allocated = allocate(rec, &history, view.book)?;
    let price = transaction_price(rec, &history, view.book)?;
    let mut projection = Projection {
        contract: terms.contract().clone(),
        customer: terms.customer().clone(),
        entity: *terms.entity(),
        currency: terms.currency(),
        billing: terms.policy().billing,
        book: view.book,
        as_of: view.as_of,
        transaction_price: money(&price, &history)?,
        obligations: Vec::with_capacity(allocated.len()),
        months: months(rec, &history, &allocated, &price, view)?,
    };
    for (index, share) in allocated.iter().enumerate() {
        projection
            .obligations
            .push(obligation_figures(rec, &history, index, share, view)?);
    }
    Ok(projection)
}

fn money(figure: &Figure<()>, history: &History<'_>) -> Result<Money, RevenueError> {
    Ok(Money::try_from_exact(&figure.value, history.terms.currency())?)
}

const NOTHING: Figure<()> = Figure {
    value: Exact::ZERO,
    mark: (),
};

fn obligation_figures(
    rec: &mut NoTrace,
    history: &History<'_>,
    index: usize,
    share: &Figure<()>,
    view: &View,
) -> Result<ObligationFigures, RevenueError> {
    let performance = history.performances.get(index);
    let mut schedule = Vec::new();
    let mut before = NOTHING;
    for month in performance.map(Performance::months).unwrap_or_default() {
        let cumulative = recognised(rec, history, index, share, month.last_day(), view.book)?;
        let amount = rec.difference(&cumulative, &before, || recognised_in(history, month));
        schedule.push(ScheduledMonth {
            month,
            amount: money(&amount, history)?,
            cumulative: money(&cumulative, history)?,
        });
        before = cumulative;
    }
    let allocated = money(share, history)?;
    let recognised = money(
        &recognised(rec, history, index, share, view.as_of, view.book)?,
        history,
    )?;
    let obligation = history.terms.obligations().get(index);
    Ok(ObligationFigures {
        id: obligation.map(|o| o.id.clone()).unwrap_or_default(),
        ssp: money(&standalone_price(rec, history, index, view.book)?, history)?,
        allocated,
        recognised,
        remaining: allocated.checked_sub(&recognised)?,
        is_satisfied: performance.is_some_and(|performance| performance.is_satisfied(view.as_of)),
        over_time: matches!(performance, Some(Performance::Time { .. })),
        schedule,
    })
}

/// The months through the day of the view in which something moved.
fn months(
    rec: &mut NoTrace,
    history: &History<'_>,
    allocated: &[Figure<()>],
    price: &Figure<()>,
    view: &View,
) -> Result<Vec<ContractMonth>, RevenueError> {
    let mut active: BTreeSet<FiscalMonth> = history
        .performances
        .iter()
        .flat_map(Performance::months)
        .collect();
    active.extend(history.billings.iter().map(|billing| FiscalMonth::of(billing.on)));
    let last = FiscalMonth::of(view.as_of);

    let mut rows = Vec::new();
    let mut recognised_before = vec![NOTHING; allocated.len()];
    let mut billed_before = NOTHING;
    for month in active.into_iter().filter(|month| *month <= last) {
        let through = view.as_of.min(month.last_day());
        let mut by_obligation = Vec::with_capacity(allocated.len());
        let mut moved = false;
        for (index, (share, before)) in allocated.iter().zip(&mut recognised_before).enumerate() {
            let cumulative = recognised(rec, history, index, share, through, view.book)?;
            let amount = rec.difference(&cumulative, before, || recognised_in(history, month));
            moved = moved || !amount.value.is_zero();
            by_obligation.push(money(&amount, history)?);
            *before = cumulative;
        }
        let billed_to_date = billed(rec, history, through);
        let amount = &billed_to_date.value - &billed_before.value;
        if !moved && amount.is_zero() {
            continue;
        }
        let net = net_position(
            rec,
            history,
            &recognised_before,
            &billed_to_date,
            through,
            view.book,
        );
        let recognised_to_date = &net.value + &billed_to_date.value;
        let currency = history.terms.currency();
        rows.push(ContractMonth {
            month,
            billed: Money::try_from_exact(&amount, currency)?,
            recognised: Money::sum(&by_obligation, currency)?,
            by_obligation,
            billed_to_date: money(&billed_to_date, history)?,
            remaining: Money::try_from_exact(&(&price.value - &recognised_to_date), currency)?,
            recognised_to_date: Money::try_from_exact(&recognised_to_date, currency)?,
            position: NetPosition::new(money(&net, history)?),
        });
        billed_before = billed_to_date;
    }
    Ok(rows)
}
