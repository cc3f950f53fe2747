use std::collections::BTreeSet;

use chrono::NaiveDate;
use l2c_money::Money;

use crate::{
    CONTRACT_MACHINE, Contract, ContractCommand, ContractFact, ContractItem, ContractRefusal, ContractStatus,
    ContractTerms, ItemChange, ItemKind, TermBilling,
};

type Facts = Result<Vec<ContractFact>, ContractRefusal>;

/// Ten years.
const MAX_PAYMENT_DAYS: u32 = 3_660;

impl Contract {
    /// What a command makes happen. What is legal where stands in [`CONTRACT_MACHINE`] alone.
    pub(crate) fn answer(&self, command: &ContractCommand) -> Facts {
        match command {
            ContractCommand::Activate { terms, items, on } => self.activate(terms, items, *on),
            ContractCommand::Expire { on } => self.expire(*on),
            ContractCommand::Terminate { reason, on } => self.terminate(reason, *on),
        }
    }

    fn legal(&self, command: &'static str) -> Result<(), ContractRefusal> {
        let status = self.status();
        match CONTRACT_MACHINE.target(status, command) {
            Some(_) => Ok(()),
            None if CONTRACT_MACHINE.is_terminal(status) => {
                Err(ContractRefusal::TerminalState { command, status })
            }
            None => Err(ContractRefusal::IllegalTransition { command, status }),
        }
    }

    fn activate(&self, terms: &ContractTerms, items: &[ContractItem], on: NaiveDate) -> Facts {
        if let Some(head) = &self.head {
            let same = head.terms == *terms && head.activated_on == on && self.items == items;
            let contract = head.terms.id.clone();
            return if same {
                Ok(Vec::new())
            } else {
                Err(ContractRefusal::AlreadyActivated { contract })
            };
        }
        checked(terms, items)?;
        let changes = items
            .iter()
            .map(|item| ItemChange::Added { item: item.clone() })
            .collect();
        Ok(vec![ContractFact::Activated {
            terms: terms.clone(),
            changes,
        }])
    }

    fn expire(&self, on: NaiveDate) -> Facts {
        self.legal("expire")?;
        if self.status() == ContractStatus::Expired {
            return Ok(Vec::new());
        }
        match self.last_day() {
            Some(bound) if on <= bound => Err(ContractRefusal::WrongDate {
                command: "expire",
                on,
                expected: "a day after",
                bound,
            }),
            _ => Ok(vec![ContractFact::Expired {}]),
        }
    }

    fn terminate(&self, reason: &str, on: NaiveDate) -> Facts {
        self.legal("terminate")?;
        let command = "terminate";
        if let Some(bound) = self.activated_on().filter(|first| on < *first) {
            return Err(ContractRefusal::WrongDate {
                command,
                on,
                expected: "no day before",
                bound,
            });
        }
        if let Some(bound) = self.last_day().filter(|last| on > *last) {
            return Err(ContractRefusal::WrongDate {
                command,
                on,
                expected: "no day after",
                bound,
            });
        }
        if reason.trim().is_empty() || reason.chars().count() > 100 {
            return Err(ContractRefusal::InvalidReason { command });
        }
        Ok(vec![ContractFact::Terminated {
            reason: reason.to_owned(),
        }])
    }
}

/// Terms first, then items in order; the first fault wins.
fn checked(terms: &ContractTerms, items: &[ContractItem]) -> Result<(), ContractRefusal> {
    if terms.payment_days > MAX_PAYMENT_DAYS {
        let (field, value, expected) = ("payment_days", terms.payment_days, "at most 3660 days");
        return Err(ContractRefusal::InvalidTerms {
            field,
            value,
            expected,
        });
    }
    if items.is_empty() {
        return Err(ContractRefusal::NoItems {
            contract: terms.id.clone(),
        });
    }
    let mut seen = BTreeSet::new();
    for item in items {
        if !seen.insert(&item.id) {
            return Err(ContractRefusal::DuplicateItem {
                item: item.id.clone(),
            });
        }
        checked_item(item, terms)?;
    }
    Money::sum(items.iter().map(|item| &item.net), terms.currency)?;
    Ok(())
}

fn checked_item(item: &ContractItem, terms: &ContractTerms) -> Result<(), ContractRefusal> {
    if !item.quantity.exact().is_positive() {
        return Err(ContractRefusal::InvalidQuantity {
            item: item.id.clone(),
            quantity: item.quantity,
        });
    }
    let fault = |expected| {
        Err(ContractRefusal::InvalidAmount {
            item: item.id.clone(),
            net: item.net,
            expected,
        })
    };
    if item.net.currency() != terms.currency {
        return fault("the currency of the contract");
    }
    if item.net.amount().scale() > terms.currency.minor_units() {
        return fault("whole minor units");
    }
    if let ItemKind::Term {
        billing: TermBilling::InAdvance { every_months: 0 },
        ..
    } = item.supply
    {
        let (field, expected) = ("every_months", "1 or more");
        return Err(ContractRefusal::InvalidTerms {
            field,
            value: 0,
            expected,
        });
    }
    Ok(())
}
