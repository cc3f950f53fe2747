use chrono::NaiveDate;
use l2c_calendar::CalendarError;
use l2c_documents::Faults;
use l2c_money::{Currency, MoneyError};

/// Why a contract cannot be amended, renewed or merged as asked.
///
/// The text of a message may change; [`AmendmentError::code`] is stable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AmendmentError {
    /// A document that came with the action has faults; all of them are listed.
    #[error(transparent)]
    InvalidDocument(#[from] Faults),
    /// The day is before the contract.
    #[error("{contract} starts on {start}: {on} is before it")]
    BeforeContractStart {
        /// The contract.
        contract: String,
        /// Its first day.
        start: NaiveDate,
        /// The day of the change.
        on: NaiveDate,
    },
    /// The day is after the contract.
    #[error("{contract} ends with {last_day}: {on} is after it")]
    AfterContractEnd {
        /// The contract.
        contract: String,
        /// Its last day.
        last_day: NaiveDate,
        /// The day of the change.
        on: NaiveDate,
    },
    /// A change of a line that there is not.
    #[error("{contract} has no line `{line}`")]
    UnknownLine {
        /// The contract.
        contract: String,
        /// The line.
        line: String,
    },
    /// A change of a line that does not run any more.
    #[error("line `{line}` of {contract} does not run on {on} any more: add a line instead")]
    LineEnded {
        /// The contract.
        contract: String,
        /// The line.
        line: String,
        /// The day of the change.
        on: NaiveDate,
    },
    /// A new line with an id that is taken.
    #[error("line `{line}` stands in {contract} already: give the new line another id")]
    DuplicateLine {
        /// The contract that has it.
        contract: String,
        /// The line.
        line: String,
    },
    /// A quantity below zero.
    #[error("line `{line}`: quantity {quantity} is below zero; 0 ends the line")]
    NegativeQuantity {
        /// The line.
        line: String,
        /// The quantity.
        quantity: String,
    },
    /// A line or a term that would end before it starts.
    #[error("{what} would start on {start} and end before {end}: the start must be before the end")]
    InvalidPeriod {
        /// The line or the term.
        what: String,
        /// Its first day.
        start: NaiveDate,
        /// The day after its last.
        end: NaiveDate,
    },
    /// A renewal that starts while the contract runs.
    #[error(
        "a renewal on {start} overlaps {contract}, which runs to {last_day}: start it later, or credit the rest"
    )]
    OverlapsContract {
        /// The contract.
        contract: String,
        /// The first day of the renewal.
        start: NaiveDate,
        /// The last day of the contract.
        last_day: NaiveDate,
    },
    /// A renewal at list price of a product that has none.
    #[error("line `{line}`: there is no list price for {product}")]
    NoPrice {
        /// The line.
        line: String,
        /// The product.
        product: String,
    },
    /// Contracts of two currencies do not merge.
    #[error("{contract} is in {found}, not in {expected}: only contracts of one currency merge")]
    ContractCurrency {
        /// The contract.
        contract: String,
        /// Its currency.
        found: Currency,
        /// The currency of the contract that it would become part of.
        expected: Currency,
    },
    /// A period that cannot be prorated.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// A figure outside the bounds of its type.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl AmendmentError {
    /// A stable code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidDocument(faults) => faults.code(),
            Self::BeforeContractStart { .. } => "before_contract_start",
            Self::AfterContractEnd { .. } => "after_contract_end",
            Self::UnknownLine { .. } => "unknown_line",
            Self::LineEnded { .. } => "line_ended",
            Self::DuplicateLine { .. } => "duplicate_line",
            Self::NegativeQuantity { .. } => "negative_quantity",
            Self::InvalidPeriod { .. } => "invalid_period",
            Self::OverlapsContract { .. } => "overlaps_contract",
            Self::NoPrice { .. } => "no_price",
            Self::ContractCurrency { .. } => "currency_mismatch",
            Self::Calendar(error) => error.code(),
            Self::Money(error) => error.code(),
        }
    }
}
