use chrono::NaiveDate;
use l2c_contracts::{
    ContractCommand, ContractId, ContractItem, ContractItemId, ContractTerms, ItemKind, TermBilling,
};
use l2c_orders::{LineKind, Order, OrderLine, OrderStatus};

use super::HandoverError;
use super::error::Thing;

/// The command that activates the contract of a delivered order on the day its last line was delivered or started:
/// goods and licences become one-time items of their day of delivery, services become items over their term,
/// billed in advance by `bill_every_months`. What was cancelled is left out: of a line that was delivered in part,
/// the item has that part with its net amount.
///
/// An item is named after the contract, and behind a point after the line: its key without the order's.
///
/// # Errors
/// [`HandoverError::NotReady`] while something is open, or if all was cancelled; [`HandoverError::Unfit`] if a
/// line's key is no key of an item.
pub fn order_to_contract(
    order: &Order,
    contract: ContractId,
    payment_days: u32,
    bill_every_months: u32,
) -> Result<ContractCommand, HandoverError> {
    let id = order.id().map(|id| id.as_str()).unwrap_or_default();
    let from = Thing {
        thing: "order",
        id,
        next: "contracts",
    };
    let status = order.status();
    from.is(status == OrderStatus::Completed, "completed", status)?;
    let on = from.needs("day of delivery", order.completed_on())?;
    let item = |line: &OrderLine| {
        let key = line.id().key();
        let own = order.id().and_then(|order| key.strip_prefix(order.key()));
        let key = own.and_then(|own| own.strip_prefix('.')).unwrap_or(key);
        let key = format!("{}.{key}", contract.key());
        Ok(ContractItem {
            id: from.fits("line", ContractItemId::from_key(&key))?,
            source: line.id().as_str().to_owned(),
            product: line.terms().product.clone(),
            quantity: line.fulfilled(),
            net: line.net_fulfilled(),
            supply: from.needs("delivery of every line", supply(line, bill_every_months))?,
        })
    };
    let items = order
        .lines()
        .iter()
        .filter(|line| line.fulfilled().exact().is_positive())
        .map(item)
        .collect::<Result<_, HandoverError>>()?;
    let terms = ContractTerms {
        parties: from.needs("parties", order.parties())?.clone(),
        source: id.to_owned(),
        currency: from.needs("currency", order.currency())?,
        payment_days,
        id: contract,
    };
    Ok(ContractCommand::Activate { terms, items, on })
}

/// When a line was supplied: a service over its period, anything else on the day of its last delivery.
fn supply(line: &OrderLine, every_months: u32) -> Option<ItemKind> {
    let last: Option<NaiveDate> = line.deliveries().iter().map(|delivery| delivery.on).max();
    match line.terms().kind {
        LineKind::Service { .. } => Some(ItemKind::Term {
            period: line.service_period()?,
            billing: TermBilling::InAdvance { every_months },
        }),
        _ => Some(ItemKind::OneTime { on: last? }),
    }
}
