//! Kinds of the receivables page.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use l2c_money::{Currency, Money, Percent, Rounding, RoundingPolicy};
use l2c_receivables::{
    AgeBy, AgedItem, Ageing, AgeingPolicy, AgeingPolicyDocument, CreditsIn, DisputesIn, LossRates,
    ReceivablesError, age,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::given::{Number, Stop, answer, read};

/// An open item; what an ageing does not look at may be there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    id: String,
    customer: Option<String>,
    currency: Option<Currency>,
    issue_date: Option<String>,
    due_date: Option<String>,
    #[serde(rename = "total")]
    _total: Option<Number>,
    open: Number,
    disputed: Option<Number>,
    #[serde(rename = "reference")]
    _reference: Option<String>,
    #[serde(rename = "discount")]
    _discount: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Credits {
    OwnBucket,
    Separate,
    OldestFirst,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Disputed {
    Include,
    Separate,
}

/// `ageing`: open amounts in bands by age.
pub(crate) fn ageing(given: &Value) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        currency: Currency,
        rounding: Option<Rounding>,
        as_of: String,
        edges: Vec<i64>,
        age_by: Option<AgeBy>,
        items: Vec<Item>,
        credits: Option<Credits>,
        disputed: Option<Disputed>,
        group_by: Option<String>,
        loss_rates: Option<Vec<Number>>,
    }
    let run = || {
        let given: Given = read(given)?;
        let currency = given.currency;
        let by_customer = match given.group_by.as_deref() {
            None => false,
            Some("customer") => true,
            Some(_) => return Err(Stop::MALFORMED),
        };
        let edges: Result<Vec<u32>, _> = given.edges.into_iter().map(u32::try_from).collect();
        let document = AgeingPolicyDocument {
            edges: edges.map_err(|_| Stop::Refused("invalid_edges"))?,
            age_by: given.age_by.unwrap_or_default(),
            credits: match given.credits.unwrap_or(Credits::OwnBucket) {
                Credits::OwnBucket => CreditsIn::OwnBand,
                Credits::Separate => CreditsIn::Separate,
                Credits::OldestFirst => CreditsIn::OldestFirst,
            },
            disputes: match given.disputed.unwrap_or(Disputed::Include) {
                Disputed::Include => DisputesIn::Included,
                Disputed::Separate => DisputesIn::Separate,
            },
            ..AgeingPolicy::by_thirty_days().document().clone()
        };
        let policy = AgeingPolicy::new(document).map_err(|error| refused(&error))?;
        let rates = given
            .loss_rates
            .map(|rates| loss_rates(rates, given.rounding))
            .transpose()?;
        let as_of = date(&given.as_of)?;
        let mut ids = BTreeSet::new();
        let mut items = Vec::with_capacity(given.items.len());
        for item in given.items {
            if !ids.insert(item.id.clone()) {
                return Err(Stop::Refused("duplicate_id"));
            }
            items.push(aged(item, currency, policy.document().age_by)?);
        }
        let report =
            age(&items, as_of, currency, &policy, rates.as_ref()).map_err(|error| refused(&error))?;
        let mut answer = shown(&report.all);
        if by_customer {
            if let Some(allowance) = report.sum_of_allowances {
                answer.insert("allowance".to_owned(), json!(allowance.amount_text()));
            }
            let customers: Map<String, Value> = report
                .customers
                .iter()
                .map(|(id, own)| (id.clone(), Value::Object(shown(own))))
                .collect();
            answer.insert("customers".to_owned(), Value::Object(customers));
        }
        Ok(Value::Object(answer))
    };
    answer(run())
}

fn refused(error: &ReceivablesError) -> Stop {
    Stop::Refused(error.code())
}

fn loss_rates(rates: Vec<Number>, rounding: Option<Rounding>) -> Result<LossRates, Stop> {
    const INVALID: Stop = Stop::Refused("invalid_loss_rates");
    let percent = |rate: Number| {
        let decimal = rate.0.to_decimal().map_err(|_| INVALID)?;
        Percent::new(decimal).map_err(|_| INVALID)
    };
    Ok(LossRates {
        percents: rates.into_iter().map(percent).collect::<Result<_, _>>()?,
        rounding: rounding.unwrap_or_default(),
    })
}

fn date(text: &str) -> Result<NaiveDate, Stop> {
    text.parse().map_err(|_| Stop::Refused("invalid_date"))
}

fn amount(number: &Number, currency: Currency) -> Result<Money, Stop> {
    const INVALID: Stop = Stop::Refused("invalid_amount");
    let money = Money::try_from_exact(&number.0, currency).map_err(|_| INVALID)?;
    // An amount that rounding to the minor unit changes is finer than it.
    match RoundingPolicy::HALF_UP.money(&number.0, currency) {
        Ok(whole) if whole == money => Ok(money),
        _ => Err(INVALID),
    }
}

/// The item with the date it ages by; the other date is not looked at.
fn aged(item: Item, currency: Currency, age_by: AgeBy) -> Result<AgedItem, Stop> {
    let text = match age_by {
        AgeBy::DueDate => item.due_date,
        AgeBy::IssueDate => item.issue_date,
    };
    let from = date(text.as_deref().unwrap_or_default())?;
    let currency = item.currency.unwrap_or(currency);
    Ok(AgedItem {
        customer: item.customer.unwrap_or_else(|| "-".to_owned()),
        issue_date: from,
        due_date: from,
        open: amount(&item.open, currency)?,
        disputed: match &item.disputed {
            Some(disputed) => amount(disputed, currency)?,
            None => Money::zero(currency),
        },
    })
}

fn shown(ageing: &Ageing) -> Map<String, Value> {
    let mut shown = Map::new();
    let bands: Vec<String> = ageing.bands.iter().map(Money::amount_text).collect();
    shown.insert("buckets".to_owned(), json!(bands));
    for (key, amount) in [
        ("credits", ageing.credits),
        ("disputed", ageing.disputed),
        ("total", ageing.total),
    ] {
        shown.insert(key.to_owned(), json!(amount.amount_text()));
    }
    if let Some(allowance) = ageing.allowance {
        shown.insert("allowance".to_owned(), json!(allowance.amount_text()));
    }
    shown
}
