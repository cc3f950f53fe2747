use l2c_money::{Currency, Unit};
use serde::{Deserialize, Serialize};

/// Where a rule or a figure comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Citation {
    /// The standard, law or document: "ASC", "EN 16931", "price-book pb_2017 v3".
    pub source: String,
    /// The place in it: "606-10-32-31", "BR-CO-10", `entries[4]`.
    pub reference: String,
}

impl Citation {
    /// A place in a source.
    pub fn new(source: impl Into<String>, reference: impl Into<String>) -> Self {
        Self {
            source: source.into(),
            reference: reference.into(),
        }
    }

    /// A paragraph of the codification's topic on revenue: "606-10-32-31".
    #[must_use]
    pub fn asc606(paragraph: &str) -> Self {
        Self::new("ASC", paragraph)
    }

    /// A paragraph of IFRS 15: "76", cited as "IFRS 15.76".
    #[must_use]
    pub fn ifrs15(paragraph: &str) -> Self {
        Self::new("IFRS", format!("15.{paragraph}"))
    }

    /// A business rule of the European norm for invoices: "BR-CO-10".
    #[must_use]
    pub fn en16931(rule: &str) -> Self {
        Self::new("EN 16931", rule)
    }

    /// A place in a document of the host, by its id and version: a price book entry, a clause of a plan.
    #[must_use]
    pub fn document(id: &str, version: u32, path: &str) -> Self {
        Self::new(format!("{id} v{version}"), path)
    }
}

impl std::fmt::Display for Citation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&format!("{} {}", self.source, self.reference))
    }
}

/// How a figure is shown. The value itself is always a bare number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// A bare number.
    #[default]
    Number,
    /// An amount in a currency, in units of the currency.
    Money(Currency),
    /// A part of a whole: 0.125 is shown as 12.5 %.
    Percent,
    /// A quantity in a unit.
    Quantity(Unit),
    /// A number of days.
    Days,
}

/// What a figure is: its name, how it is shown, and the rules it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The name of the figure in the language of its field: "list price", "allocated transaction price".
    pub label: String,
    /// How it is shown.
    pub measure: Measure,
    /// The rules and documents it rests on.
    pub citations: Vec<Citation>,
}

impl Note {
    /// A bare number with a name.
    pub fn new(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            measure: Measure::Number,
            citations: Vec::new(),
        }
    }

    /// Shown in another measure.
    #[must_use]
    pub fn measured(mut self, measure: Measure) -> Self {
        self.measure = measure;
        self
    }

    /// Shown as money.
    #[must_use]
    pub fn money(self, currency: Currency) -> Self {
        self.measured(Measure::Money(currency))
    }

    /// Shown as a percentage: 0.125 is 12.5 %.
    #[must_use]
    pub fn percent(self) -> Self {
        self.measured(Measure::Percent)
    }

    /// Shown as a quantity.
    #[must_use]
    pub fn quantity(self, unit: Unit) -> Self {
        self.measured(Measure::Quantity(unit))
    }

    /// Shown as days.
    #[must_use]
    pub fn days(self) -> Self {
        self.measured(Measure::Days)
    }

    /// With one more citation.
    #[must_use]
    pub fn cite(mut self, citation: Citation) -> Self {
        self.citations.push(citation);
        self
    }
}
