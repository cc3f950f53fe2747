//! Revenue cut in several ways.

use std::collections::BTreeMap;

use l2c_money::{Currency, Money};
use l2c_revenue::{DisaggregatedView, Disaggregation, TaggedRevenue};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{money, refused};
use crate::given::{Number, Stop, answer, read};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct View {
    id: String,
    dimensions: Vec<String>,
    lines: Vec<Line>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    amount: Number,
    tags: BTreeMap<String, String>,
}

/// `disaggregation`: the sums of each view by each of its dimensions.
pub(crate) fn disaggregation(given: &Value) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        currency: Currency,
        reconcile_by: Option<String>,
        views: Vec<View>,
    }
    let run = || {
        let Given {
            currency,
            reconcile_by,
            views,
        } = read(given)?;
        let line = |line: Line| {
            Ok(TaggedRevenue {
                amount: money(&line.amount, currency)?,
                tags: line.tags,
            })
        };
        let view = |view: View| {
            Ok(DisaggregatedView {
                id: view.id,
                dimensions: view.dimensions,
                lines: view.lines.into_iter().map(line).collect::<Result<_, Stop>>()?,
            })
        };
        let views: Vec<_> = views.into_iter().map(view).collect::<Result<_, Stop>>()?;
        let revenue = Disaggregation::new(&views, currency, reconcile_by.as_deref()).map_err(refused)?;
        let shown = |sums: &BTreeMap<String, Money>| {
            sums.iter()
                .map(|(value, sum)| (value.clone(), json!(sum.amount_text())))
                .collect::<Map<_, _>>()
        };
        let views: Map<String, Value> = revenue
            .views()
            .iter()
            .map(|view| {
                let dimensions = view.dimensions.iter();
                let dimensions: Map<String, Value> = dimensions
                    .map(|(tag, sums)| (tag.clone(), Value::Object(shown(sums))))
                    .collect();
                (view.id.clone(), Value::Object(dimensions))
            })
            .collect();
        Ok(json!({ "views": views, "total": revenue.total().amount_text() }))
    };
    answer(run())
}
