//! Figures worked by hand: what an engine does with several price books, charges, terms, adjustments and tax.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use l2c_calendar::Period;
use l2c_money::{Currency, Exact, Money, Quantity, Unit};
use l2c_pricing::{
    Adjustments, Catalogue, Engine, ExchangeRates, Faults, LineInput, ListPrice, PriceBooks, PriceRequest,
    PricedQuote, ProductId, RequestLine, Waterfall,
};

const CATALOGUE: &str = r#"{"id": "shop", "version": 1, "products": [
    {"id": "prd_desk", "name": "Desk", "units": {"C62": "1", "DZN": "12"}},
    {"id": "prd_seat", "name": "Seat"},
    {"id": "prd_suite", "name": "Suite", "components": [
        {"id": "licence", "name": "Licence", "share_of_list": "80"},
        {"id": "support", "name": "Support", "share_of_list": "20"}]},
    {"id": "prd_care", "name": "Care"}]}"#;

const BOOKS: &str = r#"{
    "selection": {"strategy": {"by": "specificity", "attributes": ["customer", "segment"]}},
    "books": [
        {"id": "eur", "version": 3, "currency": "EUR", "entries": [
            {"product": "prd_desk", "price": "40", "floor": "30", "sold_in": "any"},
            {"product": "prd_desk", "match": {"customer": "C-17"}, "price": "36", "sold_in": "any",
             "known_from": "2026-02-01T00:00:00Z"},
            {"product": "prd_seat", "charge": {"model": "graduated", "tiers": [
                {"up_to": "10", "unit_price": "5"}, {"unit_price": "4"}]}},
            {"product": "prd_suite", "price": "100", "floor": "60"}]},
        {"id": "usd", "version": 1, "currency": "USD", "entries": [
            {"formula": {"base_book": "eur", "minus_percent": "10"}}]}]}"#;

const PLAIN: &str = r#"{"id": "plain", "version": 1, "steps": []}"#;

fn engine(waterfall: &str) -> Engine {
    let catalogue = Catalogue::new(&serde_json::from_str(CATALOGUE).unwrap()).unwrap();
    let books = PriceBooks::new(&serde_json::from_str(BOOKS).unwrap()).unwrap();
    let waterfall = Waterfall::new(&serde_json::from_str(waterfall).unwrap()).unwrap();
    Engine::new(catalogue, books, waterfall).unwrap()
}

fn adjusted(waterfall: &str, adjustments: &str) -> Result<Engine, Faults> {
    let adjustments = Adjustments::new(&serde_json::from_str(adjustments).unwrap()).unwrap();
    engine(waterfall).with_adjustments(adjustments)
}

fn line(id: &str, product: &str, quantity: u32) -> RequestLine {
    RequestLine::new(id, ProductId::new(product).unwrap(), Quantity::pieces(quantity))
}

fn request(lines: impl IntoIterator<Item = RequestLine>) -> PriceRequest {
    PriceRequest::new("2026-03-05".parse().unwrap(), lines.into_iter().collect())
}

fn euros(text: &str) -> Money {
    Money::new(text.parse().unwrap(), Currency::EUR).unwrap()
}

fn nets(quote: &PricedQuote) -> Vec<String> {
    quote.lines().iter().map(|line| line.net.to_string()).collect()
}

#[test]
fn entries_compete_by_the_attributes_of_the_request_and_of_the_line() {
    let engine = engine(PLAIN);
    let plain = request([line("1", "prd_desk", 2)]);
    assert_eq!(nets(&engine.price(&plain).unwrap()), ["80.00 EUR"]);
    let mut ours = plain.clone();
    ours.attributes.insert("customer".into(), "C-17".into());
    let priced = engine.price(&ours).unwrap();
    assert_eq!(nets(&priced), ["72.00 EUR"]);
    assert_eq!(priced.lines()[0].price_entry, "entries[1]");
    // An attribute of the line goes before that of the request.
    ours.lines[0].attributes.insert("customer".into(), "C-18".into());
    assert_eq!(nets(&engine.price(&ours).unwrap()), ["80.00 EUR"]);
}

#[test]
fn an_old_quote_is_priced_as_prices_were_known_then() {
    let engine = engine(PLAIN);
    let mut ours = request([line("1", "prd_desk", 2)]);
    ours.attributes.insert("customer".into(), "C-17".into());
    ours.known_at = Some("2026-01-31T23:59:59Z".parse().unwrap());
    assert_eq!(nets(&engine.price(&ours).unwrap()), ["80.00 EUR"]);
    ours.known_at = Some("2026-02-01T00:00:00Z".parse().unwrap());
    assert_eq!(nets(&engine.price(&ours).unwrap()), ["72.00 EUR"]);
}

#[test]
fn another_book_is_asked_by_name_and_converts_with_the_rates_of_the_request() {
    let engine = engine(PLAIN);
    let mut dollars = request([line("1", "prd_desk", 3)]).in_price_book("usd");
    assert_eq!(engine.price(&dollars).unwrap_err().code(), "no_rate");
    dollars.rates = ExchangeRates::new().with(
        "ecb",
        Currency::EUR,
        Currency::USD,
        "1.1".parse::<Exact>().unwrap(),
    );
    let priced = engine.price(&dollars).unwrap();
    assert_eq!(nets(&priced), ["118.80 USD"]); // 3 x 40 x 1.1 less 10 %
    let why = engine.explain(&dollars).unwrap().net_total();
    assert_eq!(why.recompute().unwrap().to_string(), "118.8");
    assert!(why.text().contains("[exchange rate ecb]"), "{}", why.text());
    let unknown = request([line("1", "prd_desk", 3)]).in_price_book("gbp");
    assert_eq!(engine.price(&unknown).unwrap_err().code(), "unknown_book");
    // What is asked is what is stored.
    let stored: PriceRequest = serde_json::from_str(&serde_json::to_string(&dollars).unwrap()).unwrap();
    assert_eq!(stored, dollars);
}

#[test]
fn units_of_a_product_convert_and_so_does_the_floor() {
    let mut dozens = request([line("1", "prd_desk", 1)]);
    let dozen: Unit = "DZN".parse().unwrap();
    dozens.lines[0].quantity = Quantity::new("2".parse().unwrap(), dozen).unwrap();
    let engine =
        engine(r#"{"id": "plain", "version": 1, "steps": [{"op": "negotiated", "id": "n", "label": "N"}]}"#);
    assert_eq!(nets(&engine.price(&dozens).unwrap()), ["960.00 EUR"]); // 24 x 40
    let priced = engine.price(&dozens.with_target(euros("719.99"))).unwrap();
    assert_eq!(priced.violations()[0].floor, euros("720.00")); // 24 x 30
}

#[test]
fn a_charge_of_the_price_book_is_the_amount_for_the_quantity() {
    let engine = engine(PLAIN);
    let seats = request([line("1", "prd_seat", 12)]);
    let priced = engine.price(&seats).unwrap();
    assert_eq!(nets(&priced), ["58.00 EUR"]); // 10 x 5 + 2 x 4
    assert_eq!(priced.lines()[0].unit_net().unwrap().to_string(), "29/6");
    let why = engine.explain(&seats).unwrap().net_total();
    assert!(
        why.text()
            .contains("eur v3 entries[2].charge.tiers[1].unit_price"),
        "{}",
        why.text()
    );
    // A return mirrors its sale.
    let mut back = seats;
    back.lines[0].quantity = Quantity::new("-12".parse().unwrap(), Unit::ONE).unwrap();
    assert_eq!(nets(&engine.price(&back).unwrap()), ["-58.00 EUR"]);
}

#[test]
fn a_charge_may_be_a_step() {
    let waterfall = Waterfall::new(
        &serde_json::from_str(
            r#"{"id": "usage", "version": 1, "steps": [
                {"op": "charge", "id": "usage", "label": "Usage", "currency": "EUR", "charge":
                    {"model": "package", "package_size": "100", "package_price": "7", "minimum_amount": "20"}},
                {"op": "discount", "id": "partner", "label": "Partner", "percent": "10"}]}"#,
        )
        .unwrap(),
    )
    .unwrap();
    let net = |quantity, currency| {
        let line = LineInput::new("1", Exact::integer(quantity), currency);
        waterfall.price(&line).map(|price| price.net().to_string())
    };
    assert_eq!(net(150, Currency::EUR).unwrap(), "18"); // 2 packages are 14, at least 20, less 10 %
    assert_eq!(net(301, Currency::EUR).unwrap(), "25.2"); // 4 packages are 28
    assert_eq!(net(-301, Currency::EUR).unwrap(), "-25.2");
    assert_eq!(net(0, Currency::EUR).unwrap_err().code(), "zero_quantity");
    assert_eq!(net(1, Currency::USD).unwrap_err().code(), "currency_mismatch");
    let (_, why) = waterfall
        .explain(&LineInput::new("1", Exact::integer(301), Currency::EUR))
        .unwrap();
    assert_eq!(why.recompute().unwrap().to_string(), "25.2");
    assert!(
        why.text().contains("usage v1 steps[0].charge.package_price"),
        "{}",
        why.text()
    );
}

#[test]
fn a_term_of_the_line_is_counted_by_the_policy_of_the_step() {
    let engine = engine(
        r#"{"id": "terms", "version": 1, "steps": [
            {"op": "prorate", "id": "term", "label": "Term", "policy": {"mode": "months_days"}}]}"#,
    );
    let mut asked = request([line("1", "prd_desk", 3), line("2", "prd_desk", 3)]);
    let day = |text: &str| text.parse().unwrap();
    asked.lines[0].term = Some(Period::inclusive(day("2026-01-01"), day("2027-06-30")).unwrap());
    let priced = engine.price(&asked).unwrap();
    assert_eq!(nets(&priced), ["180.00 EUR", "120.00 EUR"]); // 18 months of a price for 12
    assert_eq!(
        priced.lines()[1].rows[1].skipped.as_deref(),
        Some("no `term` is given")
    );
}

#[test]
fn the_host_may_bring_list_prices() {
    let catalogue = Catalogue::new(&serde_json::from_str(CATALOGUE).unwrap()).unwrap();
    let books = PriceBooks::new(
        &serde_json::from_str(
            r#"{"selection": {"strategy": {"by": "priority"}},
                "books": [{"id": "host", "version": 1, "currency": "EUR", "entries": []}]}"#,
        )
        .unwrap(),
    )
    .unwrap();
    let waterfall = Waterfall::new(&serde_json::from_str(PLAIN).unwrap()).unwrap();
    let engine = Engine::new(catalogue, books, waterfall).unwrap();
    let mut asked = request([line("1", "prd_care", 4)]);
    assert_eq!(engine.price(&asked).unwrap_err().code(), "no_price");
    asked.lines[0].list_price = Some(ListPrice {
        amount: "2.345".parse().unwrap(),
        currency: Currency::EUR,
        unit: Unit::ONE,
    });
    let priced = engine.price(&asked).unwrap();
    assert_eq!(nets(&priced), ["9.38 EUR"]);
    assert_eq!(priced.lines()[0].price_entry, "list_price");
}

const SPRING: &str = r#"{"id": "spring", "version": 2, "adjustments": [
    {"op": "order_discount", "id": "code", "label": "Code", "percent": "10", "when": {"measure": "subtotal", "min": "200"}},
    {"op": "percent_of_total", "id": "care", "label": "Care, 15 %", "product": "prd_care", "percent": "15"}]}"#;

#[test]
fn adjustments_act_on_the_lines_of_a_request_and_stay_visible() {
    let engine = adjusted(PLAIN, SPRING).unwrap();
    let priced = engine
        .price(&request([line("1", "prd_desk", 3), line("2", "prd_suite", 1)]))
        .unwrap();
    // 120 + 80 + 20 less 10 %, and 15 % of 198 for care.
    assert_eq!(
        nets(&priced),
        ["108.00 EUR", "72.00 EUR", "18.00 EUR", "29.70 EUR"]
    );
    assert_eq!(priced.net_total(), euros("227.70"));
    let care = &priced.lines()[3];
    assert_eq!((care.id.as_str(), care.product.as_str()), ("care", "prd_care"));
    assert_eq!(care.price_entry, "adjustments[1]");
    let rows: Vec<String> = priced.lines()[0]
        .rows
        .iter()
        .map(|row| format!("{} {}", row.step, row.amount))
        .collect();
    assert_eq!(rows, ["list 120", "code -12"]);
    let rows: Vec<String> = priced
        .waterfall()
        .iter()
        .map(|row| format!("{} {} {}", row.step, row.amount, row.subtotal))
        .collect();
    assert_eq!(rows, ["list 253 253", "code -22 231", "care -3.3 227.7"]);
    let done: Vec<String> = priced
        .adjustments()
        .iter()
        .map(|row| format!("{} {}", row.adjustment, row.amount))
        .collect();
    assert_eq!(done, ["code -22", "care 29.7"]);
    // 15 % of the list amounts are 33: a line that is sold on top does not water the discount down.
    assert_eq!(care.list, euros("33.00"));
    assert_eq!(priced.discount_percent(), Some(Exact::integer(10)));

    let small = engine.price(&request([line("1", "prd_desk", 3)])).unwrap();
    assert_eq!(
        small.adjustments()[0].skipped.as_deref(),
        Some("the subtotal is 120, below 200")
    );
    let why = engine.explain(&request([line("1", "prd_desk", 3)])).unwrap();
    assert_eq!(why.net_total().recompute().unwrap(), small.net_total().exact());

    // A stored quote is checked as it is read.
    let stored = serde_json::to_string(&priced).unwrap();
    assert_eq!(serde_json::from_str::<PricedQuote>(&stored).unwrap(), priced);
    let forged = stored.replacen("\"29.70\"", "\"29.71\"", 1);
    assert!(serde_json::from_str::<PricedQuote>(&forged).is_err());
}

#[test]
fn the_components_of_a_product_count_once() {
    let three_for_two = r#"{"id": "s", "version": 1, "adjustments": [
        {"op": "buy_get", "id": "b2g1", "label": "3 for 2", "buy": {"quantity": "2"}, "get": {"quantity": "1"},
         "same_pool": true, "reward": {"percent": "100"}}]}"#;
    let engine = adjusted(PLAIN, three_for_two).unwrap();
    let priced = engine.price(&request([line("1", "prd_suite", 4)])).unwrap();
    // Of four suites at 100 one is free: 80 off the licences, 20 off the support.
    assert_eq!(nets(&priced), ["240.00 EUR", "60.00 EUR"]);
    assert_eq!(priced.adjustments()[0].rewarded_units, Some(Exact::ONE));

    let ten_each = r#"{"id": "s", "version": 1, "adjustments": [
        {"op": "line_discount", "id": "ten", "label": "Ten off each", "amount_per_unit": "10",
         "when": {"measure": "quantity", "min": "4", "max": "4"}}]}"#;
    let engine = adjusted(PLAIN, ten_each).unwrap();
    let priced = engine.price(&request([line("1", "prd_suite", 4)])).unwrap();
    assert_eq!(nets(&priced), ["288.00 EUR", "72.00 EUR"]); // 4 x 10 off 400, by 4 to 1
}

#[test]
fn nothing_slips_below_a_floor_through_an_adjustment() {
    let half = r#"{"id": "half", "version": 1, "adjustments": [
        {"op": "order_discount", "id": "half", "label": "Half", "percent": "50"}]}"#;
    let priced = adjusted(PLAIN, half)
        .unwrap()
        .price(&request([line("1", "prd_desk", 2), line("2", "prd_suite", 1)]));
    let priced = priced.unwrap();
    let below: Vec<String> = priced
        .violations()
        .iter()
        .map(|it| format!("{} {} {}", it.request_line, it.floor, it.net))
        .collect();
    assert_eq!(below, ["1 60.00 EUR 40.00 EUR", "2 60.00 EUR 50.00 EUR"]);
    let lines_only = half.replace("\"version\": 1", "\"version\": 1, \"floors\": \"line_only\"");
    let priced = adjusted(PLAIN, &lines_only)
        .unwrap()
        .price(&request([line("1", "prd_desk", 2)]))
        .unwrap();
    assert_eq!(priced.violations(), []);
}

#[test]
fn a_line_may_be_kept_from_discounts_and_carries_its_own_tax() {
    let sale = r#"{"id": "sale", "version": 1, "tax": {"percent": "19"}, "adjustments": [
        {"op": "order_discount", "id": "off", "label": "Off", "amount": "30"}]}"#;
    let mut asked = request([line("1", "prd_desk", 2), line("2", "prd_desk", 1)]);
    asked.lines[0].no_discount = true;
    asked.lines[1].tax_percent = Some("7".parse().unwrap());
    let priced = adjusted(PLAIN, sale).unwrap().price(&asked).unwrap();
    assert_eq!(nets(&priced), ["80.00 EUR", "10.00 EUR"]);
    assert_eq!(priced.tax_total(), Some(euros("15.90"))); // 15.20 + 0.70
    assert_eq!(priced.total_with_tax().unwrap(), euros("105.90"));
}

const TAXED: &str = r#"{"id": "vat", "version": 1, "tax": {"percent": "19"}}"#;
const NEGOTIATED: &str = r#"{"id": "n", "version": 1, "steps": [{"op": "negotiated", "id": "negotiated", "label": "Negotiated"}]}"#;

#[test]
fn a_total_may_be_agreed_with_its_tax() {
    let engine = adjusted(NEGOTIATED, TAXED).unwrap();
    let asked = request([line("1", "prd_desk", 2), line("2", "prd_desk", 1)]);
    let agreed = asked.clone().with_target_including_tax(euros("119.00"));
    let priced = engine.price(&agreed).unwrap();
    assert_eq!(
        (priced.net_total(), priced.total_with_tax().unwrap()),
        (euros("100.00"), euros("119.00"))
    );
    assert_eq!(nets(&priced), ["66.67 EUR", "33.33 EUR"]);
    // 0.02 net has no cent of tax, 0.03 has one: nothing has 0.03.
    let one = request([line("1", "prd_desk", 2)]).with_target_including_tax(euros("0.03"));
    assert_eq!(engine.price(&one).unwrap_err().code(), "target_unreachable");
    let untaxed = self::engine(NEGOTIATED);
    assert_eq!(untaxed.price(&agreed).unwrap_err().code(), "target_unreachable");
}

#[test]
fn costs_give_margins_and_components_bear_them_by_their_list_amounts() {
    let engine = engine(PLAIN);
    let mut asked = request([line("1", "prd_suite", 2)]);
    assert_eq!(engine.price(&asked).unwrap().margin(), None);
    asked.lines[0].cost = Some("70".parse().unwrap());
    let priced = engine.price(&asked).unwrap();
    let costs: Vec<String> = priced
        .lines()
        .iter()
        .map(|line| line.cost.clone().unwrap().to_string())
        .collect();
    assert_eq!(costs, ["112", "28"]);
    assert_eq!(priced.margin(), Some(Exact::integer(60)));
    assert_eq!(priced.margin_percent(), Some(Exact::integer(30)));
    assert_eq!(priced.lines()[1].margin_percent(), Some(Exact::integer(30)));
}

#[test]
fn adjustments_that_do_not_fit_are_refused_with_their_places() {
    let refused = |adjustments: &str| adjusted(NEGOTIATED, adjustments).unwrap_err().to_string();
    insta::assert_snapshot!(refused(
        r#"{"id": "a", "version": 1, "rounding": "total", "adjustments": [
            {"op": "add_item", "id": "list", "label": "L", "item": "gift", "quantity": "1"},
            {"op": "percent_of_total", "id": "negotiated", "label": "P", "percent": "5", "product": "prd_none"}]}"#
    ), @r"
    adjustments `a`, 5 faults:
      rounding: lines of a quote are whole minor units: round the `line`, or the `document`
      adjustments[0].id: `list` is a step of the waterfall: give the adjustment its own id
      adjustments[0].product: the line that is added needs a product of the catalogue
      adjustments[1].id: `negotiated` is a step of the waterfall: give the adjustment its own id
      adjustments[1].product: prd_none is not in catalogue shop v1
    ");
}

#[test]
fn a_guard_may_take_the_floor_of_the_price_book() {
    let guarded = |policy: &str| {
        engine(&format!(
            r#"{{"id": "g", "version": 1, "steps": [
                {{"op": "discount", "id": "half", "label": "Half", "percent": {{"input": "seller"}}}},
                {{"op": "guard", "id": "floor", "label": "Floor", "floor": {{"input": "floor"}}, "policy": "{policy}"}}]}}"#
        ))
    };
    let mut asked = request([line("1", "prd_desk", 2)]);
    asked.lines[0].inputs.insert("seller".into(), Exact::integer(50));
    let flagged = guarded("flag").price(&asked).unwrap();
    assert_eq!(
        flagged.violations().len(),
        1,
        "once, not by the book and by the guard"
    );
    assert_eq!(flagged.violations()[0].guard.as_deref(), Some("floor"));
    assert_eq!(nets(&guarded("clamp").price(&asked).unwrap()), ["60.00 EUR"]); // 2 x 30
    assert_eq!(guarded("reject").price(&asked).unwrap_err().code(), "below_floor");
    // What a seller enters is held to what a document may write.
    for percent in [-1, 101] {
        asked.lines[0]
            .inputs
            .insert("seller".into(), Exact::integer(percent));
        assert_eq!(
            guarded("flag").price(&asked).unwrap_err().code(),
            "percent_out_of_range"
        );
    }
}

#[test]
fn a_book_that_builds_on_another_keeps_its_floors() {
    let engine = engine(NEGOTIATED);
    let rate: Exact = "1.1".parse().unwrap();
    let mut asked = request([line("1", "prd_desk", 1)]).in_price_book("usd");
    asked.rates = ExchangeRates::new().with("ecb", Currency::EUR, Currency::USD, rate);
    let priced = engine
        .price(&asked.with_target(Money::from_minor(3_299, Currency::USD).unwrap()))
        .unwrap();
    assert_eq!(priced.violations()[0].floor.to_string(), "33.00 USD"); // 30 EUR
}

#[test]
fn errors_of_prices_name_the_line() {
    let engine = engine(PLAIN);
    let asked = request([line("7", "prd_desk", 1)]).in_price_book("usd");
    let refused = engine.price(&asked).unwrap_err();
    assert_eq!(refused.code(), "no_rate");
    assert!(refused.to_string().starts_with("line `7`: "), "{refused}");
}

#[test]
fn an_engine_needs_a_price_book() {
    let catalogue = Catalogue::new(&serde_json::from_str(CATALOGUE).unwrap()).unwrap();
    let none = r#"{"selection": {"strategy": {"by": "priority"}}, "books": []}"#;
    let books = PriceBooks::new(&serde_json::from_str(none).unwrap()).unwrap();
    let waterfall = Waterfall::new(&serde_json::from_str(PLAIN).unwrap()).unwrap();
    assert_eq!(
        Engine::new(catalogue, books, waterfall).unwrap_err().code(),
        "missing_price"
    );
}
