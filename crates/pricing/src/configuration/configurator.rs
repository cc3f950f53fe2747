use std::collections::{BTreeMap, BTreeSet};

use l2c_documents::{Check, Faults};
use l2c_money::Exact;
use serde::{Deserialize, Serialize};

use super::clauses::Clauses;
use super::condition::Given;
use super::formula::Formula;
use super::literal::Literal;
use super::model::{ConfigurationModel, OptionQuantity, ParentOption};
use super::search::{Exhausted, Search};
use crate::PricingError;

/// How much work one question to a model may be, unless
/// [`ConfigurationModel::with_search_limit`] says otherwise: visits of a choice or a constraint.
pub const SEARCH_STEPS: u64 = 20_000_000;

/// What is given beside the choice of options.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Circumstances {
    /// How many bundles.
    #[serde(default = "one")]
    pub bundle_quantity: Exact,
    /// What is chosen in the bundle around this one.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub parent: BTreeSet<String>,
    /// How many of an option for each bundle, where that is a choice.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub quantities: BTreeMap<String, Exact>,
    /// The numbers that were entered.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub numbers: BTreeMap<String, Exact>,
}

const fn one() -> Exact {
    Exact::ONE
}

/// What somebody chose: options, in the order of the wishes. An option counts once, however often it stands there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selection {
    /// The options.
    pub options: Vec<String>,
    /// Those among them that no repair takes away.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub fixed: BTreeSet<String>,
}

/// Answers questions about a model under given circumstances.
#[derive(Debug, Clone)]
pub struct Configurator<'m> {
    pub(super) model: &'m ConfigurationModel,
    pub(super) circumstances: Circumstances,
    /// Of each option, for all bundles together.
    pub(super) quantities: Vec<Exact>,
    pub(super) numbers: Vec<Option<Exact>>,
    /// When each group is offered.
    pub(super) offered: Vec<Formula>,
    /// What each rule says; `None` while it looks at a number that is not known.
    pub(super) rules: Vec<Option<Formula>>,
    /// Pairs of an option and one that it rules out from the bundle around.
    pub(super) parent_chosen: Vec<bool>,
    pub(super) clauses: Clauses,
}

impl Default for Circumstances {
    fn default() -> Self {
        Self {
            bundle_quantity: Exact::ONE,
            parent: BTreeSet::new(),
            quantities: BTreeMap::new(),
            numbers: BTreeMap::new(),
        }
    }
}

impl Selection {
    /// These options.
    pub fn of<T: Into<String>>(options: impl IntoIterator<Item = T>) -> Self {
        Self {
            options: options.into_iter().map(Into::into).collect(),
            fixed: BTreeSet::new(),
        }
    }

    /// With one more option, which no repair takes away.
    #[must_use]
    pub fn fixing(mut self, option: impl Into<String>) -> Self {
        let option = option.into();
        if !self.options.contains(&option) {
            self.options.push(option.clone());
        }
        self.fixed.insert(option);
        self
    }
}

impl ConfigurationModel {
    /// The model as it is under given circumstances.
    ///
    /// # Errors
    /// Every fault: a quantity of an option that there is not (`unknown_option`) or whose quantity is not a choice
    /// (`no_choice`), a number that there is not (`unknown_number`).
    pub fn configurator(&self, circumstances: &Circumstances) -> Result<Configurator<'_>, Faults> {
        let mut check = Check::new("circumstances of a configuration");
        for option in circumstances.quantities.keys() {
            let path = format!("quantities.{option}");
            match self.index.get(option).and_then(|index| self.options.get(*index)) {
                None => check.fault(
                    path,
                    "unknown_option",
                    format!("`{option}` is not an option of the model"),
                ),
                Some(entry) if !matches!(entry.quantity, OptionQuantity::Choice { .. }) => {
                    check.fault(
                        path,
                        "no_choice",
                        "the model says how many of this option there are",
                    );
                }
                Some(_) => {}
            }
        }
        for number in circumstances.numbers.keys() {
            if !self.numbers.iter().any(|entry| entry.id == *number) {
                let message = format!("`{number}` is not a number of the model");
                check.fault(format!("numbers.{number}"), "unknown_number", message);
            }
        }
        check.finish(())?;
        let mut quantities: Vec<Exact> = Vec::with_capacity(self.options.len());
        for option in &self.options {
            let within = self.groups.get(option.group).and_then(|group| group.within);
            let bundles = within
                .and_then(|around| quantities.get(around))
                .unwrap_or(&circumstances.bundle_quantity);
            let quantity = match &option.quantity {
                OptionQuantity::PerBundle(quantity) => quantity * bundles,
                OptionQuantity::Fixed(quantity) => quantity.clone(),
                OptionQuantity::Choice { default, .. } => {
                    circumstances.quantities.get(&option.id).unwrap_or(default) * bundles
                }
            };
            quantities.push(quantity);
        }
        let numbers: Vec<Option<Exact>> = self
            .numbers
            .iter()
            .map(|number| {
                let entered = circumstances.numbers.get(&number.id);
                entered.or(number.default.as_ref()).cloned()
            })
            .collect();
        let given = Given {
            groups: &self.groups,
            options: &self.options,
            quantities: &quantities,
            numbers: &numbers,
        };
        let offered = self.groups.iter().map(|group| match &group.when {
            None => Formula::Constant(true),
            // Until its numbers are known, a group is not offered.
            Some(when) => when.formula(&given).unwrap_or(Formula::Constant(false)),
        });
        let offered = offered.collect();
        let rules = self.rules.iter().map(|rule| {
            let then = rule.then.formula(&given)?;
            match &rule.when {
                None => Some(then),
                Some(when) => Some(Formula::any([when.formula(&given)?.opposite(), then])),
            }
        });
        let rules = rules.collect();
        let parent_chosen = self.parent_excludes.iter().map(|(parent, _)| match parent {
            ParentOption::Outside(parent) => circumstances.parent.contains(parent),
            ParentOption::Here(_) => false,
        });
        let parent_chosen = parent_chosen.collect();
        let mut configurator = Configurator {
            model: self,
            circumstances: circumstances.clone(),
            quantities,
            numbers,
            offered,
            rules,
            parent_chosen,
            clauses: Clauses::default(),
        };
        configurator.clauses = Clauses::new(&configurator);
        Ok(configurator)
    }
}

impl<'m> Configurator<'m> {
    /// The model.
    #[must_use]
    pub const fn model(&self) -> &'m ConfigurationModel {
        self.model
    }

    pub(super) fn search(&self) -> Search {
        self.clauses.search(self.model.steps)
    }

    pub(super) fn exhausted(&self, _: Exhausted) -> PricingError {
        PricingError::SearchLimit {
            steps: self.model.steps,
        }
    }

    /// The options of a selection as literals, each once, in its order; `None` for an option that there is not.
    pub(super) fn wishes(&self, selection: &Selection) -> Vec<Option<Literal>> {
        let find = |option: &String| self.model.index.get(option).map(|index| Literal::yes(*index));
        selection.options.iter().map(find).collect()
    }

    /// The options of a selection as literals, or `None` if it names one that there is not.
    pub(super) fn assumptions(&self, selection: &Selection) -> Option<Vec<Literal>> {
        let wishes: Option<BTreeSet<Literal>> = self.wishes(selection).into_iter().collect();
        Some(wishes?.into_iter().collect())
    }

    /// Which options are chosen.
    pub(super) fn chosen(&self, selection: &Selection) -> Vec<bool> {
        let mut chosen = vec![false; self.model.options.len()];
        for wish in self.wishes(selection).into_iter().flatten() {
            if let Some(entry) = chosen.get_mut(wish.variable()) {
                *entry = true;
            }
        }
        chosen
    }

    /// The ids of the options that are chosen, in the order of the model.
    pub(super) fn ids(&self, chosen: &[bool]) -> Vec<String> {
        let options = self.model.options.iter().zip(chosen);
        options
            .filter(|(_, chosen)| **chosen)
            .map(|(option, _)| option.id.clone())
            .collect()
    }
}
