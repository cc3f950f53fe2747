//! Contracts: what was delivered becomes an agreement, from which billing, revenue and commissions take their parts.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use l2c::contracts::{Contract, ContractCommand, ContractContext, ContractId, ContractItem};
use l2c::handover::{contract_to_billing, order_to_contract};
use l2c::invoicing::{BillingAccountId, BillingSchedule};

use crate::billing::{self, Account};
use crate::error::Failure;
use crate::ordering::Ordered;
use crate::quoting::Deal;
use crate::record::Life;
use crate::stage::{Kept, Known};

/// A contract with the deal behind it.
pub struct Agreed {
    /// Position in the export's opportunities.
    pub row: usize,
    /// The day on which the customer ordered: the criteria of a contract were met.
    pub agreed_on: NaiveDate,
    /// The contract.
    pub contract: Life<Contract>,
}

/// Contracts, and what is billed for them.
pub struct Contracting {
    /// The contracts, in the order of the deals.
    pub contracts: Vec<Agreed>,
    /// The billing account of each.
    pub accounts: BTreeMap<BillingAccountId, Account>,
}

/// The component of the catalogue that an item is.
pub fn component(item: &ContractItem) -> &str {
    item.product
        .rsplit_once('/')
        .map_or("", |(_, component)| component)
}

/// Activates a contract for every delivered order.
///
/// # Errors
/// What a room refuses, and what the store refuses.
pub fn contract(
    known: &Known<'_>,
    policy: &billing::Policy,
    deals: &[Deal],
    orders: &[Ordered],
    kept: &mut Kept<'_>,
) -> Result<Contracting, Failure> {
    let Known {
        crm,
        parties,
        offer,
        terms,
        ..
    } = *known;
    let record = &mut *kept.record;
    record.stage("contracts")?;
    let bar = kept.progress.stage("contracts", orders.len());
    let mut contracting = Contracting {
        contracts: Vec::new(),
        accounts: BTreeMap::new(),
    };
    for (deal, ordered) in deals.iter().zip(orders) {
        bar.inc(1);
        let (Some(on), Some(source)) = (ordered.delivered, crm.opportunities.get(deal.row)) else {
            continue;
        };
        let id = ContractId::from_key(&source.id).map_err(Failure::stage("contracts", &source.id))?;
        let activate: ContractCommand = order_to_contract(
            &ordered.order.state,
            id.clone(),
            terms.payment_days,
            terms.support_billed_every_months,
        )
        .map_err(Failure::stage("contracts", &id))?;
        let mut contract = Life::<Contract>::new(id.as_str());
        let context = ContractContext {
            by: parties.finance.clone(),
        };
        record.command(&mut contract, &activate, &context, on)?;

        let office = crm
            .agents
            .get(&source.agent)
            .map(|agent| agent.office.clone())
            .unwrap_or_default();
        let describe = |item: &ContractItem| {
            let name = offer
                .component(&source.product, component(item))
                .map(|c| c.name.as_str());
            format!("{}, {}", source.product, name.unwrap_or("one piece"))
        };
        let account = contract_to_billing(&contract.state, terms.legal_entity, describe, |_| office.clone())
            .map_err(Failure::stage("contracts", &id))?;
        let key = account.id.clone();
        let schedule =
            BillingSchedule::new(account, policy.billing()).map_err(Failure::stage("contracts", &id))?;
        contracting.accounts.insert(
            key,
            Account {
                schedule,
                office,
                product: source.product.clone(),
            },
        );
        contracting.contracts.push(Agreed {
            row: deal.row,
            agreed_on: deal.closed,
            contract,
        });
        record.boundary()?;
    }
    record.flush()?;
    bar.finish();
    Ok(contracting)
}
