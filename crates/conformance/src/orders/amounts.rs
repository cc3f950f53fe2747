//! Amounts of an order, split and exchanged to the cent.

use l2c_money::{Currency, Exact, Money, Percent};
use l2c_orders::{
    Exchange, ExchangeDirection, LinePrice, LineQuantity, NetAndTax, OrderAmounts, OrderError, OrderPrices,
    SplitBy, SplitPart,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::given::{Number, Stop, read};

/// An order document.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Order {
    currency: Currency,
    #[serde(rename = "minor_units")]
    _minor_units: Option<u32>,
    lines: Vec<Line>,
    discount: Option<Number>,
    shipping: Option<Number>,
}

/// A line document; what its amounts do not depend on may be there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    line: String,
    qty: Number,
    unit_price: Option<Number>,
    tax_rate: Option<Number>,
    discount: Option<Number>,
    #[serde(rename = "sku")]
    _sku: Option<String>,
}

fn money(number: Option<Number>, currency: Currency) -> Result<Money, Stop> {
    let amount = number.map(|number| number.0).unwrap_or_default();
    let amount = amount.to_decimal().map_err(|_| Stop::MALFORMED)?;
    Money::new(amount, currency).map_err(|_| Stop::MALFORMED)
}

impl Line {
    fn price(self, currency: Currency) -> Result<LinePrice, Stop> {
        let rate = self.tax_rate.map(|rate| rate.0).unwrap_or_default() * Exact::integer(100);
        let rate = rate.to_decimal().map_err(|_| Stop::MALFORMED)?;
        Ok(LinePrice {
            line: self.line,
            quantity: self.qty.0,
            unit_price: self.unit_price.map(|price| price.0).unwrap_or_default(),
            discount: money(self.discount, currency)?,
            tax: Percent::new(rate).map_err(|_| Stop::MALFORMED)?,
        })
    }
}

impl Order {
    fn amounts(self) -> Result<Result<OrderAmounts, OrderError>, Stop> {
        let currency = self.currency;
        let lines = self.lines.into_iter().map(|line| line.price(currency));
        Ok(OrderAmounts::new(&OrderPrices {
            currency,
            lines: lines.collect::<Result<_, _>>()?,
            discount: money(self.discount, currency)?,
            shipping: money(self.shipping, currency)?,
        }))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Units {
    line: String,
    qty: Number,
}

fn quantities(units: Vec<Units>) -> Vec<LineQuantity> {
    let one = |units: Units| LineQuantity {
        line: units.line,
        quantity: units.qty.0,
    };
    units.into_iter().map(one).collect()
}

fn shown(money: &Money) -> Value {
    json!(money.amount_text())
}

/// What a case answers to a refusal, with the detail that it states.
fn refusal(error: &OrderError) -> Value {
    let mut answer = Map::from_iter([("error".to_owned(), json!(error.code()))]);
    if let OrderError::OverReturn { max_quantity, .. } = error {
        answer.insert("max_quantity".into(), json!(max_quantity.to_string()));
    }
    Value::Object(answer)
}

/// The answer of a question about amounts.
fn answer(result: Result<Result<Value, OrderError>, Stop>) -> Result<Value, String> {
    match result {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Ok(refusal(&error)),
        Err(stop) => crate::given::answer(Err(stop)),
    }
}

/// `order_split`: one order into parts. The page splits the discount, and the net follows.
pub(crate) fn split(given: &Value) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        order: Order,
        parts: Vec<Part>,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Part {
        part: String,
        lines: Vec<Units>,
    }
    let run = || -> Result<Result<Value, OrderError>, Stop> {
        let given: Given = read(given)?;
        let parts = given.parts.into_iter().map(|part| SplitPart {
            part: part.part,
            lines: quantities(part.lines),
        });
        let parts: Vec<SplitPart> = parts.collect();
        Ok(given.order.amounts()?.and_then(|amounts| {
            let split = amounts.split(&parts, SplitBy::Discount)?;
            let sum = Money::sum(split.iter().map(|part| &part.total), amounts.total.currency())?;
            let parts = split.iter().map(|part| {
                let lines = part.lines.iter().map(|line| {
                    json!({
                        "line": line.line,
                        "qty": line.quantity.to_string(),
                        "gross": shown(&line.gross),
                        "discount": shown(&line.discount),
                        "net": shown(&line.net),
                        "tax": shown(&line.tax),
                    })
                });
                json!({
                    "part": part.part,
                    "lines": lines.collect::<Vec<_>>(),
                    "net": shown(&part.net),
                    "tax": shown(&part.tax),
                    "shipping": shown(&part.shipping),
                    "total": shown(&part.total),
                })
            });
            Ok(json!({
                "parts": parts.collect::<Vec<_>>(),
                "sum_of_parts": shown(&sum),
                "order_total": shown(&amounts.total),
            }))
        }))
    };
    answer(run())
}

/// `order_exchange`: goods back, other goods out.
pub(crate) fn exchange(given: &Value) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        order: Order,
        #[serde(default)]
        earlier_returns: Vec<Units>,
        returned: Vec<Units>,
        new_lines: Vec<Line>,
        #[serde(default)]
        advance: bool,
    }
    let run = || -> Result<Result<Value, OrderError>, Stop> {
        let given: Given = read(given)?;
        let currency = given.order.currency;
        let new_lines = given.new_lines.into_iter().map(|line| line.price(currency));
        let new_lines: Vec<LinePrice> = new_lines.collect::<Result<_, _>>()?;
        let (earlier_returns, returned) = (quantities(given.earlier_returns), quantities(given.returned));
        Ok(given.order.amounts()?.and_then(|order| {
            let exchange = Exchange {
                order: &order,
                earlier_returns: &earlier_returns,
                returned: &returned,
                new_lines: &new_lines,
            };
            let settled = exchange.settle()?;
            let figures = |of: &NetAndTax| -> Result<Value, OrderError> {
                Ok(json!({"net": shown(&of.net), "tax": shown(&of.tax), "total": shown(&of.total()?)}))
            };
            let new = NetAndTax {
                net: settled.new.net,
                tax: settled.new.tax,
            };
            let mut answer = json!({
                "credit": figures(&settled.credit)?,
                "new": figures(&new)?,
                "difference": shown(&settled.difference),
                "direction": match settled.direction {
                    ExchangeDirection::DueFromCustomer => "due_from_customer",
                    ExchangeDirection::RefundToCustomer => "refund_to_customer",
                    ExchangeDirection::Settled => "settled",
                },
            });
            if given.advance
                && let Value::Object(answer) = &mut answer
            {
                let advance = settled.in_advance()?;
                answer.insert(
                    "advance".into(),
                    json!({
                        "due_at_shipping": shown(&advance.due_at_shipping),
                        "due_if_not_received": shown(&advance.due_if_not_received),
                        "refund_if_received": shown(&advance.refund_if_received),
                    }),
                );
            }
            Ok(answer)
        }))
    };
    answer(run())
}
