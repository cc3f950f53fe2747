#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "columns and plans are checked before, and a program is compiled for figures that fit"
)]

use std::array::from_fn;
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
    has_returns: bool,
}

#[derive(Debug, Clone)]
enum Step<L> {
    Price {
        to: usize,
        is_extended: bool,
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
            Operation::Price { to, is_extended } => Step::Price {
                to: *to,
                is_extended: *is_extended,
            },
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
            has_returns: program.has_returns,
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
        // Lines are done four at a time, and what is left one by one.
        let whole = lines.len() - lines.len() % LANES;
        let between = lines.start + whole;
        self.part::<LANES>(Lines::new(lines.start..between, of, plans), 0..whole, scratch);
        self.part::<1>(
            Lines::new(between..lines.end, of, plans),
            whole..lines.len(),
            scratch,
        );
    }

    fn part<const N: usize>(&self, lines: Lines<'_, N>, place: Range<usize>, scratch: &mut Scratch<L>) {
        let Scratch {
            registers,
            currency,
            amounts,
            below_floor,
        } = scratch;
        for (currency, plan) in currency[place.clone()].iter_mut().zip(lines.plan.as_flattened()) {
            *currency = lines.plans.currency[*plan as usize];
        }
        let currency = blocks(&currency[place.clone()]);
        let below_floor = blocks_mut(&mut below_floor[place.clone()]);
        below_floor.as_flattened_mut().fill(false);
        for step in &self.steps {
            match step {
                Step::Price { to, is_extended } => {
                    lines.price(blocks_mut(&mut registers[*to][place.clone()]), *is_extended);
                }
                Step::Charge { to } => lines.charge(blocks_mut(&mut registers[*to][place.clone()])),
                Step::Change {
                    from,
                    to,
                    factor,
                    divide,
                } => {
                    let Ok([from, to]) = registers.get_disjoint_mut([*from, *to]) else {
                        continue;
                    };
                    let (from, to) = (blocks(&from[place.clone()]), blocks_mut(&mut to[place.clone()]));
                    lines.change(from, to, currency, factor, divide);
                }
                Step::Combine { from, with, to, how } => {
                    let Ok([to, from, with]) = registers.get_disjoint_mut([*to, *from, *with]) else {
                        continue;
                    };
                    let to = blocks_mut(&mut to[place.clone()]);
                    combine::<L, N>(
                        blocks(&from[place.clone()]),
                        blocks(&with[place.clone()]),
                        to,
                        below_floor,
                        *how,
                    );
                }
                Step::Flag { from, floor } => {
                    let (from, floor) = (
                        &registers[*from][place.clone()],
                        &registers[*floor][place.clone()],
                    );
                    let figures = from.iter().zip(floor);
                    for (below, (figure, floor)) in below_floor.as_flattened_mut().iter_mut().zip(figures) {
                        *below |= figure < floor;
                    }
                }
            }
        }
        let results = registers[self.result][place.clone()].iter();
        let amounts = amounts[place].iter_mut();
        if self.has_returns {
            for (amount, (figure, quantity)) in amounts.zip(results.zip(lines.quantity.as_flattened())) {
                // All ones below zero: the two's complement of the figure.
                let sign = quantity >> 63;
                *amount = (figure.number() as i64 ^ sign) - sign;
            }
        } else {
            for (amount, figure) in amounts.zip(results) {
                *amount = figure.number() as i64;
            }
        }
    }
}

/// So many lines are done at once: the loops of a step are long enough then, and no longer.
const LANES: usize = 4;

/// A column in blocks of lines.
#[inline]
fn blocks<T, const N: usize>(column: &[T]) -> &[[T; N]] {
    column.as_chunks().0
}

#[inline]
fn blocks_mut<T, const N: usize>(column: &mut [T]) -> &mut [[T; N]] {
    column.as_chunks_mut().0
}

/// Consecutive lines, in blocks.
struct Lines<'a, const N: usize> {
    plan: &'a [[u32; N]],
    quantity: &'a [[i64; N]],
    range: Range<usize>,
    columns: &'a Columns<'a>,
    plans: &'a PlanTable,
}

impl<'a, const N: usize> Lines<'a, N> {
    fn new(range: Range<usize>, columns: &'a Columns<'a>, plans: &'a PlanTable) -> Self {
        Self {
            plan: blocks(&columns.plan[range.clone()]),
            quantity: blocks(&columns.quantity[range.clone()]),
            range,
            columns,
            plans,
        }
    }

    fn price<L: Lane>(&self, to: &mut [[L; N]], is_extended: bool) {
        let record = |plan: u32| L::of(u128::from(self.plans.records[plan as usize].price));
        let of = to.iter_mut().zip(self.plan.iter().zip(self.quantity));
        if is_extended {
            for (to, (plan, quantity)) in of {
                *to = from_fn(|k| record(plan[k]).times(L::of(u128::from(quantity[k].unsigned_abs()))));
            }
        } else {
            for (to, (plan, _)) in of {
                *to = plan.map(record);
            }
        }
    }

    fn charge<L: Lane>(&self, to: &mut [[L; N]]) {
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
    fn charge_by<L: Lane, const S: usize>(&self, to: &mut [[L; N]]) {
        let schedules = blocks::<Segment, S>(&self.plans.segments);
        self.charge_with(to, |schedule, quantity| {
            let segments = &schedules[schedule];
            let beyond = segments[..S - 1]
                .iter()
                .map(|segment| usize::from(segment.last < quantity));
            &segments[beyond.sum::<usize>() % S]
        });
    }

    #[inline]
    fn charge_with<'s, L: Lane>(&'s self, to: &mut [[L; N]], find: impl Fn(usize, u64) -> &'s Segment) {
        for (to, (plan, quantity)) in to.iter_mut().zip(self.plan.iter().zip(self.quantity)) {
            *to = from_fn(|k| {
                let Record { base, schedule, .. } = self.plans.records[plan[k] as usize];
                let quantity = quantity[k].unsigned_abs();
                let segment = find(schedule as usize, quantity);
                let quantity = L::of(u128::from(quantity));
                let units = quantity.on_line(L::signed(segment.slope), L::signed(segment.level));
                units.times(L::of(u128::from(base)))
            });
        }
    }

    fn change<L: Lane>(
        &self,
        from: &[[L; N]],
        to: &mut [[L; N]],
        currency: &[[u8; N]],
        factor: &Multiply<L>,
        by: &Quotient<L>,
    ) {
        match factor {
            Multiply::One => self.divide(from, to, currency, by, |_, figures| figures),
            Multiply::Whole(factor) => {
                let factor = *factor;
                self.divide(from, to, currency, by, |_, figures| {
                    figures.map(|figure| figure.times(factor))
                });
            }
            Multiply::Quantity => self.divide(from, to, currency, by, |block, figures| {
                let quantity = &self.quantity[block];
                from_fn(|k| figures[k].times(L::of(u128::from(quantity[k].unsigned_abs()))))
            }),
            Multiply::Currency(table) => self.divide(from, to, currency, by, |block, figures| {
                let currency = &currency[block];
                from_fn(|k| figures[k].times(table[usize::from(currency[k])]))
            }),
            Multiply::Figure {
                source,
                offset,
                minus,
            } => {
                let (offset, sign) = (*offset, if *minus { -1 } else { 1 });
                let scaled =
                    |figure: L, value: i32| figure.times(L::signed(offset + sign * i64::from(value)));
                match source {
                    Source::Line(index) => {
                        let values = blocks::<_, N>(&self.columns.inputs[*index].values[self.range.clone()]);
                        self.divide(from, to, currency, by, |block, figures| {
                            let values = &values[block];
                            from_fn(|k| scaled(figures[k], values[k]))
                        });
                    }
                    Source::Plan(index) => {
                        let values = self.plans.inputs[*index].values.as_slice();
                        self.divide(from, to, currency, by, |block, figures| {
                            let plan = &self.plan[block];
                            from_fn(|k| scaled(figures[k], values[plan[k] as usize]))
                        });
                    }
                }
            }
        }
    }

    #[inline]
    fn divide<L: Lane>(
        &self,
        from: &[[L; N]],
        to: &mut [[L; N]],
        currency: &[[u8; N]],
        by: &Quotient<L>,
        product: impl Fn(usize, [L; N]) -> [L; N],
    ) {
        let is_negative = |block: usize, k: usize, is_signed: bool| is_signed && self.quantity[block][k] < 0;
        match by {
            Quotient::One => over(from, to, product),
            Quotient::Whole(by) => {
                let by = *by;
                over(from, to, |block, figures| {
                    product(block, figures).map(|figure| figure.plus(by.bias).quotient_by(&by))
                });
            }
            Quotient::Currency(table) => over(from, to, |block, figures| {
                let (figures, currency) = (product(block, figures), &currency[block]);
                from_fn(|k| {
                    let by = &table[usize::from(currency[k])];
                    figures[k].plus(by.bias).quotient_by(by)
                })
            }),
            Quotient::WholeByRest(by, mode, is_signed) => over(from, to, |block, figures| {
                let figures = product(block, figures);
                from_fn(|k| by_rest(figures[k], by, *mode, is_negative(block, k, *is_signed)))
            }),
            Quotient::CurrencyByRest(table, mode, is_signed) => over(from, to, |block, figures| {
                let (figures, currency) = (product(block, figures), &currency[block]);
                from_fn(|k| {
                    let by = &table[usize::from(currency[k])];
                    by_rest(figures[k], by, *mode, is_negative(block, k, *is_signed))
                })
            }),
            Quotient::Figure {
                source,
                times,
                mode,
                is_signed,
            } => over(from, to, |block, figures| {
                let (figures, currency) = (product(block, figures), &currency[block]);
                from_fn(|k| {
                    let value = match source {
                        Source::Line(index) => {
                            self.columns.inputs[*index].values[self.range.start + block * N + k]
                        }
                        Source::Plan(index) => self.plans.inputs[*index].values[self.plan[block][k] as usize],
                    };
                    let by = times[usize::from(currency[k])].times(L::signed(i64::from(value)));
                    let quotient = figures[k].quotient(by);
                    rounded(figures[k], quotient, by, *mode, is_negative(block, k, *is_signed))
                })
            }),
        }
    }
}

#[inline]
fn over<L: Lane, const N: usize>(
    from: &[[L; N]],
    to: &mut [[L; N]],
    figures: impl Fn(usize, [L; N]) -> [L; N],
) {
    for (block, (to, from)) in to.iter_mut().zip(from).enumerate() {
        *to = figures(block, *from);
    }
}

#[inline]
fn by_rest<L: Lane>(figure: L, by: &Reciprocal<L>, mode: Rounding, negative: bool) -> L {
    rounded(
        figure,
        figure.plus(by.bias).quotient_by(by),
        by.by,
        mode,
        negative,
    )
}

/// A quotient, rounded by what was cut off.
#[inline]
fn rounded<L: Lane>(figure: L, quotient: L, by: L, mode: Rounding, negative: bool) -> L {
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

fn combine<L: Lane, const N: usize>(
    from: &[[L; N]],
    with: &[[L; N]],
    to: &mut [[L; N]],
    below_floor: &mut [[bool; N]],
    how: Combine,
) {
    let figures = to.iter_mut().zip(from.iter().zip(with));
    match how {
        Combine::Raise => {
            for (below, (to, (figures, floors))) in below_floor.iter_mut().zip(figures) {
                *below = from_fn(|k| below[k] | (figures[k] < floors[k]));
                *to = from_fn(|k| figures[k].max(floors[k]));
            }
        }
        Combine::Subtract => {
            figures.for_each(|(to, (figures, parts))| *to = from_fn(|k| figures[k].less(parts[k])))
        }
        Combine::Add => {
            figures.for_each(|(to, (figures, parts))| *to = from_fn(|k| figures[k].plus(parts[k])))
        }
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
