use l2c_calendar::{NaiveDate, Period};
use l2c_documents::Faults;
use l2c_money::{Exact, Money, MoneyError};

use crate::{
    MAX_MINOR_UNITS, MAX_TERM_MONTHS, Obligation, Paragraph, RevenueContractId, RevenueError, RevenueEvent,
};

/// Why a command is refused; nothing has changed.
///
/// The text of a message may change; [`RevenueRefusal::code`] is stable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RevenueRefusal {
    /// A contract begins with its inception.
    #[error(
        "`{command}` is refused before the inception of the contract ({})",
        Paragraph::CONTRACT
    )]
    NotBegun {
        /// The command.
        command: &'static str,
    },
    /// A contract begins once; other terms are a modification or another contract.
    #[error("{contract} has begun on {inception} on other terms: another contract needs another id")]
    AlreadyBegun {
        /// The contract.
        contract: RevenueContractId,
        /// The day of its inception.
        inception: NaiveDate,
    },
    /// Something is said to have happened before there was a contract.
    #[error(
        "`{command}` on {effective} is before the inception on {inception} ({})",
        Paragraph::CONTRACT
    )]
    BeforeInception {
        /// The command.
        command: &'static str,
        /// The day on which it is said to have become true.
        effective: NaiveDate,
        /// The day of the inception.
        inception: NaiveDate,
    },
    /// An obligation that the contract does not have.
    #[error(
        "{contract} promises no `{obligation}`, it promises {promised} ({})",
        Paragraph::OBLIGATIONS
    )]
    UnknownObligation {
        /// The contract.
        contract: RevenueContractId,
        /// The name in the command.
        obligation: String,
        /// What there is.
        promised: String,
    },
    /// A name that nothing in the contract has.
    #[error("there is no {what} `{name}`")]
    UnknownReference {
        /// What is named.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A fact that does not fit how an obligation is satisfied.
    #[error(
        "`{fact}` does not fit `{obligation}`, which is satisfied {measure}: {instead} ({})",
        Paragraph::PROGRESS
    )]
    WrongMeasure {
        /// The obligation.
        obligation: String,
        /// The fact.
        fact: &'static str,
        /// How the obligation is satisfied.
        measure: &'static str,
        /// What satisfies it.
        instead: &'static str,
    },
    /// Progress below zero or above the whole.
    #[error(
        "progress of `{obligation}` would be {found}, expected {expected} ({})",
        Paragraph::PROGRESS
    )]
    ProgressOutOfRange {
        /// The obligation.
        obligation: String,
        /// The progress, or the units.
        found: String,
        /// What would be right.
        expected: String,
    },
    /// A milestone is reached once.
    #[error(
        "`{milestone}` of `{obligation}` is reached already ({})",
        Paragraph::PROGRESS
    )]
    MilestoneReached {
        /// The obligation.
        obligation: String,
        /// The milestone.
        milestone: String,
    },
    /// Performance before the criteria of a contract are met, where the policy refuses it.
    #[error(
        "`{command}` on {effective} is before the criteria of a contract are met ({})",
        Paragraph::CONTRACT
    )]
    CriteriaNotMet {
        /// The fact.
        command: &'static str,
        /// Its date.
        effective: NaiveDate,
    },
    /// Nothing is performed or promised after the end.
    #[error(
        "`{command}` on {effective}: the contract ended on {on} ({})",
        Paragraph::MODIFICATION
    )]
    ContractTerminated {
        /// The fact.
        command: &'static str,
        /// Its date.
        effective: NaiveDate,
        /// The day of the end.
        on: NaiveDate,
    },
    /// More units came back than were delivered.
    #[error(
        "{returned} units of `{obligation}` returned, {delivered} delivered ({})",
        Paragraph::RETURNS
    )]
    ReturnExceedsDelivery {
        /// The obligation.
        obligation: String,
        /// Returned in all.
        returned: String,
        /// Delivered.
        delivered: String,
    },
    /// A modification of a contract of which everything is satisfied.
    #[error(
        "`{modification}` changes nothing that remains: add an obligation, or concede a part of the price ({})",
        Paragraph::MODIFICATION
    )]
    NothingRemaining {
        /// The modification.
        modification: String,
    },
    /// A modification is told once.
    #[error("modification `{modification}` is recorded already: another one needs a name of its own")]
    DuplicateModification {
        /// The modification.
        modification: String,
    },
    /// An obligation is promised once.
    #[error(
        "`{obligation}` is promised already: another one needs a name of its own ({})",
        Paragraph::OBLIGATIONS
    )]
    DuplicateObligation {
        /// The obligation.
        obligation: String,
    },
    /// An element of the consideration has a name of its own.
    #[error(
        "the consideration has `{element}` already ({})",
        Paragraph::TRANSACTION_PRICE
    )]
    DuplicateElement {
        /// The element.
        element: String,
    },
    /// A modification changes the term or the units of an obligation, and does not say what is worth what then.
    #[error(
        "`{obligation}` changes on {effective}: state `ssp_remaining` as of that date ({})",
        Paragraph::PROSPECTIVE
    )]
    StandalonePriceRequired {
        /// The obligation.
        obligation: String,
        /// The date of the modification.
        effective: NaiveDate,
    },
    /// An estimate that none of the outcomes allows.
    #[error(
        "the estimate {amount} of `{element}` is outside its outcomes, {lowest} to {highest} ({})",
        Paragraph::VARIABLE
    )]
    EstimateOutsideOutcomes {
        /// The element.
        element: String,
        /// The estimate.
        amount: Money,
        /// The smallest outcome.
        lowest: Money,
        /// The largest outcome.
        highest: Money,
    },
    /// An amount that is agreed is no estimate; only what can vary is estimated anew.
    #[error(
        "`{element}` is no varying amount: a modification changes it, no estimate ({})",
        Paragraph::REASSESSMENT
    )]
    NotAnEstimate {
        /// The element.
        element: String,
    },
    /// A royalty is in the price once the sales or usage have occurred, however surely they are expected.
    #[error(
        "`{element}` is a royalty: none of it is in the price before the sales or usage; tell these as they occur, of a \
         `usage` element ({})",
        Paragraph::ROYALTY
    )]
    RoyaltyBeforeUse {
        /// The element.
        element: String,
    },
    /// More is credited or given up than is receivable.
    #[error(
        "on {effective} credits exceed the receivable by {excess} ({})",
        Paragraph::RECEIVABLE
    )]
    CreditExceedsReceivable {
        /// The day.
        effective: NaiveDate,
        /// By how much.
        excess: String,
    },
    /// More is paid back than is owed.
    #[error(
        "on {effective} refunds exceed what is owed by {excess} ({})",
        Paragraph::REFUND_LIABILITY
    )]
    RefundExceedsLiability {
        /// The day.
        effective: NaiveDate,
        /// By how much.
        excess: String,
    },
    /// Opening balances that do not fit the terms.
    #[error("the opening balances of {effective} have {found}; expected {expected}")]
    InvalidOpening {
        /// The day.
        effective: NaiveDate,
        /// What they have.
        found: String,
        /// What would be right.
        expected: String,
    },
    /// A service that would end before it begins.
    #[error("the service of `{obligation}` would run from {start} to {last}: it ends before it begins")]
    InvalidTerm {
        /// The obligation.
        obligation: String,
        /// Its first day.
        start: NaiveDate,
        /// Its last day.
        last: NaiveDate,
    },
    /// An amount or a quantity out of its range.
    #[error("`{field}` is {value}, expected {expected}")]
    InvalidQuantity {
        /// The field.
        field: &'static str,
        /// Its value.
        value: String,
        /// What would be right.
        expected: String,
    },
    /// An amount in another currency, or finer than the minor unit.
    #[error("`{field}` is {amount}: {source}")]
    InvalidMoney {
        /// The field.
        field: &'static str,
        /// The amount.
        amount: Money,
        /// Why.
        source: MoneyError,
    },
    /// An obligation or an element that joins the contract is not sound; every fault is listed.
    #[error(transparent)]
    InvalidDocument(Faults),
    /// A fact that would make a later one impossible.
    #[error("with it, `{fact}` on {effective} (sequence {sequence}) is impossible: {refusal}")]
    Contradicts {
        /// The later fact.
        fact: &'static str,
        /// Its date.
        effective: NaiveDate,
        /// Its number.
        sequence: u64,
        /// Why.
        refusal: Box<RevenueRefusal>,
    },
    /// Figures that cannot be computed with it.
    #[error(transparent)]
    Figures(Box<RevenueError>),
    /// Control passes once.
    #[error("`{obligation}` is satisfied since {on} ({})", Paragraph::SATISFACTION)]
    AlreadySatisfied {
        /// The obligation.
        obligation: String,
        /// The day on which control passed.
        on: NaiveDate,
    },
    /// A service has one period.
    #[error("the period of `{obligation}` is {period} already ({})", Paragraph::PROGRESS)]
    AlreadyStarted {
        /// The obligation.
        obligation: String,
        /// Its period.
        period: Period,
    },
    /// A service that is too long to be scheduled by month.
    #[error("the period of `{obligation}`, {period}, is longer than {MAX_TERM_MONTHS} months")]
    TermTooLong {
        /// The obligation.
        obligation: String,
        /// The period in the command.
        period: Period,
    },
    /// A document is recorded once.
    #[error("{document} is recorded with {amount} on {on} already: a correction is a document of its own")]
    DocumentRecorded {
        /// The invoice or credit note.
        document: String,
        /// The amount recorded.
        amount: Money,
        /// The date recorded.
        on: NaiveDate,
    },
    /// A reference tells one fact of a kind.
    #[error(
        "`{command}` of `{reference}` is recorded on {on} with other content: another one needs a reference of its own"
    )]
    ReferenceUsed {
        /// The fact.
        command: &'static str,
        /// The reference in the command.
        reference: String,
        /// The date recorded.
        on: NaiveDate,
    },
    /// A contract bills so much in all, credit notes counted like invoices, that its figures would leave their bounds.
    #[error("with {amount} the documents of the contract come to more than {MAX_MINOR_UNITS} minor units")]
    TooMuchBilled {
        /// The amount in the command.
        amount: Money,
    },
    /// A fact that a contract begins or ends with, or a withdrawal.
    #[error(
        "`{fact}` on {effective} (sequence {sequence}) cannot be withdrawn: {}",
        stands(fact)
    )]
    NotWithdrawable {
        /// The fact.
        fact: &'static str,
        /// Its date.
        effective: NaiveDate,
        /// Its number.
        sequence: u64,
    },
    /// Each fact of a contract has a number of its own, so that the facts of one day have an order.
    #[error("sequence {sequence} is used by another fact of the contract")]
    SequenceUsed {
        /// The number in the context.
        sequence: u64,
    },
}

impl RevenueRefusal {
    /// A stable code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotBegun { .. } => "not_begun",
            Self::AlreadyBegun { .. } => "already_begun",
            Self::BeforeInception { .. } => "before_inception",
            Self::UnknownObligation { .. } => "unknown_obligation",
            Self::UnknownReference { .. } => "unknown_reference",
            Self::WrongMeasure { .. } => "wrong_measure",
            Self::ProgressOutOfRange { .. } => "progress_out_of_range",
            Self::MilestoneReached { .. } => "milestone_reached",
            Self::CriteriaNotMet { .. } => "contract_criteria_not_met",
            Self::ContractTerminated { .. } => "contract_terminated",
            Self::ReturnExceedsDelivery { .. } => "return_exceeds_delivery",
            Self::NothingRemaining { .. } => "nothing_remaining",
            Self::DuplicateModification { .. }
            | Self::DuplicateObligation { .. }
            | Self::DuplicateElement { .. } => "duplicate_id",
            Self::StandalonePriceRequired { .. } => "standalone_price_required",
            Self::EstimateOutsideOutcomes { .. } => "estimate_outside_outcomes",
            Self::NotAnEstimate { .. } => "not_an_estimate",
            Self::RoyaltyBeforeUse { .. } => "royalty_before_use",
            Self::CreditExceedsReceivable { .. } => "credit_exceeds_receivable",
            Self::RefundExceedsLiability { .. } => "refund_exceeds_liability",
            Self::InvalidOpening { .. } => "invalid_opening",
            Self::InvalidTerm { .. } => "invalid_term",
            Self::InvalidQuantity { .. } | Self::InvalidMoney { .. } => "invalid_amount",
            Self::InvalidDocument(faults) => faults.code(),
            Self::Contradicts { .. } => "contradicts_later_fact",
            Self::Figures(error) => error.code(),
            Self::AlreadySatisfied { .. } => "already_satisfied",
            Self::AlreadyStarted { .. } => "already_started",
            Self::TermTooLong { .. } => "term_too_long",
            Self::DocumentRecorded { .. } => "document_recorded",
            Self::ReferenceUsed { .. } => "reference_used",
            Self::TooMuchBilled { .. } => "too_much_billed",
            Self::NotWithdrawable { .. } => "not_withdrawable",
            Self::SequenceUsed { .. } => "sequence_used",
        }
    }
}

/// Why a fact cannot be withdrawn, and what to do.
fn stands(fact: &str) -> &'static str {
    match fact {
        "withdrawn" => "tell the fact that was withdrawn again, under a number of its own",
        "terminated" => "a contract ends once; what goes on is another contract",
        _ => {
            "a contract begins once; begun by mistake, it is left out of the books and begun under another id"
        }
    }
}

/// Why a fact cannot be taken in.
pub(crate) enum Flaw {
    Refusal(Box<RevenueRefusal>),
    Error(Box<RevenueError>),
}

impl From<RevenueRefusal> for Flaw {
    fn from(refusal: RevenueRefusal) -> Self {
        Self::Refusal(Box::new(refusal))
    }
}

impl From<RevenueError> for Flaw {
    fn from(error: RevenueError) -> Self {
        Self::Error(Box::new(error))
    }
}

impl From<MoneyError> for Flaw {
    fn from(error: MoneyError) -> Self {
        RevenueError::from(error).into()
    }
}

impl From<Faults> for Flaw {
    fn from(faults: Faults) -> Self {
        RevenueRefusal::InvalidDocument(faults).into()
    }
}

impl Flaw {
    /// As an error of the figures of a contract with this fact.
    pub(crate) fn of(self, event: &RevenueEvent) -> RevenueError {
        match self {
            Self::Error(error) => *error,
            Self::Refusal(refusal) => RevenueError::ImpossibleFact {
                fact: event.fact.name(),
                effective: event.effective,
                sequence: event.sequence,
                refusal,
            },
        }
    }

    pub(crate) fn measure(obligation: &Obligation, fact: &'static str) -> Self {
        RevenueRefusal::WrongMeasure {
            obligation: obligation.id.clone(),
            fact,
            measure: obligation.measure.words(),
            instead: obligation.measure.advice(),
        }
        .into()
    }

    pub(crate) fn unknown(what: &'static str, name: &str) -> Self {
        RevenueRefusal::UnknownReference {
            what,
            name: name.to_owned(),
        }
        .into()
    }

    pub(crate) fn amount(field: &'static str, value: &Exact, expected: &str) -> Self {
        RevenueRefusal::InvalidQuantity {
            field,
            value: value.to_string(),
            expected: expected.to_owned(),
        }
        .into()
    }

    pub(crate) fn progress(obligation: &str, found: &Exact) -> Self {
        RevenueRefusal::ProgressOutOfRange {
            obligation: obligation.to_owned(),
            found: found.to_string(),
            expected: "between 0 and 1".to_owned(),
        }
        .into()
    }

    pub(crate) fn units(obligation: &str, found: &Exact, most: &Exact) -> Self {
        RevenueRefusal::ProgressOutOfRange {
            obligation: obligation.to_owned(),
            found: format!("{found} units"),
            expected: format!("at most {most}"),
        }
        .into()
    }
}
