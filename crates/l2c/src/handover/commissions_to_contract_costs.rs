use std::collections::BTreeMap;

use l2c_calendar::{FiscalMonth, Period, Quarter};
use l2c_commissions::Statement;
use l2c_contracts::Contract;
use l2c_host::PartyId;
use l2c_ledger::LegalEntity;
use l2c_money::{Decimal, Money};
use l2c_revenue::contract_cost::{
    Amortisation, AnticipatedRenewal, ContractCostPolicy, ContractCosts, ContractCostsDocument, Cost,
    CostItem, CostNature, Span,
};
use l2c_revenue::{Convention, RevenueContractId};

use super::HandoverError;
use super::error::Thing;

/// What a contract cost to obtain: the commissions that statements have earned for it, adjustments of later
/// statements included (340-40-25-1, IFRS 15.91).
///
/// There is one cost for each quarter in which the deal counted, incurred on the last day of it, with an item for each
/// payee and component. It is amortised by day from the activation of the contract to the last day on which it supplies
/// something; where that is a number of months, a `renewal` that is anticipated counts. Lines of other deals may be
/// among the statements.
///
/// # Errors
/// [`HandoverError::Missing`] if the contract is not activated; [`HandoverError::Unfit`] if contract costs refuse the
/// commissions, such as one below zero.
pub fn commissions_to_contract_costs<'a>(
    contract: &Contract,
    entity: LegalEntity,
    statements: impl IntoIterator<Item = &'a Statement>,
    policy: &ContractCostPolicy,
    renewal: Option<&AnticipatedRenewal>,
) -> Result<ContractCosts, HandoverError> {
    let id = contract.id().map(|id| id.as_str()).unwrap_or_default();
    let from = Thing {
        thing: "contract",
        id,
        next: "contract costs",
    };
    let agreed = from.needs("terms", contract.terms())?;
    let activated = from.needs("day of activation", contract.activated_on())?;
    let last = contract.items().iter().map(|item| item.supply.last_day()).max();
    let last = last.map_or(activated, |last| last.max(activated));
    let supplied = from.fits("items", Period::inclusive(activated, last))?;
    let mut earned: BTreeMap<Quarter, BTreeMap<(&PartyId, &str), Money>> = BTreeMap::new();
    for statement in statements {
        let own = statement.lines().iter();
        let own = own.map(|line| (&line.deal, statement.quarter(), &line.component, &line.commission));
        let earlier = statement.adjustments().iter();
        let earlier = earlier.map(|one| (&one.deal, one.origin, &one.component, &one.amount));
        for (_, quarter, component, amount) in own.chain(earlier).filter(|(deal, ..)| *deal == id) {
            let total = earned
                .entry(quarter)
                .or_default()
                .entry((statement.payee(), component))
                .or_insert(Money::zero(amount.currency()));
            *total = from.fits("commission", total.checked_add(amount))?;
        }
    }
    let cost = |(quarter, items): (Quarter, BTreeMap<(&PartyId, &str), Money>)| Cost {
        id: format!("commission {quarter}"),
        incurred: quarter.last_day(),
        nature: CostNature::Obtain {
            items: items.into_iter().map(item).collect(),
            payroll_tax_rate: Decimal::ZERO,
            recoverable: true,
        },
        amortisation: Some(Amortisation::StraightLine {
            start: Some(supplied.start()),
            span: span(&supplied),
            convention: Convention::Daily,
        }),
        renewal: renewal.cloned(),
    };
    let costs = ContractCostsDocument {
        contract: from.fits("id", RevenueContractId::from_key(agreed.id.key()))?,
        entity,
        currency: agreed.currency,
        costs: earned.into_iter().map(cost).collect(),
        policy: policy.clone(),
    };
    from.fits("commissions", ContractCosts::new(costs))
}

fn item(((payee, component), amount): ((&PartyId, &str), Money)) -> CostItem {
    CostItem {
        what: format!("{component} of {payee}"),
        amount,
        incremental: true,
        explicitly_chargeable: false,
    }
}

/// The time as months, where it is a number of them: only those can be extended by a renewal.
fn span(supplied: &Period) -> Span {
    let touched = FiscalMonth::of(supplied.start()).through(FiscalMonth::of(supplied.end()));
    let months = u32::try_from(touched.len().saturating_sub(1)).unwrap_or_default();
    match Period::months(supplied.start(), months) {
        Ok(period) if period == *supplied => Span::Months(months),
        _ => Span::Until(supplied.end()),
    }
}
