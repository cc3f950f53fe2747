use l2c_explain::Figure;
use l2c_money::{Exact, Money};

use crate::price_book::PriceEntry;
use crate::{PricedLine, PricingError, RequestLine, WaterfallRow};

/// A line on its way from list to net.
pub(crate) struct OpenLine<'a, M> {
    pub(crate) id: String,
    pub(crate) request: &'a RequestLine,
    pub(crate) entry: &'a PriceEntry,
    pub(crate) running: Figure<M>,
    pub(crate) component: Option<String>,
    pub(crate) name: String,
    pub(crate) list: Money,
    pub(crate) rows: Vec<WaterfallRow>,
    /// The figure after each row that a percentage may be taken of.
    pub(crate) subtotals: Vec<Figure<M>>,
}

impl<M: Clone> OpenLine<'_, M> {
    pub(crate) fn apply(&mut self, step: &str, label: &str, amount: Exact, after: Figure<M>) {
        self.rows
            .push(WaterfallRow::applied(step, label, amount, after.value.clone()));
        self.running = after;
    }

    pub(crate) fn skip(&mut self, step: &str, label: &str, why: String) {
        let mut row = WaterfallRow::applied(step, label, Exact::ZERO, self.running.value.clone());
        row.skipped = Some(why);
        self.rows.push(row);
    }

    pub(crate) fn close(self) -> Result<PricedLine, PricingError> {
        let currency = self.list.currency();
        Ok(PricedLine {
            id: self.id,
            request_line: self.request.id.clone(),
            product: self.request.product.clone(),
            component: self.component,
            name: self.name,
            quantity: self.request.quantity,
            price_entry: self.entry.path(),
            list: self.list,
            rows: self.rows,
            net: Money::try_from_exact(&self.running.value, currency)?,
        })
    }
}
