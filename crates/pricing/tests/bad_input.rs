//! What nobody should send: each ends in the right figure or in an error with its place, soon and in little memory.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use l2c_money::{Currency, Exact, Quantity, Unit};
use l2c_pricing::{
    Adjustments, Catalogue, ConfigurationModel, ConfigurationModelDocument, Engine, Faults, LineInput,
    LineToPrice, OptionDocument, OptionGroupDocument, PriceBook, PriceBooks, PriceRequest, ProductId, Ramp,
    RequestLine, Waterfall, WaterfallDocument,
};
use serde_json::{Value, json};

const LARGE: &str = "1000000000000000000";
const SMALL: &str = "0.000000000000000001";

fn exact(text: &str) -> Exact {
    text.parse().unwrap()
}

fn places<T>(result: Result<T, Faults>) -> Vec<(String, &'static str)> {
    let Err(faults) = result else { panic!("no fault") };
    let place = |fault: &l2c_pricing::Fault| {
        assert!(fault.message.len() < 3_000, "{} bytes", fault.message.len());
        (fault.path.clone(), fault.code)
    };
    faults.iter().map(place).collect()
}

fn place(path: &str, code: &'static str) -> (String, &'static str) {
    (path.to_owned(), code)
}

fn catalogue(document: Value) -> Result<Catalogue, Faults> {
    Catalogue::new(&serde_json::from_value(document).unwrap())
}

fn waterfall(steps: Value) -> Result<Waterfall, Faults> {
    let document = json!({"id": "w", "version": 1, "steps": steps});
    Waterfall::new(&serde_json::from_value(document).unwrap())
}

fn model(document: Value) -> Result<ConfigurationModel, Faults> {
    ConfigurationModel::new(&serde_json::from_value(document).unwrap())
}

fn list() -> Value {
    json!({"op": "price", "id": "list", "label": "List", "amount": {"input": "list"}})
}

#[test]
fn quantities_of_every_size_through_a_waterfall() {
    let discounted =
        waterfall(json!([list(), {"op": "discount", "id": "d", "label": "D", "percent": "12.5"}])).unwrap();
    let net = |quantity: &str, list: &str| {
        let input = LineInput::new("1", exact(quantity), Currency::USD).with("list", exact(list));
        let (price, why) = discounted.explain(&input).unwrap();
        assert_eq!(why.recompute().unwrap(), *price.net());
        price.net().to_string()
    };
    // 10^18 at 0.35 less an eighth, and at a price that has no place in a decimal.
    assert_eq!(net(LARGE, "0.4"), "350000000000000000");
    assert_eq!(net(LARGE, "0.0000000000000000000008"), "0");
    assert_eq!(net(LARGE, "0.00000000000000008"), "70");
    assert_eq!(net(SMALL, "80"), "0");
    assert_eq!(net(SMALL, "8000000000000000000"), "7");
    assert_eq!(net(&format!("-{LARGE}"), "0.4"), "-350000000000000000");
}

#[test]
fn quantities_of_every_size_through_an_engine() {
    let products = json!({"id": "c", "version": 1, "products": [{"id": "prd_a", "name": "A"}]});
    let book =
        json!({"id": "b", "version": 1, "currency": "USD", "entries": [{"product": "prd_a", "price": "3"}]});
    let book = PriceBook::new(&serde_json::from_value(book).unwrap()).unwrap();
    let steps = json!([{"op": "discount", "id": "d", "label": "D", "percent": "50"}]);
    let engine = Engine::new(catalogue(products).unwrap(), book, waterfall(steps).unwrap()).unwrap();
    let price = |quantity: &str| {
        let quantity = Quantity::new(quantity.parse().unwrap(), Unit::ONE).map_err(|error| error.code())?;
        let line = RequestLine::new("1", ProductId::new("prd_a").unwrap(), quantity);
        let request = PriceRequest::new("2026-03-05".parse().unwrap(), vec![line]);
        let priced = engine.price(&request).map_err(|error| error.code())?;
        Ok(priced.net_total().to_string())
    };
    let million: Result<String, &str> = Ok("1500000000000000.00 USD".into());
    assert_eq!(price("1000000000000000"), million);
    assert_eq!(price(LARGE), Err("out_of_range"));
    assert_eq!(price(SMALL), Err("too_precise"));
    assert_eq!(price("0.000000001"), Ok("0.00 USD".into()));
}

#[test]
fn quantities_of_every_size_through_adjustments() {
    let plain = waterfall(json!([list()])).unwrap();
    let document = json!({"id": "a", "version": 1, "adjustments": [
        {"op": "order_discount", "id": "o", "label": "O", "percent": "10"}], "tax": {"percent": "20"}});
    let adjustments = Adjustments::new(&serde_json::from_value(document).unwrap()).unwrap();
    let total = |quantity: &str, list: &str| {
        let input = LineInput::new("1", exact(quantity), Currency::EUR).with("list", exact(list));
        let priced = adjustments.price(Currency::EUR, &[LineToPrice::new(&plain, input)]);
        priced
            .map(|priced| priced.total_with_tax().to_string())
            .map_err(|error| error.code())
    };
    assert_eq!(total(LARGE, "1"), Ok("1080000000000000000".into()));
    assert_eq!(total(SMALL, "1000000000000000000"), Ok("1.08".into()));
    assert_eq!(total(SMALL, "1"), Ok("0".into()));
}

#[test]
fn quantities_of_every_size_through_a_ramp() {
    let total = |quantity: &str, unit_price: &str| {
        let document = json!({"term_months": 24, "unit_price": unit_price, "quantity": quantity, "uplift_percent": "10"});
        match Ramp::new(&serde_json::from_value(document).unwrap(), Currency::USD) {
            Err(faults) => Err(faults.code()),
            Ok(ramp) => ramp
                .price()
                .map(|price| price.total.to_string())
                .map_err(|error| error.code()),
        }
    };
    // 1 for the first year and 1.10 for the second, times 10^18.
    assert_eq!(total(LARGE, "1"), Ok("2100000000000000000".into()));
    assert_eq!(total(SMALL, "1"), Ok("0".into()));
    assert_eq!(total(SMALL, "100000000000000"), Ok("0".into()));
}

#[test]
fn percentages_without_measure() {
    let huge = "1000000000000000000000000000000";
    let brought = |op: &str| {
        waterfall(json!([list(), {"op": op, "id": "d", "label": "D", "percent": {"input": "p"}}])).unwrap()
    };
    let input = LineInput::new("1", Exact::ONE, Currency::USD)
        .with("list", 100)
        .with("p", exact(huge));
    // More than everything is refused, as it is in a document.
    let refused = brought("discount").price(&input).unwrap_err();
    assert_eq!(refused.code(), "percent_out_of_range");
    // A surcharge has no end of its own: the figure is the right one.
    let price = brought("surcharge").price(&input).unwrap();
    assert_eq!(*price.net(), exact(huge) + Exact::integer(100));
}

#[test]
fn two_prices_for_one_key() {
    let entries = json!([{"product": "prd_a", "price": "1"}, {"product": "prd_a", "price": "2"}]);
    let book = json!({"id": "b", "version": 1, "currency": "USD", "entries": entries});
    let plain = PriceBook::new(&serde_json::from_value(book.clone()).unwrap());
    assert_eq!(places(plain), [place("entries[1]", "overlap")]);

    let selection = json!({"strategy": {"by": "specificity", "attributes": ["customer"]}});
    let books = json!({"selection": selection, "books": [book.clone(), book]});
    let books = PriceBooks::new(&serde_json::from_value(books).unwrap());
    let expected = [
        place("books[1].id", "duplicate_book"),
        place("books[0].entries[1]", "overlap"),
        place("books[1].entries[1]", "overlap"),
    ];
    let mut found = places(books);
    found.sort_unstable();
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn a_price_below_zero_is_refused() {
    let entries =
        json!([{"product": "prd_a", "price": "-1"}, {"product": "prd_b", "price": "1", "floor": "-2"}]);
    let book = json!({"id": "b", "version": 1, "currency": "USD", "entries": entries});
    let plain = PriceBook::new(&serde_json::from_value(book.clone()).unwrap());
    let found = [
        place("entries[0].price", "below_zero"),
        place("entries[1].floor", "below_zero"),
    ];
    assert_eq!(places(plain), found);
    let selection = json!({"strategy": {"by": "best_price"}});
    let books = json!({"selection": selection, "books": [book]});
    let found = found.map(|(path, code)| (format!("books[0].{path}"), code));
    assert_eq!(
        places(PriceBooks::new(&serde_json::from_value(books).unwrap())),
        found
    );
}

#[test]
fn a_rule_that_refers_to_nothing() {
    let groups = json!([{"id": "os", "min": 1, "max": 1, "options": [{"id": "linux"}, {"id": "win"}]}]);
    let lost = model(
        json!({"groups": groups, "requires": [["linux", "gone"]], "excludes": [["lost", "win"]],
        "parent_excludes": [["around", "away"]], "rules": [
            {"id": "r", "when": {"fact": "colour", "eq": "red"}, "then": {"fact": "chosen.bsd", "eq": true}}]}),
    );
    assert_eq!(
        places(lost),
        [
            place("requires[0][1]", "unknown_option"),
            place("excludes[0][0]", "unknown_option"),
            place("parent_excludes[0][1]", "unknown_option"),
            place("rules[0].when.fact", "unknown_fact"),
            place("rules[0].then.fact", "unknown_fact"),
        ]
    );
    let of_nothing =
        json!([list(), {"op": "discount", "id": "d", "label": "D", "percent": "1", "of": "gone"}]);
    assert_eq!(
        places(waterfall(of_nothing)),
        [place("steps[1].of", "unknown_step")]
    );
    let when_nothing = json!([list(),
        {"op": "discount", "id": "d", "label": "D", "percent": "1", "when": {"fact": "colour", "eq": "red"}}]);
    assert_eq!(
        places(waterfall(when_nothing)),
        [place("steps[1].when.fact", "unknown_fact")]
    );
}

#[test]
fn a_value_of_another_type() {
    let products = json!({"id": "c", "version": 1, "attributes": {"ram_gb": "number", "touch": "flag", "since": "date"},
        "products": [{"id": "prd_a", "name": "A",
            "attributes": {"ram_gb": "much", "touch": "yes", "since": "2026-02-30", "colour": "red"}}]});
    let at = |name: &str, code| place(&format!("products[0].attributes.{name}"), code);
    assert_eq!(
        places(catalogue(products)),
        [
            at("colour", "unknown_attribute"),
            at("ram_gb", "wrong_type"),
            at("since", "wrong_type"),
            at("touch", "wrong_type")
        ]
    );
    let groups = json!([{"id": "ram", "min": 1, "max": 1, "options": [{"id": "a", "value": "8"}, {"id": "b", "value": "16"}]}]);
    let compared =
        model(json!({"groups": groups, "rules": [{"id": "r", "then": {"fact": "ram", "eq": "much"}}]}));
    assert_eq!(places(compared), [place("rules[0].then.eq", "wrong_type")]);
    // A figure in quotes is a figure, a bare one is not.
    let bare = json!({"groups": [{"id": "ram", "options": [{"id": "a", "value": 8}]}]});
    assert!(serde_json::from_value::<ConfigurationModelDocument>(bare).is_err());
}

fn bundle(id: usize, option: &str) -> Value {
    json!({"id": format!("prd_{id}"), "name": "Box",
        "configuration": {"groups": [{"id": "g", "options": [{"id": "o", "product": option}]}]}})
}

#[test]
fn bundles_without_end() {
    let deep: Vec<Value> = (0..10_000)
        .map(|index| bundle(index, &format!("prd_{}", index + 1)))
        .collect();
    let deep = deep
        .into_iter()
        .chain([json!({"id": "prd_10000", "name": "Core"})])
        .collect::<Vec<_>>();
    let deep = catalogue(json!({"id": "c", "version": 1, "products": deep}));
    assert_eq!(places(deep), [place("products[9983].configuration", "too_deep")]);

    // A circle of 10,000, and one product that holds itself.
    let round: Vec<Value> = (0..10_000)
        .map(|index| bundle(index, &format!("prd_{}", (index + 1) % 10_000)))
        .collect();
    let round = catalogue(json!({"id": "c", "version": 1, "products": round}));
    assert_eq!(
        places(round),
        [place("products[9999].configuration", "cyclic_bundle")]
    );
    let itself = catalogue(json!({"id": "c", "version": 1, "products": [bundle(0, "prd_0")]}));
    assert_eq!(
        places(itself),
        [place("products[0].configuration", "cyclic_bundle")]
    );
}

#[test]
fn bundles_without_measure() {
    let option = |index: usize| OptionDocument {
        id: format!("o{index}"),
        price: None,
        quantity: None,
        max_total: None,
        value: None,
        default: false,
        product: None,
        unit: None,
    };
    let group = |options: usize| OptionGroupDocument {
        id: "any".into(),
        min: 0,
        max: None,
        when: None,
        options: (0..options).map(option).collect(),
    };
    let refused = |document: ConfigurationModelDocument| places(ConfigurationModel::new(&document));
    let many = ConfigurationModelDocument {
        groups: vec![group(1_000_000)],
        ..Default::default()
    };
    assert_eq!(refused(many), [place("", "too_large")]);
    let excludes = vec![("o0".to_owned(), "o1".to_owned()); 1_000_001];
    let many = ConfigurationModelDocument {
        groups: vec![group(2)],
        excludes,
        ..Default::default()
    };
    assert_eq!(refused(many), [place("", "too_large")]);
}

#[test]
fn texts_without_end() {
    let long = "x".repeat(10_000_000);
    let named = catalogue(json!({"id": "c", "version": 1, "products": [{"id": "prd_a", "name": long}]}));
    assert_eq!(places(named).len(), 1);
    let called =
        model(json!({"groups": [{"id": long, "options": [{"id": long}]}], "requires": [[long, "gone"]]}));
    assert!(places(called).len() >= 2);
    let steps = json!([list(), {"op": "discount", "id": "d", "label": long, "percent": "1", "of": long}]);
    assert!(!places(waterfall(steps)).is_empty());
    let text = format!("9{}", "9".repeat(1_000_000));
    assert!(
        serde_json::from_value::<WaterfallDocument>(json!({"id": "w", "version": 1, "steps": [
        {"op": "discount", "id": "d", "label": "D", "percent": text}]}))
        .is_err()
    );
}
