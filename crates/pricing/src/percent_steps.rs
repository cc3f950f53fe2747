use l2c_explain::{Note, Recorder};
use l2c_rules::Facts;

use crate::line::OpenLine;
use crate::waterfall::PercentStep;
use crate::{LINE_ROUNDING, PriceRequest, PricingError, Waterfall};

impl Waterfall {
    /// The percentage steps of a line, and its rounding.
    pub(crate) fn run_percent_steps<R: Recorder>(
        &self,
        rec: &mut R,
        request: &PriceRequest,
        line: &mut OpenLine<'_, R::Mark>,
    ) -> Result<(), PricingError> {
        let steps = &self.percent_steps;
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
        let rounded = self.rounded(rec, &line.running, line.list.currency(), || {
            format!("line {}, rounded", line.id)
        })?;
        let residue = &rounded.value - &line.running.value;
        if !residue.is_zero() {
            line.apply(LINE_ROUNDING, "Rounding of the line", residue, rounded);
        }
        Ok(())
    }

    fn run_percent_step<R: Recorder>(
        &self,
        rec: &mut R,
        step: &PercentStep,
        line: &mut OpenLine<'_, R::Mark>,
    ) {
        let currency = line.list.currency();
        let money = |label: &str| Note::new(label).money(currency);
        let base = step
            .of
            .and_then(|row| line.subtotals.get(row))
            .unwrap_or(&line.running);
        let rate = rec.input(step.percent.fraction(), || {
            let cite = self.document().cite(&step.path);
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
        let declared = self.attributes().iter();
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
            .text("currency", line.list.currency().code())
            .date("date", request.date)
    }
}
