//! From recorded judgements to the treatment.

use l2c_money::{Currency, Money};
use l2c_revenue::Book;
use l2c_revenue::judgement::{Judged, Judgement, Licence, LicensedFunction, LicensorActivities, Repurchase};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{book, refused, repurchase_right};
use crate::given::{Number, Stop, answer, read};

/// `classification`: a question, its facts and the treatment that they lead to.
pub(crate) fn classification(given: &Value) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        framework: Option<String>,
        question: String,
        facts: Map<String, Value>,
    }
    let run = || {
        let Given {
            framework,
            question,
            facts,
        } = read(given)?;
        let book = book(framework.as_deref())?;
        let judged = judge(&question, Value::Object(facts), book)?;
        Ok(json!({ "treatment": judged.treatment }))
    };
    answer(run())
}

fn judge(question: &str, facts: Value, book: Book) -> Result<Judged<&'static str>, Stop> {
    if !Judgement::QUESTIONS.contains(&question) {
        return Err(Stop::Refused("unknown_question"));
    }
    let judgement: Judgement = match question {
        "licence" => licence(facts, book)?.into(),
        "repurchase" => repurchase(facts)?.into(),
        _ => recorded(json!({ "question": question, "facts": facts }))?,
    };
    judgement.judge(book).map_err(refused)
}

/// Reads facts; their types deny unknown ones.
fn recorded<T: DeserializeOwned>(facts: Value) -> Result<T, Stop> {
    T::deserialize(facts).map_err(|error| {
        let message = error.to_string();
        if message.starts_with("missing field") {
            Stop::Refused("missing_fact")
        } else if message.starts_with("unknown field") {
            Stop::Unknown(message)
        } else {
            Stop::Refused("invalid_fact")
        }
    })
}

/// A licence has the facts of the framework alone, beside the one that both ask for.
fn licence(facts: Value, book: Book) -> Result<Licence, Stop> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Asc606 {
        distinct_licence: bool,
        functional: bool,
        functionality_will_change: bool,
        customer_must_use_update: bool,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Ifrs15 {
        distinct_licence: bool,
        activities_significantly_affect_ip: bool,
        customer_exposed_to_effects: bool,
        activities_transfer_a_good: bool,
    }
    Ok(match book {
        Book::Asc606 => {
            let facts: Asc606 = recorded(facts)?;
            Licence {
                distinct_licence: facts.distinct_licence,
                asc606: Some(LicensedFunction {
                    functional: facts.functional,
                    functionality_will_change: facts.functionality_will_change,
                    customer_must_use_update: facts.customer_must_use_update,
                }),
                ifrs15: None,
            }
        }
        Book::Ifrs15 => {
            let facts: Ifrs15 = recorded(facts)?;
            Licence {
                distinct_licence: facts.distinct_licence,
                asc606: None,
                ifrs15: Some(LicensorActivities {
                    activities_significantly_affect_ip: facts.activities_significantly_affect_ip,
                    customer_exposed_to_effects: facts.customer_exposed_to_effects,
                    activities_transfer_a_good: facts.activities_transfer_a_good,
                }),
            }
        }
    })
}

/// A comparison of prices in one currency, whichever it is. The page compares them as they are, without the time
/// value of money.
fn repurchase(facts: Value) -> Result<Repurchase, Stop> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Facts {
        option: String,
        sale_price: Number,
        repurchase_price: Number,
        expected_market_value: Option<Number>,
        significant_economic_incentive: Option<bool>,
        #[serde(default)]
        sale_and_leaseback: bool,
    }
    let facts: Facts = recorded(facts)?;
    let money = |number: Number| {
        Money::try_from_exact(&number.0, Currency::USD).map_err(|_| Stop::Refused("invalid_fact"))
    };
    let repurchase_price = money(facts.repurchase_price)?;
    Ok(Repurchase {
        right: repurchase_right(
            &facts.option,
            facts.expected_market_value.map(money).transpose()?,
            facts.significant_economic_incentive,
        )?,
        sale_price: money(facts.sale_price)?,
        repurchase_price,
        repurchase_price_at_sale: repurchase_price,
        sale_and_leaseback: facts.sale_and_leaseback,
    })
}
