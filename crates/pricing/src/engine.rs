use std::collections::BTreeSet;

use chrono::NaiveDate;
use l2c_documents::Faults;
use l2c_explain::{Explanation, Figure, NoTrace, Note, Recorder, StepId, Trace};
use l2c_money::{Currency, Exact, Money, Rounding, RoundingPolicy};
use l2c_rules::{FactType, Facts, Value};

use crate::line::OpenLine;
use crate::list_amount::ListAmounts;
use crate::priced_quote::Parts;
use crate::waterfall::document::GuardPolicy;
use crate::{
    Catalogue, FloorViolation, Input, LineInput, PriceBook, PriceRequest, PricedQuote, PricingError,
    Waterfall,
};

/// Prices requests by one catalogue, one price book and one waterfall.
///
/// The same request gives the same figures on every machine, forever.
#[derive(Debug, Clone)]
pub struct Engine {
    catalogue: Catalogue,
    price_book: PriceBook,
    waterfall: Waterfall,
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
    /// An engine over checked documents.
    ///
    /// # Errors
    /// Every fault, if the price book prices what the catalogue does not have, or the
    /// waterfall rounds finer than the currency of the price book.
    pub fn new(catalogue: Catalogue, price_book: PriceBook, waterfall: Waterfall) -> Result<Self, Faults> {
        price_book.check_against(&catalogue)?;
        waterfall.check_currency(price_book.currency())?;
        waterfall.check_against(&catalogue)?;
        Ok(Self {
            catalogue,
            price_book,
            waterfall,
        })
    }

    /// The catalogue.
    #[must_use]
    pub const fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The price book.
    #[must_use]
    pub const fn price_book(&self) -> &PriceBook {
        &self.price_book
    }

    /// The waterfall.
    #[must_use]
    pub const fn waterfall(&self) -> &Waterfall {
        &self.waterfall
    }

    /// The figures of a request.
    ///
    /// # Errors
    /// A request that has no lines, two lines with one id, an unknown product or no price; a target in
    /// another currency, finer than the minor unit, or out of reach; a figure outside the bounds of its type.
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
        let currency = self.price_book.currency();
        let list = ListAmounts {
            catalogue: &self.catalogue,
            price_book: &self.price_book,
            waterfall: &self.waterfall,
            date: request.date,
        };
        let mut seen = BTreeSet::new();
        let mut lines = Vec::with_capacity(request.lines.len());
        for line in &request.lines {
            if !seen.insert(line.id.as_str()) {
                return Err(PricingError::DuplicateLine {
                    line: line.id.clone(),
                });
            }
            list.open(rec, line, &mut lines)?;
        }
        // `1` with a component `licence` and a line `1.licence` would be one.
        let mut seen = BTreeSet::new();
        if let Some(line) = lines.iter().find(|line| !seen.insert(line.id.as_str())) {
            return Err(PricingError::DuplicateLine {
                line: line.id.clone(),
            });
        }
        let attributes = self.attributes(request)?;
        for line in &mut lines {
            let input = line_input(request, line, &attributes, currency);
            line.run(rec, &self.waterfall, &input)?;
        }
        self.waterfall
            .negotiate(rec, currency, request.target, &mut lines)?;
        let nets: Vec<Figure<R::Mark>> = lines.iter().map(|line| line.running.clone()).collect();
        let net_total = rec.sum(&nets.iter().collect::<Vec<_>>(), || {
            Note::new("net total").money(currency)
        });
        let violations = self.violations(&lines)?;
        let lines = lines.into_iter().map(OpenLine::close).collect::<Result<_, _>>()?;
        let quote = PricedQuote::new(Parts {
            date: request.date,
            currency,
            price_book: self.price_book.document().clone(),
            catalogue: self.catalogue.document().clone(),
            waterfall: self.waterfall.document().clone(),
            lines,
            violations,
        })?;
        Ok(Priced {
            quote,
            nets,
            net_total,
        })
    }

    /// The attributes of the request that the waterfall declares, with their types.
    fn attributes(&self, request: &PriceRequest) -> Result<Facts, PricingError> {
        let mut facts = Facts::new();
        for name in self.waterfall.attributes() {
            if let Some(text) = request.attributes.get(name) {
                facts.set(name.clone(), text.as_str());
            }
        }
        for (name, kind) in &self.waterfall.typed_attributes {
            let Some(text) = request.attributes.get(name) else {
                continue;
            };
            let value = match kind {
                FactType::Number => text.parse::<Exact>().ok().map(Value::Number),
                FactType::Date => text.parse::<NaiveDate>().ok().map(Value::Date),
                FactType::Flag => text.parse::<bool>().ok().map(Value::Flag),
                FactType::Text => Some(Value::Text(text.clone())),
            };
            let value = value.ok_or_else(|| PricingError::InvalidAttribute {
                name: name.clone(),
                expected: *kind,
            })?;
            facts.set(name.clone(), value);
        }
        Ok(facts)
    }

    /// Floors are tested on the net, after the document's own steps, so that nothing slips below one through
    /// them. A floor belongs to a price: the components that share a price are tested together.
    fn violations<M: Clone>(&self, lines: &[OpenLine<'_, M>]) -> Result<Vec<FloorViolation>, PricingError> {
        let currency = self.price_book.currency();
        let same_price = |a: &OpenLine<'_, M>, b: &OpenLine<'_, M>| {
            a.request.id == b.request.id && a.entry.position == b.entry.position
        };
        let mut violations = Vec::new();
        for group in lines.chunk_by(same_price) {
            for line in group {
                violations.extend(self.guard_violations(line)?);
            }
            let Some(first) = group.first() else { continue };
            let Some(floor) = first.entry.floor else { continue };
            let quantity = first.request.quantity;
            let floor = self
                .waterfall
                .line_rounding
                .money(&floor.times(&quantity), currency)?;
            let net = Money::try_from_exact(&group.iter().map(|line| &line.running.value).sum(), currency)?;
            // A return is judged by its unit price, like a sale: below the floor it gives too little back.
            let below = if quantity.exact().is_negative() {
                net.exact() > floor.exact()
            } else {
                net.exact() < floor.exact()
            };
            if below {
                let (request_line, price_entry) = (first.request.id.clone(), first.entry.path());
                violations.push(FloorViolation {
                    request_line,
                    price_entry,
                    guard: None,
                    floor,
                    net,
                });
            }
        }
        Ok(violations)
    }

    /// The floors of the steps of a line, after what the document took off it.
    fn guard_violations<M: Clone>(
        &self,
        line: &OpenLine<'_, M>,
    ) -> Result<Vec<FloorViolation>, PricingError> {
        let currency = self.price_book.currency();
        let net = &line.running.value;
        let mut violations = Vec::new();
        for guard in &line.guards {
            let below = if line.request.quantity.exact().is_negative() {
                *net > guard.lowest_net
            } else {
                *net < guard.lowest_net
            };
            if !below {
                continue;
            }
            if guard.policy == GuardPolicy::Reject {
                return Err(PricingError::BelowFloor {
                    line: line.id.clone(),
                    step: guard.step.clone(),
                    floor: guard.lowest_net.to_string(),
                    value: net.to_string(),
                });
            }
            violations.push(FloorViolation {
                request_line: line.request.id.clone(),
                price_entry: line.entry.path(),
                guard: Some(guard.step.clone()),
                floor: RoundingPolicy::minor_unit(Rounding::Up).money(&guard.lowest_net, currency)?,
                net: Money::try_from_exact(net, currency)?,
            });
        }
        Ok(violations)
    }
}

/// What a line brings to the waterfall.
fn line_input<'a, M>(
    request: &PriceRequest,
    line: &OpenLine<'a, M>,
    attributes: &Facts,
    currency: Currency,
) -> LineInput<'a> {
    let asked = line.request;
    let mut input = LineInput::new(&asked.id, asked.quantity.exact(), currency);
    input.unit = Some(asked.quantity.unit());
    input.date = Some(request.date);
    input.cost = asked.cost.map(Exact::from);
    for (name, value) in &asked.inputs {
        input.inputs.push(Input::new(name.as_str(), value.clone()));
    }
    input.attributes = attributes
        .clone()
        .text("product", asked.product.as_str())
        .with_known("component", line.component.clone())
        .number("list_amount", line.list.exact().abs());
    input
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
