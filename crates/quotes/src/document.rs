use chrono::NaiveDate;
use l2c_calendar::Period;
use l2c_host::PartyRoles;
use l2c_money::{Currency, Exact, Money, Quantity};
use l2c_pricing::{DocumentRef, PricedQuote, ProductId};
use serde::{Deserialize, Serialize};

use crate::terms::is_chosen;
use crate::{Quote, QuoteId, QuoteRefusal, QuoteStatus, QuoteVersion};

/// What a customer reads of a version of a quote, ready to be laid out: no approvals, no costs, no floors. Parties are
/// ids, so that names and addresses stay where they can be corrected and erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuoteDocument {
    /// The quote.
    pub quote: QuoteId,
    /// The version.
    pub version: u32,
    /// Where the version stands.
    pub status: QuoteStatus,
    /// Who buys, receives, is invoiced and pays.
    pub parties: PartyRoles,
    /// The day of the figures: of the submission.
    pub issued_on: NaiveDate,
    /// The last day on which it can be accepted.
    pub valid_until: NaiveDate,
    /// The contract that it amends; absent where it sells something new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amends: Option<String>,
    /// The currency of all amounts.
    pub currency: Currency,
    /// The price book that the list prices come from.
    pub price_book: DocumentRef,
    /// The offers side by side: the request first, then its alternatives.
    pub offers: Vec<OfferDocument>,
    /// The customer's own reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The day on which it was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_on: Option<NaiveDate>,
}

/// One of the offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferDocument {
    /// The alternative; absent: the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alternative: Option<String>,
    /// Its name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether it is the one that was accepted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub accepted: bool,
    /// The lines, those included that are not chosen.
    pub lines: Vec<OfferLine>,
    /// The list amounts of the lines that are part of it.
    pub list_total: Money,
    /// Their nets.
    pub net_total: Money,
}

/// A line of an offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferLine {
    /// Its id.
    pub id: String,
    /// The product.
    pub product: ProductId,
    /// The name for people.
    pub name: String,
    /// How much of it; below zero for what an amendment credits.
    pub quantity: Quantity,
    /// The days that it is priced for, in an amendment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// At list.
    pub list: Money,
    /// Net for one unit, exact: what is shown of it, the host decides. Absent at quantity zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_net: Option<Exact>,
    /// What is charged.
    pub net: Money,
    /// Whether the customer may take or leave it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// Whether it is part of the total.
    pub chosen: bool,
}

impl OfferDocument {
    /// List less net as a percentage of list, exact and signed; none without a list amount.
    #[must_use]
    pub fn discount_percent(&self) -> Option<Exact> {
        let (list, net) = (self.list_total.exact(), self.net_total.exact());
        ((&list - net) * Exact::integer(100)).checked_div(&list).ok()
    }
}

impl QuoteDocument {
    /// The document of a version; none before it is submitted, since a draft promises nothing.
    ///
    /// # Errors
    /// A total outside the bounds of money.
    pub fn new(quote: &Quote, version: u32) -> Result<Option<Self>, QuoteRefusal> {
        let (Some(id), Some(parties), Some(found)) = (quote.id(), quote.parties(), quote.version(version))
        else {
            return Ok(None);
        };
        let Some(submission) = found.submission() else {
            return Ok(None);
        };
        let mut offers = vec![offer(found, None, None, &submission.priced)?];
        for alternative in &found.terms().alternatives {
            if let Some(priced) = submission.alternatives.get(&alternative.id) {
                offers.push(offer(
                    found,
                    Some(&alternative.id),
                    Some(&alternative.name),
                    priced,
                )?);
            }
        }
        Ok(Some(Self {
            quote: id.clone(),
            version,
            status: found.status(),
            parties: parties.clone(),
            issued_on: submission.on,
            valid_until: found.terms().valid_until,
            amends: found
                .terms()
                .amendment
                .as_ref()
                .map(|offer| offer.contract.id.clone()),
            currency: submission.priced.currency(),
            price_book: submission.priced.price_book().clone(),
            offers,
            reference: found.reference().map(str::to_owned),
            accepted_on: found.accepted_on(),
        }))
    }
}

fn offer(
    version: &QuoteVersion,
    alternative: Option<&String>,
    name: Option<&String>,
    priced: &PricedQuote,
) -> Result<OfferDocument, QuoteRefusal> {
    let id = alternative.map(String::as_str);
    let optional = version.choice_in(id);
    let amended = version.amendment().map_or(&[][..], |amendment| &amendment.lines);
    let periods = amended
        .iter()
        .map(|line| Some(line.period))
        .chain(std::iter::repeat(None));
    let lines: Vec<OfferLine> = priced
        .lines()
        .iter()
        .zip(periods)
        .map(|(line, period)| OfferLine {
            id: line.id.clone(),
            product: line.product.clone(),
            name: line.name.clone(),
            quantity: line.quantity,
            period,
            list: line.list,
            unit_net: line.unit_net(),
            net: line.net,
            optional: optional.contains_key(&line.request_line),
            chosen: is_chosen(&optional, line),
        })
        .collect();
    let sum = |of: fn(&OfferLine) -> &Money| {
        let chosen = lines.iter().filter(|line| line.chosen);
        Money::sum(chosen.map(of), priced.currency()).map_err(l2c_pricing::PricingError::from)
    };
    let (list_total, net_total) = (sum(|line| &line.list)?, sum(|line| &line.net)?);
    Ok(OfferDocument {
        alternative: alternative.cloned(),
        name: name.cloned(),
        accepted: version
            .acceptance()
            .is_some_and(|acceptance| acceptance.alternative.as_deref() == id),
        lines,
        list_total,
        net_total,
    })
}
