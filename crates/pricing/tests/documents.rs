#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use l2c_pricing::{
    Catalogue, CatalogueDocument, Engine, Faults, PriceBook, PriceBookDocument, Waterfall, WaterfallDocument,
};

fn catalogue(products: &str) -> Result<Catalogue, Faults> {
    let json = format!(r#"{{"id": "catalogue", "version": 1, "products": [{products}]}}"#);
    Catalogue::new(&serde_json::from_str(&json).unwrap())
}

fn price_book(entries: &str) -> Result<PriceBook, Faults> {
    let json = format!(r#"{{"id": "list", "version": 1, "currency": "USD", "entries": [{entries}]}}"#);
    PriceBook::new(&serde_json::from_str(&json).unwrap())
}

fn waterfall(rest: &str) -> Result<Waterfall, Faults> {
    let json = format!(r#"{{"id": "standard", "version": 1, {rest}}}"#);
    Waterfall::new(&serde_json::from_str(&json).unwrap())
}

/// Every fault on a line of its own.
fn faults<T>(result: Result<T, Faults>) -> String {
    let Err(faults) = result else { panic!("no faults") };
    faults
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn every_fault_of_a_catalogue_is_reported() {
    let products = r#"
        {"id": "prd_a", "name": ""},
        {"id": "prd_a", "name": "A again"},
        {"id": "prd_b", "name": "B", "components": [
            {"id": "x", "name": "X", "share_of_list": "60"}, {"id": "x", "name": "X", "share_of_list": "39.9"}]},
        {"id": "prd_c", "name": "C", "components": [
            {"id": "x", "name": "X", "share_of_list": "-10"}, {"id": "y", "name": " Y"},
            {"id": "z", "name": "Z", "share_of_list": "110"}]}"#;
    insta::assert_snapshot!(faults(catalogue(products)), @r"
    products[0].name: write 1 to 100 characters without blanks around them
    products[1].id: prd_a stands at products[0] already
    products[2].components[1].id: `x` stands at components[0] already
    products[2].components: the shares add up to 99.9 %: they must add up to 100 %
    products[3].components[0].share_of_list: -10 % is below zero: a share is 0 % or more
    products[3].components[1].name: write 1 to 100 characters without blanks around them
    products[3].components[1].share_of_list: other components have a share: give this one a share too
    ");
}

#[test]
fn every_fault_of_a_price_book_is_reported() {
    let entries = r#"
        {"product": "prd_a", "price": "1", "valid_until": "2016-12-31"},
        {"product": "prd_a", "price": "-2", "floor": "-3"},
        {"product": "prd_a", "price": "3", "valid_from": "2017-01-01", "floor": "3.01"},
        {"product": "prd_a", "price": "4", "valid_from": "2016-12-31", "valid_until": "2017-06-30"},
        {"product": "prd_a", "price": "5", "component": "x"},
        {"product": "prd_a", "price": "6", "component": "x", "unit": "MON"},
        {"product": "prd_a", "price": "7", "valid_from": "2018-01-02", "valid_until": "2018-01-01"},
        {"product": "prd_a", "price": "0.0000000000001", "component": ""},
        {"product": "prd_b", "price": "1"}, {"product": "prd_b", "price": "1"}"#;
    insta::assert_snapshot!(faults(price_book(entries)), @r"
    entries[1].price: -2 is below zero: a price is zero or more
    entries[1].floor: -3 is below zero: a price is zero or more
    entries[2].floor: the floor is above the price of 3
    entries[6].valid_until: 2018-01-01 is before the first day, 2018-01-02
    entries[7].component: write 1 to 100 characters without blanks around them
    entries[7].price: price 0.0000000000001 has more than 12 decimals
    entries[3]: two prices on 2016-12-31: this one and entries[0]; end one before the other
    entries[3]: two prices on 2017-01-01: this one and entries[2]; end one before the other
    entries[9]: two prices on one day: this one and entries[8]; end one before the other
    ");
}

#[test]
fn every_fault_of_a_waterfall_is_reported() {
    let rest = r#""attributes": ["region", "quantity", "region", ""], "steps": [
        {"op": "discount", "id": "list", "label": "L", "percent": "101"},
        {"op": "discount", "id": "a", "label": "", "percent": "-1", "of": "b"},
        {"op": "surcharge", "id": "b", "label": "B", "percent": "-1", "of": "a",
         "when": {"all": [{"fact": "nothing", "gt": "1"}, {"fact": "quantity", "gt": "much"}]}},
        {"op": "negotiated", "id": "line_rounding", "label": "N"},
        {"op": "surcharge", "id": "b", "label": "B", "percent": "1", "of": "line_rounding"},
        {"op": "negotiated", "id": "again", "label": "N"}]"#;
    insta::assert_snapshot!(faults(waterfall(rest)), @r#"
    attributes[1]: `quantity` is a fact of every line: choose another name
    attributes[2]: `region` stands at attributes[0] already
    attributes[3]: write 1 to 100 characters without blanks around them
    steps[0].id: `list` is taken: give each step its own id
    steps[0].percent: 101 % is more than all: at most 100 %
    steps[1].label: write 1 to 100 characters without blanks around them
    steps[1].of: `b` is not an earlier step; there are: list
    steps[1].percent: -1 % is below zero: write a surcharge of the positive percentage
    steps[2].percent: -1 % is below zero: write a discount of the positive percentage
    steps[2].when.all[0].fact: no fact is named "nothing"; there are: , component, currency, date, is_return, list_amount, product, quantity, region, unit
    steps[2].when.all[1].gt: "quantity" is a number, and "much" is not; write a decimal as a string, such as "1000.50"
    steps[3].id: `line_rounding` is taken: give each step its own id
    steps[4]: the negotiated step is the last one: move this step before it
    steps[4].id: `b` is taken: give each step its own id
    steps[4].of: `line_rounding` is not an earlier step; there are: a, b, list
    steps[5]: the negotiated step is the last one: move this step before it
    "#);
    let step = r#"{"op": "surcharge", "id": "s", "label": "S", "percent": "1"}"#;
    let many = format!(r#""steps": [{}]"#, vec![step; 101].join(","));
    assert!(faults(waterfall(&many)).starts_with("steps: 101 steps: a waterfall has at most 100"));
}

#[test]
fn documents_that_do_not_fit_each_other_make_no_engine() {
    let catalogue = || {
        catalogue(
            r#"{"id": "prd_whole", "name": "W"},
               {"id": "prd_priced", "name": "P", "components": [{"id": "x", "name": "X"}]},
               {"id": "prd_shared", "name": "S", "components": [{"id": "x", "name": "X", "share_of_list": "100"}]}"#,
        )
        .unwrap()
    };
    let book = price_book(
        r#"{"product": "prd_whole", "price": "1", "component": "x"},
           {"product": "prd_priced", "price": "1"},
           {"product": "prd_priced", "price": "1", "component": "y"},
           {"product": "prd_priced", "price": "1", "component": "x"},
           {"product": "prd_shared", "price": "1", "component": "x"},
           {"product": "prd_other", "price": "1"}"#,
    );
    let plain = || waterfall(r#""steps": []"#).unwrap();
    insta::assert_snapshot!(faults(Engine::new(catalogue(), book.unwrap(), plain())), @r"
    entries[0].component: this product has one price as a whole: leave the component out
    entries[1].component: each component of this product has a price of its own: name one
    entries[2].component: the product has no component of this id
    entries[4].component: this product has one price as a whole: leave the component out
    entries[5].product: prd_other is not in catalogue catalogue v1
    ");
    let book = || price_book(r#"{"product": "prd_whole", "price": "1"}"#).unwrap();
    for fine in [r#"{"to": {"scale": 3}}"#, r#"{"to": {"increment": "0.125"}}"#] {
        let rounding = waterfall(&format!(r#""line_rounding": {fine}"#)).unwrap();
        let faults = faults(Engine::new(catalogue(), book(), rounding));
        assert_eq!(faults, "line_rounding: round to at most the 2 decimals of USD");
    }
    for fine in [r#"{"to": {"scale": 0}}"#, r#"{"to": {"increment": "0.050"}}"#] {
        let rounding = waterfall(&format!(r#""line_rounding": {fine}"#)).unwrap();
        assert!(Engine::new(catalogue(), book(), rounding).is_ok());
    }
}

#[test]
fn documents_are_read_as_they_are_written() {
    let json = r#"{"id":"c","version":1,"products":[{"id":"prd_a","name":"A","components":[{"id":"x","name":"X","share_of_list":"100"}]},{"id":"prd_b","name":"B"}]}"#;
    let document: CatalogueDocument = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&document).unwrap(), json);
    let json = r#"{"id":"b","version":1,"currency":"USD","entries":[{"product":"prd_a","price":"1.50","unit":"C62","floor":"1","valid_from":"2017-01-01"}]}"#;
    let document: PriceBookDocument = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&document).unwrap(), json);
    let json = r#"{"id":"w","version":1,"steps":[{"op":"discount","id":"d","label":"D","percent":"1.5","of":"list","when":{"fact":"quantity","gte":"10"}},{"op":"negotiated","id":"n","label":"N","spread":{"remainder":"largest","zero_weights":"refuse"}}],"line_rounding":{"mode":"half_up","to":"minor_unit"}}"#;
    let document: WaterfallDocument = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&document).unwrap(), json);
}

#[test]
fn a_field_that_there_is_not_and_a_number_that_is_no_string_are_refused() {
    for json in [
        r#"{"id": "b", "version": 1, "currency": "USD", "entries": [{"product": "prd_a", "price": 1}]}"#,
        r#"{"id": "b", "version": 1, "currency": "USD", "entries": [{"product": "prd_a", "price": "1", "floor": 1}]}"#,
        r#"{"id": "b", "version": 1, "currency": "USD", "entries": [{"product": "prd_a", "price": "1", "cost": "1"}]}"#,
        r#"{"id": "b", "version": 1, "currency": "USD", "entries": [{"product": "a", "price": "1"}]}"#,
    ] {
        assert!(serde_json::from_str::<PriceBookDocument>(json).is_err(), "{json}");
    }
    for json in [
        r#"{"id": "w", "version": 1, "steps": [{"op": "discount", "id": "d", "label": "D", "percent": 1}]}"#,
        r#"{"id": "w", "version": 1, "steps": [{"op": "discount", "id": "d", "label": "D", "percent": "1", "cap": "1"}]}"#,
        r#"{"id": "w", "version": 1, "steps": [{"op": "negotiated", "id": "d", "label": "D", "of": "list"}]}"#,
        r#"{"id": "w", "version": 1, "steps": [{"op": "rebate", "id": "d", "label": "D", "percent": "1"}]}"#,
    ] {
        assert!(serde_json::from_str::<WaterfallDocument>(json).is_err(), "{json}");
    }
}
