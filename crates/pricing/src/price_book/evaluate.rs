//! What the winning entry comes to: fixed prices and formulas, in the unit of the request.

use std::collections::BTreeMap;

use l2c_explain::{Figure, Note, Recorder};
use l2c_money::{Currency, Exact, Unit};

use crate::PricingError;
use crate::charged_price::unit_price;
use crate::price_book::selection::{contenders, select};
use crate::price_book::{Formula, PriceBook, PriceBooks, PriceEntry, PriceQuery, PriceRule};

/// A price of one unit of the request, in the currency of its book.
#[derive(Clone)]
pub(super) struct Found<M> {
    /// The entry by its place among those of the book; `None`: the list price.
    pub(super) entry: Option<usize>,
    pub(super) price: Figure<M>,
    /// The floor of one unit of the request.
    pub(super) floor: Option<Exact>,
}

/// Finds prices for one request. Each book is asked once, however many others build on it.
pub(super) struct Evaluation<'a, R: Recorder> {
    pub(super) books: &'a PriceBooks,
    pub(super) query: &'a PriceQuery<'a>,
    pub(super) rec: &'a mut R,
    known: BTreeMap<usize, Result<Found<R::Mark>, PricingError>>,
}

impl<'a, R: Recorder> Evaluation<'a, R> {
    pub(super) fn new(
        books: &'a PriceBooks,
        query: &'a PriceQuery<'a>,
        rec: &'a mut R,
    ) -> Result<Self, PricingError> {
        if query.quantity.is_negative() {
            return Err(PricingError::NegativeQuantity {
                quantity: query.quantity.clone(),
            });
        }
        if let Some(units) = query.units {
            units.of(query.unit)?;
        }
        Ok(Self {
            books,
            query,
            rec,
            known: BTreeMap::new(),
        })
    }

    /// The price that a book gives. Books build on each other without a cycle and at most
    /// [`MAX_DERIVATION`](crate::MAX_DERIVATION) deep.
    pub(super) fn of_book(&mut self, at: usize) -> Result<Found<R::Mark>, PricingError> {
        if let Some(found) = self.known.get(&at) {
            return found.clone();
        }
        let found = self.find(at);
        self.known.insert(at, found.clone());
        found
    }

    fn find(&mut self, at: usize) -> Result<Found<R::Mark>, PricingError> {
        let books = self.books;
        let book = books.at(at)?;
        let selection = &books.selection;
        let mut found = contenders(selection, book, self.query)?;
        let best = select(selection, book, &mut found, |entry| {
            Ok(self.of_entry(book, entry)?.value)
        })?;
        match best.and_then(|best| found.get(best)) {
            Some(winner) => Ok(Found {
                entry: Some(winner.entry.index),
                price: self.of_entry(book, winner.entry)?,
                floor: self.floor(book, winner.entry)?,
            }),
            None => Ok(Found {
                entry: None,
                price: self.list_price(book, self.query.unit)?,
                floor: None,
            }),
        }
    }

    pub(super) fn of_entry(
        &mut self,
        book: &PriceBook,
        entry: &PriceEntry,
    ) -> Result<Figure<R::Mark>, PricingError> {
        let price = match &entry.rule {
            PriceRule::Fixed(price) => self.rec.input(price.exact(), || {
                let note = Note::new("list price").money(book.currency());
                note.cite(book.document().cite(&entry.name()))
            }),
            PriceRule::Charge(charge) => {
                let quantity = if entry.unit == self.query.unit {
                    self.query.quantity.clone()
                } else {
                    &self.query.quantity * self.ratio(entry.unit, self.query.unit)?
                };
                let (document, name) = (book.document(), entry.name());
                let cite = |path: &str| document.cite(&format!("{name}.charge.{path}"));
                let place = || format!("{document} {name}");
                unit_price(self.rec, charge, &quantity, &cite, place)?
            }
            PriceRule::Formula(formula) => self.formula(book, entry, formula)?,
        };
        self.per_unit(price, entry.unit, self.query.unit, book.currency())
    }

    /// The floor of one unit of the request. A formula that states none has that of the price it is based on, converted.
    fn floor(&mut self, book: &PriceBook, entry: &PriceEntry) -> Result<Option<Exact>, PricingError> {
        let Some(floor) = entry.floor else {
            let PriceRule::Formula(formula) = &entry.rule else {
                return Ok(None);
            };
            let Some(base) = &formula.base_book else {
                return Ok(None);
            };
            let at = self.books.position(base)?;
            let of = self.books.at(at)?.currency();
            let floor = self.of_book(at)?.floor;
            return match floor {
                Some(floor) if of != book.currency() => {
                    let rates = self.query.rates.ok_or(PricingError::NoRate {
                        from: of,
                        to: book.currency(),
                    })?;
                    Ok(Some(floor * rates.rate(of, book.currency())?.1))
                }
                floor => Ok(floor),
            };
        };
        if entry.unit == self.query.unit {
            return Ok(Some(floor.exact()));
        }
        let ratio = self.ratio(entry.unit, self.query.unit)?;
        Ok(Some(floor.exact() * ratio))
    }

    /// How many of one unit there are in one of another.
    fn ratio(&self, from: Unit, to: Unit) -> Result<Exact, PricingError> {
        let units = self.query.units.ok_or(PricingError::UnknownUnit { unit: from })?;
        Ok(units.of(to)?.checked_div(units.of(from)?)?)
    }

    /// Base, minus a percentage, rounded, plus an amount, between two distances from the base; per unit of the entry.
    fn formula(
        &mut self,
        book: &PriceBook,
        entry: &PriceEntry,
        formula: &Formula,
    ) -> Result<Figure<R::Mark>, PricingError> {
        let currency = book.currency();
        let base = match &formula.base_book {
            None => self.list_price(book, entry.unit)?,
            Some(id) => {
                let at = self.books.position(id)?;
                let of = self.books.at(at)?.currency();
                let price = self.of_book(at)?.price;
                let price = self.convert(price, of, currency)?;
                self.per_unit(price, self.query.unit, entry.unit, currency)?
            }
        };
        let cite = || book.document().cite(&format!("{}.formula", entry.name()));
        let money = |label: &str| Note::new(label).money(currency);
        let mut price = base.clone();
        if !formula.minus.is_zero() {
            let rate = self.rec.input(formula.minus.clone(), || {
                Note::new("taken off").percent().cite(cite())
            });
            let amount = self.rec.product(&base, &rate, || money("amount taken off"));
            price = self
                .rec
                .difference(&price, &amount, || money("base less the amount taken off"));
        }
        if let Some(rounding) = formula.rounding {
            price = self
                .rec
                .round(&price, rounding, currency, || money("rounded").cite(cite()))?;
        }
        if !formula.plus.is_zero() {
            let plus = self
                .rec
                .input(formula.plus.clone(), || money("surcharge").cite(cite()));
            price = self.rec.sum(&[&price, &plus], || money("with the surcharge"));
        }
        if let Some(margin) = &formula.min_margin {
            let margin = self
                .rec
                .input(margin.clone(), || money("least margin").cite(cite()));
            let least = self.rec.sum(&[&base, &margin], || money("base and least margin"));
            price = self
                .rec
                .maximum(&[&price, &least], || money("at least base and margin"));
        }
        if let Some(margin) = &formula.max_margin {
            let margin = self
                .rec
                .input(margin.clone(), || money("largest margin").cite(cite()));
            let most = self
                .rec
                .sum(&[&base, &margin], || money("base and largest margin"));
            price = self
                .rec
                .minimum(&[&price, &most], || money("at most base and margin"));
        }
        Ok(price)
    }

    /// The list price of the request in the currency of a book, for one of a unit.
    fn list_price(&mut self, book: &PriceBook, unit: Unit) -> Result<Figure<R::Mark>, PricingError> {
        let Some(list) = &self.query.list_price else {
            return Err(PricingError::NoBookPrice {
                price_book: book.document().to_string(),
            });
        };
        let price = self.rec.input(list.amount.clone(), || {
            Note::new("list price").money(list.currency)
        });
        let price = self.convert(price, list.currency, book.currency())?;
        self.per_unit(price, list.unit, unit, book.currency())
    }

    /// Converted with the rate in exactly that direction, unrounded.
    fn convert(
        &mut self,
        price: Figure<R::Mark>,
        from: Currency,
        to: Currency,
    ) -> Result<Figure<R::Mark>, PricingError> {
        if from == to {
            return Ok(price);
        }
        let rates = self.query.rates.ok_or(PricingError::NoRate { from, to })?;
        let (id, rate) = rates.rate(from, to)?;
        let rate = self.rec.input(rate.clone(), || {
            let cite = l2c_explain::Citation::new("exchange rate", id);
            Note::new(format!("{to} for one {from}")).cite(cite)
        });
        Ok(self
            .rec
            .product(&price, &rate, || Note::new("converted").money(to)))
    }

    /// A price of one unit as the price of one of another.
    fn per_unit(
        &mut self,
        price: Figure<R::Mark>,
        from: Unit,
        to: Unit,
        currency: Currency,
    ) -> Result<Figure<R::Mark>, PricingError> {
        if from == to {
            return Ok(price);
        }
        let ratio = self.ratio(from, to)?;
        let ratio = self.rec.input(ratio, || {
            Note::new(format!("{} in one {}", from.name(), to.name()))
        });
        Ok(self.rec.product(&price, &ratio, || {
            Note::new(format!("per {}", to.name())).money(currency)
        }))
    }
}
