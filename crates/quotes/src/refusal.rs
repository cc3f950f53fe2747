use chrono::NaiveDate;
use l2c_host::PartyId;
use l2c_money::Currency;
use l2c_pricing::PricingError;

use crate::{QuoteId, QuoteStatus};

/// Why a command on a quote is refused. A refused command changes nothing.
///
/// The text of a message may change; [`QuoteRefusal::code`] is stable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QuoteRefusal {
    /// The quote exists already.
    #[error("{quote} is drafted already: edit or revise it, or take another id")]
    AlreadyDrafted {
        /// The quote.
        quote: QuoteId,
    },
    /// There is no quote yet.
    #[error("there is no quote to {command}: draft one first")]
    NotDrafted {
        /// The command.
        command: &'static str,
    },
    /// The command is not legal where the quote stands.
    #[error("cannot {command} {quote} version {version}, which is {status}")]
    IllegalTransition {
        /// The command.
        command: &'static str,
        /// The quote.
        quote: QuoteId,
        /// The latest version.
        version: u32,
        /// Where it stands.
        status: QuoteStatus,
    },
    /// The answer is for a version that is not the latest.
    #[error("{quote}: the answer is for version {answered}, the latest is {latest}")]
    Superseded {
        /// The quote.
        quote: QuoteId,
        /// The version that was answered.
        answered: u32,
        /// The latest version.
        latest: u32,
    },
    /// The validity has ended.
    #[error("{quote} was valid until {valid_until}, today is {today}: revise it with a new validity")]
    Expired {
        /// The quote.
        quote: QuoteId,
        /// Its last day.
        valid_until: NaiveDate,
        /// The day of the command.
        today: NaiveDate,
    },
    /// The validity has not ended yet.
    #[error("{quote} is valid until {valid_until}, today is {today}: it expires the day after")]
    NotExpired {
        /// The quote.
        quote: QuoteId,
        /// Its last day.
        valid_until: NaiveDate,
        /// The day of the command.
        today: NaiveDate,
    },
    /// Who submitted a quote may not answer for its approval.
    #[error("{actor} submitted {quote}: somebody else has to answer")]
    OwnRequest {
        /// The quote.
        quote: QuoteId,
        /// Who asked.
        actor: PartyId,
    },
    /// No approval is open for the roles of who answers.
    #[error("{quote}: no approval is open for {actor}; open for the roles: {open}")]
    NotOpen {
        /// The quote.
        quote: QuoteId,
        /// Who answered.
        actor: PartyId,
        /// The roles whose turn it is.
        open: String,
    },
    /// A quote in a currency that the approval matrix has no amounts in.
    #[error("the approval matrix is in {matrix}, the quote in {quote}: use a matrix in {quote}")]
    MatrixCurrency {
        /// Currency of the matrix.
        matrix: Currency,
        /// Currency of the quote.
        quote: Currency,
    },
    /// The quote cannot be priced.
    #[error(transparent)]
    Pricing(#[from] PricingError),
}

impl QuoteRefusal {
    /// A stable code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::AlreadyDrafted { .. } => "already_drafted",
            Self::NotDrafted { .. } => "not_drafted",
            Self::IllegalTransition { .. } => "illegal_transition",
            Self::Superseded { .. } => "superseded",
            Self::Expired { .. } => "expired",
            Self::NotExpired { .. } => "not_expired",
            Self::OwnRequest { .. } => "own_request",
            Self::NotOpen { .. } => "not_open",
            Self::MatrixCurrency { .. } => "currency_mismatch",
            Self::Pricing(error) => error.code(),
        }
    }
}
