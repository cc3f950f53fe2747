use l2c_money::{AllocationPolicy, Currency, Rounding, RoundingPolicy};
use serde::{Deserialize, Serialize};

/// How a step's value follows from the values of its inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "operation", rename_all = "snake_case")]
pub enum Operation {
    /// A figure that comes from outside; no inputs.
    Input,
    /// The sum of any number of inputs; of none it is zero.
    Sum,
    /// The first input less the second.
    Difference,
    /// The first input times the second.
    Product,
    /// The first input divided by the second.
    Quotient,
    /// The input with the other sign.
    Negate,
    /// The smallest input; of none it is zero.
    Minimum,
    /// The largest input; of none it is zero.
    Maximum,
    /// The input, rounded.
    Round {
        /// The mode and the grid.
        policy: RoundingPolicy,
        /// The currency whose minor unit the grid may be.
        currency: Currency,
    },
    /// The first input as a whole amount that is split by the others as weights; its value is the whole.
    Allocation {
        /// Where left-over minor units go and what all-zero weights mean.
        policy: AllocationPolicy,
        /// The currency in whose minor units the whole is split.
        currency: Currency,
    },
    /// One part of an allocation, its only input.
    Share {
        /// Position of the part's weight among the weights, from 0.
        index: usize,
    },
    /// The first input to the power of the second, rounded once.
    Power {
        /// Decimals of the result.
        scale: u32,
        /// Which way a figure between two neighbours goes.
        mode: Rounding,
    },
}

impl Operation {
    /// Whether the operation takes this number of inputs.
    pub(crate) const fn takes(self, inputs: usize) -> bool {
        match self {
            Self::Input => inputs == 0,
            Self::Sum | Self::Minimum | Self::Maximum => true,
            Self::Difference | Self::Product | Self::Quotient | Self::Power { .. } => inputs == 2,
            Self::Negate | Self::Round { .. } | Self::Share { .. } => inputs == 1,
            Self::Allocation { .. } => inputs >= 2,
        }
    }
}
