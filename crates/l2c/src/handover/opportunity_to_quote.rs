use chrono::NaiveDate;
use l2c_host::PartyRoles;
use l2c_leads::{Opportunity, OpportunityStatus};
use l2c_money::Quantity;
use l2c_pricing::{PriceRequest, ProductId, RequestLine};
use l2c_quotes::{QuoteCommand, QuoteId, QuoteTerms};

use super::HandoverError;
use super::error::Thing;

/// The command that drafts a quote for an opportunity: one piece of its product, priced on `priced_on`, with the
/// opportunity's value as the agreed total where it has one. The account is the sold-to party.
///
/// # Errors
/// [`HandoverError::NotReady`] if it is lost or not opened; [`HandoverError::Missing`] without an account or a
/// product; [`HandoverError::Unfit`] if the product is no id of the catalogue.
pub fn opportunity_to_quote(
    opportunity: &Opportunity,
    quote: QuoteId,
    priced_on: NaiveDate,
    valid_until: NaiveDate,
) -> Result<QuoteCommand, HandoverError> {
    let profile = opportunity.profile.as_ref();
    let id = profile.map(|p| p.opportunity.as_str()).unwrap_or_default();
    let from = Thing {
        thing: "opportunity",
        id,
        next: "quotes",
    };
    let status = opportunity.status();
    from.is(
        matches!(status, OpportunityStatus::Open | OpportunityStatus::Won),
        "open or won",
        status,
    )?;
    let account = from.needs("account", profile.and_then(|p| p.account.clone()))?;
    let product = from.needs("product", profile.and_then(|p| p.product.as_deref()))?;
    let product = from.fits("product", ProductId::new(product))?;
    let line = RequestLine::new("1", product, Quantity::pieces(1));
    let request = PriceRequest {
        target: opportunity.value().copied(),
        ..PriceRequest::new(priced_on, vec![line])
    };
    Ok(QuoteCommand::Draft {
        id: quote,
        parties: PartyRoles::new(account),
        opportunity: Some(id.to_owned()),
        terms: QuoteTerms::new(request, valid_until),
    })
}
