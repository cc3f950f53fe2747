use std::collections::BTreeMap;

use chrono::NaiveDate;
use l2c_documents::{Check, Faults};
use l2c_money::{Currency, Decimal, Price, Unit};
use serde::{Deserialize, Serialize};

use crate::names::{check_document, check_name};
use crate::{Catalogue, DocumentRef, MakeUp, ProductId};

/// A price book as it is written: list prices in one currency.
///
/// ```json
/// {"id": "list-usd", "version": 1, "currency": "USD", "entries": [
///   {"product": "prd_GTXPro", "price": "5624", "floor": "3000", "valid_from": "2016-01-01"}]}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PriceBookDocument {
    /// Id of the document.
    pub id: String,
    /// Version of the document.
    pub version: u32,
    /// Currency of all prices.
    pub currency: Currency,
    /// The prices.
    pub entries: Vec<PriceEntryDocument>,
}

/// A list price as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PriceEntryDocument {
    /// The product.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub product: ProductId,
    /// The component, for a product whose components have prices of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// List price of one unit, zero or above.
    #[serde(with = "l2c_money::decimal_string")]
    #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
    pub price: Decimal,
    /// The unit of the price; pieces (`C62`) if absent.
    #[serde(default = "one")]
    pub unit: Unit,
    /// Price of one unit below which a sale needs approval; from zero to the list price.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub floor: Option<Decimal>,
    /// First day; absent: always has been.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<NaiveDate>,
    /// Last day, included; absent: until further notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<NaiveDate>,
}

const fn one() -> Unit {
    Unit::ONE
}

/// A checked price book: for one product, component and unit there is at most one price on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceBook {
    document: DocumentRef,
    currency: Currency,
    /// The entries of a key by their first day; they do not overlap.
    entries: BTreeMap<Key, Vec<PriceEntry>>,
}

/// A list price of a checked price book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceEntry {
    /// List price of one unit.
    pub price: Price,
    /// Price of one unit below which a sale needs approval.
    pub floor: Option<Price>,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day, included.
    pub valid_until: NaiveDate,
    pub(crate) position: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    product: ProductId,
    component: Option<String>,
    unit: Unit,
}

impl PriceBook {
    /// Checks a document.
    ///
    /// # Errors
    /// Every fault: a price below zero or outside the bounds of
    /// [`Price`], a floor above its price, a validity that ends before it starts, and two prices for one
    /// product, component, unit and day, naming both.
    pub fn new(document: &PriceBookDocument) -> Result<Self, Faults> {
        let mut check = check_document("price book", &document.id);
        let mut entries: BTreeMap<Key, Vec<PriceEntry>> = BTreeMap::new();
        for (position, entry) in document.entries.iter().enumerate() {
            if let Some(checked) = PriceEntry::new(&mut check, position, entry, document.currency) {
                let (product, component) = (entry.product.clone(), entry.component.clone());
                entries
                    .entry(Key {
                        product,
                        component,
                        unit: entry.unit,
                    })
                    .or_default()
                    .push(checked);
            }
        }
        for same in entries.values_mut() {
            same.sort_by_key(|entry| (entry.valid_from, entry.position));
            no_overlap(&mut check, same);
        }
        check.finish(())?;
        let reference = DocumentRef::new(document.id.clone(), document.version);
        Ok(Self {
            document: reference,
            currency: document.currency,
            entries,
        })
    }

    /// Id and version of the document.
    #[must_use]
    pub const fn document(&self) -> &DocumentRef {
        &self.document
    }

    /// Currency of all prices.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The price of a product, or of one of its components, per unit, on a day.
    #[must_use]
    pub fn entry(
        &self,
        product: &ProductId,
        component: Option<&str>,
        unit: Unit,
        on: NaiveDate,
    ) -> Option<&PriceEntry> {
        let key = Key {
            product: product.clone(),
            component: component.map(str::to_owned),
            unit,
        };
        let same = self.entries.get(&key)?;
        let until = same.partition_point(|entry| entry.valid_from <= on);
        same.get(until.checked_sub(1)?)
            .filter(|entry| on <= entry.valid_until)
    }

    /// Every price belongs to a product of the catalogue and fits its make-up.
    pub(crate) fn check_against(&self, catalogue: &Catalogue) -> Result<(), Faults> {
        let mut check = check_document("price book", &self.document.id);
        let mut rows: Vec<(&Key, &PriceEntry)> = self
            .entries
            .iter()
            .flat_map(|(key, same)| same.iter().map(move |entry| (key, entry)))
            .collect();
        rows.sort_by_key(|(_, entry)| entry.position);
        for (key, entry) in rows {
            let Some(product) = catalogue.product(&key.product) else {
                let message = format!("{} is not in catalogue {}", key.product, catalogue.document());
                check.fault(format!("{}.product", entry.path()), "unknown_product", message);
                continue;
            };
            let fault = match (product.make_up(), &key.component) {
                (MakeUp::Whole | MakeUp::Shares(_), None) => continue,
                (MakeUp::Priced(components), Some(id)) if components.iter().any(|c| c.id == *id) => continue,
                (MakeUp::Priced(_), None) => {
                    "each component of this product has a price of its own: name one"
                }
                (MakeUp::Priced(_), Some(_)) => "the product has no component of this id",
                (_, Some(_)) => "this product has one price as a whole: leave the component out",
            };
            check.fault(format!("{}.component", entry.path()), "unknown_component", fault);
        }
        check.finish(())
    }
}

impl PriceEntry {
    fn new(
        check: &mut Check,
        position: usize,
        entry: &PriceEntryDocument,
        currency: Currency,
    ) -> Option<Self> {
        let path = format!("entries[{position}]");
        if let Some(component) = &entry.component {
            check_name(check, format!("{path}.component"), component);
        }
        let price = checked_price(check, format!("{path}.price"), entry.price, currency);
        let floor = match entry.floor {
            None => Some(None),
            Some(floor) => checked_price(check, format!("{path}.floor"), floor, currency).map(Some),
        };
        // A price that is at fault itself is no measure for its floor.
        let both = price.is_some() && floor.is_some();
        if both && entry.floor.is_some_and(|floor| floor > entry.price) {
            check.fault(
                format!("{path}.floor"),
                "floor_above_price",
                format!("the floor is above the price of {}", entry.price),
            );
        }
        let valid_from = entry.valid_from.unwrap_or(NaiveDate::MIN);
        let valid_until = entry.valid_until.unwrap_or(NaiveDate::MAX);
        if valid_until < valid_from {
            let message = format!("{valid_until} is before the first day, {valid_from}");
            check.fault(format!("{path}.valid_until"), "reversed_validity", message);
            return None;
        }
        Some(Self {
            price: price?,
            floor: floor?,
            valid_from,
            valid_until,
            position,
        })
    }

    /// Where it stands in its document, for citations: `entries[3]`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("entries[{}]", self.position)
    }
}

fn checked_price(check: &mut Check, path: String, amount: Decimal, currency: Currency) -> Option<Price> {
    match Price::new(amount, currency) {
        Ok(_) if amount.is_sign_negative() && !amount.is_zero() => {
            let message = format!("{amount} is below zero: a price is zero or more");
            check.fault(path, "below_zero", message);
            None
        }
        Ok(price) => Some(price),
        Err(error) => {
            check.fault(path, error.code(), error.to_string());
            None
        }
    }
}

/// Sorted by first day, each entry ends before the next starts. Of several that overlap, each is named with
/// the one before it that reaches furthest.
fn no_overlap(check: &mut Check, sorted: &[PriceEntry]) {
    let mut furthest: Option<&PriceEntry> = None;
    for entry in sorted {
        if let Some(other) = furthest.filter(|other| entry.valid_from <= other.valid_until) {
            let (first, second) = (
                other.position.min(entry.position),
                other.position.max(entry.position),
            );
            let day = if entry.valid_from == NaiveDate::MIN {
                "on one day".to_owned()
            } else {
                format!("on {}", entry.valid_from)
            };
            let message =
                format!("two prices {day}: this one and entries[{first}]; end one before the other");
            check.fault(format!("entries[{second}]"), "overlap", message);
        }
        if furthest.is_none_or(|other| other.valid_until < entry.valid_until) {
            furthest = Some(entry);
        }
    }
}
