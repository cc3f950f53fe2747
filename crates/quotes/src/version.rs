use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use l2c_host::PartyId;
use l2c_money::{Money, MoneyError};
use l2c_pricing::{Engine, PricedLine, PricedQuote};
use serde::{Deserialize, Serialize};

use crate::terms::is_chosen;
use crate::{
    Amendment, ApprovalRequest, CounterOffer, OfferFigures, QUOTE_MACHINE, QuoteEvent, QuoteFact,
    QuoteRefusal, QuoteStatus, QuoteTerms, RequiredApproval,
};

/// A version of a quote. Once it is presented it never changes but for what the customer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuoteVersion {
    pub(crate) number: u32,
    pub(crate) status: QuoteStatus,
    pub(crate) since: NaiveDate,
    terms: QuoteTerms,
    /// Of the last refresh, or of a submission that was taken back.
    draft: Option<DraftFigures>,
    submission: Option<Submission>,
    counter_offers: Vec<(NaiveDate, CounterOffer)>,
    acceptance: Option<Acceptance>,
    accepted_on: Option<NaiveDate>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct DraftFigures {
    figures: OfferFigures,
    /// Whether the request has changed since.
    outdated: bool,
}

/// What was submitted: frozen figures, and the approvals that they need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// Who submitted.
    pub by: PartyId,
    /// When.
    pub on: NaiveDate,
    /// The figures of the request.
    pub priced: PricedQuote,
    /// The figures of the alternatives, by id.
    pub alternatives: BTreeMap<String, PricedQuote>,
    /// The difference that an amendment makes, line by line as in the figures.
    pub amendment: Option<Box<Amendment>>,
    /// What the approval policy asks for.
    pub approval: ApprovalRequest,
}

/// What the customer has accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// The customer's own reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The alternative; absent: the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alternative: Option<String>,
    /// The optional lines; absent: those that were chosen before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selected: Option<BTreeSet<String>>,
    /// Whether the validity had ended, and the house let it hold.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub after_expiry: bool,
}

impl QuoteVersion {
    pub(crate) const fn new(number: u32, since: NaiveDate, terms: QuoteTerms) -> Self {
        Self {
            number,
            status: QUOTE_MACHINE.initial,
            since,
            terms,
            draft: None,
            submission: None,
            counter_offers: Vec::new(),
            acceptance: None,
            accepted_on: None,
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

    /// What the customer has offered instead, each with its day.
    #[must_use]
    pub fn counter_offers(&self) -> &[(NaiveDate, CounterOffer)] {
        &self.counter_offers
    }

    /// What the customer has accepted.
    #[must_use]
    pub const fn acceptance(&self) -> Option<&Acceptance> {
        self.acceptance.as_ref()
    }

    /// The customer's own reference, once it is accepted.
    #[must_use]
    pub fn reference(&self) -> Option<&str> {
        self.acceptance.as_ref()?.reference.as_deref()
    }

    /// The figures: frozen ones, or in a draft those of the last refresh, unless the request has changed since. Of the
    /// accepted alternative, and before that of the request.
    #[must_use]
    pub fn priced(&self) -> Option<&PricedQuote> {
        self.priced_as(self.accepted_alternative())
    }

    /// The figures of the request, or of an alternative.
    #[must_use]
    pub fn priced_as(&self, alternative: Option<&str>) -> Option<&PricedQuote> {
        match (&self.submission, alternative) {
            (Some(submission), None) => Some(&submission.priced),
            (Some(submission), Some(id)) => submission.alternatives.get(id),
            (None, _) => self.draft_figures()?.of(alternative),
        }
    }

    /// The figures of the moment, as a house sees a draft whose prices are live; once it has left draft, those of
    /// [`QuoteVersion::priced`].
    ///
    /// # Errors
    /// As [`QuoteTerms::price`].
    pub fn live(&self, engine: &Engine) -> Result<Option<PricedQuote>, QuoteRefusal> {
        if self.status == QuoteStatus::Draft {
            return self.terms.price(engine).map(|figures| Some(figures.priced));
        }
        Ok(self.priced().cloned())
    }

    /// The difference that an amendment makes to its contract, and the contract after it: frozen, or in a draft that of
    /// the last refresh. None for what sells something new.
    #[must_use]
    pub fn amendment(&self) -> Option<&Amendment> {
        match &self.submission {
            Some(submission) => submission.amendment.as_deref(),
            None => self.draft_figures()?.amendment.as_deref(),
        }
    }

    /// The lines that are part of the deal: those that are not optional, and the chosen ones. With their figures.
    #[must_use]
    pub fn lines(&self) -> Vec<&PricedLine> {
        self.priced().map_or_else(Vec::new, |priced| self.chosen(priced))
    }

    /// The lines of some figures of this version that are part of the deal.
    #[must_use]
    pub fn chosen<'a>(&self, priced: &'a PricedQuote) -> Vec<&'a PricedLine> {
        let optional = self.choice_in(self.accepted_alternative());
        priced
            .lines()
            .iter()
            .filter(|line| is_chosen(&optional, line))
            .collect()
    }

    /// The sum of the nets of [`QuoteVersion::lines`]; none without figures.
    ///
    /// # Errors
    /// A sum outside the bounds of money.
    pub fn total(&self) -> Result<Option<Money>, MoneyError> {
        self.priced().map(|priced| self.total_of(priced)).transpose()
    }

    /// The same of other figures of this version, such as live ones.
    ///
    /// # Errors
    /// A sum outside the bounds of money.
    pub fn total_of(&self, priced: &PricedQuote) -> Result<Money, MoneyError> {
        let chosen = self.chosen(priced);
        Money::sum(chosen.iter().map(|line| &line.net), priced.currency())
    }

    /// The day on which the customer accepted.
    #[must_use]
    pub const fn accepted_on(&self) -> Option<NaiveDate> {
        self.accepted_on
    }

    fn accepted_alternative(&self) -> Option<&str> {
        self.acceptance.as_ref()?.alternative.as_deref()
    }

    /// The optional lines of the request or of an alternative, and whether they are chosen: by the customer in what was
    /// accepted, before that by who offers.
    pub(crate) fn choice_in(&self, alternative: Option<&str>) -> BTreeMap<String, bool> {
        let mut optional = self.terms.optional_of(alternative).cloned().unwrap_or_default();
        let accepted = self
            .acceptance
            .as_ref()
            .filter(|a| a.alternative.as_deref() == alternative);
        if let Some(selected) = accepted.and_then(|acceptance| acceptance.selected.as_ref()) {
            for (line, chosen) in &mut optional {
                *chosen = selected.contains(line);
            }
        }
        optional
    }

    /// The figures of the draft, unless the request has changed since.
    pub(crate) fn draft_figures(&self) -> Option<&OfferFigures> {
        let draft = self.draft.as_ref().filter(|draft| !draft.outdated)?;
        Some(&draft.figures)
    }

    /// The last figures of the draft, whatever has changed since.
    pub(crate) fn last_figures(&self) -> Option<&OfferFigures> {
        self.draft.as_ref().map(|draft| &draft.figures)
    }

    pub(crate) fn apply(&mut self, event: &QuoteEvent) {
        match &event.what {
            QuoteFact::Edited { terms } => {
                if let Some(draft) = &mut self.draft {
                    draft.outdated |= !self.terms.same_prices(terms);
                }
                self.terms = terms.clone();
            }
            QuoteFact::Refreshed { figures, .. } => self.draft = Some(DraftFigures::new(figures)),
            QuoteFact::Submitted { figures, approval } => {
                self.submission = Some(Submission {
                    by: event.by.clone(),
                    on: event.on,
                    priced: figures.priced.clone(),
                    alternatives: figures.alternatives.clone(),
                    amendment: figures.amendment.clone(),
                    approval: approval.as_ref().clone(),
                });
            }
            // A draft has no frozen figures; it keeps them as its last ones.
            QuoteFact::Recalled | QuoteFact::Reopened => {
                self.draft = self.submission.take().map(|submission| {
                    DraftFigures::new(&OfferFigures {
                        priced: submission.priced,
                        alternatives: submission.alternatives,
                        amendment: submission.amendment,
                    })
                });
            }
            QuoteFact::Countered { offer } => self.counter_offers.push((event.on, offer.clone())),
            QuoteFact::Accepted(acceptance) => {
                self.acceptance = Some(acceptance.clone());
                self.accepted_on = Some(event.on);
            }
            QuoteFact::Drafted { .. }
            | QuoteFact::ApprovalGiven(_)
            | QuoteFact::Approved
            | QuoteFact::Rejected { .. }
            | QuoteFact::Presented
            | QuoteFact::Declined { .. }
            | QuoteFact::Withdrawn
            | QuoteFact::Expired
            | QuoteFact::Abandoned { .. }
            | QuoteFact::Revised { .. }
            | QuoteFact::Ordered { .. } => {}
        }
    }
}

impl DraftFigures {
    fn new(figures: &OfferFigures) -> Self {
        Self {
            figures: figures.clone(),
            outdated: false,
        }
    }
}

impl Submission {
    /// The approvals that it needs, given or not.
    pub fn required(&self) -> impl Iterator<Item = &RequiredApproval> {
        self.approval.required()
    }
}
