//! The policy documents: the file of each, what it says, and the type it is read as.

use std::fmt::Write;
use std::marker::PhantomData;

use l2c::commissions::PlanDocument;
use l2c::documents::nearest;
use l2c::invoicing::{BillingPolicyDocument, TaxRatesDocument};
use l2c::leads::{ForecastDocument, RoutingDocument, SalesProcessDocument, ScoringDocument};
use l2c::ledger::ChartDocument;
use l2c::orders::HoldPolicyDocument;
use l2c::pricing::WaterfallDocument;
use l2c::quotes::ApprovalPolicyDocument;
use l2c::revenue::RevenuePolicy;
use l2c::revenue::contract_cost::ContractCostPolicy;
use schemars::transform::transform_subschemas;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;

use crate::billing::CreditDocument;
use crate::changing::ChangesDocument;
use crate::offer::{MakeUpDocument, PriceBookPolicy};
use crate::simulation::PaymentBehaviour;
use crate::terms::Terms;

#[cfg(test)]
mod agreement;

/// A document as the command `schema` shows it.
pub struct Listed {
    pub file: &'static str,
    pub says: &'static str,
    schema: fn() -> Schema,
    /// Reads a text as the document: what the schema is held against.
    #[cfg(test)]
    read: fn(l2c::documents::Source) -> Result<(), l2c::documents::Report>,
}

/// A policy document that is read as a `T`. There is no other way to read one, so each stands below.
pub struct Document<T> {
    /// The file in the policy folder.
    pub file: &'static str,
    /// What it says, in one line.
    pub says: &'static str,
    read_as: PhantomData<fn() -> T>,
}

impl<T: JsonSchema + DeserializeOwned> Document<T> {
    const fn new(file: &'static str, says: &'static str) -> Self {
        Self {
            file,
            says,
            read_as: PhantomData,
        }
    }

    const fn listed(&self) -> Listed {
        Listed {
            file: self.file,
            says: self.says,
            schema: || SchemaGenerator::default().into_root_schema_for::<T>(),
            #[cfg(test)]
            read: |source| source.parse::<T>().map(drop),
        }
    }
}

pub const ACCOUNTS: Document<ChartDocument> =
    Document::new("accounts.json", "Which account of the ledger each role is");
pub const APPROVALS: Document<ApprovalPolicyDocument> =
    Document::new("approvals.json", "Which quotes need whose approval");
pub const BILLING: Document<BillingPolicyDocument> = Document::new(
    "billing.json",
    "How invoices round, and how tax and parts of periods are reckoned",
);
pub const CHANGES: Document<ChangesDocument> = Document::new(
    "changes.json",
    "What is changed of agreed contracts: longer support, volume rebates",
);
pub const COMMISSION_PLAN: Document<PlanDocument> = Document::new(
    "commission-plan.json",
    "Quotas and rates of the sellers, by version",
);
pub const CONTRACT_COSTS: Document<ContractCostPolicy> = Document::new(
    "contract-costs.json",
    "The conventions of contract costs: whether a commission is carried forward",
);
pub const CREDITS: Document<CreditDocument> =
    Document::new("credits.json", "Which invoices are taken back and billed again");
pub const FORECAST: Document<ForecastDocument> =
    Document::new("forecast.json", "How pipeline and forecast are reckoned");
pub const HOLDS: Document<HoldPolicyDocument> =
    Document::new("holds.json", "Which orders are held, and until when");
pub const PAYMENTS: Document<PaymentBehaviour> =
    Document::new("payments.json", "How the simulated customers pay");
pub const PRICE_BOOK: Document<PriceBookPolicy> = Document::new(
    "price-book.json",
    "List prices that replace those of the export, and the price floor",
);
pub const PRODUCT_MAKE_UP: Document<MakeUpDocument> = Document::new(
    "product-make-up.json",
    "What each product is made of, with shares and stand-alone prices",
);
pub const REVENUE: Document<RevenuePolicy> =
    Document::new("revenue.json", "The conventions of revenue recognition");
pub const ROUTING: Document<RoutingDocument> = Document::new("routing.json", "Which lead goes to whom");
pub const SALES_PROCESS: Document<SalesProcessDocument> = Document::new(
    "sales-process.json",
    "The stages of a sale and how often each is won",
);
pub const SCORING: Document<ScoringDocument> =
    Document::new("scoring.json", "Points for leads, grades, and what qualifies one");
pub const TAX: Document<TaxRatesDocument> = Document::new("tax.json", "Tax rates by key and first day");
pub const TERMS: Document<Terms> = Document::new(
    "terms.json",
    "Currency, legal entity and the commercial terms of every deal",
);
pub const WATERFALL: Document<WaterfallDocument> =
    Document::new("waterfall.json", "The steps from list price to net price");

/// Every document, in the order of their files.
pub const ALL: [Listed; 19] = [
    ACCOUNTS.listed(),
    APPROVALS.listed(),
    BILLING.listed(),
    CHANGES.listed(),
    COMMISSION_PLAN.listed(),
    CONTRACT_COSTS.listed(),
    CREDITS.listed(),
    FORECAST.listed(),
    HOLDS.listed(),
    PAYMENTS.listed(),
    PRICE_BOOK.listed(),
    PRODUCT_MAKE_UP.listed(),
    REVENUE.listed(),
    ROUTING.listed(),
    SALES_PROCESS.listed(),
    SCORING.listed(),
    TAX.listed(),
    TERMS.listed(),
    WATERFALL.listed(),
];

impl Listed {
    /// The JSON Schema as text.
    fn text(&self) -> String {
        let mut schema = (self.schema)();
        plain(&mut schema);
        schema.insert("title".to_owned(), self.says.into());
        format!("{:#}", schema.as_value())
    }
}

/// Descriptions come from the comments in the program: links to other parts of it become their names.
fn plain(schema: &mut Schema) {
    if let Some(serde_json::Value::String(text)) = schema.get_mut("description") {
        let mut plain = String::new();
        let mut rest = text.as_str();
        while let Some((before, link)) = rest.split_once("[`") {
            let Some((name, after)) = link.split_once("`]") else {
                break;
            };
            let _ = write!(plain, "{before}`{name}`");
            rest = match after.strip_prefix('(').and_then(|target| target.split_once(')')) {
                Some((_, after)) => after,
                None => after,
            };
        }
        plain.push_str(rest);
        *text = plain;
    }
    transform_subschemas(&mut plain, schema);
}

/// What the command `schema` prints: the list of documents, or the schema of one.
///
/// # Errors
/// A name that no document has.
pub fn schema(name: Option<&str>) -> Result<String, String> {
    let Some(name) = name else {
        let mut list = String::new();
        for document in &ALL {
            let short = document.file.trim_end_matches(".json");
            let _ = writeln!(list, "{short:<17} {}", document.says);
        }
        return Ok(list.trim_end().to_owned());
    };
    let short = name.trim_end_matches(".json");
    let names = || ALL.iter().map(|document| document.file.trim_end_matches(".json"));
    match ALL
        .iter()
        .find(|document| document.file.trim_end_matches(".json") == short)
    {
        Some(document) => Ok(document.text()),
        None => {
            let meant = nearest(short, names());
            let meant = meant.map_or_else(String::new, |meant| format!(", did you mean `{meant}`?"));
            let names: Vec<&str> = names().collect();
            Err(format!(
                "no document is named `{name}`{meant}; there are: {}",
                names.join(", ")
            ))
        }
    }
}
