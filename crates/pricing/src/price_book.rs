//! Price books: which price holds for whom, for how much, in which unit and when.

mod book;
mod books;
mod candidate;
mod document;
mod entry;
mod evaluate;
mod lint;
mod query;
mod scope_index;
mod selection;
mod ties;

pub use book::PriceBook;
pub use books::{ExplainedPrice, FoundPrice, MAX_DERIVATION, PriceBooks};
pub use candidate::{Because, Candidate, Standing};
pub use document::{
    FormulaDocument, PriceBookDocument, PriceBooksDocument, PriceEntryDocument, SelectionDocument, SoldIn,
    Strategy, Ties,
};
pub use entry::{Formula, Knowledge, PriceEntry, PriceRule};
pub use lint::{Finding, Severity, lint};
pub use query::{ExchangeRates, ListPrice, PriceQuery, UnitFactors};
