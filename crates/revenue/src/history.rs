use std::collections::BTreeMap;

use l2c_calendar::{FiscalMonth, NaiveDate, Period};
use l2c_host::{DateTime, Utc};
use l2c_money::Money;

use crate::{Fact, Measure, RevenueError, RevenueEvent, Terms};

/// What is known about a contract at a moment, read once and put in the order in which it became true.
pub(crate) struct History<'a> {
    pub(crate) terms: &'a Terms,
    /// One per obligation, in their order.
    pub(crate) performances: Vec<Performance>,
    pub(crate) billings: Vec<Billing<'a>>,
}

pub(crate) struct Billing<'a> {
    pub(crate) on: NaiveDate,
    pub(crate) document: &'a str,
    pub(crate) amount: Money,
}

/// What is known about the satisfaction of an obligation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Performance {
    PointInTime { satisfied: Option<NaiveDate> },
    Time { period: Option<Period> },
}

impl<'a> History<'a> {
    pub(crate) fn of(events: &'a [RevenueEvent], known_at: DateTime<Utc>) -> Result<Self, RevenueError> {
        let mut known: Vec<&RevenueEvent> = events
            .iter()
            .filter(|event| event.recorded_at <= known_at)
            .collect();
        known.sort_by_key(|event| (event.effective, event.sequence));
        let terms = known
            .iter()
            .find_map(|event| match &event.fact {
                Fact::Inception { terms } => Some(&**terms),
                _ => None,
            })
            .ok_or(RevenueError::NotInBooks { known_at })?;
        let mut history = Self {
            terms,
            performances: terms
                .obligations()
                .iter()
                .map(|obligation| match obligation.measure {
                    Measure::PointInTime => Performance::PointInTime { satisfied: None },
                    Measure::Time { period } => Performance::Time { period },
                })
                .collect(),
            billings: Vec::new(),
        };
        for event in known {
            history.tell(event)?;
        }
        history.once()?;
        Ok(history)
    }

    /// A document bills once, however often it is told, and in the contract's currency.
    fn once(&mut self) -> Result<(), RevenueError> {
        let contract = self.terms.contract();
        let currency = self.terms.currency();
        let mut seen: BTreeMap<&str, (NaiveDate, Money)> = BTreeMap::new();
        let mut once = Vec::with_capacity(self.billings.len());
        for billing in self.billings.drain(..) {
            let Billing { on, document, amount } = billing;
            if amount.currency() != currency {
                return Err(RevenueError::BilledInOtherCurrency {
                    contract: contract.clone(),
                    currency,
                    document: document.to_owned(),
                    amount,
                });
            }
            match seen.insert(document, (on, amount)) {
                None => once.push(billing),
                Some(before) if before == (on, amount) => {}
                Some((_, other)) => {
                    return Err(RevenueError::BilledTwice {
                        contract: contract.clone(),
                        document: document.to_owned(),
                        amount: other,
                        other: amount,
                    });
                }
            }
        }
        self.billings = once;
        Ok(())
    }

    /// Adds one fact. Control passes once and a service has one period: the first fact counts.
    fn tell(&mut self, event: &'a RevenueEvent) -> Result<(), RevenueError> {
        match &event.fact {
            Fact::Inception { .. } => {}
            Fact::Satisfied { obligation } => {
                let on = event.effective;
                if let Performance::PointInTime { satisfied } = self.performance_mut(obligation)? {
                    satisfied.get_or_insert(on);
                }
            }
            Fact::ServiceStarted {
                obligation,
                period: of,
            } => {
                if let Performance::Time { period } = self.performance_mut(obligation)? {
                    period.get_or_insert(*of);
                }
            }
            Fact::Billed { document, amount } => self.billings.push(Billing {
                on: event.effective,
                document,
                amount: *amount,
            }),
        }
        Ok(())
    }

    fn performance_mut(&mut self, id: &str) -> Result<&mut Performance, RevenueError> {
        let index = self.position(id)?;
        self.performances
            .get_mut(index)
            .ok_or_else(|| self::unknown(self.terms, id))
    }

    /// The place of an obligation in the terms.
    pub(crate) fn position(&self, id: &str) -> Result<usize, RevenueError> {
        self.terms
            .obligations()
            .iter()
            .position(|obligation| obligation.id == id)
            .ok_or_else(|| unknown(self.terms, id))
    }
}

fn unknown(terms: &Terms, id: &str) -> RevenueError {
    RevenueError::UnknownObligation {
        contract: terms.contract().clone(),
        obligation: id.to_owned(),
    }
}

impl Performance {
    /// The months in which revenue is recognised, as far as dates are known.
    pub(crate) fn months(&self) -> Vec<FiscalMonth> {
        match self {
            Self::PointInTime { satisfied } => satisfied.iter().map(|on| FiscalMonth::of(*on)).collect(),
            Self::Time { period } => period.map(|period| period.fiscal_months()).unwrap_or_default(),
        }
    }

    /// Whether nothing is left to do after a day.
    pub(crate) fn is_satisfied(&self, through: NaiveDate) -> bool {
        match self {
            Self::PointInTime { satisfied } => satisfied.is_some_and(|on| on <= through),
            Self::Time { period } => period.is_some_and(|period| period.last_day() <= through),
        }
    }
}
