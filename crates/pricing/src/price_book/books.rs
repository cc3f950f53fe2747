use std::collections::BTreeMap;

use l2c_documents::{Check, Faults};
use l2c_explain::{Explanation, Figure, NoTrace, Recorder, Trace};
use l2c_money::{Currency, Exact};

use crate::PricingError;
use crate::names::check_name;
use crate::price_book::evaluate::Evaluation;
use crate::price_book::selection::{contenders, select};
use crate::price_book::{
    Candidate, PriceBook, PriceBooksDocument, PriceEntry, PriceQuery, PriceRule, SelectionDocument, Standing,
    Strategy, Ties,
};

/// How many books may build on each other.
pub const MAX_DERIVATION: usize = 64;

/// Checked price books: of the entries that hold for a request one wins, by a stated strategy.
///
/// ```
/// use std::collections::BTreeMap;
/// use l2c_money::{Exact, Unit};
/// use l2c_pricing::{PriceBooks, PriceQuery};
///
/// let books = PriceBooks::new(&serde_json::from_str(r#"{
///     "selection": {"strategy": {"by": "specificity", "attributes": ["customer", "segment", "product"]}},
///     "books": [
///         {"id": "list", "version": 4, "currency": "USD", "entries": [
///             {"product": "prd_suite", "price": "500"},
///             {"product": "prd_suite", "min_quantity": "100", "price": "450"}]},
///         {"id": "web", "version": 1, "currency": "USD", "entries": [
///             {"formula": {"base_book": "list", "minus_percent": "10"}},
///             {"match": {"customer": "C-17"}, "product": "prd_suite", "price": "399"}]}]}"#)?)?;
///
/// let ask = |customer, quantity| {
///     let attributes = BTreeMap::from([("product", "prd_suite"), ("customer", customer)]);
///     let at = "2026-03-05".parse::<l2c_calendar::Moment>()?;
///     let query = PriceQuery::new(attributes, Exact::integer(quantity), Unit::ONE, at);
///     Ok::<_, Box<dyn std::error::Error>>(books.price("web", &query)?.unit_price.to_string())
/// };
/// assert_eq!(ask("C-17", 5)?, "399");
/// assert_eq!(ask("C-18", 100)?, "405"); // 450 less 10 %
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceBooks {
    pub(super) selection: SelectionDocument,
    books: Vec<PriceBook>,
    places: BTreeMap<String, usize>,
}

/// The price that a book gives for a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundPrice<'a> {
    /// The book that was asked.
    pub book: &'a PriceBook,
    /// The entry; `None`: no entry holds, and the list price of the request does.
    pub entry: Option<&'a PriceEntry>,
    /// Price of one unit of the request, exact.
    pub unit_price: Exact,
    /// The price of one unit of the request below which a sale needs approval, exact.
    pub floor: Option<Exact>,
    /// Its currency: that of the book.
    pub currency: Currency,
}

/// A price and why it is what it is.
#[derive(Debug, Clone)]
pub struct ExplainedPrice<'a> {
    /// The price.
    pub found: FoundPrice<'a>,
    /// How it was computed.
    pub derivation: Explanation,
    /// The entries whose attributes fit, in the order of the book, each with how it fared.
    pub candidates: Vec<Candidate>,
}

impl PriceBooks {
    /// Checks the documents.
    ///
    /// # Errors
    /// Every fault: of an entry by itself, two books with one id, a base that there is not, books that build on each
    /// other in a circle or more than [`MAX_DERIVATION`] deep, and, unless the selection says otherwise, two entries
    /// of one book that it cannot tell apart.
    pub fn new(document: &PriceBooksDocument) -> Result<Self, Faults> {
        let (check, books) = Self::checked(document);
        check.finish(books)
    }

    /// What can be built of the documents, and their faults.
    pub(super) fn checked(document: &PriceBooksDocument) -> (Check, Self) {
        let mut check = Check::new("price books");
        let mut books = Vec::with_capacity(document.books.len());
        let mut places = BTreeMap::new();
        check_selection(&mut check, &document.selection);
        for (position, book) in document.books.iter().enumerate() {
            let prefix = format!("books[{position}].");
            check_name(&mut check, format!("{prefix}id"), &book.id);
            if let Some(first) = places.get(&book.id) {
                let message = format!(
                    "`{}` stands at books[{first}] already: give each book its own id",
                    book.id
                );
                check.fault(format!("{prefix}id"), "duplicate_book", message);
            } else {
                places.insert(book.id.clone(), position);
            }
            books.push(PriceBook::checked(&mut check, &prefix, book));
        }
        let this = Self {
            selection: document.selection.clone(),
            books,
            places,
        };
        this.check_bases(&mut check);
        if document.selection.ties == Ties::Refused {
            for (position, book) in this.books.iter().enumerate() {
                check.extend(book.ties(&format!("books[{position}]"), &this.selection.strategy));
            }
        }
        (check, this)
    }

    /// A book by its id.
    #[must_use]
    pub fn book(&self, id: &str) -> Option<&PriceBook> {
        self.books.get(*self.places.get(id)?)
    }

    /// The books, in the order of the document.
    #[must_use]
    pub fn books(&self) -> &[PriceBook] {
        &self.books
    }

    /// The price of one unit that a book gives for a request.
    ///
    /// # Errors
    /// A book that there is not, a quantity below zero, a unit or an exchange rate that is missing, no price, or two
    /// entries that cannot be told apart.
    pub fn price(&self, book: &str, query: &PriceQuery<'_>) -> Result<FoundPrice<'_>, PricingError> {
        let at = self.position(book)?;
        Ok(self.record(&mut NoTrace, at, query)?.0)
    }

    /// The price of a book by its position, as a step of a larger derivation.
    pub(crate) fn record<R: Recorder>(
        &self,
        rec: &mut R,
        at: usize,
        query: &PriceQuery<'_>,
    ) -> Result<(FoundPrice<'_>, Figure<R::Mark>), PricingError> {
        let found = Evaluation::new(self, query, rec)?.of_book(at)?;
        let book = self.at(at)?;
        let price = FoundPrice {
            book,
            entry: found.entry.and_then(|entry| book.entries.get(entry)),
            unit_price: found.price.value.clone(),
            floor: found.floor,
            currency: book.currency(),
        };
        Ok((price, found.price))
    }

    /// The price with how it was computed and which entries were considered.
    ///
    /// # Errors
    /// As [`PriceBooks::price`].
    pub fn explain(&self, book: &str, query: &PriceQuery<'_>) -> Result<ExplainedPrice<'_>, PricingError> {
        let at = self.position(book)?;
        let mut trace = Trace::new();
        let (found, price) = self.record(&mut trace, at, query)?;
        Ok(ExplainedPrice {
            found,
            derivation: trace.finish(&price),
            candidates: self.candidates(book, query)?,
        })
    }

    /// The entries of a book whose attributes fit a request, in the order of the book, each with how it fared; also
    /// where there is no price because two of them tie.
    ///
    /// # Errors
    /// As [`PriceBooks::price`], but for ties and for no price.
    pub fn candidates(&self, book: &str, query: &PriceQuery<'_>) -> Result<Vec<Candidate>, PricingError> {
        let at = self.position(book)?;
        let book = self.at(at)?;
        let mut rec = NoTrace;
        let mut evaluation = Evaluation::new(self, query, &mut rec)?;
        let mut all = contenders(&self.selection, book, query)?;
        let price = |entry: &PriceEntry| Ok(evaluation.of_entry(book, entry)?.value);
        match select(&self.selection, book, &mut all, price) {
            Ok(_) | Err(PricingError::AmbiguousRules { .. }) => {}
            Err(error) => return Err(error),
        }
        let candidate = |contender: crate::price_book::selection::Contender<'_>| Candidate {
            book: book.document().to_string(),
            entry: contender.entry.name(),
            standing: contender.out.unwrap_or(Standing::Won),
        };
        Ok(all.into_iter().map(candidate).collect())
    }

    pub(crate) fn position(&self, id: &str) -> Result<usize, PricingError> {
        let place = self.places.get(id).copied();
        place.ok_or_else(|| PricingError::UnknownBook {
            price_book: id.to_owned(),
        })
    }

    pub(crate) fn at(&self, at: usize) -> Result<&PriceBook, PricingError> {
        let book = self.books.get(at);
        book.ok_or_else(|| PricingError::UnknownBook {
            price_book: format!("books[{at}]"),
        })
    }

    /// Every base is a book, and books build on each other without a circle.
    fn check_bases(&self, check: &mut Check) {
        // Of each book the books that it builds on, each with the place that says so.
        let mut bases: Vec<BTreeMap<usize, String>> = Vec::with_capacity(self.books.len());
        for (position, book) in self.books.iter().enumerate() {
            let mut of_book = BTreeMap::new();
            for entry in &book.entries {
                let PriceRule::Formula(formula) = &entry.rule else {
                    continue;
                };
                let Some(id) = &formula.base_book else { continue };
                let path = format!("books[{position}].{}.formula.base_book", entry.path());
                match self.places.get(id) {
                    Some(base) => {
                        of_book.entry(*base).or_insert(path);
                    }
                    None => {
                        let message = format!("there is no book `{id}`");
                        let fault = l2c_documents::Fault::new(path, "unknown_book", message);
                        check.extend([fault.among(self.places.keys().cloned())]);
                    }
                }
            }
            bases.push(of_book);
        }
        // Books whose bases are all settled are settled, layer by layer; what is left lies on or before a circle.
        let mut waiting: BTreeMap<usize, usize> = BTreeMap::new();
        let mut built_on: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (position, of_book) in bases.iter().enumerate() {
            waiting.insert(position, of_book.len());
            for base in of_book.keys() {
                built_on.entry(*base).or_default().push(position);
            }
        }
        let ready = |waiting: &BTreeMap<usize, usize>| -> Vec<usize> {
            waiting
                .iter()
                .filter(|(_, open)| **open == 0)
                .map(|(position, _)| *position)
                .collect()
        };
        let mut layer = ready(&waiting);
        let mut depth = 0_usize;
        while !layer.is_empty() {
            depth = depth.saturating_add(1);
            let mut next = Vec::new();
            for settled in &layer {
                waiting.remove(settled);
                if depth > MAX_DERIVATION {
                    let message = format!("more than {MAX_DERIVATION} books build on each other here");
                    check.fault(format!("books[{settled}]"), "too_deep", message);
                }
                for above in built_on.get(settled).into_iter().flatten() {
                    if let Some(open) = waiting.get_mut(above) {
                        *open = open.saturating_sub(1);
                        if *open == 0 {
                            next.push(*above);
                        }
                    }
                }
            }
            layer = next;
        }
        if let Some((path, circle)) = self.circle(&bases, &waiting) {
            let message = format!("the books build on each other in a circle: {circle}");
            check.fault(path, "price_book_cycle", message);
        }
    }

    /// One circle among the books that could not be settled: from each of them a base leads to another of them.
    fn circle(
        &self,
        bases: &[BTreeMap<usize, String>],
        left: &BTreeMap<usize, usize>,
    ) -> Option<(String, String)> {
        let mut at = *left.keys().next()?;
        let mut seen: Vec<usize> = Vec::new();
        let mut met: BTreeMap<usize, usize> = BTreeMap::new();
        while !met.contains_key(&at) {
            met.insert(at, seen.len());
            seen.push(at);
            at = *bases.get(at)?.keys().find(|base| left.contains_key(base))?;
        }
        let circle = seen.get(*met.get(&at)?..)?;
        let path = bases.get(*circle.last()?)?.get(&at)?.clone();
        let ids: Vec<&str> = circle
            .iter()
            .chain([&at])
            .take(10)
            .filter_map(|book| Some(self.books.get(*book)?.document().id.as_str()))
            .collect();
        Some((path, ids.join(" -> ")))
    }
}

impl From<PriceBook> for PriceBooks {
    /// A plain list alone: the entry of exactly the product, or of exactly the component, has the price.
    fn from(book: PriceBook) -> Self {
        let accesses = vec![
            vec!["component".to_owned(), "product".to_owned()],
            vec!["product".to_owned()],
        ];
        Self {
            selection: SelectionDocument {
                strategy: Strategy::AccessSequence { accesses },
                ties: Ties::Refused,
                zero_is_no_price: false,
            },
            places: BTreeMap::from([(book.document().id.clone(), 0)]),
            books: vec![book],
        }
    }
}

fn check_selection(check: &mut Check, selection: &SelectionDocument) {
    let path = "selection.strategy";
    match &selection.strategy {
        Strategy::Specificity { attributes } => distinct(check, &format!("{path}.attributes"), attributes),
        Strategy::AccessSequence { accesses } => {
            for (index, access) in accesses.iter().enumerate() {
                distinct(check, &format!("{path}.accesses[{index}]"), access);
            }
        }
        Strategy::Priority | Strategy::BestPrice => {}
    }
}

fn distinct(check: &mut Check, path: &str, names: &[String]) {
    let mut seen = BTreeMap::new();
    for (index, name) in names.iter().enumerate() {
        if let Some(first) = seen.insert(name, index) {
            let message = format!("`{name}` stands at [{first}] already");
            check.fault(format!("{path}[{index}]"), "duplicate_attribute", message);
        }
    }
}
