use std::num::NonZeroU32;

use chrono::{Datelike, NaiveDate};
use l2c_explain::{Figure, NoTrace, Note, Recorder};
use l2c_money::{Currency, Exact, MoneyError, RoundingPolicy};

use crate::{BillingCycle, CalendarError, Period, add_months};

mod policy;

pub use policy::{PriceTerm, ProrationPolicy};

/// The part of a price that a period costs, and how it was counted.
///
/// Made by [`ProrationPolicy::prorate`]. The factor is exact; rounding it, or the amount, is the caller's step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proration {
    days: Option<u32>,
    count: Count,
    factor: Exact,
}

/// A piece of a period inside one whole cycle or one calendar month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProrationPart {
    /// The days of the piece.
    pub period: Period,
    /// The number of days of the whole cycle or month.
    pub of_days: u32,
}

/// An amount that was prorated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProratedAmount<M = ()> {
    /// The amount.
    pub amount: Figure<M>,
    /// The amount of each part, where each is billed by itself; they add up to the amount.
    pub parts: Vec<Figure<M>>,
}

/// What was counted. The factor is computed from it alone.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Count {
    Days {
        of_days: Exact,
        days: u32,
    },
    StartedMonths {
        months: u32,
        rest_days: u32,
        of: NonZeroU32,
    },
    MonthsAndDays {
        months: u32,
        rest_days: u32,
        of: NonZeroU32,
    },
    CalendarMonths {
        parts: Vec<ProrationPart>,
        of: NonZeroU32,
    },
    Cycles {
        parts: Vec<ProrationPart>,
    },
}

impl ProrationPart {
    /// The number of days of the piece.
    #[must_use]
    pub fn days(&self) -> u32 {
        self.period.days()
    }

    /// The piece as a share of the whole: above 0, at most 1.
    #[must_use]
    pub fn share(&self) -> Exact {
        // A period has at least one day.
        Exact::ratio(i64::from(self.days()), i64::from(self.of_days)).unwrap_or_default()
    }
}

impl Proration {
    /// The part of the price of a whole term, exact; 1 is the whole.
    #[must_use]
    pub const fn factor(&self) -> &Exact {
        &self.factor
    }

    /// The days of the period; where every month counts as so many days, the counted ones. None where months
    /// were given instead of dates.
    #[must_use]
    pub const fn days(&self) -> Option<u32> {
        self.days
    }

    /// The months counted; none where days alone count. A month that is begun is in it where it counts whole.
    #[must_use]
    pub const fn months(&self) -> Option<u32> {
        match self.count {
            Count::StartedMonths {
                months, rest_days, ..
            } => Some(months.saturating_add(if rest_days > 0 { 1 } else { 0 })),
            Count::MonthsAndDays { months, .. } => Some(months),
            Count::Days { .. } | Count::CalendarMonths { .. } | Count::Cycles { .. } => None,
        }
    }

    /// The days after the last whole month; none where months are not counted.
    #[must_use]
    pub const fn rest_days(&self) -> Option<u32> {
        match self.count {
            Count::StartedMonths { rest_days, .. } | Count::MonthsAndDays { rest_days, .. } => {
                Some(rest_days)
            }
            Count::Days { .. } | Count::CalendarMonths { .. } | Count::Cycles { .. } => None,
        }
    }

    /// The pieces of the period, in order, where it is cut at cycles or at calendar months.
    #[must_use]
    pub fn parts(&self) -> &[ProrationPart] {
        match &self.count {
            Count::CalendarMonths { parts, .. } | Count::Cycles { parts } => parts,
            Count::Days { .. } | Count::StartedMonths { .. } | Count::MonthsAndDays { .. } => &[],
        }
    }

    /// The factor as steps of a derivation; `rounding` rounds it, absent it stays exact.
    ///
    /// # Errors
    /// [`MoneyError::InvalidRounding`] if the rounding cannot be carried out.
    pub fn record<R: Recorder>(
        &self,
        rec: &mut R,
        rounding: Option<RoundingPolicy>,
        currency: Currency,
    ) -> Result<Figure<R::Mark>, MoneyError> {
        let factor = self.count.factor(rec)?;
        match rounding {
            None => Ok(factor),
            Some(policy) => rec.round(&factor, policy, currency, || {
                Note::new("proration factor, rounded")
            }),
        }
    }

    /// A price prorated and rounded, as steps of a derivation.
    ///
    /// Where the period is cut at billing cycles, each part is rounded by itself, since each is billed by
    /// itself, and the amount is their sum. Else it is the price times the factor, which `factor_rounding` may
    /// round before.
    ///
    /// # Errors
    /// [`MoneyError::InvalidRounding`] if a rounding cannot be carried out.
    pub fn record_amount<R: Recorder>(
        &self,
        rec: &mut R,
        price: &Figure<R::Mark>,
        factor_rounding: Option<RoundingPolicy>,
        rounding: RoundingPolicy,
        currency: Currency,
    ) -> Result<ProratedAmount<R::Mark>, MoneyError> {
        let Count::Cycles { parts } = &self.count else {
            let factor = self.record(rec, factor_rounding, currency)?;
            let exact = rec.product(price, &factor, || {
                Note::new("price of the period").money(currency)
            });
            let note = || Note::new("price of the period, rounded").money(currency);
            let amount = rec.round(&exact, rounding, currency, note)?;
            return Ok(ProratedAmount {
                amount,
                parts: Vec::new(),
            });
        };
        let mut amounts = Vec::with_capacity(parts.len());
        for part in parts {
            let share = part.record(rec)?;
            let label = |more: &str| Note::new(format!("price of {}{more}", part.period)).money(currency);
            let exact = rec.product(price, &share, || label(""));
            amounts.push(rec.round(&exact, rounding, currency, || label(", rounded"))?);
        }
        let amount = rec.sum(&amounts.iter().collect::<Vec<_>>(), || {
            Note::new("price of the period").money(currency)
        });
        Ok(ProratedAmount {
            amount,
            parts: amounts,
        })
    }

    fn of(days: Option<u32>, count: Count) -> Result<Self, CalendarError> {
        // Every divisor is above zero by its type.
        let fault = |_| CalendarError::InvalidCycle { months: 0 };
        let factor = count.factor(&mut NoTrace).map_err(fault)?.value;
        Ok(Self { days, count, factor })
    }
}

impl ProrationPart {
    fn record<R: Recorder>(&self, rec: &mut R) -> Result<Figure<R::Mark>, MoneyError> {
        let days = rec.input(self.days().into(), || {
            Note::new(format!("days, {}", self.period)).days()
        });
        let of = rec.input(self.of_days.into(), || Note::new("days of the whole").days());
        rec.quotient(&days, &of, || Note::new(format!("share of {}", self.period)))
    }
}

impl Count {
    fn factor<R: Recorder>(&self, rec: &mut R) -> Result<Figure<R::Mark>, MoneyError> {
        let factor = || Note::new("proration factor");
        match self {
            Self::Days { days, of_days } => {
                let days = rec.input((*days).into(), || Note::new("days").days());
                let of = rec.input(of_days.clone(), || Note::new("days of the term").days());
                rec.quotient(&days, &of, factor)
            }
            Self::StartedMonths {
                months,
                rest_days,
                of,
            } => {
                let started = u32::from(*rest_days > 0);
                let whole = rec.input((*months).into(), || Note::new("whole months"));
                let started = rec.input(started.into(), || Note::new("months begun"));
                let months = rec.sum(&[&whole, &started], || Note::new("months"));
                let of = rec.input(of.get().into(), || Note::new("months of the term"));
                rec.quotient(&months, &of, factor)
            }
            Self::MonthsAndDays {
                months,
                rest_days,
                of,
            } => {
                let whole = rec.input((*months).into(), || Note::new("whole months"));
                let days = rec.input((*rest_days).into(), || Note::new("days left").days());
                let year = rec.input(Exact::integer(365), || Note::new("days of twelve months").days());
                let twelve = rec.input(Exact::integer(12), || Note::new("months of a year"));
                let days = rec.product(&days, &twelve, || Note::new("days left, times twelve"));
                let rest = rec.quotient(&days, &year, || Note::new("days left, in months"))?;
                let months = rec.sum(&[&whole, &rest], || Note::new("months"));
                let of = rec.input(of.get().into(), || Note::new("months of the term"));
                rec.quotient(&months, &of, factor)
            }
            Self::CalendarMonths { parts, of } => {
                let months = shares(rec, parts)?;
                let of = rec.input(of.get().into(), || Note::new("months of the term"));
                rec.quotient(&months, &of, factor)
            }
            Self::Cycles { parts } => shares(rec, parts),
        }
    }
}

/// The sum of the shares of all parts.
fn shares<R: Recorder>(rec: &mut R, parts: &[ProrationPart]) -> Result<Figure<R::Mark>, MoneyError> {
    let mut shares = Vec::with_capacity(parts.len());
    for part in parts {
        shares.push(part.record(rec)?);
    }
    Ok(rec.sum(&shares.iter().collect::<Vec<_>>(), || Note::new("parts together")))
}

/// The period cut at the boundaries of a cycle, each piece with the days of its whole cycle.
fn cut(period: Period, cycle: BillingCycle) -> Result<Vec<ProrationPart>, CalendarError> {
    let first = cycle.index_of(period.start())?;
    let tiles = cycle.tiling(period)?;
    (first..)
        .zip(tiles)
        .map(|(k, tile)| {
            let of_days = cycle.period(k)?.days();
            Ok(ProrationPart {
                period: tile,
                of_days,
            })
        })
        .collect()
}

/// The days of a period of at most one month in which every month has `month_days`.
///
/// A whole month is `month_days`; what crosses into the next month is corrected by what the month of the start
/// is longer or shorter than that, to at least 0.
fn fixed_month_days(period: Period, month_days: NonZeroU32) -> Result<u32, CalendarError> {
    let (start, next) = (period.start(), period.end());
    if let Ok(month_on) = add_months(start, 1) {
        if next == month_on {
            return Ok(month_days.get());
        }
        if next > month_on {
            return Err(CalendarError::TermTooLong { period });
        }
    }
    let days = period.days();
    if (next.year(), next.month()) == (start.year(), start.month()) {
        return Ok(days);
    }
    let month: NaiveDate = start.with_day(1).unwrap_or(start);
    let length = Period::months(month, 1)?.days();
    // days - (length - month_days), each a count of days.
    Ok(days.saturating_add(month_days.get()).saturating_sub(length))
}
