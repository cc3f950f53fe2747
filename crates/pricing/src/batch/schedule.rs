use std::cmp::Ordering;

use l2c_money::Exact;
use l2c_rating::{Charge, RatingError};

use crate::PricingError;
use crate::batch::MAX_QUANTITY;

/// How the amount of a quantity comes about.
#[derive(Debug, Clone, Copy)]
pub enum Schedule<'a> {
    /// List price times quantity.
    List,
    /// A multiple of the list price: what the charge makes of the quantity where one unit costs 1. So plans of many
    /// prices share a schedule of discounts.
    OfList(&'a Charge),
    /// What the charge makes of the quantity, whatever the list price is.
    Amount(&'a Charge),
}

/// Quantities whose amounts lie on a straight line, up to the last of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) first: i64,
    pub(super) last: i64,
    slope: Exact,
    /// The amount that the line has at quantity 0.
    level: Exact,
}

impl Piece {
    pub(super) const fn line(&self) -> [&Exact; 2] {
        [&self.slope, &self.level]
    }

    pub(super) fn is_below_zero(&self) -> bool {
        self.at(self.first).is_negative() || self.at(self.last).is_negative()
    }

    fn at(&self, quantity: i64) -> Exact {
        &self.slope * Exact::integer(quantity) + &self.level
    }
}

impl Schedule<'_> {
    /// The straight lines of the schedule, for quantities in units of 10^-decimals: each figure is the charge's own.
    pub(super) fn pieces(&self, index: usize, decimals: u32) -> Result<Vec<Piece>, PricingError> {
        let one = Exact::power_of_ten(decimals);
        let refused = |reason: String| PricingError::NotInBatch {
            part: format!("schedule {index}"),
            reason,
        };
        let charge = match self {
            Self::List => {
                return Ok(vec![Piece {
                    first: 0,
                    last: MAX_QUANTITY,
                    slope: Exact::ONE.checked_div(&one)?,
                    level: Exact::ZERO,
                }]);
            }
            Self::OfList(charge) | Self::Amount(charge) => charge,
        };
        let Some(corners) = charge.corners() else {
            let reason = "it is no line between its tiers: only flat, per-unit, graduated and volume charges that \
                          round nothing but the price of a unit are";
            return Err(refused(reason.to_owned()));
        };
        let amount = |quantity: i64| {
            let quantity = Exact::integer(quantity).checked_div(&one)?;
            match charge.amount(&quantity) {
                Ok(amount) => Ok(Some(amount)),
                Err(RatingError::NoTier { .. } | RatingError::NoTierBelow { .. }) => Ok(None),
                Err(error) => Err(refused(error.to_string())),
            }
        };
        let mut ends: Vec<i64> = corners
            .iter()
            .filter_map(|corner| (corner * &one).floor().to_i64())
            .filter(|end| (0..MAX_QUANTITY).contains(end))
            .collect();
        ends.dedup();
        let mut pieces = Pieces::default();
        for (index, end) in ends.iter().enumerate() {
            if let Some(at) = amount(*end)? {
                pieces.point(*end, at);
            }
            let last = ends
                .get(index.saturating_add(1))
                .map_or(MAX_QUANTITY, |next| next.saturating_sub(1));
            let first = end.saturating_add(1);
            let second = first.saturating_add(1);
            match first.cmp(&last) {
                Ordering::Greater => {}
                Ordering::Equal => {
                    if let Some(at) = amount(first)? {
                        pieces.point(first, at);
                    }
                }
                Ordering::Less => {
                    if let (Some(at), Some(next)) = (amount(first)?, amount(second)?) {
                        let slope = next - &at;
                        let level = at - &slope * Exact::integer(first);
                        pieces.line(Piece {
                            first,
                            last,
                            slope,
                            level,
                        });
                    }
                }
            }
        }
        if pieces.done.is_empty() {
            return Err(refused("it has no price for any quantity".to_owned()));
        }
        Ok(pieces.done)
    }
}

/// Puts lines together that are one.
#[derive(Default)]
struct Pieces {
    done: Vec<Piece>,
}

impl Pieces {
    fn point(&mut self, quantity: i64, amount: Exact) {
        match self.done.last_mut() {
            Some(before) if before.at(quantity) == amount => before.last = quantity,
            _ => self.done.push(Piece {
                first: quantity,
                last: quantity,
                slope: Exact::ZERO,
                level: amount,
            }),
        }
    }

    fn line(&mut self, line: Piece) {
        match self.done.last_mut() {
            // The same line goes on; a single point may lie on any.
            Some(before) if before.line() == line.line() => before.last = line.last,
            Some(before)
                if before.first == before.last && line.at(before.first) == before.at(before.first) =>
            {
                *before = Piece {
                    first: before.first,
                    ..line
                };
            }
            _ => self.done.push(line),
        }
    }
}
