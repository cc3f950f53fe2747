use std::collections::BTreeMap;

use l2c_explain::{Figure, Note, Recorder};
use l2c_money::{AllocationPolicy, Currency, Exact, Percent};

use crate::catalogue::{Component, Product};
use crate::line::OpenLine;
use crate::price_book::{FoundPrice, PriceBooks};
use crate::waterfall::line_price::Level;
use crate::waterfall::run::ListFigure;
use crate::{Catalogue, MakeUp, PriceQuery, PriceRequest, PricingError, RequestLine, Waterfall};

/// The place of a list price that the request brings.
const REQUEST_LIST_PRICE: &str = "list_price";

/// The list amounts of a request: what each product is made of, and what it costs.
pub(crate) struct ListAmounts<'a> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) price_books: &'a PriceBooks,
    /// The position of the book that is asked.
    pub(crate) book: usize,
    pub(crate) currency: Currency,
    pub(crate) waterfall: &'a Waterfall,
    pub(crate) request: &'a PriceRequest,
}

impl<'a> ListAmounts<'a> {
    /// Opens the lines of a request's line: one for a product as a whole, one for each component else.
    pub(crate) fn open<R: Recorder>(
        &self,
        rec: &mut R,
        position: usize,
        line: &'a RequestLine,
        lines: &mut Vec<OpenLine<'a, R::Mark>>,
    ) -> Result<(), PricingError> {
        let product = self
            .catalogue
            .product(&line.product)
            .ok_or_else(|| PricingError::UnknownProduct {
                line: line.id.clone(),
                product: line.product.clone(),
                catalogue: self.catalogue.document().to_string(),
            })?;
        let first = lines.len();
        match product.make_up() {
            MakeUp::Whole => {
                let (found, list) = self.list(rec, (product, line), None)?;
                lines.push(self.opened((position, line), product, None, &found, list)?);
            }
            MakeUp::Priced(components) => {
                for component in components {
                    let (found, list) = self.list(rec, (product, line), Some(component))?;
                    lines.push(self.opened((position, line), product, Some(component), &found, list)?);
                }
            }
            MakeUp::Shares(shares) => {
                let (found, price) = self.price(rec, (product, line), None)?;
                let extended = self.extend(rec, line, &price);
                let parts = self.split(rec, product, shares, &extended)?;
                for ((component, _), part) in shares.iter().zip(parts) {
                    let level = Level::Line;
                    let list = ListFigure { figure: part, level };
                    lines.push(self.opened((position, line), product, Some(component), &found, list)?);
                }
            }
        }
        if let (Some(cost), Some(parts)) = (line.cost, lines.get_mut(first..)) {
            bear_cost(&Exact::from(cost), parts);
        }
        Ok(())
    }

    /// What a line begins with: the price of one unit, if the waterfall works on it; else the list amount.
    fn list<R: Recorder>(
        &self,
        rec: &mut R,
        (product, line): (&'a Product, &'a RequestLine),
        component: Option<&Component>,
    ) -> Result<(FoundPrice<'a>, ListFigure<R::Mark>), PricingError> {
        let (found, price) = self.price(rec, (product, line), component)?;
        let list = if self.waterfall.begins_with_list() {
            ListFigure {
                figure: self.extend(rec, line, &price),
                level: Level::Line,
            }
        } else {
            ListFigure {
                figure: price,
                level: Level::Unit,
            }
        };
        Ok((found, list))
    }

    /// Price times quantity, exact.
    fn extend<R: Recorder>(
        &self,
        rec: &mut R,
        line: &RequestLine,
        price: &Figure<R::Mark>,
    ) -> Figure<R::Mark> {
        let unit = line.quantity.unit();
        let quantity = rec.input(line.quantity.exact(), || Note::new("quantity").quantity(unit));
        let currency = self.currency;
        rec.product(price, &quantity, || {
            Note::new(format!("list amount of line {}", line.id)).money(currency)
        })
    }

    /// The list price of one unit. A return is asked for as its sale.
    fn price<R: Recorder>(
        &self,
        rec: &mut R,
        (product, line): (&'a Product, &'a RequestLine),
        component: Option<&Component>,
    ) -> Result<(FoundPrice<'a>, Figure<R::Mark>), PricingError> {
        let unit = line.quantity.unit();
        let of = component.map(|component| component.id.as_str());
        let texts = self.request.attributes.iter().chain(&line.attributes);
        let mut attributes: BTreeMap<&str, &str> = texts
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        attributes.insert("product", line.product.as_str());
        if let Some(of) = of {
            attributes.insert("component", of);
        }
        let query = PriceQuery {
            known_at: self.request.known_at,
            // That of the line is the price of the product as a whole.
            list_price: line.list_price.clone().filter(|_| of.is_none()),
            units: product.units(),
            rates: Some(&self.request.rates),
            ..PriceQuery::new(
                attributes,
                line.quantity.exact().abs(),
                unit,
                self.request.date.into(),
            )
        };
        let found = self.price_books.record(rec, self.book, &query);
        found.map_err(|error| match error {
            PricingError::NoBookPrice { price_book } => PricingError::NoPrice {
                line: line.id.clone(),
                item: of.map_or_else(|| line.product.to_string(), |of| format!("{} {of}", line.product)),
                unit,
                date: self.request.date,
                price_book,
            },
            error => PricingError::Line {
                line: line.id.clone(),
                error: Box::new(error),
            },
        })
    }

    /// The list amount split over the components, to the minor unit, so that they add up to it.
    fn split<R: Recorder>(
        &self,
        rec: &mut R,
        product: &Product,
        shares: &[(Component, Percent)],
        extended: &Figure<R::Mark>,
    ) -> Result<Vec<Figure<R::Mark>>, PricingError> {
        let currency = self.currency;
        let whole = self
            .waterfall
            .rounded(rec, extended, currency, || "list amount, rounded".to_owned())?;
        let place = |index: usize| format!("{}.components[{index}]", product.path());
        let mut weights = Vec::with_capacity(shares.len());
        for (index, (component, share)) in shares.iter().enumerate() {
            weights.push(rec.input(share.fraction(), || {
                let note = Note::new(format!("share of {}", component.id)).percent();
                note.cite(self.catalogue.document().cite(&place(index)))
            }));
        }
        let weights: Vec<&Figure<R::Mark>> = weights.iter().collect();
        let note = |index: usize| {
            let component = shares
                .get(index)
                .map_or("", |(component, _)| component.id.as_str());
            Note::new(format!("list amount of {component}")).money(currency)
        };
        Ok(rec.shares(&whole, &weights, AllocationPolicy::default(), currency, note)?)
    }

    fn opened<M>(
        &self,
        (position, request): (usize, &'a RequestLine),
        product: &Product,
        component: Option<&Component>,
        found: &FoundPrice<'_>,
        list: ListFigure<M>,
    ) -> Result<OpenLine<'a, M>, PricingError> {
        let (id, name) = match component {
            None => (request.id.clone(), product.name().to_owned()),
            Some(component) => {
                let id = format!("{}.{}", request.id, component.id);
                (id, format!("{}, {}", product.name(), component.name))
            }
        };
        let amount = match list.level {
            Level::Line => list.figure.value.clone(),
            Level::Unit => &list.figure.value * request.quantity.exact(),
        };
        let entry = found.entry.map(crate::PriceEntry::path);
        Ok(OpenLine {
            id,
            request,
            position,
            component: component.map(|component| component.id.clone()),
            name,
            price_entry: entry.unwrap_or_else(|| REQUEST_LIST_PRICE.to_owned()),
            floor: found.floor.clone(),
            shares_price: matches!(product.make_up(), MakeUp::Shares(_)),
            list: self.waterfall.line_rounding.money(&amount, self.currency)?,
            cost: None,
            opening: Some(list),
        })
    }
}

/// The components of a product bear its cost by their list amounts, equally where all are zero.
fn bear_cost<M>(cost: &Exact, lines: &mut [OpenLine<'_, M>]) {
    let whole: Exact = lines.iter().map(|line| line.list.exact()).sum();
    let count = Exact::integer(i64::try_from(lines.len()).unwrap_or(i64::MAX));
    for line in lines {
        let share = line.list.exact().checked_div(&whole);
        let share = share.or_else(|_| Exact::ONE.checked_div(&count));
        line.cost = share.ok().map(|share| cost * share);
    }
}
