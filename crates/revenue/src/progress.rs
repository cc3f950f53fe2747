//! The part of an obligation that is satisfied (606-10-25-31 to 25-37).

use l2c_calendar::{NaiveDate, Period};
use l2c_explain::{Figure, Note, Recorder};
use l2c_money::{Exact, Rounding, RoundingPolicy};

use crate::contract_context::{Context, Moment};
use crate::performance::{Costs, Measured, Performance};
use crate::refusal::Flaw;
use crate::{Convention, Measure, Paragraph, RevenueError};

impl<M: Clone> Performance<'_, M> {
    /// The part of it that is satisfied, from 0 to 1 (606-10-25-31).
    pub(crate) fn progress<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        ctx: &Context<'_>,
        moment: Moment,
    ) -> Result<Figure<M>, RevenueError> {
        let id = self.id();
        let of_measure = |label: String| {
            Note::new(label)
                .percent()
                .cite(ctx.book.cite(Paragraph::PROGRESS))
        };
        match &self.measured {
            Measured::PointInTime { .. } => {
                let on = self.transfer_date(ctx.book);
                let done = on.is_some_and(|on| on <= moment.day);
                let value = if done { Exact::ONE } else { Exact::ZERO };
                Ok(rec.input(value, || {
                    let label = match on {
                        Some(on) => format!("progress of {id}: control passes on {on}"),
                        None => format!("progress of {id}: control has not passed"),
                    };
                    let note = Note::new(label).percent();
                    note.cite(ctx.book.cite(Paragraph::POINT_IN_TIME))
                }))
            }
            Measured::Time {
                period: Some(period),
                convention,
            } => {
                let (served, of) = convention.served(period, moment.time_through);
                self.elapsed(rec, ctx, (served, of), *convention, period, moment.time_through)
            }
            Measured::Time { period: None, .. } => Ok(rec.input(Exact::ZERO, || {
                of_measure(format!("progress of {id}: the service has not begun"))
            })),
            Measured::Units {
                total: Some(total),
                delivered,
                ..
            } => {
                let done = rec.input(delivered.clone(), || {
                    Note::new(format!("units of {id} delivered by the end of {}", moment.day))
                });
                let total = rec.input(total.clone(), || Note::new(format!("units of {id} promised")));
                Ok(rec.quotient(&done, &total, || {
                    of_measure(format!("progress of {id}, units delivered of units promised"))
                        .cite(ctx.book.cite(Paragraph::OUTPUT))
                })?)
            }
            Measured::Units { total: None, .. } | Measured::TakeOrPay { .. } => {
                Ok(rec.input(Exact::ZERO, || {
                    of_measure(format!(
                        "progress of {id}: its units are open, each has its price"
                    ))
                }))
            }
            Measured::Percent { cumulative } => {
                let done = rec.input(cumulative.clone(), || {
                    of_measure(format!("progress of {id} surveyed by the end of {}", moment.day))
                        .cite(ctx.book.cite(Paragraph::OUTPUT))
                });
                self.to_precision(rec, ctx, done)
            }
            Measured::Milestones { reached } => {
                let Measure::Milestones { milestones } = &self.obligation.measure else {
                    return Ok(rec.input(Exact::ZERO, || of_measure(format!("progress of {id}"))));
                };
                let weights: Vec<_> = milestones
                    .iter()
                    .filter(|milestone| reached.contains(milestone.id.as_str()))
                    .map(|milestone| {
                        rec.input(Exact::from(milestone.weight), || {
                            let label = format!("weight of milestone {}", milestone.id);
                            Note::new(label).percent().cite(ctx.in_terms("obligations", id))
                        })
                    })
                    .collect();
                let weights: Vec<_> = weights.iter().collect();
                let done = rec.sum(&weights, || {
                    of_measure(format!("progress of {id}, milestones reached"))
                        .cite(ctx.book.cite(Paragraph::OUTPUT))
                });
                self.to_precision(rec, ctx, done)
            }
            Measured::CostToCost(costs) => self.cost_progress(rec, ctx, costs, moment),
            Measured::Redemption {
                redeemed,
                expected,
                is_remote,
            } => {
                if *is_remote {
                    return Ok(rec.input(Exact::ONE, || {
                        of_measure(format!("progress of {id}: redemption of the rest is remote"))
                            .cite(ctx.book.cite(Paragraph::BREAKAGE))
                    }));
                }
                let done = rec.input(redeemed.clone(), || {
                    Note::new(format!("redeemed of {id} by the end of {}", moment.day))
                });
                let of = rec.input(expected.clone(), || {
                    Note::new(format!("redemptions of {id} expected in all"))
                });
                let share = if expected.is_zero() {
                    rec.input(Exact::ONE, || {
                        of_measure(format!("progress of {id}: nothing is expected"))
                    })
                } else {
                    rec.quotient(&done, &of, || {
                        of_measure(format!("progress of {id}, redeemed of expected"))
                            .cite(ctx.book.cite(Paragraph::BREAKAGE))
                    })?
                };
                let one = rec.input(Exact::ONE, || Note::new("the whole").percent());
                let share = rec.minimum(&[&share, &one], || {
                    of_measure(format!("progress of {id}, at most the whole"))
                });
                self.to_precision(rec, ctx, share)
            }
            Measured::MaterialRight { expired, .. } => {
                let value = if *expired { Exact::ONE } else { Exact::ZERO };
                Ok(rec.input(value, || {
                    let label = if *expired {
                        format!("progress of {id}: the right has expired")
                    } else {
                        format!("progress of {id}: the right stands")
                    };
                    of_measure(label).cite(ctx.book.cite(Paragraph::MATERIAL_RIGHT))
                }))
            }
        }
    }

    /// Progress by time from weights served and in all.
    pub(crate) fn elapsed<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        ctx: &Context<'_>,
        (served, of): (Exact, Exact),
        convention: Convention,
        period: &Period,
        through: NaiveDate,
    ) -> Result<Figure<M>, RevenueError> {
        let id = self.id();
        let (unit, way) = match convention {
            Convention::Daily => ("days", "straight line by day"),
            _ => ("months", "straight line by month"),
        };
        let measured = |note: Note| match convention {
            Convention::Daily => note.days(),
            _ => note,
        };
        let served = rec.input(served, || {
            measured(Note::new(format!(
                "{unit} of {id} served by the end of {through}"
            )))
        });
        let of = rec.input(of, || measured(Note::new(format!("{unit} of {id}, {period}"))));
        Ok(rec.quotient(&served, &of, || {
            Note::new(format!("progress of {id}, {way}"))
                .percent()
                .cite(ctx.book.cite(Paragraph::PROGRESS))
                .cite(ctx.book.cite(Paragraph::STRAIGHT_LINE))
                .cite(ctx.in_policy("convention"))
        })?)
    }

    /// What a policy says about the digits of a progress that is neither time nor delivery.
    pub(crate) fn to_precision<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        ctx: &Context<'_>,
        progress: Figure<M>,
    ) -> Result<Figure<M>, RevenueError> {
        let Some(decimals) = ctx.policy().progress_decimals else {
            return Ok(progress);
        };
        let policy = RoundingPolicy::scale(decimals, Rounding::HalfUp)?;
        Ok(rec.round(&progress, policy, ctx.currency(), || {
            Note::new(format!("progress of {}, {decimals} decimals", self.id()))
                .percent()
                .cite(ctx.in_policy("progress_decimals"))
        })?)
    }

    pub(crate) fn cost_progress<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        ctx: &Context<'_>,
        costs: &Costs,
        moment: Moment,
    ) -> Result<Figure<M>, RevenueError> {
        let id = self.id();
        let Some(estimate) = &costs.estimated_total else {
            return Ok(rec.input(Exact::ZERO, || {
                Note::new(format!("progress of {id}: its outcome cannot be measured yet"))
                    .percent()
                    .cite(ctx.book.cite(Paragraph::COST_RECOVERY))
            }));
        };
        let excluded = &costs.wasted + &costs.uninstalled;
        let done = rec.input(&costs.incurred - &excluded, || {
            ctx.money(format!(
                "cost of {id} by the end of {} that depicts performance, without waste and uninstalled materials",
                moment.day
            ))
            .cite(ctx.book.cite(Paragraph::INPUT_EXCLUDED))
        });
        let of = estimate - &costs.uninstalled_total;
        if !of.is_positive() {
            return Ok(rec.input(Exact::ONE, || {
                Note::new(format!("progress of {id}: no cost is left")).percent()
            }));
        }
        let of = rec.input(of, || {
            ctx.money(format!(
                "cost of {id} expected in all, without uninstalled materials"
            ))
        });
        let progress = rec.quotient(&done, &of, || {
            Note::new(format!("progress of {id}, cost incurred of cost expected"))
                .percent()
                .cite(ctx.book.cite(Paragraph::PROGRESS))
                .cite(ctx.book.cite(Paragraph::INPUT))
        })?;
        self.to_precision(rec, ctx, progress)
    }

    /// Refuses progress below zero or above one.
    pub(crate) fn check_progress<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        ctx: &Context<'_>,
        moment: Moment,
    ) -> Result<(), Flaw> {
        let progress = self.progress(rec, ctx, moment)?.value;
        if progress.is_negative() || progress > Exact::ONE {
            return Err(Flaw::progress(self.id(), &progress));
        }
        Ok(())
    }

    /// The share of the present allocation that is earned.
    pub(crate) fn fraction<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        progress: Figure<M>,
    ) -> Result<Figure<M>, RevenueError> {
        if self.origin.value.is_zero() {
            return Ok(progress);
        }
        let one = rec.input(Exact::ONE, || Note::new("the whole").percent());
        let left = rec.difference(&one, &self.origin, || {
            Note::new(format!("left of {} when the allocation began", self.id())).percent()
        });
        if !left.value.is_positive() {
            return Ok(one);
        }
        let since = rec.difference(&progress, &self.origin, || {
            Note::new(format!("progress of {} since the allocation began", self.id())).percent()
        });
        Ok(rec.quotient(&since, &left, || {
            Note::new(format!("share of {} earned of what was left", self.id())).percent()
        })?)
    }
}
