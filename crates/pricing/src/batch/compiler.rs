use l2c_money::Exact;

use super::columns::{Columns, column_length, figures, largest};
use super::fraction::least_multiple;
use super::plan_table::PlanTable;
use super::program::{CHARGE, Combine, Factor, Operation, Range, Refusal, Source};
use crate::waterfall::document::GuardPolicy;
use crate::waterfall::line_price::Level;
use crate::waterfall::step::{Change, Factor as Part, Floor, Guard, Op as StepOp, Size, Step, Term};
use crate::{LIST, PricingError, Waterfall};

/// The largest figure on the way, in 128 bits.
const MAX_FIGURE: u128 = 1 << 126;
/// The largest figure on the way that 64 bits are enough for.
const MAX_NARROW: u128 = (1 << 63) - 1;
/// The largest amount, in minor units.
pub(super) const MAX_AMOUNT: u128 = 1_000_000_000_000_000_000;

/// A figure on its way: a register, and what its numbers are parts of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Figure {
    pub(super) register: usize,
    /// In how many parts a unit of the currency is cut.
    pub(super) parts: u128,
    /// And the column by whose values the parts are cut again.
    pub(super) cut: Option<Source>,
    /// The largest number.
    pub(super) max: u128,
    pub(super) level: Level,
    /// Whether it is multiplied by the quantity already, though the waterfall has it as the price of a unit.
    pub(super) is_whole: bool,
}

/// A waterfall on its way to operations.
pub(super) struct Compiler<'a> {
    pub(super) waterfall: &'a Waterfall,
    pub(super) plans: &'a PlanTable,
    pub(super) columns: &'a Columns<'a>,
    pub(super) quantity: u128,
    pub(super) has_returns: bool,
    pub(super) is_exact: bool,
    pub(super) operations: Vec<Operation>,
    pub(super) registers: usize,
    pub(super) is_wide: bool,
    /// The id of the step that is compiled.
    pub(super) step: String,
    /// The figure after each step.
    pub(super) figures: Vec<Option<Figure>>,
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
pub(super) const fn tens(decimals: u32) -> u128 {
    10_u128.saturating_pow(decimals)
}

impl Compiler<'_> {
    pub(super) fn refused(&self, reason: &str) -> Refusal {
        Refusal::Error(PricingError::NotInBatch {
            part: format!("step `{}`", self.step),
            reason: reason.to_owned(),
        })
    }

    pub(super) fn too_large(&self) -> Refusal {
        Refusal::TooLarge {
            step: self.step.clone(),
        }
    }

    /// A figure that fits.
    pub(super) fn fitting(&mut self, max: Option<u128>) -> Result<u128, Refusal> {
        let max = max
            .filter(|max| *max <= MAX_FIGURE)
            .ok_or_else(|| self.too_large())?;
        self.is_wide |= max > MAX_NARROW;
        Ok(max)
    }

    pub(super) fn register(&mut self) -> usize {
        let register = self.registers;
        self.registers = register.saturating_add(1);
        register
    }

    pub(super) fn step(&mut self, step: &Step, running: Option<Figure>) -> Result<Option<Figure>, Refusal> {
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

    pub(super) fn price(&mut self) -> Result<Figure, Refusal> {
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

    pub(super) fn charge(&mut self) -> Result<Figure, Refusal> {
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
    pub(super) fn times(
        &mut self,
        figure: Figure,
        factor: Factor,
        max: u128,
        parts: u128,
    ) -> Result<Figure, Refusal> {
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

    pub(super) fn whole_times(&mut self, figure: Figure, factor: u128) -> Result<Figure, Refusal> {
        self.times(figure, Factor::Whole(factor), factor, 1)
    }

    pub(super) fn extend(&mut self, figure: Figure) -> Result<Figure, Refusal> {
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
    pub(super) fn input(
        &self,
        name: &str,
        range: impl FnOnce(u32) -> Range,
    ) -> Result<(Source, u32, u128), Refusal> {
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
    pub(super) fn fraction(&self, value: &Exact) -> Result<(u128, u128), Refusal> {
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
    pub(super) fn reference(&mut self, of: usize, level: Level) -> Result<Figure, Refusal> {
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
    pub(super) fn alike(&mut self, one: Figure, other: Figure) -> Result<(Figure, Figure), Refusal> {
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

    pub(super) fn combine(&mut self, one: Figure, other: Figure, how: Combine) -> Result<Figure, Refusal> {
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

    pub(super) fn change(&mut self, change: &Change, running: Figure) -> Result<Figure, Refusal> {
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

    pub(super) fn prorate(&mut self, part: &Part, running: Figure) -> Result<Figure, Refusal> {
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

    pub(super) fn guard(&mut self, guard: &Guard, running: Figure) -> Result<Figure, Refusal> {
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
}
