//! What prices the quotes of a case.

use std::collections::BTreeMap;
use std::sync::Arc;

use l2c_money::{Currency, Unit};
use l2c_pricing::{Catalogue, CatalogueDocument, Engine, PriceBook, PriceBookDocument, ProductId, Waterfall};
use serde_json::json;

use super::{OWN, unexpected};
use crate::given::{Number, Stop, stated};

pub(super) fn engine(
    currency: Currency,
    products: &[String],
    prices: &BTreeMap<String, Number>,
) -> Result<Arc<Engine>, Stop> {
    let mut catalogue = vec![json!({"id": ProductId::new(OWN).map_err(unexpected)?, "name": "own"})];
    let mut entries = vec![json!({"product": OWN, "price": "0", "unit": Unit::ONE})];
    for (position, name) in products.iter().enumerate() {
        let id = ProductId::from_key(&position.to_string()).map_err(unexpected)?;
        if let Some(price) = prices.get(name) {
            entries.push(json!({"product": id, "price": stated(&price.0), "unit": Unit::ONE}));
        }
        catalogue.push(json!({"id": id, "name": position.to_string()}));
    }
    let catalogue = json!({"id": "case", "version": 1, "products": catalogue});
    let catalogue: CatalogueDocument = serde_json::from_value(catalogue).map_err(unexpected)?;
    let book = json!({"id": "case", "version": 1, "currency": currency, "entries": entries});
    let book: PriceBookDocument = serde_json::from_value(book).map_err(unexpected)?;
    // Unit net = price less discount, rounded; line = unit net x quantity, rounded.
    let waterfall = json!({"id": "case", "version": 1, "signs": {"percentages": "signed"}, "steps": [
        {"op": "price", "id": "catalogue", "label": "Catalogue", "amount": {"input": "list"}},
        {"op": "price", "id": "own", "label": "Own price", "amount": {"input": "unit_price"}},
        {"op": "discount", "id": "discount", "label": "Discount", "percent": {"input": "discount"}},
        {"op": "round", "id": "unit_net", "label": "Unit net"}]});
    let waterfall = serde_json::from_value(waterfall).map_err(unexpected)?;
    let catalogue = Catalogue::new(&catalogue).map_err(unexpected)?;
    let (book, waterfall) = (
        PriceBook::new(&book).map_err(unexpected)?,
        Waterfall::new(&waterfall).map_err(unexpected)?,
    );
    Engine::new(catalogue, book, waterfall)
        .map(Arc::new)
        .map_err(unexpected)
}
