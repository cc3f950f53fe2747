use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use l2c_pricing::{Engine, PriceRequest, PricedLine, PricedQuote, RequestLine};
use serde::{Deserialize, Serialize};

use crate::{Amendment, AmendmentOffer, QuoteRefusal};

/// What a version of a quote offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuoteTerms {
    /// Products, quantities, price date and agreed total. An agreed total is that of all lines, optional ones too.
    pub request: PriceRequest,
    /// Lines of the request that the customer may take or leave, and whether they are chosen for now.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub optional: BTreeMap<String, bool>,
    /// Other offers side by side with the request, of which the customer takes one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<Alternative>,
    /// The change of a running contract that is offered instead of new products. The request has no lines then; its date
    /// is that of the list prices, its attributes are the facts of the policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amendment: Option<Box<AmendmentOffer>>,
    /// The last day on which it can be accepted.
    pub valid_until: NaiveDate,
}

/// One of several offers side by side. Each is priced on its own, so that none counts for a discount of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alternative {
    /// Its id, unique in the quote.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// What it offers.
    pub request: PriceRequest,
    /// Lines that the customer may take or leave, and whether they are chosen for now.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub optional: BTreeMap<String, bool>,
}

/// A change of one line of the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "edit", rename_all = "snake_case", deny_unknown_fields)]
pub enum LineEdit {
    /// A line more, after the others.
    Add {
        /// The line.
        line: RequestLine,
        /// Whether it is optional, and chosen for now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        optional: Option<bool>,
    },
    /// Another line in the place of the one with its id.
    Replace {
        /// The line.
        line: RequestLine,
        /// Whether it is optional, and chosen for now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        optional: Option<bool>,
    },
    /// A line less.
    Remove {
        /// Its id.
        line: String,
    },
}

/// The figures of an offer: those of the request, and of every alternative.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferFigures {
    /// The request.
    pub priced: PricedQuote,
    /// The alternatives, by id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub alternatives: BTreeMap<String, PricedQuote>,
    /// The difference that an amendment makes, line by line as in the figures of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amendment: Option<Box<Amendment>>,
}

impl QuoteTerms {
    /// Terms of one request, without optional lines or alternatives.
    #[must_use]
    pub const fn new(request: PriceRequest, valid_until: NaiveDate) -> Self {
        Self {
            request,
            optional: BTreeMap::new(),
            alternatives: Vec::new(),
            amendment: None,
            valid_until,
        }
    }

    /// Terms of an amendment, at the list prices of a day.
    #[must_use]
    pub fn amending(offer: AmendmentOffer, list_prices_of: NaiveDate, valid_until: NaiveDate) -> Self {
        let request = PriceRequest::new(list_prices_of, Vec::new());
        Self {
            amendment: Some(Box::new(offer)),
            ..Self::new(request, valid_until)
        }
    }

    /// The same with other lines.
    ///
    /// # Errors
    /// [`QuoteRefusal::UnknownLine`] for a line that there is not, [`QuoteRefusal::DuplicateLine`] for one that there
    /// is already.
    pub fn edited(&self, edits: &[LineEdit]) -> Result<Self, QuoteRefusal> {
        let mut terms = self.clone();
        for edit in edits {
            let lines = &mut terms.request.lines;
            let position = |id: &str| lines.iter().position(|line| line.id == id);
            let unknown = |line: &str| QuoteRefusal::UnknownLine {
                line: line.to_owned(),
            };
            match edit {
                LineEdit::Add { line, .. } if position(&line.id).is_some() => {
                    return Err(QuoteRefusal::DuplicateLine {
                        line: line.id.clone(),
                    });
                }
                LineEdit::Add { line, optional } => {
                    lines.push(line.clone());
                    terms.choose(&line.id, *optional);
                }
                LineEdit::Replace { line, optional } => {
                    let place = position(&line.id).and_then(|at| lines.get_mut(at));
                    *place.ok_or_else(|| unknown(&line.id))? = line.clone();
                    terms.choose(&line.id, *optional);
                }
                LineEdit::Remove { line } => {
                    let at = position(line).ok_or_else(|| unknown(line))?;
                    lines.remove(at);
                    terms.choose(line, None);
                }
            }
        }
        Ok(terms)
    }

    fn choose(&mut self, line: &str, optional: Option<bool>) {
        match optional {
            Some(chosen) => self.optional.insert(line.to_owned(), chosen),
            None => self.optional.remove(line),
        };
    }

    /// Optional lines are lines, alternatives have ids of their own, and an amendment stands alone.
    pub(crate) fn check(&self) -> Result<(), QuoteRefusal> {
        if let Some(amendment) = &self.amendment {
            let PriceRequest { lines, target, .. } = &self.request;
            if !lines.is_empty() || target.is_some() || !self.alternatives.is_empty() {
                let contract = amendment.contract.id.clone();
                return Err(QuoteRefusal::MixedOffer { contract });
            }
        }
        let lines = |request: &PriceRequest, optional: &BTreeMap<String, bool>| {
            let known: BTreeSet<&str> = request.lines.iter().map(|line| line.id.as_str()).collect();
            let unknown = optional.keys().find(|line| !known.contains(line.as_str()));
            unknown.map_or(Ok(()), |line| {
                Err(QuoteRefusal::UnknownLine { line: line.clone() })
            })
        };
        lines(&self.request, &self.optional)?;
        let mut seen = BTreeSet::new();
        for alternative in &self.alternatives {
            if !seen.insert(alternative.id.as_str()) {
                let alternative = alternative.id.clone();
                return Err(QuoteRefusal::DuplicateAlternative { alternative });
            }
            lines(&alternative.request, &alternative.optional)?;
        }
        Ok(())
    }

    /// What it costs now.
    ///
    /// # Errors
    /// As [`Engine::price`]; of an amendment also as [`RunningContract::amend`](crate::RunningContract::amend), or
    /// products that are not in the catalogue.
    pub fn price(&self, engine: &Engine) -> Result<OfferFigures, QuoteRefusal> {
        if let Some(amendment) = &self.amendment {
            return amendment.price(&self.request, engine);
        }
        let mut alternatives = BTreeMap::new();
        for alternative in &self.alternatives {
            alternatives.insert(alternative.id.clone(), engine.price(&alternative.request)?);
        }
        Ok(OfferFigures {
            priced: engine.price(&self.request)?,
            alternatives,
            amendment: None,
        })
    }

    /// Whether both ask for the same prices.
    pub(crate) fn same_prices(&self, other: &Self) -> bool {
        let requests = |of: &Self| -> Vec<(String, PriceRequest)> {
            let of = of.alternatives.iter();
            of.map(|a| (a.id.clone(), a.request.clone())).collect()
        };
        self.amendment == other.amendment
            && self.request == other.request
            && requests(self) == requests(other)
    }

    /// What is asked for, in the request or in an alternative; none: there is no such alternative.
    pub(crate) fn request_of(&self, alternative: Option<&str>) -> Option<&PriceRequest> {
        match alternative {
            None => Some(&self.request),
            Some(id) => {
                let found = self.alternatives.iter().find(|alternative| alternative.id == id);
                found.map(|alternative| &alternative.request)
            }
        }
    }

    /// The optional lines of the request or of an alternative, and whether they are chosen; none: there is no such
    /// alternative.
    #[must_use]
    pub fn optional_of(&self, alternative: Option<&str>) -> Option<&BTreeMap<String, bool>> {
        match alternative {
            None => Some(&self.optional),
            Some(id) => {
                let found = self.alternatives.iter().find(|alternative| alternative.id == id);
                found.map(|alternative| &alternative.optional)
            }
        }
    }
}

impl OfferFigures {
    /// The figures of the request, or of an alternative.
    #[must_use]
    pub fn of(&self, alternative: Option<&str>) -> Option<&PricedQuote> {
        match alternative {
            None => Some(&self.priced),
            Some(id) => self.alternatives.get(id),
        }
    }

    /// The request and every alternative.
    pub fn all(&self) -> impl Iterator<Item = (Option<&str>, &PricedQuote)> {
        let alternatives = self
            .alternatives
            .iter()
            .map(|(id, priced)| (Some(id.as_str()), priced));
        std::iter::once((None, &self.priced)).chain(alternatives)
    }
}

/// Whether a priced line belongs to what is chosen.
pub(crate) fn is_chosen(optional: &BTreeMap<String, bool>, line: &PricedLine) -> bool {
    optional.get(&line.request_line).copied().unwrap_or(true)
}
