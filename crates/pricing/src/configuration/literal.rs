use std::ops::Not;

/// A variable of the search: options come first, by their position in the model; behind them stand conditions.
pub(super) type Variable = usize;

/// A variable, or its opposite.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Literal {
    variable: Variable,
    positive: bool,
}

impl Literal {
    pub(super) const fn new(variable: Variable, positive: bool) -> Self {
        Self { variable, positive }
    }

    pub(super) const fn yes(variable: Variable) -> Self {
        Self::new(variable, true)
    }

    pub(super) const fn variable(self) -> Variable {
        self.variable
    }

    pub(super) const fn is_positive(self) -> bool {
        self.positive
    }

    /// Its place in a list of all literals.
    pub(super) const fn index(self) -> usize {
        self.variable
            .saturating_mul(2)
            .saturating_add(if self.positive { 0 } else { 1 })
    }
}

impl Not for Literal {
    type Output = Self;
    fn not(self) -> Self {
        Self::new(self.variable, !self.positive)
    }
}
