use l2c_calendar::{FiscalMonth, NaiveDate};
use l2c_explain::{Explanation, Figure, Recorder, Trace};
use l2c_ledger::Role;
use l2c_money::Exact;

use crate::contract_context::Moment;
use crate::history::{History, Walk};
use crate::{RevenueError, RevenueEvent, View};

/// Which figure of a contract is to be explained.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Question {
    /// What the customer promises, as it is estimated by the day of the view.
    TransactionPrice,
    /// What an obligation is allocated by the day of the view, since inception.
    Allocation {
        /// The obligation.
        obligation: String,
    },
    /// What a month, up to the day of the view, recognises of an obligation.
    Recognised {
        /// The obligation.
        obligation: String,
        /// The month.
        month: FiscalMonth,
    },
    /// Recognised less billed at the end of a month, or on the day of the view if it comes first.
    NetPosition {
        /// The month.
        month: FiscalMonth,
    },
    /// What a fact did to cumulative revenue at once, as [`effects`](crate::effects) gives it.
    Effect {
        /// The host's number of the fact.
        sequence: u64,
    },
    /// The balance of an account role at the end of a month, or on the day of the view if it comes first; a debit is
    /// above zero.
    Balance {
        /// The role.
        role: Role,
        /// The month.
        month: FiscalMonth,
    },
}

/// Why a figure of [`project`](crate::project) is what it is, by the same code.
///
/// # Errors
/// As [`project`](crate::project), and [`RevenueError::UnknownObligation`] for a question about another obligation.
pub fn explain(
    events: &[RevenueEvent],
    view: &View,
    question: &Question,
) -> Result<Explanation, RevenueError> {
    let history = History::of(events, view.known_at)?;
    history.check_day(view.as_of)?;
    let mut trace = Trace::new();
    let figure = figure(&mut trace, &history, view, question)?;
    Ok(trace.finish(&figure))
}

fn figure<R: Recorder>(
    rec: &mut R,
    history: &History<'_>,
    view: &View,
    question: &Question,
) -> Result<Figure<R::Mark>, RevenueError> {
    let mut walk = Walk::new(rec, history, view.book)?;
    let unknown = |obligation: &str| RevenueError::UnknownObligation {
        contract: history.terms.contract().clone(),
        obligation: obligation.to_owned(),
    };
    let money = |label: String| l2c_explain::Note::new(label).money(history.terms.currency());
    match question {
        Question::TransactionPrice => {
            let replay = walk.to(rec, view.as_of)?;
            let moment = Moment::end_of(view.as_of);
            let revenue = replay.revenue(rec, moment)?;
            let revenue: Vec<_> = revenue.iter().collect();
            let revenue = rec.sum(&revenue, || money("recognised, all obligations".to_owned()));
            replay.price(rec, moment, &revenue)
        }
        Question::Allocation { obligation } => {
            let replay = walk.to(rec, view.as_of)?;
            let performance = replay.find(obligation).map_err(|_| unknown(obligation))?;
            if performance.earned_before.value.is_zero() {
                return Ok(performance.allocated.clone());
            }
            Ok(
                rec.sum(&[&performance.earned_before, &performance.allocated], || {
                    money(format!("allocated to {obligation} since inception"))
                }),
            )
        }
        Question::Recognised { obligation, month } => {
            let through = month.last_day().min(view.as_of);
            let before = month.previous()?.last_day().min(view.as_of);
            // Before the contract was taken over nothing is recognised here.
            let (before, through) = (history.in_these_books(before), history.in_these_books(through));
            let start = revenue_of(rec, &mut walk, obligation, before)?;
            let end = revenue_of(rec, &mut walk, obligation, through)?.ok_or_else(|| unknown(obligation))?;
            let start = start.unwrap_or_else(|| {
                rec.input(Exact::ZERO, || money(format!("{obligation} is not promised yet")))
            });
            Ok(rec.difference(&end, &start, || money(format!("recognised in {month}"))))
        }
        Question::NetPosition { month } => {
            let through = month.last_day().min(view.as_of);
            history.check_day(through)?;
            let balances = walk.to(rec, through)?.balances(rec, Moment::end_of(through))?;
            if let [only] = balances.positions.as_slice() {
                return Ok(only.clone());
            }
            let positions: Vec<_> = balances.positions.iter().collect();
            Ok(rec.sum(&positions, || {
                money(format!("net positions at the end of {through}"))
            }))
        }
        Question::Effect { sequence } => {
            if let Some(event) = history.taken_over().filter(|event| event.sequence == *sequence) {
                let on = event.effective;
                return Ok(rec.input(Exact::ZERO, || {
                    money(format!(
                        "recognised at once by `taken_over` on {on}: what another system has recognised is no revenue here"
                    ))
                }));
            }
            while let Some(event) = walk.upcoming() {
                if event.sequence != *sequence {
                    walk.step(rec)?;
                    continue;
                }
                let moment = crate::projection::moment_of(event);
                let label = format!("by `{}` on {}", event.fact.name(), event.effective);
                let before = walk.replay.revenue(rec, moment)?;
                walk.step(rec)?;
                let after = walk.replay.revenue(rec, moment)?;
                let mut sum = |parts: &[Figure<R::Mark>], when: &str| {
                    let parts: Vec<_> = parts.iter().collect();
                    rec.sum(&parts, || {
                        money(format!("recognised just {when} it, all obligations"))
                    })
                };
                let (before, after) = (sum(&before, "before"), sum(&after, "after"));
                return Ok(rec.difference(&after, &before, || money(format!("recognised at once {label}"))));
            }
            Err(RevenueError::UnknownFact { sequence: *sequence })
        }
        Question::Balance { role, month } => {
            let through = month.last_day().min(view.as_of);
            history.check_day(through)?;
            let mut balances = walk.to(rec, through)?.balances(rec, Moment::end_of(through))?;
            Ok(balances.roles.remove(role).unwrap_or_else(|| {
                rec.input(Exact::ZERO, || money(format!("{role} at the end of {through}")))
            }))
        }
    }
}

/// Cumulative revenue of an obligation by the end of a day, if it is promised by then.
fn revenue_of<R: Recorder>(
    rec: &mut R,
    walk: &mut Walk<'_, '_, R::Mark>,
    obligation: &str,
    through: NaiveDate,
) -> Result<Option<Figure<R::Mark>>, RevenueError> {
    let replay = walk.to(rec, through)?;
    let Some(place) = replay
        .performances
        .iter()
        .position(|known| known.id() == obligation)
    else {
        return Ok(None);
    };
    let mut revenue = replay.revenue(rec, Moment::end_of(through))?;
    Ok((place < revenue.len()).then(|| revenue.swap_remove(place)))
}
