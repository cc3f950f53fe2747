//! `ramp`: a term in segments.

use l2c_calendar::NaiveDate;
use l2c_money::{Currency, Decimal, Percent, RoundingPolicy};
use l2c_pricing::{PartialSegment, Ramp, RampDocument, RampSegment, RampSegmentDocument, UpliftMode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::proration::{PERIOD, set};
use crate::given::{Number, RoundingObject, Stop, answer, read, stated};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    currency: Currency,
    term_months: i64,
    segment_months: Option<i64>,
    partial_segment: Option<PartialSegment>,
    unit_price: Number,
    price_term_months: Option<i64>,
    quantity: Option<Number>,
    discount_percent: Option<Number>,
    uplift_percent: Option<Number>,
    segments: Option<Vec<Own>>,
    uplift_mode: Option<UpliftMode>,
    unit_rounding: Option<RoundingObject>,
    line_rounding: Option<RoundingObject>,
    start: Option<NaiveDate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Own {
    quantity: Option<Number>,
    discount_percent: Option<Number>,
    uplift_percent: Option<Number>,
}

/// A figure within the bounds of the library.
pub(crate) fn decimal(number: &Number) -> Result<Decimal, Stop> {
    number.0.to_decimal().map_err(|error| Stop::Refused(error.code()))
}

/// A percentage within the bounds of the library.
pub(crate) fn percent(number: &Number) -> Result<Percent, Stop> {
    Percent::new(decimal(number)?).map_err(|error| Stop::Refused(error.code()))
}

fn months(count: i64) -> Result<u32, Stop> {
    u32::try_from(count).map_err(|_| PERIOD)
}

fn or<T>(number: Option<&Number>, read: impl Fn(&Number) -> Result<T, Stop>, default: T) -> Result<T, Stop> {
    number.map_or(Ok(default), read)
}

/// `ramp`: the segments and the total.
pub(crate) fn ramp(given: &Value) -> Result<Value, String> {
    let run = || {
        let given: Given = read(given)?;
        let rounding =
            |object: &Option<RoundingObject>| object.as_ref().map(RoundingObject::policy).transpose();
        let unit_rounding = rounding(&given.unit_rounding)?;
        let line_rounding = rounding(&given.line_rounding)?.unwrap_or(RoundingPolicy::HALF_UP);
        let own = |own: &Own| -> Result<RampSegmentDocument, Stop> {
            Ok(RampSegmentDocument {
                quantity: own.quantity.as_ref().map(decimal).transpose()?,
                discount_percent: own.discount_percent.as_ref().map(percent).transpose()?,
                uplift_percent: own.uplift_percent.as_ref().map(percent).transpose()?,
            })
        };
        let document = RampDocument {
            term_months: months(given.term_months)?,
            segment_months: months(given.segment_months.unwrap_or(12))?,
            partial_segment: given.partial_segment.unwrap_or_default(),
            start: given.start,
            unit_price: decimal(&given.unit_price)?,
            price_term_months: given.price_term_months.map(months).transpose()?,
            quantity: or(given.quantity.as_ref(), decimal, Decimal::ONE)?,
            discount_percent: or(given.discount_percent.as_ref(), percent, Percent::ZERO)?,
            uplift_percent: or(given.uplift_percent.as_ref(), percent, Percent::ZERO)?,
            uplift_mode: given.uplift_mode.unwrap_or_default(),
            segments: given
                .segments
                .as_ref()
                .map(|segments| segments.iter().map(own).collect::<Result<_, _>>())
                .transpose()?,
            unit_rounding,
            line_rounding,
        };
        let ramp = Ramp::new(&document, given.currency).map_err(|faults| Stop::Refused(faults.code()))?;
        let price = ramp.price().map_err(|error| Stop::Unknown(error.to_string()))?;
        Ok(json!({
            "segments": price.segments.iter().map(shown).collect::<Vec<_>>(),
            "total": stated(&price.total),
        }))
    };
    answer(run())
}

fn shown(segment: &RampSegment) -> Value {
    let mut shown = json!({
        "months": segment.months,
        "quantity": stated(&segment.quantity),
        "unit_price": stated(&segment.unit_price),
        "total": stated(&segment.total),
    });
    if let Some(period) = segment.period {
        set(&mut shown, "start", json!(period.start()));
        set(&mut shown, "end", json!(period.last_day()));
    }
    shown
}
