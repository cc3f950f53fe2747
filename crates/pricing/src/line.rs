use l2c_explain::{Figure, Recorder};
use l2c_money::{Exact, Money};

use crate::price_book::PriceEntry;
use crate::waterfall::run::{ListFigure, run};
use crate::waterfall_rows::{LineGuard, guards, rows};
use crate::{LINE_ROUNDING, LineInput, PricedLine, PricingError, RequestLine, Waterfall, WaterfallRow};

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
    /// The figure that its steps have multiplied by the quantity.
    pub(crate) unit_price: Option<Exact>,
    /// The floors of its steps.
    pub(crate) guards: Vec<LineGuard>,
    /// What its first step begins with.
    pub(crate) opening: Option<ListFigure<M>>,
}

impl<M: Clone> OpenLine<'_, M> {
    /// The steps of the line, and its rounding.
    pub(crate) fn run<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        waterfall: &Waterfall,
        input: &LineInput<'_>,
    ) -> Result<(), PricingError> {
        let run = run(rec, waterfall, input, self.opening.take())?;
        self.rows = rows(waterfall, input, &run);
        self.unit_price = run.unit_price.as_ref().map(|price| price.value.clone());
        let rounded = waterfall.rounded(rec, &run.exact, input.currency, || {
            format!("line {}, rounded", self.id)
        })?;
        let residue = &rounded.value - &run.exact.value;
        self.running = run.exact.clone();
        if !residue.is_zero() {
            self.apply(LINE_ROUNDING, "Rounding of the line", residue, rounded);
        }
        self.guards = guards(waterfall, input, &run, &self.running.value);
        Ok(())
    }

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
            unit_price: self.unit_price,
            rows: self.rows,
            net: Money::try_from_exact(&self.running.value, currency)?,
        })
    }
}
