//! What is sold and at which list price: the catalogue and the price book, made of the export's products and the
//! policy documents.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use l2c::calendar::Moment;
use l2c::documents::{Check, Fault};
use l2c::money::{
    Currency, Decimal, DecimalText, Exact, Money, MoneyError, Percent, Price, RoundingPolicy, Unit,
    decimal_string,
};
use l2c::pricing::rules::FactTypes;
use l2c::pricing::{
    Catalogue, CatalogueDocument, ComponentDocument, Engine, PriceBook, PriceBookDocument,
    PriceEntryDocument, PriceQuery, ProductDocument, ProductId, Waterfall,
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::documents;
use crate::error::Failure;
use crate::policy::Folder;

/// What each product is made of.
#[derive(JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MakeUpDocument {
    id: String,
    version: u32,
    /// The make-up of a product that is not named below.
    default: Vec<Component>,
    /// The make-up of a product, by its name in the export.
    #[serde(default)]
    products: BTreeMap<String, Vec<Component>>,
}

/// A component of a product.
#[derive(JsonSchema, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Its id in the product.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Delivered at once, or over time.
    pub kind: ComponentKind,
    /// Its share of the list price; a product's shares add up to 100 %.
    pub share_of_list: Percent,
    /// Its stand-alone selling price as a part of the product's list price.
    pub standalone_of_list: Percent,
}

/// How a component reaches the customer.
#[derive(JsonSchema, Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComponentKind {
    /// A licence, delivered on a day.
    Licence,
    /// Support, from the delivery on for the months of the terms.
    Support,
}

/// List prices that replace those of the export, and the floor.
#[derive(JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceBookPolicy {
    id: String,
    version: u32,
    /// A sale below this part of the list price needs an approval.
    floor_of_list: Percent,
    /// Dated list prices; a product without one has the price of the export.
    #[serde(default)]
    entries: Vec<PriceBookEntry>,
}

#[derive(JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
struct PriceBookEntry {
    /// Name of the product in the export.
    product: String,
    /// The list price.
    #[serde(with = "decimal_string")]
    #[schemars(with = "DecimalText")]
    price: Decimal,
    /// First day; absent: always has been.
    #[serde(default)]
    valid_from: Option<NaiveDate>,
    /// Last day, included; absent: until further notice.
    #[serde(default)]
    valid_until: Option<NaiveDate>,
}

/// The offer: prices and make-up.
pub struct Offer {
    /// Prices a request.
    pub engine: Arc<Engine>,
    make_up: MakeUpDocument,
    ids: BTreeMap<String, ProductId>,
}

impl Offer {
    /// Builds the offer for the products of an export.
    ///
    /// # Errors
    /// Every fault of a document, with its path.
    pub fn new(
        folder: &mut Folder,
        products: &BTreeMap<String, Price>,
        currency: Currency,
    ) -> Result<Self, Failure> {
        let make_up = folder.read(&documents::PRODUCT_MAKE_UP)?;
        let book = folder.read(&documents::PRICE_BOOK)?;
        let waterfall = folder.read(&documents::WATERFALL)?;
        let mut ids = BTreeMap::new();
        for name in products.keys() {
            let id = ProductId::from_key(&key(name)).map_err(Failure::stage("products", name))?;
            ids.insert(name.clone(), id);
        }
        // A document may name products that this export does not have: policies outlive exports.
        let mut entries = Vec::new();
        // Where each entry comes from: a place in the document, or the export.
        let mut places = Vec::new();
        let mut wrong = Check::new("price book");
        if book.floor_of_list.value() < Decimal::ZERO {
            let floor = book.floor_of_list;
            let message = format!("{floor} is below zero; a floor is 0 % or above");
            wrong.fault("floor_of_list", "below_zero", message);
        }
        for (name, price) in products {
            let Some(id) = ids.get(name) else { continue };
            let mut add = |place: &str, price: Decimal, from: Option<NaiveDate>, until: Option<NaiveDate>| {
                if price < Decimal::ZERO {
                    let message = format!("{price} is below zero; a list price is zero or above");
                    let fault = Fault::new("price", "below_zero", message);
                    wrong.extend([fault.under(place)]);
                    return;
                }
                let floor = price_part(book.floor_of_list, price, currency);
                match floor {
                    Ok(floor) => {
                        places.push(place.to_owned());
                        entries.push(PriceEntryDocument {
                            product: Some(id.clone()),
                            price: Some(price),
                            floor: Some(floor.amount()),
                            valid_from: from.map(Moment::Day),
                            valid_until: until.map(Moment::Day),
                            ..PriceEntryDocument::default()
                        });
                    }
                    Err(fault) => wrong.fault(place, fault.code(), fault.to_string()),
                }
            };
            let own: Vec<_> = book
                .entries
                .iter()
                .enumerate()
                .filter(|(_, e)| e.product == *name)
                .collect();
            for (index, entry) in &own {
                add(
                    &format!("entries[{index}]"),
                    entry.price,
                    entry.valid_from,
                    entry.valid_until,
                );
            }
            if own.is_empty() {
                add("", price.amount(), None, None);
            }
        }
        folder.check(&documents::PRICE_BOOK, wrong.finish(()))?;
        let book = PriceBookDocument {
            id: book.id,
            version: book.version,
            currency,
            entries,
        };
        let catalogue = CatalogueDocument {
            id: make_up.id.clone(),
            version: make_up.version,
            attributes: FactTypes::new(),
            products: ids
                .iter()
                .map(|(name, id)| product(name, id, make_up.of(name)))
                .collect(),
        };
        let catalogue =
            Catalogue::new(&catalogue).map_err(|faults| faults.moved(|path| make_up.place(&ids, path)));
        let catalogue = folder.check(&documents::PRODUCT_MAKE_UP, catalogue)?;
        let book = PriceBook::new(&book).map_err(|faults| faults.moved(|path| of_entry(&places, path)));
        let book = folder.check(&documents::PRICE_BOOK, book)?;
        let waterfall = folder.check(&documents::WATERFALL, Waterfall::new(&waterfall))?;
        let engine = folder.check(&documents::WATERFALL, Engine::new(catalogue, book, waterfall))?;
        Ok(Self {
            engine: Arc::new(engine),
            make_up,
            ids,
        })
    }

    /// The id of a product of the export.
    pub fn product(&self, name: &str) -> Option<&ProductId> {
        self.ids.get(name)
    }

    /// The list price of a product on a day.
    pub fn list_price(&self, name: &str, on: NaiveDate) -> Option<Price> {
        let id = self.ids.get(name)?;
        let books = self.engine.price_books();
        let attributes = BTreeMap::from([("product", id.as_str())]);
        let query = PriceQuery::new(attributes, Exact::ONE, Unit::ONE, on.into());
        let found = books.price(&books.books().first()?.document().id, &query).ok()?;
        found.entry?.price()
    }

    /// A component of a product of the export.
    pub fn component(&self, name: &str, id: &str) -> Option<&Component> {
        self.make_up.of(name).iter().find(|component| component.id == id)
    }
}

impl MakeUpDocument {
    fn of(&self, name: &str) -> &[Component] {
        self.products.get(name).unwrap_or(&self.default)
    }

    /// Where in the document stands what the catalogue has at a path: `products[3].components[0].name`.
    fn place(&self, products: &BTreeMap<String, ProductId>, path: &str) -> String {
        let found = inside("products", path).and_then(|(index, rest)| {
            let name = products.keys().nth(index)?;
            let rest = rest.strip_prefix(".components")?;
            Some(match self.products.contains_key(name) {
                true => format!("products.{name}{rest}"),
                false => format!("default{rest}"),
            })
        });
        found.unwrap_or_else(|| path.to_owned())
    }
}

/// Where in the document stands what the price book has at a path: `entries[3].price`.
fn of_entry(places: &[String], path: &str) -> String {
    let found = inside("entries", path).and_then(|(index, rest)| Some((places.get(index)?, rest)));
    match found {
        Some((place, rest)) if !place.is_empty() => format!("{place}{rest}"),
        Some(_) => String::new(),
        None => path.to_owned(),
    }
}

/// The index in a list and what follows: 3 and `.price` of `entries[3].price`.
fn inside<'a>(list: &str, path: &'a str) -> Option<(usize, &'a str)> {
    let (index, rest) = path.strip_prefix(list)?.strip_prefix('[')?.split_once(']')?;
    Some((index.parse().ok()?, rest))
}

fn product(name: &str, id: &ProductId, components: &[Component]) -> ProductDocument {
    ProductDocument {
        id: id.clone(),
        name: name.to_owned(),
        components: components
            .iter()
            .map(|component| ComponentDocument {
                id: component.id.clone(),
                name: component.name.clone(),
                share_of_list: Some(component.share_of_list),
            })
            .collect(),
        units: BTreeMap::new(),
        attributes: BTreeMap::new(),
        configuration: None,
    }
}

/// A part of a price, in whole minor units.
pub fn price_part(part: Percent, price: Decimal, currency: Currency) -> Result<Money, MoneyError> {
    RoundingPolicy::HALF_UP.money(&part.of(&price.into()), currency)
}

/// A name as the key of an id: what an id cannot hold becomes a hyphen.
pub fn key(name: &str) -> String {
    name.chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ':') {
                c
            } else {
                '-'
            }
        })
        .collect()
}
