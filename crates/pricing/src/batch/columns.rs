use super::plan_table::PlanTable;
use super::program::{Range, Source};
use crate::PricingError;

/// Lines, column by column.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'a> {
    /// The plan of each line, by its place in the table.
    pub plan: &'a [u32],
    /// How much, in units of 10^-`quantity_decimals` of the table; below zero for what goes back.
    pub quantity: &'a [i64],
    /// Figures that steps of the waterfall name: percentages, days.
    pub inputs: &'a [Figures<'a>],
}

/// A column of figures that steps name, for lines or for plans.
#[derive(Debug, Clone, Copy)]
pub struct Figures<'a> {
    /// The name that the waterfall knows it by.
    pub name: &'a str,
    /// The decimals of the values, at most 12: 2 for percentages in basis points.
    pub decimals: u32,
    /// The values, in units of 10^-`decimals`. A percentage is the number before the percent sign.
    pub values: &'a [i32],
}

pub(super) fn column_length(column: &str, found: usize, expected: usize) -> Result<(), PricingError> {
    if found == expected {
        return Ok(());
    }
    Err(PricingError::ColumnLength {
        column: column.to_owned(),
        found,
        expected,
    })
}

pub(super) fn column_value(column: &str, row: usize, found: i64, expected: String) -> PricingError {
    PricingError::ColumnValue {
        column: column.to_owned(),
        row,
        found,
        expected,
    }
}

/// What quantities there are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quantities {
    pub(super) least: i64,
    pub(super) most: i64,
}

impl Quantities {
    /// Bounds that are quickly seen, or exact ones.
    pub(super) fn of(quantity: &[i64], is_exact: bool) -> Self {
        let bits = quantity.iter().fold(0, |bits, quantity| bits | quantity);
        if bits >= 0 && !is_exact {
            return Self { least: 0, most: bits };
        }
        let (least, most) = quantity.iter().fold((0, 0), |(least, most), quantity| {
            ((*quantity).min(least), (*quantity).max(most))
        });
        Self { least, most }
    }

    pub(super) fn magnitude(self) -> i64 {
        self.most.max(self.least.saturating_neg())
    }

    /// Whether there is one below zero.
    pub(super) const fn has_returns(self) -> bool {
        self.least < 0
    }
}

impl Columns<'_> {
    /// Whether every line has a plan, and an amount for its quantity.
    pub(super) fn check(&self, plans: &PlanTable, quantities: Quantities) -> Result<(), PricingError> {
        column_length("quantity", self.quantity.len(), self.plan.len())?;
        let last = self.plan.iter().fold(0, |last, plan| (*plan).max(last));
        if !self.plan.is_empty() && last as usize >= plans.len() {
            let beyond = |(_, plan): &(usize, &u32)| **plan as usize >= plans.len();
            let (row, plan) = self.plan.iter().enumerate().find(beyond).unwrap_or((0, &last));
            let expected = format!("below {}, the number of plans", plans.len());
            return Err(column_value("plan", row, i64::from(*plan), expected));
        }
        let magnitude = quantities.magnitude();
        if plans
            .steps
            .iter()
            .all(|steps| steps.least == 0 && magnitude <= steps.most)
        {
            return Ok(());
        }
        for (row, (plan, quantity)) in self.plan.iter().zip(self.quantity).enumerate() {
            let record = plans.records.get(*plan as usize);
            let Some(steps) = record.and_then(|record| plans.steps.get(record.schedule as usize)) else {
                continue;
            };
            let (least, most) = (steps.least, steps.most);
            if quantity.unsigned_abs() < least.unsigned_abs() || quantity.unsigned_abs() > most.unsigned_abs()
            {
                let expected =
                    format!("{least} to {most}, or below zero for a return: the schedule has no others");
                return Err(column_value("quantity", row, *quantity, expected));
            }
        }
        Ok(())
    }

    /// The row with the largest magnitude.
    pub(super) fn largest_quantity(&self) -> (usize, i64) {
        let rows = self.quantity.iter().enumerate();
        let largest = rows.max_by_key(|(row, quantity)| (quantity.unsigned_abs(), std::cmp::Reverse(*row)));
        largest.map_or((0, 0), |(row, quantity)| (row, *quantity))
    }
}

/// What no value of a column is above, if all are in a range: quickly seen, or the largest.
pub(super) fn largest(figures: Figures<'_>, range: Range, is_exact: bool) -> Result<u32, PricingError> {
    let Range { from, to } = range;
    if from == 0 && !is_exact {
        let bits = figures.values.iter().fold(0, |bits, value| bits | value);
        if (0..=to).contains(&i64::from(bits)) {
            return Ok(bits.unsigned_abs());
        }
    }
    let (least, most) = figures.values.iter().fold((i32::MAX, 0), |(least, most), value| {
        ((*value).min(least), (*value).max(most))
    });
    if i64::from(least) >= from && i64::from(most) <= to {
        return Ok(most.unsigned_abs());
    }
    let outside = |(_, value): &(usize, &i32)| !(from..=to).contains(&i64::from(**value));
    let found = figures.values.iter().enumerate().find(outside);
    match found {
        None => Ok(most.unsigned_abs()),
        Some((row, value)) => {
            let expected = if to < i64::from(i32::MAX) {
                format!("{from} to {to}")
            } else {
                format!("{from} or more")
            };
            Err(column_value(figures.name, row, i64::from(*value), expected))
        }
    }
}

/// The figures of a source.
pub(super) fn figures<'a>(
    source: Source,
    columns: &Columns<'a>,
    plans: &'a PlanTable,
) -> Option<Figures<'a>> {
    match source {
        Source::Line(index) => columns.inputs.get(index).copied(),
        Source::Plan(index) => plans.inputs.get(index).map(|figures| Figures {
            name: &figures.name,
            decimals: figures.decimals,
            values: &figures.values,
        }),
    }
}
