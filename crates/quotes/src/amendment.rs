use chrono::NaiveDate;
use l2c_calendar::{Period, ProrationPolicy};
use l2c_explain::{Explanation, Figure, NoTrace, Note, Recorder, StepId, Trace};
use l2c_money::{Exact, Quantity, RoundingPolicy};
use serde::{Deserialize, Serialize};

use crate::renewal::RenewalTerms;
use crate::running_contract::RunningLine;
use crate::{LineChange, RunningContract, RunningContractDocument};

pub(crate) mod change;
mod difference;
mod error;
mod offer;

pub(crate) use difference::{LinePair, Pricing};
pub use error::AmendmentError;
pub use offer::AmendmentOffer;

/// How amendments are prorated and rounded.
///
/// The default counts months and days, keeps unit prices exact and rounds each line half up to the minor unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct AmendmentPolicy {
    /// How the rest of a term becomes a part of its price.
    pub proration: ProrationPolicy,
    /// How that part is rounded; absent: it stays exact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub factor_rounding: Option<RoundingPolicy>,
    /// How a unit price is rounded once it is prorated or raised; absent: it stays exact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_rounding: Option<RoundingPolicy>,
    /// How a line is rounded.
    pub line_rounding: RoundingPolicy,
}

impl Default for AmendmentPolicy {
    fn default() -> Self {
        Self {
            proration: ProrationPolicy::MonthsDays { term_months: None },
            factor_rounding: None,
            unit_rounding: None,
            line_rounding: RoundingPolicy::HALF_UP,
        }
    }
}

/// What is to become of a running contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum AmendmentAction {
    /// Change lines from a day on.
    Amend {
        /// The first day of the change.
        on: NaiveDate,
        /// The changes, one after the other.
        changes: Vec<LineChange>,
    },
    /// End it from a day on; what is left of its lines is credited.
    Cancel {
        /// The first day on which it does not run any more.
        on: NaiveDate,
    },
    /// Begin another term.
    Renew(RenewalTerms),
    /// Move the running lines of other contracts into this one, to end with it.
    Merge {
        /// The first day of the merged contract.
        on: NaiveDate,
        /// The other contracts.
        contracts: Vec<RunningContractDocument>,
        /// The day after the last of the merged contract; absent: this contract's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        end: Option<NaiveDate>,
    },
}

/// What an action costs, line by line, and the contract after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amendment {
    /// What ran before, by product.
    pub carried: Vec<CarriedQuantity>,
    /// The lines that ran before, from the day of the action on.
    pub running: Vec<RunningDays>,
    /// The differences: what is credited has a quantity below zero.
    pub lines: Vec<AmendmentLine>,
    /// The sum of the lines.
    pub total: Exact,
    /// The contract from that day on, for the next amendment; none after a cancellation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<RunningContractDocument>,
}

/// A product and how much of it runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CarriedQuantity {
    /// The product.
    pub product: String,
    /// The quantities of its lines, in one unit, together.
    pub quantity: Quantity,
}

/// The days that are left of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunningDays {
    /// The contract that it stands in.
    pub contract: String,
    /// The line.
    pub id: String,
    /// Its days.
    pub period: Period,
}

/// A line of an amendment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AmendmentLine {
    /// The contract that the line belongs to.
    pub contract: String,
    /// The line.
    pub id: String,
    /// Its product.
    pub product: String,
    /// How much more; below zero for what is credited.
    pub quantity: Quantity,
    /// The days that are priced.
    pub period: Period,
    /// How many they are, as the proration counts them.
    pub days: u32,
    /// The part of a price term that they are, rounded as the policy says.
    pub factor: Exact,
    /// The price of a unit for a whole price term.
    pub unit_price: Exact,
    /// The price of a unit for these days, rounded as the policy says.
    pub prorated_unit_price: Exact,
    /// Prorated unit price times quantity, rounded.
    pub total: Exact,
    /// What all roundings of the line added: total less residue is exact.
    pub residue: Exact,
}

/// An amendment, and why it costs what it costs.
#[derive(Debug, Clone)]
pub struct ExplainedAmendment {
    amendment: Amendment,
    trace: Trace,
    totals: Vec<Figure<StepId>>,
    total: Figure<StepId>,
}

/// What an action does to lines, before anything is priced.
pub(crate) struct Plan {
    pub(crate) pairs: Vec<LinePair>,
    pub(crate) after: Option<RunningContractDocument>,
}

type Priced<M> = (Amendment, Vec<Figure<M>>, Figure<M>);

impl RunningContract {
    /// What an action costs: the difference to what runs.
    ///
    /// What is left before the action, and the total, are what is left after it: exactly as long as nothing is
    /// rounded, and within one minor unit for each line else. [`RunningContract::rest`] says what is left.
    ///
    /// # Errors
    /// A day outside the contract, a change of a line that does not run, an id that is taken, a quantity below
    /// zero, a term without days, a renewal that overlaps or has no price, contracts in two currencies; a period
    /// that cannot be prorated, a figure out of bounds.
    pub fn amend(
        &self,
        action: &AmendmentAction,
        policy: &AmendmentPolicy,
    ) -> Result<Amendment, AmendmentError> {
        Ok(self.amend_with(&mut NoTrace, action, policy)?.0)
    }

    /// What an action costs, and why.
    ///
    /// # Errors
    /// As [`RunningContract::amend`].
    pub fn explain_amendment(
        &self,
        action: &AmendmentAction,
        policy: &AmendmentPolicy,
    ) -> Result<ExplainedAmendment, AmendmentError> {
        let mut trace = Trace::new();
        let (amendment, totals, total) = self.amend_with(&mut trace, action, policy)?;
        Ok(ExplainedAmendment {
            amendment,
            trace,
            totals,
            total,
        })
    }

    /// What is left of its lines from a day on, at their prices.
    ///
    /// # Errors
    /// As [`RunningContract::amend`].
    pub fn rest(
        &self,
        on: NaiveDate,
        policy: &AmendmentPolicy,
    ) -> Result<Vec<AmendmentLine>, AmendmentError> {
        let mut rec = NoTrace;
        let mut pricing = self.pricing(&mut rec, policy);
        for line in self.lines.iter().filter_map(|line| line.rest(on)) {
            pricing.line(&self.id, &line, line.quantity)?;
        }
        Ok(pricing.lines)
    }

    fn amend_with<R: Recorder>(
        &self,
        rec: &mut R,
        action: &AmendmentAction,
        policy: &AmendmentPolicy,
    ) -> Result<Priced<R::Mark>, AmendmentError> {
        let mut pricing = self.pricing(rec, policy);
        let (plan, renewal) = match action {
            AmendmentAction::Amend { on, changes } => (self.changed(*on, changes)?, None),
            AmendmentAction::Cancel { on } => (self.cancelled(*on)?, None),
            AmendmentAction::Merge { on, contracts, end } => (self.merged(*on, contracts, *end)?, None),
            AmendmentAction::Renew(terms) => {
                let renewal = self.renewal(terms)?;
                (renewal.credits(self), Some(renewal))
            }
        };
        let carried = carried(&plan.pairs)?;
        let running = plan.pairs.iter().filter_map(LinePair::running_days).collect();
        for pair in &plan.pairs {
            pricing.difference(pair)?;
        }
        let after = match renewal {
            None => plan.after,
            Some(renewal) => Some(renewal.price(self, &mut pricing)?),
        };
        let Pricing { lines, totals, .. } = pricing;
        let total = rec.sum(&totals.iter().collect::<Vec<_>>(), || {
            Note::new("total of the amendment").money(self.currency)
        });
        let amendment = Amendment {
            carried,
            running,
            lines,
            total: total.value.clone(),
            after,
        };
        Ok((amendment, totals, total))
    }

    fn pricing<'a, R: Recorder>(&self, rec: &'a mut R, policy: &'a AmendmentPolicy) -> Pricing<'a, R> {
        Pricing {
            rec,
            policy,
            currency: self.currency,
            lines: Vec::new(),
            totals: Vec::new(),
        }
    }

    /// A day on which the contract can be changed.
    pub(crate) fn check_day(&self, on: NaiveDate) -> Result<(), AmendmentError> {
        let contract = || self.id.clone();
        if on < self.term.start() {
            let start = self.term.start();
            return Err(AmendmentError::BeforeContractStart {
                contract: contract(),
                start,
                on,
            });
        }
        if on >= self.term.end() {
            let last_day = self.term.last_day();
            return Err(AmendmentError::AfterContractEnd {
                contract: contract(),
                last_day,
                on,
            });
        }
        Ok(())
    }

    /// What runs from a day on, unchanged.
    pub(crate) fn pairs(&self, on: NaiveDate) -> Vec<LinePair> {
        let rest = self.lines.iter().filter_map(|line| line.rest(on));
        rest.map(|line| LinePair::running(&self.id, line)).collect()
    }

    fn cancelled(&self, on: NaiveDate) -> Result<Plan, AmendmentError> {
        self.check_day(on)?;
        let mut pairs = self.pairs(on);
        for pair in &mut pairs {
            pair.after = None;
        }
        Ok(Plan { pairs, after: None })
    }
}

impl LinePair {
    fn running_days(&self) -> Option<RunningDays> {
        let line = self.before.as_ref()?;
        Some(RunningDays {
            contract: self.contract.clone(),
            id: line.id.clone(),
            period: line.period,
        })
    }
}

/// Products in the order in which they are met.
fn carried(pairs: &[LinePair]) -> Result<Vec<CarriedQuantity>, AmendmentError> {
    let mut carried: Vec<CarriedQuantity> = Vec::new();
    let mut places = std::collections::BTreeMap::new();
    for line in pairs.iter().filter_map(|pair| pair.before.as_ref()) {
        let RunningLine {
            product, quantity, ..
        } = line;
        let place = *places
            .entry((product.as_str(), quantity.unit()))
            .or_insert(carried.len());
        match carried.get_mut(place) {
            Some(sum) => sum.quantity = sum.quantity.checked_add(quantity)?,
            None => carried.push(CarriedQuantity {
                product: product.clone(),
                quantity: *quantity,
            }),
        }
    }
    Ok(carried)
}

impl ExplainedAmendment {
    /// The figures.
    #[must_use]
    pub const fn amendment(&self) -> &Amendment {
        &self.amendment
    }

    /// Why the total is what it is; all lines are in it.
    #[must_use]
    pub fn total(&self) -> Explanation {
        self.trace.explain(&self.total)
    }

    /// Why a line costs what it costs; the first is 0.
    #[must_use]
    pub fn line(&self, position: usize) -> Option<Explanation> {
        Some(self.trace.explain(self.totals.get(position)?))
    }
}
