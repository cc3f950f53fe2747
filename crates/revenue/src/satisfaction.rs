//! What is done of an obligation, fact by fact (606-10-25-23, 25-31).

use l2c_calendar::NaiveDate;
use l2c_explain::Recorder;
use l2c_money::Exact;

use crate::contract_context::Moment;
use crate::obligation::check_term;
use crate::performance::Measured;
use crate::refusal::Flaw;
use crate::replay::{Replay, positive};
use crate::{Fact, Measure, RevenueEvent, RevenueRefusal};

impl<'a, M: Clone> Replay<'a, M> {
    /// Takes in a fact of performance.
    pub(crate) fn perform<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        event: &'a RevenueEvent,
    ) -> Result<(), Flaw> {
        let on = event.effective;
        match &event.fact {
            Fact::Satisfied { obligation } => self.satisfy(obligation, on)?,
            Fact::Accepted { obligation } => self.accept(obligation, on)?,
            Fact::ServiceStarted { obligation, period } => {
                check_term(obligation, period)?;
                match &mut self.find_mut(obligation)?.measured {
                    Measured::Time { period: known, .. } => match known {
                        None => *known = Some(*period),
                        Some(known) if *known == *period => {}
                        Some(known) => {
                            return Err(RevenueRefusal::AlreadyStarted {
                                obligation: obligation.clone(),
                                period: *known,
                            }
                            .into());
                        }
                    },
                    _ => return Err(self.wrong_measure(obligation, event)),
                }
            }
            Fact::Delivered {
                obligation,
                quantity,
                expected_returns,
            } => {
                let quantity = positive("quantity", Exact::from(*quantity))?;
                let back = expected_returns.map_or(Ok(Exact::ZERO), |units| {
                    positive("expected_returns", units.into())
                })?;
                let performance = self.find_mut(obligation)?;
                if let Some(returns) = &mut performance.returns {
                    returns.expected += &back;
                } else if back.is_positive() {
                    return Err(Flaw::amount(
                        "expected_returns",
                        &back,
                        "nothing: no right of return is promised",
                    ));
                }
                match &mut performance.measured {
                    Measured::Units {
                        total,
                        delivered,
                        consigned,
                    } => {
                        *delivered += &quantity;
                        let most = match (&total, &consigned) {
                            (Some(total), Some(consigned)) => Some(total.clone().min(consigned.clone())),
                            (Some(most), None) | (None, Some(most)) => Some(most.clone()),
                            (None, None) => None,
                        };
                        if let Some(most) = most
                            && *delivered > most
                        {
                            return Err(Flaw::units(obligation, delivered, &most));
                        }
                    }
                    _ => return Err(self.wrong_measure(obligation, event)),
                }
            }
            Fact::Consigned { obligation, quantity } => {
                let quantity = positive("quantity", Exact::from(*quantity))?;
                match &mut self.find_mut(obligation)?.measured {
                    Measured::Units { consigned, .. } => {
                        let before = consigned.clone().unwrap_or(Exact::ZERO);
                        *consigned = Some(&before + &quantity);
                    }
                    _ => return Err(self.wrong_measure(obligation, event)),
                }
            }
            Fact::Progressed {
                obligation,
                cumulative,
            } => {
                let share = Exact::from(*cumulative);
                match &mut self.find_mut(obligation)?.measured {
                    Measured::Percent { cumulative } => *cumulative = share.clone(),
                    _ => return Err(self.wrong_measure(obligation, event)),
                }
                if share.is_negative() || share > Exact::ONE {
                    return Err(Flaw::progress(obligation, &share));
                }
            }
            Fact::MilestoneReached {
                obligation,
                milestone,
            } => {
                let performance = self.find_mut(obligation)?;
                let Measure::Milestones { milestones } = &performance.obligation.measure else {
                    return Err(self.wrong_measure(obligation, event));
                };
                let Some(known) = milestones.iter().find(|known| known.id == *milestone) else {
                    return Err(Flaw::unknown("milestone", milestone));
                };
                if let Measured::Milestones { reached } = &mut performance.measured
                    && !reached.insert(&known.id)
                {
                    return Err(RevenueRefusal::MilestoneReached {
                        obligation: obligation.clone(),
                        milestone: milestone.clone(),
                    }
                    .into());
                }
            }
            Fact::CostIncurred {
                obligation,
                amount,
                waste,
                uninstalled,
                estimated_total,
            } => {
                let amount = self.amount("amount", amount)?;
                let waste = self.optional("waste", waste.as_ref())?;
                let uninstalled = self.optional("uninstalled", uninstalled.as_ref())?;
                let estimate = estimated_total
                    .as_ref()
                    .map(|estimate| self.amount("estimated_total", estimate))
                    .transpose()?;
                if &waste + &uninstalled > amount {
                    return Err(Flaw::amount(
                        "waste",
                        &waste,
                        "with `uninstalled` at most the amount",
                    ));
                }
                match &mut self.find_mut(obligation)?.measured {
                    Measured::CostToCost(costs) => {
                        costs.incurred += &amount;
                        costs.wasted += &waste;
                        costs.uninstalled += &uninstalled;
                        if estimate.is_some() {
                            costs.estimated_total = estimate;
                        }
                    }
                    _ => return Err(self.wrong_measure(obligation, event)),
                }
                self.check_progress(rec, obligation, on)?;
            }
            Fact::Redeemed {
                obligation,
                quantity,
                expected,
            } => {
                let quantity = positive("quantity", Exact::from(*quantity))?;
                let estimate = expected
                    .map(|expected| positive("expected", expected.into()))
                    .transpose()?;
                match &mut self.find_mut(obligation)?.measured {
                    Measured::Redemption {
                        redeemed, expected, ..
                    } => {
                        *redeemed += &quantity;
                        if let Some(estimate) = estimate {
                            *expected = estimate;
                        }
                    }
                    _ => return Err(self.wrong_measure(obligation, event)),
                }
            }
            Fact::UnitsTaken { obligation, quantity } => {
                let quantity = positive("quantity", Exact::from(*quantity))?;
                match &mut self.find_mut(obligation)?.measured {
                    Measured::TakeOrPay { taken, .. } => *taken += &quantity,
                    _ => return Err(self.wrong_measure(obligation, event)),
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn satisfy(&mut self, obligation: &str, on: NaiveDate) -> Result<(), Flaw> {
        let performance = self.find_mut(obligation)?;
        match &mut performance.measured {
            Measured::PointInTime { transferred, .. } => match transferred {
                None => {
                    *transferred = Some(on);
                    Ok(())
                }
                Some(before) => Err(RevenueRefusal::AlreadySatisfied {
                    obligation: obligation.to_owned(),
                    on: *before,
                }
                .into()),
            },
            _ => Err(Flaw::measure(performance.obligation, "satisfied")),
        }
    }

    fn accept(&mut self, obligation: &str, on: NaiveDate) -> Result<(), Flaw> {
        let performance = self.find_mut(obligation)?;
        match &mut performance.measured {
            Measured::PointInTime { accepted, .. } => {
                accepted.get_or_insert(on);
                Ok(())
            }
            _ => Err(Flaw::measure(performance.obligation, "accepted")),
        }
    }

    pub(crate) fn check_progress<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        id: &str,
        on: NaiveDate,
    ) -> Result<(), Flaw> {
        let ctx = self.ctx;
        self.find(id)?.check_progress(rec, &ctx, Moment::end_of(on))
    }
}
