//! Quotes: one per won opportunity that has a value; priced, approved by the matrix, accepted on the closing day.

use std::sync::Arc;

use chrono::{Days, NaiveDate};
use l2c::handover::opportunity_to_quote;
use l2c::host::PartyId;
use l2c::quotes::{
    Actor, ApprovalMatrix, Quote, QuoteCommand, QuoteContext, QuoteFact, QuoteId, QuoteStatus,
};

use crate::documents;
use crate::error::Failure;
use crate::import::Outcome;
use crate::offer::Offer;
use crate::parties::Parties;
use crate::record::{Life, Record};
use crate::selling::Case;
use crate::stage::{Kept, Known};
use crate::terms::Terms;

/// A won opportunity on its way to cash.
pub struct Deal {
    /// Position in the export's opportunities.
    pub row: usize,
    /// The day it was won.
    pub closed: NaiveDate,
    /// The accepted quote.
    pub quote: Life<Quote>,
    /// How many people had to approve it.
    pub approvals: usize,
    /// What they approved: one for each rule that asked.
    pub given: Vec<Approval>,
}

/// An approval that was given.
pub struct Approval {
    /// The rule of the matrix that asked for it.
    pub rule: String,
    /// The role that it asked for.
    pub role: String,
    /// Who gave it.
    pub by: PartyId,
    /// When.
    pub on: NaiveDate,
}

/// Quotes every won opportunity that has a value.
///
/// # Errors
/// What a room refuses, and what the store refuses.
pub fn quote(
    known: &Known<'_>,
    matrix: &Arc<ApprovalMatrix>,
    cases: &[Case],
    kept: &mut Kept<'_>,
) -> Result<Vec<Deal>, Failure> {
    let Known {
        crm,
        parties,
        offer,
        terms,
        ..
    } = *known;
    let record = &mut *kept.record;
    record.stage("quotes")?;
    let bar = kept.progress.stage("quotes", cases.len());
    let mut deals = Vec::new();
    for case in cases {
        bar.inc(1);
        let Some(source) = crm.opportunities.get(case.row) else {
            continue;
        };
        let Outcome::Won {
            closed,
            value: Some(_),
        } = source.outcome
        else {
            continue;
        };
        let seller = crm.agents.get(&source.agent);
        let (Some(agent), Some(manager)) = (
            parties.agent(&source.agent),
            seller.and_then(|agent| parties.manager(&agent.manager)),
        ) else {
            continue;
        };
        let desk = Desk {
            agent,
            manager,
            parties,
            offer,
            matrix,
        };
        deals.push(one(case, source.created, closed, terms, &desk, record)?);
        record.boundary()?;
    }
    record.flush()?;
    bar.finish();
    Ok(deals)
}

/// The people and documents behind a quote.
struct Desk<'a> {
    agent: &'a PartyId,
    manager: &'a PartyId,
    parties: &'a Parties,
    offer: &'a Offer,
    matrix: &'a Arc<ApprovalMatrix>,
}

impl Desk<'_> {
    fn context(&self, today: NaiveDate, actor: Actor) -> QuoteContext {
        QuoteContext {
            today,
            actor,
            engine: Arc::clone(&self.offer.engine),
            matrix: Arc::clone(self.matrix),
        }
    }

    /// Who has the role of an approver.
    fn approver(&self, role: &str) -> Actor {
        let party = match role {
            "director" => &self.parties.director,
            "finance" => &self.parties.finance,
            _ => self.manager,
        };
        Actor::new(party.clone(), [role])
    }
}

fn one(
    case: &Case,
    created: NaiveDate,
    closed: NaiveDate,
    terms: &Terms,
    desk: &Desk<'_>,
    record: &mut Record,
) -> Result<Deal, Failure> {
    let key = case
        .opportunity
        .state
        .profile
        .as_ref()
        .map(|p| p.opportunity.key())
        .unwrap_or_default();
    let id = QuoteId::from_key(key).map_err(Failure::stage("quotes", key))?;
    let drafted = closed
        .checked_sub_days(Days::new(terms.quote_days_before_close))
        .unwrap_or(created)
        .max(created);
    let valid_until = drafted
        .checked_add_days(Days::new(terms.quote_valid_days))
        .unwrap_or(closed);
    let draft = opportunity_to_quote(&case.opportunity.state, id.clone(), drafted, valid_until)
        .map_err(Failure::stage("quotes", key))?;

    let mut quote = Life::<Quote>::new(id.as_str());
    let seller = desk.context(drafted, Actor::new(desk.agent.clone(), ["agent"]));
    record.command(&mut quote, &draft, &seller, drafted)?;
    record.command(&mut quote, &QuoteCommand::Submit, &seller, drafted)?;
    let (mut approvals, mut given) = (0_usize, Vec::new());
    while quote.state.status() == Some(QuoteStatus::InApproval) {
        let open = quote
            .state
            .latest()
            .map(|version| version.open_approvals())
            .unwrap_or_default();
        let Some(role) = open.first().map(|open| open.role.to_owned()) else {
            break;
        };
        let approver = desk.context(drafted, desk.approver(&role));
        let events = record.command(&mut quote, &QuoteCommand::Approve, &approver, drafted)?;
        approvals = approvals.saturating_add(1);
        given.extend(events.into_iter().filter_map(|event| match event.what {
            QuoteFact::ApprovalGiven { rule, role } => Some(Approval {
                rule,
                role,
                by: event.by,
                on: event.on,
            }),
            _ => None,
        }));
    }
    record.command(&mut quote, &QuoteCommand::Present, &seller, drafted)?;
    let version = quote.state.latest().map_or(1, |version| version.number());
    let closing = desk.context(closed, Actor::new(desk.agent.clone(), ["agent"]));
    record.command(
        &mut quote,
        &QuoteCommand::Accept {
            version,
            reference: None,
        },
        &closing,
        closed,
    )?;
    Ok(Deal {
        row: case.row,
        closed,
        quote,
        approvals,
        given,
    })
}

/// Reads and checks `approvals.json`.
///
/// # Errors
/// Every fault of the document.
pub fn matrix(folder: &mut crate::policy::Folder) -> Result<Arc<ApprovalMatrix>, Failure> {
    let document = folder.read(&documents::APPROVALS)?;
    folder
        .check(&documents::APPROVALS, ApprovalMatrix::new(&document))
        .map(Arc::new)
}
