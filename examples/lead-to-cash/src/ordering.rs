//! Orders: what was accepted is confirmed, held where a dated rule says so, released and delivered.

use chrono::NaiveDate;
use l2c::handover::quote_to_order;
use l2c::orders::{HoldPolicy, LineKind, Order, OrderCommand, OrderContext, OrderId};
use l2c::pricing::PricedLine;

use crate::documents;
use crate::error::Failure;
use crate::offer::ComponentKind;
use crate::policy::Folder;
use crate::quoting::Deal;
use crate::record::{Life, Record};
use crate::stage::{Kept, Known};

/// Reads and checks `holds.json`. Its facts are those of an order, and the `office` that sold.
///
/// # Errors
/// Every fault of the document.
pub fn holds(folder: &mut Folder) -> Result<HoldPolicy, Failure> {
    let document = folder.read(&documents::HOLDS)?;
    folder.check(
        &documents::HOLDS,
        HoldPolicy::new(&document, &Order::fact_types().text("office")),
    )
}

/// An order, and the day on which it was delivered if it was.
pub struct Ordered {
    /// The order.
    pub order: Life<Order>,
    /// The day of delivery; none while it is held.
    pub delivered: Option<NaiveDate>,
}

/// Orders what was accepted.
///
/// # Errors
/// What a room refuses, and what the store refuses.
pub fn order(
    known: &Known<'_>,
    policy: &HoldPolicy,
    deals: &[Deal],
    kept: &mut Kept<'_>,
) -> Result<Vec<Ordered>, Failure> {
    let Known {
        crm,
        parties,
        offer,
        terms,
        as_of,
    } = *known;
    let record = &mut *kept.record;
    record.stage("orders")?;
    let bar = kept.progress.stage("orders", deals.len());
    let mut orders = Vec::with_capacity(deals.len());
    for deal in deals {
        let Some(source) = crm.opportunities.get(deal.row) else {
            continue;
        };
        let office = crm
            .agents
            .get(&source.agent)
            .map(|agent| agent.office.as_str())
            .unwrap_or_default();
        let kind = |line: &PricedLine| {
            let component = line
                .component
                .as_deref()
                .and_then(|id| offer.component(&source.product, id));
            match component.map(|component| component.kind) {
                Some(ComponentKind::Support) => LineKind::Service {
                    months: terms.support_months,
                },
                Some(ComponentKind::Licence) | None => LineKind::Licence,
            }
        };
        let id = OrderId::from_key(&source.id).map_err(Failure::stage("orders", &source.id))?;
        let order_terms =
            quote_to_order(&deal.quote.state, id.clone(), kind).map_err(Failure::stage("orders", &id))?;
        let mut order = Life::<Order>::new(id.as_str());
        let context = OrderContext {
            by: parties.finance.clone(),
        };
        let on = deal.closed;
        record.command(
            &mut order,
            &OrderCommand::Place {
                terms: order_terms,
                on,
            },
            &context,
            on,
        )?;
        record.command(&mut order, &OrderCommand::Confirm { on }, &context, on)?;
        let facts = order.state.facts().text("office", office);
        for hold in policy.holds(on, &facts) {
            record.command(&mut order, &OrderCommand::PlaceHold { hold, on }, &context, on)?;
        }
        release(&mut order, &context, as_of, record)?;
        let delivered = deliver(&mut order, &context, on, record)?;
        orders.push(Ordered { order, delivered });
        record.boundary()?;
        bar.inc(1);
    }
    record.flush()?;
    bar.finish();
    Ok(orders)
}

/// Releases the holds that are due by a day.
fn release(
    order: &mut Life<Order>,
    context: &OrderContext,
    as_of: NaiveDate,
    record: &mut Record,
) -> Result<(), Failure> {
    let due: Vec<_> = order
        .state
        .standing_holds()
        .filter_map(|hold| {
            Some((
                hold.terms.release_due.filter(|due| *due <= as_of)?,
                hold.terms.clone(),
            ))
        })
        .collect();
    for (on, hold) in due {
        let command = OrderCommand::ReleaseHold {
            reason: hold.reason,
            scope: hold.scope,
            on,
        };
        record.command(order, &command, context, on)?;
    }
    Ok(())
}

/// Delivers the licence and starts the support, on the first day on which nothing holds the order.
fn deliver(
    order: &mut Life<Order>,
    context: &OrderContext,
    ordered: NaiveDate,
    record: &mut Record,
) -> Result<Option<NaiveDate>, Failure> {
    if order.state.standing_holds().next().is_some() {
        return Ok(None);
    }
    let released = order
        .state
        .holds()
        .iter()
        .filter_map(|hold| hold.release.as_ref())
        .map(|release| release.on);
    let on = released.max().unwrap_or(ordered).max(ordered);
    let commands: Vec<OrderCommand> = order
        .state
        .lines()
        .iter()
        .map(|line| match line.terms().kind {
            LineKind::Service { .. } => OrderCommand::StartService {
                line: line.id().clone(),
                on,
            },
            _ => OrderCommand::Fulfil {
                line: line.id().clone(),
                quantity: line.open(),
                on,
            },
        })
        .collect();
    for command in &commands {
        record.command(order, command, context, on)?;
    }
    Ok(Some(on))
}
