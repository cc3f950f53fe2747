use l2c_orders::{LineKind, LineTerms, OrderId, OrderLineId, OrderTerms};
use l2c_pricing::PricedLine;
use l2c_quotes::{Quote, QuoteStatus};

use super::HandoverError;
use super::error::Thing;

/// The order that an accepted quote becomes: its parties, and the lines that were taken with the net amounts that were accepted.
/// It fits a quote that has become an order already, too: asked again, it gives the same.
///
/// `kind` says what each line sells. A line of the order is named after the order and the line of the quote; its
/// product is the product's id, and behind a slash the component that the line is.
///
/// # Errors
/// [`HandoverError::NotReady`] if the quote is not accepted, or amends a contract; [`HandoverError::Missing`] if it is not drafted;
/// [`HandoverError::Unfit`] if a line's id is no key of an order.
pub fn quote_to_order(
    quote: &Quote,
    order: OrderId,
    kind: impl Fn(&PricedLine) -> LineKind,
) -> Result<OrderTerms, HandoverError> {
    let id = quote.id().map(|id| id.as_str()).unwrap_or_default();
    let from = Thing {
        thing: "quote",
        id,
        next: "orders",
    };
    let status = from.needs("version", quote.status())?;
    let is_accepted = matches!(status, QuoteStatus::Accepted | QuoteStatus::Ordered);
    from.is(is_accepted, "accepted", status)?;
    let version = from.needs("version", quote.latest())?;
    let is_sale = version.terms().amendment.is_none();
    from.is(is_sale, "a sale", "an amendment of a contract")?;
    let priced = from.needs("figures", version.priced())?;
    let parties = from.needs("parties", quote.parties())?;
    let line = |line: &PricedLine| {
        Ok(LineTerms {
            id: from.fits(
                "line",
                OrderLineId::from_key(&format!("{}.{}", order.key(), line.id)),
            )?,
            product: match &line.component {
                Some(component) => format!("{}/{component}", line.product),
                None => line.product.as_str().to_owned(),
            },
            kind: kind(line),
            quantity: line.quantity,
            net: line.net,
        })
    };
    Ok(OrderTerms {
        parties: parties.clone(),
        source: format!("{id} v{}", version.number()),
        currency: priced.currency(),
        lines: version
            .lines()
            .into_iter()
            .map(line)
            .collect::<Result<_, HandoverError>>()?,
        id: order,
    })
}
