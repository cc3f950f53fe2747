#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "columns and plans are checked before, and a program is compiled for figures that fit"
)]

use std::ops::Range;

use l2c_money::Rounding;

use super::CHUNK;
use super::columns::Columns;
use super::lane::{Lane, Reciprocal};
use super::plan_table::{PlanTable, Record, Segment};
use super::program::{Combine, Divide, Divisor, Factor, Operation, Program, Source};

/// One for each currency; a plan's place among them has 8 bits.
type ByCurrency<T> = Box<[T; 256]>;

/// A program in the width that it needs.
#[derive(Debug, Clone)]
pub(super) struct Kernel<L> {
    steps: Vec<Step<L>>,
    registers: usize,
    result: usize,
}

#[derive(Debug, Clone)]
enum Step<L> {
    Price {
        to: usize,
    },
    Charge {
        to: usize,
    },
    Change {
        from: usize,
        to: usize,
        factor: Multiply<L>,
        divide: Quotient<L>,
    },
    Combine {
        from: usize,
        with: usize,
        to: usize,
        how: Combine,
    },
    Flag {
        from: usize,
        floor: usize,
    },
}

#[derive(Debug, Clone)]
enum Multiply<L> {
    One,
    Whole(L),
    Quantity,
    Currency(ByCurrency<L>),
    Figure {
        source: Source,
        offset: i64,
        minus: bool,
    },
}

#[derive(Debug, Clone)]
enum Quotient<L> {
    One,
    /// What is added before decides which way a fraction goes.
    Whole(Reciprocal<L>),
    Currency(ByCurrency<Reciprocal<L>>),
    /// What is cut off decides.
    WholeByRest(Reciprocal<L>, Rounding, bool),
    CurrencyByRest(ByCurrency<Reciprocal<L>>, Rounding, bool),
    Figure {
        source: Source,
        times: ByCurrency<L>,
        mode: Rounding,
        is_signed: bool,
    },
}

/// Room for the figures of a chunk.
pub(super) struct Scratch<L> {
    registers: Vec<[L; CHUNK]>,
    pub(super) currency: [u8; CHUNK],
    pub(super) amounts: [i64; CHUNK],
    pub(super) below_floor: [bool; CHUNK],
}

fn by_currency<T: Copy + Default>(of: impl IntoIterator<Item = T>) -> ByCurrency<T> {
    let mut table = Box::new([T::default(); 256]);
    table.iter_mut().zip(of).for_each(|(place, of)| *place = of);
    table
}

impl<L: Lane> Kernel<L> {
    pub(super) fn new(program: &Program) -> Self {
        let step = |operation: &Operation| match operation {
            Operation::Price { to } => Step::Price { to: *to },
            Operation::Charge { to } => Step::Charge { to: *to },
            Operation::Change {
                from,
                to,
                factor,
                divide,
            } => Step::Change {
                from: *from,
                to: *to,
                factor: Multiply::new(factor),
                divide: divide.as_ref().map_or(Quotient::One, Quotient::new),
            },
            Operation::Combine { from, with, to, how } => Step::Combine {
                from: *from,
                with: *with,
                to: *to,
                how: *how,
            },
            Operation::Flag { from, floor } => Step::Flag {
                from: *from,
                floor: *floor,
            },
        };
        Self {
            steps: program.operations.iter().map(step).collect(),
            registers: program.registers,
            result: program.result,
        }
    }

    pub(super) fn scratch(&self) -> Scratch<L> {
        Scratch {
            registers: vec![[L::default(); CHUNK]; self.registers],
            currency: [0; CHUNK],
            amounts: [0; CHUNK],
            below_floor: [false; CHUNK],
        }
    }

    /// The amounts of at most [`CHUNK`] lines.
    pub(super) fn chunk(
        &self,
        lines: Range<usize>,
        of: &Columns<'_>,
        plans: &PlanTable,
        scratch: &mut Scratch<L>,
    ) {
        let chunk = Chunk {
            plan: &of.plan[lines.clone()],
            quantity: &of.quantity[lines.clone()],
            lines,
            columns: of,
            plans,
        };
        let n = chunk.plan.len();
        let Scratch {
            registers,
            currency,
            amounts,
            below_floor,
        } = scratch;
        for (currency, plan) in currency[..n].iter_mut().zip(chunk.plan) {
            *currency = plans.records[*plan as usize].currency;
        }
        below_floor[..n].fill(false);
        let currency = &currency[..n];
        for step in &self.steps {
            match step {
                Step::Price { to } => {
                    for (to, plan) in registers[*to][..n].iter_mut().zip(chunk.plan) {
                        *to = L::of(u128::from(plans.records[*plan as usize].price));
                    }
                }
                Step::Charge { to } => chunk.charge(&mut registers[*to][..n]),
                Step::Change {
                    from,
                    to,
                    factor,
                    divide,
                } => {
                    let Ok([from, to]) = registers.get_disjoint_mut([*from, *to]) else {
                        continue;
                    };
                    chunk.change(&from[..n], &mut to[..n], currency, factor, divide);
                }
                Step::Combine { from, with, to, how } => {
                    let Ok([to, from, with]) = registers.get_disjoint_mut([*to, *from, *with]) else {
                        continue;
                    };
                    combine(&from[..n], &with[..n], &mut to[..n], &mut below_floor[..n], *how);
                }
                Step::Flag { from, floor } => {
                    let figures = registers[*from][..n].iter().zip(&registers[*floor][..n]);
                    for (below, (figure, floor)) in below_floor[..n].iter_mut().zip(figures) {
                        *below |= figure < floor;
                    }
                }
            }
        }
        let results = registers[self.result][..n].iter().zip(chunk.quantity);
        for (amount, (figure, quantity)) in amounts[..n].iter_mut().zip(results) {
            // All ones below zero: the two's complement of the figure.
            let sign = quantity >> 63;
            *amount = (figure.number() as i64 ^ sign) - sign;
        }
    }
}

/// The lines of a chunk.
struct Chunk<'a> {
    plan: &'a [u32],
    quantity: &'a [i64],
    lines: Range<usize>,
    columns: &'a Columns<'a>,
    plans: &'a PlanTable,
}

impl Chunk<'_> {
    fn charge<L: Lane>(&self, to: &mut [L]) {
        match self.plans.stride {
            1 => self.charge_by::<L, 1>(to),
            2 => self.charge_by::<L, 2>(to),
            4 => self.charge_by::<L, 4>(to),
            8 => self.charge_by::<L, 8>(to),
            stride => self.charge_with(to, |schedule, quantity| {
                let segments = &self.plans.segments[schedule * stride..][..stride];
                &segments[segments.partition_point(|segment| segment.last < quantity)]
            }),
        }
    }

    /// Few segments are all looked at: no branch depends on the data.
    fn charge_by<L: Lane, const N: usize>(&self, to: &mut [L]) {
        let (schedules, _) = self.plans.segments.as_chunks::<N>();
        self.charge_with(to, |schedule, quantity| {
            let segments = &schedules[schedule];
            let beyond = segments[..N - 1]
                .iter()
                .map(|segment| usize::from(segment.last < quantity));
            &segments[beyond.sum::<usize>() % N]
        });
    }

    #[inline]
    fn charge_with<'a, L: Lane>(&'a self, to: &mut [L], find: impl Fn(usize, u64) -> &'a Segment) {
        for (to, (plan, quantity)) in to.iter_mut().zip(self.plan.iter().zip(self.quantity)) {
            let Record { base, schedule, .. } = self.plans.records[*plan as usize];
            let quantity = quantity.unsigned_abs();
            let segment = find(schedule as usize, quantity);
            let quantity = L::of(u128::from(quantity));
            let units = quantity.on_line(L::signed(segment.slope), L::signed(segment.level));
            *to = units.times(L::of(u128::from(base)));
        }
    }

    #[inline]
    fn change<L: Lane>(
        &self,
        from: &[L],
        to: &mut [L],
        currency: &[u8],
        factor: &Multiply<L>,
        by: &Quotient<L>,
    ) {
        match factor {
            Multiply::One => self.divide(from, to, currency, by, |_, figure| figure),
            Multiply::Whole(factor) => self.divide(from, to, currency, by, |_, figure| figure.times(*factor)),
            Multiply::Quantity => {
                let quantity = &self.quantity[..to.len()];
                self.divide(from, to, currency, by, |line, figure| {
                    figure.times(L::of(u128::from(quantity[line].unsigned_abs())))
                });
            }
            Multiply::Currency(table) => {
                let currency = &currency[..to.len()];
                self.divide(from, to, currency, by, |line, figure| {
                    figure.times(table[usize::from(currency[line])])
                });
            }
            Multiply::Figure {
                source: Source::Line(index),
                offset,
                minus,
            } => {
                let values = &self.columns.inputs[*index].values[self.lines.clone()][..to.len()];
                let (offset, sign) = (*offset, if *minus { -1 } else { 1 });
                self.divide(from, to, currency, by, |line, figure| {
                    figure.times(L::signed(offset + sign * i64::from(values[line])))
                });
            }
            Multiply::Figure {
                source: Source::Plan(index),
                offset,
                minus,
            } => {
                let values = &self.plans.inputs[*index].values;
                let plan = &self.plan[..to.len()];
                let (offset, sign) = (*offset, if *minus { -1 } else { 1 });
                self.divide(from, to, currency, by, |line, figure| {
                    figure.times(L::signed(offset + sign * i64::from(values[plan[line] as usize])))
                });
            }
        }
    }

    #[inline]
    fn divide<L: Lane>(
        &self,
        from: &[L],
        to: &mut [L],
        currency: &[u8],
        by: &Quotient<L>,
        product: impl Fn(usize, L) -> L,
    ) {
        let n = to.len();
        let (currency, quantity) = (&currency[..n], &self.quantity[..n]);
        match by {
            Quotient::One => over(from, to, product),
            Quotient::Whole(by) => over(from, to, |line, figure| {
                product(line, figure).plus(by.bias).quotient_by(by)
            }),
            Quotient::Currency(table) => over(from, to, |line, figure| {
                let by = &table[usize::from(currency[line])];
                product(line, figure).plus(by.bias).quotient_by(by)
            }),
            Quotient::WholeByRest(by, mode, is_signed) => over(from, to, |line, figure| {
                let figure = product(line, figure);
                let negative = *is_signed && quantity[line] < 0;
                by_rest(figure, figure.quotient_by(by), by.by, *mode, negative)
            }),
            Quotient::CurrencyByRest(table, mode, is_signed) => over(from, to, |line, figure| {
                let by = &table[usize::from(currency[line])];
                let figure = product(line, figure);
                let negative = *is_signed && quantity[line] < 0;
                by_rest(figure, figure.quotient_by(by), by.by, *mode, negative)
            }),
            Quotient::Figure {
                source,
                times,
                mode,
                is_signed,
            } => {
                let (values, rows) = match source {
                    Source::Line(index) => (&self.columns.inputs[*index].values[self.lines.clone()], None),
                    Source::Plan(index) => (self.plans.inputs[*index].values.as_slice(), Some(self.plan)),
                };
                over(from, to, |line, figure| {
                    let value = values[rows.map_or(line, |plan| plan[line] as usize)];
                    let by = times[usize::from(currency[line])].times(L::signed(i64::from(value)));
                    let figure = product(line, figure);
                    let negative = *is_signed && quantity[line] < 0;
                    by_rest(figure, figure.quotient(by), by, *mode, negative)
                });
            }
        }
    }
}

#[inline]
fn over<L: Lane>(from: &[L], to: &mut [L], figure: impl Fn(usize, L) -> L) {
    let from = &from[..to.len()];
    for line in 0..to.len() {
        to[line] = figure(line, from[line]);
    }
}

/// A quotient, rounded by what was cut off.
#[inline]
fn by_rest<L: Lane>(figure: L, quotient: L, by: L, mode: Rounding, negative: bool) -> L {
    let rest = figure.less(quotient.times(by));
    let twice = rest.plus(rest);
    let is_cut = rest > L::default();
    let up = match mode {
        Rounding::HalfUp => twice >= by,
        Rounding::HalfEven => twice > by || (twice == by && quotient.number() % 2 == 1),
        Rounding::HalfDown => twice > by,
        Rounding::Up => is_cut,
        Rounding::Down => false,
        Rounding::Ceiling => is_cut && !negative,
        Rounding::Floor => is_cut && negative,
    };
    quotient.plus(L::of(u128::from(up)))
}

fn combine<L: Lane>(from: &[L], with: &[L], to: &mut [L], below_floor: &mut [bool], how: Combine) {
    let figures = to.iter_mut().zip(from.iter().zip(with));
    match how {
        Combine::Raise => {
            for (below, (to, (figure, floor))) in below_floor.iter_mut().zip(figures) {
                *below |= figure < floor;
                *to = *figure.max(floor);
            }
        }
        Combine::Subtract => figures.for_each(|(to, (figure, part))| *to = figure.less(*part)),
        Combine::Add => figures.for_each(|(to, (figure, part))| *to = figure.plus(*part)),
    }
}

impl<L: Lane> Multiply<L> {
    fn new(factor: &Factor) -> Self {
        match factor {
            Factor::Whole(1) => Self::One,
            Factor::Whole(factor) => Self::Whole(L::of(*factor)),
            Factor::Quantity => Self::Quantity,
            Factor::Currency(factors) => {
                Self::Currency(by_currency(factors.iter().map(|factor| L::of(*factor))))
            }
            Factor::Figure {
                source,
                offset,
                minus,
            } => Self::Figure {
                source: *source,
                offset: *offset,
                minus: *minus,
            },
        }
    }
}

impl<L: Lane> Quotient<L> {
    fn new(divide: &Divide) -> Self {
        let Divide { by, mode, is_signed } = divide;
        let (mode, is_signed) = (*mode, *is_signed);
        let bias = |by: u128| match mode {
            Rounding::HalfUp => Some(by / 2),
            Rounding::HalfDown => Some((by - 1) / 2),
            Rounding::Up => Some(by - 1),
            Rounding::Down => Some(0),
            Rounding::Ceiling if !is_signed => Some(by - 1),
            Rounding::Floor if !is_signed => Some(0),
            Rounding::HalfEven | Rounding::Ceiling | Rounding::Floor => None,
        };
        let by_bias = bias(1).is_some();
        let reciprocal = |by: &u128| Reciprocal::new(*by, bias(*by).unwrap_or(0));
        match by {
            Divisor::Whole(by) if by_bias => Self::Whole(reciprocal(by)),
            Divisor::Whole(by) => Self::WholeByRest(reciprocal(by), mode, is_signed),
            Divisor::Currency(divisors) => {
                let table = by_currency(divisors.iter().map(reciprocal));
                if by_bias {
                    Self::Currency(table)
                } else {
                    Self::CurrencyByRest(table, mode, is_signed)
                }
            }
            Divisor::Figure { source, times } => Self::Figure {
                source: *source,
                times: by_currency(times.iter().map(|times| L::of(*times))),
                mode,
                is_signed,
            },
        }
    }
}
