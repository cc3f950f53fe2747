use chrono::NaiveDate;
use l2c_money::{Money, MoneyError, Quantity};

use crate::{ContractId, ContractItemId, ContractStatus};

/// Why a command is refused. A refused command changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContractRefusal {
    /// The command is not legal where the contract stands.
    #[error("`{command}` is not possible while the contract is {status}")]
    IllegalTransition {
        /// The command.
        command: &'static str,
        /// Where the contract stands.
        status: ContractStatus,
    },
    /// The life of the contract is over.
    #[error("`{command}` is not possible any more: the contract is {status}")]
    TerminalState {
        /// The command.
        command: &'static str,
        /// Where the contract stands.
        status: ContractStatus,
    },
    /// The contract exists already, with other terms or items.
    #[error("{contract} is activated already, with other terms or items")]
    AlreadyActivated {
        /// The contract.
        contract: ContractId,
    },
    /// A contract without items.
    #[error("{contract} has no items; a contract has at least one")]
    NoItems {
        /// The contract.
        contract: ContractId,
    },
    /// Two items with one id.
    #[error("{item} stands twice in the contract; item ids are unique")]
    DuplicateItem {
        /// The item.
        item: ContractItemId,
    },
    /// A quantity that is not above zero.
    #[error("{item}: quantity {quantity} is refused; expected a quantity above zero")]
    InvalidQuantity {
        /// The item.
        item: ContractItemId,
        /// The quantity.
        quantity: Quantity,
    },
    /// An amount that is not in the contract's currency, or finer than the minor unit.
    #[error("{item}: net {net} is refused; expected {expected}")]
    InvalidAmount {
        /// The item.
        item: ContractItemId,
        /// The amount.
        net: Money,
        /// What would be right.
        expected: &'static str,
    },
    /// A number of months or days that cannot be.
    #[error("{field} {value} is refused; expected {expected}")]
    InvalidTerms {
        /// The field.
        field: &'static str,
        /// Its value.
        value: u32,
        /// What would be right.
        expected: &'static str,
    },
    /// A date that does not fit the term of the contract.
    #[error("`{command}` on {on} is refused; expected {expected} {bound}")]
    WrongDate {
        /// The command.
        command: &'static str,
        /// Its date.
        on: NaiveDate,
        /// Which side of the bound would be right.
        expected: &'static str,
        /// The bound.
        bound: NaiveDate,
    },
    /// A reason that is empty or longer than 100 characters.
    #[error("`{command}` needs a reason of 1 to 100 characters")]
    InvalidReason {
        /// The command.
        command: &'static str,
    },
    /// A total is outside its bounds.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl ContractRefusal {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::IllegalTransition { .. } => "illegal_transition",
            Self::TerminalState { .. } => "terminal_state",
            Self::AlreadyActivated { .. } => "already_activated",
            Self::NoItems { .. } => "no_items",
            Self::DuplicateItem { .. } => "duplicate_item",
            Self::InvalidQuantity { .. } => "invalid_quantity",
            Self::InvalidAmount { .. } => "invalid_amount",
            Self::InvalidTerms { .. } => "invalid_terms",
            Self::WrongDate { .. } => "wrong_date",
            Self::InvalidReason { .. } => "invalid_reason",
            Self::Money(error) => error.code(),
        }
    }
}
