//! Sales with a forward, a call or a put.

use l2c_calendar::Period;
use l2c_money::{Currency, Rounding};
use l2c_revenue::{
    Book, Convention, InterestAccrual, RepurchaseAgreement, RepurchaseOutcome, RepurchasePosition, TimeValue,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{convention, date, entity, line, money, refused, repurchase_right};
use crate::given::{Number, Stop, answer, read};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Report {
    #[serde(default)]
    dates: Vec<String>,
    #[serde(default)]
    journal: Vec<String>,
}

/// `repurchase`: the treatment, positions at dates, and movements of days.
pub(crate) fn repurchase(given: &Value) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        currency: Currency,
        option: String,
        sale_date: String,
        sale_price: Number,
        repurchase_date: String,
        repurchase_price: Number,
        expected_market_value: Option<Number>,
        significant_economic_incentive: Option<bool>,
        #[serde(default)]
        sale_and_leaseback: bool,
        accrual: Option<String>,
        interest: Option<String>,
        outcome: Option<String>,
        #[serde(default)]
        report: Report,
    }
    let run = || {
        let given: Given = read(given)?;
        let currency = given.currency;
        let market = given.expected_market_value.as_ref();
        let market = market.map(|value| money(value, currency)).transpose()?;
        let agreement = RepurchaseAgreement {
            right: repurchase_right(&given.option, market, given.significant_economic_incentive)?,
            sale_date: date(&given.sale_date)?,
            sale_price: money(&given.sale_price, currency)?,
            repurchase_date: date(&given.repurchase_date)?,
            repurchase_price: money(&given.repurchase_price, currency)?,
            sale_and_leaseback: given.sale_and_leaseback,
            time_value: TimeValue::Immaterial,
            accrual: match given.accrual {
                None => Convention::MonthsTouched,
                Some(name) => convention(&name)?,
            },
            interest: match given.interest.as_deref() {
                None | Some("effective") => InterestAccrual::Effective,
                Some("straight_line") => InterestAccrual::StraightLine,
                Some(_) => return Err(Stop::Refused("unknown_method")),
            },
            rounding: Rounding::HalfUp,
        };
        let outcome = match given.outcome.as_deref() {
            None | Some("open") => RepurchaseOutcome::Open,
            Some("lapse") => RepurchaseOutcome::Lapse,
            Some("exercise") => RepurchaseOutcome::Exercise,
            Some(_) => return Err(Stop::Refused("unknown_outcome")),
        };
        let book = Book::Asc606;
        let treatment = agreement.judge(book).map_err(refused)?.treatment;
        let mut at = Map::new();
        for day in given.report.dates {
            let position = agreement.position(date(&day)?, outcome, book).map_err(refused)?;
            at.extend(position.map(|position| (day, shown(&position))));
        }
        let mut journal = Vec::new();
        for day in given.report.journal {
            let on = date(&day)?;
            let days = Period::inclusive(on, on).map_err(|_| Stop::Refused("invalid_date"))?;
            let entry = agreement
                .entry("agreement", entity()?, days, outcome, book)
                .map_err(refused)?;
            if let Some(entry) = entry {
                let lines: Vec<Value> = entry.lines().iter().map(line).collect();
                journal.push(json!({ "date": day, "lines": lines }));
            }
        }
        Ok(json!({ "treatment": treatment, "at": at, "journal": journal }))
    };
    answer(run())
}

fn shown(position: &RepurchasePosition) -> Value {
    json!({
        "cash": position.cash.amount_text(),
        "financial_liability": position.financial_liability.amount_text(),
        "deferred_lease_income": position.deferred_lease_income.amount_text(),
        "revenue": position.revenue.amount_text(),
        "lease_income": position.lease_income.amount_text(),
        "interest_expense": position.interest_expense.amount_text(),
    })
}
