use serde::{Deserialize, Serialize};

use super::clauses::{Clauses, Constraint};
use super::configurator::{Configurator, Selection};
use super::literal::Literal;
use super::repair::Repair;
use super::search::{Exhausted, Search};
use crate::PricingError;

/// Why no valid configuration contains a selection: choices and constraints that cannot hold together, and without any
/// one of them the others can.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conflict {
    /// Options that the model does not have. If there are any, nothing else is needed for the conflict.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
    /// The choices, in the order of the model. None: the constraints contradict each other.
    pub options: Vec<String>,
    /// The constraints, in the order of the model.
    pub constraints: Vec<Constraint>,
    /// The smallest repair of the selection; `None` if nothing is valid.
    pub repair: Option<Repair>,
}

impl Configurator<'_> {
    /// Why no valid configuration contains the selection; `None` if one does.
    ///
    /// # Errors
    /// [`PricingError::SearchLimit`].
    pub fn conflict(&self, selection: &Selection) -> Result<Option<Conflict>, PricingError> {
        let known = |option: &&String| !self.model.index.contains_key(*option);
        if let Some(unknown) = selection.options.iter().find(known) {
            return Ok(Some(Conflict {
                unknown: vec![unknown.clone()],
                options: Vec::new(),
                constraints: Vec::new(),
                repair: self.repair(selection)?,
            }));
        }
        let found = self.contradiction(selection);
        let Some(mut conflict) = found.map_err(|limit| self.exhausted(limit))? else {
            return Ok(None);
        };
        conflict.repair = self.repair(selection)?;
        Ok(Some(conflict))
    }

    /// Minimal choices and constraints that contradict each other.
    fn contradiction(&self, selection: &Selection) -> Result<Option<Conflict>, Exhausted> {
        let Some(wishes) = self.assumptions(selection) else {
            return Ok(None);
        };
        let Some(wishes) = smallest(&mut self.search(), &[], wishes)? else {
            return Ok(None);
        };
        // The wishes first, which is quick, then the constraints that refuse them. What is learned about constraints
        // stands on choices that way, and the many constraints stay assumed.
        let clauses = Clauses::new(self, true);
        let mut search = clauses.search(self.model.steps);
        let switches = clauses.switches.iter().map(|(_, switch)| *switch).collect();
        let Some(needed) = smallest(&mut search, &wishes, switches)? else {
            return Ok(None);
        };
        let options: Vec<bool> = (0..self.model.options.len())
            .map(|option| wishes.contains(&Literal::yes(option)))
            .collect();
        let constraints = clauses
            .switches
            .iter()
            .filter(|(_, switch)| needed.contains(switch));
        let constraints = constraints.map(|(constraint, _)| constraint.clone()).collect();
        Ok(Some(Conflict {
            unknown: Vec::new(),
            options: self.ids(&options),
            constraints,
            repair: None,
        }))
    }
}

/// A smallest part of `literals` that cannot hold together with `base`; `None` if all of them can.
fn smallest(
    search: &mut Search,
    base: &[Literal],
    literals: Vec<Literal>,
) -> Result<Option<Vec<Literal>>, Exhausted> {
    let Some(mut needed) = refused(search, base, &literals)? else {
        return Ok(None);
    };
    // Each is left out in turn, the last first. One without which there is a way out stays.
    let mut at = needed.len();
    while let Some(last) = at.checked_sub(1) {
        at = last;
        let behind = needed.len().saturating_sub(at).saturating_sub(1);
        let mut without = needed.clone();
        without.remove(at);
        if let Some(smaller) = refused(search, base, &without)? {
            at = smaller.len().saturating_sub(behind);
            needed = smaller;
        }
    }
    Ok(Some(needed))
}

/// Those of the literals that are enough for a contradiction with `base`, in order; `None` if they hold together.
fn refused(
    search: &mut Search,
    base: &[Literal],
    literals: &[Literal],
) -> Result<Option<Vec<Literal>>, Exhausted> {
    let assumptions: Vec<Literal> = literals.iter().chain(base).copied().collect();
    if search.solve(&assumptions)? {
        return Ok(None);
    }
    let core = search.core();
    let kept = literals
        .iter()
        .copied()
        .filter(|literal| core.binary_search(literal).is_ok());
    Ok(Some(kept.collect()))
}
