//! Many lines at once, over columns of integers: the figures of [`Waterfall::price`] to the minor unit, without a
//! document per line.
//!
//! What lines cost is compiled once, into a [`PlanTable`]. A [`Batch`] checks its [`Columns`] and compiles the waterfall
//! for them. Then each range of lines is a pure function: call it from as many threads as there are, in any order; what
//! it gives depends on the lines alone.
//!
//! ```
//! use l2c_pricing::Waterfall;
//! use l2c_pricing::batch::{Batch, Columns, Figures, PlanColumns, PlanTable, PriceColumns, Schedule};
//! use l2c_pricing::money::Currency;
//! use l2c_pricing::rating::Charge;
//!
//! // All units cost 10 % less from 100 on.
//! let volume = Charge::new(&serde_json::from_str(r#"{"model": "volume", "list_unit_price": "1", "tiers": [
//!     {"up_to": "99", "discount_percent": "0"}, {"discount_percent": "10"}]}"#)?, Currency::USD)?;
//! let plans = PlanTable::new(
//!     PlanColumns {
//!         price: &[25_0000, 19_9950], // 25.0000 and 19.9950
//!         price_decimals: 4,
//!         schedule: &[0, 1],
//!         currency: &[Currency::USD, Currency::USD],
//!         quantity_decimals: 0,
//!         inputs: &[Figures { name: "most_off", decimals: 0, values: &[30, 20] }],
//!     },
//!     &[Schedule::List, Schedule::OfList(&volume)],
//! )?;
//! // A discount of the line, at most what the plan allows off its list price, for some days of a year.
//! let waterfall = Waterfall::new(&serde_json::from_str(r#"{"id": "bulk", "version": 1, "steps": [
//!     {"op": "price", "id": "list", "label": "List", "amount": {"input": "list"}},
//!     {"op": "price", "id": "charge", "label": "Volume", "amount": {"input": "charge"}},
//!     {"op": "extend", "id": "amount", "label": "Amount"},
//!     {"op": "discount", "id": "agreed", "label": "Agreed", "percent": {"input": "agreed"}},
//!     {"op": "round", "id": "agreed_rounded", "label": "Rounded", "rounding": {"to": {"scale": 4}}},
//!     {"op": "guard", "id": "floor", "label": "Floor", "of": "list", "policy": "clamp",
//!      "max_discount_percent": {"input": "most_off"}},
//!     {"op": "prorate", "id": "days", "label": "Days", "numerator": {"input": "days"}, "denominator": "365"}]}"#)?)?;
//! let columns = Columns {
//!     plan: &[0, 1, 1, 1],
//!     quantity: &[3, 99, 100, -100], // the last goes back
//!     inputs: &[
//!         Figures { name: "agreed", decimals: 2, values: &[12_50, 5_00, 15_00, 15_00] },
//!         Figures { name: "days", decimals: 0, values: &[365, 365, 73, 73] },
//!     ],
//! };
//! let batch = Batch::new(columns, &plans, &waterfall)?;
//!
//! // Amounts, in columns of your own that are used again and again.
//! let mut prices = PriceColumns::default();
//! batch.append(0..4, &mut prices);
//! assert_eq!(prices.amount, [65_63, 1_880_53, 319_92, -319_92]);
//! assert_eq!(prices.below_floor, [false, false, true, true]);
//!
//! // A total. Nothing is kept.
//! let mut total = 0;
//! batch.stream(0..4, |prices| total += prices.amounts.iter().sum::<i64>());
//! assert_eq!(total, 1_946_16);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Units
//! Prices, quantities, percentages and days are whole numbers with the decimals that their columns state. An amount is
//! a whole number of minor units of its plan's currency; plans of several currencies may stand in one table. A quantity
//! below zero goes back: its amount mirrors that of the sale, and mirrors its rounding but for
//! [`Ceiling`](l2c_money::Rounding::Ceiling) and [`Floor`](l2c_money::Rounding::Floor) of amounts of a line.
//!
//! # Waterfalls
//! | step | what a batch does of it |
//! |---|---|
//! | `price` | `{"input": "list"}`, the price of the plan; `{"input": "charge"}`, what its schedule makes of the quantity, per unit |
//! | `discount`, `surcharge` | percentages, of the running figure or of an earlier one, rounded or not |
//! | `prorate` | a factor, or part and whole, each written down or a column |
//! | `round`, `line_rounding` | every mode, to decimals, increments or the minor unit |
//! | `guard` | `max_discount_percent`; `clamp` and `flag` |
//! | `extend`, `subtotal` | all |
//!
//! A figure that a step names is a column of the lines, else one of the plans. A waterfall with other steps, with
//! conditions, or with a name that no column has is refused, with its step. So is one that rounds the price of a unit
//! of a `charge`: it is only known for the whole quantity.
//!
//! # Limits
//! Checked once, before anything is computed; what lies outside is refused with its column and row.
//!
//! | column | limit |
//! |---|---|
//! | `price` | 0 to 10^18 |
//! | `quantity` | -10^18 to 10^18, and one that the plan's schedule has an amount for |
//! | a discount, a floor | 0 to 100 % |
//! | a surcharge, a part of a term | zero or above |
//! | a whole term | above zero |
//! | decimals | at most 12 |
//! | amounts | at most 10^18 minor units, and no figure on the way beyond 126 bits: for the largest price at the largest quantity, though they may not meet in a line |
//!
//! Within them everything is exact. Where no figure on the way can be beyond 63 bits, all are computed in 64, else in
//! 128; that makes no other difference than time.
//!
//! # Cost
//! No allocation per line. Steps run one after the other over chunks of lines, without a branch or a division that
//! depends on the data; a division by a column is the exception, and so is a sum of more than eight tiers. Memory beyond
//! the caller's is a few figures for each line of a chunk.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "ranges are cut to the lines that there are"
)]

use std::ops::{ControlFlow, Range};

use crate::{PricingError, Waterfall};

mod columns;
mod compiler;
mod compiler_rounding;
mod fraction;
mod kernel;
mod lane;
mod plan_table;
mod program;
mod schedule;

pub use columns::{Columns, Figures};
pub use plan_table::{PlanColumns, PlanTable};
pub use program::CHARGE;
pub use schedule::Schedule;

use columns::{Quantities, column_value};
use kernel::Kernel;
use lane::Lane;
use program::{Program, Refusal};

/// The number of lines after which a run asks whether to go on.
pub const CHUNK: usize = 512;
/// The largest price, in the units of its column.
const MAX_PRICE: i64 = 1_000_000_000_000_000_000;
/// The largest quantity, in the units of its column.
const MAX_QUANTITY: i64 = 1_000_000_000_000_000_000;
/// The largest number of decimals of a column.
const MAX_DECIMALS: u32 = 12;

/// Checked columns, the plans of their lines, and the waterfall compiled for them.
#[derive(Debug, Clone)]
pub struct Batch<'a> {
    columns: Columns<'a>,
    plans: &'a PlanTable,
    width: Width,
}

#[derive(Debug, Clone)]
enum Width {
    Narrow(Kernel<u64>),
    Wide(Kernel<u128>),
}

/// The prices of consecutive lines.
#[derive(Debug, Clone, Copy)]
pub struct Prices<'a> {
    /// The index of the first line.
    pub first: usize,
    /// The amount of each line, in minor units of its currency.
    pub amounts: &'a [i64],
    /// Whether the figure of each line was below the floor of a guard.
    pub below_floor: &'a [bool],
    /// The currency of each line, by its place in [`PlanTable::currencies`].
    pub currency: &'a [u8],
}

/// Prices, column by column: 9 bytes a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PriceColumns {
    /// The amount of each line, in minor units of its currency.
    pub amount: Vec<i64>,
    /// Whether the figure of each line was below the floor of a guard.
    pub below_floor: Vec<bool>,
}

impl PriceColumns {
    /// Room for so many more lines.
    pub fn reserve(&mut self, lines: usize) {
        self.amount.reserve_exact(lines);
        self.below_floor.reserve_exact(lines);
    }

    /// Forgets the prices and keeps the room.
    pub fn clear(&mut self) {
        self.amount.clear();
        self.below_floor.clear();
    }

    /// Appends prices.
    #[inline]
    pub fn push(&mut self, prices: Prices<'_>) {
        self.amount.extend_from_slice(prices.amounts);
        self.below_floor.extend_from_slice(prices.below_floor);
    }
}

impl<'a> Batch<'a> {
    /// Checks columns against the limits and compiles a waterfall for them.
    ///
    /// # Errors
    /// [`PricingError::NotInBatch`] for a step that columns are not computed under; [`PricingError::ColumnLength`] for
    /// columns that do not fit each other, [`PricingError::ColumnValue`] for the first value outside the limits.
    pub fn new(
        columns: Columns<'a>,
        plans: &'a PlanTable,
        waterfall: &Waterfall,
    ) -> Result<Self, PricingError> {
        let quantities = Quantities::of(columns.quantity, false);
        columns.check(plans, quantities)?;
        let compile =
            |magnitude, is_exact| Program::new(waterfall, plans, &columns, quantities, magnitude, is_exact);
        // What is quickly seen is enough, but for figures near the limits.
        let program = match compile(quantities.magnitude().unsigned_abs(), false) {
            Ok(program) if !program.is_wide => program,
            Err(Refusal::Error(error)) => return Err(error),
            Ok(_) | Err(Refusal::TooLarge { .. }) => {
                let magnitude = Quantities::of(columns.quantity, true).magnitude().unsigned_abs();
                match compile(magnitude, true) {
                    Ok(program) => program,
                    Err(Refusal::Error(error)) => return Err(error),
                    Err(Refusal::TooLarge { step }) => {
                        // The largest quantity that would do.
                        let (mut least, mut most) = (0, magnitude);
                        while least + 1 < most {
                            let middle = least.midpoint(most);
                            if compile(middle, true).is_ok() {
                                least = middle;
                            } else {
                                most = middle;
                            }
                        }
                        let (row, found) = columns.largest_quantity();
                        let expected = format!(
                            "a magnitude of at most {least}: at the largest price, step `{step}` would be beyond the limits"
                        );
                        return Err(column_value("quantity", row, found, expected));
                    }
                }
            }
        };
        let width = if program.is_wide {
            Width::Wide(Kernel::new(&program))
        } else {
            Width::Narrow(Kernel::new(&program))
        };
        Ok(Self {
            columns,
            plans,
            width,
        })
    }

    /// The number of lines.
    #[must_use]
    pub const fn lines(&self) -> usize {
        self.columns.plan.len()
    }

    /// Hands the prices of lines to `sink`, in order, a chunk at a time. Nothing is kept. Lines beyond the last have no
    /// price, here and below.
    pub fn stream(&self, lines: Range<usize>, sink: impl FnMut(Prices<'_>)) {
        let _ = self.run(lines, sink, |_| ControlFlow::Continue(()));
    }

    /// Appends the prices of lines, in order, and reserves exactly the room that they need.
    pub fn append(&self, lines: Range<usize>, prices: &mut PriceColumns) {
        prices.reserve(self.clamped(lines.clone()).len());
        self.stream(lines, |chunk| prices.push(chunk));
    }

    /// Every price, in order.
    #[must_use]
    pub fn prices(&self) -> PriceColumns {
        let mut prices = PriceColumns::default();
        self.append(0..self.lines(), &mut prices);
        prices
    }

    /// Like [`Batch::stream`], for long runs. After every [`CHUNK`] lines `watch` hears how many are done, and says
    /// whether to go on; a run that it breaks off has handed over these lines and no other.
    pub fn run(
        &self,
        lines: Range<usize>,
        sink: impl FnMut(Prices<'_>),
        watch: impl FnMut(usize) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        match &self.width {
            Width::Narrow(kernel) => self.run_by(kernel, lines, sink, watch),
            Width::Wide(kernel) => self.run_by(kernel, lines, sink, watch),
        }
    }

    fn run_by<L: Lane>(
        &self,
        kernel: &Kernel<L>,
        lines: Range<usize>,
        mut sink: impl FnMut(Prices<'_>),
        mut watch: impl FnMut(usize) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let lines = self.clamped(lines);
        let mut scratch = kernel.scratch();
        for start in lines.clone().step_by(CHUNK) {
            let end = lines.end.min(start + CHUNK);
            kernel.chunk(start..end, &self.columns, self.plans, &mut scratch);
            sink(Prices {
                first: start,
                amounts: &scratch.amounts[..end - start],
                below_floor: &scratch.below_floor[..end - start],
                currency: &scratch.currency[..end - start],
            });
            watch(end - lines.start)?;
        }
        ControlFlow::Continue(())
    }

    fn clamped(&self, lines: Range<usize>) -> Range<usize> {
        let end = lines.end.min(self.lines());
        lines.start.min(end)..end
    }
}
