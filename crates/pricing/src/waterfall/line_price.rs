use l2c_money::{Currency, Exact};

use super::stack::StackOutcome;

/// The price of one line, with the outcome of every step.
///
/// Figures are exact but [`net`](Self::net), which is rounded as the waterfall says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinePrice {
    pub(crate) currency: Currency,
    pub(crate) quantity: Exact,
    pub(crate) cost: Option<Exact>,
    pub(crate) steps: Vec<StepOutcome>,
    pub(crate) unit_price: Option<Exact>,
    pub(crate) exact: Exact,
    pub(crate) net: Exact,
}

/// What came of a step. The steps of an outcome stand in the order of the waterfall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepOutcome {
    /// The figure after the step; none where there was no price yet.
    pub value: Option<Exact>,
    /// Its currency.
    pub currency: Currency,
    /// Whether it is the price of one unit or the amount of the line.
    pub level: Level,
    /// What the step did.
    pub effect: Effect,
}

/// What a running figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The price of one unit.
    Unit,
    /// The amount of the line.
    Line,
}

/// What a step did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// It set the figure, multiplied it by the quantity or kept it as it was.
    Figure,
    /// It did not apply.
    Skipped(Skip),
    /// A discount was subtracted.
    Discount {
        /// What was subtracted; below zero where it raised the figure.
        amount: Exact,
        /// What would have been subtracted beyond zero.
        unused: Exact,
    },
    /// A surcharge was added.
    Surcharge {
        /// What was added.
        amount: Exact,
    },
    /// The figure was multiplied.
    Factor(Exact),
    /// The figure was rounded.
    Rounded {
        /// The rounded figure less the exact one.
        residue: Exact,
    },
    /// A floor was tested.
    Floor {
        /// The floor, at the level of the step.
        floor: Exact,
        /// How far the figure was below it, as a magnitude; zero if it was not.
        shortfall: Exact,
        /// Whether the figure became the floor.
        clamped: bool,
    },
    /// Discount rules were stacked.
    Stack(Box<StackOutcome>),
}

/// Why a step did not apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Skip {
    /// Its condition does not hold.
    Condition,
    /// The line does not bring a figure that it names.
    MissingInput,
    /// It has no amount.
    NoAmount,
}

/// A figure below its floor that is kept, for somebody to approve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardViolation {
    /// The position of the guard among the steps.
    pub step: usize,
    /// The floor, at the level of the step.
    pub floor: Exact,
    /// How far the figure is below it, as a magnitude.
    pub shortfall: Exact,
}

impl LinePrice {
    /// The currency of the line.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The quantity.
    #[must_use]
    pub const fn quantity(&self) -> &Exact {
        &self.quantity
    }

    /// The outcome of every step, in the order of [`Waterfall::step_ids`](crate::Waterfall::step_ids).
    #[must_use]
    pub fn steps(&self) -> &[StepOutcome] {
        &self.steps
    }

    /// The price of one unit before it was multiplied by the quantity, exact; none where the line began with an
    /// amount.
    #[must_use]
    pub const fn unit_price(&self) -> Option<&Exact> {
        self.unit_price.as_ref()
    }

    /// The amount of the line before it was rounded.
    #[must_use]
    pub const fn exact(&self) -> &Exact {
        &self.exact
    }

    /// The amount of the line, rounded.
    #[must_use]
    pub const fn net(&self) -> &Exact {
        &self.net
    }

    /// The same price before its last rounding: the net is the exact amount.
    #[must_use]
    pub fn unrounded(mut self) -> Self {
        self.net = self.exact.clone();
        self
    }

    /// What rounding the line added.
    #[must_use]
    pub fn residue(&self) -> Exact {
        &self.net - &self.exact
    }

    /// Figures below their floors that were kept, in the order of the steps.
    pub fn violations(&self) -> impl Iterator<Item = GuardViolation> {
        self.steps
            .iter()
            .enumerate()
            .filter_map(|(step, outcome)| match &outcome.effect {
                Effect::Floor {
                    floor,
                    shortfall,
                    clamped: false,
                } if !shortfall.is_zero() => Some(GuardViolation {
                    step,
                    floor: floor.clone(),
                    shortfall: shortfall.clone(),
                }),
                _ => None,
            })
    }

    /// The figure after a step as an amount of the line; none where there was no price yet, or where it is in
    /// another currency.
    #[must_use]
    pub fn line_amount(&self, step: usize) -> Option<Exact> {
        let outcome = self.steps.get(step)?;
        let value = outcome.value.as_ref()?;
        (outcome.currency == self.currency).then(|| match outcome.level {
            Level::Unit => value * &self.quantity,
            Level::Line => value.clone(),
        })
    }

    /// Discount on the figure after a step, as a percentage, exact and signed: 12.5 means 12.5 %, a line above
    /// that figure is negative. None without such a figure. A percentage that is shown is rounded and is never
    /// an input.
    #[must_use]
    pub fn discount_percent(&self, step: usize) -> Option<Exact> {
        percent(&(self.line_amount(step)? - &self.net), &self.line_amount(step)?)
    }

    /// Net less cost; none without a cost.
    #[must_use]
    pub fn margin(&self) -> Option<Exact> {
        Some(&self.net - self.cost.as_ref()? * &self.quantity)
    }

    /// The margin as a percentage of the net, exact; none without a cost or without a net.
    #[must_use]
    pub fn margin_percent(&self) -> Option<Exact> {
        percent(&self.margin()?, &self.net)
    }
}

/// A part as a percentage of a whole, exact; none of nothing.
pub(crate) fn percent(part: &Exact, whole: &Exact) -> Option<Exact> {
    (part * Exact::integer(100)).checked_div(whole).ok()
}
