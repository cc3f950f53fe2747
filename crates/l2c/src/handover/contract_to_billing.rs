use l2c_contracts::{Contract, ContractItem, ItemKind, TermBilling};
use l2c_host::PartyRole;
use l2c_invoicing::{
    BillingAccount, BillingAccountId, BillingItem, BillingItemId, BillingPlan, PaymentTerms,
};
use l2c_ledger::LegalEntity;

use super::HandoverError;
use super::error::Thing;

/// What is billed for a contract: one-time items on their day, items over a term as the contract says, to the
/// bill-to party, due so many days after the invoice.
///
/// `describe` gives the text of an item's invoice lines, `tax` the key of its rate in the tax rates of the bill run.
///
/// # Errors
/// [`HandoverError::Missing`] if the contract is not activated; [`HandoverError::Unfit`] if an id is no key of the
/// invoicing side, or for a way of billing that it does not know.
pub fn contract_to_billing(
    contract: &Contract,
    seller: LegalEntity,
    describe: impl Fn(&ContractItem) -> String,
    tax: impl Fn(&ContractItem) -> String,
) -> Result<BillingAccount, HandoverError> {
    let id = contract.id().map(|id| id.as_str()).unwrap_or_default();
    let from = Thing {
        thing: "contract",
        id,
        next: "invoicing",
    };
    let terms = from.needs("terms", contract.terms())?;
    let item = |item: &ContractItem| {
        let plan = match item.supply {
            ItemKind::OneTime { on } => Ok(BillingPlan::Once { on }),
            ItemKind::Term {
                period,
                billing: TermBilling::InAdvance { every_months },
            } => Ok(BillingPlan::InAdvance {
                service: period,
                every_months,
            }),
            other => Err(format!("{other:?} cannot be billed")),
        };
        Ok(BillingItem {
            id: from.fits("item", BillingItemId::from_key(item.id.key()))?,
            description: describe(item),
            net: item.net,
            plan: from.fits("supply", plan)?,
            tax: tax(item),
        })
    };
    let days = from.fits("payment_days", u16::try_from(terms.payment_days))?;
    Ok(BillingAccount {
        id: from.fits("id", BillingAccountId::from_key(terms.id.key()))?,
        seller,
        buyer: terms.parties.get(PartyRole::BillTo).clone(),
        currency: terms.currency,
        terms: PaymentTerms::NetDays(days),
        items: contract
            .items()
            .iter()
            .map(item)
            .collect::<Result<_, HandoverError>>()?,
    })
}
