use std::collections::BTreeMap;

use chrono::NaiveDate;
use l2c_money::{Decimal, Exact, Money, Quantity};
use serde::{Deserialize, Serialize};

use crate::ProductId;

/// What a price is asked for: products and quantities on a date, and perhaps a total that was agreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceRequest {
    /// The day whose prices hold.
    pub date: NaiveDate,
    /// The lines, at least one.
    pub lines: Vec<RequestLine>,
    /// The total that was agreed, below or above list; absent: no negotiated step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Money>,
    /// What the conditions of the waterfall may ask about the customer or the deal, such as
    /// `"region": "West"`. Attributes that the waterfall does not declare are ignored.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
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
    /// The cost of one unit, in the currency of the price book.
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
}

impl PriceRequest {
    /// A request for lines on a date, without a target.
    #[must_use]
    pub const fn new(date: NaiveDate, lines: Vec<RequestLine>) -> Self {
        Self {
            date,
            lines,
            target: None,
            attributes: BTreeMap::new(),
        }
    }

    /// With an agreed total.
    #[must_use]
    pub const fn with_target(mut self, target: Money) -> Self {
        self.target = Some(target);
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
            cost: None,
            inputs: BTreeMap::new(),
        }
    }

    /// With a figure that steps of the waterfall name.
    #[must_use]
    pub fn with_input(mut self, name: impl Into<String>, value: impl Into<Exact>) -> Self {
        self.inputs.insert(name.into(), value.into());
        self
    }
}
