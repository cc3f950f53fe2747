#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use std::fmt::Write;

use l2c_money::{Currency, Exact, Money, Quantity, Unit, parse_decimal};
use l2c_pricing::{
    Catalogue, Engine, PriceBook, PriceRequest, PricedQuote, ProductId, RequestLine, Waterfall,
};

fn catalogue() -> Catalogue {
    let json = r#"{"id": "catalogue", "version": 3, "products": [
        {"id": "prd_GTXPro", "name": "GTX Pro", "components": [
            {"id": "licence", "name": "Licence", "share_of_list": "80"},
            {"id": "support", "name": "Support, 12 months", "share_of_list": "20"}]},
        {"id": "prd_Cable", "name": "Cable"},
        {"id": "prd_Sticker", "name": "Sticker"},
        {"id": "prd_Kit", "name": "Kit", "components": [
            {"id": "box", "name": "Box"}, {"id": "guide", "name": "Guide"}]}]}"#;
    Catalogue::new(&serde_json::from_str(json).unwrap()).unwrap()
}

fn price_book() -> PriceBook {
    let json = r#"{"id": "list-usd", "version": 2, "currency": "USD", "entries": [
        {"product": "prd_GTXPro", "price": "5624", "floor": "3000", "valid_from": "2017-01-01"},
        {"product": "prd_GTXPro", "price": "5100", "valid_until": "2016-12-31"},
        {"product": "prd_Cable", "price": "0.125", "unit": "MTR", "floor": "0.1"},
        {"product": "prd_Sticker", "price": "0"},
        {"product": "prd_Kit", "component": "box", "price": "10", "floor": "9"},
        {"product": "prd_Kit", "component": "guide", "price": "3.335"}]}"#;
    PriceBook::new(&serde_json::from_str(json).unwrap()).unwrap()
}

const STEPS: &str = r#"{"id": "standard", "version": 1, "attributes": ["region"], "steps": [
    {"op": "discount", "id": "volume", "label": "Volume discount", "percent": "10",
     "when": {"fact": "quantity", "gte": "10"}},
    {"op": "surcharge", "id": "remote", "label": "Remote region", "percent": "2", "of": "list",
     "when": {"fact": "region", "eq": "Islands"}},
    {"op": "negotiated", "id": "negotiated", "label": "Negotiated"}]}"#;

fn engine_with(waterfall: &str) -> Engine {
    let waterfall = Waterfall::new(&serde_json::from_str(waterfall).unwrap()).unwrap();
    Engine::new(catalogue(), price_book(), waterfall).unwrap()
}

fn engine() -> Engine {
    engine_with(STEPS)
}

fn line(id: &str, product: &str, quantity: &str, unit: &str) -> RequestLine {
    let quantity = Quantity::new(parse_decimal(quantity).unwrap(), unit.parse::<Unit>().unwrap()).unwrap();
    RequestLine::new(id, ProductId::from_key(product).unwrap(), quantity)
}

fn pieces(id: &str, product: &str, count: &str) -> RequestLine {
    line(id, product, count, "C62")
}

fn request(lines: Vec<RequestLine>) -> PriceRequest {
    PriceRequest::new("2017-03-05".parse().unwrap(), lines)
}

fn usd(amount: &str) -> Money {
    Money::new(parse_decimal(amount).unwrap(), Currency::USD).unwrap()
}

/// The waterfalls as a table.
fn table(quote: &PricedQuote) -> String {
    let mut text = String::new();
    let rows = |text: &mut String, rows: &[l2c_pricing::WaterfallRow]| {
        for row in rows {
            let why = row
                .skipped
                .as_ref()
                .map(|why| format!("  [{why}]"))
                .unwrap_or_default();
            let currency = quote.currency();
            let (amount, subtotal) = (row.amount_text(currency), row.subtotal_text(currency));
            writeln!(text, "  {:<22}{amount:>10}{subtotal:>12}{why}", row.label).unwrap();
        }
    };
    for line in quote.lines() {
        writeln!(
            text,
            "{} {} x {}, list {}, net {}",
            line.id, line.quantity, line.name, line.list, line.net
        )
        .unwrap();
        rows(&mut text, &line.rows);
    }
    writeln!(
        text,
        "document, list {}, net {}",
        quote.list_total(),
        quote.net_total()
    )
    .unwrap();
    rows(&mut text, &quote.waterfall());
    for violation in quote.violations() {
        let (id, floor) = (&violation.request_line, violation.floor);
        let shortfall = violation.shortfall().unwrap();
        writeln!(
            text,
            "line {id}: {} is below its floor {floor} by {shortfall}",
            violation.net
        )
        .unwrap();
    }
    text
}

#[test]
fn the_make_up_splits_the_list_price_and_the_negotiated_step_reaches_the_target() {
    let request = request(vec![pieces("1", "GTXPro", "1")]).with_target(usd("5000"));
    let explained = engine().explain(&request).unwrap();
    insta::assert_snapshot!("waterfall_table", table(explained.quote()));
    insta::assert_snapshot!("waterfall_explanation", explained.net_total().text());
    insta::assert_json_snapshot!("waterfall_document", explained.quote());
    assert_eq!(explained.line("1.licence").unwrap().value(), Exact::integer(4000));
    assert!(explained.line("1").is_none());
    assert_eq!(
        explained.quote().discount_percent().unwrap(),
        Exact::ratio(7800, 703).unwrap()
    );
}

#[test]
fn a_target_above_list_is_a_surcharge() {
    let request = request(vec![pieces("1", "GTXPro", "1")]).with_target(usd("6000.01"));
    let quote = engine().price(&request).unwrap();
    insta::assert_snapshot!(table(&quote), @r#"
    1.licence 1 C62 x GTX Pro, Licence, list 4499.20 USD, net 4800.01 USD
      List                     4499.20     4499.20
      Volume discount             0.00     4499.20  [does not hold: quantity >= 10 (is 1)]
      Remote region               0.00     4499.20  [does not hold: region = "Islands" (is missing)]
      Negotiated                300.81     4800.01
    1.support 1 C62 x GTX Pro, Support, 12 months, list 1124.80 USD, net 1200.00 USD
      List                     1124.80     1124.80
      Volume discount             0.00     1124.80  [does not hold: quantity >= 10 (is 1)]
      Remote region               0.00     1124.80  [does not hold: region = "Islands" (is missing)]
      Negotiated                 75.20     1200.00
    document, list 5624.00 USD, net 6000.01 USD
      List                     5624.00     5624.00
      Volume discount             0.00     5624.00  [does not hold: quantity >= 10 (is 1)]
      Remote region               0.00     5624.00  [does not hold: region = "Islands" (is missing)]
      Negotiated                376.01     6000.01
    "#);
    assert!(quote.discount_percent().unwrap().is_negative());
}

#[test]
fn steps_take_their_percentage_of_the_subtotal_they_name_and_lines_are_rounded_once() {
    let mut request = request(vec![pieces("1", "Kit", "11"), line("2", "Cable", "3", "MTR")]);
    request.attributes.insert("region".into(), "Islands".into());
    insta::assert_snapshot!(table(&engine().price(&request).unwrap()), @r"
    1.box 11 C62 x Kit, Box, list 110.00 USD, net 101.20 USD
      List                      110.00      110.00
      Volume discount           -11.00       99.00
      Remote region               2.20      101.20
      Negotiated                  0.00      101.20  [no total was agreed]
    1.guide 11 C62 x Kit, Guide, list 36.69 USD, net 33.75 USD
      List                      36.685      36.685
      Volume discount          -3.6685     33.0165
      Remote region             0.7337     33.7502
      Rounding of the line     -0.0002       33.75
      Negotiated                  0.00       33.75  [no total was agreed]
    2 3 MTR x Cable, list 0.38 USD, net 0.38 USD
      List                       0.375       0.375
      Volume discount             0.00       0.375  [does not hold: quantity >= 10 (is 3)]
      Remote region             0.0075      0.3825
      Rounding of the line     -0.0025        0.38
      Negotiated                  0.00        0.38  [no total was agreed]
    document, list 147.07 USD, net 135.33 USD
      List                      147.06      147.06
      Volume discount         -14.6685    132.3915
      Remote region             2.9412    135.3327
      Rounding of the line     -0.0027      135.33
      Negotiated                  0.00      135.33  [no total was agreed]
    ");
}

#[test]
fn what_goes_back_carries_no_part_of_the_total_and_is_judged_by_its_unit_price() {
    let lines = vec![
        pieces("sale", "Kit", "1"),
        pieces("return", "Kit", "-1"),
        pieces("gtx", "GTXPro", "1"),
    ];
    let quote = engine()
        .price(&request(lines).with_target(usd("2999.99")))
        .unwrap();
    insta::assert_snapshot!(table(&quote), @r#"
    sale.box 1 C62 x Kit, Box, list 10.00 USD, net 5.34 USD
      List                       10.00       10.00
      Volume discount             0.00       10.00  [does not hold: quantity >= 10 (is 1)]
      Remote region               0.00       10.00  [does not hold: region = "Islands" (is missing)]
      Negotiated                 -4.66        5.34
    sale.guide 1 C62 x Kit, Guide, list 3.34 USD, net 1.79 USD
      List                       3.335       3.335
      Volume discount             0.00       3.335  [does not hold: quantity >= 10 (is 1)]
      Remote region               0.00       3.335  [does not hold: region = "Islands" (is missing)]
      Rounding of the line       0.005        3.34
      Negotiated                 -1.55        1.79
    return.box -1 C62 x Kit, Box, list -10.00 USD, net -10.00 USD
      List                      -10.00      -10.00
      Volume discount             0.00      -10.00  [does not hold: quantity >= 10 (is 1)]
      Remote region               0.00      -10.00  [does not hold: region = "Islands" (is missing)]
      Negotiated                  0.00      -10.00  [the line carries no part of the total]
    return.guide -1 C62 x Kit, Guide, list -3.34 USD, net -3.34 USD
      List                      -3.335      -3.335
      Volume discount             0.00      -3.335  [does not hold: quantity >= 10 (is 1)]
      Remote region               0.00      -3.335  [does not hold: region = "Islands" (is missing)]
      Rounding of the line      -0.005       -3.34
      Negotiated                  0.00       -3.34  [the line carries no part of the total]
    gtx.licence 1 C62 x GTX Pro, Licence, list 4499.20 USD, net 2404.96 USD
      List                     4499.20     4499.20
      Volume discount             0.00     4499.20  [does not hold: quantity >= 10 (is 1)]
      Remote region               0.00     4499.20  [does not hold: region = "Islands" (is missing)]
      Negotiated              -2094.24     2404.96
    gtx.support 1 C62 x GTX Pro, Support, 12 months, list 1124.80 USD, net 601.24 USD
      List                     1124.80     1124.80
      Volume discount             0.00     1124.80  [does not hold: quantity >= 10 (is 1)]
      Remote region               0.00     1124.80  [does not hold: region = "Islands" (is missing)]
      Negotiated               -523.56      601.24
    document, list 5624.00 USD, net 2999.99 USD
      List                     5624.00     5624.00
      Volume discount             0.00     5624.00  [does not hold: quantity >= 10 (is 1)]
      Remote region               0.00     5624.00  [does not hold: region = "Islands" (is missing)]
      Rounding of the line        0.00     5624.00
      Negotiated              -2624.01     2999.99
    line sale: 5.34 USD is below its floor 9.00 USD by 3.66 USD
    "#);
    let back = engine()
        .price(&request(vec![pieces("1", "Kit", "-1")]).with_target(usd("-10")))
        .unwrap();
    insta::assert_snapshot!(table(&back), @r#"
    1.box -1 C62 x Kit, Box, list -10.00 USD, net -7.50 USD
      List                      -10.00      -10.00
      Volume discount             0.00      -10.00  [does not hold: quantity >= 10 (is 1)]
      Remote region               0.00      -10.00  [does not hold: region = "Islands" (is missing)]
      Negotiated                  2.50       -7.50
    1.guide -1 C62 x Kit, Guide, list -3.34 USD, net -2.50 USD
      List                      -3.335      -3.335
      Volume discount             0.00      -3.335  [does not hold: quantity >= 10 (is 1)]
      Remote region               0.00      -3.335  [does not hold: region = "Islands" (is missing)]
      Rounding of the line      -0.005       -3.34
      Negotiated                  0.84       -2.50
    document, list -13.34 USD, net -10.00 USD
      List                     -13.335     -13.335
      Volume discount             0.00     -13.335  [does not hold: quantity >= 10 (is 1)]
      Remote region               0.00     -13.335  [does not hold: region = "Islands" (is missing)]
      Rounding of the line      -0.005      -13.34
      Negotiated                  3.34      -10.00
    line 1: -7.50 USD is below its floor -9.00 USD by 1.50 USD
    "#);
}

#[test]
fn a_discount_on_an_earlier_subtotal_never_turns_a_line_round() {
    let steps = r#"{"id": "deep", "version": 1, "steps": [
        {"op": "discount", "id": "a", "label": "A", "percent": "70"},
        {"op": "discount", "id": "b", "label": "B", "percent": "40", "of": "list"}]}"#;
    for (quantity, net) in [("2", "0"), ("-2", "0")] {
        let request = request(vec![pieces("1", "GTXPro", quantity)]);
        assert_eq!(engine_with(steps).price(&request).unwrap().net_total(), usd(net));
    }
}

#[test]
fn a_document_that_gives_back_more_than_it_sells_is_negotiated_by_what_goes_back() {
    let lines = vec![pieces("back", "Kit", "-2"), line("sold", "Cable", "8", "MTR")];
    let quote = engine().price(&request(lines).with_target(usd("-20"))).unwrap();
    let nets: Vec<Money> = quote.lines().iter().map(|line| line.net).collect();
    // -20.00 box and -6.67 guide less 1.00 cable: 5.67 less goes back, by 20.00 to 6.67.
    assert_eq!(nets, ["-15.75", "-5.25", "1"].map(usd));
}

#[test]
fn a_discount_takes_nothing_where_nothing_is_left() {
    let steps = r#"{"id": "cut", "version": 1, "steps": [
        {"op": "discount", "id": "a", "label": "A", "percent": "60"},
        {"op": "discount", "id": "b", "label": "B", "percent": "60", "of": "list"},
        {"op": "discount", "id": "c", "label": "C", "percent": "10", "of": "list"}]}"#;
    for (count, expected) in [
        ("10", ["100", "40", "0", "0"]),
        ("-10", ["-100", "-40", "0", "0"]),
    ] {
        let quote = engine_with(steps)
            .price(&request(vec![pieces("1", "Kit", count)]))
            .unwrap();
        let rows = &quote.line("1.box").unwrap().rows;
        let subtotals: Vec<String> = rows.iter().map(|row| row.subtotal.to_string()).collect();
        assert_eq!(subtotals, expected);
    }
}

#[test]
fn a_percentage_is_taken_of_the_subtotal_that_it_names() {
    let steps = r#"{"id": "bases", "version": 1, "steps": [
        {"op": "discount", "id": "a", "label": "A", "percent": "10"},
        {"op": "discount", "id": "b", "label": "B", "percent": "10", "of": "list"},
        {"op": "discount", "id": "c", "label": "C", "percent": "10", "of": "a"},
        {"op": "surcharge", "id": "d", "label": "D", "percent": "100", "of": "c"},
        {"op": "discount", "id": "e", "label": "E", "percent": "50"}]}"#;
    let quote = engine_with(steps)
        .price(&request(vec![pieces("1", "Kit", "10")]))
        .unwrap();
    let rows = &quote.line("1.box").unwrap().rows;
    let subtotals: Vec<String> = rows.iter().map(|row| row.subtotal.to_string()).collect();
    assert_eq!(subtotals, ["100", "90", "80", "71", "142", "71"]);
}

#[test]
fn each_line_is_tested_against_its_own_floor() {
    let steps = r#"{"id": "bulk", "version": 1, "steps": [
        {"op": "discount", "id": "bulk", "label": "Bulk", "percent": "50",
         "when": {"fact": "quantity", "gte": "10"}}]}"#;
    let lines = ["9", "10", "8"].map(|count| pieces(count, "GTXPro", count));
    let quote = engine_with(steps).price(&request(lines.to_vec())).unwrap();
    let below: Vec<(&str, Money)> = quote
        .violations()
        .iter()
        .map(|v| (v.request_line.as_str(), v.shortfall().unwrap()))
        .collect();
    assert_eq!(below, [("10", usd("1880"))]);
}

#[test]
fn prices_follow_the_date_of_the_request() {
    let mut request = request(vec![pieces("1", "GTXPro", "1")]);
    for (date, list) in [("2016-12-31", "5100"), ("2017-01-01", "5624")] {
        request.date = date.parse().unwrap();
        assert_eq!(engine().price(&request).unwrap().list_total(), usd(list));
    }
}

#[test]
fn a_base_of_zero_follows_the_policy_of_the_step() {
    let lines = || request(vec![pieces("1", "Sticker", "1"), pieces("2", "Sticker", "1")]);
    assert_eq!(
        engine()
            .price(&lines().with_target(usd("0")))
            .unwrap()
            .net_total(),
        usd("0")
    );
    let error = engine().price(&lines().with_target(usd("3.01"))).unwrap_err();
    assert_eq!(error.code(), "target_unreachable");
    let equal = r#"{"id": "e", "version": 1, "steps": [{"op": "negotiated", "id": "n", "label": "N",
        "spread": {"remainder": "largest", "zero_weights": "equal"}}]}"#;
    for (target, nets) in [("3.01", ["1.51", "1.5"]), ("-3.01", ["-1.51", "-1.5"])] {
        let quote = engine_with(equal)
            .price(&lines().with_target(usd(target)))
            .unwrap();
        let found: Vec<Money> = quote.lines().iter().map(|line| line.net).collect();
        assert_eq!(found, nets.map(usd));
        assert_eq!(quote.discount_percent(), None);
    }
}

#[test]
fn requests_that_cannot_be_priced_are_refused_by_code() {
    let one = || request(vec![pieces("1", "GTXPro", "1")]);
    let huge = ["1", "2"].map(|id| pieces(id, "GTXPro", "1000000000000000"));
    let cases = [
        ("empty_request", request(vec![])),
        (
            "duplicate_line",
            request(vec![pieces("1", "Kit", "1"), pieces("1", "GTXPro", "1")]),
        ),
        (
            "duplicate_line",
            request(vec![pieces("1", "Kit", "1"), line("1.box", "Cable", "1", "MTR")]),
        ),
        ("unknown_product", request(vec![pieces("1", "Nothing", "1")])),
        ("no_price", request(vec![line("1", "GTXPro", "1", "MTR")])),
        ("currency_mismatch", one().with_target(Money::zero(Currency::EUR))),
        ("not_in_minor_units", one().with_target(usd("1.001"))),
        ("target_unreachable", one().with_target(usd("-1"))),
        ("out_of_range", request(huge.to_vec())),
    ];
    for (code, request) in cases {
        let error = engine().price(&request).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert_eq!(engine().explain(&request).unwrap_err(), error);
    }
    let plain = engine_with(r#"{"id": "plain", "version": 1}"#);
    assert_eq!(
        plain.price(&one().with_target(usd("1"))).unwrap_err().code(),
        "no_negotiated_step"
    );
}

#[test]
fn a_total_near_the_bounds_of_money_is_met_and_stored() {
    let target = usd("4999999999999999999.99");
    let request = request(vec![pieces("1", "GTXPro", "1000000000000000")]).with_target(target);
    let quote = engine().price(&request).unwrap();
    assert_eq!(quote.net_total(), target);
    let json = serde_json::to_string(&quote).unwrap();
    assert_eq!(serde_json::from_str::<PricedQuote>(&json).unwrap(), quote);
}

#[test]
fn a_stored_quote_that_disagrees_with_itself_is_refused() {
    let quote = engine().price(&request(vec![pieces("1", "Kit", "3")])).unwrap();
    let json = serde_json::to_value(&quote).unwrap();
    assert_eq!(
        serde_json::from_value::<PricedQuote>(json.clone()).unwrap(),
        quote
    );
    let changes: [(&str, serde_json::Value); 7] = [
        ("/net_total/amount", "1".into()),
        ("/list_total/amount", "1".into()),
        ("/lines/0/net/amount", "29".into()),
        ("/lines/0/net/currency", "EUR".into()),
        ("/lines/0/rows/0/step", "volume".into()),
        ("/lines/0/rows/1/amount", "-1".into()),
        ("/lines/1/rows/0/subtotal", "10".into()),
    ];
    for (path, value) in changes {
        let mut changed = json.clone();
        *changed.pointer_mut(path).unwrap() = value;
        assert!(serde_json::from_value::<PricedQuote>(changed).is_err(), "{path}");
    }
}
