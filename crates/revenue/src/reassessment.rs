//! Estimates that change (606-10-32-14, 32-42 to 32-45).

use std::collections::BTreeMap;

use l2c_calendar::NaiveDate;
use l2c_explain::{Figure, Recorder};
use l2c_money::Exact;

use crate::performance::Measured;
use crate::refusal::Flaw;
use crate::replay::{Replay, positive};
use crate::{Consideration, Paragraph, Reassessment, RevenueError, RevenueEvent};

/// What the amounts of elements are estimated at now, by element.
pub(crate) type Estimates<'a> = BTreeMap<&'a str, (Exact, NaiveDate)>;

impl<'a, M: Clone> Replay<'a, M> {
    /// What the price includes of an element: its latest estimate, or what the terms say.
    pub(crate) fn included<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        element: &'a Consideration,
        estimates: &Estimates<'a>,
    ) -> Result<Figure<M>, RevenueError> {
        match estimates.get(element.id()) {
            Some((amount, on)) => Ok(rec.input(amount.clone(), || {
                self.ctx
                    .money(format!("{}, as estimated on {on}", element.id()))
                    .cite(self.ctx.book.cite(Paragraph::REASSESSMENT))
            })),
            None => {
                let both = element.included(rec, &self.price_context())?;
                if matches!(element, Consideration::Variable { .. })
                    && both.estimate.value != both.included.value
                {
                    let id = element.id();
                    self.kept_out
                        .push(rec.difference(&both.estimate, &both.included, || {
                            self.ctx
                                .money(format!("expected of {id} and kept out of the price"))
                                .cite(self.ctx.book.cite(Paragraph::CONSTRAINT))
                        }));
                }
                Ok(both.included)
            }
        }
    }

    pub(crate) fn change_estimate<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        estimate: &'a Reassessment,
        event: &'a RevenueEvent,
    ) -> Result<(), Flaw> {
        match estimate {
            // The amount itself is in the estimates that the history runs with.
            Reassessment::Consideration { element, amount } => {
                self.in_currency("amount", amount)?;
                let Some((known, _)) = self.elements.iter().find(|(known, _)| known.id() == element) else {
                    return Err(Flaw::unknown("element of the consideration", element));
                };
                known.check_estimate(amount)?;
            }
            Reassessment::Volume {
                element,
                expected_units,
            } => {
                let units = positive("expected_units", Exact::from(*expected_units))?;
                let pricing = self
                    .performances
                    .iter_mut()
                    .flat_map(|performance| &mut performance.unit_prices)
                    .find(|pricing| pricing.element == element);
                match pricing {
                    Some(pricing) => pricing.expected_units = units,
                    None => return Err(Flaw::unknown("element with prices per unit", element)),
                }
            }
            Reassessment::Cost {
                obligation,
                estimated_total,
            } => {
                let total = self.amount("estimated_total", estimated_total)?;
                match &mut self.find_mut(obligation)?.measured {
                    Measured::CostToCost(costs) => costs.estimated_total = Some(total),
                    _ => return Err(self.wrong_measure(obligation, event)),
                }
                self.check_progress(rec, obligation, event.effective)?;
            }
            Reassessment::Returns {
                obligation,
                expected_units,
                recovery_cost_per_unit,
            } => {
                let units = positive("expected_units", Exact::from(*expected_units))?;
                let recovery = recovery_cost_per_unit
                    .as_ref()
                    .map(|cost| self.amount("recovery_cost_per_unit", cost))
                    .transpose()?;
                let performance = self.find_mut(obligation)?;
                if let Some(most) = performance.total_units().filter(|most| units > *most) {
                    let expected = format!("at most the {most} that are promised");
                    return Err(Flaw::amount("expected_units", &units, &expected));
                }
                match &mut performance.returns {
                    Some(returns) if units >= returns.returned => {
                        returns.expected = units;
                        if let Some(cost) = recovery {
                            returns.recovery_cost = cost;
                        }
                    }
                    Some(returns) => {
                        let expected = format!("at least the {} units that came back", returns.returned);
                        return Err(Flaw::amount("expected_units", &units, &expected));
                    }
                    None => return Err(self.wrong_measure(obligation, event)),
                }
            }
            Reassessment::Taking {
                obligation,
                expected_units,
            } => {
                let units = Exact::from(*expected_units);
                if !units.is_positive() {
                    return Err(Flaw::amount("expected_units", &units, "above zero"));
                }
                match &mut self.find_mut(obligation)?.measured {
                    Measured::TakeOrPay { expected, .. } => *expected = Some(units),
                    _ => return Err(self.wrong_measure(obligation, event)),
                }
            }
            Reassessment::Redemption { obligation, expected } => {
                let estimate = positive("expected", Exact::from(*expected))?;
                match &mut self.find_mut(obligation)?.measured {
                    Measured::Redemption { expected, .. } => *expected = estimate,
                    _ => return Err(self.wrong_measure(obligation, event)),
                }
            }
        }
        Ok(())
    }
}
