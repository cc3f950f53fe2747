//! Step 3 and 4: the transaction price, and its allocation to the obligations.

use l2c_explain::{Citation, Figure, Note, Recorder};
use l2c_money::Exact;

use crate::allocation::{Candidate, split_by_ssp};
use crate::history::History;
use crate::price_context::PriceContext;
use crate::{AllocationRules, Book, Paragraph, RevenueError};

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

/// The transaction price split over the obligations, to the minor unit: what is promised for some of them goes to these
/// (606-10-32-40), the rest to all by their stand-alone selling prices (606-10-32-31). One figure per obligation, in their
/// order; they add up to the price.
pub(crate) fn allocate<R: Recorder>(
    rec: &mut R,
    history: &History<'_>,
    book: Book,
) -> Result<Vec<Figure<R::Mark>>, RevenueError> {
    let terms = history.terms;
    let context = price_context(history, book);
    let policy = terms.policy().allocation_policy();
    let mut candidates = Vec::with_capacity(terms.obligations().len());
    for obligation in terms.obligations() {
        candidates.push(Candidate {
            id: &obligation.id,
            standalone: &obligation.ssp,
            ssp: obligation.ssp.figure(rec, &context, &obligation.id, None)?,
            stated: None,
        });
    }
    let (mut general, mut targeted) = (Vec::new(), Vec::new());
    for part in terms.consideration() {
        let included = part.included(rec, &context)?.included;
        match part.allocate_to() {
            [] => general.push(included),
            _ if included.value.is_zero() => {}
            to => targeted.push((to, included)),
        }
    }
    if targeted.is_empty() {
        let general: Vec<_> = general.iter().collect();
        let price = rec.sum(&general, || {
            context.note("transaction price", Paragraph::TRANSACTION_PRICE)
        });
        return Ok(crate::allocation::allocate(
            rec,
            &price,
            &candidates,
            &AllocationRules::default(),
            &context,
            policy,
        )?
        .amounts);
    }
    let mut parts: Vec<Vec<Figure<R::Mark>>> = vec![Vec::new(); candidates.len()];
    if !general.is_empty() {
        let general: Vec<_> = general.iter().collect();
        let price = rec.sum(&general, || {
            context.note("promised for all", Paragraph::TRANSACTION_PRICE)
        });
        let rules = AllocationRules::default();
        let general = crate::allocation::allocate(rec, &price, &candidates, &rules, &context, policy)?;
        for (parts, amount) in parts.iter_mut().zip(general.amounts) {
            parts.push(amount);
        }
    }
    for (to, amount) in targeted {
        let mut places = Vec::with_capacity(to.len());
        for id in to {
            places.push(history.position(id)?);
        }
        let weights: Vec<_> = places
            .iter()
            .map(|&place| standalone(&candidates, place))
            .collect();
        let nothing = rec.input(Exact::ZERO, || Note::new("a residual weighs nothing"));
        let weights: Vec<_> = weights.iter().map(|weight| weight.unwrap_or(&nothing)).collect();
        let split = split_by_ssp(rec, &amount, &weights, policy, &context, |index| {
            let id = to.get(index).map_or("", String::as_str);
            context.note(format!("promised for {id}"), Paragraph::TARGETED)
        })?;
        for (place, amount) in places.into_iter().zip(split) {
            if let Some(parts) = parts.get_mut(place) {
                parts.push(amount);
            }
        }
    }
    let sum = |(parts, candidate): (&Vec<Figure<R::Mark>>, &Candidate<'_, R::Mark>)| {
        let parts: Vec<_> = parts.iter().collect();
        rec.sum(&parts, || {
            context.note(format!("allocated to {}", candidate.id), Paragraph::ALLOCATION)
        })
    };
    Ok(parts.iter().zip(&candidates).map(sum).collect())
}

fn standalone<'a, M>(candidates: &'a [Candidate<'_, M>], place: usize) -> Option<&'a Figure<M>> {
    candidates.get(place)?.ssp.as_ref()
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
    Ok(price.unwrap_or_else(|| rec.input(Exact::ZERO, || Note::new("a residual has none of its own"))))
}

/// A convention of the policy that is stored with the contract.
pub(crate) fn of_policy(history: &History<'_>, field: &str) -> Citation {
    let policy = history.terms.policy();
    Citation::document(&policy.id, policy.version, field)
}
