//! The legal transitions of a lifecycle, as one const table that docs and tests are generated from.

use std::collections::BTreeSet;
use std::fmt::{Debug, Write as _};

/// One legal transition: in `from`, the command or event named `on` leads to `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition<S: 'static> {
    /// The state before.
    pub from: S,
    /// The name of the command (or event) that moves it.
    pub on: &'static str,
    /// The state after; equal to `from` where the command leaves the state as it is.
    pub to: S,
}

/// The transition table of a lifecycle.
///
/// ```
/// # use l2c_host::{Machine, Transition};
/// #[derive(Clone, Copy, Debug, PartialEq, Eq)]
/// enum Status { Draft, Open, Paid }
/// use Status::*;
/// const MACHINE: Machine<Status> = Machine {
///     name: "invoice",
///     initial: Draft,
///     terminal: &[Paid],
///     states: &[Draft, Open, Paid],
///     transitions: &[
///         Transition { from: Draft, on: "issue", to: Open },
///         Transition { from: Open, on: "settle", to: Paid },
///     ],
/// };
/// assert!(MACHINE.check().is_empty());
/// assert_eq!(MACHINE.target(Draft, "issue"), Some(Open));
/// assert_eq!(MACHINE.target(Paid, "issue"), None);
/// assert_eq!(MACHINE.pairs().len(), 6); // every state with every command
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Machine<S: 'static> {
    /// What it is the life of.
    pub name: &'static str,
    /// Where it begins.
    pub initial: S,
    /// Where it ends. Empty for a life without an end.
    pub terminal: &'static [S],
    /// Every state.
    pub states: &'static [S],
    /// Every legal transition.
    pub transitions: &'static [Transition<S>],
}

/// What can be wrong with a table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MachineFault<S: Debug> {
    /// A state is used that is not listed.
    #[error("{machine}: state {state:?} is used but not listed in `states`")]
    Undeclared {
        /// The machine.
        machine: &'static str,
        /// The state.
        state: S,
    },
    /// No path leads from the initial state to a listed state.
    #[error("{machine}: state {state:?} cannot be reached from the initial state")]
    Unreachable {
        /// The machine.
        machine: &'static str,
        /// The state.
        state: S,
    },
    /// A state that is no end cannot be left for another one.
    #[error("{machine}: state {state:?} is not terminal but has no way out")]
    DeadEnd {
        /// The machine.
        machine: &'static str,
        /// The state.
        state: S,
    },
    /// The machine has ends, and a state that leads on but never to one of them.
    #[error("{machine}: no terminal state can be reached from {state:?}")]
    NoWayToEnd {
        /// The machine.
        machine: &'static str,
        /// The state.
        state: S,
    },
    /// A terminal state is left.
    #[error("{machine}: terminal state {state:?} is left on \"{on}\"")]
    TerminalLeft {
        /// The machine.
        machine: &'static str,
        /// The state.
        state: S,
        /// The command.
        on: &'static str,
    },
    /// Two transitions from one state on one command.
    #[error("{machine}: two transitions from {state:?} on \"{on}\"")]
    Duplicate {
        /// The machine.
        machine: &'static str,
        /// The state.
        state: S,
        /// The command.
        on: &'static str,
    },
}

impl<S: Copy + Eq + Debug> Machine<S> {
    /// Where a command leads from a state; `None` if it is not legal there.
    pub fn target(&self, from: S, on: &str) -> Option<S> {
        self.transitions
            .iter()
            .find(|t| t.from == from && t.on == on)
            .map(|t| t.to)
    }

    /// True for a state where the life is over.
    pub fn is_terminal(&self, state: S) -> bool {
        self.terminal.contains(&state)
    }

    /// The commands that are legal in a state, in the order of the table.
    pub fn commands_in(&self, state: S) -> Vec<&'static str> {
        self.transitions
            .iter()
            .filter(|t| t.from == state)
            .map(|t| t.on)
            .collect()
    }

    /// Every command that the table names, sorted.
    pub fn commands(&self) -> Vec<&'static str> {
        self.transitions
            .iter()
            .map(|t| t.on)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    }

    /// Every state with every command, legal or not, and where it leads: what an exhaustive test walks through.
    pub fn pairs(&self) -> Vec<(S, &'static str, Option<S>)> {
        let commands = self.commands();
        self.states
            .iter()
            .flat_map(|&state| {
                commands
                    .iter()
                    .map(move |&on| (state, on, self.target(state, on)))
            })
            .collect()
    }

    /// Every fault of the table; empty for a sound one. Each machine's tests call it.
    pub fn check(&self) -> Vec<MachineFault<S>> {
        let machine = self.name;
        let mut faults = Vec::new();
        let mut used = vec![self.initial];
        used.extend(self.terminal);
        used.extend(self.transitions.iter().flat_map(|t| [t.from, t.to]));
        let mut seen: Vec<S> = self.states.to_vec();
        for state in used {
            if !seen.contains(&state) {
                faults.push(MachineFault::Undeclared { machine, state });
                seen.push(state);
            }
        }
        let reached = self.closure(&[self.initial], |t| (t.from, t.to));
        let ending = self.closure(self.terminal, |t| (t.to, t.from));
        for &state in self.states {
            if !reached.contains(&state) {
                faults.push(MachineFault::Unreachable { machine, state });
            }
            let leaves = self.transitions.iter().find(|t| t.from == state && t.to != state);
            match (self.is_terminal(state), leaves) {
                (true, Some(t)) => faults.push(MachineFault::TerminalLeft {
                    machine,
                    state,
                    on: t.on,
                }),
                (true, None) => {}
                (false, None) => faults.push(MachineFault::DeadEnd { machine, state }),
                (false, Some(_)) if !self.terminal.is_empty() && !ending.contains(&state) => {
                    faults.push(MachineFault::NoWayToEnd { machine, state });
                }
                (false, Some(_)) => {}
            }
        }
        for (index, t) in self.transitions.iter().enumerate() {
            if self
                .transitions
                .iter()
                .take(index)
                .any(|u| u.from == t.from && u.on == t.on)
            {
                faults.push(MachineFault::Duplicate {
                    machine,
                    state: t.from,
                    on: t.on,
                });
            }
        }
        faults
    }

    /// Everything that the edges lead to from some states, those included.
    fn closure(&self, from: &[S], edge: impl Fn(&Transition<S>) -> (S, S)) -> Vec<S> {
        let mut found = from.to_vec();
        loop {
            let next = self
                .transitions
                .iter()
                .map(&edge)
                .find(|(tail, head)| found.contains(tail) && !found.contains(head));
            match next {
                Some((_, head)) => found.push(head),
                None => return found,
            }
        }
    }

    /// The table as a Mermaid state diagram. Transitions between the same two states share an arrow.
    pub fn mermaid(&self) -> String {
        let mut out = format!("stateDiagram-v2\n    [*] --> {:?}\n", self.initial);
        let mut drawn: Vec<(S, S)> = Vec::new();
        for t in self.transitions {
            if drawn.contains(&(t.from, t.to)) {
                continue;
            }
            drawn.push((t.from, t.to));
            let same = |u: &&Transition<S>| u.from == t.from && u.to == t.to;
            let labels: Vec<_> = self.transitions.iter().filter(same).map(|u| u.on).collect();
            // Writing to a String cannot fail.
            let _ = writeln!(out, "    {:?} --> {:?}: {}", t.from, t.to, labels.join(" / "));
        }
        for state in self.terminal {
            let _ = writeln!(out, "    {state:?} --> [*]");
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum S {
        A,
        B,
        C,
        D,
    }
    use S::{A, B, C, D};

    const fn t(from: S, on: &'static str, to: S) -> Transition<S> {
        Transition { from, on, to }
    }

    const SOUND: Machine<S> = Machine {
        name: "thing",
        initial: A,
        terminal: &[C, D],
        states: &[A, B, C, D],
        transitions: &[
            t(A, "go", B),
            t(A, "jump", B),
            t(B, "note", B),
            t(B, "end", C),
            t(A, "cancel", D),
            t(B, "cancel", D),
        ],
    };

    #[test]
    fn a_sound_table_has_no_fault() {
        assert_eq!(SOUND.check(), []);
    }

    #[test]
    fn every_fault_is_found() {
        const UNSOUND: Machine<S> = Machine {
            name: "thing",
            initial: A,
            terminal: &[C],
            states: &[A, B, C],
            transitions: &[t(A, "go", B), t(A, "go", C), t(C, "undo", A), t(D, "go", A)],
        };
        let machine = "thing";
        assert_eq!(
            UNSOUND.check(),
            [
                MachineFault::Undeclared { machine, state: D },
                MachineFault::DeadEnd { machine, state: B },
                MachineFault::TerminalLeft {
                    machine,
                    state: C,
                    on: "undo"
                },
                MachineFault::Duplicate {
                    machine,
                    state: A,
                    on: "go"
                },
            ]
        );
        const TRAP: Machine<S> = Machine {
            name: "thing",
            initial: A,
            terminal: &[D],
            states: &[A, B, C, D],
            transitions: &[t(A, "go", B), t(B, "go", C), t(C, "go", B), t(A, "self", A)],
        };
        let text: Vec<_> = TRAP.check().iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(text.join("\n"), @r"
        thing: no terminal state can be reached from A
        thing: no terminal state can be reached from B
        thing: no terminal state can be reached from C
        thing: state D cannot be reached from the initial state
        ");
    }

    #[test]
    fn a_life_without_an_end_is_sound() {
        const LOOP: Machine<S> = Machine {
            name: "thing",
            initial: A,
            terminal: &[],
            states: &[A, B],
            transitions: &[t(A, "on", B), t(B, "off", A)],
        };
        assert_eq!(LOOP.check(), []);
    }

    #[test]
    fn pairs_are_every_state_with_every_command() {
        assert_eq!(SOUND.commands(), ["cancel", "end", "go", "jump", "note"]);
        assert_eq!(SOUND.commands_in(B), ["note", "end", "cancel"]);
        let pairs = SOUND.pairs();
        assert_eq!(pairs.len(), 20);
        assert_eq!(
            pairs.iter().filter(|(_, _, to)| to.is_some()).count(),
            SOUND.transitions.len()
        );
        assert!(pairs.contains(&(C, "go", None)) && pairs.contains(&(A, "cancel", Some(D))));
    }

    #[test]
    fn the_diagram_joins_arrows() {
        insta::assert_snapshot!(SOUND.mermaid(), @r"
        stateDiagram-v2
            [*] --> A
            A --> B: go / jump
            B --> B: note
            B --> C: end
            A --> D: cancel
            B --> D: cancel
            C --> [*]
            D --> [*]
        ");
    }
}
