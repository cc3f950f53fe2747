use l2c_explain::{Citation, Figure, Note, Recorder};
use l2c_money::{Currency, RoundingPolicy};

use crate::{Book, Paragraph, RevenueError};

/// Under what a price is determined: the document it stands in, and the conventions and elections that count there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PriceContext<'a> {
    /// The currency of every amount.
    pub(crate) currency: Currency,
    /// How figures are rounded to the minor unit.
    pub(crate) rounding: RoundingPolicy,
    /// The standard.
    pub(crate) book: Book,
    /// Whether taxes collected for an authority are left out of the price (606-10-32-2A).
    pub(crate) exclude_sales_tax: bool,
    /// Whether financing of at most a year is left out of account (606-10-32-18).
    pub(crate) one_year_expedient: bool,
    /// The id of the document, for citations.
    pub(crate) source: &'a str,
}

impl PriceContext<'_> {
    /// The conventions of nobody, to try a document with.
    pub(crate) const fn plain(currency: Currency) -> Self {
        Self {
            currency,
            rounding: RoundingPolicy::HALF_UP,
            book: Book::Ifrs15,
            exclude_sales_tax: false,
            one_year_expedient: true,
            source: "",
        }
    }

    /// A note about an amount, with its paragraph.
    pub(crate) fn note(&self, label: impl Into<String>, paragraph: Paragraph) -> Note {
        Note::new(label)
            .money(self.currency)
            .cite(self.book.cite(paragraph))
    }

    /// A place in the document.
    pub(crate) fn place(&self, list: &str, id: &str) -> Citation {
        Citation::new(self.source, format!("{list}[{id}]"))
    }

    /// A figure rounded to the minor unit.
    pub(crate) fn round<R: Recorder>(
        &self,
        rec: &mut R,
        figure: &Figure<R::Mark>,
        note: impl FnOnce() -> Note,
    ) -> Result<Figure<R::Mark>, RevenueError> {
        Ok(rec.round(figure, self.rounding, self.currency, note)?)
    }
}
