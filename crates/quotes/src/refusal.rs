use chrono::NaiveDate;
use l2c_money::Currency;
use l2c_pricing::PricingError;

use crate::{AmendmentError, ApprovalRefusal, QuoteId, QuoteStatus};

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
    /// The answer is for a version that there is not.
    #[error("{quote} has no version {answered}, the latest is {latest}")]
    UnknownVersion {
        /// The quote.
        quote: QuoteId,
        /// The version that was answered.
        answered: u32,
        /// The latest version.
        latest: u32,
    },
    /// A line that there is not, or that is not optional where one is chosen.
    #[error("there is no line `{line}` to change or to choose")]
    UnknownLine {
        /// The line.
        line: String,
    },
    /// A line that there is already.
    #[error("line `{line}` is there already: replace it, or take another id")]
    DuplicateLine {
        /// The line.
        line: String,
    },
    /// An alternative that there is not.
    #[error("{quote} has no alternative `{alternative}`")]
    UnknownAlternative {
        /// The quote.
        quote: QuoteId,
        /// The alternative.
        alternative: String,
    },
    /// Two alternatives with one id.
    #[error("alternative `{alternative}` stands twice: give each its own id")]
    DuplicateAlternative {
        /// The alternative.
        alternative: String,
    },
    /// The approval refuses it.
    #[error("{quote}: {refusal}")]
    Approval {
        /// The quote.
        quote: QuoteId,
        /// Why.
        refusal: ApprovalRefusal,
    },
    /// A quote in a currency that the approval policy has no amounts in.
    #[error("the approval policy is in {policy}, the quote in {quote}: use a policy in {quote}")]
    PolicyCurrency {
        /// Currency of the policy.
        policy: Currency,
        /// Currency of the quote.
        quote: Currency,
    },
    /// An amendment beside something else.
    #[error(
        "an amendment of {contract} is all that a version offers: leave out lines, alternatives and an agreed total"
    )]
    MixedOffer {
        /// The contract.
        contract: String,
    },
    /// A line of a contract whose product is none of a catalogue.
    #[error(
        "line `{line}` is of `{product}`: write the id of a product, such as prd_suite, or prd_suite/support"
    )]
    ForeignProduct {
        /// The line.
        line: String,
        /// Its product.
        product: String,
    },
    /// A contract in another currency than the price book.
    #[error("the contract is in {contract}, the list prices in {list}: use a price book in {contract}")]
    ListCurrency {
        /// Currency of the contract.
        contract: Currency,
        /// Currency of the price book.
        list: Currency,
    },
    /// A quote that sells something new.
    #[error("{quote} amends no contract: it becomes an order")]
    NoAmendment {
        /// The quote.
        quote: QuoteId,
    },
    /// The contract is not the one that the amendment was offered for.
    #[error("{contract} was changed since {quote} was offered: revise the quote")]
    ContractMoved {
        /// The quote.
        quote: QuoteId,
        /// The contract.
        contract: String,
    },
    /// The contract cannot be amended so.
    #[error(transparent)]
    Amendment(Box<AmendmentError>),
    /// The quote cannot be priced.
    #[error(transparent)]
    Pricing(Box<PricingError>),
}

impl From<AmendmentError> for QuoteRefusal {
    fn from(error: AmendmentError) -> Self {
        Self::Amendment(Box::new(error))
    }
}

impl From<PricingError> for QuoteRefusal {
    fn from(error: PricingError) -> Self {
        Self::Pricing(Box::new(error))
    }
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
            Self::UnknownVersion { .. } => "unknown_version",
            Self::UnknownLine { .. } => "unknown_line",
            Self::DuplicateLine { .. } => "duplicate_line",
            Self::UnknownAlternative { .. } => "unknown_alternative",
            Self::DuplicateAlternative { .. } => "duplicate_alternative",
            Self::Approval { refusal, .. } => refusal.code(),
            Self::PolicyCurrency { .. } | Self::ListCurrency { .. } => "currency_mismatch",
            Self::MixedOffer { .. } => "mixed_offer",
            Self::ForeignProduct { .. } => "unknown_product",
            Self::NoAmendment { .. } => "no_amendment",
            Self::ContractMoved { .. } => "contract_moved",
            Self::Amendment(error) => error.code(),
            Self::Pricing(error) => error.code(),
        }
    }
}
