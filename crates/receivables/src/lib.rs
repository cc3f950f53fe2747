//! Open items, payments and their application, bank matching, ageing.
//!
//! A [`CustomerAccount`] keeps what one customer owes one legal entity. What is open of an invoice is what
//! applications leave of it, and what is held of a payment is what they leave of that: nothing is lost, and
//! invoiced = paid + credited + open on every day.
//!
//! ```
//! use l2c_host::Decider;
//! use l2c_money::{Currency, Money};
//! use l2c_receivables::*;
//!
//! let usd = |cents| Money::from_minor(cents, Currency::USD);
//! let number = DocumentNumber::new("INV-2017-00007")?;
//! let open = AccountCommand::OpenItem {
//!     number: number.clone(), issue_date: "2017-03-01".parse()?, due_date: "2017-03-31".parse()?, total: usd(108_00)?,
//! };
//! let pay = AccountCommand::ReceivePayment {
//!     payment: PaymentId::new("pay_1")?, date: "2017-04-05".parse()?, amount: usd(110_00)?, reference: Some(number),
//! };
//! let mut account = CustomerAccount::default();
//! for command in [open, pay] {
//!     account = account.decide(&command, &())?.iter().fold(account, CustomerAccount::evolve);
//! }
//! let item = account.items().next().ok_or("no item")?;
//! assert_eq!((item.paid(), item.open(), item.status()), (usd(108_00)?, usd(0)?, ItemStatus::Paid));
//! let surplus = account.sources().map(|payment| account.held(payment)).next();
//! assert_eq!(surplus, Some(usd(2_00)?)); // an advance of the customer
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where things are
//! - [`CustomerAccount`] with [`AccountCommand`] and [`AccountEvent`]: one stream for each customer account.
//!   [`OpenItem`], [`Source`] (a payment or a credit note), [`Application`]: what it is made of.
//! - [`BankMatcher`]: from [`StatementLine`]s to [`Proposal`]s by the invoice numbers that payers quote.
//! - [`age`], [`AgeingPolicy`], [`CustomerAccount::aged_items`]: open amounts by age at any date.
//! - [`post`]: the journal entries of a decision.
//!
//! # Order
//! Events of an account stand in the order that the host gave them. Of two payments on one day the one recorded
//! first is applied first; the matcher proposes them by date, then id. A payment that names no open invoice is
//! held; what is held is applied by command, never silently.
//!
//! # Errors
//! | code | what the caller does |
//! |---|---|
//! | `invalid_number` | refuse the document: its number cannot be quoted |
//! | `invalid_edges`, `invalid_loss_rates` | show the fault to who wrote the policy |
//! | codes of `l2c-money`, `l2c-ledger` | as there: a figure is out of bounds, or currencies met |
//!
//! | refusal | what the caller does |
//! |---|---|
//! | `conflict` | ask the source which of two contents of one id is right |
//! | `unknown_item`, `unknown_source` | check the account: it may be another customer's |
//! | `invalid_amount` | refuse the input; a negative invoice is recorded as a credit |
//! | `date_too_early` | use a date on or after the one named |
//! | `currency_mismatch` | receive the money without the reference: it is held |
//! | `nothing_held`, `nothing_open` | nothing: there is nothing to apply |
//!
//! # What it is not
//! It has no discounts, write-offs, disputes, refunds, chargebacks, dunning and interest, and it exchanges no
//! currencies. It moves no money and reads no bank format.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::unwrap_used))]

mod account;
mod ageing;
mod command;
mod error;
mod event;
mod ids;
mod journal;
mod matching;
mod open_item;

// What the public API names of other crates, so that a program needs this one alone.
pub use chrono;
pub use l2c_host as host;
pub use l2c_ledger as ledger;
pub use l2c_money as money;

pub use account::CustomerAccount;
pub use ageing::{
    AgeBy, AgedItem, Ageing, AgeingPolicy, AgeingPolicyDocument, AgeingReport, CreditsIn, DisputesIn,
    LossRates, age,
};
pub use chrono::NaiveDate;
pub use command::{AccountCommand, AccountRefusal};
pub use error::ReceivablesError;
pub use event::AccountEvent;
pub use ids::{CustomerAccountId, DocumentNumber, PaymentId, SourceId};
pub use journal::post;
pub use matching::{BankMatcher, Candidate, Fit, Proposal, StatementLine};
pub use open_item::{Application, ItemStatus, OpenItem, Source};
