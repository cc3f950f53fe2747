use l2c_money::Rounding;

use super::columns::{Columns, Quantities};
use super::compiler::Compiler;
use super::plan_table::PlanTable;
use crate::{PricingError, Waterfall};

/// The name of what a schedule makes of the quantity, among the prices that a step may set.
pub const CHARGE: &str = "charge";

/// The steps of a waterfall as operations on columns of whole numbers. What a number is a part of, is known here and
/// nowhere else: amounts are magnitudes, a sign comes in at the end.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) operations: Vec<Operation>,
    pub(super) registers: usize,
    /// Where the amounts are in the end, in minor units.
    pub(super) result: usize,
    /// Whether 64 bits are not enough.
    pub(super) is_wide: bool,
    /// Whether there are quantities below zero.
    pub(super) has_returns: bool,
}

#[derive(Debug)]
pub(super) enum Operation {
    /// The list price, of one unit or times the quantity.
    Price { to: usize, is_extended: bool },
    /// What the schedule makes of the quantity.
    Charge { to: usize },
    /// from x factor, divided and rounded.
    Change {
        from: usize,
        to: usize,
        factor: Factor,
        divide: Option<Divide>,
    },
    /// Two figures that are parts of the same.
    Combine {
        from: usize,
        with: usize,
        to: usize,
        how: Combine,
    },
    /// Notes whether a figure is below another.
    Flag { from: usize, floor: usize },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Combine {
    /// The larger of both; notes whether the first is below the second.
    Raise,
    /// The first less the second, at least nothing.
    Subtract,
    Add,
}

#[derive(Debug, Clone)]
pub(super) enum Factor {
    Whole(u128),
    Quantity,
    /// One for each currency.
    Currency(Vec<u128>),
    /// offset + value, or offset - value.
    Figure {
        source: Source,
        offset: i64,
        minus: bool,
    },
}

/// A column of figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Line(usize),
    Plan(usize),
}

#[derive(Debug)]
pub(super) struct Divide {
    pub(super) by: Divisor,
    pub(super) mode: Rounding,
    /// Whether the mode looks at the sign, and there are both.
    pub(super) is_signed: bool,
}

#[derive(Debug)]
pub(super) enum Divisor {
    Whole(u128),
    Currency(Vec<u128>),
    /// The value of a column, times one for each currency.
    Figure {
        source: Source,
        times: Vec<u128>,
    },
}

/// The values that a column may have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    pub(super) from: i64,
    pub(super) to: i64,
}

/// Why there is no program.
pub(super) enum Refusal {
    Error(PricingError),
    /// The figures of a step do not fit.
    TooLarge {
        step: String,
    },
}

impl From<PricingError> for Refusal {
    fn from(error: PricingError) -> Self {
        Self::Error(error)
    }
}

impl Program {
    /// Compiles a waterfall for quantities up to a magnitude, and for figures of which the largest are known or only
    /// bounded.
    pub(super) fn new(
        waterfall: &Waterfall,
        plans: &PlanTable,
        columns: &Columns<'_>,
        quantities: Quantities,
        magnitude: u64,
        is_exact: bool,
    ) -> Result<Self, Refusal> {
        let mut compiler = Compiler {
            waterfall,
            plans,
            columns,
            quantity: u128::from(magnitude),
            has_returns: quantities.has_returns(),
            is_exact,
            operations: Vec::new(),
            registers: 0,
            is_wide: false,
            step: String::new(),
            figures: Vec::new(),
        };
        if let Some(step) = &waterfall.negotiated {
            compiler.step.clone_from(&step.id);
            return Err(compiler.refused("it looks at all lines of a document"));
        }
        let mut running = None;
        for step in &waterfall.steps {
            compiler.step.clone_from(&step.id);
            running = compiler.step(step, running)?;
            compiler.figures.push(running);
        }
        let result = compiler.finish(running)?;
        let mut program = Self {
            operations: compiler.operations,
            registers: compiler.registers,
            result,
            is_wide: compiler.is_wide,
            has_returns: compiler.has_returns,
        };
        program.leave_out_unread();
        program.reuse_registers();
        Ok(program)
    }

    /// Leaves out what nothing reads.
    fn leave_out_unread(&mut self) {
        let mut is_read = vec![false; self.registers];
        if let Some(is_read) = is_read.get_mut(self.result) {
            *is_read = true;
        }
        let mut kept = Vec::with_capacity(self.operations.len());
        for operation in self.operations.drain(..).rev() {
            let notes = matches!(
                operation,
                Operation::Flag { .. }
                    | Operation::Combine {
                        how: Combine::Raise,
                        ..
                    }
            );
            let to = operation.writes();
            if notes || to.and_then(|to| is_read.get(to)) == Some(&true) {
                for register in operation.reads() {
                    if let Some(is_read) = is_read.get_mut(register) {
                        *is_read = true;
                    }
                }
                kept.push(operation);
            }
        }
        kept.reverse();
        self.operations = kept;
    }

    /// Gives a register away when nothing reads it any more.
    fn reuse_registers(&mut self) {
        let mut last_read = vec![0; self.registers];
        for (place, operation) in self.operations.iter().enumerate() {
            for register in operation.reads() {
                if let Some(last) = last_read.get_mut(register) {
                    *last = place;
                }
            }
        }
        if let Some(last) = last_read.get_mut(self.result) {
            *last = usize::MAX;
        }
        let (mut names, mut free, mut used) = (vec![0; self.registers], Vec::new(), 0_usize);
        let name = |names: &[usize], register: usize| names.get(register).copied().unwrap_or_default();
        for (place, operation) in self.operations.iter_mut().enumerate() {
            if let Some(written) = operation.writes().and_then(|to| names.get_mut(to)) {
                *written = free.pop().unwrap_or_else(|| {
                    used = used.saturating_add(1);
                    used.saturating_sub(1)
                });
            }
            for register in operation.reads() {
                if last_read.get(register) == Some(&place) {
                    free.push(name(&names, register));
                }
            }
            operation.rename(|register| name(&names, register));
        }
        self.result = name(&names, self.result);
        self.registers = used;
    }
}

impl Operation {
    /// The registers that it reads, each once.
    fn reads(&self) -> impl Iterator<Item = usize> + use<> {
        let (one, other) = match self {
            Self::Price { .. } | Self::Charge { .. } => (None, None),
            Self::Change { from, .. } => (Some(*from), None),
            Self::Combine {
                from, with: other, ..
            }
            | Self::Flag { from, floor: other } => (Some(*from), Some(*other)),
        };
        one.into_iter().chain(other.filter(|other| Some(*other) != one))
    }

    const fn writes(&self) -> Option<usize> {
        match self {
            Self::Price { to, .. }
            | Self::Charge { to }
            | Self::Change { to, .. }
            | Self::Combine { to, .. } => Some(*to),
            Self::Flag { .. } => None,
        }
    }

    fn rename(&mut self, name: impl Fn(usize) -> usize) {
        match self {
            Self::Price { to, .. } | Self::Charge { to } => *to = name(*to),
            Self::Change { from, to, .. } => {
                *from = name(*from);
                *to = name(*to);
            }
            Self::Combine { from, with, to, .. } => {
                *from = name(*from);
                *with = name(*with);
                *to = name(*to);
            }
            Self::Flag { from, floor } => {
                *from = name(*from);
                *floor = name(*floor);
            }
        }
    }
}
