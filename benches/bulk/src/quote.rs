//! A quote of many lines under five hundred rules, priced as a document.

use std::error::Error;
use std::fmt::Write as _;

use l2c_pricing::money::{Quantity, Unit};
use l2c_pricing::{
    Catalogue, Engine, PriceBook, PriceRequest, PricedQuote, ProductId, RequestLine, Waterfall,
};

/// The number of lines of a large quote.
pub const LINES: usize = 10_000;
/// The number of rules.
pub const RULES: usize = 500;
/// The number of products.
const PRODUCTS: usize = 100;

/// An engine whose waterfall stacks five hundred rules, each on a product and a quantity: of those that match, the
/// largest discount applies.
///
/// # Errors
/// None: the documents are right.
pub fn engine() -> Result<Engine, Box<dyn Error>> {
    let (mut products, mut entries, mut rules) = (String::new(), String::new(), String::new());
    for product in 0..PRODUCTS {
        let comma = if product > 0 { "," } else { "" };
        write!(
            products,
            r#"{comma}{{"id": "prd_P{product}", "name": "Product {product}"}}"#
        )?;
        let price = 10 + product * 7;
        write!(
            entries,
            r#"{comma}{{"product": "prd_P{product}", "price": "{price}.95", "valid_from": "2026-01-01"}}"#
        )?;
    }
    for rule in 0..RULES {
        let comma = if rule > 0 { "," } else { "" };
        let (product, tier) = (rule % PRODUCTS, rule / PRODUCTS);
        let (percent, from) = (3 + 2 * tier, 1 + 20 * tier);
        write!(
            rules,
            r#"{comma}{{"id": "r{rule}", "percent": "{percent}.5", "when": {{"all": [
                {{"fact": "product", "eq": "prd_P{product}"}}, {{"fact": "quantity", "gte": "{from}"}}]}}}}"#
        )?;
    }
    let catalogue = format!(r#"{{"id": "catalogue", "version": 1, "products": [{products}]}}"#);
    let book = format!(r#"{{"id": "list", "version": 1, "currency": "USD", "entries": [{entries}]}}"#);
    let waterfall = format!(
        r#"{{"id": "rules", "version": 1, "steps": [
            {{"op": "stack", "id": "rules", "label": "Rules", "mode": "best_of", "rules": [{rules}]}},
            {{"op": "discount", "id": "partner", "label": "Partner", "percent": "4"}}]}}"#
    );
    Ok(Engine::new(
        Catalogue::new(&serde_json::from_str(&catalogue)?)?,
        PriceBook::new(&serde_json::from_str(&book)?)?,
        Waterfall::new(&serde_json::from_str(&waterfall)?)?,
    )?)
}

/// A request of so many lines.
///
/// # Errors
/// None: the products are there.
pub fn request(lines: usize) -> Result<PriceRequest, Box<dyn Error>> {
    let line = |line: usize| {
        let product = ProductId::new(&format!("prd_P{}", line * 37 % PRODUCTS))?;
        let quantity = Quantity::new((1 + line as i64 * 13 % 120).into(), Unit::ONE)?;
        Ok::<_, Box<dyn Error>>(RequestLine::new(format!("{line}"), product, quantity))
    };
    let lines: Result<_, _> = (0..lines).map(line).collect();
    Ok(PriceRequest::new("2026-03-05".parse()?, lines?))
}

/// The number of lines, and the net total in minor units.
///
/// # Errors
/// None: totals are whole minor units.
pub fn checksums(quote: &PricedQuote) -> Result<Vec<i128>, Box<dyn Error>> {
    Ok(vec![
        quote.lines().len() as i128,
        quote.net_total().minor()?.into(),
    ])
}
