use std::collections::BTreeMap;

use l2c_commissions::Deal;
use l2c_contracts::{Contract, ContractItem};
use l2c_host::PartyId;
use l2c_money::Money;

use super::HandoverError;
use super::error::Thing;

/// The deal that a contract is to commissions: its seller, the seller's manager on that day, and the net amounts of
/// its items by part. It counts on the day of the activation.
///
/// `part` names the part of the deal that an item belongs to; items of one part are added up.
///
/// # Errors
/// [`HandoverError::Missing`] if the contract is not activated; [`HandoverError::Unfit`] if a sum is out of bounds.
pub fn contract_to_commissions(
    contract: &Contract,
    seller: PartyId,
    manager: Option<PartyId>,
    part: impl Fn(&ContractItem) -> String,
) -> Result<Deal, HandoverError> {
    let id = contract.id().map(|id| id.as_str()).unwrap_or_default();
    let from = Thing {
        thing: "contract",
        id,
        next: "commissions",
    };
    let date = from.needs("day of activation", contract.activated_on())?;
    let mut parts: BTreeMap<String, Money> = BTreeMap::new();
    for item in contract.items() {
        let total = parts
            .entry(part(item))
            .or_insert(Money::zero(item.net.currency()));
        *total = from.fits("net", total.checked_add(&item.net))?;
    }
    Ok(Deal {
        id: id.to_owned(),
        date,
        seller,
        manager,
        parts,
    })
}
