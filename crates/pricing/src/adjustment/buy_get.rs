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
        let things = self.things(&pool);
        let in_pool: Exact = things.iter().map(|parts| quantity_of(self, parts)).sum();
        let (bought, set) = if document.same_pool {
            (in_pool.clone(), &document.buy.quantity + &document.get.quantity)
        } else {
            (self.quantity(buy), document.buy.quantity.clone())
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
        let unit_net = |parts: &[usize]| {
            let net: Exact = self.nets(parts).iter().map(|net| &net.value).sum();
            net.checked_div(&quantity_of(self, parts)).ok()
        };
        let mut cheapest: Vec<(Exact, Vec<usize>)> = things
            .into_iter()
            .filter_map(|parts| Some((unit_net(&parts)?, parts)))
            .collect();
        cheapest.sort();
        let mut left = rewarded.clone();
        let mut amount = Exact::ZERO;
        for (_, parts) in cheapest {
            let units = quantity_of(self, &parts).min(left.clone());
            left -= &units;
            amount += &self.reward(rec, position, adjustment, document, (&parts, units))?;
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
        (parts, units): (&[usize], Exact),
    ) -> Result<Exact, PricingError> {
        let currency = self.currency;
        let label = document.label.as_str();
        let note = || Note::new(label).money(currency);
        if !units.is_positive() {
            return Ok(Exact::ZERO);
        }
        let net = self.net_of(rec, parts);
        let quantity = rec.input(quantity_of(self, parts), || Note::new("quantity"));
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
        Ok(self.take_from_thing(rec, position, parts, taken, label)?.value)
    }
}

/// The quantity of the thing that lines are parts of.
fn quantity_of<M>(working: &Working<M>, parts: &[usize]) -> Exact {
    let first = parts.first().and_then(|line| working.lines.get(*line));
    first.map(|line| line.quantity.clone()).unwrap_or_default()
}
