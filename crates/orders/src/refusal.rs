use chrono::NaiveDate;
use l2c_calendar::{CalendarError, Period};
use l2c_money::{Money, MoneyError, Quantity};

use crate::{OrderId, OrderLineId, OrderStatus};

/// Why a command is refused. A refused command changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OrderRefusal {
    /// The command is not legal where the order stands.
    #[error("`{command}` is not possible while the order is {status}")]
    IllegalTransition {
        /// The command.
        command: &'static str,
        /// Where the order stands.
        status: OrderStatus,
    },
    /// The life of the order is over.
    #[error("`{command}` is not possible any more: the order is {status}")]
    TerminalState {
        /// The command.
        command: &'static str,
        /// Where the order stands.
        status: OrderStatus,
    },
    /// The order exists already, with other terms.
    #[error("{order} is placed already, with other terms")]
    AlreadyPlaced {
        /// The order.
        order: OrderId,
    },
    /// An order without lines.
    #[error("{order} has no lines; an order has at least one")]
    NoLines {
        /// The order.
        order: OrderId,
    },
    /// Two lines with one id.
    #[error("{line} stands twice in the order; line ids are unique")]
    DuplicateLine {
        /// The line.
        line: OrderLineId,
    },
    /// A quantity that is not above zero, or more than is open.
    #[error("{line}: quantity {quantity} is refused: {expected}")]
    InvalidQuantity {
        /// The line.
        line: OrderLineId,
        /// The quantity.
        quantity: Quantity,
        /// What would be right.
        expected: &'static str,
    },
    /// More than is open.
    #[error("{line}: {quantity} is more than the {open} that are open")]
    OverFulfilment {
        /// The line.
        line: OrderLineId,
        /// The quantity.
        quantity: Quantity,
        /// The most that is possible.
        open: Quantity,
    },
    /// An amount that is below zero, not in the order's currency, or finer than the minor unit.
    #[error("{line}: net {net} is refused: {expected}")]
    InvalidAmount {
        /// The line.
        line: OrderLineId,
        /// The amount.
        net: Money,
        /// What would be right.
        expected: &'static str,
    },
    /// A service without a term.
    #[error("{line}: a service runs for {months} months; expected 1 or more")]
    InvalidTerm {
        /// The line.
        line: OrderLineId,
        /// The length found.
        months: u32,
    },
    /// There is no such line.
    #[error("the order has no line {line}")]
    NotFound {
        /// The line.
        line: OrderLineId,
    },
    /// A service is started, not delivered; goods and licences are delivered, not started.
    #[error("{line}: `{command}` does not fit the line; expected `{expected}`")]
    WrongKind {
        /// The line.
        line: OrderLineId,
        /// The command.
        command: &'static str,
        /// The command that fits.
        expected: &'static str,
    },
    /// A service has started on another day.
    #[error("{line} has started already, for {} to {}", .period.start(), .period.last_day())]
    AlreadyStarted {
        /// The line.
        line: OrderLineId,
        /// Its term.
        period: Period,
    },
    /// A hold stops deliveries on that day.
    #[error("the order is held on {on}: {}", .reasons.join(", "))]
    OnHold {
        /// The day of the delivery.
        on: NaiveDate,
        /// The reasons of the holds.
        reasons: Vec<String>,
    },
    /// A date before something that it must follow.
    #[error("`{command}` on {on} lies before {earliest}, when the order was {after}")]
    TooEarly {
        /// The command.
        command: &'static str,
        /// Its date.
        on: NaiveDate,
        /// The first date possible.
        earliest: NaiveDate,
        /// What happened on it.
        after: &'static str,
    },
    /// A reason that is empty or longer than 100 characters.
    #[error("`{command}` needs a reason of 1 to 100 characters")]
    InvalidReason {
        /// The command.
        command: &'static str,
    },
    /// A date is outside the calendar.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// A total is outside its bounds.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl OrderRefusal {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::IllegalTransition { .. } => "illegal_transition",
            Self::TerminalState { .. } => "terminal_state",
            Self::AlreadyPlaced { .. } => "already_placed",
            Self::NoLines { .. } => "no_lines",
            Self::DuplicateLine { .. } => "duplicate_line",
            Self::InvalidQuantity { .. } => "invalid_quantity",
            Self::OverFulfilment { .. } => "over_fulfilment",
            Self::InvalidAmount { .. } => "invalid_amount",
            Self::InvalidTerm { .. } => "invalid_term",
            Self::NotFound { .. } => "not_found",
            Self::WrongKind { .. } => "wrong_kind",
            Self::AlreadyStarted { .. } => "already_started",
            Self::OnHold { .. } => "on_hold",
            Self::TooEarly { .. } => "too_early",
            Self::InvalidReason { .. } => "invalid_reason",
            Self::Calendar(error) => error.code(),
            Self::Money(error) => error.code(),
        }
    }
}
