use std::collections::BTreeMap;

use l2c_calendar::{NaiveDate, Period};
use l2c_explain::{Explanation, Figure, Recorder, Trace};

use super::asset::Scene;
use super::ledger::keep;
use super::projection::Look;
use super::{ContractCostRefusal, ContractCosts, CostEvent, CostMovement, CostScope, ProgressPoint};
use crate::{RevenueError, View};

/// Which figure of contract costs is to be explained.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CostQuestion {
    /// What is carried at the end of a day.
    Carrying {
        /// The assets.
        of: CostScope,
        /// The day.
        on: NaiveDate,
    },
    /// What moved in a period.
    Movement {
        /// The assets.
        of: CostScope,
        /// How it moved.
        movement: CostMovement,
        /// The period.
        period: Period,
    },
    /// What of a cost was an expense at once.
    Expensed {
        /// The cost.
        cost: String,
    },
}

/// Why a figure of [`project_costs`](super::project_costs) is what it is, by the same code.
///
/// # Errors
/// As [`project_costs`](super::project_costs), and [`ContractCostRefusal::UnknownCost`] for a question about another
/// cost.
pub fn explain_costs(
    costs: &ContractCosts,
    events: &[CostEvent],
    progress: &BTreeMap<String, Vec<ProgressPoint>>,
    view: &View,
    question: &CostQuestion,
) -> Result<Explanation, RevenueError> {
    let mut trace = Trace::new();
    let figure = figure(&mut trace, costs, events, progress, view, question)?;
    Ok(trace.finish(&figure))
}

fn figure<R: Recorder>(
    rec: &mut R,
    costs: &ContractCosts,
    events: &[CostEvent],
    progress: &BTreeMap<String, Vec<ProgressPoint>>,
    view: &View,
    question: &CostQuestion,
) -> Result<Figure<R::Mark>, RevenueError> {
    let ledger = keep(rec, costs, events, progress, view.known_at, view.book)?;
    let look = |of: &CostScope| {
        let known = costs.costs().iter().map(|cost| cost.id.as_str());
        let scene = Scene::of(costs, view.book);
        Look::at(scene, costs.contract(), known, &ledger.assets, of)
    };
    match question {
        CostQuestion::Carrying { of, on } => look(of)?.carrying(rec, *on),
        CostQuestion::Movement { of, movement, period } => look(of)?.moved_in(rec, *movement, period),
        CostQuestion::Expensed { cost } => {
            let place = costs.costs().iter().position(|one| one.id == *cost);
            let treated = place.and_then(|place| ledger.treated.get(place));
            let treated = treated.ok_or_else(|| ContractCostRefusal::UnknownCost {
                contract: costs.contract().clone(),
                cost: cost.clone(),
            })?;
            Ok(treated.expensed.clone())
        }
    }
}
