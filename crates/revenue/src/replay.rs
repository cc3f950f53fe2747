//! A contract run through its facts: the state from which every figure is read.

use std::collections::{BTreeMap, BTreeSet};

use l2c_calendar::NaiveDate;
use l2c_explain::{Figure, Note, Recorder};
use l2c_money::{Exact, Money};

use crate::account::{Account, Document, Payment};
use crate::allocation::{Candidate, allocate, split_by_ssp};
use crate::history::History;
use crate::judgement::{Judged, ModificationTreatment};
use crate::obligation::check_term;
use crate::performance::{
    Context, Measured, Moment, Pair, Performance, ReturnState, UnitPricing, UsageShare,
};
use crate::policy::RevenueBase;
use crate::price_context::PriceContext;
use crate::refusal::Flaw;
use crate::{
    AllocationMethod, Book, Consideration, Fact, MAX_MINOR_UNITS, Measure, Obligation, Paragraph,
    Reassessment, RevenueError, RevenueEvent, RevenueRefusal, Settlement,
};

/// A usage that was reported.
#[derive(Debug, Clone)]
pub(crate) struct UsageReport<'a, M> {
    pub(crate) element: &'a str,
    pub(crate) period: Option<&'a str>,
    pub(crate) amount: Figure<M>,
}

/// How a contract ended.
#[derive(Debug, Clone)]
pub(crate) struct Termination<M> {
    pub(crate) on: NaiveDate,
    pub(crate) refund: Figure<M>,
    pub(crate) credit: Figure<M>,
    pub(crate) still_billable: Exact,
    /// What was billed, without tax, when it ended.
    pub(crate) billed: Exact,
    /// Returns and rebates as they stood when it ended, by contract.
    pub(crate) refunds: Vec<Figure<M>>,
}

/// A contract after some of its facts. Element amounts are those estimated now: a later estimate runs the whole
/// history again, so that it reaches what was satisfied before it (606-10-32-42 to 32-45).
#[derive(Clone)]
pub(crate) struct Replay<'a, M> {
    pub(crate) ctx: Context<'a>,
    pub(crate) inception: NaiveDate,
    /// Every element of the consideration, with what the price includes of it.
    pub(crate) elements: Vec<(&'a Consideration, Figure<M>)>,
    /// What is expected of elements beyond what the price includes of them.
    pub(crate) kept_out: Vec<Figure<M>>,
    pub(crate) method: Option<AllocationMethod>,
    pub(crate) performances: Vec<Performance<'a, M>>,
    /// This contract, then the separate ones.
    pub(crate) accounts: Vec<Account<'a, M>>,
    pub(crate) usage: Vec<UsageReport<'a, M>>,
    /// Changes of the price by modifications and exercised rights.
    pub(crate) price_changes: Vec<Figure<M>>,
    /// Without tax, credit notes counted like invoices.
    billed_in_all: Exact,
    pub(crate) refunds: Exact,
    pub(crate) credit_losses: Exact,
    pub(crate) incentives_paid: Exact,
    pub(crate) criteria_met: bool,
    /// The day on which it was taken over from another system.
    pub(crate) taken_over: Option<NaiveDate>,
    /// Whether no estimate has changed since inception.
    pub(crate) estimates_are_original: bool,
    has_facts: bool,
    pub(crate) termination: Option<Termination<M>>,
    pub(crate) modifications: Vec<(&'a str, Judged<ModificationTreatment>)>,
    pub(crate) concessions: Vec<Figure<M>>,
    /// Obligations that the policy does not account for by themselves.
    ignored: BTreeSet<&'a str>,
}

/// What the amounts of elements are estimated at now, by element.
pub(crate) type Estimates<'a> = BTreeMap<&'a str, (Exact, NaiveDate)>;

impl<'a, M: Clone> Replay<'a, M> {
    /// The contract at its inception, with element amounts as estimated now.
    pub(crate) fn begin<R: Recorder<Mark = M>>(
        rec: &mut R,
        history: &History<'a>,
        book: Book,
        estimates: &Estimates<'a>,
    ) -> Result<Self, RevenueError> {
        let terms = history.terms;
        let ctx = Context { terms, book };
        let policy = terms.policy();
        if policy.shipping_as_fulfilment && book != Book::Asc606 {
            return Err(RevenueError::ElectionNotAvailable {
                election: "shipping_as_fulfilment",
                paragraph: Paragraph::SHIPPING,
                book,
            });
        }
        let mut replay = Self {
            ctx,
            inception: history.inception,
            elements: Vec::with_capacity(terms.consideration().len()),
            kept_out: Vec::new(),
            method: None,
            performances: Vec::with_capacity(terms.obligations().len()),
            accounts: vec![Account::new(terms.contract().as_str())],
            usage: Vec::new(),
            price_changes: Vec::new(),
            billed_in_all: Exact::ZERO,
            refunds: Exact::ZERO,
            credit_losses: Exact::ZERO,
            incentives_paid: Exact::ZERO,
            criteria_met: terms.criteria_met(),
            taken_over: None,
            estimates_are_original: estimates.is_empty(),
            has_facts: false,
            termination: None,
            modifications: Vec::new(),
            concessions: Vec::new(),
            ignored: BTreeSet::new(),
        };
        for obligation in terms.obligations() {
            if policy.shipping_as_fulfilment && obligation.shipping {
                replay.ignored.insert(obligation.id.as_str());
            }
        }
        for element in terms.consideration() {
            let included = replay.included(rec, element, estimates)?;
            replay.elements.push((element, included));
        }
        replay.allocate_at_inception(rec)?;
        Ok(replay)
    }

    pub(crate) fn price_context(&self) -> PriceContext<'a> {
        let policy = self.ctx.policy();
        PriceContext {
            currency: self.ctx.currency(),
            rounding: self.ctx.rounding(),
            book: self.ctx.book,
            exclude_sales_tax: policy.exclude_sales_tax,
            one_year_expedient: policy.one_year_expedient,
            source: self.ctx.terms.contract().as_str(),
        }
    }

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

    /// Steps 3 and 4 (606-10-32-28 to 32-41).
    fn allocate_at_inception<R: Recorder<Mark = M>>(&mut self, rec: &mut R) -> Result<(), RevenueError> {
        let terms = self.ctx.terms;
        let context = self.price_context();
        let zero = rec.input(Exact::ZERO, || self.ctx.money("nothing"));
        let mut candidates = Vec::new();
        let mut places = Vec::new();
        for obligation in terms.obligations() {
            if self.ignored.contains(obligation.id.as_str()) {
                continue;
            }
            let mut performance = self.new_performance(rec, obligation, 0, zero.clone())?;
            for element in terms.consideration() {
                performance.price_units(element);
            }
            performance.takes_part = performance.takes_part && performance.unit_prices.is_empty();
            if performance.takes_part {
                places.push(self.performances.len());
                let ssp = obligation
                    .ssp
                    .figure(rec, &context, &obligation.id, obligation.price)?;
                if let Some(ssp) = &ssp {
                    performance.ssp = ssp.clone();
                }
                candidates.push(Candidate {
                    id: &obligation.id,
                    standalone: &obligation.ssp,
                    ssp,
                    stated: obligation.price,
                });
            }
            self.performances.push(performance);
        }
        let mut general = Vec::new();
        let mut targeted = Vec::new();
        for (element, included) in &self.elements {
            if element.is_priced_by_use() {
                continue;
            }
            if element.allocate_to().is_empty() {
                general.push(included.clone());
            } else {
                targeted.push((*element, included.clone()));
            }
        }
        if !general.is_empty() {
            let parts: Vec<_> = general.iter().collect();
            let total = rec.sum(&parts, || {
                self.ctx
                    .money("transaction price")
                    .cite(self.ctx.book.cite(Paragraph::TRANSACTION_PRICE))
            });
            let policy = terms.policy().allocation_policy();
            let allocated = allocate(rec, &total, &candidates, terms.allocation(), &context, policy)?;
            self.method = Some(allocated.method);
            for ((place, amount), exact) in places.iter().zip(&allocated.amounts).zip(&allocated.exact) {
                if let Some(performance) = self.performances.get_mut(*place) {
                    performance.allocated = amount.clone();
                    performance.exact = exact.clone();
                    if candidates
                        .iter()
                        .any(|c| c.id == performance.id() && c.ssp.is_none())
                    {
                        // What a residual takes is the best evidence of what it would sell for (606-10-32-34(c)).
                        performance.ssp = amount.clone();
                    }
                }
            }
        }
        for (element, included) in targeted {
            self.target(rec, element, &included)?;
        }
        Ok(())
    }

    pub(crate) fn new_performance<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        obligation: &'a Obligation,
        contract: usize,
        allocated: Figure<M>,
    ) -> Result<Performance<'a, M>, RevenueError> {
        let zero = rec.input(Exact::ZERO, || self.ctx.money("nothing"));
        let origin = rec.input(Exact::ZERO, || Note::new("nothing").percent());
        Ok(Performance {
            obligation,
            contract,
            takes_part: !matches!(obligation.measure, Measure::TakeOrPay { .. }),
            ssp: zero.clone(),
            exact: allocated.clone(),
            allocated,
            earned_before: zero,
            origin,
            batches: Vec::new(),
            began: false,
            measured: Performance::<M>::measured_at_first(obligation, self.ctx.policy()),
            returns: obligation.returns.as_ref().map(|returns| ReturnState {
                expected: Exact::from(returns.expected_units),
                returned: Exact::ZERO,
                recovery_cost: returns
                    .recovery_cost_per_unit
                    .map_or(Exact::ZERO, |cost| cost.exact()),
            }),
            warranty_settled: Exact::ZERO,
            unit_prices: Vec::new(),
            usage: Vec::new(),
            reductions: Vec::new(),
            closed: None,
        })
    }

    /// An element that is the price of some obligations alone goes to these (606-10-32-40).
    pub(crate) fn target<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        element: &Consideration,
        amount: &Figure<M>,
    ) -> Result<(), RevenueError> {
        let ids = element.allocate_to();
        let places: Vec<usize> = (0..self.performances.len())
            .filter(|place| {
                let performance = self.performances.get(*place);
                performance.is_some_and(|p| ids.iter().any(|id| id == p.id()) && p.takes_part)
            })
            .collect();
        let shares = self.split(rec, amount, &places, Paragraph::TARGETED)?;
        for (place, (share, exact)) in places.iter().zip(shares) {
            let ctx = self.ctx;
            if let Some(performance) = self.performances.get_mut(*place) {
                performance.add(rec, &ctx, &share, &exact);
            }
        }
        Ok(())
    }

    /// An amount split over obligations by their stand-alone prices; each share in whole minor units, and exact.
    pub(crate) fn split<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        amount: &Figure<M>,
        places: &[usize],
        paragraph: Paragraph,
    ) -> Result<Vec<Pair<M>>, RevenueError> {
        let chosen: Vec<_> = places
            .iter()
            .filter_map(|place| self.performances.get(*place))
            .collect();
        let weights: Vec<_> = chosen.iter().map(|performance| &performance.ssp).collect();
        let ids: Vec<&str> = chosen.iter().map(|performance| performance.id()).collect();
        self.split_by(rec, amount, &weights, &ids, paragraph)
    }

    pub(crate) fn split_by<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        amount: &Figure<M>,
        weights: &[&Figure<M>],
        ids: &[&str],
        paragraph: Paragraph,
    ) -> Result<Vec<Pair<M>>, RevenueError> {
        if weights.is_empty() && amount.value.is_zero() {
            // Nothing for nobody: what is added has prices of its own.
            return Ok(Vec::new());
        }
        let (ctx, context) = (self.ctx, self.price_context());
        let note = |what: &str, index: usize| {
            let id = ids.get(index).copied().unwrap_or_default();
            ctx.money(format!("allocated to {id}{what}"))
                .cite(ctx.book.cite(paragraph))
                .cite(ctx.in_policy("remainder"))
        };
        let policy = ctx.policy().allocation_policy();
        let shares = split_by_ssp(rec, amount, weights, policy, &context, |index| note("", index))?;
        if ctx.policy().revenue_base == RevenueBase::Posted || weights.len() == 1 {
            return Ok(shares.into_iter().map(|share| (share.clone(), share)).collect());
        }
        let all = rec.sum(weights, || ctx.money("stand-alone prices"));
        let mut both = Vec::with_capacity(shares.len());
        for (index, (share, weight)) in shares.into_iter().zip(weights).enumerate() {
            let part = rec.product(amount, weight, || note(" times all prices", index));
            both.push((share, rec.quotient(&part, &all, || note(", exact", index))?));
        }
        Ok(both)
    }

    /// Takes in the next fact. Nothing of it stays if it is refused.
    pub(crate) fn apply<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        event: &'a RevenueEvent,
        estimates: &Estimates<'a>,
    ) -> Result<(), RevenueError> {
        self.take(rec, event, estimates).map_err(|flaw| flaw.of(event))?;
        self.has_facts = true;
        Ok(())
    }

    fn take<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        event: &'a RevenueEvent,
        estimates: &Estimates<'a>,
    ) -> Result<(), Flaw> {
        let on = event.effective;
        if on < self.inception {
            return Err(RevenueRefusal::BeforeInception {
                command: event.fact.name(),
                effective: on,
                inception: self.inception,
            }
            .into());
        }
        self.check_phase(event)?;
        if obligation_of(&event.fact).is_some_and(|id| self.ignored.contains(id)) {
            return Ok(());
        }
        match &event.fact {
            Fact::Inception { .. } => {}
            Fact::TakenOver { opening } => self.take_over(rec, opening, on)?,
            Fact::CriteriaMet {} => {
                // What was received before there was a contract, less what was paid back, is received under it.
                let paid_back = if std::mem::replace(&mut self.criteria_met, true) {
                    Exact::ZERO
                } else {
                    std::mem::replace(&mut self.refunds, Exact::ZERO)
                };
                if !paid_back.is_zero() {
                    self.account_mut(None)?.payments.push(Payment {
                        document: None,
                        amount: -&paid_back,
                    });
                }
            }
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
            Fact::RedemptionRemote {
                obligation,
                escheat_rate,
            } => self.redemption_is_remote(rec, obligation, escheat_rate.map(Exact::from), event)?,
            Fact::UsageReported {
                element,
                quantity,
                period,
            } => self.report_usage(rec, element, Exact::from(*quantity), period.as_deref())?,
            Fact::UnitsTaken { obligation, quantity } => {
                let quantity = positive("quantity", Exact::from(*quantity))?;
                match &mut self.find_mut(obligation)?.measured {
                    Measured::TakeOrPay { taken, .. } => *taken += &quantity,
                    _ => return Err(self.wrong_measure(obligation, event)),
                }
            }
            Fact::EstimateChanged { estimate } => self.change_estimate(rec, estimate, event)?,
            Fact::Returned {
                obligation,
                quantity,
                settlement,
            } => {
                let quantity = positive("quantity", Exact::from(*quantity))?;
                self.take_back(rec, obligation, &quantity, *settlement, event)?;
            }
            Fact::ReturnLapsed { obligation } => match &mut self.find_mut(obligation)?.returns {
                Some(returns) => returns.expected = returns.returned.clone(),
                None => return Err(self.wrong_measure(obligation, event)),
            },
            Fact::ServiceCredited { obligation, amount } => {
                let amount = self.amount("amount", amount)?;
                let ctx = self.ctx;
                let figure = |rec: &mut R, value: Exact| {
                    rec.input(value, || {
                        ctx.money(format!("service credit on {on}"))
                            .cite(ctx.book.cite(Paragraph::VARIABLE))
                    })
                };
                let reduction = figure(rec, -&amount);
                let credit = figure(rec, amount);
                let performance = self.find_mut(obligation)?;
                performance.reductions.push(reduction);
                let contract = performance.contract;
                self.account_of(contract)?.service_credits.push(credit);
            }
            Fact::WarrantySettled { obligation, cost } => {
                let cost = self.amount("cost", cost)?;
                let performance = self.find_mut(obligation)?;
                if performance.obligation.warranty_cost_per_unit.is_none() {
                    return Err(Flaw::measure(performance.obligation, "warranty_settled"));
                }
                performance.warranty_settled += &cost;
            }
            Fact::RightExpired { obligation } => self.close_right(obligation, on, true, event)?,
            Fact::RightExercised {
                obligation,
                additional_price,
                delivers,
            } => {
                let price = self.amount("additional_price", additional_price)?;
                self.close_right(obligation, on, false, event)?;
                self.exercise(rec, obligation, price, delivers, on)?;
            }
            Fact::Modified { modification } => self.modify(rec, modification, on, estimates)?,
            Fact::Terminated {
                refund,
                credit,
                still_billable,
            } => {
                let refund = self.optional("refund", refund.as_ref())?;
                let credit = self.optional("credit", credit.as_ref())?;
                let still_billable = self.optional("still_billable", still_billable.as_ref())?;
                self.terminate(rec, on, refund, credit, still_billable)?;
            }
            Fact::Billed {
                document,
                amount,
                tax,
                separate_contract,
            } => {
                let net = self.in_currency("amount", amount)?;
                self.billed_in_all += &net.abs();
                if self.billed_in_all > Money::from_minor(MAX_MINOR_UNITS, self.ctx.currency())?.exact() {
                    return Err(RevenueRefusal::TooMuchBilled { amount: *amount }.into());
                }
                let tax = match tax {
                    Some(tax) => self.in_currency("tax", tax)?,
                    None => Exact::ZERO,
                };
                if let Some(ended) = &self.termination {
                    let billed = self.accounts.first().map_or(Exact::ZERO, Account::net);
                    let most = &ended.billed + &ended.still_billable;
                    if separate_contract.is_some() || &billed + &net > most {
                        return Err(self.terminated(event, ended.on).into());
                    }
                }
                self.account_mut(separate_contract.as_deref())?
                    .documents
                    .push(Document {
                        on,
                        id: document,
                        net,
                        tax,
                    });
            }
            Fact::Paid {
                amount,
                document,
                separate_contract,
            } => {
                let amount = self.amount("amount", amount)?;
                self.account_mut(separate_contract.as_deref())?
                    .payments
                    .push(Payment {
                        document: document.as_deref(),
                        amount,
                    });
            }
            Fact::Refunded { amount } => {
                let amount = self.amount("amount", amount)?;
                self.refunds += &amount;
            }
            Fact::CreditLoss { amount } => {
                let amount = self.amount("amount", amount)?;
                self.credit_losses += &amount;
            }
            Fact::IncentivePaid { amount } => {
                let amount = self.amount("amount", amount)?;
                self.incentives_paid += &amount;
            }
        }
        Ok(())
    }

    /// What is refused because the contract has not begun in the sense of the standard, or has ended.
    fn check_phase(&self, event: &RevenueEvent) -> Result<(), Flaw> {
        let fact = &event.fact;
        if matches!(fact, Fact::TakenOver { .. }) && self.has_facts {
            return Err(RevenueRefusal::InvalidOpening {
                effective: event.effective,
                found: "other facts before it".to_owned(),
                expected: "the opening balances first".to_owned(),
            }
            .into());
        }
        let is_cash = matches!(
            fact,
            Fact::Billed { .. }
                | Fact::Paid { .. }
                | Fact::Refunded { .. }
                | Fact::CreditLoss { .. }
                | Fact::IncentivePaid { .. }
        );
        if let Some(ended) = &self.termination
            && !is_cash
            && !matches!(fact, Fact::Returned { .. } | Fact::WarrantySettled { .. })
        {
            return Err(self.terminated(event, ended.on).into());
        }
        let waits = !self.criteria_met && self.ctx.policy().performance_before_contract.is_refused();
        if waits
            && !is_cash
            && !matches!(
                fact,
                Fact::CriteriaMet {} | Fact::Terminated { .. } | Fact::Inception { .. }
            )
        {
            return Err(RevenueRefusal::CriteriaNotMet {
                command: fact.name(),
                effective: event.effective,
            }
            .into());
        }
        Ok(())
    }

    fn terminated(&self, event: &RevenueEvent, on: NaiveDate) -> RevenueRefusal {
        RevenueRefusal::ContractTerminated {
            command: event.fact.name(),
            effective: event.effective,
            on,
        }
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

    /// The rest of a redemption becomes revenue, but for what a government may claim (606-10-55-48, 55-49).
    fn redemption_is_remote<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        obligation: &str,
        rate: Option<Exact>,
        event: &RevenueEvent,
    ) -> Result<(), Flaw> {
        let ctx = self.ctx;
        let rate = rate.unwrap_or(Exact::ZERO);
        if rate.is_negative() || rate > Exact::ONE {
            return Err(Flaw::amount("escheat_rate", &rate, "a share between 0 and 1"));
        }
        let moment = Moment::end_of(event.effective);
        let performance = self.find_mut(obligation)?;
        let before = performance.earned(rec, &ctx, moment)?;
        match &mut performance.measured {
            Measured::Redemption { is_remote, .. } if !*is_remote => *is_remote = true,
            Measured::Redemption { .. } => {
                return Err(RevenueRefusal::AlreadySatisfied {
                    obligation: obligation.to_owned(),
                    on: event.effective,
                }
                .into());
            }
            _ => return Err(Flaw::measure(performance.obligation, "redemption_remote")),
        }
        if rate.is_zero() {
            return Ok(());
        }
        let all = performance.earned(rec, &ctx, moment)?;
        let rest = rec.difference(&all, &before, || {
            ctx.money(format!("not redeemed of {obligation}"))
        });
        let rate = rec.input(rate, || Note::new("share that is unclaimed property").percent());
        let exact = rec.product(&rest, &rate, || {
            ctx.money(format!("unclaimed property of {obligation}, exact"))
        });
        let claimed = ctx.rounded(rec, &exact, || format!("unclaimed property of {obligation}"))?;
        let reduction = rec.negate(&claimed, || {
            ctx.money(format!("unclaimed property of {obligation}, no revenue"))
                .cite(ctx.book.cite(Paragraph::BREAKAGE))
        });
        performance.reductions.push(reduction);
        let contract = performance.contract;
        self.account_of(contract)?.escheat.push(claimed);
        Ok(())
    }

    /// A royalty or a usage fee arises; a later report for the same period replaces the earlier (606-10-55-65).
    fn report_usage<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        id: &'a str,
        quantity: Exact,
        period: Option<&'a str>,
    ) -> Result<(), Flaw> {
        let ctx = self.ctx;
        let quantity = positive("quantity", quantity)?;
        let Some((
            Consideration::Usage {
                rate, allocate_to, ..
            },
            _,
        )) = self.elements.iter().find(|(element, _)| element.id() == id)
        else {
            return Err(Flaw::unknown("usage element of the consideration", id));
        };
        let of = || match period {
            Some(period) => format!("{id} of {period}"),
            None => id.to_owned(),
        };
        let quantity = rec.input(quantity, || {
            Note::new(format!("sales or usage reported for {}", of()))
        });
        let rate = rec.input(rate.exact(), || {
            Note::new(format!("rate of {id}")).cite(ctx.in_terms("consideration", id))
        });
        let exact = rec.product(&quantity, &rate, || ctx.money(format!("{}, exact", of())));
        let amount = ctx.rounded(rec, &exact, of)?;
        let places: Vec<usize> = self
            .performances
            .iter()
            .enumerate()
            .filter(|(_, performance)| {
                if allocate_to.is_empty() {
                    performance.takes_part && performance.contract == 0
                } else {
                    allocate_to.iter().any(|id| id == performance.id())
                }
            })
            .map(|(place, _)| place)
            .collect();
        if places.len() > 1 {
            let residual = places.iter().filter_map(|place| self.performances.get(*place));
            for performance in residual {
                if performance.obligation.ssp.is_residual() {
                    return Err(RevenueError::NoAllocationBasis {
                        of: performance.id().to_owned(),
                        paragraph: Paragraph::RESIDUAL,
                    }
                    .into());
                }
            }
        }
        let shares = self.split(rec, &amount, &places, Paragraph::ROYALTY)?;
        let known = self
            .usage
            .iter()
            .position(|report| period.is_some() && report.element == id && report.period == period);
        let report = known.unwrap_or(self.usage.len());
        for performance in &mut self.performances {
            performance.usage.retain(|usage| usage.report != report);
        }
        for (place, (share, _)) in places.into_iter().zip(shares) {
            if let Some(performance) = self.performances.get_mut(place) {
                performance.usage.push(UsageShare { report, share });
            }
        }
        let entry = UsageReport {
            element: id,
            period,
            amount,
        };
        match self.usage.get_mut(report) {
            Some(known) => *known = entry,
            None => self.usage.push(entry),
        }
        Ok(())
    }

    fn change_estimate<R: Recorder<Mark = M>>(
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
            } => {
                let units = positive("expected_units", Exact::from(*expected_units))?;
                let performance = self.find_mut(obligation)?;
                if let Some(most) = performance.total_units().filter(|most| units > *most) {
                    let expected = format!("at most the {most} that are promised");
                    return Err(Flaw::amount("expected_units", &units, &expected));
                }
                match &mut performance.returns {
                    Some(returns) if units >= returns.returned => returns.expected = units,
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

    /// Units come back; above the estimate they raise it (606-10-55-26).
    fn take_back<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        obligation: &str,
        quantity: &Exact,
        settlement: Settlement,
        event: &RevenueEvent,
    ) -> Result<(), Flaw> {
        let ctx = self.ctx;
        let moment = Moment::end_of(event.effective);
        let has_ended = self.termination.is_some();
        let performance = self.find_mut(obligation)?;
        let delivered = performance.delivered(&ctx, moment);
        let Some(returns) = &mut performance.returns else {
            return Err(Flaw::measure(performance.obligation, "returned"));
        };
        let before = returns.returned.clone();
        let after = &before + quantity;
        if after > delivered {
            return Err(RevenueRefusal::ReturnExceedsDelivery {
                obligation: obligation.to_owned(),
                returned: after.to_string(),
                delivered: delivered.to_string(),
            }
            .into());
        }
        if has_ended && after > returns.expected {
            let expected = format!(
                "at most the {} units expected when the contract ended",
                returns.expected
            );
            return Err(Flaw::amount("quantity", quantity, &expected));
        }
        returns.returned = after.clone();
        returns.expected = returns.expected.clone().max(after.clone());
        // Cumulative, so that units returned one by one are paid back what they are together.
        let value = |rec: &mut R, units: &Exact| -> Result<Figure<M>, RevenueError> {
            let mut parts = vec![performance.value_of_units(rec, &ctx, units)?];
            for pricing in &performance.unit_prices {
                let exact = rec.input(units * &pricing.list_price, || {
                    ctx.money(format!("{units} units of {obligation} at list price"))
                });
                parts.push(ctx.rounded(rec, &exact, || {
                    format!("{units} units of {obligation} at list price")
                })?);
            }
            let parts: Vec<_> = parts.iter().collect();
            Ok(rec.sum(&parts, || {
                ctx.money(format!("charged for {units} units of {obligation}"))
            }))
        };
        let paid = value(rec, &before)?;
        let due = value(rec, &after)?;
        let refund = rec.difference(&due, &paid, || {
            ctx.money(format!("owed for {quantity} units of {obligation} returned"))
                .cite(ctx.book.cite(Paragraph::RETURNS))
        });
        let contract = performance.contract;
        let account = self.account_of(contract)?;
        match settlement {
            Settlement::Cash => account.returned_in_cash.push(refund),
            Settlement::Receivable => account.returned_on_receivable.push(refund),
        }
        Ok(())
    }

    fn close_right(
        &mut self,
        obligation: &str,
        on: NaiveDate,
        expires: bool,
        event: &RevenueEvent,
    ) -> Result<(), Flaw> {
        let performance = self.find_mut(obligation)?;
        match &mut performance.measured {
            Measured::MaterialRight { closed, expired } => {
                if let Some(before) = closed {
                    return Err(RevenueRefusal::AlreadySatisfied {
                        obligation: obligation.to_owned(),
                        on: *before,
                    }
                    .into());
                }
                *closed = Some(on);
                *expired = expires;
                Ok(())
            }
            _ => Err(Flaw::measure(performance.obligation, event.fact.name())),
        }
    }

    /// What the right was allocated, and what is paid now, go to what it delivers (606-10-55-42).
    fn exercise<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        right: &str,
        price: Exact,
        delivers: &'a Obligation,
        on: NaiveDate,
    ) -> Result<(), Flaw> {
        let ctx = self.ctx;
        self.check_new(delivers)?;
        let price = rec.input(price, || {
            ctx.money(format!("paid on the exercise of {right} on {on}"))
        });
        let zero = rec.input(Exact::ZERO, || {
            ctx.money(format!("left of {right} after its exercise"))
        });
        let performance = self.find_mut(right)?;
        let contract = performance.contract;
        let deferred = std::mem::replace(&mut performance.allocated, zero.clone());
        let exact = std::mem::replace(&mut performance.exact, zero);
        let mut sum = |deferred: &Figure<M>| {
            rec.sum(&[deferred, &price], || {
                ctx.money(format!(
                    "allocated to {}: the right and what is paid now",
                    delivers.id
                ))
                .cite(ctx.book.cite(Paragraph::MATERIAL_RIGHT))
            })
        };
        let (allocated, exact) = (sum(&deferred), sum(&exact));
        let mut added = self.new_performance(rec, delivers, contract, allocated)?;
        added.exact = exact;
        added.ssp = self.standalone(rec, delivers)?;
        self.performances.push(added);
        self.price_changes.push(price);
        Ok(())
    }

    /// The stand-alone price of an obligation that joins after inception.
    pub(crate) fn standalone<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        obligation: &Obligation,
    ) -> Result<Figure<M>, Flaw> {
        let price = obligation
            .ssp
            .figure(rec, &self.price_context(), &obligation.id, obligation.price)?;
        price.ok_or_else(|| {
            Flaw::from(RevenueError::NoAllocationBasis {
                of: obligation.id.clone(),
                paragraph: Paragraph::RESIDUAL,
            })
        })
    }

    /// Whether an obligation may join: its id is new, its document sound.
    pub(crate) fn check_new(&self, obligation: &Obligation) -> Result<(), Flaw> {
        if self.performances.iter().any(|known| known.id() == obligation.id) {
            return Err(RevenueRefusal::DuplicateObligation {
                obligation: obligation.id.clone(),
            }
            .into());
        }
        crate::terms::check_joining(obligation, self.ctx.terms)?;
        obligation.check_agreed_period(self.inception)?;
        Ok(())
    }

    fn check_progress<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        id: &str,
        on: NaiveDate,
    ) -> Result<(), Flaw> {
        let ctx = self.ctx;
        self.find(id)?.check_progress(rec, &ctx, Moment::end_of(on))
    }

    pub(crate) fn find(&self, id: &str) -> Result<&Performance<'a, M>, Flaw> {
        let found = self
            .performances
            .iter()
            .find(|performance| performance.id() == id);
        found.ok_or_else(|| self.ctx.unknown_obligation(id))
    }

    pub(crate) fn find_mut(&mut self, id: &str) -> Result<&mut Performance<'a, M>, Flaw> {
        let ctx = self.ctx;
        let found = self
            .performances
            .iter_mut()
            .find(|performance| performance.id() == id);
        found.ok_or_else(|| ctx.unknown_obligation(id))
    }

    fn wrong_measure(&self, id: &str, event: &RevenueEvent) -> Flaw {
        match self.find(id) {
            Ok(performance) => Flaw::measure(performance.obligation, event.fact.name()),
            Err(flaw) => flaw,
        }
    }

    fn account_mut(&mut self, separate: Option<&str>) -> Result<&mut Account<'a, M>, Flaw> {
        let found = match separate {
            None => self.accounts.first_mut(),
            Some(id) => self.accounts.iter_mut().skip(1).find(|account| account.id == id),
        };
        found.ok_or_else(|| Flaw::unknown("separate contract", separate.unwrap_or_default()))
    }

    /// The account of the contract that an obligation belongs to.
    fn account_of(&mut self, contract: usize) -> Result<&mut Account<'a, M>, Flaw> {
        let found = self.accounts.get_mut(contract);
        found.ok_or_else(|| Flaw::unknown("contract", &contract.to_string()))
    }

    /// An amount in the contract's currency, zero or above.
    pub(crate) fn amount(&self, field: &'static str, amount: &Money) -> Result<Exact, Flaw> {
        positive(field, self.in_currency(field, amount)?)
    }

    pub(crate) fn optional(&self, field: &'static str, amount: Option<&Money>) -> Result<Exact, Flaw> {
        amount.map_or(Ok(Exact::ZERO), |amount| self.amount(field, amount))
    }

    pub(crate) fn in_currency(&self, field: &'static str, amount: &Money) -> Result<Exact, Flaw> {
        match Money::zero(self.ctx.currency())
            .checked_add(amount)
            .and_then(|sum| sum.minor().map(|_| sum))
        {
            Ok(amount) => Ok(amount.exact()),
            Err(source) => Err(RevenueRefusal::InvalidMoney {
                field,
                amount: *amount,
                source,
            }
            .into()),
        }
    }
}

impl<'a, M: Clone> Performance<'a, M> {
    /// Adds to what is allocated.
    pub(crate) fn add<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        ctx: &Context<'_>,
        share: &Figure<M>,
        exact: &Figure<M>,
    ) {
        if self.allocated.value.is_zero() && self.exact.value.is_zero() {
            (self.allocated, self.exact) = (share.clone(), exact.clone());
            return;
        }
        let label = format!("allocated to {} in all", self.id());
        self.allocated = rec.sum(&[&self.allocated, share], || ctx.money(label.clone()));
        self.exact = rec.sum(&[&self.exact, exact], || ctx.money(format!("{label}, exact")));
    }

    /// Takes prices of its units from an element that is for it.
    pub(crate) fn price_units(&mut self, element: &'a Consideration) {
        if let Consideration::PerUnit {
            id,
            obligation,
            unit_price,
            retrospective_tiers,
            expected_units,
        } = element
            && obligation == self.id()
        {
            self.unit_prices.push(UnitPricing {
                element: id,
                list_price: unit_price.exact(),
                tiers: retrospective_tiers,
                expected_units: Exact::from(*expected_units),
            });
        }
    }
}

/// The obligation that a fact is about.
fn obligation_of(fact: &Fact) -> Option<&str> {
    match fact {
        Fact::Satisfied { obligation }
        | Fact::Delivered { obligation, .. }
        | Fact::Consigned { obligation, .. }
        | Fact::Accepted { obligation }
        | Fact::ServiceStarted { obligation, .. }
        | Fact::Progressed { obligation, .. }
        | Fact::MilestoneReached { obligation, .. }
        | Fact::CostIncurred { obligation, .. }
        | Fact::Redeemed { obligation, .. }
        | Fact::RedemptionRemote { obligation, .. }
        | Fact::UnitsTaken { obligation, .. }
        | Fact::Returned { obligation, .. }
        | Fact::ReturnLapsed { obligation }
        | Fact::ServiceCredited { obligation, .. }
        | Fact::WarrantySettled { obligation, .. }
        | Fact::RightExpired { obligation }
        | Fact::RightExercised { obligation, .. } => Some(obligation),
        _ => None,
    }
}

fn positive(field: &'static str, value: Exact) -> Result<Exact, Flaw> {
    if value.is_negative() {
        return Err(Flaw::amount(field, &value, "zero or above"));
    }
    Ok(value)
}
