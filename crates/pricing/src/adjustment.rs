mod added_line;
mod buy_get;
pub(crate) mod check;
mod discount;
pub(crate) mod document;
mod measure;
mod settle;
mod target_total;
mod target_with_tax;
pub(crate) mod working;

use std::collections::BTreeMap;

use l2c_documents::Faults;
use l2c_explain::{Explanation, Figure, NoTrace, Note, Recorder, Trace};
use l2c_money::{Currency, Exact, Percent};
use l2c_rules::FactType;

use crate::priced_lines::{AdjustmentOutcome, PricedLines};
use crate::{DocumentRef, LineInput, PricingError, Waterfall};
use check::Adjustment;
use document::{AdjustmentsDocument, FloorTest, RoundingLevel, TaxDocument};
use working::{Opening, Working};

/// The id of the row that shows what rounding the document did to a line.
pub const DOCUMENT_ROUNDING: &str = "document_rounding";
/// The largest number of adjustments.
pub const MAX_ADJUSTMENTS: usize = 1_000;

/// Checked adjustments: what happens to lines together.
///
/// ```
/// use l2c_money::{Currency, Exact};
/// use l2c_pricing::{Adjustments, LineInput, LineToPrice, Waterfall};
///
/// let list = r#"{"id": "list", "version": 1, "steps": [
///     {"op": "price", "id": "list", "label": "List", "amount": {"input": "list"}}]}"#;
/// let waterfall = Waterfall::new(&serde_json::from_str(list)?)?;
/// let code = r#"{"id": "code", "version": 1, "adjustments": [
///     {"op": "order_discount", "id": "code", "label": "Two off", "amount": "2.00"}]}"#;
/// let adjustments = Adjustments::new(&serde_json::from_str(code)?)?;
/// let line = |id| LineToPrice::new(&waterfall, LineInput::new(id, Exact::ONE, Currency::USD).with("list", 5));
/// let priced = adjustments.price(Currency::USD, &[line("a"), line("b"), line("c")])?;
/// let nets: Vec<String> = priced.lines().iter().map(|line| line.net().to_string()).collect();
/// assert_eq!(nets, ["4.33", "4.33", "4.34"]);
/// assert_eq!(priced.total(), &Exact::integer(13));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjustments {
    document: DocumentRef,
    attributes: Vec<String>,
    typed_attributes: BTreeMap<String, FactType>,
    pub(crate) adjustments: Vec<Adjustment>,
    pub(crate) rounding: RoundingLevel,
    pub(crate) tax: Option<TaxDocument>,
    pub(crate) floors: FloorTest,
}

/// A line that is to be priced together with others. Each may have a waterfall of its own.
#[derive(Debug, Clone)]
pub struct LineToPrice<'a> {
    /// Its waterfall.
    pub waterfall: &'a Waterfall,
    /// What it brings. Its attributes are those that adjustments test.
    pub input: LineInput<'a>,
    /// The step whose figure is its list amount, by position.
    pub reference: usize,
    /// Whether adjustments may lower it.
    pub discountable: bool,
    /// What its net is allocated to in the end.
    pub components: Vec<LineComponent>,
    /// Its tax rate; absent: that of the document.
    pub tax_percent: Option<Percent>,
}

/// A component of a line, to which a part of its net is allocated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineComponent {
    /// Its id.
    pub id: String,
    /// Its stand-alone price, zero or above: the weight of its part.
    pub standalone: Exact,
    /// What it costs on top.
    pub surcharge: Exact,
}

impl<'a> LineToPrice<'a> {
    /// A line that takes discounts and has no components; its list amount is the figure after its first step.
    #[must_use]
    pub const fn new(waterfall: &'a Waterfall, input: LineInput<'a>) -> Self {
        Self {
            waterfall,
            input,
            reference: 0,
            discountable: true,
            components: Vec::new(),
            tax_percent: None,
        }
    }
}

impl Adjustments {
    /// Checks a document.
    ///
    /// # Errors
    /// Every fault: a name that is empty or taken, a size that is missing or given twice, a quantity that is
    /// not above zero, a condition on facts that there are not.
    pub fn new(document: &AdjustmentsDocument) -> Result<Self, Faults> {
        check::checked(document)
    }

    /// Id and version of the document.
    #[must_use]
    pub const fn document(&self) -> &DocumentRef {
        &self.document
    }

    /// The attributes that its conditions may test, with their types.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = (&str, FactType)> {
        let texts = self.attributes.iter().map(|name| (name.as_str(), FactType::Text));
        let typed = self.typed_attributes.iter();
        texts.chain(typed.map(|(name, kind)| (name.as_str(), *kind)))
    }

    /// Prices lines, and then what happens to them together.
    ///
    /// # Errors
    /// Two lines with one id, a quantity below zero; what [`Waterfall::price`] refuses; a target that is out of
    /// reach or finer than the minor unit; pools that overlap; a figure outside the bounds of its type.
    pub fn price(&self, currency: Currency, lines: &[LineToPrice<'_>]) -> Result<PricedLines, PricingError> {
        Ok(self.run(&mut NoTrace, currency, lines)?.0)
    }

    /// As [`Adjustments::price`], with the derivation of the total.
    ///
    /// # Errors
    /// As [`Adjustments::price`].
    pub fn explain(
        &self,
        currency: Currency,
        lines: &[LineToPrice<'_>],
    ) -> Result<(PricedLines, Explanation), PricingError> {
        let mut trace = Trace::new();
        let (priced, total) = self.run(&mut trace, currency, lines)?;
        Ok((priced, trace.finish(&total)))
    }

    /// What the tiers of an adjustment measure when its turn comes.
    pub(crate) fn measured(
        &self,
        currency: Currency,
        lines: &[LineToPrice<'_>],
        adjustment: usize,
    ) -> Result<Exact, PricingError> {
        let mut working = self.open(&mut NoTrace, currency, lines)?;
        for (position, before) in self.adjustments.iter().take(adjustment).enumerate() {
            if working.why_not(before).is_none() {
                working.adjust(&mut NoTrace, position, before)?;
            }
        }
        let sizes = self.adjustments.get(adjustment).and_then(Adjustment::sizes);
        Ok(sizes
            .and_then(|sizes| working.tier_measure(sizes))
            .unwrap_or_default())
    }

    fn open<R: Recorder>(
        &self,
        rec: &mut R,
        currency: Currency,
        lines: &[LineToPrice<'_>],
    ) -> Result<Working<R::Mark>, PricingError> {
        let openings = lines.iter().enumerate().map(|(thing, line)| Opening {
            waterfall: line.waterfall,
            input: line.input.clone(),
            list: None,
            reference: line.reference,
            thing,
            discountable: line.discountable,
            components: line.components.clone(),
            tax_percent: line.tax_percent,
            as_rows: false,
        });
        Working::open(rec, currency, (&self.document, self.rounding), openings)
    }

    /// The adjustments in their order, and the rounding of the document.
    pub(crate) fn carry_out<R: Recorder>(
        &self,
        rec: &mut R,
        working: &mut Working<R::Mark>,
    ) -> Result<Vec<AdjustmentOutcome>, PricingError> {
        let mut outcomes = Vec::with_capacity(self.adjustments.len());
        for (position, adjustment) in self.adjustments.iter().enumerate() {
            let outcome = match working.why_not(adjustment) {
                None => working.adjust(rec, position, adjustment)?,
                Some(why) => AdjustmentOutcome::skipped(why),
            };
            outcomes.push(outcome);
        }
        working.round_document(rec, self.rounding)?;
        Ok(outcomes)
    }

    fn run<R: Recorder>(
        &self,
        rec: &mut R,
        currency: Currency,
        lines: &[LineToPrice<'_>],
    ) -> Result<(PricedLines, Figure<R::Mark>), PricingError> {
        let mut working = self.open(rec, currency, lines)?;
        let outcomes = self.carry_out(rec, &mut working)?;
        let violations = match self.floors {
            FloorTest::AfterAdjustments => working.violations()?,
            FloorTest::LineOnly => Vec::new(),
        };
        working.allocate_components(rec)?;
        let nets: Vec<&Figure<R::Mark>> = working.lines.iter().map(|line| &line.net).collect();
        let mut total = rec.sum(&nets, || Note::new("total").money(currency));
        if self.rounding == RoundingLevel::Total {
            total = rec.round(&total, l2c_money::RoundingPolicy::HALF_UP, currency, || {
                Note::new("total, rounded").money(currency)
            })?;
        }
        let tax = working.tax(self.tax.as_ref(), &total.value)?;
        let priced = PricedLines::new(
            currency,
            working.lines,
            outcomes,
            total.value.clone(),
            tax,
            violations,
        );
        Ok((priced, total))
    }
}
