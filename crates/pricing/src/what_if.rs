use l2c_money::{Currency, Exact, Money};

use crate::adjustment::check::{Op, Sizes};
use crate::adjustment::document::Measure;
use crate::waterfall::line_price::percent;
use crate::{Adjustments, Engine, LineToPrice, PriceRequest, PricedLines, PricedQuote, PricingError};

/// What it takes to reach an agreed total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotalReached {
    /// The quote at the agreed total. Its violations are the lines that break their floors there.
    pub quote: PricedQuote,
    /// The further discount on the present net total in percent, exact; below zero where the total rises. None
    /// without a present total.
    pub percent: Option<Exact>,
}

/// What the next tier of an adjustment would save.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextTier {
    /// What the tiers measure.
    pub measure: Measure,
    /// Where the next tier starts.
    pub from: Exact,
    /// What is missing to it.
    pub missing: Exact,
    /// What its size would save on the present lines, as they are.
    pub saving: Exact,
}

/// How much of its net a line may still lose before a floor breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FloorRoom {
    /// The line.
    pub line: String,
    /// The net on its highest floor.
    pub lowest_net: Exact,
    /// The largest further discount in percent, exact; below zero where the floor is broken already.
    pub percent: Exact,
}

impl Engine {
    /// The discount that reaches a total, and which lines break their floors at it.
    ///
    /// # Errors
    /// As [`Engine::price`] with that target.
    pub fn reach(&self, request: &PriceRequest, total: Money) -> Result<TotalReached, PricingError> {
        let mut plain = request.clone();
        plain.target = None;
        let before = self.price(&plain)?.net_total().exact();
        let quote = self.price(&plain.with_target(total))?;
        let percent = percent(&(&before - total.exact()), &before);
        Ok(TotalReached { quote, percent })
    }
}

impl Adjustments {
    /// What the next tier of an adjustment, by its position, would save; none where there are no tiers, or the
    /// last is reached.
    ///
    /// # Errors
    /// As [`Adjustments::price`].
    pub fn next_tier(
        &self,
        currency: Currency,
        lines: &[LineToPrice<'_>],
        adjustment: usize,
    ) -> Result<Option<NextTier>, PricingError> {
        let discount = match self.adjustments.get(adjustment).map(|adjustment| &adjustment.op) {
            Some(Op::LineDiscount(discount) | Op::OrderDiscount(discount)) => discount,
            _ => return Ok(None),
        };
        let Sizes::Tiers { measure, steps, .. } = &discount.size else {
            return Ok(None);
        };
        let reached = self.measured(currency, lines, adjustment)?;
        let Some((from, size)) = steps.iter().find(|(from, _)| *from > reached) else {
            return Ok(None);
        };
        let mut next = self.clone();
        if let Some(adjustment) = next.adjustments.get_mut(adjustment)
            && let Op::LineDiscount(discount) | Op::OrderDiscount(discount) = &mut adjustment.op
        {
            discount.size = Sizes::One(size.clone());
        }
        let now = self.price(currency, lines)?;
        let then = next.price(currency, lines)?;
        Ok(Some(NextTier {
            measure: *measure,
            missing: from - &reached,
            from: from.clone(),
            saving: now.total() - then.total(),
        }))
    }
}

impl PricedLines {
    /// How much each line with a floor may still lose, the one that breaks first in front.
    #[must_use]
    pub fn floor_room(&self) -> Vec<FloorRoom> {
        let mut rooms: Vec<FloorRoom> = self
            .lines()
            .iter()
            .filter_map(|line| {
                let lowest_net = line.lowest_net()?.clone();
                Some(FloorRoom {
                    line: line.id().to_owned(),
                    percent: percent(&(line.net() - &lowest_net), line.net())?,
                    lowest_net,
                })
            })
            .collect();
        rooms.sort_by(|one, other| one.percent.cmp(&other.percent));
        rooms
    }
}
