//! Which of the entries of one book holds for a request.

use std::cmp::Ordering;

use l2c_money::Exact;

use crate::PricingError;
use crate::price_book::{
    Because, PriceBook, PriceEntry, PriceQuery, PriceRule, SelectionDocument, SoldIn, Standing, Strategy,
    Ties,
};

/// An entry whose attributes fit, and how it fares so far.
pub(super) struct Contender<'a> {
    pub(super) entry: &'a PriceEntry,
    /// Absent: it holds.
    pub(super) out: Option<Standing>,
    /// How many of its units there are in one of the request's.
    ratio: Exact,
    access: usize,
}

/// The entries of a book whose attributes fit, in the order of the book, each with why it does not hold.
pub(super) fn contenders<'a>(
    selection: &SelectionDocument,
    book: &'a PriceBook,
    query: &PriceQuery<'_>,
) -> Result<Vec<Contender<'a>>, PricingError> {
    let matching = book.index.matching(&query.attributes).into_iter();
    let entries = matching.filter_map(|at| book.entries.get(at));
    entries.map(|entry| contender(selection, entry, query)).collect()
}

fn contender<'a>(
    selection: &SelectionDocument,
    entry: &'a PriceEntry,
    query: &PriceQuery<'_>,
) -> Result<Contender<'a>, PricingError> {
    let (ratio, access) = (Exact::ONE, 0);
    let mut contender = Contender {
        entry,
        out: None,
        ratio,
        access,
    };
    let zero = matches!(entry.rule, PriceRule::Fixed(price) if price.amount().is_zero());
    let sold = match entry.sold_in {
        None => entry.unit == query.unit,
        Some(SoldIn::Only(unit)) => unit == query.unit,
        Some(SoldIn::Any) => true,
    };
    contender.out = if !entry.validity.contains(query.at) {
        Some(Standing::NotValid)
    } else if !entry.knowledge.contains(query.known_at) {
        Some(Standing::NotKnown)
    } else if !sold || (query.units.is_none() && entry.unit != query.unit) {
        Some(Standing::OtherUnit)
    } else if zero && selection.zero_is_no_price {
        Some(Standing::ZeroPrice)
    } else if let Strategy::AccessSequence { accesses } = &selection.strategy {
        match accesses.iter().position(|access| entry.names_exactly(access)) {
            None => Some(Standing::NoAccess),
            Some(access) => {
                contender.access = access;
                None
            }
        }
    } else {
        None
    };
    if contender.out.is_some() {
        return Ok(contender);
    }
    if entry.min_quantity.is_some() || entry.max_quantity.is_some() {
        contender.ratio = units_in_one(query, entry)?;
        let quantity = &query.quantity * &contender.ratio;
        let below = entry.min_quantity.as_ref().is_some_and(|min| quantity < *min);
        let above = entry.max_quantity.as_ref().is_some_and(|max| quantity > *max);
        if below || above {
            contender.out = Some(Standing::OutsideQuantity);
        }
    }
    Ok(contender)
}

/// How many of the entry's units there are in one of the request's.
pub(super) fn units_in_one(query: &PriceQuery<'_>, entry: &PriceEntry) -> Result<Exact, PricingError> {
    match query.units {
        Some(units) if entry.unit != query.unit => {
            Ok(units.of(query.unit)?.checked_div(units.of(entry.unit)?)?)
        }
        _ => Ok(Exact::ONE),
    }
}

/// The contender that wins; the others learn why they lost. `price` gives the price of a contender in the unit of the
/// request, for the strategy that compares prices.
pub(super) fn select(
    selection: &SelectionDocument,
    book: &PriceBook,
    contenders: &mut [Contender<'_>],
    mut price: impl FnMut(&PriceEntry) -> Result<Exact, PricingError>,
) -> Result<Option<usize>, PricingError> {
    let by_price = selection.strategy == Strategy::BestPrice;
    let mut best: Option<(usize, Exact)> = None;
    let mut tied = None;
    for at in 0..contenders.len() {
        let Some(challenger) = contenders.get(at).filter(|contender| contender.out.is_none()) else {
            continue;
        };
        let cost = if by_price {
            price(challenger.entry)?
        } else {
            Exact::ZERO
        };
        let Some((holder_at, holder_cost)) = best.as_ref() else {
            best = Some((at, cost));
            continue;
        };
        let Some(holder) = contenders.get(*holder_at) else {
            continue;
        };
        let (order, because) = if by_price {
            // Of equal prices the one written first stays.
            match cost.cmp(holder_cost) {
                Ordering::Less => (Ordering::Greater, Because::Cheaper),
                Ordering::Equal => (Ordering::Less, Because::WrittenEarlier),
                Ordering::Greater => (Ordering::Less, Because::Cheaper),
            }
        } else {
            compare(selection, challenger, holder)
        };
        let (order, because) = if order.is_eq() && selection.ties == Ties::Newest {
            (Ordering::Greater, Because::Newer)
        } else {
            (order, because)
        };
        let names = (challenger.entry.name(), holder.entry.name());
        let (loser, winner) = match order {
            Ordering::Greater => (*holder_at, names.0),
            Ordering::Less | Ordering::Equal => (at, names.1),
        };
        let out = if order == Ordering::Equal {
            Standing::Tied { with: winner }
        } else {
            Standing::Lost { to: winner, because }
        };
        match order {
            Ordering::Greater => (best, tied) = (Some((at, cost)), None),
            Ordering::Equal => tied = tied.or(Some((*holder_at, at))),
            Ordering::Less => {}
        }
        if let Some(contender) = contenders.get_mut(loser) {
            contender.out = Some(out);
        }
    }
    let name = |at: usize| contenders.get(at).map_or_else(String::new, |it| it.entry.name());
    if let Some((first, second)) = tied {
        let (first, second) = (name(first), name(second));
        let price_book = book.document().to_string();
        if let Some((at, _)) = best
            && let Some(contender) = contenders.get_mut(at)
        {
            contender.out = Some(Standing::Tied { with: second.clone() });
        }
        return Err(PricingError::AmbiguousRules {
            price_book,
            first,
            second,
        });
    }
    Ok(best.map(|(at, _)| at))
}

/// `Greater` when the first goes before the second.
fn compare(selection: &SelectionDocument, a: &Contender<'_>, b: &Contender<'_>) -> (Ordering, Because) {
    match &selection.strategy {
        Strategy::Specificity { attributes } => {
            let named = |name: &String| {
                a.entry
                    .scope
                    .contains_key(name)
                    .cmp(&b.entry.scope.contains_key(name))
            };
            let specific = attributes.iter().map(named).find(|order| order.is_ne());
            match specific {
                Some(order) => (order, Because::MoreSpecific),
                None => (minimum(a).cmp(&minimum(b)), Because::LargerMinimum),
            }
        }
        Strategy::AccessSequence { .. } => (b.access.cmp(&a.access), Because::EarlierAccess),
        Strategy::Priority => (a.entry.priority.cmp(&b.entry.priority), Because::HigherPriority),
        Strategy::BestPrice => (Ordering::Equal, Because::Cheaper),
    }
}

/// The least quantity in the unit of the request, where entries in different units can be compared.
fn minimum(contender: &Contender<'_>) -> Exact {
    let min = contender.entry.min_quantity.clone().unwrap_or_default();
    // Factors are above zero, and so is their ratio.
    min.checked_div(&contender.ratio).unwrap_or(min)
}
