//! Contract costs: what each contract cost to obtain, as an asset or as an expense.

use std::collections::BTreeMap;

use l2c::commissions::Statement;
use l2c::handover::commissions_to_contract_costs;
use l2c::money::Money;
use l2c::revenue::contract_cost::{ContractCostPolicy, ContractCosts, CostScope, project_costs};

use crate::commissioning::Commissioning;
use crate::contracting::Agreed;
use crate::error::Failure;
use crate::recognising::view;
use crate::stage::{Kept, Known};

/// The costs of all contracts after all postings.
pub struct Costing {
    /// The costs of each contract that has any, by the contract's id.
    pub contracts: BTreeMap<String, ContractCosts>,
    /// What was an expense at once.
    pub expensed: Money,
    /// What has become an asset.
    pub capitalised: Money,
    /// What of it is still carried.
    pub carried: Money,
}

/// Accounts for the commissions of every contract through a day, and posts them.
///
/// # Errors
/// What a room refuses, and what the store refuses.
pub fn cost(
    known: &Known<'_>,
    policy: &ContractCostPolicy,
    contracts: &[Agreed],
    commissioning: &Commissioning,
    kept: &mut Kept<'_>,
) -> Result<Costing, Failure> {
    let Known { terms, .. } = *known;
    kept.record.stage("contract costs")?;
    let view = view(known.as_of);
    let bar = kept.progress.stage("contract costs", contracts.len());
    let header = [
        "contract",
        "cost",
        "incurred",
        "treatment",
        "paragraph",
        "amortisation",
        "expensed",
        "capitalised",
        "amortised",
        "carried",
        "currency",
    ];
    let mut table = kept.output.table("contract-costs.csv", &header)?;
    let by_deal = by_deal(commissioning);
    let zero = Money::zero(terms.currency);
    let mut all = Costing {
        contracts: BTreeMap::new(),
        expensed: zero,
        capitalised: zero,
        carried: zero,
    };
    for agreed in contracts {
        let key = &agreed.contract.key;
        let fault = Failure::stage("contract costs", key);
        let statements = by_deal.get(key.as_str()).into_iter().flatten().copied();
        let costs = commissions_to_contract_costs(
            &agreed.contract.state,
            terms.legal_entity,
            statements,
            policy,
            None,
        )
        .map_err(fault)?;
        bar.inc(1);
        if costs.costs().is_empty() {
            continue;
        }
        let figures = project_costs(&costs, &[], &BTreeMap::new(), &view)
            .map_err(Failure::stage("contract costs", key))?;
        let entries = figures
            .postings()
            .map_err(Failure::stage("contract costs", key))?;
        kept.books.post(kept.record, entries)?;
        for (cost, treatment) in costs.costs().iter().zip(&figures.treatments) {
            let at = figures
                .at(&CostScope::Cost(cost.id.clone()), view.as_of)
                .map_err(Failure::stage("contract costs", key))?;
            for (total, part) in [
                (&mut all.expensed, treatment.expensed),
                (&mut all.capitalised, treatment.capitalised),
                (&mut all.carried, at.carrying),
            ] {
                *total = total
                    .checked_add(&part)
                    .map_err(Failure::stage("contract costs", key))?;
            }
            table.row([
                key.clone(),
                cost.id.clone(),
                cost.incurred.to_string(),
                treatment.role.to_string(),
                view.book.cite(treatment.paragraph).to_string(),
                treatment
                    .amortisation
                    .map(|period| period.to_string())
                    .unwrap_or_default(),
                treatment.expensed.amount_text(),
                treatment.capitalised.amount_text(),
                at.amortised.amount_text(),
                at.carrying.amount_text(),
                terms.currency.to_string(),
            ])?;
        }
        all.contracts.insert(key.clone(), costs);
        kept.record.boundary()?;
    }
    kept.record.flush()?;
    bar.finish();
    kept.output.finish(table)?;
    Ok(all)
}

/// The closed statements that say something about each deal.
fn by_deal(commissioning: &Commissioning) -> BTreeMap<&str, Vec<&Statement>> {
    let mut by_deal: BTreeMap<&str, Vec<&Statement>> = BTreeMap::new();
    let statements = commissioning.statements.values().flatten();
    for statement in statements.filter_map(|life| life.state.statement()) {
        let lines = statement.lines().iter().map(|line| line.deal.as_str());
        let deals = lines.chain(statement.adjustments().iter().map(|one| one.deal.as_str()));
        for deal in deals.collect::<std::collections::BTreeSet<_>>() {
            by_deal.entry(deal).or_default().push(statement);
        }
    }
    by_deal
}
