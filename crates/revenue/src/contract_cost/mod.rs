//! Contract costs under ASC 340-40 and IFRS 15.91-104: what is carried forward, how it is amortised, when it is lost.
//!
//! Each cost is treated once, by what was found about it. What is carried forward becomes an asset with one schedule;
//! every event cuts that schedule, moves the carrying amount, and what is left is spread over what lies ahead: months,
//! days, or the steps of use and progress. [`project_costs`] gives every figure, [`explain_costs`] its derivation.
//!
//! ```
//! use std::collections::BTreeMap;
//! use l2c_revenue::chrono::DateTime;
//! use l2c_revenue::contract_cost::*;
//! use l2c_revenue::{Book, View};
//!
//! // A commission of 10,334.40 with payroll tax, over a contract of two years and the renewal that is expected.
//! let costs: ContractCosts = serde_json::from_str(r#"{
//!     "contract": "rev_1", "entity": "US01", "currency": "USD",
//!     "costs": [{"id": "commission", "incurred": "2026-01-15",
//!         "nature": {"kind": "obtain", "recoverable": true, "payroll_tax_rate": "0.0765", "items": [
//!             {"what": "commission", "amount": {"amount": "9600.00", "currency": "USD"}, "incremental": true},
//!             {"what": "travel", "amount": {"amount": "900.00", "currency": "USD"}, "incremental": false}]},
//!         "amortisation": {"method": "straight_line", "span": {"months": 24}, "convention": "months_touched"},
//!         "renewal": {"commission": {"kind": "judged", "commensurate": false}, "life": {"adds_months": 12}}}],
//!     "policy": {"id": "ours", "version": 1}}"#)?;
//! let events: Vec<CostEvent> = serde_json::from_str(r#"[
//!     {"effective": "2026-12-31", "recorded_at": "2027-01-08T09:00:00Z", "sequence": 1, "fact": {
//!         "type": "impairment_test", "recoverable": {"amount": {"amount": "5000.00", "currency": "USD"}}}}]"#)?;
//!
//! let view = View { as_of: "2027-01-31".parse()?, known_at: DateTime::UNIX_EPOCH, book: Book::Asc606 };
//! let before = project_costs(&costs, &events, &BTreeMap::new(), &view)?; // the test was not known then
//! assert_eq!(before.at(&CostScope::All, view.as_of)?.carrying.to_string(), "6602.53 USD"); // 23 of 36 months left
//! let view = View { known_at: "2027-02-01T00:00:00Z".parse()?, ..view };
//! let figures = project_costs(&costs, &events, &BTreeMap::new(), &view)?;
//! assert_eq!(figures.at(&CostScope::All, view.as_of)?.carrying.to_string(), "4791.67 USD"); // 23 of 24 months of 5,000
//! assert_eq!(figures.postings()?.len(), 13); // one balanced entry per month
//!
//! let question = CostQuestion::Carrying { of: CostScope::Cost("commission".into()), on: view.as_of };
//! println!("{}", explain_costs(&costs, &events, &BTreeMap::new(), &view, &question)?.text());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where things are
//! - [`ContractCosts`], checked from a [`ContractCostsDocument`]: each [`Cost`] with its [`CostNature`], its
//!   [`Amortisation`] and an [`AnticipatedRenewal`]; the [`ContractCostPolicy`] they are accounted for under.
//! - [`CostEvent`], [`CostFact`]: impairment tests, revised lives, terminations, bonuses of several contracts.
//! - [`CostProjection`]: [`CostTreatment`]s, [`CostEventFigures`], [`CostFigures`] at any day,
//!   [`CostRollForward`]s of any period, journal entries.
//! - [`explain_costs`]: why a figure is what it is, by [`CostQuestion`].
//!
//! Costs that another standard covers are named by that standard's asset and amortised there; its impairment comes
//! before the test here (340-40-35-5, IFRS 15.103).

mod amortisation;
mod asset;
mod cost;
mod costs;
mod event;
mod explanation;
mod impairment;
mod ledger;
mod outcome;
mod paragraph;
mod policy;
mod posting;
mod projection;
mod refusal;
mod schedule;
mod telling;
mod treatment;

pub use amortisation::{
    Amortisation, AnticipatedRenewal, CommissionRate, RenewalCommission, RenewedLife, Span, UseStep,
};
pub use cost::{Cost, CostItem, CostNature, OtherAsset};
pub use costs::{ContractCosts, ContractCostsDocument};
pub use event::{CostEvent, CostFact, PoolShare, Recoverable};
pub use explanation::{CostQuestion, explain_costs};
pub use ledger::ProgressPoint;
pub use outcome::{CostEventFigures, CostOutcome, PoolPart, Remaining};
pub use policy::{ContractCostPolicy, InsideMonth, ReversalCap, StepRounding, TakesEffect};
pub use projection::{CostFigures, CostMovement, CostProjection, CostRollForward, CostScope, project_costs};
pub use refusal::ContractCostRefusal;
pub use treatment::CostTreatment;
