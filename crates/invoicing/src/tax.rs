use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;
use l2c_documents::{Fault, Faults};
use l2c_money::Percent;
use serde::{Deserialize, Serialize};

use crate::InvoicingError;

/// The tax category of a line by its code in UNTDID 5305, as EN 16931 uses it (BT-151).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum TaxCategory {
    /// Reverse charge: the buyer owes the tax.
    #[serde(rename = "AE")]
    ReverseCharge,
    /// Exempt.
    #[serde(rename = "E")]
    Exempt,
    /// Export outside the tax area.
    #[serde(rename = "G")]
    Export,
    /// Supply to another member state of the European Union.
    #[serde(rename = "K")]
    IntraCommunity,
    /// Not subject to tax.
    #[serde(rename = "O")]
    OutOfScope,
    /// Taxed at a rate above zero.
    #[serde(rename = "S")]
    Standard,
    /// Taxed at a rate of zero.
    #[serde(rename = "Z")]
    ZeroRated,
}

impl TaxCategory {
    /// The code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ReverseCharge => "AE",
            Self::Exempt => "E",
            Self::Export => "G",
            Self::IntraCommunity => "K",
            Self::OutOfScope => "O",
            Self::Standard => "S",
            Self::ZeroRated => "Z",
        }
    }
}

/// A tax rate as it applies to a line: category, percentage, and whose tax it is.
///
/// Rates order by category code, percentage, jurisdiction: the order of the breakdown of an invoice.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "TaxRateDocument", into = "TaxRateDocument")]
pub struct TaxRate {
    category: TaxCategory,
    percent: Percent,
    jurisdiction: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TaxRateDocument {
    category: TaxCategory,
    #[serde(default = "no_percent")]
    percent: Percent,
    jurisdiction: String,
}

const fn no_percent() -> Percent {
    Percent::ZERO
}

impl TaxRate {
    /// A rate; `jurisdiction` is a label of the host's, such as `DE` or `US-NY`.
    ///
    /// # Errors
    /// Faults unless category S has a rate above zero (BR-S-05) and every other
    /// category a rate of zero (BR-Z-05, BR-E-05, BR-AE-05, BR-IC-05, BR-G-05, BR-O-05); for an empty jurisdiction.
    pub fn new(
        category: TaxCategory,
        percent: Percent,
        jurisdiction: impl Into<String>,
    ) -> Result<Self, Faults> {
        let rate = Self {
            category,
            percent,
            jurisdiction: jurisdiction.into(),
        };
        Faults::of("tax rate", rate.faults("")).map_or(Ok(rate), Err)
    }

    fn faults(&self, path: &str) -> Vec<Fault> {
        let mut faults = Vec::new();
        let code = self.category.code();
        let percent = self.percent;
        if self.category == TaxCategory::Standard {
            if percent <= Percent::ZERO {
                faults.push(Fault::new(
                    format!("{path}percent"),
                    "rate_of_category",
                    format!("is {percent}: category S has a rate above zero (BR-S-05)"),
                ));
            }
        } else if percent != Percent::ZERO {
            let rule = if code == "K" { "IC" } else { code };
            faults.push(Fault::new(
                format!("{path}percent"),
                "rate_of_category",
                format!("is {percent}: category {code} has no rate above zero (BR-{rule}-05)"),
            ));
        }
        if self.jurisdiction.trim().is_empty() {
            faults.push(Fault::new(
                format!("{path}jurisdiction"),
                "invalid_text",
                "is empty: say whose tax it is",
            ));
        }
        faults
    }

    /// The category.
    #[must_use]
    pub const fn category(&self) -> TaxCategory {
        self.category
    }

    /// The percentage; zero for every category but S.
    #[must_use]
    pub const fn percent(&self) -> Percent {
        self.percent
    }

    /// Whose tax it is.
    #[must_use]
    pub fn jurisdiction(&self) -> &str {
        &self.jurisdiction
    }
}

impl fmt::Display for TaxRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (category, percent) = (self.category.code(), self.percent);
        f.pad(&format!("{} {category} {percent}", self.jurisdiction))
    }
}

impl TryFrom<TaxRateDocument> for TaxRate {
    type Error = Faults;
    fn try_from(document: TaxRateDocument) -> Result<Self, Faults> {
        Self::new(document.category, document.percent, document.jurisdiction)
    }
}

impl From<TaxRate> for TaxRateDocument {
    fn from(rate: TaxRate) -> Self {
        Self {
            category: rate.category,
            percent: rate.percent,
            jurisdiction: rate.jurisdiction,
        }
    }
}

/// The tax rates that a host has determined, each under a key of its own and from a date on.
///
/// Which rate applies to which customer and product is the host's decision, or its tax service's: a billing item
/// names a key. A rate holds until the next one of its key begins.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "TaxRatesDocument")]
pub struct TaxRates {
    id: String,
    version: u32,
    rates: BTreeMap<String, BTreeMap<NaiveDate, TaxRate>>,
}

/// The tax rates as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TaxRatesDocument {
    /// The name.
    pub id: String,
    /// The version; it rises with every change.
    pub version: u32,
    /// The rates, in any order.
    pub rates: Vec<TaxRateEntry>,
}

/// One rate, from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TaxRateEntry {
    /// The key by which billing items name it.
    pub key: String,
    /// The first day on which it applies.
    pub from: NaiveDate,
    /// The category.
    pub category: TaxCategory,
    /// The percentage; left out for every category but S.
    #[serde(default = "no_percent")]
    pub percent: Percent,
    /// Whose tax it is, such as `DE` or `US-NY`.
    pub jurisdiction: String,
}

impl TaxRates {
    /// Checked rates.
    ///
    /// # Errors
    /// Every fault: an empty id or key, a rate that its category does
    /// not allow (as [`TaxRate::new`]), two rates of one key from the same date.
    pub fn new(document: TaxRatesDocument) -> Result<Self, Faults> {
        let mut faults = Vec::new();
        let mut rates: BTreeMap<String, BTreeMap<NaiveDate, TaxRate>> = BTreeMap::new();
        if document.id.trim().is_empty() {
            faults.push(Fault::new("id", "invalid_text", "is empty: name the rates"));
        }
        for (index, entry) in document.rates.into_iter().enumerate() {
            let path = format!("rates[{index}].");
            if entry.key.trim().is_empty() {
                faults.push(Fault::new(
                    format!("{path}key"),
                    "invalid_text",
                    "is empty: name the rate",
                ));
            }
            let rate = TaxRate {
                category: entry.category,
                percent: entry.percent,
                jurisdiction: entry.jurisdiction,
            };
            faults.extend(rate.faults(&path));
            let dated = rates.entry(entry.key.clone()).or_default();
            if dated.insert(entry.from, rate).is_some() {
                faults.push(Fault::new(
                    format!("{path}from"),
                    "overlap",
                    format!(
                        "is {}: `{}` has another rate from that date",
                        entry.from, entry.key
                    ),
                ));
            }
        }
        let name = format!("tax rates `{}`", document.id);
        let rates = Self {
            id: document.id,
            version: document.version,
            rates,
        };
        Faults::of(name, faults).map_or(Ok(rates), Err)
    }

    /// The rate of a key on a date.
    ///
    /// # Errors
    /// [`InvoicingError::UnknownTaxKey`]; [`InvoicingError::NoTaxRate`] before the first one begins.
    pub fn rate(&self, key: &str, date: NaiveDate) -> Result<&TaxRate, InvoicingError> {
        let dated = self.rates.get(key).ok_or_else(|| InvoicingError::UnknownTaxKey {
            key: key.chars().take(60).collect(),
        })?;
        match dated.range(..=date).next_back() {
            Some((_, rate)) => Ok(rate),
            None => Err(InvoicingError::NoTaxRate {
                key: key.to_owned(),
                date,
                first: dated.keys().next().copied().unwrap_or(date),
            }),
        }
    }

    /// The name and version of the document, as an invoice keeps them.
    #[must_use]
    pub fn source(&self) -> Source {
        Source {
            id: self.id.clone(),
            version: self.version,
        }
    }
}

impl TryFrom<TaxRatesDocument> for TaxRates {
    type Error = Faults;
    fn try_from(document: TaxRatesDocument) -> Result<Self, Faults> {
        Self::new(document)
    }
}

/// The name and version of a document that figures came from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The name.
    pub id: String,
    /// The version.
    pub version: u32,
}
