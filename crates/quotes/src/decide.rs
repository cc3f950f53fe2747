use crate::quote::Head;
use crate::{OwnRequest, QUOTE_MACHINE, QuoteCommand, QuoteContext, QuoteFact, QuoteRefusal};

impl Head {
    /// Decides a command on a quote that exists. What is legal where stands in the table alone.
    pub(crate) fn decide(
        &self,
        command: &QuoteCommand,
        context: &QuoteContext,
    ) -> Result<Vec<QuoteFact>, QuoteRefusal> {
        if let QuoteCommand::Accept { version, .. } | QuoteCommand::Decline { version, .. } = command
            && *version != self.latest.number()
        {
            let (quote, answered, latest) = (self.id.clone(), *version, self.latest.number());
            return Err(QuoteRefusal::Superseded {
                quote,
                answered,
                latest,
            });
        }
        let status = self.latest.status();
        if QUOTE_MACHINE.target(status, event_of(command)).is_none() {
            let (command, quote, version) = (command.name(), self.id.clone(), self.latest.number());
            return Err(QuoteRefusal::IllegalTransition {
                command,
                quote,
                version,
                status,
            });
        }
        match command {
            // Decided before there was a head.
            QuoteCommand::Draft { .. } => Ok(Vec::new()),
            QuoteCommand::Edit { terms } if *terms == *self.latest.terms() => Ok(Vec::new()),
            QuoteCommand::Edit { terms } => Ok(vec![QuoteFact::Edited { terms: terms.clone() }]),
            QuoteCommand::Submit => self.submit(context),
            QuoteCommand::Approve => self.approve(context),
            QuoteCommand::Reject { reason } => {
                self.answerable(context)?;
                Ok(vec![QuoteFact::Rejected {
                    reason: reason.clone(),
                }])
            }
            QuoteCommand::Recall => Ok(vec![QuoteFact::Recalled]),
            QuoteCommand::Reopen => Ok(vec![QuoteFact::Reopened]),
            QuoteCommand::Present => {
                self.still_valid(context)?;
                Ok(vec![QuoteFact::Presented])
            }
            QuoteCommand::Accept { reference, .. } => {
                self.still_valid(context)?;
                Ok(vec![QuoteFact::Accepted {
                    reference: reference.clone(),
                }])
            }
            QuoteCommand::Decline { reason, .. } => Ok(vec![QuoteFact::Declined {
                reason: reason.clone(),
            }]),
            QuoteCommand::Withdraw => Ok(vec![QuoteFact::Withdrawn]),
            QuoteCommand::Expire => match self.still_valid(context) {
                Err(_) => Ok(vec![QuoteFact::Expired]),
                Ok(()) => Err(QuoteRefusal::NotExpired {
                    quote: self.id.clone(),
                    valid_until: self.latest.terms().valid_until,
                    today: context.today,
                }),
            },
            QuoteCommand::Revise { terms } => Ok(vec![QuoteFact::Revised { terms: terms.clone() }]),
        }
    }

    /// Prices the terms, freezes the figures, and approves at once what no rule names.
    fn submit(&self, context: &QuoteContext) -> Result<Vec<QuoteFact>, QuoteRefusal> {
        self.still_valid(context)?;
        let terms = self.latest.terms();
        let priced = context.engine.price(&terms.request)?;
        let required = context
            .matrix
            .required(&priced, context.today, terms.valid_until)?;
        let approved = required.is_empty();
        let matrix = context.matrix.document().clone();
        let mut facts = vec![QuoteFact::Submitted {
            priced,
            matrix,
            required,
        }];
        if approved {
            facts.push(QuoteFact::Approved);
        }
        Ok(facts)
    }

    fn approve(&self, context: &QuoteContext) -> Result<Vec<QuoteFact>, QuoteRefusal> {
        let mut facts = self.answerable(context)?;
        let missing = self.latest.submission().map_or(0, crate::Submission::missing);
        if facts.len() == missing {
            facts.push(QuoteFact::Approved);
        }
        Ok(facts)
    }

    /// The open approvals that the actor may answer, as if given.
    fn answerable(&self, context: &QuoteContext) -> Result<Vec<QuoteFact>, QuoteRefusal> {
        let (quote, actor) = (self.id.clone(), context.actor.party.clone());
        let own = self
            .latest
            .submission()
            .is_some_and(|submission| submission.by == actor);
        if own && context.matrix.own_request() == OwnRequest::Refuse {
            return Err(QuoteRefusal::OwnRequest { quote, actor });
        }
        let open = self.latest.open_approvals();
        let given: Vec<QuoteFact> = open
            .iter()
            .filter(|open| context.actor.roles.contains(open.role))
            .map(|open| QuoteFact::ApprovalGiven {
                rule: open.required.rule.clone(),
                role: open.role.to_owned(),
            })
            .collect();
        if given.is_empty() {
            let open = open.iter().map(|open| open.role).collect::<Vec<_>>().join(", ");
            return Err(QuoteRefusal::NotOpen { quote, actor, open });
        }
        Ok(given)
    }

    fn still_valid(&self, context: &QuoteContext) -> Result<(), QuoteRefusal> {
        let (valid_until, today) = (self.latest.terms().valid_until, context.today);
        if today <= valid_until {
            return Ok(());
        }
        Err(QuoteRefusal::Expired {
            quote: self.id.clone(),
            valid_until,
            today,
        })
    }
}

/// The event that a command leads to, as the transition table names it.
const fn event_of(command: &QuoteCommand) -> &'static str {
    match command {
        QuoteCommand::Draft { .. } => "drafted",
        QuoteCommand::Edit { .. } => "edited",
        QuoteCommand::Submit => "submitted",
        QuoteCommand::Approve => "approval_given",
        QuoteCommand::Reject { .. } => "rejected",
        QuoteCommand::Recall => "recalled",
        QuoteCommand::Reopen => "reopened",
        QuoteCommand::Present => "presented",
        QuoteCommand::Accept { .. } => "accepted",
        QuoteCommand::Decline { .. } => "declined",
        QuoteCommand::Withdraw => "withdrawn",
        QuoteCommand::Expire => "expired",
        QuoteCommand::Revise { .. } => "revised",
    }
}
