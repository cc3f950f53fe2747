use std::borrow::Cow;

use chrono::NaiveDate;
use l2c_calendar::Period;
use l2c_explain::Citation;
use l2c_money::{Currency, Exact, Unit};
use l2c_rules::Facts;

/// What a line brings to a waterfall.
#[derive(Debug, Clone)]
pub struct LineInput<'a> {
    /// Its id, for messages.
    pub id: &'a str,
    /// How much; below zero for what goes back.
    pub quantity: Exact,
    /// The currency that the line ends in.
    pub currency: Currency,
    /// The unit of the quantity.
    pub unit: Option<Unit>,
    /// The day whose conditions hold.
    pub date: Option<NaiveDate>,
    /// The term that is sold, for `prorate` steps that count it.
    pub term: Option<Period>,
    /// The cost of one unit, in the currency of the line.
    pub cost: Option<Exact>,
    /// The figures that steps name; the list price has the name `list`.
    pub inputs: Vec<Input<'a>>,
    /// What conditions may test beside the quantity, the unit, the date and the currency.
    pub attributes: Facts,
}

/// A figure that a line brings to the steps that name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input<'a> {
    /// Its name.
    pub name: Cow<'a, str>,
    /// The figure; a percentage is the number before the percent sign.
    pub value: Exact,
    /// Its currency, if it is a price in another one than that of the line.
    pub currency: Option<Currency>,
    /// Where it comes from.
    pub citation: Option<Citation>,
}

impl<'a> LineInput<'a> {
    /// A line with nothing but its quantity.
    pub const fn new(id: &'a str, quantity: Exact, currency: Currency) -> Self {
        Self {
            id,
            quantity,
            currency,
            unit: None,
            date: None,
            term: None,
            cost: None,
            inputs: Vec::new(),
            attributes: Facts::new(),
        }
    }

    /// With one more figure.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Exact>) -> Self {
        self.inputs.push(Input::new(name, value));
        self
    }

    /// With the cost of one unit.
    #[must_use]
    pub fn with_cost(mut self, cost: impl Into<Exact>) -> Self {
        self.cost = Some(cost.into());
        self
    }

    /// The figure of a name; of two with one name the later.
    pub(crate) fn input(&self, name: &str) -> Option<&Input<'a>> {
        self.inputs.iter().rev().find(|input| input.name == name)
    }

    /// The facts that conditions see: quantities as magnitudes, so that a return meets the conditions that its
    /// sale met.
    pub(crate) fn facts(&self) -> Facts {
        let facts = self
            .attributes
            .clone()
            .number("quantity", self.quantity.abs())
            .flag("is_return", self.quantity.is_negative())
            .text("currency", self.currency.code())
            .with_known("unit", self.unit.map(|unit| unit.code().to_owned()));
        facts.with_known("date", self.date)
    }
}

impl<'a> Input<'a> {
    /// A figure in the currency of the line.
    pub fn new(name: impl Into<Cow<'a, str>>, value: impl Into<Exact>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            currency: None,
            citation: None,
        }
    }

    /// In another currency.
    #[must_use]
    pub const fn in_currency(mut self, currency: Currency) -> Self {
        self.currency = Some(currency);
        self
    }

    /// With the place that it comes from.
    #[must_use]
    pub fn cited(mut self, citation: Citation) -> Self {
        self.citation = Some(citation);
        self
    }
}
