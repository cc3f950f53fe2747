//! An amount over a service term.

use l2c_calendar::Period;
use l2c_money::{Currency, Rounding};
use l2c_revenue::{Book, ScheduleDocument, ServicePrice, ServiceSchedule};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::periods::periods;
use super::{convention, date, faulty, money, refused};
use crate::given::{Number, Stop, answer, read};

/// `schedule`: what each period earns.
pub(crate) fn schedule(given: &Value) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        currency: Currency,
        #[serde(default)]
        rounding: Rounding,
        start: String,
        end: String,
        convention: String,
        amount: Option<Number>,
        monthly_amount: Option<Number>,
        periods: Option<Value>,
    }
    let run = || {
        let given: Given = read(given)?;
        let (start, end) = (date(&given.start)?, date(&given.end)?);
        let document = ScheduleDocument {
            id: "term".to_owned(),
            currency: given.currency,
            book: Book::Asc606,
            rounding: given.rounding,
            service: Period::inclusive(start, end).map_err(|_| Stop::Refused("invalid_term"))?,
            convention: convention(&given.convention)?,
            price: match (given.amount, given.monthly_amount) {
                (Some(amount), None) => ServicePrice::Amount(money(&amount, given.currency)?),
                (None, Some(amount)) => ServicePrice::MonthlyAmount(money(&amount, given.currency)?),
                _ => return Err(Stop::MALFORMED),
            },
            periods: given.periods.as_ref().map(periods).transpose()?,
        };
        let figures = ServiceSchedule::new(document)
            .map_err(faulty)?
            .figures()
            .map_err(refused)?;
        let mut by_period = Map::new();
        for row in figures.periods {
            by_period.insert(row.period.id, json!(row.amount.amount().to_string()));
        }
        Ok(json!({
            "by_period": by_period,
            "total": figures.total.amount().to_string(),
            "outside_periods": figures.outside_periods.amount().to_string(),
        }))
    };
    answer(run())
}
