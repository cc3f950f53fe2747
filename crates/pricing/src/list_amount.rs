use chrono::NaiveDate;
use l2c_explain::{Figure, Note, Recorder};
use l2c_money::{AllocationPolicy, Percent};

use crate::catalogue::{Component, Product};
use crate::line::OpenLine;
use crate::price_book::PriceEntry;
use crate::waterfall::line_price::Level;
use crate::waterfall::run::ListFigure;
use crate::{Catalogue, MakeUp, PriceBook, PricingError, RequestLine, Waterfall};

/// The list amounts of a day: what each product is made of, and what it costs.
pub(crate) struct ListAmounts<'a> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) price_book: &'a PriceBook,
    pub(crate) waterfall: &'a Waterfall,
    pub(crate) date: NaiveDate,
}

impl<'a> ListAmounts<'a> {
    /// Opens the lines of a request's line: one for a product as a whole, one for each component else.
    pub(crate) fn open<R: Recorder>(
        &self,
        rec: &mut R,
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
        match product.make_up() {
            MakeUp::Whole => {
                let (entry, list) = self.list(rec, line, None)?;
                lines.push(self.opened(line, product, None, entry, list)?);
            }
            MakeUp::Priced(components) => {
                for component in components {
                    let (entry, list) = self.list(rec, line, Some(component))?;
                    lines.push(self.opened(line, product, Some(component), entry, list)?);
                }
            }
            MakeUp::Shares(shares) => {
                let (entry, price) = self.price(rec, line, None)?;
                let extended = self.extend(rec, line, &price);
                let parts = self.split(rec, product, shares, &extended)?;
                for ((component, _), part) in shares.iter().zip(parts) {
                    let level = Level::Line;
                    let list = ListFigure { figure: part, level };
                    lines.push(self.opened(line, product, Some(component), entry, list)?);
                }
            }
        }
        Ok(())
    }

    /// What a line begins with: the price of one unit, if the waterfall works on it; else the list amount.
    fn list<R: Recorder>(
        &self,
        rec: &mut R,
        line: &RequestLine,
        component: Option<&Component>,
    ) -> Result<(&'a PriceEntry, ListFigure<R::Mark>), PricingError> {
        let (entry, price) = self.price(rec, line, component)?;
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
        Ok((entry, list))
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
        let currency = self.price_book.currency();
        rec.product(price, &quantity, || {
            Note::new(format!("list amount of line {}", line.id)).money(currency)
        })
    }

    /// The list price of one unit.
    fn price<R: Recorder>(
        &self,
        rec: &mut R,
        line: &RequestLine,
        component: Option<&Component>,
    ) -> Result<(&'a PriceEntry, Figure<R::Mark>), PricingError> {
        let unit = line.quantity.unit();
        let of = component.map(|component| component.id.as_str());
        let (entry, price) = self
            .price_book
            .entry(&line.product, of, unit, self.date)
            .and_then(|entry| Some((entry, entry.price()?)))
            .ok_or_else(|| {
                let item = of.map_or_else(|| line.product.to_string(), |of| format!("{} {of}", line.product));
                let price_book = self.price_book.document().to_string();
                PricingError::NoPrice {
                    line: line.id.clone(),
                    item,
                    unit,
                    date: self.date,
                    price_book,
                }
            })?;
        let currency = self.price_book.currency();
        let price = rec.input(price.exact(), || {
            Note::new("list price")
                .money(currency)
                .cite(self.price_book.document().cite(&entry.path()))
        });
        Ok((entry, price))
    }

    /// The list amount split over the components, to the minor unit, so that they add up to it.
    fn split<R: Recorder>(
        &self,
        rec: &mut R,
        product: &Product,
        shares: &[(Component, Percent)],
        extended: &Figure<R::Mark>,
    ) -> Result<Vec<Figure<R::Mark>>, PricingError> {
        let currency = self.price_book.currency();
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

    fn opened<M: Clone>(
        &self,
        request: &'a RequestLine,
        product: &Product,
        component: Option<&Component>,
        entry: &'a PriceEntry,
        list: ListFigure<M>,
    ) -> Result<OpenLine<'a, M>, PricingError> {
        let (id, name) = match component {
            None => (request.id.clone(), product.name().to_owned()),
            Some(component) => {
                let id = format!("{}.{}", request.id, component.id);
                (id, format!("{}, {}", product.name(), component.name))
            }
        };
        let component = component.map(|component| component.id.clone());
        let amount = match list.level {
            Level::Line => list.figure.value.clone(),
            Level::Unit => &list.figure.value * request.quantity.exact(),
        };
        Ok(OpenLine {
            id,
            request,
            entry,
            component,
            name,
            list: self
                .waterfall
                .line_rounding
                .money(&amount, self.price_book.currency())?,
            rows: Vec::new(),
            unit_price: None,
            guards: Vec::new(),
            running: list.figure.clone(),
            opening: Some(list),
        })
    }
}
