//! `configuration`: what can be chosen together, and what it costs.

use std::collections::{BTreeMap, BTreeSet};

use l2c_money::{Currency, Decimal, Percent};
use l2c_pricing::{
    Circumstances, ConfigurationModel, ConfigurationModelDocument, Configurator, DiscountScope,
    OptionDocument, OptionGroupDocument, OptionPricing, OptionQuantityDocument, PricingError, Selection,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::given::{Number, Stop, answer, read, stated};

/// More configurations than a case states.
const LIST: usize = 1_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    #[serde(rename = "currency")]
    _currency: Option<Currency>,
    model: Model,
    #[serde(default)]
    parent: BTreeSet<String>,
    bundle_quantity: Option<Number>,
    base_price: Option<Number>,
    discount_percent: Option<Number>,
    #[serde(default)]
    discount_scope: DiscountScope,
    #[serde(default)]
    selections: Vec<Vec<String>>,
    ask: BTreeSet<Ask>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Model {
    groups: Vec<Group>,
    #[serde(default)]
    requires: Vec<(String, String)>,
    #[serde(default)]
    excludes: Vec<(String, String)>,
    #[serde(default)]
    parent_excludes: Vec<(String, String)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    id: String,
    #[serde(default)]
    min: i64,
    max: Option<i64>,
    options: Vec<Choice>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Choice {
    id: String,
    price: Option<Number>,
    per_bundle: Option<Number>,
    fixed: Option<Number>,
    max_total: Option<Number>,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
enum Ask {
    Count,
    List,
    Complete,
    Validate,
    Closest,
    Repair,
    Available,
    Quantities,
    Price,
}

pub(crate) fn configuration(given: &Value) -> Result<Value, String> {
    let run = || {
        let given: Given = read(given)?;
        let document = given.model.document()?;
        let model = ConfigurationModel::new(&document).map_err(|faults| Stop::Refused(faults.code()))?;
        let mut circumstances = Circumstances {
            parent: given.parent.clone(),
            ..Circumstances::default()
        };
        if let Some(quantity) = &given.bundle_quantity {
            circumstances.bundle_quantity = quantity.0.clone();
        }
        let configurator = model
            .configurator(&circumstances)
            .map_err(|faults| Stop::Refused(faults.code()))?;
        let mut figures = Map::new();
        if given.ask.contains(&Ask::Count) {
            let count = configurator.count().map_err(failed)?;
            // A JSON number where one can hold it.
            let number = count
                .to_i64()
                .map_or_else(|| json!(count.to_string()), Value::from);
            figures.insert("count".to_owned(), number);
            figures.insert("satisfiable".to_owned(), json!(!count.is_zero()));
        }
        if given.ask.contains(&Ask::List) {
            let listing = configurator.list(LIST).map_err(failed)?;
            if listing.more {
                return Err(Stop::Unknown("more configurations than can be listed".to_owned()));
            }
            figures.insert("configurations".to_owned(), json!(listing.configurations));
        }
        let results: Result<Vec<Value>, Stop> = given
            .selections
            .iter()
            .map(|options| given.result(&configurator, Selection::of(options.clone())))
            .collect();
        figures.insert("results".to_owned(), Value::Array(results?));
        Ok(Value::Object(figures))
    };
    answer(run())
}

fn failed(error: PricingError) -> Stop {
    Stop::Unknown(error.to_string())
}

fn decimal(number: Option<&Number>) -> Result<Option<Decimal>, Stop> {
    let decimal = number.map(|number| number.0.to_decimal()).transpose();
    decimal.map_err(|error| Stop::Unknown(error.to_string()))
}

impl Model {
    fn document(&self) -> Result<ConfigurationModelDocument, Stop> {
        let groups: Result<Vec<_>, Stop> = self.groups.iter().map(Group::document).collect();
        Ok(ConfigurationModelDocument {
            groups: groups?,
            requires: self.requires.clone(),
            excludes: self.excludes.clone(),
            parent_excludes: self.parent_excludes.clone(),
            ..ConfigurationModelDocument::default()
        })
    }
}

impl Group {
    fn document(&self) -> Result<OptionGroupDocument, Stop> {
        let options: Result<Vec<_>, Stop> = self.options.iter().map(Choice::document).collect();
        Ok(OptionGroupDocument {
            id: self.id.clone(),
            min: self.min,
            max: self.max,
            when: None,
            options: options?,
        })
    }
}

impl Choice {
    fn document(&self) -> Result<OptionDocument, Stop> {
        let per_bundle = decimal(self.per_bundle.as_ref())?.map(OptionQuantityDocument::PerBundle);
        let fixed = decimal(self.fixed.as_ref())?.map(OptionQuantityDocument::Fixed);
        Ok(OptionDocument {
            id: self.id.clone(),
            price: decimal(self.price.as_ref())?,
            // The page has one in all where nothing is said.
            quantity: per_bundle
                .or(fixed)
                .or(Some(OptionQuantityDocument::Fixed(Decimal::ONE))),
            max_total: decimal(self.max_total.as_ref())?,
            value: None,
            default: false,
            product: None,
            unit: None,
        })
    }
}

impl Given {
    fn result(&self, configurator: &Configurator<'_>, given: Selection) -> Result<Value, Stop> {
        let mut result = Map::new();
        let mut put = |key: &str, value: Value| {
            result.insert(key.to_owned(), value);
        };
        let mut selection = given.clone();
        if self.ask.contains(&Ask::Complete) {
            selection = configurator.complete(&given);
            put("selection", json!(selection.options));
        }
        if self.ask.contains(&Ask::Validate) {
            let violations = configurator.validate(&selection);
            put("valid", json!(violations.is_empty()));
            put("violations", json!(violations));
        }
        if self.ask.contains(&Ask::Closest) {
            let closest = configurator.closest(&given).map_err(failed)?;
            put(
                "closest",
                json!(closest.as_ref().map(|closest| &closest.configuration)),
            );
            put("kept", json!(closest.map_or(0, |closest| closest.kept)));
        }
        if self.ask.contains(&Ask::Repair) {
            put("repair", json!(configurator.repair(&given).map_err(failed)?));
        }
        if self.ask.contains(&Ask::Available) {
            let groups = configurator.available(&given).map_err(failed)?;
            let groups: BTreeMap<String, Vec<String>> = groups
                .into_iter()
                .map(|group| (group.group, group.options))
                .collect();
            put("available", json!(groups));
        }
        if self.ask.contains(&Ask::Quantities) {
            let quantities = configurator.quantities(&selection);
            let quantities = quantities
                .iter()
                .map(|(option, quantity)| (option, stated(quantity)));
            put("quantities", json!(quantities.collect::<BTreeMap<_, _>>()));
        }
        if self.ask.contains(&Ask::Price) {
            let zero = || Number(Decimal::ZERO.into());
            let base = self.base_price.clone().unwrap_or_else(zero);
            let discount = decimal(self.discount_percent.as_ref())?.unwrap_or_default();
            let discount = Percent::new(discount).map_err(|error| Stop::Unknown(error.to_string()))?;
            let (once, scope) = (OptionPricing::Once, self.discount_scope);
            let price = configurator
                .price(&selection, &base.0, once, discount, scope)
                .map_err(failed)?;
            put("price", json!(stated(&price.price)));
            put("net_price", json!(stated(&price.net)));
        }
        Ok(Value::Object(result))
    }
}
