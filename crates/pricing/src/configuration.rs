//! Configurations: what can be chosen together, what it needs, and what it costs.

mod assembly;
mod bundle_price;
mod clauses;
mod condition;
mod configurator;
mod conflict;
mod count;
mod document;
mod formula;
mod literal;
mod model;
mod nested;
mod open;
mod order;
mod repair;
mod rotation;
mod search;
mod violation;
mod words;

pub use bundle_price::{BundlePrice, DiscountScope, OptionPricing};
pub use clauses::Constraint;
pub use configurator::{Circumstances, Configurator, SEARCH_STEPS, Selection};
pub use conflict::Conflict;
pub use document::{
    ConfigurationModelDocument, ConfigurationRuleDocument, NumberDocument, OptionDocument,
    OptionGroupDocument, OptionQuantityDocument, QuantityChoiceDocument,
};
pub use model::{ConfigurationModel, MAX_CONSTRAINTS, MAX_OPTIONS};
pub(crate) use nested::bundles;
pub use nested::{MAX_BUNDLE_DEPTH, MAX_CATALOGUE_OPTIONS};
pub use open::{AvailableOptions, OpenGroup, OpenQuestions};
pub use order::{Closest, Listing};
pub use repair::Repair;
pub use violation::{Remedy, Violation};
