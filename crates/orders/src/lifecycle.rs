use std::collections::{BTreeMap, BTreeSet, VecDeque};

use l2c_documents::{Check, Fault, Faults};
use serde::{Deserialize, Serialize};

use crate::OrderError;

/// The largest number of states of a lifecycle, and of targets of a state.
pub const MAX_LIFECYCLE_STATES: usize = 500;

/// A lifecycle as it is written: which state may follow which. A version in use is never changed; write the next one.
///
/// ```json
/// {"id": "order", "version": 2, "states": ["draft", "placed", "done"], "initial": "draft", "transitions": [
///   {"from": "draft", "to": ["placed"]}, {"from": "placed", "to": ["done"]}]}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LifecycleDocument {
    /// Id of the document.
    pub id: String,
    /// Version of the document.
    pub version: u32,
    /// The states, each once.
    pub states: Vec<String>,
    /// Where it begins.
    pub initial: String,
    /// What may follow; at most one entry for a state. A state without one is an end.
    #[serde(default)]
    pub transitions: Vec<LifecycleTransitionDocument>,
}

/// What may follow a state, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LifecycleTransitionDocument {
    /// The state.
    pub from: String,
    /// The states that may follow it, each once and none of them itself.
    pub to: Vec<String>,
}

/// What a host lays over a lifecycle, as it is written: states of its own, and other ways.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LifecycleOverlayDocument {
    /// The state; a new one is declared by naming it.
    pub state: String,
    /// How the ways that follow go together with those that there are.
    pub mode: OverlayMode,
    /// The states that may follow it; new ones are declared by naming them.
    pub to: Vec<String>,
}

/// How an overlay goes together with what there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OverlayMode {
    /// It adds to the ways that there are.
    Merge,
    /// It replaces them.
    Replace,
}

/// A checked lifecycle that is data.
///
/// It moves names; the laws of units and money hold whatever it says.
///
/// ```
/// use l2c_orders::{Lifecycle, LifecycleStep};
///
/// let order = Lifecycle::new(&serde_json::from_str(r#"{"id": "order", "version": 1, "initial": "placed",
///     "states": ["placed", "shipped"], "transitions": [{"from": "placed", "to": ["shipped"]}]}"#)?)?;
/// // A host that packs before it ships.
/// let order = order.overlaid(&serde_json::from_str::<Vec<_>>(r#"[
///     {"state": "placed", "mode": "replace", "to": ["packed"]},
///     {"state": "packed", "mode": "merge", "to": ["shipped"]}]"#)?)?;
/// assert_eq!(order.step("placed", "packed")?, LifecycleStep::Moved);
/// assert_eq!(order.step("placed", "placed")?, LifecycleStep::NoChange);
/// assert_eq!(order.step("placed", "shipped").unwrap_err().code(), "illegal_transition");
/// assert_eq!(order.analysis().shortest_path["shipped"], 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lifecycle {
    id: String,
    version: u32,
    initial: String,
    /// In order of declaration, each with what may follow it.
    states: Vec<(String, Vec<String>)>,
    places: BTreeMap<String, usize>,
}

/// What a step of a lifecycle did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LifecycleStep {
    /// The state is another one.
    Moved,
    /// What was asked for was so already.
    NoChange,
}

/// What can be said of a lifecycle by looking at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LifecycleAnalysis {
    /// How many states there are.
    pub state_count: usize,
    /// How many pairs of states may follow each other.
    pub legal_pairs: usize,
    /// How many other pairs of different states there are.
    pub illegal_pairs: usize,
    /// The states that nothing follows.
    pub terminal: BTreeSet<String>,
    /// The states that the initial one does not lead to.
    pub unreachable: BTreeSet<String>,
    /// The states that a way leads back to.
    pub on_cycle: BTreeSet<String>,
    /// How many steps there are at least to each state that is reached.
    pub shortest_path: BTreeMap<String, usize>,
}

impl Lifecycle {
    /// Checks a document.
    ///
    /// # Errors
    /// Every fault: states that stand twice, then states that are not declared, transitions of a state to itself,
    /// transitions that stand twice; more than [`MAX_LIFECYCLE_STATES`].
    pub fn new(document: &LifecycleDocument) -> Result<Self, Faults> {
        let mut check = Check::new(format!("lifecycle `{}`", document.id));
        let widest = document.transitions.iter().map(|entry| entry.to.len()).max();
        let sizes = [
            document.states.len(),
            document.transitions.len(),
            widest.unwrap_or(0),
        ];
        if sizes.iter().any(|size| *size > MAX_LIFECYCLE_STATES) {
            let message = format!("at most {MAX_LIFECYCLE_STATES} states, and targets of a state");
            check.fault("states", "too_many", message);
            return check.finish(Self::empty(document));
        }
        let mut lifecycle = Self::empty(document);
        for (index, state) in document.states.iter().enumerate() {
            if lifecycle.places.contains_key(state) {
                let message = format!("`{state}` stands twice: declare each state once");
                check.fault(format!("states[{index}]"), "duplicate_state", message);
            } else {
                lifecycle.declare(state);
            }
        }
        lifecycle.check_names(&mut check, document);
        let named = |index: usize, target: usize| format!("transitions[{index}].to[{target}]");
        for (index, entry) in document.transitions.iter().enumerate() {
            for (target, _) in entry.to.iter().enumerate().filter(|(_, to)| **to == entry.from) {
                let message = format!("`{}` leads to itself: to stay needs no step", entry.from);
                check.fault(named(index, target), "self_transition", message);
            }
        }
        let mut from = BTreeSet::new();
        for (index, entry) in document.transitions.iter().enumerate() {
            if !from.insert(entry.from.as_str()) {
                let message = format!("`{}` has an entry already: put its targets together", entry.from);
                check.fault(
                    format!("transitions[{index}].from"),
                    "duplicate_transition",
                    message,
                );
            }
            let mut targets = BTreeSet::new();
            for (target, to) in entry.to.iter().enumerate() {
                if !targets.insert(to.as_str()) {
                    let message = format!("`{to}` stands twice among the targets of `{}`", entry.from);
                    check.fault(named(index, target), "duplicate_transition", message);
                }
            }
            if let Some(targets) = lifecycle.targets_mut(&entry.from) {
                targets.clone_from(&entry.to);
            }
        }
        check.finish(lifecycle)
    }

    /// With what a host lays over it, entry by entry.
    ///
    /// # Errors
    /// Every fault: an entry that leads a state to itself, or names a target twice; more than
    /// [`MAX_LIFECYCLE_STATES`].
    pub fn overlaid(&self, overlay: &[LifecycleOverlayDocument]) -> Result<Self, Faults> {
        let mut check = Check::new(format!("overlay of lifecycle `{}`", self.id));
        let mut lifecycle = self.clone();
        for (index, entry) in overlay.iter().enumerate() {
            for state in [&entry.state].into_iter().chain(&entry.to) {
                if lifecycle.states.len() >= MAX_LIFECYCLE_STATES && !lifecycle.places.contains_key(state) {
                    let message = format!("at most {MAX_LIFECYCLE_STATES} states");
                    check.fault(format!("[{index}]"), "too_many", message);
                    return check.finish(lifecycle);
                }
                lifecycle.declare(state);
            }
            let mut targets = BTreeSet::new();
            for (target, to) in entry.to.iter().enumerate() {
                let path = format!("[{index}].to[{target}]");
                if *to == entry.state {
                    check.fault(path, "self_transition", format!("`{to}` leads to itself"));
                } else if !targets.insert(to.as_str()) {
                    check.fault(path, "duplicate_transition", format!("`{to}` stands twice"));
                }
            }
            let Some(known) = lifecycle.targets_mut(&entry.state) else {
                continue;
            };
            match entry.mode {
                OverlayMode::Replace => known.clone_from(&entry.to),
                OverlayMode::Merge => {
                    let new: Vec<String> = entry
                        .to
                        .iter()
                        .filter(|to| !known.contains(to))
                        .cloned()
                        .collect();
                    known.extend(new);
                }
            }
        }
        check.finish(lifecycle)
    }

    fn empty(document: &LifecycleDocument) -> Self {
        Self {
            id: document.id.clone(),
            version: document.version,
            initial: document.initial.clone(),
            states: Vec::new(),
            places: BTreeMap::new(),
        }
    }

    fn declare(&mut self, state: &str) {
        if !self.places.contains_key(state) {
            self.places.insert(state.to_owned(), self.states.len());
            self.states.push((state.to_owned(), Vec::new()));
        }
    }

    fn targets_mut(&mut self, state: &str) -> Option<&mut Vec<String>> {
        let place = *self.places.get(state)?;
        self.states.get_mut(place).map(|(_, targets)| targets)
    }

    fn check_names(&self, check: &mut Check, document: &LifecycleDocument) {
        let mut undeclared = |path: String, state: &str| {
            if !self.places.contains_key(state) {
                let message = format!("`{state}` is not declared among the states");
                let fault = Fault::new(path, "undeclared_state", message);
                check.extend([fault.among(self.places.keys().cloned())]);
            }
        };
        undeclared("initial".to_owned(), &document.initial);
        for (index, entry) in document.transitions.iter().enumerate() {
            undeclared(format!("transitions[{index}].from"), &entry.from);
            for (target, to) in entry.to.iter().enumerate() {
                undeclared(format!("transitions[{index}].to[{target}]"), to);
            }
        }
    }

    /// Id and version of its document, which a stream that follows it records.
    #[must_use]
    pub fn document(&self) -> (&str, u32) {
        (&self.id, self.version)
    }

    /// Where it begins.
    #[must_use]
    pub fn initial(&self) -> &str {
        &self.initial
    }

    /// The states in order of declaration, each with what may follow it.
    pub fn transitions(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.states
            .iter()
            .map(|(state, targets)| (state.as_str(), targets.as_slice()))
    }

    /// What may follow a state; `None` if there is no such state.
    #[must_use]
    pub fn targets(&self, state: &str) -> Option<&[String]> {
        let (_, targets) = self.states.get(*self.places.get(state)?)?;
        Some(targets)
    }

    /// Whether a step from one state to another is legal. To ask for the state that is, changes nothing, also in an end.
    ///
    /// # Errors
    /// In this order: `unknown_state`; `terminal_state` if nothing follows the state; `illegal_transition`.
    pub fn step(&self, from: &str, to: &str) -> Result<LifecycleStep, OrderError> {
        for state in [from, to] {
            if !self.places.contains_key(state) {
                return Err(OrderError::UnknownState {
                    state: state.to_owned(),
                });
            }
        }
        if from == to {
            return Ok(LifecycleStep::NoChange);
        }
        let targets = self.targets(from).unwrap_or_default();
        if targets.is_empty() {
            return Err(OrderError::TerminalState {
                state: from.to_owned(),
            });
        }
        if targets.iter().any(|target| target == to) {
            return Ok(LifecycleStep::Moved);
        }
        Err(OrderError::IllegalTransition {
            from: from.to_owned(),
            to: to.to_owned(),
            legal: targets.join(", "),
        })
    }

    /// What can be said of it by looking at it.
    #[must_use]
    pub fn analysis(&self) -> LifecycleAnalysis {
        let states = self.states.len();
        let legal_pairs = self.states.iter().map(|(_, targets)| targets.len()).sum();
        let shortest_path = self.steps_from(&self.initial);
        let names = || self.states.iter().map(|(state, _)| state);
        let ends = self.states.iter().filter(|(_, targets)| targets.is_empty());
        let back = |state: &&String| {
            let mut targets = self.targets(state).unwrap_or_default().iter();
            targets.any(|target| self.steps_from(target).contains_key(*state))
        };
        LifecycleAnalysis {
            state_count: states,
            legal_pairs,
            illegal_pairs: states
                .saturating_mul(states.saturating_sub(1))
                .saturating_sub(legal_pairs),
            terminal: ends.map(|(state, _)| state.clone()).collect(),
            unreachable: names()
                .filter(|state| !shortest_path.contains_key(*state))
                .cloned()
                .collect(),
            on_cycle: names().filter(back).cloned().collect(),
            shortest_path,
        }
    }

    /// How many steps there are at least from a state to each that it leads to, itself included.
    fn steps_from(&self, start: &str) -> BTreeMap<String, usize> {
        let mut found = BTreeMap::from([(start.to_owned(), 0)]);
        let mut waiting = VecDeque::from([(start.to_owned(), 0_usize)]);
        while let Some((state, steps)) = waiting.pop_front() {
            let steps = steps.saturating_add(1);
            for target in self.targets(&state).unwrap_or_default() {
                if !found.contains_key(target) {
                    found.insert(target.clone(), steps);
                    waiting.push_back((target.clone(), steps));
                }
            }
        }
        found
    }
}
