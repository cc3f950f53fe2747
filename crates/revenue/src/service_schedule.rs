use l2c_calendar::{FiscalPeriods, NaiveDate, NamedPeriod, Period};
use l2c_documents::Faults;
use l2c_explain::{Explanation, Figure, Measure, NoTrace, Note, Recorder, Trace};
use l2c_money::{Currency, Exact, Money, Rounding, RoundingPolicy};
use serde::{Deserialize, Serialize};

use crate::obligation::is_short_enough;
use crate::price_context::PriceContext;
use crate::terms::{bad_text, fault};
use crate::{Book, Convention, MAX_TERM_MONTHS, Paragraph, RevenueError};

/// An amount that is earned over a service, as a host writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ScheduleDocument {
    /// Its name, for explanations.
    pub id: String,
    /// The currency of the amount.
    pub currency: Currency,
    /// The standard whose paragraphs are cited.
    #[serde(default)]
    pub book: Book,
    /// How what is earned by the end of a day is rounded to the minor unit.
    #[serde(default)]
    pub rounding: Rounding,
    /// The days served.
    pub service: Period,
    /// How they are counted.
    #[serde(default)]
    pub convention: Convention,
    /// What they earn.
    pub price: ServicePrice,
    /// The periods that are asked about; the calendar months that the service touches if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub periods: Option<FiscalPeriods>,
}

/// What a service earns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ServicePrice {
    /// So much in all, in whole minor units.
    Amount(Money),
    /// So much for a full month: the whole is this by the weights of the months, exact. It needs a convention by months.
    MonthlyAmount(Money),
}

/// A checked service, and what each period earns of it (606-10-55-20).
///
/// What a period earns is the rounded cumulative at its end less the rounded cumulative before its start, so that the last
/// one closes the whole.
///
/// ```
/// use l2c_revenue::{ScheduleDocument, ServiceSchedule};
///
/// let document: ScheduleDocument = serde_json::from_str(r#"{"id": "support", "currency": "USD",
///     "service": {"start": "2025-01-15", "end": "2026-01-15"}, "convention": "months_half",
///     "price": {"amount": {"amount": "1200.00", "currency": "USD"}},
///     "periods": {"calendar": {"unit": "quarter", "from": "2025-01-01", "count": 3}}}"#)?;
/// let schedule = ServiceSchedule::new(document)?;
/// let figures = schedule.figures()?;
/// let earned: Vec<String> = figures.periods.iter().map(|row| format!("{} {}", row.period.id, row.amount)).collect();
/// assert_eq!(earned, ["2025-Q1 250.00 USD", "2025-Q2 300.00 USD", "2025-Q3 300.00 USD"]);
/// assert_eq!(figures.outside_periods.to_string(), "350.00 USD");
/// println!("{}", schedule.explain("2025-Q1")?.text());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceSchedule {
    document: ScheduleDocument,
    periods: FiscalPeriods,
}

/// What a service earns, period by period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ServiceScheduleFigures {
    /// One for each period, in their order.
    pub periods: Vec<EarnedPeriod>,
    /// What the whole service earns, rounded.
    pub total: Money,
    /// What is earned outside the periods.
    pub outside_periods: Money,
}

/// What a period earns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct EarnedPeriod {
    /// The period.
    pub period: NamedPeriod,
    /// What it earns.
    pub amount: Money,
}

impl ServiceSchedule {
    /// Checks a document.
    ///
    /// # Errors
    /// Every fault, with its path.
    pub fn new(document: ScheduleDocument) -> Result<Self, Faults> {
        let mut faults: Vec<_> = bad_text("id".to_owned(), &document.id).into_iter().collect();
        let daily = document.convention == Convention::Daily;
        let (path, amount, whole) = match document.price {
            ServicePrice::Amount(amount) => ("price.amount", amount, true),
            ServicePrice::MonthlyAmount(amount) => ("price.monthly_amount", amount, false),
        };
        if amount.currency() != document.currency {
            let expected = format!("an amount in {}", document.currency);
            faults.push(fault(path, "currency_mismatch", &amount.to_string(), &expected));
        } else if whole && amount.minor().is_err() {
            let expected = "whole minor units of the currency";
            faults.push(fault(path, "invalid_amount", &amount.to_string(), expected));
        }
        if daily && !whole {
            let expected = "an amount for the whole service, as days have no monthly price";
            faults.push(fault(
                path,
                "convention_needs_months",
                "a monthly amount",
                expected,
            ));
        }
        if !daily
            && document
                .periods
                .as_ref()
                .is_some_and(|periods| !periods.are_whole_months())
        {
            let expected = "periods of whole calendar months, or the convention daily";
            faults.push(fault(
                "periods",
                "convention_needs_months",
                "parts of months",
                expected,
            ));
        }
        if !is_short_enough(&document.service) {
            let expected = format!("a service of at most {MAX_TERM_MONTHS} months");
            faults.push(fault(
                "service",
                "term_too_long",
                &document.service.to_string(),
                &expected,
            ));
        }
        let name = format!("schedule {}", document.id);
        if let Some(faults) = Faults::of(name.clone(), faults) {
            return Err(faults);
        }
        let periods = match &document.periods {
            Some(periods) => periods.clone(),
            None => FiscalPeriods::months_of(&document.service).map_err(|error| {
                let fault = fault("service", error.code(), &error.to_string(), "an earlier service");
                Faults::one(name, fault)
            })?,
        };
        Ok(Self { document, periods })
    }

    /// What each period earns.
    ///
    /// # Errors
    /// An amount beyond the bounds of [`Money`].
    pub fn figures(&self) -> Result<ServiceScheduleFigures, RevenueError> {
        let rec = &mut NoTrace;
        let money = |figure: &Exact| Money::try_from_exact(figure, self.document.currency);
        let whole = self.earned(rec, self.document.service.last_day())?;
        let mut outside = whole.value.clone();
        let mut periods = Vec::new();
        for named in self.periods.iter() {
            let amount = self.earned_in(rec, named)?;
            outside -= &amount.value;
            periods.push(EarnedPeriod {
                period: named.clone(),
                amount: money(&amount.value)?,
            });
        }
        Ok(ServiceScheduleFigures {
            periods,
            total: money(&whole.value)?,
            outside_periods: money(&outside)?,
        })
    }

    /// Why a period earns what it earns.
    ///
    /// # Errors
    /// [`RevenueError::UnknownReference`] for another period; else as [`ServiceSchedule::figures`].
    pub fn explain(&self, period: &str) -> Result<Explanation, RevenueError> {
        let named = self.periods.iter().find(|named| named.id == period);
        let named = named.ok_or_else(|| RevenueError::UnknownReference {
            document: self.document.id.clone(),
            reference: period.to_owned(),
        })?;
        let mut trace = Trace::new();
        let earned = self.earned_in(&mut trace, named)?;
        Ok(trace.finish(&earned))
    }

    /// What a period earns: the cumulative at its end less the cumulative before its start.
    fn earned_in<R: Recorder>(
        &self,
        rec: &mut R,
        named: &NamedPeriod,
    ) -> Result<Figure<R::Mark>, RevenueError> {
        let end = self.earned(rec, named.period.last_day())?;
        let start = match named.period.start().pred_opt() {
            Some(before) => self.earned(rec, before)?,
            None => rec.input(Exact::ZERO, || Note::new("nothing before")),
        };
        Ok(rec.difference(&end, &start, || {
            Note::new(format!("earned in {}", named.id)).money(self.document.currency)
        }))
    }

    /// What is earned by the end of a day, rounded.
    fn earned<R: Recorder>(&self, rec: &mut R, through: NaiveDate) -> Result<Figure<R::Mark>, RevenueError> {
        let (document, context) = (&self.document, self.context());
        let (served, whole) = document.convention.served(&document.service, through);
        let (what, measure) = document.convention.counts();
        let weight = |rec: &mut R, weight, of: String| {
            rec.input(weight, || Note::new(format!("{what} {of}")).measured(measure))
        };
        let served = weight(rec, served, format!("served by the end of {through}"));
        let price = |rec: &mut R, amount: Money, what: &str| {
            rec.input(amount.exact(), || {
                Note::new(what)
                    .money(document.currency)
                    .cite(context.place("schedule", &document.id))
            })
        };
        let exact = match document.price {
            ServicePrice::Amount(amount) => {
                let amount = price(rec, amount, "for the whole service");
                let whole = weight(rec, whole, format!("of the service, {}", document.service));
                let share = rec.quotient(&served, &whole, || {
                    Note::new("share served")
                        .measured(Measure::Percent)
                        .cite(document.book.cite(Paragraph::STRAIGHT_LINE))
                })?;
                rec.product(&amount, &share, || {
                    Note::new("earned, exact").money(document.currency)
                })
            }
            ServicePrice::MonthlyAmount(amount) => {
                let amount = price(rec, amount, "for a full month");
                rec.product(&amount, &served, || {
                    Note::new("earned, exact")
                        .money(document.currency)
                        .cite(document.book.cite(Paragraph::STRAIGHT_LINE))
                })
            }
        };
        context.round(rec, &exact, || {
            context.note(format!("earned by the end of {through}"), Paragraph::SATISFACTION)
        })
    }

    fn context(&self) -> PriceContext<'_> {
        PriceContext {
            rounding: RoundingPolicy::minor_unit(self.document.rounding),
            book: self.document.book,
            source: &self.document.id,
            ..PriceContext::plain(self.document.currency)
        }
    }
}
