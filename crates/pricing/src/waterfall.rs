use std::collections::BTreeMap;

use l2c_documents::{Check, Fault, Faults};
use l2c_explain::{Figure, Note, Recorder};
use l2c_money::{AllocationPolicy, Currency, Percent, RoundTo, RoundingPolicy};
use l2c_rules::{Condition, FactTypes, Predicate};
use serde::{Deserialize, Serialize};

use crate::names::{check_document, check_name};
use crate::{DocumentRef, PricingError};

/// The id of the first row of every waterfall.
pub const LIST: &str = "list";
/// The id of the row that shows what rounding a line added.
pub const LINE_ROUNDING: &str = "line_rounding";
/// The largest number of steps.
pub const MAX_STEPS: usize = 100;

/// A price waterfall as it is written: the steps from list to net, in their order.
///
/// The first row is always the list amount, with the id `list`. Percentage steps follow, each on its line,
/// exactly. Then each line is rounded, at the one rounding point there is, `line_rounding`. Last may stand
/// one negotiated step, on the whole document.
///
/// ```json
/// {"id": "standard", "version": 1, "attributes": ["region"], "steps": [
///   {"op": "discount", "id": "volume", "label": "Volume discount", "percent": "10",
///    "when": {"fact": "quantity", "gte": "10"}},
///   {"op": "surcharge", "id": "remote", "label": "Remote region", "percent": "2", "of": "list",
///    "when": {"fact": "region", "eq": "Islands"}},
///   {"op": "negotiated", "id": "negotiated", "label": "Negotiated"}]}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WaterfallDocument {
    /// Id of the document.
    pub id: String,
    /// Version of the document.
    pub version: u32,
    /// Attributes of a request that conditions may test, as texts. Beside them every condition may test
    /// `product`, `component`, `quantity`, `list_amount`, `is_return`, `unit`, `currency` and `date`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<String>,
    /// The steps, at most 100.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepDocument>,
    /// How a line is rounded after its percentage steps; half up to the minor unit if absent. An increment
    /// must be a multiple of the minor unit.
    #[serde(default)]
    pub line_rounding: RoundingPolicy,
}

/// A step of a waterfall as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub enum StepDocument {
    /// Lowers each line by a percentage. A line never changes its sign: what exceeds it is cut.
    Discount(PercentStepDocument),
    /// Raises each line by a percentage.
    Surcharge(PercentStepDocument),
    /// Brings the document to the agreed total, down or up, if the request names one. The difference is
    /// spread over the lines by their amounts before this step.
    Negotiated {
        /// Its id, unique among the steps.
        id: String,
        /// Its name for people.
        label: String,
        /// How the difference is spread; `zero_weights` says what happens where all amounts are zero.
        #[serde(default)]
        spread: AllocationPolicy,
    },
}

/// A percentage step as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PercentStepDocument {
    /// Its id, unique among the steps.
    pub id: String,
    /// Its name for people.
    pub label: String,
    /// How much: 0 to 100 for a discount, 0 or more for a surcharge.
    pub percent: Percent,
    /// The subtotal that the percentage is taken of: `list`, or the id of an earlier step, whose subtotal it
    /// is. Absent: the subtotal before this step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// When the step applies; absent: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// A checked waterfall: ids are unique, references point back, conditions test facts that there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waterfall {
    document: DocumentRef,
    attributes: Vec<String>,
    pub(crate) percent_steps: Vec<PercentStep>,
    pub(crate) negotiated: Option<NegotiatedStep>,
    pub(crate) line_rounding: RoundingPolicy,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PercentStep {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) path: String,
    pub(crate) raises: bool,
    pub(crate) percent: Percent,
    /// The row whose subtotal is the base; `None` for the row before.
    pub(crate) of: Option<usize>,
    pub(crate) when: Predicate,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NegotiatedStep {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) path: String,
    pub(crate) spread: AllocationPolicy,
}

impl WaterfallDocument {
    /// The facts that the conditions of [`steps`](Self::steps) may test: `product`, `component` (missing for a product sold as one line),
    /// `quantity` and `list_amount` of the line (their magnitudes: a return meets the conditions that its sale
    /// met), `is_return` (the quantity is below zero), `unit`, `currency`, `date`, and the attributes.
    #[must_use]
    pub fn facts(&self) -> FactTypes {
        let types = FactTypes::new()
            .text("product")
            .text("component")
            .number("quantity")
            .flag("is_return")
            .text("unit")
            .number("list_amount")
            .text("currency")
            .date("date");
        self.attributes.iter().fold(types, |types, name| {
            if types.get(name).is_some() {
                types
            } else {
                types.text(name.clone())
            }
        })
    }
}

impl Waterfall {
    /// Checks a document.
    ///
    /// # Errors
    /// Every fault: an id that is empty, taken or reserved, a
    /// percentage out of range, a reference that does not point to an earlier step, a condition on facts that
    /// there are not, a step after the negotiated one, a rounding that leaves parts of a minor unit.
    pub fn new(document: &WaterfallDocument) -> Result<Self, Faults> {
        let mut check = check_document("waterfall", &document.id);
        check_attributes(&mut check, document);
        let types = document.facts();
        // The row that each id names; the percentage steps are the rows after the list.
        let mut rows: BTreeMap<&str, usize> = BTreeMap::from([(LIST, 0)]);
        let mut percent_steps = Vec::new();
        let mut negotiated: Option<NegotiatedStep> = None;
        if document.steps.len() > MAX_STEPS {
            let found = document.steps.len();
            check.fault(
                "steps",
                "too_many",
                format!("{found} steps: a waterfall has at most {MAX_STEPS}"),
            );
        }
        for (position, step) in document.steps.iter().take(MAX_STEPS).enumerate() {
            let path = format!("steps[{position}]");
            let (id, label) = step.names();
            check_name(&mut check, format!("{path}.id"), id);
            check_name(&mut check, format!("{path}.label"), label);
            if negotiated.is_some() {
                check.fault(
                    &path,
                    "after_negotiated",
                    "the negotiated step is the last one: move this step before it",
                );
            }
            let row = match step {
                StepDocument::Negotiated { id, label, spread } => {
                    let (id, label, spread) = (id.clone(), label.clone(), *spread);
                    negotiated.get_or_insert(NegotiatedStep {
                        id,
                        label,
                        path: path.clone(),
                        spread,
                    });
                    usize::MAX
                }
                StepDocument::Discount(step) => {
                    percent_steps.push(PercentStep::new(&mut check, &path, step, false, &rows, &types));
                    percent_steps.len()
                }
                StepDocument::Surcharge(step) => {
                    percent_steps.push(PercentStep::new(&mut check, &path, step, true, &rows, &types));
                    percent_steps.len()
                }
            };
            if id == LINE_ROUNDING || rows.insert(id, row).is_some() {
                check.fault(
                    format!("{path}.id"),
                    "duplicate_id",
                    format!("`{id}` is taken: give each step its own id"),
                );
            }
        }
        check_rounding(&mut check, document.line_rounding);
        check.finish(Self {
            document: DocumentRef::new(document.id.clone(), document.version),
            attributes: document.attributes.clone(),
            percent_steps,
            negotiated,
            line_rounding: document.line_rounding,
        })
    }

    /// Id and version of the document.
    #[must_use]
    pub const fn document(&self) -> &DocumentRef {
        &self.document
    }

    /// The attributes of a request that its conditions may test.
    #[must_use]
    pub fn attributes(&self) -> &[String] {
        &self.attributes
    }

    /// The one rounding point. A figure that is round already is left as it is, without a step.
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

impl StepDocument {
    fn names(&self) -> (&str, &str) {
        match self {
            Self::Discount(step) | Self::Surcharge(step) => (&step.id, &step.label),
            Self::Negotiated { id, label, .. } => (id, label),
        }
    }
}

impl PercentStep {
    fn new(
        check: &mut Check,
        path: &str,
        step: &PercentStepDocument,
        raises: bool,
        rows: &BTreeMap<&str, usize>,
        types: &FactTypes,
    ) -> Self {
        let percent = step.percent;
        if percent < Percent::ZERO {
            let other = if raises { "discount" } else { "surcharge" };
            let message = format!("{percent} is below zero: write a {other} of the positive percentage");
            check.fault(format!("{path}.percent"), "percent_out_of_range", message);
        } else if !raises && percent > Percent::HUNDRED {
            check.fault(
                format!("{path}.percent"),
                "percent_out_of_range",
                format!("{percent} is more than all: at most 100 %"),
            );
        }
        let of = step.of.as_deref().and_then(|of| {
            let row = rows.get(of).copied();
            if row.is_none() {
                let known: Vec<&str> = rows.keys().copied().collect();
                let message = format!("`{of}` is not an earlier step; there are: {}", known.join(", "));
                let fault = Fault::new(format!("{path}.of"), "unknown_step", message);
                check.extend([fault.among(known)]);
            }
            row
        });
        let when = match step
            .when
            .as_ref()
            .map(|when| when.check(types, &format!("{path}.when")))
        {
            None => Predicate::always(),
            Some(Ok(predicate)) => predicate,
            Some(Err(faults)) => {
                check.extend(faults);
                Predicate::always()
            }
        };
        let (id, label, path) = (step.id.clone(), step.label.clone(), path.to_owned());
        Self {
            id,
            label,
            path,
            raises,
            percent,
            of,
            when,
        }
    }
}

fn check_attributes(check: &mut Check, document: &WaterfallDocument) {
    let plain = WaterfallDocument {
        attributes: Vec::new(),
        ..document.clone()
    }
    .facts();
    let mut seen = BTreeMap::new();
    for (index, name) in document.attributes.iter().enumerate() {
        let path = format!("attributes[{index}]");
        check_name(check, &path, name);
        if plain.get(name).is_some() {
            check.fault(
                &path,
                "duplicate_id",
                format!("`{name}` is a fact of every line: choose another name"),
            );
        }
        if let Some(first) = seen.insert(name, index) {
            let message = format!("`{name}` stands at attributes[{first}] already");
            check.fault(path, "duplicate_id", message);
        }
    }
}

fn check_rounding(check: &mut Check, policy: RoundingPolicy) {
    if let Err(error) = policy.round(&l2c_money::Exact::ZERO, Currency::USD) {
        check.fault("line_rounding", error.code(), error.to_string());
    }
}
