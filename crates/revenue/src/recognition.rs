//! Step 5: how much of an obligation is recognised by the end of a day.

use l2c_calendar::{FiscalMonth, NaiveDate};
use l2c_explain::{Figure, Measure, Note, Recorder};
use l2c_money::Exact;

use crate::contract_price::of_policy;
use crate::history::{History, Performance};
use crate::{Book, Convention, Paragraph, RevenueError};

/// Cumulative revenue of the obligation at `index` by the end of a day: the allocated amount times the progress,
/// rounded to the minor unit (606-10-25-31). What a span of days earns is the difference of two such figures.
pub(crate) fn recognised<R: Recorder>(
    rec: &mut R,
    history: &History<'_>,
    index: usize,
    allocated: &Figure<R::Mark>,
    through: NaiveDate,
    book: Book,
) -> Result<Figure<R::Mark>, RevenueError> {
    let currency = history.terms.currency();
    let name = || {
        history
            .terms
            .obligations()
            .get(index)
            .map_or("", |o| o.id.as_str())
    };
    let progress = progress(rec, history, index, through, book)?;
    let earned = rec.product(allocated, &progress, || {
        Note::new(format!("{} earned by the end of {through}, exact", name()))
            .money(currency)
            .cite(book.cite(Paragraph::SATISFACTION))
    });
    let policy = history.terms.policy().rounding_policy();
    Ok(rec.round(&earned, policy, currency, || {
        Note::new(format!("{} recognised by the end of {through}", name()))
            .money(currency)
            .cite(of_policy(history, "rounding"))
    })?)
}

/// The part of the obligation that is satisfied by the end of a day, from 0 to 1.
fn progress<R: Recorder>(
    rec: &mut R,
    history: &History<'_>,
    index: usize,
    through: NaiveDate,
    book: Book,
) -> Result<Figure<R::Mark>, RevenueError> {
    let name = || {
        history
            .terms
            .obligations()
            .get(index)
            .map_or("", |o| o.id.as_str())
    };
    match history.performances.get(index) {
        Some(Performance::PointInTime { satisfied }) => {
            let done = satisfied.is_some_and(|on| on <= through);
            let value = if done { Exact::ONE } else { Exact::ZERO };
            Ok(rec.input(value, || {
                let label = match satisfied {
                    Some(on) => format!("progress of {}: control passes on {on}", name()),
                    None => format!("progress of {}: control has not passed", name()),
                };
                Note::new(label)
                    .percent()
                    .cite(book.cite(Paragraph::POINT_IN_TIME))
            }))
        }
        Some(Performance::Time { period: Some(period) }) => {
            let convention = history.terms.policy().convention;
            let (served, whole) = convention.served(period, through);
            let (what, measure, by) = match convention {
                Convention::Daily => ("days", Measure::Days, "day"),
                Convention::MonthsTouched | Convention::MonthsProrated | Convention::MonthsHalf => {
                    ("months", Measure::Number, "month")
                }
            };
            let served = rec.input(served, || {
                Note::new(format!("{what} of {} served by the end of {through}", name())).measured(measure)
            });
            let whole = rec.input(whole, || {
                Note::new(format!("{what} of {}, {period}", name())).measured(measure)
            });
            Ok(rec.quotient(&served, &whole, || {
                Note::new(format!("progress of {}, straight line by {by}", name()))
                    .percent()
                    .cite(book.cite(Paragraph::PROGRESS))
                    .cite(book.cite(Paragraph::STRAIGHT_LINE))
                    .cite(of_policy(history, "convention"))
            })?)
        }
        Some(Performance::Time { period: None }) | None => Ok(rec.input(Exact::ZERO, || {
            Note::new(format!("progress of {}: the service has not begun", name()))
                .percent()
                .cite(book.cite(Paragraph::PROGRESS))
        })),
    }
}

/// What a month recognises: cumulative revenue at its end less that at its start.
pub(crate) fn recognised_in(history: &History<'_>, month: FiscalMonth) -> Note {
    Note::new(format!("recognised in {month}")).money(history.terms.currency())
}
