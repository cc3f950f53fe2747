//! Which price record holds, why the others did not, and what is found wrong with price books.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use l2c_money::{Currency, Exact, Unit};
use l2c_pricing::{
    ExchangeRates, Faults, Finding, ListPrice, PriceBook, PriceBooks, PriceBooksDocument, PriceQuery,
    Severity, Standing, UnitFactors, lint,
};

const SPECIFICITY: &str =
    r#""strategy": {"by": "specificity", "attributes": ["contract", "customer", "segment", "region"]}"#;

fn document(selection: &str, books: &str) -> PriceBooksDocument {
    serde_json::from_str(&format!(
        r#"{{"selection": {{{selection}}}, "books": [{books}]}}"#
    ))
    .unwrap()
}

fn book(id: &str, currency: &str, entries: &str) -> String {
    format!(r#"{{"id": "{id}", "version": 3, "currency": "{currency}", "entries": [{entries}]}}"#)
}

fn one(selection: &str, entries: &str) -> Result<PriceBooks, Faults> {
    PriceBooks::new(&document(selection, &book("list", "USD", entries)))
}

fn query<'a>(attributes: &[(&'a str, &'a str)], quantity: i64, at: &str) -> PriceQuery<'a> {
    let attributes: BTreeMap<&str, &str> = attributes.iter().copied().collect();
    PriceQuery::new(
        attributes,
        Exact::integer(quantity),
        Unit::ONE,
        at.parse().unwrap(),
    )
}

#[test]
fn the_customer_goes_before_the_segment_and_both_before_the_list() {
    let books = one(
        SPECIFICITY,
        r#"{"product": "prd_a", "price": "100"},
           {"product": "prd_a", "match": {"segment": "gov"}, "price": "90"},
           {"id": "key account", "product": "prd_a", "match": {"customer": "C"}, "price": "95"},
           {"product": "prd_a", "match": {"customer": "C", "segment": "gov"}, "price": "85", "valid_from": "2027-01-01"}"#,
    )
    .unwrap();
    let price = |attributes: &[_]| {
        books
            .price("list", &query(attributes, 1, "2026-03-05"))
            .unwrap()
            .unit_price
    };
    assert_eq!(price(&[("product", "prd_a")]), Exact::integer(100));
    assert_eq!(
        price(&[("product", "prd_a"), ("segment", "gov")]),
        Exact::integer(90)
    );
    let both = [("product", "prd_a"), ("segment", "gov"), ("customer", "C")];
    assert_eq!(price(&both), Exact::integer(95));

    let explained = books.explain("list", &query(&both, 1, "2026-03-05")).unwrap();
    let told: Vec<String> = explained
        .candidates
        .iter()
        .map(|candidate| format!("{} {}: {}", candidate.book, candidate.entry, candidate.standing))
        .collect();
    assert_eq!(
        told,
        [
            "list v3 entries[0]: lost to entries[1]: that one is more specific",
            "list v3 entries[1]: lost to entries[2] `key account`: that one is more specific",
            "list v3 entries[2] `key account`: won",
            "list v3 entries[3]: does not hold then",
        ]
    );
    let text = explained.derivation.text();
    assert!(
        text.contains("price: 95.00 USD [list v3 entries[2] `key account`]"),
        "{text}"
    );
}

#[test]
fn ties_are_found_when_the_books_are_built() {
    let refused = |strategy: &str, entries: &str| {
        one(strategy, entries)
            .map_err(|faults| faults.to_string())
            .unwrap_err()
    };
    insta::assert_snapshot!(
        refused(
            r#""strategy": {"by": "priority"}"#,
            r#"{"match": {"customer": "C"}, "price": "8", "priority": 5},
               {"match": {"region": "West"}, "price": "12", "priority": 5, "valid_until": "2025-03-31"},
               {"match": {"region": "West", "customer": "D"}, "price": "12", "priority": 5, "valid_from": "2025-03-31"},
               {"price": "1", "priority": 1}"#
        ),
        @r"
    price books, 2 faults:
      books[0].entries[1]: two prices on one day for a request with the attributes of both: this one and entries[0]; rank one above the other
      books[0].entries[2]: two prices on 2025-03-31 for a request with the attributes of both: this one and entries[1]; rank one above the other
    "
    );
    // The same scope, days that meet, quantities that do not: no tie. One more piece, and there is one.
    let two = |max: u32| {
        let first =
            format!(r#"{{"product": "prd_a", "price": "9", "priority": 1, "max_quantity": "{max}"}}"#);
        let entries =
            format!(r#"{first}, {{"product": "prd_a", "price": "8", "priority": 1, "min_quantity": "10"}}"#);
        one(r#""strategy": {"by": "priority"}"#, &entries)
    };
    assert!(two(9).is_ok());
    assert_eq!(two(10).unwrap_err().code(), "overlap");
    // Where it is the policy, a tie is met when a price is asked for.
    let books = one(
        r#""strategy": {"by": "priority"}, "ties": "ambiguous""#,
        r#"{"price": "8"}, {"price": "9"}, {"price": "7", "priority": -1}"#,
    )
    .unwrap();
    let error = books.price("list", &query(&[], 1, "2026-03-05")).unwrap_err();
    assert_eq!(error.code(), "ambiguous_rules");
    assert!(error.to_string().contains("entries[0] and entries[1]"), "{error}");
    let standings = books.candidates("list", &query(&[], 1, "2026-03-05")).unwrap();
    assert!(matches!(standings[0].standing, Standing::Tied { .. }));
    assert!(matches!(standings[2].standing, Standing::Lost { .. }));
}

#[test]
fn a_formula_converts_then_takes_off_then_rounds_then_adds_then_keeps_its_margins() {
    // 100 USD = 93 EUR; less 10 % 83.70; to whole euros 84; less 0.05: 83.95.
    let formula = |rest: &str| {
        let entries = format!(
            r#"{{"formula": {{"minus_percent": "10", "rounding": {{"to": {{"increment": "1"}}}}, "plus": "-0.05"{rest}}}}}"#
        );
        PriceBooks::new(&document(SPECIFICITY, &book("eu", "EUR", &entries))).unwrap()
    };
    let rates = ExchangeRates::new().with(
        "ecb-2026-03-04",
        Currency::USD,
        Currency::EUR,
        "0.93".parse::<Exact>().unwrap(),
    );
    let mut asked = query(&[], 1, "2026-03-05");
    asked.list_price = Some(ListPrice {
        amount: Exact::integer(100),
        currency: Currency::USD,
        unit: Unit::ONE,
    });
    asked.rates = Some(&rates);
    for (rest, price) in [
        ("", "83.95"),
        (r#", "min_margin": "-5""#, "88"),  // 93 - 5
        (r#", "max_margin": "-20""#, "73"), // 93 - 20
    ] {
        let books = formula(rest);
        let explained = books.explain("eu", &asked).unwrap();
        assert_eq!(explained.found.unit_price.to_string(), price);
        assert_eq!(explained.derivation.recompute().unwrap().to_string(), price);
        let text = explained.derivation.text();
        assert!(text.contains("[exchange rate ecb-2026-03-04]"), "{text}");
    }
    asked.rates = None;
    assert_eq!(formula("").price("eu", &asked).unwrap_err().code(), "no_rate");
}

#[test]
fn an_old_quote_is_priced_as_known_then() {
    // 100 was recorded in January and corrected to 110 in March, for the same days.
    let books = one(
        SPECIFICITY,
        r#"{"product": "prd_a", "price": "100", "known_from": "2026-01-10T00:00:00Z", "known_until": "2026-03-01T12:00:00Z"},
           {"product": "prd_a", "price": "110", "known_from": "2026-03-01T12:00:00Z"}"#,
    )
    .unwrap();
    let price = |known: Option<&str>| {
        let mut asked = query(&[("product", "prd_a")], 1, "2026-02-01");
        asked.known_at = known.map(|known| known.parse().unwrap());
        books
            .price("list", &asked)
            .map(|found| found.unit_price.to_string())
            .map_err(|error| error.code())
    };
    assert_eq!(price(None), Ok("110".to_owned()));
    assert_eq!(price(Some("2026-02-01T00:00:00Z")), Ok("100".to_owned()));
    assert_eq!(price(Some("2026-03-01T11:59:59Z")), Ok("100".to_owned()));
    assert_eq!(price(Some("2026-03-01T12:00:00Z")), Ok("110".to_owned()));
    assert_eq!(price(Some("2026-01-09T00:00:00Z")), Err("no_price"));
}

#[test]
fn a_unit_converts_only_where_the_entry_and_the_host_say_so() {
    let (piece, pack) = (Unit::ONE, "XBX".parse::<Unit>().unwrap());
    let factors = UnitFactors::new().with(piece, 1).unwrap().with(pack, 12).unwrap();
    let price = |sold_in: &str, unit: Unit, units: Option<&UnitFactors>| {
        let entry = format!(r#"{{"price": "46", "unit": "XBX"{sold_in}}}"#);
        let books = one(SPECIFICITY, &entry).unwrap();
        let mut asked = query(&[], 12, "2026-03-05");
        asked.unit = unit;
        asked.units = units;
        books
            .price("list", &asked)
            .map(|found| found.unit_price)
            .map_err(|error| error.code())
    };
    let any = r#", "sold_in": "any""#;
    assert_eq!(price("", pack, None), Ok(Exact::integer(46)));
    assert_eq!(price("", piece, Some(&factors)), Err("no_price"));
    assert_eq!(
        price(any, piece, Some(&factors)),
        Ok(Exact::ratio(23, 6).unwrap())
    );
    assert_eq!(price(any, piece, None), Err("no_price"));
    assert_eq!(
        price(r#", "sold_in": {"only": "C62"}"#, pack, Some(&factors)),
        Err("no_price")
    );
    assert_eq!(price(any, Unit::HOUR, Some(&factors)), Err("unknown_uom"));
    assert_eq!(
        UnitFactors::new().with(pack, 0).unwrap_err().code(),
        "invalid_unit_factor"
    );
}

#[test]
fn every_fault_of_price_books_is_told() {
    let books = [
        book("a", "USD", r#"{"formula": {"base_book": "b"}}"#),
        book(
            "b",
            "USD",
            r#"{"price": "1"}, {"match": {"x": "1"}, "formula": {"base_book": "c"}}"#,
        ),
        book(
            "c",
            "USD",
            r#"{"formula": {"base_book": "b"}}, {"match": {"y": "1"}, "formula": {"base_book": "bb"}}"#,
        ),
        book(
            "a",
            "USD",
            r#"{"id": "r"}, {"id": "r", "price": "1", "formula": {}}"#,
        ),
        book(
            "d",
            "USD",
            r#"{"price": "1", "min_quantity": "5", "max_quantity": "4"},
               {"price": "1", "known_from": "2026-01-01T00:00:00Z", "known_until": "2026-01-01T00:00:00Z"},
               {"price": "1", "product": "prd_a", "match": {"product": "prd_b"}},
               {"formula": {"min_margin": "2", "max_margin": "1"}}"#,
        ),
    ];
    insta::assert_snapshot!(PriceBooks::new(&document(SPECIFICITY, &books.join(","))).unwrap_err().to_string(), @r"
    price books, 12 faults:
      books[3].id: `a` stands at books[0] already: give each book its own id
      books[3].entries[0]: write a `price`, a `charge` or a `formula`
      books[3].entries[1].id: `r` stands at entries[0] already: give each entry its own id
      books[3].entries[1].formula: write one of `price`, `charge` and `formula`, not two
      books[4].entries[0].max_quantity: 4 is below the least quantity, 5
      books[4].entries[1].known_until: 2026-01-01 00:00:00 UTC is not after 2026-01-01 00:00:00 UTC, when it was recorded
      books[4].entries[2].match.product: `product` stands in the entry already: leave it out of `match`
      books[4].entries[3].formula.max_margin: 1 is below the least margin, 2
      books[2].entries[1].formula.base_book: there is no book `bb`
      books[2].entries[0].formula.base_book: the books build on each other in a circle: b -> c -> b
      books[1].entries[1]: two prices on one day for a request with the attributes of both: this one and entries[0]; rank one above the other
      books[2].entries[1]: two prices on one day for a request with the attributes of both: this one and entries[0]; rank one above the other
    ");
}

#[test]
fn a_plain_list_refuses_entries_that_compete() {
    for rest in [
        r#""match": {"customer": "C"}"#,
        r#""min_quantity": "10""#,
        r#""sold_in": "any""#,
        r#""priority": 1"#,
        r#""known_from": "2026-01-01T00:00:00Z""#,
    ] {
        let entry = format!(r#"{{"product": "prd_a", "price": "1", {rest}}}"#);
        let document = serde_json::from_str(&book("list", "USD", &entry)).unwrap();
        assert_eq!(
            PriceBook::new(&document).unwrap_err().code(),
            "needs_selection",
            "{rest}"
        );
    }
}

#[test]
fn books_that_build_on_each_other_too_deeply_are_refused_in_bounded_time() {
    let deep = |count: usize| {
        let mut books = vec![book("0", "USD", r#"{"price": "1"}"#)];
        let on = |at: usize| format!(r#"{{"formula": {{"base_book": "{}"}}}}"#, at - 1);
        books.extend((1..count).map(|at| book(&at.to_string(), "USD", &on(at))));
        PriceBooks::new(&document(SPECIFICITY, &books.join(",")))
    };
    let books = deep(64).unwrap();
    assert_eq!(
        books
            .price("63", &query(&[], 1, "2026-03-05"))
            .unwrap()
            .unit_price,
        Exact::ONE
    );
    assert_eq!(deep(10_000).unwrap_err().code(), "too_deep");
}

#[test]
fn the_linter_says_what_is_probably_not_meant() {
    let list = book(
        "list",
        "USD",
        r#"{"product": "prd_a", "price": "100", "floor": "90", "priority": 9, "max_quantity": "9"},
           {"product": "prd_a", "price": "95", "priority": 9, "min_quantity": "12", "max_quantity": "20"},
           {"product": "prd_a", "price": "93", "priority": 9, "min_quantity": "20.5"},
           {"product": "prd_b", "price": "10", "floor": "8", "valid_until": "2025-12-31"},
           {"product": "prd_b", "price": "11", "valid_from": "2026-01-02"},
           {"product": "prd_b", "price": "7", "priority": 1, "match": {"customer": "C"}},
           {"product": "prd_b", "price": "7", "priority": 2, "match": {"customer": "C"}}"#,
    );
    let eu = book(
        "eu",
        "EUR",
        r#"{"product": "prd_a", "formula": {"base_book": "list"}}, {"product": "prd_a", "price": "80"}"#,
    );
    let document = document(
        r#""strategy": {"by": "priority"}, "ties": "ambiguous""#,
        &[list, eu].join(","),
    );
    let told: Vec<String> = lint(&document, &ExchangeRates::new())
        .iter()
        .map(|finding| format!("{:?} {} {}", finding.severity, finding.fault.code, finding.fault))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    Warning quantity_gap books[0].entries[1]: no price for quantities above 9 (entries[0]) and below 12: let the two meet
    Warning validity_gap books[0].entries[4]: no price after 2025-12-31 (entries[3]) and before 2026-01-02: let the two meet
    Warning unreachable books[0].entries[5]: entries[6] holds whenever this one does and goes before it: drop one, or rank this one higher
    Warning below_floor books[0].entries[5]: 7 is below the floor of entries[3]: raise the price, or lower the floor
    Warning below_floor books[0].entries[6]: 7 is below the floor of entries[3]: raise the price, or lower the floor
    Warning overlap books[1].entries[1]: two prices on one day: this one and entries[0]; end one before the other
    Warning no_rate books[1].entries[0].formula.base_book: the base is in USD: give an exchange rate from USD to EUR
    Advice quantity_gap books[0].entries[2]: no price for quantities above 20 (entries[1]) and below 20.5: let the two meet
    Advice missing_currency books[0].entries[3]: prd_b has no price in EUR: add one, or a formula
    ");

    let broken = self::document(
        SPECIFICITY,
        &book(
            "a",
            "USD",
            r#"{"price": "1", "floor": "2"}, {"formula": {"base_book": "a"}}"#,
        ),
    );
    let findings = lint(&broken, &ExchangeRates::new());
    let codes: Vec<_> = findings
        .iter()
        .map(|finding| (finding.severity, finding.fault.code))
        .collect();
    assert!(codes.contains(&(Severity::Error, "floor_above_price")));
    assert!(codes.contains(&(Severity::Error, "price_book_cycle")));
}

#[test]
fn the_linter_names_crossings_and_what_no_access_finds() {
    let told = |selection: &str, entries: &str| -> Vec<String> {
        let findings = lint(
            &document(selection, &book("list", "USD", entries)),
            &ExchangeRates::new(),
        );
        let told =
            |finding: &Finding| format!("{:?} {} {}", finding.severity, finding.fault.code, finding.fault);
        findings.iter().map(told).collect()
    };
    let crossing = told(
        r#""strategy": {"by": "priority"}, "ties": "newest""#,
        r#"{"product": "prd_a", "price": "9", "max_quantity": "20"},
           {"product": "prd_a", "price": "8", "min_quantity": "15"}"#,
    );
    assert_eq!(
        crossing.last().unwrap(),
        "Advice quantity_crossing books[0].entries[1]: quantities from 15 to 20 belong to entries[0] as well: end one before the other"
    );
    let lost = told(
        r#""strategy": {"by": "access_sequence", "accesses": [["customer", "product"], ["product"]]}"#,
        r#"{"product": "prd_a", "price": "9"}, {"product": "prd_a", "match": {"region": "EU"}, "price": "8"}"#,
    );
    assert_eq!(
        lost,
        [
            "Warning no_access books[0].entries[1]: no access names exactly these attributes: add one, or change the attributes"
        ]
    );
    // A fixed price below zero is no price: the books are refused, and the linter says so first.
    let below = told(SPECIFICITY, r#"{"product": "prd_a", "price": "-1"}"#);
    assert_eq!(
        below,
        ["Error below_zero books[0].entries[0].price: -1 is below zero: a price is zero or more"]
    );
}

#[test]
fn many_entries_are_built_and_linted_in_bounded_time() {
    let many = |entry: &dyn Fn(usize) -> String| {
        let entries: Vec<String> = (0..20_000).map(entry).collect();
        document(
            r#""strategy": {"by": "priority"}"#,
            &book("list", "USD", &entries.join(",")),
        )
    };
    let shapes: [&dyn Fn(usize) -> String; 4] = [
        &|at| {
            format!(
                r#"{{"product": "prd_p{}", "price": "1", "min_quantity": "{}", "max_quantity": "{}"}}"#,
                at / 10,
                at % 10,
                at % 10
            )
        },
        &|_| r#"{"product": "prd_a", "price": "1"}"#.to_owned(),
        &|at| {
            format!(r#"{{"product": "prd_a", "price": "1", "min_quantity": "{at}", "max_quantity": "{at}"}}"#)
        },
        &|at| {
            format!(
                r#"{{"match": {{"n{}": "1"}}, "price": "1", "min_quantity": "{at}", "max_quantity": "{at}"}}"#,
                at % 300
            )
        },
    ];
    for (shape, entry) in shapes.iter().enumerate() {
        let document = many(entry);
        let started = Instant::now();
        let _ = lint(&document, &ExchangeRates::new());
        // A bound that a quadratic search is far beyond, unoptimised and on a busy machine.
        assert!(
            started.elapsed() < Duration::from_secs(120),
            "shape {shape}: {:?}",
            started.elapsed()
        );
    }
}

#[test]
fn a_price_below_the_floor_of_a_list_in_parts_is_found() {
    let books = r#"{"id": "list", "version": 1, "currency": "EUR", "entries": [
        {"product": "prd_a", "max_quantity": "10", "price": "6", "floor": "5"},
        {"product": "prd_a", "min_quantity": "11", "price": "5", "floor": "4"},
        {"product": "prd_a", "match": {"customer": "C-1"}, "min_quantity": "20", "price": "4.50"},
        {"product": "prd_a", "match": {"customer": "C-2"}, "min_quantity": "20", "price": "3"}]}"#;
    let found = lint(&document(SPECIFICITY, books), &ExchangeRates::new());
    let below: Vec<&str> = found
        .iter()
        .filter(|finding| finding.fault.code == "below_floor")
        .map(|finding| finding.fault.path.as_str())
        .collect();
    // 4.50 is below the floor of small quantities alone, which it is not for.
    assert_eq!(below, ["books[0].entries[3]"]);
}
