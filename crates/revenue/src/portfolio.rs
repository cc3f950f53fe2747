//! Several contracts: combined into one, or presented side by side and never netted (606-10-25-9, 45-1, 50-8).

use std::collections::BTreeMap;

use l2c_ledger::Role;
use l2c_money::{Currency, Money, MoneyError};
use serde::Serialize;

use crate::{
    ContractDay, Fact, PeriodFigures, RemainingObligations, RevenueError, RevenueEvent, Terms, TermsDocument,
};

/// The stream of one contract that contracts entered into together are accounted for as (606-10-25-9). Whether they are
/// combined is a [judgement](crate::judgement::Combination).
///
/// The first contract takes over the obligations, the consideration, the bundles and the facts of the others, and the
/// earliest inception; its other terms and its policy stay. Facts of one day keep the order of the contracts and get
/// new numbers. Each contract keeps its documents: where an earlier one has a document of the same name, the later one
/// is called after its contract too, `inv_1 of rev_2`, and so it is in the payments that settle it. The combined
/// contract is in the books once all of them are.
///
/// # Errors
/// [`RevenueError::NotInBooks`] of a stream without an inception; [`RevenueError::InvalidDocument`] for obligations or
/// elements of one name, and for other currencies.
pub fn combine(contracts: &[&[RevenueEvent]]) -> Result<Vec<RevenueEvent>, RevenueError> {
    let mut combined: Option<(TermsDocument, RevenueEvent)> = None;
    let mut facts = Vec::new();
    let mut names = Vec::with_capacity(contracts.len());
    // The first contract that has a document of a name.
    let mut documents: BTreeMap<&str, usize> = BTreeMap::new();
    for (contract, stream) in contracts.iter().enumerate() {
        let mut begun = None;
        for event in *stream {
            if let Fact::Billed { document, .. } = &event.fact {
                documents.entry(document).or_insert(contract);
            }
            let Fact::Inception { terms } = &event.fact else {
                facts.push((event.effective, contract, event));
                continue;
            };
            if begun.is_some() {
                continue;
            }
            begun = Some(terms.contract());
            match &mut combined {
                None => combined = Some((TermsDocument::from((**terms).clone()), event.clone())),
                Some((document, inception)) => {
                    let other = TermsDocument::from((**terms).clone());
                    document.obligations.extend(other.obligations);
                    document.consideration.extend(other.consideration);
                    document.allocation.bundles.extend(other.allocation.bundles);
                    inception.effective = inception.effective.min(event.effective);
                    inception.recorded_at = inception.recorded_at.max(event.recorded_at);
                }
            }
        }
        let known_at = l2c_host::DateTime::<l2c_host::Utc>::MAX_UTC;
        names.push(begun.ok_or(RevenueError::NotInBooks { known_at })?);
    }
    let Some((document, mut inception)) = combined else {
        return Ok(Vec::new());
    };
    inception.fact = Fact::inception(Terms::new(document)?);
    facts.sort_by_key(|(effective, contract, event)| (*effective, *contract, event.sequence));
    let renumbered: BTreeMap<(usize, u64), u64> = facts
        .iter()
        .zip(1..)
        .map(|((_, contract, event), number)| ((*contract, event.sequence), number))
        .collect();
    let facts = facts.into_iter().map(|(_, contract, event)| {
        let mut event = event.clone();
        if let Fact::Withdrawn { sequence } = &mut event.fact
            && let Some(number) = renumbered.get(&(contract, *sequence))
        {
            *sequence = *number;
        }
        if let Fact::Billed { document, .. }
        | Fact::Paid {
            document: Some(document),
            ..
        } = &mut event.fact
            && documents
                .get(document.as_str())
                .is_some_and(|first| *first < contract)
            && let Some(name) = names.get(contract)
        {
            *document = format!("{document} of {name}");
        }
        event
    });
    let numbered = std::iter::once(inception).chain(facts).zip(0..);
    Ok(numbered
        .map(|(event, sequence)| RevenueEvent { sequence, ..event })
        .collect())
}

/// Several contracts at the end of a day, added up and not netted: assets of some, liabilities of others (606-10-45-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PortfolioDay {
    /// Receivables.
    pub receivable: Money,
    /// Contract assets.
    pub contract_asset: Money,
    /// Contract liabilities; zero or above.
    pub contract_liability: Money,
    /// Refund liabilities; zero or above.
    pub refund_liability: Money,
    /// Recognised since inception.
    pub recognised: Money,
}

impl PortfolioDay {
    /// Adds up contracts of one currency.
    ///
    /// # Errors
    /// [`RevenueError::Money`] for another currency, or outside the bounds of [`Money`].
    pub fn of(contracts: &[ContractDay], currency: Currency) -> Result<Self, RevenueError> {
        let sum = |of: &dyn Fn(&ContractDay) -> Money| -> Result<Money, MoneyError> {
            let amounts: Vec<Money> = contracts.iter().map(of).collect();
            Money::sum(&amounts, currency)
        };
        Ok(Self {
            receivable: sum(&|day| day.balance(Role::Receivable))?,
            contract_asset: sum(&|day| day.position.contract_asset())?,
            contract_liability: sum(&|day| day.position.contract_liability())?,
            refund_liability: sum(&|day| day.balance(Role::RefundLiability).negated())?,
            recognised: sum(&|day| day.recognised)?,
        })
    }
}

/// Contract balances over a period, added up over contracts (606-10-50-8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PeriodRollForward {
    /// Contract assets before the period.
    pub opening_contract_asset: Money,
    /// Contract assets after it.
    pub closing_contract_asset: Money,
    /// Contract liabilities before it; zero or above.
    pub opening_contract_liability: Money,
    /// Contract liabilities after it; zero or above.
    pub closing_contract_liability: Money,
    /// Billed in it, without tax.
    pub billed: Money,
    /// Recognised in it.
    pub recognised: Money,
    /// Of it, what was in the opening liability of its contract.
    pub recognised_from_opening_liability: Money,
    /// Of what is billed, what was in the opening asset of its contract.
    pub billed_from_opening_asset: Money,
}

impl PeriodRollForward {
    /// Adds up one period of contracts of one currency.
    ///
    /// # Errors
    /// [`RevenueError::Money`] for another currency, or outside the bounds of [`Money`].
    pub fn of(contracts: &[PeriodFigures], currency: Currency) -> Result<Self, RevenueError> {
        let zero = Money::zero(currency);
        let mut total = Self {
            opening_contract_asset: zero,
            closing_contract_asset: zero,
            opening_contract_liability: zero,
            closing_contract_liability: zero,
            billed: zero,
            recognised: zero,
            recognised_from_opening_liability: zero,
            billed_from_opening_asset: zero,
        };
        for contract in contracts {
            let (opening, closing) = (contract.opening.position, contract.closing.position);
            let billed = contract.closing.billed.checked_sub(&contract.opening.billed)?;
            let used_up = |opening: Money, movement: Money| {
                let least = if opening.amount() < movement.amount() {
                    opening
                } else {
                    movement
                };
                if least.is_negative() { zero } else { least }
            };
            for (sum, amount) in [
                (&mut total.opening_contract_asset, opening.contract_asset()),
                (&mut total.closing_contract_asset, closing.contract_asset()),
                (
                    &mut total.opening_contract_liability,
                    opening.contract_liability(),
                ),
                (
                    &mut total.closing_contract_liability,
                    closing.contract_liability(),
                ),
                (&mut total.billed, billed),
                (&mut total.recognised, contract.recognised),
                (
                    &mut total.recognised_from_opening_liability,
                    used_up(opening.contract_liability(), contract.recognised),
                ),
                (
                    &mut total.billed_from_opening_asset,
                    used_up(opening.contract_asset(), billed),
                ),
            ] {
                *sum = sum.checked_add(&amount)?;
            }
        }
        Ok(total)
    }
}

impl RemainingObligations {
    /// Adds up contracts of one currency over the same bands.
    ///
    /// # Errors
    /// [`RevenueError::Money`] for another currency, or outside the bounds of [`Money`].
    pub fn of(contracts: &[Self], currency: Currency) -> Result<Self, RevenueError> {
        let zero = Money::zero(currency);
        let bands = contracts
            .iter()
            .map(|contract| contract.bands.len())
            .max()
            .unwrap_or(0);
        let mut total = Self {
            bands: vec![zero; bands],
            outside: zero,
            unscheduled: zero,
            total: zero,
        };
        for contract in contracts {
            for (sum, amount) in total.bands.iter_mut().zip(&contract.bands) {
                *sum = sum.checked_add(amount)?;
            }
            total.outside = total.outside.checked_add(&contract.outside)?;
            total.unscheduled = total.unscheduled.checked_add(&contract.unscheduled)?;
            total.total = total.total.checked_add(&contract.total)?;
        }
        Ok(total)
    }
}
