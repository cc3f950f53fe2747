use chrono::NaiveDate;
use l2c_calendar::CalendarError;
use l2c_documents::Faults;
use l2c_explain::ExplainError;
use l2c_ledger::LedgerError;
use l2c_money::{Money, MoneyError};

use crate::ChargeKey;

/// What can be wrong with a schedule, a bill run or an invoice document.
///
/// The text of a message may change; [`InvoicingError::code`] is stable. A command that an invoice does not
/// accept in its state is an [`InvoiceRefusal`](crate::InvoiceRefusal).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvoicingError {
    /// A document that somebody wrote has faults: all of them are listed, in the order of the document.
    #[error(transparent)]
    InvalidDocument(#[from] Faults),
    /// A billing item names a tax key that the rates do not have.
    #[error("there is no tax rate with the key `{key}`")]
    UnknownTaxKey {
        /// The key.
        key: String,
    },
    /// The rates of a key begin after the date of the charge.
    #[error("the tax rate `{key}` begins on {first}, after {date}")]
    NoTaxRate {
        /// The key.
        key: String,
        /// The date for which a rate is needed.
        date: NaiveDate,
        /// The first date that has a rate.
        first: NaiveDate,
    },
    /// A charge was billed with another amount than its schedule has now.
    #[error(
        "charge {charge} was billed with {billed}, the schedule has {scheduled}: credit the invoice first"
    )]
    BilledOtherwise {
        /// The charge.
        charge: ChargeKey,
        /// What was billed.
        billed: Money,
        /// What the schedule has; zero if it no longer has the charge.
        scheduled: Money,
    },
    /// Two schedules of one run have the same account, or the same item.
    #[error("{what} `{key}` occurs twice in the run")]
    Duplicate {
        /// What occurs twice.
        what: &'static str,
        /// Its key.
        key: String,
    },
    /// A stored invoice states other figures than its inputs give.
    #[error("the invoice states {field} {stated}, its lines give {computed}")]
    StatedOtherwise {
        /// The figure.
        field: &'static str,
        /// As stated.
        stated: String,
        /// As computed.
        computed: String,
    },
    /// A figure is outside its bounds, or two currencies met.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A date or a period is not possible.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// A derivation could not be made.
    #[error(transparent)]
    Explain(#[from] ExplainError),
    /// A journal entry could not be made.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl InvoicingError {
    /// A stable code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidDocument(faults) => faults.code(),
            Self::UnknownTaxKey { .. } => "unknown_tax_key",
            Self::NoTaxRate { .. } => "no_tax_rate",
            Self::BilledOtherwise { .. } => "billed_otherwise",
            Self::Duplicate { .. } => "duplicate",
            Self::StatedOtherwise { .. } => "stated_otherwise",
            Self::Money(fault) => fault.code(),
            Self::Calendar(fault) => fault.code(),
            Self::Explain(fault) => fault.code(),
            Self::Ledger(fault) => fault.code(),
        }
    }
}
