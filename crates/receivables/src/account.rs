use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use l2c_host::{Decider, DomainEvent};
use l2c_money::{Currency, Money};
use serde::{Deserialize, Serialize};

use crate::open_item::sum;
use crate::{Application, DocumentNumber, OpenItem, PaymentId, Source, SourceId};

/// What can be asked of a customer account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub enum AccountCommand {
    /// An invoice was issued: its gross is open from now on.
    OpenItem {
        /// The number of the invoice.
        number: DocumentNumber,
        /// Its issue date.
        issue_date: NaiveDate,
        /// Its due date; not before the issue date.
        due_date: NaiveDate,
        /// Its gross; zero or above. A negative one is a credit.
        total: Money,
    },
    /// Money came in.
    ReceivePayment {
        /// The payment.
        payment: PaymentId,
        /// The value date.
        date: NaiveDate,
        /// How much; above zero.
        amount: Money,
        /// The invoice that the payer names, if any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<DocumentNumber>,
    },
    /// A credit note was issued against an invoice.
    ReceiveCredit {
        /// The number of the credit note.
        credit: DocumentNumber,
        /// Its issue date.
        date: NaiveDate,
        /// Its gross; above zero.
        amount: Money,
        /// The invoice that it corrects.
        against: DocumentNumber,
    },
    /// Apply what is held of a payment or a credit note to an item, as far as both go.
    ApplyHeld {
        /// The payment or credit note.
        source: SourceId,
        /// The invoice.
        item: DocumentNumber,
        /// When it takes effect; not before the source came in and the invoice was issued.
        date: NaiveDate,
    },
}

/// What has happened on a customer account.
///
/// What a source brings and does not apply is held for the customer: a surplus needs no event of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum AccountEvent {
    /// An invoice is open.
    ItemOpened {
        /// The number of the invoice.
        number: DocumentNumber,
        /// Its issue date.
        issue_date: NaiveDate,
        /// Its due date.
        due_date: NaiveDate,
        /// Its gross.
        total: Money,
    },
    /// Money came in; all of it is held until it is applied.
    PaymentReceived {
        /// The payment.
        payment: PaymentId,
        /// The value date.
        date: NaiveDate,
        /// How much.
        amount: Money,
        /// The invoice that the payer names.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<DocumentNumber>,
    },
    /// A credit note was issued; all of it is held until it is applied.
    CreditReceived {
        /// The number of the credit note.
        credit: DocumentNumber,
        /// Its issue date.
        date: NaiveDate,
        /// Its gross.
        amount: Money,
        /// The invoice that it corrects.
        against: DocumentNumber,
    },
    /// Some of a payment settles some of an item.
    PaymentApplied {
        /// The payment.
        payment: PaymentId,
        /// The invoice.
        item: DocumentNumber,
        /// When it takes effect.
        date: NaiveDate,
        /// How much.
        amount: Money,
    },
    /// Some of a credit note settles some of an item.
    CreditApplied {
        /// The number of the credit note.
        credit: DocumentNumber,
        /// The invoice.
        item: DocumentNumber,
        /// When it takes effect.
        date: NaiveDate,
        /// How much.
        amount: Money,
    },
}

impl AccountEvent {
    /// The day on which it takes effect.
    #[must_use]
    pub const fn date(&self) -> NaiveDate {
        match self {
            Self::ItemOpened { issue_date, .. } => *issue_date,
            Self::PaymentReceived { date, .. }
            | Self::CreditReceived { date, .. }
            | Self::PaymentApplied { date, .. }
            | Self::CreditApplied { date, .. } => *date,
        }
    }

    fn applied(source: &SourceId, item: &OpenItem, date: NaiveDate, amount: Money) -> Self {
        let item = item.number().clone();
        match source {
            SourceId::Payment(payment) => Self::PaymentApplied {
                payment: payment.clone(),
                item,
                date,
                amount,
            },
            SourceId::Credit(credit) => Self::CreditApplied {
                credit: credit.clone(),
                item,
                date,
                amount,
            },
        }
    }
}

impl DomainEvent for AccountEvent {
    const CATEGORY: &'static str = "customer_account";
    const VERSION: u32 = 1;
    fn name(&self) -> &'static str {
        match self {
            Self::ItemOpened { .. } => "item_opened",
            Self::PaymentReceived { .. } => "payment_received",
            Self::CreditReceived { .. } => "credit_received",
            Self::PaymentApplied { .. } => "payment_applied",
            Self::CreditApplied { .. } => "credit_applied",
        }
    }
}

/// Why an account does not accept a command. A refused command changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccountRefusal {
    /// The id is known with another content. With the same content the command is an accepted no-op.
    #[error("{id} is known with another content: {known}")]
    Conflict {
        /// The id.
        id: String,
        /// What is known of it.
        known: String,
    },
    /// There is no such open item.
    #[error("there is no item {item} on this account")]
    UnknownItem {
        /// The number.
        item: DocumentNumber,
    },
    /// There is no such payment or credit note.
    #[error("there is no payment or credit note {source_id} on this account")]
    UnknownSource {
        /// The payment or credit note.
        source_id: SourceId,
    },
    /// An amount is below zero, zero where it must not be, or finer than the minor unit.
    #[error("{amount} is refused: {expected}")]
    InvalidAmount {
        /// The amount.
        amount: Money,
        /// What would be right.
        expected: &'static str,
    },
    /// A date comes before the one it must follow.
    #[error("{date} comes before {earliest}, {what}")]
    DateTooEarly {
        /// The date.
        date: NaiveDate,
        /// The earliest date possible.
        earliest: NaiveDate,
        /// What happened on that date.
        what: &'static str,
    },
    /// Money in one currency does not settle an item in another.
    #[error("{amount} cannot settle {item}, which is in {currency}: exchange it first")]
    CurrencyMismatch {
        /// The amount.
        amount: Money,
        /// The item.
        item: DocumentNumber,
        /// Its currency.
        currency: Currency,
    },
    /// Nothing is held of the source.
    #[error("nothing is held of {source_id}")]
    NothingHeld {
        /// The payment or credit note.
        source_id: SourceId,
    },
    /// Nothing is open of the item.
    #[error("nothing is open of {item}")]
    NothingOpen {
        /// The item.
        item: DocumentNumber,
    },
}

impl AccountRefusal {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Conflict { .. } => "conflict",
            Self::UnknownItem { .. } => "unknown_item",
            Self::UnknownSource { .. } => "unknown_source",
            Self::InvalidAmount { .. } => "invalid_amount",
            Self::DateTooEarly { .. } => "date_too_early",
            Self::CurrencyMismatch { .. } => "currency_mismatch",
            Self::NothingHeld { .. } => "nothing_held",
            Self::NothingOpen { .. } => "nothing_open",
        }
    }
}

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
