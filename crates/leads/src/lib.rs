//! Leads and opportunities: scoring by rules, qualification, routing, the sales pipeline and a weighted
//! forecast. Every figure is exact, is rounded once when it is given out, and explains itself.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod document;
mod error;
mod forecast;
mod forecaster;
mod id;
mod lead;
mod lead_status;
mod opportunity;
mod pipeline;
mod qualification;
mod routing;
mod sales_process;
mod scoring;
mod standing;

pub use error::LeadsError;
pub use forecast::{Forecast, ForecastFigure, QuarterForecast};
pub use forecaster::{ForecastDocument, Forecaster, WithoutValue};
pub use id::{LeadId, OpportunityId};
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
