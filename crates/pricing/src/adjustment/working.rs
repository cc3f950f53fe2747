use std::collections::BTreeSet;

use l2c_explain::{Figure, Recorder};
use l2c_money::{AllocationPolicy, Currency, Exact, Percent, Rounding, RoundingPolicy};
use l2c_rules::Facts;

use super::LineComponent;
use super::check::{Adjustment, Op};
use super::document::RoundingLevel;
use crate::priced_lines::{AdjustmentOutcome, LineViolation};
use crate::waterfall::document::GuardPolicy;
use crate::waterfall::run::{ListFigure, run};
use crate::waterfall_rows::{LineGuard, guards, rows};
use crate::{DocumentRef, LINE_ROUNDING, LineInput, LinePrice, PricingError, Waterfall, WaterfallRow};

/// The lines of a document on their way from their own prices to the total.
#[derive(Clone)]
pub(crate) struct Working<M> {
    pub(super) currency: Currency,
    pub(super) document: DocumentRef,
    pub(crate) lines: Vec<WorkingLine<M>>,
}

/// A line before it is priced.
pub(crate) struct Opening<'a, M> {
    pub(crate) waterfall: &'a Waterfall,
    pub(crate) input: LineInput<'a>,
    /// What its first step begins with, if its derivation goes on from before the waterfall.
    pub(crate) list: Option<ListFigure<M>>,
    /// The step whose figure is its list amount.
    pub(crate) reference: usize,
    /// Lines of one number that follow on each other are parts of one thing that is sold: they have one quantity.
    pub(crate) thing: usize,
    pub(crate) discountable: bool,
    pub(crate) components: Vec<LineComponent>,
    pub(crate) tax_percent: Option<Percent>,
    /// Whether its steps are kept as rows; else as a price of its own.
    pub(crate) as_rows: bool,
}

/// A line that was given, or that an adjustment added.
#[derive(Clone)]
pub(crate) struct WorkingLine<M> {
    pub(crate) id: String,
    pub(crate) quantity: Exact,
    pub(crate) list: Exact,
    /// Its list amount on a quote: for a part of the other lines, the same part of their list amounts.
    pub(crate) undiscounted: Exact,
    pub(crate) gross: Exact,
    pub(crate) net: Figure<M>,
    pub(crate) price: Option<LinePrice>,
    pub(crate) unit_price: Option<Exact>,
    pub(crate) rows: Vec<WaterfallRow>,
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
    pub(super) thing: usize,
    pub(super) discountable: bool,
    guards: Vec<LineGuard>,
}

impl<M: Clone> Working<M> {
    /// Every line by its own waterfall.
    pub(crate) fn open<'a, R: Recorder<Mark = M>>(
        rec: &mut R,
        currency: Currency,
        (document, rounding): (&DocumentRef, RoundingLevel),
        lines: impl Iterator<Item = Opening<'a, M>>,
    ) -> Result<Self, PricingError> {
        let mut seen = BTreeSet::new();
        let mut working = Self {
            currency,
            document: document.clone(),
            lines: Vec::with_capacity(lines.size_hint().0),
        };
        for line in lines {
            let id = line.input.id;
            if !seen.insert(id) {
                return Err(PricingError::DuplicateLine { line: id.to_owned() });
            }
            working.lines.push(opened(rec, currency, rounding, line)?);
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

    /// Takes a discount off the lines that are parts of one thing: by their amounts, in whole minor units.
    pub(super) fn take_from_thing<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        adjustment: usize,
        parts: &[usize],
        discount: Figure<M>,
        label: &str,
    ) -> Result<Figure<M>, PricingError> {
        let currency = self.currency;
        let [line] = parts else {
            let note = || l2c_explain::Note::new(label).money(currency);
            let whole = rec.round(
                &discount,
                RoundingPolicy::minor_unit(Rounding::Down),
                currency,
                note,
            )?;
            if !whole.value.is_zero() {
                let nets = self.nets(parts);
                let weights: Vec<&Figure<M>> = nets.iter().collect();
                let policy = AllocationPolicy::default();
                let shares = rec.shares(&whole, &weights, policy, currency, |_| note())?;
                for (line, share) in parts.iter().zip(shares) {
                    self.take(rec, adjustment, *line, &share);
                }
            }
            return Ok(whole);
        };
        self.take(rec, adjustment, *line, &discount);
        Ok(discount)
    }

    /// The floors of the lines after what the document took off them.
    pub(crate) fn violations(&self) -> Result<Vec<LineViolation>, PricingError> {
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
    line: Opening<'_, R::Mark>,
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
    let run = run(rec, waterfall, input, line.list)?;
    let net = if rounding == RoundingLevel::Line {
        waterfall.rounded(rec, &run.exact, currency, || {
            format!("line {}, rounded", input.id)
        })?
    } else {
        run.exact.clone()
    };
    let guards = guards(waterfall, input, &run, &net.value);
    let unit_price = run.unit_price.as_ref().map(|price| price.value.clone());
    let (mut rows_of_line, mut price) = (Vec::new(), None);
    let list;
    if line.as_rows {
        rows_of_line = rows(waterfall, input, &run);
        let residue = &net.value - &run.exact.value;
        if !residue.is_zero() {
            let label = "Rounding of the line";
            rows_of_line.push(WaterfallRow::applied(
                LINE_ROUNDING,
                label,
                residue,
                net.value.clone(),
            ));
        }
        list = rows_of_line.get(line.reference).map(|row| row.subtotal.clone());
    } else {
        let of_line = run.into_price(input, net.value.clone());
        list = of_line.line_amount(line.reference);
        price = Some(of_line);
    }
    let list = list.unwrap_or_else(|| net.value.clone());
    Ok(WorkingLine {
        id: input.id.to_owned(),
        quantity: input.quantity.clone(),
        undiscounted: list.clone(),
        list,
        gross: net.value.clone(),
        net,
        price,
        unit_price,
        rows: rows_of_line,
        added_by: None,
        discounts: Vec::new(),
        cost: input.cost.clone(),
        residue: Exact::ZERO,
        components: Vec::new(),
        tax: None,
        to_allocate: line.components,
        tax_percent: line.tax_percent,
        facts: input.facts(),
        thing: line.thing,
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
            undiscounted: net.value.clone(),
            gross: net.value.clone(),
            net,
            price: None,
            unit_price: None,
            rows: Vec::new(),
            added_by: Some(by),
            discounts: Vec::new(),
            cost: None,
            residue: Exact::ZERO,
            components: Vec::new(),
            tax: None,
            to_allocate: Vec::new(),
            tax_percent: None,
            facts: Facts::new(),
            thing: usize::MAX,
            discountable: false,
            guards: Vec::new(),
        }
    }
}
