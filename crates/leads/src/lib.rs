//! Leads and opportunities: scoring by rules, qualification, routing, the sales pipeline and a weighted
//! forecast. Every figure is exact, is rounded once when it is given out, and explains itself.
//!
//! ```
//! use l2c_leads::{ScoringDocument, ScoringModel};
//! use l2c_rules::{FactTypes, Facts};
//!
//! let document: ScoringDocument = serde_json::from_str(r#"{
//!     "id": "scoring", "version": 1,
//!     "rules": [
//!         {"id": "large", "when": {"fact": "employees", "gte": "1000"}, "points": "40", "reason": "A large company"},
//!         {"id": "west", "when": {"fact": "office", "eq": "West"}, "points": "15", "reason": "A strong office"}
//!     ],
//!     "thresholds": {"up": "50", "down": "40"}
//! }"#)?;
//! let model = ScoringModel::new(&document, &FactTypes::new().number("employees").text("office"))?;
//! let facts = Facts::new().number("employees", 1_200_i64).text("office", "West");
//! let card = model.score(&facts);
//! assert_eq!((card.total.to_string().as_str(), card.qualified), ("55", true));
//! assert_eq!(model.explain(&facts).derivation.recompute()?, card.total);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where things are
//! - [`ScoringModel`]: points for conditions, with caps and floors, grades and [`Thresholds`].
//! - [`Lead`]: its life from new to converted ([`LEAD_MACHINE`]). [`Routing`]: who gets it.
//! - [`Opportunity`]: its life ([`OPPORTUNITY_MACHINE`]); the status follows from its [`Standing`].
//!   [`SalesProcess`]: the stages and their probabilities.
//! - [`Forecaster`]: the [`Pipeline`] by stage, owner, status or currency, and the [`Forecast`] by quarter.
//!
//! # Errors
//! | code | what the caller does |
//! |---|---|
//! | `duplicate_id`, `empty_id` | give every entry an id of its own |
//! | `unknown_category`, `unknown_stage` | name one that the document has |
//! | `floor_above_cap`, `invalid_grade`, `invalid_thresholds` | put the limits in order |
//! | `probability_out_of_range` | state a probability from 0 to 1, a percentage from 0 to 100 |
//! | `assigns_nothing` | give the routing rule an owner or a territory |
//! | `missing_probability` | give the stage or the opportunity a probability |
//! | `missing_rate`, `foreign_rate` | give a rate into the currency of the report |
//! | `missing_close_date` | say when the opportunity was won |
//! | `no_such_figure` | ask for a group or a quarter that the report has |
//! | `illegal_transition`, `out_of_order` | a refused command: show the message; nothing has changed |
//! | those of `l2c-rules`, `l2c-money`, `l2c-calendar` | as said there |
//!
//! Faults of documents come all at once, each with its path ([`Faults`]).
//!
//! # What it is not
//! It learns nothing: probabilities are stated by stage, by a person or by a model of the host. It does not
//! price: what an opportunity without a value may bring is an estimate that the host gives and the report
//! shows as one.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod document;
mod error;
mod forecast;
mod forecaster;
mod id;
mod lead;
mod lead_status;
mod opportunity;
mod opportunity_decider;
mod pipeline;
mod qualification;
mod routing;
mod sales_process;
mod scoring;
mod standing;

// What the public API names of other crates, so that a program needs this one alone.
pub use chrono;
pub use l2c_calendar as calendar;
pub use l2c_explain as explain;
pub use l2c_host as host;
pub use l2c_money as money;
pub use l2c_rules as rules;

pub use error::LeadsError;
pub use forecast::{Forecast, ForecastFigure, QuarterForecast};
pub use forecaster::{ForecastDocument, Forecaster, WithoutValue};
pub use id::{LeadId, OpportunityId};
pub use l2c_documents::{Fault, Faults};
pub use lead::{Lead, LeadCommand, LeadEvent, LeadRefusal, LeadScore};
pub use lead_status::{LEAD_MACHINE, LeadStatus};
pub use opportunity::{
    Opportunity, OpportunityAction, OpportunityCommand, OpportunityEvent, OpportunityFact,
    OpportunityProfile, OpportunityRefusal,
};
pub use pipeline::{GroupBy, Pipeline, PipelineFigure, PipelineItem, PipelineLine, PipelineSums};
pub use qualification::Thresholds;
pub use routing::{AssignedBy, Assignment, Routing, RoutingDocument, RoutingRule};
pub use sales_process::{Probability, SalesProcess, SalesProcessDocument, Stage, StageEntry};
pub use scoring::{
    Category, Disqualifier, GradeBand, ScoreExplanation, Scorecard, ScoringDocument, ScoringModel,
    ScoringRule,
};
pub use standing::{OPPORTUNITY_MACHINE, OpportunityStatus, Standing};
