use std::collections::BTreeSet;
use std::num::NonZeroU32;

use chrono::NaiveDate;
use l2c_calendar::{Period, PriceTerm};
use l2c_documents::{Check, Faults};
use l2c_money::{Currency, Exact, Quantity};
use serde::{Deserialize, Serialize};

/// A contract that runs, as far as its prices and terms go: what an amendment starts from.
///
/// ```json
/// {"id": "con_17", "currency": "USD", "term": {"start": "2025-01-01", "end": "2026-01-01"}, "lines": [
///   {"id": "seats", "product": "Suite", "quantity": {"value": "10", "unit": "C62"}, "unit_price": "1200"},
///   {"id": "storage", "product": "Storage", "quantity": {"value": "5", "unit": "C62"}, "unit_price": "20",
///    "price_term_months": 1, "start": "2025-06-01"}]}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RunningContractDocument {
    /// Its id.
    pub id: String,
    /// The currency of every price.
    pub currency: Currency,
    /// Its first day, and the day after its last.
    pub term: Period,
    /// The day from which its months count; its first day if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor: Option<NaiveDate>,
    /// The months that a price is for; 12 if absent.
    #[serde(default = "twelve")]
    pub price_term_months: u32,
    /// Its lines.
    pub lines: Vec<RunningLineDocument>,
}

/// A line of a running contract. What is absent is as in the contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RunningLineDocument {
    /// Its id, unique in the contract.
    pub id: String,
    /// The product, by the name that the host gives it.
    pub product: String,
    /// How much of it; not below zero.
    #[cfg_attr(feature = "schema", schemars(with = "QuantityText"))]
    pub quantity: Quantity,
    /// The price of one unit for a price term, exact: a line of three that was agreed at 14.00 has "14/3"; below zero for
    /// what is paid to the buyer.
    pub unit_price: Exact,
    /// Its first day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<NaiveDate>,
    /// The day after its last. A line with an end of its own keeps it where the contract's end moves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<NaiveDate>,
    /// The first day on which it does not run any more. A cancelled line is not renewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled_from: Option<NaiveDate>,
    /// The months that its price is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_term_months: Option<u32>,
    /// The day from which its months count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor: Option<NaiveDate>,
}

/// The form of a quantity, for the schema.
#[cfg(feature = "schema")]
#[derive(schemars::JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "read by the schema alone")]
pub(crate) struct QuantityText {
    /// The number.
    value: l2c_money::DecimalText,
    /// The unit, by its code of UN/ECE Recommendation 20: `C62` is one.
    unit: String,
}

/// A checked running contract. [`RunningContract::amend`] says what a change of it costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningContract {
    pub(crate) id: String,
    pub(crate) currency: Currency,
    pub(crate) term: Period,
    pub(crate) price_term: PriceTerm,
    pub(crate) anchor: NaiveDate,
    pub(crate) lines: Vec<RunningLine>,
}

/// A line on its days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunningLine {
    pub(crate) id: String,
    pub(crate) product: String,
    pub(crate) quantity: Quantity,
    pub(crate) unit_price: Exact,
    pub(crate) period: Period,
    /// It has an end of its own, and does not follow the contract's.
    pub(crate) own_end: bool,
    pub(crate) cancelled: bool,
    pub(crate) price_term: PriceTerm,
}

impl RunningContract {
    /// Checks a document.
    ///
    /// # Errors
    /// Every fault: names that are empty or too long, two lines with one id, a quantity below zero, a line that
    /// ends before it starts or is cancelled before it runs, a price for no months.
    pub fn new(document: &RunningContractDocument) -> Result<Self, Faults> {
        let mut check = Check::new(format!("contract `{}`", document.id));
        check_name(&mut check, "id", &document.id);
        let anchor = document.anchor.unwrap_or(document.term.start());
        let months = price_months(&mut check, "price_term_months", document.price_term_months);
        let mut contract = Self {
            id: document.id.clone(),
            currency: document.currency,
            term: document.term,
            price_term: PriceTerm {
                months,
                anchor: Some(anchor),
            },
            anchor,
            lines: Vec::with_capacity(document.lines.len()),
        };
        let mut seen = BTreeSet::new();
        for (position, line) in document.lines.iter().enumerate() {
            let path = format!("lines[{position}]");
            if !seen.insert(line.id.as_str()) {
                let message = format!("`{}` stands twice: give each line its own id", line.id);
                check.fault(format!("{path}.id"), "duplicate_line", message);
            }
            let checked = contract.line(&mut check, &path, line, contract.term);
            contract.lines.extend(checked);
        }
        check.finish(contract)
    }

    /// A line that runs on the days of `term` where it does not say its own.
    pub(crate) fn line(
        &self,
        check: &mut Check,
        path: &str,
        line: &RunningLineDocument,
        term: Period,
    ) -> Option<RunningLine> {
        check_name(check, format!("{path}.id"), &line.id);
        check_name(check, format!("{path}.product"), &line.product);
        if line.quantity.exact().is_negative() {
            let message = format!("{} is below zero: write 0 or more", line.quantity);
            check.fault(format!("{path}.quantity"), "negative_quantity", message);
        }
        let months = line.price_term_months.map_or(self.price_term.months, |months| {
            price_months(check, &format!("{path}.price_term_months"), months)
        });
        let start = line.start.unwrap_or(term.start());
        let end = line.end.unwrap_or(term.end());
        let stop = line.cancelled_from.map_or(end, |from| from.min(end));
        match Period::new(start, stop) {
            Ok(period) => Some(RunningLine {
                id: line.id.clone(),
                product: line.product.clone(),
                quantity: line.quantity,
                unit_price: line.unit_price.clone(),
                period,
                own_end: line.end.is_some() || line.cancelled_from.is_some(),
                cancelled: line.cancelled_from.is_some(),
                price_term: PriceTerm {
                    months,
                    anchor: line.anchor.or(self.price_term.anchor),
                },
            }),
            Err(error) => {
                check.fault(path, "invalid_period", format!("line `{}`: {error}", line.id));
                None
            }
        }
    }

    /// The document of a contract with these lines, which says of a line only what the contract does not.
    pub(crate) fn document(&self, lines: &[RunningLine]) -> RunningContractDocument {
        let start = self.term.start();
        let own = |line: &RunningLine| RunningLineDocument {
            id: line.id.clone(),
            product: line.product.clone(),
            quantity: line.quantity,
            unit_price: line.unit_price.clone(),
            start: Some(line.period.start()).filter(|own| *own != start),
            end: Some(line.period.end()).filter(|_| line.own_end),
            cancelled_from: None,
            price_term_months: Some(line.price_term.months.get())
                .filter(|own| *own != self.price_term.months.get()),
            anchor: line
                .price_term
                .anchor
                .filter(|own| Some(*own) != self.price_term.anchor),
        };
        RunningContractDocument {
            id: self.id.clone(),
            currency: self.currency,
            term: self.term,
            anchor: Some(self.anchor).filter(|anchor| *anchor != start),
            price_term_months: self.price_term.months.get(),
            lines: lines.iter().map(own).collect(),
        }
    }
}

impl RunningLine {
    /// What is left of it from a day on; none if it has ended before.
    pub(crate) fn rest(&self, on: NaiveDate) -> Option<Self> {
        let period = Period::new(self.period.start().max(on), self.period.end()).ok()?;
        Some(Self {
            period,
            ..self.clone()
        })
    }
}

fn price_months(check: &mut Check, path: &str, months: u32) -> NonZeroU32 {
    NonZeroU32::new(months).unwrap_or_else(|| {
        check.fault(path, "invalid_period", "a price for 0 months: write 1 or more");
        NonZeroU32::MIN
    })
}

fn check_name(check: &mut Check, path: impl Into<String>, name: &str) {
    let long = name.chars().count() > 200;
    if name.is_empty() || long || name.trim() != name || name.chars().any(char::is_control) {
        let message = "write 1 to 200 characters without blanks around them";
        check.fault(path, "invalid_text", message);
    }
}

const fn twelve() -> u32 {
    12
}
