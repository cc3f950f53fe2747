use super::literal::Literal;

/// A condition once all that is given is known: what remains is which options are chosen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Formula {
    /// Holds or not, whatever is chosen.
    Constant(bool),
    /// Holds if the literal does.
    Literal(Literal),
    /// All of them hold.
    All(Vec<Formula>),
    /// At least one holds.
    Any(Vec<Formula>),
}

impl Formula {
    pub(super) fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut kept = Vec::new();
        for part in parts {
            match part {
                Self::Constant(true) => {}
                Self::Constant(false) => return part,
                Self::All(inner) => kept.extend(inner),
                _ => kept.push(part),
            }
        }
        match kept.len() {
            0 => Self::Constant(true),
            1 => kept.pop().unwrap_or(Self::Constant(true)),
            _ => Self::All(kept),
        }
    }

    pub(super) fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut kept = Vec::new();
        for part in parts {
            match part {
                Self::Constant(false) => {}
                Self::Constant(true) => return part,
                Self::Any(inner) => kept.extend(inner),
                _ => kept.push(part),
            }
        }
        match kept.len() {
            0 => Self::Constant(false),
            1 => kept.pop().unwrap_or(Self::Constant(false)),
            _ => Self::Any(kept),
        }
    }

    /// The opposite; no deeper than the formula is.
    pub(super) fn opposite(self) -> Self {
        match self {
            Self::Constant(holds) => Self::Constant(!holds),
            Self::Literal(literal) => Self::Literal(!literal),
            Self::All(parts) => Self::any(parts.into_iter().map(Self::opposite)),
            Self::Any(parts) => Self::all(parts.into_iter().map(Self::opposite)),
        }
    }

    /// Whether it holds for these options.
    pub(super) fn holds(&self, chosen: &[bool]) -> bool {
        match self {
            Self::Constant(holds) => *holds,
            Self::Literal(literal) => {
                chosen.get(literal.variable()).copied().unwrap_or(false) == literal.is_positive()
            }
            Self::All(parts) => parts.iter().all(|part| part.holds(chosen)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(chosen)),
        }
    }
}
