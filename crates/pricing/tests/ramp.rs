//! Ramps on figures worked by hand, and what is refused.
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
    Catalogue, Engine, MAX_RAMP_SEGMENTS, PriceBooks, PriceRequest, ProductId, Ramp, RampDocument, RampPrice,
    RequestLine, Waterfall, presets,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn ramp(document: Value) -> Ramp {
    Ramp::new(&serde_json::from_value(document).unwrap(), Currency::USD).unwrap()
}

fn faults(document: Value) -> Vec<(String, &'static str)> {
    let document: RampDocument = serde_json::from_value(document).unwrap();
    let faults = Ramp::new(&document, Currency::USD).unwrap_err();
    faults
        .iter()
        .map(|fault| (fault.path.clone(), fault.code))
        .collect()
}

fn totals(price: &RampPrice) -> Vec<String> {
    price
        .segments
        .iter()
        .map(|segment| segment.total.to_string())
        .collect()
}

#[test]
fn seats_grow_and_the_price_with_them() {
    // 120 x 0.9 x 100; 126 x 150; 132.30 x 0.95 = 125.685, rounded 125.69, x 200.
    let ramp = ramp(json!({"term_months": 36, "unit_price": "120",
        "unit_rounding": {"to": {"scale": 2}}, "segments": [
            {"quantity": "100", "discount_percent": "10"},
            {"quantity": "150", "uplift_percent": "5"},
            {"quantity": "200", "discount_percent": "5", "uplift_percent": "5"}]}));
    let price = ramp.price().unwrap();
    assert_eq!(totals(&price), ["10800", "18900", "25138"]);
    assert_eq!(price.segments[2].undiscounted, "132.3".parse::<Exact>().unwrap());

    let why = ramp.explain().unwrap();
    assert_eq!(why.total().recompute().unwrap(), Exact::integer(54_838));
    let text = why.segment(2).unwrap().text();
    for line in [
        "uplift, rate: 5 %",
        "discount, rate: 5 %",
        "total of segment 3: 25138.00 USD",
    ] {
        assert!(text.contains(line), "{line} in\n{text}");
    }
    assert!(why.segment(3).is_none());
}

#[test]
fn uplifts_compound_or_add_up() {
    let with = |mode: &str| {
        let price = ramp(
            json!({"term_months": 36, "unit_price": "100", "uplift_percent": "10", "uplift_mode": mode}),
        );
        totals(&price.price().unwrap())
    };
    assert_eq!(with("compound"), ["100", "110", "121"]);
    assert_eq!(with("simple"), ["100", "110", "120"]);
}

#[test]
fn the_short_segment_is_first_or_last() {
    let with = |partial: &str| {
        let price = ramp(
            json!({"term_months": 18, "unit_price": "1000", "start": "2024-08-31", "partial_segment": partial}),
        );
        let shown = |s: &l2c_pricing::RampSegment| format!("{} {}", s.period.unwrap(), s.total);
        price
            .price()
            .unwrap()
            .segments
            .iter()
            .map(shown)
            .collect::<Vec<_>>()
    };
    // Counted from the start each time: the 28th of February is the 31st of August, six months on.
    assert_eq!(
        with("first"),
        ["2024-08-31 to 2025-02-27 500", "2025-02-28 to 2026-02-27 1000"]
    );
    assert_eq!(
        with("last"),
        ["2024-08-31 to 2025-08-30 1000", "2025-08-31 to 2026-02-27 500"]
    );
}

#[test]
fn what_is_wrong_is_said() {
    assert_eq!(
        faults(json!({"term_months": 0, "segment_months": 0, "unit_price": "1"})),
        [
            ("term_months".into(), "invalid_period"),
            ("segment_months".into(), "invalid_period"),
            ("price_term_months".into(), "invalid_period")
        ]
    );
    assert_eq!(
        faults(json!({"term_months": 30, "unit_price": "1", "segments": [{}, {}]})),
        [("segments".into(), "segment_mismatch")]
    );
    assert_eq!(
        faults(json!({"term_months": u32::MAX, "segment_months": 1, "unit_price": "1"})),
        [("term_months".into(), "too_many")]
    );
    assert_eq!(
        faults(
            json!({"term_months": u32::MAX, "segment_months": u32::MAX, "unit_price": "1", "start": "2025-01-01"})
        ),
        [("start".into(), "date_out_of_range")]
    );
    let most = ramp(
        json!({"term_months": MAX_RAMP_SEGMENTS, "segment_months": 1, "unit_price": "1",
        "uplift_percent": "0.0001"}),
    );
    assert_eq!(most.price().unwrap().segments.len(), 600);
}

proptest! {
    /// Without uplifts and discounts the segments are the price times the months, whichever is short, and the
    /// derivation gives the total.
    #[test]
    fn a_flat_ramp_is_the_price_of_its_months(term in 1_u32..=120, segment in 1_u32..=24, cents in 0_i64..1_000_000) {
        for partial in ["first", "last"] {
            let unit = Exact::ratio(cents, 100).unwrap();
            let ramp = ramp(json!({"term_months": term, "segment_months": segment, "partial_segment": partial,
                "price_term_months": 1, "unit_price": unit.to_string()}));
            let price = ramp.price().unwrap();
            prop_assert_eq!(&price.total, &(unit * Exact::from(term)));
            prop_assert_eq!(price.segments.iter().map(|s| s.months).sum::<u32>(), term);
            prop_assert_eq!(ramp.explain().unwrap().total().recompute().unwrap(), price.total);
        }
    }
}

#[test]
fn the_segments_of_a_ramp_are_lines_of_a_quote() {
    let catalogue = r#"{"id": "shop", "version": 1, "products": [
        {"id": "prd_seat", "name": "Seat"}, {"id": "prd_start", "name": "Start"}]}"#;
    let book = r#"{"id": "list", "version": 1, "currency": "USD", "entries": [{"product": "prd_start", "price": "500"}]}"#;
    let books = format!(r#"{{"selection": {{"strategy": {{"by": "priority"}}}}, "books": [{book}]}}"#);
    let engine = Engine::new(
        Catalogue::new(&serde_json::from_str(catalogue).unwrap()).unwrap(),
        PriceBooks::new(&serde_json::from_str(&books).unwrap()).unwrap(),
        Waterfall::new(&serde_json::from_str(presets::RAMP).unwrap()).unwrap(),
    )
    .unwrap();
    // 10 seats at 120 a year, 8 % more in the second year, 10 % off the half year at the end.
    let ramp = ramp(
        json!({"term_months": 30, "start": "2026-01-31", "unit_price": "120", "segments": [
        {"quantity": "10"}, {"quantity": "15", "uplift_percent": "8"}, {"quantity": "20", "discount_percent": "10"}]}),
    );
    let seat = ProductId::new("prd_seat").unwrap();
    let mut lines = vec![RequestLine::new(
        "1",
        ProductId::new("prd_start").unwrap(),
        Quantity::pieces(1),
    )];
    lines.extend(ramp.request_lines("2", &seat, Unit::ONE).unwrap());
    let priced = engine
        .price(&PriceRequest::new("2026-01-05".parse().unwrap(), lines.clone()))
        .unwrap();
    let shown: Vec<String> = priced
        .lines()
        .iter()
        .map(|line| format!("{} {} of {}", line.id, line.net, line.list))
        .collect();
    // 15 x 129.60; 20 x 129.60 x 0.9 x 6 / 12.
    assert_eq!(
        shown,
        [
            "1 500.00 USD of 500.00 USD",
            "2-1 1200.00 USD of 1200.00 USD",
            "2-2 1944.00 USD of 1944.00 USD",
            "2-3 1166.40 USD of 1296.00 USD"
        ]
    );
    assert_eq!(lines[2].term.unwrap().to_string(), "2027-01-31 to 2028-01-30");
    let total = ramp.price().unwrap().total;
    assert_eq!(priced.net_total().exact(), total + Exact::integer(500));
}
