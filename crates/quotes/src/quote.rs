use chrono::NaiveDate;
use l2c_host::{Decider, DomainEvent, PartyId, PartyRoles};
use l2c_pricing::{DocumentRef, PricedQuote};

use crate::{
    OpenApproval, QUOTE_MACHINE, QuoteCommand, QuoteContext, QuoteEvent, QuoteFact, QuoteRefusal,
    QuoteStatus, QuoteTerms, RequiredApproval,
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
}

/// A version of a quote. Once it is presented it never changes but for the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuoteVersion {
    number: u32,
    status: QuoteStatus,
    since: NaiveDate,
    terms: QuoteTerms,
    submission: Option<Submission>,
    reference: Option<String>,
}

/// What was submitted: frozen figures, and the approvals that they need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// Who submitted.
    pub by: PartyId,
    /// When.
    pub on: NaiveDate,
    /// The figures.
    pub priced: PricedQuote,
    /// The approval matrix that was asked.
    pub matrix: DocumentRef,
    required: Vec<Required>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Required {
    approval: RequiredApproval,
    given: usize,
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
        self.versions().find(|version| version.number == number)
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
}

impl QuoteVersion {
    fn new(number: u32, since: NaiveDate, terms: QuoteTerms) -> Self {
        Self {
            number,
            status: QUOTE_MACHINE.initial,
            since,
            terms,
            submission: None,
            reference: None,
        }
    }

    /// Its number, from 1.
    #[must_use]
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// Where it stands.
    #[must_use]
    pub const fn status(&self) -> QuoteStatus {
        self.status
    }

    /// The effective date since when it stands there.
    #[must_use]
    pub const fn since(&self) -> NaiveDate {
        self.since
    }

    /// What it offers.
    #[must_use]
    pub const fn terms(&self) -> &QuoteTerms {
        &self.terms
    }

    /// What was submitted; none in a draft, whose prices are not frozen.
    #[must_use]
    pub const fn submission(&self) -> Option<&Submission> {
        self.submission.as_ref()
    }

    /// The frozen figures; none in a draft.
    #[must_use]
    pub fn priced(&self) -> Option<&PricedQuote> {
        self.submission.as_ref().map(|submission| &submission.priced)
    }

    /// The customer's own reference, once it is accepted.
    #[must_use]
    pub fn reference(&self) -> Option<&str> {
        self.reference.as_deref()
    }

    /// The approvals that can be given now, in the order of the matrix.
    #[must_use]
    pub fn open_approvals(&self) -> Vec<OpenApproval<'_>> {
        if self.status != QuoteStatus::InApproval {
            return Vec::new();
        }
        self.submission.as_ref().map(Submission::open).unwrap_or_default()
    }
}

impl Submission {
    /// The approvals that it needs, given or not.
    pub fn required(&self) -> impl Iterator<Item = &RequiredApproval> {
        self.required.iter().map(|required| &required.approval)
    }

    /// How many approvals have not been given yet, those included whose turn has not come.
    #[must_use]
    pub fn missing(&self) -> usize {
        self.required
            .iter()
            .map(|r| r.approval.approvers.len().saturating_sub(r.given))
            .sum()
    }

    fn open(&self) -> Vec<OpenApproval<'_>> {
        self.required
            .iter()
            .filter_map(|required| {
                let role = required.approval.approvers.get(required.given)?;
                Some(OpenApproval {
                    required: &required.approval,
                    role,
                })
            })
            .collect()
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
            ) => vec![QuoteFact::Drafted {
                id: id.clone(),
                parties: parties.clone(),
                opportunity: opportunity.clone(),
                terms: terms.clone(),
            }],
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
                });
            }
            return self;
        };
        // An event that the table does not know from here has no place in this history: it moves nothing.
        let Some(status) = QUOTE_MACHINE.target(head.latest.status, event.name()) else {
            return self;
        };
        if status != head.latest.status {
            head.latest.status = status;
            head.latest.since = event.on;
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

impl QuoteVersion {
    fn apply(&mut self, event: &QuoteEvent) {
        match &event.what {
            QuoteFact::Edited { terms } => self.terms = terms.clone(),
            QuoteFact::Submitted {
                priced,
                matrix,
                required,
            } => {
                let of = |approval: &RequiredApproval| Required {
                    approval: approval.clone(),
                    given: 0,
                };
                self.submission = Some(Submission {
                    by: event.by.clone(),
                    on: event.on,
                    priced: priced.clone(),
                    matrix: matrix.clone(),
                    required: required.iter().map(of).collect(),
                });
            }
            QuoteFact::ApprovalGiven { rule, .. } => {
                let required = self
                    .submission
                    .iter_mut()
                    .flat_map(|submission| &mut submission.required);
                for required in required.filter(|required| required.approval.rule == *rule) {
                    required.given = required.given.saturating_add(1);
                }
            }
            // A draft has no frozen figures.
            QuoteFact::Recalled | QuoteFact::Reopened => self.submission = None,
            QuoteFact::Accepted { reference } => self.reference = reference.clone(),
            QuoteFact::Drafted { .. }
            | QuoteFact::Approved
            | QuoteFact::Rejected { .. }
            | QuoteFact::Presented
            | QuoteFact::Declined { .. }
            | QuoteFact::Withdrawn
            | QuoteFact::Expired
            | QuoteFact::Revised { .. } => {}
        }
    }
}
