use l2c_money::{Exact, Money, MoneyError};
use serde::{Deserialize, Serialize};

use crate::{Citation, ExplainError, Measure, Operation};

/// The position of a step in its explanation, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(pub(crate) usize);

impl StepId {
    /// The position, from 0.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0
    }
}

/// One step of a derivation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What the figure is.
    pub label: String,
    /// How it follows from its inputs.
    #[serde(flatten)]
    pub operation: Operation,
    /// The steps it follows from, all of them earlier.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<StepId>,
    /// The figure.
    pub value: Exact,
    /// How it is shown.
    #[serde(default)]
    pub measure: Measure,
    /// The rules and documents it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub citations: Vec<Citation>,
}

/// Why a figure is what it is: every step that leads to it, inputs before what follows from them.
///
/// It is complete: [`recompute`](Self::recompute) derives the figure again from the inputs alone and names
/// the step that says something else. A deserialised explanation has been checked to be a derivation (no
/// cycles, every step with the inputs it needs); whether its figures are true, `recompute` says.
///
/// Limits: [`Explanation::MAX_STEPS`] steps and as many inputs in total; in serde a figure has at most 400
/// characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ExplanationDocument")]
pub struct Explanation {
    steps: Vec<Step>,
    root: StepId,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExplanationDocument {
    steps: Vec<Step>,
    root: StepId,
}

impl TryFrom<ExplanationDocument> for Explanation {
    type Error = ExplainError;
    fn try_from(document: ExplanationDocument) -> Result<Self, ExplainError> {
        let explanation = Self {
            steps: document.steps,
            root: document.root,
        };
        explanation.check()?;
        Ok(explanation)
    }
}

/// Binary digits that a figure may have while it is recomputed; hostile fractions would grow without end.
const MAX_BITS: u64 = 4096;

impl Explanation {
    /// The largest number of steps, and of inputs of all steps together, in an explanation that is read.
    pub const MAX_STEPS: usize = 250_000;

    /// The part of a trace that leads to the root, renumbered.
    pub(crate) fn of(steps: Vec<Step>, root: StepId) -> Self {
        let mut wanted = vec![false; steps.len()];
        let want = |wanted: &mut Vec<bool>, id: StepId| {
            if let Some(slot) = wanted.get_mut(id.0) {
                *slot = true;
            }
        };
        want(&mut wanted, root);
        for (position, step) in steps.iter().enumerate().rev() {
            if wanted.get(position) == Some(&true) {
                step.inputs.iter().for_each(|&input| want(&mut wanted, input));
            }
        }
        let mut places = Vec::with_capacity(steps.len());
        let mut kept: Vec<Step> = Vec::new();
        for (mut step, wanted) in steps.into_iter().zip(wanted) {
            places.push(StepId(kept.len()));
            if wanted {
                let place = |input: &StepId| places.get(input.0).copied().unwrap_or(*input);
                step.inputs = step.inputs.iter().map(place).collect();
                kept.push(step);
            }
        }
        let root = places.get(root.0).copied().unwrap_or(root);
        Self { steps: kept, root }
    }

    /// The steps, inputs before what follows from them.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The step that is explained.
    #[must_use]
    pub const fn root(&self) -> StepId {
        self.root
    }

    /// A step by its position.
    #[must_use]
    pub fn step(&self, id: StepId) -> Option<&Step> {
        self.steps.get(id.0)
    }

    /// The figure that is explained.
    #[must_use]
    pub fn value(&self) -> Exact {
        self.step(self.root)
            .map(|step| step.value.clone())
            .unwrap_or_default()
    }

    /// What rounding added at a step: the rounded figure less the figure before. `None` for a step that does
    /// not round.
    #[must_use]
    pub fn residue(&self, id: StepId) -> Option<Exact> {
        let step = self.step(id)?;
        if !matches!(step.operation, Operation::Round { .. }) {
            return None;
        }
        let before = self.step(*step.inputs.first()?)?;
        Some(&step.value - &before.value)
    }

    /// Derives the figure again from the inputs alone.
    ///
    /// # Errors
    /// [`ExplainError::Mismatch`] names the first step that records something else than its inputs give,
    /// [`ExplainError::Impossible`] the first that cannot be carried out.
    pub fn recompute(&self) -> Result<Exact, ExplainError> {
        // The parts of each allocation, computed once for all its shares.
        let mut splits: Vec<Option<Vec<Money>>> = Vec::with_capacity(self.steps.len());
        for (position, step) in self.steps.iter().enumerate() {
            let (value, parts) = self
                .evaluate(step, &splits)
                .map_err(|source| ExplainError::Impossible {
                    step: position,
                    label: step.label.clone(),
                    source,
                })?;
            if value != step.value {
                return Err(ExplainError::Mismatch {
                    step: position,
                    label: step.label.clone(),
                    recorded: Box::new(step.value.clone()),
                    recomputed: Box::new(value),
                });
            }
            splits.push(parts);
        }
        Ok(self.value())
    }

    /// A step from the recorded values of its inputs, each of which has been recomputed before.
    fn evaluate(
        &self,
        step: &Step,
        splits: &[Option<Vec<Money>>],
    ) -> Result<(Exact, Option<Vec<Money>>), MoneyError> {
        let values = || {
            step.inputs
                .iter()
                .filter_map(|&id| self.step(id))
                .map(|input| &input.value)
        };
        let first = || values().next().cloned().unwrap_or_default();
        let second = || values().nth(1).cloned().unwrap_or_default();
        let value = match step.operation {
            Operation::Input => step.value.clone(),
            Operation::Sum => bounded_sum(values())?,
            Operation::Difference => first() - second(),
            Operation::Product => first() * second(),
            Operation::Quotient => first().checked_div(&second())?,
            Operation::Negate => -first(),
            Operation::Minimum => values().min().cloned().unwrap_or_default(),
            Operation::Maximum => values().max().cloned().unwrap_or_default(),
            Operation::Round { policy, currency } => policy.round(&first(), currency)?,
            Operation::Power { scale, mode } => first().power(&second(), scale, mode)?,
            Operation::Allocation { policy, currency } => {
                let weights: Vec<Exact> = values().skip(1).cloned().collect();
                bounded_sum(&weights)?;
                let parts = Money::try_from_exact(&first(), currency)?.allocate(&weights, policy)?;
                return Ok((first(), Some(parts)));
            }
            Operation::Share { index } => {
                let split = step.inputs.first().and_then(|id| splits.get(id.0)?.as_ref());
                split
                    .and_then(|parts| parts.get(index))
                    .ok_or(MoneyError::NoWeights)?
                    .exact()
            }
        };
        Ok((value, None))
    }

    /// Whether this is a derivation at all.
    fn check(&self) -> Result<(), ExplainError> {
        let inputs = self
            .steps
            .iter()
            .map(|step| step.inputs.len())
            .fold(0, usize::saturating_add);
        for (what, size) in [
            ("number of steps", self.steps.len()),
            ("number of inputs", inputs),
        ] {
            if size > Self::MAX_STEPS {
                let as_u64 = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
                return Err(ExplainError::TooLarge {
                    what,
                    value: as_u64(size),
                    limit: as_u64(Self::MAX_STEPS),
                });
            }
        }
        for (position, step) in self.steps.iter().enumerate() {
            let fault = |found: String, expected| {
                Err(ExplainError::InvalidStep {
                    step: position,
                    found,
                    expected,
                })
            };
            if let Some(input) = step.inputs.iter().find(|input| input.0 >= position) {
                return fault(format!("input {}", input.0), "inputs before the step itself");
            }
            if !step.operation.takes(step.inputs.len()) {
                return fault(
                    format!("{} inputs", step.inputs.len()),
                    "as many as the operation takes",
                );
            }
            let of_allocation = || {
                let input = step.inputs.first().and_then(|&id| self.step(id));
                input.is_some_and(|input| matches!(input.operation, Operation::Allocation { .. }))
            };
            if matches!(step.operation, Operation::Share { .. }) && !of_allocation() {
                return fault(
                    "a share of something else".to_owned(),
                    "an allocation as its input",
                );
            }
        }
        if self.root.0 >= self.steps.len() {
            return Err(ExplainError::InvalidStep {
                step: self.root.0,
                found: format!("a root among {} steps", self.steps.len()),
                expected: "a root that is one of the steps",
            });
        }
        Ok(())
    }
}

fn bounded_sum<'a>(values: impl IntoIterator<Item = &'a Exact>) -> Result<Exact, MoneyError> {
    let mut total = Exact::ZERO;
    for value in values {
        total += value;
        if total.bits() > MAX_BITS {
            return Err(MoneyError::OutOfRange {
                what: "binary digits of a sum",
                value: total.bits().to_string(),
                limit: MAX_BITS.to_string(),
            });
        }
    }
    Ok(total)
}
