//! What can be promised, who gets scarce stock, when goods arrive, and who is good for an order.

use std::collections::BTreeMap;

use chrono::{NaiveDate, Weekday};
use l2c_calendar::BusinessCalendar;
use l2c_money::{Currency, Exact, Money};
use l2c_orders::{
    AllocationRule, CreditCheck, CreditReason, DatedQuantity, DeliveryRoute, DiscreteAvailability,
    OrderError, StockAllocation, StockReceipt, Supply, WaitingLine, WaitingOrder,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::given::{Number, Stop, answer, exact, read};

fn refused(error: OrderError) -> Stop {
    Stop::Refused(error.code())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Dated {
    date: NaiveDate,
    qty: Number,
}

fn dated(entries: Vec<Dated>) -> Vec<DatedQuantity> {
    let entry = |entry: Dated| DatedQuantity {
        date: entry.date,
        quantity: entry.qty.0,
    };
    entries.into_iter().map(entry).collect()
}

fn shown(entries: &[DatedQuantity]) -> Vec<Value> {
    let entry = |entry: &DatedQuantity| json!({"date": entry.date, "qty": entry.quantity.to_string()});
    entries.iter().map(entry).collect()
}

fn days(days: i64) -> Result<u32, Stop> {
    u32::try_from(days).map_err(|_| Stop::Refused("invalid_days"))
}

/// `order_promise`: available to promise.
pub(crate) fn promise(given: &Value) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        today: NaiveDate,
        on_hand: Number,
        hard_reserved: Option<Number>,
        safety_stock: Option<Number>,
        #[serde(default)]
        receipts: Vec<Dated>,
        #[serde(default)]
        demands: Vec<Dated>,
        requested_date: NaiveDate,
        qty: Number,
        replenishment_lead_time_days: Option<i64>,
    }
    let run = || {
        let given: Given = read(given)?;
        let or_zero = |number: Option<Number>| number.map(|number| number.0).unwrap_or_default();
        let supply = Supply {
            today: given.today,
            on_hand: given.on_hand.0,
            reserved: or_zero(given.hard_reserved),
            safety_stock: or_zero(given.safety_stock),
            receipts: dated(given.receipts),
            demands: dated(given.demands),
            replenishment_lead_time_days: given.replenishment_lead_time_days.map(days).transpose()?,
        };
        let promise = supply
            .promise(given.requested_date, &given.qty.0)
            .map_err(refused)?;
        Ok(json!({
            "atp": shown(&supply.available_to_promise().map_err(refused)?),
            "atp_on_requested_date": promise.available.to_string(),
            "full_promise_date": promise.full_promise_date,
            "schedule_lines": shown(&promise.schedule),
            "unpromised": promise.unpromised.to_string(),
        }))
    };
    answer(run())
}

/// `order_discrete_atp`: available to promise in periods.
pub(crate) fn discrete_atp(given: &Value) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        on_hand: Number,
        receipts: Vec<Number>,
        demands: Vec<Number>,
    }
    let run = || {
        let given: Given = read(given)?;
        let (receipts, demands) = (exact(given.receipts), exact(given.demands));
        let found = DiscreteAvailability::new(&given.on_hand.0, &receipts, &demands).map_err(refused)?;
        let shown = |quantities: &[Exact]| quantities.iter().map(ToString::to_string).collect::<Vec<_>>();
        Ok(json!({
            "uncorrected": shown(&found.uncorrected),
            "corrected": shown(&found.corrected),
        }))
    };
    answer(run())
}

/// `order_delivery_dates`: forward and backward over business days.
pub(crate) fn delivery_dates(given: &Value) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        material_available: NaiveDate,
        pick_pack_business_days: i64,
        transit_business_days: i64,
        #[serde(default)]
        holidays: Vec<NaiveDate>,
        weekend: Option<Vec<String>>,
        wanted_delivery: Option<NaiveDate>,
    }
    let run = || {
        let given: Given = read(given)?;
        let mut calendar = BusinessCalendar {
            holidays: given.holidays.into_iter().collect(),
            ..BusinessCalendar::default()
        };
        if let Some(weekend) = given.weekend {
            let weekend = weekend.iter().map(|day| day.parse::<Weekday>());
            calendar.weekend = weekend.collect::<Result<_, _>>().map_err(|_| Stop::MALFORMED)?;
        }
        let (pack, way) = (
            days(given.pick_pack_business_days)?,
            days(given.transit_business_days)?,
        );
        let route = DeliveryRoute::new(&calendar, pack, way);
        let dates = route.from_material(given.material_available).map_err(refused)?;
        let mut shown = Map::new();
        shown.insert("ship_date".into(), json!(dates.ship_date));
        shown.insert("delivery_date".into(), json!(dates.delivery_date));
        if let Some(wanted) = given.wanted_delivery {
            let latest = route.to_wanted(wanted).map_err(refused)?;
            shown.insert("latest_ship_date".into(), json!(latest.ship_date));
            shown.insert("latest_material_date".into(), json!(latest.material_date));
            shown.insert("meets_wanted_date".into(), json!(dates.delivery_date <= wanted));
        }
        Ok(Value::Object(shown))
    };
    answer(run())
}

/// `order_allocation`: scarce stock over orders.
pub(crate) fn allocation(given: &Value) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        stock: BTreeMap<String, Number>,
        orders: Vec<Order>,
        #[serde(default)]
        receipts: Vec<Receipt>,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Order {
        order: String,
        priority: i64,
        order_date: NaiveDate,
        policy: AllocationRule,
        lines: Vec<Line>,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Line {
        line: String,
        sku: String,
        qty: Number,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Receipt {
        date: NaiveDate,
        sku: String,
        qty: Number,
    }
    let run = || {
        let given: Given = read(given)?;
        let stock: BTreeMap<String, Exact> = given.stock.into_iter().map(|(sku, qty)| (sku, qty.0)).collect();
        let line = |line: Line| WaitingLine {
            line: line.line,
            article: line.sku,
            quantity: line.qty.0,
        };
        let order = |order: Order| WaitingOrder {
            order: order.order,
            priority: order.priority,
            order_date: order.order_date,
            rule: order.policy,
            lines: order.lines.into_iter().map(line).collect(),
        };
        let receipt = |receipt: Receipt| StockReceipt {
            date: receipt.date,
            article: receipt.sku,
            quantity: receipt.qty.0,
        };
        let orders: Vec<WaitingOrder> = given.orders.into_iter().map(order).collect();
        let receipts: Vec<StockReceipt> = given.receipts.into_iter().map(receipt).collect();
        let found = StockAllocation::new(&stock, &orders, &receipts).map_err(refused)?;
        let free = |free: &BTreeMap<String, Exact>| {
            let shown = free
                .iter()
                .map(|(sku, qty)| (sku.clone(), json!(qty.to_string())));
            Value::Object(shown.collect())
        };
        let runs = found.runs.iter().map(|run| {
            let fills = run.fills.iter().map(
                |fill| json!({"order": fill.order, "line": fill.line, "qty": fill.quantity.to_string()}),
            );
            json!({"date": run.date, "fills": fills.collect::<Vec<_>>(), "free": free(&run.free)})
        });
        let lines = found.lines.iter().map(|line| {
            json!({
                "order": line.order,
                "line": line.line,
                "allocated": line.allocated.to_string(),
                "backordered": line.backordered.to_string(),
            })
        });
        Ok(json!({
            "runs": runs.collect::<Vec<_>>(),
            "lines": lines.collect::<Vec<_>>(),
            "stock_after": found.runs.last().map(|run| free(&run.free)),
        }))
    };
    answer(run())
}

/// `order_credit_check`: exposure against a limit.
pub(crate) fn credit_check(given: &Value) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        currency: Currency,
        #[serde(rename = "minor_units")]
        _minor_units: Option<u32>,
        credit_limit: Option<Number>,
        open_receivables: Number,
        shipped_not_invoiced: Number,
        other_open_orders: Number,
        order_total: Number,
        prepaid: Number,
        today: NaiveDate,
        oldest_due_date: Option<NaiveDate>,
        max_overdue_days: Option<u32>,
    }
    let run = || {
        let given: Given = read(given)?;
        let money =
            |number: Number| Money::try_from_exact(&number.0, given.currency).map_err(|_| Stop::MALFORMED);
        let check = CreditCheck {
            credit_limit: given.credit_limit.map(money).transpose()?,
            open_receivables: money(given.open_receivables)?,
            shipped_not_invoiced: money(given.shipped_not_invoiced)?,
            other_open_orders: money(given.other_open_orders)?,
            order_total: money(given.order_total)?,
            prepaid: money(given.prepaid)?,
            today: given.today,
            oldest_due_date: given.oldest_due_date,
            max_overdue_days: given.max_overdue_days,
        };
        let decision = check.decide().map_err(refused)?;
        let amount = |money: &Money| money.exact().text_with_decimals(given.currency.minor_units());
        let reason = |reason: &CreditReason| match reason {
            CreditReason::LimitExceeded => "limit_exceeded",
            CreditReason::Overdue => "overdue",
        };
        Ok(json!({
            "exposure": amount(&decision.exposure),
            "headroom": decision.headroom.as_ref().map(amount),
            "hold": !decision.reasons.is_empty(),
            "reasons": decision.reasons.iter().map(reason).collect::<Vec<_>>(),
        }))
    };
    answer(run())
}
