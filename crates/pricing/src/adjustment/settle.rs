use std::collections::BTreeMap;

use l2c_explain::{Note, Recorder};
use l2c_money::{AllocationPolicy, Exact, Percent, Remainder, Rounding, RoundingPolicy, ZeroWeights};

use super::document::{RoundingLevel, TaxDocument, TaxLevel};
use super::working::Working;
use crate::PricingError;

impl<M: Clone> Working<M> {
    /// Document rounding: each line goes to the minor unit above or below it, those with the largest parts
    /// above, so that the lines add up to the rounded total. No line moves by a whole unit.
    pub(super) fn round_document<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        level: RoundingLevel,
    ) -> Result<(), PricingError> {
        if level != RoundingLevel::Document {
            return Ok(());
        }
        let currency = self.currency;
        let down = RoundingPolicy::minor_unit(Rounding::Floor);
        let total: Exact = self.lines.iter().map(|line| &line.net.value).sum();
        let mut left = RoundingPolicy::HALF_UP.round(&total, currency)?;
        let mut parts = Vec::with_capacity(self.lines.len());
        for (index, line) in self.lines.iter().enumerate() {
            let below = down.round(&line.net.value, currency)?;
            left -= &below;
            parts.push((&line.net.value - &below, index));
        }
        let units = (left * Exact::power_of_ten(currency.minor_units())).to_i64();
        let units = units.and_then(|units| usize::try_from(units).ok()).unwrap_or(0);
        parts.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
        for (rank, (part, index)) in parts.into_iter().enumerate() {
            let Some(line) = self.lines.get_mut(index).filter(|_| !part.is_zero()) else {
                continue;
            };
            let mode = if rank < units {
                Rounding::Ceiling
            } else {
                Rounding::Floor
            };
            let policy = RoundingPolicy::minor_unit(mode);
            let rounded = rec.round(&line.net, policy, currency, || {
                Note::new(format!("line {}, its part of the rounded total", line.id)).money(currency)
            })?;
            line.residue = &rounded.value - &line.net.value;
            line.net = rounded;
        }
        Ok(())
    }

    /// The net of a line by the stand-alone prices of its components; what a component costs on top is added
    /// to it and to the line.
    pub(super) fn allocate_components<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
    ) -> Result<(), PricingError> {
        let currency = self.currency;
        let policy = AllocationPolicy {
            remainder: Remainder::Largest,
            zero_weights: ZeroWeights::Equal,
        };
        for line in self.lines.iter_mut().filter(|line| !line.to_allocate.is_empty()) {
            let weights: Vec<Exact> = line
                .to_allocate
                .iter()
                .map(|component| component.standalone.clone())
                .collect();
            let parts = policy.split(&line.net.value, currency.minor_units(), &weights)?;
            let mut on_top = Exact::ZERO;
            for (component, part) in line.to_allocate.iter().zip(parts) {
                on_top += &component.surcharge;
                line.components
                    .push((component.id.clone(), part + &component.surcharge));
            }
            if !on_top.is_zero() {
                let on_top = rec.input(on_top, || Note::new("surcharges of components").money(currency));
                line.net = rec.sum(&[&line.net, &on_top], || {
                    Note::new(format!("net of line {}", line.id)).money(currency)
                });
            }
        }
        Ok(())
    }

    /// The tax of every line, or of every rate; a line without a rate of its own has that of the document.
    pub(crate) fn tax(
        &mut self,
        tax: Option<&TaxDocument>,
        total: &Exact,
    ) -> Result<Option<Exact>, PricingError> {
        let Some(tax) = tax else { return Ok(None) };
        let currency = self.currency;
        if tax.level == TaxLevel::Line {
            let mut sum = Exact::ZERO;
            for line in &mut self.lines {
                let rate = line.tax_percent.unwrap_or(tax.percent);
                let amount = tax.rounding.round(&rate.of(&line.net.value), currency)?;
                sum += &amount;
                line.tax = Some(amount);
            }
            return Ok(Some(sum));
        }
        // What rounding the total added belongs to the rate of the document.
        let mut bases: BTreeMap<Percent, Exact> = BTreeMap::from([(tax.percent, total.clone())]);
        for line in &self.lines {
            if let Some(rate) = line.tax_percent.filter(|rate| *rate != tax.percent) {
                *bases.entry(rate).or_default() += &line.net.value;
                *bases.entry(tax.percent).or_default() -= &line.net.value;
            }
        }
        let mut sum = Exact::ZERO;
        for (rate, base) in bases {
            sum += &tax.rounding.round(&rate.of(&base), currency)?;
        }
        Ok(Some(sum))
    }
}
