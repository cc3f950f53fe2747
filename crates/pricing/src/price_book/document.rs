use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use l2c_calendar::Moment;
use l2c_money::{Currency, Decimal, Percent, RoundingPolicy, Unit};
use l2c_rating::ChargeDocument;
use serde::{Deserialize, Serialize};

use crate::ProductId;

/// Several price books as they are written, and how one of their entries is selected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PriceBooksDocument {
    /// Which of several entries wins.
    pub selection: SelectionDocument,
    /// The books, each with an id of its own.
    pub books: Vec<PriceBookDocument>,
}

/// Which of the entries that hold for a request wins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SelectionDocument {
    /// What the entries are compared by.
    pub strategy: Strategy,
    /// What happens when it cannot tell two entries apart.
    #[serde(default)]
    pub ties: Ties,
    /// Whether an entry with the fixed price 0 counts as no entry.
    #[serde(default)]
    pub zero_is_no_price: bool,
}

/// What entries are compared by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
pub enum Strategy {
    /// By attributes, the most specific first: an entry that names the attribute goes before one that does not; then
    /// the larger `min_quantity`.
    Specificity {
        /// Names of attributes, such as `["contract", "customer", "segment"]`.
        attributes: Vec<String>,
    },
    /// By combinations of attributes that are tried in order: an access takes the entries that name exactly its
    /// attributes, and the first access with an entry wins.
    AccessSequence {
        /// The accesses, each a list of names of attributes.
        accesses: Vec<Vec<String>>,
    },
    /// The highest priority wins.
    Priority,
    /// The lowest resulting price wins; of equal ones the one written first.
    BestPrice,
}

/// What happens when two entries hold for one request and the strategy cannot tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Ties {
    /// They are refused when the books are built. A tie that only conversions of units bring about is an error when it
    /// is met.
    #[default]
    Refused,
    /// They are an error when a price is asked for.
    Ambiguous,
    /// The entry written last wins.
    Newest,
}

/// A price book as it is written: prices in one currency.
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

/// A price as it is written: for whom, for how much, when, and what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PriceEntryDocument {
    /// Its id, unique in the book, for citations; absent: its place, `entries[3]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The product; the short form of the attribute `product`. Absent: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub product: Option<ProductId>,
    /// The component, for a product whose components have prices of their own; the short form of the attribute
    /// `component`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// Attributes that the request must have, such as `{"customer": "C-17", "region": "West"}`.
    #[serde(default, rename = "match", skip_serializing_if = "BTreeMap::is_empty")]
    pub scope: BTreeMap<String, String>,
    /// Price of one unit, zero or above. Exactly one of `price`, `charge` and `formula`.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub price: Option<Decimal>,
    /// A charge that makes an amount of the quantity in its unit: tiers, packages, a minimum. The price of one unit is
    /// the amount by the quantity. A return is priced as its sale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charge: Option<ChargeDocument>,
    /// How the price follows from another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formula: Option<FormulaDocument>,
    /// The unit of the price, of its amounts and of the quantity bounds; pieces (`C62`) if absent.
    #[serde(default = "one")]
    pub unit: Unit,
    /// In which units it is sold; absent: in its own alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sold_in: Option<SoldIn>,
    /// Price of one unit below which a sale needs approval; from zero to the price. A formula that states none has the
    /// floor of its base, converted.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub floor: Option<Decimal>,
    /// The least quantity, included, in its unit.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub min_quantity: Option<Decimal>,
    /// The largest quantity, included, in its unit.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub max_quantity: Option<Decimal>,
    /// Its rank under the strategy `priority`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub priority: i64,
    /// First day or instant; absent: always has been.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Moment>,
    /// Last day or instant, included; absent: until further notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Moment>,
    /// When it was recorded; absent: always known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_from: Option<DateTime<Utc>>,
    /// When it was withdrawn or replaced; absent: it stands. From that instant on it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_until: Option<DateTime<Utc>>,
}

/// How a price follows from another one, per unit of the entry: base, converted unrounded into the currency of the
/// book, minus a percentage, rounded, plus an amount, kept between two distances from the base.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FormulaDocument {
    /// The book whose price for the same request is the base; absent: the list price of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_book: Option<String>,
    /// Taken off the base; below zero it is added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minus_percent: Option<Percent>,
    /// Then rounded; absent: exact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounding: Option<RoundingPolicy>,
    /// Then added; below zero it is taken off.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub plus: Option<Decimal>,
    /// Then raised to the base and this.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub min_margin: Option<Decimal>,
    /// Then cut to the base and this.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub max_margin: Option<Decimal>,
}

/// In which other units than its own an entry is sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SoldIn {
    /// In every unit that converts into its own.
    Any,
    /// In exactly this one.
    Only(Unit),
}

impl Default for PriceEntryDocument {
    /// For everything, always, per piece, and without a price.
    fn default() -> Self {
        Self {
            id: None,
            product: None,
            component: None,
            scope: BTreeMap::new(),
            price: None,
            charge: None,
            formula: None,
            unit: Unit::ONE,
            sold_in: None,
            floor: None,
            min_quantity: None,
            max_quantity: None,
            priority: 0,
            valid_from: None,
            valid_until: None,
            known_from: None,
            known_until: None,
        }
    }
}

const fn one() -> Unit {
    Unit::ONE
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(priority: &i64) -> bool {
    *priority == 0
}
