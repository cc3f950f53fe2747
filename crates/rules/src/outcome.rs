use std::fmt;

use serde::Serialize;

/// Why a predicate held or did not: the tree of its parts, each with its own answer.
///
/// Displays as an outline, one part per line. It shows the values of facts; who may see the facts may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// The answer.
    pub holds: bool,
    /// The part in text form.
    pub text: String,
    /// What the fact was, for a test: its value, or `missing`.
    pub found: Option<String>,
    /// The parts inside.
    pub parts: Vec<Outcome>,
}

impl Outcome {
    /// The tests of single facts, in order.
    #[must_use]
    pub fn tests(&self) -> Vec<&Self> {
        if self.found.is_some() {
            return vec![self];
        }
        self.parts.iter().flat_map(Self::tests).collect()
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, indent: usize) -> fmt::Result {
        let answer = if self.holds { "yes" } else { "no" };
        write!(f, "{:indent$}{answer}: {}", "", self.text)?;
        if let Some(found) = &self.found {
            write!(f, " (is {found})")?;
        }
        self.parts.iter().try_for_each(|part| {
            writeln!(f)?;
            part.write(f, indent.saturating_add(2))
        })
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}
