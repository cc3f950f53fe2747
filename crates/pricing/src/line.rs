use l2c_explain::{Figure, Note, Recorder};
use l2c_money::{AllocationPolicy, Exact, Money, Percent};
use l2c_rules::Facts;

use crate::catalogue::{Component, Product};
use crate::engine::row;
use crate::price_book::PriceEntry;
use crate::waterfall::PercentStep;
use crate::{
    Engine, LINE_ROUNDING, LIST, MakeUp, PriceRequest, PricedLine, PricingError, RequestLine, WaterfallRow,
};

/// A line on its way from list to net.
pub(crate) struct OpenLine<'a, M> {
    pub(crate) id: String,
    pub(crate) request: &'a RequestLine,
    pub(crate) entry: &'a PriceEntry,
    pub(crate) running: Figure<M>,
    component: Option<String>,
    name: String,
    list: Money,
    rows: Vec<WaterfallRow>,
    /// The figure after each row that a percentage may be taken of.
    subtotals: Vec<Figure<M>>,
}

impl Engine {
    /// Opens the lines of a request's line: one for a product as a whole, one for each component else.
    pub(crate) fn open<'a, R: Recorder>(
        &'a self,
        rec: &mut R,
        request: &PriceRequest,
        line: &'a RequestLine,
        lines: &mut Vec<OpenLine<'a, R::Mark>>,
    ) -> Result<(), PricingError> {
        let product = self
            .catalogue
            .product(&line.product)
            .ok_or_else(|| PricingError::UnknownProduct {
                line: line.id.clone(),
                product: line.product.clone(),
                catalogue: self.catalogue.document().to_string(),
            })?;
        match product.make_up() {
            MakeUp::Whole => {
                let (entry, extended) = self.extend(rec, request, line, None)?;
                lines.push(self.opened(line, product, None, entry, extended)?);
            }
            MakeUp::Priced(components) => {
                for component in components {
                    let (entry, extended) = self.extend(rec, request, line, Some(component))?;
                    lines.push(self.opened(line, product, Some(component), entry, extended)?);
                }
            }
            MakeUp::Shares(shares) => {
                let (entry, extended) = self.extend(rec, request, line, None)?;
                let parts = self.split(rec, product, shares, &extended)?;
                for ((component, _), part) in shares.iter().zip(parts) {
                    lines.push(self.opened(line, product, Some(component), entry, part)?);
                }
            }
        }
        Ok(())
    }

    /// Price times quantity, exact.
    fn extend<'a, R: Recorder>(
        &'a self,
        rec: &mut R,
        request: &PriceRequest,
        line: &RequestLine,
        component: Option<&Component>,
    ) -> Result<(&'a PriceEntry, Figure<R::Mark>), PricingError> {
        let unit = line.quantity.unit();
        let of = component.map(|component| component.id.as_str());
        let entry = self
            .price_book
            .entry(&line.product, of, unit, request.date)
            .ok_or_else(|| {
                let item = of.map_or_else(|| line.product.to_string(), |of| format!("{} {of}", line.product));
                let price_book = self.price_book.document().to_string();
                PricingError::NoPrice {
                    line: line.id.clone(),
                    item,
                    unit,
                    date: request.date,
                    price_book,
                }
            })?;
        let currency = self.price_book.currency();
        let price = rec.input(entry.price.exact(), || {
            Note::new("list price")
                .money(currency)
                .cite(self.price_book.document().cite(&entry.path()))
        });
        let quantity = rec.input(line.quantity.exact(), || Note::new("quantity").quantity(unit));
        let note = || Note::new(format!("list amount of line {}", line.id)).money(currency);
        Ok((entry, rec.product(&price, &quantity, note)))
    }

    /// The list amount split over the components, to the minor unit, so that they add up to it.
    fn split<R: Recorder>(
        &self,
        rec: &mut R,
        product: &Product,
        shares: &[(Component, Percent)],
        extended: &Figure<R::Mark>,
    ) -> Result<Vec<Figure<R::Mark>>, PricingError> {
        let currency = self.price_book.currency();
        let whole = self.rounded(rec, extended, || "list amount, rounded".to_owned())?;
        let place = |index: usize| format!("{}.components[{index}]", product.path());
        let mut weights = Vec::with_capacity(shares.len());
        for (index, (component, share)) in shares.iter().enumerate() {
            weights.push(rec.input(share.fraction(), || {
                let note = Note::new(format!("share of {}", component.id)).percent();
                note.cite(self.catalogue.document().cite(&place(index)))
            }));
        }
        let weights: Vec<&Figure<R::Mark>> = weights.iter().collect();
        let note = |index: usize| {
            let component = shares
                .get(index)
                .map_or("", |(component, _)| component.id.as_str());
            Note::new(format!("list amount of {component}")).money(currency)
        };
        Ok(rec.shares(&whole, &weights, AllocationPolicy::default(), currency, note)?)
    }

    fn opened<'a, M: Clone>(
        &self,
        request: &'a RequestLine,
        product: &Product,
        component: Option<&Component>,
        entry: &'a PriceEntry,
        list: Figure<M>,
    ) -> Result<OpenLine<'a, M>, PricingError> {
        let (id, name) = match component {
            None => (request.id.clone(), product.name().to_owned()),
            Some(component) => {
                let id = format!("{}.{}", request.id, component.id);
                (id, format!("{}, {}", product.name(), component.name))
            }
        };
        let component = component.map(|component| component.id.clone());
        Ok(OpenLine {
            id,
            request,
            entry,
            component,
            name,
            list: self
                .waterfall
                .line_rounding
                .money(&list.value, self.price_book.currency())?,
            rows: vec![row(LIST, "List", list.value.clone(), list.value.clone())],
            subtotals: vec![list.clone()],
            running: list,
        })
    }

    /// The percentage steps of a line, and its rounding.
    pub(crate) fn run_percent_steps<R: Recorder>(
        &self,
        rec: &mut R,
        request: &PriceRequest,
        line: &mut OpenLine<'_, R::Mark>,
    ) -> Result<(), PricingError> {
        let steps = &self.waterfall.percent_steps;
        let facts = if steps.is_empty() {
            Facts::new()
        } else {
            self.facts(request, line)
        };
        for step in steps {
            if step.when.holds(&facts) {
                self.run_percent_step(rec, step, line);
            } else {
                let outcome = step.when.explain(&facts);
                let tests: Vec<String> = outcome
                    .tests()
                    .iter()
                    .map(|test| format!("{} (is {})", test.text, test.found.as_deref().unwrap_or_default()))
                    .collect();
                line.skip(
                    &step.id,
                    &step.label,
                    format!("does not hold: {}", tests.join("; ")),
                );
            }
            line.subtotals.push(line.running.clone());
        }
        let rounded = self.rounded(rec, &line.running, || format!("line {}, rounded", line.id))?;
        let residue = &rounded.value - &line.running.value;
        if !residue.is_zero() {
            line.apply(LINE_ROUNDING, "Rounding of the line", residue, rounded);
        }
        Ok(())
    }

    /// The one rounding point. A figure that is round already is left as it is, without a step.
    fn rounded<R: Recorder>(
        &self,
        rec: &mut R,
        figure: &Figure<R::Mark>,
        label: impl FnOnce() -> String,
    ) -> Result<Figure<R::Mark>, PricingError> {
        let (policy, currency) = (self.waterfall.line_rounding, self.price_book.currency());
        if policy.round(&figure.value, currency)? == figure.value {
            return Ok(figure.clone());
        }
        Ok(rec.round(figure, policy, currency, || Note::new(label()).money(currency))?)
    }

    fn run_percent_step<R: Recorder>(
        &self,
        rec: &mut R,
        step: &PercentStep,
        line: &mut OpenLine<'_, R::Mark>,
    ) {
        let currency = self.price_book.currency();
        let money = |label: &str| Note::new(label).money(currency);
        let base = step
            .of
            .and_then(|row| line.subtotals.get(row))
            .unwrap_or(&line.running);
        let rate = rec.input(step.percent.fraction(), || {
            let cite = self.waterfall.document().cite(&step.path);
            Note::new(format!("{}, rate", step.label)).percent().cite(cite)
        });
        let mut amount = rec.product(base, &rate, || money(&step.label));
        if step.raises {
            let after = rec.sum(&[&line.running, &amount], || {
                money(&format!("after {}", step.label))
            });
            line.apply(&step.id, &step.label, amount.value, after);
            return;
        }
        // A discount on an earlier subtotal may be more than is left: it is cut, on both sides of zero.
        // Where nothing is left, only the discount still has the sign of the line.
        let cut = || money(&format!("{}, at most what is left", step.label));
        let returned = line.running.value.is_negative() || amount.value.is_negative();
        if step.of.is_some() && returned {
            amount = rec.maximum(&[&amount, &line.running], cut);
        } else if step.of.is_some() {
            amount = rec.minimum(&[&amount, &line.running], cut);
        }
        let after = rec.difference(&line.running, &amount, || money(&format!("after {}", step.label)));
        line.apply(&step.id, &step.label, -amount.value, after);
    }

    /// Quantities and amounts as magnitudes, so that a return meets the conditions that its sale met.
    fn facts<M>(&self, request: &PriceRequest, line: &OpenLine<'_, M>) -> Facts {
        let declared = self.waterfall.attributes().iter();
        let attributes = declared.filter_map(|name| Some((name, request.attributes.get(name)?)));
        let facts = attributes.fold(Facts::new(), |facts, (name, value)| {
            facts.text(name.clone(), value)
        });
        facts
            .text("product", line.request.product.as_str())
            .with_known("component", line.component.clone())
            .number("quantity", line.request.quantity.exact().abs())
            .flag("is_return", line.request.quantity.exact().is_negative())
            .text("unit", line.request.quantity.unit().code())
            .number("list_amount", line.list.exact().abs())
            .text("currency", self.price_book.currency().code())
            .date("date", request.date)
    }
}

impl<M: Clone> OpenLine<'_, M> {
    pub(crate) fn apply(&mut self, step: &str, label: &str, amount: Exact, after: Figure<M>) {
        self.rows.push(row(step, label, amount, after.value.clone()));
        self.running = after;
    }

    pub(crate) fn skip(&mut self, step: &str, label: &str, why: String) {
        let mut row = row(step, label, Exact::ZERO, self.running.value.clone());
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
