use l2c_explain::{Figure, Note, Recorder};
use l2c_money::{Exact, RoundingPolicy};

use super::check::Adjustment;
use super::document::{AddItemDocument, PercentOfTotalDocument, TotalBase};
use super::working::{Working, WorkingLine};
use crate::PricingError;
use crate::priced_lines::AdjustmentOutcome;

impl<M: Clone> Working<M> {
    /// Adds a line with a price of its own.
    pub(super) fn add_item<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        position: usize,
        adjustment: &Adjustment,
        item: &AddItemDocument,
    ) -> Result<AdjustmentOutcome, PricingError> {
        let currency = self.currency;
        let quantity = match &item.every {
            None => item.quantity.clone(),
            Some(every) => {
                let bought = self.quantity(adjustment.lines.as_ref());
                bought.checked_div(every)?.floor() * &item.quantity
            }
        };
        if !quantity.is_zero() {
            let price = self.given_figure(rec, adjustment, "price of one unit", &item.unit_price);
            let units = rec.input(quantity.clone(), || Note::new("quantity"));
            let note = || Note::new(item.label.as_str()).money(currency);
            let net = rec.product(&price, &units, note);
            let net = rec.round(&net, RoundingPolicy::HALF_UP, currency, note)?;
            let line = WorkingLine::added(item.item.clone(), quantity.clone(), net, position);
            self.lines.push(line);
        }
        Ok(AdjustmentOutcome {
            added_quantity: Some(quantity),
            ..AdjustmentOutcome::applied(Exact::ZERO)
        })
    }

    /// Adds a line that costs a part of the others.
    pub(super) fn percent_of_total<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        position: usize,
        adjustment: &Adjustment,
        part: &PercentOfTotalDocument,
    ) -> Result<AdjustmentOutcome, PricingError> {
        let currency = self.currency;
        let note = || Note::new(part.label.as_str()).money(currency);
        let lines = self.given(adjustment.lines.as_ref());
        let bases: Vec<Figure<M>> = lines
            .map(|(_, line)| match part.base {
                TotalBase::Net => line.net.clone(),
                TotalBase::List => rec.input(line.list.clone(), || {
                    Note::new(format!("list amount of line {}", line.id)).money(currency)
                }),
            })
            .collect();
        let bases: Vec<&Figure<M>> = bases.iter().collect();
        let base = rec.sum(&bases, || Note::new("base").money(currency));
        let rate = &part.percent * Exact::ratio(1, 100).unwrap_or_default();
        let rate = self.rate(rec, adjustment, &part.label, &rate);
        let term = part.numerator.checked_div(&part.denominator)?;
        let term = rec.input(term, || Note::new("part of the term"));
        let mut amount = rec.product(&base, &rate, note);
        amount = rec.product(&amount, &term, note);
        amount = rec.round(&amount, RoundingPolicy::HALF_UP, currency, note)?;
        if let Some(minimum) = &part.minimum {
            let minimum = self.given_figure(rec, adjustment, "minimum", minimum);
            amount = rec.maximum(&[&amount, &minimum], note);
        }
        if let Some(maximum) = &part.maximum {
            let maximum = self.given_figure(rec, adjustment, "maximum", maximum);
            amount = rec.minimum(&[&amount, &maximum], note);
        }
        let mut line = WorkingLine::added(part.id.clone(), Exact::ONE, amount, position);
        line.undiscounted = self.undiscounted(adjustment, part, &line.gross)?;
        self.lines.push(line);
        Ok(AdjustmentOutcome {
            base_total: Some(base.value),
            ..AdjustmentOutcome::applied(Exact::ZERO)
        })
    }

    /// What the line would cost if nothing were taken off the others. A line without it would hide their discount.
    fn undiscounted(
        &self,
        adjustment: &Adjustment,
        part: &PercentOfTotalDocument,
        amount: &Exact,
    ) -> Result<Exact, PricingError> {
        if part.base == TotalBase::List {
            return Ok(amount.clone());
        }
        let lists: Exact = self
            .given(adjustment.lines.as_ref())
            .map(|(_, line)| &line.list)
            .sum();
        let term = part.numerator.checked_div(&part.denominator)?;
        let whole = lists * &part.percent * Exact::ratio(1, 100)? * term;
        let mut whole = RoundingPolicy::HALF_UP.round(&whole, self.currency)?;
        if let Some(minimum) = &part.minimum {
            whole = whole.max(minimum.clone());
        }
        if let Some(maximum) = &part.maximum {
            whole = whole.min(maximum.clone());
        }
        Ok(whole)
    }
}
