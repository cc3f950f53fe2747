use chrono::NaiveDate;
use l2c_host::DomainEvent;
use l2c_money::Money;
use serde::{Deserialize, Serialize};

use crate::{DocumentNumber, OpenItem, PaymentId, SourceId};

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

    pub(crate) fn applied(source: &SourceId, item: &OpenItem, date: NaiveDate, amount: Money) -> Self {
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
