//! Billing schedules, the bill run, tax arithmetic after EN 16931, invoices, credit notes and their numbers.
//!
//! A [`BillingSchedule`] turns the items of an account into dated charges that add up to them to the last minor
//! unit; [`bill_run`] makes the invoices that are due and not billed yet; [`InvoiceState`] decides their life.
//!
//! ```
//! use l2c_invoicing::*;
//!
//! let account = serde_json::from_str(r#"{
//!     "id": "bac_C1", "seller": "US01", "buyer": "pty_ACME", "currency": "USD", "terms": {"net_days": 30},
//!     "items": [{"id": "bit_C1-support", "description": "Support", "tax": "standard",
//!                "net": {"amount": "100.00", "currency": "USD"},
//!                "plan": {"in_advance": {"service": {"start": "2017-01-31", "end": "2018-01-31"},
//!                                        "every_months": 4}}}]
//! }"#)?;
//! let rates: TaxRates = serde_json::from_str(r#"{"id": "tax", "version": 1, "rates": [
//!     {"key": "standard", "from": "2016-01-01", "category": "S", "percent": "8.875", "jurisdiction": "US-NY"}
//! ]}"#)?;
//! let policy = BillingPolicy::en16931();
//! let schedule = BillingSchedule::new(account, &policy)?;
//!
//! let drafts = bill_run([&schedule], &BillingLog::new(), "2017-09-29".parse()?, &rates, &policy)?;
//! let grosses: Vec<String> = drafts.iter().map(|draft| draft.totals().gross.to_string()).collect();
//! assert_eq!(grosses, ["36.29 USD", "36.30 USD"]); // 33.33 and 33.34 with tax; the last part, 33.33, is not due
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where things are
//! - [`BillingAccount`], [`BillingItem`], [`BillingPlan`]: what is billed, and when. [`BillingSchedule`]: the
//!   [`Charge`]s that follow, and [`BillingSchedule::explain`] for why. [`BillingLog`]: what was billed of them.
//! - [`bill_run`]: the invoices that are due, in order of date, then account.
//! - [`InvoiceDocument`]: the inputs of an invoice or a credit note. [`Invoice`]: checked, with its [`Totals`],
//!   and [`Invoice::explain`] for why they are what they are.
//! - [`TaxRates`], [`TaxRate`], [`TaxCategory`]: the rates that a host has determined. [`PaymentTerms`]: due dates.
//!   [`BillingPolicy`]: the conventions that change cents.
//! - [`InvoiceState`], [`InvoiceCommand`], [`InvoiceEvent`], [`INVOICE_MACHINE`]: the life of a document; it gets
//!   its [`InvoiceNumber`] at issue. [`IssuedInvoice::credit_note`] takes an invoice back; to bill again after
//!   that is a new invoice. [`IssuedInvoice::journal`] is its posting.
//!
//! # Arithmetic
//! | figure | rule | rounding |
//! |---|---|---|
//! | part of an item | item x weight of the parts so far / weight of all, less the parts before | cumulative, to the minor unit |
//! | line net (BT-131) | quantity x price | to the minor unit (BR-DEC-23) |
//! | taxable of a rate (BT-116) | sum of the line nets of the rate (BR-S-08) | none |
//! | tax of a rate (BT-117) | taxable x rate (BR-CO-17), or by line where the policy says so | to the minor unit |
//! | total without tax (BT-109) | sum of the line nets (BR-CO-10, BR-CO-13) | none |
//! | total tax (BT-110) | sum of the taxes of the rates (BR-CO-14) | none |
//! | total with tax, amount due (BT-112, BT-115) | total without tax + tax (BR-CO-15, BR-CO-16) | none |
//!
//! Validators of EN 16931 let a tax pass that is wrong by less than 1.00 (BR-CO-17, BR-S-09); here it is exact.
//!
//! # Errors
//! | code | what the caller does |
//! |---|---|
//! | codes of a document (`rate_of_category`, `overlap`, `negative_price`, ...) | show the [`Faults`] with their paths to who wrote it |
//! | `unknown_tax_key`, `no_tax_rate` | ask who determines tax for the missing rate, then run again |
//! | `billed_otherwise` | credit the invoice that has the charge, or restore the item |
//! | `duplicate` | pass each account and item once, record each document once |
//! | `stated_otherwise` | treat the stored document as damaged |
//! | codes of `l2c-money`, `l2c-calendar`, `l2c-explain`, `l2c-ledger` | as there: a figure or date out of bounds |
//!
//! | refusal | what the caller does |
//! |---|---|
//! | `wrong_state` | nothing: the document is not where the command needs it |
//! | `number_missing` | claim the next number of the sequence in the same append |
//! | `date_before_last` | issue on a later date: dates in a sequence never go back |
//! | `credit_note` | bill again by a new invoice |
//! | `not_its_credit_note` | draft it from the invoice with [`IssuedInvoice::credit_note`] |
//! | `date_out_of_range` | choose terms that end within the range of dates |
//!
//! # What it is not
//! It determines no tax: which rate applies is the host's decision, or its tax service's. It has no partial credit
//! notes, no allowances and charges on the whole document, no prices that include tax, no billing in arrears and
//! no usage. It writes no UBL or CII, and it keeps no receivables.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::unwrap_used))]

mod bill_run;
mod error;
mod ids;
mod invoice;
mod journal;
mod lifecycle;
mod number;
mod parts;
mod policy;
mod schedule;
mod tax;
mod terms;
mod totals;

// What the public API names of other crates, so that a program needs this one alone.
pub use chrono;
pub use l2c_calendar as calendar;
pub use l2c_explain as explain;
pub use l2c_host as host;
pub use l2c_ledger as ledger;
pub use l2c_money as money;

pub use bill_run::bill_run;
pub use chrono::NaiveDate;
pub use error::InvoicingError;
pub use ids::{BillingAccountId, BillingItemId, InvoiceId};
pub use invoice::{Invoice, InvoiceDocument, InvoiceKind, InvoiceLine, PrecedingInvoice};
pub use l2c_documents::{Fault, Faults};
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
