//! Lead to cash: a lead is scored, a quote is priced, an order is fulfilled, an invoice is issued and paid, revenue
//! is recognised, a commission is computed.
//!
//! This crate mounts every room as a module and holds the [`handover`]s between them. A program that wants one
//! room depends on that crate alone (`l2c-revenue`, say), or on this one with `default-features = false` and the
//! room's feature.

pub use chrono;

pub use l2c_calendar as calendar;
pub use l2c_explain as explain;
pub use l2c_host as host;
pub use l2c_ledger as ledger;
pub use l2c_money as money;
pub use l2c_rating as rating;
pub use l2c_rules as rules;

#[cfg(feature = "commissions")]
pub use l2c_commissions as commissions;
#[cfg(feature = "contracts")]
pub use l2c_contracts as contracts;
#[cfg(feature = "invoicing")]
pub use l2c_invoicing as invoicing;
#[cfg(feature = "leads")]
pub use l2c_leads as leads;
#[cfg(feature = "orders")]
pub use l2c_orders as orders;
#[cfg(feature = "pricing")]
pub use l2c_pricing as pricing;
#[cfg(feature = "quotes")]
pub use l2c_quotes as quotes;
#[cfg(feature = "receivables")]
pub use l2c_receivables as receivables;
#[cfg(feature = "revenue")]
pub use l2c_revenue as revenue;

pub mod handover;

/// Runs the code of the README as a test.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
