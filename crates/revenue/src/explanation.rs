use l2c_calendar::FiscalMonth;
use l2c_explain::{Explanation, Figure, Recorder, Trace};

use crate::contract_price::{allocate, transaction_price};
use crate::history::History;
use crate::position::{billed, net_position};
use crate::recognition::{recognised, recognised_in};
use crate::{RevenueError, RevenueEvent, View};

/// Which figure of a contract is to be explained.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Question {
    /// What the customer promises.
    TransactionPrice,
    /// An obligation's share of it.
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
    let book = view.book;
    match question {
        Question::TransactionPrice => transaction_price(rec, history, book),
        Question::Allocation { obligation } => share(rec, history, view, history.position(obligation)?),
        Question::Recognised { obligation, month } => {
            let index = history.position(obligation)?;
            let share = share(rec, history, view, index)?;
            let through = month.last_day().min(view.as_of);
            let before = month.previous()?.last_day().min(view.as_of);
            let end = recognised(rec, history, index, &share, through, book)?;
            let start = recognised(rec, history, index, &share, before, book)?;
            Ok(rec.difference(&end, &start, || recognised_in(history, *month)))
        }
        Question::NetPosition { month } => {
            let through = month.last_day().min(view.as_of);
            let allocated = allocate(rec, history, book)?;
            let mut earned = Vec::with_capacity(allocated.len());
            for (index, share) in allocated.iter().enumerate() {
                earned.push(recognised(rec, history, index, share, through, book)?);
            }
            let billed = billed(rec, history, through);
            Ok(net_position(rec, history, &earned, &billed, through, book))
        }
    }
}

fn share<R: Recorder>(
    rec: &mut R,
    history: &History<'_>,
    view: &View,
    index: usize,
) -> Result<Figure<R::Mark>, RevenueError> {
    let mut shares = allocate(rec, history, view.book)?;
    // There is one share per obligation, and the index is that of an obligation.
    Ok(shares.swap_remove(index))
}
