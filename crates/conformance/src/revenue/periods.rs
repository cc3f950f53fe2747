//! Periods of reports, as every kind of the page spells them.

use l2c_calendar::{CalendarUnit, FiscalPeriods, NamedPeriod, Period, WeekPattern};
use serde::Deserialize;
use serde_json::Value;

use super::date;
use crate::given::{Stop, read};

const INVALID: Stop = Stop::Refused("invalid_period");

/// A list of periods, or a unit that is counted from a day.
pub(super) fn periods(given: &Value) -> Result<FiscalPeriods, Stop> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Listed {
        id: String,
        from: String,
        to: String,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Counted {
        unit: String,
        from: String,
        count: i64,
        weeks: Option<i64>,
    }
    if given.is_array() {
        let listed: Vec<Listed> = read(given)?;
        let named = |named: Listed| {
            let (from, to) = (date(&named.from)?, date(&named.to)?);
            Ok(NamedPeriod {
                id: named.id,
                period: Period::inclusive(from, to).map_err(|_| INVALID)?,
            })
        };
        let listed: Vec<NamedPeriod> = listed.into_iter().map(named).collect::<Result<_, Stop>>()?;
        return FiscalPeriods::listed(listed).map_err(|_| INVALID);
    }
    let Counted {
        unit,
        from,
        count,
        weeks,
    } = read(given)?;
    let from = date(&from)?;
    let number = |number: i64| u32::try_from(number).map_err(|_| INVALID);
    let calendar = match unit.as_str() {
        "month" => Some(CalendarUnit::Month),
        "quarter" => Some(CalendarUnit::Quarter),
        "year" => Some(CalendarUnit::Year),
        _ => None,
    };
    match calendar {
        Some(_) if weeks.is_some() => Err(INVALID),
        Some(unit) => FiscalPeriods::calendar(unit, from, number(count)?).map_err(|_| INVALID),
        None => {
            let pattern: WeekPattern = unit.parse().map_err(|_| INVALID)?;
            let weeks = weeks.map_or(Ok(52), number)?;
            FiscalPeriods::weeks(pattern, weeks, from, number(count)?).map_err(|_| INVALID)
        }
    }
}
