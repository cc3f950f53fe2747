//! An obligation as its facts have it: how much of it is satisfied, and what revenue that is.

use std::collections::BTreeSet;

use l2c_calendar::{NaiveDate, Period};
use l2c_explain::{Citation, Figure, Note, Recorder};
use l2c_money::{Currency, Exact, Money, Rounding, RoundingPolicy};

use crate::policy::RevenueBase;
use crate::refusal::Flaw;
use crate::{
    Acceptance, Book, Convention, Measure, Obligation, Paragraph, RetrospectiveTier, RevenueError,
    RevenuePolicy, RevenueRefusal, Terms,
};

/// What every figure of a contract rests on.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) terms: &'a Terms,
    pub(crate) book: Book,
}

impl<'a> Context<'a> {
    pub(crate) const fn currency(&self) -> Currency {
        self.terms.currency()
    }

    pub(crate) const fn policy(&self) -> &'a RevenuePolicy {
        self.terms.policy()
    }

    pub(crate) const fn rounding(&self) -> RoundingPolicy {
        self.policy().rounding_policy()
    }

    pub(crate) fn money(&self, label: impl Into<String>) -> Note {
        Note::new(label).money(self.currency())
    }

    pub(crate) fn unknown_obligation(&self, id: &str) -> Flaw {
        RevenueRefusal::UnknownObligation {
            contract: self.terms.contract().clone(),
            obligation: id.to_owned(),
            promised: self.promised(),
        }
        .into()
    }

    /// The obligations of the terms by name, the first few of many.
    fn promised(&self) -> String {
        const SHOWN: usize = 8;
        let ids = self
            .terms
            .obligations()
            .iter()
            .map(|obligation| format!("`{}`", obligation.id));
        let mut ids: Vec<String> = ids.take(SHOWN).collect();
        if self.terms.obligations().len() > SHOWN {
            ids.push("others".to_owned());
        }
        ids.join(", ")
    }

    /// A place in the terms of the contract.
    pub(crate) fn in_terms(&self, list: &str, id: &str) -> Citation {
        Citation::new(self.terms.contract().as_str(), format!("{list}[{id}]"))
    }

    /// A convention of the policy that is stored with the contract.
    pub(crate) fn in_policy(&self, field: &str) -> Citation {
        let policy = self.policy();
        Citation::document(&policy.id, policy.version, field)
    }

    /// A figure in whole minor units, by the policy.
    pub(crate) fn rounded<R: Recorder>(
        &self,
        rec: &mut R,
        figure: &Figure<R::Mark>,
        label: impl FnOnce() -> String,
    ) -> Result<Figure<R::Mark>, RevenueError> {
        let (policy, currency) = (self.rounding(), self.currency());
        Ok(rec.round(figure, policy, currency, || {
            self.money(label()).cite(self.in_policy("rounding"))
        })?)
    }
}

/// Up to when something is looked at. Before a fact of a day takes effect, time has run through the day before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// What happened through this day counts.
    pub(crate) day: NaiveDate,
    /// Time has run through this day.
    pub(crate) time_through: NaiveDate,
}

impl Moment {
    pub(crate) const fn end_of(day: NaiveDate) -> Self {
        Self {
            day,
            time_through: day,
        }
    }

    pub(crate) fn before(day: NaiveDate) -> Self {
        Self {
            day,
            time_through: day.pred_opt().unwrap_or(day),
        }
    }
}

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

    /// Units expected back of what is delivered.
    pub(crate) fn expected_back(&self, ctx: &Context<'_>, moment: Moment) -> Exact {
        match &self.returns {
            Some(returns) => returns.expected.clone().min(self.delivered(ctx, moment)),
            None => Exact::ZERO,
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
    fn elapsed<R: Recorder<Mark = M>>(
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
    fn to_precision<R: Recorder<Mark = M>>(
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

    fn cost_progress<R: Recorder<Mark = M>>(
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

    /// What is charged for a number of its units, oldest first: units of an allocation that has ended at what was
    /// recognised for them, others at their share of what is allocated.
    pub(crate) fn value_of_units<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        ctx: &Context<'_>,
        units: &Exact,
    ) -> Result<Figure<M>, RevenueError> {
        let id = self.id();
        let mut rest = units.clone();
        let mut before = Exact::ZERO;
        let mut parts = Vec::new();
        for batch in &self.batches {
            let taken = rest.clone().min(batch.units.clone());
            if taken.is_positive() {
                parts.push(self.part_of(rec, ctx, &batch.gross, &taken, &batch.units)?);
            }
            rest = &rest - &taken;
            before = &before + &batch.units;
        }
        if rest.is_positive()
            && let Some(total) = self.total_units()
        {
            let of = &total - &before;
            if of.is_positive() {
                parts.push(self.part_of(rec, ctx, &self.allocated.clone(), &rest, &of)?);
            }
        }
        if let [part] = parts.as_slice() {
            return Ok(part.clone());
        }
        let parts: Vec<_> = parts.iter().collect();
        Ok(rec.sum(&parts, || ctx.money(format!("charged for {units} units of {id}"))))
    }

    fn part_of<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        ctx: &Context<'_>,
        amount: &Figure<M>,
        units: &Exact,
        of: &Exact,
    ) -> Result<Figure<M>, RevenueError> {
        let id = self.id();
        let units = rec.input(units.clone(), || Note::new(format!("units of {id}")));
        let of = rec.input(of.clone(), || {
            Note::new(format!("units of {id} that the amount is for"))
        });
        let share = rec.quotient(&units, &of, || Note::new(format!("share of the units of {id}")))?;
        let exact = rec.product(amount, &share, || {
            ctx.money(format!("charged for the units of {id}, exact"))
        });
        ctx.rounded(rec, &exact, || format!("charged for the units of {id}"))
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

    /// What a take-or-pay obligation earns by units taken, and at its end at least the minimum.
    pub(crate) fn taken_value<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        ctx: &Context<'_>,
        moment: Moment,
    ) -> Result<Option<Figure<M>>, RevenueError> {
        let (
            Measured::TakeOrPay { taken, expected },
            Measure::TakeOrPay {
                minimum,
                unit_price,
                overage_price,
                end,
                ..
            },
        ) = (&self.measured, &self.obligation.measure)
        else {
            return Ok(None);
        };
        let id = self.id();
        let unit_price = Exact::from(*unit_price);
        let covered = minimum.exact().checked_div(&unit_price)?;
        if let Some(expected) = expected
            .as_ref()
            .filter(|expected| **expected < covered && *taken < covered)
        {
            return self
                .taken_with_breakage(rec, ctx, (taken, expected), minimum, moment)
                .map(Some);
        }
        let within = taken.clone().min(covered);
        let beyond = taken - &within;
        let mut value = |units: Exact, price: Exact, what: &str| {
            let units = rec.input(units, || {
                Note::new(format!("units of {id} {what} by the end of {}", moment.day))
            });
            let price = rec.input(price, || {
                ctx.money(format!("price of a unit {what}"))
                    .cite(ctx.in_terms("obligations", id))
            });
            rec.product(&units, &price, || ctx.money(format!("units of {id} {what}")))
        };
        let within = value(within, unit_price, "taken within the minimum");
        let beyond = value(beyond, Exact::from(*overage_price), "taken beyond the minimum");
        let exact = rec.sum(&[&within, &beyond], || ctx.money(format!("{id} taken, exact")));
        let taken = ctx.rounded(rec, &exact, || format!("{id} taken by the end of {}", moment.day))?;
        if moment.time_through < *end {
            return Ok(Some(taken));
        }
        let minimum = rec.input(minimum.exact(), || {
            ctx.money(format!("minimum of {id}, due on {end}"))
                .cite(ctx.in_terms("obligations", id))
                .cite(ctx.book.cite(Paragraph::BREAKAGE))
        });
        Ok(Some(rec.maximum(&[&taken, &minimum], || {
            ctx.money(format!("{id} recognised, at least the minimum"))
        })))
    }

    /// Where the customer is expected to take less than the minimum pays for, the minimum is earned in proportion to what
    /// is expected to be taken (606-10-55-48).
    fn taken_with_breakage<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        ctx: &Context<'_>,
        (taken, expected): (&Exact, &Exact),
        minimum: &Money,
        moment: Moment,
    ) -> Result<Figure<M>, RevenueError> {
        let id = self.id();
        let is_over =
            matches!(self.obligation.measure, Measure::TakeOrPay { end, .. } if end <= moment.time_through);
        let taken = rec.input(taken.clone(), || {
            Note::new(format!("units of {id} taken by the end of {}", moment.day))
        });
        let expected = rec.input(expected.clone(), || {
            Note::new(format!("units of {id} expected to be taken in all"))
        });
        let one = rec.input(Exact::ONE, || Note::new("the whole").percent());
        let share = if is_over {
            one
        } else {
            let share = rec.quotient(&taken, &expected, || {
                Note::new(format!("taken of {id}")).percent()
            })?;
            rec.minimum(&[&share, &one], || {
                Note::new(format!("taken of {id}, at most the whole")).percent()
            })
        };
        let minimum = rec.input(minimum.exact(), || {
            ctx.money(format!("minimum of {id}"))
                .cite(ctx.in_terms("obligations", id))
        });
        let exact = rec.product(&minimum, &share, || {
            ctx.money(format!("minimum of {id} earned in proportion, exact"))
                .cite(ctx.book.cite(Paragraph::BREAKAGE))
        });
        ctx.rounded(rec, &exact, || {
            format!("minimum of {id} earned by the end of {}", moment.day)
        })
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
