use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use l2c_calendar::Period;
use l2c_money::{Decimal, Exact, Money, Percent, Quantity};
use serde::{Deserialize, Serialize};

use crate::{ExchangeRates, ListPrice, ProductId};

/// What a price is asked for: products and quantities on a date, and perhaps a total that was agreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceRequest {
    /// The day whose prices hold.
    pub date: NaiveDate,
    /// The lines, at least one.
    pub lines: Vec<RequestLine>,
    /// The price book that is asked; absent: the first of the engine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_book: Option<String>,
    /// Prices as they were known then; absent: as they are known by now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_at: Option<DateTime<Utc>>,
    /// The total that was agreed, below or above list; absent: no negotiated step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Money>,
    /// Whether the agreed total is one with tax.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub target_includes_tax: bool,
    /// What conditions and price books may ask about the customer or the deal, such as `"region": "West"`.
    /// Attributes that none of them names are ignored.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// Exchange rates, for prices that follow from one in another currency.
    #[serde(default, skip_serializing_if = "ExchangeRates::is_empty")]
    pub rates: ExchangeRates,
}

/// A line of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestLine {
    /// Its id, unique in the request.
    pub id: String,
    /// The product.
    pub product: ProductId,
    /// How much of it; negative for what goes back, and then all amounts are negative.
    pub quantity: Quantity,
    /// Attributes of the line, beside those of the request; one of the same name goes before it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// Its list price, for products whose prices the host brings, and as the base of formulas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_price: Option<ListPrice>,
    /// The cost of one unit, in the currency of the price book. The components of a product bear it by their list
    /// amounts.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    pub cost: Option<Decimal>,
    /// Figures that steps of the waterfall name: a contracted price, a percentage that the seller gives, the
    /// factor of a term. What no step names is ignored.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub inputs: BTreeMap<String, Exact>,
    /// The term that is sold, for `prorate` steps that count it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<Period>,
    /// Its tax rate; absent: that of the adjustments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_percent: Option<Percent>,
    /// Whether adjustments leave it as it is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_discount: bool,
}

impl PriceRequest {
    /// A request for lines on a date, without a target.
    #[must_use]
    pub fn new(date: NaiveDate, lines: Vec<RequestLine>) -> Self {
        Self {
            date,
            lines,
            price_book: None,
            known_at: None,
            target: None,
            target_includes_tax: false,
            attributes: BTreeMap::new(),
            rates: ExchangeRates::new(),
        }
    }

    /// In a price book.
    #[must_use]
    pub fn in_price_book(mut self, id: impl Into<String>) -> Self {
        self.price_book = Some(id.into());
        self
    }

    /// With an agreed total.
    #[must_use]
    pub const fn with_target(mut self, target: Money) -> Self {
        self.target = Some(target);
        self
    }

    /// With an agreed total that includes tax.
    #[must_use]
    pub const fn with_target_including_tax(mut self, target: Money) -> Self {
        self.target = Some(target);
        self.target_includes_tax = true;
        self
    }
}

impl RequestLine {
    /// A line.
    pub fn new(id: impl Into<String>, product: ProductId, quantity: Quantity) -> Self {
        Self {
            id: id.into(),
            product,
            quantity,
            attributes: BTreeMap::new(),
            list_price: None,
            cost: None,
            inputs: BTreeMap::new(),
            term: None,
            tax_percent: None,
            no_discount: false,
        }
    }

    /// With a figure that steps of the waterfall name.
    #[must_use]
    pub fn with_input(mut self, name: impl Into<String>, value: impl Into<Exact>) -> Self {
        self.inputs.insert(name.into(), value.into());
        self
    }
}
