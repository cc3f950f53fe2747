//! Billing schedules, the bill run, tax arithmetic after EN 16931, invoices, credit notes and their numbers.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::unwrap_used))]

mod bill_run;
mod error;
mod ids;
mod invoice;
mod journal;
mod lifecycle;
mod number;
mod policy;
mod schedule;
mod tax;
mod terms;
mod totals;

pub use bill_run::bill_run;
pub use chrono::NaiveDate;
pub use error::{Fault, InvoicingError};
pub use ids::{BillingAccountId, BillingItemId, InvoiceId};
pub use invoice::{Invoice, InvoiceDocument, InvoiceKind, InvoiceLine, PrecedingInvoice};
pub use l2c_host::NumberSeries;
pub use lifecycle::{
    INVOICE_MACHINE, InvoiceCommand, InvoiceContext, InvoiceEvent, InvoiceRefusal, InvoiceState,
    InvoiceStatus, IssuedInvoice,
};
pub use number::InvoiceNumber;
pub use policy::{BillingPolicy, BillingPolicyDocument, Proportion, TaxBasis};
pub use schedule::{
    BillingAccount, BillingItem, BillingLog, BillingPlan, BillingSchedule, Charge, ChargeKey,
};
pub use tax::{Source, TaxCategory, TaxRate, TaxRateEntry, TaxRates, TaxRatesDocument};
pub use terms::PaymentTerms;
pub use totals::{TaxBreakdown, Totals};
