#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use l2c_money::{Currency, Money, Quantity, Unit, dec};
use l2c_pricing::{Catalogue, Engine, PriceBook, PriceRequest, ProductId, RequestLine, Waterfall};

fn catalogue() -> Catalogue {
    let json = r#"{"id": "catalogue", "version": 3, "products": [
        {"id": "prd_GTXPro", "name": "GTX Pro", "components": [
            {"id": "licence", "name": "Licence", "share_of_list": "80"},
            {"id": "support", "name": "Support, 12 months", "share_of_list": "20"}]},
        {"id": "prd_Cable", "name": "Cable"},
        {"id": "prd_Kit", "name": "Kit", "components": [
            {"id": "box", "name": "Box"}, {"id": "guide", "name": "Guide"}]}]}"#;
    Catalogue::new(&serde_json::from_str(json).unwrap()).unwrap()
}

fn price_book() -> PriceBook {
    let json = r#"{"id": "list-usd", "version": 2, "currency": "USD", "entries": [
        {"product": "prd_GTXPro", "price": "5624", "floor": "3000", "valid_from": "2017-01-01"},
        {"product": "prd_GTXPro", "price": "5100", "valid_until": "2016-12-31"},
        {"product": "prd_Cable", "price": "0.125", "unit": "MTR", "floor": "0.1"},
        {"product": "prd_Kit", "component": "box", "price": "10"},
        {"product": "prd_Kit", "component": "guide", "price": "3.335"}]}"#;
    PriceBook::new(&serde_json::from_str(json).unwrap()).unwrap()
}

fn waterfall() -> Waterfall {
    let json = r#"{"id": "standard", "version": 1, "attributes": ["region"], "steps": [
        {"op": "discount", "id": "volume", "label": "Volume discount", "percent": "10",
         "when": {"fact": "quantity", "gte": "10"}},
        {"op": "surcharge", "id": "remote", "label": "Remote region", "percent": "2", "of": "list",
         "when": {"fact": "region", "eq": "Islands"}},
        {"op": "negotiated", "id": "negotiated", "label": "Negotiated"}]}"#;
    Waterfall::new(&serde_json::from_str(json).unwrap()).unwrap()
}

fn engine() -> Engine {
    Engine::new(catalogue(), price_book(), waterfall()).unwrap()
}

fn pieces(id: &str, product: &str, count: u32) -> RequestLine {
    RequestLine::new(id, ProductId::from_key(product).unwrap(), Quantity::pieces(count))
}

fn metres(id: &str, count: i64) -> RequestLine {
    let quantity = Quantity::new(count.into(), "MTR".parse::<Unit>().unwrap()).unwrap();
    RequestLine::new(id, ProductId::from_key("Cable").unwrap(), quantity)
}

fn request(lines: Vec<RequestLine>) -> PriceRequest {
    PriceRequest::new("2017-03-05".parse().unwrap(), lines)
}

fn usd(amount: l2c_money::Decimal) -> Money {
    Money::new(amount, Currency::USD).unwrap()
}

#[test]
fn the_make_up_splits_the_list_price_and_the_negotiated_step_reaches_the_target() {
    let request = request(vec![pieces("1", "GTXPro", 1)]).with_target(usd(dec!(5000)));
    let explained = engine().explain(&request).unwrap();
    insta::assert_snapshot!(explained.net_total().text());
    insta::assert_json_snapshot!(explained.quote());
}
