use chrono::NaiveDate;
use l2c_documents::Faults;
use l2c_money::{Currency, Exact, Money, MoneyError, Unit};

use l2c_rules::FactType;

use crate::{ProductId, Violation};

/// What can be wrong with a pricing document or a request.
///
/// The text of a message may change; [`PricingError::code`] is stable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PricingError {
    /// A document has faults; all of them are listed.
    #[error(transparent)]
    InvalidDocument(#[from] Faults),
    /// A request without lines.
    #[error("a request needs at least one line")]
    EmptyRequest,
    /// Two lines of a request carry one id.
    #[error("line `{line}` stands twice in the request: give each line its own id")]
    DuplicateLine {
        /// The id.
        line: String,
    },
    /// A line names a product that is not in the catalogue.
    #[error("line `{line}`: {product} is not in catalogue {catalogue}")]
    UnknownProduct {
        /// The line.
        line: String,
        /// The product.
        product: ProductId,
        /// The catalogue, by id and version.
        catalogue: String,
    },
    /// The price book has no price for a product or component, in that unit, on that date.
    #[error("line `{line}`: {price_book} has no price for {item} per {unit} on {date}")]
    NoPrice {
        /// The line.
        line: String,
        /// The product, or product and component.
        item: String,
        /// The unit of the quantity.
        unit: Unit,
        /// The date of the request.
        date: NaiveDate,
        /// The price book, by id and version.
        price_book: String,
    },
    /// What is wrong with the price of a line.
    #[error("line `{line}`: {error}")]
    Line {
        /// The line.
        line: String,
        /// What is wrong.
        error: Box<PricingError>,
    },
    /// A price book that there is not.
    #[error("there is no price book `{price_book}`")]
    UnknownBook {
        /// The id.
        price_book: String,
    },
    /// No entry of a price book holds, and there is no list price.
    #[error("{price_book} has no entry that holds, and the request has no list price: add one of them")]
    NoBookPrice {
        /// The price book, by id and version.
        price_book: String,
    },
    /// Two entries hold for a request, and the strategy cannot tell them apart.
    #[error(
        "{price_book}: {first} and {second} both hold, and nothing says which wins: rank them, or end one"
    )]
    AmbiguousRules {
        /// The price book, by id and version.
        price_book: String,
        /// The first entry.
        first: String,
        /// The other entry.
        second: String,
    },
    /// There is no exchange rate in the direction that is needed.
    #[error("there is no exchange rate from {from} to {to}: give one in this direction")]
    NoRate {
        /// The currency of the base.
        from: Currency,
        /// The currency of the price book.
        to: Currency,
    },
    /// An exchange rate that is not above zero.
    #[error("the exchange rate `{id}` is {rate}: a rate is above zero")]
    InvalidRate {
        /// The id of the rate.
        id: String,
        /// The rate.
        rate: Exact,
    },
    /// A unit that does not convert.
    #[error("there is no conversion for the unit {unit}: say how many stock units it holds")]
    UnknownUnit {
        /// The unit.
        unit: Unit,
    },
    /// A conversion of a unit that is not above zero.
    #[error("{factor} stock units in one {unit}: a factor is above zero")]
    InvalidUnitFactor {
        /// The unit.
        unit: Unit,
        /// The factor.
        factor: Exact,
    },
    /// A price is asked for a quantity below zero.
    #[error("a price for the quantity {quantity}: ask for zero or more; a return costs what its sale did")]
    NegativeQuantity {
        /// The quantity.
        quantity: Exact,
    },
    /// An attribute of a request that has not the type that the waterfall declares.
    #[error("attribute `{name}` is not a {expected}")]
    InvalidAttribute {
        /// The attribute.
        name: String,
        /// Its type.
        expected: FactType,
    },
    /// A step of a waterfall that has no price to work on, or a line that ends without one.
    #[error(
        "line `{line}`, step `{step}`: there is no price yet; set one before, or give the line a list price"
    )]
    NoRunningPrice {
        /// The line.
        line: String,
        /// The step, or the end of the line.
        step: String,
    },
    /// A quantity that a charge cannot price.
    #[error("{place}: {error}")]
    Charge {
        /// Where the charge stands.
        place: String,
        /// What is wrong.
        error: l2c_rating::RatingError,
    },
    /// A charge that has an amount for nothing, and so no price of one unit.
    #[error("{place}: {amount} for a quantity of zero is no price of one unit: ask for more than zero")]
    ChargeOfNothing {
        /// Where the charge stands.
        place: String,
        /// The amount.
        amount: Exact,
    },
    /// A term that a step cannot count.
    #[error("line `{line}`, step `{step}`: {error}")]
    Term {
        /// The line.
        line: String,
        /// The step.
        step: String,
        /// What is wrong.
        error: l2c_calendar::CalendarError,
    },
    /// A step that needs the cost of a line that has none.
    #[error("line `{line}`, step `{step}`: the line has no cost")]
    NoCost {
        /// The line.
        line: String,
        /// The step.
        step: String,
    },
    /// A price below a floor that refuses it.
    #[error("line `{line}`, step `{step}`: {value} is below the floor {floor}")]
    BelowFloor {
        /// The line.
        line: String,
        /// The guard.
        step: String,
        /// The floor, at the level of the step.
        floor: String,
        /// The figure.
        value: String,
    },
    /// Rules that exclude each other and have one priority.
    #[error("line `{line}`, step `{step}`: {rules} have one priority and exclude each other")]
    TiedRules {
        /// The line.
        line: String,
        /// The stack.
        step: String,
        /// The rules.
        rules: String,
    },
    /// A figure in another currency than the one it is to be used with.
    #[error("line `{line}`, step `{step}`: {found} where {expected} is due; convert it")]
    StepCurrency {
        /// The line.
        line: String,
        /// The step, or the end of the line.
        step: String,
        /// The currency of the figure.
        found: Currency,
        /// The currency that is due.
        expected: Currency,
    },
    /// A figure that a line brings and a step cannot use.
    #[error("line `{line}`, step `{step}`: {value} is refused: {expected}")]
    InvalidInput {
        /// The line.
        line: String,
        /// The step.
        step: String,
        /// The figure.
        value: String,
        /// What would be right.
        expected: &'static str,
        /// The code of the error.
        code: &'static str,
    },
    /// A target total, but the waterfall has no negotiated step.
    #[error("waterfall {waterfall} has no `negotiated` step: add one, or ask without a target")]
    NoNegotiatedStep {
        /// The waterfall, by id and version.
        waterfall: String,
    },
    /// A target total in another currency than the price book.
    #[error("the target is in {target}, the price book in {price_book}: convert it first")]
    TargetCurrency {
        /// Currency of the target.
        target: Currency,
        /// Currency of the price book.
        price_book: Currency,
    },
    /// A target total that is finer than the minor unit.
    #[error("the target {target} is not a whole number of minor units")]
    TargetNotInMinorUnits {
        /// The target.
        target: Money,
    },
    /// A target total that no step reaches: it has the other sign, or nothing carries a difference.
    #[error("the target {target} cannot be reached from {total}: {reason}")]
    TargetUnreachable {
        /// The target.
        target: Money,
        /// The total before the negotiated step.
        total: Money,
        /// Why.
        reason: &'static str,
    },
    /// A selection that is not valid, and so cannot be quoted.
    #[error("{bundle} cannot be quoted like this: {violation}")]
    InvalidSelection {
        /// The bundle.
        bundle: ProductId,
        /// What is wrong first.
        violation: Box<Violation>,
    },
    /// A question to a configuration model is more work than was allowed.
    #[error(
        "the answer needs more than {steps} steps of search: choose more options first, or allow more steps"
    )]
    SearchLimit {
        /// How many were allowed.
        steps: u64,
    },
    /// A total that an adjustment cannot reach.
    #[error("{adjustment}: {target} cannot be reached from {total}: {reason}")]
    TotalUnreachable {
        /// Where the adjustment stands in its document.
        adjustment: String,
        /// The target.
        target: String,
        /// The total before.
        total: String,
        /// Why.
        reason: &'static str,
    },
    /// A line that is to be bought and to be rewarded.
    #[error("{adjustment}: line `{line}` is in both pools: keep them apart, or say `same_pool`")]
    OverlappingPools {
        /// Where the adjustment stands in its document.
        adjustment: String,
        /// The line.
        line: String,
    },
    /// A price that no discount keeps above its floor.
    #[error("{value} is refused: {expected}")]
    NoDiscountLimit {
        /// The figure.
        value: String,
        /// What would be right.
        expected: &'static str,
        /// The code of the error.
        code: &'static str,
    },
    /// Columns of a batch that do not fit each other.
    #[error("column `{column}` has {found} values: it needs {expected}")]
    ColumnLength {
        /// The column.
        column: String,
        /// How many values it has.
        found: usize,
        /// How many the others ask for.
        expected: usize,
    },
    /// A value of a batch outside the limits that a batch is exact in.
    #[error("row {row} of column `{column}` is {found}; expected {expected}")]
    ColumnValue {
        /// The column.
        column: String,
        /// The index of the value.
        row: usize,
        /// The value.
        found: i64,
        /// What would be right.
        expected: String,
    },
    /// A step or a schedule that columns are not computed under.
    #[error("columns are not priced by {part}: {reason}; price these lines one by one")]
    NotInBatch {
        /// The step, the schedule or the column.
        part: String,
        /// Why.
        reason: String,
    },
    /// A stored priced quote does not agree with itself.
    #[error("priced quote, {place}: {stored} is stored, its parts give {derived}")]
    InconsistentFigures {
        /// Which figure.
        place: String,
        /// The figure as stored.
        stored: String,
        /// The figure as its parts give it.
        derived: String,
    },
    /// A figure outside the bounds of its type.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl PricingError {
    /// A stable code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidDocument(faults) => faults.code(),
            Self::EmptyRequest => "empty_request",
            Self::DuplicateLine { .. } => "duplicate_line",
            Self::UnknownProduct { .. } => "unknown_product",
            Self::Line { error, .. } => error.code(),
            Self::UnknownBook { .. } => "unknown_book",
            Self::NoRate { .. } => "no_rate",
            Self::InvalidRate { .. } => "invalid_rate",
            Self::UnknownUnit { .. } => "unknown_uom",
            Self::InvalidUnitFactor { .. } => "invalid_unit_factor",
            Self::NegativeQuantity { .. } => "negative_quantity",
            Self::NoPrice { .. } | Self::NoBookPrice { .. } | Self::NoRunningPrice { .. } => "no_price",
            Self::InvalidAttribute { .. } => "mistyped_fact",
            Self::Charge { error, .. } => error.code(),
            Self::ChargeOfNothing { .. } => "zero_quantity",
            Self::Term { error, .. } => error.code(),
            Self::NoCost { .. } => "no_cost",
            Self::BelowFloor { .. } => "below_floor",
            Self::AmbiguousRules { .. } | Self::TiedRules { .. } => "ambiguous_rules",
            Self::StepCurrency { .. } => "currency_mismatch",
            Self::InvalidInput { code, .. } | Self::NoDiscountLimit { code, .. } => code,
            Self::OverlappingPools { .. } => "overlapping_pools",
            Self::NoNegotiatedStep { .. } => "no_negotiated_step",
            Self::TargetCurrency { .. } => "currency_mismatch",
            Self::TargetNotInMinorUnits { .. } => "not_in_minor_units",
            Self::TargetUnreachable { .. } | Self::TotalUnreachable { .. } => "target_unreachable",
            Self::InvalidSelection { .. } => "invalid_selection",
            Self::SearchLimit { .. } => "search_limit",
            Self::ColumnLength { .. } => "column_length",
            Self::ColumnValue { .. } => "column_value",
            Self::NotInBatch { .. } => "not_in_batch",
            Self::InconsistentFigures { .. } => "inconsistent_figures",
            Self::Money(error) => error.code(),
        }
    }
}
