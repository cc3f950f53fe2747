use l2c_money::{Currency, Exact};

use super::columns::{column_length, column_value};
use super::fraction::least_multiple;
use super::schedule::{Piece, Schedule};
use super::{Figures, MAX_DECIMALS, MAX_PRICE};
use crate::PricingError;

/// The largest number of parts that figures of schedules have in common.
const MAX_PARTS: i128 = 1_000_000_000_000_000_000;

/// Price plans as columns: what each has as list price, and how a quantity becomes an amount.
#[derive(Debug, Clone, Copy)]
pub struct PlanColumns<'a> {
    /// The list price of one unit, zero or above, in units of 10^-`price_decimals` of the currency.
    pub price: &'a [i64],
    /// The decimals of the prices, at most 12.
    pub price_decimals: u32,
    /// The schedule of each plan, by its place among the schedules.
    pub schedule: &'a [u32],
    /// The currency of each plan.
    pub currency: &'a [Currency],
    /// The decimals of the quantities of lines, at most 12.
    pub quantity_decimals: u32,
    /// Figures that steps of the waterfall name and that are the same for every line of a plan.
    pub inputs: &'a [Figures<'a>],
}

/// Compiled price plans, to price lines by.
///
/// ```
/// use l2c_pricing::batch::{PlanColumns, PlanTable, Schedule};
/// use l2c_pricing::money::Currency;
/// use l2c_rating::Charge;
///
/// // 5 % off from the eleventh unit on, and 12.5 % off all units
/// let document = r#"{"model": "graduated", "list_unit_price": "1", "tiers": [
///     {"up_to": "10"  , "discount_percent": "0"}, {"discount_percent": "5"}]}"#;
/// let graduated = Charge::new(&serde_json::from_str(document)?, Currency::USD)?;
/// let plans = PlanTable::new(
///     PlanColumns {
///         price: &[99_9500, 1_500_0000],
///         price_decimals: 4,
///         schedule: &[1, 0],
///         currency: &[Currency::USD, Currency::JPY],
///         quantity_decimals: 0,
///         inputs: &[],
///     },
///     &[Schedule::List, Schedule::OfList(&graduated)],
/// )?;
/// assert_eq!((plans.len(), plans.currencies()), (2, [Currency::USD, Currency::JPY].as_slice()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct PlanTable {
    pub(super) records: Vec<Record>,
    /// The place of each plan's currency among the currencies.
    pub(super) currency: Vec<u8>,
    pub(super) price_decimals: u32,
    pub(super) quantity_decimals: u32,
    /// The currencies, each once.
    currencies: Vec<Currency>,
    pub(super) steps: Vec<Steps>,
    /// As many segments for each schedule.
    pub(super) segments: Vec<Segment>,
    pub(super) stride: usize,
    /// Figures of segments are in parts of one, of which there are so many.
    pub(super) schedule_parts: u128,
    pub(super) inputs: Vec<PlanFigures>,
    pub(super) max_price: u64,
}

/// What a line needs of its plan.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    /// What a schedule's figure is a multiple of.
    pub(super) base: u64,
    pub(super) price: u64,
    pub(super) schedule: u32,
}

/// A straight line: units = quantity x slope + level.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Segment {
    /// Its last quantity.
    pub(super) last: u64,
    pub(super) slope: i64,
    pub(super) level: i64,
}

/// The quantities that a schedule has amounts for, and the largest base that it is used with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Steps {
    pub(super) least: i64,
    pub(super) most: i64,
    pub(super) max_base: u64,
}

#[derive(Debug, Clone)]
pub(super) struct PlanFigures {
    pub(super) name: String,
    pub(super) decimals: u32,
    pub(super) values: Vec<i32>,
}

impl PlanTable {
    /// Checks plans and compiles their schedules.
    ///
    /// # Errors
    /// [`PricingError::ColumnLength`] for columns that do not fit each other; [`PricingError::ColumnValue`] for the
    /// first value outside the limits, and for a plan whose schedule is in another currency;
    /// [`PricingError::NotInBatch`] for a schedule that is no straight line between its tiers, and for decimals beyond
    /// 12.
    pub fn new(columns: PlanColumns<'_>, schedules: &[Schedule<'_>]) -> Result<Self, PricingError> {
        let PlanColumns {
            price,
            price_decimals,
            schedule,
            currency,
            quantity_decimals,
            inputs,
        } = columns;
        let plans = price.len();
        column_length("schedule", schedule.len(), plans)?;
        column_length("currency", currency.len(), plans)?;
        for (name, decimals) in [("price", price_decimals), ("quantity", quantity_decimals)] {
            check_decimals(name, decimals)?;
        }
        let mut table = Self {
            records: Vec::with_capacity(plans),
            currency: Vec::with_capacity(plans),
            price_decimals,
            quantity_decimals,
            currencies: Vec::new(),
            steps: Vec::with_capacity(schedules.len()),
            segments: Vec::new(),
            stride: 0,
            schedule_parts: 1,
            inputs: Vec::with_capacity(inputs.len()),
            max_price: 0,
        };
        table.compile(schedules)?;
        let unit = 10_i64.saturating_pow(price_decimals);
        for (row, ((price, index), currency)) in price.iter().zip(schedule).zip(currency).enumerate() {
            if !(0..=MAX_PRICE).contains(price) {
                return Err(column_value("price", row, *price, format!("0 to {MAX_PRICE}")));
            }
            let of = usize::try_from(*index)
                .ok()
                .and_then(|index| schedules.get(index));
            let steps = usize::try_from(*index)
                .ok()
                .and_then(|index| table.steps.get_mut(index));
            let (Some(of), Some(steps)) = (of, steps) else {
                let expected = format!("below {}, the number of schedules", schedules.len());
                return Err(column_value("schedule", row, i64::from(*index), expected));
            };
            let base = match of {
                Schedule::List | Schedule::OfList(_) => *price,
                Schedule::Amount(charge) if charge.currency() == *currency => unit,
                Schedule::Amount(charge) => {
                    let expected = format!("a schedule in {currency}; this is in {}", charge.currency());
                    return Err(column_value("schedule", row, i64::from(*index), expected));
                }
            };
            let (base, price) = (base.unsigned_abs(), price.unsigned_abs());
            steps.max_base = steps.max_base.max(base);
            table.max_price = table.max_price.max(price);
            let known = table.currencies.iter().position(|known| known == currency);
            let place = known.unwrap_or_else(|| {
                table.currencies.push(*currency);
                table.currencies.len().saturating_sub(1)
            });
            table.records.push(Record {
                base,
                price,
                schedule: *index,
            });
            let place = u8::try_from(place).map_err(|_| PricingError::NotInBatch {
                part: "column `currency`".to_owned(),
                reason: "more than 256 currencies".to_owned(),
            })?;
            table.currency.push(place);
        }
        for figures in inputs {
            column_length(figures.name, figures.values.len(), plans)?;
            check_decimals(figures.name, figures.decimals)?;
            table.inputs.push(PlanFigures {
                name: figures.name.to_owned(),
                decimals: figures.decimals,
                values: figures.values.to_vec(),
            });
        }
        Ok(table)
    }

    fn compile(&mut self, schedules: &[Schedule<'_>]) -> Result<(), PricingError> {
        let mut compiled: Vec<Vec<Piece>> = Vec::with_capacity(schedules.len());
        for (index, schedule) in schedules.iter().enumerate() {
            compiled.push(schedule.pieces(index, self.quantity_decimals)?);
        }
        let refused = |index: usize| PricingError::NotInBatch {
            part: format!("schedule {index}"),
            reason: "its figures do not fit 18 digits".to_owned(),
        };
        for (index, pieces) in compiled.iter().enumerate() {
            for figure in pieces.iter().flat_map(Piece::line) {
                let parts = figure
                    .to_ratio()
                    .and_then(|(_, parts)| u128::try_from(parts).ok());
                let whole = parts.and_then(|parts| least_multiple(self.schedule_parts, parts));
                self.schedule_parts = whole
                    .filter(|whole| *whole <= MAX_PARTS.unsigned_abs())
                    .ok_or_else(|| refused(index))?;
            }
            if pieces.iter().any(Piece::is_below_zero) {
                let reason =
                    "it has amounts below zero: write the credit as a quantity below zero".to_owned();
                return Err(PricingError::NotInBatch {
                    part: format!("schedule {index}"),
                    reason,
                });
            }
        }
        self.stride = compiled
            .iter()
            .map(Vec::len)
            .max()
            .unwrap_or(1)
            .next_power_of_two();
        let scale = Exact::from(i128::try_from(self.schedule_parts).unwrap_or(MAX_PARTS));
        for (index, pieces) in compiled.iter().enumerate() {
            let first = pieces.first().map_or(0, |piece| piece.first);
            let last = pieces.last().map_or(0, |piece| piece.last);
            self.steps.push(Steps {
                least: first,
                most: last,
                max_base: 0,
            });
            let mut segment = Segment::default();
            for piece in pieces {
                let [slope, level] = piece.line().map(|figure| (figure * &scale).to_i64());
                segment = Segment {
                    last: piece.last.unsigned_abs(),
                    slope: slope.ok_or_else(|| refused(index))?,
                    level: level.ok_or_else(|| refused(index))?,
                };
                self.segments.push(segment);
            }
            // The last one goes on: no quantity lies beyond it.
            for _ in pieces.len()..self.stride {
                self.segments.push(segment);
            }
        }
        Ok(())
    }

    /// The number of plans.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there is no plan.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The currencies of the plans, in the order in which they first appear.
    #[must_use]
    pub fn currencies(&self) -> &[Currency] {
        &self.currencies
    }

    /// The largest amount of a schedule up to a quantity, in parts of a unit of the price column; none beyond
    /// 128 bits.
    pub(super) fn max_charge(&self, quantity: i64) -> Option<u128> {
        let mut max = 0;
        for (steps, segments) in self.steps.iter().zip(self.segments.chunks(self.stride)) {
            let mut first = steps.least;
            for segment in segments {
                let last = quantity.min(i64::try_from(segment.last).unwrap_or(i64::MAX));
                for end in [first, last] {
                    let slope = i128::from(segment.slope);
                    let units = slope
                        .checked_mul(i128::from(end))?
                        .checked_add(i128::from(segment.level))?;
                    let units = u128::try_from(units).unwrap_or(0);
                    max = max.max(units.checked_mul(u128::from(steps.max_base))?);
                }
                if last >= quantity {
                    break;
                }
                first = last.saturating_add(1);
            }
        }
        Some(max)
    }
}

pub(super) fn check_decimals(column: &str, decimals: u32) -> Result<(), PricingError> {
    if decimals <= MAX_DECIMALS {
        return Ok(());
    }
    Err(PricingError::NotInBatch {
        part: format!("column `{column}`"),
        reason: format!("{decimals} decimals are more than {MAX_DECIMALS}"),
    })
}
