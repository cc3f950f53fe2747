//! Step 3 and 4: the transaction price, and its allocation to the obligations.

use l2c_explain::{Citation, Figure, Note, Recorder};
use l2c_money::Exact;

use crate::history::History;
use crate::price_context::PriceContext;
use crate::{Book, Paragraph, RevenueError};

/// The transaction price: the sum of what the customer promises, as far as it counts (606-10-32-2).
pub(crate) fn transaction_price<R: Recorder>(
    rec: &mut R,
    history: &History<'_>,
    book: Book,
) -> Result<Figure<R::Mark>, RevenueError> {
    let context = price_context(history, book);
    let mut parts = Vec::new();
    for part in history.terms.consideration() {
        parts.push(part.included(rec, &context)?.included);
    }
    let parts: Vec<_> = parts.iter().collect();
    Ok(rec.sum(&parts, || {
        context.note("transaction price", Paragraph::TRANSACTION_PRICE)
    }))
}

fn price_context<'a>(history: &History<'a>, book: Book) -> PriceContext<'a> {
    let terms = history.terms;
    PriceContext {
        currency: terms.currency(),
        rounding: terms.policy().rounding_policy(),
        book,
        exclude_sales_tax: true,
        one_year_expedient: false,
        source: terms.contract().as_str(),
    }
}

/// The transaction price split over the obligations by relative stand-alone selling price, to the minor unit
/// (606-10-32-31). One figure per obligation, in their order; they add up to the price.
pub(crate) fn allocate<R: Recorder>(
    rec: &mut R,
    history: &History<'_>,
    book: Book,
) -> Result<Vec<Figure<R::Mark>>, RevenueError> {
    let terms = history.terms;
    let currency = terms.currency();
    let price = transaction_price(rec, history, book)?;
    let mut weights = Vec::with_capacity(terms.obligations().len());
    for index in 0..terms.obligations().len() {
        weights.push(standalone_price(rec, history, index, book)?);
    }
    let weights: Vec<_> = weights.iter().collect();
    let policy = terms.policy().allocation_policy();
    let name = |index: usize| terms.obligations().get(index).map_or("", |o| o.id.as_str());
    Ok(rec.shares(&price, &weights, policy, currency, |index| {
        Note::new(format!("allocated to {}", name(index)))
            .money(currency)
            .cite(book.cite(Paragraph::RELATIVE))
            .cite(of_policy(history, "remainder"))
    })?)
}

/// What the obligation at `index` would sell for alone.
pub(crate) fn standalone_price<R: Recorder>(
    rec: &mut R,
    history: &History<'_>,
    index: usize,
    book: Book,
) -> Result<Figure<R::Mark>, RevenueError> {
    let terms = history.terms;
    let context = price_context(history, book);
    let price = match terms.obligations().get(index) {
        Some(obligation) => obligation.ssp.figure(rec, &context, &obligation.id, None)?,
        None => None,
    };
    // Terms have no residual.
    Ok(price.unwrap_or_else(|| rec.input(Exact::ZERO, || Note::new("none"))))
}

/// A convention of the policy that is stored with the contract.
pub(crate) fn of_policy(history: &History<'_>, field: &str) -> Citation {
    let policy = history.terms.policy();
    Citation::document(&policy.id, policy.version, field)
}
