use l2c_host::{Decider, PartyRoles};

use crate::{
    Approval, ApprovalFact, OpenApproval, QUOTE_MACHINE, QuoteCommand, QuoteContext, QuoteEvent, QuoteFact,
    QuoteRefusal, QuoteStatus, QuoteVersion,
};

l2c_host::typed_id!(
    /// A quote, with all its versions.
    QuoteId, "quo"
);

/// A quote: versions of one offer to one customer. The default is a quote that nobody has drafted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quote {
    head: Option<Head>,
    earlier: Vec<QuoteVersion>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) id: QuoteId,
    parties: PartyRoles,
    opportunity: Option<String>,
    pub(crate) latest: QuoteVersion,
    /// Over all versions: what was approved once stands in later ones, if the policy says so.
    pub(crate) approval: Approval,
}

impl Quote {
    /// Its id; none before it is drafted.
    #[must_use]
    pub fn id(&self) -> Option<&QuoteId> {
        self.head.as_ref().map(|head| &head.id)
    }

    /// Who buys, receives, is invoiced and pays.
    #[must_use]
    pub fn parties(&self) -> Option<&PartyRoles> {
        self.head.as_ref().map(|head| &head.parties)
    }

    /// The opportunity that it comes from.
    #[must_use]
    pub fn opportunity(&self) -> Option<&str> {
        self.head.as_ref()?.opportunity.as_deref()
    }

    /// The latest version.
    #[must_use]
    pub fn latest(&self) -> Option<&QuoteVersion> {
        self.head.as_ref().map(|head| &head.latest)
    }

    /// A version by its number, from 1.
    #[must_use]
    pub fn version(&self, number: u32) -> Option<&QuoteVersion> {
        self.versions().find(|version| version.number() == number)
    }

    /// All versions, the first one first.
    pub fn versions(&self) -> impl Iterator<Item = &QuoteVersion> {
        self.earlier.iter().chain(self.latest())
    }

    /// Where the latest version stands; none before it is drafted.
    #[must_use]
    pub fn status(&self) -> Option<QuoteStatus> {
        self.latest().map(QuoteVersion::status)
    }

    /// The approval of the latest version, with the memory of what was approved before.
    #[must_use]
    pub fn approval(&self) -> Option<&Approval> {
        self.head.as_ref().map(|head| &head.approval)
    }

    /// The approvals that can be given now, in the order of the policy.
    #[must_use]
    pub fn open_approvals(&self) -> Vec<OpenApproval<'_>> {
        match &self.head {
            Some(head) if head.latest.status() == QuoteStatus::InApproval => head.approval.open(),
            _ => Vec::new(),
        }
    }

    /// Whether a version is the latest one, the only one that commands act on.
    ///
    /// # Errors
    /// [`QuoteRefusal::UnknownVersion`] if there is no such version, [`QuoteRefusal::Superseded`] if it is an earlier
    /// one; [`QuoteRefusal::NotDrafted`] if there is none at all.
    pub fn check_version(&self, version: u32) -> Result<(), QuoteRefusal> {
        let head = self
            .head
            .as_ref()
            .ok_or(QuoteRefusal::NotDrafted { command: "answer" })?;
        head.check_version(version)
    }
}

impl Decider for Quote {
    type Command = QuoteCommand;
    type Event = QuoteEvent;
    type Context = QuoteContext;
    type Refusal = QuoteRefusal;

    fn decide(
        &self,
        command: &QuoteCommand,
        context: &QuoteContext,
    ) -> Result<Vec<QuoteEvent>, QuoteRefusal> {
        let facts = match (&self.head, command) {
            (
                None,
                QuoteCommand::Draft {
                    id,
                    parties,
                    opportunity,
                    terms,
                },
            ) => {
                terms.check()?;
                let drafted = QuoteFact::Drafted {
                    id: id.clone(),
                    parties: parties.clone(),
                    opportunity: opportunity.clone(),
                    terms: terms.clone(),
                };
                crate::decide::priced_on_edit(drafted, terms, None, context)?
            }
            (None, _) => {
                return Err(QuoteRefusal::NotDrafted {
                    command: command.name(),
                });
            }
            (Some(head), QuoteCommand::Draft { .. }) => {
                return Err(QuoteRefusal::AlreadyDrafted {
                    quote: head.id.clone(),
                });
            }
            (Some(head), _) => head.decide(command, context)?,
        };
        let event = |what| QuoteEvent {
            on: context.today,
            by: context.actor.party.clone(),
            what,
        };
        Ok(facts.into_iter().map(event).collect())
    }

    fn evolve(mut self, event: &QuoteEvent) -> Self {
        let Some(head) = &mut self.head else {
            if let QuoteFact::Drafted {
                id,
                parties,
                opportunity,
                terms,
            } = &event.what
            {
                self.head = Some(Head {
                    id: id.clone(),
                    parties: parties.clone(),
                    opportunity: opportunity.clone(),
                    latest: QuoteVersion::new(1, event.on, terms.clone()),
                    approval: Approval::default(),
                });
            }
            return self;
        };
        // An event that the table does not know from here has no place in this history: it moves nothing.
        let Some(status) = QUOTE_MACHINE.target(head.latest.status, event.what.name()) else {
            return self;
        };
        if status != head.latest.status {
            head.latest.status = status;
            head.latest.since = event.on;
        }
        if let Some(fact) = approval_fact(&event.what) {
            head.approval.apply(&fact, &event.by, event.on);
        }
        if let QuoteFact::Revised { terms } = &event.what {
            let next = QuoteVersion::new(head.latest.number.saturating_add(1), event.on, terms.clone());
            self.earlier.push(std::mem::replace(&mut head.latest, next));
        } else {
            head.latest.apply(event);
        }
        self
    }
}

/// What an event means for the approval.
fn approval_fact(what: &QuoteFact) -> Option<ApprovalFact> {
    match what {
        QuoteFact::Submitted { approval, .. } => Some(ApprovalFact::Submitted(approval.as_ref().clone())),
        QuoteFact::ApprovalGiven(given) => Some(ApprovalFact::ApprovalGiven(given.clone())),
        QuoteFact::Approved => Some(ApprovalFact::Approved),
        QuoteFact::Rejected { reason } => Some(ApprovalFact::Rejected {
            reason: reason.clone(),
        }),
        QuoteFact::Recalled => Some(ApprovalFact::Recalled),
        _ => None,
    }
}

/// What an approval decides, as events of the quote.
pub(crate) fn quote_fact(fact: ApprovalFact, figures: Option<crate::OfferFigures>) -> Option<QuoteFact> {
    Some(match fact {
        ApprovalFact::Submitted(approval) => QuoteFact::Submitted {
            figures: Box::new(figures?),
            approval: Box::new(approval),
        },
        ApprovalFact::ApprovalGiven(given) => QuoteFact::ApprovalGiven(given),
        ApprovalFact::Approved => QuoteFact::Approved,
        ApprovalFact::Rejected { reason } => QuoteFact::Rejected { reason },
        ApprovalFact::Recalled => QuoteFact::Recalled,
    })
}
