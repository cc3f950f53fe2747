//! Where an order stands: from its units, and from the states of its items.

use l2c_money::{Currency, Exact, Money, Rounding};
use l2c_orders::{
    InvoicePolicy, ItemState, LineUnits, OrderFlag, RejectedAndCancelled, ReturnedUnits, RolledUpState,
    StatusAxes, percent_delivered,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::given::{Number, Stop, answer, read};

/// `order_status`: axes and views from counters.
pub(crate) fn order_status(given: &Value) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        lines: Vec<Line>,
        order_amount: Option<Number>,
        billed_amount: Option<Number>,
        flag: Option<OrderFlag>,
        #[serde(default)]
        skip_delivery: bool,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Line {
        #[serde(rename = "line")]
        _line: String,
        ordered: Option<Number>,
        cancelled: Option<Number>,
        closed_short: Option<Number>,
        shipped: Option<Number>,
        delivered: Option<Number>,
        returned: Option<Number>,
        invoiced: Option<Number>,
        invoice_policy: Option<InvoicePolicy>,
    }
    let run = || {
        let given: Given = read(given)?;
        let or_zero = |number: Option<Number>| number.map(|number| number.0).unwrap_or_default();
        let line = |line: Line| LineUnits {
            ordered: or_zero(line.ordered),
            cancelled: or_zero(line.cancelled),
            closed_short: or_zero(line.closed_short),
            shipped: or_zero(line.shipped),
            delivered: or_zero(line.delivered),
            returned: or_zero(line.returned),
            invoiced: or_zero(line.invoiced),
            invoice_policy: line.invoice_policy.unwrap_or_default(),
        };
        let lines: Vec<LineUnits> = given.lines.into_iter().map(line).collect();
        LineUnits::check(&lines).map_err(|error| Stop::Refused(error.code()))?;
        let axes = StatusAxes::of(&lines, ReturnedUnits::Stay);
        let mut shown = serde_json::to_value(axes).map_err(|error| Stop::Unknown(error.to_string()))?;
        let Value::Object(answer) = &mut shown else {
            return Err(Stop::Unknown("axes are an object".to_owned()));
        };
        let of_lines = lines.iter().map(|line| {
            json!({"to_invoice": line.to_invoice().to_string(), "invoice_status": line.invoice_status()})
        });
        answer.insert("lines".into(), Value::Array(of_lines.collect()));
        let percent = percent_delivered(&lines).round(6, Rounding::Down);
        answer.insert("percent_delivered".into(), json!(percent.text_with_decimals(6)));
        if let Some(order_amount) = given.order_amount {
            // The page names no currency here: the comparison is the same in any.
            let money =
                |amount: &Exact| Money::try_from_exact(amount, Currency::USD).map_err(|_| Stop::MALFORMED);
            let (ordered, billed) = (money(&order_amount.0)?, money(&or_zero(given.billed_amount))?);
            let summary = axes.summary(given.flag, !given.skip_delivery, &ordered, &billed);
            answer.insert("summary".into(), json!(summary));
        }
        Ok(shown)
    };
    answer(run())
}

/// `order_item_rollup`: item states to order state. The page leaves cancelled items out before it looks at what failed.
pub(crate) fn item_rollup(given: &Value) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        items: Vec<String>,
    }
    let run = || {
        let given: Given = read(given)?;
        let state = |name: &String| ItemState::deserialize(Value::from(name.as_str()));
        let items: Result<Vec<ItemState>, _> = given.items.iter().map(state).collect();
        let items = items.map_err(|_| Stop::Refused("unknown_state"))?;
        let rolled = RolledUpState::of(&items, RejectedAndCancelled::Failed);
        Ok(json!({"state": rolled.ok_or(Stop::Refused("no_items"))?}))
    };
    answer(run())
}
