//! Leads and opportunities: score, qualify, assign, convert; then won, lost or open.

use l2c::host::PartyId;
use l2c::leads::{
    Assignment, Lead, LeadCommand, LeadId, LeadStatus, Opportunity, OpportunityAction, OpportunityCommand,
    OpportunityId, OpportunityProfile, Routing, SalesProcess, ScoreExplanation, ScoringModel,
};
use l2c::rules::{FactTypes, Facts};

use crate::documents;
use crate::error::Failure;
use crate::import::{self, Crm, Outcome};
use crate::offer::Offer;
use crate::policy::Folder;
use crate::record::{Life, Record};
use crate::stage::{Kept, Known};

/// The stage in which open opportunities of the export stand.
const OPEN: &str = "In_Progress";

/// The documents of this stage, checked.
pub struct Policy {
    scoring: ScoringModel,
    routing: Routing,
    /// The stages of an opportunity and their probabilities.
    pub process: SalesProcess,
}

impl Policy {
    /// Reads and checks `scoring.json`, `routing.json` and `sales-process.json`.
    ///
    /// # Errors
    /// Every fault of a document.
    pub fn read(folder: &mut Folder) -> Result<Self, Failure> {
        // What is known of a lead on the day it comes in. Whether the account is filled is not among it: in such
        // exports the account is filled in when a deal is won, so it would tell the outcome.
        let types = FactTypes::new()
            .text("product")
            .number("list_price")
            .number("clicks_30_days")
            .text("office");
        let scoring = folder.read(&documents::SCORING)?;
        let routing = folder.read(&documents::ROUTING)?;
        let process = folder.read(&documents::SALES_PROCESS)?;
        Ok(Self {
            scoring: folder.check(&documents::SCORING, ScoringModel::new(&scoring, &types))?,
            routing: folder.check(&documents::ROUTING, Routing::new(&routing, &types))?,
            process: folder.check(&documents::SALES_PROCESS, SalesProcess::new(&process))?,
        })
    }
}

/// A lead and the opportunity that it became.
pub struct Case {
    /// Position in the export's opportunities.
    pub row: usize,
    /// The lead.
    pub lead: Life<Lead>,
    /// The opportunity.
    pub opportunity: Life<Opportunity>,
}

/// Takes every row of the export from lead to the outcome that it has.
///
/// # Errors
/// What a room refuses, and what the store refuses.
pub fn sell(known: &Known<'_>, policy: &Policy, kept: &mut Kept<'_>) -> Result<Vec<Case>, Failure> {
    let opportunities = &known.crm.opportunities;
    kept.record.stage("leads")?;
    let bar = kept.progress.stage("leads, opportunities", opportunities.len());
    let mut cases = Vec::with_capacity(opportunities.len());
    for (row, source) in opportunities.iter().enumerate() {
        cases.push(case(row, source, known, policy, kept.record)?);
        kept.record.boundary()?;
        bar.inc(1);
    }
    kept.record.flush()?;
    bar.finish();
    Ok(cases)
}

fn case(
    row: usize,
    source: &import::Opportunity,
    known: &Known<'_>,
    policy: &Policy,
    record: &mut Record,
) -> Result<Case, Failure> {
    let Known {
        crm, parties, offer, ..
    } = *known;
    let on = source.created;
    let lead_id = LeadId::from_key(&source.id).map_err(Failure::stage("leads", &source.id))?;
    let id = OpportunityId::from_key(&source.id).map_err(Failure::stage("leads", &source.id))?;
    let mut lead = Life::<Lead>::new(lead_id.as_str());
    let mut opportunity = Life::<Opportunity>::new(id.as_str());
    let owner: Option<PartyId> = parties.agent(&source.agent).cloned();

    let facts = facts(source, crm, offer);
    let card = policy.scoring.score(&facts);
    let assignment: Assignment = policy.routing.assign(&facts, owner.as_ref());
    let mut to_lead = |lead: &mut Life<Lead>, command: LeadCommand| {
        record
            .command(lead, &command, policy.scoring.thresholds(), on)
            .map(drop)
    };
    to_lead(
        &mut lead,
        LeadCommand::Create {
            on,
            lead: lead_id.clone(),
            account: None,
        },
    )?;
    to_lead(
        &mut lead,
        LeadCommand::Score {
            on,
            score: (&card).into(),
        },
    )?;
    to_lead(&mut lead, LeadCommand::Assign { on, assignment })?;
    if lead.state.status == LeadStatus::New {
        // The export holds opportunities, so somebody has taken this lead on in spite of its score.
        let reason = "taken on by sales".to_owned();
        to_lead(&mut lead, LeadCommand::Qualify { on, reason })?;
    }
    to_lead(&mut lead, LeadCommand::Accept { on })?;
    to_lead(
        &mut lead,
        LeadCommand::Convert {
            on,
            opportunity: id.clone(),
        },
    )?;

    let profile = OpportunityProfile {
        opportunity: id,
        lead: Some(lead_id),
        account: source
            .account
            .as_deref()
            .and_then(|name| parties.account(name))
            .cloned(),
        owner,
        product: offer
            .product(&source.product)
            .map(|product| product.as_str().to_owned()),
        value: None,
        expected_close: None,
    };
    let mut act = |on, action| {
        let command = OpportunityCommand { on, action };
        record
            .command(&mut opportunity, &command, &policy.process, on)
            .map(drop)
    };
    act(
        on,
        OpportunityAction::Open {
            profile: Box::new(profile),
            stage: Some(OPEN.to_owned()),
        },
    )?;
    match source.outcome {
        Outcome::Open => {}
        Outcome::Lost { closed } => act(
            closed,
            OpportunityAction::MarkLost {
                reason: "not stated".to_owned(),
            },
        )?,
        Outcome::Won { closed, value } => {
            if value.is_some() {
                act(closed, OpportunityAction::Revalue { value })?;
            }
            act(closed, OpportunityAction::MarkWon)?;
        }
    }
    Ok(Case {
        row,
        lead,
        opportunity,
    })
}

impl Policy {
    /// Why a lead has its score.
    pub fn explain(&self, source: &import::Opportunity, crm: &Crm, offer: &Offer) -> ScoreExplanation {
        self.scoring.explain(&facts(source, crm, offer))
    }
}

fn facts(source: &import::Opportunity, crm: &Crm, offer: &Offer) -> Facts {
    let clicks = crm.clicks_before(&source.product, source.created, 30);
    let facts = Facts::new()
        .text("product", source.product.as_str())
        .number("clicks_30_days", i64::try_from(clicks).unwrap_or(i64::MAX));
    let facts = match offer.list_price(&source.product, source.created) {
        Some(price) => facts.number("list_price", price.exact()),
        None => facts,
    };
    match crm.agents.get(&source.agent) {
        Some(agent) => facts.text("office", agent.office.as_str()),
        None => facts,
    }
}
