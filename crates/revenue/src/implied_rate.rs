//! The rate that discounts payments to a cash price (606-10-32-19).

use std::collections::BTreeMap;

use l2c_explain::NoTrace;
use l2c_money::Exact;

use crate::payment_plan::Growth;
use crate::price_context::PriceContext;
use crate::{Compounding, RevenueError};

/// Rates are looked for in steps of 10^-12.
const STEP: i64 = 1_000_000_000_000;
/// The largest rate that is looked for, in steps: 1000 %.
const LARGEST: i64 = 10 * STEP;

/// The annual rate from 0 to 1000 % at which payments are worth a cash price at the transfer, rounded half up to 12
/// decimals; none if there is none.
///
/// Payments are not below zero, so the higher the rate, the less they are worth. What they are worth at a rate is known
/// exactly enough to be compared (see [`Growth`]), so halving the bracket ends at the two neighbours around the rate, and
/// the point between them decides the rounding.
pub(crate) fn implied_rate(
    dues: &BTreeMap<u32, Exact>,
    cash_price: &Exact,
    compounding: Compounding,
    context: &PriceContext<'_>,
) -> Result<Option<Exact>, RevenueError> {
    let worth_at_least = |rate: &Exact| -> Result<bool, RevenueError> {
        let mut growth = Growth::new(&mut NoTrace, context, rate, compounding)?;
        Ok(growth.present_value(&mut NoTrace, dues)?.value >= *cash_price)
    };
    let total: Exact = dues.values().sum();
    if total < *cash_price {
        return Ok(None);
    }
    if total == *cash_price {
        return Ok(Some(Exact::ZERO));
    }
    // The payments are worth the cash price or more at `low`, and less at `high`.
    let (mut low, mut high) = (0_i64, LARGEST);
    let largest = Exact::ratio(LARGEST, STEP)?;
    if worth_at_least(&largest)? {
        let mut growth = Growth::new(&mut NoTrace, context, &largest, compounding)?;
        let worth = growth.present_value(&mut NoTrace, dues)?.value;
        return Ok((worth == *cash_price).then_some(largest));
    }
    while high.saturating_sub(low) > 1 {
        let middle = low.midpoint(high);
        if worth_at_least(&Exact::ratio(middle, STEP)?)? {
            low = middle;
        } else {
            high = middle;
        }
    }
    let between = Exact::ratio(low.saturating_add(high), STEP.saturating_mul(2))?;
    let nearest = if worth_at_least(&between)? { high } else { low };
    Ok(Some(Exact::ratio(nearest, STEP)?))
}
