//! Journal entries that balance by construction, and what is made of them: trial balance, sub-ledgers,
//! corrections by difference, exports.
//!
//! The rooms post to a [`Role`]; a [`ChartOfAccounts`] says which account of the host's ledger that is.
//!
//! ```
//! use l2c_ledger::{Header, JournalEntry, LegalEntity, Line, Role, TrialBalance};
//! use l2c_money::{Currency, Money};
//!
//! let us01 = LegalEntity::new("US01")?;
//! let day = chrono::NaiveDate::from_ymd_opt(2017, 5, 14).unwrap_or_default();
//! let header = Header {
//!     id: "je_1".into(), posting_date: day, effective_date: day,
//!     source: "inv_1 issued".into(), memo: "Invoice 2017-0001".into(), citations: vec![],
//! };
//! let (gross, net, tax) = (10_825, 10_000, 825);
//! let usd = |cents| Money::from_minor(cents, Currency::USD);
//! let entry = JournalEntry::new(header, vec![
//!     Line::debit(us01, Role::Receivable, usd(gross)?, "inv_1"),
//!     Line::credit(us01, Role::BillingClearing, usd(net)?, "inv_1"),
//!     Line::credit(us01, Role::SalesTaxPayable, usd(tax)?, "US-NY"),
//! ])?;
//!
//! let books = TrialBalance::of([&entry])?;
//! assert_eq!(books.balance(us01, Role::Receivable, Currency::USD).to_string(), "108.25 USD");
//! assert!(books.is_balanced());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where things are
//! - [`JournalEntry`], [`Header`], [`Line`], [`Role`], [`LegalEntity`]: an entry. A debit is above zero, a
//!   credit below.
//! - [`TrialBalance`]: balances by account and by subject.
//! - [`post_difference`]: what leads from the posted entries to the right ones, without touching closed
//!   months.
//! - [`ChartOfAccounts`]: from roles to a host's accounts.
//! - [`write_csv`], [`write_json`], and [`write_csv_to`], [`write_json_to`] into a writer: exports.
//!
//! # Errors
//! | code | what the caller does |
//! |---|---|
//! | `unbalanced` | The lines are wrong: a defect of whoever made them. Post nothing. |
//! | `not_in_minor_units` | Round, by a policy, before posting. |
//! | `invalid_entity`, `unknown_role` | Correct the document or the configuration. |
//! | `wrong_month` | The header closure must date the entry in the months it was given. |
//! | codes of a chart (`unknown_role`, `duplicate_role`, ...) | show the [`Faults`] to its author, all at once |
//! | `no_account` | Add the role to the chart of accounts. |
//! | `export` | Look at the writer: disk, permissions. |
//! | codes of `l2c-money`, `l2c-calendar` | As their pages say. |
//!
//! # What it is not
//! Not a general ledger: it stores nothing, numbers nothing and closes no year. Translation between
//! currencies happens before an entry is made; an entry may hold several currencies, each balanced.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod chart_of_accounts;
mod difference;
mod entity;
mod error;
mod export;
mod journal;
mod role;
mod trial_balance;

// What the public API names of other crates, so that a program needs this one alone.
pub use chrono;
pub use l2c_calendar as calendar;
pub use l2c_money as money;

pub use chart_of_accounts::{Account, AccountDocument, ChartDocument, ChartOfAccounts};
pub use difference::post_difference;
pub use entity::LegalEntity;
pub use error::LedgerError;
pub use export::{write_csv, write_csv_to, write_json, write_json_to};
pub use journal::{Header, JournalEntry, Line};
pub use l2c_documents::{Fault, Faults};
pub use role::Role;
pub use trial_balance::{SubledgerRow, TrialBalance, TrialBalanceRow};
