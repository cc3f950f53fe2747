use chrono::NaiveDate;
use l2c_calendar::{CalendarError, Quarter};
use l2c_host::{HostError, PartyId};
use l2c_ledger::LedgerError;
use l2c_money::{Currency, MoneyError};
use l2c_rating::RatingError;

use crate::{CreditId, PlanId, StatementId};

/// What can be wrong with credits, or with what they are asked for.
///
/// The text of a message may change; [`CommissionError::code`] is stable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommissionError {
    /// No version of the plan is in force.
    #[error("plan {plan} has no version for {quarter}")]
    NoVersion {
        /// The plan.
        plan: PlanId,
        /// The quarter.
        quarter: Quarter,
    },
    /// A component with a quota has none for a payee.
    #[error("component {component} of {quarter} has no quota for {payee}: give one, or a common amount")]
    NoQuota {
        /// The component.
        component: String,
        /// The quarter.
        quarter: Quarter,
        /// The payee.
        payee: PartyId,
    },
    /// A credit names a component that the version of its quarter does not have.
    #[error("credit {credit} is for component {component}, which the plan does not have in {quarter}")]
    UnknownComponent {
        /// The credit.
        credit: CreditId,
        /// The component.
        component: String,
        /// The quarter of the credit.
        quarter: Quarter,
    },
    /// An amount is not in the currency of the plan.
    #[error("{what} is in {found}: the plan pays in {expected}, convert it first")]
    WrongCurrency {
        /// The deal part or the credit.
        what: String,
        /// Its currency.
        found: Currency,
        /// The currency of the plan.
        expected: Currency,
    },
    /// A deal lacks a part that a component credits.
    #[error(
        "deal {deal} has no part `{part}`, which component {component} credits: write it, with 0 if need be"
    )]
    MissingPart {
        /// The deal.
        deal: String,
        /// The part.
        part: String,
        /// The component.
        component: String,
    },
    /// Two credits with one id.
    #[error("credit {credit} is given twice")]
    DuplicateCredit {
        /// The credit.
        credit: CreditId,
    },
    /// No such credit of this payee: as the original of a reversal, or as the line to explain.
    #[error("there is no credit {credit} of {payee} that counts by {as_of}")]
    UnknownCredit {
        /// The credit.
        credit: CreditId,
        /// The payee.
        payee: PartyId,
        /// The last day that was looked at.
        as_of: NaiveDate,
    },
    /// Reversals take back more than was credited, or add to it.
    #[error("the reversals of {credit} leave {left} of {credited}: they may take back all of it and no more")]
    ReversalTooLarge {
        /// The original credit.
        credit: CreditId,
        /// What was credited.
        credited: String,
        /// What the reversals leave.
        left: String,
    },
    /// A closed statement does not belong before the one asked for: another payee, another plan, a later quarter
    /// or the same one twice.
    #[error("{statement} of {quarter} is not a closed statement before {before} of the same payee and plan")]
    ForeignStatement {
        /// The statement.
        statement: StatementId,
        /// Its quarter.
        quarter: Quarter,
        /// The quarter asked for.
        before: Quarter,
    },
    /// The figures of a statement that was read do not add up.
    #[error("{statement} does not add up: {figure} is {found}, its parts make {expected}")]
    Inconsistent {
        /// The statement.
        statement: StatementId,
        /// The figure.
        figure: &'static str,
        /// What was read.
        found: String,
        /// What the parts make.
        expected: String,
    },
    /// A date outside the calendar.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// A malformed id.
    #[error(transparent)]
    Host(#[from] HostError),
    /// A figure out of bounds.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A rate table that cannot be evaluated.
    #[error(transparent)]
    Rating(#[from] RatingError),
    /// An entry that cannot be made.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl CommissionError {
    /// A stable code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoVersion { .. } => "no_version",
            Self::NoQuota { .. } => "no_quota",
            Self::UnknownComponent { .. } => "unknown_component",
            Self::WrongCurrency { .. } => "wrong_currency",
            Self::MissingPart { .. } => "missing_part",
            Self::DuplicateCredit { .. } => "duplicate_credit",
            Self::UnknownCredit { .. } => "unknown_credit",
            Self::ReversalTooLarge { .. } => "reversal_too_large",
            Self::ForeignStatement { .. } => "foreign_statement",
            Self::Inconsistent { .. } => "inconsistent",
            Self::Calendar(error) => error.code(),
            Self::Host(error) => error.code(),
            Self::Money(error) => error.code(),
            Self::Rating(error) => error.code(),
            Self::Ledger(error) => error.code(),
        }
    }
}
