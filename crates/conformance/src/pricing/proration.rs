//! `proration`: the part of a price that a period costs.

use std::num::NonZeroU32;

use l2c_calendar::{NaiveDate, Period, PriceTerm, Proration, ProrationPart, ProrationPolicy};
use l2c_explain::{NoTrace, Note, Recorder};
use l2c_money::{Currency, RoundTo, RoundingPolicy};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::given::{Number, RoundingObject, Stop, answer, read, stated};

/// A proration as the page writes it; an amendment has one without its dates.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    mode: Option<Mode>,
    start: Option<NaiveDate>,
    end: Option<NaiveDate>,
    price: Option<Number>,
    currency: Option<Currency>,
    factor_rounding: Option<RoundingObject>,
    rounding: Option<RoundingObject>,
    days: Option<i64>,
    default_term_days: Option<i64>,
    months: Option<i64>,
    rest_days: Option<i64>,
    default_term_months: Option<i64>,
    anchor: Option<NaiveDate>,
    cycle_months: Option<i64>,
    fixed_days: Option<i64>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    Days,
    MonthsUp,
    MonthsDays,
    CalendarMonths,
    BillingCycle,
    FixedMonth,
}

/// The code of what is no span of days or months.
pub(crate) const PERIOD: Stop = Stop::Refused("invalid_period");

/// A number of days or months above zero.
pub(crate) fn above_zero(count: i64) -> Result<NonZeroU32, Stop> {
    let count = u32::try_from(count).map_err(|_| PERIOD)?;
    NonZeroU32::new(count).ok_or(PERIOD)
}

/// A span with both days in it.
pub(crate) fn span(start: NaiveDate, end: NaiveDate) -> Result<Period, Stop> {
    Period::inclusive(start, end).map_err(|_| PERIOD)
}

impl Written {
    /// The policy; what it leaves out is as the price has it.
    pub(crate) fn policy(
        &self,
        default_mode: Option<Mode>,
        default_cycle: Option<i64>,
    ) -> Result<ProrationPolicy, Stop> {
        let optional = |count: Option<i64>| count.map(above_zero).transpose();
        let term_months = optional(self.default_term_months)?;
        Ok(match self.mode.or(default_mode).ok_or(Stop::MALFORMED)? {
            Mode::Days => ProrationPolicy::Days {
                term_days: optional(self.default_term_days)?,
            },
            Mode::MonthsUp => ProrationPolicy::MonthsUp { term_months },
            Mode::MonthsDays => ProrationPolicy::MonthsDays { term_months },
            Mode::CalendarMonths => ProrationPolicy::CalendarMonths { term_months },
            Mode::BillingCycle => ProrationPolicy::BillingCycle {
                cycle_months: optional(self.cycle_months.or(default_cycle))?,
                anchor: self.anchor,
            },
            // The page prorates a price per month here, whatever the term of the price.
            Mode::FixedMonth => ProrationPolicy::FixedMonth {
                month_days: above_zero(self.fixed_days.ok_or(Stop::MALFORMED)?)?,
                term_months: Some(NonZeroU32::MIN),
            },
        })
    }

    /// How the factor and how amounts are rounded.
    pub(crate) fn roundings(&self) -> Result<(Option<RoundingPolicy>, RoundingPolicy), Stop> {
        let policy =
            |object: &Option<RoundingObject>| object.as_ref().map(RoundingObject::policy).transpose();
        let amounts = policy(&self.rounding)?.unwrap_or(RoundingPolicy::HALF_UP);
        Ok((policy(&self.factor_rounding)?, amounts))
    }

    fn proration(&self) -> Result<Proration, Stop> {
        let policy = self.policy(None, Some(1))?;
        let count = |count: i64| u32::try_from(count).map_err(|_| PERIOD);
        let period = match (self.start, self.end) {
            (Some(start), Some(end)) => Some(span(start, end)?),
            (None, None) => None,
            _ => return Err(Stop::MALFORMED),
        };
        let proration = match (self.days, self.months, period) {
            (Some(days), None, _) => policy.prorate_days(count(days)?, PriceTerm::YEAR),
            (None, Some(months), _) => {
                let rest_days = count(self.rest_days.unwrap_or(0))?;
                policy.prorate_months(count(months)?, rest_days, PriceTerm::YEAR)
            }
            (None, None, Some(period)) => policy.prorate(period, PriceTerm::YEAR),
            _ => return Err(Stop::MALFORMED),
        };
        proration.map_err(|error| Stop::Refused(error.code()))
    }
}

/// Adds a figure to an answer.
pub(crate) fn set(answer: &mut Value, key: &str, figure: impl Into<Value>) {
    if let Some(answer) = answer.as_object_mut() {
        answer.insert(key.to_owned(), figure.into());
    }
}

/// `proration`: factor, parts and amount.
pub(crate) fn proration(given: &Value) -> Result<Value, String> {
    let run = || {
        let written: Written = read(given)?;
        let (factor_rounding, rounding) = written.roundings()?;
        let needs_currency = |policy: RoundingPolicy| policy.to == RoundTo::MinorUnit;
        let currency = match written.currency {
            Some(currency) => currency,
            None if written.price.is_some() && needs_currency(rounding) => return Err(Stop::MALFORMED),
            None if factor_rounding.is_some_and(needs_currency) => return Err(Stop::MALFORMED),
            // No minor unit is asked for.
            None => Currency::USD,
        };
        let proration = written.proration()?;
        let invalid = |_| Stop::Refused("invalid_rounding");
        let factor = proration
            .record(&mut NoTrace, factor_rounding, currency)
            .map_err(invalid)?;
        let mut answer = json!({
            "factor": stated(&factor.value),
            "days": proration.days(),
            "months": proration.months(),
            "rest_days": proration.rest_days(),
        });
        let mut parts = Vec::new();
        for part in proration.parts() {
            parts.push(shown(part, factor_rounding, currency)?);
        }
        if let Some(price) = &written.price {
            let price = NoTrace.input(price.0.clone(), || Note::new("price"));
            let amount = proration
                .record_amount(&mut NoTrace, &price, factor_rounding, rounding, currency)
                .map_err(invalid)?;
            for (part, amount) in parts.iter_mut().zip(&amount.parts) {
                set(part, "amount", stated(&amount.value));
            }
            set(&mut answer, "amount", stated(&amount.amount.value));
        }
        set(&mut answer, "parts", parts);
        Ok(answer)
    };
    answer(run())
}

fn shown(part: &ProrationPart, rounding: Option<RoundingPolicy>, currency: Currency) -> Result<Value, Stop> {
    let share = match rounding {
        None => part.share(),
        Some(rounding) => rounding
            .round(&part.share(), currency)
            .map_err(|_| Stop::Refused("invalid_rounding"))?,
    };
    Ok(json!({
        "start": part.period.start(),
        "end": part.period.last_day(),
        "days": part.days(),
        "of_days": part.of_days,
        "factor": stated(&share),
    }))
}
