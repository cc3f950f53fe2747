use l2c_money::{RoundTo, Rounding, RoundingPolicy};

use super::compiler::{Compiler, Figure, MAX_AMOUNT, tens};
use super::fraction::{greatest_divisor, least_multiple};
use super::program::{Divide, Divisor, Factor, Operation, Refusal};
use crate::waterfall::line_price::Level;

impl Compiler<'_> {
    /// The step of a grid, as so many parts of 10^-decimals, for each currency.
    pub(super) fn grid(&self, to: RoundTo) -> Result<Vec<(u128, u32)>, Refusal> {
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
    pub(super) fn steps_of(
        &mut self,
        figure: Figure,
        grid: &[(u128, u32)],
        mode: Rounding,
    ) -> Result<Figure, Refusal> {
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
    pub(super) fn divided(&mut self, figure: Figure, divide: Divide) -> usize {
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

    pub(super) fn round(&mut self, figure: Figure, policy: RoundingPolicy) -> Result<Figure, Refusal> {
        let grid = self.grid(policy.to)?;
        let steps = self.steps_of(figure, &grid, policy.mode)?;
        self.scaled(steps, &grid, |decimals| decimals)
    }

    /// Steps of a grid as parts of a unit, the same for all currencies.
    pub(super) fn scaled(
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
    pub(super) fn finish(&mut self, running: Option<Figure>) -> Result<usize, Refusal> {
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
