//! What a case of `quote_lifecycle` is written in.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use l2c_money::Currency;
use serde::Deserialize;

use crate::given::Number;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Given {
    pub(super) currency: Currency,
    #[serde(default)]
    pub(super) catalogue: BTreeMap<String, Number>,
    #[serde(default)]
    pub(super) policy: Policy,
    pub(super) quotes: Vec<QuoteGiven>,
    pub(super) commands: Vec<Command>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Policy {
    pub(super) approval_over_percent: Option<Number>,
    pub(super) accept_expired: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QuoteGiven {
    pub(super) id: String,
    pub(super) opportunity: Option<String>,
    pub(super) status: Option<String>,
    pub(super) valid_until: Option<NaiveDate>,
    pub(super) approved_discount_percent: Option<Number>,
    pub(super) lines: Vec<Line>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    pub(super) id: String,
    pub(super) product: Option<String>,
    pub(super) unit_price: Option<Number>,
    pub(super) quantity: Option<Number>,
    pub(super) discount_percent: Option<Number>,
    pub(super) optional: Option<bool>,
    pub(super) selected: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Command {
    #[serde(rename = "do")]
    pub(super) name: String,
    pub(super) quote: Option<String>,
    pub(super) version: Option<i64>,
    pub(super) on: Option<NaiveDate>,
    pub(super) lines: Option<Vec<Line>>,
    pub(super) valid_until: Option<NaiveDate>,
    pub(super) selected: Option<BTreeSet<String>>,
    pub(super) product: Option<String>,
    pub(super) unit_price: Option<Number>,
}

pub(super) fn chosen(line: &Line) -> Option<bool> {
    (line.optional == Some(true)).then(|| line.selected.unwrap_or(false))
}

/// The line with the changed fields, which is then what is held; as it is written if there is none.
pub(super) fn merged(lines: &mut [Line], change: &Line) -> Line {
    let Some(line) = lines.iter_mut().find(|line| line.id == change.id) else {
        return change.clone();
    };
    if change.product.is_some() || change.unit_price.is_some() {
        line.product.clone_from(&change.product);
        line.unit_price.clone_from(&change.unit_price);
    }
    line.quantity = change.quantity.clone().or_else(|| line.quantity.clone());
    line.discount_percent = change
        .discount_percent
        .clone()
        .or_else(|| line.discount_percent.clone());
    line.optional = change.optional.or(line.optional);
    line.selected = change.selected.or(line.selected);
    line.clone()
}
