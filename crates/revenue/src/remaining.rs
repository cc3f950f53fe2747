//! Remaining performance obligations: the transaction price that is not performed yet, in time bands (606-10-50-13).

use l2c_calendar::{NaiveDate, Period};
use l2c_explain::NoTrace;
use l2c_money::{Exact, Money};
use serde::{Deserialize, Serialize};

use crate::contract_context::Moment;
use crate::history::{History, Walk};
use crate::performance::Measured;
use crate::{RevenueError, RevenueEvent, View};

/// What need not be disclosed (606-10-50-14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisclosureExpedients {
    /// Contracts of an original expected duration of at most a year are left out (606-10-50-14(a)).
    #[serde(default)]
    pub one_year: bool,
    /// Obligations whose revenue equals what may be invoiced are left out (606-10-50-14(b)).
    #[serde(default)]
    pub right_to_invoice: bool,
}

/// What remains of a contract at a day, by when it is expected to be performed. Use that is priced by itself is not in
/// it (606-10-50-14A).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RemainingObligations {
    /// By band, in their order.
    pub bands: Vec<Money>,
    /// With a date in none of the bands: before the first of them, between two, or after the last.
    pub outside: Money,
    /// Without a date.
    pub unscheduled: Money,
    /// All of it.
    pub total: Money,
}

/// What remains of a contract at the end of the day of the view, in time bands that follow it. Nothing is disclosed of
/// a contract before its inception, before its criteria are met, or where an expedient leaves it out.
///
/// What is expected back is no part of it. Bands stand in order and do not overlap; the first begins as a rule with the
/// day after the view's, for what falls before it is outside all of them. The `one_year` expedient leaves out contracts
/// whose terms state `original_duration_months`; without it a contract is disclosed.
///
/// A service falls into the bands as time will run; another obligation into the band of its expected date.
///
/// # Errors
/// As [`project`](crate::project).
pub fn remaining_obligations(
    events: &[RevenueEvent],
    view: &View,
    bands: &[Period],
    expedients: DisclosureExpedients,
) -> Result<Option<RemainingObligations>, RevenueError> {
    let rec = &mut NoTrace;
    let overlap = bands.windows(2).position(|pair| match pair {
        [first, second] => second.start() < first.end(),
        _ => false,
    });
    if let Some(index) = overlap {
        let second = index.saturating_add(1);
        if let (Some(before), Some(band)) = (bands.get(index), bands.get(second)) {
            return Err(RevenueError::BandsOverlap {
                number: second.saturating_add(1),
                band: *band,
                before: *before,
            });
        }
    }
    let history = History::of(events, view.known_at)?;
    let terms = history.terms;
    let is_short = terms
        .original_duration_months()
        .is_some_and(|months| months <= 12);
    if view.as_of < history.inception || (expedients.one_year && is_short) {
        return Ok(None);
    }
    history.check_day(view.as_of)?;
    let mut walk = Walk::new(rec, &history, view.book)?;
    let replay = walk.to(rec, view.as_of)?;
    if !replay.criteria_met {
        return Ok(None);
    }
    let ctx = replay.ctx;
    let mut in_bands = vec![Exact::ZERO; bands.len()];
    let (mut outside, mut unscheduled) = (Exact::ZERO, Exact::ZERO);
    let mut is_disclosed = false;
    for performance in &replay.performances {
        if expedients.right_to_invoice && performance.obligation.right_to_invoice {
            continue;
        }
        is_disclosed = true;
        if performance.closed.is_some() {
            continue;
        }
        let allocated = performance.net_allocation(rec, &ctx)?;
        let mut earned_at = |day: NaiveDate| -> Result<Exact, RevenueError> {
            performance.net_earned(rec, &ctx, Moment::end_of(day))
        };
        let earned = earned_at(view.as_of)?;
        let remaining = &allocated - &earned;
        if let Measured::Time { period: Some(_), .. } = &performance.measured {
            let mut placed = Exact::ZERO;
            for (band, total) in bands.iter().zip(&mut in_bands) {
                let first = band.start().pred_opt().unwrap_or(band.start()).max(view.as_of);
                let last = band.last_day().max(view.as_of);
                let part = &earned_at(last)? - &earned_at(first)?;
                *total += &part;
                placed += &part;
            }
            outside += &(&remaining - &placed);
        } else {
            match performance.obligation.expected_date {
                None => unscheduled += &remaining,
                Some(on) => {
                    let mut places = bands.iter().zip(&mut in_bands);
                    match places.find(|(band, _)| band.contains(on)) {
                        Some((_, total)) => *total += &remaining,
                        None => outside += &remaining,
                    }
                }
            }
        }
    }
    if !is_disclosed {
        return Ok(None);
    }
    let currency = terms.currency();
    let money = |value: &Exact| Money::try_from_exact(value, currency);
    let bands = in_bands.iter().map(money).collect::<Result<Vec<_>, _>>()?;
    let (outside, unscheduled) = (money(&outside)?, money(&unscheduled)?);
    let total = Money::sum(bands.iter().chain([&outside, &unscheduled]), currency)?;
    Ok(Some(RemainingObligations {
        bands,
        outside,
        unscheduled,
        total,
    }))
}
