//! A contract that was modified, and one whose price was reassessed: what that did to revenue, derived.

use l2c::calendar::FiscalMonth;
use l2c::revenue::{Measure, Question, View, explain, project};

use super::{Sample, recomputed};
use crate::error::Failure;
use crate::recognising::{Changed, Kind, Recognising};

/// The first extension, and the rebate whose miss brought most revenue at once; of equals the first.
///
/// # Errors
/// What the room refuses, a derivation that does not recompute to its figure.
pub fn samples(recognising: &Recognising, known: &View) -> Result<Vec<Sample>, Failure> {
    let of = |kind| {
        recognising
            .changes
            .iter()
            .filter(move |change| change.kind == kind)
    };
    let mut samples = Vec::new();
    if let Some(first) = of(Kind::Extended).next() {
        let rule = format!(
            "the first extension, on {}, accounted for prospectively: revenue changed by {} at once",
            first.on, first.effect
        );
        samples.extend(sample(recognising, known, first, rule)?);
    }
    let mut most: Option<&Changed> = None;
    for change in of(Kind::Missed) {
        if most.is_none_or(|most| change.effect.amount() > most.effect.amount()) {
            most = Some(change);
        }
    }
    if let Some(most) = most {
        let rule = format!(
            "the largest catch-up, on {}, of a rebate that was missed: {} of revenue at once",
            most.on, most.effect
        );
        samples.extend(sample(recognising, known, most, rule)?);
    }
    Ok(samples)
}

fn sample(
    recognising: &Recognising,
    known: &View,
    change: &Changed,
    rule: String,
) -> Result<Option<Sample>, Failure> {
    let Some(life) = recognising.contracts.get(change.contract) else {
        return Ok(None);
    };
    let Some(terms) = life.state.terms() else {
        return Ok(None);
    };
    let fault = |reason: &dyn std::fmt::Display| Failure::Stage {
        stage: "derivation",
        subject: life.key.clone(),
        reason: reason.to_string(),
    };
    // What a modification does shows from the next month on, what a catch-up does in its own.
    let of_change = FiscalMonth::of(change.on);
    let month = match change.kind {
        Kind::Extended => of_change.next().map_err(|f| fault(&f))?,
        _ => of_change,
    };
    let view = View {
        as_of: month.last_day(),
        ..*known
    };
    let projection = project(life.state.facts(), &view).map_err(|f| fault(&f))?;
    let mut derivations = Vec::new();
    let title = format!("The transaction price of {}", projection.contract);
    let derivation =
        explain(life.state.facts(), &view, &Question::TransactionPrice).map_err(|f| fault(&f))?;
    recomputed(&title, &derivation, &projection.transaction_price.exact())?;
    derivations.push((title, derivation));
    for obligation in terms.obligations() {
        let is_over_time = matches!(obligation.measure, Measure::Time { .. });
        if change.kind == Kind::Extended && !is_over_time {
            continue;
        }
        let Some(figures) = projection.obligation(&obligation.id) else {
            continue;
        };
        let of_month = figures.schedule.iter().find(|row| row.month == month);
        let Some(stated) = of_month.map(|row| row.amount) else {
            continue;
        };
        let title = format!("The revenue of {} in {month}", obligation.id);
        let question = Question::Recognised {
            obligation: obligation.id.clone(),
            month,
        };
        let derivation = explain(life.state.facts(), &view, &question).map_err(|f| fault(&f))?;
        recomputed(&title, &derivation, &stated.exact())?;
        derivations.push((title, derivation));
    }
    Ok(Some(Sample {
        rule,
        deal: life.key.clone(),
        derivations,
    }))
}
