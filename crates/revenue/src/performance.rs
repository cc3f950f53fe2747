//! An obligation as its facts have it: how much of it is satisfied, and what revenue that is.

use std::collections::BTreeSet;

use l2c_calendar::{NaiveDate, Period};
use l2c_explain::{Figure, Note, Recorder};
use l2c_money::Exact;

use crate::contract_context::{Context, Moment};
use crate::policy::RevenueBase;
use crate::{
    Acceptance, Book, Convention, Measure, Obligation, Paragraph, RetrospectiveTier, RevenueError,
    RevenuePolicy,
};

/// What the facts say about the satisfaction of an obligation.
#[derive(Debug, Clone)]
pub(crate) enum Measured<'a> {
    PointInTime {
        transferred: Option<NaiveDate>,
        accepted: Option<NaiveDate>,
    },
    Time {
        period: Option<Period>,
        convention: Convention,
    },
    Units {
        total: Option<Exact>,
        delivered: Exact,
        consigned: Option<Exact>,
    },
    Percent {
        cumulative: Exact,
    },
    Milestones {
        reached: BTreeSet<&'a str>,
    },
    CostToCost(Costs),
    Redemption {
        redeemed: Exact,
        expected: Exact,
        is_remote: bool,
    },
    MaterialRight {
        closed: Option<NaiveDate>,
        expired: bool,
    },
    TakeOrPay {
        taken: Exact,
        expected: Option<Exact>,
    },
}

/// Costs of an obligation that is measured by them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Costs {
    pub(crate) incurred: Exact,
    pub(crate) wasted: Exact,
    pub(crate) uninstalled: Exact,
    pub(crate) estimated_total: Option<Exact>,
    pub(crate) uninstalled_total: Exact,
    /// Incurred, and uninstalled, when the present allocation began.
    pub(crate) incurred_before: Exact,
    pub(crate) uninstalled_before: Exact,
}

/// Units that were delivered under an allocation that a modification has ended, and what was recognised for them.
#[derive(Debug, Clone)]
pub(crate) struct Batch<M> {
    pub(crate) units: Exact,
    pub(crate) gross: Figure<M>,
}

/// What is known about units that come back.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReturnState {
    pub(crate) expected: Exact,
    pub(crate) returned: Exact,
    /// What it cost to recover those that came back; a later estimate is for the others alone.
    pub(crate) recovery_of_returned: Exact,
    pub(crate) recovery_cost: Exact,
}

/// An element that prices the units of an obligation.
#[derive(Debug, Clone)]
pub(crate) struct UnitPricing<'a> {
    pub(crate) element: &'a str,
    pub(crate) list_price: Exact,
    pub(crate) tiers: &'a [RetrospectiveTier],
    pub(crate) expected_units: Exact,
}

/// The share of a reported usage that is an obligation's.
#[derive(Debug, Clone)]
pub(crate) struct UsageShare<M> {
    pub(crate) report: usize,
    pub(crate) share: Figure<M>,
}

/// Two figures that belong together: a share in whole minor units and exact, or what units earn and their list price.
pub(crate) type Pair<M> = (Figure<M>, Figure<M>);

/// An obligation, what is allocated to it, and what is done of it.
#[derive(Clone)]
pub(crate) struct Performance<'a, M> {
    pub(crate) obligation: &'a Obligation,
    /// The contract that it belongs to: 0 is this one, others are separate contracts.
    pub(crate) contract: usize,
    /// Whether it takes part in the allocation.
    pub(crate) takes_part: bool,
    pub(crate) ssp: Figure<M>,
    /// What is allocated to it since `origin`, in whole minor units.
    pub(crate) allocated: Figure<M>,
    /// The same before rounding, for policies that recognise from it.
    pub(crate) exact: Figure<M>,
    /// What was recognised when the present allocation began.
    pub(crate) earned_before: Figure<M>,
    /// The progress at which the present allocation began.
    pub(crate) origin: Figure<M>,
    pub(crate) batches: Vec<Batch<M>>,
    /// Whether work on it had begun when a modification let it begin anew.
    pub(crate) began: bool,
    pub(crate) measured: Measured<'a>,
    pub(crate) returns: Option<ReturnState>,
    /// What claims under its assurance-type warranty have cost.
    pub(crate) warranty_settled: Exact,
    pub(crate) unit_prices: Vec<UnitPricing<'a>>,
    pub(crate) usage: Vec<UsageShare<M>>,
    /// Concessions and service credits, below zero.
    pub(crate) reductions: Vec<Figure<M>>,
    /// What is recognised for good, once the contract has ended.
    pub(crate) closed: Option<Figure<M>>,
}

impl<'a, M: Clone> Performance<'a, M> {
    pub(crate) fn id(&self) -> &'a str {
        &self.obligation.id
    }

    /// What the facts say before the first of them.
    pub(crate) fn measured_at_first(obligation: &'a Obligation, policy: &RevenuePolicy) -> Measured<'a> {
        match &obligation.measure {
            Measure::PointInTime => Measured::PointInTime {
                transferred: None,
                accepted: None,
            },
            Measure::Time { period, convention } => Measured::Time {
                period: *period,
                convention: convention.unwrap_or(policy.convention),
            },
            Measure::Units { total } => Measured::Units {
                total: total.map(Exact::from),
                delivered: Exact::ZERO,
                consigned: None,
            },
            Measure::Percent => Measured::Percent {
                cumulative: Exact::ZERO,
            },
            Measure::Milestones { .. } => Measured::Milestones {
                reached: BTreeSet::new(),
            },
            Measure::CostToCost {
                estimated_total,
                uninstalled_total,
            } => Measured::CostToCost(Costs {
                estimated_total: estimated_total.map(|amount| amount.exact()),
                uninstalled_total: uninstalled_total.map_or(Exact::ZERO, |amount| amount.exact()),
                ..Costs::default()
            }),
            Measure::Redemption { expected } => Measured::Redemption {
                redeemed: Exact::ZERO,
                expected: Exact::from(*expected),
                is_remote: false,
            },
            Measure::MaterialRight => Measured::MaterialRight {
                closed: None,
                expired: false,
            },
            Measure::TakeOrPay { expected_units, .. } => Measured::TakeOrPay {
                taken: Exact::ZERO,
                expected: expected_units.map(Exact::from),
            },
        }
    }

    /// Units whose control has passed; an obligation of a point in time is one.
    pub(crate) fn delivered(&self, ctx: &Context<'_>, moment: Moment) -> Exact {
        match &self.measured {
            Measured::Units { delivered, .. } => delivered.clone(),
            Measured::PointInTime { .. } if self.is_transferred(ctx, moment) => Exact::ONE,
            _ => Exact::ZERO,
        }
    }

    /// Units promised, where their number is known.
    pub(crate) fn total_units(&self) -> Option<Exact> {
        match &self.measured {
            Measured::Units { total, .. } => total.clone(),
            Measured::PointInTime { .. } => Some(Exact::ONE),
            _ => None,
        }
    }

    /// When control of an obligation of a point in time passes, if that is known.
    pub(crate) fn transfer_date(&self, book: Book) -> Option<NaiveDate> {
        let Measured::PointInTime {
            transferred,
            accepted,
        } = self.measured
        else {
            return None;
        };
        let mut on = transferred?;
        if self.obligation.acceptance == Acceptance::Subjective {
            on = on.max(accepted?);
        }
        // 606-10-55-58C is the US GAAP's alone: a renewal need not wait under IFRS 15.
        let waits = !(self.obligation.licence_renewal && book == Book::Ifrs15);
        match self.obligation.usable_from {
            Some(usable) if waits => Some(on.max(usable)),
            _ => Some(on),
        }
    }

    fn is_transferred(&self, ctx: &Context<'_>, moment: Moment) -> bool {
        self.transfer_date(ctx.book).is_some_and(|on| on <= moment.day)
    }

    /// Whether work on it has begun, so that royalties on it are revenue (606-10-55-65).
    pub(crate) fn has_begun(&self, ctx: &Context<'_>, moment: Moment) -> bool {
        match &self.measured {
            Measured::PointInTime { .. } => self.is_transferred(ctx, moment),
            Measured::Time { period, .. } => {
                self.began || period.is_some_and(|period| period.start() <= moment.time_through)
            }
            _ => true,
        }
    }

    /// Recognised of what is allocated, before returns: what was recognised when the allocation began, and the
    /// rounded share of the allocation that is earned since.
    pub(crate) fn earned<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        ctx: &Context<'_>,
        moment: Moment,
    ) -> Result<Figure<M>, RevenueError> {
        let progress = self.progress(rec, ctx, moment)?;
        self.earned_at(rec, ctx, progress, moment)
    }

    /// The same for a modification, which takes in the served part of a month that is not over.
    pub(crate) fn earned_with_broken_month<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        ctx: &Context<'_>,
        moment: Moment,
    ) -> Result<(Figure<M>, Figure<M>), RevenueError> {
        let progress = match &self.measured {
            Measured::Time {
                period: Some(period),
                convention,
            } => {
                let through = moment.time_through;
                let (served, of) = convention.served(period, through);
                let served = &served + &convention.broken_month(period, through);
                self.elapsed(rec, ctx, (served, of), *convention, period, through)?
            }
            _ => self.progress(rec, ctx, moment)?,
        };
        let earned = self.earned_at(rec, ctx, progress.clone(), moment)?;
        Ok((progress, earned))
    }

    fn earned_at<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        ctx: &Context<'_>,
        progress: Figure<M>,
        moment: Moment,
    ) -> Result<Figure<M>, RevenueError> {
        let id = self.id();
        let day = moment.time_through;
        if let Measured::CostToCost(costs) = &self.measured
            && costs.estimated_total.is_none()
        {
            return self.cost_recovery(rec, ctx, costs, moment);
        }
        let is_whole = progress.value >= Exact::ONE;
        let mut base = match ctx.policy().revenue_base {
            RevenueBase::Unrounded if !is_whole => self.exact.clone(),
            _ => self.allocated.clone(),
        };
        let mut uninstalled = None;
        if let Measured::CostToCost(costs) = &self.measured {
            let of = &costs.uninstalled_total - &costs.uninstalled_before;
            if !of.is_zero() {
                let of = rec.input(of, || {
                    ctx.money(format!("uninstalled materials of {id} expected in all"))
                });
                base = rec.difference(&base, &of, || {
                    ctx.money(format!("allocated to {id} without uninstalled materials"))
                        .cite(ctx.book.cite(Paragraph::INPUT_EXCLUDED))
                });
            }
            let incurred = &costs.uninstalled - &costs.uninstalled_before;
            if !incurred.is_zero() {
                uninstalled = Some(rec.input(incurred, || {
                    ctx.money(format!(
                        "uninstalled materials of {id} by the end of {day}, at their cost"
                    ))
                    .cite(ctx.book.cite(Paragraph::INPUT_EXCLUDED))
                }));
            }
        }
        let fraction = self.fraction(rec, progress)?;
        let exact = rec.product(&base, &fraction, || {
            ctx.money(format!("{id} earned by the end of {day}, exact"))
                .cite(ctx.book.cite(Paragraph::SATISFACTION))
        });
        let earned = ctx.rounded(rec, &exact, || format!("{id} recognised by the end of {day}"))?;
        let mut parts = Vec::with_capacity(3);
        if !self.earned_before.value.is_zero() {
            parts.push(&self.earned_before);
        }
        parts.push(&earned);
        parts.extend(uninstalled.as_ref());
        if parts.len() == 1 {
            return Ok(earned);
        }
        Ok(rec.sum(&parts, || {
            ctx.money(format!(
                "{id} recognised by the end of {day}, with what was recognised before"
            ))
        }))
    }

    /// Revenue equals cost, at most what is allocated, while the outcome cannot be measured (606-10-25-37).
    fn cost_recovery<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        ctx: &Context<'_>,
        costs: &Costs,
        moment: Moment,
    ) -> Result<Figure<M>, RevenueError> {
        let id = self.id();
        let cost = rec.input(&costs.incurred - &costs.incurred_before, || {
            ctx.money(format!("cost of {id} by the end of {}", moment.day))
        });
        let note = || {
            ctx.money(format!("cost of {id}, at most what is allocated"))
                .cite(ctx.book.cite(Paragraph::COST_RECOVERY))
        };
        let least = if self.allocated.value.is_negative() {
            // What is owed for the work, and not earned, grows with it too.
            let cost = rec.negate(&cost, || ctx.money(format!("cost of {id}, below zero")));
            rec.maximum(&[&cost, &self.allocated], note)
        } else {
            rec.minimum(&[&cost, &self.allocated], note)
        };
        let least = ctx.rounded(rec, &least, || format!("{id} recognised at its cost"))?;
        Ok(rec.sum(&[&self.earned_before, &least], || {
            ctx.money(format!("{id} recognised by the end of {}", moment.time_through))
        }))
    }

    /// What is allocated since inception, less what is expected back.
    pub(crate) fn net_allocation<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        ctx: &Context<'_>,
    ) -> Result<Exact, RevenueError> {
        let gross = &self.earned_before.value + &self.allocated.value;
        let Some(returns) = self.returns.as_ref().filter(|_| self.takes_part) else {
            return Ok(gross);
        };
        let units = match self.total_units() {
            Some(total) => returns.expected.clone().min(total),
            None => returns.expected.clone(),
        };
        Ok(&gross - &self.value_of_units(rec, ctx, &units)?.value)
    }

    /// What is earned of it, less what is expected back of what was delivered.
    pub(crate) fn net_earned<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        ctx: &Context<'_>,
        moment: Moment,
    ) -> Result<Exact, RevenueError> {
        let earned = self.earned(rec, ctx, moment)?.value;
        let back = self.expected_back(ctx, moment);
        if !self.takes_part || !back.is_positive() {
            return Ok(earned);
        }
        Ok(&earned - &self.value_of_units(rec, ctx, &back)?.value)
    }

    /// What the delivered units earn by prices of their own, net of what is expected back, and what they are charged
    /// at list price (606-10-55-216 to 55-220).
    pub(crate) fn unit_values<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        ctx: &Context<'_>,
        moment: Moment,
    ) -> Result<Vec<Pair<M>>, RevenueError> {
        let delivered = self.delivered(ctx, moment);
        let kept = &delivered - &self.expected_back(ctx, moment);
        let mut values = Vec::with_capacity(self.unit_prices.len());
        for pricing in &self.unit_prices {
            let volume = pricing.expected_units.clone().max(delivered.clone());
            let price = pricing
                .tiers
                .iter()
                .rev()
                .find(|tier| volume > Exact::from(tier.above_units))
                .map_or_else(|| pricing.list_price.clone(), |tier| tier.unit_price.exact());
            let units = rec.input(kept.clone(), || {
                Note::new(format!("units of {} delivered and not expected back", self.id()))
            });
            let price = rec.input(price, || {
                ctx.money(format!("price of a unit at {volume} expected units"))
                    .cite(ctx.in_terms("consideration", pricing.element))
                    .cite(ctx.book.cite(Paragraph::VARIABLE))
            });
            let exact = rec.product(&units, &price, || {
                ctx.money(format!("{} earned by units, exact", self.id()))
            });
            let earned = ctx.rounded(rec, &exact, || format!("{} earned by units", self.id()))?;
            let all = rec.input(delivered.clone(), || {
                Note::new(format!("units of {} delivered", self.id()))
            });
            let list = rec.input(pricing.list_price.clone(), || ctx.money("list price of a unit"));
            let exact = rec.product(&all, &list, || {
                ctx.money(format!("{} at list price, exact", self.id()))
            });
            let listed = ctx.rounded(rec, &exact, || format!("{} at list price", self.id()))?;
            values.push((earned, listed));
        }
        Ok(values)
    }

    /// Cumulative revenue of the obligation.
    pub(crate) fn revenue<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        ctx: &Context<'_>,
        moment: Moment,
    ) -> Result<Figure<M>, RevenueError> {
        if let Some(closed) = &self.closed {
            return Ok(closed.clone());
        }
        let id = self.id();
        let mut parts = vec![self.earned(rec, ctx, moment)?];
        let back = self.expected_back(ctx, moment);
        if self.takes_part && back.is_positive() {
            let value = self.value_of_units(rec, ctx, &back)?;
            parts.push(rec.negate(&value, || {
                ctx.money(format!("expected back of {id}, {back} units"))
                    .cite(ctx.book.cite(Paragraph::RETURNS))
            }));
        }
        parts.extend(self.reductions.iter().cloned());
        if self.has_begun(ctx, moment) {
            parts.extend(self.usage.iter().map(|usage| usage.share.clone()));
        }
        for (earned, _) in self.unit_values(rec, ctx, moment)? {
            parts.push(earned);
        }
        parts.extend(self.taken_value(rec, ctx, moment)?);
        if let [only] = parts.as_slice() {
            return Ok(only.clone());
        }
        parts.retain(|part| !part.value.is_zero());
        let parts: Vec<_> = parts.iter().collect();
        Ok(rec.sum(&parts, || {
            ctx.money(format!("{id} recognised by the end of {}, in all", moment.day))
        }))
    }
}
