//! Revenue from contracts with customers under ASC 606 and IFRS 15: obligations, allocation, schedules, contract
//! balances and journals.
//!
//! A contract is a stream of dated facts. [`project`] turns them into every figure as of a day and as known at a
//! moment; [`explain()`] derives any of these figures step by step, with its paragraphs, from the same code.
//!
//! ```
//! use l2c_calendar::Period;
//! use l2c_host::{Decider, NaiveDate};
//! use l2c_money::{Currency, Money};
//! use l2c_revenue::*;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let usd = |cents| Money::from_minor(cents, Currency::USD);
//! let day = |text: &str| text.parse::<NaiveDate>();
//! let promise = |id: &str, ssp, measure| Obligation {
//!     id: id.into(), description: id.into(), ssp: StandalonePrice::observable(ssp), measure,
//! };
//! // A licence and a year of support, sold together for 1,000 instead of 1,200.
//! let terms = Terms::new(TermsDocument {
//!     contract: "rev_1".parse()?, customer: "pty_acme".parse()?, entity: "US01".parse()?,
//!     currency: Currency::USD,
//!     consideration: vec![Consideration::Fixed { id: "price".into(), amount: usd(100_000)? }],
//!     obligations: vec![
//!         promise("licence", usd(90_000)?, Measure::PointInTime),
//!         promise("support", usd(30_000)?, Measure::Time { period: None }),
//!     ],
//!     policy: RevenuePolicy::standard(),
//! })?;
//!
//! let mut contract = RevenueContract::default();
//! let commands = [
//!     RevenueCommand::Incept { terms: Box::new(terms), on: day("2017-03-15")? },
//!     RevenueCommand::Satisfy { obligation: "licence".into(), on: day("2017-03-20")? },
//!     RevenueCommand::StartService {
//!         obligation: "support".into(), period: Period::months(day("2017-03-20")?, 12)?,
//!     },
//!     RevenueCommand::RecordBilling {
//!         document: "inv_1".into(), amount: usd(100_000)?, on: day("2017-03-20")?,
//!     },
//! ];
//! for (sequence, command) in (1..).zip(&commands) {
//!     let context = RevenueContext { recorded_at: "2017-04-02T08:00:00Z".parse()?, sequence };
//!     for event in contract.decide(command, &context)? {
//!         contract = contract.evolve(&event);
//!     }
//! }
//!
//! let view = View { as_of: day("2017-04-30")?, known_at: "2017-05-01T00:00:00Z".parse()?, book: Book::Asc606 };
//! let figures = project(contract.facts(), &view)?;
//! assert_eq!(figures.obligations[0].allocated, usd(75_000)?);
//! assert_eq!(figures.obligations[1].schedule[1].amount, usd(2_055)?); // 30 of 365 days of 250.00
//! assert_eq!(figures.position().contract_liability(), usd(22_123)?);  // billed 1,000.00, recognised 778.77
//! assert_eq!(figures.postings()?.len(), 2); // one balanced entry per month
//!
//! let question = Question::Recognised { obligation: "support".into(), month: "2017-04".parse()? };
//! let why = explain(contract.facts(), &view, &question)?;
//! assert_eq!(why.recompute()?, usd(2_055)?.exact());
//! # Ok(())
//! # }
//! ```
//!
//! # Where things are
//! - [`Terms`]: the checked promises of a contract, from a [`TermsDocument`] with [`Consideration`],
//!   [`Obligation`], [`StandalonePrice`], [`Measure`] and the [`RevenuePolicy`] it is accounted for under.
//! - [`RevenueContract`]: the decider, with [`RevenueCommand`], [`RevenueEvent`], [`RevenueRefusal`].
//! - [`project`] with a [`View`] gives a [`Projection`]: allocation, schedules, [`ContractMonth`]s with their
//!   [`NetPosition`]; [`Projection::postings`] the journal, [`Projection::post`] what is still to be posted.
//! - [`explain()`]: why a figure is what it is, by [`Question`].
//! - [`RevenueWaterfall`], [`BalanceRollForward`], [`Projection::schedule_rows`]: reports over many contracts.
//!
//! # Errors
//! [`RevenueError`], of documents and figures:
//!
//! | code | what the caller does |
//! |---|---|
//! | `invalid_terms`, `count`, `text`, `duplicate_id`, `currency_mismatch`, `invalid_amount`, `term_too_long` | correct the terms; every fault is listed with its path |
//! | `negative_standalone_price`, `no_allocation_basis` | correct the stand-alone selling prices |
//! | `not_in_books` | ask for a later moment |
//! | `unknown_obligation` | ask for one of the contract; from [`project`], the stream is not of this contract |
//! | codes of `l2c-money`, `l2c-calendar`, `l2c-ledger` | as their pages say |
//!
//! [`RevenueRefusal`], of commands, which then have changed nothing:
//!
//! | code | what the caller does |
//! |---|---|
//! | `not_begun` | begin the contract first |
//! | `already_begun` | give another contract another id |
//! | `before_inception` | correct the date: nothing is recognised before there is a contract |
//! | `unknown_obligation`, `wrong_measure` | correct the hand-over |
//! | `already_satisfied`, `already_started`, `document_recorded` | the fact is known with other content: look which one is right |
//! | `term_too_long`, `invalid_amount`, `too_much_billed` | correct the input |
//! | `sequence_used` | give the fact its own number |
//!
//! # What it is not
//! It keeps no books and closes no period: [`FiscalCalendar`](l2c_calendar::FiscalCalendar) says what is closed,
//! the host keeps what was posted. Variable consideration, modifications, financing, returns, contract costs and
//! other measures of progress are not here yet.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod allocation;
mod book;
mod consideration;
mod contract;
mod error;
mod event;
mod explanation;
mod history;
mod obligation;
mod policy;
mod position;
mod posting;
mod projection;
mod recognition;
mod refusal;
mod report;
mod terms;

// What the public API names of other crates, so that a program needs this one alone.
pub use chrono;
pub use l2c_calendar as calendar;
pub use l2c_explain as explain;
pub use l2c_host as host;
pub use l2c_ledger as ledger;
pub use l2c_money as money;

pub use book::{Book, Paragraph};
pub use consideration::Consideration;
pub use contract::{REVENUE_MACHINE, RevenueCommand, RevenueContext, RevenueContract, RevenueStatus};
pub use error::RevenueError;
pub use event::{Fact, RevenueEvent};
pub use explanation::{Question, explain};
pub use l2c_documents::{Fault, Faults};
pub use obligation::{MAX_TERM_MONTHS, Measure, Obligation, StandalonePrice};
pub use policy::{BillingSide, Convention, RevenuePolicy};
pub use position::{ContractMonth, NetPosition};
pub use projection::{ObligationFigures, Projection, ScheduledMonth, View, project};
pub use refusal::RevenueRefusal;
pub use report::{BalanceRollForward, RevenueWaterfall, RollForwardRow, ScheduleRow, WaterfallRow};
pub use terms::{MAX_MINOR_UNITS, MAX_OBLIGATIONS, RevenueContractId, Terms, TermsDocument};
