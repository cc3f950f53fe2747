//! Revenue from contracts with customers under ASC 606 and IFRS 15: obligations, allocation, schedules, contract
//! balances and journals.
//!
//! A contract is a stream of dated facts. [`project`] turns them into every figure as of a day and as known at a
//! moment; [`explain()`] derives any of these figures step by step, with its paragraphs, from the same code.
//!
//! ```
//! use l2c_revenue::chrono::{DateTime, NaiveDate};
//! use l2c_revenue::*;
//!
//! // A licence and a year of support, sold together for 1,000 instead of 1,200.
//! let terms: Terms = serde_json::from_str(r#"{
//!     "contract": "rev_1", "customer": "pty_acme", "entity": "US01", "currency": "USD",
//!     "consideration": [{"kind": "fixed", "id": "price", "amount": {"amount": "1000.00", "currency": "USD"}}],
//!     "obligations": [
//!         {"id": "licence", "description": "Licence", "measure": {"kind": "point_in_time"},
//!          "ssp": {"method": "observable", "price": {"amount": "900.00", "currency": "USD"}}},
//!         {"id": "support", "description": "Support", "measure": {"kind": "time", "period": {"start": "2017-03-20", "end": "2018-03-20"}},
//!          "ssp": {"method": "observable", "price": {"amount": "300.00", "currency": "USD"}}}],
//!     "policy": {"id": "ours", "version": 1}}"#)?;
//! let (day, now): (NaiveDate, _) = ("2017-03-20".parse()?, DateTime::default()); // the clock is the host's
//! let event = |sequence, fact| RevenueEvent::new(day, now, sequence, fact);
//! let facts = [event(1, Fact::Inception { terms: Box::new(terms) }), event(2, Fact::Satisfied { obligation: "licence".into() })];
//!
//! let view = View { as_of: "2017-04-30".parse()?, known_at: now, book: Book::Asc606 };
//! let figures = project(&facts, &view)?;
//! assert_eq!(figures.obligations[0].allocated.to_string(), "750.00 USD");
//! assert_eq!(figures.obligations[1].schedule[1].amount.to_string(), "20.55 USD"); // 30 of 365 days of 250.00
//! assert_eq!(figures.postings()?.len(), 2); // one balanced entry per month
//!
//! let question = Question::Recognised { obligation: "support".into(), month: "2017-04".parse()? };
//! println!("{}", explain(&facts, &view, &question)?.text());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where things are
//! - [`Terms`]: the checked promises of a contract, from a [`TermsDocument`] with [`Consideration`],
//!   [`Obligation`], [`StandalonePrice`], [`Measure`] and the [`RevenuePolicy`] it is accounted for under.
//! - [`RevenueEvent`], [`Fact`]: what happened to a contract. [`RevenueContract`]: the decider that makes events
//!   from commands, with [`RevenueCommand`], [`RevenueRefusal`].
//! - [`project`] with a [`View`] gives a [`Projection`]: allocation, schedules, [`ContractMonth`]s with their
//!   [`NetPosition`]; [`Projection::postings`] the journal, [`Projection::post`] what is still to be posted.
//! - [`ContractModification`], [`Reassessment`]: changes of a contract and of its estimates. [`effects`]: what each fact did to
//!   revenue at once.
//! - [`explain()`]: why a figure is what it is, by [`Question`].
//! - [`project_days`], [`project_periods`], [`posted_by_period`]: balances at days, movements over any fiscal periods,
//!   and what was posted when the books of a period were closed. [`project_functional`]: in the functional currency.
//! - [`remaining_obligations`], [`PeriodRollForward`], [`PortfolioDay`]: disclosures over many contracts, never netted.
//! - [`combine`]: contracts that are one. [`OpeningBalances`], [`parallel_run`]: a contract taken over in mid-life.
//! - [`judgement`]: what people have to judge, as facts; the treatment that follows, with its paragraphs.
//! - [`batch`]: allocation and schedules of contracts by the million, over columns of integers.
//! - [`contract_cost`]: what it costs to obtain and fulfil contracts: asset or expense, amortisation, impairment.
//! - [`StandalonePriceList`], [`TransactionPrice`], [`AllocationRequest`], [`ServiceSchedule`], [`FinancingComponent`]: one
//!   step of the standard asked for alone, by a document of its own; each gives figures and says why.
//! - [`ThirdPartySale`]: what is sold for others, gross or net.
//! - [`RepurchaseAgreement`]: sales that are a financing or a lease, because the goods come back.
//! - [`RenewalRight`]: options to renew that are material rights, by the practical alternative.
//! - [`Disaggregation`]: revenue cut in several ways that agree with each other.
//! - [`RevenueWaterfall`], [`BalanceRollForward`], [`Projection::schedule_rows`]: reports over many contracts.
//!
//! # Errors
//! [`RevenueError`], of documents and figures:
//!
//! | code | what the caller does |
//! |---|---|
//! | `count`, `invalid_text`, `duplicate_id`, `currency_mismatch`, `invalid_amount`, `term_too_long` | correct the terms; every fault is listed with its path |
//! | `negative_standalone_price`, `no_allocation_basis` | correct the stand-alone selling prices |
//! | `invalid_range`, `invalid_probability` | correct the figure: the message says what would be right |
//! | `unknown_reference` | name what the document has |
//! | `probabilities_not_one` | state every possible outcome |
//! | `constraint_out_of_range` | constrain to an amount from the least favourable outcome to the estimate |
//! | `unknown_element` | leave prices by unit and fees by usage to a contract |
//! | `no_rate` | correct the cash price or the payments |
//! | `invalid_term`, `invalid_rate`, `missing_field` | correct the plan of payments, its rate, the fair value |
//! | `measurement_date_not_allowed` | under ASC 606, measure non-cash consideration at inception |
//! | `ssp_not_established` | observe more sales, or estimate the price |
//! | `invalid_bundle`, `prices_do_not_sum` | correct the bundle, or the stated prices |
//! | `residual_ambiguous`, `residual_not_faithful` | estimate the price of the obligation by another method |
//! | `residual_not_permitted` | estimate the price by another method |
//! | `not_in_books` | ask for a later moment |
//! | `before_take_over` | ask for the day of the opening balances, or a later one |
//! | `billed_in_other_currency`, `billed_twice` | from [`project`], of facts that no contract has decided: correct them |
//! | `unknown_obligation` | ask for one of the contract; from [`project`], the stream is not of this contract |
//! | `quantity_exceeds_purchase` | correct the quantities: a principal sells what it has bought |
//! | `missing_tag`, `dimensions_disagree` | correct the lines of the view that is named |
//! | `missing_fact` | record the fact that the book asks for |
//! | `election_not_available` | account for it as the book asks |
//! | `convention_needs_months` | ask for calendar months, or count by day |
//! | `column_length`, `column_value`, `invalid_periods` | from a [`batch`]: correct the columns or the periods |
//! | `missing_rate`, `invalid_rate` | give a rate of exchange |
//! | `bands_overlap` | state the bands in order, each once |
//! | `unknown_fact` | ask for a fact of the contract |
//! | `functional_not_supported` | translate the contract by hand: more than billing, payments and revenue moved, or one of them fell |
//! | `policy_not_in_batch` | take such contracts one by one |
//! | codes of `l2c-money`, `l2c-calendar`, `l2c-ledger` | as their pages say |
//!
//! Of contract costs, faults of their document and [`ContractCostRefusal`](contract_cost::ContractCostRefusal):
//!
//! | code | what the caller does |
//! |---|---|
//! | `negative_amount`, `amortisation_missing`, `renewal_life_missing`, `steps_out_of_order` | correct the document |
//! | `unknown_cost`, `before_incurred`, `cost_closed` | the fact is about another cost or another day: correct it |
//! | `inside_month` | date the fact between two months, or choose a policy that accepts it |
//! | `nothing_left`, `no_term` | revise the life to a later end; of a cost by use, give other steps |
//! | `no_progress`, `invalid_progress` | give the points of the obligation that the cost follows |
//!
//! [`RevenueRefusal`], of commands, which then have changed nothing:
//!
//! | code | what the caller does |
//! |---|---|
//! | `not_begun` | begin the contract first |
//! | `already_begun` | give another contract another id |
//! | `before_inception` | correct the date: nothing is recognised before there is a contract |
//! | `unknown_obligation`, `unknown_reference`, `wrong_measure`, `duplicate_id` | correct the hand-over |
//! | `already_satisfied`, `already_started`, `milestone_reached`, `document_recorded`, `reference_used` | the fact is known with other content: look which one is right |
//! | `term_too_long`, `invalid_term`, `invalid_amount`, `too_much_billed`, `progress_out_of_range`, `return_exceeds_delivery` | correct the input |
//! | `contract_criteria_not_met` | wait for the criteria, or choose the policy that catches up |
//! | `contract_terminated`, `nothing_remaining` | make another contract |
//! | `standalone_price_required` | state the stand-alone price at the date of the modification |
//! | `not_an_estimate` | change an agreed amount by a modification |
//! | `royalty_before_use` | tell sales and usage as they occur, of a `usage` element |
//! | `estimate_outside_outcomes` | correct the estimate, or the outcomes by a modification |
//! | `credit_exceeds_receivable`, `refund_exceeds_liability` | credit or pay back at most what is owed; the credit note for a return, or for the refund of a contract that ended, is not told again |
//! | `invalid_opening` | take the contract over with each obligation and the price of the terms, before any other fact |
//! | `contradicts_later_fact` | tell `withdrawn` of the later fact that is named, then this one, then the later one as it was right |
//! | `not_withdrawable` | begin another contract |
//! | `sequence_used` | give the fact its own number |
//!
//! # What it is not
//! It keeps no books and closes no period: [`FiscalCalendar`](l2c_calendar::FiscalCalendar) says what is closed,
//! the host keeps what was posted. The guide lists what is not built yet.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod account;
mod allocation;
mod allocation_request;
mod allocation_rules;
mod balances;
pub mod batch;
mod book;
mod breakage;
mod consideration;
mod contract;
mod contract_allocation;
mod contract_context;
pub mod contract_cost;
mod convention;
mod cost_of_revenue;
mod disaggregation;
mod error;
mod event;
mod explanation;
mod financing;
mod functional;
mod history;
mod implied_rate;
mod included_consideration;
mod interest;
pub mod judgement;
mod loss_provision;
mod material_right;
mod modification;
mod modifying;
mod obligation;
mod observed_price;
mod payment_plan;
mod performance;
mod period_figures;
mod policy;
mod portfolio;
mod position;
mod posting;
mod price_context;
mod principal_agent;
mod progress;
mod projection;
mod prospective;
mod reassessment;
mod refusal;
mod remaining;
mod renewal_right;
mod replay;
mod report;
mod repurchase;
mod repurchase_position;
mod right_of_return;
mod right_to_consideration;
mod satisfaction;
mod service_schedule;
mod standalone_estimate;
mod standalone_price;
mod standalone_price_list;
mod takeover;
mod termination;
mod terms;
mod transaction_price;
mod usage_fee;
mod variable;
mod withdrawal;

// What the public API names of other crates, so that a program needs this one alone.
pub use chrono;
pub use l2c_calendar as calendar;
pub use l2c_explain as explain;
pub use l2c_host as host;
pub use l2c_ledger as ledger;
pub use l2c_money as money;

pub use allocation::AllocationMethod;
pub use allocation_request::{
    AllocatedShare, Allocation, AllocationDocument, AllocationRequest, TargetedPart,
};
pub use allocation_rules::{AllocationRules, Bundle, Reallocate};
pub use book::{Book, Paragraph};
pub use consideration::{Consideration, DistinctGoods, MeasurementDate, RetrospectiveTier};
pub use contract::{REVENUE_MACHINE, RevenueCommand, RevenueContext, RevenueContract, RevenueStatus};
pub use convention::Convention;
pub use disaggregation::{DisaggregatedView, Disaggregation, TaggedRevenue, ViewSums};
pub use error::RevenueError;
pub use event::{Fact, Reassessment, RevenueEvent, Settlement};
pub use explanation::{Question, explain};
pub use financing::{
    DiscountRate, FinancedStep, FinancingComponent, FinancingDocument, FinancingFigures, FinancingStep,
    FinancingTerms,
};
pub use functional::{FunctionalDay, FunctionalRate, RateKind, project_functional};
pub use l2c_documents::{Fault, Faults};
pub use modification::{Concession, ContractModification, ObligationChange};
pub use obligation::{Acceptance, MAX_TERM_MONTHS, Measure, Milestone, Obligation, Returns};
pub use observed_price::{Centre, MAX_OBSERVED_PRICES};
pub use payment_plan::{Compounding, DeferredPayment, Instalments, PaymentPlan};
pub use period_figures::{BookPeriod, PeriodFigures, PostedPeriod, posted_by_period, project_periods};
pub use policy::{
    BillingSide, Financing, LossPrice, LossProvision, PerformanceBeforeContract, RevenueBase, RevenuePolicy,
    StandaloneAtModification, UnbilledRight,
};
pub use portfolio::{PeriodRollForward, PortfolioDay, combine};
pub use position::{ContractDay, ContractMonth, NetPosition};
pub use principal_agent::{SupplierTerms, ThirdPartyFigure, ThirdPartyFigures, ThirdPartySale};
pub use projection::{
    Effect, Inception, ModificationFigures, ObligationFigures, Projection, ScheduledMonth, View, effects,
    project, project_days,
};
pub use refusal::RevenueRefusal;
pub use remaining::{DisclosureExpedients, RemainingObligations, remaining_obligations};
pub use renewal_right::{
    MAX_RENEWALS, Renewal, RenewalAllocation, RenewalFigure, RenewalFigures, RenewalRight,
    RenewalTermFigures, RenewedTerm,
};
pub use report::{BalanceRollForward, RevenueWaterfall, RollForwardRow, ScheduleRow, WaterfallRow};
pub use repurchase::{InterestAccrual, RepurchaseAgreement, RepurchaseOutcome, TimeValue};
pub use repurchase_position::{RepurchaseFigure, RepurchasePosition};
pub use service_schedule::{
    EarnedPeriod, ScheduleDocument, ServicePrice, ServiceSchedule, ServiceScheduleFigures,
};
pub use standalone_price::{OutsideRange, StandalonePrice};
pub use standalone_price_list::{
    ObservedBand, PricedObligation, StandalonePriceDocument, StandalonePriceFigures, StandalonePriceList,
};
pub use takeover::{BalanceDifference, OpeningBalances, OpeningObligation, ReportedBalance, parallel_run};
pub use terms::{MAX_MINOR_UNITS, MAX_OBLIGATIONS, RevenueContractId, Terms, TermsDocument};
pub use transaction_price::{
    ElementFigures, TransactionPrice, TransactionPriceDocument, TransactionPriceFigures,
};
pub use variable::{Constraint, Estimate, Outcome};
