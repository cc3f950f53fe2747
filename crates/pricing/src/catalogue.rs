use std::collections::BTreeMap;

use l2c_documents::{Check, Faults};
use l2c_money::{Exact, Percent, Unit};
use l2c_rules::{FactTypes, Facts, Literal};
use serde::{Deserialize, Serialize};

use crate::configuration::bundles;
use crate::names::{check_document, check_name};
use crate::{ConfigurationModel, ConfigurationModelDocument, DocumentRef, UnitFactors};

l2c_host::typed_id!(
    /// A product of the catalogue.
    ProductId, "prd"
);

/// A catalogue as it is written: what is sold, and what each product is made of.
///
/// ```json
/// {"id": "catalogue", "version": 1, "products": [
///   {"id": "prd_GTXPro", "name": "GTX Pro", "components": [
///     {"id": "licence", "name": "Licence", "share_of_list": "80"},
///     {"id": "support", "name": "Support, 12 months", "share_of_list": "20"}]}]}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CatalogueDocument {
    /// Id of the document.
    pub id: String,
    /// Version of the document.
    pub version: u32,
    /// The attributes that a product may have, each with its type: `{"ram_gb": "number", "color": "text"}`.
    #[serde(default, skip_serializing_if = "no_attributes")]
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, String>"))]
    pub attributes: FactTypes,
    /// The products.
    pub products: Vec<ProductDocument>,
}

/// A product as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProductDocument {
    /// Its id.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub id: ProductId,
    /// Its name for people.
    pub name: String,
    /// What it is made of. None: the product is sold as one line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<ComponentDocument>,
    /// How many stock units there are in one of each unit that it is sold in: `{"C62": "1", "DZN": "12"}`. Absent: its
    /// units do not convert.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, Exact>"))]
    pub units: BTreeMap<Unit, Exact>,
    /// Its attributes, as the catalogue declares them; numbers and dates are strings.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, AttributeSchema>"))]
    pub attributes: BTreeMap<String, Literal>,
    /// What can be configured of it, for a bundle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configuration: Option<ConfigurationModelDocument>,
}

/// How an attribute is written.
#[cfg(feature = "schema")]
#[derive(schemars::JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it stands for a literal in the schema")]
enum AttributeSchema {
    Text(String),
    Flag(bool),
}

fn no_attributes(attributes: &FactTypes) -> bool {
    attributes.iter().next().is_none()
}

/// A component of a product as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ComponentDocument {
    /// Its id, unique within the product.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Its share of the product's list price. The shares of a product add up to 100 %. Absent in all
    /// components of a product: each has a price of its own in the price book.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_of_list: Option<Percent>,
}

/// A checked catalogue: ids are unique, and every product has one make-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    document: DocumentRef,
    attributes: FactTypes,
    products: BTreeMap<ProductId, Product>,
}

/// A product of a checked catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    id: ProductId,
    name: String,
    position: usize,
    make_up: MakeUp,
    units: Option<UnitFactors>,
    attributes: Facts,
    configuration: Option<ConfigurationModel>,
}

/// What a product is made of, and where the list prices of its parts come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MakeUp {
    /// One line with the product's own price.
    Whole,
    /// The product's list price is split by shares that add up to 100 %.
    Shares(Vec<(Component, Percent)>),
    /// Each component has a price of its own.
    Priced(Vec<Component>),
}

/// A component of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// Its id, unique within the product.
    pub id: String,
    /// Its name for people.
    pub name: String,
}

impl Catalogue {
    /// Checks a document.
    ///
    /// # Errors
    /// Every fault: a name that is empty, two products or two
    /// components with one id, shares given for some components only, below zero, or not adding up to 100 %; an
    /// attribute that is not declared (`unknown_attribute`) or of another type (`wrong_type`); an option that is a
    /// product that there is not (`unknown_product`), a bundle that holds itself (`cyclic_bundle`, naming the way
    /// round), bundles deeper than [`MAX_BUNDLE_DEPTH`](crate::MAX_BUNDLE_DEPTH) (`too_deep`), and the faults of
    /// each model ([`ConfigurationModel::new`]).
    pub fn new(document: &CatalogueDocument) -> Result<Self, Faults> {
        let mut check = check_document("catalogue", &document.id);
        let mut products = BTreeMap::new();
        for (position, product) in document.products.iter().enumerate() {
            let path = format!("products[{position}]");
            check_name(&mut check, format!("{path}.name"), &product.name);
            let make_up = MakeUp::new(&mut check, &path, &product.components);
            let units = checked_units(&mut check, &path, product);
            let attributes = checked_attributes(&mut check, &path, product, &document.attributes);
            let checked = Product {
                id: product.id.clone(),
                name: product.name.clone(),
                position,
                make_up,
                units,
                attributes,
                configuration: None,
            };
            if let Some(first) = products.insert(product.id.clone(), checked) {
                let first: Product = first;
                let message = format!("{} stands at products[{}] already", product.id, first.position);
                check.fault(format!("{path}.id"), "duplicate_id", message);
            }
        }
        for (id, model) in bundles(&mut check, document) {
            if let Some(product) = products.get_mut(&id) {
                product.configuration = Some(model);
            }
        }
        check.finish(Self {
            document: DocumentRef::new(document.id.clone(), document.version),
            attributes: document.attributes.clone(),
            products,
        })
    }

    /// Id and version of the document.
    #[must_use]
    pub const fn document(&self) -> &DocumentRef {
        &self.document
    }

    /// The attributes that its products may have.
    #[must_use]
    pub const fn attributes(&self) -> &FactTypes {
        &self.attributes
    }

    /// A product by its id.
    #[must_use]
    pub fn product(&self, id: &ProductId) -> Option<&Product> {
        self.products.get(id)
    }

    /// All products, in the order of their ids.
    pub fn products(&self) -> impl Iterator<Item = &Product> {
        self.products.values()
    }

    /// All products, in the order of the document.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = &Product> {
        let mut products: Vec<&Product> = self.products.values().collect();
        products.sort_by_key(|product| product.position);
        products.into_iter()
    }
}

impl Product {
    /// Its id.
    #[must_use]
    pub const fn id(&self) -> &ProductId {
        &self.id
    }

    /// Its name for people.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is made of.
    #[must_use]
    pub const fn make_up(&self) -> &MakeUp {
        &self.make_up
    }

    /// How its units convert into each other; `None`: not at all.
    #[must_use]
    pub const fn units(&self) -> Option<&UnitFactors> {
        self.units.as_ref()
    }

    /// Its attributes.
    #[must_use]
    pub const fn attributes(&self) -> &Facts {
        &self.attributes
    }

    /// What can be configured of it; `None`: it is no bundle.
    #[must_use]
    pub const fn configuration(&self) -> Option<&ConfigurationModel> {
        self.configuration.as_ref()
    }

    /// Where it stands in its document, for citations: `products[2]`.
    pub(crate) fn path(&self) -> String {
        format!("products[{}]", self.position)
    }
}

fn checked_units(check: &mut Check, path: &str, product: &ProductDocument) -> Option<UnitFactors> {
    let mut units = UnitFactors::new();
    for (unit, factor) in &product.units {
        match units.clone().with(*unit, factor.clone()) {
            Ok(more) => units = more,
            Err(error) => check.fault(format!("{path}.units.{unit}"), error.code(), error.to_string()),
        }
    }
    (!product.units.is_empty()).then_some(units)
}

fn checked_attributes(check: &mut Check, path: &str, product: &ProductDocument, types: &FactTypes) -> Facts {
    let mut attributes = Facts::new();
    for (name, literal) in &product.attributes {
        let path = format!("{path}.attributes.{name}");
        let Some(fact_type) = types.get(name) else {
            let message = format!("`{name}` is not declared in the attributes of the catalogue");
            check.fault(path, "unknown_attribute", message);
            continue;
        };
        match literal.read(fact_type) {
            Some(value) => {
                attributes.set(name.clone(), value);
            }
            None => check.fault(path, "wrong_type", format!("{literal} is not a {fact_type}")),
        }
    }
    attributes
}

impl MakeUp {
    fn new(check: &mut Check, path: &str, components: &[ComponentDocument]) -> Self {
        let by_shares = components
            .iter()
            .any(|component| component.share_of_list.is_some());
        let mut seen = BTreeMap::new();
        for (index, component) in components.iter().enumerate() {
            let path = format!("{path}.components[{index}]");
            check_name(check, format!("{path}.id"), &component.id);
            check_name(check, format!("{path}.name"), &component.name);
            if let Some(first) = seen.insert(component.id.as_str(), index) {
                let message = format!("`{}` stands at components[{first}] already", component.id);
                check.fault(format!("{path}.id"), "duplicate_id", message);
            }
            let path = format!("{path}.share_of_list");
            match component.share_of_list {
                None if by_shares => {
                    let message = "other components have a share: give this one a share too";
                    check.fault(path, "missing_share", message);
                }
                Some(share) if share < Percent::ZERO => {
                    let message = format!("{share} is below zero: a share is 0 % or more");
                    check.fault(path, "below_zero", message);
                }
                _ => {}
            }
        }
        let plain = |c: &ComponentDocument| Component {
            id: c.id.clone(),
            name: c.name.clone(),
        };
        if components.is_empty() {
            return Self::Whole;
        }
        if !by_shares {
            return Self::Priced(components.iter().map(plain).collect());
        }
        let shares = components
            .iter()
            .filter_map(|c| c.share_of_list.map(|share| (plain(c), share)));
        let shares: Vec<(Component, Percent)> = shares.collect();
        let sum: Exact = shares.iter().map(|(_, share)| share.fraction()).sum();
        if sum != Exact::ONE {
            let percent = sum * Exact::integer(100);
            let message = format!("the shares add up to {percent} %: they must add up to 100 %");
            check.fault(format!("{path}.components"), "shares_not_whole", message);
        }
        Self::Shares(shares)
    }
}
