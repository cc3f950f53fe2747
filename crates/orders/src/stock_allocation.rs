use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use l2c_money::Exact;
use serde::{Deserialize, Serialize};

use crate::OrderError;

/// An order that waits for stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaitingOrder {
    /// Its id; the last thing that decides who is served first.
    pub order: String,
    /// Who is served first: the lower number.
    pub priority: i64,
    /// Then the earlier order.
    pub order_date: NaiveDate,
    /// What it takes.
    pub rule: AllocationRule,
    /// Its lines.
    pub lines: Vec<WaitingLine>,
}

/// A line that waits for stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaitingLine {
    /// Its id.
    pub line: String,
    /// The article.
    pub article: String,
    /// How much, above zero, in its stock unit.
    pub quantity: Exact,
}

/// What an order takes of stock that does not suffice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AllocationRule {
    /// What is there.
    Partial,
    /// A line as a whole, or nothing of it.
    LineComplete,
    /// All that is open of it, or nothing.
    ShipComplete,
}

/// Stock that comes in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StockReceipt {
    /// When.
    pub date: NaiveDate,
    /// The article.
    pub article: String,
    /// How much, above zero.
    pub quantity: Exact,
}

/// How scarce stock is given to orders: now, and at each receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockAllocation {
    /// The runs, in order of time.
    pub runs: Vec<AllocationRun>,
    /// What each line got in the end, in the order that the orders were given in.
    pub lines: Vec<AllocatedLine>,
}

/// One distribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllocationRun {
    /// The day of the receipt; `None`: at once.
    pub date: Option<NaiveDate>,
    /// Who got what, in the order of serving.
    pub fills: Vec<AllocationFill>,
    /// What is left of every article that was named.
    pub free: BTreeMap<String, Exact>,
}

/// What a line got in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllocationFill {
    /// The order.
    pub order: String,
    /// The line.
    pub line: String,
    /// How much.
    pub quantity: Exact,
}

/// What a line got in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllocatedLine {
    /// The order.
    pub order: String,
    /// The line.
    pub line: String,
    /// How much it got.
    pub allocated: Exact,
    /// How much it still waits for.
    pub backordered: Exact,
}

impl StockAllocation {
    /// Serves orders by priority, date and id: at once, and again at every receipt in order of dates, for what is
    /// still open. An order that is passed over does not block later ones.
    ///
    /// # Errors
    /// [`OrderError::InvalidQuantity`] for stock below zero, a line or a receipt that is not above zero.
    pub fn new(
        stock: &BTreeMap<String, Exact>,
        orders: &[WaitingOrder],
        receipts: &[StockReceipt],
    ) -> Result<Self, OrderError> {
        let mut free = stock.clone();
        for (article, quantity) in stock {
            OrderError::not_below_zero(|| format!("stock.{article}"), quantity)?;
        }
        let mut open: Vec<Vec<Exact>> = Vec::with_capacity(orders.len());
        for order in orders {
            let mut of_order = Vec::with_capacity(order.lines.len());
            for line in &order.lines {
                let place = || format!("order {}, line {}", order.order, line.line);
                OrderError::above_zero(place, &line.quantity)?;
                free.entry(line.article.clone()).or_default();
                of_order.push(line.quantity.clone());
            }
            open.push(of_order);
        }
        for (index, receipt) in receipts.iter().enumerate() {
            OrderError::above_zero(|| format!("receipts[{index}]"), &receipt.quantity)?;
            free.entry(receipt.article.clone()).or_default();
        }
        let mut served: Vec<usize> = (0..orders.len()).collect();
        served.sort_by_key(|position| {
            let order = orders.get(*position);
            order.map(|order| (order.priority, order.order_date, order.order.clone()))
        });
        let mut by_date: Vec<&StockReceipt> = receipts.iter().collect();
        by_date.sort_by_key(|receipt| receipt.date);

        let mut runs = vec![run(None, orders, &served, &mut open, &mut free)];
        for receipt in by_date {
            *free.entry(receipt.article.clone()).or_default() += &receipt.quantity;
            runs.push(run(Some(receipt.date), orders, &served, &mut open, &mut free));
        }
        let of_order = |(order, open): (&WaitingOrder, &Vec<Exact>)| {
            let pairs = order.lines.iter().zip(open);
            let line = |(line, open): (&WaitingLine, &Exact)| AllocatedLine {
                order: order.order.clone(),
                line: line.line.clone(),
                allocated: &line.quantity - open,
                backordered: open.clone(),
            };
            pairs.map(line).collect::<Vec<_>>()
        };
        Ok(Self {
            runs,
            lines: orders.iter().zip(&open).flat_map(of_order).collect(),
        })
    }
}

fn run(
    date: Option<NaiveDate>,
    orders: &[WaitingOrder],
    served: &[usize],
    open: &mut [Vec<Exact>],
    free: &mut BTreeMap<String, Exact>,
) -> AllocationRun {
    let mut fills = Vec::new();
    for position in served {
        let (Some(order), Some(open)) = (orders.get(*position), open.get_mut(*position)) else {
            continue;
        };
        if order.rule == AllocationRule::ShipComplete && !suffices(order, open, free) {
            continue;
        }
        for (line, open) in order.lines.iter().zip(open) {
            let Some(stock) = free.get_mut(&line.article) else {
                continue;
            };
            let taken = open.clone().min(stock.clone());
            let whole = order.rule == AllocationRule::Partial || taken == *open;
            if !whole || !taken.is_positive() {
                continue;
            }
            *stock -= &taken;
            *open -= &taken;
            fills.push(AllocationFill {
                order: order.order.clone(),
                line: line.line.clone(),
                quantity: taken,
            });
        }
    }
    AllocationRun {
        date,
        fills,
        free: free.clone(),
    }
}

/// Whether the stock covers all that is open of an order, lines of one article together.
fn suffices(order: &WaitingOrder, open: &[Exact], free: &BTreeMap<String, Exact>) -> bool {
    let articles: BTreeSet<&str> = order.lines.iter().map(|line| line.article.as_str()).collect();
    articles.into_iter().all(|article| {
        let lines = order.lines.iter().zip(open);
        let of_article = lines.filter(|(line, _)| line.article == article);
        let wanted: Exact = of_article.map(|(_, open)| open).sum();
        free.get(article).is_some_and(|stock| *stock >= wanted)
    })
}
