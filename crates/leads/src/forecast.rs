use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use l2c_calendar::{CalendarError, Quarter};
use l2c_explain::{Explanation, Figure, NoTrace, Note, Recorder, Trace};
use l2c_money::Exact;

use crate::forecaster::Weighed;
use crate::{Forecaster, LeadsError, OpportunityStatus, PipelineItem, PipelineSums, pipeline};

/// A forecast by calendar quarter: what is won beside what is open, weighted by probability.
///
/// Figures are exact and in the currency of the report; [`Forecaster::money`] rounds them, each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// The day on which it is made.
    pub as_of: NaiveDate,
    /// The quarters in which something was won or is expected to close.
    pub quarters: BTreeMap<Quarter, QuarterForecast<Exact>>,
    /// All quarters together.
    pub total: QuarterForecast<Exact>,
}

/// The forecast of one quarter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuarterForecast<F> {
    /// What was won: committed. Its value counts in full; without a value it counts nothing.
    pub won: PipelineSums<F>,
    /// What is open and expected to close in the quarter.
    pub open: PipelineSums<F>,
    /// How many of the open ones have no expected date, so that the policy gives one.
    pub assumed_close: usize,
    /// How many of the open ones should have closed before the day of the forecast; they count in its quarter.
    pub overdue: usize,
    /// Won and weighted open together.
    pub expected: F,
}

/// Which figure of a forecast is explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForecastFigure {
    /// What was won.
    Won,
    /// What is open, in full.
    Open,
    /// What is open, weighted.
    Weighted,
    /// Won and weighted open together.
    Expected,
}

type Sums<M> = QuarterForecast<Figure<M>>;

/// An open opportunity's expected close, and how it was found.
struct Close {
    on: NaiveDate,
    assumed: bool,
    overdue: bool,
}

impl Forecaster {
    /// The forecast on a day. An open opportunity counts in the quarter of its expected close; without one, a
    /// number of days (policy) after it was opened; if that has passed, in the quarter of the day of the
    /// forecast, since nothing closes in the past. A won one counts in the quarter in which it was won, a lost
    /// one nowhere.
    ///
    /// # Errors
    /// As [`Forecaster::pipeline`]; [`LeadsError::MissingCloseDate`] for a won one without the day.
    pub fn forecast(&self, items: &[PipelineItem], as_of: NaiveDate) -> Result<Forecast, LeadsError> {
        let (quarters, total) = self.forecast_with(&mut NoTrace, items, as_of)?;
        Ok(Forecast {
            as_of,
            quarters: quarters
                .into_iter()
                .map(|(quarter, sums)| (quarter, plain(sums)))
                .collect(),
            total: plain(total),
        })
    }

    /// How a figure of the forecast comes about, rounded as it is given out: that of a quarter, or of all
    /// together if none is named.
    ///
    /// # Errors
    /// As [`Forecaster::forecast`]; [`LeadsError::NoSuchFigure`] for a quarter that is not in it.
    pub fn explain_forecast(
        &self,
        items: &[PipelineItem],
        as_of: NaiveDate,
        quarter: Option<Quarter>,
        figure: ForecastFigure,
    ) -> Result<Explanation, LeadsError> {
        let mut trace = Trace::new();
        let (quarters, total) = self.forecast_with(&mut trace, items, as_of)?;
        let sums = match quarter {
            None => &total,
            Some(quarter) => quarters.get(&quarter).ok_or_else(|| LeadsError::NoSuchFigure {
                what: "quarter",
                key: quarter.to_string(),
            })?,
        };
        let exact = match figure {
            ForecastFigure::Won => &sums.won.unweighted,
            ForecastFigure::Open => &sums.open.unweighted,
            ForecastFigure::Weighted => &sums.open.weighted,
            ForecastFigure::Expected => &sums.expected,
        };
        self.given_out(trace, exact)
    }

    #[allow(clippy::type_complexity)]
    fn forecast_with<R: Recorder>(
        &self,
        rec: &mut R,
        items: &[PipelineItem],
        as_of: NaiveDate,
    ) -> Result<(BTreeMap<Quarter, Sums<R::Mark>>, Sums<R::Mark>), LeadsError> {
        let weighed = self.weigh(rec, items)?;
        let mut quarters: BTreeMap<Quarter, Members<'_, R::Mark>> = BTreeMap::new();
        for line in &weighed {
            let item = line.item;
            match item.status {
                OpportunityStatus::Won => {
                    let on = item.close_on.ok_or_else(|| LeadsError::MissingCloseDate {
                        opportunity: item.opportunity.clone(),
                    })?;
                    quarters.entry(Quarter::of(on)).or_default().won.push(line);
                }
                OpportunityStatus::Open => {
                    let close = self.expected_close(item, as_of)?;
                    let members = quarters.entry(Quarter::of(close.on)).or_default();
                    members.open.push(line);
                    members.assumed = members.assumed.saturating_add(usize::from(close.assumed));
                    members.overdue = members.overdue.saturating_add(usize::from(close.overdue));
                }
                OpportunityStatus::Lost | OpportunityStatus::Absent => {}
            }
        }
        let quarters: BTreeMap<Quarter, Sums<R::Mark>> = quarters
            .into_iter()
            .map(|(quarter, members)| (quarter, self.quarter(rec, &members, &quarter.to_string())))
            .collect();
        let name = "all quarters";
        let won = self.join(rec, quarters.values().map(|q| &q.won), &format!("won in {name}"));
        let open = self.join(
            rec,
            quarters.values().map(|q| &q.open),
            &format!("open in {name}"),
        );
        let counted =
            |count: fn(&Sums<R::Mark>) -> usize| quarters.values().map(count).fold(0, usize::saturating_add);
        let (assumed, overdue) = (counted(|q| q.assumed_close), counted(|q| q.overdue));
        let total = self.expected(rec, won, open, assumed, overdue, name);
        Ok((quarters, total))
    }

    fn quarter<R: Recorder>(&self, rec: &mut R, members: &Members<'_, R::Mark>, name: &str) -> Sums<R::Mark> {
        let won = self.sum(rec, &members.won, &format!("won in {name}"));
        let open = self.sum(rec, &members.open, &format!("open in {name}"));
        self.expected(rec, won, open, members.assumed, members.overdue, name)
    }

    fn expected<R: Recorder>(
        &self,
        rec: &mut R,
        won: pipeline::Sums<R::Mark>,
        open: pipeline::Sums<R::Mark>,
        assumed_close: usize,
        overdue: usize,
        name: &str,
    ) -> Sums<R::Mark> {
        let expected = rec.sum(&[&won.unweighted, &open.weighted], || {
            Note::new(format!("expected in {name}")).money(self.currency)
        });
        QuarterForecast {
            won,
            open,
            assumed_close,
            overdue,
            expected,
        }
    }

    fn expected_close(&self, item: &PipelineItem, as_of: NaiveDate) -> Result<Close, LeadsError> {
        let days = self.close_after_days;
        let on = match item.close_on {
            Some(on) => on,
            None => item
                .opened_on
                .checked_add_days(Days::new(u64::from(days)))
                .ok_or_else(|| CalendarError::DateOutOfRange {
                    date: item.opened_on,
                    moved_by: format!("{days} days"),
                })?,
        };
        Ok(Close {
            on: on.max(as_of),
            assumed: item.close_on.is_none(),
            overdue: on < as_of,
        })
    }
}

struct Members<'a, M> {
    won: Vec<&'a Weighed<'a, M>>,
    open: Vec<&'a Weighed<'a, M>>,
    assumed: usize,
    overdue: usize,
}

impl<M> Default for Members<'_, M> {
    fn default() -> Self {
        Self {
            won: Vec::new(),
            open: Vec::new(),
            assumed: 0,
            overdue: 0,
        }
    }
}

fn plain(sums: Sums<()>) -> QuarterForecast<Exact> {
    QuarterForecast {
        won: sums.won.plain(),
        open: sums.open.plain(),
        assumed_close: sums.assumed_close,
        overdue: sums.overdue,
        expected: sums.expected.value,
    }
}
