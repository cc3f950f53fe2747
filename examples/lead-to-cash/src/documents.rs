//! The policy documents: the file of each, what it says, and the type it is read as.

use std::marker::PhantomData;

use l2c::commissions::PlanDocument;
use l2c::invoicing::{BillingPolicyDocument, TaxRatesDocument};
use l2c::leads::{ForecastDocument, RoutingDocument, SalesProcessDocument, ScoringDocument};
use l2c::ledger::ChartDocument;
use l2c::orders::HoldPolicyDocument;
use l2c::pricing::WaterfallDocument;
use l2c::quotes::ApprovalMatrixDocument;
use l2c::revenue::RevenuePolicy;

use crate::billing::CreditDocument;
use crate::offer::{MakeUpDocument, PriceBookPolicy};
use crate::simulation::PaymentBehaviour;
use crate::terms::Terms;

/// A policy document that is read as a `T`. There is no other way to read one, so each stands below.
pub struct Document<T> {
    /// The file in the policy folder.
    pub file: &'static str,
    /// What it says, in one line.
    pub says: &'static str,
    read_as: PhantomData<fn() -> T>,
}

impl<T> Document<T> {
    const fn new(file: &'static str, says: &'static str) -> Self {
        Self {
            file,
            says,
            read_as: PhantomData,
        }
    }
}

pub const ACCOUNTS: Document<ChartDocument> =
    Document::new("accounts.json", "Which account of the ledger each role is");
pub const APPROVALS: Document<ApprovalMatrixDocument> =
    Document::new("approvals.json", "Which quotes need whose approval");
pub const BILLING: Document<BillingPolicyDocument> = Document::new(
    "billing.json",
    "How invoices round, and how tax and parts of periods are reckoned",
);
pub const COMMISSION_PLAN: Document<PlanDocument> = Document::new(
    "commission-plan.json",
    "Quotas and rates of the sellers, by version",
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
