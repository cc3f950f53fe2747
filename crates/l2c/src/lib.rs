//! Lead to cash: a lead is scored, a quote is priced, an order is fulfilled, an invoice is issued and paid, revenue
//! is recognised, a commission is computed.
//!
//! This crate mounts every room as a module and holds the [`handover`]s between them. A program that wants one
//! room depends on that crate alone (`l2c-revenue`, say), or on this one with `default-features = false` and the
//! room's feature.
//!
//! ```
//! use l2c::contracts::{Contract, ContractCommand, ContractContext};
//! use l2c::handover::{contract_to_billing, contract_to_commissions};
//! use l2c::host::{Decider, PartyId};
//! use l2c::invoicing::{BillingPolicy, BillingSchedule};
//!
//! let activate: ContractCommand = serde_json::from_str(r#"{"command": "activate", "on": "2026-01-15",
//!     "terms": {"id": "con_1", "parties": {"sold_to": "pty_acme"}, "source": "ord_1", "currency": "USD",
//!               "payment_days": 30},
//!     "items": [{"id": "cit_1.support", "source": "oln_1.support", "product": "GTXPro/support",
//!                "quantity": {"value": "1", "unit": "C62"}, "net": {"amount": "1000.00", "currency": "USD"},
//!                "supply": {"kind": "term", "period": {"start": "2026-01-15", "end": "2027-01-15"},
//!                           "billing": {"timing": "in_advance", "every_months": 4}}}]}"#)?;
//! let sales = ContractContext { by: PartyId::from_key("sales")? };
//! let contract = Contract::replay(&Contract::default().decide(&activate, &sales)?);
//!
//! // The same contract, as billing sees it and as commissions see it.
//! let (text, tax) = (|_: &_| "Support".to_owned(), |_: &_| "standard".to_owned());
//! let account = contract_to_billing(&contract, "US01".parse()?, text, tax)?;
//! let schedule = BillingSchedule::new(account, &BillingPolicy::en16931())?;
//! let charges: Vec<String> = schedule.charges().iter().map(|c| format!("{} {}", c.date, c.net)).collect();
//! assert_eq!(charges, ["2026-01-15 333.33 USD", "2026-05-15 333.34 USD", "2026-09-15 333.33 USD"]);
//!
//! let deal = contract_to_commissions(&contract, PartyId::from_key("moses")?, None, |item| item.product.clone())?;
//! assert_eq!(deal.parts["GTXPro/support"].to_string(), "1000.00 USD");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The way of a deal
//! | hand-over | what goes in | what comes out |
//! |---|---|---|
//! | [`opportunity_to_quote`](handover::opportunity_to_quote) | an opportunity that is open or won, the day of the prices | the command that drafts a quote; the value is the agreed total |
//! | [`quote_to_order`](handover::quote_to_order) | an accepted quote, and what each line sells | the terms of an order |
//! | [`order_to_contract`](handover::order_to_contract) | a delivered order, and how it is billed | the command that activates a contract |
//! | [`contract_to_billing`](handover::contract_to_billing) | a contract, the seller, texts and tax keys | a billing account, from which schedule and invoices follow |
//! | [`contract_to_revenue`](handover::contract_to_revenue) | a contract, the policy, stand-alone prices | the commands that begin the revenue contract |
//! | [`contract_to_commissions`](handover::contract_to_commissions) | a contract, its seller and the manager | the deal that a plan credits |
//! | [`commissions_to_contract_costs`](handover::commissions_to_contract_costs) | a contract, the statements that earned commission for it | what it cost to obtain, ready to be carried forward |
//! | [`invoice_to_open_item`](handover::invoice_to_open_item) | an issued invoice or credit note | the customer's account, and the command for it |
//! | [`invoice_to_revenue`](handover::invoice_to_revenue) | an issued invoice or credit note | the command that records the billing |
//!
//! No hand-over prices or rounds: what is quoted is ordered, agreed, billed, recognised and credited to the last
//! minor unit, and `tests/handovers.rs` holds that as a law. The host names each document, and what stands behind it
//! carries the key on: contract `con_C1` has items such as `cit_C1.1.licence`, the billing account `bac_C1` and the
//! revenue contract `rev_C1`.
//!
//! # Errors
//! [`HandoverError`](handover::HandoverError), and nothing has happened then:
//!
//! | code | what the caller does |
//! |---|---|
//! | `not_ready` | wait until it stands where the message says |
//! | `missing` | fill in the field, then hand over again |
//! | `unfit` | change the value, or the policy that the next room refused it under |
//!
//! # What it is not
//! It stores nothing and calls nobody: `l2c-host` has the port to a store, and the example `lead-to-cash` runs the
//! whole chain on one.

pub use chrono;

pub use l2c_calendar as calendar;
pub use l2c_documents as documents;
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

/// Runs the code of the README and of the guide as tests.
#[cfg(doctest)]
mod guide {
    #[doc = include_str!("../../../README.md")]
    mod readme {}
    #[cfg(feature = "report")]
    #[doc = include_str!("../../../docs/README.md")]
    mod how_documents_are_written {}
    #[doc = include_str!("../../../docs/commissions.md")]
    mod commissions {}
    #[doc = include_str!("../../../docs/contract-costs.md")]
    mod contract_costs {}
    #[doc = include_str!("../../../docs/contracts.md")]
    mod contracts {}
    #[doc = include_str!("../../../docs/ground-floor.md")]
    mod ground_floor {}
    #[doc = include_str!("../../../docs/hosting.md")]
    mod hosting {}
    #[doc = include_str!("../../../docs/invoicing.md")]
    mod invoicing {}
    #[doc = include_str!("../../../docs/leads.md")]
    mod leads {}
    #[doc = include_str!("../../../docs/orders.md")]
    mod orders {}
    #[doc = include_str!("../../../docs/performance.md")]
    mod performance {}
    #[doc = include_str!("../../../docs/pricing.md")]
    mod pricing {}
    #[doc = include_str!("../../../docs/quotes.md")]
    mod quotes {}
    #[doc = include_str!("../../../docs/receivables.md")]
    mod receivables {}
    #[doc = include_str!("../../../docs/revenue.md")]
    mod revenue {}
}
