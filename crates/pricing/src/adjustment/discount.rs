use l2c_explain::{Figure, Note, Recorder};
use l2c_money::{Exact, Rounding, RoundingPolicy};

use super::check::{Adjustment, Discount, Size};
use super::working::Working;
use crate::PricingError;
use crate::priced_lines::AdjustmentOutcome;

impl<M: Clone> Working<M> {
    /// Each line falls by its own discount, rounded, at most to zero.
    pub(super) fn line_discount<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        position: usize,
        adjustment: &Adjustment,
        discount: &Discount,
    ) -> Result<AdjustmentOutcome, PricingError> {
        let Some(size) = self.size(&discount.size).cloned() else {
            return Ok(AdjustmentOutcome::skipped("no tier is reached"));
        };
        let (currency, label) = (self.currency, discount.document.label.as_str());
        let note = || Note::new(label).money(currency);
        let mut amount = Exact::ZERO;
        let selected = self.selected(adjustment.lines.as_ref());
        // A percentage is one of each line; an amount for each unit is one of the thing that the lines are parts of.
        let things = match &size {
            Size::Percent(_) => selected.into_iter().map(|line| vec![line]).collect(),
            Size::Amount(_) | Size::PerUnit(_) => self.things(&selected),
        };
        for parts in things {
            let Some(first) = parts.first().and_then(|line| self.lines.get(*line)) else {
                continue;
            };
            let quantity = first.quantity.clone();
            let net = self.net_of(rec, &parts);
            let exact = match &size {
                Size::Percent(_) => self.part(rec, adjustment, label, &size, &net),
                Size::Amount(each) | Size::PerUnit(each) => {
                    let each = self.given_figure(rec, adjustment, label, each);
                    let quantity = rec.input(quantity, || Note::new("quantity"));
                    rec.product(&each, &quantity, note)
                }
            };
            let rounded = rec.round(&exact, discount.document.rounding, currency, note)?;
            let taken = rec.minimum(&[&rounded, &net], note);
            amount += &self.take_from_thing(rec, position, &parts, taken, label)?.value;
        }
        Ok(AdjustmentOutcome::applied(amount))
    }

    /// The sum of the lines falls by a discount, which is spread over them by their amounts.
    pub(super) fn order_discount<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        position: usize,
        adjustment: &Adjustment,
        discount: &Discount,
    ) -> Result<AdjustmentOutcome, PricingError> {
        let Some(size) = self.size(&discount.size).cloned() else {
            return Ok(AdjustmentOutcome::skipped("no tier is reached"));
        };
        let (currency, label) = (self.currency, discount.document.label.as_str());
        let note = || Note::new(label).money(currency);
        let selected = self.selected(adjustment.lines.as_ref());
        let nets = self.nets(&selected);
        let nets: Vec<&Figure<M>> = nets.iter().collect();
        let sum = rec.sum(&nets, || Note::new("sum of the lines").money(currency));
        let exact = self.part(rec, adjustment, label, &size, &sum);
        let mut whole = rec.round(&exact, discount.document.rounding, currency, note)?;
        if let Some(cap) = &discount.document.cap {
            let cap = self.given_figure(rec, adjustment, "cap", cap);
            whole = rec.minimum(&[&whole, &cap], note);
        }
        whole = rec.minimum(&[&whole, &sum], note);
        whole = rec.round(&whole, RoundingPolicy::minor_unit(Rounding::Down), currency, note)?;
        if !whole.value.is_zero() {
            let parts = rec.shares(&whole, &nets, discount.document.spread, currency, |_| note())?;
            for (index, part) in selected.into_iter().zip(parts) {
                self.take(rec, position, index, &part);
            }
        }
        Ok(AdjustmentOutcome::applied(whole.value))
    }

    /// What the parts of one thing come to at present.
    pub(super) fn net_of<R: Recorder<Mark = M>>(&self, rec: &mut R, parts: &[usize]) -> Figure<M> {
        let nets = self.nets(parts);
        match nets.as_slice() {
            [net] => net.clone(),
            nets => rec.sum(&nets.iter().collect::<Vec<_>>(), || {
                Note::new("sum of its parts").money(self.currency)
            }),
        }
    }

    /// The present nets of lines.
    pub(super) fn nets(&self, lines: &[usize]) -> Vec<Figure<M>> {
        let lines = lines.iter().filter_map(|line| self.lines.get(*line));
        lines.map(|line| line.net.clone()).collect()
    }

    /// A figure of the document.
    pub(super) fn given_figure<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        adjustment: &Adjustment,
        label: &str,
        value: &Exact,
    ) -> Figure<M> {
        rec.input(value.clone(), || {
            let cite = self.document.cite(&adjustment.path);
            Note::new(label).money(self.currency).cite(cite)
        })
    }

    /// A percentage of a figure, or an amount.
    fn part<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        adjustment: &Adjustment,
        label: &str,
        size: &Size,
        of: &Figure<M>,
    ) -> Figure<M> {
        match size {
            Size::Percent(rate) => {
                let rate = self.rate(rec, adjustment, label, rate);
                rec.product(of, &rate, || Note::new(label).money(self.currency))
            }
            Size::Amount(amount) | Size::PerUnit(amount) => self.given_figure(rec, adjustment, label, amount),
        }
    }

    /// A percentage of the document, as a part of a whole.
    pub(super) fn rate<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        adjustment: &Adjustment,
        label: &str,
        rate: &Exact,
    ) -> Figure<M> {
        rec.input(rate.clone(), || {
            let cite = self.document.cite(&adjustment.path);
            Note::new(format!("{label}, rate")).percent().cite(cite)
        })
    }
}
