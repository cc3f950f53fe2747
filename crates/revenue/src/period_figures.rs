//! What a contract did in periods of any calendar, and what was posted of it when the books of a period were closed.

use std::collections::BTreeMap;

use l2c_calendar::Period;
use l2c_explain::NoTrace;
use l2c_host::{DateTime, Utc};
use l2c_ledger::Role;
use l2c_money::{Exact, Money};
use serde::Serialize;

use crate::contract_context::Moment;
use crate::history::{History, Walk};
use crate::{Book, ContractDay, RevenueError, RevenueEvent};

/// A contract over a period: the end of its last day less the end of the day before its first. What another system has
/// accounted for moves in no period: before a contract was taken over, its opening balances stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PeriodFigures {
    /// The period.
    pub period: Period,
    /// The contract before it.
    pub opening: ContractDay,
    /// The contract after it.
    pub closing: ContractDay,
    /// Recognised in it; below zero where revenue is taken back.
    pub recognised: Money,
    /// Recognised in it of each obligation that is promised by its end, in their order.
    pub by_obligation: Vec<(String, Money)>,
    /// What moved, by account role; a debit is above zero. The movements come to zero.
    pub movements: BTreeMap<Role, Money>,
}

/// A contract over each of some periods, in the order asked for.
///
/// # Errors
/// As [`project`](crate::project), but of every day: before a contract was taken over nothing moves.
pub fn project_periods(
    events: &[RevenueEvent],
    known_at: DateTime<Utc>,
    book: Book,
    periods: &[Period],
) -> Result<Vec<PeriodFigures>, RevenueError> {
    let rec = &mut NoTrace;
    let history = History::of(events, known_at)?;
    let currency = history.terms.currency();
    let mut walk = Walk::new(rec, &history, book)?;
    let mut days = BTreeMap::new();
    for period in periods {
        let before = period.start().pred_opt();
        days.extend(before.map(|day| (history.in_these_books(day), None)));
        days.insert(history.in_these_books(period.last_day()), None);
    }
    for (day, figures) in &mut days {
        let replay = walk.to(rec, *day)?;
        let ids: Vec<String> = replay.performances.iter().map(|p| p.id().to_owned()).collect();
        *figures = Some((replay.day(rec, *day)?, ids));
    }
    let mut rows = Vec::with_capacity(periods.len());
    for period in periods {
        let before = period.start().pred_opt().unwrap_or(period.start());
        let at = |day| days.get(&history.in_these_books(day)).cloned().flatten();
        let (Some((closing, ids)), opening) = (at(period.last_day()), at(before)) else {
            continue;
        };
        let opening = opening.map_or_else(|| ContractDay::before(before, currency), |(day, _)| day);
        let zero = Money::zero(currency);
        let earlier = opening.by_obligation.iter().chain(std::iter::repeat(&zero));
        rows.push(PeriodFigures {
            period: *period,
            recognised: closing.recognised.checked_sub(&opening.recognised)?,
            by_obligation: ids
                .into_iter()
                .zip(&closing.by_obligation)
                .zip(earlier)
                .map(|((id, now), before)| Ok((id, now.checked_sub(before)?)))
                .collect::<Result<_, RevenueError>>()?,
            movements: closing.movement_since(&opening)?,
            opening,
            closing,
        });
    }
    Ok(rows)
}

/// A period of the books, and when it was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BookPeriod {
    /// The period.
    pub period: Period,
    /// The moment by which facts had to be known to be posted in it; none while it is open.
    pub closed_at: Option<DateTime<Utc>>,
}

/// What was posted in a period, as the contract was known when it was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PostedPeriod {
    /// The period.
    pub period: Period,
    /// Revenue posted in it.
    pub revenue: Money,
    /// The part of it that is for earlier periods: what became known of them after they were closed.
    pub prior_period: Money,
}

/// Revenue as it is posted period by period. What becomes known of a closed period is posted in the next one that is
/// closed after it, or open; a closed period never changes. The periods are in order and adjoin each other.
///
/// # Errors
/// As [`project`](crate::project), but of every day; a contract that is not in the books yet has posted nothing, and
/// what another system has posted of one that was taken over is in no period.
pub fn posted_by_period(
    events: &[RevenueEvent],
    book: Book,
    periods: &[BookPeriod],
) -> Result<Vec<PostedPeriod>, RevenueError> {
    let now = DateTime::<Utc>::MAX_UTC;
    let all = History::of(events, now)?;
    let currency = all.terms.currency();
    let cumulative = |day, known_at| -> Result<Exact, RevenueError> {
        let rec = &mut NoTrace;
        let (known, opening);
        let history = match History::of(events, known_at) {
            Err(RevenueError::NotInBooks { .. }) if all.taken_over().is_none() => return Ok(Exact::ZERO),
            Err(error) if !matches!(error, RevenueError::NotInBooks { .. }) => return Err(error),
            Ok(history) if history.taken_over().is_some() || all.taken_over().is_none() => {
                known = history;
                &known
            }
            // It is not taken over yet: its opening balances stand elsewhere.
            _ => {
                opening = all.opening();
                &opening
            }
        };
        let day = history.in_these_books(day);
        let mut walk = Walk::new(rec, history, book)?;
        let revenue = walk.to(rec, day)?.revenue(rec, Moment::end_of(day))?;
        Ok(revenue
            .iter()
            .fold(Exact::ZERO, |sum, figure| &sum + &figure.value))
    };
    let mut posted = Exact::ZERO;
    let mut rows = Vec::with_capacity(periods.len());
    for (index, BookPeriod { period, closed_at }) in periods.iter().enumerate() {
        let known_at = closed_at.unwrap_or(now);
        let before = period.start().pred_opt().unwrap_or(period.start());
        let start = cumulative(before, known_at)?;
        if index == 0 {
            // What was posted before the first period is taken as it was known at its close.
            posted = start.clone();
        }
        let end = cumulative(period.last_day(), known_at)?;
        rows.push(PostedPeriod {
            period: *period,
            revenue: Money::try_from_exact(&(&end - &posted), currency)?,
            prior_period: Money::try_from_exact(&(&start - &posted), currency)?,
        });
        posted = end;
    }
    Ok(rows)
}
