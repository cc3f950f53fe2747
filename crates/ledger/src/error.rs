use l2c_calendar::{CalendarError, FiscalMonth};
use l2c_money::{Currency, Money, MoneyError};

use crate::{LegalEntity, Role};

/// What can be wrong with an entry, a chart of accounts or a posting.
///
/// The text of a message may change; [`LedgerError::code`] is stable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The lines of an entry do not add up to zero for a legal entity and currency.
    #[error("entry {entry}: debits less credits of {entity} are {difference} {currency}, not zero")]
    Unbalanced {
        /// The entry.
        entry: String,
        /// The legal entity whose lines do not balance.
        entity: LegalEntity,
        /// The currency in which they do not balance.
        currency: Currency,
        /// Debits less credits.
        difference: String,
    },
    /// A line is finer than the minor unit of its currency.
    #[error("entry {entry}: {role} {amount} is not a whole number of minor units; round before posting")]
    NotInMinorUnits {
        /// The entry.
        entry: String,
        /// The role of the line.
        role: Role,
        /// Its amount.
        amount: Money,
    },
    /// The code of a legal entity is not 1 to 20 letters, digits, `-`, `_` or `.`.
    #[error("`{value}` is not a legal entity: 1 to 20 ASCII letters, digits, `-`, `_` or `.`")]
    InvalidEntity {
        /// What was found, cut to 60 characters.
        value: String,
    },
    /// A role that this version does not know.
    #[error("`{value}` is not a role: one of {}", Role::ALL.map(Role::code).join(", "))]
    UnknownRole {
        /// What was found, cut to 60 characters.
        value: String,
    },
    /// The header of a correction lies outside the month it must lie in.
    #[error("entry {entry}: {field} {found} is outside {expected}")]
    WrongMonth {
        /// The entry.
        entry: String,
        /// The field of the header.
        field: &'static str,
        /// The date found.
        found: String,
        /// The month it must lie in.
        expected: FiscalMonth,
    },
    /// The chart of accounts has no account for a role.
    #[error("the chart of accounts has no account for {role} of {entity}")]
    NoAccount {
        /// The legal entity.
        entity: LegalEntity,
        /// The role without an account.
        role: Role,
    },
    /// An export could not be written.
    #[error("the export could not be written: {reason}")]
    Export {
        /// Why.
        reason: String,
    },
    /// A figure is outside its bounds, or two currencies met.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A date is outside the calendar.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
}

impl LedgerError {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unbalanced { .. } => "unbalanced",
            Self::NotInMinorUnits { .. } => "not_in_minor_units",
            Self::InvalidEntity { .. } => "invalid_entity",
            Self::UnknownRole { .. } => "unknown_role",
            Self::WrongMonth { .. } => "wrong_month",
            Self::NoAccount { .. } => "no_account",
            Self::Export { .. } => "export",
            Self::Money(error) => error.code(),
            Self::Calendar(error) => error.code(),
        }
    }
}

/// The first 60 characters of something that came from outside.
pub(crate) fn excerpt(text: &str) -> String {
    text.chars().take(60).collect()
}
