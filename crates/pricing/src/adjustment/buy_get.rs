use l2c_explain::{Note, Recorder};
use l2c_money::{Exact, RoundingPolicy};
use l2c_rules::Predicate;

use super::check::Adjustment;
use super::document::{BuyGetDocument, RewardDocument};
use super::working::Working;
use crate::PricingError;
use crate::priced_lines::AdjustmentOutcome;

impl<M: Clone> Working<M> {
    /// Rewards units for units bought: the cheapest first, ties in the order of the lines.
    pub(super) fn buy_get<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        position: usize,
        adjustment: &Adjustment,
        document: &BuyGetDocument,
        (buy, get): (Option<&Predicate>, Option<&Predicate>),
    ) -> Result<AdjustmentOutcome, PricingError> {
        let fits = |index: &usize, lines: Option<&Predicate>| {
            let line = self.lines.get(*index);
            line.is_some_and(|line| lines.is_none_or(|lines| lines.holds(&line.facts)))
        };
        let mut pool = self.selected(adjustment.lines.as_ref());
        pool.retain(|index| fits(index, get));
        if !document.same_pool
            && let Some(line) = pool.iter().find(|index| fits(index, buy))
        {
            return Err(PricingError::OverlappingPools {
                adjustment: adjustment.path.clone(),
                line: self
                    .lines
                    .get(*line)
                    .map(|line| line.id.clone())
                    .unwrap_or_default(),
            });
        }
        let quantity = |index: &usize| self.lines.get(*index).map(|line| line.quantity.clone());
        let in_pool: Exact = pool.iter().filter_map(quantity).sum();
        let (bought, set) = if document.same_pool {
            (in_pool.clone(), &document.buy.quantity + &document.get.quantity)
        } else {
            let bought: Exact = self.given(buy).map(|(_, line)| &line.quantity).sum();
            (bought, document.buy.quantity.clone())
        };
        let mut sets = bought.checked_div(&set)?.floor();
        if !document.repeat {
            sets = sets.min(Exact::ONE);
        }
        let mut rewarded = (sets * &document.get.quantity).min(in_pool);
        if let Some(most) = &document.max_rewarded {
            rewarded = rewarded.min(most.clone());
        }
        let rewarded = rewarded.max(Exact::ZERO);
        let unit_net = |index: &usize| {
            let line = self.lines.get(*index)?;
            line.net.value.checked_div(&line.quantity).ok()
        };
        let mut cheapest: Vec<(Exact, usize)> = pool
            .iter()
            .filter_map(|index| Some((unit_net(index)?, *index)))
            .collect();
        cheapest.sort();
        let mut left = rewarded.clone();
        let mut amount = Exact::ZERO;
        for (_, index) in cheapest {
            let units = quantity_of(self, index).min(left.clone());
            left -= &units;
            amount += &self.reward(rec, position, adjustment, document, (index, units))?;
        }
        Ok(AdjustmentOutcome {
            rewarded_units: Some(rewarded),
            ..AdjustmentOutcome::applied(amount)
        })
    }

    /// What rewarded units of a line are worth, rounded to the minor unit.
    fn reward<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        position: usize,
        adjustment: &Adjustment,
        document: &BuyGetDocument,
        (index, units): (usize, Exact),
    ) -> Result<Exact, PricingError> {
        let currency = self.currency;
        let label = document.label.as_str();
        let note = || Note::new(label).money(currency);
        let Some(line) = self.lines.get(index).filter(|_| units.is_positive()) else {
            return Ok(Exact::ZERO);
        };
        let net = line.net.clone();
        let quantity = rec.input(line.quantity.clone(), || Note::new("quantity"));
        let unit_net = rec.quotient(&net, &quantity, || Note::new("net of one unit").money(currency))?;
        let each = match &document.reward {
            RewardDocument::Percent(percent) => {
                let rate = percent * Exact::ratio(1, 100).unwrap_or_default();
                let rate = self.rate(rec, adjustment, label, &rate);
                rec.product(&unit_net, &rate, note)
            }
            RewardDocument::AmountPerUnit(amount) => {
                let amount = self.given_figure(rec, adjustment, label, amount);
                rec.minimum(&[&amount, &unit_net], note)
            }
            RewardDocument::FixedUnitPrice(price) => {
                let price = self.given_figure(rec, adjustment, "price of a rewarded unit", price);
                let price = rec.minimum(&[&price, &unit_net], || {
                    Note::new("price, which never raises").money(currency)
                });
                rec.difference(&unit_net, &price, note)
            }
        };
        let units = rec.input(units, || Note::new("rewarded units"));
        let exact = rec.product(&each, &units, note);
        let rounded = rec.round(&exact, RoundingPolicy::HALF_UP, currency, note)?;
        let taken = rec.minimum(&[&rounded, &net], note);
        self.take(rec, position, index, &taken);
        Ok(taken.value)
    }
}

fn quantity_of<M>(working: &Working<M>, index: usize) -> Exact {
    working
        .lines
        .get(index)
        .map(|line| line.quantity.clone())
        .unwrap_or_default()
}
