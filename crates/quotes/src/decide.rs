use std::collections::BTreeSet;

use l2c_pricing::{PriceRequest, PricedQuote};
use l2c_rules::FactType;

use crate::quote::{Head, quote_fact};
use crate::{
    Acceptance, ApprovalCommand, ApprovalFigures, DraftPrices, LateAcceptance, LineEdit, OfferFigures,
    PriceMove, QUOTE_MACHINE, QuoteCommand, QuoteContext, QuoteFact, QuoteRefusal, QuoteStatus, QuoteTerms,
};

impl Head {
    /// Decides a command on a quote that exists. What is legal where stands in the table alone.
    pub(crate) fn decide(
        &self,
        command: &QuoteCommand,
        context: &QuoteContext,
    ) -> Result<Vec<QuoteFact>, QuoteRefusal> {
        if let QuoteCommand::Accept { version, .. }
        | QuoteCommand::Counter { version, .. }
        | QuoteCommand::Decline { version, .. } = command
        {
            self.check_version(*version)?;
        }
        let status = self.latest.status();
        if QUOTE_MACHINE.target(status, command.event()).is_none() {
            let (command, quote, version) = (command.name(), self.id.clone(), self.latest.number());
            return Err(QuoteRefusal::IllegalTransition {
                command,
                quote,
                version,
                status,
            });
        }
        let one = |fact| Ok(vec![fact]);
        match command {
            // Decided before there was a head.
            QuoteCommand::Draft { .. } => Ok(Vec::new()),
            QuoteCommand::Edit { terms } => self.edit(terms, context),
            QuoteCommand::EditLines { edits, valid_until } => self.edit_lines(edits, *valid_until, context),
            QuoteCommand::Refresh => self.refresh(context),
            QuoteCommand::Submit => self.submit(context),
            QuoteCommand::Approve { comment } => {
                let comment = comment.clone();
                self.approval(&ApprovalCommand::Approve { comment }, None, context)
            }
            QuoteCommand::Reject { reason } => {
                let reason = reason.clone();
                self.approval(&ApprovalCommand::Reject { reason }, None, context)
            }
            QuoteCommand::Recall => {
                let mut facts = self.approval(&ApprovalCommand::Recall, None, context)?;
                facts.extend(self.repriced(context)?);
                Ok(facts)
            }
            QuoteCommand::Reopen => {
                let mut facts = vec![QuoteFact::Reopened];
                facts.extend(self.repriced(context)?);
                Ok(facts)
            }
            QuoteCommand::Present => {
                self.still_valid(context)?;
                one(QuoteFact::Presented)
            }
            QuoteCommand::Counter { offer, .. } => one(QuoteFact::Countered { offer: offer.clone() }),
            QuoteCommand::Accept {
                reference,
                alternative,
                selected,
                ..
            } => {
                let (reference, alternative) = (reference.clone(), alternative.clone());
                self.accept(reference, alternative, selected.clone(), context)
            }
            QuoteCommand::Decline { reason, .. } => one(QuoteFact::Declined {
                reason: reason.clone(),
            }),
            QuoteCommand::Withdraw => Ok(self.closed(QuoteFact::Withdrawn, context)),
            QuoteCommand::Expire => match self.still_valid(context) {
                Err(_) => one(QuoteFact::Expired),
                Ok(()) => Err(QuoteRefusal::NotExpired {
                    quote: self.id.clone(),
                    valid_until: self.latest.terms().valid_until,
                    today: context.today,
                }),
            },
            QuoteCommand::Abandon { accepted } => {
                let accepted = accepted.clone();
                Ok(self.closed(QuoteFact::Abandoned { accepted }, context))
            }
            QuoteCommand::Revise { terms } => {
                terms.check()?;
                let revised = QuoteFact::Revised { terms: terms.clone() };
                priced_on_edit(revised, terms, None, context)
            }
            QuoteCommand::Order { order } => one(QuoteFact::Ordered { order: order.clone() }),
        }
    }

    pub(crate) fn check_version(&self, answered: u32) -> Result<(), QuoteRefusal> {
        let (quote, latest) = (self.id.clone(), self.latest.number());
        match answered {
            _ if answered == latest => Ok(()),
            1.. if answered < latest => Err(QuoteRefusal::Superseded {
                quote,
                answered,
                latest,
            }),
            _ => Err(QuoteRefusal::UnknownVersion {
                quote,
                answered,
                latest,
            }),
        }
    }

    fn edit(&self, terms: &QuoteTerms, context: &QuoteContext) -> Result<Vec<QuoteFact>, QuoteRefusal> {
        if terms == self.latest.terms() {
            return Ok(Vec::new());
        }
        terms.check()?;
        let edited = QuoteFact::Edited { terms: terms.clone() };
        priced_on_edit(edited, terms, self.latest.last_figures(), context)
    }

    fn edit_lines(
        &self,
        edits: &[LineEdit],
        valid_until: Option<chrono::NaiveDate>,
        context: &QuoteContext,
    ) -> Result<Vec<QuoteFact>, QuoteRefusal> {
        let mut terms = self.latest.terms().edited(edits)?;
        terms.valid_until = valid_until.unwrap_or(terms.valid_until);
        self.edit(&terms, context)
    }

    fn refresh(&self, context: &QuoteContext) -> Result<Vec<QuoteFact>, QuoteRefusal> {
        let figures = self.latest.terms().price(&context.engine)?;
        if self.latest.draft_figures() == Some(&figures) {
            return Ok(Vec::new());
        }
        Ok(vec![refreshed(figures, self.latest.last_figures())])
    }

    /// What going back to draft does to the prices, where they follow every edit.
    fn repriced(&self, context: &QuoteContext) -> Result<Option<QuoteFact>, QuoteRefusal> {
        if context.policy.draft_prices != DraftPrices::OnEdit {
            return Ok(None);
        }
        let figures = self.latest.terms().price(&context.engine)?;
        let frozen = self.latest.submission().map(|submission| OfferFigures {
            priced: submission.priced.clone(),
            alternatives: submission.alternatives.clone(),
            amendment: submission.amendment.clone(),
        });
        Ok((frozen.as_ref() != Some(&figures)).then(|| refreshed(figures, frozen.as_ref())))
    }

    /// An end that a draft may come to as well: live prices stay those of that moment, if there are any.
    fn closed(&self, end: QuoteFact, context: &QuoteContext) -> Vec<QuoteFact> {
        let live =
            context.policy.draft_prices == DraftPrices::Live && self.latest.status() == QuoteStatus::Draft;
        let figures = live
            .then(|| self.latest.terms().price(&context.engine).ok())
            .flatten();
        let changed = figures.filter(|figures| self.latest.draft_figures() != Some(figures));
        let last = changed.map(|figures| refreshed(figures, self.latest.last_figures()));
        last.into_iter().chain([end]).collect()
    }

    /// Freezes the figures, and asks for what the approval policy wants.
    fn submit(&self, context: &QuoteContext) -> Result<Vec<QuoteFact>, QuoteRefusal> {
        self.still_valid(context)?;
        let terms = self.latest.terms();
        let kept = self
            .latest
            .draft_figures()
            .filter(|_| context.policy.draft_prices != DraftPrices::Live);
        let figures = match kept {
            Some(figures) => figures.clone(),
            None => terms.price(&context.engine)?,
        };
        let mut asked = Vec::new();
        for (alternative, priced) in figures.all() {
            let (policy, quote) = (context.approvals.currency(), priced.currency());
            if policy != quote {
                return Err(QuoteRefusal::PolicyCurrency { policy, quote });
            }
            let request = terms.request_of(alternative).unwrap_or(&terms.request);
            let mut figures = approval_figures(priced, request, terms, context)?;
            figures.alternative = alternative.map(str::to_owned);
            if let Some(offer) = &terms.amendment {
                figures = figures.amending(offer.action.name(), priced);
            }
            asked.push(figures);
        }
        let command = ApprovalCommand::Submit(asked);
        self.approval(&command, Some(figures), context)
    }

    fn approval(
        &self,
        command: &ApprovalCommand,
        figures: Option<OfferFigures>,
        context: &QuoteContext,
    ) -> Result<Vec<QuoteFact>, QuoteRefusal> {
        let decided = self
            .approval
            .facts(command, &context.actor, context.today, &context.approvals);
        let facts = decided.map_err(|refusal| QuoteRefusal::Approval {
            quote: self.id.clone(),
            refusal,
        })?;
        let mut figures = figures;
        Ok(facts
            .into_iter()
            .filter_map(|fact| quote_fact(fact, figures.take()))
            .collect())
    }

    fn accept(
        &self,
        reference: Option<String>,
        alternative: Option<String>,
        selected: Option<BTreeSet<String>>,
        context: &QuoteContext,
    ) -> Result<Vec<QuoteFact>, QuoteRefusal> {
        let late = self.still_valid(context);
        let after_expiry = late.is_err();
        if context.policy.late_acceptance == LateAcceptance::Refuse {
            late?;
        }
        let Some(optional) = self.latest.terms().optional_of(alternative.as_deref()) else {
            return Err(QuoteRefusal::UnknownAlternative {
                quote: self.id.clone(),
                alternative: alternative.unwrap_or_default(),
            });
        };
        let unknown = selected
            .iter()
            .flatten()
            .find(|line| !optional.contains_key(*line));
        if let Some(line) = unknown {
            return Err(QuoteRefusal::UnknownLine { line: line.clone() });
        }
        Ok(vec![QuoteFact::Accepted(Acceptance {
            reference,
            alternative,
            selected,
            after_expiry,
        })])
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

/// A fact that begins or changes a draft, and the prices where they follow every edit.
pub(crate) fn priced_on_edit(
    fact: QuoteFact,
    terms: &QuoteTerms,
    before: Option<&OfferFigures>,
    context: &QuoteContext,
) -> Result<Vec<QuoteFact>, QuoteRefusal> {
    let mut facts = vec![fact];
    if context.policy.draft_prices == DraftPrices::OnEdit {
        facts.push(refreshed(terms.price(&context.engine)?, before));
    }
    Ok(facts)
}

fn refreshed(figures: OfferFigures, before: Option<&OfferFigures>) -> QuoteFact {
    let moved = before.map(|before| moved(before, &figures)).unwrap_or_default();
    QuoteFact::Refreshed {
        figures: Box::new(figures),
        moved,
    }
}

/// The lines whose nets differ: those of before in their order, then the new ones.
fn moved(before: &OfferFigures, after: &OfferFigures) -> Vec<PriceMove> {
    let nets = |priced: Option<&PricedQuote>| -> Vec<_> {
        let lines = priced.map(PricedQuote::lines).unwrap_or_default();
        lines.iter().map(|line| (line.id.clone(), line.net)).collect()
    };
    let mut moves = Vec::new();
    let alternatives: BTreeSet<Option<&str>> = before
        .all()
        .chain(after.all())
        .map(|(alternative, _)| alternative)
        .collect();
    for alternative in alternatives {
        let (then, now) = (nets(before.of(alternative)), nets(after.of(alternative)));
        let net = |of: &[(String, _)], line: &str| of.iter().find(|(id, _)| id == line).map(|(_, net)| *net);
        let new = now.iter().filter(|(line, _)| net(&then, line).is_none());
        for (line, _) in then.iter().chain(new) {
            let (before, after) = (net(&then, line), net(&now, line));
            if before != after {
                moves.push(PriceMove {
                    alternative: alternative.map(str::to_owned),
                    line: line.clone(),
                    before,
                    after,
                });
            }
        }
    }
    moves
}

/// The figures of a quote, with the facts that the policy declares: texts are attributes of the request, numbers are
/// inputs of its lines.
fn approval_figures(
    priced: &PricedQuote,
    request: &PriceRequest,
    terms: &QuoteTerms,
    context: &QuoteContext,
) -> Result<ApprovalFigures, QuoteRefusal> {
    let mut figures = ApprovalFigures::of_quote(priced, context.today, terms.valid_until)?;
    for (name, of) in context.approvals.own_facts().iter() {
        match of {
            FactType::Text => {
                if let Some(text) = request.attributes.get(name) {
                    figures.quote.set(name.to_owned(), text.as_str());
                }
            }
            FactType::Number => {
                for (line, (_, facts)) in priced.lines().iter().zip(&mut figures.lines) {
                    let asked = request.lines.iter().find(|asked| asked.id == line.request_line);
                    if let Some(input) = asked.and_then(|asked| asked.inputs.get(name)) {
                        facts.set(name.to_owned(), input.clone());
                    }
                }
            }
            FactType::Date | FactType::Flag => {}
        }
    }
    Ok(figures)
}
