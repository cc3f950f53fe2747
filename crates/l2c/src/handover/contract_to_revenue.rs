use chrono::NaiveDate;
use l2c_contracts::{Contract, ContractItem, ItemKind};
use l2c_ledger::LegalEntity;
use l2c_money::Money;
use l2c_revenue::{
    Consideration, Fact, Measure, Obligation, RevenueCommand, RevenueContractId, RevenuePolicy,
    StandalonePrice, Terms, TermsDocument,
};

use super::HandoverError;
use super::error::Thing;

/// What a contract is to revenue accounting: one obligation and one part of the consideration per item, the
/// obligation at a point in time or over the item's term; then the deliveries that have happened.
///
/// `inception` is the day on which the criteria of a contract were met (606-10-25-1), `standalone` the stand-alone
/// selling price of an item at that day (606-10-32-32). An obligation is named after the item's key.
///
/// # Errors
/// [`HandoverError::Missing`] if the contract is not activated; [`HandoverError::Unfit`] if revenue accounting
/// refuses the terms.
pub fn contract_to_revenue(
    contract: &Contract,
    entity: LegalEntity,
    inception: NaiveDate,
    policy: &RevenuePolicy,
    standalone: impl Fn(&ContractItem) -> Money,
) -> Result<Vec<RevenueCommand>, HandoverError> {
    let id = contract.id().map(|id| id.as_str()).unwrap_or_default();
    let from = Thing {
        thing: "contract",
        id,
        next: "revenue",
    };
    let agreed = from.needs("terms", contract.terms())?;
    let mut consideration = Vec::new();
    let mut obligations = Vec::new();
    let mut delivered = Vec::new();
    for item in contract.items() {
        let name = item.id.key().to_owned();
        let measure = match item.supply {
            ItemKind::OneTime { on } => {
                let obligation = name.clone();
                delivered.push(RevenueCommand::new(on, Fact::Satisfied { obligation }));
                Measure::PointInTime
            }
            ItemKind::Term { period, .. } => Measure::time(period),
            other => return from.fits("supply", Err(format!("{other:?} has no measure of progress"))),
        };
        consideration.push(Consideration::fixed(name.clone(), item.net));
        let ssp = StandalonePrice::observable(standalone(item));
        obligations.push(Obligation {
            description: item.product.clone(),
            ..Obligation::new(name, ssp, measure)
        });
    }
    let contract = from.fits("id", RevenueContractId::from_key(agreed.id.key()))?;
    let customer = agreed.parties.sold_to().clone();
    let terms = TermsDocument {
        consideration,
        obligations,
        ..TermsDocument::new(contract, customer, entity, agreed.currency, policy.clone())
    };
    let terms = Box::new(from.fits("terms", Terms::new(terms))?);
    Ok(
        std::iter::once(RevenueCommand::new(inception, Fact::Inception { terms }))
            .chain(delivered)
            .collect(),
    )
}
