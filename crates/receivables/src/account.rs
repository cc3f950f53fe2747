use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use l2c_host::Decider;
use l2c_money::Money;

use crate::open_item::sum;
use crate::{
    AccountCommand, AccountEvent, AccountRefusal, Application, DocumentNumber, OpenItem, Source, SourceId,
};

/// What one customer owes one legal entity: open items, and payments and credit notes with what is held of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CustomerAccount {
    items: BTreeMap<DocumentNumber, OpenItem>,
    sources: BTreeMap<SourceId, Source>,
}

impl CustomerAccount {
    /// Every item, settled ones too, by number.
    pub fn items(&self) -> impl Iterator<Item = &OpenItem> {
        self.items.values()
    }

    /// One item.
    #[must_use]
    pub fn item(&self, number: &DocumentNumber) -> Option<&OpenItem> {
        self.items.get(number)
    }

    /// Every payment and credit note.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        self.sources.values()
    }

    /// One payment or credit note.
    #[must_use]
    pub fn source(&self, id: &SourceId) -> Option<&Source> {
        self.sources.get(id)
    }

    /// What is held of a source at the end of a date: what came in less what was applied.
    #[must_use]
    pub fn held_at(&self, source: &Source, date: NaiveDate) -> Money {
        let zero = Money::zero(source.amount.currency());
        if date < source.date {
            return zero;
        }
        let items = source.items.iter().filter_map(|number| self.items.get(number));
        let applied = sum(
            items.map(|item| item.applied(|a| a.source == source.id && a.date <= date)),
            zero,
        );
        // The account applies no more than is held, so this cannot fail.
        source.amount.checked_sub(&applied).unwrap_or(zero)
    }

    /// What is held of a source after all that was applied.
    #[must_use]
    pub fn held(&self, source: &Source) -> Money {
        self.held_at(source, NaiveDate::MAX)
    }

    /// The account at the end of a day: its events up to and including that day, in their order.
    ///
    /// Events of one day keep the order that the host gave them; of two payments on one day, the one recorded
    /// first is applied first.
    #[must_use]
    pub fn as_of<'a>(events: impl IntoIterator<Item = &'a AccountEvent>, date: NaiveDate) -> Self {
        Self::replay(events.into_iter().filter(|event| event.date() <= date))
    }

    fn known_item(&self, number: &DocumentNumber) -> Result<&OpenItem, AccountRefusal> {
        self.items
            .get(number)
            .ok_or_else(|| AccountRefusal::UnknownItem { item: number.clone() })
    }

    /// The application of what is held of a source to an item, as far as both go; `None` if either is at its end.
    fn application(
        source: &SourceId,
        held: &Money,
        item: &OpenItem,
        date: NaiveDate,
    ) -> Result<Option<AccountEvent>, AccountRefusal> {
        let open = item.open();
        let Ok(surplus) = held.checked_sub(&open) else {
            return Err(AccountRefusal::CurrencyMismatch {
                amount: *held,
                item: item.number().clone(),
                currency: open.currency(),
            });
        };
        let amount = if surplus.is_negative() { *held } else { open };
        let date = date.max(item.issue_date());
        Ok(amount
            .is_positive()
            .then(|| AccountEvent::applied(source, item, date, amount)))
    }

    fn open_item(&self, opened: &OpenItem) -> Result<Vec<AccountEvent>, AccountRefusal> {
        let number = opened.number();
        whole(&opened.total(), "zero or above, in whole minor units", |amount| {
            !amount.is_negative()
        })?;
        if opened.due_date() < opened.issue_date() {
            return Err(AccountRefusal::DateTooEarly {
                date: opened.due_date(),
                earliest: opened.issue_date(),
                what: "the issue date of the invoice",
            });
        }
        if let Some(item) = self.items.get(number) {
            let same = item.total() == opened.total()
                && item.issue_date() == opened.issue_date()
                && item.due_date() == opened.due_date();
            let known = || {
                format!(
                    "{} issued {} due {}",
                    item.total(),
                    item.issue_date(),
                    item.due_date()
                )
            };
            return unless_conflict(same, number, known);
        }
        if let Some(credit) = self.sources.get(&SourceId::Credit(number.clone())) {
            return unless_conflict(false, number, || format!("a credit note over {}", credit.amount));
        }
        Ok(vec![AccountEvent::ItemOpened {
            number: number.clone(),
            issue_date: opened.issue_date(),
            due_date: opened.due_date(),
            total: opened.total(),
        }])
    }

    fn receive(&self, incoming: &Source) -> Result<Vec<AccountEvent>, AccountRefusal> {
        let Source {
            id,
            date,
            amount,
            reference,
            ..
        } = incoming;
        whole(amount, "above zero, in whole minor units", Money::is_positive)?;
        if let Some(known) = self.sources.get(id) {
            let same = known.date == *date && known.amount == *amount && known.reference == *reference;
            return unless_conflict(same, id, || format!("{} on {}", known.amount, known.date));
        }
        let (received, item) = match id {
            SourceId::Payment(payment) => {
                let received = AccountEvent::PaymentReceived {
                    payment: payment.clone(),
                    date: *date,
                    amount: *amount,
                    reference: reference.clone(),
                };
                // A payer may name what is not there: the money is held.
                (
                    received,
                    reference.as_ref().and_then(|number| self.items.get(number)),
                )
            }
            SourceId::Credit(credit) => {
                if let Some(item) = self.items.get(credit) {
                    return unless_conflict(false, credit, || format!("an invoice over {}", item.total()));
                }
                let against = reference.as_ref().unwrap_or(credit);
                let item = self.known_item(against)?;
                let received = AccountEvent::CreditReceived {
                    credit: credit.clone(),
                    date: *date,
                    amount: *amount,
                    against: against.clone(),
                };
                (received, Some(item))
            }
        };
        let mut events = vec![received];
        if let Some(item) = item {
            events.extend(Self::application(id, amount, item, *date)?);
        }
        Ok(events)
    }

    fn apply_held(
        &self,
        id: &SourceId,
        number: &DocumentNumber,
        date: NaiveDate,
    ) -> Result<Vec<AccountEvent>, AccountRefusal> {
        let source = self
            .sources
            .get(id)
            .ok_or_else(|| AccountRefusal::UnknownSource {
                source_id: id.clone(),
            })?;
        let item = self.known_item(number)?;
        let earliest = [
            (source.date, "when it came in"),
            (item.issue_date(), "when the invoice was issued"),
        ];
        if let Some((earliest, what)) = earliest.into_iter().find(|(earliest, _)| date < *earliest) {
            return Err(AccountRefusal::DateTooEarly { date, earliest, what });
        }
        let held = self.held(source);
        if held.is_zero() {
            return Err(AccountRefusal::NothingHeld {
                source_id: id.clone(),
            });
        }
        match Self::application(id, &held, item, date)? {
            Some(event) => Ok(vec![event]),
            None => Err(AccountRefusal::NothingOpen { item: number.clone() }),
        }
    }

    fn apply(mut self, id: SourceId, number: &DocumentNumber, date: NaiveDate, amount: Money) -> Self {
        let held = self.sources.get(&id).map(|source| self.held(source));
        let (Some(held), Some(item)) = (held, self.items.get_mut(number)) else {
            return self;
        };
        let fits = |limit: Money| limit.checked_sub(&amount).is_ok_and(|rest| !rest.is_negative());
        // An event that no decision gives changes nothing.
        if amount.is_positive() && fits(held) && fits(item.open()) {
            if let Some(source) = self.sources.get_mut(&id) {
                source.items.insert(number.clone());
            }
            item.apply(Application {
                source: id,
                date,
                amount,
            });
        }
        self
    }

    fn bring(
        mut self,
        id: SourceId,
        date: NaiveDate,
        amount: Money,
        reference: Option<DocumentNumber>,
    ) -> Self {
        self.sources.entry(id.clone()).or_insert(Source {
            id,
            date,
            amount,
            reference,
            items: BTreeSet::new(),
        });
        self
    }
}

/// The same again is an accepted no-op; something else under the same id is refused.
fn unless_conflict(
    same: bool,
    id: &impl ToString,
    known: impl FnOnce() -> String,
) -> Result<Vec<AccountEvent>, AccountRefusal> {
    if same {
        Ok(Vec::new())
    } else {
        Err(AccountRefusal::Conflict {
            id: id.to_string(),
            known: known(),
        })
    }
}

fn whole(
    amount: &Money,
    expected: &'static str,
    sign: impl Fn(&Money) -> bool,
) -> Result<(), AccountRefusal> {
    if sign(amount) && amount.amount().scale() <= amount.currency().minor_units() {
        Ok(())
    } else {
        Err(AccountRefusal::InvalidAmount {
            amount: *amount,
            expected,
        })
    }
}

impl Decider for CustomerAccount {
    type Command = AccountCommand;
    type Event = AccountEvent;
    type Context = ();
    type Refusal = AccountRefusal;

    fn decide(&self, command: &AccountCommand, _: &()) -> Result<Vec<AccountEvent>, AccountRefusal> {
        let source = |id, date: &NaiveDate, amount: &Money, reference: Option<&DocumentNumber>| Source {
            id,
            date: *date,
            amount: *amount,
            reference: reference.cloned(),
            items: BTreeSet::new(),
        };
        match command {
            AccountCommand::OpenItem {
                number,
                issue_date,
                due_date,
                total,
            } => self.open_item(&OpenItem::new(number.clone(), *issue_date, *due_date, *total)),
            AccountCommand::ReceivePayment {
                payment,
                date,
                amount,
                reference,
            } => self.receive(&source(
                SourceId::Payment(payment.clone()),
                date,
                amount,
                reference.as_ref(),
            )),
            AccountCommand::ReceiveCredit {
                credit,
                date,
                amount,
                against,
            } => self.receive(&source(
                SourceId::Credit(credit.clone()),
                date,
                amount,
                Some(against),
            )),
            AccountCommand::ApplyHeld { source, item, date } => self.apply_held(source, item, *date),
        }
    }

    fn evolve(mut self, event: &AccountEvent) -> Self {
        match event {
            AccountEvent::ItemOpened {
                number,
                issue_date,
                due_date,
                total,
            } => {
                let item = OpenItem::new(number.clone(), *issue_date, *due_date, *total);
                self.items.entry(number.clone()).or_insert(item);
                self
            }
            AccountEvent::PaymentReceived {
                payment,
                date,
                amount,
                reference,
            } => self.bring(
                SourceId::Payment(payment.clone()),
                *date,
                *amount,
                reference.clone(),
            ),
            AccountEvent::CreditReceived {
                credit,
                date,
                amount,
                against,
            } => self.bring(
                SourceId::Credit(credit.clone()),
                *date,
                *amount,
                Some(against.clone()),
            ),
            AccountEvent::PaymentApplied {
                payment,
                item,
                date,
                amount,
            } => self.apply(SourceId::Payment(payment.clone()), item, *date, *amount),
            AccountEvent::CreditApplied {
                credit,
                item,
                date,
                amount,
            } => self.apply(SourceId::Credit(credit.clone()), item, *date, *amount),
        }
    }
}
