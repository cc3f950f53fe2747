use chrono::NaiveDate;
use l2c_money::{Currency, Money};
use serde::{Deserialize, Serialize};

use crate::{DocumentNumber, PaymentId, SourceId};

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
