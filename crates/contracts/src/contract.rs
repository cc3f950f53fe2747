use chrono::NaiveDate;
use l2c_host::Decider;
use l2c_money::Money;
use serde::Serialize;

use crate::{
    ContractCommand, ContractContext, ContractEvent, ContractFact, ContractId, ContractItem, ContractItemId,
    ContractRefusal, ContractStatus, ContractTerms, ItemChange,
};

/// A contract: what both sides have agreed, as it stands after all changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Contract {
    pub(crate) head: Option<Head>,
    pub(crate) items: Vec<ContractItem>,
}

/// What is there from the activation on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Head {
    pub terms: ContractTerms,
    pub activated_on: NaiveDate,
    pub version: u32,
    pub end: Option<End>,
}

/// How and when it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) enum End {
    Expired { on: NaiveDate },
    Terminated { on: NaiveDate, reason: String },
}

impl Contract {
    /// Its id; none before it is activated.
    #[must_use]
    pub fn id(&self) -> Option<&ContractId> {
        self.terms().map(|terms| &terms.id)
    }

    /// What holds for it as a whole.
    #[must_use]
    pub fn terms(&self) -> Option<&ContractTerms> {
        self.head.as_ref().map(|head| &head.terms)
    }

    /// Since when it binds.
    #[must_use]
    pub fn activated_on(&self) -> Option<NaiveDate> {
        self.head.as_ref().map(|head| head.activated_on)
    }

    /// How often its items have been agreed on: 1 when activated, 0 before.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.head.as_ref().map_or(0, |head| head.version)
    }

    /// The items, in the order in which they were agreed on.
    #[must_use]
    pub fn items(&self) -> &[ContractItem] {
        &self.items
    }

    /// An item by its id.
    #[must_use]
    pub fn item(&self, id: &ContractItemId) -> Option<&ContractItem> {
        self.items.iter().find(|item| item.id == *id)
    }

    /// What its items cost over their whole terms, without tax.
    #[must_use]
    pub fn net(&self) -> Option<Money> {
        Money::sum(self.items.iter().map(|item| &item.net), self.terms()?.currency).ok()
    }

    /// The last day on which something is to be supplied; one item may end before another.
    #[must_use]
    pub fn last_day(&self) -> Option<NaiveDate> {
        self.items.iter().map(|item| item.supply.last_day()).max()
    }

    /// The first day on which it does not bind any more, once it was terminated or has expired.
    #[must_use]
    pub fn ended_on(&self) -> Option<NaiveDate> {
        match self.head.as_ref()?.end.as_ref()? {
            End::Expired { on } | End::Terminated { on, .. } => Some(*on),
        }
    }

    /// Where it stands.
    #[must_use]
    pub fn status(&self) -> ContractStatus {
        match self.head.as_ref().map(|head| &head.end) {
            None => ContractStatus::Draft,
            Some(None) => ContractStatus::Active,
            Some(Some(End::Expired { .. })) => ContractStatus::Expired,
            Some(Some(End::Terminated { .. })) => ContractStatus::Terminated,
        }
    }
}

impl Decider for Contract {
    type Command = ContractCommand;
    type Event = ContractEvent;
    type Context = ContractContext;
    type Refusal = ContractRefusal;

    fn decide(
        &self,
        command: &ContractCommand,
        context: &ContractContext,
    ) -> Result<Vec<ContractEvent>, ContractRefusal> {
        let facts = self.answer(command)?;
        let event = |what| ContractEvent {
            on: command.on(),
            by: context.by.clone(),
            what,
        };
        Ok(facts.into_iter().map(event).collect())
    }

    fn evolve(mut self, event: &ContractEvent) -> Self {
        match &event.what {
            ContractFact::Activated { terms, .. } => {
                self.head = Some(Head {
                    terms: terms.clone(),
                    activated_on: event.on,
                    version: 1,
                    end: None,
                });
            }
            ContractFact::Expired {} => self.end(End::Expired { on: event.on }),
            ContractFact::Terminated { reason } => {
                self.end(End::Terminated {
                    on: event.on,
                    reason: reason.clone(),
                });
            }
        }
        for change in event.changes() {
            match change {
                ItemChange::Added { item } => self.items.push(item.clone()),
            }
        }
        self
    }
}

impl Contract {
    fn end(&mut self, end: End) {
        if let Some(head) = &mut self.head {
            head.end = Some(end);
        }
    }
}
