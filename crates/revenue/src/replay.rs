//! A contract run through its facts: the state from which every figure is read.

use std::collections::BTreeSet;

use l2c_calendar::NaiveDate;
use l2c_explain::{Figure, Recorder};
use l2c_money::{Exact, Money};

use crate::account::{Account, Document, Payment};
use crate::contract_context::Context;
use crate::history::History;
use crate::judgement::{Judged, ModificationTreatment};
use crate::performance::Performance;
use crate::price_context::PriceContext;
use crate::reassessment::Estimates;
use crate::refusal::Flaw;
use crate::usage_fee::UsageReport;
use crate::{
    AllocationMethod, Book, Consideration, Fact, MAX_MINOR_UNITS, Obligation, Paragraph, RevenueError,
    RevenueEvent, RevenueRefusal,
};

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
    /// Those of separate contracts.
    pub(crate) separate_price_changes: Vec<Figure<M>>,
    /// Without tax, credit notes counted like invoices.
    billed_in_all: Exact,
    pub(crate) refunds: Exact,
    pub(crate) credit_losses: Exact,
    pub(crate) incentives_paid: Exact,
    pub(crate) criteria_met: bool,
    /// Whether no estimate has changed since inception.
    pub(crate) estimates_are_original: bool,
    has_facts: bool,
    pub(crate) termination: Option<Termination<M>>,
    pub(crate) modifications: Vec<(&'a str, Judged<ModificationTreatment>)>,
    pub(crate) concessions: Vec<Figure<M>>,
    /// Obligations that the policy does not account for by themselves.
    pub(crate) ignored: BTreeSet<&'a str>,
}

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
            separate_price_changes: Vec::new(),
            billed_in_all: Exact::ZERO,
            refunds: Exact::ZERO,
            credit_losses: Exact::ZERO,
            incentives_paid: Exact::ZERO,
            criteria_met: terms.criteria_met(),
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
            // What is withdrawn has left the history.
            Fact::Inception { .. } | Fact::Withdrawn { .. } => {}
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
            Fact::Satisfied { .. }
            | Fact::Accepted { .. }
            | Fact::ServiceStarted { .. }
            | Fact::Delivered { .. }
            | Fact::Consigned { .. }
            | Fact::Progressed { .. }
            | Fact::MilestoneReached { .. }
            | Fact::CostIncurred { .. }
            | Fact::Redeemed { .. }
            | Fact::UnitsTaken { .. } => self.perform(rec, event)?,
            Fact::RedemptionRemote {
                obligation,
                escheat_rate,
            } => self.redemption_is_remote(rec, obligation, escheat_rate.map(Exact::from), event)?,
            Fact::UsageReported {
                element,
                quantity,
                period,
            } => self.report_usage(rec, element, Exact::from(*quantity), period.as_deref())?,
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
            Fact::RightExpired { obligation } => self.close_right(obligation, Some(on), true, event)?,
            Fact::RightExercised {
                obligation,
                additional_price,
                share,
                delivers,
            } => {
                let price = self.amount("additional_price", additional_price)?;
                let share = share.map_or(Exact::ONE, Exact::from);
                if !share.is_positive() || share > Exact::ONE {
                    return Err(Flaw::amount(
                        "share",
                        &share,
                        "a part of what is left, above 0 and at most 1",
                    ));
                }
                self.close_right(obligation, (share == Exact::ONE).then_some(on), false, event)?;
                self.exercise(rec, obligation, (price, share), delivers, on)?;
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
                obligation,
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
                if let Some(obligation) = obligation {
                    self.find(obligation)?;
                }
                self.account_mut(separate_contract.as_deref())?
                    .documents
                    .push(Document {
                        on,
                        id: document,
                        obligation: obligation.as_deref(),
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
            Fact::Refunded { amount, document } => {
                let amount = self.amount("amount", amount)?;
                match document {
                    None => self.refunds += &amount,
                    Some(document) => self.pay_back(document, &amount)?,
                }
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

    pub(crate) fn wrong_measure(&self, id: &str, event: &RevenueEvent) -> Flaw {
        match self.find(id) {
            Ok(performance) => Flaw::measure(performance.obligation, event.fact.name()),
            Err(flaw) => flaw,
        }
    }

    /// What was paid for a document is paid back.
    fn pay_back(&mut self, document: &'a str, amount: &Exact) -> Result<(), Flaw> {
        let billing = self.ctx.policy().billing;
        let has_ended = self.termination.is_some();
        let mut accounts = self.accounts.iter_mut();
        let account = accounts.find(|account| account.documents.iter().any(|known| known.id == document));
        let Some(account) = account else {
            return Err(Flaw::unknown("document", document));
        };
        let received = account.paid();
        if *amount > received {
            let expected = format!("at most the {received} that was received");
            return Err(Flaw::amount("amount", amount, &expected));
        }
        let gross = &account.net() + &account.tax();
        let before = account.advance(&gross, billing);
        account.payments.push(Payment {
            document: Some(document),
            amount: -amount,
        });
        if has_ended && account.advance(&gross, billing) != before {
            let expected =
                "at most what was paid of documents: advances are settled with the end of the contract";
            return Err(Flaw::amount("amount", amount, expected));
        }
        Ok(())
    }

    fn account_mut(&mut self, separate: Option<&str>) -> Result<&mut Account<'a, M>, Flaw> {
        let found = match separate {
            None => self.accounts.first_mut(),
            Some(id) => self.accounts.iter_mut().skip(1).find(|account| account.id == id),
        };
        found.ok_or_else(|| Flaw::unknown("separate contract", separate.unwrap_or_default()))
    }

    /// The account of the contract that an obligation belongs to.
    pub(crate) fn account_of(&mut self, contract: usize) -> Result<&mut Account<'a, M>, Flaw> {
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

pub(crate) fn positive(field: &'static str, value: Exact) -> Result<Exact, Flaw> {
    if value.is_negative() {
        return Err(Flaw::amount(field, &value, "zero or above"));
    }
    Ok(value)
}
