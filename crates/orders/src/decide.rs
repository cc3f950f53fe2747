use std::collections::BTreeSet;

use chrono::NaiveDate;
use l2c_calendar::Period;
use l2c_money::{Money, Quantity};

use crate::order::Head;
use crate::{
    HoldScope, HoldTerms, LineKind, LineTerms, ORDER_MACHINE, Order, OrderCommand, OrderFact, OrderLine,
    OrderLineId, OrderRefusal, OrderTerms,
};

type Facts = Result<Vec<OrderFact>, OrderRefusal>;

impl Order {
    /// What a command makes happen. What is legal where stands in [`ORDER_MACHINE`] alone.
    pub(crate) fn answer(&self, command: &OrderCommand) -> Facts {
        match command {
            OrderCommand::Place { terms, on } => self.place(terms, *on),
            OrderCommand::Confirm { on } => {
                let head = self.legal(command.name(), command.name())?;
                if head.confirmed_on.is_some() {
                    return Ok(Vec::new());
                }
                self.after_placing("confirm", *on, head)?;
                Ok(vec![OrderFact::Confirmed {}])
            }
            OrderCommand::PlaceHold { hold, on } => self.place_hold(hold, *on),
            OrderCommand::ReleaseHold { reason, scope, on } => self.release_hold(reason, scope, *on),
            OrderCommand::Fulfil { line, quantity, on } => self.fulfil(line, *quantity, *on),
            OrderCommand::StartService { line, on } => self.start_service(line, *on),
            OrderCommand::Cancel { reason, on } => {
                let head = self.legal("cancel", "cancel")?;
                self.after_placing("cancel", *on, head)?;
                checked_reason("cancel", reason)?;
                Ok(vec![OrderFact::Cancelled {
                    reason: reason.clone(),
                }])
            }
        }
    }

    /// The head of an order on which the table allows this.
    fn legal(&self, command: &'static str, on: &str) -> Result<&Head, OrderRefusal> {
        let status = self.status();
        match &self.head {
            Some(head) if ORDER_MACHINE.target(status, on).is_some() => Ok(head),
            _ if ORDER_MACHINE.is_terminal(status) => Err(OrderRefusal::TerminalState { command, status }),
            _ => Err(OrderRefusal::IllegalTransition { command, status }),
        }
    }

    fn after_placing(&self, command: &'static str, on: NaiveDate, head: &Head) -> Result<(), OrderRefusal> {
        if on < head.placed_on {
            return Err(OrderRefusal::TooEarly {
                command,
                on,
                earliest: head.placed_on,
                after: "placed",
            });
        }
        Ok(())
    }

    fn place(&self, terms: &OrderTerms, on: NaiveDate) -> Facts {
        if let Some(head) = &self.head {
            let ordered = self.lines.iter().map(OrderLine::terms);
            let same = head.placed_on == on
                && (&head.id, &head.parties, &head.source) == (&terms.id, &terms.parties, &terms.source)
                && head.currency == terms.currency
                && ordered.eq(&terms.lines);
            return if same {
                Ok(Vec::new())
            } else {
                Err(OrderRefusal::AlreadyPlaced {
                    order: head.id.clone(),
                })
            };
        }
        checked_terms(terms)?;
        Ok(vec![OrderFact::Placed { terms: terms.clone() }])
    }

    fn place_hold(&self, hold: &HoldTerms, on: NaiveDate) -> Facts {
        let head = self.legal("place_hold", "place_hold")?;
        if self.standing(&hold.reason, &hold.scope).is_some() {
            return Ok(Vec::new());
        }
        self.after_placing("place_hold", on, head)?;
        checked_reason("place_hold", &hold.reason)?;
        Ok(vec![OrderFact::HoldPlaced { hold: hold.clone() }])
    }

    fn release_hold(&self, reason: &str, scope: &HoldScope, on: NaiveDate) -> Facts {
        self.legal("release_hold", "release_hold")?;
        let Some(hold) = self.standing(reason, scope) else {
            return Ok(Vec::new());
        };
        if on < hold.placed_on {
            let (command, earliest, after) = ("release_hold", hold.placed_on, "held");
            return Err(OrderRefusal::TooEarly {
                command,
                on,
                earliest,
                after,
            });
        }
        Ok(vec![OrderFact::HoldReleased {
            reason: reason.to_owned(),
            scope: scope.clone(),
        }])
    }

    fn standing(&self, reason: &str, scope: &HoldScope) -> Option<&crate::Hold> {
        self.standing_holds()
            .find(|hold| hold.terms.reason == reason && hold.terms.scope == *scope)
    }

    fn fulfil(&self, id: &OrderLineId, quantity: Quantity, on: NaiveDate) -> Facts {
        self.legal("fulfil", "fulfil")?;
        let line = self.known(id)?;
        if matches!(line.terms.kind, LineKind::Service { .. }) {
            let (command, expected) = ("fulfil", "start_service");
            return Err(OrderRefusal::WrongKind {
                line: id.clone(),
                command,
                expected,
            });
        }
        checked_quantity(id, quantity, line.ordered())?;
        self.deliverable("fulfil", on)?;
        let open = line.open();
        if quantity.exact() > open.exact() {
            return Err(OrderRefusal::OverFulfilment {
                line: id.clone(),
                quantity,
                open,
            });
        }
        Ok(vec![OrderFact::LineFulfilled {
            line: id.clone(),
            quantity,
        }])
    }

    fn start_service(&self, id: &OrderLineId, on: NaiveDate) -> Facts {
        if let Some(period) = self.line(id).and_then(OrderLine::service_period) {
            return if period.start() == on {
                Ok(Vec::new())
            } else {
                Err(OrderRefusal::AlreadyStarted {
                    line: id.clone(),
                    period,
                })
            };
        }
        self.legal("start_service", "fulfil")?;
        let line = self.known(id)?;
        let LineKind::Service { months } = line.terms.kind else {
            let (command, expected) = ("start_service", "fulfil");
            return Err(OrderRefusal::WrongKind {
                line: id.clone(),
                command,
                expected,
            });
        };
        self.deliverable("start_service", on)?;
        let period = Period::months(on, months)?;
        Ok(vec![OrderFact::ServiceStarted {
            line: id.clone(),
            period,
        }])
    }

    fn known(&self, id: &OrderLineId) -> Result<&OrderLine, OrderRefusal> {
        self.line(id)
            .ok_or_else(|| OrderRefusal::NotFound { line: id.clone() })
    }

    /// No hold stands or covers the day, and the order was confirmed by then.
    fn deliverable(&self, command: &'static str, on: NaiveDate) -> Result<(), OrderRefusal> {
        let holds = self.holds.iter().filter(|hold| hold.stops(on));
        let reasons: Vec<String> = holds.map(|hold| hold.terms.reason.clone()).collect();
        if !reasons.is_empty() {
            return Err(OrderRefusal::OnHold { on, reasons });
        }
        match self.confirmed_on() {
            Some(earliest) if on < earliest => Err(OrderRefusal::TooEarly {
                command,
                on,
                earliest,
                after: "confirmed",
            }),
            _ => Ok(()),
        }
    }
}

fn checked_reason(command: &'static str, reason: &str) -> Result<(), OrderRefusal> {
    let fits = !reason.trim().is_empty() && reason.chars().count() <= 100;
    if fits {
        Ok(())
    } else {
        Err(OrderRefusal::InvalidReason { command })
    }
}

fn checked_quantity(line: &OrderLineId, quantity: Quantity, like: Quantity) -> Result<(), OrderRefusal> {
    let fault = |expected| {
        Err(OrderRefusal::InvalidQuantity {
            line: line.clone(),
            quantity,
            expected,
        })
    };
    if !quantity.exact().is_positive() {
        return fault("a quantity above zero");
    }
    if quantity.unit() != like.unit() {
        return fault("the unit in which the line was ordered");
    }
    Ok(())
}

/// Lines in order, the first fault wins.
fn checked_terms(terms: &OrderTerms) -> Result<(), OrderRefusal> {
    if terms.lines.is_empty() {
        return Err(OrderRefusal::NoLines {
            order: terms.id.clone(),
        });
    }
    let mut seen = BTreeSet::new();
    for line in &terms.lines {
        if !seen.insert(&line.id) {
            return Err(OrderRefusal::DuplicateLine {
                line: line.id.clone(),
            });
        }
        checked_line(line, terms)?;
    }
    Money::sum(terms.lines.iter().map(|line| &line.net), terms.currency)?;
    Ok(())
}

fn checked_line(line: &LineTerms, terms: &OrderTerms) -> Result<(), OrderRefusal> {
    checked_quantity(&line.id, line.quantity, line.quantity)?;
    let fault = |expected| {
        Err(OrderRefusal::InvalidAmount {
            line: line.id.clone(),
            net: line.net,
            expected,
        })
    };
    if line.net.currency() != terms.currency {
        return fault("the currency of the order");
    }
    if line.net.is_negative() {
        return fault("an amount of zero or above");
    }
    if line.net.amount().scale() > terms.currency.minor_units() {
        return fault("whole minor units");
    }
    match line.kind {
        LineKind::Service { months: 0 } => Err(OrderRefusal::InvalidTerm {
            line: line.id.clone(),
            months: 0,
        }),
        _ => Ok(()),
    }
}
