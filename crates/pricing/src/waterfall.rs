pub(crate) mod check;
pub(crate) mod document;
mod guard;
mod line_input;
pub(crate) mod line_price;
pub(crate) mod operand;
pub(crate) mod run;
mod side;
pub(crate) mod stack;
pub(crate) mod step;
mod transform;

use std::collections::BTreeMap;

use l2c_documents::Faults;
use l2c_explain::{Explanation, Figure, NoTrace, Note, Recorder, Trace};
use l2c_money::{Currency, RoundTo, RoundingPolicy};
use l2c_rules::FactType;

pub use document::WaterfallDocument;
pub use line_input::{Input, LineInput};
pub use line_price::LinePrice;

use crate::names::check_document;
use crate::{Catalogue, DocumentRef, MakeUp, PricingError};
use document::SignPolicy;
use step::{NegotiatedStep, Step};

/// The id of the first row of a waterfall that sets no price of its own, and the name of the list price among
/// the inputs of a line.
pub const LIST: &str = "list";
/// The name of the floor of the price book among the inputs of a line.
pub const FLOOR: &str = "floor";
/// The id of the row that shows what rounding a line added.
pub const LINE_ROUNDING: &str = "line_rounding";
/// The largest number of steps.
pub const MAX_STEPS: usize = 100;
/// The largest number of rules in a stack.
pub const MAX_RULES: usize = 10_000;

/// A checked waterfall: ids are unique, references point back, conditions test facts that there are.
///
/// [`Waterfall::price`] prices one line without a catalogue or a price book:
///
/// ```
/// use l2c_money::{Currency, Exact};
/// use l2c_pricing::{LineInput, Waterfall};
///
/// let waterfall = Waterfall::new(&serde_json::from_str(r#"{"id": "term", "version": 1, "steps": [
///     {"op": "price", "id": "list", "label": "List", "amount": {"input": "list"}},
///     {"op": "discount", "id": "partner", "label": "Partner", "percent": "15"},
///     {"op": "prorate", "id": "term", "label": "Term", "numerator": "1", "denominator": "3"}]}"#)?)?;
/// let line = LineInput::new("1", Exact::integer(3), Currency::EUR).with("list", 100);
/// let price = waterfall.price(&line)?;
/// assert_eq!(price.unit_price(), Some(&Exact::ratio(85, 3)?)); // nothing is lost on the way
/// assert_eq!(price.net(), &Exact::integer(85));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waterfall {
    document: DocumentRef,
    attributes: Vec<String>,
    pub(crate) typed_attributes: BTreeMap<String, FactType>,
    pub(crate) steps: Vec<Step>,
    /// Whether any condition stands in it.
    conditional: bool,
    /// Whether a guard takes the floor of the price book.
    pub(crate) guards_floor: bool,
    pub(crate) negotiated: Option<NegotiatedStep>,
    pub(crate) line_rounding: RoundingPolicy,
    pub(crate) signs: SignPolicy,
}

impl Waterfall {
    /// Checks a document.
    ///
    /// # Errors
    /// Every fault: an id that is empty, taken or reserved, a figure
    /// out of range, a reference that does not point to an earlier step, a condition on facts that there are
    /// not, a price after `extend`, a step after the negotiated one, a rounding that leaves parts of a minor
    /// unit.
    pub fn new(document: &WaterfallDocument) -> Result<Self, Faults> {
        check::checked(document)
    }

    /// Id and version of the document.
    #[must_use]
    pub const fn document(&self) -> &DocumentRef {
        &self.document
    }

    /// The attributes of a request that its conditions may test, all of them texts.
    #[must_use]
    pub fn attributes(&self) -> &[String] {
        &self.attributes
    }

    /// The ids of the steps of a line, in their order. A waterfall without a price of its own has `list` first.
    pub fn step_ids(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().map(|step| step.id.as_str())
    }

    /// Id and name of the row that a line begins with.
    pub(crate) fn first_row(&self) -> (&str, &str) {
        let first = self.steps.first();
        first.map_or((LIST, "List"), |step| (step.id.as_str(), step.label.as_str()))
    }

    /// The ids of all rows that a line may have.
    pub(crate) fn row_ids(&self) -> impl Iterator<Item = &str> {
        let negotiated = self.negotiated.as_ref().map(|step| step.id.as_str());
        self.step_ids().chain(negotiated).chain([LINE_ROUNDING])
    }

    /// The attributes that its conditions may test, with their types.
    pub(crate) fn typed(&self) -> impl Iterator<Item = (&str, FactType)> {
        let texts = self.attributes.iter().map(|name| (name.as_str(), FactType::Text));
        let typed = self.typed_attributes.iter();
        texts.chain(typed.map(|(name, kind)| (name.as_str(), *kind)))
    }

    /// The id of a rule, by the positions of its stack among the steps and of the rule in the stack.
    #[must_use]
    pub fn rule_id(&self, step: usize, rule: usize) -> Option<&str> {
        let step::Op::Stack(stack) = &self.steps.get(step)?.op else {
            return None;
        };
        Some(stack.rules.get(rule)?.id.as_str())
    }

    /// Whether it begins with the list amount of the line, since no step of it sets a price.
    pub(crate) fn begins_with_list(&self) -> bool {
        matches!(self.steps.first().map(|step| &step.op), Some(step::Op::List))
    }

    /// The price of a line.
    ///
    /// # Errors
    /// A step without a price to work on; no cost where one is needed; a figure below a floor that refuses it;
    /// rules of one priority that exclude each other; a line that ends in another currency, or a step that
    /// refers to a figure in another; a figure of the line that a step cannot use.
    pub fn price(&self, line: &LineInput<'_>) -> Result<LinePrice, PricingError> {
        let run = run::run(&mut NoTrace, self, line, None)?;
        let net = self.rounded(&mut NoTrace, &run.exact, line.currency, String::new)?;
        Ok(run.into_price(line, net.value))
    }

    /// The price of a line with the derivation of its net.
    ///
    /// # Errors
    /// As [`Waterfall::price`].
    pub fn explain(&self, line: &LineInput<'_>) -> Result<(LinePrice, Explanation), PricingError> {
        let mut trace = Trace::new();
        let run = run::run(&mut trace, self, line, None)?;
        let net = self.rounded(&mut trace, &run.exact, line.currency, || {
            format!("line {}, rounded", line.id)
        })?;
        let explanation = trace.finish(&net);
        Ok((run.into_price(line, net.value), explanation))
    }

    /// The last rounding point of a line. A figure that is round already is left as it is, without a step.
    pub(crate) fn rounded<R: Recorder>(
        &self,
        rec: &mut R,
        figure: &Figure<R::Mark>,
        currency: Currency,
        label: impl FnOnce() -> String,
    ) -> Result<Figure<R::Mark>, PricingError> {
        let policy = self.line_rounding;
        if policy.round(&figure.value, currency)? == figure.value {
            return Ok(figure.clone());
        }
        Ok(rec.round(figure, policy, currency, || Note::new(label()).money(currency))?)
    }

    /// The part of a list price that a component has is an amount of the line: a step that sets a price of one
    /// unit would set it once for every component.
    pub(crate) fn check_against(&self, catalogue: &Catalogue) -> Result<(), Faults> {
        let mut check = check_document("waterfall", &self.document.id);
        let shared = catalogue
            .products()
            .find(|product| matches!(product.make_up(), MakeUp::Shares(_)));
        if let Some(product) = shared {
            for step in self.steps.iter().filter(|step| step.sets_amount_of_one_unit()) {
                let message = format!(
                    "`{}` names an amount of one unit, and the components of {} have shares of its list price: \
                     give them prices of their own, or use a percentage",
                    step.id,
                    product.id()
                );
                check.fault(&step.path, "needs_unit_prices", message);
            }
        }
        check.finish(())
    }

    /// A line must end on whole minor units, or no document could be invoiced and no total reached.
    pub(crate) fn check_currency(&self, currency: Currency) -> Result<(), Faults> {
        let mut check = check_document("waterfall", &self.document.id);
        let whole = match self.line_rounding.to {
            RoundTo::MinorUnit => true,
            RoundTo::Scale(scale) => scale <= currency.minor_units(),
            RoundTo::Increment(increment) => increment.normalize().scale() <= currency.minor_units(),
        };
        if !whole {
            let digits = currency.minor_units();
            check.fault(
                "line_rounding",
                "too_fine",
                format!("round to at most the {digits} decimals of {currency}"),
            );
        }
        check.finish(())
    }
}
