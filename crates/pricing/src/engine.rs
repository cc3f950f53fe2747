use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use l2c_documents::{Fault, Faults};
use l2c_explain::{Explanation, Figure, NoTrace, Note, Recorder, StepId, Trace};
use l2c_money::{Currency, Exact, Money, Rounding, RoundingPolicy};
use l2c_rules::{FactType, Facts, Value};

use crate::adjustment::document::{FloorTest, RoundingLevel};
use crate::adjustment::working::{Opening, Working, WorkingLine};
use crate::line::OpenLine;
use crate::list_amount::ListAmounts;
use crate::priced_lines::LineViolation;
use crate::priced_quote::Parts;
use crate::{
    Adjustments, Catalogue, FLOOR, FloorViolation, Input, LineInput, PriceBooks, PriceRequest, PricedQuote,
    PricingError, Waterfall,
};

/// Prices requests by one catalogue, price books, one waterfall and, where there are any, adjustments.
///
/// The same request gives the same figures on every machine, forever.
#[derive(Debug, Clone)]
pub struct Engine {
    catalogue: Catalogue,
    price_books: PriceBooks,
    currency: Currency,
    pub(crate) waterfall: Waterfall,
    pub(crate) adjustments: Option<Adjustments>,
}

/// A priced request with the derivation of its figures.
#[derive(Debug, Clone)]
pub struct ExplainedQuote {
    quote: PricedQuote,
    trace: Trace,
    nets: Vec<Figure<StepId>>,
    net_total: Figure<StepId>,
}

struct Priced<M> {
    quote: PricedQuote,
    nets: Vec<Figure<M>>,
    net_total: Figure<M>,
}

impl Engine {
    /// An engine over checked documents: a catalogue, a [`PriceBook`](crate::PriceBook) or [`PriceBooks`], and a
    /// waterfall.
    ///
    /// # Errors
    /// Every fault, if there is no price book, one prices what the catalogue does not have, or the waterfall
    /// rounds finer than the currency of one.
    pub fn new(
        catalogue: Catalogue,
        price_books: impl Into<PriceBooks>,
        waterfall: Waterfall,
    ) -> Result<Self, Faults> {
        let price_books = price_books.into();
        for book in price_books.books() {
            book.check_against(&catalogue)?;
            waterfall.check_currency(book.currency())?;
        }
        waterfall.check_against(&catalogue)?;
        let Some(first) = price_books.books().first() else {
            let message = "there is none: write at least one";
            return Err(Faults::one(
                "price books",
                Fault::new("books", "missing_price", message),
            ));
        };
        Ok(Self {
            currency: first.currency(),
            catalogue,
            price_books,
            waterfall,
            adjustments: None,
        })
    }

    /// With what happens to the lines of a request together, before the negotiated step.
    ///
    /// # Errors
    /// Every fault: a line that is added without a product of the catalogue, an attribute that has another type in
    /// the waterfall, an id that the waterfall has, lines that would not be whole minor units.
    pub fn with_adjustments(mut self, adjustments: Adjustments) -> Result<Self, Faults> {
        adjustments.check_against(&self.catalogue, &self.waterfall)?;
        self.adjustments = Some(adjustments);
        Ok(self)
    }

    /// The catalogue.
    #[must_use]
    pub const fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The price books.
    #[must_use]
    pub const fn price_books(&self) -> &PriceBooks {
        &self.price_books
    }

    /// The currency of the first price book, which a request without one is priced in.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The waterfall.
    #[must_use]
    pub const fn waterfall(&self) -> &Waterfall {
        &self.waterfall
    }

    /// The adjustments.
    #[must_use]
    pub const fn adjustments(&self) -> Option<&Adjustments> {
        self.adjustments.as_ref()
    }

    /// The figures of a request.
    ///
    /// # Errors
    /// A request that has no lines, two lines with one id, an unknown product or no price; a target in
    /// another currency, finer than the minor unit, or out of reach; what [`Waterfall::price`] and
    /// [`Adjustments::price`] refuse; a figure outside the bounds of its type.
    pub fn price(&self, request: &PriceRequest) -> Result<PricedQuote, PricingError> {
        Ok(self.price_with(&mut NoTrace, request)?.quote)
    }

    /// The figures of a request with their derivation.
    ///
    /// # Errors
    /// As [`Engine::price`].
    pub fn explain(&self, request: &PriceRequest) -> Result<ExplainedQuote, PricingError> {
        let mut trace = Trace::new();
        let Priced {
            quote,
            nets,
            net_total,
        } = self.price_with(&mut trace, request)?;
        Ok(ExplainedQuote {
            quote,
            trace,
            nets,
            net_total,
        })
    }

    fn price_with<R: Recorder>(
        &self,
        rec: &mut R,
        request: &PriceRequest,
    ) -> Result<Priced<R::Mark>, PricingError> {
        if request.lines.is_empty() {
            return Err(PricingError::EmptyRequest);
        }
        let position = match &request.price_book {
            Some(id) => self.price_books.position(id)?,
            None => 0,
        };
        let book = self.price_books.at(position)?;
        let currency = book.currency();
        let mut lines = self.open(rec, request, position, currency)?;
        let mut working = self.run(rec, request, currency, &mut lines)?;

        let outcomes = match &self.adjustments {
            Some(adjustments) => adjustments.carry_out(rec, &mut working)?,
            None => Vec::new(),
        };
        let negotiated = self.negotiated(rec, &mut working, request)?;
        let violations = self.violations(&working, &lines, currency)?;
        let nets: Vec<Figure<R::Mark>> = working.lines.iter().map(|line| line.net.clone()).collect();
        let net_total = rec.sum(&nets.iter().collect::<Vec<_>>(), || {
            Note::new("net total").money(currency)
        });
        let tax = self
            .adjustments
            .as_ref()
            .and_then(|adjustments| adjustments.tax.as_ref());
        let tax = working.tax(tax, &net_total.value)?;
        let tax_total = tax.map(|tax| Money::try_from_exact(&tax, currency)).transpose()?;
        let adjusted = self.adjusted(&working, outcomes);
        let closed = self.close(working, lines, &negotiated, currency)?;
        let quote = PricedQuote::new(Parts {
            date: request.date,
            currency,
            price_book: book.document().clone(),
            catalogue: self.catalogue.document().clone(),
            waterfall: self.waterfall.document().clone(),
            adjustments: self.adjustments.as_ref().map(|it| it.document().clone()),
            lines: closed,
            adjusted,
            tax_total,
            violations,
        })?;
        Ok(Priced {
            quote,
            nets,
            net_total,
        })
    }

    /// The lines of the request with their list amounts.
    fn open<'a, R: Recorder>(
        &'a self,
        rec: &mut R,
        request: &'a PriceRequest,
        book: usize,
        currency: Currency,
    ) -> Result<Vec<OpenLine<'a, R::Mark>>, PricingError> {
        let list = ListAmounts {
            catalogue: &self.catalogue,
            price_books: &self.price_books,
            book,
            currency,
            waterfall: &self.waterfall,
            request,
        };
        let mut seen = BTreeSet::new();
        let mut lines = Vec::with_capacity(request.lines.len());
        for (position, line) in request.lines.iter().enumerate() {
            if !seen.insert(line.id.as_str()) {
                return Err(PricingError::DuplicateLine {
                    line: line.id.clone(),
                });
            }
            list.open(rec, position, line, &mut lines)?;
        }
        Ok(lines)
    }

    /// Every line by the waterfall.
    fn run<R: Recorder>(
        &self,
        rec: &mut R,
        request: &PriceRequest,
        currency: Currency,
        lines: &mut [OpenLine<'_, R::Mark>],
    ) -> Result<Working<R::Mark>, PricingError> {
        let (document, rounding) = match &self.adjustments {
            Some(adjustments) => (adjustments.document(), adjustments.rounding),
            None => (self.waterfall.document(), RoundingLevel::Line),
        };
        let of_request = self.attributes(&request.attributes)?;
        let mut openings = Vec::with_capacity(lines.len());
        for line in lines {
            let list = line.opening.take();
            let line: &OpenLine<'_, R::Mark> = line;
            let asked = line.request;
            let mut attributes = of_request.clone();
            if !asked.attributes.is_empty() {
                for (name, value) in self.attributes(&asked.attributes)?.iter() {
                    attributes.set(name.to_owned(), value.clone());
                }
            }
            openings.push(Opening {
                waterfall: &self.waterfall,
                input: line_input(request.date, line, attributes, currency),
                list,
                reference: 0,
                thing: line.position,
                discountable: !asked.no_discount,
                components: Vec::new(),
                tax_percent: asked.tax_percent,
                as_rows: true,
            });
        }
        Working::open(rec, currency, (document, rounding), openings.into_iter())
    }

    /// The attributes that the waterfall and the adjustments declare, with their types.
    fn attributes(&self, given: &BTreeMap<String, String>) -> Result<Facts, PricingError> {
        let mut facts = Facts::new();
        let adjustments = self.adjustments.iter().flat_map(Adjustments::attributes);
        for (name, kind) in self.waterfall.typed().chain(adjustments) {
            let Some(text) = given.get(name) else { continue };
            let value = match kind {
                FactType::Number => text.parse::<Exact>().ok().map(Value::Number),
                FactType::Date => text.parse::<NaiveDate>().ok().map(Value::Date),
                FactType::Flag => text.parse::<bool>().ok().map(Value::Flag),
                FactType::Text => Some(Value::Text(text.clone())),
            };
            let value = value.ok_or_else(|| PricingError::InvalidAttribute {
                name: name.to_owned(),
                expected: kind,
            })?;
            facts.set(name.to_owned(), value);
        }
        Ok(facts)
    }

    /// What the negotiated step gave each line, and its row.
    fn negotiated<R: Recorder>(
        &self,
        rec: &mut R,
        working: &mut Working<R::Mark>,
        request: &PriceRequest,
    ) -> Result<Vec<Option<Exact>>, PricingError> {
        let waterfall = self.waterfall.document();
        let (step, target) = match (&self.waterfall.negotiated, request.target) {
            (_, None) => return Ok(Vec::new()),
            (None, Some(_)) => {
                let waterfall = waterfall.to_string();
                return Err(PricingError::NoNegotiatedStep { waterfall });
            }
            (Some(step), Some(target)) => (step, target),
        };
        let target = if request.target_includes_tax {
            let tax = self.adjustments.as_ref().and_then(|it| it.tax.as_ref());
            working.net_of_total_with_tax(waterfall, step, tax, target)?
        } else {
            target
        };
        working.negotiate(rec, waterfall, step, target)
    }

    /// Floors are tested on the net, after all that the document did, so that nothing slips below one through
    /// it. A floor of the price book belongs to a price: the components that share a price are tested together.
    fn violations<M: Clone>(
        &self,
        working: &Working<M>,
        lines: &[OpenLine<'_, M>],
        currency: Currency,
    ) -> Result<Vec<FloorViolation>, PricingError> {
        let after = self
            .adjustments
            .as_ref()
            .is_none_or(|adjustments| adjustments.floors == FloorTest::AfterAdjustments);
        let guards = if after { working.violations()? } else { Vec::new() };
        let mut guards = guards.into_iter().peekable();
        let mut violations = Vec::new();
        let lines: Vec<(&OpenLine<'_, M>, &WorkingLine<M>)> = lines.iter().zip(&working.lines).collect();
        let same_price = |a: &(&OpenLine<'_, M>, _), b: &(&OpenLine<'_, M>, _)| {
            a.0.position == b.0.position && a.0.price_entry == b.0.price_entry
        };
        for group in lines.chunk_by(same_price) {
            for (line, _) in group {
                while let Some(guard) = guards.next_if(|guard| guard.line == line.id) {
                    violations.push(guard_violation(line, &guard, currency)?);
                }
            }
            let Some((first, _)) = group.first() else { continue };
            // A guard of the waterfall that takes the floor of the price book has tested it.
            let guarded = self.waterfall.guards_floor && !first.shares_price;
            let Some(floor) = first.floor.as_ref().filter(|_| !guarded) else {
                continue;
            };
            let quantity = first.request.quantity.exact();
            let floor = self
                .waterfall
                .line_rounding
                .money(&(floor * &quantity), currency)?;
            let net: Exact = if after {
                group.iter().map(|(_, line)| &line.net.value).sum()
            } else {
                group.iter().map(|(_, line)| &line.gross).sum()
            };
            let net = Money::try_from_exact(&net, currency)?;
            // A return is judged by its unit price, like a sale: below the floor it gives too little back.
            let below = if quantity.is_negative() {
                net.exact() > floor.exact()
            } else {
                net.exact() < floor.exact()
            };
            if below {
                violations.push(FloorViolation {
                    request_line: first.request.id.clone(),
                    price_entry: first.price_entry.clone(),
                    guard: None,
                    floor,
                    net,
                });
            }
        }
        Ok(violations)
    }
}

/// What a line brings to the waterfall.
fn line_input<'a, M>(
    date: NaiveDate,
    line: &'a OpenLine<'_, M>,
    attributes: Facts,
    currency: Currency,
) -> LineInput<'a> {
    let asked = line.request;
    let mut input = LineInput::new(&line.id, asked.quantity.exact(), currency);
    input.unit = Some(asked.quantity.unit());
    input.date = Some(date);
    input.term = asked.term;
    input.cost = line.cost.clone();
    // The floor of the price book goes first: one that the request brings goes before it.
    if let Some(floor) = line.floor.as_ref().filter(|_| !line.shares_price) {
        input.inputs.push(Input::new(FLOOR, floor.clone()));
    }
    for (name, value) in &asked.inputs {
        input.inputs.push(Input::new(name.as_str(), value.clone()));
    }
    input.attributes = attributes
        .text("product", asked.product.as_str())
        .with_known("component", line.component.clone())
        .number("list_amount", line.list.exact().abs());
    input
}

fn guard_violation<M>(
    line: &OpenLine<'_, M>,
    guard: &LineViolation,
    currency: Currency,
) -> Result<FloorViolation, PricingError> {
    Ok(FloorViolation {
        request_line: line.request.id.clone(),
        price_entry: line.price_entry.clone(),
        guard: Some(guard.step.clone()),
        floor: RoundingPolicy::minor_unit(Rounding::Up).money(&guard.lowest_net, currency)?,
        net: Money::try_from_exact(&guard.net, currency)?,
    })
}

impl ExplainedQuote {
    /// The figures.
    #[must_use]
    pub const fn quote(&self) -> &PricedQuote {
        &self.quote
    }

    /// Why the total is what it is; all lines are in it.
    #[must_use]
    pub fn net_total(&self) -> Explanation {
        self.trace.explain(&self.net_total)
    }

    /// Why the net of a line is what it is.
    #[must_use]
    pub fn line(&self, id: &str) -> Option<Explanation> {
        let position = self.quote.lines().iter().position(|line| line.id == id)?;
        Some(self.trace.explain(self.nets.get(position)?))
    }
}
