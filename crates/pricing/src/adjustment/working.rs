use std::collections::BTreeSet;

use l2c_explain::{Figure, Recorder};
use l2c_money::{Currency, Exact, Percent};
use l2c_rules::Facts;

use super::check::{Adjustment, Op};
use super::document::RoundingLevel;
use super::{Adjustments, LineComponent, LineToPrice};
use crate::priced_lines::{AdjustmentOutcome, LineViolation};
use crate::waterfall::document::GuardPolicy;
use crate::waterfall::run::run;
use crate::waterfall_rows::{LineGuard, guards};
use crate::{DocumentRef, LinePrice, PricingError};

/// The lines of a document on their way from their own prices to the total.
pub(crate) struct Working<M> {
    pub(super) currency: Currency,
    pub(super) document: DocumentRef,
    pub(crate) lines: Vec<WorkingLine<M>>,
}

/// A line that was given, or that an adjustment added.
pub(crate) struct WorkingLine<M> {
    pub(crate) id: String,
    pub(crate) quantity: Exact,
    pub(crate) list: Exact,
    pub(crate) gross: Exact,
    pub(crate) net: Figure<M>,
    pub(crate) price: Option<LinePrice>,
    pub(crate) added_by: Option<usize>,
    /// What each adjustment took off it.
    pub(crate) discounts: Vec<(usize, Exact)>,
    pub(crate) cost: Option<Exact>,
    /// What rounding the document added to it.
    pub(crate) residue: Exact,
    pub(crate) components: Vec<(String, Exact)>,
    pub(crate) tax: Option<Exact>,
    pub(super) to_allocate: Vec<LineComponent>,
    pub(super) tax_percent: Option<Percent>,
    pub(super) facts: Facts,
    pub(super) discountable: bool,
    guards: Vec<LineGuard>,
}

impl<M: Clone> Working<M> {
    /// Every line by its own waterfall.
    pub(super) fn open<R: Recorder<Mark = M>>(
        rec: &mut R,
        currency: Currency,
        adjustments: &Adjustments,
        lines: &[LineToPrice<'_>],
    ) -> Result<Self, PricingError> {
        let mut seen = BTreeSet::new();
        for line in lines {
            let id = line.input.id;
            if !seen.insert(id) {
                return Err(PricingError::DuplicateLine { line: id.to_owned() });
            }
        }
        let mut working = Self {
            currency,
            document: adjustments.document().clone(),
            lines: Vec::with_capacity(lines.len()),
        };
        for line in lines {
            working
                .lines
                .push(opened(rec, currency, adjustments.rounding, line)?);
        }
        Ok(working)
    }

    /// Carries out one adjustment.
    pub(super) fn adjust<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        position: usize,
        adjustment: &Adjustment,
    ) -> Result<AdjustmentOutcome, PricingError> {
        match &adjustment.op {
            Op::LineDiscount(discount) => self.line_discount(rec, position, adjustment, discount),
            Op::OrderDiscount(discount) => self.order_discount(rec, position, adjustment, discount),
            Op::TargetTotal(target) => self.target_total(rec, position, adjustment, target),
            Op::BuyGet { document, buy, get } => {
                self.buy_get(rec, position, adjustment, document, (buy.as_ref(), get.as_ref()))
            }
            Op::AddItem(item) => self.add_item(rec, position, adjustment, item),
            Op::PercentOfTotal(part) => self.percent_of_total(rec, position, adjustment, part),
        }
    }

    /// Takes a discount off a line.
    pub(super) fn take<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        adjustment: usize,
        line: usize,
        discount: &Figure<M>,
    ) {
        let currency = self.currency;
        let Some(line) = self.lines.get_mut(line).filter(|_| !discount.value.is_zero()) else {
            return;
        };
        line.net = rec.difference(&line.net, discount, || {
            l2c_explain::Note::new(format!("net of line {}", line.id)).money(currency)
        });
        line.discounts.push((adjustment, discount.value.clone()));
    }

    /// The floors of the lines after what the document took off them.
    pub(super) fn violations(&self) -> Result<Vec<LineViolation>, PricingError> {
        let mut violations = Vec::new();
        for line in &self.lines {
            for guard in &line.guards {
                let net = &line.net.value;
                let below = if line.quantity.is_negative() {
                    *net > guard.lowest_net
                } else {
                    *net < guard.lowest_net
                };
                if below && guard.policy == GuardPolicy::Reject {
                    return Err(PricingError::BelowFloor {
                        line: line.id.clone(),
                        step: guard.step.clone(),
                        floor: guard.lowest_net.to_string(),
                        value: net.to_string(),
                    });
                }
                if below {
                    violations.push(LineViolation {
                        line: line.id.clone(),
                        step: guard.step.clone(),
                        lowest_net: guard.lowest_net.clone(),
                        net: net.clone(),
                    });
                }
            }
        }
        Ok(violations)
    }
}

fn opened<R: Recorder>(
    rec: &mut R,
    currency: Currency,
    rounding: RoundingLevel,
    line: &LineToPrice<'_>,
) -> Result<WorkingLine<R::Mark>, PricingError> {
    let (waterfall, input) = (line.waterfall, &line.input);
    if input.currency != currency {
        return Err(PricingError::StepCurrency {
            line: input.id.to_owned(),
            step: "end".to_owned(),
            found: input.currency,
            expected: currency,
        });
    }
    let run = run(rec, waterfall, input, None)?;
    let net = if rounding == RoundingLevel::Line {
        waterfall.rounded(rec, &run.exact, currency, || {
            format!("line {}, rounded", input.id)
        })?
    } else {
        run.exact.clone()
    };
    let guards = guards(waterfall, input, &run, &net.value);
    let price = run.into_price(input, net.value.clone());
    Ok(WorkingLine {
        id: input.id.to_owned(),
        quantity: input.quantity.clone(),
        list: price
            .line_amount(line.reference)
            .unwrap_or_else(|| net.value.clone()),
        gross: net.value.clone(),
        net,
        price: Some(price),
        added_by: None,
        discounts: Vec::new(),
        cost: input.cost.clone(),
        residue: Exact::ZERO,
        components: Vec::new(),
        tax: None,
        to_allocate: line.components.clone(),
        tax_percent: line.tax_percent,
        facts: input.facts(),
        discountable: line.discountable,
        guards,
    })
}

impl<M> WorkingLine<M> {
    /// The net on its highest floor; none for what goes back.
    pub(crate) fn lowest_net(&self) -> Option<Exact> {
        let guards = self.guards.iter().filter(|_| !self.quantity.is_negative());
        guards.map(|guard| &guard.lowest_net).max().cloned()
    }

    /// A line that an adjustment adds. It is no base for other adjustments.
    pub(super) fn added(id: String, quantity: Exact, net: Figure<M>, by: usize) -> Self {
        Self {
            id,
            quantity,
            list: net.value.clone(),
            gross: net.value.clone(),
            net,
            price: None,
            added_by: Some(by),
            discounts: Vec::new(),
            cost: None,
            residue: Exact::ZERO,
            components: Vec::new(),
            tax: None,
            to_allocate: Vec::new(),
            tax_percent: None,
            facts: Facts::new(),
            discountable: false,
            guards: Vec::new(),
        }
    }
}
