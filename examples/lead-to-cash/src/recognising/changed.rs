//! What each change of a contract did to revenue at once, and by which paragraph.

use chrono::NaiveDate;
use l2c::money::Money;
use l2c::revenue::{
    Consideration, Estimate, Fact, Paragraph, Projection, Reassessment, RevenueContract, View, effects,
};

use crate::changing::REBATE;
use crate::error::Failure;
use crate::output::{Output, Table};

/// The constraint on variable consideration.
const CONSTRAINT: Paragraph = Paragraph::new("606-10-32-11", "56");
/// What a change of the transaction price adds to what is performed is revenue of the period of the change.
const PRICE_CHANGE: Paragraph = Paragraph::new("606-10-32-43", "88");

/// A change of a contract.
pub struct Changed {
    /// The contract, by its place among all.
    pub contract: usize,
    /// The day.
    pub on: NaiveDate,
    /// Which kind of change it is.
    pub kind: Kind,
    /// Cumulative revenue just after it less just before it.
    pub effect: Money,
}

/// What a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A rebate is agreed.
    Agreed,
    /// Support is extended.
    Extended,
    /// A rebate is missed.
    Missed,
}

/// `revenue-changes.csv`.
///
/// # Errors
/// A folder that cannot be written.
pub fn table(output: &Output) -> Result<Table, Failure> {
    let header = [
        "contract",
        "customer",
        "date",
        "fact",
        "change",
        "treatment",
        "effect",
        "paragraph",
        "currency",
    ];
    output.table("revenue-changes.csv", &header)
}

/// The changes of a contract, each a row of the table.
///
/// # Errors
/// Facts that the contract refuses, and a folder that cannot be written.
pub fn rows(
    contract: usize,
    life: &RevenueContract,
    projection: &Projection,
    view: &View,
    table: &mut Table,
) -> Result<Vec<Changed>, Failure> {
    let fault = Failure::stage("revenue", &projection.contract);
    let effects = effects(life.facts(), view).map_err(fault)?;
    let mut changes = Vec::new();
    for event in life.facts() {
        let Some((kind, change, treatment, paragraph)) = change(&event.fact, projection) else {
            continue;
        };
        // The inception finds no revenue that it could change.
        let effect = effects.iter().find(|effect| effect.sequence == event.sequence);
        let revenue = effect.map_or(Money::zero(projection.currency), |effect| effect.revenue);
        table.row([
            projection.contract.to_string(),
            projection.customer.to_string(),
            event.effective.to_string(),
            event.fact.name().to_owned(),
            change,
            treatment,
            revenue.amount_text(),
            paragraph.to_string(),
            projection.currency.to_string(),
        ])?;
        changes.push(Changed {
            contract,
            on: event.effective,
            kind,
            effect: revenue,
        });
    }
    Ok(changes)
}

/// What a fact changes, how that is treated, and where the standard says so.
fn change(fact: &Fact, projection: &Projection) -> Option<(Kind, String, String, Paragraph)> {
    match fact {
        Fact::Inception { terms } => {
            let most = terms.consideration().iter().find_map(|element| match element {
                Consideration::Variable {
                    id,
                    estimate: Estimate::ExpectedValue { outcomes },
                    ..
                } if id == REBATE => Some(outcomes.first()?.amount),
                _ => None,
            })?;
            let rebate = most.negated();
            let change = format!(
                "volume rebate of {} agreed: it lowers the price unless it is missed",
                rebate.amount_text()
            );
            Some((Kind::Agreed, change, "constrained".to_owned(), CONSTRAINT))
        }
        Fact::Modified { modification } => {
            let mut known = projection.modifications.iter();
            let judged = &known.find(|known| known.id == modification.id)?.judged;
            let last = modification.changes.iter().find_map(|change| change.last_day)?;
            let deciding = judged.because.iter().rev().find(|finding| finding.met)?;
            let change = format!("support extended to {last}, at no charge");
            Some((
                Kind::Extended,
                change,
                judged.treatment.to_string(),
                deciding.paragraph,
            ))
        }
        Fact::EstimateChanged {
            estimate: Reassessment::Consideration { element, .. },
        } if element == REBATE => Some((
            Kind::Missed,
            "volume rebate missed: it lowers the price no more".to_owned(),
            "cumulative_catch_up".to_owned(),
            PRICE_CHANGE,
        )),
        _ => None,
    }
}
