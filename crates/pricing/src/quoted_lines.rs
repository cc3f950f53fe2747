use std::collections::BTreeSet;

use l2c_documents::{Fault, Faults};
use l2c_money::{Currency, Exact, Money, Quantity, Unit};

use crate::adjustment::check::Adjustment;
use crate::adjustment::working::{Working, WorkingLine};
use crate::line::OpenLine;
use crate::priced_lines::AdjustmentOutcome;
use crate::{AdjustmentRow, DOCUMENT_ROUNDING, Engine, PricedLine, PricingError, WaterfallRow};

/// From lines that are priced to lines that are quoted.
impl Engine {
    /// What the adjustments did to the document.
    pub(crate) fn adjusted<M>(
        &self,
        working: &Working<M>,
        outcomes: Vec<AdjustmentOutcome>,
    ) -> Vec<AdjustmentRow> {
        let adjustments = self.adjustments.iter().flat_map(|it| &it.adjustments);
        let row = |(position, (adjustment, outcome)): (usize, (&Adjustment, AdjustmentOutcome))| {
            let added = working
                .lines
                .iter()
                .filter(|line| line.added_by == Some(position));
            AdjustmentRow {
                adjustment: adjustment.id.clone(),
                label: adjustment.label.clone(),
                amount: added.map(|line| &line.gross).sum::<Exact>() - outcome.amount,
                rewarded_units: outcome.rewarded_units,
                skipped: outcome.skipped,
            }
        };
        adjustments.zip(outcomes).enumerate().map(row).collect()
    }

    /// The lines as they are quoted.
    pub(crate) fn close<M>(
        &self,
        working: Working<M>,
        open: Vec<OpenLine<'_, M>>,
        negotiated: &[Option<Exact>],
        currency: Currency,
    ) -> Result<Vec<PricedLine>, PricingError> {
        let mut open = open.into_iter();
        let mut closed = Vec::with_capacity(working.lines.len());
        for (position, line) in working.lines.into_iter().enumerate() {
            let part = negotiated.get(position).cloned().flatten();
            let tax = line.tax.as_ref();
            let tax = tax.map(|tax| Money::try_from_exact(tax, currency)).transpose()?;
            let priced = match open.next() {
                Some(asked) => {
                    let cost = line.cost.as_ref().map(|cost| cost * &line.quantity);
                    PricedLine {
                        request_line: asked.request.id.clone(),
                        product: asked.request.product.clone(),
                        component: asked.component,
                        name: asked.name,
                        quantity: asked.request.quantity,
                        price_entry: asked.price_entry,
                        list: asked.list,
                        unit_price: line.unit_price.clone(),
                        net: Money::try_from_exact(&line.net.value, currency)?,
                        rows: self.rows(&line, part, !negotiated.is_empty()),
                        cost,
                        tax,
                        id: line.id,
                    }
                }
                None => self.added(line, part, !negotiated.is_empty(), tax, currency)?,
            };
            closed.push(priced);
        }
        let mut seen = BTreeSet::new();
        // `1` with a component `licence` and a line `1.licence` would be one, and so would one that is added.
        match closed.iter().find(|line| !seen.insert(line.id.as_str())) {
            Some(line) => Err(PricingError::DuplicateLine {
                line: line.id.clone(),
            }),
            None => Ok(closed),
        }
    }

    /// A line that an adjustment added.
    fn added<M>(
        &self,
        line: WorkingLine<M>,
        part: Option<Exact>,
        negotiated: bool,
        tax: Option<Money>,
        currency: Currency,
    ) -> Result<PricedLine, PricingError> {
        let adjustments = self.adjustments.as_ref();
        let by = adjustments.and_then(|it| it.adjustments.get(line.added_by?));
        let product = by.and_then(|by| by.product());
        let (Some(by), Some(product)) = (by, product) else {
            // Not reached: an engine takes no adjustment that adds a line without a product.
            let fault = Fault::new(
                "product",
                "missing_product",
                "the line needs a product of the catalogue",
            );
            return Err(Faults::one("adjustments", fault).into());
        };
        let quantity = Quantity::new(line.quantity.to_decimal()?, Unit::ONE)?;
        Ok(PricedLine {
            request_line: line.id.clone(),
            product: product.clone(),
            component: None,
            name: by.label.clone(),
            quantity,
            price_entry: by.path.clone(),
            list: Money::try_from_exact(&line.undiscounted, currency)?,
            unit_price: line.gross.checked_div(&line.quantity).ok(),
            net: Money::try_from_exact(&line.net.value, currency)?,
            rows: self.rows(&line, part, negotiated),
            cost: None,
            tax,
            id: line.id,
        })
    }

    /// The rows of a line: its steps, what the adjustments did to it, and the negotiated step.
    fn rows<M>(&self, line: &WorkingLine<M>, part: Option<Exact>, negotiated: bool) -> Vec<WaterfallRow> {
        let adjustments = self.adjustments.iter().flat_map(|it| &it.adjustments);
        let adjustments: Vec<_> = adjustments.collect();
        let names = |position: usize| {
            let adjustment = adjustments.get(position);
            adjustment.map_or(("", ""), |it| (it.id.as_str(), it.label.as_str()))
        };
        let mut rows = line.rows.clone();
        let mut running = rows.last().map(|row| row.subtotal.clone()).unwrap_or_default();
        let mut push = |(step, label): (&str, &str), amount: Exact| {
            running += &amount;
            rows.push(WaterfallRow::applied(step, label, amount, running.clone()));
        };
        if let Some(by) = line.added_by {
            // As the other lines do, it begins with its list amount; what they lose, it loses with them.
            push(self.waterfall.first_row(), line.undiscounted.clone());
            let less = &line.gross - &line.undiscounted;
            if !less.is_zero() {
                push(names(by), less);
            }
        }
        for (by, amount) in &line.discounts {
            push(names(*by), -amount);
        }
        if !line.residue.is_zero() {
            push(
                (DOCUMENT_ROUNDING, "Rounding of the document"),
                line.residue.clone(),
            );
        }
        let Some(step) = &self.waterfall.negotiated else {
            return rows;
        };
        let skipped = match (&part, negotiated) {
            (Some(_), _) => None,
            (None, true) => Some("the line carries no part of the total".to_owned()),
            (None, false) => Some("no total was agreed".to_owned()),
        };
        push((&step.id, &step.label), part.unwrap_or_default());
        if let Some(row) = rows.last_mut() {
            row.skipped = skipped;
        }
        rows
    }
}
