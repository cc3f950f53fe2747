//! Why an approval is required, from the price's own derivation.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

#[allow(dead_code)]
mod shop;

use std::sync::Arc;

use l2c_host::PartyRoles;
use l2c_money::{Decimal, Exact, Quantity};
use l2c_pricing::{
    Adjustments, Catalogue, Engine, PriceBook, PriceRequest, ProductId, RequestLine, Waterfall,
};
use l2c_quotes::{Alternative, FigureValue, QuoteCommand, QuoteContext, QuoteId, QuoteTerms, QuoteVersion};
use proptest::prelude::*;
use shop::{Told, approvals, context, day, party};

const POLICY: &str = r#"{"id": "approvals", "version": 3, "currency": "USD", "rules": [
    {"id": "deep", "reason": "More than 10 % off list",
     "when": {"fact": "discount_percent", "gt": "10"}, "approvers": ["manager"]},
    {"id": "floor", "reason": "Below a floor", "when": {"fact": "floor_violations", "gt": "0"}, "approvers": ["finance"]},
    {"id": "far", "reason": "Far below a floor", "when": {"fact": "floor_shortfall", "gte": "25"}, "approvers": ["finance"]},
    {"id": "suites", "reason": "Suites too cheap", "any_line": {"all": [
        {"fact": "product", "eq": "prd_Suite"}, {"fact": "discount_percent", "gt": "15"}]}, "approvers": ["director"]},
    {"id": "thin", "reason": "A thin margin", "when": {"fact": "margin_percent", "lt": "20"}, "approvers": ["finance"]},
    {"id": "size", "reason": "A middling deal", "when": {"all": [{"fact": "net_total", "gte": "500"},
        {"fact": "net_total", "lt": "2000"}, {"fact": "line_count", "lte": "3"}]}, "approvers": ["manager"]}]}"#;

fn engine() -> Engine {
    let catalogue = r#"{"id": "catalogue", "version": 3, "products": [
        {"id": "prd_Suite", "name": "Suite"}, {"id": "prd_Desk", "name": "Desk"}]}"#;
    let book = r#"{"id": "list-usd", "version": 2, "currency": "USD", "entries": [
        {"product": "prd_Suite", "price": "100", "floor": "85"}, {"product": "prd_Desk", "price": "40"}]}"#;
    let waterfall = r#"{"id": "standard", "version": 1, "steps": [
        {"op": "discount", "id": "volume", "label": "Volume", "percent": {"input": "volume"}, "of": "list"},
        {"op": "discount", "id": "deal", "label": "Discretionary", "percent": {"input": "deal"}, "of": "list"},
        {"op": "guard", "id": "house_floor", "label": "House floor", "floor": "34"}]}"#;
    Engine::new(
        Catalogue::new(&serde_json::from_str(catalogue).unwrap()).unwrap(),
        PriceBook::new(&serde_json::from_str(book).unwrap()).unwrap(),
        Waterfall::new(&serde_json::from_str(waterfall).unwrap()).unwrap(),
    )
    .unwrap()
}

fn desk(rules: &str) -> QuoteContext {
    QuoteContext {
        engine: Arc::new(engine()),
        approvals: Arc::new(approvals(rules)),
        ..context("agent", "2017-03-05")
    }
}

fn line(id: &str, product: &str, pieces: u32, volume: i64, deal: i64) -> RequestLine {
    let mut line = RequestLine::new(
        id,
        ProductId::from_key(product).unwrap(),
        Quantity::pieces(pieces),
    );
    line.inputs.insert("volume".into(), Exact::integer(volume));
    line.inputs.insert("deal".into(), Exact::integer(deal));
    line
}

fn request(lines: Vec<RequestLine>) -> PriceRequest {
    PriceRequest::new(day("2017-03-05"), lines)
}

fn submitted(terms: QuoteTerms, rules: &str) -> QuoteVersion {
    submitted_to(&desk(rules), terms)
}

fn submitted_to(desk: &QuoteContext, terms: QuoteTerms) -> QuoteVersion {
    let mut told = Told::default();
    let (id, parties) = (QuoteId::from_key("7").unwrap(), PartyRoles::new(party("acme")));
    let draft = QuoteCommand::Draft {
        id,
        parties,
        opportunity: None,
        terms,
    };
    told.on(desk, &draft).unwrap();
    told.on(desk, &QuoteCommand::Submit).unwrap();
    told.quote.latest().unwrap().clone()
}

/// Each reason of each required approval, and its rule.
fn shown(version: &QuoteVersion) -> String {
    let mut shown = Vec::new();
    for required in version.submission().unwrap().required() {
        for reason in version.reasons(required).unwrap() {
            let sum: Exact = reason.parts.iter().map(|part| &part.value).sum();
            if let (Some(FigureValue::Number(figure)), Some(why)) = (&reason.tested.figure, reason.why()) {
                assert_eq!(*figure, sum, "the parts are the figure: {reason}");
                let percent = reason.tested.fact.ends_with("_percent");
                let unit = if percent {
                    Exact::ratio(1, 100).unwrap()
                } else {
                    Exact::ONE
                };
                assert_eq!(why.recompute().unwrap(), figure * &unit, "{reason}");
            }
            shown.push(format!("{}: {reason}", required.rule));
        }
    }
    shown.join("\n")
}

/// Ten suites of 100 at 5 % for volume and 13 % by discretion: 1000 less 50 less 130 are 820, 30 below 10 floors of 85;
/// 820 less ten costs of 70 are 120, of 820.
#[test]
fn an_approver_reads_which_steps_and_floors_made_the_figures() {
    let mut suites = line("1", "Suite", 10, 5, 13);
    suites.cost = Some(Decimal::from(70));
    let version = submitted(QuoteTerms::new(request(vec![suites]), day("2017-03-31")), POLICY);
    insta::assert_snapshot!(shown(&version), @r"
    deep: discount_percent is 18: 5 Volume [standard v1 step volume] + 13 Discretionary [standard v1 step deal]; 8 above 10
    floor: floor_violations is 1: 1 for line 1: 820.00 USD is 30.00 USD below the floor of 850.00 USD [list-usd v2 entries[0]]; 1 above 0
    far: floor_shortfall is 30: 30 for line 1: 820.00 USD is 30.00 USD below the floor of 850.00 USD [list-usd v2 entries[0]]; 5 above 25
    suites: product of line 1 is prd_Suite
    suites: discount_percent of line 1 is 18: 5 Volume [standard v1 step volume] + 13 Discretionary [standard v1 step deal]; 3 above 15
    thin: margin_percent is about 14.6341: 100 net [standard v1 steps] - about 85.3659 cost of line 1 [request line 1]; about 5.3659 below 20
    size: net_total is 820: 1000 list [list-usd v2 entries[0]] - 50 Volume [standard v1 step volume] - 130 Discretionary [standard v1 step deal]; 320 above 500
    size: net_total is 820: 1000 list [list-usd v2 entries[0]] - 50 Volume [standard v1 step volume] - 130 Discretionary [standard v1 step deal]; 1180 below 2000
    size: line_count is 1; 2 below 3
    ");
    let required: Vec<_> = version.submission().unwrap().required().collect();
    let why = |rule: usize| version.reasons(required[rule]).unwrap()[0].why().unwrap().text();
    insta::assert_snapshot!(why(0), @r"
    discount off list: 18 % (sum)
      Volume: 5 % (quotient) [standard v1 step volume]
        Volume, taken off: 50.00 USD (negated)
          Volume, line 1: -50.00 USD [standard v1 step volume]
        list amount of line 1: 1000.00 USD [list-usd v2 entries[0]] #0
      Discretionary: 13 % (quotient) [standard v1 step deal]
        Discretionary, taken off: 130.00 USD (negated)
          Discretionary, line 1: -130.00 USD [standard v1 step deal]
        list amount of line 1: 1000.00 USD see #0
    ");
    insta::assert_snapshot!(why(2), @r"
    below the floors: 30.00 USD (sum)
      line 1 below its floor: 30.00 USD (difference)
        floor of line 1: 850.00 USD [list-usd v2 entries[0]]
        net: 820.00 USD (sum)
          list amount of line 1: 1000.00 USD [list-usd v2 entries[0]]
          Volume, line 1: -50.00 USD [standard v1 step volume]
          Discretionary, line 1: -130.00 USD [standard v1 step deal]
    ");
}

/// Of 1200 at list, the suites give 50 and 130, five desks of 40 give 20 by discretion: 4 1/6 % and 12 1/2 %. One desk
/// at 30 % off costs 28, 6 below the floor of the waterfall.
#[test]
fn a_step_is_what_it_took_off_all_lines() {
    let rules = POLICY;
    let lines = vec![line("1", "Suite", 10, 5, 13), line("2", "Desk", 5, 0, 10)];
    let version = submitted(QuoteTerms::new(request(lines), day("2017-03-31")), rules);
    insta::assert_snapshot!(shown(&version), @r"
    deep: discount_percent is about 16.6667: about 4.1667 Volume [standard v1 step volume] + 12.5 Discretionary [standard v1 step deal]; about 6.6667 above 10
    floor: floor_violations is 1: 1 for line 1: 820.00 USD is 30.00 USD below the floor of 850.00 USD [list-usd v2 entries[0]]; 1 above 0
    far: floor_shortfall is 30: 30 for line 1: 820.00 USD is 30.00 USD below the floor of 850.00 USD [list-usd v2 entries[0]]; 5 above 25
    suites: product of line 1 is prd_Suite
    suites: discount_percent of line 1 is 18: 5 Volume [standard v1 step volume] + 13 Discretionary [standard v1 step deal]; 3 above 15
    size: net_total is 1000: 1200 list [list-usd v2 entries] - 50 Volume [standard v1 step volume] - 150 Discretionary [standard v1 step deal]; 500 above 500
    size: net_total is 1000: 1200 list [list-usd v2 entries] - 50 Volume [standard v1 step volume] - 150 Discretionary [standard v1 step deal]; 1000 below 2000
    size: line_count is 2; 1 below 3
    ");
    let lines = vec![line("1", "Suite", 10, 0, 0), line("2", "Desk", 1, 0, 30)];
    let version = submitted(QuoteTerms::new(request(lines), day("2017-03-31")), rules);
    insta::assert_snapshot!(shown(&version), @r"
    floor: floor_violations is 1: 1 for line 2: 28.00 USD is 6.00 USD below the floor of 34.00 USD [standard v1 step house_floor]; 1 above 0
    size: net_total is 1028: 1040 list [list-usd v2 entries] - 12 Discretionary [standard v1 step deal]; 528 above 500
    size: net_total is 1028: 1040 list [list-usd v2 entries] - 12 Discretionary [standard v1 step deal]; 972 below 2000
    size: line_count is 2; 1 below 3
    ");
}

/// The worst figure counts, and the reason says where it stands: in the alternative, 20 % of two suites.
#[test]
fn a_reason_names_the_alternative_and_the_line() {
    let mut terms = QuoteTerms::new(request(vec![line("1", "Suite", 1, 0, 16)]), day("2017-03-31"));
    terms.alternatives.push(Alternative {
        id: "more".into(),
        name: "Two suites".into(),
        request: request(vec![line("1", "Desk", 1, 0, 12), line("2", "Suite", 2, 0, 20)]),
        optional: Default::default(),
    });
    insta::assert_snapshot!(shown(&submitted(terms, POLICY)), @r"
    deep: discount_percent in alternative more is about 18.6667: about 18.6667 Discretionary [standard v1 step deal]; about 8.6667 above 10
    floor: floor_violations is 1: 1 for line 1: 84.00 USD is 1.00 USD below the floor of 85.00 USD [list-usd v2 entries[0]]; 1 above 0
    suites: product of line 1 is prd_Suite
    suites: discount_percent of line 2 in alternative more is 20: 20 Discretionary [standard v1 step deal]; 5 above 15
    ");
}

/// Ten suites at 5 % off are 950, and 10 % off the order are 95: 14 1/2 % of 1000.
#[test]
fn an_adjustment_of_the_order_is_a_part_with_its_own_document() {
    let spring = r#"{"id": "spring", "version": 2, "adjustments": [
        {"op": "order_discount", "id": "code", "label": "Code", "percent": "10"}]}"#;
    let spring = Adjustments::new(&serde_json::from_str(spring).unwrap()).unwrap();
    let mut desk = desk(POLICY);
    desk.engine = Arc::new(engine().with_adjustments(spring).unwrap());
    let terms = QuoteTerms::new(request(vec![line("1", "Suite", 10, 0, 5)]), day("2017-03-31"));
    let shown = shown(&submitted_to(&desk, terms));
    let deep = "deep: discount_percent is 14.5: 5 Discretionary [standard v1 step deal] + 9.5 Code [spring v2 adjustment code]; 4.5 above 10";
    assert_eq!(shown.lines().next(), Some(deep));
}

/// A draft has no reasons, since it has no frozen figures; a figure that was given has no parts.
#[test]
fn what_was_given_has_no_parts() {
    let rules = r#"{"id": "approvals", "version": 3, "currency": "USD", "facts": {"region": "text"}, "rules": [
        {"id": "abroad", "reason": "Abroad", "when": {"all": [{"not": {"fact": "region", "in": ["West"]}},
            {"fact": "validity_days", "between": ["1", "90"]}, {"fact": "margin_percent", "exists": false}]},
         "approvers": ["manager"]}]}"#;
    let mut request = request(vec![line("1", "Suite", 1, 0, 0)]);
    request.attributes.insert("region".into(), "East".into());
    let version = submitted(QuoteTerms::new(request.clone(), day("2017-03-31")), rules);
    insta::assert_snapshot!(shown(&version), @r"
    abroad: region is East
    abroad: validity_days is 26
    abroad: margin_percent is missing
    ");
    let required = version.submission().unwrap().required().next().unwrap();
    let mut told = Told::default();
    let (id, parties) = (QuoteId::from_key("7").unwrap(), PartyRoles::new(party("acme")));
    let terms = QuoteTerms::new(request, day("2017-03-31"));
    let draft = QuoteCommand::Draft {
        id,
        parties,
        opportunity: None,
        terms,
    };
    told.on(&desk(rules), &draft).unwrap();
    assert_eq!(told.quote.latest().unwrap().reasons(required).unwrap(), []);
}

proptest! {
    /// Whatever is quoted, the parts of every reason add up to its figure, and its derivation gives it again.
    #[test]
    fn parts_add_up_to_the_figure(lines in prop::collection::vec((any::<bool>(), 1_u32..50, 0_i64..40, 0_i64..40, 0_i64..90), 1..5)) {
        let lines = lines.into_iter().enumerate().map(|(at, (suite, pieces, volume, deal, cost))| {
            let mut line = line(&at.to_string(), if suite { "Suite" } else { "Desk" }, pieces, volume, deal);
            line.cost = (cost > 0).then(|| Decimal::from(cost));
            line
        });
        // `shown` holds every reason to its figure.
        shown(&submitted(QuoteTerms::new(request(lines.collect()), day("2017-03-31")), POLICY));
    }
}
