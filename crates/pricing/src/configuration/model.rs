use std::collections::BTreeMap;
use std::ops::Range;

use l2c_documents::{Check, Faults};
use l2c_money::{Decimal, Exact, Unit};

use super::assembly::Source;
use super::condition::ChoiceCondition;
use super::document::{ConfigurationModelDocument, OptionQuantityDocument};
use crate::ProductId;

/// How many options, and how many groups, a model may have, those of bundles within it included.
pub const MAX_OPTIONS: usize = 10_000;
/// How many pairs, and how many options under the tests of all rules, a model may have.
pub const MAX_CONSTRAINTS: usize = 1_000_000;

/// A checked model: ids are unique, and every constraint is about options that there are.
///
/// Where a product of the catalogue is an option of this one and a bundle itself, its groups stand behind those of
/// this one, and its options are named after it: `server/ram-16`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigurationModel {
    pub(super) groups: Vec<Group>,
    pub(super) options: Vec<OptionEntry>,
    pub(super) index: BTreeMap<String, usize>,
    pub(super) requires: Vec<(usize, usize)>,
    pub(super) excludes: Vec<(usize, usize)>,
    pub(super) parent_excludes: Vec<(ParentOption, usize)>,
    pub(super) rules: Vec<Rule>,
    pub(super) numbers: Vec<NumberEntry>,
    pub(super) steps: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) id: String,
    pub(super) min: usize,
    pub(super) max: Option<usize>,
    pub(super) options: Range<usize>,
    pub(super) numeric: bool,
    pub(super) when: Option<ChoiceCondition>,
    /// The option that this group is a part of.
    pub(super) within: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OptionEntry {
    pub(super) id: String,
    /// Its id in the document that it stands in.
    pub(super) name: String,
    pub(super) group: usize,
    pub(super) price: Exact,
    pub(super) quantity: OptionQuantity,
    pub(super) max_total: Option<Exact>,
    pub(super) value: Option<Exact>,
    pub(super) default: bool,
    pub(super) product: Option<ProductId>,
    pub(super) unit: Unit,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum OptionQuantity {
    PerBundle(Exact),
    Fixed(Exact),
    Choice {
        min: Exact,
        max: Option<Exact>,
        step: Option<Exact>,
        default: Exact,
    },
}

/// An option of the bundle around: one of this model, or one that only the request can name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ParentOption {
    Here(usize),
    Outside(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) id: String,
    pub(super) when: Option<ChoiceCondition>,
    pub(super) then: ChoiceCondition,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NumberEntry {
    pub(super) id: String,
    pub(super) min: Option<Exact>,
    pub(super) max: Option<Exact>,
    pub(super) default: Option<Exact>,
    pub(super) within: Option<usize>,
}

impl ConfigurationModel {
    /// Checks a document by itself. A bundle with bundles in it is checked by the catalogue.
    ///
    /// # Errors
    /// Every fault: an id that is empty or stands twice (`duplicate_option`, `duplicate_id`), a maximum below its
    /// minimum (`invalid_model`), a constraint about an option that there is not (`unknown_option`), a condition that
    /// tests a fact that there is not or in another type, quantities and numbers out of order, more options or
    /// constraints than [`MAX_OPTIONS`] and [`MAX_CONSTRAINTS`] (`too_large`).
    pub fn new(document: &ConfigurationModelDocument) -> Result<Self, Faults> {
        let mut check = Check::new("configuration model");
        let source = Source {
            prefix: String::new(),
            path: String::new(),
            document,
            within: None,
        };
        let model = Self::assemble(&mut check, &[source]);
        check.finish(model)
    }

    /// With another bound on the work of one question to the model; the bound is
    /// [`SEARCH_STEPS`](super::SEARCH_STEPS) otherwise.
    #[must_use]
    pub const fn with_search_limit(mut self, steps: u64) -> Self {
        self.steps = steps;
        self
    }

    /// The ids of the options, in order.
    pub fn options(&self) -> impl Iterator<Item = &str> {
        self.options.iter().map(|option| option.id.as_str())
    }
}

impl OptionQuantity {
    pub(super) fn new(check: &mut Check, path: &str, document: Option<&OptionQuantityDocument>) -> Self {
        match document {
            None => Self::PerBundle(Exact::ONE),
            Some(OptionQuantityDocument::PerBundle(quantity)) => Self::PerBundle(Exact::from(*quantity)),
            Some(OptionQuantityDocument::Fixed(quantity)) => Self::Fixed(Exact::from(*quantity)),
            Some(OptionQuantityDocument::Choice(choice)) => {
                let path = format!("{path}.quantity.choice");
                if let Some(max) = choice.max.filter(|max| *max < choice.min) {
                    let message = format!("{max} is below the minimum, {}", choice.min);
                    check.fault(format!("{path}.max"), "invalid_model", message);
                }
                if let Some(step) = choice.step.filter(|step| *step <= Decimal::ZERO) {
                    let message = format!("{step} is no step: it is above zero");
                    check.fault(format!("{path}.step"), "invalid_model", message);
                }
                let (min, default) = (Exact::from(choice.min), choice.default.unwrap_or(choice.min));
                let quantity = Self::Choice {
                    min,
                    max: choice.max.map(Exact::from),
                    step: choice.step.map(Exact::from),
                    default: Exact::from(default),
                };
                if !quantity.offers(&Exact::from(default)) {
                    let message = format!("{default} is not one of the quantities");
                    check.fault(format!("{path}.default"), "invalid_model", message);
                }
                quantity
            }
        }
    }

    /// Whether so many for each bundle can be chosen.
    pub(super) fn offers(&self, quantity: &Exact) -> bool {
        match self {
            Self::PerBundle(_) | Self::Fixed(_) => false,
            Self::Choice { min, max, step, .. } => {
                quantity >= min
                    && max.as_ref().is_none_or(|max| quantity <= max)
                    && step.as_ref().is_none_or(|step| {
                        let steps = (quantity - min).checked_div(step);
                        steps.is_ok_and(|steps| steps.is_integer())
                    })
            }
        }
    }
}
