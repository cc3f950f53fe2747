//! Price books and the price waterfall: from a list price to a net amount, in steps that are data.
//!
//! An [`Engine`] is built once from checked documents. It prices a request, or prices it and says why.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod catalogue;
mod document;
mod engine;
mod error;
mod line;
mod price_book;
mod priced_quote;
mod request;
mod waterfall;

pub use catalogue::{
    Catalogue, CatalogueDocument, Component, ComponentDocument, MakeUp, Product, ProductDocument, ProductId,
};
pub use document::DocumentRef;
pub use engine::{Engine, ExplainedQuote};
pub use error::{Fault, PricingError};
pub use price_book::{PriceBook, PriceBookDocument, PriceEntry, PriceEntryDocument};
pub use priced_quote::{FloorViolation, PricedLine, PricedQuote, WaterfallRow};
pub use request::{PriceRequest, RequestLine};
pub use waterfall::{
    LINE_ROUNDING, LIST, MAX_STEPS, PercentStepDocument, StepDocument, Waterfall, WaterfallDocument,
};
