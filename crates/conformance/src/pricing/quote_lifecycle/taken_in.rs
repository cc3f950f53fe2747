//! A quote that stands somewhere already when a case begins.

use chrono::NaiveDate;
use l2c_host::{Decider, PartyId, PartyRoles};
use l2c_quotes::{
    Acceptance, Quote, QuoteCommand, QuoteContext, QuoteEvent, QuoteFact, QuoteId, QuoteRefusal, QuoteStatus,
};
use serde_json::json;

use super::document::QuoteGiven;
use super::{Held, House, code, unexpected};
use crate::given::Stop;

impl House {
    /// A quote that stands as given.
    pub(super) fn take_in(&mut self, given: &QuoteGiven) -> Result<(), Stop> {
        let id = QuoteId::from_key(&self.quotes.len().to_string()).map_err(unexpected)?;
        let parties = PartyRoles::new(PartyId::from_key("customer").map_err(unexpected)?);
        let terms = self.terms(&given.lines, given.valid_until)?;
        let mut quote = Quote::default();
        let seller = self.context("seller", None, &self.asking)?;
        let approver = self.context("approver", None, &self.asking)?;
        let refused = |refusal: QuoteRefusal| Stop::Refused(code(&refusal));
        let mut tell = |command: &QuoteCommand, context: &QuoteContext| -> Result<Quote, Stop> {
            let events = quote.decide(command, context).map_err(refused)?;
            quote = events.iter().fold(quote.clone(), Quote::evolve);
            Ok(quote.clone())
        };
        let mut drafted = terms.clone();
        if let Some(approved) = &given.approved_discount_percent {
            let line = json!({"id": "approved", "unit_price": "0", "discount_percent": approved.0});
            drafted = self.terms(&[serde_json::from_value(line).map_err(unexpected)?], None)?;
        }
        let opportunity = given.opportunity.clone();
        let draft = QuoteCommand::Draft {
            id,
            parties,
            opportunity,
            terms: drafted,
        };
        let mut state = tell(&draft, &seller)?;
        if given.approved_discount_percent.is_some() {
            state = tell(&QuoteCommand::Submit, &seller)?;
            if state.status() == Some(QuoteStatus::InApproval) {
                tell(&QuoteCommand::Approve { comment: None }, &approver)?;
            }
            tell(&QuoteCommand::Reopen, &seller)?;
            state = tell(&QuoteCommand::Edit { terms }, &seller)?;
        }
        let facts = match given.status.as_deref().unwrap_or("draft") {
            "draft" => None,
            "in_approval" => {
                let asked = state.decide(&QuoteCommand::Submit, &seller).map_err(refused)?;
                let context = match asked.len() {
                    1 => seller,
                    _ => self.context("seller", None, &self.strict)?,
                };
                state = tell(&QuoteCommand::Submit, &context)?;
                None
            }
            "rejected_internal" => {
                tell(
                    &QuoteCommand::Submit,
                    &self.context("seller", None, &self.strict)?,
                )?;
                state = tell(
                    &QuoteCommand::Reject {
                        reason: String::new(),
                    },
                    &approver,
                )?;
                None
            }
            "approved" => Some(vec![]),
            "presented" => Some(vec![QuoteFact::Presented]),
            "accepted" => Some(vec![QuoteFact::Presented, accepted()]),
            "ordered" => Some(vec![QuoteFact::Presented, accepted(), ordered()]),
            "declined" => Some(vec![QuoteFact::Presented, QuoteFact::Declined { reason: None }]),
            "expired" => Some(vec![QuoteFact::Presented, QuoteFact::Expired]),
            "withdrawn" => Some(vec![QuoteFact::Withdrawn]),
            "abandoned" => {
                let accepted = QuoteId::from_key("other").map_err(unexpected)?;
                Some(vec![QuoteFact::Abandoned { accepted }])
            }
            other => return Err(Stop::Unknown(format!("unknown status `{other}`"))),
        };
        if let Some(facts) = facts {
            state = tell(&QuoteCommand::Submit, &self.context("seller", None, &self.free)?)?;
            let by = PartyId::from_key("seller").map_err(unexpected)?;
            for what in facts {
                let (on, by) = (NaiveDate::MIN, by.clone());
                state = state.evolve(&QuoteEvent { on, by, what });
            }
        }
        self.quotes.push(Held {
            name: given.id.clone(),
            quote: state,
            lines: given.lines.clone(),
        });
        Ok(())
    }
}

fn accepted() -> QuoteFact {
    QuoteFact::Accepted(Acceptance {
        reference: None,
        alternative: None,
        selected: None,
        after_expiry: false,
    })
}

fn ordered() -> QuoteFact {
    QuoteFact::Ordered {
        order: "order".to_owned(),
    }
}
