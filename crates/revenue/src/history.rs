use std::collections::BTreeMap;

use l2c_calendar::NaiveDate;
use l2c_explain::Recorder;
use l2c_host::{DateTime, Utc};
use l2c_ledger::Role;
use l2c_money::{Exact, Money};

use crate::contract_context::Moment;
use crate::reassessment::Estimates;
use crate::refusal::Flaw;
use crate::replay::Replay;
use crate::{Book, Fact, Reassessment, RevenueError, RevenueEvent, RevenueRefusal, Terms};

/// What is known about a contract at a moment, put in the order in which it became true.
pub(crate) struct History<'a> {
    pub(crate) terms: &'a Terms,
    pub(crate) inception: NaiveDate,
    /// Every fact but the inception.
    pub(crate) events: Vec<&'a RevenueEvent>,
}

impl<'a> History<'a> {
    pub(crate) fn of(events: &'a [RevenueEvent], known_at: DateTime<Utc>) -> Result<Self, RevenueError> {
        let mut known: Vec<&RevenueEvent> = events
            .iter()
            .filter(|event| event.recorded_at <= known_at)
            .collect();
        crate::withdrawal::leave_out(&mut known)?;
        known.sort_by_key(|event| (event.effective, event.sequence));
        let (begun, terms) = known
            .iter()
            .find_map(|event| match &event.fact {
                Fact::Inception { terms } => Some((*event, &**terms)),
                _ => None,
            })
            .ok_or(RevenueError::NotInBooks { known_at })?;
        let inception = begun.effective;
        for obligation in terms.obligations() {
            let checked = obligation.check_agreed_period(inception);
            checked.map_err(|refusal| Flaw::from(refusal).of(begun))?;
        }
        known.retain(|event| !matches!(event.fact, Fact::Inception { .. }));
        let mut history = Self {
            terms,
            inception,
            events: known,
        };
        history.once()?;
        Ok(history)
    }

    /// The fact by which the contract was taken over from another system.
    pub(crate) fn taken_over(&self) -> Option<&'a RevenueEvent> {
        let first = self.events.first()?;
        matches!(first.fact, Fact::TakenOver { .. }).then_some(*first)
    }

    /// The day at whose end the opening balances stand, the last one of the other system's books.
    pub(crate) fn opening_day(&self) -> Option<NaiveDate> {
        let on = self.taken_over()?.effective;
        Some(on.pred_opt().unwrap_or(on))
    }

    /// The day at whose end a movement begins or ends: before a contract was taken over nothing moves here, and the
    /// opening balances stand.
    pub(crate) fn in_these_books(&self, day: NaiveDate) -> NaiveDate {
        self.opening_day().map_or(day, |opening| day.max(opening))
    }

    /// The terms and the opening balances alone.
    pub(crate) fn opening(&self) -> Self {
        Self {
            terms: self.terms,
            inception: self.inception,
            events: self.taken_over().into_iter().collect(),
        }
    }

    /// A balance of a day before the opening balances is the other system's to tell.
    pub(crate) fn check_day(&self, day: NaiveDate) -> Result<(), RevenueError> {
        match (self.taken_over(), self.opening_day()) {
            (Some(taken_over), Some(opening)) if day < opening => Err(RevenueError::BeforeTakeOver {
                contract: self.terms.contract().clone(),
                day,
                taken_over: taken_over.effective,
                opening,
            }),
            _ => Ok(()),
        }
    }

    /// A document bills once, however often it is told, and in the contract's currency; so does control pass once.
    fn once(&mut self) -> Result<(), RevenueError> {
        let contract = self.terms.contract();
        let currency = self.terms.currency();
        let mut seen: BTreeMap<&str, (NaiveDate, &Fact)> = BTreeMap::new();
        let mut satisfied: BTreeMap<&str, NaiveDate> = BTreeMap::new();
        let mut again = Vec::new();
        for (index, event) in self.events.iter().enumerate() {
            match &event.fact {
                Fact::Billed { document, amount, .. } => {
                    if amount.currency() != currency {
                        return Err(RevenueError::BilledInOtherCurrency {
                            contract: contract.clone(),
                            currency,
                            document: document.clone(),
                            amount: *amount,
                        });
                    }
                    match seen.insert(document, (event.effective, &event.fact)) {
                        None => {}
                        Some(before) if before == (event.effective, &event.fact) => again.push(index),
                        Some((_, other)) => {
                            return Err(RevenueError::BilledTwice {
                                contract: contract.clone(),
                                document: document.clone(),
                                amount: billed_amount(other).unwrap_or(*amount),
                                other: *amount,
                            });
                        }
                    }
                }
                Fact::Satisfied { obligation }
                    if satisfied.insert(obligation, event.effective) == Some(event.effective) =>
                {
                    again.push(index);
                }
                _ => {}
            }
        }
        for index in again.into_iter().rev() {
            self.events.remove(index);
        }
        Ok(())
    }
}

fn billed_amount(fact: &Fact) -> Option<Money> {
    match fact {
        Fact::Billed { amount, .. } => Some(*amount),
        _ => None,
    }
}

/// A walk through a history, day by day.
///
/// Element amounts are at every day those estimated by then; where one changes, the history runs again from inception
/// with the new amount (606-10-32-42 to 32-45). Otherwise the walk goes on from where it is.
pub(crate) struct Walk<'a, 'h, M> {
    history: &'h History<'a>,
    book: Book,
    next: usize,
    estimates: Estimates<'a>,
    pub(crate) replay: Replay<'a, M>,
}

impl<'a, 'h, M: Clone> Walk<'a, 'h, M> {
    /// At the inception; of a contract that was taken over, at its opening balances.
    pub(crate) fn new<R: Recorder<Mark = M>>(
        rec: &mut R,
        history: &'h History<'a>,
        book: Book,
    ) -> Result<Self, RevenueError> {
        let mut walk = Self::at_inception(rec, history, book)?;
        walk.take_over(rec)?;
        Ok(walk)
    }

    /// At the inception, with the terms alone.
    pub(crate) fn at_inception<R: Recorder<Mark = M>>(
        rec: &mut R,
        history: &'h History<'a>,
        book: Book,
    ) -> Result<Self, RevenueError> {
        let estimates = Estimates::new();
        Ok(Self {
            history,
            book,
            next: 0,
            replay: Replay::begin(rec, history, book, &estimates)?,
            estimates,
        })
    }

    /// The next fact that is not taken in yet.
    pub(crate) fn upcoming(&self) -> Option<&'a RevenueEvent> {
        self.history.events.get(self.next).copied()
    }

    /// Takes in the next fact.
    pub(crate) fn step<R: Recorder<Mark = M>>(&mut self, rec: &mut R) -> Result<(), RevenueError> {
        let Some(event) = self.upcoming() else {
            return Ok(());
        };
        self.next = self.next.saturating_add(1);
        if let Fact::EstimateChanged {
            estimate: Reassessment::Consideration { element, amount },
        } = &event.fact
        {
            // Whether the fact is sound is seen before the past is run again.
            self.replay.apply(rec, event, &self.estimates)?;
            self.estimates.insert(element, (amount.exact(), event.effective));
            self.replay = Replay::begin(rec, self.history, self.book, &self.estimates)?;
            for event in self.history.events.iter().take(self.next) {
                self.replay.apply(rec, event, &self.estimates)?;
            }
        } else {
            self.replay.apply(rec, event, &self.estimates)?;
        }
        let is_last_of_day = self
            .upcoming()
            .is_none_or(|next| next.effective > event.effective);
        if is_last_of_day && self.replay.may_owe_too_little() {
            self.check_debts(rec, event)?;
        }
        Ok(())
    }

    /// Takes in the opening balances: what was before them is not run again, for it is not known here.
    pub(crate) fn take_over<R: Recorder<Mark = M>>(&mut self, rec: &mut R) -> Result<(), RevenueError> {
        if self.next == 0 && self.history.taken_over().is_some() {
            self.step(rec)?;
        }
        Ok(())
    }

    /// Takes in every fact through a day.
    pub(crate) fn to<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        day: NaiveDate,
    ) -> Result<&Replay<'a, M>, RevenueError> {
        while self.upcoming().is_some_and(|event| event.effective <= day) {
            self.step(rec)?;
        }
        Ok(&self.replay)
    }

    /// Nobody is credited more than is receivable, nor paid back more than is owed.
    fn check_debts<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        event: &RevenueEvent,
    ) -> Result<(), RevenueError> {
        let roles = self.replay.balances(rec, Moment::end_of(event.effective))?.roles;
        let of = |role| {
            roles
                .get(&role)
                .map_or(Exact::ZERO, |figure| figure.value.clone())
        };
        let effective = event.effective;
        let refusal = if of(Role::Receivable).is_negative() {
            RevenueRefusal::CreditExceedsReceivable {
                effective,
                excess: (-&of(Role::Receivable)).to_string(),
            }
        } else if of(Role::RefundLiability).is_positive() {
            RevenueRefusal::RefundExceedsLiability {
                effective,
                excess: of(Role::RefundLiability).to_string(),
            }
        } else if of(Role::DepositLiability).is_positive() {
            RevenueRefusal::RefundExceedsLiability {
                effective,
                excess: of(Role::DepositLiability).to_string(),
            }
        } else {
            return Ok(());
        };
        Err(Flaw::from(refusal).of(event))
    }
}

impl<M: Clone> Replay<'_, M> {
    /// Whether something was paid back or forgiven, so that more may have been than was owed.
    fn may_owe_too_little(&self) -> bool {
        !self.refunds.is_zero()
            || !self.credit_losses.is_zero()
            || self.accounts.iter().any(|account| !account.returned().is_zero())
            || self.termination.is_some()
    }
}
