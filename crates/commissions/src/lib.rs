//! Commissions: who is credited for a sale, what that earns by plan and attainment, and when it is paid.
//!
//! A plan is a checked document. The statement of a payee for a quarter is a function of the plan, the credits and
//! the statements closed before it; what changes after a statement has closed becomes an adjustment of the next.
//!
//! ```
//! use l2c_calendar::Quarter;
//! use l2c_commissions::{Deal, Plan, PlanDocument};
//!
//! let document: PlanDocument = serde_json::from_str(r#"{"id": "pln_sales", "currency": "USD", "versions": [
//!     {"version": 1, "from": "2017-Q1", "payment_lag_months": 1, "components": [
//!         {"id": "own", "credits": "primary", "parts": ["licence"], "quota": {"amount": "1000"},
//!          "rates": [{"up_to_percent": "50", "rate_percent": "4"}, {"rate_percent": "6"}]},
//!         {"id": "override", "credits": "rollup", "rates": [{"rate_percent": "1"}]}]}]}"#)?;
//! let plan = Plan::new(&document)?;
//!
//! let deal: Deal = serde_json::from_str(r#"{"id": "ord_1", "date": "2017-02-14", "seller": "pty_Ada",
//!     "manager": "pty_Max", "parts": {"licence": {"amount": "800", "currency": "USD"},
//!                                     "support": {"amount": "160", "currency": "USD"}}}"#)?;
//! let credits = plan.credits(&deal)?;
//! let quarter: Quarter = "2017-Q1".parse()?;
//! let statement = plan.statement(&deal.seller, quarter, &credits, &[])?;
//! assert_eq!(statement.earned().to_string(), "38.00 USD"); // 500 x 4 % + 300 x 6 %
//! let why = plan.explain(&deal.seller, quarter, &credits, &[], &statement.lines()[0].credit)?;
//! assert_eq!(why.recompute()?, statement.earned().exact());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where things are
//! - [`PlanDocument`] is what a user writes, [`Plan`] the checked plan; [`Fault`] one thing wrong with it.
//! - [`Deal`], [`Credit`]: [`Plan::credits`] credits the seller and the manager; [`Credit::reversed`] takes back.
//! - [`Statement`]: [`Plan::statement`] computes one, [`Plan::explain`] derives one line of it.
//! - [`StatementState`] is the life of a statement, [`STATEMENT_MACHINE`] its table.
//! - [`Statement::earning_entries`], [`Statement::payment_entry`]: the journal. [`PayeeBalance`]: what is owed.
//!
//! # Errors
//! [`CommissionError`], of plans and figures:
//!
//! | code | what the caller does |
//! |---|---|
//! | codes of a plan (`tiers_not_ascending`, `quota_not_positive`, ...) | show the [`Faults`] to its author, all at once |
//! | `no_version`, `no_quota` | extend the plan: a version for the quarter, a quota for the payee |
//! | `unknown_component` | a component with credits must stay in the plan for their quarter |
//! | `wrong_currency` | convert, by a dated rate, before crediting |
//! | `missing_part` | write the part of the deal, or correct `parts` of the component |
//! | `duplicate_credit`, `unknown_credit`, `reversal_too_large` | the credits are wrong: correct whoever made them |
//! | `foreign_statement` | give the closed statements of this payee and plan, all of them and each once |
//! | `inconsistent` | the statement was altered after it was written: do not use it |
//! | codes of `l2c-calendar`, `l2c-host`, `l2c-ledger`, `l2c-money`, `l2c-rating` | see there |
//!
//! [`StatementRefusal`], of commands, which then have changed nothing:
//!
//! | code | what the caller does |
//! |---|---|
//! | `figures_fixed` | leave the closed statement: what has changed since becomes an adjustment of the next one |
//! | `not_closed` | close the statement before paying it |
//! | `paid_too_early` | pay on a day after the end of the quarter |
//! | `already_paid` | the payment is known with another day: look which one is right |
//!
//! # What it is not
//! It does not split credits, or know draws, caps and guarantees. Whether a commission is an asset or an expense is a
//! matter of the contract that it obtained, and of `l2c-revenue`: journals here leave it in clearing.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod balance;
mod crediting;
mod document;
mod earnings;
mod error;
mod explanation;
mod ids;
mod journal;
mod lifecycle;
mod plan;
mod statement;

// What the public API names of other crates, so that a program needs this one alone.
pub use chrono;
pub use l2c_calendar as calendar;
pub use l2c_explain as explain;
pub use l2c_host as host;
pub use l2c_ledger as ledger;
pub use l2c_money as money;
pub use l2c_rating as rating;

pub use balance::PayeeBalance;
pub use crediting::{Credit, CreditKind, Deal};
pub use document::{
    ComponentDocument, PlanDocument, PlanVersionDocument, QuotaAmount, QuotaDocument, RateDocument,
};
pub use error::CommissionError;
pub use ids::{CreditId, PlanId, StatementId};
pub use l2c_documents::{Fault, Faults};
pub use lifecycle::{
    STATEMENT_MACHINE, StatementCommand, StatementEvent, StatementRefusal, StatementState, StatementStatus,
};
pub use plan::Plan;
pub use statement::{Adjustment, ComponentResult, Statement, StatementLine};
