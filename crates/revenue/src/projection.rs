use std::collections::{BTreeMap, BTreeSet};

use l2c_calendar::{FiscalMonth, NaiveDate, Period};
use l2c_explain::{Figure, NoTrace};
use l2c_host::{DateTime, PartyId, Utc};
use l2c_ledger::LegalEntity;
use l2c_money::{Currency, Exact, Money};
use serde::Serialize;

use crate::contract_context::Moment;
use crate::history::{History, Walk};
use crate::judgement::{Judged, ModificationTreatment};
use crate::performance::{Measured, Performance};
use crate::replay::Replay;
use crate::{
    AllocationMethod, BillingSide, Book, ContractDay, ContractMonth, Fact, Measure, NetPosition, Obligation,
    RevenueContractId, RevenueError, RevenueEvent,
};

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
    /// The price and its allocation at inception.
    pub at_inception: Inception,
    /// What the customer promises, as it is estimated by the day of the view.
    pub transaction_price: Money,
    /// The obligations, in the order in which they were promised.
    pub obligations: Vec<ObligationFigures>,
    /// The months through the day of the view in which something moved, in order.
    pub months: Vec<ContractMonth>,
    /// The contract at the end of the day of the view.
    pub day: ContractDay,
    /// How each modification by then is accounted for, and why.
    pub modifications: Vec<ModificationFigures>,
    /// What was posted elsewhere before the contract was taken over, at the end of the day before: every movement and
    /// the postings begin there.
    pub taken_over: Option<ContractDay>,
}

/// The price of a contract at its inception, and how it was allocated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Inception {
    /// The day.
    pub on: NaiveDate,
    /// The transaction price, less what is expected back.
    pub transaction_price: Money,
    /// How the general part of the price was allocated, if there was one.
    pub method: Option<AllocationMethod>,
    /// What each obligation was allocated.
    pub allocation: BTreeMap<String, Money>,
}

/// How a modification is accounted for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ModificationFigures {
    /// The modification.
    pub id: String,
    /// The treatment, and the tests that decided it.
    pub judged: Judged<ModificationTreatment>,
}

/// An obligation's share of the price, and when it becomes revenue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ObligationFigures {
    /// Its name in the contract.
    pub id: String,
    /// Its stand-alone selling price; after a modification that of what then remained.
    pub ssp: Money,
    /// What is allocated to it since inception.
    pub allocated: Money,
    /// What is recognised of it by the end of the day of the view.
    pub recognised: Money,
    /// Allocated and not recognised: what is not yet performed (606-10-50-13), whether billed or not, without what is
    /// expected back and without use that is priced by itself. It is not the contract liability; that is the [`NetPosition`](crate::NetPosition).
    pub remaining: Money,
    /// The part of it that is satisfied, from 0 to 1.
    pub progress: Exact,
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
    pub const fn position(&self) -> NetPosition {
        self.day.position
    }

    /// What is billed by the end of the day of the view.
    #[must_use]
    pub const fn billed(&self) -> Money {
        self.day.billed
    }

    /// What is recognised by the end of the day of the view.
    #[must_use]
    pub const fn recognised(&self) -> Money {
        self.day.recognised
    }

    /// The transaction price of what is not yet performed by the end of the day of the view (606-10-50-13).
    #[must_use]
    pub const fn remaining(&self) -> Money {
        self.day.remaining
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
/// [`RevenueError::NotInBooks`] if no inception is known by then; [`RevenueError::BeforeTakeOver`] for a day before the
/// opening balances of a contract that was taken over; [`RevenueError::ImpossibleFact`] for a fact that the contract, as
/// it then was, refuses; and what is said of documents.
pub fn project(events: &[RevenueEvent], view: &View) -> Result<Projection, RevenueError> {
    let rec = &mut NoTrace;
    let history = History::of(events, view.known_at)?;
    let terms = history.terms;
    let currency = terms.currency();
    history.check_day(view.as_of)?;
    let mut walk = Walk::at_inception(rec, &history, view.book)?;
    let at_inception = inception(rec, &walk.replay)?;

    let mut months = Vec::new();
    let mut schedules: Vec<Schedule> = Vec::new();
    let mut before = ContractDay::before(history.inception, currency);
    let mut day = None;
    let mut taken_over = None;
    let mut active = active_months(&history);
    if let Some(opening) = history.opening_day() {
        // What was posted elsewhere is where the postings begin.
        active.retain(|month| month.last_day() > opening);
        walk.take_over(rec)?;
        before = walk.replay.day(rec, opening)?;
        schedule(&mut schedules, &walk.replay, None, &before.by_obligation)?;
        taken_over = Some(before.clone());
    }
    let today = FiscalMonth::of(view.as_of);
    let (past, future): (Vec<_>, Vec<_>) = active.into_iter().partition(|month| *month <= today);
    for month in past {
        let through = view.as_of.min(month.last_day());
        let row = walk.to(rec, through)?.day(rec, through)?;
        if month < today || through == month.last_day() {
            schedule(&mut schedules, &walk.replay, Some(month), &row.by_obligation)?;
        }
        months.extend(month_row(month, &row, &before)?);
        if through == view.as_of {
            day = Some((row.clone(), obligations(rec, &walk.replay, view.as_of)?));
        }
        before = row;
    }
    let (day, obligations) = match day {
        Some(found) => found,
        None => {
            let replay = walk.to(rec, view.as_of)?;
            (
                replay.day(rec, view.as_of)?,
                obligations(rec, replay, view.as_of)?,
            )
        }
    };
    let modifications = walk
        .replay
        .modifications
        .iter()
        .map(|(id, judged)| ModificationFigures {
            id: (*id).to_owned(),
            judged: judged.clone(),
        })
        .collect();
    let rest = (view.as_of < today.last_day()).then_some(today);
    for month in rest.into_iter().chain(future) {
        let through = month.last_day();
        let revenue: Vec<Money> = walk
            .to(rec, through)?
            .revenue(rec, Moment::end_of(through))?
            .iter()
            .map(|figure| Money::try_from_exact(&figure.value, currency))
            .collect::<Result<_, _>>()?;
        schedule(&mut schedules, &walk.replay, Some(month), &revenue)?;
    }
    let mut schedules = schedules.into_iter();
    Ok(Projection {
        contract: terms.contract().clone(),
        customer: terms.customer().clone(),
        entity: *terms.entity(),
        currency,
        billing: terms.policy().billing,
        book: view.book,
        as_of: view.as_of,
        at_inception,
        transaction_price: day.transaction_price,
        obligations: obligations
            .into_iter()
            .map(|mut obligation| {
                obligation.schedule = schedules
                    .next()
                    .map(|schedule| schedule.months)
                    .unwrap_or_default();
                obligation
            })
            .collect(),
        months,
        day,
        modifications,
        taken_over,
    })
}

/// A contract at the end of each of some days, in the order asked for.
///
/// # Errors
/// As [`project`].
pub fn project_days(
    events: &[RevenueEvent],
    known_at: DateTime<Utc>,
    book: Book,
    days: &[NaiveDate],
) -> Result<Vec<ContractDay>, RevenueError> {
    let rec = &mut NoTrace;
    let history = History::of(events, known_at)?;
    if let Some(first) = days.iter().min() {
        history.check_day(*first)?;
    }
    let mut walk = Walk::new(rec, &history, book)?;
    let mut rows = BTreeMap::new();
    for day in days.iter().copied().collect::<BTreeSet<_>>() {
        rows.insert(day, walk.to(rec, day)?.day(rec, day)?);
    }
    Ok(days.iter().filter_map(|day| rows.get(day).cloned()).collect())
}

/// What a fact did to cumulative revenue at once: catch-ups by their cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Effect {
    /// The host's number of the fact.
    pub sequence: u64,
    /// When it became true.
    pub effective: NaiveDate,
    /// Its name.
    pub fact: &'static str,
    /// Cumulative revenue just after it less just before it: earlier facts of the day are taken in, and time has run
    /// through the day before (for the end of a contract, through the day).
    pub revenue: Money,
}

/// What each fact, in the order in which they became true, did to revenue at once.
///
/// # Errors
/// As [`project`].
pub fn effects(events: &[RevenueEvent], view: &View) -> Result<Vec<Effect>, RevenueError> {
    let rec = &mut NoTrace;
    let history = History::of(events, view.known_at)?;
    history.check_day(view.as_of)?;
    let mut walk = Walk::new(rec, &history, view.book)?;
    let mut effects = Vec::new();
    if let Some(event) = history.taken_over().filter(|event| event.effective <= view.as_of) {
        // What another system has recognised is no revenue of the day on which it is taken over.
        effects.push(Effect {
            sequence: event.sequence,
            effective: event.effective,
            fact: event.fact.name(),
            revenue: Money::zero(history.terms.currency()),
        });
    }
    while let Some(event) = walk.upcoming().filter(|event| event.effective <= view.as_of) {
        let moment = moment_of(event);
        let before = total(&walk.replay.revenue(rec, moment)?);
        walk.step(rec)?;
        let after = total(&walk.replay.revenue(rec, moment)?);
        effects.push(Effect {
            sequence: event.sequence,
            effective: event.effective,
            fact: event.fact.name(),
            revenue: Money::try_from_exact(&(&after - &before), history.terms.currency())?,
        });
    }
    Ok(effects)
}

/// The moment at which the effect of a fact is seen.
pub(crate) fn moment_of(event: &RevenueEvent) -> Moment {
    match event.fact {
        Fact::Terminated { .. } => Moment::end_of(event.effective),
        _ => Moment::before(event.effective),
    }
}

fn total(figures: &[Figure<()>]) -> Exact {
    figures
        .iter()
        .fold(Exact::ZERO, |sum, figure| &sum + &figure.value)
}

impl Replay<'_, ()> {
    pub(crate) fn day(&self, rec: &mut NoTrace, on: NaiveDate) -> Result<ContractDay, RevenueError> {
        let balances = self.balances(rec, Moment::end_of(on))?;
        Ok(ContractDay::of(on, &balances, self.ctx.currency())?)
    }
}

fn inception(rec: &mut NoTrace, replay: &Replay<'_, ()>) -> Result<Inception, RevenueError> {
    let currency = replay.ctx.currency();
    let moment = Moment::before(replay.inception);
    let nothing = Figure {
        value: Exact::ZERO,
        mark: (),
    };
    let price = replay.price(rec, moment, &nothing)?;
    Ok(Inception {
        on: replay.inception,
        transaction_price: Money::try_from_exact(&price.value, currency)?,
        method: replay.method,
        allocation: replay
            .performances
            .iter()
            .map(|performance| {
                let allocated = Money::try_from_exact(&performance.allocated.value, currency)?;
                Ok((performance.id().to_owned(), allocated))
            })
            .collect::<Result<_, RevenueError>>()?,
    })
}

fn obligations(
    rec: &mut NoTrace,
    replay: &Replay<'_, ()>,
    as_of: NaiveDate,
) -> Result<Vec<ObligationFigures>, RevenueError> {
    let ctx = replay.ctx;
    let currency = ctx.currency();
    let moment = Moment::end_of(as_of);
    let revenue = replay.revenue(rec, moment)?;
    let mut rows = Vec::with_capacity(revenue.len());
    for (performance, recognised) in replay.performances.iter().zip(&revenue) {
        let allocated = &performance.earned_before.value + &performance.allocated.value;
        let progress = performance.progress(rec, &ctx, moment)?.value;
        let remaining = if performance.closed.is_some() {
            Exact::ZERO
        } else if replay.criteria_met {
            &performance.net_allocation(rec, &ctx)? - &performance.net_earned(rec, &ctx, moment)?
        } else {
            performance.net_allocation(rec, &ctx)?
        };
        rows.push(ObligationFigures {
            id: performance.id().to_owned(),
            ssp: ctx.rounding().money(&performance.ssp.value, currency)?,
            allocated: Money::try_from_exact(&allocated, currency)?,
            recognised: Money::try_from_exact(&recognised.value, currency)?,
            remaining: Money::try_from_exact(&remaining, currency)?,
            is_satisfied: performance.closed.is_some() || is_satisfied(performance, &progress),
            progress,
            over_time: !matches!(
                performance.obligation.measure,
                Measure::PointInTime | Measure::MaterialRight
            ),
            schedule: Vec::new(),
        });
    }
    Ok(rows)
}

fn is_satisfied(performance: &Performance<'_, ()>, progress: &Exact) -> bool {
    match &performance.measured {
        Measured::MaterialRight { closed, .. } => closed.is_some(),
        _ => *progress >= Exact::ONE,
    }
}

/// The schedule of an obligation while it is drawn up.
#[derive(Default)]
struct Schedule {
    months: Vec<ScheduledMonth>,
    cumulative: Option<Money>,
}

fn schedule(
    schedules: &mut Vec<Schedule>,
    replay: &Replay<'_, ()>,
    month: Option<FiscalMonth>,
    cumulative: &[Money],
) -> Result<(), RevenueError> {
    let currency = replay.ctx.currency();
    schedules.resize_with(cumulative.len().max(schedules.len()), Schedule::default);
    for ((schedule, cumulative), performance) in
        schedules.iter_mut().zip(cumulative).zip(&replay.performances)
    {
        let before = schedule.cumulative.unwrap_or(Money::zero(currency));
        let amount = cumulative.checked_sub(&before)?;
        schedule.cumulative = Some(*cumulative);
        // What another system has recognised is no month of this schedule.
        let Some(month) = month else { continue };
        // A service has a row for each month of it, whatever it recognises.
        let serves = matches!(
            &performance.measured,
            Measured::Time { period: Some(period), .. }
                if FiscalMonth::of(period.start()) <= month && month <= FiscalMonth::of(period.last_day())
        );
        if serves || !amount.is_zero() {
            schedule.months.push(ScheduledMonth {
                month,
                amount,
                cumulative: *cumulative,
            });
        }
    }
    Ok(())
}

/// A month's movement, if something moved in it.
fn month_row(
    month: FiscalMonth,
    row: &ContractDay,
    before: &ContractDay,
) -> Result<Option<ContractMonth>, RevenueError> {
    if row.balances == before.balances
        && row.by_obligation == before.by_obligation
        && row.billed == before.billed
    {
        return Ok(None);
    }
    let zero = Money::zero(row.recognised.currency());
    let earlier = before.by_obligation.iter().chain(std::iter::repeat(&zero));
    Ok(Some(ContractMonth {
        month,
        billed: row.billed.checked_sub(&before.billed)?,
        recognised: row.recognised.checked_sub(&before.recognised)?,
        by_obligation: row
            .by_obligation
            .iter()
            .zip(earlier)
            .map(|(now, before)| now.checked_sub(before))
            .collect::<Result<_, _>>()?,
        billed_to_date: row.billed,
        recognised_to_date: row.recognised,
        remaining: row.remaining,
        position: row.position,
        balances: row.balances.clone(),
    }))
}

/// The months in which something may move: those of facts, and those in which time runs for an obligation.
fn active_months(history: &History<'_>) -> BTreeSet<FiscalMonth> {
    let mut months = BTreeSet::new();
    for obligation in history.terms.obligations() {
        add_obligation(&mut months, obligation);
    }
    for event in &history.events {
        months.insert(FiscalMonth::of(event.effective));
        match &event.fact {
            Fact::ServiceStarted { period, .. } => months.extend(period.fiscal_months()),
            Fact::RightExercised { delivers, .. } => add_obligation(&mut months, delivers),
            Fact::Modified { modification } => {
                for obligation in &modification.adds {
                    add_obligation(&mut months, obligation);
                }
                for change in &modification.changes {
                    let period = change
                        .last_day
                        .and_then(|last| Period::inclusive(event.effective, last).ok());
                    months.extend(
                        period
                            .filter(crate::obligation::is_short_enough)
                            .into_iter()
                            .flat_map(|period| period.fiscal_months()),
                    );
                }
            }
            _ => {}
        }
    }
    months
}

fn add_obligation(months: &mut BTreeSet<FiscalMonth>, obligation: &Obligation) {
    match &obligation.measure {
        Measure::Time {
            period: Some(period), ..
        } => months.extend(period.fiscal_months()),
        Measure::TakeOrPay { end, .. } => {
            months.insert(FiscalMonth::of(*end));
        }
        _ => {}
    }
    months.extend(obligation.usable_from.map(FiscalMonth::of));
}
