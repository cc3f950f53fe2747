use l2c_money::{Exact, RoundTo, Rounding, RoundingPolicy};

use super::columns::{Columns, Quantities, column_length, figures, largest};
use super::fraction::{greatest_divisor, least_multiple};
use super::plan_table::PlanTable;
use crate::waterfall::document::GuardPolicy;
use crate::waterfall::line_price::Level;
use crate::waterfall::step::{Change, Factor as Part, Floor, Guard, Op as StepOp, Size, Step, Term};
use crate::{LIST, PricingError, Waterfall};

/// The name of what a schedule makes of the quantity, among the prices that a step may set.
pub const CHARGE: &str = "charge";

/// The largest figure on the way, in 128 bits.
const MAX_FIGURE: u128 = 1 << 126;
/// The largest figure on the way that 64 bits are enough for.
const MAX_NARROW: u128 = (1 << 63) - 1;
/// The largest amount, in minor units.
const MAX_AMOUNT: u128 = 1_000_000_000_000_000_000;

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

/// A figure on its way: a register, and what its numbers are parts of.
#[derive(Debug, Clone, Copy)]
struct Figure {
    register: usize,
    /// In how many parts a unit of the currency is cut.
    parts: u128,
    /// And the column by whose values the parts are cut again.
    cut: Option<Source>,
    /// The largest number.
    max: u128,
    level: Level,
    /// Whether it is multiplied by the quantity already, though the waterfall has it as the price of a unit.
    is_whole: bool,
}

struct Compiler<'a> {
    waterfall: &'a Waterfall,
    plans: &'a PlanTable,
    columns: &'a Columns<'a>,
    quantity: u128,
    has_returns: bool,
    is_exact: bool,
    operations: Vec<Operation>,
    registers: usize,
    is_wide: bool,
    /// The id of the step that is compiled.
    step: String,
    /// The figure after each step.
    figures: Vec<Option<Figure>>,
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

/// What is taken of a figure by a percentage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Share {
    /// The percentage itself.
    Part,
    /// What it leaves.
    Less,
    /// The figure with it on top.
    More,
}

/// No bound of a percentage.
const ANY: i64 = i64::MAX;

/// How many parts of 10^-decimals there are in one.
const fn tens(decimals: u32) -> u128 {
    10_u128.saturating_pow(decimals)
}

impl Compiler<'_> {
    fn refused(&self, reason: &str) -> Refusal {
        Refusal::Error(PricingError::NotInBatch {
            part: format!("step `{}`", self.step),
            reason: reason.to_owned(),
        })
    }

    fn too_large(&self) -> Refusal {
        Refusal::TooLarge {
            step: self.step.clone(),
        }
    }

    /// A figure that fits.
    fn fitting(&mut self, max: Option<u128>) -> Result<u128, Refusal> {
        let max = max
            .filter(|max| *max <= MAX_FIGURE)
            .ok_or_else(|| self.too_large())?;
        self.is_wide |= max > MAX_NARROW;
        Ok(max)
    }

    fn register(&mut self) -> usize {
        let register = self.registers;
        self.registers = register.saturating_add(1);
        register
    }

    fn step(&mut self, step: &Step, running: Option<Figure>) -> Result<Option<Figure>, Refusal> {
        if step.when.is_some() {
            return Err(self.refused("it has a condition"));
        }
        if let StepOp::List = &step.op {
            let price = self.price()?;
            return self.extend(price).map(Some);
        }
        if let StepOp::Price { amount, currency } = &step.op {
            return match (amount, currency) {
                (Some(Term::Input { name, .. }), None) if name == LIST => self.price().map(Some),
                (Some(Term::Input { name, .. }), None) if name == CHARGE => self.charge().map(Some),
                _ => {
                    Err(self
                        .refused("it sets another price than `list` or `charge` in the currency of the line"))
                }
            };
        }
        let running = running.ok_or_else(|| self.refused("there is no price yet: set one before"))?;
        match &step.op {
            StepOp::Change(change) => self.change(change, running),
            StepOp::Prorate(part) => self.prorate(part, running),
            StepOp::Round(policy) => self.round(running, *policy),
            StepOp::Guard(guard) => self.guard(guard, running),
            StepOp::Subtotal => Ok(running),
            StepOp::Extend => self.extend(running),
            StepOp::List | StepOp::Price { .. } => Ok(running),
            StepOp::Charge(_) => {
                Err(self.refused("it has a charge of its own: make it the schedule of a plan"))
            }
            StepOp::CostPlus(_) => Err(self.refused("it asks for the cost")),
            StepOp::Convert { .. } => Err(self.refused("it converts currencies")),
            StepOp::Clamp { .. } => {
                Err(self.refused("it has bounds in amounts; a guard on a discount is done"))
            }
            StepOp::Stack(_) => Err(self.refused("it stacks rules")),
        }
        .map(Some)
    }

    fn price(&mut self) -> Result<Figure, Refusal> {
        let max = self.fitting(Some(u128::from(self.plans.max_price)))?;
        let register = self.register();
        self.operations.push(Operation::Price {
            to: register,
            is_extended: false,
        });
        Ok(Figure {
            register,
            parts: tens(self.plans.price_decimals),
            cut: None,
            max,
            level: Level::Unit,
            is_whole: false,
        })
    }

    fn charge(&mut self) -> Result<Figure, Refusal> {
        let quantity = i64::try_from(self.quantity).unwrap_or(i64::MAX);
        let max = self.fitting(self.plans.max_charge(quantity))?;
        let register = self.register();
        self.operations.push(Operation::Charge { to: register });
        Ok(Figure {
            register,
            parts: tens(self.plans.price_decimals).saturating_mul(self.plans.schedule_parts),
            cut: None,
            max,
            level: Level::Unit,
            is_whole: true,
        })
    }

    /// A figure times something: how large that is at most, and into how many more parts it cuts.
    fn times(&mut self, figure: Figure, factor: Factor, max: u128, parts: u128) -> Result<Figure, Refusal> {
        if matches!(factor, Factor::Whole(1)) && parts == 1 {
            return Ok(figure);
        }
        let parts = figure.parts.checked_mul(parts).ok_or_else(|| self.too_large())?;
        self.fitting(Some(max))?;
        let max = self.fitting(figure.max.checked_mul(max))?;
        let register = self.register();
        self.operations.push(Operation::Change {
            from: figure.register,
            to: register,
            factor,
            divide: None,
        });
        Ok(Figure {
            register,
            parts,
            max,
            ..figure
        })
    }

    fn whole_times(&mut self, figure: Figure, factor: u128) -> Result<Figure, Refusal> {
        self.times(figure, Factor::Whole(factor), factor, 1)
    }

    fn extend(&mut self, figure: Figure) -> Result<Figure, Refusal> {
        let figure = Figure {
            level: Level::Line,
            ..figure
        };
        if figure.is_whole {
            return Ok(figure);
        }
        let (quantity, parts) = (self.quantity, tens(self.plans.quantity_decimals));
        let is_list = |operation: &Operation| matches!(operation, Operation::Price { to, .. } if *to == figure.register);
        let is_list = self.operations.iter().any(is_list);
        let figure = self.times(figure, Factor::Quantity, quantity, parts)?;
        if is_list && let Some(last) = self.operations.last_mut() {
            *last = Operation::Price {
                to: figure.register,
                is_extended: true,
            };
        }
        Ok(Figure {
            is_whole: true,
            ..figure
        })
    }

    /// A column by the name of an input, and its largest value.
    fn input(&self, name: &str, range: impl FnOnce(u32) -> Range) -> Result<(Source, u32, u128), Refusal> {
        let of_lines = self
            .columns
            .inputs
            .iter()
            .position(|figures| figures.name == name);
        let of_plans = self.plans.inputs.iter().position(|figures| figures.name == name);
        let source = of_lines.map(Source::Line).or(of_plans.map(Source::Plan));
        let found = source.and_then(|source| Some((source, figures(source, self.columns, self.plans)?)));
        let Some((source, figures)) = found else {
            return Err(self.refused(&format!("there is no column `{name}`")));
        };
        if matches!(source, Source::Line(_)) {
            column_length(figures.name, figures.values.len(), self.columns.plan.len())?;
            super::plan_table::check_decimals(figures.name, figures.decimals)?;
        }
        let max = largest(figures, range(figures.decimals), self.is_exact)?;
        Ok((source, figures.decimals, u128::from(max)))
    }

    /// What a figure of the document is a fraction of.
    fn fraction(&self, value: &Exact) -> Result<(u128, u128), Refusal> {
        let parts = value.to_ratio();
        let parts =
            parts.and_then(|(above, below)| Some((u128::try_from(above).ok()?, u128::try_from(below).ok()?)));
        parts.ok_or_else(|| self.refused("its figure is below zero, or too long"))
    }

    /// A figure times what a percentage of at most so much leaves, adds or is.
    fn percent(&mut self, figure: Figure, percent: &Term, what: Share, most: i64) -> Result<Figure, Refusal> {
        match percent {
            Term::Fixed { value, .. } => {
                if *value > Exact::integer(most) * Exact::ratio(1, 100).unwrap_or_default() {
                    return Err(self.refused(&format!("it is more than {most} %")));
                }
                let (above, below) = self.fraction(value)?;
                let factor = match what {
                    Share::Part => Some(above),
                    Share::Less => below.checked_sub(above),
                    Share::More => below.checked_add(above),
                };
                let factor = factor.ok_or_else(|| self.too_large())?;
                self.times(figure, Factor::Whole(factor), factor, below)
            }
            Term::Input { name, .. } => {
                let range = |decimals| Range {
                    from: 0,
                    to: 10_i64.saturating_pow(decimals).saturating_mul(most),
                };
                let (source, decimals, largest) = self.input(name, range)?;
                let whole = tens(decimals).saturating_mul(100);
                let of_whole = i64::try_from(whole).unwrap_or(i64::MAX);
                let (offset, max) = match what {
                    Share::Part => (0, largest),
                    Share::Less => (of_whole, whole),
                    Share::More => (of_whole, whole.saturating_add(largest)),
                };
                let minus = what == Share::Less;
                self.times(
                    figure,
                    Factor::Figure {
                        source,
                        offset,
                        minus,
                    },
                    max,
                    whole,
                )
            }
        }
    }

    /// The figure after an earlier step, at the level that is reached now.
    fn reference(&mut self, of: usize, level: Level) -> Result<Figure, Refusal> {
        let figure = self.figures.get(of).copied().flatten();
        let figure = figure.ok_or_else(|| self.refused("it refers to a step without a price"))?;
        if level == Level::Line {
            return self.extend(figure);
        }
        if figure.is_whole {
            return Err(self.refused("it refers to a charge before `extend`: put it behind"));
        }
        Ok(figure)
    }

    /// Two figures as parts of the same.
    fn alike(&mut self, one: Figure, other: Figure) -> Result<(Figure, Figure), Refusal> {
        if one.cut != other.cut || one.is_whole != other.is_whole {
            return Err(self
                .refused("it compares a figure that is cut by a column with one that is not: round before"));
        }
        if one.parts == other.parts {
            return Ok((one, other));
        }
        let parts = least_multiple(one.parts, other.parts).ok_or_else(|| self.too_large())?;
        let mut scaled = |figure: Figure| {
            let by = parts.checked_div(figure.parts).unwrap_or(1);
            let scaled = self.whole_times(figure, by)?;
            Ok::<Figure, Refusal>(Figure { parts, ..scaled })
        };
        Ok((scaled(one)?, scaled(other)?))
    }

    fn combine(&mut self, one: Figure, other: Figure, how: Combine) -> Result<Figure, Refusal> {
        let (one, mut other) = self.alike(one, other)?;
        if one.register == other.register {
            other.register = self.register();
            self.operations.push(Operation::Change {
                from: one.register,
                to: other.register,
                factor: Factor::Whole(1),
                divide: None,
            });
        }
        let max = match how {
            Combine::Raise => Some(one.max.max(other.max)),
            Combine::Subtract => Some(one.max),
            Combine::Add => one.max.checked_add(other.max),
        };
        let max = self.fitting(max)?;
        let register = self.register();
        self.operations.push(Operation::Combine {
            from: one.register,
            with: other.register,
            to: register,
            how,
        });
        Ok(Figure { register, max, ..one })
    }

    fn change(&mut self, change: &Change, running: Figure) -> Result<Figure, Refusal> {
        let Size::Percent(percent) = &change.size else {
            return Err(self.refused("it is an amount, not a percentage"));
        };
        let (what, most) = if change.raises {
            (Share::More, ANY)
        } else {
            (Share::Less, 100)
        };
        if change.of.is_none() && change.rounding.is_none() {
            return self.percent(running, percent, what, most);
        }
        let base = match change.of {
            None => running,
            Some(of) => self.reference(of, running.level)?,
        };
        let mut amount = self.percent(base, percent, Share::Part, most)?;
        if let Some(policy) = change.rounding {
            amount = self.round(amount, policy)?;
        }
        let how = if change.raises {
            Combine::Add
        } else {
            Combine::Subtract
        };
        self.combine(running, amount, how)
    }

    fn prorate(&mut self, part: &Part, running: Figure) -> Result<Figure, Refusal> {
        let at_least = |from| {
            move |_| Range {
                from,
                to: i64::from(i32::MAX),
            }
        };
        let (above, below) = match part {
            Part::Counted(..) => {
                return Err(self.refused("it counts a term: bring part and whole as columns"));
            }
            Part::Whole(above) => (above, None),
            Part::Ratio(above, below) => (above, Some(below)),
        };
        let mut figure = match above {
            Term::Fixed { value, .. } => {
                let (above, below) = self.fraction(value)?;
                self.times(running, Factor::Whole(above), above, below)?
            }
            Term::Input { name, .. } => {
                let (source, decimals, max) = self.input(name, at_least(0))?;
                let factor = Factor::Figure {
                    source,
                    offset: 0,
                    minus: false,
                };
                self.times(running, factor, max, tens(decimals))?
            }
        };
        match below {
            None => {}
            Some(Term::Fixed { value, .. }) => {
                let (above, below) = self.fraction(value)?;
                figure = self.times(figure, Factor::Whole(below), below, above)?;
            }
            Some(Term::Input { name, .. }) => {
                let (source, decimals, _) = self.input(name, at_least(1))?;
                if figure.cut.is_some() {
                    return Err(self.refused("it divides by a second column: round before"));
                }
                figure = self.whole_times(figure, tens(decimals))?;
                figure.cut = Some(source);
            }
        }
        Ok(figure)
    }

    fn guard(&mut self, guard: &Guard, running: Figure) -> Result<Figure, Refusal> {
        let Floor::Discount { percent, of } = &guard.floor else {
            return Err(self.refused("its floor is an amount or a margin, not a part of an earlier figure"));
        };
        if guard.policy == GuardPolicy::Reject {
            return Err(self.refused("it refuses lines: flag them"));
        }
        let base = self.reference(*of, running.level)?;
        let mut floor = self.percent(base, percent, Share::Less, 100)?;
        if let Some(policy) = guard.rounding {
            floor = self.round(floor, policy)?;
        }
        if guard.policy == GuardPolicy::Clamp {
            return self.combine(running, floor, Combine::Raise);
        }
        let (running, floor) = self.alike(running, floor)?;
        self.operations.push(Operation::Flag {
            from: running.register,
            floor: floor.register,
        });
        Ok(running)
    }

    /// The step of a grid, as so many parts of 10^-decimals, for each currency.
    fn grid(&self, to: RoundTo) -> Result<Vec<(u128, u32)>, Refusal> {
        let step = match to {
            RoundTo::MinorUnit => {
                let currencies = self.plans.currencies().iter();
                return Ok(currencies.map(|currency| (1, currency.minor_units())).collect());
            }
            RoundTo::Scale(decimals) => (1, decimals),
            RoundTo::Increment(increment) => {
                let increment = increment.normalize();
                let parts = u128::try_from(increment.mantissa()).map_err(|_| self.too_large())?;
                (parts, increment.scale())
            }
        };
        Ok(vec![step; self.plans.currencies().len()])
    }

    /// Rounded to steps of a grid: how many of them.
    fn steps_of(&mut self, figure: Figure, grid: &[(u128, u32)], mode: Rounding) -> Result<Figure, Refusal> {
        if figure.is_whole && figure.level == Level::Unit {
            return Err(self.refused("it rounds the price of a unit of a charge: put it behind `extend`"));
        }
        // As fine that every step is a whole number of parts.
        let mut finer = Some(1);
        for (step, decimals) in grid {
            let needed = tens(*decimals);
            let there = figure.parts.checked_mul(*step).ok_or_else(|| self.too_large())?;
            let missing = needed.checked_div(greatest_divisor(needed, there)).unwrap_or(1);
            finer = finer.and_then(|finer| least_multiple(finer, missing));
        }
        let finer = finer.ok_or_else(|| self.too_large())?;
        let figure = self.whole_times(figure, finer)?;
        let mut divisors = Vec::with_capacity(grid.len());
        for (step, decimals) in grid {
            let there = figure
                .parts
                .checked_mul(finer)
                .and_then(|parts| parts.checked_mul(*step));
            let divisor = there.and_then(|there| there.checked_div(tens(*decimals)));
            divisors.push(self.fitting(divisor)?);
        }
        let is_uniform = divisors.windows(2).all(|pair| pair.first() == pair.last());
        let first = divisors.first().copied().unwrap_or(1);
        if figure.cut.is_none() && is_uniform && first == 1 {
            return Ok(figure);
        }
        let (least, most) = divisors.iter().fold((u128::MAX, 1), |(least, most), by| {
            (least.min(*by), most.max(*by))
        });
        self.fitting(figure.max.checked_add(most))?;
        let max = figure.max.checked_div(least).unwrap_or(0).saturating_add(1);
        let by = match figure.cut {
            Some(source) => {
                // A value has at most 31 bits.
                self.fitting(most.checked_mul(1 << 31))?;
                Divisor::Figure {
                    source,
                    times: divisors,
                }
            }
            None if is_uniform => Divisor::Whole(first),
            None => Divisor::Currency(divisors),
        };
        let is_signed = matches!(mode, Rounding::Ceiling | Rounding::Floor)
            && figure.level == Level::Line
            && self.has_returns;
        let divide = Divide { by, mode, is_signed };
        let register = self.divided(figure, divide);
        Ok(Figure {
            register,
            max,
            cut: None,
            ..figure
        })
    }

    /// The register of a quotient. A product that nothing else reads is divided at once.
    fn divided(&mut self, figure: Figure, divide: Divide) -> usize {
        let is_kept = self
            .figures
            .iter()
            .flatten()
            .any(|kept| kept.register == figure.register);
        if let Some(Operation::Change {
            to,
            divide: open @ None,
            ..
        }) = self.operations.last_mut()
            && *to == figure.register
            && !is_kept
        {
            *open = Some(divide);
            return figure.register;
        }
        let register = self.register();
        self.operations.push(Operation::Change {
            from: figure.register,
            to: register,
            factor: Factor::Whole(1),
            divide: Some(divide),
        });
        register
    }

    fn round(&mut self, figure: Figure, policy: RoundingPolicy) -> Result<Figure, Refusal> {
        let grid = self.grid(policy.to)?;
        let steps = self.steps_of(figure, &grid, policy.mode)?;
        self.scaled(steps, &grid, |decimals| decimals)
    }

    /// Steps of a grid as parts of a unit, the same for all currencies.
    fn scaled(
        &mut self,
        figure: Figure,
        grid: &[(u128, u32)],
        decimals: impl Fn(u32) -> u32,
    ) -> Result<Figure, Refusal> {
        let finest = grid.iter().map(|(_, of)| decimals(*of)).max().unwrap_or(0);
        let factors = grid
            .iter()
            .map(|(step, of)| step.checked_mul(tens(finest.saturating_sub(decimals(*of)))));
        let factors: Option<Vec<u128>> = factors.collect();
        let factors = factors.ok_or_else(|| self.too_large())?;
        let most = factors.iter().copied().max().unwrap_or(1);
        let is_uniform = factors.iter().all(|factor| *factor == most);
        let factor = if is_uniform {
            Factor::Whole(most)
        } else {
            Factor::Currency(factors)
        };
        let figure = self.times(figure, factor, most, 1)?;
        Ok(Figure {
            parts: tens(finest),
            ..figure
        })
    }

    /// The amount of the line, rounded, in minor units of its currency.
    fn finish(&mut self, running: Option<Figure>) -> Result<usize, Refusal> {
        "line_rounding".clone_into(&mut self.step);
        let running = running.ok_or_else(|| self.refused("there is no price: set one"))?;
        let figure = self.extend(running)?;
        let policy = self.waterfall.line_rounding;
        let grid = self.grid(policy.to)?;
        let steps = self.steps_of(figure, &grid, policy.mode)?;
        let mut factors = Vec::with_capacity(grid.len());
        for ((step, decimals), currency) in grid.iter().zip(self.plans.currencies()) {
            let digits = currency.minor_units();
            let finer = digits.checked_sub(*decimals);
            let finer = finer.ok_or_else(|| self.refused("it leaves parts of a minor unit"))?;
            factors.push(step.saturating_mul(tens(finer)));
        }
        let most = factors.iter().copied().max().unwrap_or(1);
        let is_uniform = factors.iter().all(|factor| *factor == most);
        let factor = if is_uniform {
            Factor::Whole(most)
        } else {
            Factor::Currency(factors)
        };
        let amount = self.times(steps, factor, most, 1)?;
        if amount.max > MAX_AMOUNT {
            return Err(self.too_large());
        }
        Ok(amount.register)
    }
}
