//! Leads and opportunities: scoring by rules, qualification, routing, the sales pipeline and a weighted
//! forecast. Every figure is exact, is rounded once when it is given out, and explains itself.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod document;
mod error;
mod forecast;
mod id;
mod lead;
mod opportunity;
mod pipeline;
mod qualification;
mod routing;
mod sales_process;
mod scoring;

pub use error::LeadsError;
pub use forecast::{Forecast, ForecastFigure, QuarterForecast};
pub use id::{LeadId, OpportunityId};
pub use lead::{LEAD_MACHINE, Lead, LeadCommand, LeadContext, LeadEvent, LeadRefusal, LeadScore, LeadStatus};
pub use opportunity::{
    OPPORTUNITY_MACHINE, Opportunity, OpportunityAction, OpportunityCommand, OpportunityEvent,
    OpportunityFact, OpportunityProfile, OpportunityRefusal, OpportunityStatus, Standing,
};
pub use pipeline::{
    ForecastDocument, Forecaster, GroupBy, Pipeline, PipelineFigure, PipelineItem, PipelineLine,
    PipelineSums, WithoutValue,
};
pub use qualification::Thresholds;
pub use routing::{AssignedBy, Assignment, Routing, RoutingDocument, RoutingRule};
pub use sales_process::{Probability, SalesProcess, SalesProcessDocument, Stage, StageEntry};
pub use scoring::{
    Category, Disqualifier, GradeBand, ScoreExplanation, Scorecard, ScoringDocument, ScoringModel,
    ScoringRule,
};
