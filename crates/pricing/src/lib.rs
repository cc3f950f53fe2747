//! Price books and the price waterfall: from a list price to a net amount, in steps that are data.
//!
//! An [`Engine`] is built once from checked documents: what is sold, what it costs, how list becomes net and, where
//! there is such, what happens to the lines together. It prices a request, or prices it and says why.
//!
//! ```
//! use l2c_money::{Currency, Money, Quantity};
//! use l2c_pricing::{Catalogue, Engine, PriceBook, PriceRequest, ProductId, RequestLine, Waterfall};
//!
//! let catalogue = r#"{"id": "catalogue", "version": 1, "products": [{"id": "prd_GTXPro", "name": "GTX Pro"}]}"#;
//! let book = r#"{"id": "list-usd", "version": 4, "currency": "USD", "entries": [
//!     {"product": "prd_GTXPro", "price": "5624", "floor": "4500", "valid_from": "2017-01-01"}]}"#;
//! let waterfall = r#"{"id": "standard", "version": 1, "steps": [
//!     {"op": "discount", "id": "volume", "label": "Volume", "percent": "5", "when": {"fact": "quantity", "gte": "10"}},
//!     {"op": "negotiated", "id": "negotiated", "label": "Negotiated"}]}"#;
//! let engine = Engine::new(
//!     Catalogue::new(&serde_json::from_str(catalogue)?)?,
//!     PriceBook::new(&serde_json::from_str(book)?)?,
//!     Waterfall::new(&serde_json::from_str(waterfall)?)?,
//! )?;
//!
//! let line = RequestLine::new("1", ProductId::new("prd_GTXPro")?, Quantity::pieces(12));
//! let agreed = Money::from_minor(6_000_000, Currency::USD)?;
//! let request = PriceRequest::new("2017-03-05".parse()?, vec![line]).with_target(agreed);
//!
//! let amounts: Vec<String> = engine.price(&request)?.waterfall().iter().map(|row| row.amount_text(Currency::USD)).collect();
//! assert_eq!(amounts, ["67488.00", "-3374.40", "-4113.60"]); // list, volume, negotiated: 60,000.00 remain
//!
//! let why = engine.explain(&request)?.net_total();
//! assert_eq!(why.recompute()?, agreed.exact());
//! assert!(why.text().contains("list price: 5624.00 USD [list-usd v4 entries[0]]"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where things are
//! - [`Catalogue`]: products, and what each is made of ([`MakeUp`]).
//! - [`ConfigurationModel`], [`Configurator`]: what can be chosen of a bundle, what is missing, what contradicts
//!   what, the nearest valid choice, and its price.
//! - [`GuidedSelling`]: questions that narrow the catalogue before a bundle is configured.
//! - [`PriceBook`]: list prices or charges, and floors, with their dates, in one currency.
//! - [`PriceBooks`]: several books whose entries compete, for customers, quantities and days, or by formulas on each
//!   other; a [`Strategy`] says which wins, [`lint()`] what is probably not meant.
//! - [`Waterfall`]: the steps of a line as data ([`StepDocument`]), its rounding, the negotiated step. What a condition
//!   may test is listed at [`WaterfallDocument::facts`]. [`Waterfall::price`] prices one line alone; [`presets`] has
//!   documents to begin with.
//! - [`Adjustments`]: what happens to lines together, each with a waterfall of its own.
//! - [`Engine`], [`PriceRequest`], [`PricedQuote`], [`ExplainedQuote`]: the computation over a catalogue.
//! - [`DiscountLimit`], [`Engine::reach`], [`Adjustments::next_tier`], [`PricedLines::floor_room`]: what would be.
//! - [`Ramp`]: a term in segments with their own quantities, discounts and uplifts.
//! - [`batch`]: lines by the million, as columns of integers.
//!
//! # How a price comes about
//! 1. **List**: the price of the day times the quantity, exact. A product whose components have shares of its
//!    list price is rounded here and split over them by largest remainder, so that they add up to it.
//! 2. **Steps**, in their order, each on its line and exact. A step that does not apply stays visible with its
//!    reason, and so does a rule that loses to another. A discount never turns a line round. A waterfall that sets
//!    prices of its own works on the price of one unit until it is extended.
//! 3. **Rounding** of each line to whole minor units, named [`LINE_ROUNDING`], its residue a row of its own.
//!    Before that only a `round` step rounds, and a discount that says so.
//! 4. **Adjustments**, in their order: discounts of lines and orders, units for units, lines that are added, rounding
//!    of the document. The components of a product count as one thing.
//! 5. **Negotiated step**: the difference between the agreed total and the total so far, down or up, spread
//!    over the lines by their amounts, to the minor unit, by largest remainder. The nets add up to the agreed
//!    total exactly. Lines with the other sign than the total carry nothing of it.
//! 6. **Floors** are tested on the net, so that nothing slips below one through the document. A price below
//!    its floor keeps its figures and is reported as a [`FloorViolation`].
//!
//! A negative quantity gives negative amounts throughout. A return is the mirror of its sale, to the cent:
//! conditions see magnitudes, and floors compare unit prices.
//!
//! # Guarantees
//! Each is a law in `tests/laws.rs` or `tests/waterfall_laws.rs`: nets add up to the agreed total in any currency and sign; each net is
//! within one minor unit of its exact share; a target of list gives list; a step of 0 % changes nothing; a
//! return mirrors its sale; the order of lines does not matter but for ties; an explanation recomputes to
//! every net; components add up to their product.
//!
//! # Errors
//! | code | what the caller does |
//! |---|---|
//! | codes of a document (`duplicate_id`, `overlap`, `unknown_step`, `duplicate_option`, `invalid_model`, `unknown_option`, `cyclic_bundle`, `too_deep`, `too_large`, ...) | mend it; all [`Faults`] are listed with their paths |
//! | `empty_request`, `duplicate_line`, `negative_quantity` | mend the request |
//! | `unknown_product`, `no_price` | add the product or the price, or take another date or unit |
//! | `unknown_book` | ask for a book that there is |
//! | `ambiguous_rules` | rank the two entries or rules, or end one; the message names both |
//! | `no_rate`, `invalid_rate` | give an exchange rate in that direction |
//! | `unknown_uom`, `invalid_unit_factor` | say how many stock units there are in one of the unit |
//! | `no_cost` | give the line a cost |
//! | codes of [`RatingError`](l2c_rating::RatingError), `zero_quantity` | ask for a quantity that the charge prices |
//! | codes of [`CalendarError`](l2c_calendar::CalendarError) | mend the term of the line |
//! | `below_floor` | ask for a higher price, or let the guard flag it and have it approved |
//! | `percent_out_of_range`, `invalid_percent`, `invalid_factor`, `mistyped_fact` | mend the figure or attribute that the request brings |
//! | `overlapping_pools` | keep what is bought apart from what is rewarded |
//! | `invalid_price`, `floor_above_price` | no discount keeps that floor |
//! | `no_negotiated_step` | add the step to the waterfall, or ask without a target |
//! | `currency_mismatch` | convert the target, or add a `convert` step |
//! | `not_in_minor_units` | round the target |
//! | `target_unreachable` | agree on a total with the sign of the lines; for free lines let the step spread equally |
//! | `invalid_selection` | repair the selection ([`Configurator::repair`]) before it is quoted |
//! | `search_limit` | choose more before asking, or allow more work ([`ConfigurationModel::with_search_limit`]) |
//! | `column_length`, `column_value` | mend the column of the batch; the message names the row and what would be right |
//! | `not_in_batch` | price such lines one by one |
//! | `inconsistent_figures` | the stored figures were changed: restore them |
//! | codes of [`MoneyError`](l2c_money::MoneyError) | a figure is outside its published bounds |
//!
//! # What it is not
//! No coupons with budgets, no rebates after the fact. An [`Engine`] prices by one waterfall; lines with different ones
//! go through [`Adjustments`].
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod adjustment;
pub mod batch;
mod catalogue;
mod charged_price;
mod configuration;
mod discount_limit;
mod document;
mod engine;
mod error;
mod guided_selling;
mod line;
mod list_amount;
mod names;
pub mod presets;
mod price_book;
mod priced_lines;
mod priced_quote;
mod quote_of_lines;
mod quoted_lines;
mod ramp;
mod request;
mod waterfall;
mod waterfall_rows;
mod what_if;

// What the public API names of other crates, so that a program needs this one alone.
pub use chrono;
pub use l2c_calendar as calendar;
pub use l2c_explain as explain;
pub use l2c_host as host;
pub use l2c_money as money;
pub use l2c_rating as rating;
pub use l2c_rules as rules;

pub use adjustment::document::{
    AddItemDocument, AdjustmentDocument, AdjustmentsDocument, BuyGetDocument, DiscountDocument, FloorTest,
    Measure, MeasureTestDocument, PercentOfTotalDocument, PoolDocument, RewardDocument, RoundingLevel,
    TargetTotalDocument, TaxDocument, TaxLevel, TierDocument, TiersDocument, TotalBase,
};
pub use adjustment::{Adjustments, DOCUMENT_ROUNDING, LineComponent, LineToPrice, MAX_ADJUSTMENTS};
pub use catalogue::{
    Catalogue, CatalogueDocument, Component, ComponentDocument, MakeUp, Product, ProductDocument, ProductId,
};
pub use configuration::{
    AvailableOptions, BundlePrice, Circumstances, Closest, ConfigurationModel, ConfigurationModelDocument,
    ConfigurationRuleDocument, Configurator, Conflict, Constraint, DiscountScope, Listing, MAX_BUNDLE_DEPTH,
    MAX_CATALOGUE_OPTIONS, MAX_CONSTRAINTS, MAX_OPTIONS, NumberDocument, OpenGroup, OpenQuestions,
    OptionDocument, OptionGroupDocument, OptionPricing, OptionQuantityDocument, QuantityChoiceDocument,
    Remedy, Repair, SEARCH_STEPS, Selection, Violation,
};
pub use discount_limit::{DiscountLimit, PriceFloor};
pub use document::DocumentRef;
pub use engine::{Engine, ExplainedQuote};
pub use error::PricingError;
pub use guided_selling::{
    AnswerDocument, ExcludedProduct, Exclusion, GuidedSelling, GuidedSellingDocument, Narrowed, NextQuestion,
    QuestionDocument,
};
pub use l2c_documents::{Fault, Faults};
pub use price_book::{
    Because, Candidate, ExchangeRates, ExplainedPrice, Finding, Formula, FormulaDocument, FoundPrice,
    Knowledge, ListPrice, MAX_DERIVATION, PriceBook, PriceBookDocument, PriceBooks, PriceBooksDocument,
    PriceEntry, PriceEntryDocument, PriceQuery, PriceRule, SelectionDocument, Severity, SoldIn, Standing,
    Strategy, Ties, UnitFactors, lint,
};
pub use priced_lines::{AdjustedLine, AdjustmentOutcome, LineViolation, PricedLines};
pub use priced_quote::{AdjustmentRow, FloorViolation, PricedLine, PricedQuote, RuleRow, WaterfallRow};
pub use ramp::{
    ExplainedRamp, MAX_RAMP_SEGMENTS, PartialSegment, Ramp, RampDocument, RampPrice, RampSegment,
    RampSegmentDocument, UpliftMode,
};
pub use request::{PriceRequest, RequestLine};
pub use waterfall::document::{
    BoundDocument, ChangeStepDocument, ChargeStepDocument, ClampStepDocument, ConvertStepDocument,
    CostPlusStepDocument, GuardPolicy, GuardStepDocument, MarkStepDocument, Percentages, PriceStepDocument,
    ProrateStepDocument, Returns, RoundStepDocument, SignPolicy, StepDocument, WaterfallDocument,
};
pub use waterfall::line_price::{Effect, GuardViolation, Level, LinePrice, Skip, StepOutcome};
pub use waterfall::operand::Operand;
pub use waterfall::stack::document::{StackMode, StackOrder, StackRuleDocument, StackStepDocument, Tie};
pub use waterfall::stack::{ActiveRule, Lost, LostRule, StackOutcome};
pub use waterfall::{FLOOR, Input, LINE_ROUNDING, LIST, LineInput, MAX_RULES, MAX_STEPS, Waterfall};
pub use what_if::{FloorRoom, NextTier, TotalReached};
