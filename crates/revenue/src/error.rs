use l2c_calendar::{CalendarError, NaiveDate, Period};
use l2c_documents::Faults;
use l2c_host::{DateTime, Utc};
use l2c_ledger::LedgerError;
use l2c_money::{Currency, Decimal, Exact, Money, MoneyError};

use crate::contract_cost::ContractCostRefusal;
use crate::{Book, Convention, Paragraph, RevenueContractId, RevenueRefusal};

/// What can be wrong with a contract or a question about it.
///
/// The text of a message may change; [`RevenueError::code`] is stable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RevenueError {
    /// The terms of a contract cannot be accounted for; every fault is listed.
    #[error(transparent)]
    InvalidDocument(#[from] Faults),
    /// At that moment the contract was not in the books.
    #[error(
        "no inception was recorded by {known_at}: a contract begins with one; if it has, ask for a later moment"
    )]
    NotInBooks {
        /// The moment asked about.
        known_at: DateTime<Utc>,
    },
    /// A day before the opening balances of a contract that was taken over.
    #[error(
        "{contract} was taken over on {taken_over}: what it was at the end of {day} stands in the books of the other \
         system; ask for {opening}, the day of the opening balances, or a later day"
    )]
    BeforeTakeOver {
        /// The contract.
        contract: RevenueContractId,
        /// The day asked for.
        day: NaiveDate,
        /// The day on which it was taken over.
        taken_over: NaiveDate,
        /// The day before, at whose end its opening balances stand.
        opening: NaiveDate,
    },
    /// An obligation that the contract does not have.
    #[error("{contract} has no obligation `{obligation}`")]
    UnknownObligation {
        /// The contract.
        contract: RevenueContractId,
        /// The name asked for.
        obligation: String,
    },
    /// A billing in another currency than the contract's, among facts that no contract has decided.
    #[error("{contract} is in {currency}, but `{document}` bills {amount}: bill it in {currency}")]
    BilledInOtherCurrency {
        /// The contract.
        contract: RevenueContractId,
        /// Its currency.
        currency: Currency,
        /// The invoice or credit note.
        document: String,
        /// What it bills.
        amount: Money,
    },
    /// One document with two amounts or dates, among facts that no contract has decided.
    #[error(
        "{contract} has `{document}` with {amount} and with {other}: a correction is a document of its own"
    )]
    BilledTwice {
        /// The contract.
        contract: RevenueContractId,
        /// The invoice or credit note.
        document: String,
        /// What it bills.
        amount: Money,
        /// What it bills another time.
        other: Money,
    },
    /// A fact that decides a question and is not recorded.
    #[error("{question}: `{fact}` decides and is not recorded ({paragraph})")]
    MissingFact {
        /// The question, as [`Judgement`](crate::judgement::Judgement) names it.
        question: &'static str,
        /// The fact.
        fact: &'static str,
        /// Where the standard asks for it.
        paragraph: Paragraph,
    },
    /// An election that the book does not have.
    #[error("{book} has no election {election}: only {paragraph} has; do not elect it")]
    ElectionNotAvailable {
        /// What it would be.
        election: &'static str,
        /// The paragraph of the other book.
        paragraph: Paragraph,
        /// The book.
        book: Book,
    },
    /// Too few observed prices lie close enough to their centre to establish a stand-alone selling price.
    #[error(
        "{inside} of {observed} observed prices of `{obligation}` lie in the band, a part of {required} is required: \
         observe more sales, or estimate the price ({})",
        Paragraph::ESTIMATE
    )]
    StandalonePriceNotEstablished {
        /// The obligation.
        obligation: String,
        /// The number of prices in the band.
        inside: usize,
        /// The number of prices.
        observed: usize,
        /// The part that is required.
        required: Decimal,
    },
    /// A name that a document does not have.
    #[error("`{document}` has no `{reference}`")]
    UnknownReference {
        /// The document.
        document: String,
        /// The name.
        reference: String,
    },
    /// Nothing to allocate by: no obligation, or none with a stand-alone selling price above zero.
    #[error("`{of}` has no stand-alone selling price above zero to allocate by ({paragraph})")]
    NoAllocationBasis {
        /// The contract, or the obligation.
        of: String,
        /// The rule of allocation.
        paragraph: Paragraph,
    },
    /// Stated prices that are to be the allocation, but are not the price.
    #[error(
        "the stated prices of `{of}` sum to {stated}, but {price} is to be allocated: correct the prices, or always \
         reallocate ({})",
        Paragraph::ALLOCATION
    )]
    PricesDoNotSum {
        /// The contract.
        of: String,
        /// The sum of the stated prices.
        stated: Box<Exact>,
        /// What is to be allocated.
        price: Box<Exact>,
    },
    /// A second obligation that would take what the others leave.
    #[error(
        "`{obligation}` is a second residual: estimate the price of all but one ({})",
        Paragraph::RESIDUAL
    )]
    ResidualAmbiguous {
        /// The obligation.
        obligation: String,
    },
    /// A residual that does not depict a price.
    #[error(
        "the residual for `{obligation}` is {residual}; expected {expected}: estimate its price by another method ({})",
        Paragraph::RESIDUAL
    )]
    ResidualNotFaithful {
        /// The obligation.
        obligation: String,
        /// What the others leave.
        residual: String,
        /// What it may be.
        expected: String,
    },
    /// Under US GAAP non-cash consideration is measured at the inception of the contract.
    #[error(
        "`{element}` is measured at receipt: under ASC 606 measure it at inception ({})",
        Paragraph::NON_CASH
    )]
    MeasurementDateNotAllowed {
        /// The part of the consideration.
        element: String,
    },
    /// A convention that weighs calendar months, and periods that are none.
    #[error("{convention:?} weighs calendar months: ask for calendar months, or count by day")]
    ConventionNeedsMonths {
        /// The convention.
        convention: Convention,
    },
    /// Columns of a batch that do not fit each other.
    #[error("column `{column}` has {found} values: it needs {expected}")]
    ColumnLength {
        /// The column.
        column: &'static str,
        /// How many values it has.
        found: usize,
        /// How many the others ask for.
        expected: usize,
    },
    /// A value of a batch outside the limits that a batch is exact in.
    #[error("row {row} of column `{column}` is {found}; expected {expected}")]
    ColumnValue {
        /// The column.
        column: &'static str,
        /// The index of the value.
        row: usize,
        /// The value.
        found: i64,
        /// What would be right.
        expected: String,
    },
    /// Periods that a batch cannot cut schedules into.
    #[error("the periods of a batch go wrong at index {index}: expected {expected}")]
    InvalidPeriods {
        /// The index of the first period that does not fit.
        index: usize,
        /// What would be right.
        expected: &'static str,
    },
    /// Facts about contract costs that do not fit them.
    #[error(transparent)]
    ContractCost(#[from] ContractCostRefusal),
    /// A fact that cannot have happened to the contract as it then was.
    #[error("`{fact}` on {effective} (sequence {sequence}): {refusal}")]
    ImpossibleFact {
        /// The fact.
        fact: &'static str,
        /// When it is said to have become true.
        effective: NaiveDate,
        /// Its number.
        sequence: u64,
        /// Why.
        refusal: Box<RevenueRefusal>,
    },
    /// A transaction in a foreign currency on a day without a rate.
    #[error(
        "no rate of exchange is known on {on}: give a spot rate of that day or an earlier one (ASC 830-10-55-10, IAS 21.21)"
    )]
    MissingRate {
        /// The day.
        on: NaiveDate,
    },
    /// A rate of exchange that is not above zero.
    #[error("the rate of exchange of {on} is {rate}, expected above zero")]
    InvalidRate {
        /// The day.
        on: NaiveDate,
        /// The rate.
        rate: Decimal,
    },
    /// A contract that is not translated: only billing, payments and revenue are.
    #[error(
        "{contract} has {what} on {on}: only billing, payments and revenue that rise are given in the functional currency"
    )]
    NotInFunctionalCurrency {
        /// The contract.
        contract: String,
        /// What it has.
        what: &'static str,
        /// The day.
        on: NaiveDate,
    },
    /// A question about a fact that the contract does not have.
    #[error("no fact known by then has the number {sequence}")]
    UnknownFact {
        /// The number asked for.
        sequence: u64,
    },
    /// Time bands that overlap or are out of order.
    #[error(
        "band {number}, {band}, begins before band {}, {before}, ends: state bands in order, each once",
        number.saturating_sub(1)
    )]
    BandsOverlap {
        /// The number of the band; the first is 1.
        number: usize,
        /// The band.
        band: Period,
        /// The band before it.
        before: Period,
    },
    /// A policy that columns are not computed under.
    #[error("columns are not computed under this `{field}`: take the contracts one by one")]
    PolicyNotInBatch {
        /// The field of the policy.
        field: &'static str,
    },
    /// An amount that cannot be computed with.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A date that cannot be computed with.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// Entries that cannot be posted.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl RevenueError {
    /// A stable code for programs; of a document, that of the first fault.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidDocument(faults) => faults.code(),
            Self::NotInBooks { .. } => "not_in_books",
            Self::BeforeTakeOver { .. } => "before_take_over",
            Self::UnknownObligation { .. } => "unknown_obligation",
            Self::BilledInOtherCurrency { .. } => "billed_in_other_currency",
            Self::BilledTwice { .. } => "billed_twice",
            Self::MissingFact { .. } => "missing_fact",
            Self::ElectionNotAvailable { .. } => "election_not_available",
            Self::StandalonePriceNotEstablished { .. } => "ssp_not_established",
            Self::UnknownReference { .. } => "unknown_reference",
            Self::NoAllocationBasis { .. } => "no_allocation_basis",
            Self::PricesDoNotSum { .. } => "prices_do_not_sum",
            Self::ResidualAmbiguous { .. } => "residual_ambiguous",
            Self::ResidualNotFaithful { .. } => "residual_not_faithful",
            Self::MeasurementDateNotAllowed { .. } => "measurement_date_not_allowed",
            Self::ConventionNeedsMonths { .. } => "convention_needs_months",
            Self::ColumnLength { .. } => "column_length",
            Self::ColumnValue { .. } => "column_value",
            Self::InvalidPeriods { .. } => "invalid_periods",
            Self::ContractCost(refusal) => refusal.code(),
            Self::MissingRate { .. } => "missing_rate",
            Self::InvalidRate { .. } => "invalid_rate",
            Self::NotInFunctionalCurrency { .. } => "functional_not_supported",
            Self::UnknownFact { .. } => "unknown_fact",
            Self::BandsOverlap { .. } => "bands_overlap",
            Self::PolicyNotInBatch { .. } => "policy_not_in_batch",
            Self::ImpossibleFact { refusal, .. } => refusal.code(),
            Self::Money(error) => error.code(),
            Self::Calendar(error) => error.code(),
            Self::Ledger(error) => error.code(),
        }
    }
}
