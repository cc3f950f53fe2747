//! Quotes: one per won opportunity that has a value; priced, approved by the policy, accepted on the closing day.

use std::sync::Arc;

use chrono::{Days, NaiveDate};
use l2c::handover::opportunity_to_quote;
use l2c::host::PartyId;
use l2c::quotes::{
    Actor, ApprovalPolicy, Approver, Quote, QuoteCommand, QuoteContext, QuoteFact, QuoteId, QuotePolicy,
    QuoteStatus,
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
    /// The rule of the policy that asked for it.
    pub rule: String,
    /// Whom it asked.
    pub approver: Approver,
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
    policy: &Arc<ApprovalPolicy>,
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
            approvals: policy,
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
    approvals: &'a Arc<ApprovalPolicy>,
}

impl Desk<'_> {
    fn context(&self, today: NaiveDate, actor: Actor) -> QuoteContext {
        QuoteContext {
            today,
            actor,
            engine: Arc::clone(&self.offer.engine),
            approvals: Arc::clone(self.approvals),
            policy: QuotePolicy::default(),
        }
    }

    /// Who has the role of an approver.
    fn approver(&self, approver: &Approver) -> Actor {
        let role = approver.to_string();
        let party = match role.as_str() {
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
        let open = quote.state.open_approvals();
        let Some(asked) = open.first().map(|open| open.approver.clone()) else {
            break;
        };
        let approver = desk.context(drafted, desk.approver(&asked));
        let events = record.command(
            &mut quote,
            &QuoteCommand::Approve { comment: None },
            &approver,
            drafted,
        )?;
        approvals = approvals.saturating_add(1);
        given.extend(events.into_iter().filter_map(|event| match event.what {
            QuoteFact::ApprovalGiven(given) => Some(Approval {
                rule: given.rule,
                approver: given.approver,
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
            alternative: None,
            selected: None,
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
pub fn approvals(folder: &mut crate::policy::Folder) -> Result<Arc<ApprovalPolicy>, Failure> {
    let document = folder.read(&documents::APPROVALS)?;
    folder
        .check(&documents::APPROVALS, ApprovalPolicy::new(&document))
        .map(Arc::new)
}
